#include "causes/addresses.h"

const struct facts *address_facts(const struct casefile *c, size_t i) {
    return i == 0 ? c->main : c->others[i];
}

bool address_is_v6(const struct casefile *c, size_t i) {
    return c->resolved->addr[i].sa.any.sa_family == AF_INET6;
}

char *address_text(const struct casefile *c, size_t i) {
    return net_addr_text(c->a, &c->resolved->addr[i]);
}

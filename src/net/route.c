/* Whether this machine could send to an address at all. */
#include "net/net.h"

#include <sys/socket.h>
#include <unistd.h>

bool net_addr_has_route(const struct net_addr *addr) {
    int fd = socket(addr->sa.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    /* Of a datagram socket this sets the peer, by a look into the routes; no packet leaves. */
    bool has = connect(fd, &addr->sa.any, addr->len) == 0;
    (void)close(fd);
    return has;
}

#include "net/net.h"

#include <arpa/inet.h>
#include <net/if.h>

bool net_addr_parse(const char *text, uint16_t port, struct net_addr *ret) {
    struct net_addr addr = {0};
    char host[INET6_ADDRSTRLEN + IF_NAMESIZE + 4] = {0};
    size_t n = strlen(text);
    if (n > 1 && text[0] == '[' && text[n - 1] == ']') {
        text++;
        n -= 2;
    }
    if (n == 0 || n >= sizeof(host)) return false;
    memcpy(host, text, n);
    if (inet_pton(AF_INET, host, &addr.sa.v4.sin_addr) == 1) {
        addr.sa.v4.sin_family = AF_INET;
        addr.len = sizeof(addr.sa.v4);
    } else {
        char *zone = strchr(host, '%');
        if (zone) *zone++ = 0;
        if (inet_pton(AF_INET6, host, &addr.sa.v6.sin6_addr) != 1) return false;
        uint64_t index = 0;
        if (zone && !text_number(zone, UINT32_MAX, &index)) index = if_nametoindex(zone);
        if (zone && index == 0) return false;
        addr.sa.v6.sin6_scope_id = (uint32_t)index;
        addr.sa.v6.sin6_family = AF_INET6;
        addr.len = sizeof(addr.sa.v6);
    }
    net_addr_set_port(&addr, port);
    *ret = addr;
    return true;
}

bool net_addr_parse_port(const char *text, uint16_t port, struct net_addr *ret) {
    if (net_addr_parse(text, port, ret)) return true;
    const char *colon = strrchr(text, ':');
    char host[128] = {0};
    uint64_t number = 0;
    if (!colon || !text_number(colon + 1, 65535, &number) || number == 0) return false;
    size_t n = (size_t)(colon - text);
    if (n >= sizeof(host)) return false;
    memcpy(host, text, n);
    return net_addr_parse(host, (uint16_t)number, ret);
}

char *net_addr_text(struct arena *a, const struct net_addr *addr) {
    char s[INET6_ADDRSTRLEN] = "";
    if (addr->len == 0) return arena_strdup(a, "");
    if (addr->sa.any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &addr->sa.v4.sin_addr, s, sizeof(s));
        return arena_strdup(a, s);
    }
    inet_ntop(AF_INET6, &addr->sa.v6.sin6_addr, s, sizeof(s));
    uint32_t zone = addr->sa.v6.sin6_scope_id;
    if (zone == 0) return arena_strdup(a, s);
    char name[IF_NAMESIZE];
    return if_indextoname(zone, name) ? text_f(a, "%s%%%s", s, name) : text_f(a, "%s%%%u", s, zone);
}

bool net_addr_is_loopback(const struct net_addr *addr) {
    if (addr->sa.any.sa_family == AF_INET) return ntohl(addr->sa.v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    return addr->sa.any.sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&addr->sa.v6.sin6_addr);
}

bool net_addr_is_nowhere(const struct net_addr *addr) {
    if (net_addr_is_loopback(addr)) return true;
    if (addr->sa.any.sa_family == AF_INET) return addr->sa.v4.sin_addr.s_addr == INADDR_ANY;
    return addr->sa.any.sa_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&addr->sa.v6.sin6_addr);
}

uint16_t net_addr_port(const struct net_addr *addr) {
    if (addr->len == 0) return 0;
    return ntohs(addr->sa.any.sa_family == AF_INET ? addr->sa.v4.sin_port : addr->sa.v6.sin6_port);
}

void net_addr_set_port(struct net_addr *addr, uint16_t port) {
    if (addr->sa.any.sa_family == AF_INET)
        addr->sa.v4.sin_port = htons(port);
    else
        addr->sa.v6.sin6_port = htons(port);
}

bool net_addr_same(const struct net_addr *a, const struct net_addr *b) {
    return a->len == b->len && memcmp(&a->sa, &b->sa, a->len) == 0;
}

struct prefix {
    uint8_t p[16];
    unsigned bits;
};

/* IANA's special-purpose registries (RFC 6890): what is not globally reachable. */
static const struct prefix private_v4[] = {
    {{0}, 8},             /* this network, the unspecified address */
    {{10}, 8},            /* RFC 1918 */
    {{100, 64}, 10},      /* carrier-grade NAT, RFC 6598 */
    {{127}, 8},           /* loopback */
    {{169, 254}, 16},     /* link-local, and the clouds' metadata services */
    {{172, 16}, 12},      /* RFC 1918 */
    {{192, 0, 0}, 24},    /* protocol assignments */
    {{192, 0, 2}, 24},    /* documentation, RFC 5737 */
    {{192, 168}, 16},     /* RFC 1918 */
    {{198, 18}, 15},      /* benchmarks, RFC 2544 */
    {{198, 51, 100}, 24}, /* documentation */
    {{203, 0, 113}, 24},  /* documentation */
    {{224}, 3},           /* multicast, reserved, broadcast */
};

static const struct prefix private_v6[] = {
    {{0}, 128},                                 /* unspecified */
    {{[15] = 1}, 128},                          /* loopback */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48}, /* local-use NAT64, RFC 8215 */
    {{0x01, 0x00}, 64},                         /* discard, RFC 6666 */
    {{0x20, 0x01, 0x00, 0x00}, 32},             /* Teredo: tunnels to an address hidden inside */
    {{0x20, 0x01, 0x0d, 0xb8}, 32},             /* documentation */
    {{0xfc}, 7},                                /* unique local, RFC 4193 */
    {{0xfe, 0x80}, 10},                         /* link-local */
    {{0xfe, 0xc0}, 10},                         /* site-local, RFC 3879 */
    {{0xff}, 8},                                /* multicast */
};

/* IPv6 addresses that stand for an IPv4 one: the inner address decides. */
static const struct {
    struct prefix prefix;
    size_t inner; /* offset of the IPv4 address */
} embedded_v4[] = {
    {{{[10] = 0xff, 0xff}, 96}, 12},      /* IPv4-mapped, RFC 4291 2.5.5.2 */
    {{{0x00, 0x64, 0xff, 0x9b}, 96}, 12}, /* NAT64, RFC 6052 */
    {{{0x20, 0x02}, 16}, 2},              /* 6to4, RFC 3056 */
};

static bool in_prefix(const uint8_t *addr, const struct prefix *prefix) {
    unsigned whole = prefix->bits / 8, rest = prefix->bits % 8;
    if (memcmp(addr, prefix->p, whole) != 0) return false;
    return rest == 0 || ((addr[whole] ^ prefix->p[whole]) >> (8 - rest)) == 0;
}

static bool in_any(const uint8_t *addr, const struct prefix *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (in_prefix(addr, &list[i])) return true;
    return false;
}

bool net_addr_is_private(const struct net_addr *addr) {
    uint8_t v4[4], v6[16];
    if (addr->sa.any.sa_family == AF_INET) {
        memcpy(v4, &addr->sa.v4.sin_addr, sizeof(v4));
        return in_any(v4, private_v4, TW_COUNT(private_v4));
    }
    memcpy(v6, &addr->sa.v6.sin6_addr, sizeof(v6));
    for (size_t i = 0; i < TW_COUNT(embedded_v4); i++)
        if (in_prefix(v6, &embedded_v4[i].prefix))
            return in_any(v6 + embedded_v4[i].inner, private_v4, TW_COUNT(private_v4));
    return in_any(v6, private_v6, TW_COUNT(private_v6));
}

/* The hosts file (hosts(5)): what a machine takes for a name before it asks anybody. */
#ifndef TW_NET_HOSTS_H
#define TW_NET_HOSTS_H

#include "net/net.h"

/* The lines of such a file that name the host, in `ret` with their addresses, each once; *ret_line: the first
 * of them, from 1. False: none does. Of the family alone, unless it is AF_UNSPEC. */
bool hosts_find(struct bytes file, const char *host, uint16_t port, int family, struct resolved *ret,
                unsigned *ret_line);
/* The same in this machine's own file, which *ret_path names. */
bool hosts_look(struct arena *a, const char *host, uint16_t port, int family, struct resolved *ret,
                unsigned *ret_line, const char **ret_path);

#endif

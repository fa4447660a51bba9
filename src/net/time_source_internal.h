/* Inside of net: the two kinds of time source share this. Not for other rooms. */
#ifndef TW_NET_TIME_SOURCE_INTERNAL_H
#define TW_NET_TIME_SOURCE_INTERNAL_H

#include "net/time_source.h"

/* `host` is copied. */
void time_ntp_ask(struct net *n, const struct time_question *q, const char *host, uint16_t port,
                  time_source_done *done, void *arg);

#endif

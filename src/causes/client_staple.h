/* The stapled response in each client's judgement. */
#ifndef TW_CAUSES_CLIENT_STAPLE_H
#define TW_CAUSES_CLIENT_STAPLE_H

#include "causes/clients.h"

/* Adds to each view what the staple, or the lack of one, is to that client. */
void client_staple(struct casefile *c, struct clients *all);

#endif

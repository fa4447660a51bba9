/* The honest server: libssl, told by data what to be. */
#ifndef TW_LAB_HONEST_H
#define TW_LAB_HONEST_H

#include "link.h"

struct lab_honest;
/* NULL: OpenSSL refuses the configuration. */
struct lab_honest *lab_honest_new(struct lab_pki *pki, const struct honest *config);
void lab_honest_free(struct lab_honest *h);
/* The handshake and what comes after it, to the end of the connection. */
void lab_honest_serve(struct lab_honest *h, struct lab_link *l);

struct ssl_st;
/* app.c: what is said over the finished handshake. */
void lab_app_serve(struct ssl_st *ssl, const struct honest *config, struct lab_link *l);

struct bio_st;
/* bio.c: the link as OpenSSL's transport. NULL: no memory. */
struct bio_st *lab_bio_new(struct lab_link *l);
void lab_bio_global_done(void);

#endif

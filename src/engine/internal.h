/* The inside of the engine: not for other rooms. */
#ifndef TW_ENGINE_INTERNAL_H
#define TW_ENGINE_INTERNAL_H

#include "base/arena.h"
#include "base/rd.h"
#include "base/wr.h"
#include "engine/engine.h"
#include "engine/order.h"
#include "wire/messages.h"

enum {
    ENGINE_MAX_FIRST = 512, /* of the peer's first bytes, kept for identification */
    ENGINE_MAX_EMPTY = 32,  /* records without content, one after the other */
    ENGINE_MAX_MESSAGE = HANDSHAKE_HEADER + HANDSHAKE_MAX,
    ENGINE_MAX_PREMASTER = CRYPTO_SHARE_MAX,
    MASTER_SIZE = RESUME_MASTER,
    VERIFY_SIZE = 12, /* RFC 5246 7.4.9 */
};

/* Heap bytes that grow at the end and are eaten from the front. */
struct buffer {
    uint8_t *p;
    size_t off, n, cap; /* p[off] to p[n - 1] are in it */
};
void buffer_add(struct buffer *b, struct bytes in);
void buffer_eat(struct buffer *b, size_t n);
void buffer_free(struct buffer *b);
static inline struct bytes buffer_bytes(const struct buffer *b) {
    return bytes_cut(bytes_of(b->p, b->n), b->off, b->n);
}

struct secret {
    uint8_t p[HASH_MAX];
    size_t n;
};
static inline struct bytes secret_bytes(const struct secret *s) {
    return bytes_of(s->p, s->n);
}

struct engine {
    struct eng_config cfg; /* cfg.hello is `hello` */
    struct hello hello;    /* as sent last: an HRR changes it */
    struct transcript *t;
    int64_t now;

    enum eng_state state;
    unsigned flags; /* enum order_flag */
    bool over, open;
    bool only_recognise; /* the choice cannot be finished: read on while it is plain, send nothing */
    bool write_closed;
    bool answered; /* something came after both Finished */
    bool asked;    /* … and something was sent there */

    struct buffer out, in;
    size_t out_total;  /* bytes ever queued */
    size_t in_total;   /* bytes of whole records read: where in's first byte stands in the stream */
    size_t in_all;     /* bytes ever fed */
    size_t hello_left; /* bytes of the ClientHello not sent yet */
    uint8_t *first;    /* room of t->first_bytes */

    /* the record being read */
    uint16_t rec_version;
    size_t rec_off;
    bool rec_encrypted;
    unsigned empties, n_in;
    size_t app_n;

    /* handshake messages, put together from records */
    struct buffer hs;
    size_t hs_off;      /* where the record of its first byte began */
    size_t hs_overhead; /* record bytes that are no content, not yet counted to a message */

    /* choices */
    const struct suite *suite;
    uint16_t version;
    struct server_hello sh; /* borrows from the transcript's copy */
    uint16_t hrr_group, hrr_suite;
    bool ems, etm, dummy_ccs_sent;
    uint16_t alps; /* the extension number by which application settings were agreed on; 0 none */

    /* handshake hash: raw until the suite is known */
    struct buffer early;
    size_t hello_n; /* of the first hello in it */
    enum hash_alg alg;
    struct hash *hash;
    uint8_t before[HASH_MAX]; /* its value before the message at hand (CertificateVerify, Finished) */
    size_t before_n;

    /* keys */
    const struct pubkey *pubkey; /* of the server's certificate */
    struct pubkey *own_pubkey;   /* … where nobody else keeps it */
    struct server_key_exchange ske;
    struct certificate_request request; /* the last; borrows from the transcript's copy */
    bool post_auth_done;
    uint8_t master[MASTER_SIZE];
    struct bytes ticket;  /* 1.2 and before */
    struct secret secret; /* the running secret of 1.3 */
    struct secret client_hs, server_hs, client_app, server_app, resumption;
    struct seal *read, *write, *next_read, *next_write;
    struct seal *early_write; /* of early data */
};

/* engine.c */
void engine_end(struct engine *e, enum result result);
/* Ends it because the peer broke the protocol; sends the alert. */
void engine_violate(struct engine *e, enum violation v, uint8_t alert, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void engine_refuse(struct engine *e, enum refusal r, uint8_t alert, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The framing of a message failed: its place becomes the text. */
void engine_malformed(struct engine *e, const char *message, const struct rd *r);

/* record_in.c */
void record_in(struct engine *e);
/* How the bytes at hand break off, for `place`; NULL if they do not. */
const char *record_in_rest(struct engine *e);

/* record_out.c */
struct msg *record_out(struct engine *e, uint8_t type, struct bytes content);
void record_out_ssl2(struct engine *e, struct bytes hello); /* with its own framing */
void record_out_handshake(struct engine *e,
                          struct bytes msg); /* with its header; recorded, and hashed until open */
void record_out_message(struct engine *e, uint8_t type, struct bytes body);
void record_out_alert(struct engine *e, uint8_t level, uint8_t description);
void record_out_ccs(struct engine *e);
/* RFC 8446 appendix D.4: before the second flight, where a session id was sent. */
void record_out_dummy_ccs(struct engine *e);
/* One record of application data, and the ChangeCipherSpec that goes before it. */
void record_out_early(struct engine *e, struct seal *by, struct bytes data);

/* driver.c */
void driver_message(struct engine *e, struct bytes msg, bool more);
void driver_ccs(struct engine *e);
/* Both Finished are done; `next` is what is awaited now. */
void driver_finished(struct engine *e, enum stage next);

/* Handlers: `body` is the transcript's copy, without the header. */
typedef void handler(struct engine *e, struct bytes body);

/* hello.c */
void hello_send(struct engine *e);
handler on_hello_retry, on_server_hello;
/* server.c: what 1.2 and 1.3 share */
handler on_certificate, on_compressed_certificate, on_certificate_request;
/* Whether the client that we play takes a signature of this scheme; ends the handshake if not. */
bool sigscheme_allowed(struct engine *e, uint16_t scheme, const char *message);
/* Whether the first certificate's key made the signature; ends the handshake if not. */
bool signature_verifies(struct engine *e, uint16_t scheme, struct bytes data, struct bytes signature,
                        const char *message);
/* The messages that answer our extensions (RFC 8446 4.2, the table). */
enum ext_place {
    IN_SERVER_HELLO_12 = 1 << 0,
    IN_SERVER_HELLO_13 = 1 << 1,
    IN_HELLO_RETRY = 1 << 2,
    IN_ENCRYPTED_EXTENSIONS = 1 << 3,
};
bool extensions_allowed(struct engine *e, struct bytes extensions, enum ext_place where);
bool alpn_allowed(struct engine *e, struct bytes name);
bool group_allowed(struct engine *e, uint16_t group, const char *message);
/* early.c: data before the server's answer (RFC 8446 4.2.10) */
bool early_wanted(const struct engine *e);
/* Behind the first hello. */
void early_send(struct engine *e);
/* EndOfEarlyData, where the server took it (RFC 8446 4.5). */
void early_end(struct engine *e);
/* client_cert.c: our answer to a CertificateRequest */
/* Decides what to show: t->client_choice. */
void client_cert_choose(struct engine *e);
/* Certificate, with what was chosen or empty; hashed even when open. */
void client_cert_send(struct engine *e);
/* CertificateVerify, where a certificate was sent. */
void client_cert_prove(struct engine *e);
/* tls12.c */
handler on_certificate_status, on_server_kx, on_server_hello_done, on_ccs, on_finished_12, on_hello_request;
/* tls13.c */
handler on_encrypted_extensions, on_certificate_verify, on_finished_13, on_ticket, on_key_update,
    on_post_auth_request;

/* resume.c */
void resume_keep_13(struct engine *e, const struct new_session_ticket *ticket);
void resume_keep_12(struct engine *e);                        /* both Finished are done */
void resume_offer(struct engine *e);                          /* into the hello, before it is written */
void resume_bind(struct engine *e, uint8_t *hello, size_t n); /* … and after: the binder at its end */
/* The server's choice fits the session that was offered: sets ORDER_RESUMED where it resumes. */
bool resume_psk_allowed(struct engine *e);
bool resume_session_allowed(struct engine *e);

/* keys.c */
enum hash_alg keys_hash(uint16_t version, const struct suite *s);
void keys_log(struct engine *e, struct bytes msg); /* adds a handshake message to the hash */
void keys_hash_begin(struct engine *e);
void keys_hash_retry(struct engine *e, enum hash_alg alg); /* RFC 8446 4.4.1: message_hash */
void keys12_master(struct engine *e, struct bytes premaster);
bool keys12_derive(struct engine *e);
void keys12_finished(struct engine *e, enum side who, struct bytes hash, uint8_t out[VERIFY_SIZE]);
bool keys13_handshake(struct engine *e, struct bytes shared);
size_t keys13_psk(struct engine *e, struct bytes nonce, uint8_t out[HASH_MAX]); /* RFC 8446 4.6.1 */
void keys13_binder(const struct eng_session *s, struct bytes hash, uint8_t out[HASH_MAX]);
void keys13_application(struct engine *e);
void keys13_resumption(struct engine *e); /* after our Finished */
void keys13_finished(struct engine *e, const struct secret *base, struct bytes hash, uint8_t out[HASH_MAX]);
struct seal *keys13_seal(struct engine *e, const struct secret *s);
/* For early data; `hash` is that of the hello. */
struct seal *keys13_early(const struct eng_session *s, struct bytes hash);
void keys13_update(struct engine *e, struct secret *s);
void seal_replace(struct seal **at, struct seal *by);

#endif

/* The client's side of a TLS handshake, 1.0 to 1.3, fed bytes and yielding bytes. No socket, clock,
 * file or randomness of its own: times come in with the bytes, randomness through a callback.
 *
 *     eng = engine_new(&config, transcript);
 *     loop: send engine_out(), then engine_sent(n); engine_feed() what came; engine_eof() and so on at the
 * end; stop when engine_over(); what happened stands in the transcript.
 */
#ifndef TW_ENGINE_ENGINE_H
#define TW_ENGINE_ENGINE_H

#include "crypto/identity.h"
#include "engine/transcript.h"
#include "wire/hello.h"

/* How far a trial wants to go. After the stop, engine_over() is true and nothing more is sent. */
enum eng_stop {
    STOP_SERVER_HELLO,  /* the ServerHello is read (an HRR is answered, and the second one read) */
    STOP_SERVER_FLIGHT, /* ServerHelloDone, or the server's Finished of 1.3: certificates and signatures are
                           checked */
    STOP_FINISHED,      /* both Finished are done; go on with engine_write_app() and engine_close() */
};

/* What this client refuses: its own rules, not the protocol's. */
struct eng_policy {
    uint16_t min_version, max_version; /* a ServerHello outside of it is REFUSAL_VERSION */
    bool need_renegotiation_info;      /* RFC 5746, for 1.2 and below (RFC 9325 3.5) */
    bool need_ems;
    unsigned dh_min_bits; /* 0: none */
    unsigned dh_max_bits; /* old clients cannot calculate with more; 0: no limit */
    size_t max_message; /* a longer message of the handshake is REFUSAL_MESSAGE_SIZE; 0: no limit but ours */
    bool refuse_warnings;       /* a warning amid the handshake is REFUSAL_WARNING */
    bool sign_as_offered;       /* its own key signs with schemes of its hello alone */
    bool refuse_old_signatures; /* those of a key exchange before TLS 1.2, which are of MD5 and SHA-1 */
    bool check_sigalg;          /* refuse a scheme that was not offered (else take whatever verifies) */
    bool accept_unread_key;     /* below 1.3, go on without checking the signature where the key of the
                                   certificate cannot be read: whether both saw the same shows at Finished */
    bool ignore_downgrade;      /* go on in spite of the marker of RFC 8446 4.1.3 */
};

struct eng_config {
    const struct hello *hello; /* copied; `random` and `session_id` are sent as they stand there */
    struct eng_policy policy;
    enum eng_stop stop;
    const struct eng_session *resume; /* offered; NULL: a first connection. Outlives the engine */
    uint32_t resume_age_ms;           /* since it was got */
    /* Sent right behind the hello, where that session allows as many bytes (RFC 8446 2.3); empty: nothing. It
     * can be repeated by whoever listens in, so it must do no harm. Outlives the engine. */
    struct bytes early_data;
    /* The key pair for a group, made once and shared by many hellos; NULL if there can be none. */
    const struct kx *(*key_for)(void *arg, uint16_t group);
    /* The public key of a server's certificate (DER; NULL if it cannot be read), read once for the many
     * connections that show the same one. Outlives the engine. NULL: each engine reads its own. */
    const struct pubkey *(*pubkey_of)(void *arg, struct bytes der);
    /* What it shows a server that asks for a certificate; NULL: nothing. Outlives the engine. */
    const struct identity *identity;
    void (*random)(void *arg, uint8_t *out, size_t n);
    void *arg;      /* handed to the callbacks */
    int64_t now_ns; /* when the hello is written, on the clock of engine_feed() */
};

struct engine;
/* Writes the ClientHello at once: it stands in engine_out(). The transcript must outlive the engine. */
struct engine *engine_new(const struct eng_config *config, struct transcript *t);
void engine_free(struct engine *e);

/* What waits to be sent; empty if nothing. */
struct bytes engine_out(const struct engine *e);
void engine_sent(struct engine *e, size_t n);
void engine_feed(struct engine *e, struct bytes in, int64_t now_ns);
void engine_eof(struct engine *e, int64_t now_ns);   /* FIN */
void engine_reset(struct engine *e, int64_t now_ns); /* RST */
void engine_timeout(struct engine *e, int64_t now_ns);
/* The handshake came to its stop or to its end; the rest of engine_out() (an alert) may still be sent. */
bool engine_over(const struct engine *e);
/* Both Finished are done (stop STOP_FINISHED): data may be written, and what comes is recorded as MSG_APP, as
 * are late alerts. */
bool engine_open(const struct engine *e);
void engine_write_app(struct engine *e, struct bytes data, int64_t now_ns);
/* Queues close_notify. */
void engine_close(struct engine *e, int64_t now_ns);
/* True while the engine waits for the peer (to count round trips: false -> true with bytes sent is one wait).
 */
bool engine_waiting(const struct engine *e);

/* Ceilings (every length from the wire is checked against them before memory is taken). */
enum {
    ENGINE_MAX_IN = 12 << 20, /* bytes of one connection, handshake and data: room for chains of 10 MiB */
    ENGINE_MAX_MESSAGES = 512,
    ENGINE_MAX_APP = 1 << 17,
};

#endif

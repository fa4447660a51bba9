/* What was said on one connection: every message of both sides with its time and its place in the
 * stream, and how it ended. Written by the engine and by whoever carries its bytes (live today, a capture
 * file tomorrow); what comes after reads it and never writes. All memory is the arena's. */
#ifndef TW_ENGINE_TRANSCRIPT_H
#define TW_ENGINE_TRANSCRIPT_H

#include "base/text.h"
#include "engine/resume.h"
#include "wire/iana.h"
#include "wire/record.h"

enum side { SIDE_CLIENT, SIDE_SERVER };

/* Where a handshake stands: the words of the report (CONTRACT.md, `stage`). */
enum stage {
    STAGE_RESOLVE,
    STAGE_CONNECT,
    STAGE_STARTTLS,
    STAGE_CLIENT_HELLO,
    STAGE_SERVER_HELLO,
    STAGE_CERTIFICATE,
    STAGE_KEY_EXCHANGE,
    STAGE_CLIENT_AUTH,
    STAGE_FINISHED,
    STAGE_APPLICATION,
    STAGE__COUNT,
};
const char *stage_name(enum stage s);

enum msg_kind {
    MSG_HANDSHAKE, /* type: enum tls_handshake; body without the 4-byte header */
    MSG_CCS,
    MSG_ALERT, /* type: description, level beside it */
    MSG_APP,   /* decrypted application data, one record */
    MSG_PLAIN, /* bytes outside TLS: proxy and STARTTLS dialogue, or a peer that speaks no TLS */
};
struct msg {
    enum side from;
    enum msg_kind kind;
    uint8_t type, level;
    bool encrypted;
    uint16_t record_version;
    struct bytes body;
    size_t stream_off; /* where its first byte (of its record) stands in what that side sent */
    size_t wire_n;     /* bytes on the wire, record headers included */
    int64_t at_ns;     /* since the connection was begun */
    struct msg *next;
};

enum result {
    RESULT_RUNNING,
    RESULT_DONE,       /* came to where the trial wanted to stop */
    RESULT_RECOGNISED, /* the server chose what the engine can name but not finish: SSL 2/3, RC4, PQ … */
    RESULT_PEER_ALERT, /* a fatal alert, or close_notify, before the end */
    RESULT_PEER_FIN,   /* closed without an alert */
    RESULT_PEER_RST,
    RESULT_TIMEOUT,         /* silence until the limit */
    RESULT_NOT_TLS,         /* bytes that are not TLS */
    RESULT_REFUSED,         /* the client that we play does not go on: see refusal */
    RESULT_VIOLATION,       /* the peer broke the protocol: see violation */
    RESULT_CONNECT_FAILED,  /* no TCP connection: see sys_errno; timed out: ETIMEDOUT */
    RESULT_PROXY_FAILED,    /* the proxy refused or made no sense */
    RESULT_STARTTLS_FAILED, /* see dialog */
    RESULT_CANCELLED,       /* by us: no longer needed */
    RESULT__COUNT,
};

/* Why the client that we play stops: its own rules, each with the alert that it sends. */
enum refusal {
    REFUSAL_NONE,
    REFUSAL_VERSION,       /* below (or outside) what the client allows */
    REFUSAL_RENEGOTIATION, /* no renegotiation_info (RFC 5746), and the client insists */
    REFUSAL_DH_SMALL,      /* DHE group below the client's floor */
    REFUSAL_DH_LARGE,      /* DHE group above what the client can calculate with */
    REFUSAL_SIGALG,        /* signed with a scheme that was not offered */
    REFUSAL_KEY_TYPE,      /* certificate key that does not fit the suite, or cannot be read */
    REFUSAL_EMS,           /* no extended master secret, and the client insists */
    REFUSAL_MESSAGE_SIZE,  /* a message longer than the client takes */
    REFUSAL_WARNING,       /* a warning alert, and the client takes it for the end */
    REFUSAL__COUNT,
};

/* What the peer did against the protocol. */
enum violation {
    VIOLATION_NONE,
    VIOLATION_MALFORMED,     /* framing: `place` says which field at which byte */
    VIOLATION_UNEXPECTED,    /* a message that may not stand here */
    VIOLATION_NOT_OFFERED,   /* chose a version, suite, group, ALPN or extension that was not offered */
    VIOLATION_BAD_SIGNATURE, /* ServerKeyExchange or CertificateVerify */
    VIOLATION_BAD_FINISHED,
    VIOLATION_BAD_RECORD,       /* does not decrypt */
    VIOLATION_BAD_KEY_EXCHANGE, /* a public value that cannot be used */
    VIOLATION_OVERSIZED,        /* a record or message above its ceiling */
    VIOLATION_DOWNGRADE,        /* the marker of RFC 8446 4.1.3 though both can do better */
    VIOLATION__COUNT,
};

/* How a STARTTLS or proxy dialogue ended. */
enum dialog_end {
    DIALOG_NONE,        /* there was none, or it went through */
    DIALOG_NOT_OFFERED, /* the service answers but offers no TLS */
    DIALOG_NO_TLS,     /* it says outright that it has no TLS: PostgreSQL `N`, MySQL without the capability */
    DIALOG_REFUSED,    /* offered, then refused when asked */
    DIALOG_NOT_SPOKEN, /* what came is not that protocol: see first_bytes */
    DIALOG_SILENT,     /* nothing came */
    DIALOG_CLOSED,     /* closed in the dialogue */
    DIALOG_PROXY_AUTH, /* 407, or SOCKS authentication refused */
    DIALOG_PROXY_REFUSED, /* any other refusal of the proxy */
    DIALOG_PROXY_TLS,     /* the proxy itself was spoken to in TLS, and answered so; no further */
    DIALOG_SERVICE_DOWN,  /* the service itself says that it is not available: 421, 554 greeting, * BYE */
    DIALOG__COUNT,
};

/* What became of a server's wish for a certificate of the client. */
enum client_choice {
    CLIENT_UNASKED,
    CLIENT_HAS_NONE,    /* no certificate to show */
    CLIENT_SHOWS,       /* Certificate and CertificateVerify are sent */
    CLIENT_NO_TYPE,     /* its kind of key is not among the certificate_types (TLS 1.2 and before) */
    CLIENT_NO_SIGALG,   /* its key makes none of the signatures that the server takes */
    CLIENT_SIGN_FAILED, /* the key could not sign */
    CLIENT__COUNT,
};

/* What became of data before the server's answer (RFC 8446 4.2.10). */
enum early_data {
    EARLY_DATA_NONE,
    EARLY_DATA_SENT,  /* … and the server has passed it over, or not said anything yet */
    EARLY_DATA_TAKEN, /* it said so in EncryptedExtensions */
};

struct transcript {
    struct arena *a;
    struct msg *first, *last;
    size_t n_msgs;

    enum result result;
    enum stage stage; /* the stage that was under way at the end */
    enum refusal refusal;
    enum violation violation;
    unsigned signed_by; /* VIOLATION_BAD_SIGNATURE: with the key of this certificate of the list it does
                           verify: 2 is the one behind the server's own; 0: with none of them */
    const char *place;  /* for people: "extensions of ServerHello at byte 43 runs past the end …"; NULL */
    uint8_t sent_alert; /* the alert that we sent with a refusal or violation; 0xFF none */
    uint8_t peer_alert, peer_alert_level; /* the alert that ended it (RESULT_PEER_ALERT) */
    bool peer_alert_encrypted;
    int sys_errno; /* of connect, or of a failed read or write; 0 none */
    enum dialog_end dialog;
    const char *dialog_line; /* the reply that decided, escaped; NULL */

    struct bytes
        first_bytes; /* what the peer said first, at most 512 bytes, TLS or not (after the dialogue) */
    /* Negotiated, as far as it came; 0 where it did not. */
    uint16_t version, suite, group, sigscheme;
    bool hrr;
    unsigned dh_bits;
    struct bytes alpn;
    struct bytes client_random, server_random;
    bool certificate_requested, client_certificate_sent;
    enum client_choice client_choice; /* at the last request */
    uint16_t client_sigscheme;        /* of our CertificateVerify; 0 none */
    bool finished;                    /* both Finished checked */
    bool resumed;
    enum early_data early_data;
    bool one_bit_off;                  /* the record that did not open does with a single bit changed */
    const struct eng_session *session; /* what the server gave to be resumed; NULL none */

    /* Carrier: filled by probe. */
    char *address; /* numeric, "127.0.0.1" */
    uint16_t port;
    bool connected;        /* TCP is up (to the target, or through the proxy) */
    int64_t connect_ns;    /* how long TCP took */
    int64_t end_ns;        /* when it ended, since begun */
    int64_t first_byte_ns; /* of the peer's first byte after our hello; 0 none */
    uint64_t bytes_sent, bytes_received;
    unsigned round_trips; /* waits for the peer, one after the other, TCP's included */
    bool peer_closed;     /* FIN or RST seen, whatever the result */
    bool peer_reset;
    bool unheard; /* at the end, in silence: what we sent was never acknowledged */
};

struct transcript *transcript_new(struct arena *a);
/* Appends a message with a copy of its body. */
struct msg *transcript_add(struct transcript *t, enum side from, enum msg_kind kind, uint8_t type,
                           struct bytes body);
/* The first handshake message of that type from that side, NULL if none. */
const struct msg *transcript_find(const struct transcript *t, enum side from, uint8_t handshake_type);

#endif

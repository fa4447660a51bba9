/* A case of the lab as data: which server stands there and how it misbehaves. A new case is a row in a
 * table (cases_*.c); only a new kind of misbehaviour needs code. Zero always means the ordinary, healthy
 * thing: a row of zeros with `.tls = true` is a well-run HTTPS server. */
#ifndef TW_LAB_CASE_H
#define TW_LAB_CASE_H

#include "base/bytes.h"
#include "wire/iana.h"

#define LAB_HOST "www.lab.example"

enum { LAB_MAX_CERTS = 3, LAB_MAX_VHOSTS = 4, LAB_MAX_RULES = 4, LAB_MAX_WHEN = 3, LAB_MAX_BLIND = 4 };

/* --- certificates --- */

enum key_kind {
    KEYS_EC256,
    KEYS_EC384,
    KEYS_EC521,
    KEYS_RSA,
    KEYS_RSA1024,
    KEYS_ED25519,
    KEYS_ED448,
    KEYS__COUNT,
};

enum chain_shape {
    CHAIN_FULL,         /* leaf and intermediate */
    CHAIN_LEAF_ONLY,    /* the intermediate is not sent */
    CHAIN_DIRECT,       /* the leaf is signed by the root itself */
    CHAIN_WITH_ROOT,    /* the root is sent too: needless */
    CHAIN_REVERSED,     /* root and intermediate in the wrong order */
    CHAIN_ISSUER_FIRST, /* the intermediate, and then the leaf (EC only) */
    CHAIN_CROWD,        /* hundreds of CAs of the intermediate's name, with other keys, before it */
    CHAIN_LONG,         /* three intermediates */
    CHAIN_UNRELATED,    /* an intermediate that has nothing to do with the leaf, in place of the right one */
    CHAIN_SELF_SIGNED,  /* no issuer but itself */
};

/* Issuers with something about them; CHAIN_FULL sends them, CHAIN_DIRECT does not send a root. */
enum odd_issuer {
    BY_USUAL,
    BY_NO_CA,          /* an intermediate whose certificate says that it is no CA */
    BY_CONSTRAINED,    /* may issue for names below another domain alone (RFC 5280 4.2.1.10) */
    BY_CONSTRAINED_OK, /* … for names of this domain */
    BY_EXPIRED,        /* an intermediate that has expired */
    BY_CROSS_SIGNED,   /* a good intermediate; its expired cross-certificate is sent before it */
    BY_NEW_ROOT,       /* a root that bears the name of the trusted one, with another key */
    BY_SCANNER,        /* the untrusted CA of a virus scanner, by its name; directly */
    BY_DEBUGGER,       /* … of a developer's tool */
    BY_LOCAL_CA,       /* … of a web server's own, for development */
    BY_REUSED_ROOT,    /* the same, with its serial number as well */
    BY_RENEWED_ROOT,   /* the trusted root's key and name in a newer certificate, which is sent */
    BY_REVOKED,        /* a CA that the root's CRL lists */
    BY_LISTED,         /* a CA that names the root's CRL, which does not list it */
    BY_PUBLIC,         /* below a root that {data} knows as public, and {ca} does not have */
    BY_FALLEN, /* by a root that Mozilla, as {data} has it, does not trust for what began in the last 30 days
                */
};

/* What an authority says of a certificate. */
enum said {
    SAID_NOTHING, /* nobody is asked */
    SAID_GOOD,
    SAID_REVOKED,
    SAID_OLD,         /* good, and the answer ended two days ago */
    SAID_BY_STRANGER, /* revoked, signed by an authority that has no say */
    SAID_NOT_KNOWN,   /* the responder does not know it */
    SAID_DEAD,        /* nobody listens where the certificate says */
    SAID__COUNT,
};

struct cert_spec {
    enum key_kind key;
    enum chain_shape shape;
    enum odd_issuer by;
    const char *eku;     /* extKeyUsage; NULL is serverAuth; "" leaves it out */
    bool sha1;           /* signed with SHA-1 */
    const char *ku;      /* keyUsage; NULL: what a server's needs */
    bool v1;             /* X.509 version 1, without extensions */
    bool other_key;      /* the server signs with a key that is not the certificate's (EC only) */
    bool other_ca;       /* issued below a root that is not in the --cacert file */
    const char *names;   /* subjectAltName in OpenSSL's words; NULL is "DNS:" LAB_HOST; "" leaves it out */
    const char *cn;      /* NULL is LAB_HOST */
    int from_h, until_h; /* validity in hours from now; both 0: ten days ago to 80 days from now */
    bool aia;            /* says where its issuer's certificate is to be had (RFC 5280 4.2.2.1) */
    bool aia_dead;       /* … and it is not to be had there */
    enum said staple;    /* sent by the server along with it */
    enum said ocsp, crl; /* by whom the certificate names */
    bool ocsp_post;      /* the responder takes POST alone (RFC 6960 A.1 leaves GET to it) */
    bool ocsp_second;    /* another is named before it, where nobody listens */
    bool must_staple;    /* RFC 7633 */
    bool no_aki;         /* without its issuer's key identifier (RFC 5280 4.2.1.1) */
    bool logged;         /* with an SCT, as certificates of public CAs have it without being told */
    bool no_scts;        /* of a public CA, and without SCTs all the same (RFC 6962 3.3) */
};

/* --- the honest server: libssl, configured --- */

enum sni_policy {
    SNI_IGNORED,  /* one certificate set for every name and for none */
    SNI_DEFAULT,  /* unknown name or none: the first certificate set */
    SNI_STRICT,   /* unknown name: fatal unrecognized_name; none: the first certificate set */
    SNI_WARNS,    /* unknown name: a warning (TLS 1.2), then on with the first set */
    SNI_DEMANDED, /* unknown name or none: fatal unrecognized_name */
    SNI_MINTED,   /* a certificate like the first one is made on the spot for any name; none: the first one */
    SNI_COPIED, /* … that has the names of the first one as well, as a box that copies the server's does */
};

struct vhost {
    const char *name;
    struct cert_spec cert;
    bool no_cert;
};

enum client_auth {
    CLIENT_AUTH_NONE,
    CLIENT_AUTH_ASKED,
    CLIENT_AUTH_REQUIRED,
    CLIENT_AUTH_LATE, /* asked for once the request is read: by renegotiation, or after the handshake of 1.3
                       */
};
/* Which client certificates are good. */
enum client_trust {
    CLIENT_TRUST_ANY,   /* whatever comes */
    CLIENT_TRUST_LAB,   /* below the lab's own roots */
    CLIENT_TRUST_OTHER, /* below another root alone */
    CLIENT_TRUST_NEW,   /* below a root that bears the name of the lab's, with another key */
};

/* What its tickets and it make of data before its answer (RFC 8446 4.2.10). */
enum early {
    EARLY_UNKNOWN, /* no ticket allows it */
    EARLY_TAKEN,
    EARLY_SKIPPED,  /* tickets allow it, and it is passed over */
    EARLY_TOO_MUCH, /* tickets allow it, and the first byte is too much: unexpected_message */
};

enum app {
    APP_HTTP,   /* waits for a request and answers `status` */
    APP_WAITS,  /* says nothing until the peer leaves (mail after STARTTLS) */
    APP_GREETS, /* speaks first, as implicit-TLS mail services do */
    APP_CLOSES, /* close_notify at once */
    APP_RESETS, /* answers, then leaves with RST */
    APP_HTTP1,  /* answers by HTTP/1.1, whatever ALPN agreed on */
    APP_OTHER,  /* waits for another protocol, and ends at what is none of it: close_notify */
};

struct honest {
    uint16_t min, max;    /* versions; 0: TLS 1.2 and 1.3 */
    const char *ciphers;  /* below TLS 1.3, OpenSSL's words; NULL: OpenSSL's default */
    const char *suites13; /* TLS 1.3; NULL: all three usual ones */
    const char *groups;   /* NULL: OpenSSL's default */
    const char *sigalgs;  /* NULL: OpenSSL's default */
    bool no_cert;         /* no certificate at all */
    struct cert_spec cert[LAB_MAX_CERTS];
    size_t n_certs; /* 0: one, cert[0] */
    enum sni_policy sni;
    struct vhost vhost[LAB_MAX_VHOSTS];
    const char *alpn;    /* server's protocols, preferred first, by commas; NULL: knows no ALPN */
    bool alpn_lenient;   /* no overlap: goes on without, instead of alert 120 (RFC 7301 3.2) */
    bool alpn_own;       /* … answers with its first one, offered or not */
    bool http1_required; /* requests over HTTP/2 get HTTP_1_1_REQUIRED (RFC 9113 7) */
    enum client_auth client_auth;
    bool no_session_context; /* asks for client certificates and gives its sessions no context */
    bool no_tickets13;       /* TLS 1.3: none at all */
    bool forgets_sessions;   /* keeps none of those that it gave out */
    enum client_trust client_trust;
    bool no_ca_list;      /* of it, none is named in the CertificateRequest */
    bool cuts_bad_client; /* finishes the handshake with any, and then closes without a word, as programs with
                             GnuTLS do */
    int client_error;     /* X509_V_ERR_…: its judgement on every client certificate */
    int client_check_off_h;        /* its clock is so many hours ahead when it judges one */
    const char *client_sigalgs;    /* NULL: OpenSSL's default */
    const char *client_types;      /* certificate_types of TLS 1.2 as bytes; NULL: the usual */
    unsigned dh_bits;              /* size of the DHE group; 0: DHE only if the ciphers ask, 2048 */
    uint64_t options, without;     /* SSL_OP_ flags that are set, and cleared */
    unsigned max_fragment;         /* largest record; 0: 16384 */
    unsigned pad_records;          /* TLS 1.3: records padded to multiples of this */
    bool stateless_cookie;         /* HelloRetryRequest with a cookie for everybody */
    uint16_t blind[LAB_MAX_BLIND]; /* extension types that this server has never heard of */
    enum early early;
    enum app app;
    const char *status;              /* NULL: "200 OK" */
    const char *status_early;        /* of a request that came as early data; NULL: as others */
    const char *status_without_cert; /* of a client that sent no certificate; NULL: as others */
    const char *status_bad_cert;     /* the handshake goes on with a bad certificate; this is answered */
    const char *headers;             /* more header lines */
    bool no_date;
    int date_off_h; /* its clock is so many hours ahead (below 0: behind) */
};

/* --- how its bytes leave --- */

enum cut { CUT_NONE, CUT_STALL, CUT_FIN, CUT_RST };

struct shape {
    unsigned delay_ms; /* before the first byte */
    unsigned segment;  /* bytes a send; 0: as they come */
    unsigned pause_ms; /* between segments */
    unsigned record;   /* plain handshake records are cut to this size */
    size_t cut_after;  /* bytes sent before `cut` */
    enum cut cut;
};

/* --- a box on the way, between the client and the case's own server --- */

enum relay_way { WAY_DOWN, WAY_UP }; /* to the client, to the server */
enum relay_what {
    RELAY_NOTHING,
    RELAY_FLIP,    /* one bit of the byte `at` of the record's body */
    RELAY_SCATTER, /* every 50th byte from `at` on, each time by other bits */
    RELAY_NO_EXT,  /* a ClientHello without the extension `at` */
    RELAY_NAME,    /* the first letter of the name in a ClientHello becomes an x */
    RELAY_VERSION, /* legacy_version of a hello becomes `at` */
    RELAY_SWALLOW, /* it, and all that follows */
    RELAY_FIN,
    RELAY_RST,
};
struct relay_fault {
    enum relay_way way;
    enum relay_what what;
    uint8_t type;    /* records of this type are counted; 0: all */
    unsigned record; /* from 1; 0: each */
    unsigned at;
    unsigned first; /* on so many connections, the first ones; 0: on all */
    uint16_t suite; /* where the server chose it; 0: whatever it chose */
};
enum { LAB_MAX_FAULTS = 2 };
struct relay {
    bool there;
    unsigned delay_ms;   /* before anything is handed on */
    unsigned segment;    /* hands on so many bytes at a time; 0: as they come */
    unsigned lose_above; /* what TCP would send the client in a segment of more bytes is lost, each time */
    unsigned
        lose_above_up; /* … and what the client sends in one: all of the connection, if it is the hello */
    struct relay_fault fault[LAB_MAX_FAULTS];
};

/* --- our own answers, for what libssl cannot say --- */

enum lie {
    LIE_NONE,
    LIE_TOO_LONG,         /* ServerHello's session id runs past its end */
    LIE_TOO_SHORT,        /* bytes are left over behind it */
    LIE_EXTENSIONS,       /* the extension block's length is too large */
    LIE_ENDLESS,          /* a Certificate of 16 MB that never ends */
    LIE_HALF_CERTIFICATE, /* the second half of the leaf's DER is missing */
    LIE_WRONG_FIRST,      /* a Finished instead of a ServerHello */
};

struct answer {
    uint16_t version; /* of ServerHello and records; TLS_1_3 says so in supported_versions */
    uint16_t suite;
    uint16_t group;   /* TLS 1.3: key share of this group, random bytes of the right size */
    bool hrr;         /* a HelloRetryRequest for `group` instead, again for each further hello */
    bool certificate; /* cert[0] of the case follows */
    bool done;        /* and ServerHelloDone */
    bool sealed;      /* what looks like the encrypted flight of TLS 1.3 follows */
    bool closes;      /* then the connection ends; false: silence */
    bool echo_id;     /* the client's session id comes back */
    enum lie lie;
};

/* --- the gate: looks at the ClientHello and misbehaves, or lets it pass to the honest server --- */

enum when_what {
    WHEN_ALWAYS,   /* as the first condition of a rule; ends the list otherwise */
    WHEN_VERSION,  /* offers version n, by whatever means */
    WHEN_ABOVE,    /* the hello, as a record, has more than n bytes */
    WHEN_SEGMENTS, /* came in more than one TCP segment, or would on Ethernet */
    WHEN_EXT,      /* has extension n */
    WHEN_TICKET,   /* shows a session ticket (RFC 5077): the extension is not empty */
    WHEN_GREASE,   /* any value of RFC 8701: suite, extension, group, version */
    WHEN_GREASE_SUITE,
    WHEN_GREASE_EXT,
    WHEN_GROUP,        /* supported_groups holds n */
    WHEN_SHARE,        /* key_share holds n */
    WHEN_SUITE,        /* cipher_suites holds n */
    WHEN_SUITES_ABOVE, /* more than n suites */
    WHEN_SNI,          /* the name in SNI; NULL: any */
    WHEN_ALPN,         /* offers the protocol */
    WHEN_SIGALG,       /* signature_algorithms holds n */
    WHEN_BEFORE,       /* extension n >> 16 stands before extension n & 0xFFFF */
    WHEN_EXTENSIONS,   /* exactly n extensions, those of RFC 8701 apart */
};

struct when {
    enum when_what what;
    bool not ;
    uint32_t n;
    const char *name;
};

enum act {
    ACT_SERVE, /* on to the honest server */
    ACT_ALERT, /* fatal, `alert` */
    ACT_WARN,  /* a warning `alert`, then close */
    ACT_FIN,
    ACT_RST,
    ACT_SILENCE,
    ACT_TEXT,   /* `text`, then FIN */
    ACT_BYTES,  /* `bytes`, then silence */
    ACT_ANSWER, /* `answer` by our own code */
    ACT_FLOOD,  /* endless records of ChangeCipherSpec and warnings */
    ACT_ECHO,   /* sends back what it gets */
};

struct gate_rule {
    struct when when[LAB_MAX_WHEN]; /* all of them */
    enum act act;
    uint8_t alert;
    const char *text;
    struct bytes bytes;
    struct answer answer;
};

/* --- before TLS: a plain service --- */

enum framing {
    FRAME_LINE,  /* ends with LF */
    FRAME_XML,   /* ends with > */
    FRAME_BER,   /* LDAP */
    FRAME_PG,    /* 4-byte length, itself included */
    FRAME_MYSQL, /* 3-byte little-endian length, sequence number */
    FRAME_PROXY, /* a PROXY protocol line, or whatever comes instead */
    FRAME_RAW,   /* whatever one read brings */
};

enum then { THEN_GO_ON, THEN_TLS, THEN_CLOSE, THEN_SILENCE };

/* The first reply whose `on` is in the request (any case; NULL fits all) is given. In `say`, a tilde
 * stands for the request's first word (IMAP's tag) or its LDAP message id. */
struct reply {
    const char *on;
    struct bytes say;
    enum then then;
};

enum { SCRIPT_MAX_REPLIES = 8 };
struct script {
    enum framing framing;
    struct bytes greeting; /* empty: the client speaks first */
    unsigned greeting_ms;  /* how long it thinks before that */
    struct reply reply[SCRIPT_MAX_REPLIES];
};

#define SAY(literal)                                                                                         \
    { (const uint8_t *)(literal), sizeof(literal) - 1 }

/* --- the case --- */

/* The client's own certificate, as files. */
enum client_files {
    CLIENT_FILES_NONE,
    CLIENT_FILES_ONE, /* certificate, chain and key in one PEM file */
    CLIENT_FILES_TWO,
    CLIENT_FILES_DER, /* two, of DER */
    CLIENT_FILES_PKCS12,
};
struct client_spec {
    enum client_files files;
    struct cert_spec cert;
    bool stray_key; /* the key is another one, made for nothing */
};

enum listen_kind {
    LISTEN_OPEN,
    LISTEN_CLOSED,      /* the port is taken, nobody listens */
    LISTEN_FULL,        /* the queue of connections is full: SYNs stay unanswered */
    LISTEN_DEAF,        /* connections come up, and no segment with data is ever acknowledged */
    LISTEN_DEAF_TO_TLS, /* … none that holds TLS; what follows in plain text is */
    LISTEN_NONE,        /* the arguments alone make the case */
};

enum v6_side {
    V6_NONE, /* not used */
    V6_OPEN,
    V6_CLOSED,
    V6_FULL,
};

enum door {
    DOOR_OPEN,
    DOOR_CLOSES, /* FIN before a byte was read */
    DOOR_RESETS,
    DOOR_SILENT, /* reads all, never says anything */
};

enum lab_proxy {
    LAB_PROXY_NONE,
    LAB_PROXY_HTTP,
    LAB_PROXY_HTTP_AUTH,
    LAB_PROXY_HTTP_REFUSES,    /* 403, whatever is asked for */
    LAB_PROXY_HTTP_443,        /* … but port 443 */
    LAB_PROXY_HTTP_NO_CONNECT, /* 405 */
    LAB_PROXY_HTTP_LOST,       /* 502: it does not get there itself */
    LAB_PROXY_SOCKS5,
    LAB_PROXY_SOCKS5_AUTH,
};

struct lab_case {
    const char *name;
    const char *shows; /* a cause's id, or "healthy", or "undetermined" */
    const char *summary;
    /* The arguments: `args` whole, or "--cacert {ca} --connect-to {addr} EXTRA HOST", with --cert and --key
     * where the client has files. {ca}, {addr}, {port}, {dns}, {proxy}, {cert}, {key} are filled in; {dir}:
     * the lab's folder, with all.pem (each public root), other.pem (the company's), and data (root programs,
     * for XDG_DATA_HOME). */
    const char *args, *extra, *host;
    const char *env; /* variables of that run, as a shell has them; NULL: none */
    enum listen_kind listen;
    enum v6_side v6;                    /* the same port on ::1, beside 127.0.0.1 */
    const struct honest *honest_v6;     /* with V6_OPEN: another server there; NULL: the same */
    const struct honest *honest_second; /* serves every second connection; NULL: the same */
    enum door door;
    unsigned answers_one_in; /* so many connections; the others wait in vain. 0: all */
    unsigned answers_first;  /* … and this is the first one, from 0 */
    bool serial;             /* one connection after the other */
    unsigned max_at_once;    /* more simultaneous ones are closed at once; 0: any number */
    enum lab_proxy proxy;
    bool behind; /* the proxy alone reaches the server, whatever `listen` and `relay` make of the port */
    struct client_spec client;
    const struct script *script;
    const struct script *http80; /* plain HTTP at port 80 of an address that the case has for itself */
    struct gate_rule gate[LAB_MAX_RULES];
    bool tls; /* an honest server stands there */
    struct honest honest;
    struct shape shape;
    struct relay relay; /* the client reaches the server through it */
};

struct case_table {
    const struct lab_case *row;
    size_t n;
};
extern const struct case_table lab_version_cases, lab_cipher_cases, lab_name_cases, lab_hello_cases,
    lab_smallest_cases, lab_connect_cases, lab_starttls_cases, lab_certificate_cases, lab_client_cases,
    lab_healthy_cases, lab_shape_cases, lab_session_cases, lab_between_cases, lab_path_cases;

#endif

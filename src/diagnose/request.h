/* What is to be diagnosed: the options of CONTRACT.md as data. Strings are borrowed and outlive the
 * diagnosis. Zero means "not given". Filled by tlswhy_set() (include/tlswhy/tlswhy.h), one row of a table an
 * option. */
#ifndef TW_DIAGNOSE_REQUEST_H
#define TW_DIAGNOSE_REQUEST_H

#include "net/dialog.h"
#include "wire/hello.h"

enum { REQUEST_MAX_FILES = 32 };
/* Where another program on this machine has its roots. */
struct store_place {
    const char *name; /* "curl" */
    const char *path; /* a PEM file */
};

struct request {
    const char *host;         /* as A-labels where it is a name; a literal without brackets */
    const char *host_shown;   /* as it was typed */
    uint16_t port;            /* 443 unless given; with --starttls its assigned port unless given */
    const char *connect_addr; /* --connect-to; numeric or a name */
    uint16_t connect_port;    /* 0: `port` */
    const char *servername;   /* --servername */
    bool no_sni;
    enum starttls starttls;
    const char *cacert[REQUEST_MAX_FILES];
    size_t n_cacert;
    const char *capath[REQUEST_MAX_FILES];
    size_t n_capath;
    const char *cert, *key;    /* --cert, --key: FILE or FILE:PASSPHRASE */
    const char *client;        /* profile; NULL is "modern" */
    uint16_t tls_min, tls_max; /* enum tls_version; SSL 3 is not an option */
    uint16_t suites[HELLO_MAX_SUITES];
    size_t n_suites;
    struct u16_list groups, sigalgs;
    bool groups_given, sigalgs_given;
    const char *alpn; /* names, "" offers none; NULL not given */
    const char *time_source[REQUEST_MAX_FILES];
    size_t n_time_source;
    struct proxy proxy; /* kind PROXY_NONE: direct */
    /* One that this machine's configuration names, and this client does not use; kind PROXY_NONE: none is
     * known. Whose it is, for people: "http_proxy". */
    struct proxy known_proxy;
    const char *known_proxy_name;
    int family;                      /* AF_UNSPEC, AF_INET, AF_INET6 */
    int64_t timeout_ns, max_time_ns; /* 10 s and 3 times the first unless given */
    unsigned max_connections;        /* 64 unless given */
    bool offline;
    bool all_clients; /* the clients table has those of the past too */
    const char *resolver;
    const char *compare; /* a report's file; NULL: none */
    /* In the place of the system's file and folder of roots (SSL_CERT_FILE, SSL_CERT_DIR); NULL: the system's
     */
    const char *store_file, *store_dirs;
    struct store_place places[REQUEST_MAX_FILES];
    size_t n_places;
    const char *data_dir; /* where imported root programs are; NULL: none */
    /* The bends as the user wrote them ("--tls-max 1.1"), for the report. */
    const char *bent[16];
    size_t n_bent;
};

#endif

#include "probe/change.h"
#include "probe/job.h"

#include <assert.h>

enum { KEY_MAX = HELLO_MAX_BYTES + 1024 };

static void put_bool(struct wr *w, bool b) {
    wr_u8(w, b);
}

static void put_hello(struct wr *w, const struct hello *hello) {
    struct hello h = *hello;
    memset(h.random, 0, sizeof(h.random));
    memset(h.session_id, 0, sizeof(h.session_id));
    wr_u16(w, h.record_version);
    hello_write(w, &h, NULL);
}

static void put_policy(struct wr *w, const struct eng_policy *p) {
    wr_u16(w, p->min_version);
    wr_u16(w, p->max_version);
    put_bool(w, p->need_renegotiation_info);
    put_bool(w, p->need_ems);
    wr_u32(w, p->dh_min_bits);
    wr_u32(w, p->dh_max_bits);
    wr_u32(w, (uint32_t)p->max_message);
    put_bool(w, p->refuse_warnings);
    put_bool(w, p->refuse_old_signatures);
    put_bool(w, p->check_sigalg);
    put_bool(w, p->accept_unread_key);
    put_bool(w, p->ignore_downgrade);
    put_bool(w, p->sign_as_offered);
}

static void put_transport(struct wr *w, const struct transport *via) {
    wr_u8(w, (uint8_t)via->starttls);
    put_bool(w, via->use_proxy);
    wr_u8(w, (uint8_t)via->proxy_scheme);
    put_bool(w, via->proxy_header);
    put_bool(w, via->greet_only);
    put_bool(w, via->plain_http);
    wr_u64(w, (uint64_t)via->listen_ns);
    wr_u32(w, via->first_segment);
    wr_u64(w, (uint64_t)via->segment_pause_ns);
    wr_u32(w, (uint32_t)via->mss);
}

/* By the trial that gives the session: the session itself may not be there yet. */
static void put_session(struct wr *w, const struct run *from) {
    put_bool(w, from);
    if (from) wr_u64(w, ((const struct job *)from)->hash);
}

/* What decides whether two trials are the same. The hello counts by its bytes, so that two ways of writing
 * the same hello down are one. */
struct bytes trial_key(struct arena *a, const struct trial *t) {
    uint8_t room[KEY_MAX];
    struct wr w = wr_init(room, sizeof(room));
    wr_vec(&w, 1, bytes_of(&t->to.sa, t->to.len));
    wr_vec(&w, 2, bytes_str(t->host));
    wr_u16(&w, t->host_port);
    put_policy(&w, &t->policy);
    wr_u8(&w, (uint8_t)t->stop);
    wr_u64(&w, (uintptr_t)t->identity);
    put_bool(&w, t->ask_http);
    put_transport(&w, &t->via);
    put_session(&w, t->resume);
    put_bool(&w, t->early_data);
    wr_u32(&w, t->repeat);
    put_hello(&w, &t->hello);
    assert(!w.overflow);
    return arena_copy(a, wr_bytes(&w));
}

/* FNV-1a: only to look up quickly; equality is by the bytes. */
uint64_t trial_hash(struct bytes key) {
    uint64_t h = 0xcbf29ce484222325;
    for (size_t i = 0; i < key.n; i++) h = (h ^ key.p[i]) * 0x100000001b3;
    return h;
}

uint16_t trial_port(const struct trial *t) {
    return t->to.len ? net_addr_port(&t->to) : t->host_port;
}

/* Ports where TLS at once carries something else than HTTP (IANA's register and common use): a HEAD there
 * would be noise in somebody's log at best. Ports of STARTTLS protocols come from dialog.h. */
static const struct {
    uint16_t from, to;
} not_http[] = {
    {465, 465},     /* submissions */
    {563, 563},     /* nntps */
    {636, 636},     /* ldaps */
    {853, 853},     /* domain-s */
    {989, 995},     /* ftps-data, ftps, telnets, imaps, ircs, pop3s */
    {1433, 1433},   /* ms-sql */
    {1521, 1521},   /* oracle */
    {2484, 2484},   /* oracle over TLS */
    {3268, 3269},   /* global catalogue */
    {3306, 3306},   /* mysql */
    {3389, 3389},   /* rdp */
    {5061, 5061},   /* sips */
    {5223, 5223},   /* xmpp-client over TLS */
    {5270, 5270},   /* xmpp-server over TLS */
    {5349, 5349},   /* turns */
    {5432, 5432},   /* postgresql */
    {5671, 5671},   /* amqps */
    {6379, 6380},   /* redis */
    {6514, 6514},   /* syslog-tls */
    {6679, 6679},   /* ircs */
    {6697, 6697},   /* ircs-u */
    {8883, 8883},   /* secure-mqtt */
    {27017, 27017}, /* mongodb */
};

static bool is_http_port(uint16_t port) {
    for (size_t i = 0; i < TW_COUNT(not_http); i++)
        if (port >= not_http[i].from && port <= not_http[i].to) return false;
    return starttls_of_port(port) == STARTTLS_NONE;
}

static bool is_web(const struct trial *t) {
    return t->via.starttls == STARTTLS_NONE && is_http_port(t->host_port) && is_http_port(trial_port(t));
}

void trial_fit_port(struct trial *t) {
    if (!is_web(t)) change_apply(t, &(struct change){.kind = CHANGE_ALPN, .name = ""});
}

bool trial_may_ask(const struct trial *t) {
    return t->ask_http && is_web(t);
}

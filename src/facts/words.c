/* What happened, in words. */
#include "facts/facts.h"

#include <errno.h>

static const char *errno_words(int e) {
    static const struct {
        int e;
        const char *text;
    } known[] = {
        {ECONNREFUSED, "the connection was refused"},
        {EADDRNOTAVAIL, "this machine has no address of that family"},
        {EAFNOSUPPORT, "this machine does not speak that family of addresses"},
        {ENETUNREACH, "there is no route to the network"},
        {EHOSTUNREACH, "there is no route to the host"},
        {ETIMEDOUT, "nobody answered the connection request"},
        {ECONNRESET, "the connection was reset"},
    };
    for (size_t i = 0; i < TW_COUNT(known); i++)
        if (known[i].e == e) return known[i].text;
    return "the connection could not be made";
}

static const char *const refusal_text[REFUSAL__COUNT] = {
    [REFUSAL_NONE] = "the client stopped",
    [REFUSAL_VERSION] = "the client stopped at the version that the server chose",
    [REFUSAL_RENEGOTIATION] = "the client stopped, since the server lacks secure renegotiation (RFC 5746)",
    [REFUSAL_DH_SMALL] = "the client stopped at a Diffie-Hellman group that is too small",
    [REFUSAL_DH_LARGE] = "the client stopped at a Diffie-Hellman group that is too large for it",
    [REFUSAL_SIGALG] = "the client stopped at a signature scheme that it did not offer",
    [REFUSAL_KEY_TYPE] = "the client stopped at a certificate key that does not fit the suite",
    [REFUSAL_EMS] = "the client stopped, since the server lacks the extended master secret (RFC 7627)",
    [REFUSAL_MESSAGE_SIZE] = "the client stopped at a message that is longer than it takes",
    [REFUSAL_WARNING] = "the client stopped at a warning of the server",
};

static const char *const violation_text[VIOLATION__COUNT] = {
    [VIOLATION_NONE] = "the server broke the protocol",
    [VIOLATION_MALFORMED] = "a malformed message of the server",
    [VIOLATION_UNEXPECTED] = "a message of the server that may not stand there",
    [VIOLATION_NOT_OFFERED] = "a choice of the server that was not on offer",
    [VIOLATION_BAD_SIGNATURE] = "a handshake signature that does not verify",
    [VIOLATION_BAD_FINISHED] = "a Finished message that does not verify",
    [VIOLATION_BAD_RECORD] = "a record that does not decrypt",
    [VIOLATION_BAD_KEY_EXCHANGE] = "a key exchange value that cannot be used",
    [VIOLATION_OVERSIZED] = "a record or message above every limit",
    [VIOLATION_DOWNGRADE] = "the marker of a downgrade (RFC 8446 4.1.3)",
};

static char *alert_text(struct arena *a, const struct transcript *t) {
    const char *when = t->stage >= STAGE_APPLICATION ? " after the handshake" : "";
    return text_f(a, "the alert %s (%u) from the server%s", alert_name(t->peer_alert), t->peer_alert, when);
}

static char *not_tls_text(struct arena *a, const struct facts *f) {
    if (f->plain != PLAIN_UNKNOWN)
        return text_f(a, "an answer in plain %s instead of TLS", plain_name(f->plain));
    return text_f(a, "an answer that is not TLS: \"%s\"", text_escape(a, f->t->first_bytes, 40));
}

static char *dialog_text(struct arena *a, const struct transcript *t) {
    static const char *const text[DIALOG__COUNT] = {
        [DIALOG_NOT_OFFERED] = "the service does not offer STARTTLS",
        [DIALOG_NO_TLS] = "the service says that it has no TLS",
        [DIALOG_REFUSED] = "the service refused STARTTLS",
        [DIALOG_NOT_SPOKEN] = "an answer that is not that protocol's",
        [DIALOG_SILENT] = "silence where the service should greet or answer",
        [DIALOG_CLOSED] = "the connection was closed before TLS could begin",
        [DIALOG_PROXY_AUTH] = "the proxy asks for credentials",
        [DIALOG_PROXY_REFUSED] = "the proxy refused",
        [DIALOG_PROXY_TLS] = "the proxy itself answers in TLS",
        [DIALOG_SERVICE_DOWN] = "the service says that it is not available",
    };
    const char *what = text[t->dialog] ? text[t->dialog] : "the dialogue before TLS failed";
    return t->dialog_line ? text_f(a, "%s (\"%s\")", what, t->dialog_line) : arena_strdup(a, what);
}

/* The proxy itself was not reached, or its dialogue failed. */
static char *proxy_text(struct arena *a, const struct transcript *t) {
    if (t->dialog != DIALOG_NONE) return dialog_text(a, t);
    if (t->place) return arena_strdup(a, t->place);
    return text_f(a, "the proxy cannot be reached: %s", errno_words(t->sys_errno));
}

static const char *waited(struct arena *a, const struct transcript *t) {
    int64_t s = (t->end_ns - t->connect_ns + 500000000) / 1000000000;
    return s > 0 ? text_f(a, " for %lld second%s", (long long)s, s == 1 ? "" : "s") : "";
}

static char *good_text(struct arena *a, const struct facts *f) {
    const struct transcript *t = f->t;
    if (f->reached == REACHED_AIM && t->version)
        return text_f(a, "the handshake goes through (%s, %s)", version_name(t->version),
                      suite_name(t->suite));
    if (t->version)
        return text_f(a, "the server goes on and chooses %s with %s", version_name(t->version),
                      t->suite ? suite_name(t->suite) : "a suite of its own");
    return arena_strdup(a, "an answer");
}

char *facts_outcome(struct arena *a, const struct facts *f) {
    const struct transcript *t = f->t;
    switch (t->result) {
    case RESULT_DONE:
    case RESULT_RECOGNISED:
        return good_text(a, f);
    case RESULT_PEER_ALERT:
        return alert_text(a, t);
    case RESULT_PEER_FIN:
        return arena_strdup(a, "the connection was closed without a word");
    case RESULT_PEER_RST:
        return arena_strdup(a, "the connection was reset");
    case RESULT_TIMEOUT:
        return text_f(a, "silence%s", waited(a, t));
    case RESULT_NOT_TLS:
        return not_tls_text(a, f);
    case RESULT_REFUSED:
        if (t->refusal == REFUSAL_VERSION)
            return text_f(a, "the server chose %s, and the client stopped", version_name(t->version));
        return arena_strdup(a, refusal_text[t->refusal]);
    case RESULT_VIOLATION:
        return t->place ? text_f(a, "%s (%s)", violation_text[t->violation], t->place)
                        : arena_strdup(a, violation_text[t->violation]);
    case RESULT_CONNECT_FAILED:
        return arena_strdup(a, errno_words(t->sys_errno));
    case RESULT_PROXY_FAILED:
        return proxy_text(a, t);
    case RESULT_STARTTLS_FAILED:
        return dialog_text(a, t);
    case RESULT_RUNNING:
    case RESULT_CANCELLED:
    case RESULT__COUNT:
        break;
    }
    return arena_strdup(a, "not tried");
}

char *facts_word(struct arena *a, const struct facts *f) {
    static const char *const word[RESULT__COUNT] = {
        [RESULT_RUNNING] = "not tried",
        [RESULT_DONE] = "ok",
        [RESULT_RECOGNISED] = "recognised",
        [RESULT_PEER_FIN] = "closed",
        [RESULT_PEER_RST] = "reset",
        [RESULT_TIMEOUT] = "timeout",
        [RESULT_NOT_TLS] = "not TLS",
        [RESULT_REFUSED] = "refused by the client",
        [RESULT_VIOLATION] = "protocol violation",
        [RESULT_PROXY_FAILED] = "proxy failed",
        [RESULT_STARTTLS_FAILED] = "starttls failed",
        [RESULT_CANCELLED] = "not tried",
    };
    const struct transcript *t = f->t;
    if (t->result == RESULT_PEER_ALERT) return text_f(a, "alert %s", alert_name(t->peer_alert));
    if (t->result == RESULT_CONNECT_FAILED) {
        if (t->sys_errno == ECONNREFUSED) return arena_strdup(a, "connection refused");
        if (t->sys_errno == ETIMEDOUT) return arena_strdup(a, "connect timeout");
        return arena_strdup(a, "unreachable");
    }
    return arena_strdup(a, word[t->result] ? word[t->result] : "failed");
}

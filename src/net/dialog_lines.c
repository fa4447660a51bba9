/* STARTTLS in lines: SMTP (RFC 3207), LMTP (RFC 2033), IMAP and POP3 (RFC 2595), FTP (RFC 4217), ManageSieve
 * (RFC 5804), NNTP (RFC 4642). A script is walked: greeting, list of capabilities, the command itself. */
#include "net/dialog_lines.h"

/* What an answer means at a step. */
enum act {
    ACT_NEXT,
    ACT_WAIT,
    ACT_READY,
    ACT_JUDGE,     /* the list is whole: was STARTTLS in it? */
    ACT_NO_LIST,   /* no list to be had: ask nevertheless, and judge by the answer */
    ACT_NOT_KNOWN, /* the command is not understood: was it listed, is there another word for it? */
    ACT_REFUSED,
    ACT_DOWN,
    ACT_ALIEN,
};
static const uint8_t acts[ROLE__COUNT][ANSWER__COUNT] = {
    [ROLE_GREETING] = {[ANSWER_MORE] = ACT_WAIT,
                       [ANSWER_OK] = ACT_NEXT,
                       [ANSWER_UNKNOWN] = ACT_DOWN,
                       [ANSWER_NO] = ACT_DOWN,
                       [ANSWER_DOWN] = ACT_DOWN,
                       [ANSWER_ALIEN] = ACT_ALIEN},
    [ROLE_GREETING_LIST] = {[ANSWER_MORE] = ACT_WAIT,
                            [ANSWER_OK] = ACT_JUDGE,
                            [ANSWER_UNKNOWN] = ACT_DOWN,
                            [ANSWER_NO] = ACT_DOWN,
                            [ANSWER_DOWN] = ACT_DOWN,
                            [ANSWER_ALIEN] = ACT_ALIEN},
    [ROLE_LIST] = {[ANSWER_MORE] = ACT_WAIT,
                   [ANSWER_OK] = ACT_JUDGE,
                   [ANSWER_UNKNOWN] = ACT_NO_LIST,
                   [ANSWER_NO] = ACT_NO_LIST,
                   [ANSWER_DOWN] = ACT_DOWN,
                   [ANSWER_ALIEN] = ACT_ALIEN},
    [ROLE_ASK] = {[ANSWER_MORE] = ACT_WAIT,
                  [ANSWER_OK] = ACT_READY,
                  [ANSWER_UNKNOWN] = ACT_NOT_KNOWN,
                  [ANSWER_NO] = ACT_REFUSED,
                  [ANSWER_DOWN] = ACT_DOWN,
                  [ANSWER_ALIEN] = ACT_ALIEN},
};

static bool has_word(struct bytes text, const char *s) {
    size_t n = strlen(s);
    for (size_t i = 0; i + n <= text.n; i++)
        if (line_word_is(bytes_cut(text, i, n), s)) return true;
    return false;
}

static bool names_capability(const struct capability *c, struct bytes item) {
    if (!line_word_is(line_word(&item), c->first)) return false;
    if (!c->any[0]) return true;
    for (struct bytes word = line_word(&item); word.n > 0; word = line_word(&item))
        for (size_t i = 0; i < TW_COUNT(c->any) && c->any[i]; i++)
            if (line_word_is(word, c->any[i])) return true;
    return false;
}

static enum dialog_status next_step(struct dialog *d, struct wr *out) {
    d->lines.step++;
    dialog_say(d, out, bytes_str(d->dialect->script->step[d->lines.step].send));
    return DIALOG_GOES_ON;
}

static enum dialog_status not_known(struct dialog *d, struct wr *out) {
    const struct script *s = d->dialect->script;
    bool another = d->lines.step + 1 < s->n_steps && s->step[d->lines.step + 1].role == ROLE_ASK;
    if (another) return next_step(d, out);
    return dialog_fail(d, d->lines.listed ? DIALOG_REFUSED : DIALOG_NOT_OFFERED, NULL);
}

static enum dialog_status act_on(struct dialog *d, enum act act, struct wr *out) {
    switch (act) {
    case ACT_WAIT:
        return DIALOG_GOES_ON;
    case ACT_NEXT:
        return next_step(d, out);
    case ACT_JUDGE:
        return d->lines.listed ? next_step(d, out) : dialog_fail(d, DIALOG_NOT_OFFERED, NULL);
    case ACT_NO_LIST:
        if (d->lines.another_banner) return dialog_fail(d, DIALOG_NOT_SPOKEN, NULL);
        return next_step(d, out);
    case ACT_NOT_KNOWN:
        return not_known(d, out);
    case ACT_READY:
        return DIALOG_READY;
    case ACT_REFUSED:
        return dialog_fail(d, DIALOG_REFUSED, NULL);
    case ACT_DOWN:
        return dialog_fail(d, DIALOG_SERVICE_DOWN, NULL);
    case ACT_ALIEN:
        break;
    }
    return dialog_fail(d, DIALOG_NOT_SPOKEN, NULL);
}

static enum unit_state lines_whole(struct dialog *d, struct bytes held) {
    if (held.p[held.n - 1] == '\n') return UNIT_WHOLE;
    /* Binary where a reply must begin: TLS records, MySQL, Telnet. Inside a reply free text may stand. */
    uint8_t first = held.p[0];
    bool text = (first >= 0x20 && first < 0x7F) || first == '\r' || first == '\t';
    return d->lines.n_lines > 0 || text ? UNIT_MORE : UNIT_ALIEN;
}

static struct bytes trimmed(struct bytes line) {
    while (line.n > 0 && memchr("\r\n\t ", line.p[line.n - 1], 4)) line.n--;
    return line;
}

static enum dialog_status lines_unit(struct dialog *d, struct bytes unit, struct wr *out) {
    struct line_state *l = &d->lines;
    const struct script *s = d->dialect->script;
    const struct line_step *step = &s->step[l->step];
    struct bytes line = trimmed(unit);
    if (line.n == 0) return DIALOG_GOES_ON; /* says nothing, and some servers send it */

    l->n_lines++;
    dialog_note(d, line, " / ");
    struct bytes item = {0};
    enum answer answer = s->classify(d, step, line, &item);
    /* A step that sends STARTTLS has its own answer; what stands in it is no list. */
    if (step->role != ROLE_ASK && step->role != ROLE_GREETING && names_capability(&s->capability, item))
        l->listed = true;
    if (step->role == ROLE_GREETING && s->rival && has_word(line, s->rival)) l->another_banner = true;
    if (answer != ANSWER_MORE) l->n_lines = 0;
    return act_on(d, (enum act)acts[step->role][answer], out);
}

/* The name that we give ourselves resolves nowhere (RFC 2606 2): the library knows no name of this machine.
 */
#define OUR_NAME "tlswhy.invalid"

static const struct script smtp = {
    .classify = reply_code,
    .capability = {.first = "STARTTLS"},
    .rival = "FTP",
    .unknown = {500, 502, 504},
    .down = 421,
    .step = {{ROLE_GREETING, NULL, {220}},
             {ROLE_LIST, "EHLO " OUR_NAME "\r\n", {250}},
             {ROLE_ASK, "STARTTLS\r\n", {220}}},
    .n_steps = 3,
};
static const struct script lmtp = {
    .classify = reply_code,
    .capability = {.first = "STARTTLS"},
    .rival = "FTP",
    .unknown = {500, 502, 504},
    .down = 421,
    .step = {{ROLE_GREETING, NULL, {220}},
             {ROLE_LIST, "LHLO " OUR_NAME "\r\n", {250}},
             {ROLE_ASK, "STARTTLS\r\n", {220}}},
    .n_steps = 3,
};
/* Before login some servers answer 530 to whatever they do not know. AUTH TLS is RFC 4217's word, AUTH SSL
 * that of servers before it; 334 is RFC 2228's other yes. */
static const struct script ftp = {
    .classify = reply_code,
    .capability = {.first = "AUTH", .any = {"TLS", "SSL", "TLS-C", "TLS-P"}},
    .rival = "SMTP",
    .unknown = {500, 501, 502, 503, 504, 530},
    .down = 421,
    .same_code_ends = true,
    .step = {{ROLE_GREETING, NULL, {220}},
             {ROLE_LIST, "FEAT\r\n", {211}},
             {ROLE_ASK, "AUTH TLS\r\n", {234, 334}},
             {ROLE_ASK, "AUTH SSL\r\n", {234, 334}}},
    .n_steps = 4,
};
static const struct script imap = {
    .classify = reply_imap,
    .capability = {.first = "CAPABILITY", .any = {"STARTTLS"}},
    .step = {{ROLE_GREETING, NULL, {0}},
             {ROLE_LIST, "a1 CAPABILITY\r\n", {0}},
             {ROLE_ASK, "a2 STARTTLS\r\n", {0}}},
    .n_steps = 3,
};
static const struct script pop3 = {
    .classify = reply_pop3,
    .capability = {.first = "STLS"},
    .step = {{ROLE_GREETING, NULL, {0}}, {ROLE_LIST, "CAPA\r\n", {0}}, {ROLE_ASK, "STLS\r\n", {0}}},
    .n_steps = 3,
};
static const struct script sieve = {
    .classify = reply_sieve,
    .capability = {.first = "STARTTLS"},
    .step = {{ROLE_GREETING_LIST, NULL, {0}}, {ROLE_ASK, "STARTTLS\r\n", {0}}},
    .n_steps = 2,
};
static const struct script nntp = {
    .classify = reply_nntp,
    .capability = {.first = "STARTTLS"},
    .unknown = {500, 501, 502, 503},
    .down = 400,
    .step = {{ROLE_GREETING, NULL, {200, 201}},
             {ROLE_LIST, "CAPABILITIES\r\n", {101}},
             {ROLE_ASK, "STARTTLS\r\n", {382}}},
    .n_steps = 3,
};

#define IN_LINES(word, number)                                                                               \
    const struct dialect dialect_##word = {                                                                  \
        .name = #word,                                                                                       \
        .port = number,                                                                                      \
        .max_unit = DIALOG_MAX_LINE,                                                                         \
        .script = &word,                                                                                     \
        .whole = lines_whole,                                                                                \
        .unit = lines_unit,                                                                                  \
    }
IN_LINES(smtp, 25);
IN_LINES(lmtp, 24);
IN_LINES(imap, 143);
IN_LINES(pop3, 110);
IN_LINES(ftp, 21);
IN_LINES(sieve, 4190);
IN_LINES(nntp, 119);

/* How the replies of each protocol in lines are read: which line ends a reply, and what it says. */
#include "net/dialog_lines.h"

struct bytes line_word(struct bytes *b) {
    static const char separators[] = " \t\"()[];,";
    size_t i = 0;
    while (i < b->n && strchr(separators, b->p[i])) i++;
    size_t begin = i;
    while (i < b->n && !strchr(separators, b->p[i])) i++;
    struct bytes word = bytes_cut(*b, begin, i - begin);
    *b = bytes_cut(*b, i, b->n);
    return word;
}

bool line_word_is(struct bytes word, const char *s) {
    return bytes_eq_nocase(word, bytes_str(s));
}

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

/* The three digits that begin a reply line, 0 if there are none. What follows them goes to *ret_mark: a
 * hyphen where the reply goes on, a space at its last line. */
static unsigned code_of(struct bytes line, uint8_t *ret_mark) {
    if (line.n < 3 || !is_digit(line.p[0]) || !is_digit(line.p[1]) || !is_digit(line.p[2])) return 0;
    uint8_t mark = line.n > 3 ? line.p[3] : ' ';
    if (mark != ' ' && mark != '-') return 0;
    *ret_mark = mark;
    return (line.p[0] - '0') * 100u + (line.p[1] - '0') * 10u + (line.p[2] - '0') * 1u;
}

static bool is_among(const unsigned *codes, size_t n, unsigned code) {
    for (size_t i = 0; i < n; i++)
        if (codes[i] == code) return true;
    return false;
}

static enum answer judge_code(const struct script *s, const struct line_step *step, unsigned code) {
    if (is_among(step->ok, TW_COUNT(step->ok), code)) return ANSWER_OK;
    if (code == s->down) return ANSWER_DOWN;
    if (is_among(s->unknown, TW_COUNT(s->unknown), code)) return ANSWER_UNKNOWN;
    if (code >= 100 && code < 200) return ANSWER_MORE; /* "120 ready in 5 minutes": the real one follows */
    return code >= 400 && code < 600 ? ANSWER_NO : ANSWER_ALIEN;
}

/* SMTP, LMTP (RFC 5321 4.2) and FTP (RFC 959 4.2): "xyz-" goes on, "xyz " ends. In SMTP the last line's code
 * counts; in FTP only the first one's code ends the reply. */
enum answer reply_code(struct dialog *d, const struct line_step *step, struct bytes line,
                       struct bytes *ret_item) {
    struct line_state *l = &d->lines;
    const struct script *s = d->dialect->script;
    uint8_t mark = 0;
    unsigned code = code_of(line, &mark);
    if (code == 0 && l->open_code == 0) return ANSWER_ALIEN;
    if (l->n_lines > 1) *ret_item = code ? bytes_cut(line, 4, line.n) : line;

    bool ends = code != 0 && mark == ' ';
    if (ends && l->open_code != 0 && s->same_code_ends) ends = code == l->open_code;
    if (ends) {
        l->open_code = 0;
        return judge_code(s, step, code);
    }
    if (l->open_code == 0) l->open_code = code;
    return ANSWER_MORE;
}

/* RFC 3501 2.2: untagged responses come before the tagged one. The step's tag is the first word we sent. */
enum answer reply_imap(struct dialog *d, const struct line_step *step, struct bytes line,
                       struct bytes *ret_item) {
    (void)d;
    struct bytes rest = line, sent = bytes_str(step->send);
    struct bytes mark = line_word(&rest);
    if (line_word_is(mark, "+")) return ANSWER_MORE;
    bool untagged = line_word_is(mark, "*");
    struct bytes tag = line_word(&sent);
    if (!untagged && (tag.n == 0 || !bytes_eq_nocase(mark, tag))) return ANSWER_ALIEN;

    struct bytes item = rest;
    struct bytes word = line_word(&rest);
    if (untagged && line_word_is(word, "BYE")) return ANSWER_DOWN;
    *ret_item = line_word_is(word, "CAPABILITY") ? item : rest; /* or in a code: OK [CAPABILITY …] */
    if (untagged && step->send) return ANSWER_MORE;
    if (line_word_is(word, "OK") || (untagged && line_word_is(word, "PREAUTH"))) return ANSWER_OK;
    if (line_word_is(word, "NO")) return ANSWER_NO;
    return line_word_is(word, "BAD") ? ANSWER_UNKNOWN : ANSWER_ALIEN;
}

/* A list that a lone dot ends (RFC 1939 3, RFC 3977 3.1.1). */
static enum answer dotted_line(struct line_state *l, struct bytes line, struct bytes *ret_item) {
    if (bytes_eq(line, bytes_str("."))) {
        l->in_list = false;
        return ANSWER_OK;
    }
    *ret_item = line;
    return ANSWER_MORE;
}

/* RFC 1939: +OK and -ERR, with no way to tell "unknown" from "no". */
enum answer reply_pop3(struct dialog *d, const struct line_step *step, struct bytes line,
                       struct bytes *ret_item) {
    if (d->lines.in_list) return dotted_line(&d->lines, line, ret_item);
    struct bytes rest = line;
    struct bytes word = line_word(&rest);
    if (line_word_is(word, "-ERR")) return ANSWER_UNKNOWN;
    if (!line_word_is(word, "+OK")) return ANSWER_ALIEN;
    d->lines.in_list = step->role == ROLE_LIST;
    return d->lines.in_list ? ANSWER_MORE : ANSWER_OK;
}

/* RFC 3977 3.2: a code, and a list after it where the step asks for one. */
enum answer reply_nntp(struct dialog *d, const struct line_step *step, struct bytes line,
                       struct bytes *ret_item) {
    if (d->lines.in_list) return dotted_line(&d->lines, line, ret_item);
    uint8_t mark = 0;
    unsigned code = code_of(line, &mark);
    if (code == 0) return ANSWER_ALIEN;
    enum answer answer = judge_code(d->dialect->script, step, code);
    if (answer != ANSWER_OK || step->role != ROLE_LIST) return answer;
    d->lines.in_list = true;
    return ANSWER_MORE;
}

/* RFC 5804 1.2, 1.7: capabilities are quoted lines before OK; NO and BYE are words too. */
enum answer reply_sieve(struct dialog *d, const struct line_step *step, struct bytes line,
                        struct bytes *ret_item) {
    (void)step;
    struct bytes rest = line;
    struct bytes word = line_word(&rest);
    if (line.p[0] == '"') {
        *ret_item = line;
        return ANSWER_MORE;
    }
    if (line_word_is(word, "OK")) return ANSWER_OK;
    if (line_word_is(word, "NO")) return ANSWER_NO;
    if (line_word_is(word, "BYE")) return ANSWER_DOWN;
    /* The second line of a literal string: only after a line that went on. */
    return d->lines.n_lines > 1 ? ANSWER_MORE : ANSWER_ALIEN;
}

/* Files of settings of single programs: curl, wget, git, npm, pip. */
#include "local/internal.h"

/* What a key of such a file does. */
enum effect {
    VERIFY_OFF_IF_SET,   /* a flag: "insecure" */
    VERIFY_OFF_IF_FALSE, /* "sslVerify = false", "check_certificate = off" */
    HOST_TRUSTED,        /* hosts that are not verified */
    STORE_FILE,
    STORE_FOLDER,
    PROXY,
    VERSION_MIN, /* a version that is the oldest one allowed */
    VERSION_MAX,
    VERSION_FLAG, /* the key itself is the oldest version: "tlsv1.3" */
    VERSION_ONLY, /* this one alone: wget's secure_protocol = TLSv1_2 */
    CIPHERS,
};
struct row {
    const char *key;
    enum effect effect;
};
struct tool {
    const char *program;
    enum settings_style style;
    const char *section; /* NULL: any */
    const struct row *rows;
    size_t n_rows;
};

static const struct row curl_rows[] = {
    {"insecure", VERIFY_OFF_IF_SET}, {"k", VERIFY_OFF_IF_SET},  {"cacert", STORE_FILE},
    {"capath", STORE_FOLDER},        {"proxy", PROXY},          {"x", PROXY},
    {"tls-max", VERSION_MAX},        {"tlsv1.3", VERSION_FLAG}, {"ciphers", CIPHERS},
    {"tls13-ciphers", CIPHERS},      {"curves", CIPHERS}};
static const struct row wget_rows[] = {{"check_certificate", VERIFY_OFF_IF_FALSE},
                                       {"checkcertificate", VERIFY_OFF_IF_FALSE},
                                       {"ca_certificate", STORE_FILE},
                                       {"cacertificate", STORE_FILE},
                                       {"ca_directory", STORE_FOLDER},
                                       {"cadirectory", STORE_FOLDER},
                                       {"https_proxy", PROXY},
                                       {"httpsproxy", PROXY},
                                       {"secure_protocol", VERSION_ONLY},
                                       {"secureprotocol", VERSION_ONLY},
                                       {"ciphers", CIPHERS}};
static const struct row git_rows[] = {{"sslVerify", VERIFY_OFF_IF_FALSE}, {"sslCAInfo", STORE_FILE},
                                      {"sslCAPath", STORE_FOLDER},        {"proxy", PROXY},
                                      {"sslVersion", VERSION_MIN},        {"sslCipherList", CIPHERS}};
static const struct row npm_rows[] = {
    {"strict-ssl", VERIFY_OFF_IF_FALSE}, {"cafile", STORE_FILE}, {"https-proxy", PROXY}, {"proxy", PROXY}};
static const struct row pip_rows[] = {{"cert", STORE_FILE}, {"proxy", PROXY}, {"trusted-host", HOST_TRUSTED}};

static const struct tool curl_tool = {"curl", SETTINGS_CURL, NULL, curl_rows, TW_COUNT(curl_rows)};
static const struct tool wget_tool = {"wget", SETTINGS_INI, NULL, wget_rows, TW_COUNT(wget_rows)};
static const struct tool git_tool = {"git", SETTINGS_INI, "http", git_rows, TW_COUNT(git_rows)};
static const struct tool npm_tool = {"npm", SETTINGS_INI, NULL, npm_rows, TW_COUNT(npm_rows)};
static const struct tool pip_tool = {"pip", SETTINGS_INI, NULL, pip_rows, TW_COUNT(pip_rows)};

/* ---- what a row does ---- */

static bool is_no(const char *value) {
    static const char *const no[] = {"0", "false", "no", "off", "null"};
    for (size_t i = 0; i < TW_COUNT(no); i++)
        if (text_eq_nocase(value, no[i])) return true;
    return false;
}

static const char *undo(struct examination *x, const struct setting *s) {
    return text_f(x->a, "Take the line out of %s (line %zu).", text_escape(x->a, bytes_str(s->file), 300),
                  s->line);
}

static void verification_off(struct examination *x, const struct origin *at, const struct setting *s) {
    tell(
        x, at, LOCAL_WARNING, "verification-off",
        text_f(
            x->a,
            "%s switches the verification of certificates off: whoever stands in between can read and change "
            "everything.",
            shown(x, s->key)),
        undo(x, s));
}

static void versions(struct examination *x, const struct origin *at, const struct setting *s,
                     enum effect effect) {
    uint16_t v = local_version(effect == VERSION_FLAG ? s->key : s->value);
    struct version_policy p = {.undo = undo(x, s)};
    p.says = effect == VERSION_FLAG ? shown(x, s->key)
                                    : text_f(x->a, "%s %s", shown(x, s->key), shown(x, s->value));
    p.min = effect == VERSION_MAX ? 0 : v;
    p.max = effect == VERSION_MAX || effect == VERSION_ONLY ? v : 0;
    if (v) judge_versions(x, at, &p);
}

static void store(struct examination *x, const struct origin *at, const struct setting *s, bool folder) {
    const char *path = s->value;
    if (path[0] == '~' && path[1] == '/' && local_home(x, path + 2)) path = local_home(x, path + 2);
    const struct store_use use = {
        .path = path, .what = shown(x, s->key), .replaces = true, .folder = folder, .undo = undo(x, s)};
    if (path[0]) judge_store(x, at, &use);
}

static void judge(struct examination *x, const struct tool *tool, const struct setting *s,
                  enum effect effect) {
    const struct origin at = origin_of(s, tool->program);
    switch (effect) {
    case VERIFY_OFF_IF_SET:
        if (!is_no(s->value)) verification_off(x, &at, s);
        return;
    case VERIFY_OFF_IF_FALSE:
        if (is_no(s->value)) verification_off(x, &at, s);
        return;
    case HOST_TRUSTED:
        tell(x, &at, LOCAL_WARNING, "verification-off",
             text_f(x->a, "Certificates of these hosts are not verified: %s.", shown(x, s->value)),
             undo(x, s));
        return;
    case STORE_FILE:
    case STORE_FOLDER:
        store(x, &at, s, effect == STORE_FOLDER);
        return;
    case PROXY:
        if (s->value[0] && !is_no(s->value)) judge_proxy(x, &at, s->value);
        return;
    case VERSION_MIN:
    case VERSION_MAX:
    case VERSION_FLAG:
    case VERSION_ONLY:
        versions(x, &at, s, effect);
        return;
    case CIPHERS:
        tell(x, &at, LOCAL_NOTE, "ciphers-chosen",
             text_f(x->a, "%s allows these alone: %s.", shown(x, s->key), shown(x, s->value)), undo(x, s));
        return;
    }
}

/* git's [http "URL"] is for that URL alone, and said as such by its name in the file. */
static bool section_fits(const struct tool *tool, const char *section) {
    size_t n = tool->section ? strlen(tool->section) : 0;
    return !tool->section ||
           (strncmp(section, tool->section, n) == 0 && (section[n] == 0 || section[n] == ' '));
}

static bool examine_file(struct examination *x, const struct tool *tool, const char *path) {
    struct settings s;
    if (!local_settings(x, tool->style, path, tool->program, &s)) return false;
    for (size_t i = 0; i < s.n; i++)
        for (size_t k = 0; k < tool->n_rows && section_fits(tool, s.list[i].section); k++)
            if (text_eq_nocase(s.list[i].key, tool->rows[k].key))
                judge(x, tool, &s.list[i], tool->rows[k].effect);
    return true;
}

/* curl reads the first that is there (curl(1), -K). */
static void examine_curl(struct examination *x) {
    const char *home = local_env(x->m, "CURL_HOME"), *xdg = local_env(x->m, "XDG_CONFIG_HOME");
    if (home && examine_file(x, &curl_tool, text_f(x->a, "%s/.curlrc", home))) return;
    if (xdg && (examine_file(x, &curl_tool, text_f(x->a, "%s/curlrc", xdg)) ||
                examine_file(x, &curl_tool, text_f(x->a, "%s/.curlrc", xdg))))
        return;
    if (examine_file(x, &curl_tool, local_home(x, ".curlrc"))) return;
    (void)examine_file(x, &curl_tool, local_home(x, ".config/curlrc"));
}

void examine_tools(struct examination *x) {
    const char *wgetrc = local_env(x->m, "WGETRC"), *system_wgetrc = local_env(x->m, "SYSTEM_WGETRC");
    const char *git = local_env(x->m, "GIT_CONFIG_GLOBAL"), *npm = local_env(x->m, "NPM_CONFIG_USERCONFIG");
    const char *pip = local_env(x->m, "PIP_CONFIG_FILE");
    examine_curl(x);
    (void)examine_file(x, &wget_tool, system_wgetrc ? system_wgetrc : "/etc/wgetrc");
    (void)examine_file(x, &wget_tool, wgetrc ? wgetrc : local_home(x, ".wgetrc"));
    (void)examine_file(x, &git_tool, "/etc/gitconfig");
    (void)examine_file(x, &git_tool, git ? git : local_home(x, ".gitconfig"));
    (void)examine_file(x, &npm_tool, npm ? npm : local_home(x, ".npmrc"));
    (void)examine_file(x, &pip_tool, "/etc/pip.conf");
    (void)examine_file(x, &pip_tool, pip ? pip : local_home(x, ".config/pip/pip.conf"));
}

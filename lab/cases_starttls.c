/* STARTTLS in every dialect: healthy, not offered, refused, and the wrong mode. */
#include "case.h"

#define EHLO_TLS "250-mail.lab.example\r\n250-SIZE 10240000\r\n250-STARTTLS\r\n250 8BITMIME\r\n"
#define EHLO_BARE "250-mail.lab.example\r\n250-SIZE 10240000\r\n250 8BITMIME\r\n"
#define SMTP_HELLO SAY("220 mail.lab.example ESMTP\r\n")
#define SMTP_NO SAY("502 5.5.2 Error: command not recognized\r\n")

static const struct script smtp = {.framing = FRAME_LINE,
                                   .greeting = SMTP_HELLO,
                                   .reply = {{"EHLO", SAY(EHLO_TLS), THEN_GO_ON},
                                             {"STARTTLS", SAY("220 2.0.0 Ready to start TLS\r\n"), THEN_TLS},
                                             {NULL, SMTP_NO, THEN_GO_ON}}};
static const struct script slow_smtp = {
    .framing = FRAME_LINE,
    .greeting = SMTP_HELLO,
    .greeting_ms = 2000,
    .reply = {{"EHLO", SAY(EHLO_TLS), THEN_GO_ON},
              {"STARTTLS", SAY("220 2.0.0 Ready to start TLS\r\n"), THEN_TLS},
              {NULL, SMTP_NO, THEN_GO_ON}}};
static const struct script smtp_bare = {
    .framing = FRAME_LINE,
    .greeting = SMTP_HELLO,
    .reply = {{"EHLO", SAY(EHLO_BARE), THEN_GO_ON}, {NULL, SMTP_NO, THEN_GO_ON}}};
static const struct script smtp_refuses = {
    .framing = FRAME_LINE,
    .greeting = SMTP_HELLO,
    .reply = {{"EHLO", SAY(EHLO_TLS), THEN_GO_ON},
              {"STARTTLS", SAY("454 4.7.0 TLS not available due to local problem\r\n"), THEN_GO_ON},
              {NULL, SMTP_NO, THEN_GO_ON}}};
static const struct script lmtp = {
    .framing = FRAME_LINE,
    .greeting = SAY("220 mail.lab.example LMTP\r\n"),
    .reply = {{"LHLO", SAY(EHLO_TLS), THEN_GO_ON},
              {"STARTTLS", SAY("220 2.0.0 Begin TLS negotiation now\r\n"), THEN_TLS},
              {NULL, SMTP_NO, THEN_GO_ON}}};

#define IMAP_HELLO SAY("* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\n")
#define IMAP_BARE SAY("* OK IMAP4rev1 ready\r\n")
static const struct script imap = {
    .framing = FRAME_LINE,
    .greeting = IMAP_HELLO,
    .reply = {
        {"CAPABILITY", SAY("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n~ OK done\r\n"), THEN_GO_ON},
        {"STARTTLS", SAY("~ OK Begin TLS negotiation now\r\n"), THEN_TLS},
        {NULL, SAY("~ BAD unknown command\r\n"), THEN_GO_ON}}};
static const struct script imap_bare = {
    .framing = FRAME_LINE,
    .greeting = IMAP_BARE,
    .reply = {{"CAPABILITY", SAY("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n~ OK done\r\n"), THEN_GO_ON},
              {NULL, SAY("~ BAD unknown command\r\n"), THEN_GO_ON}}};
static const struct script imap_refuses = {
    .framing = FRAME_LINE,
    .greeting = IMAP_HELLO,
    .reply = {{"CAPABILITY", SAY("* CAPABILITY IMAP4rev1 STARTTLS\r\n~ OK done\r\n"), THEN_GO_ON},
              {"STARTTLS", SAY("~ NO TLS is not available now\r\n"), THEN_GO_ON},
              {NULL, SAY("~ BAD unknown command\r\n"), THEN_GO_ON}}};

static const struct script pop3 = {.framing = FRAME_LINE,
                                   .greeting = SAY("+OK POP3 ready\r\n"),
                                   .reply = {{"CAPA", SAY("+OK\r\nTOP\r\nUIDL\r\nSTLS\r\n.\r\n"), THEN_GO_ON},
                                             {"STLS", SAY("+OK Begin TLS negotiation\r\n"), THEN_TLS},
                                             {NULL, SAY("-ERR unknown command\r\n"), THEN_GO_ON}}};
static const struct script pop3_bare = {.framing = FRAME_LINE,
                                        .greeting = SAY("+OK POP3 ready\r\n"),
                                        .reply = {{"CAPA", SAY("+OK\r\nTOP\r\nUIDL\r\n.\r\n"), THEN_GO_ON},
                                                  {NULL, SAY("-ERR unknown command\r\n"), THEN_GO_ON}}};

static const struct script ftp = {
    .framing = FRAME_LINE,
    .greeting = SAY("220 FTP server ready\r\n"),
    .reply = {{"FEAT", SAY("211-Features:\r\n UTF8\r\n AUTH TLS\r\n PBSZ\r\n211 End\r\n"), THEN_GO_ON},
              {"AUTH TLS", SAY("234 Proceed with negotiation.\r\n"), THEN_TLS},
              {NULL, SAY("530 Please login with USER and PASS.\r\n"), THEN_GO_ON}}};
static const struct script ftp_bare = {
    .framing = FRAME_LINE,
    .greeting = SAY("220 FTP server ready\r\n"),
    .reply = {{"FEAT", SAY("211-Features:\r\n UTF8\r\n PASV\r\n211 End\r\n"), THEN_GO_ON},
              {NULL, SAY("500 Unknown command.\r\n"), THEN_GO_ON}}};
static const struct script ftp_refuses = {
    .framing = FRAME_LINE,
    .greeting = SAY("220 FTP server ready\r\n"),
    .reply = {{"FEAT", SAY("211-Features:\r\n AUTH TLS\r\n211 End\r\n"), THEN_GO_ON},
              {"AUTH TLS", SAY("431 Unable to accept security mechanism\r\n"), THEN_GO_ON},
              {NULL, SAY("500 Unknown command.\r\n"), THEN_GO_ON}}};

static const struct script sieve = {
    .framing = FRAME_LINE,
    .greeting = SAY("\"IMPLEMENTATION\" \"lab\"\r\n\"SIEVE\" \"fileinto\"\r\n\"STARTTLS\"\r\nOK ready\r\n"),
    .reply = {{"STARTTLS", SAY("OK Begin TLS negotiation now.\r\n"), THEN_TLS},
              {NULL, SAY("NO unknown command\r\n"), THEN_GO_ON}}};
static const struct script sieve_bare = {
    .framing = FRAME_LINE,
    .greeting = SAY("\"IMPLEMENTATION\" \"lab\"\r\n\"SIEVE\" \"fileinto\"\r\nOK ready\r\n"),
    .reply = {{NULL, SAY("NO unknown command\r\n"), THEN_GO_ON}}};
static const struct script nntp = {
    .framing = FRAME_LINE,
    .greeting = SAY("200 news.lab.example ready\r\n"),
    .reply = {
        {"CAPABILITIES", SAY("101 list follows\r\nVERSION 2\r\nREADER\r\nSTARTTLS\r\n.\r\n"), THEN_GO_ON},
        {"STARTTLS", SAY("382 Continue with TLS negotiation\r\n"), THEN_TLS},
        {NULL, SAY("500 What?\r\n"), THEN_GO_ON}}};
static const struct script nntp_bare = {
    .framing = FRAME_LINE,
    .greeting = SAY("200 news.lab.example ready\r\n"),
    .reply = {{"CAPABILITIES", SAY("101 list follows\r\nVERSION 2\r\nREADER\r\n.\r\n"), THEN_GO_ON},
              {NULL, SAY("500 What?\r\n"), THEN_GO_ON}}};

#define XMPP_STREAM(content)                                                                                 \
    "<?xml version='1.0'?><stream:stream xmlns='" content "' "                                               \
    "xmlns:stream='http://etherx.jabber.org/streams' id='1' from='lab.example' version='1.0'>"
#define XMPP_TLS                                                                                             \
    "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"              \
    "</stream:features>"
#define XMPP_PROCEED SAY("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
static const struct script xmpp = {
    .framing = FRAME_XML,
    .reply = {{"<starttls", XMPP_PROCEED, THEN_TLS},
              {"<stream:stream", SAY(XMPP_STREAM("jabber:client") XMPP_TLS), THEN_GO_ON}}};
static const struct script xmpp_server = {
    .framing = FRAME_XML,
    .reply = {{"<starttls", XMPP_PROCEED, THEN_TLS},
              {"<stream:stream", SAY(XMPP_STREAM("jabber:server") XMPP_TLS), THEN_GO_ON}}};
static const struct script xmpp_bare = {
    .framing = FRAME_XML,
    .reply = {{"<stream:stream",
               SAY(XMPP_STREAM(
                   "jabber:client") "<stream:features><mechanisms "
                                    "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism>"
                                    "</mechanisms></stream:features>"),
               THEN_GO_ON}}};
static const struct script xmpp_refuses = {
    .framing = FRAME_XML,
    .reply = {
        {"<starttls", SAY("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>"), THEN_CLOSE},
        {"<stream:stream", SAY(XMPP_STREAM("jabber:client") XMPP_TLS), THEN_GO_ON}}};

/* ExtendedResponse: message id, result code (RFC 4511 4.12). */
#define LDAP_START_TLS "1.3.6.1.4.1.1466.20037"
#define LDAP_ANSWER(code) SAY("\x30\x0C\x02\x01~\x78\x07\x0A\x01" code "\x04\x00\x04\x00")
static const struct script ldap = {
    .framing = FRAME_BER,
    .reply = {{LDAP_START_TLS, LDAP_ANSWER("\x00"), THEN_TLS}, {NULL, {0}, THEN_CLOSE}}};
static const struct script ldap_bare = {
    .framing = FRAME_BER,
    .reply = {{LDAP_START_TLS, LDAP_ANSWER("\x02"), THEN_GO_ON}, {NULL, {0}, THEN_CLOSE}}};
static const struct script ldap_refuses = {
    .framing = FRAME_BER,
    .reply = {{LDAP_START_TLS, LDAP_ANSWER("\x34"), THEN_GO_ON}, {NULL, {0}, THEN_CLOSE}}};

#define PG_SSL_REQUEST "\x04\xD2\x16\x2F"
static const struct script postgres = {
    .framing = FRAME_PG, .reply = {{PG_SSL_REQUEST, SAY("S"), THEN_TLS}, {NULL, {0}, THEN_CLOSE}}};
static const struct script postgres_bare = {
    .framing = FRAME_PG, .reply = {{PG_SSL_REQUEST, SAY("N"), THEN_GO_ON}, {NULL, {0}, THEN_CLOSE}}};

/* Handshake V10: protocol, version, thread, eight bytes of challenge, capabilities low half, character set,
 * status, high half, challenge length, reserved, the rest of the challenge, plug-in. */
#define MYSQL_GREETING(low, high)                                                                            \
    SAY("\x4C\x00\x00\x00\x0A"                                                                               \
        "8.0.36-0\x00\x01\x00\x00\x00"                                                                       \
        "abcdefgh\x00" low "\xFF\x02\x00" high "\x15\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"                \
        "ijklmnopqrst\x00"                                                                                   \
        "caching_sha2_password\x00")
static const struct script mysql = {.framing = FRAME_MYSQL,
                                    .greeting = MYSQL_GREETING("\xFF\xFF", "\xFF\xC1"),
                                    .reply = {{NULL, {0}, THEN_TLS}}};
/* Without CLIENT_SSL, 0x0800. */
static const struct script mysql_bare = {.framing = FRAME_MYSQL,
                                         .greeting = MYSQL_GREETING("\xFF\xF7", "\xFF\xC1"),
                                         .reply = {{NULL, {0}, THEN_CLOSE}}};

static const struct lab_case rows[] = {
    {.name = "starttls-not-offered-smtp",
     .shows = "starttls-not-offered",
     .summary = "SMTP without STARTTLS",
     .extra = "--starttls smtp",
     .script = &smtp_bare},
    {.name = "starttls-not-offered-imap",
     .shows = "starttls-not-offered",
     .summary = "IMAP without STARTTLS",
     .extra = "--starttls imap",
     .script = &imap_bare},
    {.name = "starttls-not-offered-pop3",
     .shows = "starttls-not-offered",
     .summary = "POP3 without STARTTLS",
     .extra = "--starttls pop3",
     .script = &pop3_bare},
    {.name = "starttls-not-offered-ftp",
     .shows = "starttls-not-offered",
     .summary = "FTP without STARTTLS",
     .extra = "--starttls ftp",
     .script = &ftp_bare},
    {.name = "starttls-not-offered-sieve",
     .shows = "starttls-not-offered",
     .summary = "ManageSieve without STARTTLS",
     .extra = "--starttls sieve",
     .script = &sieve_bare},
    {.name = "starttls-not-offered-nntp",
     .shows = "starttls-not-offered",
     .summary = "NNTP without STARTTLS",
     .extra = "--starttls nntp",
     .script = &nntp_bare},
    {.name = "starttls-not-offered-xmpp",
     .shows = "starttls-not-offered",
     .summary = "XMPP without STARTTLS",
     .extra = "--starttls xmpp",
     .script = &xmpp_bare},
    {.name = "starttls-not-offered-ldap",
     .shows = "starttls-not-offered",
     .summary = "LDAP without STARTTLS",
     .extra = "--starttls ldap",
     .script = &ldap_bare},
    {.name = "starttls-refused-smtp",
     .shows = "starttls-refused",
     .summary = "SMTP offers STARTTLS and then refuses it",
     .extra = "--starttls smtp",
     .script = &smtp_refuses},
    {.name = "starttls-refused-imap",
     .shows = "starttls-refused",
     .summary = "IMAP offers STARTTLS and then refuses it",
     .extra = "--starttls imap",
     .script = &imap_refuses},
    {.name = "starttls-refused-ftp",
     .shows = "starttls-refused",
     .summary = "FTP offers STARTTLS and then refuses it",
     .extra = "--starttls ftp",
     .script = &ftp_refuses},
    {.name = "starttls-refused-xmpp",
     .shows = "starttls-refused",
     .summary = "XMPP offers STARTTLS and then refuses it",
     .extra = "--starttls xmpp",
     .script = &xmpp_refuses},
    {.name = "starttls-refused-ldap",
     .shows = "starttls-refused",
     .summary = "LDAP offers STARTTLS and then refuses it",
     .extra = "--starttls ldap",
     .script = &ldap_refuses},
    {.name = "tls-not-enabled-on-service-postgres",
     .shows = "tls-not-enabled-on-service",
     .summary = "PostgreSQL that says it has no TLS",
     .extra = "--starttls postgres",
     .script = &postgres_bare},
    {.name = "tls-not-enabled-on-service-mysql",
     .shows = "tls-not-enabled-on-service",
     .summary = "MySQL that says it has no TLS",
     .extra = "--starttls mysql",
     .script = &mysql_bare},
    {.name = "starttls-mode-mismatch-tls-to-smtp",
     .shows = "starttls-mode-mismatch",
     .summary = "TLS at once to SMTP, which wants STARTTLS first",
     .script = &smtp,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "starttls-mode-mismatch-tls-to-imap",
     .shows = "starttls-mode-mismatch",
     .summary = "TLS at once to IMAP, which wants STARTTLS first",
     .script = &imap,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "starttls-mode-mismatch-tls-to-pop3",
     .shows = "starttls-mode-mismatch",
     .summary = "TLS at once to POP3, which wants STARTTLS first",
     .script = &pop3,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "starttls-mode-mismatch-tls-to-ftp",
     .shows = "starttls-mode-mismatch",
     .summary = "TLS at once to FTP, which wants STARTTLS first",
     .script = &ftp,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "starttls-mode-mismatch-tls-to-sieve",
     .shows = "starttls-mode-mismatch",
     .summary = "TLS at once to ManageSieve, which wants STARTTLS first",
     .script = &sieve,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "starttls-mode-mismatch-tls-to-nntp",
     .shows = "starttls-mode-mismatch",
     .summary = "TLS at once to NNTP, which wants STARTTLS first",
     .script = &nntp,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "starttls-mode-mismatch-tls-to-mysql",
     .shows = "starttls-mode-mismatch",
     .summary = "TLS at once to MySQL, which wants STARTTLS first",
     .script = &mysql,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "starttls-mode-mismatch-tls-to-postgres",
     .shows = "starttls-mode-mismatch",
     .summary = "TLS at once to PostgreSQL, which wants to be asked first and shows no banner",
     .script = &postgres,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "starttls-mode-mismatch-tls-to-ldap",
     .shows = "starttls-mode-mismatch",
     .summary = "TLS at once to LDAP, which wants to be asked first and shows no banner",
     .script = &ldap,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "starttls-mode-mismatch-smtp-to-tls",
     .shows = "starttls-mode-mismatch",
     .summary = "STARTTLS of SMTP to a service that speaks TLS at once",
     .extra = "--starttls smtp --timeout 2",
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "starttls-mode-mismatch-imap-to-tls",
     .shows = "starttls-mode-mismatch",
     .summary = "STARTTLS of IMAP to a service that speaks TLS at once",
     .extra = "--starttls imap --timeout 2",
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "starttls-mode-mismatch-ldap-to-tls",
     .shows = "starttls-mode-mismatch",
     .summary = "STARTTLS of LDAP to a service that speaks TLS at once",
     .extra = "--starttls ldap --timeout 2",
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "starttls-mode-mismatch-postgres-to-tls",
     .shows = "starttls-mode-mismatch",
     .summary = "STARTTLS of PostgreSQL to a service that speaks TLS at once",
     .extra = "--starttls postgres --timeout 2",
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "starttls-mode-mismatch-imap-to-smtp",
     .shows = "starttls-mode-mismatch",
     .summary = "STARTTLS of IMAP to a mail server that speaks SMTP",
     .extra = "--starttls imap",
     .script = &smtp,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "starttls-timeout-smtp",
     .shows = "handshake-timeout",
     .summary = "STARTTLS of SMTP to a service that never says anything",
     .extra = "--starttls smtp --timeout 2",
     .door = DOOR_SILENT},
    {.name = "starttls-cert-expired-smtp",
     .shows = "cert-expired",
     .summary = "a mail server whose certificate expired; nothing there tells the time",
     .extra = "--starttls smtp",
     .script = &smtp,
     .tls = true,
     .honest = {.app = APP_WAITS, .cert[0] = {.from_h = -24 * 90, .until_h = -24 * 3}}},
    {.name = "starttls-version-server-too-old-imap",
     .shows = "version-server-too-old",
     .summary = "IMAP with STARTTLS, and TLS 1.0 behind it",
     .extra = "--starttls imap",
     .script = &imap,
     .tls = true,
     .honest = {.app = APP_WAITS, .min = TLS_1_0, .max = TLS_1_0, .cert[0].key = KEYS_RSA}},

    /* Near misses. */
    {.name = "ok-starttls-smtp",
     .shows = "healthy",
     .summary = "SMTP with STARTTLS",
     .extra = "--starttls smtp",
     .script = &smtp,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "ok-starttls-lmtp",
     .shows = "healthy",
     .summary = "LMTP with STARTTLS",
     .extra = "--starttls lmtp",
     .script = &lmtp,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "ok-starttls-imap",
     .shows = "healthy",
     .summary = "IMAP with STARTTLS",
     .extra = "--starttls imap",
     .script = &imap,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "ok-starttls-pop3",
     .shows = "healthy",
     .summary = "POP3 with STARTTLS",
     .extra = "--starttls pop3",
     .script = &pop3,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "ok-starttls-ftp",
     .shows = "healthy",
     .summary = "FTP with STARTTLS",
     .extra = "--starttls ftp",
     .script = &ftp,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "ok-starttls-ldap",
     .shows = "healthy",
     .summary = "LDAP with STARTTLS",
     .extra = "--starttls ldap",
     .script = &ldap,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "ok-starttls-xmpp",
     .shows = "healthy",
     .summary = "XMPP with STARTTLS",
     .extra = "--starttls xmpp",
     .script = &xmpp,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "ok-starttls-xmpp-server",
     .shows = "healthy",
     .summary = "XMPP between servers with STARTTLS",
     .extra = "--starttls xmpp-server",
     .script = &xmpp_server,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "ok-starttls-postgres",
     .shows = "healthy",
     .summary = "PostgreSQL with STARTTLS",
     .extra = "--starttls postgres",
     .script = &postgres,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "ok-starttls-mysql",
     .shows = "healthy",
     .summary = "MySQL with STARTTLS",
     .extra = "--starttls mysql",
     .script = &mysql,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "ok-starttls-sieve",
     .shows = "healthy",
     .summary = "ManageSieve with STARTTLS",
     .extra = "--starttls sieve",
     .script = &sieve,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "ok-starttls-nntp",
     .shows = "healthy",
     .summary = "NNTP with STARTTLS",
     .extra = "--starttls nntp",
     .script = &nntp,
     .tls = true,
     .honest = {.app = APP_WAITS}},
    {.name = "ok-starttls-slow-greeting",
     .shows = "healthy",
     .summary = "a mail server that thinks for two seconds before it greets",
     .extra = "--starttls smtp",
     .script = &slow_smtp,
     .tls = true,
     .honest = {.app = APP_WAITS}},
};
const struct case_table lab_starttls_cases = {rows, TW_COUNT(rows)};

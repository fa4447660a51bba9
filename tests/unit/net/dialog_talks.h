/* Scripted servers of every protocol: healthy, without TLS, refusing, down, and other protocols. */
#ifndef TW_TEST_DIALOG_TALKS_H
#define TW_TEST_DIALOG_TALKS_H

#include "dialog_feed.h"

#define B(s)                                                                                                 \
    { (const uint8_t *)("" s), sizeof(s) - 1 }
#define EHLO "EHLO tlswhy.invalid\r\n"
#define LHLO "LHLO tlswhy.invalid\r\n"
#define XMLNS_TLS "urn:ietf:params:xml:ns:xmpp-tls"
#define C2S                                                                                                  \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "                                             \
    "xmlns:stream='http://etherx.jabber.org/streams' "                                                       \
    "to='h.test' version='1.0'>"
#define S2S                                                                                                  \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "                                             \
    "xmlns:stream='http://etherx.jabber.org/streams' "                                                       \
    "to='h.test' version='1.0'>"
#define XMPP_HELLO                                                                                           \
    "<?xml version='1.0'?><stream:stream id='x>y' from=\"h.test\" xmlns='jabber:client' version=\"1.0\" "    \
    "xmlns:stream='http://etherx.jabber.org/streams'>"
#define XMPP_ASK "<starttls xmlns='" XMLNS_TLS "'/>"
#define LDAP_ASK                                                                                             \
    "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"                                                                   \
    "1.3.6.1.4.1.1466.20037"
#define LDAP_ROOT                                                                                            \
    "\x30\x39\x02\x01\x02\x63\x34\x04\x00\x0a\x01\x00\x0a\x01\x00\x02\x01\x01\x02\x01\x00\x01\x01\x00\x87"   \
    "\x0b"                                                                                                   \
    "objectClass\x30\x14\x04\x12supportedExtension"
#define PG_ASK "\x00\x00\x00\x08\x04\xd2\x16\x2f"
#define MYSQL_ASK                                                                                            \
    "\x20\x00\x00\x01\x01\x8a\x08\x00\x00\x00\x00\x01\x21"                                                   \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

struct talk {
    const char *name;
    enum starttls s;
    struct bytes begin;
    struct turn turn[MAX_TURNS];
    enum dialog_end end; /* DIALOG_NONE: TLS may begin */
    const char *line;    /* part of the deciding reply */
    unsigned waits;      /* 0: not looked at */
    size_t left;         /* bytes of the last turn that belong to TLS */
};

/* clang-format off */
static const struct talk talks[] = {
    /* SMTP */
    {"postfix", STARTTLS_SMTP, B(""), {{B("220 mx.test ESMTP Postfix\r\n"), B(EHLO)},
      {B("250-mx.test\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 SMTPUTF8\r\n"), B("STARTTLS\r\n")},
      {B("220 2.0.0 Ready to start TLS\r\n"), B("")}}, DIALOG_NONE, NULL, 3, 0},
    {"greeting over many lines, mixed case, bare line feeds", STARTTLS_SMTP, B(""),
      {{B("220-mx.test\n220-no spam\n220 ESMTP\n"), B(EHLO)}, {B("250-mx.test\n250 StartTLS\n"),
      B("STARTTLS\r\n")}, {B("220-go\n220 ahead\n"), B("")}}, DIALOG_NONE, NULL, 3, 0},
    {"a server that answers before it is asked", STARTTLS_SMTP, B(""),
      {{B("220 mx\r\n250-mx\r\n250 STARTTLS\r\n220 go\r\n\x16\x03"), B(EHLO "STARTTLS\r\n")}}, DIALOG_NONE,
      NULL, 0, 2},
    {"clear text after the go-ahead is left", STARTTLS_SMTP, B(""), {{B("220 mx\r\n"), B(EHLO)},
      {B("250-mx\r\n250 STARTTLS\r\n"), B("STARTTLS\r\n")}, {B("220 go\r\n250 injected\r\n"), B("")}},
      DIALOG_NONE, NULL, 3, 14},
    {"the first line of EHLO is the server's name", STARTTLS_SMTP, B(""), {{B("220 mx\r\n"), B(EHLO)},
      {B("250 STARTTLS\r\n"), B("")}}, DIALOG_NOT_OFFERED, "250 STARTTLS", 2, 0},
    {"no capability", STARTTLS_SMTP, B(""), {{B("220 mx\r\n"), B(EHLO)},
      {B("250-STARTTLS.mx.test\r\n250-SIZE 1\r\n250 XXXXXXXA\r\n"), B("")}}, DIALOG_NOT_OFFERED,
      "250-SIZE 1 / 250 XXXXXXXA", 2, 0},
    {"old Exchange says TLS and STARTTLS", STARTTLS_SMTP, B(""),
      {{B("220 ex.test Microsoft ESMTP MAIL Service ready\r\n"), B(EHLO)},
      {B("250-ex.test Hello [10.0.0.1]\r\n250-TLS\r\n250-X-ANONYMOUSTLS\r\n250-STARTTLS\r\n250 OK\r\n"),
      B("STARTTLS\r\n")}, {B("454 5.7.3 Unable to initialize security subsystem\r\n"), B("")}},
      DIALOG_REFUSED, "454 5.7.3", 3, 0},
    {"EHLO unknown, STARTTLS unknown", STARTTLS_SMTP, B(""), {{B("220 mx SMTP\r\n"), B(EHLO)},
      {B("500 what?\r\n"), B("STARTTLS\r\n")}, {B("502 no such\r\n"), B("")}}, DIALOG_NOT_OFFERED,
      "502 no such", 3, 0},
    {"EHLO unknown, STARTTLS known", STARTTLS_SMTP, B(""), {{B("220 mx SMTP\r\n"), B(EHLO)}, {B("550 no\r\n"),
      B("STARTTLS\r\n")}, {B("220 go\r\n"), B("")}}, DIALOG_NONE, NULL, 3, 0},
    {"EHLO refused, STARTTLS out of order", STARTTLS_SMTP, B(""), {{B("220 mx SMTP\r\n"), B(EHLO)},
      {B("550 no\r\n"), B("STARTTLS\r\n")}, {B("503 EHLO first\r\n"), B("")}}, DIALOG_REFUSED, "503", 3, 0},
    {"offered, then not understood", STARTTLS_SMTP, B(""), {{B("220 mx\r\n"), B(EHLO)},
      {B("250-mx\r\n250 STARTTLS\r\n"), B("STARTTLS\r\n")}, {B("500 eh\r\n"), B("")}}, DIALOG_REFUSED,
      "500 eh", 3, 0},
    {"554 greeting", STARTTLS_SMTP, B(""), {{B("554-go\r\n554 away\r\n"), B("")}}, DIALOG_SERVICE_DOWN,
      "554-go / 554 away", 1, 0},
    {"421 greeting", STARTTLS_SMTP, B(""), {{B("421 too busy\r\n"), B("")}}, DIALOG_SERVICE_DOWN, "421", 1, 0},
    {"421 to EHLO", STARTTLS_SMTP, B(""), {{B("220 mx\r\n"), B(EHLO)}, {B("421 bye\r\n"), B("")}},
      DIALOG_SERVICE_DOWN, "421 bye", 2, 0},
    {"an FTP server", STARTTLS_SMTP, B(""), {{B("220 (vsFTPd 3.0.3)\r\n"), B(EHLO)},
      {B("530 Please login with USER and PASS.\r\n"), B("")}}, DIALOG_NOT_SPOKEN, "530", 2, 0},
    {"an SSH server", STARTTLS_SMTP, B(""), {{B("SSH-2.0-OpenSSH_9.2\r\n"), B("")}}, DIALOG_NOT_SPOKEN,
      "SSH-2.0", 1, 0},
    {"an IMAP server", STARTTLS_SMTP, B(""), {{B("* OK ready\r\n"), B("")}}, DIALOG_NOT_SPOKEN, "* OK", 1, 0},
    {"an HTTP server", STARTTLS_SMTP, B(""), {{B("HTTP/1.1 400 Bad Request\r\n"), B("")}}, DIALOG_NOT_SPOKEN,
      "HTTP/1.1 400", 1, 0},
    {"an NNTP greeting", STARTTLS_SMTP, B(""), {{B("200 news ready\r\n"), B("")}}, DIALOG_NOT_SPOKEN, "200",
      1, 0},
    {"a TLS alert", STARTTLS_SMTP, B(""), {{B("\x15\x03\x01\x00\x02\x02\x0a"), B("")}}, DIALOG_NOT_SPOKEN,
      "\\x15", 1, 0},
    {"a TLS record", STARTTLS_SMTP, B(""), {{B("\x16\x03\x03\x00\x7a"), B("")}}, DIALOG_NOT_SPOKEN, "\\x16",
      1, 0},
    {"a MySQL server", STARTTLS_SMTP, B(""), {{B("J\0\0\0\n8.0.36\0"), B("")}}, DIALOG_NOT_SPOKEN, "J\\x00",
      1, 0},
    /* LMTP */
    {"dovecot lmtp", STARTTLS_LMTP, B(""), {{B("220 h Dovecot ready.\r\n"), B(LHLO)},
      {B("250-h\r\n250-STARTTLS\r\n250 PIPELINING\r\n"), B("STARTTLS\r\n")},
      {B("220 2.0.0 Begin TLS negotiation now.\r\n"), B("")}}, DIALOG_NONE, NULL, 3, 0},
    {"lmtp without", STARTTLS_LMTP, B(""), {{B("220 h\r\n"), B(LHLO)}, {B("250-h\r\n250 PIPELINING\r\n"),
      B("")}}, DIALOG_NOT_OFFERED, "PIPELINING", 2, 0},
    /* IMAP */
    {"dovecot", STARTTLS_IMAP, B(""),
      {{B("* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] Dovecot ready.\r\n"), B("a1 CAPABILITY\r\n")},
      {B("* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\na1 OK done.\r\n"), B("a2 STARTTLS\r\n")},
      {B("a2 OK Begin TLS negotiation now.\r\n"), B("")}}, DIALOG_NONE, NULL, 3, 0},
    {"lower case, and news in between", STARTTLS_IMAP, B(""), {{B("* ok hi\r\n"), B("a1 CAPABILITY\r\n")},
      {B("* 3 EXISTS\r\n* capability imap4rev1 starttls\r\nA1 ok\r\n"), B("a2 STARTTLS\r\n")},
      {B("* OK still here\r\na2 ok go\r\n\x16"), B("")}}, DIALOG_NONE, NULL, 3, 1},
    {"the list in the code of the answer", STARTTLS_IMAP, B(""), {{B("* OK\r\n"), B("a1 CAPABILITY\r\n")},
      {B("a1 OK [CAPABILITY IMAP4rev1 STARTTLS] done\r\n"), B("a2 STARTTLS\r\n")},
      {B("a2 NO TLS is not set up\r\n"), B("")}}, DIALOG_REFUSED, "a2 NO", 3, 0},
    {"without", STARTTLS_IMAP, B(""), {{B("* OK Cyrus IMAP ready\r\n"), B("a1 CAPABILITY\r\n")},
      {B("* CAPABILITY IMAP4rev1 LOGINDISABLED\r\na1 OK Completed\r\n"), B("")}}, DIALOG_NOT_OFFERED,
      "LOGINDISABLED", 2, 0},
    {"CAPABILITY unknown, STARTTLS unknown", STARTTLS_IMAP, B(""), {{B("* PREAUTH hi\r\n"),
      B("a1 CAPABILITY\r\n")}, {B("a1 BAD what\r\n"), B("a2 STARTTLS\r\n")}, {B("a2 BAD what\r\n"), B("")}},
      DIALOG_NOT_OFFERED, "a2 BAD", 3, 0},
    {"BYE", STARTTLS_IMAP, B(""), {{B("* BYE too many connections\r\n"), B("")}}, DIALOG_SERVICE_DOWN,
      "* BYE", 1, 0},
    {"BYE later", STARTTLS_IMAP, B(""), {{B("* OK\r\n"), B("a1 CAPABILITY\r\n")},
      {B("* bye shutting down\r\n"), B("")}}, DIALOG_SERVICE_DOWN, "* bye", 2, 0},
    {"a POP3 server", STARTTLS_IMAP, B(""), {{B("+OK POP3 ready\r\n"), B("")}}, DIALOG_NOT_SPOKEN, "+OK", 1,
      0},
    {"an SMTP server", STARTTLS_IMAP, B(""), {{B("220 mx ESMTP\r\n"), B("")}}, DIALOG_NOT_SPOKEN, "220 mx", 1,
      0},
    /* POP3 */
    {"courier", STARTTLS_POP3, B(""), {{B("+OK Hello there.\r\n"), B("CAPA\r\n")},
      {B("+OK Here's what I can do:\r\nUSER\r\nSTLS\r\nTOP\r\n.\r\n"), B("STLS\r\n")},
      {B("+OK Begin SSL/TLS negotiation now.\r\n"), B("")}}, DIALOG_NONE, NULL, 3, 0},
    {"no STLS", STARTTLS_POP3, B(""), {{B("+OK\r\n"), B("CAPA\r\n")}, {B("+OK\r\nUSER\r\nSTLSX\r\n.\r\n"),
      B("")}}, DIALOG_NOT_OFFERED, "STLSX", 2, 0},
    {"no CAPA, but STLS", STARTTLS_POP3, B(""), {{B("+OK\r\n"), B("CAPA\r\n")}, {B("-ERR unknown\r\n"),
      B("STLS\r\n")}, {B("+ok go\r\n"), B("")}}, DIALOG_NONE, NULL, 3, 0},
    {"neither", STARTTLS_POP3, B(""), {{B("+OK\r\n"), B("CAPA\r\n")}, {B("-ERR unknown\r\n"), B("STLS\r\n")},
      {B("-ERR unknown\r\n"), B("")}}, DIALOG_NOT_OFFERED, "-ERR", 3, 0},
    {"refused", STARTTLS_POP3, B(""), {{B("+OK\r\n"), B("CAPA\r\n")}, {B("+OK\r\nstls\r\n.\r\n"),
      B("STLS\r\n")}, {B("-ERR no key\r\n"), B("")}}, DIALOG_REFUSED, "-ERR no key", 3, 0},
    {"down", STARTTLS_POP3, B(""), {{B("-ERR [SYS/TEMP] later\r\n"), B("")}}, DIALOG_SERVICE_DOWN, "later", 1,
      0},
    /* FTP */
    {"vsftpd", STARTTLS_FTP, B(""), {{B("220 (vsFTPd 3.0.3)\r\n"), B("FEAT\r\n")},
      {B("211-Features:\r\n AUTH SSL\r\n AUTH TLS\r\n EPRT\r\n211 End\r\n"), B("AUTH TLS\r\n")},
      {B("234 Proceed with negotiation.\r\n"), B("")}}, DIALOG_NONE, NULL, 3, 0},
    {"pure-ftpd", STARTTLS_FTP, B(""),
      {{B("220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n220-You are 1 of 50\r\n"
      "2 users are here\r\n\x1b[1mbold\r\n220 You will be disconnected.\r\n"), B("FEAT\r\n")},
      {B("211-Extensions supported:\r\n UTF8\r\n AUTH TLS\r\n211 End.\r\n"), B("AUTH TLS\r\n")},
      {B("234 AUTH TLS OK.\r\n"), B("")}}, DIALOG_NONE, NULL, 3, 0},
    {"proftpd, features with codes", STARTTLS_FTP, B(""), {{B("220 ProFTPD Server\r\n"), B("FEAT\r\n")},
      {B("211-Features:\r\n211-AUTH TLS;TLS-C\r\n211-PBSZ\r\n211 End\r\n"), B("AUTH TLS\r\n")},
      {B("431 Necessary security resource unavailable\r\n"), B("")}}, DIALOG_REFUSED, "431", 3, 0},
    {"only AUTH SSL", STARTTLS_FTP, B(""), {{B("220 old\r\n"), B("FEAT\r\n")},
      {B("211-x\r\n AUTH SSL\r\n211 e\r\n"), B("AUTH TLS\r\n")}, {B("504 Unknown security mechanism\r\n"),
      B("AUTH SSL\r\n")}, {B("334 go\r\n"), B("")}}, DIALOG_NONE, NULL, 4, 0},
    {"another code inside does not end a reply", STARTTLS_FTP, B(""), {{B("220 x\r\n"), B("FEAT\r\n")},
      {B("211-x\r\n220 not the end\r\n AUTH KERBEROS_V4\r\n211 e\r\n"), B("")}}, DIALOG_NOT_OFFERED,
      "KERBEROS", 2, 0},
    {"FEAT unknown and AUTH unknown", STARTTLS_FTP, B(""), {{B("120 soon\r\n220 x\r\n"), B("FEAT\r\n")},
      {B("500 'FEAT': command not understood.\r\n"), B("AUTH TLS\r\n")},
      {B("530 Please login with USER and PASS.\r\n"), B("AUTH SSL\r\n")},
      {B("530 Please login with USER and PASS.\r\n"), B("")}}, DIALOG_NOT_OFFERED, "530", 4, 0},
    {"policy", STARTTLS_FTP, B(""), {{B("220 x\r\n"), B("FEAT\r\n")}, {B("502 no\r\n"), B("AUTH TLS\r\n")},
      {B("534 by policy\r\n"), B("")}}, DIALOG_REFUSED, "534", 3, 0},
    {"too many users", STARTTLS_FTP, B(""), {{B("421 There are too many connected users.\r\n"), B("")}},
      DIALOG_SERVICE_DOWN, "too many", 1, 0},
    {"cannot start", STARTTLS_FTP, B(""), {{B("500 OOPS: vsftpd: no config\r\n"), B("")}},
      DIALOG_SERVICE_DOWN, "OOPS", 1, 0},
    {"an SMTP server", STARTTLS_FTP, B(""), {{B("220 mx ESMTP Postfix\r\n"), B("FEAT\r\n")},
      {B("502 5.5.2 command not recognized\r\n"), B("")}}, DIALOG_NOT_SPOKEN, "502", 2, 0},
    /* LDAP */
    {"slapd", STARTTLS_LDAP, B(LDAP_ASK), {{B("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00\x16"),
      B("")}}, DIALOG_NONE, NULL, 1, 1},
    {"long lengths", STARTTLS_LDAP, B(LDAP_ASK),
      {{B("\x30\x84\x00\x00\x00\x10\x02\x01\x01\x78\x84\x00\x00\x00\x07\x0a\x01\x00\x04\x00\x04\x00"),
      B("")}}, DIALOG_NONE, NULL, 1, 0},
    {"slapd without", STARTTLS_LDAP, B(LDAP_ASK),
      {{B("\x30\x0f\x02\x01\x01\x78\x0a\x0a\x01\x02\x04\x00\x04\x03hm\x01"), B("")}}, DIALOG_NOT_OFFERED,
      "LDAP result 2: hm\\x01", 1, 0},
    {"AD without a certificate", STARTTLS_LDAP, B(LDAP_ASK),
      {{B("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\x00\x04\x00"), B("")}}, DIALOG_REFUSED,
      "LDAP result 52", 1, 0},
    {"unwilling, and the root DSE lacks it", STARTTLS_LDAP, B(LDAP_ASK),
      {{B("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x35\x04\x00\x04\x00"), B(LDAP_ROOT)},
      {B("\x30\x09\x02\x01\x02\x64\x04\x04\x00\x30\x00\x30\x0c\x02\x01\x02\x65\x07\x0a\x01\x00\x04\x00\x04"
      "\x00"), B("")}}, DIALOG_NOT_OFFERED, "LDAP result 53; the root DSE does not list", 2, 0},
    {"unwilling, and the root DSE has it", STARTTLS_LDAP, B(LDAP_ASK),
      {{B("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x35\x04\x00\x04\x00"), B(LDAP_ROOT)},
      {B("\x30\x21\x02\x01\x02\x64\x1c\x04\x00\x30\x18\x04\x16" "1.3.6.1.4.1.1466.20037"
      "\x30\x0c\x02\x01\x02\x65\x07\x0a\x01\x00\x04\x00\x04\x00"), B("")}}, DIALOG_REFUSED, "LDAP result 53",
      2, 0},
    {"notice of disconnection", STARTTLS_LDAP, B(LDAP_ASK),
      {{B("\x30\x0c\x02\x01\x00\x78\x07\x0a\x01\x34\x04\x00\x04\x00"), B("")}}, DIALOG_SERVICE_DOWN, "52", 1,
      0},
    {"no LDAP", STARTTLS_LDAP, B(LDAP_ASK), {{B("220 mx ESMTP\r\n"), B("")}}, DIALOG_NOT_SPOKEN, "220 mx", 1,
      0},
    {"broken BER", STARTTLS_LDAP, B(LDAP_ASK), {{B("\x30\x05\x02\x01\x01\x78\x7f"), B("")}},
      DIALOG_NOT_SPOKEN, "", 1, 0},
    {"indefinite length", STARTTLS_LDAP, B(LDAP_ASK), {{B("\x30\x80\x02\x01\x01"), B("")}}, DIALOG_NOT_SPOKEN,
      "0\\x80", 1, 0},
    /* XMPP */
    {"prosody", STARTTLS_XMPP, B(C2S), {{B(XMPP_HELLO), B("")}, {B("<stream:features><starttls xmlns='"
      XMLNS_TLS "'><required/></starttls></stream:features>"), B(XMPP_ASK)}, {B("<proceed xmlns='" XMLNS_TLS
      "'/>\x16"), B("")}}, DIALOG_NONE, NULL, 0, 1},
    {"prefixes and double quotes", STARTTLS_XMPP, B(C2S),
      {{B("<s:stream xmlns:s=\"http://etherx.jabber.org/streams\" xmlns:t = \"" XMLNS_TLS
      "\" version=\"1.0\">" " <s:features> <t:starttls /> </s:features>"), B(XMPP_ASK)},
      {B("<t:proceed></t:proceed>"), B("")}}, DIALOG_NONE, NULL, 2, 0},
    {"own prefix", STARTTLS_XMPP, B(C2S), {{B(XMPP_HELLO "<stream:features><q:starttls xmlns:q='" XMLNS_TLS
      "'/></stream:features>"), B(XMPP_ASK)}, {B("<failure xmlns='" XMLNS_TLS "'/></stream:stream>"), B("")}},
      DIALOG_REFUSED, "<failure", 2, 0},
    {"another namespace", STARTTLS_XMPP, B(C2S), {{B(XMPP_HELLO
      "<stream:features><starttls xmlns='urn:x'/><a b='c/>'/></stream:features>"), B("")}},
      DIALOG_NOT_OFFERED, "urn:x", 1, 0},
    {"empty features", STARTTLS_XMPP, B(C2S), {{B(XMPP_HELLO "<stream:features/>"), B("")}},
      DIALOG_NOT_OFFERED, "features", 1, 0},
    {"a server before 1.0", STARTTLS_XMPP, B(C2S), {{B("<stream:stream xmlns='jabber:client' id='1'>"),
      B("")}}, DIALOG_NOT_OFFERED, "stream", 1, 0},
    {"host unknown", STARTTLS_XMPP, B(C2S),
      {{B(XMPP_HELLO "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"), B("")},
      {B("<text xml:lang='en'>No such host</text></stream:error></stream:stream>"), B("")}}, DIALOG_REFUSED,
      "No such host", 1, 0},
    {"wrong port", STARTTLS_XMPP_SERVER, B(S2S),
      {{B(XMPP_HELLO "<stream:error><invalid-namespace xmlns='urn:x'/></stream:error>"), B("")}},
      DIALOG_NOT_SPOKEN, "invalid-namespace", 1, 0},
    {"shutting down", STARTTLS_XMPP_SERVER, B(S2S),
      {{B(XMPP_HELLO "<stream:error><system-shutdown/></stream:error>"), B("")}}, DIALOG_SERVICE_DOWN, "shutdown",
      1, 0},
    {"prosody with no feature to offer", STARTTLS_XMPP, B(C2S),
      {{B(XMPP_HELLO "<stream:error><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
      "<text>No stream features to proceed with</text></stream:error></stream:stream>"), B("")}},
      DIALOG_NOT_OFFERED, "No stream features", 1, 0},
    {"an empty error", STARTTLS_XMPP, B(C2S), {{B(XMPP_HELLO "<stream:error/>"), B("")}}, DIALOG_REFUSED,
      "error", 1, 0},
    {"an error after the question", STARTTLS_XMPP, B(C2S),
      {{B(XMPP_HELLO "<stream:features><starttls xmlns='" XMLNS_TLS "'/></stream:features>"), B(XMPP_ASK)},
      {B("<stream:error><undefined-condition/></stream:error>"), B("")}}, DIALOG_REFUSED, "undefined", 2, 0},
    {"closes the stream", STARTTLS_XMPP_SERVER, B(S2S), {{B(XMPP_HELLO "</stream:stream>"), B("")}},
      DIALOG_CLOSED, "</stream", 1, 0},
    {"HTML", STARTTLS_XMPP, B(C2S), {{B("<!DOCTYPE html>\n<html lang='en'>"), B("")}}, DIALOG_NOT_SPOKEN,
      "html", 1, 0},
    {"HTTP", STARTTLS_XMPP, B(C2S), {{B("HTTP/1.1 400 Bad Request\r\n"), B("")}}, DIALOG_NOT_SPOKEN,
      "HTTP/1.1", 1, 0},
    /* PostgreSQL */
    {"S", STARTTLS_POSTGRES, B(PG_ASK), {{B("S\x16\x03"), B("")}}, DIALOG_NONE, NULL, 1, 2},
    {"N", STARTTLS_POSTGRES, B(PG_ASK), {{B("N"), B("")}}, DIALOG_NO_TLS, "N", 1, 0},
    {"error", STARTTLS_POSTGRES, B(PG_ASK), {{B("E\x00\x00\x00\x19SFATAL\0C53300\0Mno\x07!\0\0"), B("")}},
      DIALOG_REFUSED, "no\\x07!", 1, 0},
    {"error of old", STARTTLS_POSTGRES, B(PG_ASK), {{B("EFATAL:  unsupported frontend protocol\n\0"), B("")}},
      DIALOG_REFUSED, "unsupported frontend", 1, 0},
    {"memcached", STARTTLS_POSTGRES, B(PG_ASK), {{B("ERROR\r\n"), B("")}}, DIALOG_NOT_SPOKEN, "ERROR", 1, 0},
    {"TLS at once", STARTTLS_POSTGRES, B(PG_ASK), {{B("\x15\x03\x03\x00\x02\x02\x32"), B("")}},
      DIALOG_NOT_SPOKEN, "\\x15", 1, 0},
    {"SMTP", STARTTLS_POSTGRES, B(PG_ASK), {{B("220 mx\r\n"), B("")}}, DIALOG_NOT_SPOKEN, "220 mx", 1, 0},
    /* MySQL */
    {"with CLIENT_SSL", STARTTLS_MYSQL, B(""), {{B("\x1a\x00\x00\x00\x0a" "8.0.36\0" "\1\0\0\0" "saltsalt\0"
      "\xff\xff\x21\x02\x00"), B(MYSQL_ASK)}}, DIALOG_NONE, NULL, 1, 0},
    {"without", STARTTLS_MYSQL, B(""), {{B("\x1a\x00\x00\x00\x0a" "8.0.36\0" "\1\0\0\0" "saltsalt\0"
      "\xff\xf7\x21\x02\x00"), B("")}}, DIALOG_NO_TLS, "version 8.0.36, capabilities 0xf7ff", 1, 0},
    {"protocol 9", STARTTLS_MYSQL, B(""), {{B("\x0a\x00\x00\x00\x09" "3.20\0\1\0\0\0"), B("")}},
      DIALOG_NO_TLS, "3.20", 1, 0},
    {"host not allowed", STARTTLS_MYSQL, B(""), {{B("\x0e\x00\x00\x00\xff\x6a\x04not allowed"), B("")}},
      DIALOG_REFUSED, "error 1130: not allowed", 1, 0},
    {"too many", STARTTLS_MYSQL, B(""), {{B("\x0b\x00\x00\x00\xff\x10\x04too many"), B("")}},
      DIALOG_SERVICE_DOWN, "error 1040: too many", 1, 0},
    {"a greeting that stops short", STARTTLS_MYSQL, B(""), {{B("\x05\x00\x00\x00\x0a" "8.0."), B("")}},
      DIALOG_NOT_SPOKEN, "8.0.", 1, 0},
    {"SMTP", STARTTLS_MYSQL, B(""), {{B("220 mx ESMTP\r\n"), B("")}}, DIALOG_NOT_SPOKEN, "220 mx", 1, 0},
    {"TLS", STARTTLS_MYSQL, B(""), {{B("\x15\x03\x01\x00\x02\x02\x0a"), B("")}}, DIALOG_NOT_SPOKEN, "\\x15",
      1, 0},
    /* ManageSieve */
    {"dovecot", STARTTLS_SIEVE, B(""),
      {{B("\"IMPLEMENTATION\" \"Dovecot\"\r\n\"SASL\" {5}\r\nPLAIN\r\n\"starttls\"\r\nOK \"ready\"\r\n"),
      B("STARTTLS\r\n")}, {B("OK \"Begin TLS negotiation now.\"\r\n\"STARTTLS\""), B("")}}, DIALOG_NONE, NULL,
      2, 10},
    {"without", STARTTLS_SIEVE, B(""), {{B("\"IMPLEMENTATION\" \"STARTTLS\"\r\nok\r\n"), B("")}},
      DIALOG_NOT_OFFERED, "IMPLEMENTATION", 1, 0},
    {"refused", STARTTLS_SIEVE, B(""), {{B("\"STARTTLS\"\r\nOK\r\n"), B("STARTTLS\r\n")},
      {B("NO (TRYLATER) \"no key\"\r\n"), B("")}}, DIALOG_REFUSED, "NO (TRYLATER)", 2, 0},
    {"BYE", STARTTLS_SIEVE, B(""), {{B("BYE \"too many\"\r\n"), B("")}}, DIALOG_SERVICE_DOWN, "BYE", 1, 0},
    {"SMTP", STARTTLS_SIEVE, B(""), {{B("220 mx ESMTP\r\n"), B("")}}, DIALOG_NOT_SPOKEN, "220", 1, 0},
    /* NNTP */
    {"INN", STARTTLS_NNTP, B(""), {{B("200 news.test InterNetNews NNRP server ready (posting ok)\r\n"),
      B("CAPABILITIES\r\n")}, {B("101 Capability list:\r\nVERSION 2\r\nSTARTTLS\r\nREADER\r\n.\r\n"),
      B("STARTTLS\r\n")}, {B("382 Begin TLS negotiation now\r\n"), B("")}}, DIALOG_NONE, NULL, 3, 0},
    {"without", STARTTLS_NNTP, B(""), {{B("201 no posting\r\n"), B("CAPABILITIES\r\n")},
      {B("101 list\r\nVERSION 2\r\n.\r\n"), B("")}}, DIALOG_NOT_OFFERED, "VERSION 2", 2, 0},
    {"refused", STARTTLS_NNTP, B(""), {{B("200 hi\r\n"), B("CAPABILITIES\r\n")},
      {B("101 list\r\nSTARTTLS\r\n.\r\n"), B("STARTTLS\r\n")}, {B("580 Can not initiate TLS negotiation\r\n"),
      B("")}}, DIALOG_REFUSED, "580", 3, 0},
    {"an old server", STARTTLS_NNTP, B(""), {{B("200 hi\r\n"), B("CAPABILITIES\r\n")}, {B("500 what?\r\n"),
      B("STARTTLS\r\n")}, {B("500 what?\r\n"), B("")}}, DIALOG_NOT_OFFERED, "500", 3, 0},
    {"down", STARTTLS_NNTP, B(""), {{B("400 shutting down\r\n"), B("")}}, DIALOG_SERVICE_DOWN, "400", 1, 0},
    {"not for us", STARTTLS_NNTP, B(""), {{B("502 no permission\r\n"), B("")}}, DIALOG_SERVICE_DOWN, "502", 1,
      0},
};
/* clang-format on */

#endif

#include "wire_test.h"

#include "wire/record.h"

struct spoken {
    const char *text;
    uint16_t port;
    enum plain_kind kind;
};

static const struct spoken texts[] = {
    {"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n", 443, PLAIN_HTTP},
    {"HTTP/1.0 400", 443, PLAIN_HTTP},
    {"<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html>", 443, PLAIN_HTML},
    {"\r\n<html><head><title>400 Bad Request", 443, PLAIN_HTML},
    {"<?xml version=\"1.0\"?><!DOCTYPE html><html xmlns=", 443, PLAIN_HTML},
    {"220 mx.example.org ESMTP Postfix\r\n", 465, PLAIN_SMTP},
    {"220 mx.example.org LMTP server ready\r\n", 24, PLAIN_SMTP},
    {"220 mail.example.org ready\r\n", 465, PLAIN_SMTP},
    {"220 mail.example.org FTP server ready\r\n", 443, PLAIN_FTP},
    {"220 ftp.example.org ESMTP Exim 4.96\r\n", 443, PLAIN_SMTP},
    {"220 (vsFTPd 3.0.3)\r\n", 443, PLAIN_FTP},
    {"220 ProFTPD Server (Debian) [::ffff:10.0.0.1]\r\n", 443, PLAIN_FTP},
    {"220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n", 443, PLAIN_FTP},
    {"220 ftp.example.org ready\r\n", 443, PLAIN_FTP},
    {"220 Welcome.\r\n", 21, PLAIN_FTP},
    {"220 Welcome.\r\n", 990, PLAIN_FTP},
    {"220 Welcome.\r\n", 2525, PLAIN_SMTP},
    {"220-mx.example.org\r\n220 ESMTP\r\n", 25, PLAIN_SMTP},
    {"421 4.7.0 mx.example.org too many connections\r\n", 25, PLAIN_SMTP},
    {"421 Too many users\r\n", 21, PLAIN_FTP},
    {"554 5.7.1 no service for you\r\n", 25, PLAIN_SMTP},
    {"200 news.example.org InterNetNews ready\r\n", 563, PLAIN_NNTP},
    {"201 posting prohibited\r\n", 119, PLAIN_NNTP},
    {"+OK Dovecot ready.\r\n", 995, PLAIN_POP3},
    {"-ERR [SYS/TEMP] try later\r\n", 443, PLAIN_POP3},
    {"-ERR too many connections\r\n", 995, PLAIN_POP3},
    {"-ERR unknown command\r\n", 6379, PLAIN_REDIS},
    {"-DENIED Redis is running in protected mode\r\n", 6379, PLAIN_REDIS},
    {"-NOAUTH Authentication required.\r\n", 6379, PLAIN_REDIS},
    {"* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n", 993, PLAIN_IMAP},
    {"* BYE overloaded\r\n", 993, PLAIN_IMAP},
    {"\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"\r\n", 4190, PLAIN_SIEVE},
    {"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", 443, PLAIN_SSH},
    {"RFB 003.008\n", 5900, PLAIN_VNC},
    {"<?xml version='1.0'?><stream:stream xmlns='jabber:client'", 5222, PLAIN_XMPP},
    {"<stream:error>", 5222, PLAIN_XMPP},
    {"EFATAL:  unsupported frontend protocol 5890.0\n", 5432, PLAIN_POSTGRES},
    {"<?xml version='1.0'?><rss>", 443, PLAIN_UNKNOWN},
    {"hello there", 443, PLAIN_UNKNOWN},
    {"220", 21, PLAIN_UNKNOWN},
    {"", 21, PLAIN_UNKNOWN},
};

static const struct spoken binary[] = {
    /* MySQL: greeting of protocol 10, error 1130, X protocol's notice */
    {"4a000000 0a 382e302e333600 0b000000", 3306, PLAIN_MYSQL},
    {"45000000 ff 6a04 486f737420", 3306, PLAIN_MYSQL},
    {"05000000 0b 08 05 1a00", 33060, PLAIN_MYSQL},
    {"4a000000 0a 00", 3306, PLAIN_UNKNOWN},
    /* PostgreSQL: ErrorResponse */
    {"45 00000090 53 464154414c00", 5432, PLAIN_POSTGRES},
    {"45 ff000090 53", 5432, PLAIN_UNKNOWN},
    /* LDAP: notice of disconnection, as OpenLDAP and as Active Directory write it; bind response */
    {"30 24 0201 00 78 1f 0a0102 0400 0400 8a16 312e33", 389, PLAIN_LDAP},
    {"30 84 00000067 0201 00 78 84 0000005e", 389, PLAIN_LDAP},
    {"30 0c 0201 01 61 07 0a0100 0400 0400", 389, PLAIN_LDAP},
    {"30 82 0300 30 82", 389, PLAIN_UNKNOWN}, /* a bare certificate is not LDAP */
    {"30 85 0000000000 0201 00 78", 389, PLAIN_UNKNOWN},
    {"00000c 04 00 00000000 000300000080", 443, PLAIN_HTTP2},
    {"000000 04 00 00000000", 443, PLAIN_HTTP2},
    {"000005 04 00 00000000", 443, PLAIN_UNKNOWN},
    {"000006 04 00 00000001", 443, PLAIN_UNKNOWN},
    {"fffd18 fffd20", 23, PLAIN_TELNET},
    {"fffb01", 23, PLAIN_TELNET},
    {"ffff01", 23, PLAIN_UNKNOWN},
    {"1503010002 0228", 443, PLAIN_UNKNOWN},
};

static void check(struct bytes whole, const struct spoken *s) {
    struct bytes b = tight(whole);
    assert_int_equal(plain_recognise(b, s->port), s->kind);
    tight_free(b);
    for (size_t n = 0; n < whole.n; n++) { /* any beginning is looked at without reading beyond it */
        b = tight(bytes_cut(whole, 0, n));
        assert_in_range(plain_recognise(b, s->port), PLAIN_UNKNOWN, PLAIN__COUNT - 1);
        tight_free(b);
    }
}

static void test_texts(void **state) {
    (void)state;
    for (size_t i = 0; i < TW_COUNT(texts); i++) check(bytes_str(texts[i].text), &texts[i]);
}

static void test_binary(void **state) {
    (void)state;
    struct arena a = {0};
    for (size_t i = 0; i < TW_COUNT(binary); i++) check(hex(&a, binary[i].text), &binary[i]);
    arena_done(&a);
}

static void test_names(void **state) {
    (void)state;
    for (enum plain_kind k = PLAIN_UNKNOWN; k < PLAIN__COUNT; k++) assert_non_null(plain_name(k));
    assert_string_equal(plain_starttls(PLAIN_SMTP), "smtp");
    assert_string_equal(plain_starttls(PLAIN_POSTGRES), "postgres");
    assert_null(plain_starttls(PLAIN_HTTP));
    assert_null(plain_starttls(PLAIN_SSH));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_binary),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

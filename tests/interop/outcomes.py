"""What a real client says, and what a report predicts, in the same words: how a connection fails.

    ok                 it connects
    expired, early     a certificate's dates
    issuer             no path to a root that is trusted
    name               a certificate for another name
    certificate        another fault of a certificate, or of what is said of its revocation
    alert NAME         the server's alert
    reset, closed      the connection ends
    timeout            silence
    connect            there is no connection in the first place
    own                the client stops by itself: at a version, a group, a message that may not be there
    answer             what came after the handshake is no answer to the request

Some programs say less: their words stand for several."""
import re

LATE = "ok, then "

# RFC 8446 6 and RFC 5246 7.2: the number, and how clients that tell no number call it.
ALERTS = {
    "unexpected_message": (10, r"alert unexpected message|alert: unexpected_message|remote error: tls: unexpected message|UNEXPECTED_ALERT"),
    "bad_record_mac": (20, r"alert bad record mac|alert: bad_record_mac|remote error: tls: bad record|BAD_MAC_ALERT|BAD_RECORD_MAC_ALERT"),
    "record_overflow": (22, r"alert record overflow|alert: record_overflow|remote error: tls: record overflow|RECORD_OVERFLOW_ALERT"),
    "handshake_failure": (40, r"alert handshake failure|alert: handshake_failure|remote error: tls: handshake failure|HANDSHAKE_FAILURE_ALERT|"
                              r"NO_CYPHER_OVERLAP"),
    "bad_certificate": (42, r"alert bad certificate|alert: bad_certificate|remote error: tls: bad certificate|BAD_CERT_ALERT"),
    "illegal_parameter": (47, r"alert illegal parameter|alert: illegal_parameter|remote error: tls: illegal parameter|ILLEGAL_PARAMETER_ALERT"),
    "decode_error": (50, r"alert decode error|alert: decode_error|remote error: tls: error decoding|DECODE_ERROR_ALERT"),
    "decrypt_error": (51, r"alert decrypt error|alert: decrypt_error|remote error: tls: error decrypting|DECRYPT_ERROR_ALERT"),
    "protocol_version": (70, r"alert protocol version|alert: protocol_version|remote error: tls: protocol version|PROTOCOL_VERSION_ALERT"),
    "insufficient_security": (71, r"alert insufficient security|alert: insufficient_security|remote error: tls: insufficient security|"
                                  r"INSUFFICIENT_SECURITY_ALERT"),
    "internal_error": (80, r"alert internal error|alert: internal_error|remote error: tls: internal error|INTERNAL_ERROR_ALERT"),
    "unrecognized_name": (112, r"unrecognized name|alert: unrecognized_name|remote error: tls: unrecognized name|UNRECOGNIZED_NAME"),
    "certificate_required": (116, r"certificate required|alert: certificate_required|remote error: tls: certificate required|"
                                  r"RX_CERTIFICATE_REQUIRED_ALERT|BAD_SSL_CLIENT_AUTH_CERT"),
    "no_application_protocol": (120, r"no application protocol|alert: no_application_protocol|NEXT_PROTOCOL_NO_PROTOCOL"),
}

# Faults of certificates: programs tell several at once.
FAULTS = [
    (r"OCSP|REVOKED|revoked|revocation", {"certificate"}),
    (r"ERR_CERT_DATE_INVALID|SEC_ERROR_EXPIRED_ISSUER", {"expired", "early"}),
    (r"current time \S+ is before|(?<!or is )not yet valid|NOT_YET_VALID|NotBefore|not yet activated", {"early"}),
    (r"certificate.{0,20}expired|has expired(?! or)|uses expired|CERT_HAS_EXPIRED|EXPIRED_CERTIFICATE|NotAfter|current time \S+ is after", {"expired"}),
    (r"[Hh]ost ?name|name in the certificate does not match|owner does not match|IP address mismatch|certificate is valid for|IP SANs|"
     r"certificate is not valid for any names|No subject alternative|legacy Common Name|ALTNAME_INVALID|no alternative certificate subject|"
     r"COMMON_NAME_INVALID|BAD_CERT_DOMAIN|does not match target host name|No name matching|unable to obtain common name", {"name"}),
    (r"self.signed|issuer is unknown|known issuer|unable to get local issuer|first certificate|unknown authority|AUTHORITY_INVALID|"
     r"UNKNOWN_ISSUER|valid certification path|does not chain with any|SELF_SIGNED", {"issuer"}),
    (r"not trusted|CERT_(?!REQ)|[Cc]ertificate verify failed|Error in the certificate|PKIX|certificate problem|x509:|[Kk]ey ?[Uu]sage|KEY_USAGE|"
     r"MOZILLA_PKIX|SEC_ERROR(?!_BAD_SIGNATURE)|INVALID_PURPOSE|subtree|UNSPECIFIED|insecure algorithm|too weak|signature check failed|Could not parse certificate",
     {"certificate"}),
]

# The first that fits. Words of Chromium and NSS stand for several alerts.
ANY_ALERT = {f"alert {name}" for name in ALERTS}
SAYS = [
    (r"SEC_ERROR_BAD_SIGNATURE", {"own", "certificate"}),
    (r"ERR_SSL_VERSION_OR_CIPHER_MISMATCH", {"alert handshake_failure", "alert protocol_version", "alert insufficient_security", "own"}),
    (r"ERR_SSL_PROTOCOL_ERROR", {"own", *ANY_ALERT}),
    (r"ERR_BAD_SSL_CLIENT_AUTH_CERT", {"alert certificate_required", "alert handshake_failure", "alert bad_certificate"}),
    *((rf"alert number {number}\b|alert \[{number}\]|{names}", {f"alert {name}"}) for name, (number, names) in ALERTS.items()),
    (r"FATAL_ALERT|fatal alert has been received|Received fatal alert|remote error", ANY_ALERT),
    (r"[Cc]onnection refused|ECONNREFUSED|CONNECTION_REFUSED|[Nn]etwork is unreachable|ENETUNREACH|UNREACHABLE|Failed to connect|errno=1[01]1|"
     r"Connect timed out|NS_ERROR_NET_ON_", {"connect", "timeout"}),
    (r"connect ECONNRESET|connect: connection reset", {"connect", "reset"}),
    (r"timed out|TIMED_OUT|timeout|deadline exceeded|NS_BINDING_ABORTED|NS_ERROR_NET_TIMEOUT", {"timeout"}),
    (r"unexpected eof|\bEOF\b|non-properly terminated|socket disconnected|terminated the handshake|CONNECTION_CLOSED|EMPTY_RESPONSE|END_OF_FILE|"
     r"UNEXPECTED_EOF|Empty reply|hang up|then closed|NS_ERROR_NET_INTERRUPT|No data received|prematurely|connection was closed|SSL_ERROR_SYSCALL",
     {"closed"}),
    (r"errno=(104|32)|pull function|ECONNRESET|reset by peer|[Cc]onnection reset|CONNECTION_RESET|CONNECT_RESET|NET_RESET|Errno 104|Broken pipe|EPIPE|"
     r"push function", {"reset"}),
    (r"SOCKET_NOT_CONNECTED|Could not save SSL session data", {"closed", "reset", *ANY_ALERT}),
    (r"malformed HTTP|HTTP/|http|status \d|Read error", {"answer"}),
]

# Chrome and Firefox tell a reset from a close only where nothing came before.
ENDS = {"reset", "closed"}

CAUSES = {
    "expired": r"cert-expired|chain-expired-intermediate",
    "early": r"cert-not-yet-valid",
    "issuer": r"cert-self-signed|cert-private-ca|chain-missing-intermediate|ca-replaced|intercept-untrusted-root|intercept-antivirus|"
              r"dev-proxy-intercept|client-trust-.*|root-distrusted|captive-portal",
    "certificate": r"ca-replaced",  # a signature that does not verify
    "name": r"cert-name-mismatch|cert-www-mismatch|cert-wildcard-scope|cert-ip-not-in-san|cert-cn-only-no-san|default-vhost-cert|captive-portal",
}
FAULTY = r"(?:cert|ocsp)-.*|intercept-product-bug"


def how_of(text):
    """(TLS stood, words for what the program said); no words where it connects and nothing is amiss."""
    late = text.startswith(LATE)
    if text == "ok":
        return True, set()
    said = text.removeprefix(LATE)
    faults = set().union(*(words for pattern, words in FAULTS if re.search(pattern, said)))
    return late, faults or next((words for pattern, words in SAYS if re.search(pattern, said)), {"answer" if late else "own"})


def words_of_cause(cause):
    """Of a cause that lies in a certificate; nothing for any other."""
    exact = {word for word, pattern in CAUSES.items() if re.fullmatch(pattern, cause)}
    return exact or ({"certificate"} if re.fullmatch(FAULTY, cause) else set())


def predicted(report, row):
    """The words for a row of the table. Clients differ in what they look at first: a fault of the certificate may come before or after
    what else ends the handshake."""
    outcome = row["outcome"]
    causes = {cause["id"] for cause in report["causes"] if row["profile"] in cause["affects"]} | {row["cause"] or ""}
    faults = set().union(*map(words_of_cause, causes))
    if outcome == "certificate refused":
        return faults or {"certificate"}
    return faults | {"connection refused": {"connect"}, "unreachable": {"connect"}, "connect timeout": {"connect", "timeout"},
                     "reset": {"reset"}, "closed": {"closed"}, "timeout": {"timeout"}}.get(
                         outcome, {outcome} if outcome.startswith("alert ") else {"own"})


def agrees(report, row, text):
    """Whether the program did what the row says. What ends after the handshake without an answer is no matter of TLS, or a client of TLS
    1.3 cannot know that the server never saw its Finished: then both rows are right."""
    stood, said = how_of(text)
    if row["outcome"] == "ok":
        return stood and bool(not said or said & {"closed", "reset", "timeout", "answer"})
    expected = predicted(report, row)
    if stood and not said:
        return False
    return bool(expected & said) or bool(expected & ENDS and said & ENDS)

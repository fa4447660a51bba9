#!/usr/bin/python3
"""`tlswhy --cert` against servers that are not ours and demand a client certificate: the right one, and every kind of wrong one.

Each server judges by its own code and says it in its own way: alerts at once or late, an HTTP answer, or nothing."""

import concurrent.futures
import functools
import signal
import sys
import tempfile

import certs
from base import Failure, Tally, arguments, diagnose, expect
from https_servers import Apache, GnuTls, HaProxy, Nginx, Node, OpenSsl, Python, Stunnel

AT_ONCE = 4

# What the client has: a certificate as certs.leaf() makes it, and the cause that must come out (None: the right one).
RIGHT = {"use": "clientAuth"}
CLIENTS = {
    "right": (RIGHT, None),
    "right-rsa": ({**RIGHT, "key": "rsa"}, None),
    "right-below-intermediate": ({**RIGHT, "issuer": "intermediate"}, None),
    "other-ca": ({**RIGHT, "issuer": "other"}, "mtls-client-ca-unknown"),
    "self-signed": ({**RIGHT, "issuer": "self"}, "mtls-client-ca-unknown"),
    "chain-missing": ({**RIGHT, "issuer": "intermediate", "chain": False}, "mtls-client-chain-incomplete"),
    "expired": ({**RIGHT, "days": (-90, -3)}, "mtls-client-cert-rejected"),
    "for-servers": ({}, "cert-client-eku-removed"),
    "none": (None, "mtls-client-cert-missing"),
}
FIXER = {"mtls-client-ca-unknown": "server"}

# name -> (server, options, more arguments of tlswhy)
TLS12, TLS13 = ("-tls1_2",), ("-tls1_3",)
DEMAND = ("-CAfile", "{ca}", "-Verify", "3", "-verify_return_error")
SERVERS = {
    "openssl-tls12": (OpenSsl, {"args": (*DEMAND, *TLS12)}),
    "openssl-tls13": (OpenSsl, {"args": (*DEMAND, *TLS13)}),
    "gnutls-tls12": (GnuTls, {"args": ("--require-client-cert", "--verify-client-cert", "--x509cafile", "{ca}"),
                              "priority": "NORMAL:-VERS-ALL:+VERS-TLS1.2"}),
    "gnutls-tls13": (GnuTls, {"args": ("--require-client-cert", "--verify-client-cert", "--x509cafile", "{ca}")}),
    "nginx": (Nginx, {"lines": ("ssl_verify_client on", "ssl_client_certificate {ca}", "ssl_verify_depth 3")}),
    "nginx-tls12": (Nginx, {"lines": ("ssl_verify_client on", "ssl_client_certificate {ca}", "ssl_verify_depth 3",
                                      "ssl_protocols TLSv1.2")}),
    "apache": (Apache, {"lines": ("SSLVerifyClient require", "SSLCACertificateFile {ca}", "SSLVerifyDepth 3")}),
    "apache-tls12": (Apache, {"lines": ("SSLVerifyClient require", "SSLCACertificateFile {ca}", "SSLVerifyDepth 3",
                                        "SSLProtocol -all +TLSv1.2")}),
    "haproxy": (HaProxy, {"bind": "ca-file {ca} verify required"}),
    "stunnel": (Stunnel, {"lines": ("CAfile = {ca}", "verifyChain = yes")}),
    "python": (Python, {"settings": {"client_ca": "{ca}"}}),
    "node": (Node, {"settings": {"tls": {"requestCert": True, "rejectUnauthorized": True}, "clientCa": "{ca}"}}),
}
# Where a server says less, or judges otherwise, than the others: what must come out there.
ELSEWHERE = {
    # gnutls-serv does not look at the extended key usage
    ("gnutls-tls12", "for-servers"): None,
    ("gnutls-tls13", "for-servers"): None,
}


def fill_in(value, pki):
    if isinstance(value, str):
        return value.replace("{ca}", str(pki.ca))
    if isinstance(value, tuple):
        return tuple(fill_in(v, pki) for v in value)
    if isinstance(value, dict):
        return {key: fill_in(v, pki) for key, v in value.items()}
    return value


def client_arguments(pki, spec):
    if spec is None:
        return ()
    cert, key = pki.leaf(hosts=("client",), **spec)
    return ("--cert", str(cert), "--key", str(key))


def run_client(tlswhy, pki, server_name, server, client_name):
    spec, cause = CLIENTS[client_name]
    cause = ELSEWHERE.get((server_name, client_name), cause)
    report = diagnose(tlswhy, server.port, pki.ca, *client_arguments(pki, spec))
    expect(report, "fail" if cause else "ok", cause, FIXER.get(cause, "client") if cause else None)
    if len(report["causes"]) > 1:
        raise Failure("more causes than one: " + ", ".join(c["id"] for c in report["causes"]))
    if "PRIVATE KEY" in str(report):
        raise Failure("the report holds a key")


def run_server(tally, options, pki, name):
    kind, settings = SERVERS[name]
    tests = [c for c in CLIENTS if options.wanted(f"{name}/{c}")]
    if not tests:
        return
    started = []

    def start():
        started.append(kind(pki, **fill_in(settings, pki)).__enter__())

    tally.run(f"{name}/starts", start)
    for client in tests if started else ():
        tally.run(f"{name}/{client}", functools.partial(run_client, options.tlswhy, pki, name, started[0], client))
    for server in started:
        server.__exit__(None, None, None)


def main():
    options = arguments("tlswhy with client certificates against foreign servers")
    tally = Tally()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an ordinary exit stops the servers
    with tempfile.TemporaryDirectory(prefix="tlswhy-mtls-") as where:
        pki = certs.Certs(where)
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(functools.partial(run_server, tally, options, pki), SERVERS))
    sys.exit(tally.close())


if __name__ == "__main__":
    main()

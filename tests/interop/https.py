#!/usr/bin/python3
"""`tlswhy` against HTTPS servers that are not ours: healthy, and with each fault that their own configuration can make.

Each case is a server, the client's bends, and the verdict, cause and fixer that must come out. Four run at a time."""

import concurrent.futures
import contextlib
import functools
import http.server
import itertools
import json
import signal
import socket
import sys
import tempfile
import threading
from dataclasses import dataclass, field

import certs
from base import HOST, Failure, Tally, arguments, diagnose, expect, free_port
from https_servers import Apache, GnuTls, HaProxy, Java, Nginx, Node, Nss, OpenSsl, Python, Stunnel
from https_stacks import Botan, Erlang, Go, Hitch, Lighttpd

AT_ONCE = 4
HERE = "127.0.0.1"
OLD = ":@SECLEVEL=0"  # OpenSSL 3 allows TLS 1.0 and 1.1 at this level only


# A server whose key fits none of its suites refuses every hello, as one without any certificate does: from outside they are one.

@dataclass
class Case:
    name: str
    server: type
    verdict: str = "ok"
    cause: str = None
    fixer: str = None
    client: tuple = ()            # bends of tlswhy
    trust: str = "root"           # root or none: what the client trusts
    offline: bool = True
    options: dict = field(default_factory=dict)


def healthy(name, server, client=(), **options):
    return Case(name, server, client=client, options=options)


def fault(name, server, cause, fixer="server", client=(), trust="root", offline=True, **options):
    return Case(name, server, "fail", cause, fixer, client, trust, offline, options)


def same_everywhere(server, old, rsa_cbc, p521, p384, tls12, tls13):
    """What every server can be configured to: each argument holds the server's own words for it."""
    who = server.__name__.lower()
    rsa = {"certs": ({"key": "rsa"},)}
    return [
        healthy(f"{who}/default", server),
        healthy(f"{who}/default-rsa", server, **rsa),
        healthy(f"{who}/tls12-only", server, **tls12),
        healthy(f"{who}/tls13-only", server, **tls13),
        healthy(f"{who}/rsa-cbc-only", server, **rsa, **rsa_cbc),
        healthy(f"{who}/p384-only", server, **p384),
        healthy(f"{who}/intermediate", server, certs=({"issuer": "intermediate"},)),
        fault(f"{who}/tls10-tls11-only", server, "version-server-too-old", **rsa, **old),
        fault(f"{who}/p521-only", server, "group-no-overlap", **p521),
        fault(f"{who}/leaf-only", server, "chain-missing-intermediate",
              certs=({"issuer": "intermediate", "chain": False},)),
        fault(f"{who}/expired", server, "cert-expired", certs=({"days": (-90, -3)},)),
        fault(f"{who}/not-yet-valid", server, "cert-not-yet-valid", certs=({"days": (3, 90)},)),
        fault(f"{who}/self-signed", server, "cert-self-signed", certs=({"issuer": "self"},)),
        fault(f"{who}/private-ca", server, "cert-private-ca", "client", certs=({"issuer": "other"},)),
        fault(f"{who}/ed25519", server, "sigalg-no-overlap", certs=({"key": "ed25519"},)),
        fault(f"{who}/client-too-old", server, "version-client-too-old", "client", client=("--tls-max", "1.1"), **tls12),
    ]


def openssl_cases():
    def args(*words):
        return {"args": words}

    rsa = {"certs": ({"key": "rsa"},)}
    dh = ("-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256" + OLD)
    return [
        *same_everywhere(OpenSsl, args("-no_tls1_2", "-no_tls1_3", "-cipher", "ALL" + OLD),
                         args("-tls1_2", "-cipher", "AES128-SHA"), args("-groups", "P-521"), args("-groups", "P-384"),
                         args("-tls1_2"), args("-tls1_3")),
        healthy("openssl/two-certificates", OpenSsl, certs=({}, {"key": "rsa"})),
        healthy("openssl/chacha-only", OpenSsl, args=("-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305")),
        healthy("openssl/rsa-key-exchange-only", OpenSsl, args=("-tls1_2", "-cipher", "AES256-GCM-SHA384"), **rsa),
        healthy("openssl/hello-retry", OpenSsl, args=("-tls1_3", "-groups", "P-384:P-256")),
        healthy("openssl/client-certificate-welcome", OpenSsl, args=("-verify", "1")),
        healthy("openssl/client-certificate-welcome-tls12", OpenSsl, args=("-tls1_2", "-verify", "1")),
        fault("openssl/client-certificate-required", OpenSsl, "mtls-client-cert-missing", "client",
              args=("-tls1_3", "-Verify", "1", "-verify_return_error")),
        fault("openssl/client-certificate-required-tls12", OpenSsl, "mtls-client-cert-missing", "client",
              args=("-tls1_2", "-Verify", "1", "-verify_return_error")),
        fault("openssl/ccm-only", OpenSsl, "cipher-no-overlap", args=("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-CCM")),
        fault("openssl/dhe-only", OpenSsl, "cipher-no-overlap", args=("-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"),
              **rsa),
        fault("openssl/tls13-ccm-only", OpenSsl, "cipher-no-overlap",
              args=("-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256")),
        fault("openssl/x448-only", OpenSsl, "group-no-overlap", args=("-groups", "X448")),
        fault("openssl/ecdsa-suites-rsa-key", OpenSsl, "cipher-cert-type-mismatch",
              args=("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"), **rsa),
        fault("openssl/no-certificate", OpenSsl, "server-no-cert", certs=()),
        # RSASSA-PSS keys (OID 1.2.840.113549.1.1.10) want schemes of their own, which no browser offers.
        fault("openssl/rsa-pss-certificate", OpenSsl, "sigalg-no-overlap", certs=({"key": "rsa-pss"},)),
        fault("openssl/p521-certificate", OpenSsl, "sigalg-no-overlap", certs=({"key": "p521"},)),
        fault("openssl/wrong-name", OpenSsl, "cert-name-mismatch", certs=({"hosts": ("other.example.test",)},)),
        fault("openssl/no-common-alpn", OpenSsl, "alpn-no-overlap", args=("-alpn", "spdy/1")),
        fault("openssl/dh-1024", OpenSsl, "dh-key-too-small", client=("--tls-max", "1.2", "--ciphers", dh[2].split(":")[0]),
              args=(*dh, "-dhparam", "{dh1024}"), **rsa),
        fault("openssl/narrow-client-suite", OpenSsl, "cipher-no-overlap", "client",
              client=("--tls-max", "1.2", "--ciphers", "AES128-SHA"), args=("-cipher", "ECDHE+AESGCM")),
        fault("openssl/narrow-client-group", OpenSsl, "group-no-overlap", "client", client=("--groups", "X448"),
              args=("-groups", "X25519:P-256")),
        fault("openssl/narrow-client-sigalg", OpenSsl, "sigalg-no-overlap", "client",
              client=("--sigalgs", "ed25519"), **rsa),
    ]


def gnutls_cases():
    def priority(text):
        return {"priority": text}

    rsa = {"certs": ({"key": "rsa"},)}
    tls12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2"
    return [
        *same_everywhere(GnuTls, priority("NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0"),
                         priority(tls12 + ":-CIPHER-ALL:+AES-128-CBC:-KX-ALL:+RSA"),
                         priority("NORMAL:-GROUP-ALL:+GROUP-SECP521R1"), priority("NORMAL:-GROUP-ALL:+GROUP-SECP384R1"),
                         priority(tls12), priority("NORMAL:-VERS-ALL:+VERS-TLS1.3")),
        healthy("gnutls/no-tickets", GnuTls, args=("--noticket",)),
        fault("gnutls/camellia-only", GnuTls, "cipher-no-overlap", **rsa,
              **priority(tls12 + ":-CIPHER-ALL:+CAMELLIA-128-GCM:+CAMELLIA-128-CBC")),
        fault("gnutls/3des-only", GnuTls, "cipher-no-overlap", **rsa, **priority(tls12 + ":-CIPHER-ALL:+3DES-CBC")),
        fault("gnutls/dhe-only", GnuTls, "cipher-no-overlap", **rsa, **priority(tls12 + ":-KX-ALL:+DHE-RSA")),
        fault("gnutls/no-safe-renegotiation", GnuTls, "legacy-renegotiation",
              **priority(tls12 + ":%DISABLE_SAFE_RENEGOTIATION")),
        fault("gnutls/client-certificate-required", GnuTls, "mtls-client-cert-missing", "client",
              args=("--require-client-cert",)),
        fault("gnutls/no-certificate", GnuTls, "server-no-cert", certs=()),
        fault("gnutls/no-common-alpn", GnuTls, "alpn-no-overlap", args=("--alpn", "spdy/1", "--alpn-fatal")),
    ]


NGINX_OTHER = ("server {{ listen 127.0.0.1:{port} ssl default_server; server_name _; ssl_reject_handshake on; }}",)


def nginx_cases():
    def lines(*words):
        return {"lines": words}

    rsa = {"certs": ({"key": "rsa"},)}
    other = {"certs": ({"hosts": ("other.example.test",)},), "host": "other.example.test"}
    return [
        *same_everywhere(Nginx, lines("ssl_protocols TLSv1 TLSv1.1", "ssl_ciphers ALL" + OLD),
                         lines("ssl_protocols TLSv1.2", "ssl_ciphers AES128-SHA"), lines("ssl_ecdh_curve secp521r1"),
                         lines("ssl_ecdh_curve secp384r1"), lines("ssl_protocols TLSv1.2"), lines("ssl_protocols TLSv1.3")),
        healthy("nginx/http2", Nginx, listen="http2"),
        healthy("nginx/session-tickets-off", Nginx, lines=("ssl_session_tickets off",)),
        healthy("nginx/named-beside-reject", Nginx, blocks=NGINX_OTHER),
        fault("nginx/ccm-only", Nginx, "cipher-no-overlap",
              lines=("ssl_protocols TLSv1.2", "ssl_ciphers ECDHE-ECDSA-AES128-CCM")),
        fault("nginx/ecdsa-suites-rsa-key", Nginx, "cipher-cert-type-mismatch",
              lines=("ssl_protocols TLSv1.2", "ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256"), **rsa),
        # Whether the server would choose by name shows only where some other name gets another certificate.
        fault("nginx/one-certificate-for-all", Nginx, "cert-name-mismatch", **other),
        fault("nginx/default-vhost", Nginx, "default-vhost-cert", second=f"www.{HOST}",
              certs=({"hosts": ("other.example.test",)}, {"hosts": (f"www.{HOST}",)}), host="other.example.test"),
        fault("nginx/reject-unknown-name", Nginx, "sni-unknown-to-server", blocks=NGINX_OTHER, **other),
        fault("nginx/client-without-sni", Nginx, "sni-missing-client", "client", client=("--no-sni",), blocks=NGINX_OTHER),
        fault("nginx/plain-http", Nginx, "port-not-tls", "client", plain=True),
        fault("nginx/client-odd-alpn", Nginx, "alpn-no-overlap", "client", client=("--alpn", "spdy/1"), listen="http2"),
        fault("nginx/client-certificate-required", Nginx, "mtls-client-cert-missing", "client",
              lines=("ssl_verify_client on", "ssl_client_certificate {ca}")),
        fault("nginx/proxy-protocol", Nginx, "proxy-protocol-mismatch", listen="proxy_protocol"),
    ]


def apache_cases():
    def lines(*words):
        return {"lines": words}

    def folder(line):
        return "SSLCACertificateFile {ca}", "<Location />", line, "</Location>"

    rsa = {"certs": ({"key": "rsa"},)}
    curves = "SSLOpenSSLConfCmd Curves "
    return [
        *same_everywhere(Apache, lines("SSLProtocol -all +TLSv1 +TLSv1.1", "SSLCipherSuite ALL" + OLD),
                         lines("SSLProtocol -all +TLSv1.2", "SSLCipherSuite AES128-SHA"), lines(curves + "P-521"),
                         lines(curves + "P-384"), lines("SSLProtocol -all +TLSv1.2"), lines("SSLProtocol -all +TLSv1.3")),
        healthy("apache/http11-only", Apache, lines=("Protocols http/1.1",)),
        fault("apache/client-certificate-required", Apache, "mtls-client-cert-missing", "client",
              lines=("SSLVerifyClient require", "SSLCACertificateFile {ca}")),
        fault("apache/client-certificate-of-a-folder", Apache, "renegotiation-refused",
              lines=("SSLProtocol -all +TLSv1.2", "Protocols http/1.1", *folder("SSLVerifyClient require"))),
        fault("apache/client-certificate-of-a-folder-http2", Apache, "renegotiation-refused",
              lines=("SSLProtocol -all +TLSv1.2", *folder("SSLVerifyClient require"))),
        fault("apache/client-certificate-of-a-folder-tls13", Apache, "renegotiation-refused",
              lines=("SSLProtocol -all +TLSv1.3", "Protocols http/1.1", *folder("SSLVerifyClient require"))),
        fault("apache/cipher-suites-of-a-folder", Apache, "renegotiation-refused",
              lines=("SSLProtocol -all +TLSv1.2", "SSLCipherSuite ECDHE-ECDSA-AES128-GCM-SHA256",
                     *folder("SSLCipherSuite ECDHE-ECDSA-AES256-GCM-SHA384"))),
        healthy("apache/two-certificates", Apache, certs=({}, {"key": "rsa"})),
        fault("apache/ccm-only", Apache, "cipher-no-overlap",
              lines=("SSLProtocol -all +TLSv1.2", "SSLCipherSuite ECDHE-ECDSA-AES128-CCM")),
        fault("apache/ecdsa-suites-rsa-key", Apache, "cipher-cert-type-mismatch",
              lines=("SSLProtocol -all +TLSv1.2", "SSLCipherSuite ECDHE-ECDSA-AES128-GCM-SHA256"), **rsa),
        fault("apache/default-vhost", Apache, "default-vhost-cert", certs=({"hosts": ("other.example.test",)},),
              host="other.example.test"),
        fault("apache/plain-http", Apache, "port-not-tls", "client", plain=True),
    ]


def haproxy_cases():
    def bind(words):
        return {"bind": words}

    other = {"certs": ({"hosts": ("other.example.test",)},)}
    return [
        *same_everywhere(HaProxy, bind(f"ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.1 ciphers ALL{OLD}"),
                         bind("ssl-max-ver TLSv1.2 ciphers AES128-SHA"), bind("curves P-521"), bind("curves P-384"),
                         bind("ssl-max-ver TLSv1.2"), bind("ssl-min-ver TLSv1.3")),
        healthy("haproxy/http2", HaProxy, bind="alpn h2,http/1.1"),
        healthy("haproxy/strict-sni-known", HaProxy, bind="strict-sni"),
        fault("haproxy/ccm-only", HaProxy, "cipher-no-overlap", bind="ssl-max-ver TLSv1.2 ciphers ECDHE-ECDSA-AES128-CCM"),
        fault("haproxy/strict-sni-unknown", HaProxy, "sni-unknown-to-server", bind="strict-sni", **other),
        fault("haproxy/strict-sni-none", HaProxy, "sni-missing-client", "client", client=("--no-sni",), bind="strict-sni"),
        fault("haproxy/one-certificate-for-all", HaProxy, "cert-name-mismatch", **other),
        fault("haproxy/default-certificate", HaProxy, "default-vhost-cert",
              certs=({"hosts": ("other.example.test",)}, {"hosts": (f"www.{HOST}",)})),
        healthy("haproxy/no-common-alpn", HaProxy, client=("--alpn", "spdy/1"), bind="alpn h2,http/1.1"),
        fault("haproxy/plain-http", HaProxy, "port-not-tls", "client", plain=True),
        fault("haproxy/rejects-connections", HaProxy, "closed-before-hello", lines=("tcp-request connection reject",)),
        fault("haproxy/client-certificate-required", HaProxy, "mtls-client-cert-missing", "client",
              bind="ca-file {ca} verify required"),
        fault("haproxy/proxy-protocol", HaProxy, "proxy-protocol-mismatch", bind="accept-proxy"),
    ]


def stunnel_cases():
    def lines(*words):
        return {"lines": words}

    return [
        *same_everywhere(Stunnel, lines("sslVersionMin = TLSv1", "sslVersionMax = TLSv1.1", "ciphers = ALL" + OLD,
                                        "securityLevel = 0"),
                         lines("sslVersionMax = TLSv1.2", "ciphers = AES128-SHA"), lines("curves = P-521"),
                         lines("curves = P-384"), lines("sslVersionMax = TLSv1.2"), lines("sslVersionMin = TLSv1.3")),
        fault("stunnel/ccm-only", Stunnel, "cipher-no-overlap",
              lines=("sslVersionMax = TLSv1.2", "ciphers = ECDHE-ECDSA-AES128-CCM")),
    ]


def nss_cases():
    rsa = {"certs": ({"key": "rsa"},)}
    return [
        healthy("nss/default", Nss),
        healthy("nss/default-rsa", Nss, **rsa),
        healthy("nss/tls12-only", Nss, versions="tls1.2:tls1.2"),
        healthy("nss/tls13-only", Nss, versions="tls1.3:tls1.3"),
        fault("nss/tls10-tls11-only", Nss, "version-server-too-old", versions="tls1.0:tls1.1", **rsa),
        fault("nss/3des-only", Nss, "cipher-no-overlap", versions="tls1.2:tls1.2", ciphers=":000A", **rsa),
        fault("nss/expired", Nss, "cert-expired", certs=({"days": (-90, -3)},)),
        fault("nss/private-ca", Nss, "cert-private-ca", "client", certs=({"issuer": "other"},)),
        fault("nss/client-too-old", Nss, "version-client-too-old", "client", client=("--tls-max", "1.1")),
    ]


def python_cases():
    def settings(**words):
        return {"settings": words}

    return [
        healthy("python/default", Python),
        healthy("python/tls12-only", Python, **settings(max="TLSv1_2")),
        healthy("python/tls13-only", Python, **settings(min="TLSv1_3")),
        healthy("python/http11-alpn", Python, **settings(alpn=["http/1.1"])),
        fault("python/tls10-tls11-only", Python, "version-server-too-old", certs=({"key": "rsa"},),
              **settings(max="TLSv1_1", ciphers="ALL" + OLD)),
        fault("python/no-certificate", Python, "server-no-cert", certs=()),
        fault("python/unknown-name", Python, "sni-unknown-to-server", **settings(refuse_names=True)),
        fault("python/expired", Python, "cert-expired", certs=({"days": (-90, -3)},)),
    ]


def node_cases():
    def settings(bare=False, refuse=False, **tls):
        return {"settings": {"tls": tls, "bare": bare, "refuseNames": refuse}}

    return [
        healthy("node/default", Node),
        healthy("node/tls13-only", Node, **settings(minVersion="TLSv1.3")),
        fault("node/tls10-tls11-only", Node, "version-server-too-old", certs=({"key": "rsa"},),
              **settings(minVersion="TLSv1", maxVersion="TLSv1.1", ciphers="ALL" + OLD)),
        fault("node/no-certificate", Node, "server-no-cert", certs=()),
        fault("node/no-common-alpn", Node, "alpn-no-overlap", **settings(bare=True, ALPNProtocols=["spdy/1"])),
        fault("node/self-signed", Node, "cert-self-signed", certs=({"issuer": "self"},)),
    ]


def java_cases():
    def settings(**words):
        return {"settings": words}

    return [
        healthy("java/default", Java),
        healthy("java/default-rsa", Java, certs=({"key": "rsa"},)),
        healthy("java/tls13-only", Java, **settings(protocols="TLSv1.3")),
        # The JDK's HttpsServer closes without an alert, whatever was wrong.
        fault("java/no-certificate", Java, "closed-after-hello", certs=()),
        fault("java/no-certificate-bare", Java, "server-no-cert", certs=(), **settings(bare="yes")),
        fault("java/unknown-name", Java, "sni-unknown-to-server", **settings(name="other\\\\.example\\\\.test")),
        fault("java/no-common-alpn", Java, "alpn-no-overlap", **settings(alpn="spdy/1")),
        fault("java/cbc-ecdsa-only", Java, "cipher-no-overlap",
              **settings(protocols="TLSv1.2", suites="TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256")),
    ]


def lighttpd_cases():
    def conf(module, **words):
        return {"module": module, "conf": words}

    def mbedtls(**words):
        return conf("mbedtls", **words)

    rsa = {"certs": ({"key": "rsa"},)}
    ask = ('ssl.verifyclient.activate = "enable"', 'ssl.ca-file = "{ca}"', 'ssl.verifyclient.enforce = "disable"')
    return [
        healthy("mbedtls/default", Lighttpd, **mbedtls()),
        healthy("mbedtls/default-rsa", Lighttpd, **mbedtls(), **rsa),
        healthy("mbedtls/p384-only", Lighttpd, **mbedtls(Curves="secp384r1")),
        healthy("mbedtls/client-certificate-welcome", Lighttpd, **mbedtls(), lines=ask),
        # It sees only when its key exchange is due that it has no group, and closes there.
        fault("mbedtls/p521-only", Lighttpd, "group-no-overlap", **mbedtls(Curves="secp521r1")),
        fault("mbedtls/expired", Lighttpd, "cert-expired", certs=({"days": (-90, -3)},), **mbedtls()),
        fault("mbedtls/client-too-old", Lighttpd, "version-client-too-old", "client", client=("--tls-max", "1.1"), **mbedtls()),
        fault("mbedtls/client-certificate-required", Lighttpd, "mtls-client-cert-missing", "client",
              lines=(*ask[:2], 'ssl.verifyclient.enforce = "enable"'), **mbedtls()),
        # lighttpd 1.4.69 with wolfSSL closes on status_request: Firefox, Chromium, Java and Go fail there, curl does not.
        fault("wolfssl/status-request", Lighttpd, "server-crash-on-feature", **conf("wolfssl")),
        healthy("wolfssl/client-certificate-welcome", Lighttpd, **conf("wolfssl"), lines=ask),
    ]


def erlang_cases():
    def opts(*terms):
        return {"opts": terms}

    rsa = {"certs": ({"key": "rsa"},)}
    tls12 = "{versions,['tlsv1.2']}"
    return [
        healthy("erlang/default", Erlang),
        healthy("erlang/tls12-only", Erlang, **opts(tls12)),
        healthy("erlang/tls13-only", Erlang, **opts("{versions,['tlsv1.3']}")),
        healthy("erlang/http11-alpn", Erlang, **opts('{alpn_preferred_protocols,[<<"http/1.1">>]}')),
        # Its defaults have no suite for these versions: so it refuses an older hello too, by another alert.
        fault("erlang/tls10-tls11-only", Erlang, "version-server-too-old", **opts("{versions,['tlsv1.1','tlsv1']}"), **rsa),
        fault("erlang/p521-only", Erlang, "group-no-overlap", **opts("{supported_groups,[secp521r1]}", "{versions,['tlsv1.3']}")),
        fault("erlang/ccm-only", Erlang, "cipher-no-overlap", **opts('{ciphers,["ECDHE-ECDSA-AES128-CCM"]}', tls12)),
        fault("erlang/ecdsa-suites-rsa-key", Erlang, "cipher-cert-type-mismatch",
              **opts('{ciphers,["ECDHE-ECDSA-AES128-GCM-SHA256"]}', tls12), **rsa),
        fault("erlang/no-common-alpn", Erlang, "alpn-no-overlap", **opts('{alpn_preferred_protocols,[<<"spdy/1">>]}')),
        fault("erlang/client-certificate-required", Erlang, "mtls-client-cert-missing", "client",
              **opts("{verify,verify_peer}", "{fail_if_no_peer_cert,true}", '{cacertfile,"{ca}"}')),
    ]


def botan_and_hitch_cases():
    rsa = {"certs": ({"key": "rsa"},)}
    return [
        fault("botan/unoffered-protocol", Botan, "alpn-no-overlap"),
        fault("hitch/tls10-tls11-only", Hitch, "version-server-too-old", lines=("tls-protos = TLSv1.0 TLSv1.1",), **rsa),
        healthy("hitch/default", Hitch),
        healthy("hitch/http2-not-spoken", Hitch, lines=('alpn-protos = "h2, http/1.1"',)),
        fault("hitch/unknown-name", Hitch, "sni-unknown-to-server", lines=("sni-nomatch-abort = on",),
              certs=({"hosts": ("other.example.test",)},)),
        fault("hitch/proxy-protocol", Hitch, "proxy-protocol-mismatch", lines=("proxy-proxy = on",)),
    ]


def go_cases():
    def settings(**words):
        return {"settings": words}

    p521, p384 = 25, 24
    return [
        healthy("go/default", Go),
        healthy("go/http2", Go, **settings(Protocols=["h2", "http/1.1"])),
        healthy("go/tls13-only", Go, **settings(Min=0x0304)),
        healthy("go/p384-only", Go, **settings(Curves=[p384])),
        healthy("go/named", Go, **settings(OnlyName=HOST)),
        fault("go/tls10-tls11-only", Go, "version-server-too-old", **settings(Min=0x0301, Max=0x0302), certs=({"key": "rsa"},)),
        fault("go/p521-only", Go, "group-no-overlap", **settings(Curves=[p521])),
        fault("go/p521-only-tls12", Go, "group-no-overlap", **settings(Curves=[p521], Max=0x0303)),
        fault("go/ed25519", Go, "sigalg-no-overlap", certs=({"key": "ed25519"},)),
        fault("go/ed25519-tls12", Go, "sigalg-no-overlap", certs=({"key": "ed25519"},), **settings(Max=0x0303)),
        fault("go/no-certificate-for-name", Go, "server-no-cert", **settings(OnlyName="other.example.test")),
        fault("go/no-common-alpn", Go, "alpn-no-overlap", **settings(Protocols=["spdy/1"])),
        fault("go/client-certificate-required", Go, "mtls-client-cert-missing", "client", **settings(ClientCA="{ca}")),
    ]


@contextlib.contextmanager
def serve_intermediate(pki):
    """A plain HTTP server that gives the intermediate to whoever follows the leaf's AIA; yields its URL."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = pki.intermediate_der.read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "application/pkix-cert")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/intermediate.der"
        server.shutdown()


def fill_in(value, pki):
    """The files that only this run knows, in a server's words."""
    if isinstance(value, str):
        return value.replace("{ca}", str(pki.ca)).replace("{dh1024}", str(pki.dh1024))
    if isinstance(value, tuple):
        return tuple(fill_in(v, pki) for v in value)
    if isinstance(value, dict):
        return {name: fill_in(v, pki) for name, v in value.items()}
    return value


def run_case(case, tlswhy, pki):
    options = {name: fill_in(value, pki) for name, value in case.options.items()}
    with case.server(pki, **options) as server:
        trust = pki.ca if case.trust == "root" else pki.other_ca
        report = diagnose(tlswhy, server.port, trust, *case.client)
        expect(report, case.verdict, case.cause, case.fixer)
        if len(report["causes"]) > 1:
            raise Failure("more causes than one: " + ", ".join(c["id"] for c in report["causes"]))


def run_aia(tlswhy, pki):
    """A leaf alone, with its issuer to be fetched: the cause is proven by the fetched certificate."""
    with serve_intermediate(pki) as url:
        spec = {"issuer": "intermediate", "chain": False, "aia": url}
        with Nginx(pki, certs=(spec,)) as server:
            report = diagnose(tlswhy, server.port, pki.ca, offline=False)
            expect(report, "fail", "chain-missing-intermediate", "server")
            if report["causes"][0]["certainty"] != "proven":
                raise Failure(f"only {report['causes'][0]['certainty']}, though the intermediate can be fetched")


@contextlib.contextmanager
def drop_every_second(port):
    """Passes connections on to the port, but for the first, the third, … which it closes; yields its own port."""
    def pass_on(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(16384):
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve():
        for number in itertools.count(1):
            try:
                client = listener.accept()[0]
            except OSError:
                return
            if number % 2 == 1:
                client.close()
                continue
            server = socket.create_connection((HERE, port))
            for ends in ((client, server), (server, client)):
                threading.Thread(target=pass_on, args=ends, daemon=True).start()

    with socket.create_server((HERE, 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def run_every_second(tlswhy, pki):
    """What comes and goes is nobody's cause: none may be made up of the chance that some hellos got through."""
    with Nginx(pki) as server, drop_every_second(server.port) as port:
        report = diagnose(tlswhy, port, pki.ca)
        expect(report, "undetermined")
        if "comes and goes" not in json.dumps(report):
            raise Failure("the report does not say that the failure comes and goes")


def run_closed_port(tlswhy, pki):
    expect(diagnose(tlswhy, free_port(), pki.ca), "fail", "port-closed", "server")


def all_cases():
    return [*openssl_cases(), *gnutls_cases(), *nginx_cases(), *apache_cases(), *haproxy_cases(), *stunnel_cases(),
            *nss_cases(), *python_cases(), *node_cases(), *java_cases(), *lighttpd_cases(),
            *erlang_cases(), *botan_and_hitch_cases(), *go_cases()]


def main():
    options = arguments("tlswhy against foreign HTTPS servers")
    tally = Tally()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an ordinary exit stops the servers
    with tempfile.TemporaryDirectory(prefix="tlswhy-https-") as where:
        pki = certs.Certs(where)
        tests = [(case.name, functools.partial(run_case, case, options.tlswhy, pki)) for case in all_cases()]
        tests += [("nginx/leaf-only-aia", functools.partial(run_aia, options.tlswhy, pki)),
                  ("nginx/every-second-connection-dropped", functools.partial(run_every_second, options.tlswhy, pki)),
                  ("nobody/closed-port", functools.partial(run_closed_port, options.tlswhy, pki))]
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda test: tally.run(*test), [t for t in tests if options.wanted(t[0])]))
    sys.exit(tally.close())


if __name__ == "__main__":
    main()

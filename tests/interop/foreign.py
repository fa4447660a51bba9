#!/usr/bin/python3
"""Foreign servers in odd but healthy set-ups: what real clients do there must be what the clients table says.

    tests/interop/foreign.py [--server PATTERN]... [NAME...]     only clients whose name begins so"""
import argparse
import contextlib
import fnmatch
import pathlib
import signal
import socket
import subprocess
import sys
import time

import behaviour
import certs
import foreign_others
import realclients
from base import HOST, ROOT, Failure, Skip, Tally, find, free_port, temporary_pki

sys.path.insert(0, str(ROOT / "tools"))
import lablib  # noqa: E402

MANY = tuple([HOST, *(f"host-{n:03}.of-a-crowd.example.test" for n in range(220))])  # 8 kB of names
# name: (key of the certificate, lines of nginx's server block, names)
NGINX = {
    "plain": ("ec", ""),
    "tls13-only": ("ec", "ssl_protocols TLSv1.3;"),
    "tls12-only": ("rsa", "ssl_protocols TLSv1.2;"),
    "tls10-too": ("rsa", "ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers DEFAULT@SECLEVEL=0;"),
    "p384-certificate": ("p384", ""),
    "p384-group-only": ("ec", "ssl_ecdh_curve secp384r1;"),
    "p521-group-only": ("ec", "ssl_ecdh_curve secp521r1;"),
    "x25519-only": ("ec", "ssl_ecdh_curve X25519;"),
    "x448-only": ("ec", "ssl_ecdh_curve X448;"),
    "ed25519-certificate": ("ed25519", ""),
    "rsa-pss-certificate": ("pss", ""),
    "rsa4096-crowd-of-names": ("rsa4096", ""),
    "chacha20-only": ("rsa", "ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-CHACHA20-POLY1305;"),
    "aes256-gcm-only": ("ec", "ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384;"),
    "cbc-sha2-only": ("rsa", "ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES256-SHA384;"),
    "cbc-sha1-only": ("rsa", "ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-SHA;"),
    "rsa-key-exchange-only": ("rsa", "ssl_protocols TLSv1.2; ssl_ciphers AES128-GCM-SHA256;"),
    "dhe-only": ("rsa", "ssl_protocols TLSv1.2; ssl_ciphers DHE-RSA-AES128-GCM-SHA256; ssl_dhparam {dh};"),
    "ccm-only": ("ec", "ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES128-CCM;"),
    "no-tickets": ("ec", "ssl_session_tickets off; ssl_session_cache off;"),
    "client-certificate-optional": ("ec", "ssl_verify_client optional; ssl_client_certificate {ca};"),
    "client-certificate-optional-tls12": ("rsa", "ssl_protocols TLSv1.2; ssl_verify_client optional; ssl_client_certificate {ca};"),
    "http2": ("ec", "", "http2"),
    "small-records": ("ec", "ssl_buffer_size 100;"),
}
# haproxy cannot do without: what a `bind` line says.
HAPROXY = {
    "haproxy": "",
    "haproxy-http2-only": "alpn h2",
    "haproxy-http11-only": "alpn http/1.1",
    "haproxy-tls13-only": "ssl-min-ver TLSv1.3",
    "haproxy-p256-only": "curves P-256",
    "haproxy-no-tickets": "no-tls-tickets",
}


def nginx_configuration(pki, folder, ports):
    dh = folder / "dh.pem"
    subprocess.run([find("openssl"), "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", dh], check=True,
                   capture_output=True, timeout=60)
    temporary = "".join(f" {kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    yield f"daemon off; pid {folder}/pid; error_log {folder}/log; events {{}}\nhttp {{ access_log off;{temporary}\n"
    for name, (key, lines, *more) in NGINX.items():
        cert, secret = pki.issue(f"foreign-{key}", MANY if key == "rsa4096" else (HOST,), key)
        lines = lines.replace("{dh}", str(dh)).replace("{ca}", str(pki.ca))
        yield (f"server {{ listen 127.0.0.1:{ports[name]} ssl {' '.join(more)}; server_name {HOST}; ssl_certificate {cert}; "
               f"ssl_certificate_key {secret}; {lines} return 204; }}\n")
    yield "}\n"


def haproxy_configuration(pki, folder, ports):
    cert, secret = pki.issue("foreign-ec")
    both = folder / "both.pem"
    both.write_text(cert.read_text() + secret.read_text())
    yield "defaults\n mode http\n timeout connect 5s\n timeout client 10s\n timeout server 5s\nfrontend f\n http-request return status 204\n"
    for name, words in HAPROXY.items():
        yield f" bind 127.0.0.1:{ports[name]} ssl crt {both} {words}\n"


@contextlib.contextmanager
def served(command, file, lines):
    file.write_text("".join(lines))
    process = subprocess.Popen([*command, file], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def running(pki):
    """{name: port} of every set-up."""
    folder = pathlib.Path(pki.dir)
    ports = {name: free_port() for name in [*NGINX, *HAPROXY]}
    with served([find("nginx"), "-p", folder, "-c"], folder / "nginx.conf", nginx_configuration(pki, folder, ports)), \
            served([find("haproxy"), "-db", "-f"], folder / "haproxy.conf", haproxy_configuration(pki, folder, ports)):
        time.sleep(2)
        yield ports


def answers(ports):
    silent = []
    for name, port in ports.items():
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            silent.append(name)
    if silent:
        raise Failure(f"nobody listens: {', '.join(silent)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tlswhy", type=pathlib.Path, default=ROOT / "build/tlswhy")
    parser.add_argument("--server", action="append", help="only set-ups that fit this pattern")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    tally, began = Tally(), time.monotonic()
    names = [name for name in realclients.BATCH if not options.names or any(name.startswith(n) for n in options.names)]
    with temporary_pki(certs.Certs) as pki, contextlib.ExitStack() as stack:
        try:
            ports = {**stack.enter_context(running(pki)), **stack.enter_context(foreign_others.running(pki))}
        except Skip as why:
            tally.run("foreign servers", lambda: behaviour.give_up(why))
            return tally.close()
        if options.server:
            ports = {name: port for name, port in ports.items() if any(fnmatch.fnmatch(name, pattern) for pattern in options.server)}
        tally.run("every set-up answers", lambda: answers(ports))
        cases = [behaviour.Case(name, lablib.Arguments(f"--cacert {pki.ca} --connect-to 127.0.0.1:{port} {HOST}")) for name, port in ports.items()]
        for comparison, run in behaviour.ask_all(str(options.tlswhy.resolve()), cases, names, tally):
            tally.run(comparison.profile, lambda c=comparison, r=run: behaviour.judge(c, r))
    print(f"{time.monotonic() - began:.1f} s")
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())

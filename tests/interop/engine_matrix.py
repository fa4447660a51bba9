#!/usr/bin/python3
"""The engine against foreign TLS servers: every pair of (version, suite), (version, group) and (version, certificate
type) that they offer, each as one full handshake with data in both directions.

    tests/interop/engine_matrix.py [--client PROGRAM] [NAME...]     only pairs whose name begins so

One server instance serves many pairs: the client's offer picks one of each. What a server offers is asked of its own
tools where it has such; the rest stands here as lists.
"""

import argparse
import concurrent.futures
import os
import re
import shlex
import subprocess
import sys
import threading
from pathlib import Path

from base import HOST, ROOT, Failure, Pki, Server, Skip, Tally, find, temporary_pki

AT_ONCE = 6
VERSIONS = {"1.0": 0x0301, "1.1": 0x0302, "1.2": 0x0303, "1.3": 0x0304}
OLD = ("1.0", "1.1")
KX_RSA, KX_DHE = 3, 2  # enum suite_kx
AUTH_TLS13, AUTH_RSA, AUTH_ECDSA = 0, 1, 2  # enum suite_auth
ECDHE_GROUPS = ["secp256r1", "secp384r1", "secp521r1", "x25519", "x448"]
FFDHE_GROUPS = ["ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192"]
# How openssl makes a key of each type, and the signature scheme that 1.2 and 1.3 use with it.
KEYS = {
    "rsa": (["rsa:2048"], "rsa_pss_rsae_sha256"),
    "rsa-pss": (["rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"], "rsa_pss_pss_sha256"),
    "ec-p256": (["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "ecdsa_secp256r1_sha256"),
    "ec-p384": (["ec", "-pkeyopt", "ec_paramgen_curve:P-384"], "ecdsa_secp384r1_sha384"),
    "ec-p521": (["ec", "-pkeyopt", "ec_paramgen_curve:P-521"], "ecdsa_secp521r1_sha512"),
    "ed25519": (["ed25519"], "ed25519"),
    "ed448": (["ed448"], "ed448"),
}


class Client:
    """The built engine_client, and what it says it can do."""

    def __init__(self, program):
        self.program = program
        self.suites, self.groups = {}, []
        for line in subprocess.run([program, "list=1"], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
            kind, number, name, *rest = line.split()
            if kind == "suite":
                self.suites[int(number, 16)] = Suite(int(number, 16), name, *rest)
            else:
                self.groups.append(name)

    def suites_of(self, version):
        return [s for s in self.suites.values() if s.least <= VERSIONS[version] <= s.most]

    def play(self, port, want, **options):
        """One handshake; `want` names what the printed line must say. Gives the line."""
        command = [self.program, *(f"{k}={v}" for k, v in options.items()), f"sni={HOST}", "timeout=10", "127.0.0.1",
                   str(port)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        said = dict(re.findall(r"(\w+)=(\"[^\"]*\"|.*?)(?= \w+=|$)", done.stdout.strip()))
        for key, value in want.items():
            if not re.fullmatch(value, said.get(key, "")):
                raise Failure(f"{key}: wanted {value}; {shlex.join(map(str, command))}: {done.stdout.strip()} "
                              f"{done.stderr.strip()[-300:] if not done.stdout else ''}")
        return said


class Suite:
    def __init__(self, number, name, openssl, least, most, kx, auth):
        self.number, self.name, self.openssl = number, name, openssl
        self.least, self.most, self.kx, self.auth = int(least, 16), int(most, 16), int(kx), int(auth)


class Keys(Pki):
    """Leaves of every key type, made once."""

    lock = threading.Lock()

    def leaf(self, kind):
        with self.lock:
            cert, secret = self.dir / f"m-{kind}.pem", self.dir / f"m-{kind}.key"
            if not cert.exists():
                self._req(cert, secret, f"{HOST}/OU={kind}", KEYS[kind][0],
                          [f"subjectAltName=DNS:{HOST}", "keyUsage=critical,digitalSignature"
                           + (",keyEncipherment" if kind == "rsa" else "")],
                          ["-CA", self.ca, "-CAkey", self.ca_key], 30)
            return cert, secret


class MatrixServer(Server):
    """A server with certificates of the kinds in options["keys"]."""

    keys = ("rsa", "ec-p256")
    data = r'"HTTP/.*'  # what comes back for HEAD /

    def leaves(self):
        """Readable copies of (certificate, key), one for each kind."""
        pairs = []
        for kind in self.options.get("keys", self.keys):
            copies = []
            for source in self.pki.leaf(kind):
                copies.append(self.write(source.name, source.read_text(), 0o644))
            pairs.append(copies)
        return pairs

    def dh_params(self):
        """ffdhe2048: RFC 7919's group, which every tool takes."""
        path = self.pki.dir / "dh.pem"
        with Keys.lock:
            if not path.exists():
                subprocess.run([find("openssl"), "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048",
                                "-out", self.pki.dir / "dhx.pem"], check=True, capture_output=True, timeout=60)
                subprocess.run([find("openssl"), "pkeyparam", "-in", self.pki.dir / "dhx.pem", "-out", path], check=True,
                               capture_output=True, timeout=60)
        return self.write("dh.pem", path.read_text())

    def offers(self, version):
        """The suites' numbers, and the groups' names."""
        raise NotImplementedError


def openssl_suites(version):
    """What libssl, and all that is built on it, offers with everything switched on."""
    flag = {"1.0": "-tls1", "1.1": "-tls1_1", "1.2": "-tls1_2", "1.3": "-tls1_3"}[version]
    text = subprocess.run([find("openssl"), "ciphers", "-s", "-V", flag, "-ciphersuites", ":".join(TLS13), "ALL:@SECLEVEL=0"],
                          check=True, stdout=subprocess.PIPE, text=True, timeout=20).stdout
    return {int(a + b, 16) for a, b in re.findall(r"0x(\w\w),0x(\w\w) ", text)}


TLS13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256",
         "TLS_AES_128_CCM_8_SHA256"]
ALL_GROUPS = ["P-256", "P-384", "P-521", "X25519", "X448"]


class OpenSSL(MatrixServer):
    programs = ("openssl",)

    def configure(self):
        command = [self.paths["openssl"], "s_server", "-accept", f"127.0.0.1:{self.port}", "-www", "-dhparam", self.dh_params(),
                   "-cipher", "ALL:@SECLEVEL=0", "-ciphersuites", ":".join(TLS13), "-groups",
                   ":".join(ALL_GROUPS + FFDHE_GROUPS)]
        for option, (cert, key) in zip(("", "d"), self.leaves()):
            command += [f"-{option}cert", cert, f"-{option}key", key]
        return command + self.options.get("more", [])

    def offers(self, version):
        return openssl_suites(version), ECDHE_GROUPS + (FFDHE_GROUPS if version == "1.3" else [])


class GnuTLS(MatrixServer):
    programs = ("gnutls-serv", "gnutls-cli")
    data = r'"HTTP/.*'

    def configure(self):
        priority = ("NORMAL:+VERS-ALL:-VERS-DTLS-ALL:+CIPHER-ALL:+3DES-CBC:+AES-128-CCM-8:+AES-256-CCM-8:+CAMELLIA-128-CBC:+CAMELLIA-256-CBC:+MAC-ALL:+SHA256:+SHA384:+DHE-RSA:+RSA:+GROUP-ALL:+SIGN-ALL"
                    ":%ALLOW_SMALL_RECORDS")
        command = [self.paths["gnutls-serv"], "--http", "--port", str(self.port), "--priority", priority, "--quiet"]
        for cert, key in self.leaves():
            command += ["--x509certfile", cert, "--x509keyfile", key]
        return command

    def offers(self, version):
        text = subprocess.run([self.paths["gnutls-cli"], "-l"], check=True, stdout=subprocess.PIPE, text=True, timeout=20).stdout
        numbers = set()
        for a, b, least in re.findall(r"0x(\w\w), 0x(\w\w)\s+TLS(1\.\d)", text):
            if (least == "1.3") == (version == "1.3") and least <= version:
                numbers.add(int(a + b, 16))
        return numbers, ECDHE_GROUPS + (FFDHE_GROUPS if version == "1.3" else [])


class Nginx(MatrixServer):
    programs = ("nginx",)

    def configure(self):
        certs = "\n".join(f"ssl_certificate {c}; ssl_certificate_key {k};" for c, k in self.leaves())
        conf = self.write("nginx.conf", f"""
            daemon off; master_process off; pid {self.dir}/pid; error_log {self.dir}/error.log;
            events {{ }}
            http {{
                access_log off; client_body_temp_path {self.dir}/b; proxy_temp_path {self.dir}/p;
                fastcgi_temp_path {self.dir}/f; uwsgi_temp_path {self.dir}/u; scgi_temp_path {self.dir}/s;
                server {{
                    listen 127.0.0.1:{self.port} ssl; {certs}
                    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ALL:@SECLEVEL=0; ssl_dhparam {self.dh_params()};
                    ssl_conf_command Ciphersuites {":".join(TLS13)};
                    ssl_ecdh_curve {":".join(ALL_GROUPS)};
                    location / {{ return 200 "ok"; }}
                }}
            }}""")
        return [self.paths["nginx"], "-c", conf, "-e", self.dir / "error.log"]

    def offers(self, version):
        return openssl_suites(version), ECDHE_GROUPS


class Haproxy(MatrixServer):
    programs = ("haproxy",)

    def configure(self):
        for index, (cert, key) in enumerate(self.leaves()):
            self.write("both.pem." + ("rsa", "ecdsa")[index], cert.read_text() + key.read_text())
        conf = self.write("haproxy.cfg", f"""
global
    ssl-default-bind-options ssl-min-ver TLSv1.0
    ssl-default-bind-ciphers ALL:@SECLEVEL=0
    ssl-default-bind-ciphersuites {":".join(TLS13)}
    ssl-default-bind-curves {":".join(ALL_GROUPS)}
    ssl-dh-param-file {self.dh_params()}
defaults
    mode http
    timeout connect 5s
    timeout client 10s
    timeout server 10s
frontend all
    bind 127.0.0.1:{self.port} ssl crt {self.dir}/both.pem
    http-request return status 200
""")
        return [self.paths["haproxy"], "-f", conf, "-db"]

    def offers(self, version):
        return openssl_suites(version), ECDHE_GROUPS


class Stunnel(MatrixServer):
    programs = ("stunnel4",)
    keys = ("rsa",)

    def configure(self):
        (cert, key), = self.leaves()
        both = self.write("both.pem", cert.read_text() + key.read_text() + Path(self.dh_params()).read_text())
        answer = self.write("answer", "#!/bin/sh\nwhile read -r l && [ ${#l} -gt 1 ]; do :; done\nprintf 'HTTP/1.0 200 OK\\r\\n\\r\\n'\n", 0o755)
        conf = self.write("stunnel.conf", f"""
foreground = yes
pid =
syslog = no
[tls]
accept = 127.0.0.1:{self.port}
cert = {both}
sslVersionMin = TLSv1
ciphers = ALL:@SECLEVEL=0
ciphersuites = {":".join(TLS13)}
curves = {":".join(ALL_GROUPS)}
options = -NO_TLSv1
options = -NO_TLSv1_1
exec = {answer}
execArgs = answer
""")
        return [self.paths["stunnel4"], conf]

    def offers(self, version):
        return openssl_suites(version), ECDHE_GROUPS


class Nss(MatrixServer):
    programs = ("selfserv", "certutil", "pk12util", "openssl")
    # What NSS implements; its tool takes numbers and tells none.
    suites = {0xC02B, 0xC02C, 0xC02F, 0xC030, 0xCCA8, 0xCCA9, 0xCCAA, 0x009E, 0x009F, 0xC009, 0xC00A, 0xC013, 0xC014, 0xC023,
              0xC024, 0xC027, 0xC028, 0xC008, 0xC012, 0x0033, 0x0039, 0x0067, 0x006B, 0x0045, 0x0088, 0x0016, 0x009C, 0x009D,
              0x002F, 0x0035, 0x003C, 0x003D, 0x0041, 0x0084, 0x000A}

    def configure(self):
        self.db = f"sql:{self.dir}"
        names = {"rsa": "-n", "ec": "-e"}
        self.nicks = []
        for kind in self.options.get("keys", self.keys):
            self.nicks += [names[kind.split("-")[0]], kind]
        self.leaves()
        return [self.paths["selfserv"], *self.nicks, "-p", str(self.port), "-d", self.db, "-w", "", "-V",
                self.options.get("versions", "tls1.0:tls1.3"), "-H", "1", "-W", "1", "-G", "-v", "-u",
                "-I", "P256,P384,P521,x25519,FF2048,FF3072,FF4096,FF6144,FF8192",
                "-c", "".join(f":{n:04X}" for n in sorted(self.suites | {0x1301, 0x1302, 0x1303}))]

    def prepare(self):
        self.run(self.paths["certutil"], "-N", "-d", self.db, "--empty-password")
        for kind in self.options.get("keys", self.keys):
            p12 = self.dir / f"{kind}.p12"
            self.run(self.paths["openssl"], "pkcs12", "-export", "-in", self.dir / f"m-{kind}.pem", "-inkey",
                     self.dir / f"m-{kind}.key", "-name", kind, "-passout", "pass:x", "-out", p12)
            self.run(self.paths["pk12util"], "-i", p12, "-d", self.db, "-W", "x", "-K", "")

    def offers(self, version):
        if version == "1.3":
            return {0x1301, 0x1302, 0x1303}, ECDHE_GROUPS[:4] + FFDHE_GROUPS
        return self.suites, ECDHE_GROUPS[:4]


class Matrix:
    def __init__(self, client, keys, names):
        self.client, self.keys, self.names = client, keys, names
        self.tally, self.lock = Tally(), threading.Lock()

    def check(self, name, test):
        if self.names and not any(name.startswith(n) for n in self.names):
            return
        outcome = None
        try:
            test()
        except Exception as why:  # counted by the tally, in turn
            outcome = why

        def tell():
            if outcome:
                raise outcome

        with self.lock:
            self.tally.run(name, tell)

    def suites(self, server, label):
        for version in VERSIONS:
            numbers, _ = server.offers(version)
            for suite in self.client.suites_of(version):
                if suite.number not in numbers or not fits(server, suite):
                    continue
                self.check(f"{label}: TLS {version}, {suite.name}", lambda: self.client.play(
                    server.port, {"result": "done", "version": f"TLS {version}", "suite": suite.name, "data": server.data},
                    versions=version, suites=suite.name, http=1))

    def groups(self, server, label):
        for version in VERSIONS:
            # Of one kind of certificate: some servers choose it by more than the suite.
            suites = ",".join(s.name for s in self.client.suites_of(version)
                              if s.kx not in (KX_RSA, KX_DHE) and s.auth != AUTH_ECDSA)
            for group in server.offers(version)[1]:
                offers = {"": {"shares": group}} if version == "1.3" else {"": {}}
                if version == "1.3":
                    offers[", HelloRetryRequest"] = {"shares": ""}  # an empty list of shares: RFC 8446 4.2.8
                for words, shares in offers.items():
                    want = {"result": "done", "version": f"TLS {version}", "group": f"(?i){group}",
                            "hrr": str(int(bool(words))), "data": server.data}
                    self.check(f"{label}: TLS {version}, {group}{words}", lambda: self.client.play(
                        server.port, want, versions=version, groups=group, suites=suites, http=1, **shares))

    def sessions(self, server, label):
        """The second connection takes up the session of the first; in TLS 1.3 after a HelloRetryRequest too."""
        for version in VERSIONS:
            if not server.offers(version)[0]:
                continue
            want = {"result": "done", "version": f"TLS {version}", "resumed": "1", "data": server.data}
            for words, more in {"": {}, **({", HelloRetryRequest": {"shares": ""}} if version == "1.3" else {})}.items():
                self.check(f"{label}: TLS {version}, resumed{words}",
                           lambda: self.client.play(server.port, want, versions=version, http=1, resume=1, **more))

    def certificate(self, server, label, kind):
        for version in VERSIONS:
            if version in OLD and kind in ("rsa-pss", "ed25519", "ed448"):
                continue  # these need signature_algorithms: 1.2 and later
            scheme = KEYS[kind][1]
            want = {"result": "done", "version": f"TLS {version}", "data": server.data}
            more = {}
            if version not in OLD:
                want["sig"] = scheme
                more["sigalgs"] = scheme
                more["suites"] = ",".join(s.name for s in self.client.suites_of(version) if s.kx != KX_RSA)
            self.check(f"{label}: TLS {version}, certificate {kind}",
                       lambda: self.client.play(server.port, want, versions=version, http=1, **more))

    def serve(self, label, make, use):
        """Starts a server, runs its pairs; a server that is not there is one skip."""
        try:
            with make() as server:
                use(server)
        except Skip as reason:
            self.check(label, lambda: (_ for _ in ()).throw(Skip(str(reason))))
        except (Failure, OSError, subprocess.SubprocessError) as why:
            self.check(label, lambda: (_ for _ in ()).throw(Failure(str(why))))


def fits(server, suite):
    """Whether the server has the kind of certificate that a suite of 1.2 and before asks for."""
    kinds = server.options.get("keys", server.keys)
    if suite.auth == AUTH_RSA:
        return "rsa" in kinds
    if suite.auth == AUTH_ECDSA:
        return any(k.startswith("ec") for k in kinds)
    return suite.auth == AUTH_TLS13


def jobs(m, keys):
    """Everything that can run beside everything else: (label, server, pairs)."""
    servers = {"openssl": OpenSSL, "gnutls": GnuTLS, "nss": Nss, "nginx": Nginx, "haproxy": Haproxy, "stunnel": Stunnel}
    for label, kind in servers.items():
        yield label, lambda kind=kind: kind(keys), lambda s, label=label: (m.suites(s, label), m.groups(s, label), m.sessions(s, label))
    for label, kind in servers.items():
        for key in KEYS:
            if label == "nss" and key in ("rsa-pss", "ed25519", "ed448"):
                continue  # NSS has no such server certificates
            if label == "haproxy" and not key.startswith("rsa"):
                continue  # its bundle takes them by the name of the file; nginx shows the same library
            yield (f"{label}, {key}", lambda kind=kind, key=key: kind(keys, keys=(key,)),
                   lambda s, label=label, key=key: m.certificate(s, label, key))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--client", type=Path, default=ROOT / "build" / "tests" / "unit" / "engine" / "engine_client")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    os.environ["OPENSSL_CONF"] = "/dev/null"
    client = Client(options.client.resolve())
    with temporary_pki() as pki:
        keys = Keys(pki.dir)
        m = Matrix(client, keys, options.names)
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for done in [pool.submit(m.serve, *job) for job in jobs(m, keys)]:
                done.result()
        return m.tally.close()


if __name__ == "__main__":
    sys.exit(main())

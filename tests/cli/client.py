#!/usr/bin/python3
"""`tlswhy client`: settings that break, weaken or are only worth knowing, each in a home folder and an environment made for it; hostile
files; clients against a host, as they are and with one thing changed; secrets that must not be shown; and that nothing is left behind.

    tests/cli/client.py [--tlswhy FILE]"""
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import clilib  # noqa: E402

FIELDS = {"id", "fixer", "severity", "file", "line", "variable", "program", "summary", "fix", "proof"}
SEVERITIES = ("breaks", "warning", "note")
SYSTEM_STORE = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
# Whatever a variable of ours could add to what is found.
NEUTRAL = re.compile(r"(?i)(.*_proxy|.*ssl_cert.*|.*ca_bundle|.*cainfo|.*ca_certs.*|pip_cert|pip_config.*|node_.*|java_.*|_java_.*|jdk_java.*"
                     r"|git_.*|openssl_.*|gnutls_.*|godebug|sslkeylogfile|curl_.*|.*roots_file_path|wgetrc|xdg_.*|npm_config.*)")


def environment(home, **changes):
    return {**{name: value for name, value in os.environ.items() if not NEUTRAL.fullmatch(name)}, "HOME": str(home), "TERM": "xterm",
            "LC_ALL": "C.UTF-8", **{name: str(value) for name, value in changes.items()}}


class Machine:
    """A home folder, and the command run in it."""

    def __init__(self, checks, tlswhy, folder):
        self.checks, self.tlswhy, self.folder, self.count = checks, tlswhy, folder, 0

    def home(self, files=()):
        self.count += 1
        home = self.folder / f"home-{self.count}"
        home.mkdir()
        for name, body in dict(files).items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body if isinstance(body, bytes) else body.encode())
        return home

    def run(self, *arguments, home=None, limit_s=120, **changes):
        # Few programs, so that each run is short: their versions are asked for every time.
        changes = {"PATH": programs(self.folder, "openssl"), **changes}
        return subprocess.run([str(self.tlswhy), "client", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=limit_s, env=environment(home or self.home(), **changes), text=True, encoding="utf-8",
                              errors="surrogateescape")

    def report(self, name, *arguments, home=None, status=None, **changes):
        """The object, after the checks that hold for every one."""
        done = self.run("--json", *arguments, home=home, **changes)
        try:
            report = json.loads(done.stdout)
        except ValueError:
            self.checks.that(f"{name}: one JSON object", False, f"{done.returncode} {done.stdout[:200]!r} {done.stderr!r}")
            return {"findings": [], "stores": [], "programs": []}
        findings = report["findings"]
        breaks = any(finding["severity"] == "breaks" for finding in findings)
        problems = [f"fields {sorted(finding)}" for finding in findings if set(finding) != FIELDS]
        problems += [f"severity {finding['severity']}" for finding in findings if finding["severity"] not in SEVERITIES]
        order = [SEVERITIES.index(finding["severity"]) for finding in findings]
        problems += ["not in order"] if order != sorted(order) else []
        problems += [f"schema {report['schema']}"] if report["schema"] != "tlswhy-client/1" else []
        problems += [f"status {done.returncode} of {report['verdict']}"] if done.returncode != (report["verdict"] != "ok") else []
        problems += [f"says on stderr {done.stderr!r}"] if done.stderr else []
        problems += [f"verdict {report['verdict']}"] if (report["verdict"] == "breaks") != breaks else []
        problems += [f"no fix of {finding['id']}" for finding in findings if finding["severity"] == "breaks" and not finding["fix"]]
        if status is not None and done.returncode != status:
            problems.append(f"status {done.returncode}, not {status}: {[f['summary'] for f in findings if f['severity'] == 'breaks']}")
        self.checks.none_of(f"{name}: the report is well-formed", problems)
        return report

    def finds(self, name, report, cause, severity, file=None, line=None, variable=None, says="", program=""):
        """Exactly this finding is among them."""
        rows = [f for f in report["findings"] if f["id"] == cause and f["severity"] == severity
                and (file is None or f["file"] == str(file)) and (line is None or f["line"] == line)
                and (variable is None or f["variable"] == variable) and says in f["summary"] and program in (f["program"] or "")]
        self.checks.that(f"{name}: {cause}, {severity}", len(rows) == 1, f"{len(rows)} of {json.dumps(report['findings'])[:1500]}")
        return rows[0] if rows else None


def openssl_conf(*lines, name="system_default"):
    return "\n".join(["# a test", "openssl_conf = init", "[init]", "ssl_conf = ssl", "[ssl]", f"{name} = tls", "[tls]", *lines, ""])


def check_clean(m):
    """A machine where nothing is set: nothing breaks, whatever else it says."""
    home = m.home()
    report = m.report("clean", home=home, status=0, PATH=os.environ["PATH"])
    m.checks.that("clean: no warning of variables", not [f for f in report["findings"] if f["variable"]], json.dumps(report["findings"]))
    left = sorted(str(path.relative_to(home)) for path in home.rglob("*"))
    m.checks.that("clean: nothing is left in the home folder", not left, str(left))
    names = {program["name"]: program for program in report["programs"]}
    for name in ("openssl", "curl", "wget", "node", "java", "gnutls-cli"):
        if shutil.which(name):
            program = names.get(name) or {}
            m.checks.that(f"clean: {name} with its version", re.search(r"\d+\.\d+", program.get("version") or ""), str(program))
    if SYSTEM_STORE.exists():
        store = next((s for s in report["stores"] if s["path"] == str(SYSTEM_STORE)), {})
        count = SYSTEM_STORE.read_text().count("BEGIN CERTIFICATE")
        m.checks.that("clean: the system's store is counted", store.get("roots") == count and store.get("readable"), f"{store} {count}")
    for store in report["stores"]:
        if store["format"] == "JKS" and shutil.which("keytool"):
            listed = subprocess.run(["keytool", "-list", "-keystore", store["path"], "-storepass", "changeit"], capture_output=True,
                                    text=True).stdout
            m.checks.that("clean: a store of Java is counted as keytool counts it", listed.count("trustedCertEntry") == store["roots"],
                          f"{store} {listed.count('trustedCertEntry')}")


# Lines of OpenSSL's system_default, and what must be found: id, severity, part of what is said (None: nothing).
OPENSSL = [
    (["MinProtocol = TLSv1.3"], "client-version-policy", "breaks", "only TLS 1.3"),
    (["MaxProtocol = TLSv1.1"], "client-version-policy", "breaks", "neither"),
    (["MaxProtocol = TLSv1.2"], "client-version-policy", "warning", "leaves TLS 1.3 out"),
    (["Protocol = -TLSv1.2"], "client-version-policy", "breaks", "only TLS 1.3"),
    (["Protocol = TLSv1.2"], "client-version-policy", "warning", "leaves TLS 1.3 out"),
    (["MinProtocol = TLSv1"], "client-weakened", "warning", "older than TLS 1.2"),
    (["MinProtocol = TLSv1.2"], None, None, None),
    (["minprotocol = 'TLSv1.3' # as a note says"], "client-version-policy", "breaks", "only TLS 1.3"),
    (["MinProtocol = TLSv1.\\", "3"], "client-version-policy", "breaks", "only TLS 1.3"),
    (["V = TLSv1.3", "MinProtocol = $V"], "client-version-policy", "breaks", "only TLS 1.3"),
    (["MinProtocol = TLSv1.3", "MinProtocol = TLSv1.2"], None, None, None),
    (["CipherString = DEFAULT:@SECLEVEL=3"], "client-config-broken", "breaks", "security level 3"),
    (["CipherString = DEFAULT:@SECLEVEL=2"], None, None, None),
    (["CipherString = DEFAULT:@SECLEVEL=0"], "client-weakened", "warning", "security level to 0"),
    (["CipherString = AES128-SHA"], "client-config-broken", "breaks", "no ECDHE"),
    (["CipherString = NOTHING-LIKE-THIS"], "client-config-broken", "breaks", "no cipher suite"),
    (["CipherString = ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256"], None, None, None),
    (["Ciphersuites = TLS_AES_128_CCM_8_SHA256"], "client-config-broken", "breaks", "TLS 1.3 cipher suites"),
    (["Ciphersuites = TLS_AES_256_GCM_SHA384"], None, None, None),
    (["Groups = P-521"], "client-config-broken", "breaks", "groups"),
    (["Groups = X25519:P-256"], None, None, None),
]


def check_openssl(m):
    for lines, cause, severity, says in OPENSSL:
        name = f"openssl.cnf {lines[-1]}"
        conf = m.folder / "openssl.cnf"
        conf.write_text(openssl_conf(*lines))
        report = m.report(name, OPENSSL_CONF=conf)
        if cause:
            found = m.finds(name, report, cause, severity, file=conf, says=says)
            number = 8 + (lines[0].startswith("V =") or 0)
            m.checks.that(f"{name}: its line", found and found["line"] == number, str(found))
        else:
            rows = [f for f in report["findings"] if f["file"] == str(conf)]
            m.checks.that(f"{name}: nothing is found", not rows, str(rows))
    conf = m.folder / "named.cnf"
    conf.write_text(openssl_conf("MinProtocol = TLSv1.3", name="my_server"))
    m.finds("a section for others", m.report("a section for others", OPENSSL_CONF=conf), "client-version-policy", "breaks", says="only TLS 1.3",
            program="'my_server'")
    # What only stands there, and nothing leads to it, does nothing.
    conf.write_text("[system_default]\nMinProtocol = TLSv1.3\n[tls]\nMinProtocol = TLSv1.3\n")
    report = m.report("an idle section", OPENSSL_CONF=conf)
    m.checks.that("an idle section is nothing", not [f for f in report["findings"] if f["file"] == str(conf)], str(report["findings"]))
    folder = m.folder / "included"
    folder.mkdir()
    (folder / "a.cnf").write_text("[tls]\nMinProtocol = TLSv1.3\n")
    (folder / "b.txt").write_text("[tls]\nMinProtocol = TLSv1.2\n")
    conf.write_text(openssl_conf(f".include {folder}"))
    m.finds("an included folder", m.report("an included folder", OPENSSL_CONF=conf), "client-version-policy", "breaks", file=folder / "a.cnf",
            line=2)
    missing = m.report("no such openssl.cnf", OPENSSL_CONF=m.folder / "none.cnf", status=0)
    m.finds("no such openssl.cnf", missing, "settings-unreadable", "note")


def check_hostile(m):
    """Nothing of this takes long, breaks anything, or gets into a report unescaped."""
    conf = m.folder / "hostile.cnf"
    loop = openssl_conf(f".include {conf}", "MinProtocol = TLSv1.3")
    cases = {
        "a line of 10 MB": b"openssl_conf = " + b"A" * 10_000_000,
        "a line of 3 MB": b"openssl_conf = " + b"A" * 3_000_000 + b"\n",
        "a line joined 100000 times": b"openssl_conf = " + b"A\\\n" * 100_000,
        "NULs": b"\0" * 100_000 + b"openssl_conf = \0init\n[init\0]\n",
        "100000 sections": b"".join(b"[s%d]\na=b\n" % n for n in range(100_000)),
        "brackets and dollars": b"[" * 1000 + b"\n" + b"a = ${${${" * 1000 + b"\n=\n$\n\\",
        "variables that grow": b"a0 = xxxxxxxxxx\n" + b"".join(b"a%d = $a%d$a%d\n" % (n + 1, n, n) for n in range(60)),
        "an include of itself": loop.encode(),
        "control characters": openssl_conf("MinProtocol = TLSv1.3", name="x\x1b[31m\u202e").encode(),
        "random": os.urandom(200_000),
    }
    for name, body in cases.items():
        conf.write_bytes(body)
        for style in ("--json", "--color=never"):
            done = m.run(style, OPENSSL_CONF=conf, limit_s=60)
            shown = [hex(ord(c)) for c in done.stdout if (ord(c) < 32 and c != "\n") or 0x202A <= ord(c) <= 0x202E or 0xDC00 <= ord(c) < 0xE000]
            m.checks.that(f"{name} {style}: it ends well", done.returncode in (0, 1) and not done.stderr and not shown,
                          f"{done.returncode} {done.stderr[-500:]} {shown[:3]}")
    fifo = m.folder / "fifo"
    os.mkfifo(fifo)
    for variable in ("OPENSSL_CONF", "SSL_CERT_FILE", "WGETRC"):
        report = m.report(f"a pipe as {variable}", **{variable: fifo})
        m.checks.that(f"a pipe as {variable} is told", "no ordinary file" in json.dumps(report), json.dumps(report)[:500])
    junk = {".curlrc": b"\xff" * 100_000, ".gitconfig": b"[http\nsslVerify", ".npmrc": b"=" * 10_000, ".pki/nssdb/cert9.db": b"SQLite format 3\0" + b"\xff" * 9000,
            ".mozilla/firefox/x.default/prefs.js": b'user_pref("' * 20_000, ".mozilla/firefox/x.default/cert9.db": b"SQLite format 3\0\x10\0" + os.urandom(40_000)}
    m.report("a home full of junk", home=m.home(junk))


def check_stores(m, certs):
    store = m.folder / "store.pem"
    cases = [("there is none", None, "no such file"), ("empty", b"", "empty"), ("no certificate", b"hello\n", "no certificate"),
             ("broken", b"-----BEGIN CERTIFICATE-----\nAAA", "not ended")]
    for name, body, says in cases:
        store.unlink(missing_ok=True)
        if body is not None:
            store.write_bytes(body)
        report = m.report(f"SSL_CERT_FILE: {name}", SSL_CERT_FILE=store, status=1)
        m.finds(f"SSL_CERT_FILE: {name}", report, "client-trust-store-missing", "breaks", variable="SSL_CERT_FILE", says=says)
    m.finds("a folder of roots without hashes", m.report("a folder", SSL_CERT_DIR=m.folder, status=1), "client-trust-store-missing", "breaks",
            variable="SSL_CERT_DIR", says="hash")
    folder = m.folder / "hashed"
    folder.mkdir()
    (folder / "0123abcd.0").write_bytes(certs[0])
    report = m.report("one folder of two", SSL_CERT_DIR=f"/none:{folder}", PGSSLROOTCERT="system", status=0)
    m.finds("one folder of two", report, "store-chosen", "note", variable="SSL_CERT_DIR", says="'/none' among others")
    m.finds("NODE_EXTRA_CA_CERTS", m.report("extra", NODE_EXTRA_CA_CERTS=m.folder / "none.pem", status=0), "client-trust-store-missing", "warning",
            variable="NODE_EXTRA_CA_CERTS")
    store.write_bytes(certs[0])
    m.finds("a store of one", m.report("a store of one", REQUESTS_CA_BUNDLE=store, status=0), "client-trust-wrong-bundle", "warning",
            variable="REQUESTS_CA_BUNDLE", says="1 certificate")
    if os.getuid() != 0:
        store.chmod(0)
        m.finds("an unreadable store", m.report("an unreadable store", CURL_CA_BUNDLE=store, status=1), "client-trust-store-missing", "breaks",
                variable="CURL_CA_BUNDLE", says="Permission denied")
        store.chmod(0o600)
    m.finds("Java's store", m.report("java", JAVA_TOOL_OPTIONS="-Xmx64m -Djavax.net.ssl.trustStore=/none/x.jks "
                                     "-Djavax.net.ssl.trustStorePassword=hunter2secret", status=1),
            "client-trust-store-missing", "breaks", variable="JAVA_TOOL_OPTIONS", says="/none/x.jks")
    if SYSTEM_STORE.exists():
        report = m.report("the system's store by name", SSL_CERT_FILE=SYSTEM_STORE, status=0)
        m.finds("the system's store by name", report, "store-usual", "note", variable="SSL_CERT_FILE")
        text = m.run(SSL_CERT_FILE=SYSTEM_STORE, CURL_CA_BUNDLE=SYSTEM_STORE).stdout
        m.checks.that("one line for both", "SSL_CERT_FILE; CURL_CA_BUNDLE" in " ".join(text.split())
                      and text.count("nothing changes") == 1, text)


VARIABLES = [
    ({"NODE_TLS_REJECT_UNAUTHORIZED": "0"}, "verification-off", "warning", "Node"),
    ({"GIT_SSL_NO_VERIFY": "1"}, "verification-off", "warning", "git"),
    ({"PYTHONHTTPSVERIFY": "0"}, "verification-off", "warning", "Python"),
    ({"SSLKEYLOGFILE": "/tmp/keys"}, "keys-logged", "warning", "browsers"),
    ({"NODE_OPTIONS": "--max-old-space-size=100 --tls-max-v1.1"}, "client-version-policy", "breaks", "Node"),
    ({"NODE_OPTIONS": "--tls-min-v1.3"}, "client-version-policy", "breaks", "Node"),
    ({"JAVA_TOOL_OPTIONS": "-Djdk.tls.client.protocols=TLSv1"}, "client-version-policy", "breaks", "Java"),
    ({"GIT_SSL_VERSION": "tlsv1.3"}, "client-version-policy", "breaks", "git"),
    ({"GODEBUG": "x509sha1=1"}, "go-debug", "note", "Go"),
    ({"https_proxy": "http://proxy.example:3128"}, "proxy-set", "note", "curl"),
    ({"https_proxy": "gopher://proxy.example"}, "proxy-misconfigured", "breaks", "curl"),
    ({"https_proxy": "http://proxy.example:99999"}, "proxy-misconfigured", "breaks", "curl"),
    ({"ALL_PROXY": "socks4://proxy.example:1080"}, "proxy-set", "note", "curl"),
    ({"HTTPS_PROXY": "https://proxy.example:443"}, "proxy-scheme-mismatch", "note", "curl"),
]
FILES = [
    (".curlrc", "# mine\ninsecure\n", 2, "verification-off", "warning"),
    (".curlrc", "--tls-max 1.1\n", 1, "client-version-policy", "breaks"),
    (".curlrc", "tlsv1.3\n", 1, "client-version-policy", "breaks"),
    (".curlrc", "cacert = \"/none.pem\"\n", 1, "client-trust-store-missing", "breaks"),
    (".config/curlrc", "-k\n", 1, "verification-off", "warning"),
    (".wgetrc", "timeout = 3\ncheck_certificate = off\n", 2, "verification-off", "warning"),
    (".wgetrc", "secure_protocol = TLSv1_1\n", 1, "client-version-policy", "breaks"),
    (".gitconfig", "[user]\n\tname = x\n[http]\n\tsslVerify = false\n", 4, "verification-off", "warning"),
    (".gitconfig", "[http \"https://a.example\"]\nsslCAInfo = /none.pem\n", 2, "client-trust-store-missing", "breaks"),
    (".npmrc", "strict-ssl=false\n", 1, "verification-off", "warning"),
    (".config/pip/pip.conf", "[global]\ntrusted-host = pypi.org\n", 2, "verification-off", "warning"),
    (".mozilla/firefox/a.default/prefs.js", "// x\nuser_pref(\"security.tls.version.min\", 4);\n", 2, "client-version-policy", "breaks"),
    (".mozilla/firefox/a.default/user.js", "user_pref(\"security.tls.version.max\", 2);\n", 1, "client-version-policy", "breaks"),
]


def check_settings(m):
    for changes, cause, severity, program in VARIABLES:
        name = " ".join(f"{key}={value}" for key, value in changes.items())
        m.finds(name, m.report(name, **changes), cause, severity, variable=list(changes)[0], program=program)
    for value in ("1", ""):
        report = m.report(f"NODE_TLS_REJECT_UNAUTHORIZED={value}", NODE_TLS_REJECT_UNAUTHORIZED=value)
        m.checks.that(f"NODE_TLS_REJECT_UNAUTHORIZED={value} is nothing", "verification-off" not in json.dumps(report))
    for file, body, line, cause, severity in FILES:
        home = m.home({file: body})
        m.finds(f"{file}: {body!r}", m.report(file, home=home), cause, severity, file=home / file, line=line)
    gnutls = m.folder / "gnutls"
    for body, cause, says in [("[overrides]\ndisabled-version = tls1.2\n", "client-version-policy", "only TLS 1.3"),
                              ("[overrides]\nmin-verification-profile = high\n", "client-version-policy", "2048"),
                              ("[priorities]\nSYSTEM = NORMAL:-VERS-TLS1.2\n", "client-version-policy", "only TLS 1.3"),
                              ("[priorities]\nSYSTEM = NONE:+VERS-TLS1.2:+VERS-TLS1.3:+MAC-ALL\n[overrides]\ntls-disabled-cipher = x\n", None, None)]:
        gnutls.write_text(body)
        report = m.report(f"gnutls {body!r}", GNUTLS_SYSTEM_PRIORITY_FILE=gnutls)
        if cause:
            m.finds(f"gnutls {body!r}", report, cause, "breaks", file=gnutls, line=2, says=says)
        else:
            m.checks.that("gnutls: all that is needed", not [f for f in report["findings"] if f["file"] == str(gnutls)], str(report["findings"]))


def check_secrets(m):
    secret = "hunter2%40secret"
    home = m.home({".curlrc": f"proxy = http://bob:{secret}@proxy.example:3128\nuser = bob:{secret}\n", ".npmrc": f"//registry.example/:_authToken={secret}\n"
                   f"https-proxy=http://bob:{secret}@proxy.example/\n"})
    for style in ("--json", "--color=never"):
        done = m.run(style, home=home, https_proxy=f"http://bob:{secret}@proxy.example:3128", HTTP_PROXY=f"bob:{secret}@proxy.example:1",
                     ALL_PROXY=f"gopher://bob:{secret}@x", JAVA_TOOL_OPTIONS=f"-Djavax.net.ssl.trustStorePassword={secret}",
                     HTTPS_PROXY=f"http://bob:{secret}/x@proxy.example:3128")
        m.checks.that(f"no secret is shown {style}", "hunter2" not in done.stdout + done.stderr and "proxy.example" in done.stdout, done.stdout[:3000])
        m.checks.that(f"nor who it is {style}", "bob" not in done.stdout + done.stderr, done.stdout)


def make_certs(folder, count):
    """Certificates of one name, each with its own key."""
    out = []
    for n in range(count):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null",
                        "-subj", "/CN=Filter CA/O=Proxy", "-days", "30", "-out", folder / f"c{n}.pem"], check=True, capture_output=True)
        out.append((folder / f"c{n}.pem").read_bytes())
    return out


def check_nss(m, certs):
    if not shutil.which("certutil"):
        m.checks.skip("databases of NSS", "certutil is not installed")
        return
    home = m.home()
    for place in (".pki/nssdb", ".mozilla/firefox/abc.default"):
        database = home / place
        database.mkdir(parents=True)
        subprocess.run(["certutil", "-N", "-d", f"sql:{database}", "--empty-password"], check=True, capture_output=True)
        for n in range(len(certs) if place == ".pki/nssdb" else 3):
            subprocess.run(["certutil", "-A", "-d", f"sql:{database}", "-n", f"filter {n}", "-t", "C,,", "-i", m.folder / f"c{n}.pem"],
                           check=True, capture_output=True)
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    report = m.report("many of one name", home=home, status=0)
    found = m.finds("many of one name", report, "store-many-of-one-name", "warning", file=home / ".pki/nssdb/cert9.db", says=f"{len(certs)} certificates")
    m.checks.that("many of one name: those to remove", found and all(f"filter {n}" in found["fix"][0] for n in range(len(certs))), str(found))
    counts = {store["path"]: store["roots"] for store in report["stores"] if store["format"] == "NSS"}
    m.checks.that("databases of NSS are counted", counts == {str(home / ".pki/nssdb/cert9.db"): len(certs),
                                                             str(home / ".mozilla/firefox/abc.default/cert9.db"): 3}, str(counts))
    m.checks.that("databases of NSS stay as they are", before == {path: path.stat().st_mtime_ns for path in home.rglob("*")})


# ---- with a host ----

class Server:
    """A TLS server on loopback that answers each request with 204; and a plain HTTP proxy that lets CONNECT through."""

    def __init__(self, folder, name, maximum=None):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
        if maximum:
            self.context.maximum_version = maximum
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.proxy_listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.proxy = self.listener.getsockname()[1], self.proxy_listener.getsockname()[1]
        for listener, serve in ((self.listener, self.answer), (self.proxy_listener, self.relay)):
            threading.Thread(target=self.accept, args=(listener, serve), daemon=True).start()

    def accept(self, listener, serve):
        while True:
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.guard, args=(connection, serve), daemon=True).start()

    @staticmethod
    def guard(connection, serve):
        try:
            with connection:
                connection.settimeout(20)
                serve(connection)
        except (OSError, ValueError):
            pass

    def answer(self, connection):
        with self.context.wrap_socket(connection, server_side=True) as tls:
            if tls.recv(4096):
                tls.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

    def relay(self, connection):
        request = connection.recv(4096)
        if not request.startswith(b"CONNECT "):
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", self.port)) as other:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=self.pump, args=(other, connection), daemon=True)
            back.start()
            self.pump(connection, other)
            back.join()

    @staticmethod
    def pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()
        self.proxy_listener.close()


def make_pki(folder):
    """A root, a good certificate for localhost, and one that has expired."""
    def run(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, cwd=folder)
    ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    run("req", "-x509", *ec, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Client Test Root", "-days", "60",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    (folder / "x.cnf").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\nkeyUsage=critical,digitalSignature\n"
                                  "basicConstraints=critical,CA:FALSE\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
    for name, days in (("good", 30), ("old", -1)):
        run("req", "-new", *ec, "-keyout", f"{name}.key", "-out", "r.csr", "-subj", "/CN=localhost")
        dates = ("-days", str(days)) if days > 0 else ("-not_after", "20200101000000Z", "-not_before", "20190101000000Z")
        try:
            run("x509", "-req", "-in", "r.csr", "-CA", "root.pem", "-CAkey", "root.key", "-extfile", "x.cnf", "-out", f"{name}.pem", *dates)
        except subprocess.CalledProcessError:
            (folder / "index.txt").write_text("")
            (folder / "ca.cnf").write_text(f"[ca]\ndefault_ca=d\n[d]\ndatabase={folder}/index.txt\nnew_certs_dir={folder}\nrand_serial=yes\n"
                                           "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n")
            run("ca", "-batch", "-notext", "-config", "ca.cnf", "-extfile", "x.cnf", "-in", "r.csr", "-cert", "root.pem", "-keyfile", "root.key",
                "-startdate", "20190101000000Z", "-enddate", "20200101000000Z", "-out", f"{name}.pem")


def programs(folder, *names):
    """A PATH with these alone; those that are not installed are left out."""
    path = folder / ("bin-" + "-".join(names))
    path.mkdir(exist_ok=True)
    for name in names:
        found = "/usr/bin/python3" if name == "python3" else shutil.which(name)
        if found and not (path / name).exists():
            (path / name).symlink_to(os.path.realpath(found) if name == "java" else found)
    return str(path)


def outcomes(report):
    return {client["name"]: client["outcome"] for client in report.get("clients", [])}


def check_proof(m, name, report, cause, client, says, variable=None, change=""):
    """One client differs, for that reason, and the proof says so."""
    rows = [f for f in report["findings"] if f["id"] == cause and f["proof"] and (variable is None or f["variable"] == variable)]
    row = next((c for c in report.get("clients", []) if c["name"] == client), {})
    m.checks.that(f"{name}: {client} fails by {cause}", row.get("outcome") == "fails" and row.get("cause") == cause,
                  f"{row} {[f['id'] for f in report['findings'] if f['severity'] != 'note']}")
    m.checks.that(f"{name}: {cause} is proven", len(rows) == 1 and rows[0]["severity"] == "breaks" and client in rows[0]["proof"]["outcome"]
                  and says in rows[0]["summary"] and change in rows[0]["proof"]["change"], json.dumps(report["findings"])[:1200])


def check_compare(m):
    folder = m.folder
    make_pki(folder)
    server = Server(folder, "good", ssl.TLSVersion.TLSv1_2)
    host, root = f"localhost:{server.port}", ["--cacert", folder / "root.pem"]
    tools = programs(folder, "curl", "wget", "openssl", "gnutls-cli", "python3", "node", "java")
    few = programs(folder, "curl", "openssl", "gnutls-cli")
    conf = folder / "min13.cnf"
    conf.write_text(openssl_conf("MinProtocol = TLSv1.3"))
    scratch = folder / "scratch"
    scratch.mkdir()

    home = m.home()
    report = m.report("host, clean", host, *root, home=home, status=0, PATH=tools, TMPDIR=scratch)
    m.checks.that("host, clean: everybody connects", set(outcomes(report).values()) == {"connects"} and len(outcomes(report)) >= 3,
                  json.dumps(report.get("clients")))
    m.checks.that("host, clean: the diagnosis is ok", report["diagnosis"]["verdict"] == "ok", str(report["diagnosis"]))
    left = [str(path) for top in (home, scratch) for path in top.rglob("*")]
    m.checks.that("host, clean: nothing is left", not left, str(left[:5]))

    report = m.report("MinProtocol", host, *root, PATH=tools, OPENSSL_CONF=conf)
    check_proof(m, "MinProtocol", report, "client-version-policy", "curl", "only TLS 1.3", change="OPENSSL_CONF=/dev/null")
    if shutil.which("gnutls-cli"):
        m.checks.that("MinProtocol: GnuTLS connects all the same", outcomes(report)["gnutls-cli"] == "connects", str(outcomes(report)))
    conf.write_text(openssl_conf("CipherString = DEFAULT:@SECLEVEL=5"))
    check_proof(m, "SECLEVEL", m.report("SECLEVEL", host, *root, PATH=few, OPENSSL_CONF=conf), "client-config-broken", "curl", "security level 5")
    conf.write_text(openssl_conf("MinProtocol = TLSv1.3"))

    proxy = {"https_proxy": "http://bob:hunter2secret@127.0.0.1:9"}
    report = m.report("a dead proxy", host, *root, PATH=tools, **proxy)
    check_proof(m, "a dead proxy", report, "proxy-misconfigured", "curl", "127.0.0.1:9", variable="https_proxy")
    m.checks.that("a dead proxy: no secret", "hunter2" not in json.dumps(report) and "bob" not in json.dumps(report))
    report = m.report("a proxy by https://", host, *root, PATH=few, https_proxy=f"https://bob:hunter2secret@127.0.0.1:{server.proxy}")
    check_proof(m, "a proxy by https://", report, "proxy-scheme-mismatch", "curl", "plain HTTP", variable="https_proxy")
    m.checks.that("a proxy by https://: no secret", "hunter2" not in json.dumps(report), json.dumps(report))
    report = m.report("a good proxy", host, *root, status=0, PATH=few, https_proxy=f"http://bob:hunter2secret@127.0.0.1:{server.proxy}")
    m.checks.that("a good proxy: nobody is blamed", set(outcomes(report).values()) == {"connects"}, str(outcomes(report)))

    report = m.report("CURL_CA_BUNDLE", host, PATH=few, CURL_CA_BUNDLE="/none.pem", SSL_CERT_FILE=folder / "root.pem")
    check_proof(m, "CURL_CA_BUNDLE", report, "client-trust-store-missing", "curl", "/none.pem", variable="CURL_CA_BUNDLE")
    m.checks.that("CURL_CA_BUNDLE: openssl connects", outcomes(report)["openssl"] == "connects", str(outcomes(report)))
    home = m.home({".curlrc": "tls-max 1.1\n"})
    check_proof(m, ".curlrc", m.report(".curlrc", host, *root, home=home, PATH=few), "client-version-policy", "curl", "neither",
                change="own file of settings")
    gnutls = folder / "gnutls-12"
    gnutls.write_text("[overrides]\ndisabled-version = tls1.2\n")
    if shutil.which("gnutls-cli"):
        check_proof(m, "GnuTLS", m.report("GnuTLS", host, *root, PATH=few, GNUTLS_SYSTEM_PRIORITY_FILE=gnutls), "client-version-policy", "gnutls-cli",
                    "only TLS 1.3")
    for program, changes in (("node", {"NODE_OPTIONS": "--tls-min-v1.3"}), ("java", {"JAVA_TOOL_OPTIONS": "-Djdk.tls.client.protocols=TLSv1.3"})):
        if shutil.which(program):
            report = m.report(str(changes), host, *root, PATH=programs(folder, program, "openssl"), **changes)
            check_proof(m, str(changes), report, "client-version-policy", program, "only TLS 1.3", variable=list(changes)[0])
    report = m.report("two at once", host, *root, PATH=programs(folder, "curl"), OPENSSL_CONF=conf, **proxy)
    proven = {f["id"] for f in report["findings"] if f["proof"]}
    m.checks.that("two at once: both are proven", proven == {"client-version-policy", "proxy-misconfigured"}, json.dumps(report["findings"])[:1500])
    report = m.report("nobody trusts it", host, PATH=few)
    m.checks.that("nobody trusts it: no setting is blamed", report["verdict"] == "host-fails" and not [f for f in report["findings"] if f["proof"]],
                  json.dumps(report)[:1500])
    check_nowhere(m, root, few)
    check_interrupted(m, few)
    server.close()

    server = Server(folder, "old")
    report = m.report("expired", f"localhost:{server.port}", *root, PATH=few, OPENSSL_CONF=conf)
    m.checks.that("expired: the host is at fault", report["diagnosis"]["causes"][0]["id"] == "cert-expired"
                  and not [f for f in report["findings"] if f["proof"]], json.dumps(report)[:1500])
    server.close()


def check_nowhere(m, root, path):
    """A port where nobody is: no setting is to blame, and it does not take long."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        report = m.report("nobody is there", f"127.0.0.1:{unused.getsockname()[1]}", *root, PATH=path)
    m.checks.that("nobody is there: the host fails", report["verdict"] == "host-fails" and set(outcomes(report).values()) == {"fails"},
                  json.dumps(report)[:1000])


def check_interrupted(m, path):
    """A signal ends what is running, and the temporary folder with it."""
    scratch = m.folder / "interrupted"
    scratch.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        process = subprocess.Popen([str(m.tlswhy), "client", "--timeout", "2", f"127.0.0.1:{port}"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(m.home(), PATH=path, TMPDIR=scratch))
        until = time.monotonic() + 60
        while not list(scratch.glob("tlswhy-client-*")) and time.monotonic() < until:
            time.sleep(0.02)
        began = bool(list(scratch.iterdir()))
        process.terminate()
        _, errors = process.communicate(timeout=60)
    m.checks.that("interrupted: status 4, one line, and nothing is left", began and process.returncode == 4 and errors.count(b"\n") == 1
                  and not list(scratch.iterdir()), f"{began} {process.returncode} {errors} {list(scratch.iterdir())}")


def check_browsers(m):
    """With the whole PATH: browsers are run once, by a port that they can be told of."""
    server = Server(m.folder, "good")
    home = m.home()
    report = m.report("browsers", f"localhost:{server.port}", "--cacert", m.folder / "root.pem", home=home, status=0, PATH=os.environ["PATH"])
    found = outcomes(report)
    for browser in ("chromium", "firefox"):
        if found.get(browser) in (None, "not-run"):
            m.checks.skip(f"{browser} connects", next((c["detail"] for c in report["clients"] if c["name"] == browser), "it is not installed"))
        else:
            m.checks.that(f"{browser} connects", found[browser] == "connects", json.dumps(report["clients"]))
    m.checks.that("browsers leave nothing in the home folder", not list(home.rglob("*")), str(list(home.rglob("*"))[:5]))
    server.close()


def check_usage(m):
    for arguments, says in [(["--nonsense"], "no option '--nonsense' of 'client'"), (["--jsn"], "is it --json"), (["--json=1"], "takes no value"),
                            (["--color"], "wants a value"), (["--color", "blue"], "auto, always, never"), (["a.example", "b.example"], "one host at a time"),
                            (["--connect-to", "127.0.0.1"], "want a HOST"), (["--timeout", "x", "a.example"], "--timeout"),
                            (["--cacert", "/none.pem", "a.example"], "/none.pem")]:
        done = m.run(*arguments)
        m.checks.that(f"usage {arguments}", done.returncode == 2 and says in done.stderr and done.stderr.count("\n") == 1 and not done.stdout,
                      f"{done.returncode} {done.stderr!r}")
    done = m.run("--help")
    m.checks.that("--help", done.returncode == 0 and done.stdout.startswith("usage: tlswhy client") and not done.stderr)
    done = m.run("-q", home=m.home({".curlrc": "insecure\n"}))
    m.checks.that("-q leaves warnings out", "verification-off" not in done.stdout, done.stdout)
    done = m.run(home=m.home({".curlrc": "insecure\n"}))
    m.checks.that("the text names place and fix", ".curlrc, line 1" in done.stdout and "Take the line out" in done.stdout, done.stdout)


def main():
    tlswhy = clilib.tlswhy_of(__doc__.splitlines()[0])
    checks = clilib.Checks()
    with tempfile.TemporaryDirectory() as name:
        m = Machine(checks, tlswhy, pathlib.Path(name))
        certs = make_certs(m.folder, 12)
        check_usage(m)
        check_clean(m)
        check_openssl(m)
        check_settings(m)
        check_stores(m, certs)
        check_secrets(m)
        check_nss(m, certs)
        check_hostile(m)
        check_compare(m)
        check_browsers(m)
    checks.close()


main()

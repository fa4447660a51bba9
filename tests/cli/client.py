#!/usr/bin/python3
"""`tlswhy client`: settings that break, weaken or are only worth knowing, each in a home folder and an environment made for it; hostile
files; secrets that must not be shown; and that nothing is left behind.

    tests/cli/client.py [--tlswhy FILE]"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

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
        problems += [f"status {done.returncode} with {breaks=}"] if done.returncode != breaks else []
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
    report = m.report("clean", home=home, status=0)
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
        m.finds("the system's store by name", report, "store-chosen", "note", variable="SSL_CERT_FILE")


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


def check_usage(m):
    for arguments, says in [(["--nonsense"], "no option '--nonsense' of 'client'"), (["--jsn"], "is it --json"), (["--json=1"], "takes no value"),
                            (["--color"], "wants a value"), (["--color", "blue"], "auto, always, never")]:
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
    checks.close()


main()

#!/usr/bin/python3
"""`tlswhy chain`: every problem and every format, on files that the openssl command makes now; what --fix writes is judged by
`openssl verify`; --fetch goes through a proxy that stands for the Web, and to no private address.

    tests/cli/chain.py [--tlswhy FILE]"""
import datetime
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import clilib  # noqa: E402

HOST = "www.shop.example"
CA = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
LEAF = ("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n"
        "subjectKeyIdentifier=hash\n")
AKI = "authorityKeyIdentifier=keyid\n"
DAY = datetime.timedelta(days=1)


def openssl(*arguments, **more):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, **more)
    if done.returncode:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.decode(errors='replace')}")
    return done.stdout


class Shop:
    """A folder of certificates; each has NAME.pem and NAME.key."""

    def __init__(self, folder):
        self.folder = folder
        self.now = datetime.datetime.now(datetime.timezone.utc)

    def path(self, name):
        return self.folder / name

    def key(self, name):
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.path(f"{name}.key"))

    def issue(self, name, subject, extensions, issuer=None, begin=-10, end=90, key=None):
        """Signed by `issuer` (None: by itself), valid from `begin` to `end` days from now, with the key of `key`."""
        if key is None:
            self.key(name)
        elif key != name:
            self.path(f"{name}.key").write_bytes(self.path(f"{key}.key").read_bytes())
        (self.folder / "index.txt").write_text("")
        (self.folder / "ca.cnf").write_text(
            f"[ca]\ndefault_ca=d\n[d]\ndatabase={self.folder}/index.txt\nnew_certs_dir={self.folder}\nrand_serial=yes\n"
            f"default_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n[req]\ndistinguished_name=n\n[n]\n[x]\n"
            + extensions + (AKI if issuer else ""))
        conf, request = self.folder / "ca.cnf", self.folder / "r.csr"
        openssl("req", "-new", "-key", self.path(f"{name}.key"), "-subj", f"/CN={subject}", "-config", conf, "-out", request)
        by = ["-cert", self.path(f"{issuer}.pem"), "-keyfile", self.path(f"{issuer}.key")] if issuer else \
            ["-selfsign", "-keyfile", self.path(f"{name}.key")]
        stamp = [(self.now + days * DAY).strftime("%Y%m%d%H%M%SZ") for days in (begin, end)]
        openssl("ca", "-batch", "-notext", "-config", conf, "-extensions", "x", "-in", request, "-startdate", stamp[0],
                "-enddate", stamp[1], *by, "-out", self.path(f"{name}.pem"))

    def read(self, name):
        return self.path(f"{name}.pem").read_bytes()

    def file(self, name, *parts):
        """A file of these certificates (names), keys ("x.key") and bytes."""
        body = b""
        for part in parts:
            body += part if isinstance(part, bytes) else self.path(part if "." in part else f"{part}.pem").read_bytes()
        self.path(name).write_bytes(body)
        return self.path(name)

    def fingerprint(self, name):
        der = openssl("x509", "-in", self.path(f"{name}.pem"), "-outform", "DER")
        import hashlib
        return hashlib.sha256(der).hexdigest()


def make(folder):
    s = Shop(folder)
    s.issue("root", "Shop Root", CA, end=3000)
    s.issue("int", "Shop Issuing CA", CA, "root", end=1000)
    names = f"subjectAltName=DNS:{HOST},DNS:shop.example\n"
    s.issue("leaf", HOST, LEAF + names + "authorityInfoAccess=caIssuers;URI:http://aia.shop.example/int.der\n", "int")
    s.issue("two", HOST, LEAF + names, "int")
    s.issue("other", "mail.shop.example", LEAF + "subjectAltName=DNS:mail.shop.example\n", "int")
    s.issue("old", HOST, LEAF + names, "int", -100, -5)
    s.issue("soon", HOST, LEAF + names, "int", -80, 5)
    s.issue("local", HOST, LEAF + names + "authorityInfoAccess=caIssuers;URI:http://127.0.0.1:@PORT@/int.der\n".replace(
        "@PORT@", "9"), "int")
    s.issue("stranger", "Somebody Else CA", CA, end=1000)
    s.issue("direct", HOST, LEAF + names, "root")
    s.issue("self", HOST, LEAF + names)
    s.issue("client", "somebody", LEAF.replace("serverAuth", "clientAuth"), "int")
    # The same CA twice: certified by the root that clients have, and, long ago, by one that has gone.
    s.issue("gone", "Gone Root", CA, begin=-4000, end=-10)
    s.issue("cross-expired", "Shop Issuing CA", CA, "gone", -4000, -10, key="int")
    s.issue("second-root", "Second Root", CA, end=2000)
    s.issue("cross", "Shop Issuing CA", CA, "second-root", end=900, key="int")
    s.issue("int-expired", "Expired CA", CA, "root", -1000, -2)
    s.issue("under-expired", HOST, LEAF + names, "int-expired")
    s.issue("namesake", "Shop Issuing CA", CA, "root", end=800)
    return s


class Command:
    def __init__(self, checks, tlswhy, shop):
        self.checks, self.tlswhy, self.shop = checks, tlswhy, shop

    def run(self, *arguments, **environment):
        return clilib.run(self.tlswhy, "chain", *map(str, arguments), **environment)

    def json(self, name, status, *arguments, roots="root"):
        """The object, after the checks that hold for every one."""
        trust = ["--cacert", self.shop.path(f"{roots}.pem")] if roots else []
        done = self.run("--json", *trust, *arguments)
        self.checks.that(f"{name}: exit status {status}", done.returncode == status, f"{done.returncode} {done.stderr}")
        self.checks.that(f"{name}: nothing on standard error", done.stderr == "", done.stderr)
        try:
            got = json.loads(done.stdout)
        except ValueError as error:
            self.checks.that(f"{name}: JSON", False, f"{error}: {done.stdout[:200]}")
            return None
        self.checks.that(f"{name}: schema", got["schema"] == "tlswhy-chain/1")
        n = len(got["certificates"])
        places = [p["cert"] for p in got["problems"] + got["needless"]] + got["chain"] + got["repaired"]
        self.checks.that(f"{name}: every place is one of the certificates", all(p is None or 0 <= p < n for p in places))
        self.checks.that(f"{name}: in order exactly where there is no problem",
                         (got["verdict"] == "in-order") == (status == 0) == (not got["problems"]), str(got["problems"]))
        text = self.run(*trust, *arguments)
        self.checks.that(f"{name}: text has the same exit status", text.returncode == status, text.stderr)
        flat = " ".join(text.stdout.split())
        self.checks.none_of(f"{name}: text names every problem",
                            [p["code"] for p in got["problems"] if f"({p['code']})" not in flat])
        return got

    def problems(self, name, codes, *arguments, roots="root"):
        """Exactly these codes, whatever their order. The object."""
        got = self.json(name, 1 if codes else 0, *arguments, roots=roots)
        found = sorted({p["code"] for p in got["problems"]}) if got else None
        self.checks.that(f"{name}: {sorted(codes)}", found == sorted(codes), f"{found}: {got and got['problems']}")
        return got

    def unreadable(self, name, words, *arguments):
        done = self.run("--cacert", self.shop.path("root.pem"), *arguments)
        self.checks.that(f"{name}: exit status 2", done.returncode == 2, f"{done.returncode} {done.stdout[:200]}")
        self.checks.that(f"{name}: one line with {words!r}", done.stdout == "" and done.stderr.count("\n") == 1
                         and words in done.stderr, done.stderr)


def subjects(got, places):
    return [got["certificates"][p]["subject"] for p in places]


def check_formats(checks, c, s):
    full = s.file("full.pem", "leaf", "int")
    got = c.problems("leaf and intermediate", [], full)
    checks.that("the path", got["path"] == [s.fingerprint(n) for n in ("leaf", "int", "root")], str(got["path"]))
    checks.that("places and lines", [(x["file"], x["place"]) for x in got["certificates"]] == [(0, 1), (0, 2), (None, None)])
    checks.that("roles", [x["role"] for x in got["certificates"]] == ["leaf", "intermediate", "root"])
    checks.that("no key was given", got["key"] == {"given": False, "matches": None, "cert": None}, str(got["key"]))
    checks.that("nothing is missing, nothing to change", got["missing"] is None and got["changes"] == [], str(got["changes"]))
    der = s.path("leaf.der")
    openssl("x509", "-in", s.path("leaf.pem"), "-outform", "DER", "-out", der)
    openssl("x509", "-in", s.path("int.pem"), "-outform", "DER", "-out", s.path("int.der"))
    c.problems("DER, one file each", [], der, s.path("int.der"))
    c.problems("DER, the issuer first: only the leaf's file has an order", [], s.path("int.der"), der)
    both = s.file("both.der", der.read_bytes(), s.path("int.der").read_bytes())
    checks.that("two in one DER file", len(c.problems("two in one DER file", [], both)["certificates"]) == 3)
    for form in ("PEM", "DER"):
        p7 = s.path(f"{form}.p7b")
        openssl("crl2pkcs7", "-nocrl", "-certfile", s.file("upside.pem", "root", "int", "leaf"), "-outform", form, "-out", p7)
        got = c.problems(f"PKCS #7 in {form}: its order says nothing", [], p7)
        checks.that(f"PKCS #7 in {form}: said", got["files"][0]["format"] == "PKCS #7", str(got["files"]))
        checks.that(f"PKCS #7 in {form}: the repaired order", subjects(got, got["repaired"]) == [f"CN={HOST}", "CN=Shop Issuing CA"])
    for extra in ([], ["-legacy"]):
        p12 = s.path(f"a{extra}.p12")
        openssl("pkcs12", "-export", *extra, "-in", full, "-inkey", s.path("leaf.key"), "-passout", "pass:geheim", "-out", p12)
        got = c.problems(f"PKCS #12 {extra}", [], p12, "--pass", "geheim")
        checks.that(f"PKCS #12 {extra}: the key", got["key"]["matches"] is True)
        checks.that(f"PKCS #12 {extra}: old encryption is told", ("RC2" in " ".join(got["notes"])) == bool(extra), str(got["notes"]))
        c.unreadable(f"PKCS #12 {extra}, wrong password", "--pass does not open it", p12, "--pass", "falsch")
        c.unreadable(f"PKCS #12 {extra}, no password", "under a password", p12)
    empty = s.path("empty.p12")
    openssl("pkcs12", "-export", "-in", full, "-inkey", s.path("leaf.key"), "-passout", "pass:", "-out", empty)
    checks.that("PKCS #12, empty password", c.problems("PKCS #12, empty password", [], empty)["key"]["matches"] is True)
    words = s.file("words.pem", b"subject=CN = something\n\n", "leaf", b"\r\nand so on\n\n", "int", b"trailing words")
    c.problems("words between the blocks", [], words)
    c.problems("lines of Windows", [], s.file("crlf.pem", full.read_bytes().replace(b"\n", b"\r\n")))
    naked = b"".join(line for line in der_base64(der))
    c.problems("base64 without its lines", [], s.file("naked.b64", naked), s.path("int.pem"))
    trusted = s.path("trusted.pem")
    openssl("x509", "-in", s.path("leaf.pem"), "-trustout", "-addtrust", "serverAuth", "-out", trusted)
    checks.that("TRUSTED CERTIFICATE", trusted.read_bytes().startswith(b"-----BEGIN TRUSTED"))
    c.problems("TRUSTED CERTIFICATE", [], trusted, s.path("int.pem"))


def der_base64(path):
    import base64
    yield base64.encodebytes(path.read_bytes())


def check_text_troubles(checks, c, s):
    full = s.file("full.pem", "leaf", "int").read_bytes()
    glued = s.file("glued.pem", s.read("leaf").rstrip(b"\n"), "int")
    said = subprocess.run(["openssl", "verify", "-CAfile", s.path("root.pem"), "-untrusted", glued, glued], capture_output=True)
    checks.that("openssl cannot read what is glued", said.returncode != 0)
    c.problems("two blocks on one line", ["pem-lines-joined"], glued)
    check_fix(checks, c, s, "glued", glued, ["leaf", "int"])
    c.problems("byte order mark", ["pem-encoding"], s.file("bom.pem", b"\xef\xbb\xbf", full))
    for order in ("le", "be"):
        mark = b"\xff\xfe" if order == "le" else b"\xfe\xff"
        name = s.file(f"{order}.pem", mark + full.decode().encode(f"utf-16-{order}"))
        c.problems(f"UTF-16 {order}", ["pem-encoding"], name)
        check_fix(checks, c, s, f"UTF-16 {order}", name, ["leaf", "int"])
    cut = s.file("cut.pem", "leaf", s.read("int")[:-60])
    c.problems("cut off", ["pem-not-ended", "chain-missing-intermediate"], cut)
    c.unreadable("cut off before the first end", "cut off", s.file("cut1.pem", s.read("leaf")[:200]))
    spoilt = s.read("int").replace(b"M", b"!", 3)
    c.problems("no base64", ["pem-not-base64", "chain-missing-intermediate"], s.file("spoilt.pem", "leaf", spoilt))
    der = openssl("x509", "-in", s.path("int.pem"), "-outform", "DER")
    s.path("broken.der").write_bytes(der.replace(b"\x17\x0d", b"\x17\x0e", 1))
    got = c.json("a malformed certificate", 1, s.path("leaf.pem"), s.path("broken.der"))
    checks.that("a malformed certificate: its place is told", any(
        p["code"] == "cert-malformed" and "byte" in p["text"] for p in got["problems"]), str(got["problems"]))


def check_order(checks, c, s):
    swapped = s.file("swapped.pem", "int", "leaf")
    got = c.problems("issuer first", ["chain-wrong-order"], swapped)
    checks.that("issuer first: the leaf is found", got["leaf"] == 1 and got["problems"][0]["cert"] == 1)
    checks.that("issuer first: still accepted", got["verdict"] == "repair")
    check_fix(checks, c, s, "issuer first", swapped, ["leaf", "int"])
    c.problems("root first", ["chain-wrong-order"], s.file("rootfirst.pem", "root", "int", "leaf"))
    c.problems("root in the middle", ["chain-wrong-order"], s.file("rootmiddle.pem", "leaf", "root", "int"))
    got = c.problems("root last: needless, and breaks nobody", [], s.file("rootlast.pem", "leaf", "int", "root"))
    checks.that("root last", [n["reason"] for n in got["needless"]] == ["root"] and got["needless"][0]["cert"] == 2)
    check_fix(checks, c, s, "root last", s.path("rootlast.pem"), ["leaf", "int"], status=0)
    got = c.problems("twice the same", ["chain-wrong-order"], s.file("twice.pem", "leaf", "int", "int"))
    checks.that("twice the same", [(n["cert"], n["reason"]) for n in got["needless"]] == [(2, "duplicate")])
    got = c.problems("unrelated", ["chain-wrong-order"], s.file("unrelated.pem", "leaf", "stranger", "int"))
    checks.that("unrelated", [(n["cert"], n["reason"]) for n in got["needless"]] == [(1, "unrelated")])
    check_fix(checks, c, s, "unrelated", s.path("unrelated.pem"), ["leaf", "int"])
    got = c.problems("same name, other key", ["chain-wrong-order"], s.file("namesake2.pem", "leaf", "namesake", "int"))
    checks.that("same name, other key: told", "another key" in got["needless"][0]["text"], str(got["needless"]))
    got = c.problems("two leaves", ["chain-several-leaves"], s.file("leaves.pem", "leaf", "int", "other"))
    checks.that("two leaves: the first is judged", got["leaf"] == 0)
    got = c.problems("two leaves, and the name of the second", ["chain-several-leaves", "chain-wrong-order"], s.path("leaves.pem"),
                     "--host", "mail.shop.example")
    checks.that("two leaves: the name decides", got["leaf"] == 2)
    got = c.problems("two leaves, and the key of the second", ["chain-several-leaves", "chain-wrong-order"], s.path("leaves.pem"),
                     s.path("other.key"))
    checks.that("two leaves: the key decides", got["leaf"] == 2 and got["key"]["matches"] is True)
    got = c.problems("two leaves in two files", [], s.path("full.pem"), s.path("other.pem"))
    checks.that("two leaves in two files: a note", "mail.shop.example" in " ".join(got["notes"]), str(got["notes"]))


def check_missing(checks, c, s):
    got = c.problems("leaf alone", ["chain-missing-intermediate"], s.path("leaf.pem"))
    missing = got["missing"]
    checks.that("leaf alone: what is missing, and where it is", missing["issuer"] == "CN=Shop Issuing CA" and missing["of"] == 0
                and missing["urls"] == ["http://aia.shop.example/int.der"] and not missing["complete"], str(missing))
    checks.that("leaf alone: refused, nothing to write", got["verdict"] == "refused" and got["repaired"] == [])
    with tempfile.TemporaryDirectory() as out:
        done = c.run("--cacert", s.path("root.pem"), "--fix", out, s.path("leaf.pem"))
        checks.that("leaf alone: --fix writes nothing, and says why", "incomplete" in done.stdout and not os.listdir(out), done.stdout)
    c.problems("under the root itself", [], s.path("direct.pem"))
    c.problems("a root that nobody trusts", ["cert-private-ca"], s.file("private.pem", "leaf", "int", "root"), roots="stranger")
    c.problems("self-signed", ["cert-self-signed"], s.path("self.pem"))
    c.problems("self-signed and trusted", [], s.path("self.pem"), roots="self")
    c.problems("the leaf's issuer is here, its issuer is not", ["chain-missing-intermediate"], s.path("full.pem"), roots="stranger")
    got = c.json("the system's roots", 1, s.path("full.pem"), roots=None)
    checks.that("the system's roots do not have it", [p["code"] for p in got["problems"]] == ["chain-missing-intermediate"])
    folder = s.path("roots")
    folder.mkdir()
    (folder / "a.crt").write_bytes(s.read("root"))
    (folder / "README").write_text("none\n")
    checks.that("--capath", c.run("--capath", folder, s.path("full.pem")).returncode == 0)


def check_dates_and_names(checks, c, s):
    got = c.problems("expired leaf", ["cert-expired"], s.file("old-full.pem", "old", "int"))
    checks.that("expired leaf: the state", [x["state"] for x in got["certificates"]] == ["expired", "valid", "valid"])
    when = (s.now - 50 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    c.problems("expired leaf, not yet valid issuer, at an earlier time", ["cert-not-yet-valid"], s.path("old-full.pem"), "--at", when)
    got = c.problems("expires soon", [], s.file("soon-full.pem", "soon", "int"))
    checks.that("expires soon: a note", "expires in" in " ".join(got["notes"]), str(got["notes"]))
    got = c.problems("expired intermediate, no other path", ["chain-expired-intermediate"],
                     s.file("under.pem", "under-expired", "int-expired"))
    checks.that("expired intermediate: refused, at its place", got["verdict"] == "refused" and got["problems"][0]["cert"] == 1
                and "no other path" in got["problems"][0]["text"], str(got["problems"]))
    got = c.problems("expired cross-certificate beside a good one", ["chain-expired-intermediate"],
                     s.file("crossed.pem", "leaf", "cross-expired", "int"))
    checks.that("expired cross-certificate: accepted, to repair", got["verdict"] == "repair"
                and got["needless"][0]["reason"] == "expired-cross-certificate", str(got["needless"]))
    check_fix(checks, c, s, "expired cross-certificate", s.path("crossed.pem"), ["leaf", "int"])
    got = c.problems("a valid cross-certificate is for somebody", [], s.file("alternate.pem", "leaf", "int", "cross", "second-root"))
    checks.that("a valid cross-certificate", [n["reason"] for n in got["needless"]] == ["alternate", "root"], str(got["needless"]))
    c.problems("the name", [], s.path("full.pem"), "--host", HOST)
    c.problems("another name", ["cert-name-mismatch"], s.path("full.pem"), "--host", "other.example")
    c.problems("all at once", ["cert-expired", "cert-name-mismatch", "chain-missing-intermediate"], s.path("old.pem"),
               "--host", "other.example")
    c.problems("a client's certificate", [], s.file("client-full.pem", "client", "int"))
    c.problems("the strict judge", [], s.path("full.pem"), "--client", "strict")


def check_keys(checks, c, s):
    for name, parts in (("key last", ["leaf", "int", "leaf.key"]), ("key first", ["leaf.key", "leaf", "int"])):
        got = c.problems(name, [], s.file("withkey.pem", *parts))
        checks.that(f"{name}: matches", got["key"] == {"given": True, "matches": True, "cert": 0}, str(got["key"]))
    got = c.problems("another key", ["key-cert-mismatch"], s.path("full.pem"), s.path("two.key"))
    checks.that("another key: refused", got["key"]["matches"] is False and got["verdict"] == "refused")
    got = c.problems("the issuer's key", ["key-cert-mismatch"], s.path("full.pem"), s.path("int.key"))
    checks.that("the issuer's key: whose it is", got["key"]["cert"] == 1 and "Shop Issuing CA" in got["problems"][0]["text"])
    for form in ("PEM", "DER"):
        locked = s.path(f"locked.{form}")
        openssl("pkcs8", "-topk8", "-in", s.path("leaf.key"), "-outform", form, "-passout", "pass:geheim", "-out", locked)
        got = c.problems(f"locked key in {form}, no passphrase", [], s.path("full.pem"), locked)
        checks.that(f"locked key in {form}: not checked, and said", got["key"]["matches"] is None and "--pass" in " ".join(got["notes"]))
        got = c.problems(f"locked key in {form}", [], s.path("full.pem"), locked, "--pass", "geheim")
        checks.that(f"locked key in {form}: matches", got["key"]["matches"] is True)
        c.unreadable(f"locked key in {form}, wrong passphrase", "does not open its key", s.path("full.pem"), locked, "--pass", "x")
    old = s.path("old-style.pem")
    openssl("ec", "-in", s.path("leaf.key"), "-aes128", "-passout", "pass:geheim", "-out", old)
    checks.that("RFC 1421 encryption", b"4,ENCRYPTED" in old.read_bytes())
    checks.that("RFC 1421 key", c.problems("RFC 1421 key", [], s.path("full.pem"), old, "--pass", "geheim")["key"]["matches"] is True)
    word = s.path("word")
    word.write_text("geheim\n")
    checks.that("--pass file:", c.run("--cacert", s.path("root.pem"), s.path("full.pem"), old, "--pass", f"file:{word}").returncode == 0)
    checks.that("--pass env:", c.run("--cacert", s.path("root.pem"), s.path("full.pem"), old, "--pass", "env:SECRET",
                                     SECRET="geheim").returncode == 0)
    c.problems("a key that is none", ["key-file-problem"], s.path("full.pem"), s.file(
        "nokey.pem", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
    with tempfile.TemporaryDirectory() as out:
        c.run("--cacert", s.path("root.pem"), "--fix", out, s.file("k.pem", "leaf.key", "int", "leaf"))
        written = pathlib.Path(out, "fullchain.pem").read_text()
        checks.that("--fix never writes a key", "PRIVATE" not in written and written.count("BEGIN CERTIFICATE") == 2, written)


def check_fix(checks, c, s, name, source, want, status=1, arguments=(), proxy=()):
    with tempfile.TemporaryDirectory() as out:
        done = c.run("--cacert", s.path("root.pem"), "--fix", out, source, *arguments)
        checks.that(f"--fix {name}: exit status and words", done.returncode == status and "fullchain.pem" in done.stdout
                    and "Changed in the file" in done.stdout, done.stdout + done.stderr)
        chain = pathlib.Path(out, "fullchain.pem")
        if not checks.that(f"--fix {name}: written", chain.exists() and os.listdir(out) == ["fullchain.pem"]):
            return
        checks.that(f"--fix {name}: what it holds", chain.read_bytes().replace(b"\r", b"").split(b"-----BEGIN") ==
                    b"".join(s.read(n) for n in want).split(b"-----BEGIN"), chain.read_text())
        said = subprocess.run(["openssl", "verify", "-CAfile", s.path("root.pem"), "-untrusted", chain, "-verify_hostname", HOST,
                               chain], capture_output=True, text=True)
        checks.that(f"--fix {name}: openssl verify", said.returncode == 0, said.stdout + said.stderr)
        again = c.run("--cacert", s.path("root.pem"), "--host", HOST, chain)
        checks.that(f"--fix {name}: nothing is left to repair", again.returncode == 0, again.stdout)


def check_unreadable(checks, c, s):
    full = s.path("full.pem")
    c.unreadable("empty", "it is empty", s.file("empty", b""), full)
    c.unreadable("white space", "white space", s.file("blank", b" \n\n"))
    c.unreadable("garbage", "no certificate and no key", s.file("garbage", bytes(range(256)) * 40))
    c.unreadable("garbage that begins like DER", "cannot be read", s.file("garbage.der", b"\x30\x82\x05\x00\x01\x02" + bytes(60)))
    c.unreadable("no file", "No such file", s.path("none.pem"))
    c.unreadable("a folder", "directory", s.folder)
    c.unreadable("no argument", "no file was given")
    c.unreadable("a request", "certificate request", s.path("r.csr"))
    c.unreadable("a key alone", "only a key", s.path("leaf.key"))
    c.unreadable("unknown judge", "there is no judge 'x'; there are: strict", full, "--client", "x")
    c.unreadable("no option", "is it --fetch?", full, "--fetsh")
    c.unreadable("no time", "is no time", full, "--at", "yesterday")
    c.unreadable("no host", "--host", full, "--host", "a b")
    c.unreadable("no roots in it", "cannot be read", full, "--cacert", s.path("leaf.key"))
    huge = s.path("huge")
    with huge.open("wb") as f:
        f.truncate(70 << 20)
    c.unreadable("huge", "too large", huge)
    checks.that("exit status 2 where --fix is a file", c.run("--fix", full, full).returncode == 2)
    done = c.run("--cacert", s.path("root.pem"), "--fix", "/proc/none", s.path("swapped.pem"))
    checks.that("--fix that cannot be written: exit status 4", done.returncode == 4 and "cannot write" in done.stderr, done.stderr)
    done = subprocess.run([str(c.tlswhy), "chain", "--cacert", s.path("root.pem"), "-"], stdin=full.open("rb"), capture_output=True)
    checks.that("standard input", done.returncode == 0, done.stderr.decode())
    many = s.file("many.pem", "leaf", s.read("int") * 3000)
    got = c.json("3,000 duplicates", 1, many)
    checks.that("3,000 duplicates", len(got["needless"]) == 2999 and len(got["problems"]) <= 32)
    begins = s.file("begins.pem", b"-----BEGIN CERTIFICATE-----\n" * 300000, b"-----END X-----\n")
    c.unreadable("300,000 blocks that never end", "cut off", begins)
    hello = c.run("--help")
    checks.that("--help", hello.returncode == 0 and "usage: tlswhy chain" in hello.stdout)
    evil = "\x1b[31m\u202e"
    s.issue("evil", f"a{evil}b", LEAF + "subjectAltName=DNS:a.example\n")
    for arguments in ([], ["--json"]):
        out = c.run("--cacert", s.path("root.pem"), s.path("evil.pem"), *arguments).stdout
        checks.that(f"names are escaped {arguments}", "\x1b" not in out and "\u202e" not in out and "\\u001b" not in out)


class Web(http.server.BaseHTTPRequestHandler):
    """A proxy that answers for every host out of a table."""
    answers, asked = {}, []

    def do_GET(self):
        self.asked.append(self.path)
        body = self.answers.get(self.path)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *arguments):
        pass


def check_fetch(checks, c, s):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    proxy = ["--fetch", "--proxy", f"http://127.0.0.1:{server.server_port}"]
    url = "http://aia.shop.example/int.der"
    pem = s.path("int.pem").read_bytes()
    bodies = {"DER": s.path("int.der").read_bytes(), "PEM": pem, "PKCS #7": s.path("DER.p7b").read_bytes()}
    for form, body in bodies.items():
        Web.answers, Web.asked[:] = {url: body}, []
        got = c.problems(f"--fetch, {form}", ["chain-missing-intermediate"], s.path("leaf.pem"), *proxy)
        checks.that(f"--fetch, {form}: completed", got["missing"]["complete"] and got["fetches"] == [{"url": url, "problem": None}]
                    and subjects(got, got["repaired"]) == [f"CN={HOST}", "CN=Shop Issuing CA"], str(got["fetches"]))
        checks.that(f"--fetch, {form}: asked for once a run", Web.asked == [url, url], str(Web.asked))
        check_fix(checks, c, s, f"--fetch, {form}", s.path("leaf.pem"), ["leaf", "int"], arguments=proxy)
    Web.answers, Web.asked[:] = {}, []
    got = c.json("--fetch, 404", 1, s.path("leaf.pem"), *proxy)
    checks.that("--fetch, 404: told", "404" in got["fetches"][0]["problem"], str(got["fetches"]))
    Web.answers = {url: b"<html>login</html>"}
    got = c.json("--fetch, a page", 1, s.path("leaf.pem"), *proxy)
    checks.that("--fetch, a page: told", "no certificate" in got["fetches"][0]["problem"])
    Web.answers = {url: bytes(1 << 20)}
    got = c.json("--fetch, 1 MiB", 1, s.path("leaf.pem"), *proxy)
    checks.that("--fetch, 1 MiB: refused", "larger" in got["fetches"][0]["problem"])
    Web.answers, Web.asked[:] = {url: bodies["DER"]}, []
    c.problems("--fetch, nothing missing", [], s.path("full.pem"), *proxy)
    checks.that("--fetch, nothing missing: nothing asked", Web.asked == [])
    c.problems("without --fetch", ["chain-missing-intermediate"], s.path("leaf.pem"), "--proxy", proxy[2])
    checks.that("without --fetch: nothing asked", Web.asked == [])
    for arguments in (["--fetch"], proxy):
        got = c.json(f"--fetch, private address {len(arguments)}", 1, s.path("local.pem"), *arguments)
        checks.that(f"--fetch, private address {len(arguments)}: refused", "private" in got["fetches"][0]["problem"], str(got["fetches"]))
    checks.that("private address: nothing asked", Web.asked == [])
    server.shutdown()


def main():
    tlswhy = clilib.tlswhy_of(__doc__)
    checks = clilib.Checks()
    with tempfile.TemporaryDirectory() as folder:
        shop = make(pathlib.Path(folder))
        command = Command(checks, tlswhy, shop)
        for check in (check_formats, check_text_troubles, check_order, check_missing, check_dates_and_names, check_keys,
                      check_unreadable, check_fetch):
            check(checks, command, shop)
    checks.close()


main()

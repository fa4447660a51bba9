#!/usr/bin/python3
"""`tlswhy verify`: exit statuses, the shape of its answer, and each option once, on certificates that openssl makes."""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import clilib  # noqa: E402

AT = "2030-01-01T00:00:00Z"
POLICY = "1.3.6.1.4.1.99999.1"
CONFIG = f"""
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
certificatePolicies = {POLICY}
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
subjectAltName = DNS:www.example.test, IP:192.0.2.7
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
certificatePolicies = {POLICY}
[ca_section]
database = index.txt
default_md = sha256
crlnumber = crlnumber
crl_extensions = crl
[crl]
authorityKeyIdentifier = keyid
"""


class Chain:
    """root.pem, inter.pem, leaf.pem in a folder, valid for ten years from 2025 on."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.write("openssl.cnf", CONFIG)
        for name, issuer in (("root", None), ("inter", "root"), ("leaf", "inter")):
            self.call("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
            self.call("req", "-new", "-config", "openssl.cnf", "-key", f"{name}.key", "-subj", f"/CN={name}", "-out", f"{name}.csr")
            by = ["-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-CAcreateserial"] if issuer else ["-signkey", f"{name}.key"]
            section = {"root": "root", "inter": "ca", "leaf": "leaf"}[name]
            self.call("x509", "-req", "-in", f"{name}.csr", *by, "-days", "3650", "-extfile", "openssl.cnf", "-extensions", section,
                      "-out", f"{name}.pem")
        for ca in ("root", "inter"):
            self.crl(ca, [])

    def write(self, name, text):
        (self.folder / name).write_text(text)
        return self[name]

    def __getitem__(self, name):
        return str(self.folder / name)

    def call(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def crl(self, ca, revoked):
        self.write("index.txt", "")
        self.write("crlnumber", "01\n")
        issue = ["ca", "-config", "openssl.cnf", "-name", "ca_section", "-cert", f"{ca}.pem", "-keyfile", f"{ca}.key"]
        for name in revoked:
            self.call(*issue, "-revoke", name)
        self.call(*issue, "-gencrl", "-crldays", "3650", "-out", f"{ca}.crl")


class Verify:
    def __init__(self, tlswhy, chain):
        self.tlswhy, self.chain = tlswhy, chain
        self.files = ["--leaf", chain["leaf.pem"], "--untrusted", chain["inter.pem"], "--roots", chain["root.pem"], "--at", AT]

    def __call__(self, *options, files=None):
        return clilib.run(self.tlswhy, "verify", "--json", *(files or self.files), *options)


def answer_problems(done, codes):
    """What is wrong with an answer that must have exactly these (code, place) as reasons."""
    want = ("accepted", 0) if not codes else ("rejected", 1)
    if done.returncode != want[1]:
        yield f"exit status {done.returncode}, {done.stderr.strip()}"
    if done.stderr:
        yield f"on standard error: {done.stderr!r}"
    said = json.loads(done.stdout)
    if said["verdict"] != want[0]:
        yield said["verdict"]
    got = {(r["code"], r["cert"]) for r in said["reasons"]}
    if got != set(codes) or not all(r["text"] for r in said["reasons"]):
        yield f"{said['reasons']}, not {codes}"
    if not all(len(x) == 64 and set(x) <= set("0123456789abcdef") for x in said["path"]):
        yield f"path {said['path']}"


def check_options(verify, chain, checks):
    bare = ["--leaf", chain["leaf.pem"], "--roots", chain["root.pem"], "--at", AT]
    rows = [
        ([], None, []),
        (["--host", "www.example.test"], None, []),
        (["--host=WWW.EXAMPLE.TEST"], None, []),
        (["--ip", "192.0.2.7"], None, []),
        (["--host", "mail.example.test"], None, [("cert-name-mismatch", 0)]),
        (["--ip", "192.0.2.8"], None, [("cert-ip-not-in-san", 0)]),
        (["--purpose", "server"], None, []),
        (["--purpose", "client"], None, [("cert-eku-wrong", 0)]),
        (["--client", "modern", "--host", "www.example.test"], None, []),
        (["--client", "java-7", "--host", "www.example.test"], None, []),
        (["--at", "2001-01-01T00:00:00Z"], None, [("cert-not-yet-valid", 0), ("cert-not-yet-valid", 1), ("cert-not-yet-valid", 2)]),
        (["--at", "2050-01-01T00:00:00+01:00"], None,
         [("cert-expired", 0), ("chain-expired-intermediate", 1), ("chain-expired-intermediate", 2)]),
        (["--max-depth", "1"], None, []),
        (["--max-depth", "0"], None, [("cert-ca-flag-wrong", 1)]),
        (["--explicit-policy"], None, []),
        (["--explicit-policy", "--policy", POLICY], None, []),
        (["--explicit-policy", "--policy", "1.2.3.4", "--policy", POLICY], None, []),
        (["--explicit-policy", "--policy", "1.2.3.4"], None, [("cert-policy", 0)]),
        (["--policy", "1.2.3.4"], None, []),
        (["--inhibit-any", "--inhibit-mapping"], None, []),
        ([], bare, [("chain-missing-intermediate", 0)]),
        (["--untrusted", chain.write("empty.pem", "\n")], bare, [("chain-missing-intermediate", 0)]),
        ([], ["--leaf", chain["root.pem"], "--roots", chain["root.pem"], "--at", AT], []),
        ([], ["--leaf", chain["root.pem"], "--roots", chain["inter.pem"], "--at", AT], [("cert-self-signed", 0)]),
        (["--untrusted", chain.write("all.pem", read_all(chain, "root", "inter"))],
         ["--leaf", chain["leaf.pem"], "--roots", chain["leaf.pem"], "--at", AT], [("cert-private-ca", 2)]),
        ([], ["--leaf", chain["leaf.pem"], "--roots", chain["inter.pem"], "--at", AT], []),
        (["--crl", chain.write("both.crl", read_crls(chain, "root", "inter"))], None, []),
        (["--crl", chain["inter.crl"], "--crl", chain["root.crl"]], None, []),
        (["--untrusted", chain["inter.pem"], "--untrusted", chain["leaf.pem"]], bare, []),
        (["--untrusted", chain["leaf.pem"], "--untrusted", chain["inter.pem"]], bare, []),
        (["--roots", chain["leaf.pem"]], ["--leaf", chain["leaf.pem"], "--untrusted", chain["inter.pem"], "--roots", chain["root.pem"], "--at", AT], []),
        (["--crl", chain["root.crl"]], None, [("revocation-unreachable", 0)]),
    ]
    for options, files, codes in rows:
        done = verify(*options, files=files)
        checks.none_of(f"verify {' '.join(o if '/' not in o else pathlib.Path(o).name for o in options)}", list(answer_problems(done, codes)))
    chain.crl("inter", ["leaf.pem"])
    done = verify("--crl", chain.write("revoked.crl", read_crls(chain, "root", "inter")))
    checks.none_of("verify --crl of a revoked leaf", list(answer_problems(done, [("cert-revoked", 0)])))


def read_all(chain, *names):
    return "".join(pathlib.Path(chain[f"{name}.pem"]).read_text() for name in names)


def read_crls(chain, *names):
    return "".join(pathlib.Path(chain[f"{name}.crl"]).read_text() for name in names)


def check_path(verify, chain, checks):
    expected = []
    for name in ("leaf", "inter", "root"):
        der = subprocess.run(["openssl", "x509", "-in", chain[f"{name}.pem"], "-noout", "-fingerprint", "-sha256"], capture_output=True,
                             text=True, check=True).stdout
        expected.append(der.split("=")[1].strip().replace(":", "").lower())
    said = json.loads(verify().stdout)
    checks.that("path", said["path"] == expected, str(said["path"]))


BAD = [
    (["--roots", "x"], "--leaf FILE is missing"),
    (["--leaf", "x"], "--roots FILE is missing"),
    (["--leaf"], "--leaf wants a value"),
    (["--bogus"], "'--bogus'"),
    (["--untrust", "x"], "is it --untrusted?"),
    (["--json=yes"], "--json takes no value"),
    (["word"], "'word'"),
    (["--client", "netscape-4"], "there are: strict, modern"),
    (["--client", "nginx-upstream"], "verifies no certificates"),
    (["--purpose", "mail"], "'mail' is not one of"),
    (["--at", "yesterday"], "'yesterday'"),
    (["--at", "2026-01-31"], "'2026-01-31'"),
    (["--max-depth", "-1"], "'-1'"),
    (["--policy", "1"], "'1'"),
    (["--policy", "1.40.1"], "'1.40.1'"),
    (["--policy", "a.b"], "'a.b'"),
]


def check_usage(verify, chain, checks):
    good = verify.files
    wrong = [(arguments, arguments, words) for arguments, words in BAD]
    wrong += [
        (["--leaf", "/nowhere"], [*good, "--leaf", "/nowhere"], "'/nowhere' cannot be read"),
        (["--roots", "a key"], [*good, "--roots", chain["root.key"]], "there is no certificate in it"),
        (["--leaf", "an empty file"], [*good, "--leaf", chain.write("empty.pem", "")], "there is no certificate in it"),
        (["--roots", "a torn file"], [*good, "--roots", chain.write("torn.pem", read_all(chain, "root")[:200])], "not ended"),
        (["--crl", "a certificate"], [*good, "--crl", chain["root.pem"]], "there is no CRL in it"),
        (["--host", "a b"], [*good, "--host", "a b"], "--host"),
        (["--ip", "a name"], [*good, "--ip", "www.example.test"], "is no IP address"),
        (["--host and --ip"], [*good, "--host", "a.test", "--ip", "192.0.2.7"], "either --host or --ip"),
    ]
    for name, arguments, words in wrong:
        done = clilib.run(verify.tlswhy, "verify", *arguments)
        fine = done.returncode == 2 and not done.stdout and done.stderr.count("\n") == 1 and words in done.stderr
        checks.that(f"verify {' '.join(name)}", fine, f"{done.returncode} {done.stdout!r} {done.stderr!r}")
    done = clilib.run(verify.tlswhy, "verify", "--help")
    checks.that("verify --help", done.returncode == 0 and "--untrusted" in done.stdout)


def check_malformed(verify, chain, checks):
    """What cannot be read as a certificate is refused with a place, not taken for bad usage."""
    pem = "-----BEGIN CERTIFICATE-----\nMAUCAQECAQI=\n-----END CERTIFICATE-----\n"
    files = ["--leaf", chain.write("broken.pem", pem), "--roots", chain["root.pem"], "--at", AT]
    done = verify(files=files)
    codes = {r["code"] for r in json.loads(done.stdout)["reasons"]}
    checks.that("a leaf that is none", done.returncode == 1 and "cert-malformed" in codes, done.stdout)
    done = verify("--untrusted", chain.write("junk.pem", pem + read_all(chain, "inter")),
                  files=["--leaf", chain["leaf.pem"], "--roots", chain["root.pem"], "--at", AT])
    checks.none_of("junk among the intermediates", list(answer_problems(done, [])))
    plain = clilib.run(verify.tlswhy, "verify", *verify.files, "--host", "x.test")
    checks.that("without --json", plain.returncode == 1 and plain.stdout.startswith("rejected\n  cert-name-mismatch: "), plain.stdout)


def main():
    tlswhy, checks = clilib.tlswhy_of(__doc__), clilib.Checks()
    with tempfile.TemporaryDirectory() as folder:
        chain = Chain(folder)
        verify = Verify(tlswhy, chain)
        check_options(verify, chain, checks)
        check_path(verify, chain, checks)
        check_usage(verify, chain, checks)
        check_malformed(verify, chain, checks)
    checks.close()


main()

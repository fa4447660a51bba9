#!/usr/bin/python3
"""`tlswhy roots`: what is taken and what is refused, where it is kept, and what it then says; roots that openssl makes, a data
folder of its own, and a server on loopback in the place of the CCADB.

    tests/cli/roots.py [--tlswhy FILE]"""
import hashlib
import http.server
import os
import pathlib
import re
import ssl
import stat
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import clilib  # noqa: E402

PUBLIC = ["mozilla", "google", "apple", "microsoft"]
PROGRAM = re.compile(r"^(\S+) +(\d+) roots? +(\d+) with certificates(?:  (\d+) removed)?  from (\S.*?)(?:, imported (\S+))?$")
ROOT = re.compile(r"^([0-9a-f]{64})  (\S+) +(\S.*?)(  not for TLS|  removed)?(?:  not for TLS after (\S+))?$")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")


class Root:
    def __init__(self, folder, name):
        self.name = name
        self.path = folder / f"{name}.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "9",
                        "-keyout", "/dev/null", "-out", str(self.path), "-subj", f"/O=Lab, Ltd./CN={name}"],
                       check=True, capture_output=True)
        self.pem = self.path.read_text()
        self.sha256 = hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.pem)).hexdigest()


class Tool:
    """The command with a data folder of its own."""

    def __init__(self, tlswhy, data):
        self.tlswhy, self.data = tlswhy, data

    def __call__(self, *arguments, **environment):
        return clilib.run(self.tlswhy, "roots", *map(str, arguments), XDG_DATA_HOME=str(self.data), **environment)

    def programs(self):
        """{name: (roots, certificates, from, imported, removed)}; a line of another form ends the test."""
        return {m[1]: (int(m[2]), int(m[3]), m[5], m[6], int(m[4] or 0)) for m in map(PROGRAM.match, self("list").stdout.splitlines())}

    def roots(self, program):
        """[(sha256, not after, subject, not for TLS or removed, distrusted after)]"""
        return [m.groups() for m in map(ROOT.match, self("list", program).stdout.splitlines())]

    def kept(self):
        folder = self.data / "tlswhy/roots"
        return sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []


def row(*fields):
    return ",".join('"' + field.replace('"', '""') + '"' for field in fields) + "\r\n"


def with_certificates(one, two):
    return row("Owner", "Common Name or Certificate Name", "SHA-256 Fingerprint", "Trust Bits", "Distrust for TLS After Date", "PEM Info") \
        + row('The "One", Inc.', one.name, one.sha256.upper(), "Websites;Email", "", f"'{one.pem}'") \
        + row("Two", two.name, two.sha256.upper(), "Websites", "2024.11.30", f"'{two.pem}'") \
        + row("Two", two.name, one.sha256.upper(), "Websites", "", f"'{two.pem}'")


def of_all(one, two, unknown="ab" * 32):
    """Each line ends in one comma more, as in the real report."""
    lines = [row("CA Owner", "Certificate Name", "Apple Status", "Apple Trust Bits", "Google Chrome Status", "Microsoft Status",
                 "Microsoft EKUs", "Mozilla Status", "Mozilla Trust Bits", "SHA-256 Fingerprint"),
             row("One", one.name, "Included", "serverAuth;emailProtection", "Included", "Included", "Server Authentication", "Included", "Websites",
                 one.sha256.upper()),
             row("Two", two.name, "Removed", "", "Not Included", "Included", "Code Signing", "Included", "Websites;Email",
                 two.sha256.upper()),
             row("New", "Unknown Root", "Included", "TLS Server", "Pending", "", "", "Not Included", "", unknown)]
    return "".join(line[:-2] + ",\n" for line in lines)


def removals(two):
    """The titles of Mozilla's report on roots that were taken out."""
    return row("Owner", "Root Certificate Name", "NSS Release When Removed", "SHA-256 Fingerprint", "Trust Bits",
               "Removal Bug No. or Date", "PEM Info") + row("Two", two.name, "NSS 3.92", two.sha256.upper(), "", "2023", f"'{two.pem}'")


def check_removals(tool, folder, one, two, checks):
    """What was taken out is no root any more, and stays out until a report has it again."""
    report, without = folder / "removed.csv", folder / "without.csv"
    report.write_text(removals(two), newline="")
    without.write_text(row("Common Name or Certificate Name", "SHA-256 Fingerprint", "PEM Info")
                       + row(one.name, one.sha256, f"'{one.pem}'"), newline="")
    out, back = ((1, 1, 1), "  removed"), ((2, 2, 0), None)
    for name, (wanted, word) in (("removed.csv", out), ("removed.csv", out), ("without.csv", out), ("mozilla.csv", back)):
        done = tool("import", folder / name)
        listed = tool.programs()["mozilla"]
        checks.that(f"import of {name}", done.returncode == 0 and (listed[0], listed[1], listed[4]) == wanted, repr(done) + str(listed))
        checks.that(f"it names {name} once", listed[2].count(name) == 1, listed[2])
        checks.that(f"its roots after {name}", [r[3] for r in tool.roots("mozilla") if r[0] == two.sha256] == [word],
                    str(tool.roots("mozilla")))
    report.write_text(row("Root Certificate Name", "Removal Bug No. or Date", "SHA-256 Fingerprint", "PEM Info"))
    checks.none_of("a report on what will be taken out", list(one_line(tool("import", report), 2, "will be taken out")))


def one_line(done, status, words):
    """What is wrong with a run that must end with one line on standard error and nothing else."""
    if done.returncode != status:
        yield f"exit status {done.returncode}, not {status}"
    if done.stdout:
        yield f"on standard output: {done.stdout[:80]!r}"
    if done.stderr.count("\n") != 1 or not done.stderr.startswith("tlswhy: "):
        yield f"standard error is not one line: {done.stderr[:300]!r}"
    if words not in done.stderr:
        yield f"{done.stderr.strip()!r} does not say {words!r}"


def check_before(tool, checks):
    done = tool("list")
    names = set(tool.programs())
    checks.that("list before an import", done.returncode == 0 and names <= {"system", "mozilla"}, done.stdout)
    package = list(pathlib.Path("/usr/share/ca-certificates/mozilla").glob("*.crt"))
    if package:
        roots, certificates, source, imported, _ = tool.programs()["mozilla"]
        checks.that("mozilla is the system's package", roots == certificates == len(package) and not imported and "mozilla" in source,
                    done.stdout)
    else:
        checks.skip("mozilla is the system's package", "ca-certificates is not installed")
    checks.that("list writes nothing", not tool.data.exists())


def check_bundle(tool, folder, one, two, checks):
    bundle = folder / "bundle.pem"
    bundle.write_text("# two roots, one of them twice\n" + one.pem + two.pem + one.pem)
    done = tool("import", bundle)
    checks.that("import of a PEM bundle", done.returncode == 0 and not done.stderr and "yours: 2 roots, 2 with certificates" in done.stdout,
                repr(done))
    roots, certificates, source, imported, _ = tool.programs()["yours"]
    checks.that("it is listed", (roots, certificates) == (2, 2) and str(bundle) in source and TIME.match(imported or ""),
                tool("list").stdout)
    listed = tool.roots("yours")
    checks.that("its roots are listed", [r[0] for r in listed] == [one.sha256, two.sha256] and all(TIME.match(r[1]) for r in listed)
                and one.name in listed[0][2] and not any(r[3] or r[4] for r in listed), str(listed))
    mode = stat.S_IMODE((tool.data / "tlswhy/roots/yours.csv").stat().st_mode)
    checks.that("it is kept for everybody to read", mode == 0o644, oct(mode))
    done = tool("import", "--name", "our-ca", two.path)
    checks.that("import --name", done.returncode == 0 and tool.programs().get("our-ca", [0])[0] == 1, repr(done))
    checks.that("one file a program and no draft", tool.kept() == ["our-ca.csv", "yours.csv"], str(tool.kept()))
    bundle.write_text(one.pem + "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n")
    done = tool("import", bundle)
    checks.that("a certificate that cannot be read is refused, the other taken", done.returncode == 0
                and "yours: 1 root," in done.stdout and "refused: block 2: " in done.stdout, repr(done))


def check_reports(tool, folder, one, two, checks):
    report = folder / "mozilla.csv"
    report.write_text(with_certificates(one, two), newline="")
    done = tool("import", report)
    checks.that("import of a report with certificates", done.returncode == 0 and "mozilla: 2 roots, 2 with certificates" in done.stdout
                and "fingerprint is of another" in done.stdout, repr(done))
    listed = tool.roots("mozilla")
    checks.that("dates of distrust", [r[4] for r in listed] == [None, "2024-11-30T23:59:59Z"], str(listed))
    report = folder / "all.csv"
    report.write_text(of_all(one, two), newline="")
    done = tool("import", report)
    checks.that("import of the report on all programs", done.returncode == 0 and not done.stderr, repr(done))
    programs = tool.programs()
    checks.that("each program has its roots, and the certificates that others know",
                [programs[p][:2] for p in PUBLIC] == [(2, 2), (1, 1), (2, 1), (2, 2)], str(programs))
    checks.that("dates of distrust stay where a report has none", [r[4] for r in tool.roots("mozilla")] == [None, "2024-11-30T23:59:59Z"],
                str(tool.roots("mozilla")))
    checks.that("a root that one program took out", [r[3] for r in tool.roots("apple") if r[0] == two.sha256] == ["  removed"],
                str(tool.roots("apple")))
    checks.that("a root for other purposes alone", [r[3] for r in tool.roots("microsoft")] == [None, "  not for TLS"],
                str(tool.roots("microsoft")))
    checks.that("a root by its fingerprint alone", ("ab" * 32, "-", "Unknown Root", None, None) in tool.roots("apple"),
                str(tool.roots("apple")))


def check_errors(tool, folder, one, two, checks):
    before = {name: (tool.data / "tlswhy/roots" / name).read_bytes() for name in tool.kept()}
    garbage, empty, columns, leaf, both = (folder / name for name in ("garbage", "empty", "columns.csv", "leaf.csv", "both.csv"))
    garbage.write_bytes(bytes(range(256)) * 40)
    empty.write_bytes(b"")
    columns.write_text("Owner,Serial\nx,1\n")
    leaf.write_text(row("PEM Info") + row("no PEM"))
    both.write_text(of_all(one, two))
    cases = [((), "list, import or update"), (("lst",), "is it 'list'?"), (("import",), "FILE is missing"),
             (("import", folder / "none"), "No such file or directory"), (("import", folder), "Is a directory"),
             (("import", garbage), "neither a PEM bundle nor a CSV report"), (("import", empty), "neither a PEM bundle nor"),
             (("import", columns), "'SHA-256 Fingerprint'"), (("import", leaf), "line 2: its PEM cannot be read"),
             (("import", "--name", "../x", one.path), "'../x' is no name"), (("import", "--name", "system", one.path), "'system'"),
             (("import", "--name", "x", both), "several root programs"), (("import", one.path, two.path), "one at a time"),
             (("import", one.path, "--name"), "--name wants a value"), (("list", "--name", "x"), "--name is no option"),
             (("list", "nobody"), "'nobody'"), (("list", "--json"), "'--json'"), (("list", "a\nb"), "'a\\x0ab'")]
    for arguments, words in cases:
        checks.none_of(f"roots {' '.join(pathlib.Path(str(a)).name for a in arguments)!r}", list(one_line(tool(*arguments), 2, words)))
    checks.none_of("no folder to keep them in",
                   list(one_line(clilib.run(tool.tlswhy, "roots", "import", str(one.path), XDG_DATA_HOME="", HOME=""), 2, "no folder")))
    blocked = Tool(tool.tlswhy, one.path)
    checks.none_of("a folder that cannot be made", list(one_line(blocked("import", two.path), 2, "cannot be written: ")))
    after = {name: (tool.data / "tlswhy/roots" / name).read_bytes() for name in tool.kept()}
    checks.that("what fails changes nothing", before == after, str(tool.kept()))
    (tool.data / "tlswhy/roots/apple.csv").write_text("rubbish")
    done = tool("list")
    checks.that("a kept file that was damaged", done.returncode == 2 and done.stderr.count("\n") == 1 and "apple.csv" in done.stderr
                and "mozilla" in done.stdout and "apple" not in done.stdout, repr(done))
    done = tool("--help")
    checks.that("roots --help", done.returncode == 0 and "import FILE" in done.stdout and not done.stderr, repr(done))


def check_home(tlswhy, folder, one, checks):
    """Without XDG_DATA_HOME, or with a relative one, it is ~/.local/share."""
    for count, value in enumerate(("", "relative")):
        home = folder / f"home{count}"
        home.mkdir()
        done = clilib.run(tlswhy, "roots", "import", str(one.path), XDG_DATA_HOME=value, HOME=str(home))
        checks.that(f"XDG_DATA_HOME={value!r}", done.returncode == 0 and (home / ".local/share/tlswhy/roots/yours.csv").is_file(), repr(done))


class Reports(http.server.BaseHTTPRequestHandler):
    bodies = {}

    def do_GET(self):
        body = self.bodies.get(self.path)
        self.send_response(200 if body else 404)
        self.end_headers()
        self.wfile.write((body or "no").encode())

    def log_message(self, *_):
        pass


def check_update(tool, one, two, checks):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Reports)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    at = f"http://127.0.0.1:{server.server_port}"
    Reports.bodies = {"/all": of_all(one, two), "/garbage": "<html>sorry</html>"}
    done = tool("update", f"{at}/all")
    checks.that("update URL", done.returncode == 0 and not done.stderr and "google: 1 root, " in done.stdout
                and "without TLS" in done.stdout, repr(done))
    checks.that("its roots are there", [r[0] for r in tool.roots("google")] == [one.sha256] and f"{at}/all" in tool.programs()["google"][2],
                tool("list").stdout)
    checks.none_of("update from where there is nothing", list(one_line(tool("update", f"{at}/none"), 4, "status 404")))
    checks.none_of("update with a page", list(one_line(tool("update", f"{at}/garbage"), 4, "neither a PEM bundle nor")))
    checks.none_of("update by file", list(one_line(tool("update", "file:///etc/passwd"), 4, "only")))
    server.shutdown()
    server.server_close()
    before = tool.kept()
    done = tool("update", https_proxy=at)
    checks.that("update without a network", done.returncode == 4 and done.stderr.count("could not be fetched: ") == 2
                and done.stderr.count("\n") == 2 and "AllIncludedRootCertsCSV" in done.stderr and not done.stdout, repr(done))
    checks.that("it changes nothing", tool.kept() == before)


def main():
    tlswhy = clilib.tlswhy_of(__doc__)
    checks = clilib.Checks()
    os.umask(0o022)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        one, two = Root(folder, "Root One"), Root(folder, "Root Two")
        tool = Tool(tlswhy, folder / "data")
        check_before(tool, checks)
        check_bundle(tool, folder, one, two, checks)
        check_reports(tool, folder, one, two, checks)
        check_removals(tool, folder, one, two, checks)
        check_errors(tool, folder, one, two, checks)
        check_home(tlswhy, folder, one, checks)
        check_update(Tool(tlswhy, folder / "updated"), one, two, checks)
    checks.close()


if __name__ == "__main__":
    main()

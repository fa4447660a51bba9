#!/usr/bin/python3
"""--save and --compare: what is kept, what differs, what follows from it, and files that are no reports.

    tests/cli/compare.py [--tlswhy FILE]"""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import clilib  # noqa: E402
from clilib import run  # noqa: E402

import lablib  # noqa: E402

CASES = ["healthy", "ok-rsa", "cert-expired", "closed-after-hello", "port-closed"]
BAD_FILES = {
    "empty": b"",
    "no JSON": b"\x00\xff{",
    "another schema": b'{"schema": "tlswhy-chain/1"}',
    "a list": b"[1, 2]",
    "deep": b"[" * 100000,
    "numbers in the place of text": b'{"schema": "tlswhy-report/1", "target": 7, "verdict": [], "causes": {"id": 1}}',
    "another host": b'{"schema": "tlswhy-report/1", "target": {"host": "other.example", "port": 443}, "verdict": "ok"}',
}
# A report with all that a hostile one can put into the text that people read.
HOSTILE = {"schema": "tlswhy-report/1", "target": {"host": "www.lab.example", "port": 443, "address": "\x1b[2J\u202e"}, "verdict": "ok",
           "at": "x" * 100000, "causes": [{"id": "\x07" * 50}] * 100, "handshake": {"version": "\x00\n\n"},
           "certificates": [{"subject": "CN=\x1b]0;x\x07", "sha256": "0" * 64, "issuer": 3}]}


def compared(tlswhy, file, arguments):
    done = run(tlswhy, "--json", "--compare", str(file), *arguments)
    report = json.loads(done.stdout) if done.stdout else None
    return done, report and report["comparison"]


def what(comparison):
    return {d["what"]: (d["then"], d["now"]) for d in comparison["differences"]}


def keep(checks, tlswhy, folder, name, arguments):
    file = folder / f"{name}.json"
    done = run(tlswhy, "--save", str(file), *arguments)
    kept = json.loads(file.read_text(encoding="utf-8"))
    checks.that(f"{name}: kept as it is", kept["schema"] == "tlswhy-report/1" and kept["comparison"] is None, kept["schema"])
    checks.that(f"{name}: exit status", done.returncode in (0, 1), f"{done.returncode} {done.stderr}")
    return file


def pairs(checks, tlswhy, files, cases):
    _, same = compared(tlswhy, files["healthy"], cases["healthy"])
    checks.that("the same twice", same["differences"] == [] and same["conclusion"] == "Both runs connect.", same)
    _, worse = compared(tlswhy, files["healthy"], cases["cert-expired"])
    checks.that("good there, bad here", what(worse)["verdict"] == ("ok", "fail") and what(worse)["causes"] == (None, "cert-expired"), worse)
    checks.that("another certificate", "certificate" in what(worse) and "other certificates" in worse["conclusion"], worse)
    _, bad = compared(tlswhy, files["cert-expired"], cases["cert-expired"])
    checks.that("bad in both", "fail in the same way" in bad["conclusion"], bad)
    _, other = compared(tlswhy, files["cert-expired"], cases["closed-after-hello"])
    checks.that("bad for other reasons", "other reasons" in other["conclusion"], other)
    _, gone = compared(tlswhy, files["healthy"], cases["closed-after-hello"])
    checks.that("closed here alone", "between here and there" in gone["conclusion"], gone)
    done = run(tlswhy, "--compare", str(files["healthy"]), *cases["cert-expired"])
    checks.that("in words", "Compared with" in done.stdout and "verdict: ok there, fail here" in done.stdout, done.stdout)


def hostile(checks, tlswhy, folder, arguments):
    for name, body in BAD_FILES.items():
        file = folder / "bad.json"
        file.write_bytes(body)
        done = run(tlswhy, "--compare", str(file), *arguments)
        checks.that(f"{name}: a usage error", done.returncode == 2 and done.stderr.count("\n") == 1 and not done.stdout, done)
    checks.that("no such file", run(tlswhy, "--compare", str(folder / "none"), *arguments).returncode == 2)
    file = folder / "hostile.json"
    file.write_text(json.dumps(HOSTILE), encoding="utf-8")
    done = run(tlswhy, "--compare", str(file), *arguments)
    checks.that("control characters are escaped", not set("\x1b\x07\u202e\x00") & set(done.stdout) and len(done.stdout) < 10000, done)


def unwritable(checks, tlswhy, folder, arguments):
    done = run(tlswhy, "--save", str(folder / "none/x.json"), *arguments)
    checks.that("no such folder", done.returncode == 4 and "cannot write" in done.stderr and done.stdout, done)
    done = run(tlswhy, "--json", "--save", "/dev/full", *arguments)
    checks.that("a full disk", done.returncode == 4 and json.loads(done.stdout)["verdict"] == "ok", done)
    checks.that("nothing is left behind", not list(folder.glob(".*.part")))


def main():
    tlswhy = clilib.tlswhy_of(__doc__)
    checks = clilib.Checks()
    with tempfile.TemporaryDirectory() as path, lablib.Lab(tlswhy, *CASES) as cases:
        folder = pathlib.Path(path)
        files = {name: keep(checks, tlswhy, folder, name, cases[name]) for name in CASES}
        pairs(checks, tlswhy, files, cases)
        hostile(checks, tlswhy, folder, cases["healthy"])
        unwritable(checks, tlswhy, folder, cases["healthy"])
    checks.close()


main()

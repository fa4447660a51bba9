#!/usr/bin/python3
"""Diagnoses every case of the lab with the built command, and compares each verdict with lab/expect/CASE.json.

    tests/lab/run.py [--build DIR | --tlswhy FILE] [--jobs N] [--only PATTERN] [--demo] [CASE...]

Then comes the confusion matrix, expected cause by found cause: a cell off the diagonal is a failure. Beside the causes each
run is checked for what CONTRACT.md promises of any report: fields, exit status, silence on standard error, cost."""
import argparse
import collections
import concurrent.futures
import dataclasses
import fnmatch
import json
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import lablib  # noqa: E402

EXPECT = ROOT / "lab/expect"
LIMIT_S = 90
MAX_CONNECTIONS = {"ok": 20, "partial": 24, "fail": 24, "undetermined": 24}  # the bars of cost, for any case that names no other
MAX_ROUND_TRIPS = 16
EXIT_STATUS = {"ok": 0, "partial": 1, "fail": 1, "undetermined": 3}
NOTHING = "(no cause)"
# Causes that are proven without a proof of two outcomes, and why. `=`: the evidence proves itself, as the catalogue has it.
SELF_PROVING = {
    **dict.fromkeys(["port-not-tls", "starttls-mode-mismatch", "dh-key-too-small", "legacy-renegotiation", "cert-www-mismatch",
                     "cert-wildcard-scope", "cert-cn-only-no-san", "cert-self-signed", "cert-expired", "cert-revoked",
                     "ocsp-must-staple-missing", "cert-weak-signature", "cert-weak-key", "cert-validity-too-long",
                     "cert-ca-flag-wrong", "cert-name-constraints", "cert-strict-x509", "cert-unsupported-version",
                     "key-cert-mismatch", "cert-client-eku-removed", "mtls-key-mismatch", "one-backend-differs",
                     "tls-not-enabled-on-service", "port-closed", "host-unreachable", "closed-before-hello",
                     "starttls-not-offered", "starttls-refused", "proxy-auth-required", "downgrade-detected", "ca-replaced"], "="),
    "captive-portal": "status 511 has no other meaning (RFC 6585 6), and stands there in plain text",
    "handshake-tampered": "the certificate's own key signed other data than arrived: arithmetic on signed data",
    "tls-in-tls-limits": "status 405 to CONNECT, in plain text, is about CONNECT and nothing else (RFC 9110 15.5.6)",
    "version-server-too-old": "an SSL 2.0 server's hello has a form of its own, in which nothing newer can be spoken",
}
HOLES = ("()", " ,", "  is ")  # where a name or a value should stand in a sentence

REPORT_FIELDS = ["schema", "target", "client", "verdict", "addresses", "causes", "notes", "handshake", "certificates", "paths",
                 "clients", "cost", "smallest_change"]
INNER_FIELDS = {
    "target": ["host", "port", "address", "servername", "starttls"],
    "client": ["profile", "bent"],
    "handshake": ["outcome", "stage", "version", "cipher", "group", "sigalg", "alpn", "alert", "messages"],
    "cost": ["connections", "bytes_sent", "bytes_received", "elapsed_ms", "round_trips", "fetches"],
}
ITEM_FIELDS = {
    "addresses": ["address", "outcome", "cause"],
    "causes": ["id", "row", "fixer", "certainty", "summary", "evidence", "proof", "affects", "fix", "avoid"],
    "notes": ["id", "summary"],
    "certificates": ["subject", "issuer", "serial", "not_before", "not_after", "san", "key", "signature", "sha256"],
    "paths": ["profile", "valid", "root", "length", "problems"],
    "clients": ["profile", "current", "outcome", "cause"],
}
STAGES = ["resolve", "connect", "starttls", "client_hello", "server_hello", "certificate", "key_exchange", "client_auth", "finished",
          "application"]


@dataclasses.dataclass
class Result:
    name: str
    arguments: list
    expected: dict
    report: dict = None
    seconds: float = 0.0
    problems: list = dataclasses.field(default_factory=list)

    @property
    def found_ids(self):
        return [cause.get("id", "?") for cause in self.report["causes"]] if self.report else []

    @property
    def expected_ids(self):
        return [cause["id"] for cause in self.expected["causes"]]


def missing_fields(report):
    for field in REPORT_FIELDS:
        if field not in report:
            yield f"the report has no {field}"
    for field, inner in INNER_FIELDS.items():
        for name in inner:
            if name not in (report.get(field) or {}):
                yield f"{field} has no {name}"
    for field, inner in ITEM_FIELDS.items():
        for item in report.get(field) or []:
            for name in inner:
                if name not in item:
                    yield f"{field}[] has no {name}"


def wrong_values(report):
    """What contradicts CONTRACT.md, whatever the case."""
    verdict, causes = report["verdict"], report["causes"]
    if report["schema"] != "tlswhy-report/1":
        yield f"schema is {report['schema']!r}"
    if (verdict in ("ok", "undetermined")) != (not causes):
        yield f"verdict {verdict} with {len(causes)} causes"
    if report["handshake"]["stage"] not in STAGES:
        yield f"stage {report['handshake']['stage']!r} is none of the contract's"
    for cause in causes:
        if cause["certainty"] not in ("proven", "likely", "possible"):
            yield f"{cause['id']}: certainty {cause['certainty']!r}"
        if cause["proof"] is not None and not all(cause["proof"].get(key) for key in ("baseline", "change", "outcome")):
            yield f"{cause['id']}: a proof without both outcomes"
        if cause["certainty"] == "proven" and cause["proof"] is None and cause["id"] not in SELF_PROVING:
            yield f"{cause['id']}: proven without a proof, and does not prove itself"
        if not cause["evidence"]:
            yield f"{cause['id']}: no sentence says what was observed"
        for sentence in (cause["summary"], *cause["evidence"], *(cause["proof"] or {}).values()):
            if any(hole in sentence + " " for hole in HOLES):
                yield f"{cause['id']}: a value is missing in {sentence!r}"
        if not (cause["summary"] and cause["fix"] and cause["avoid"]):
            yield f"{cause['id']}: no summary, fix or avoid"


def wrong_cost(report, expected):
    cost, most = report["cost"], expected.get("max_connections", MAX_CONNECTIONS[expected["verdict"]])
    if cost["connections"] > most:
        yield f"{cost['connections']} connections, at most {most}"
    if not 0 <= cost["round_trips"] <= expected.get("max_round_trips", MAX_ROUND_TRIPS):
        yield f"{cost['round_trips']} round trips"
    if cost["connections"] and not cost["bytes_sent"] and report["handshake"]["stage"] not in ("resolve", "connect", "starttls"):
        yield "connections, and no bytes sent"


def wrong_clients(report, expected):
    """Rows of the clients table; null wants the client to connect."""
    rows = {row["profile"]: row for row in report["clients"]}
    for name, cause in expected.get("clients", {}).items():
        row = rows.get(name)
        if row is None:
            yield f"the clients table has no {name}"
        elif (row["outcome"] == "ok") != (cause is None) or row["cause"] != cause:
            yield f"{name}: {row['outcome']}, {row['cause']}, not {cause or 'ok'}"


def wrong_own_row(report):
    """The client at hand is said to connect where the verdict is that it does."""
    row = next((row for row in report["clients"] if row["profile"] == report["client"]["profile"]), None)
    if row and not report["client"]["bent"] and (row["outcome"] == "ok") != (report["verdict"] in ("ok", "partial")):
        yield f"verdict {report['verdict']}, and its own row says {row['outcome']}"


def wrong_verdict(result):
    report, expected = result.report, result.expected
    yield from wrong_clients(report, expected)
    yield from wrong_own_row(report)
    if report["verdict"] != expected["verdict"]:
        yield f"verdict {report['verdict']}, not {expected['verdict']}"
    if result.found_ids != result.expected_ids:
        yield f"causes {', '.join(result.found_ids) or 'none'}, not {', '.join(result.expected_ids) or 'none'}"
        return
    for found, wanted in zip(report["causes"], expected["causes"]):
        for key in ("fixer", "certainty"):
            if key in wanted and found.get(key) != wanted[key]:
                yield f"{wanted['id']}: {key} {found.get(key)}, not {wanted[key]}"
        if "affects" in wanted and sorted(found["affects"]) != sorted(wanted["affects"]):
            yield f"{wanted['id']}: affects {', '.join(found['affects'])}, not {', '.join(wanted['affects'])}"
        told = " ".join([found["summary"], *found["evidence"], *(found["proof"] or {}).values()])
        yield from (f"{wanted['id']}: does not say {words!r}" for words in wanted.get("says", []) if words not in told)


def wrong_notes(report, expected):
    told = [note["id"] for note in report["notes"]]
    if told != expected.get("notes", told):
        yield f"notes {', '.join(told) or 'none'}, not {', '.join(expected['notes']) or 'none'}"
    if report["verdict"] == "ok" and "trusted-interception" in told and "trusted-interception" not in expected.get("notes", []):
        yield "a note trusted-interception where nobody is in between"


def wrong_smallest(report, expected):
    """The smallest change must be the planted one, and is not looked for where the expectation names none."""
    change = report.get("smallest_change")
    found = sorted(f"{factor['kind']} {factor['how']} {factor['value']}" for factor in change["factors"]) if change else []
    if found != sorted(expected.get("smallest", [])):
        yield f"smallest change {', '.join(found) or 'none'}"
    if change and expected.get("smallest_says", "") not in change["sentence"] + str(change["server_side"]):
        yield f"the smallest change does not say {expected['smallest_says']!r}"
    if change and not (change["sentence"] in [note["summary"] for note in report["notes"]] and change["connections"]):
        yield "a smallest change without its note or its cost"


def diagnose(tlswhy, name, arguments, expected):
    result = Result(name, arguments, expected)
    began = time.monotonic()
    try:
        done = subprocess.run([str(tlswhy), "--json", *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S,
                              env=lablib.clean_environment(**arguments.environment))
    except subprocess.TimeoutExpired:
        result.problems.append(f"no verdict within {LIMIT_S} s")
        return result
    result.seconds = time.monotonic() - began
    errors = done.stderr.decode("utf-8", "replace").strip()
    if errors:
        result.problems.append("on standard error: " + errors.splitlines()[0][:200])
    report = lablib.report_of(done.stdout.decode("utf-8", "replace"))
    if not isinstance(report, dict) or not isinstance(report.get("causes"), list):
        result.problems.append(f"no report (exit status {done.returncode})")
        return result
    lacking = sorted(set(missing_fields(report)))
    result.problems += lacking
    result.report = report
    if lacking:
        return result
    if done.returncode != EXIT_STATUS.get(report["verdict"]):
        result.problems.append(f"exit status {done.returncode} with verdict {report['verdict']}")
    result.problems += [*wrong_verdict(result), *wrong_values(report), *wrong_notes(report, expected),
                        *wrong_smallest(report, expected), *wrong_cost(report, expected)]
    return result


def tell(result):
    if result.report is None:
        return f"FAIL {result.name}: {'; '.join(result.problems)}"
    found = ", ".join(result.found_ids) or result.report["verdict"]
    connections = (result.report.get("cost") or {}).get("connections", "?")
    line = f"{result.name}: {found} ({connections} connections, {result.seconds:.1f} s)"
    return f"FAIL {line}: {'; '.join(result.problems)}" if result.problems else f"ok   {line}"


def tell_demo(result):
    report = result.report or {"verdict": "none", "causes": [], "cost": {}}
    first = report["causes"][0] if report["causes"] else {}
    more = f" (+{len(report['causes']) - 1})" if len(report["causes"]) > 1 else ""
    return (f"{result.name:40} {(first.get('id') or report['verdict']) + more:34} {first.get('fixer', '-'):8} "
            f"{first.get('certainty', '-'):9} {report['cost'].get('connections', '-'):>5} {result.seconds:6.2f} s")


def confusion(results):
    """Counter of (expected, found). What was expected and found is on the diagonal; the rest is paired off."""
    cells = collections.Counter()
    for result in results:
        if result.report is None:
            continue
        expected, found = result.expected_ids or [NOTHING], result.found_ids or [NOTHING]
        both = [cause for cause in expected if cause in found]
        cells.update((cause, cause) for cause in both)
        lost, extra = [c for c in expected if c not in both], [c for c in found if c not in both]
        cells.update((cause, other) for cause in lost for other in extra or ["(not found)"])
        if not lost:
            cells.update(("(nothing more)", other) for other in extra)
    return cells


def print_confusion(cells):
    right = sum(count for (expected, found), count in cells.items() if expected == found)
    wrong = {cell: count for cell, count in cells.items() if cell[0] != cell[1]}
    causes = {expected for expected, found in cells if expected == found and expected != NOTHING}
    print(f"\nconfusion matrix: {right} on the diagonal ({len(causes)} causes, and none), {sum(wrong.values())} off it")
    for (expected, found), count in sorted(wrong.items()):
        print(f"  expected {expected:30} found {found:30} {count}")
    return wrong


def read_expected(name):
    with open(EXPECT / f"{name}.json", encoding="utf-8") as file:
        return json.load(file)


def choose(tlswhy, options):
    """Names of the cases to run, and of those that have no expectation."""
    names = [name for name, _, _ in lablib.case_names(tlswhy)]
    unknown = [case for case in options.case if not fnmatch.filter(names, case)]
    if unknown:
        sys.exit(f"no such case: {' '.join(unknown)}")
    wanted = [name for name in names if not options.case or any(fnmatch.fnmatch(name, case) for case in options.case)]
    wanted = [name for name in wanted if fnmatch.fnmatch(name, options.only)]
    return wanted, [name for name in wanted if not (EXPECT / f"{name}.json").exists()]


def run_all(tlswhy, names, jobs, show):
    """(results, names that this machine cannot run)"""
    results = []
    with lablib.Lab(tlswhy, *names) as cases, concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(diagnose, tlswhy, name, arguments, read_expected(name)) for name, arguments in cases.items()]
        for future in waiting:
            results.append(future.result())
            print(show(results[-1]), flush=True)
        return results, [name for name in names if name not in cases]


def print_one_report(tlswhy, results):
    shown = next((r for r in results if r.report and r.report["causes"]), None)
    if not shown:
        return
    with lablib.Lab(tlswhy, shown.name) as cases:
        arguments = cases[shown.name]
        print(f"\n$ tlswhy {' '.join(arguments)}\n", flush=True)
        subprocess.run([str(tlswhy), *arguments], stdin=subprocess.DEVNULL, timeout=LIMIT_S,
                       env=lablib.clean_environment(**arguments.environment))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build", help="the build folder whose tlswhy is used")
    parser.add_argument("--tlswhy", help="the command itself")
    parser.add_argument("--jobs", type=int, default=5, help="diagnoses at a time")
    parser.add_argument("--only", default="*", help="the cases that fit this pattern")
    parser.add_argument("--demo", action="store_true", help="a table for people, and one whole report")
    parser.add_argument("case", nargs="*")
    options = parser.parse_args()
    tlswhy = pathlib.Path(options.tlswhy or pathlib.Path(options.build) / "tlswhy").resolve()
    names, unexpected = choose(tlswhy, options)
    if not names:
        sys.exit("no case fits")
    if unexpected:
        print(f"no lab/expect/CASE.json: {' '.join(unexpected)}")
        names = [name for name in names if name not in unexpected]
    if options.demo:
        print(f"{'case':40} {'verdict':34} {'fixes':8} {'certainty':9} {'conns':>5} {'time':>8}")
    results, left_out = run_all(tlswhy, names, options.jobs, tell_demo if options.demo else tell)
    wrong = print_confusion(confusion(results))
    if options.demo:
        print_one_report(tlswhy, results)
    for name in left_out:
        print(f"skip {name}: the lab cannot run it on this machine")
    failed = sum(1 for result in results if result.problems) + len(unexpected)
    print(f"{len(results) - failed + len(unexpected)} passed, {failed} failed, {len(left_out)} skipped")
    sys.exit(1 if failed or wrong else 0)


main()

#!/usr/bin/python3
"""The public conformance suites of path validation and path building, in certificates of our own: verdict, reason, certificate at fault.

    tests/interop/conformance.py [--judge COMMAND] [--only WORD] [--every N] [-v]

x509-limbo row by row (vectors.py), and the whole tables of BetterTLS (bettertls.py): names and constraints, and graphs of CAs. COMMAND is
tests/tools/judge_many.c."""
import argparse
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import bettertls  # noqa: E402
import der  # noqa: E402
import judge  # noqa: E402
import vectors  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROFILE = "cert-strict-x509"


def limbo(keys):
    """(name, question, reasons that must be told)"""
    for row in vectors.ROWS:
        plan = vectors.plan_of(row)
        chain, roots = plan.build(keys)
        crls = [crl.der(keys) for crl in plan.crls] or None
        question = judge.Question(chain[0], chain[1:], roots, plan.host, plan.purpose, plan.at, plan.depth, crls)
        yield row.name, question, [] if row.valid else [(row.code, row.place)]


def fits(wanted, told):
    """What was planted comes first. What else is told is of the same certificate and follows from it: a list of names that cannot be read
    has no host in it. None: any code, any place."""
    hits = [any(c in (None, code) and p in (None, place) for c, p in wanted) for code, place in told]
    places = {place for _, place in told}
    return len(told) >= len(wanted) and all(hits[:len(wanted)]) and (all(hits) or len(places) == 1)


def problem(said, wanted):
    """What is wrong with the answer. What else the certificate at fault lacks of the profile may stand beside what was planted."""
    accepted, reasons = said
    told = [r for r in reasons if r[0] != PROFILE] or reasons
    if accepted == (not wanted) == (not told) and (accepted or fits(wanted, told)):
        return None
    return f"{'accepted' if accepted else 'rejected'} {reasons}, not {wanted}"


def run(suite, cases, args):
    """(passed, failed)"""
    cases = [c for c in cases if not args.only or args.only in c[0]]
    failed = 0
    for (name, _, wanted), said in zip(cases, judge.ask(args.judge, [c[1] for c in cases])):
        wrong = problem(said, wanted)
        failed += bool(wrong)
        if wrong or args.v:
            print(f"{'FAILED' if wrong else 'ok'} {suite} {name}: {wrong or said[1]}")
    different = sum(c[0] in vectors.DIFFERENT for c in cases)
    print(f"{suite}: {len(cases) - failed} of {len(cases)} as expected" + (f", {different} of them not as the suite has it" if different else ""),
          flush=True)
    return len(cases) - failed, failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--judge", default=str(ROOT / "build/tests/unit/pki/judge_many"))
    parser.add_argument("--only", help="cases whose name holds this")
    parser.add_argument("-v", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        keys = der.Keys(folder)
        suites = [("x509-limbo", limbo), ("bettertls-names", bettertls.names), ("bettertls-paths", bettertls.paths)]
        counts = [run(suite, make(keys), args) for suite, make in suites]
    print(f"{sum(c[0] for c in counts)} passed, {sum(c[1] for c in counts)} failed")
    sys.exit(1 if sum(c[1] for c in counts) else 0)


if __name__ == "__main__":
    main()

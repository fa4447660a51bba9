#!/usr/bin/python3
"""A cause is complete when it has its text, a lab case that yields it, and a near miss on which it must not be found.

    tests/lab/complete.py [--build DIR | --tlswhy FILE]

Walks the causes that the command has registered, and the cases of the lab in both directions: no case without an
expectation, no expectation without a case, none that names a cause which is not there."""
import argparse
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import lablib  # noqa: E402

EXPECT = ROOT / "lab/expect"
TEXTS = ROOT / "texts"
ID = re.compile(r"^\s*([a-z0-9]+(?:-[a-z0-9]+)+)\b", re.M)


def registered(tlswhy):
    """Ids in the order of `tlswhy causes`: the first word of a line."""
    done = subprocess.run([str(tlswhy), "causes"], capture_output=True, text=True, timeout=30, check=True)
    return list(dict.fromkeys(ID.findall(done.stdout)))


def client_causes():
    """Those that no handshake shows: `tlswhy client` finds them, and its own test has the cases (tools/lint-causes)."""
    return set(re.findall(r"^\| `([a-z0-9-]+)` \|.*\| client \|$", (ROOT / "docs/causes.md").read_text(), re.M))


def check_cause(tlswhy, cause, yields, misses):
    """What the cause lacks."""
    if not (TEXTS / f"{cause}.md").is_file():
        yield f"no texts/{cause}.md"
    elif subprocess.run([str(tlswhy), "causes", cause], capture_output=True, timeout=30).returncode != 0:
        yield f"`tlswhy causes {cause}` does not explain it"
    if cause not in yields:
        yield "no lab case yields it"
    if cause not in misses:
        yield "no near miss says that it must not be found"


def check_case(name, expected, known):
    """What is wrong with an expectation."""
    ids = [cause["id"] for cause in expected["causes"]]
    for cause in ids + expected.get("not", []):
        if cause not in known:
            yield f"names {cause}, which is not registered"
    if set(ids) & set(expected.get("not", [])):
        yield "expects and forbids the same cause"
    if expected["verdict"] == "ok" and not expected.get("not"):
        yield "is healthy, and says of no cause that it must not be found"


def scenes():
    """(causes that are yielded, causes that must not be found) of each network that only namespaces can show."""
    command = ["/usr/bin/python3", str(ROOT / "tests/interop/network.py"), "--list"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    for line in done.stdout.splitlines():
        _, cause, misses = line.split("\t")
        yield {cause} - {""}, set(misses.split())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--tlswhy")
    options = parser.parse_args()
    tlswhy = pathlib.Path(options.tlswhy or pathlib.Path(options.build) / "tlswhy").resolve()

    causes = [cause for cause in registered(tlswhy) if cause not in client_causes()]
    cases = {name for name, _, _ in lablib.case_names(tlswhy)}
    expectations = {path.stem: json.loads(path.read_text()) for path in sorted(EXPECT.glob("*.json"))}
    yields = {cause["id"] for expected in expectations.values() for cause in expected["causes"]}
    misses = {cause for expected in expectations.values() for cause in expected.get("not", [])}

    for yielded, missed in scenes():
        yields |= yielded
        misses |= missed

    checks = [(cause, list(check_cause(tlswhy, cause, yields, misses))) for cause in causes]
    checks += [(f"lab/expect/{name}.json", list(check_case(name, expected, causes))) for name, expected in expectations.items()]
    checks += [(f"case {name}", ["has no lab/expect file"]) for name in sorted(cases - expectations.keys())]
    checks += [(f"lab/expect/{name}.json", ["is of no case"]) for name in sorted(expectations.keys() - cases)]
    if not causes:
        checks.append(("tlswhy causes", ["lists nothing"]))
    for what, problems in checks:
        for problem in problems:
            print(f"FAIL {what}: {problem}")
    failed = sum(1 for _, problems in checks if problems)
    print(f"{len(checks) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()

#!/usr/bin/python3
"""The suite proves its own worth: with one experiment disabled, the lab cases that rest on it must fail.

Were they to pass, then the verdicts that they expect do not come from the experiment, and the test would not notice its loss.
Every experiment of src/probe/change.c is in one of the two tables."""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
AT_ONCE = 4  # labs
RUN_LIMIT_S = 120

# experiment (TLSWHY_DISABLED_EXPERIMENT) -> lab cases whose verdict, proof or evidence rests on it
RESTS_ON = {
    "older-versions": ["sni-unknown-to-server-alert40"],
    "newer-versions": ["version-client-too-old-tls11", "version-client-too-old-tls12", "version-client-too-old-alert40"],
    "only-older": ["version-server-too-old-ssl3", "version-server-too-old-drops-newer"],
    "only-tls12": ["version-intolerance-tls13-alert", "version-intolerance-tls13-close", "version-intolerance-tls13-reset"],
    "other-auth": ["cipher-cert-type-mismatch-ecdsa", "cipher-cert-type-mismatch-rsa", "cipher-cert-type-mismatch-close"],
    "all-suites": ["cipher-no-overlap-3des", "cipher-no-overlap-export", "cipher-no-overlap-client-tls13"],
    "all-groups": ["group-no-overlap-p521-tls13", "group-no-overlap-ffdhe", "both-group-and-expired"],
    "all-sigalgs": ["sigalg-no-overlap-ed25519", "sigalg-no-overlap-sha1", "sigalg-no-overlap-client-pkcs1"],
    "sni": ["sni-missing-client-close", "sni-unknown-to-server-alert40", "middlebox-rst-sni", "default-vhost-cert"],
    "alpn": ["alpn-no-overlap-alert40"],
    "all-alpn": ["alpn-no-overlap-client", "alpn-no-overlap-server"],
    "drop-extension": ["server-crash-on-feature-alpn", "server-crash-on-feature-ems", "server-crash-on-feature-sct"],
    "no-grease": ["version-intolerance-grease-close", "version-intolerance-grease-alert47", "version-intolerance-grease-reset"],
    "minimal": ["server-crash-on-feature-session-ticket", "server-crash-on-feature-ems", "server-crash-on-feature-status-request"],
    "pad": ["pq-hello-intolerance-size-close"],
    "split": ["pq-hello-intolerance-segments-reset"],
    "other-shape": ["fingerprint-block-order"],
    "small-mss": ["pmtu-blackhole"],
    "drop-suite": ["undetermined-bad-with-one-suite"],
    "finish": ["handshake-tampered-alpn"],
    "no-dhe": ["dh-key-too-small-1024-ecdhe-too"],
    "lenient": ["legacy-renegotiation"],
    "starttls": ["starttls-mode-mismatch-tls-to-smtp", "starttls-mode-mismatch-postgres-to-tls",
                 "starttls-mode-mismatch-imap-to-smtp"],
    "greet-only": ["closed-after-hello", "reset-after-hello"],
    "add-scsv": ["server-no-cert"],
    "plain-http": ["port-not-tls-http-close"],
    "client-cert": ["mtls-client-chain-incomplete", "mtls-client-cert-rejected-optional"],
    "extended-secret": ["ems-required"],
    "unusable": ["undetermined-internal-error"],
    "post-auth": ["renegotiation-refused-tls13", "renegotiation-refused-http2-tls13"],
    "whole": ["mtls-client-chain-incomplete-http", "mtls-client-sig-unsupported-tls12-works"],
    "resume": ["session-no-context", "session-ticket-reset"],
    "early-data": ["early-data-rejected", "early-data-rejected-reset"],
    "proxy-header": ["proxy-protocol-mismatch"],
    "proxy": ["proxy-required", "proxy-required-reset", "proxy-required-no-name"],
    "proxy-name": ["intercept-untrusted-root-proxy-internal"],
    "proxy-port": ["tls-in-tls-limits"],
    "proxy-scheme": ["proxy-scheme-mismatch", "proxy-scheme-mismatch-reverse"],
    "http-80": ["captive-portal", "captive-portal-closed", "captive-portal-511-beside"],
    "http-host": ["captive-portal-plain"],
}

# experiment -> why no case fails without it
NO_CASE = {
    "none": "changes nothing",
    "port": "asks another port of a host that drops requests, which loopback does not do: tests/interop/network.py",
    "again": "tells what happens only now and then; a case that does is seen to by other repeats too",
    "classical": "no experiment but the subject of all others",
    "no-scsv": "the second proof of fallback-scsv, where that of newer versions fails",
}

WORD = re.compile(r'\[CHANGE_\w+\]\s*=\s*\{"([a-z0-9-]+)"')
CASE_LINE = re.compile(r"^(ok  |FAIL) ([a-z0-9-]+): (.*)$", re.M)
# A verdict that differs; or more connections than the case allows: the search for the smallest change finds what a cheap experiment
# would have found. That the command crashed, or gave no report in time, proves nothing.
DIFFERS = re.compile(r"\b(?:verdict \w+, not|causes .+, not|certainty \w+, not|fixer \w+, not|does not say|\d+ connections, at most) ")


def sh(*command, limit_s=600):
    return subprocess.run([str(c) for c in command], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=limit_s)


def check(tlswhy, experiment):
    """[(case, failed as it must, what the line of it says)]"""
    cases = RESTS_ON[experiment]
    try:
        out = subprocess.run(["/usr/bin/python3", "tests/lab/run.py", "--tlswhy", tlswhy, *cases], cwd=ROOT, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=RUN_LIMIT_S,
                             env={**os.environ, "TLSWHY_DISABLED_EXPERIMENT": experiment}).stdout
    except subprocess.TimeoutExpired:
        out = ""
    lines = {name: (state, told) for state, name, told in CASE_LINE.findall(out)}
    found = [lines.get(case, ("none", out[-500:] or "no end of the lab")) for case in cases]
    return [(case, state == "FAIL" and DIFFERS.search(told) is not None, told) for case, (state, told) in zip(cases, found)]


def unlisted():
    """What contradicts the tables: each is a failure."""
    there = set(WORD.findall((ROOT / "src/probe/change.c").read_text(encoding="utf-8")))
    yield from (f"experiment {word} is in neither table" for word in sorted(there - RESTS_ON.keys() - NO_CASE.keys()))
    yield from (f"there is no experiment {word}" for word in sorted((RESTS_ON.keys() | NO_CASE.keys()) - there))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tlswhy", default="build-asan/tlswhy", help="a build with -Dfewer_experiments=true")
    tlswhy = parser.parse_args().tlswhy
    passed, failed = 0, 0
    for problem in unlisted():
        print(f"FAIL {problem}", flush=True)
        failed += 1
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [(experiment, pool.submit(check, tlswhy, experiment)) for experiment in RESTS_ON]
        for experiment, future in waiting:
            for case, noticed, told in future.result():
                print(f"ok   without {experiment}: {case} fails, as it must" if noticed else
                      f"FAIL without {experiment}: {case} does not fail by its verdict: {told}", flush=True)
                passed, failed = passed + noticed, failed + (not noticed)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()

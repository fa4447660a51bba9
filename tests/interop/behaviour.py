#!/usr/bin/python3
"""What real clients do at every server of the lab, and what the reports about these servers say that they do: the same.

    tests/interop/behaviour.py [--all] [--case PATTERN]... [NAME...]     only clients whose name begins so

Without --all every fourth case is run. A case is compared as a server, without what it bends of tlswhy's own client; one that is nothing but
a way to a server, or that no client can be led to, is left out and counted."""
import argparse
import collections
import concurrent.futures
import fnmatch
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import outcomes
import realclients
from base import ROOT, Failure, Skip, Tally

sys.path.insert(0, str(ROOT / "tools"))
import lablib  # noqa: E402
import profiles  # noqa: E402

EVERY = 4
AT_ONCE = 3
PREDICTIONS_AT_ONCE = 6
SILENT_AT_ONCE = 16
WANTED = 0.97          # of what was compared
MOST_FICKLE = 0.02     # of the cases: servers whose answer changes from one connection to the next
LIMIT_S = 90
BROWSERS = ("chrome", "firefox")

FLAGS = ("-4", "-6", "--no-sni")
KEPT = ("--timeout", "--max-time")
SHORT = ("--timeout", "2", "--max-time", "5")
# Options that make a case more than a server: what they stand for.
OTHER_WAY = {"--proxy": "a proxy", "--starttls": "STARTTLS", "--resolver": "a resolver of its own", "-4": "a family of addresses",
             "--cert": "a client certificate"}


class Case:
    """A server of the lab as a client meets it."""

    def __init__(self, name, arguments):
        self.name, self.environment = name, arguments.environment
        self.options, self.host, self.report, self.own = {}, None, None, {}
        words = iter(arguments)
        for word in words:
            if word in FLAGS:
                self.options[word] = None
            elif word.startswith("--"):
                self.options[word] = next(words)
            else:
                self.host = word
        self.place = self.find_place()

    def find_place(self):
        """Where a client is sent, or None."""
        name, port = re.fullmatch(r"\[?(.*?)\]?(?::(\d+))?", self.host).groups() if self.host.count(":") < 2 or "[" in self.host \
            else (self.host, None)
        host, _, to_port = self.options.get("--connect-to", f"{name}:{port or 443}").rpartition(":")
        roots = self.options.get("--cacert") or self.environment.get("SSL_CERT_FILE")
        return realclients.Place(host.strip("[]"), int(to_port), name, roots)

    def left_out(self):
        """Why no client can be compared here; None: one can."""
        for option, what in OTHER_WAY.items():
            if option in self.options:
                return what
        if any(name.upper().endswith("_PROXY") for name in self.environment):
            return "a proxy"
        if not self.place.roots or not os.path.exists(self.place.roots):
            return "a store of roots that is not there"
        return None

    def left_out_for(self, profile):
        if profile in BROWSERS and "XDG_DATA_HOME" in self.environment:
            return "root programs of the lab's own, which no browser can be given"
        return None

    def left_out_after(self):
        """What the report shows: the table is for clients whose clock is right."""
        if any("clock" in cause["id"] for cause in self.report["causes"]):
            return "a clock that is wrong"
        return None

    def command(self, tlswhy, *more):
        host, name = realclients.bracketed(self.place.host), realclients.bracketed(self.place.name)
        kept = {option: self.options[option] for option in KEPT if option in self.options and option not in more}
        options = [word for pair in kept.items() for word in pair]
        trust = ["--cacert", self.options["--cacert"]] if "--cacert" in self.options else []
        return [tlswhy, "--json", *more, *options, *trust, "--connect-to", f"{host}:{self.place.port}", name]

    def predict(self, tlswhy, *more):
        done = subprocess.run(self.command(tlswhy, *more), capture_output=True, text=True, timeout=LIMIT_S, stdin=subprocess.DEVNULL,
                              env=lablib.clean_environment(**self.environment))
        report = lablib.report_of(done.stdout)
        if report is None:
            raise Failure(f"{self.name}: no report: {done.stderr[-300:]}")
        return report

    def row(self, profile):
        """(report, row) of the client: its own where the table has none."""
        report = self.own.get(profile, self.report)
        return report, row_of(report, profile)

    def lacks(self, profile):
        row = row_of(self.report, profile)
        return not row or row["outcome"] == "not tried"

    def predict_own(self, tlswhy, profile):
        """How the first handshake ends is wanted, not why."""
        self.own[profile] = self.predict(tlswhy, "--client", profile, *SHORT)


def row_of(report, profile):
    return next((row for row in report["clients"] if row["profile"] == profile), None)


class Comparison:
    """One client at all cases."""

    def __init__(self, tlswhy, profile, cases):
        self.tlswhy, self.profile = tlswhy, profile
        client = next(client for client in profiles.ALL if client.profile == profile)
        self.program = profiles.program_of(client)
        self.cases = [case for case in cases if not case.left_out_for(profile)]
        self.left = collections.Counter(why for case in cases if (why := case.left_out_for(profile)))
        self.said, self.fickle, self.wrong = [], [], []

    def ask(self):
        self.said = realclients.ask(self.profile, self.program, [case.place for case in self.cases])

    def compare(self):
        """How many were compared, once every report is there, and nobody else is at the lab: what does not fit is asked once more."""
        differ, compared = [], 0
        for case, text in zip(self.cases, self.said):
            if why := case.left_out_after():
                self.left[why] += 1
                continue
            compared += 1
            report, row = case.row(self.profile)
            if not outcomes.agrees(report, row, text):
                differ.append(case)
        again = realclients.ask(self.profile, self.program, [case.place for case in differ]) if differ else []
        for case, text in zip(differ, again):
            self.once_more(case, text)
        return compared - len(self.fickle)

    def once_more(self, case, text):
        case.report = case.predict(self.tlswhy, "--all-clients")
        if case.lacks(self.profile):
            case.predict_own(self.tlswhy, self.profile)
        report, row = case.row(self.profile)
        if outcomes.agrees(report, row, text):
            self.fickle.append(case.name)
        else:
            self.wrong.append(f"{case.name}: predicted '{row['outcome']}' ({row['cause']}), it says '{text[:160]}'")

    def result(self):
        compared = self.compare()
        equal = compared - len(self.wrong)
        left = "; ".join(f"{n} {why}" for why, n in sorted(self.left.items()))
        print(f"{self.profile}: {compared} cases compared, {equal} equal; left out: {left or 'none'}"
              + (f"; changes from one connection to the next: {', '.join(self.fickle)}" if self.fickle else ""), flush=True)
        for line in self.wrong:
            print(f"    {line}", flush=True)
        if equal < WANTED * compared:
            raise Failure(f"{equal} of {compared} equal, wanted are {WANTED:.0%}")
        if len(self.fickle) > max(1, MOST_FICKLE * len(self.cases)):
            raise Failure(f"{len(self.fickle)} servers changed their answer")


def chosen(tlswhy, options):
    names = sorted(name for name, _, _ in lablib.case_names(tlswhy))
    if options.case:
        return [name for name in names if any(fnmatch.fnmatch(name, pattern) for pattern in options.case)]
    return names if options.all else names[::EVERY]


def split(lab):
    """(cases to compare, Counter of why others are not)"""
    cases, left = [], collections.Counter()
    for name, arguments in lab.items():
        case = Case(name, arguments)
        if why := case.left_out():
            left[why] += 1
        else:
            cases.append(case)
    return cases, left


def predict_all(tlswhy, cases, names):
    """What the table has no row for waits for silence: many at once."""
    with concurrent.futures.ThreadPoolExecutor(PREDICTIONS_AT_ONCE) as pool:
        for case, report in zip(cases, pool.map(lambda case: case.predict(tlswhy, "--all-clients"), cases)):
            case.report = report
    with concurrent.futures.ThreadPoolExecutor(SILENT_AT_ONCE) as pool:
        for run in [pool.submit(case.predict_own, tlswhy, name) for case in cases for name in names if case.lacks(name)]:
            run.result()


def give_up(why):
    raise why


def ask_all(tlswhy, cases, names, tally):
    """The clients that are here, each having asked everywhere; those that are not are skipped."""
    comparisons = []
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        reports = pool.submit(predict_all, tlswhy, cases, names)
        runs = []
        for name in names:
            try:
                comparison = Comparison(tlswhy, name, cases)
            except Skip as why:
                tally.run(name, lambda why=why: give_up(why))
                continue
            runs.append((comparison, pool.submit(comparison.ask)))
        for comparison, run in runs:
            comparisons.append((comparison, run))
            concurrent.futures.wait([run])
        reports.result()
    return comparisons


def judge(comparison, run):
    run.result()
    comparison.result()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tlswhy", type=pathlib.Path, default=ROOT / "build/tlswhy")
    parser.add_argument("--all", action="store_true", help="every case of the lab")
    parser.add_argument("--case", action="append", help="only cases that fit this pattern")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    tlswhy, tally, began = str(options.tlswhy.resolve()), Tally(), time.monotonic()
    names = [name for name in realclients.BATCH if not options.names or any(name.startswith(n) for n in options.names)]
    with lablib.Lab(tlswhy, *chosen(tlswhy, options)) as lab:
        cases, left = split(lab)
        print(f"{len(lab)} cases, {len(cases)} to compare; left out: " + "; ".join(f"{n} {why}" for why, n in sorted(left.items())), flush=True)
        for comparison, run in ask_all(tlswhy, cases, names, tally):
            tally.run(comparison.profile, lambda c=comparison, r=run: judge(c, r))
    print(f"{time.monotonic() - began:.1f} s")
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())

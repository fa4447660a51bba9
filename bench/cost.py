#!/usr/bin/python3
"""The bars of what a diagnosis may cost, each a test: counted by the kernel, and by the clock over a delayed wire.

A healthy host (TLS 1.3, one address): so many connections, round trips, bytes, memory, CPU. A failing one: medians over the lab.
And what `cost` in the report says must be what was counted."""
import statistics
import sys

import labcost
import outside

HEALTHY = "healthy"
REPEATS = 7          # the best of them: noise only ever adds
LONG_WAY_MS = 200    # one way: so long that a busy machine's own delays are small beside a round trip
TRIPS_SLACK = 0.3    # of a round trip, that start-up and CPU may add to what the report counts


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def at_most(self, what, value, bar, unit=""):
        good = value <= bar
        print(f"{'ok  ' if good else 'FAIL'} {what}: {value:.4g}{unit}, at most {bar}{unit}", flush=True)
        self.count(good)

    def same(self, what, said, counted, slack=0.0):
        good = said is not None and abs(said - counted) <= slack
        print(f"{'ok  ' if good else 'FAIL'} {what}: the report says {said}, counted {counted:.4g}", flush=True)
        self.count(good)

    def count(self, good):
        self.passed, self.failed = self.passed + good, self.failed + (not good)


def cpu_beyond_empty(arguments):
    """The CPU that a diagnosis takes more than `tlswhy --version`, in runs of that, medians: machines differ by three times."""
    empty = outside.median([labcost.TLSWHY, "--version"], 15, lambda u: u.cpu_ms)
    whole = outside.median([labcost.TLSWHY, "--json", *arguments], 15, lambda u: u.cpu_ms)
    print(f"     an empty run: {empty:.4g} ms; a healthy host: {whole:.4g} ms")
    return (whole - empty) / empty


def healthy_host(tally):
    with outside.Path(LONG_WAY_MS) as path:
        with labcost.lablib.Lab(labcost.TLSWHY, HEALTHY, wrap=path.far_command) as cases:
            runs = [labcost.measure(path, HEALTHY, cases[HEALTHY]) for _ in range(REPEATS)]
    best = min(runs, key=lambda run: run.trips)
    tally.at_most("healthy host, connections", best.usage.connections, 12)
    # Three for the handshake and its application, and one in which the session is taken up: it comes with the third.
    tally.at_most("healthy host, round trips by the clock", best.trips, 4.3)
    tally.at_most("healthy host, bytes of packets sent", best.usage.sent, 24 * 1024)
    tally.at_most("healthy host, memory", max(run.usage.rss_kib for run in runs) / 1024, 16, " MiB")
    tally.same("healthy host, cost.connections", best.own.get("connections"), best.usage.connections)
    tally.same("healthy host, cost.round_trips", best.own.get("round_trips"), best.trips, TRIPS_SLACK)
    with labcost.lablib.Lab(labcost.TLSWHY, HEALTHY) as cases:
        # A third of it is for the handshakes; root programs are read, and every known client's hello and judge are played, for the rest.
        tally.at_most("healthy host, CPU beyond an empty run", cpu_beyond_empty(cases[HEALTHY]), 4, " empty runs")


def failing_hosts(tally):
    names = [name for name, shows, _ in labcost.lablib.case_names(labcost.TLSWHY) if shows != "healthy"]
    costs = [cost for cost in labcost.measure_all(names) if cost.verdict in ("fail", "partial", "undetermined")]
    tally.at_most(f"failing host, connections, median of {len(costs)}",
                  statistics.median(c.usage.connections for c in costs), 24)
    tally.at_most(f"failing host, round trips, median of {len(costs)}",
                  statistics.median(c.own["round_trips"] for c in costs), 8)  # six to the cause, two for the clients table
    print(f"     by the clock: {statistics.median(c.trips for c in costs):.4g}")
    wrong = [f"{c.name} says {c.said}, {c.usage.connections} were counted" for c in costs if not c.agrees]
    print("\n".join(wrong) or "ok   every report's cost.connections is what was counted")
    tally.count(not wrong)


def main():
    tally = Tally()
    try:
        healthy_host(tally)
        failing_hosts(tally)
    except outside.CannotMeasure as reason:
        print(f"SKIP counting from outside: {reason}")
        print(f"{tally.passed} passed, {tally.failed} failed, 1 skipped")
        sys.exit(1 if tally.failed else 0)
    print(f"{tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed else 0)


main()

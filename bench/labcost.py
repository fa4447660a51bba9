"""What diagnosing the lab's cases costs, counted from outside, several at a time on paths of their own."""

import concurrent.futures
from dataclasses import dataclass

import outside
from outside import lablib

TLSWHY = outside.ROOT / "build/tlswhy"
ONE_WAY_MS = 25
WORKERS = 8  # they mostly wait
# Silence costs whole seconds; shorter ones leave everything else as it is.
TIMEOUT = ["--timeout", "3"]


@dataclass
class Cost:
    name: str
    usage: outside.Usage
    report: dict        # None: no report came
    rtt: float = 2 * ONE_WAY_MS / 1000

    @property
    def own(self):
        return self.report["cost"] if self.report else {}

    @property
    def verdict(self):
        return self.report["verdict"] if self.report else "none"

    @property
    def said(self):
        """Connections by the report: to the target, and to fetch."""
        return self.own["connections"] + self.own["fetches"]

    @property
    def agrees(self):
        """An attempt that the kernel refuses for want of a route is the report's alone: no packet ever left."""
        stayed = any(a["outcome"] == "unreachable" for a in self.report["addresses"])
        return self.usage.connections == self.said or (stayed and self.usage.connections < self.said)

    @property
    def trips(self):
        """Round trips by the clock."""
        return self.usage.seconds / self.rtt


def measure(path, name, arguments):
    extra = [] if "--timeout" in arguments else TIMEOUT
    usage = path.run([TLSWHY, "--json", *extra, *arguments])
    return Cost(name, usage, lablib.report_of(usage.out), path.rtt)


def measure_some(names):
    """One path and one lab for all of them, one after the other."""
    with outside.Path(ONE_WAY_MS) as path, lablib.Lab(TLSWHY, *names, wrap=path.far_command) as cases:
        return [measure(path, name, cases[name]) for name in names if name in cases]


def measure_all(names):
    parts = [part for part in (names[i::WORKERS] for i in range(WORKERS)) if part]
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        found = {cost.name: cost for costs in pool.map(measure_some, parts) for cost in costs}
    return [found[name] for name in names if name in found]

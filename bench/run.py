#!/usr/bin/python3
"""`make bench`: what each lab case costs to diagnose, and what other tools take for the same healthy server.

As root everything is counted from outside over a wire of 25 ms each way (bench/outside.py); otherwise the report's own figures on
plain loopback are shown."""
import concurrent.futures
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

import labcost
import outside
import samename
from labcost import TLSWHY, lablib

HEALTHY = "healthy"
REPEATS = 3
ROOTS = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")


def number(value, digits=0):
    return "-" if value is None else f"{value:.{digits}f}"


def print_cases(costs, outside_too):
    print(f"{'case':36} {'verdict':12} {'conns':>5} {'sent B':>8} {'recvd B':>8} {'trips':>6} {'own':>4} {'CPU ms':>7} {'time ms':>8}")
    for cost in costs:
        own, usage = cost.own, cost.usage
        connections, sent, received = ((usage.connections, usage.sent, usage.received) if outside_too else
                                       (own.get("connections"), own.get("bytes_sent"), own.get("bytes_received")))
        print(f"{cost.name:36} {cost.verdict:12} {number(connections):>5} {number(sent):>8} {number(received):>8} "
              f"{number(cost.trips if outside_too else None, 1):>6} {number(own.get('round_trips')):>4} {usage.cpu_ms:7.1f} "
              f"{usage.seconds * 1000:8.0f}")


def print_medians(costs):
    for what, kinds in (("healthy", ["ok"]), ("failing", ["fail", "partial", "undetermined"])):
        some = [c for c in costs if c.verdict in kinds and c.own]
        if some:
            print(f"median of {len(some):3} {what} cases: {statistics.median(c.own['connections'] for c in some):g} connections, "
                  f"{statistics.median(c.own['round_trips'] for c in some):g} round trips by its own count, "
                  f"{statistics.median(c.usage.seconds for c in some) * 1000:.0f} ms")


def tools_for(arguments):
    """The same server for each tool: {tool: command}. The lab's arguments hold the address and the roots."""
    address = arguments[arguments.index("--connect-to") + 1]
    roots, host, port = arguments[arguments.index("--cacert") + 1], arguments[-1], address.rpartition(":")[2]
    return {
        "tlswhy": [TLSWHY, "--json", *arguments],
        "openssl s_client": ["openssl", "s_client", "-connect", address, "-servername", host, "-CAfile", roots],
        "sslscan": ["sslscan", "--no-colour", f"--sni-name={host}", address],
        "nmap ssl-enum-ciphers": ["nmap", "-Pn", "-n", "-p", port, "--script", "ssl-enum-ciphers", "--script-args",
                                  f"tls.servername={host}", "127.0.0.1"],
    }


def typical(runs):
    return sorted(runs, key=lambda usage: usage.seconds)[len(runs) // 2]


def compare(path=None):
    """Other tools on the same healthy server, the median run of each."""
    wrap = path.far_command if path else lambda command: command
    base = None
    print(f"{'tool':24} {'conns':>6} {'packets':>8} {'sent B':>8} {'recvd B':>8} {'trips':>7} {'CPU ms':>8} {'RSS MiB':>8} {'time ms':>8}"
          f"   beside tlswhy: conns, time, CPU")
    with lablib.Lab(TLSWHY, HEALTHY, wrap=wrap) as cases:
        for tool, command in tools_for(cases[HEALTHY]).items():
            if not shutil.which(str(command[0])):
                print(f"{tool:24} is not installed")
                continue
            usage = typical([path.run(command) if path else outside.run(command) for _ in range(REPEATS)])
            base = base or usage
            trips = usage.seconds / path.rtt if path else None
            ratios = (f"{usage.connections / base.connections:.1f} x" if path else "-", f"{usage.seconds / base.seconds:.1f} x",
                      f"{usage.cpu_ms / base.cpu_ms:.1f} x")
            print(f"{tool:24} {number(usage.connections):>6} {number(usage.packets):>8} {number(usage.sent):>8} "
                  f"{number(usage.received):>8} {number(trips, 1):>7} {usage.cpu_ms:8.1f} {usage.rss_kib / 1024:8.1f} "
                  f"{usage.seconds * 1000:8.0f}   {', '.join(ratios)}", flush=True)


def measure_on_loopback(names):
    """Without a path: the commands as they are, several at a time."""
    with lablib.Lab(TLSWHY, *names) as cases, concurrent.futures.ThreadPoolExecutor(labcost.WORKERS) as pool:
        def one(name):
            usage = outside.run([TLSWHY, "--json", *labcost.TIMEOUT, *cases[name]])
            return labcost.Cost(name, usage, lablib.report_of(usage.out))
        return list(pool.map(one, names))


def print_certificates():
    """Reading the system's roots here and by OpenSSL, ns a certificate."""
    if not ROOTS.exists():
        print(f"no {ROOTS}: reading certificates is not measured")
        return
    line = subprocess.run([outside.HELPERS / "certcost", ROOTS], stdout=subprocess.PIPE, text=True, check=True).stdout
    count, here, openssl, names = map(int, line.split())
    print(f"reading {count} certificates: {here} ns each, d2i_X509 {openssl} ns ({openssl / max(here, 1):.0f} x); "
          f"comparing two names that differ in case: {names} ns")


def print_smallest():
    """The search for the smallest change, beside one that leaves out a factor after the other."""
    subprocess.run([outside.HELPERS / "smallest"], check=True)


def main():
    os.chdir(outside.ROOT)
    print_certificates()
    print(flush=True)
    print_smallest()
    print(flush=True)
    missed = samename.show(TLSWHY)
    print(*(f"missed: {line}" for line in missed), sep="\n", flush=True)
    names = [name for name, _, _ in lablib.case_names(TLSWHY)]
    try:
        with outside.Path(labcost.ONE_WAY_MS) as path:
            print(f"one healthy server, over a wire of {labcost.ONE_WAY_MS} ms each way; sent and received are bytes of IP packets\n")
            compare(path)
        print("\nthe lab, over the same wire; trips: time divided by the round trip; own: cost.round_trips\n")
        costs, outside_too = labcost.measure_all(names), True
    except outside.CannotMeasure as reason:
        print(f"Not counted from outside: {reason}. Plain loopback, and the report's own figures.\n")
        compare()
        print()
        costs, outside_too = measure_on_loopback(names), False
    print_cases(costs, outside_too)
    print()
    print_medians(costs)
    sys.exit(0 if all(cost.report for cost in costs) and not missed else 1)


main()

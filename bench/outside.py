"""Measures a command from outside: what the kernel says it took, and what crossed the wire.

A Path is two network namespaces with a delayed wire between them. Servers run in the far one, on loopback as ever; in the near
one 127.0.0.0/8 is routed over the wire, so that any server and any client can be measured unchanged. Needs root."""

import contextlib
import itertools
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import lablib  # noqa: E402

HELPERS = ROOT / "build/bench"
RUN_LIMIT_S = 90


class CannotMeasure(Exception):
    """Not here; its text is the reason."""


@dataclass
class Usage:
    seconds: float
    cpu_ms: float
    rss_kib: int
    status: int
    out: bytes
    # of the wire, None without a path
    connections: int = None
    sent: int = None       # bytes of IP packets
    received: int = None
    packets: int = None    # sent


def run(command, netns=None):
    """Runs the command to its end and says what it took."""
    with tempfile.NamedTemporaryFile() as numbers:
        inside = ["--netns", netns] if netns else []
        done = subprocess.run([HELPERS / "usage", numbers.name, *inside, *map(str, command)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=RUN_LIMIT_S, env=lablib.clean_environment())
        wall, user, system, rss = map(int, pathlib.Path(numbers.name).read_text().split())
    return Usage(wall / 1e9, (user + system) / 1e3, rss, done.returncode, done.stdout)


def median(command, times, of, netns=None):
    return statistics.median(of(run(command, netns)) for _ in range(times))


class Path:
    """The two namespaces, for as long as the context lasts."""

    numbers = itertools.count()

    def __init__(self, one_way_ms):
        if os.geteuid() != 0:
            raise CannotMeasure("only root can make network namespaces")
        if not os.path.exists("/dev/net/tun"):
            raise CannotMeasure("this machine has no /dev/net/tun")
        self.one_way_ms = one_way_ms
        name = f"{os.getpid()}-{next(self.numbers)}"
        self.near, self.far = f"tlswhy-near-{name}", f"tlswhy-far-{name}"
        self.cleanup = contextlib.ExitStack()

    @property
    def rtt(self):
        return 2 * self.one_way_ms / 1000

    def __enter__(self):
        try:
            self.set_up()
        except BaseException:
            self.cleanup.close()
            raise
        return self

    def __exit__(self, *_):
        self.cleanup.close()

    def set_up(self):
        for netns in (self.near, self.far):
            self.ip("netns", "add", netns)
            self.cleanup.callback(self.ip, "netns", "del", netns)
        wire = subprocess.Popen([HELPERS / "tundelay", self.near, self.far, str(int(self.one_way_ms * 1000))])
        self.cleanup.callback(wire.wait)
        self.cleanup.callback(wire.terminate)
        for netns, address in ((self.near, "10.99.0.1"), (self.far, "10.99.0.2")):
            self.wait_for_device(netns, wire)
            self.ip("-n", netns, "addr", "add", f"{address}/24", "dev", "twtun0")
            self.ip("-n", netns, "link", "set", "twtun0", "up")
            self.ip("netns", "exec", netns, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet")
        self.ip("-n", self.far, "link", "set", "lo", "up")
        # The near loopback stays down: its addresses live on the far side.
        self.ip("-n", self.near, "route", "add", "127.0.0.0/8", "dev", "twtun0", "src", "10.99.0.1")

    def wait_for_device(self, netns, wire):
        for _ in range(100):
            if wire.poll() is not None:
                raise CannotMeasure("the delayed wire could not be set up")
            if subprocess.run(["ip", "-n", netns, "link", "show", "twtun0"], capture_output=True).returncode == 0:
                return
            time.sleep(0.02)
        raise CannotMeasure("the delayed wire has no device")

    @staticmethod
    def ip(*words):
        try:
            subprocess.run(["ip", *words], check=True, capture_output=True)
        except FileNotFoundError:
            raise CannotMeasure("ip is not installed") from None
        except subprocess.CalledProcessError as error:
            raise CannotMeasure(f"ip {' '.join(words)}: {error.stderr.decode().strip()}") from None

    def far_command(self, command):
        """The command as one that runs beside the servers."""
        return ["ip", "netns", "exec", self.far, *map(str, command)]

    def counters(self):
        text = subprocess.run(["ip", "netns", "exec", self.near, "cat", "/proc/net/snmp", "/proc/net/netstat"], check=True,
                              capture_output=True, text=True).stdout.splitlines()
        found = {}
        for names, values in zip(text[::2], text[1::2]):
            kind = names.split(":")[0]
            found.update({f"{kind}.{n}": int(v) for n, v in zip(names.split()[1:], values.split()[1:])})
        return found

    def run(self, command):
        before = self.counters()
        usage = run(command, self.near)
        after = self.counters()

        def grown(name):
            return after[name] - before[name]

        usage.connections, usage.packets = grown("Tcp.ActiveOpens"), grown("Ip.OutRequests")
        usage.sent, usage.received = grown("IpExt.OutOctets"), grown("IpExt.InOctets")
        return usage

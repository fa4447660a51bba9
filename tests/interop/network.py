#!/usr/bin/python3
"""What a real network does to a healthy server: three network namespaces in a row, the one in the middle a router with rules.

    tests/interop/network.py [--tlswhy FILE] | --list

Skipped where this machine lets nobody make namespaces, or lacks ip or nft."""
import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/interop")]
import clilib  # noqa: E402
from certs import Certs  # noqa: E402
from base import HOST  # noqa: E402

INSIDE, LIST = "--inside", "--list"
CLIENT, ROUTER, SERVER = "client", "router", "server"
SERVER_IP, SERVER_IP6, PORT = "10.2.0.1", "fd00:2::1", 443
PYTHON = "/usr/bin/python3"

# Answers each request; a connection that hangs holds up no other.
WEB = """
import http.server, socket, ssl, sys
class Hello(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_HEAD(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def setup(self):
        self.request.settimeout(20)
        self.request = context.wrap_socket(self.request, server_side=True)
        super().setup()
    def log_message(self, *_):
        pass
class Web(http.server.ThreadingHTTPServer):
    daemon_threads = True
    address_family = socket.AF_INET6
    def handle_error(self, *_):
        pass
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[3], sys.argv[4])
web = Web((sys.argv[1], int(sys.argv[2])), Hello)
print("ready", flush=True)
web.serve_forever()
"""

# Rules of the router: `forward` sees what passes, `output` what it says itself.
NO_ICMP = "output meta l4proto icmp drop"
TO_PORT, TO_PORT6 = f"ip daddr {SERVER_IP} tcp dport {PORT}", f"ip6 daddr {SERVER_IP6} tcp dport {PORT}"


@dataclasses.dataclass
class Scene:
    name: str
    verdict: str
    cause: tuple = ()  # (id, fixer, certainty)
    rules: tuple = ()
    mtu: int = 1500    # of the router's way to the client
    timeout: int = 2
    address: str = SERVER_IP
    forbids: tuple = ()  # causes that must not be found, for tests/lab/complete.py


SCENES = [
    Scene("nothing in the way", "ok", forbids=("firewall-block", "firewall-drop")),
    Scene("nothing in the way of IPv6", "ok", address=SERVER_IP6, forbids=("firewall-block",)),
    Scene("refused by the router by ICMPv6", "fail", ("firewall-block", "network", "proven"),
          [f"forward {TO_PORT6} reject with icmpv6 type admin-prohibited"], address=SERVER_IP6),
    Scene("a narrow link, and ICMP tells of it", "ok", mtu=1280),
    Scene("a narrow link, and ICMP is dropped", "fail", ("pmtu-blackhole", "network", "proven"), [NO_ICMP], mtu=1280),
    Scene("a narrower link, and ICMP is dropped", "fail", ("pmtu-blackhole", "network", "proven"), [NO_ICMP], mtu=700),
    Scene("refused by the router with a reset", "fail", ("port-closed", "server", "proven"),
          [f"forward {TO_PORT} reject with tcp reset"]),
    Scene("refused by the router by ICMP", "fail", ("host-unreachable", "network", "proven"),
          [f"forward {TO_PORT} reject with icmp type admin-prohibited"]),
    Scene("requests dropped by the router", "fail", ("firewall-drop", "network", "likely"), [f"forward {TO_PORT} tcp flags syn drop"]),
    Scene("all requests to the host dropped", "fail", ("connect-timeout", "network", "likely"),
          [f"forward ip daddr {SERVER_IP} tcp flags syn drop"]),
    Scene("packets with data dropped by the router", "fail", ("firewall-drop", "network", "likely"),
          [f"forward {TO_PORT} ip length > 120 drop"]),
    # Linux sends time stamps, so data begins 32 bytes behind the beginning of TCP's header.
    Scene("packets with TLS dropped by the router", "fail", ("firewall-drop", "network", "proven"),
          [f"forward {TO_PORT} @th,256,8 0x16 drop"]),
]


def ip(*words):
    subprocess.run(["ip", *map(str, words)], check=True, capture_output=True, text=True, timeout=20)


def inside(namespace, *command):
    return ["ip", "netns", "exec", namespace, *map(str, command)]


def write_switch(namespace, name, value):
    subprocess.run(inside(namespace, "sh", "-c", f"echo {value} > /proc/sys/net/{name}"), check=True, timeout=20)


def build_network():
    """client 10.1.0.1 - 10.1.0.2 router 10.2.0.2 - 10.2.0.1 server, and fd00:1:: and fd00:2:: in the same way"""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True, timeout=20)
    os.makedirs("/run/netns")
    for namespace in (CLIENT, ROUTER, SERVER):
        ip("netns", "add", namespace)
        ip("-n", namespace, "link", "set", "lo", "up")
        # Nobody else is there whose address it might be, and looking for one takes seconds.
        write_switch(namespace, "ipv6/conf/default/accept_dad", 0)
    for end, net, net6, peer in ((CLIENT, "10.1.0", "fd00:1:", "c"), (SERVER, "10.2.0", "fd00:2:", "s")):
        ip("link", "add", f"{peer}0", "netns", end, "type", "veth", "peer", "name", f"{peer}1", "netns", ROUTER)
        ip("-n", end, "addr", "add", f"{net}.1/24", "dev", f"{peer}0")
        ip("-n", ROUTER, "addr", "add", f"{net}.2/24", "dev", f"{peer}1")
        ip("-n", end, "link", "set", f"{peer}0", "up")
        ip("-n", ROUTER, "link", "set", f"{peer}1", "up")
        ip("-n", end, "route", "add", "default", "via", f"{net}.2")
        ip("-n", end, "addr", "add", f"{net6}:1/64", "dev", f"{peer}0", "nodad")
        ip("-n", ROUTER, "addr", "add", f"{net6}:2/64", "dev", f"{peer}1", "nodad")
        ip("-n", end, "route", "add", "default", "via", f"{net6}:2")
    for switch in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
        write_switch(ROUTER, switch, 1)


def set_rules(rules):
    chains = {hook: [rule.split(" ", 1)[1] for rule in rules if rule.split()[0] == hook] for hook in ("forward", "output")}
    text = "flush ruleset\ntable inet box {\n"
    for hook, lines in chains.items():
        text += f"chain {hook} {{ type filter hook {hook} priority 0; policy accept;\n" + "".join(f"{line}\n" for line in lines) + "}\n"
    done = subprocess.run(inside(ROUTER, "nft", "-f", "-"), input=text + "}\n", capture_output=True, text=True, timeout=20)
    if done.returncode:
        raise RuntimeError(f"nft: {done.stderr.strip()}")


@contextlib.contextmanager
def web_server(folder):
    certs = Certs(folder)
    chain, key = certs.leaf("rsa", issuer="intermediate")
    process = subprocess.Popen(inside(SERVER, PYTHON, "-c", textwrap.dedent(WEB), "::", PORT, chain, key),
                               stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        yield certs.ca
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def play(tlswhy, scene, ca):
    """The report."""
    set_rules(scene.rules)
    ip("-n", ROUTER, "link", "set", "c1", "mtu", scene.mtu)
    for namespace in (CLIENT, SERVER):  # what was learnt of the path before
        ip("-n", namespace, "route", "flush", "cache")
        subprocess.run(inside(namespace, "ip", "tcp_metrics", "flush", "all"), capture_output=True, timeout=20)
    address = f"[{scene.address}]" if ":" in scene.address else scene.address
    command = inside(CLIENT, tlswhy, "--json", "--offline", "--timeout", scene.timeout, "--cacert", ca, "--connect-to",
                     f"{address}:{PORT}", HOST)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=clilib.LIMIT_S,
                          env=clilib.clean_environment())
    return json.loads(done.stdout)


def check(checks, tlswhy, scene, ca):
    report = play(tlswhy, scene, ca)
    found = [(cause["id"], cause["fixer"], cause["certainty"]) for cause in report["causes"]]
    wanted = [scene.cause] if scene.cause else []
    checks.that(scene.name, report["verdict"] == scene.verdict and found == wanted, f"{report['verdict']} {found}")


def run_inside(tlswhy):
    checks = clilib.Checks()
    build_network()
    with tempfile.TemporaryDirectory(prefix="tlswhy-network-") as folder, web_server(folder) as ca:
        for scene in SCENES:
            check(checks, tlswhy, scene, ca)
    checks.close()


def why_not():
    """What keeps this machine from it, or None."""
    missing = [tool for tool in ("ip", "nft", "unshare") if not shutil.which(tool)]
    if missing:
        return f"no {', '.join(missing)} here"
    test = ["unshare", "-rnm", "sh", "-c", "mount -t tmpfs tmpfs /run && nft add table inet box"]
    done = subprocess.run(test, capture_output=True, text=True, timeout=20)
    return f"namespaces are not allowed here ({done.stderr.strip()})" if done.returncode else None


def main():
    if LIST in sys.argv:
        for scene in SCENES:
            print(f"{scene.name}\t{scene.cause[0] if scene.cause else ''}\t{' '.join(scene.forbids)}")
        return
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if INSIDE in sys.argv:
        sys.argv.remove(INSIDE)
        run_inside(clilib.tlswhy_of(__doc__.splitlines()[0]))
    why = why_not()
    if why:
        checks = clilib.Checks()
        checks.skip("networks", why)
        checks.close()
    os.execvp("unshare", ["unshare", "-rnm", PYTHON, __file__, INSIDE, *sys.argv[1:]])


main()

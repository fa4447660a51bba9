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

# Further addresses of the server: one that does as well, a router's own page, the right name in an expired certificate, and in one
# of a CA that nobody was told about.
SECOND, STRANGER, EXPIRED, INSIDER = "10.2.0.2", "10.2.0.3", "10.2.0.4", "10.2.0.5"
# A public site, at public addresses: under a CA that publishes for everybody, that publishes inside, and that does not publish.
PUBLIC_HOST = "www.records.gov.zz"
PUBLIC, PUBLIC_INSIDE, PUBLIC_QUIET = "5.2.0.1", "5.2.0.2", "5.2.0.3"
# Name servers: the system's, and the one of --resolver; and an address where nobody listens.
SYSTEM_DNS, OTHER_DNS, NOBODY = "10.2.0.53", "10.2.0.54", "127.0.0.9"

# Answers each request, with the certificate of the address that was called; a connection that hangs holds up no other.
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
        at = self.request.getsockname()[0].removeprefix("::ffff:")
        self.request = contexts.get(at, contexts[""]).wrap_socket(self.request, server_side=True)
        super().setup()
    def log_message(self, *_):
        pass
class Web(http.server.ThreadingHTTPServer):
    daemon_threads = True
    address_family = socket.AF_INET6
    def handle_error(self, *_):
        pass
contexts = {}
for at, chain, key in zip(*[iter(sys.argv[3:])] * 3):
    contexts[at] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    contexts[at].load_cert_chain(chain, key)
web = Web((sys.argv[1], int(sys.argv[2])), Hello)
print("ready", flush=True)
web.serve_forever()
"""

# Name servers, one an address: the IPv4 address that each has for every name stands in a file, "" for none (RFC 1035 4.1).
DNS = """
import json, select, socket, sys
def answer(query, address):
    question = query[12:query.index(b"\\0", 12) + 5]
    wants = question[-4:-2] == b"\\0\\x01" and address
    head = query[:2] + bytes([0x85, 0x80 if address else 0x83, 0, 1, 0, 1 if wants else 0, 0, 0, 0, 0])
    record = b"\\xc0\\x0c\\0\\x01\\0\\x01\\0\\0\\0\\0\\0\\x04"
    return head + question + (record + socket.inet_aton(address) if wants else b"")
sockets = {}
for at in sys.argv[2:]:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((at, 53))
    sockets[s] = at
print("ready", flush=True)
while True:
    for s in select.select(list(sockets), [], [])[0]:
        query, peer = s.recvfrom(512)
        with open(sys.argv[1]) as names:
            s.sendto(answer(query, json.load(names)[sockets[s]]), peer)
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
    host: str = HOST
    forbids: tuple = ()  # causes that must not be found, for tests/lab/complete.py
    # Where the name is looked up, and no address is given: what each says, "" that there is none.
    system: str = None
    resolver: str = None  # None: no --resolver
    hosts: str = None     # None: the file does not name it
    hosts6: str = None    # … its IPv6 address
    without_ipv6: bool = False  # the client's machine has none
    notes: tuple = ()     # that must be there


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
    Scene("refused by the router by ICMP", "fail", ("firewall-block", "network", "likely"),
          [f"forward {TO_PORT} reject with icmp type admin-prohibited"], forbids=("host-unreachable",)),
    Scene("no way to the host, says the router", "fail", ("host-unreachable", "network", "proven"),
          [f"forward ip daddr {SERVER_IP} reject with icmp type host-unreachable"], forbids=("firewall-block",)),
    Scene("requests dropped by the router", "fail", ("firewall-drop", "network", "likely"), [f"forward {TO_PORT} tcp flags syn drop"]),
    Scene("all requests to the host dropped", "fail", ("connect-timeout", "network", "likely"),
          [f"forward ip daddr {SERVER_IP} tcp flags syn drop"]),
    Scene("packets with data dropped by the router", "fail", ("firewall-drop", "network", "likely"),
          [f"forward {TO_PORT} ip length > 120 drop"]),
    # Linux sends time stamps, so data begins 32 bytes behind the beginning of TCP's header.
    Scene("packets with TLS dropped by the router", "fail", ("firewall-drop", "network", "proven"),
          [f"forward {TO_PORT} @th,256,8 0x16 drop"]),
    Scene("a public site under a root of nobody's", "fail", ("root-government-private", "server", "likely"), address=PUBLIC, host=PUBLIC_HOST),
    Scene("… at an address inside", "fail", ("cert-private-ca", "client", "proven"), address=INSIDER, host=PUBLIC_HOST,
          forbids=("root-government-private",)),
    Scene("… whose CA publishes inside", "fail", ("cert-private-ca", "client", "proven"), address=PUBLIC_INSIDE, host=PUBLIC_HOST,
          forbids=("root-government-private",)),
    Scene("… whose CA publishes nothing", "fail", ("cert-private-ca", "client", "proven"), address=PUBLIC_QUIET, host=PUBLIC_HOST,
          forbids=("root-government-private",)),
    Scene("the system's name server leads to a router's page", "partial", ("dns-hijack", "network", "likely"),
          system=STRANGER, resolver=SERVER_IP),
    Scene("the name server given leads to a router's page", "fail", ("dns-hijack", "network", "likely"),
          system=SERVER_IP, resolver=STRANGER),
    Scene("the system's name server leads into a sinkhole", "partial", ("dns-hijack", "network", "proven"),
          system=NOBODY, resolver=SERVER_IP),
    Scene("the hosts file leads to a router's page", "fail", ("dns-hijack", "client", "proven"), system=SERVER_IP, hosts=STRANGER),
    Scene("the hosts file leads to nobody", "fail", ("dns-hijack", "client", "proven"), system=SERVER_IP, hosts=NOBODY),
    Scene("the hosts file leads to a router's page, and --resolver does not", "partial", ("dns-hijack", "client", "proven"),
          system=SERVER_IP, resolver=SERVER_IP, hosts=STRANGER),
    Scene("both families, and a machine without IPv6", "ok", forbids=("ipv6-path-broken",), system=SERVER_IP, hosts=SERVER_IP,
          hosts6=SERVER_IP6, without_ipv6=True, notes=("address-family-missing",)),
    Scene("an IPv6 address alone, and a machine without IPv6", "fail", ("host-unreachable", "network", "proven"),
          system="", hosts6=SERVER_IP6, without_ipv6=True),
    Scene("both families, and IPv6 is refused on the way", "fail", ("ipv6-path-broken", "network", "proven"),
          [f"forward {TO_PORT6} reject with icmpv6 type admin-prohibited"], system=SERVER_IP, hosts=SERVER_IP, hosts6=SERVER_IP6),
    Scene("two name servers lead to two good servers", "ok", forbids=("dns-hijack",), system=SECOND, resolver=SERVER_IP),
    Scene("the hosts file leads to another good server", "ok", forbids=("dns-hijack",), system=SERVER_IP, hosts=SECOND),
    Scene("one of two name servers does not know the name", "ok", forbids=("dns-hijack",), system="", resolver=SERVER_IP),
    Scene("one of two name servers leads to an expired certificate", "ok", forbids=("dns-hijack",), system=EXPIRED, resolver=SERVER_IP),
    Scene("inside, the name leads to a server with a private CA", "ok", forbids=("dns-hijack",), system=INSIDER, resolver=SERVER_IP),
    Scene("hosts file and name server lead to a router's page", "fail", ("cert-name-mismatch", "server", "proven"),
          forbids=("dns-hijack",), system=STRANGER, hosts=STRANGER),
    Scene("the hosts file alone knows the name", "fail", ("cert-name-mismatch", "server", "proven"), forbids=("dns-hijack",),
          system="", hosts=STRANGER),
    Scene("the hosts file leads to an expired certificate", "fail", ("cert-expired", "server", "proven"), forbids=("dns-hijack",),
          system=SERVER_IP, hosts=EXPIRED),
]


def ip(*words):
    subprocess.run(["ip", *map(str, words)], check=True, capture_output=True, text=True, timeout=20)


def inside(namespace, *command):
    return ["ip", "netns", "exec", namespace, *map(str, command)]


def write_switch(namespace, name, value):
    subprocess.run(inside(namespace, "sh", "-c", f"echo {value} > /proc/sys/net/{name}"), check=True, timeout=20)


def build_network():
    """client 10.1.0.1 - 10.1.0.254 router 10.2.0.254 - 10.2.0.1 server, and fd00:1:: and fd00:2:: in the same way"""
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
        ip("-n", ROUTER, "addr", "add", f"{net}.254/24", "dev", f"{peer}1")
        ip("-n", end, "link", "set", f"{peer}0", "up")
        ip("-n", ROUTER, "link", "set", f"{peer}1", "up")
        ip("-n", end, "route", "add", "default", "via", f"{net}.254")
        ip("-n", end, "addr", "add", f"{net6}:1/64", "dev", f"{peer}0", "nodad")
        ip("-n", ROUTER, "addr", "add", f"{net6}:2/64", "dev", f"{peer}1", "nodad")
        ip("-n", end, "route", "add", "default", "via", f"{net6}:2")
    for number in (SECOND, STRANGER, EXPIRED, INSIDER, SYSTEM_DNS, OTHER_DNS):
        ip("-n", SERVER, "addr", "add", f"{number}/24", "dev", "s0")
    for number in (PUBLIC, PUBLIC_INSIDE, PUBLIC_QUIET):
        ip("-n", SERVER, "addr", "add", f"{number}/24", "dev", "s0")
    ip("-n", ROUTER, "route", "add", "5.2.0.0/24", "via", SERVER_IP)
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
def service(script, *arguments):
    """A script in the server's namespace."""
    process = subprocess.Popen(inside(SERVER, PYTHON, "-c", textwrap.dedent(script), *arguments), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        yield
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def certificates(certs):
    """(address, chain, key) for WEB; "" is every other address."""
    yield "", *certs.leaf("rsa", issuer="intermediate")
    yield STRANGER, *certs.leaf("rsa", hosts=("router.lan",))
    yield EXPIRED, *certs.leaf("rsa", days=(-60, -3))
    both, crl = (HOST, PUBLIC_HOST), "http://crl.records.gov.zz/ca.crl"
    yield INSIDER, *certs.leaf("rsa", issuer="other", hosts=both, crl=crl)
    yield PUBLIC, *certs.leaf("rsa", issuer="other", hosts=both, crl=crl)
    yield PUBLIC_INSIDE, *certs.leaf("rsa", issuer="other", hosts=both, crl="http://pki.records.local/ca.crl")
    yield PUBLIC_QUIET, *certs.leaf("rsa", issuer="other", hosts=both)


class Names:
    """What the hosts file and the name servers of a scene say: files that stand before the machine's own, in this namespace alone."""

    def __init__(self, folder):
        self.hosts, self.zone = folder / "hosts", folder / "zone.json"
        self.zone.write_text("{}")
        self.hosts.write_text("")
        for name, text in (("resolv.conf", f"nameserver {SYSTEM_DNS}\n"), ("nsswitch.conf", "hosts: files dns\n"), ("hosts", "")):
            (folder / name).write_text(text)
            covered = pathlib.Path("/etc", name).resolve()
            if not covered.exists():  # a link into a folder that is covered itself
                covered.parent.mkdir(parents=True, exist_ok=True)
                covered.touch()
            subprocess.run(["mount", "--bind", folder / name, covered], check=True, timeout=20)

    def set(self, scene):
        lines = [f"{address} other.example.test {HOST} # by hand\n" for address in (scene.hosts6, scene.hosts) if address]
        self.hosts.write_text("127.0.0.1 localhost\n" + "".join(lines))
        self.zone.write_text(json.dumps({SYSTEM_DNS: scene.system or "", OTHER_DNS: scene.resolver or ""}))


def set_ipv6(without):
    """Of the client. Its address and route go with the switch."""
    write_switch(CLIENT, "ipv6/conf/all/disable_ipv6", int(without))
    if not without:
        ip("-n", CLIENT, "addr", "replace", "fd00:1::1/64", "dev", "c0", "nodad")
        ip("-n", CLIENT, "route", "replace", "default", "via", "fd00:1::2")


def play(tlswhy, scene, ca):
    """The report."""
    set_rules(scene.rules)
    ip("-n", ROUTER, "link", "set", "c1", "mtu", scene.mtu)
    set_ipv6(scene.without_ipv6)
    for namespace in (CLIENT, SERVER):  # what was learnt of the path before
        ip("-n", namespace, "route", "flush", "cache")
        subprocess.run(inside(namespace, "ip", "tcp_metrics", "flush", "all"), capture_output=True, timeout=20)
    address = f"[{scene.address}]" if ":" in scene.address else scene.address
    where = ["--offline", "--connect-to", f"{address}:{PORT}"]
    if scene.system is not None:
        where = ["--resolver", OTHER_DNS] if scene.resolver else []
    command = inside(CLIENT, tlswhy, "--json", "--timeout", scene.timeout, "--cacert", ca, *where, scene.host)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=clilib.LIMIT_S,
                          env=clilib.clean_environment())
    return json.loads(done.stdout)


def check(checks, tlswhy, scene, ca):
    report = play(tlswhy, scene, ca)
    found = [(cause["id"], cause["fixer"], cause["certainty"]) for cause in report["causes"]]
    wanted = [scene.cause] if scene.cause else []
    notes = {note["id"] for note in report["notes"]}
    checks.that(scene.name, report["verdict"] == scene.verdict and found == wanted and notes >= set(scene.notes),
                f"{report['verdict']} {found} {sorted(notes)}")


def run_inside(tlswhy):
    checks = clilib.Checks()
    build_network()
    with tempfile.TemporaryDirectory(prefix="tlswhy-network-") as folder:
        certs, names = Certs(folder), Names(pathlib.Path(folder))
        of_addresses = [word for row in certificates(certs) for word in row]
        with service(WEB, "::", PORT, *of_addresses), service(DNS, names.zone, SYSTEM_DNS, OTHER_DNS):
            for scene in SCENES:
                names.set(scene)
                check(checks, tlswhy, scene, certs.ca)
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

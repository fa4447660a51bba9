#!/usr/bin/python3
"""What `--fix DIR` writes, put on a real nginx: real clients must accept it, and the fault that was there must be one.

Each case is a broken chain, served by nginx. `tlswhy` repairs it, from outside or from the files, and another nginx serves the repaired
fullchain.pem. Every client is then run once over all of them."""

import concurrent.futures
import contextlib
import functools
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from base import HOST, ROOT, Failure, Skip, Tally, arguments, diagnose, find, temporary_pki
from certs import Certs
from https_servers import Nginx

AT_ONCE = 4
LIMIT_S = 60
VERIFIERS = ROOT / "tests/interop/verifiers"
FIXED = "fullchain.pem"


class Chains(Certs):
    """The certificates of the cases, by name."""

    def __init__(self, where, aia):
        super().__init__(where)
        leaf, self.key = self.leaf(issuer="intermediate", chain=False, aia=aia)
        self.pem = {"leaf": leaf.read_text(), "intermediate": self.intermediate.read_text(), "root": self.ca.read_text(),
                    "cross": self.cross().read_text(), "stranger": self.other_ca.read_text()}

    def cross(self):
        """The intermediate's name and key, signed by another root, and expired."""
        ext, out = self.dir / "intermediate.ext", self.dir / "cross.pem"
        self._openssl("ca", "-batch", "-notext", "-config", self.config, "-cert", self.other_ca, "-keyfile", self.other_key,
                      "-in", self.dir / "intermediate.csr", "-out", out, "-startdate", "20200101000000Z",
                      "-enddate", "20210101000000Z", "-extfile", ext)
        return out

    def file(self, name, parts):
        path = self.dir / f"{name}.chain"
        path.write_text("".join(self.pem[part] for part in parts))
        return path


class ChainNginx(Nginx):
    """`chain`: the file to serve, with the key of the leaf."""

    def pairs(self):
        copies = [self.dir / "chain.pem", self.dir / "chain.key"]
        for source, target in zip((self.options["chain"], self.pki.key), copies):
            shutil.copyfile(source, target)
            target.chmod(0o600)
        return [copies]


@dataclass
class Case:
    name: str
    served: tuple             # what nginx sends before
    files: tuple = ()         # … and what `tlswhy chain` is given; none: it is repaired from outside
    cause: str = None         # what the diagnosis from outside says of it
    refused: bool = False     # every client refuses it before


CASES = [
    Case("missing-intermediate", ("leaf",), cause="chain-missing-intermediate", refused=True),
    Case("missing-intermediate-file", ("leaf",), (("leaf",), ("intermediate",)), cause="chain-missing-intermediate", refused=True),
    Case("wrong-intermediate", ("leaf", "stranger"), cause="chain-missing-intermediate", refused=True),
    Case("wrong-order", ("leaf", "root", "intermediate"), (("leaf", "root", "intermediate"),)),
    Case("leaf-last", ("leaf", "intermediate"), (("root", "intermediate", "leaf"),)),
    Case("needless-root", ("leaf", "intermediate", "root"), (("leaf", "intermediate", "root"),)),
    Case("expired-cross", ("leaf", "cross", "intermediate"), (("leaf", "cross", "intermediate"),)),
    Case("junk", ("leaf", "stranger", "intermediate", "leaf"), (("leaf", "stranger", "intermediate", "leaf"),)),
]


def repair(tlswhy, pki, case, port):
    """The repaired file, and what is wrong with the way there as a Failure."""
    out = pki.dir / f"{case.name}.fixed"
    if case.files:
        files = [pki.file(f"{case.name}-{i}", parts) for i, parts in enumerate(case.files)]
        done = subprocess.run([tlswhy, "chain", "--json", "--cacert", pki.ca, "--host", HOST, "--fix", out, *files], capture_output=True,
                              text=True, timeout=LIMIT_S)
        if done.returncode not in (0, 1) or json.loads(done.stdout)["verdict"] == "refused":
            raise Failure(f"tlswhy chain: {done.returncode}, {done.stdout[:800]}{done.stderr[:300]}")
    else:
        report = diagnose(tlswhy, port, pki.ca, "--fix", str(out), offline=False)
        if [cause["id"] for cause in report["causes"]] != [case.cause]:
            raise Failure(f"the diagnosis is {report['causes']}")
    fixed = out / FIXED
    if not fixed.exists():
        raise Failure(f"no {FIXED} was written")
    wanted = pki.pem["leaf"] + pki.pem["intermediate"]
    if blocks(fixed.read_text()) != blocks(wanted):
        raise Failure(f"{FIXED} holds {len(blocks(fixed.read_text()))} certificates, not the leaf and its intermediate")
    return fixed


def blocks(text):
    return ["".join(part.partition("-----END")[0].split()) for part in text.split("-----BEGIN CERTIFICATE-----")[1:]]


# ---- clients: each gives {port: None or why it refuses} ----

def each(connect):
    """A client that is a command for one port."""
    def run(pki, ports):
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            return dict(zip(ports, pool.map(functools.partial(connect, pki), ports)))
    return run


def told(*command, **more):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT_S, **more)
    return None if done.returncode == 0 else (done.stderr + done.stdout)[-300:].strip() or f"exit {done.returncode}"


def curl(pki, port):
    return told(find("curl"), "-sS", "-o", "/dev/null", "--noproxy", "*", "--cacert", pki.ca, "--resolve", f"{HOST}:{port}:127.0.0.1",
                f"https://{HOST}:{port}/")


def gnutls(pki, port):
    return told(find("gnutls-cli"), "--x509cafile", pki.ca, "--sni-hostname", HOST,
                "--verify-hostname", HOST, "-p", str(port), "127.0.0.1")


def openssl(pki, port):
    return told(find("openssl"), "s_client", "-connect", f"127.0.0.1:{port}", "-CAfile", pki.ca, "-no-CApath", "-no-CAstore", "-servername",
                HOST, "-verify_hostname", HOST, "-verify_return_error")


def python(pki, port):
    context = ssl.create_default_context(cafile=str(pki.ca))
    context.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python has it since 3.13
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S) as plain, context.wrap_socket(plain, server_hostname=HOST):
            return None
    except ssl.SSLError as refusal:
        return str(refusal)


def lines(done, ports):
    """What Connect.java and connect.go print."""
    rows = dict(line.split("\t", 1) for line in done.stdout.splitlines() if line.count("\t") == 2)
    if sorted(rows) != sorted(map(str, ports)):
        raise Failure(f"exit {done.returncode}: {done.stdout[-300:]}{done.stderr[-500:]}")
    return {port: None if rows[str(port)].startswith("accepted\t") else rows[str(port)] for port in ports}


def java(pki, ports):
    javac, run = find("javac"), find("java")
    subprocess.run([javac, "-d", pki.dir, VERIFIERS / "Connect.java"], check=True, timeout=LIMIT_S, capture_output=True)
    done = subprocess.run([run, "-XX:TieredStopAtLevel=1", "-cp", pki.dir, "Connect", pki.ca, HOST, *map(str, ports)], capture_output=True,
                          text=True, timeout=LIMIT_S)
    return lines(done, ports)


def go(pki, ports):
    environment = {**os.environ, "GOCACHE": str(pki.dir / "go-cache"), "GO111MODULE": "off"}
    program = pki.dir / "go-connect"
    subprocess.run([find("go"), "build", "-o", program, VERIFIERS / "connect.go"], check=True, env=environment, timeout=LIMIT_S,
                   capture_output=True)
    done = subprocess.run([program, pki.ca, HOST, *map(str, ports)], capture_output=True, text=True, timeout=LIMIT_S)
    return lines(done, ports)


CLIENTS = {"curl": each(curl), "gnutls-cli": each(gnutls), "openssl": each(openssl), "python-3.13": each(python), "java": java, "go": go}


def judged(tlswhy, pki, fixed):
    """`tlswhy verify` as browsers do."""
    leaf, _, rest = fixed.read_text().partition("-----END CERTIFICATE-----\n")
    for name, text in (("one", leaf + "-----END CERTIFICATE-----\n"), ("rest", rest)):
        fixed.with_name(name).write_text(text)
    for client in ("chrome", "firefox", "safari"):
        why = told(tlswhy, "verify", "--json", "--leaf", fixed.with_name("one"), "--untrusted", fixed.with_name("rest"), "--roots", pki.ca,
                   "--host", HOST, "--client", client)
        if why:
            raise Failure(f"{client}: {why}")


@contextlib.contextmanager
def aia_server():
    """Gives its address; what it serves is set later, as the certificates name that address."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(self.server.body)))
            self.end_headers()
            self.wfile.write(self.server.body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def check_case(tlswhy, pki, stack, ports, case):
    broken = stack.enter_context(ChainNginx(pki, chain=pki.file(case.name, case.served)))
    ports["before"][case.name] = broken.port
    report = diagnose(tlswhy, broken.port, pki.ca)
    first = report["causes"][0]["id"] if report["causes"] else None
    if first != case.cause:
        raise Failure(f"before: {first}, not {case.cause}")
    fixed = repair(tlswhy, pki, case, broken.port)
    healed = stack.enter_context(ChainNginx(pki, chain=fixed))
    ports["after"][case.name] = healed.port
    report = diagnose(tlswhy, healed.port, pki.ca)
    if (report["verdict"], report["causes"], report["notes"]) != ("ok", [], []):
        raise Failure(f"after: {report['verdict']}, {report['causes']}, {report['notes']}")
    judged(tlswhy, pki, fixed)


def check_client(pki, ports, name, client):
    before = {case: port for case, port in ports["before"].items() if next(c for c in CASES if c.name == case).refused}
    answers = client(pki, [*before.values(), *ports["after"].values()])
    wrong = [f"accepts {case} before" for case, port in before.items() if answers[port] is None]
    wrong += [f"{case} after: {answers[port]}" for case, port in ports["after"].items() if answers[port]]
    if wrong:
        raise Failure("; ".join(wrong))


def main():
    options = arguments(__doc__)
    tally = Tally()
    with temporary_pki() as base, aia_server() as server, contextlib.ExitStack() as stack:
        try:
            find("nginx")
        except Skip as reason:
            for case in CASES:
                tally.run(case.name, functools.partial(skip, reason))
            return tally.close()
        pki = Chains(base.dir / "chains", f"http://127.0.0.1:{server.server_port}/intermediate.der")
        server.body = Path(pki.intermediate_der).read_bytes()
        ports = {"before": {}, "after": {}}
        for case in CASES:
            if options.wanted(case.name):
                tally.run(case.name, functools.partial(check_case, options.tlswhy, pki, stack, ports, case))
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for name, client in CLIENTS.items():
                pool.submit(tally.run, f"accepted by {name}", functools.partial(check_client, pki, ports, name, client))
    return tally.close()


def skip(reason):
    raise reason


if __name__ == "__main__":
    raise SystemExit(main())

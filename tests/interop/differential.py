#!/usr/bin/python3
"""`tlswhy verify --client X` against the real client X on chains that are made here: which of them agree, and on what not.

    tests/interop/differential.py [--tlswhy COMMAND] [--client NAME]... [--pairs N] [--seed N] [--only FEATURES] [-v]

Every client that is installed judges each chain of chains.py itself: a TLS handshake in memory (Python, Node), its own library
(Go, Java), its own command (openssl, certtool, vfychain). At least WANTED of 100 must be judged the same."""
import argparse
import base64
import collections
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import chains  # noqa: E402
import der  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent / "verifiers"
PYTHON = "/usr/bin/python3"
WANTED = 97


def pem(certs):
    return "".join(f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(d).decode()}-----END CERTIFICATE-----\n" for d in certs)


def is_ip(host):
    return ":" in host or host.replace(".", "").isdigit()


# ---- the real clients: (verdict, reason) of every case; "skip" where the client could not be asked ----


@dataclasses.dataclass(frozen=True)
class Client:
    judge: str
    needs: str
    run: object
    about: str
    asks_name: bool = True


def batch(command, cases, where):
    """A program that judges all of them, a line each; the cases go to two of them at once."""
    lines = []
    for i, c in enumerate(cases):
        lists = [",".join(base64.b64encode(d).decode() for d in certs) for certs in (c.chain, c.roots)]
        lines.append("\t".join([str(i), c.host, *lists, str(where / f"{c.key}.key")]))
    out = {}

    def part(k):
        return subprocess.run(command, input="\n".join(lines[k::2]) + "\n", capture_output=True, text=True, timeout=240)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in pool.map(part, (0, 1)):
            for line in done.stdout.splitlines():
                i, verdict, reason = (line + "\t\t").split("\t")[:3]
                out[int(i)] = verdict, reason
            if done.returncode:
                print(f"{command[0]} ended with status {done.returncode}: {done.stderr[-500:]}")
    return [out.get(i, ("skip", "no answer")) for i in range(len(cases))]


def commands(make, cases, where):
    """A command a case. `make` gives the command line; its exit status is the verdict."""
    def one(i):
        done = subprocess.run(make(cases[i], where / f"{i}"), capture_output=True, text=True, timeout=60, errors="replace")
        said = (done.stdout + done.stderr).strip().splitlines()
        return "accept" if done.returncode == 0 else "reject", " | ".join(said[-4:])
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(one, range(len(cases))))


def openssl(cases, where):
    # As libssl does it for a client of Debian 12 (ssl_verify_cert_chain): purpose sslserver, security level 2.
    def make(case, files):
        name = ["-verify_ip" if is_ip(case.host) else "-verify_hostname", case.host]
        sent = ["-untrusted", f"{files}.chain"] if len(case.chain) > 1 else []  # it refuses an empty file
        return ["/usr/bin/openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", f"{files}.roots", *sent, "-purpose", "sslserver",
                "-auth_level", "2", *name, f"{files}.leaf"]
    return commands(make, cases, where)


def certtool(cases, where):
    # The profile is that of the priority string NORMAL, with which GnuTLS clients connect.
    def make(case, files):
        return ["/usr/bin/certtool", "--verify", "--load-ca-certificate", f"{files}.roots", "--infile", f"{files}.all",
                "--verify-hostname", case.host, "--verify-purpose", "1.3.6.1.5.5.7.3.1", "--verify-profile", "low"]
    return commands(make, cases, where)


def go(cases, where):
    (where / "go").mkdir()
    shutil.copy(HERE / "verify.go", where / "go/main.go")
    environment = {**os.environ, "GOCACHE": str(where / "go-cache"), "GOFLAGS": "-mod=mod", "GO111MODULE": "off"}
    subprocess.run(["go", "build", "-o", where / "go/verify", where / "go/main.go"], check=True, env=environment, timeout=240)
    return batch([str(where / "go/verify")], cases, where)


def java(cases, where):
    home = next(p for p in ("/usr/lib/jvm/java-17-openjdk-amd64", "/usr") if pathlib.Path(p, "bin/javac").exists())
    export = ["--add-exports", "java.base/sun.security.util=ALL-UNNAMED"]
    subprocess.run([f"{home}/bin/javac", *export, "-d", where, HERE / "Verify.java"], check=True, timeout=120, capture_output=True)
    return batch([f"{home}/bin/java", "-XX:TieredStopAtLevel=1", *export, "-cp", str(where), "Verify"], cases, where)


def vfychain(cases, where):
    # It knows nothing of names.
    subprocess.run(["certutil", "-N", "-d", f"sql:{where}", "--empty-password"], check=True, timeout=60)

    def make(case, files):
        for kind, certs in (("sent", case.chain), ("root", case.roots)):
            for j, cert in enumerate(certs):
                files.with_suffix(f".{kind}{j}").write_bytes(cert)
        roots = [x for j in range(len(case.roots)) for x in ("-t", files.with_suffix(f".root{j}"))]
        return ["vfychain", "-d", f"sql:{where}", "-pp", "-u", "1", "-r", *(files.with_suffix(f".sent{j}") for j in range(len(case.chain))), *roots]
    return commands(make, cases, where)


def node(cases, where):
    return batch(["node", str(HERE / "verify.js")], cases, where)


def python(cases, where):
    return batch([PYTHON, str(HERE / "verify_python.py")], cases, where)


def python_strict(cases, where):
    return batch([PYTHON, str(HERE / "verify_python.py"), "strict"], cases, where)


CLIENTS = [
    Client("openssl-3.0", "openssl", openssl, "openssl verify"),
    Client("python-3.11", "python3", python, "ssl"),
    Client("python-3.13", "python3", python_strict, "ssl with VERIFY_X509_STRICT"),
    Client("node-20", "node", node, "tls"),
    Client("go-1.19", "go", go, "crypto/x509"),
    Client("java-17", "javac", java, "the trust manager of the JDK"),
    Client("gnutls-3.7", "certtool", certtool, "certtool --verify"),
    Client("nss-3.87", "vfychain", vfychain, "vfychain -pp", asks_name=False),
]


# ---- ours ----


def tlswhy(command, client, cases, where):
    def one(i):
        name = ["--ip" if is_ip(cases[i].host) else "--host", cases[i].host] if client.asks_name else []
        done = subprocess.run([command, "verify", "--json", "--client", client.judge, "--purpose", "server", *name, "--leaf", where / f"{i}.leaf",
                               "--untrusted", where / f"{i}.chain", "--roots", where / f"{i}.roots"],
                              capture_output=True, text=True, timeout=60, errors="replace")
        if done.returncode not in (0, 1):
            return "trouble", done.stderr.strip()
        said = json.loads(done.stdout)
        return said["verdict"][:6], "; ".join(f"{r['code']}@{r['cert']}" for r in said["reasons"])
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(one, range(len(cases))))


def compare(client, cases, command, where, verbose):
    """(agreed, asked, skipped)"""
    real, ours = client.run(cases, where), tlswhy(command, client, cases, where)
    agreed = skipped = 0
    for case, (verdict, why), (said, reasons) in zip(cases, real, ours):
        if verdict == "skip":
            skipped += 1
            if verbose:
                print(f"  {client.judge} [{case.name}] could not be asked: {why}")
        elif verdict == said:
            agreed += 1
            if said == "trouble":
                print(f"  {client.judge} [{case.name}] {reasons}")
        else:
            print(f"  {client.judge} [{case.name}] {verdict}s ({why[:200]}); tlswhy: {said} ({reasons[:160]})")
    return agreed, len(cases) - skipped, skipped


def write(cases, where):
    for i, case in enumerate(cases):
        for kind, certs in (("leaf", case.chain[:1]), ("chain", case.chain[1:]), ("roots", case.roots), ("all", case.chain)):
            (where / f"{i}.{kind}").write_text(pem(certs))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tlswhy", default=str(ROOT / "build/tlswhy"))
    parser.add_argument("--client", action="append")
    parser.add_argument("--pairs", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="cases whose name holds this")
    parser.add_argument("--keep", help="leave the files there")
    parser.add_argument("-v", action="store_true")
    args = parser.parse_args()
    table, skipped, failed = collections.OrderedDict(), 0, 0
    with tempfile.TemporaryDirectory() as temporary:
        where = pathlib.Path(args.keep or temporary)
        where.mkdir(exist_ok=True)
        cases = [c for c in chains.cases(der.Keys(where), args.seed, args.pairs) if not args.only or args.only in c.name]
        write(cases, where)
        for client in CLIENTS:
            if args.client and client.judge not in args.client:
                continue
            if not shutil.which(client.needs):
                print(f"SKIP {client.judge}: {client.needs} is not installed")
                skipped += 1
                continue
            table[client] = compare(client, cases, args.tlswhy, where, args.v)
    print(f"\n{'judge':<14}{'client':<32}{'same':>6}{'of':>6}{'':>9}{'not asked':>12}")
    for client, (agreed, asked, unasked) in table.items():
        share = 100 * agreed / asked if asked else 0
        # A client that could be asked about few of them only would prove nothing.
        good = share >= WANTED and asked >= len(cases) * 0.8
        failed += not good
        print(f"{client.judge:<14}{client.about:<32}{agreed:>6}{asked:>6}{share:>8.1f}%{unasked:>12}{'' if good else '  FAILED'}")
    print(f"{len(table) - failed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

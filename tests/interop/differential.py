#!/usr/bin/python3
"""The judges of `tlswhy verify --client X` against the real client X on chains that are made here: which of them agree, and on what not.

    tests/interop/differential.py [--judge COMMAND] [--client NAME]... [--pairs N] [--seed N] [--only WORD] [-v]

Every client that is installed judges each chain itself: a TLS handshake in memory (Python, Node), its own library (Go, Java), its own
command (openssl, certtool, vfychain). The chains are those of chains.py (features and pairs of them), of the conformance suites
(vectors.py) and samples of BetterTLS (bettertls.py). At least WANTED of 100 must be judged the same, of all and of every class of them.
COMMAND is tests/tools/judge_many.c."""
import argparse
import base64
import collections
import concurrent.futures
import dataclasses
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import bettertls  # noqa: E402
import chains  # noqa: E402
import der  # noqa: E402
import judge  # noqa: E402
import vectors  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent / "verifiers"
PYTHON = "/usr/bin/python3"
WANTED = 97
MAY_DIFFER = 2  # of a class, however small it is


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
    unseen: tuple = ()  # reasons of the real client's that its command does not look for


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
    # GnuTLS looks at the leaf's key usage in the handshake.
    Client("gnutls-3.7", "certtool", certtool, "certtool --verify", unseen=(("cert-key-usage-wrong", 0),)),
    Client("nss-3.87", "vfychain", vfychain, "vfychain -pp", asks_name=False),
]


# ---- ours ----


def ours(command, client, cases):
    """[(verdict, reasons)]"""
    questions = [judge.Question(c.chain[0], c.chain[1:], c.roots, c.host if client.asks_name else "-", judge=client.judge) for c in cases]
    seen = [[r for r in reasons if r not in client.unseen] for _, reasons in judge.ask(command, questions)]
    return [("reject" if reasons else "accept", "; ".join(f"{code}@{place}" for code, place in reasons)) for reasons in seen]


def compare(client, cases, command, where, verbose):
    """{class: [same, asked]}, "" for all; and how many were not asked."""
    counts, skipped = collections.defaultdict(lambda: [0, 0]), 0
    for case, (verdict, why), (said, reasons) in zip(cases, client.run(cases, where), ours(command, client, cases)):
        if verdict == "skip":
            skipped += 1
            if verbose:
                print(f"  {client.judge} [{case.name}] could not be asked: {why}")
            continue
        for kind in ("", *case.kinds):
            counts[kind][0] += verdict == said
            counts[kind][1] += 1
        if verdict != said:
            print(f"  {client.judge} [{case.name}] {verdict}s ({why[:200]}); tlswhy: {said} ({reasons[:160]})")
    return counts, skipped


# ---- the cases ----


def of_vectors(keys):
    for row in vectors.ROWS:
        plan = vectors.plan_of(row)
        if plan.crls or plan.purpose != "server" or plan.at or plan.depth != "-":
            continue  # what the clients are not asked for here
        if "nc-dos" in row.name:
            continue  # NSS would think about it for minutes
        chain, roots = plan.build(keys)
        yield chains.Case(row.name, plan.host, chain, roots, plan.leaf.key, ("suite " + row.name.rsplit("::", 1)[0],))


def of_bettertls(keys, seed, n):
    chooser = random.Random(seed)
    for kind, key, cases in (("names", "p256", bettertls.names(keys)), ("graphs", None, bettertls.paths(keys))):
        for name, q, _ in chooser.sample(list(cases), n):
            leaf = key or "p256-" + name.split("/")[0].rsplit("-", 1)[1]
            yield chains.Case(f"bettertls {name}", q.host, [q.leaf, *q.untrusted], q.roots, leaf, (f"bettertls {kind}",))


def all_cases(keys, args):
    yield from chains.cases(keys, args.seed, args.pairs)
    yield from of_vectors(keys)
    yield from of_bettertls(keys, args.seed, args.sample)


def write(cases, where):
    for i, case in enumerate(cases):
        for kind, certs in (("leaf", case.chain[:1]), ("chain", case.chain[1:]), ("roots", case.roots), ("all", case.chain)):
            (where / f"{i}.{kind}").write_text(pem(certs))


def tell(counts, unasked, client, n_cases):
    """One line for the client, and one for each class that is not good enough. True: good."""
    share = {kind: 100 * same / asked for kind, (same, asked) in counts.items() if asked}
    # A client that could be asked about few of them only would prove nothing; nor would a class of which it was asked about few.
    bad = sorted(kind for kind, (same, asked) in counts.items() if kind and asked - same > max(MAY_DIFFER, asked * (100 - WANTED) / 100))
    same, asked = counts[""]
    good = not bad and share.get("", 0) >= WANTED and asked >= n_cases * 0.8
    print(f"{client.judge:<14}{client.about:<32}{same:>6}{asked:>6}{share.get('', 0):>8.1f}%{unasked:>12}{'' if good else '  FAILED'}")
    for kind in bad:
        print(f"{'':<14}{kind:<32}{counts[kind][0]:>6}{counts[kind][1]:>6}{share[kind]:>8.1f}%")
    return good


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--judge", default=str(ROOT / "build/tests/unit/pki/judge_many"))
    parser.add_argument("--client", action="append")
    parser.add_argument("--pairs", type=int, default=150)
    parser.add_argument("--sample", type=int, default=60, help="so many of either table of BetterTLS")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="cases whose name holds this")
    parser.add_argument("--keep", help="leave the files there")
    parser.add_argument("-v", action="store_true")
    args = parser.parse_args()
    table, skipped = [], 0
    with tempfile.TemporaryDirectory() as temporary:
        where = pathlib.Path(args.keep or temporary)
        where.mkdir(exist_ok=True)
        cases = [c for c in all_cases(der.Keys(where), args) if not args.only or args.only in c.name]
        write(cases, where)
        for client in CLIENTS:
            if args.client and client.judge not in args.client:
                continue
            if not shutil.which(client.needs):
                print(f"SKIP {client.judge}: {client.needs} is not installed")
                skipped += 1
                continue
            table.append((*compare(client, cases, args.judge, where, args.v), client))
    print(f"\n{'judge':<14}{'client':<32}{'same':>6}{'of':>6}{'':>9}{'not asked':>12}")
    good = sum(tell(*row, len(cases)) for row in table)
    print(f"{good} passed, {len(table) - good} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(0 if good == len(table) else 1)


if __name__ == "__main__":
    main()

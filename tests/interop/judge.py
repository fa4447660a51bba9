"""Many chains through one process of tests/tools/judge_many.c: thousands of cases take seconds."""
import base64
import concurrent.futures
import dataclasses
import os
import subprocess
import time


@dataclasses.dataclass
class Question:
    leaf: bytes
    untrusted: list
    roots: list
    host: str = "-"
    purpose: str = "server"
    at: int = 0  # 0: now
    depth: str = "-"
    crls: list = None
    judge: str = "strict"


def pem(certs, what="CERTIFICATE"):
    return b"".join(b"-----BEGIN %s-----\n%s-----END %s-----\n" % (what.encode(), base64.encodebytes(d), what.encode()) for d in certs)


def frame(q):
    crls = None if q.crls is None else pem(q.crls, "X509 CRL")
    files = [pem([q.leaf]), pem(q.untrusted), pem(q.roots)]
    words = [q.judge, q.purpose, q.at or int(time.time()), q.host, q.depth, *(len(f) for f in files), "-" if crls is None else len(crls)]
    return " ".join(map(str, words)).encode() + b"\n" + b"".join(files) + (crls or b"")


def ask(command, questions):
    """[(accepted, [(code, place), ...]), ...] of the questions, in their order; two processes share them."""
    halves = [questions[0::2], questions[1::2]]
    running = []
    for half in halves:
        p = subprocess.Popen([command], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        running.append(p)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda pair: pair[0].communicate(b"".join(map(frame, pair[1])))[0].decode(), zip(running, halves)))
    out = [None] * len(questions)
    for k, text in enumerate(said):
        lines = text.splitlines()
        if running[k].returncode or len(lines) != len(halves[k]):
            raise SystemExit(f"{os.path.basename(command)} ended with status {running[k].returncode} after {len(lines)} of {len(halves[k])}")
        for i, line in enumerate(lines):
            verdict, *reasons = line.split()
            out[2 * i + k] = verdict == "accepted", [(r.rsplit("@", 1)[0], int(r.rsplit("@", 1)[1])) for r in reasons]
    return out

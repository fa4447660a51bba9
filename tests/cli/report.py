#!/usr/bin/python3
"""The report in all its forms, and the promises of CONTRACT.md, on the lab and on servers that mean harm.

    tests/cli/report.py [--tlswhy FILE]"""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import clilib  # noqa: E402
from clilib import ROOT, run  # noqa: E402

import lablib  # noqa: E402

SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")
BARE_CASES = ["ok-rsa", "ok-starttls-smtp", "healthy"]  # of no cause
UNKNOWN = "undetermined"
WORDS = {"ok": "OK", "partial": "PARTIAL", "fail": "FAILS", "undetermined": "UNDETERMINED"}
JSON_TYPES = {
    "schema": str, "target": dict, "client": dict, "verdict": str, "addresses": list, "causes": list, "notes": list, "handshake": dict,
    "certificates": list, "paths": list, "clients": list, "cost": dict,
}
HANDSHAKE_KEYS = {"outcome", "stage", "version", "cipher", "group", "sigalg", "alpn", "alert", "messages"}
MESSAGE_KEYS = {"from", "type", "length", "at_ms"}
COST_KEYS = {"connections", "bytes_sent", "bytes_received", "elapsed_ms", "round_trips", "fetches"}
CERTIFICATE_KEYS = {"subject", "issuer", "serial", "not_before", "not_after", "san", "key", "signature", "sha256"}
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
BY_TURNS = {"server-overload", "renewed-not-reloaded", "one-backend-differs"}  # their servers do not answer each connection alike, so two runs differ
AT_ONCE = 10  # cases: many wait for a silent server
SLACK_S = 5  # of a busy machine, and of a build with sanitizers


def choose_cases(tlswhy):
    """One case for each cause that the lab shows alone, and a few of none."""
    chosen, seen = [], set()
    for name, shows, _ in lablib.case_names(tlswhy):
        if shows in BY_TURNS:
            continue
        if name in BARE_CASES or (re.fullmatch(r"[a-z0-9-]+", shows) and shows not in seen and not name.startswith("ok-")):
            seen.add(shows)
            chosen.append(name)
    return chosen


def slots_of(ids):
    """The slots of these causes' texts that stay general in round brackets where nobody fills them; a text may hold the like itself."""
    texts = [(ROOT / f"texts/{cause}.md").read_text(encoding="utf-8") for cause in ids]
    return {slot for text in texts for slot in SLOT.findall(text) if f"({slot})" not in text}


def flatten(text):
    """Without line ends, and without times: each run has its own."""
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "(time)", " ".join(text.split()))


def text_problems(text, report):
    ids = [cause["id"] for cause in report["causes"]]
    flat = flatten(text)
    if not text.endswith("\n") or "\n\n\n" in text:
        yield "its end or its gaps are not in order"
    if f" {WORDS[report['verdict']]}\n" not in text:
        yield f"the first line does not say {WORDS[report['verdict']]}"
    yield from (f"a slot is left: {slot}" for slot in SLOT.findall(text))
    yield from (f"nobody fills ({slot})" for slot in slots_of(ids) if f"({slot})" in flat)
    yield from (f"control character {ord(c)}" for c in set(text) if ord(c) < 32 and c != "\n")
    yield from (f"{cause['id']}: no summary of it" for cause in report["causes"][:1] if flatten(cause["summary"]) not in flat)


def full_text_problems(text, report):
    flat = flatten(text)
    for cause in report["causes"]:
        if f"{cause['id']}: " not in text:
            yield f"{cause['id']} is not there"
        if cause["certainty"] not in text or cause["fixer"] not in text:
            yield f"{cause['id']}: its certainty or fixer is not there"
        wanted = [*cause["evidence"], *cause["avoid"], *(fix["title"] for fix in cause["fix"]), *(cause["proof"] or {}).values()]
        yield from (f"{cause['id']}: not there: {words[:60]}" for words in wanted if flatten(words) not in flat)


def json_problems(output, done):
    try:
        report = json.loads(output)
    except ValueError as error:
        yield f"no JSON: {error}"
        return
    if done.stderr or not output.endswith("}\n"):
        yield "more than one object, or something on standard error"
    yield from (f"{key} is no {kind.__name__}" for key, kind in JSON_TYPES.items() if not isinstance(report.get(key), kind))
    if report["schema"] != "tlswhy-report/1" or report["verdict"] not in WORDS:
        yield f"schema {report['schema']}, verdict {report['verdict']}"
    for what, keys, wanted in [("handshake", report["handshake"], HANDSHAKE_KEYS), ("cost", report["cost"], COST_KEYS),
                               *(("certificate", c, CERTIFICATE_KEYS) for c in report["certificates"]),
                               *(("message", m, MESSAGE_KEYS) for m in report["handshake"]["messages"])]:
        if not wanted <= set(keys):
            yield f"{what} has no {sorted(wanted - set(keys))}"
    for certificate in report["certificates"]:
        yield from (f"{key} {certificate[key]!r}" for key in ("not_before", "not_after") if certificate[key] and not TIME.match(certificate[key]))
    yield from (f"a slot is left: {text}" for text in prose_of(report) if SLOT.search(text))
    if any(a["affects"] == [] for a in report["causes"]):
        yield "a cause that affects no client"


def prose_of(report):
    for cause in report["causes"]:
        yield from [cause["summary"], *cause["evidence"], *cause["avoid"], *(cause["proof"] or {}).values()]
        for fix in cause["fix"]:
            yield from [fix["title"], *fix["steps"]]
    yield from (note["summary"] for note in report["notes"])


def trace_problems(trace, report):
    """The ladder that stands after the report. It is another run, and what comes after Finished (tickets, the answer) may be read in
    fewer records or more: the handshake up to there is the same."""
    if "Handshake with" not in trace and "There was no handshake" not in trace:
        yield "no ladder"
        return
    ladder = trace[trace.rfind("\nHandshake with"):] if "Handshake with" in trace else ""
    shown = re.findall(r"^ +[\d.]+ ms  client (?:-->|<--) server  (\S+)", ladder, re.M)
    wanted = [m["type"] for m in report["handshake"]["messages"]]
    over = [len(types) - types[::-1].index("Finished") if "Finished" in types else len(types) for types in (shown, wanted)]
    if shown[:over[0]] != wanted[:over[1]]:
        yield f"messages {shown}, and JSON has {wanted}"
    yield from (f"a slot is left: {slot}" for slot in SLOT.findall(ladder))


def look_at_case(tlswhy, arguments):
    """[(form, problems)] of one case. The longest form is told by the build with sanitizers."""
    plain, verbose = lablib.plain(tlswhy), run(tlswhy, "-v", "--trace", *arguments)
    as_json, text, quiet = run(plain, "--json", *arguments), run(plain, *arguments), run(plain, "-q", *arguments)
    report = lablib.report_of(as_json.stdout)
    if not report:
        return [("json", [f"no report: {as_json.stdout[:100]} {as_json.stderr[:200]}"])]
    same = {as_json.returncode, text.returncode, quiet.returncode, verbose.returncode}
    longer = len(quiet.stdout) <= len(text.stdout) < len(verbose.stdout)
    return [
        ("json", list(json_problems(as_json.stdout, as_json))),
        ("text", [*text_problems(text.stdout, report), *full_text_problems(text.stdout, report)]),
        ("-q", list(text_problems(quiet.stdout, report)) + (["it is long"] if quiet.stdout.count("\n") > 6 * (1 + len(report["causes"])) else [])),
        ("-v", [*full_text_problems(verbose.stdout, report), *([] if longer else ["-q, text and -v do not grow"]),
                *([] if re.search(r"\bIt took \d+ connections?, ", verbose.stdout) else ["no cost in it"])]),
        ("--trace", list(trace_problems(verbose.stdout, report))),
        ("all", [f"exit statuses {same}"] if len(same) != 1 else []),
        ("stderr", [p for p in (text.stderr, quiet.stderr, verbose.stderr) if p]),
    ]


def check_reports(tlswhy, checks):
    cases = choose_cases(tlswhy)
    checks.that("the lab shows enough causes", len(cases) > 40, str(len(cases)))
    with lablib.Lab(tlswhy, *cases) as running, concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = {name: pool.submit(look_at_case, tlswhy, arguments) for name, arguments in running.items()}
        for name, future in waiting.items():
            for form, problems in future.result():
                checks.none_of(f"{name}: {form}", problems)
    for name in set(cases) - set(waiting):
        checks.skip(name, "the lab cannot run it on this machine")


def check_explained(tlswhy, checks):
    """`causes ID` is for any case: its slots stay general, and are no braces."""
    tlswhy = lablib.plain(tlswhy)
    for line in run(tlswhy, "causes").stdout.splitlines():
        cause = line.split()[0]
        done = run(tlswhy, "causes", cause)
        checks.that(f"causes {cause}", done.returncode == 0 and cause in done.stdout and not SLOT.search(done.stdout), str(SLOT.findall(done.stdout)))


def verify(roots, chain):
    """What OpenSSL says of the first certificate of a file, with the others of it to help."""
    return subprocess.run(["openssl", "verify", "-CAfile", roots, "-untrusted", chain, "-verify_hostname", "www.lab.example", chain],
                          capture_output=True, text=True, timeout=clilib.LIMIT_S)


def check_fix(tlswhy, checks):
    cases = ("chain-missing-intermediate", "chain-missing-intermediate-rsa", "chain-missing-intermediate-unrelated", "healthy")
    with lablib.Lab(tlswhy, *cases) as running, tempfile.TemporaryDirectory() as folder:
        for name, arguments in running.items():
            where = pathlib.Path(folder) / name
            roots = arguments[arguments.index("--cacert") + 1]
            done = run(tlswhy, "--fix", str(where), *arguments)
            if name == "healthy":
                checks.that("--fix of a healthy host", done.returncode == 0 and not where.exists(), done.stdout)
                continue
            chain = where / "fullchain.pem"
            if not checks.that(f"--fix {name}", done.returncode == 1 and [p.name for p in where.iterdir()] == [chain.name]
                               and "fullchain.pem" in done.stdout if where.exists() else False, done.stdout[-300:] + done.stderr):
                continue
            said = verify(roots, str(chain))
            checks.that(f"--fix {name}: openssl verify", said.returncode == 0, said.stdout + said.stderr)
            first = chain.read_text().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
            (where / "leaf.pem").write_text(first)
            alone = subprocess.run(["openssl", "verify", "-CAfile", roots, str(where / "leaf.pem")], capture_output=True, text=True)
            checks.that(f"--fix {name}: without it the leaf does not verify", alone.returncode != 0)
        check_fix_json(tlswhy, checks, running["chain-missing-intermediate"], pathlib.Path(folder))
        check_fix_trouble(tlswhy, checks, running["chain-missing-intermediate"], pathlib.Path(folder))
        offline = run(tlswhy, "--offline", "--fix", f"{folder}/offline", *running["chain-missing-intermediate"])
        checks.that("--offline --fix fetches nothing", offline.returncode == 1 and not os.path.exists(f"{folder}/offline"), offline.stdout[-200:])


def check_fix_json(tlswhy, checks, arguments, folder):
    """Twice into the same folder: the old file gives way, whole."""
    where = folder / "json"
    for _ in range(2):
        done = run(tlswhy, "--json", "--fix", str(where), *arguments)
        checks.none_of("--json --fix", list(json_problems(done.stdout, done)))
        names = sorted(p.name for p in where.iterdir())
        checks.that("--json --fix writes the chain alone", names == ["fullchain.pem"], str(names))
        (where / "fullchain.pem").write_text("old\n" * 10000)
    run(tlswhy, "--json", "--fix", str(where), *arguments)
    checks.that("--fix replaces a file", "old" not in (where / "fullchain.pem").read_text())


def check_fix_trouble(tlswhy, checks, arguments, folder):
    for where in ("/proc/tlswhy-fix", str(folder / "missing/deep")):
        done = run(tlswhy, "--json", "--fix", where, *arguments)
        checks.that(f"--fix {where}", done.returncode == 4 and done.stderr.count("\n") == 1 and lablib.report_of(done.stdout), repr(done.stderr))


class Server:
    """A TCP server on loopback; `serve` gets each connection in a thread of its own. Counts them."""

    def __init__(self, serve):
        self.serve, self.total, self.open, self.most = serve, 0, 0, 0
        self.lock = threading.Lock()
        self.over = threading.Event()

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.socket.accept()
                with self.lock:
                    self.total += 1
                    self.open += 1
                    self.most = max(self.most, self.open)
                threading.Thread(target=self.hold, args=(peer,), daemon=True).start()

    def hold(self, peer):
        with contextlib.suppress(OSError), peer:
            peer.settimeout(30)
            self.serve(peer, self.over)
        with self.lock:
            self.open -= 1

    def __exit__(self, *_):
        self.over.set()
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def stay_silent(peer, over):
    """Reads until the other side closes."""
    while peer.recv(65536):
        pass


def say(data, times=1, pause=0.0, hello_first=True, close=True):
    def serve(peer, over):
        if hello_first:
            peer.recv(65536)
        for _ in range(times):
            if over.is_set():
                return
            peer.sendall(data)
            if pause:
                time.sleep(pause)
        if not close:
            stay_silent(peer, over)
    return serve


def record(kind, body, version=b"\x03\x03"):
    return bytes([kind]) + version + len(body).to_bytes(2, "big") + body


FOREVER = 1 << 30
NOISE = bytes((i * 197 + 61) % 251 for i in range(4096))
SERVER_HELLO_START = b"\x02\x00\x00\x50\x03\x03" + bytes(32)
HOSTILE = {
    "noise": say(NOISE, close=False),
    "noise without end": say(NOISE, FOREVER),
    "empty records without end": say(record(22, b"") * 200, FOREVER),
    "warnings without end": say(record(21, b"\x01\x5a") * 200, FOREVER),
    "change_cipher_spec without end": say(record(20, b"\x01") * 200, FOREVER),
    "a hello that is never whole": say(record(22, SERVER_HELLO_START), close=False),
    "one byte after the other": say(b"\x16", FOREVER, 0.2),
    "a hello that grows without end": say(record(22, b"\x02\xff\xff\xff" + bytes(8000)) + record(22, bytes(16000)) * 100, FOREVER),
    "a record too long": say(b"\x16\x03\x03\xff\xff" + bytes(70000), close=False),
    "only zeros": say(bytes(65536), FOREVER),
    "speaks first, without end": say(b"220 " + b"a" * 4092, FOREVER, hello_first=False),
    "HTTP without end": say(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500, FOREVER),
    "terminal escapes": say(b"\x1b]0;owned\x07\x1b[2J\xe2\x80\xae" * 20, hello_first=False, close=True),
    "close at once": lambda peer, over: None,
    "silence": stay_silent,
}


def run_measured(tlswhy, *arguments, limit_s=30):
    """(process, seconds, most memory in MiB)"""
    began = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen([str(tlswhy), *arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=clilib.clean_environment())
        timer = threading.Timer(limit_s, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "surrogateescape"))
    return subprocess.CompletedProcess([], process.returncode, *texts), seconds, usage.ru_maxrss / 1024


def check_hostile(tlswhy, checks):
    """A cause or `undetermined`, within --max-time, without unbounded memory, and nothing raw on the terminal."""
    _, _, usual = run_measured(tlswhy, "--json", "127.0.0.1:1")
    for name, serve in HOSTILE.items():
        with Server(serve) as server:
            done, seconds, memory = run_measured(tlswhy, "--json", "--timeout", "1", "--max-time", "3", f"127.0.0.1:{server.port}")
            text = run(tlswhy, "-v", "--trace", "--timeout", "1", "--max-time", "3", f"127.0.0.1:{server.port}")
        report = lablib.report_of(done.stdout) or {"verdict": None, "causes": [], "cost": {"connections": 0}}
        problems = [*(f"exit status {d.returncode} {d.stderr[:300]}" for d in (done, text) if d.returncode not in (1, 3) or d.stderr)]
        if report["verdict"] not in ("fail", "undetermined"):
            problems.append(f"verdict {report['verdict']}")
        if seconds > 3 + SLACK_S:
            problems.append(f"{seconds:.1f} s")
        if memory > usual + 200:
            problems.append(f"{memory:.0f} MiB, and {usual:.0f} without a server")
        if any(ord(c) < 32 and c != "\n" or 0x7F <= ord(c) < 0xA0 or c == "\u202e" for c in text.stdout):
            problems.append("control characters of the peer")
        if report["cost"]["connections"] > 64 or server.most > 16:
            problems.append(f"{report['cost']['connections']} connections, {server.most} at once")
        checks.none_of(f"hostile: {name}", problems)


def check_limits(tlswhy, checks):
    with Server(stay_silent) as server:
        done = run(tlswhy, "--json", "--timeout", "2", f"127.0.0.1:{server.port}")
        report = lablib.report_of(done.stdout)
        checks.that("never more than 16 at once", 1 < server.most <= 16, str(server.most))
        checks.that("every connection is counted", report and report["cost"]["connections"] == server.total, f"{server.total} {done.stderr}")
    for limit in (1, 2, 5):
        with Server(say(b"\x15\x03\x01\x00\x02\x02\x28")) as server:
            done = run(tlswhy, "--json", "--max-connections", str(limit), f"127.0.0.1:{server.port}")
            report = lablib.report_of(done.stdout)
            checks.that(f"--max-connections {limit}: alert", done.returncode in (1, 3) and report["verdict"] in ("fail", "undetermined")
                        and 1 <= server.total <= limit and report["cost"]["connections"] == server.total, f"{server.total} {done.returncode} {done.stderr}")
    cases = ("healthy", "ok-rsa", "cert-expired-clock-confirmed", "version-server-too-old-tls10", "cert-self-signed")
    known = [name for name, _, _ in lablib.case_names(tlswhy) if name in cases]
    with lablib.Lab(tlswhy, *known) as running:
        for name, arguments in running.items():
            done = run(tlswhy, "--json", "--max-connections", "1", *arguments)
            report = lablib.report_of(done.stdout)
            wanted = {0} if name in ("healthy", "ok-rsa") else {1, 3}
            checks.that(f"--max-connections 1: {name}", done.returncode in wanted and report["cost"]["connections"] == 1, f"{done.returncode} {done.stderr}")


def check_times(tlswhy, checks):
    """(case, options, seconds at most)"""
    with lablib.Lab(tlswhy, "connect-timeout", "handshake-timeout*") as running:
        name = next(n for n in running if n.startswith("handshake-timeout"))
        rows = [("connect-timeout", ["--max-time", "1"], 1), (name, ["--max-time", "1"], 1), (name, ["--timeout", "0.5"], 1.5),
                ("connect-timeout", ["--timeout", "0.5", "--max-connections", "1"], 1.5)]
        for case, options, most in rows:
            if case not in running:
                checks.skip(case, "the lab cannot run it on this machine")
                continue
            began = time.monotonic()
            done = run(tlswhy, "--json", *running[case], *options)
            seconds = time.monotonic() - began
            checks.that(f"{case} {' '.join(options)}", done.returncode in (1, 3) and seconds < most + SLACK_S, f"{seconds:.1f} s {done.returncode} {done.stderr}")
    began = time.monotonic()
    done = run(tlswhy, "--json", "--resolver", "127.0.0.1:9", "--timeout", "1", "--max-time", "2", "nowhere.example")
    checks.that("a resolver that is not there", done.returncode in (1, 3) and time.monotonic() - began < 2 + SLACK_S, done.stderr)


def check_descriptors(tlswhy, checks):
    """No descriptor left is trouble of our own: one line, exit status 4. A few are enough for a verdict, in turns."""
    with Server(stay_silent) as server:
        for limit, wanted in ((8, {4}), (20, {1, 3})):
            done = subprocess.run([str(tlswhy), "--json", "--timeout", "1", f"127.0.0.1:{server.port}"], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=clilib.LIMIT_S, env=clilib.clean_environment(ASAN_OPTIONS="detect_leaks=0"),
                                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)))  # noqa: B023
            one_line = done.stderr.count("\n") == 1 and not done.stdout
            checks.that(f"{limit} descriptors", done.returncode in wanted and (done.returncode != 4 or one_line), repr(done)[:400])


def main():
    tlswhy, checks = clilib.tlswhy_of(__doc__.splitlines()[0]), clilib.Checks()
    for part in (check_reports, check_explained, check_fix, check_limits, check_times, check_descriptors, check_hostile):
        part(tlswhy, checks)
    checks.close()


main()

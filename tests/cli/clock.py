#!/usr/bin/python3
"""The local clock, judged: the command under a wrong clock (faketime), servers of the lab at the right time, and time sources that
tell the truth, lie, refuse, disagree, or are not there.

    tests/cli/clock.py [--tlswhy FILE]"""
import contextlib
import email.utils
import http.server
import pathlib
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import clilib  # noqa: E402
from clilib import run  # noqa: E402

import lablib  # noqa: E402

HOUR, DAY = 3600, 86400
YEAR = 365 * DAY
SINCE_1900 = 2208988800
# The wrong clocks of every case that follows: by so much, each way.
OFFSETS = [2 * HOUR, 40 * DAY, 3 * YEAR]


class Ntp:
    """An NTP server that is `off` seconds ahead. `how`: good, kiss, unset, echo, stranger (of another question), garbage, silent."""

    def __init__(self, off=0, how="good"):
        self.off, self.how, self.asked = off, how, 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.url = "ntp://127.0.0.1:%d" % self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def packet(self, origin):
        now = time.time() + self.off + SINCE_1900
        stamp = struct.pack(">II", int(now) & 0xFFFFFFFF, int(now % 1 * 2**32))
        flags, stratum, name = {"kiss": (0x24, 0, b"RATE"), "unset": (0xE4, 16, b"INIT")}.get(self.how, (0x24, 2, b"\x7f\0\0\1"))
        return struct.pack(">BBBbII4s", flags, stratum, 6, -20, 0x400, 0x800, name) + stamp + origin + stamp + stamp

    def serve(self):
        while True:
            question, client = self.socket.recvfrom(512)
            if not question:
                return
            self.asked += 1
            origin = bytes(8) if self.how == "stranger" else question[40:48]
            answer = {"echo": question, "garbage": b"SSH-2.0-what\r\n", "silent": None}.get(self.how, self.packet(origin))
            if answer:
                self.socket.sendto(answer, client)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()


class Http:
    """A web server that is `off` seconds ahead; over TLS with `files` (certificate, key)."""

    def __init__(self, off=0, files=None, status=200, age=None):
        outer = self
        self.asked = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_HEAD(self):
                outer.asked += 1
                self.send_response_only(status)
                self.send_header("Date", email.utils.formatdate(time.time() + off - (age or 0), usegmt=True))
                if age:
                    self.send_header("Age", str(age))
                self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        if files:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*files)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = "%s://127.0.0.1:%d/" % ("https" if files else "http", self.server.server_port)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Bench:
    """The command, run at a time of our choice against the lab's cases."""

    def __init__(self, tlswhy, checks, lab, folder):
        self.tlswhy, self.checks, self.lab, self.folder = tlswhy, checks, lab, pathlib.Path(folder)

    def diagnose(self, case, off=0, *arguments, sources=()):
        """(report, seconds)"""
        named = [word for source in sources for word in ("--time-source", getattr(source, "url", source))]
        clock = ["faketime", "-f", f"{off:+d}s"] if off else []
        command = [*clock, str(self.tlswhy), "--json", *self.lab[case], *named, *arguments]
        began = time.monotonic()
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=clilib.LIMIT_S,
                              env=clilib.clean_environment(ASAN_OPTIONS="verify_asan_link_order=0"))
        report = lablib.report_of(done.stdout)
        if not report:
            raise RuntimeError(f"no report: {command}: {done.stdout[:200]} {done.stderr[:500]}")
        return report, time.monotonic() - began

    def causes(self, name, case, off, want, sources=(), arguments=(), notes=(), silent=()):
        """`want`: [(id, certainty)]; notes that have to be there, and that must not. Gives the report."""
        report, _ = self.diagnose(case, off, *arguments, sources=sources)
        found = [(cause["id"], cause["certainty"]) for cause in report["causes"]]
        noted = {note["id"] for note in report["notes"]}
        wrong = [f"causes {found}"] if found != list(want) else []
        wrong += [f"verdict {report['verdict']}"] if (report["verdict"] == "ok") != (not want) and report["verdict"] != "undetermined" else []
        wrong += [f"no note {n}" for n in notes if n not in noted] + [f"the note {n}" for n in silent if n in noted]
        self.checks.that(name, not wrong, f"{wrong}: {[c['summary'] for c in report['causes']]} {report['notes']}")
        return report


def in_words(seconds):
    amount = {2 * HOUR: "2 hours", 40 * DAY: "40 days", 3 * YEAR: "3 years"}[abs(seconds)]
    return f"{amount} {'ahead' if seconds > 0 else 'behind'}"


def check_wrong_clocks(bench):
    """The certificate began an hour ago and ends in an hour: no wrong clock is survived. With the word of an independent source it is
    proven; by the server's Date alone, likely; and where that is the only fault, the certificate is never blamed."""
    for size in OFFSETS:
        for off in (-size, size):
            words = in_words(off)
            for kind in (Ntp, Http):
                with kind() as source:
                    report = bench.causes(f"{words}, {kind.__name__}", "ok-fresh-certificate", off, [("client-clock-wrong", "proven")], [source])
                    cause = report["causes"][0] if report["causes"] else {"summary": "", "fixer": "", "proof": {}}
                    said = words in cause["summary"] and source.url in cause["summary"] and cause["fixer"] == "client"
                    bench.checks.that(f"{words}, {kind.__name__}: by how much, and who says so", said, cause["summary"])
                    proof = cause["proof"] or {"outcome": ""}
                    bench.checks.that(f"{words}, {kind.__name__}: proof", "is accepted" in proof["outcome"], str(proof))
                    bench.checks.that(f"{words}, {kind.__name__}: fetches", report["cost"]["fetches"] == 1, str(report["cost"]))
            with Ntp() as ntp:
                bench.causes(f"{words}, no Date", "ok-fresh-no-date", off, [("client-clock-wrong", "proven")], [ntp])
                bench.causes(f"{words}, also another name", "cert-name-mismatch-fresh", off,
                             [("client-clock-wrong", "proven"), ("cert-name-mismatch", "proven")], [ntp])
            bench.causes(f"{words}, Date alone", "ok-fresh-certificate", off, [("client-clock-wrong", "likely")])


def check_harmless(bench):
    """What fits all the same is no cause: a note."""
    for off in (-2 * HOUR, 2 * HOUR, 40 * DAY):
        with Ntp() as ntp:
            report = bench.causes(f"{off} s, and all fits", "healthy", off, [], [ntp], notes=["client-clock-off"])
            said = [n["summary"] for n in report["notes"] if n["id"] == "client-clock-off"]
            bench.checks.that(f"{off} s, and all fits: note", said and in_words(off) in said[0], str(said))
    bench.causes("2 hours, by Date alone", "healthy", -2 * HOUR, [], notes=["clocks-differ"], silent=["client-clock-off"])
    bench.causes("four minutes are no difference", "healthy", -240, [], silent=["clocks-differ", "client-clock-off"])
    with Ntp() as ntp:
        bench.causes("a right clock", "healthy", 0, [], [ntp], silent=["client-clock-off", "clocks-differ", "time-source-silent"])


def check_expired(bench):
    """Under a right clock it is the certificate's; under a wrong one too, if it holds at the true time."""
    expired = "cert-expired-one-hour"
    bench.causes("expired an hour ago", expired, 0, [("cert-expired", "proven")])
    bench.causes("expired an hour ago, no Date", "cert-expired-no-date", 0, [("cert-expired", "likely")])
    for source in (Ntp(), Http()):
        with source:
            bench.causes("expired, no Date, a source", "cert-expired-no-date", 0, [("cert-expired", "proven")], [source])
    with Ntp() as ntp, Http() as web:
        bench.causes("expired, two sources", expired, 0, [("cert-expired", "proven")], [ntp, web])
        bench.causes("expired, clock ahead", expired, 40 * DAY, [("cert-expired", "proven")], [ntp], notes=["client-clock-off"])
        bench.causes("expired, clock far behind", expired, -2 * HOUR, [("cert-expired", "proven")], [ntp], notes=["client-clock-off"])
        bench.causes("expired, and not yet valid here", expired, -3 * YEAR, [("client-clock-wrong", "likely"), ("cert-expired", "proven")], [ntp])
        bench.causes("not yet valid", "cert-not-yet-valid", 0, [("cert-not-yet-valid", "proven")], [ntp])
        bench.causes("not yet valid, clock ahead", "cert-not-yet-valid", 40 * DAY, [("cert-not-yet-valid", "proven")], [ntp])


def check_liars(bench):
    """What disagrees is told, and not averaged."""
    expired = "cert-expired-one-hour"
    with Ntp() as true, Ntp(-3 * YEAR) as lie, Ntp(2 * DAY) as other, Http() as web:
        bench.causes("one lies, all is well", "healthy", 0, [], [lie], notes=["time-sources-disagree"])
        bench.causes("one lies, all is well, no Date", "ok-fresh-no-date", 0, [], [lie], notes=["time-sources-disagree"])
        bench.causes("one lies, one does not", "healthy", 0, [], [lie, true], notes=["time-sources-disagree"])
        report = bench.causes("one lies, one does not, expired", expired, 0, [("cert-expired", "likely")], [true, lie], notes=["time-sources-disagree"])
        evidence = " ".join(report["causes"][0]["evidence"])
        bench.checks.that("both are quoted", true.url in evidence and lie.url in evidence, evidence)
        bench.causes("two against a lie", "ok-fresh-certificate", -40 * DAY, [("client-clock-wrong", "proven")], [lie, true, web],
                     notes=["time-sources-disagree"])
        bench.causes("one and the server against a lie", "ok-fresh-certificate", -40 * DAY, [("client-clock-wrong", "likely")], [other, true])
        report, _ = bench.diagnose("ok-fresh-no-date", -40 * DAY, sources=[other, true])
        bench.checks.that("one against one: nothing is certain", all(c["certainty"] != "proven" for c in report["causes"]), str(report["causes"]))


def check_dumb(bench):
    """Who says nothing costs a note, and no more than the time limit of one connection."""
    with contextlib.ExitStack() as stack:
        for how in ("kiss", "unset", "echo", "stranger", "garbage", "silent"):
            ntp = stack.enter_context(Ntp(40 * DAY, how))
            report, took = bench.diagnose("healthy", 0, "--timeout", "2", sources=[ntp])
            noted = [n["summary"] for n in report["notes"] if n["id"] == "time-source-silent"]
            bench.checks.that(f"{how}: a note", report["verdict"] == "ok" and noted and ntp.url in noted[0], f"{report['notes']}")
            bench.checks.that(f"{how}: in time", took < 2 + 5, f"{took:.1f} s")
            bench.checks.that(f"{how}: asked", ntp.asked >= 1)
            if how == "kiss":
                bench.checks.that("kiss: its code", "RATE" in noted[0] and ntp.asked == 1, noted[0])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as reserved:
            reserved.bind(("127.0.0.1", 0))
            closed = reserved.getsockname()[1]
        report, took = bench.diagnose("healthy", 0, "--timeout", "30", sources=[f"ntp://127.0.0.1:{closed}", f"http://127.0.0.1:{closed}/"])
        bench.checks.that("nobody there: known at once", report["verdict"] == "ok" and took < 15, f"{took:.1f} s")
        true = stack.enter_context(Ntp())
        silent = stack.enter_context(Ntp(0, "silent"))
        bench.causes("one is silent, one speaks", "ok-fresh-certificate", -40 * DAY, [("client-clock-wrong", "proven")], [silent, true],
                     ["--timeout", "2"], notes=["time-source-silent"])
        asked = true.asked
        bench.causes("--offline", "ok-fresh-certificate", -40 * DAY, [("client-clock-wrong", "likely")], [true], ["--offline"])
        bench.checks.that("--offline asks nobody", true.asked == asked)


def make_certificate(folder, name, issuer=None):
    """(certificate, key) of 127.0.0.1, self-signed or by `issuer`."""
    cert, key, request, extensions = (str(folder / f"{name}.{kind}") for kind in ("pem", "key", "csr", "ext"))
    pathlib.Path(extensions).write_text("basicConstraints=CA:TRUE\n" if not issuer else "subjectAltName=IP:127.0.0.1\n")
    subprocess.run(["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                    "-keyout", key, "-out", request], check=True, capture_output=True)
    by = ["-CA", issuer[0], "-CAkey", issuer[1]] if issuer else ["-signkey", key]
    subprocess.run(["openssl", "x509", "-req", "-in", request, *by, "-days", "30", "-extfile", extensions, "-out", cert], check=True,
                   capture_output=True)
    return cert, key


def check_https(bench):
    """Its certificate counts, whatever the dates are by the clock that is in doubt; the Date has to fit it."""
    root = make_certificate(bench.folder, "root")
    leaf, stranger = make_certificate(bench.folder, "leaf", root), make_certificate(bench.folder, "stranger")
    trusted = ["--cacert", root[0]]
    with Http(files=leaf) as good, Http(files=stranger) as bad, Http(-5 * YEAR, leaf) as liar, Http(status=404, age=5000) as cached:
        for off in (-3 * YEAR, 3 * YEAR):
            bench.causes(f"https, {in_words(off)}", "ok-fresh-certificate", off, [("client-clock-wrong", "proven")], [good], trusted)
        bench.causes("https, nobody vouches for it", "ok-fresh-certificate", 40 * DAY, [("client-clock-wrong", "likely")], [bad], trusted,
                     notes=["time-source-silent"])
        bench.causes("https, its Date is outside its own certificate", "healthy", 0, [], [liar], trusted, notes=["time-source-silent"],
                     silent=["time-sources-disagree"])
        report = bench.causes("http, from a cache, 404", "ok-fresh-certificate", -40 * DAY, [("client-clock-wrong", "proven")], [cached])
        bench.checks.that("http: one request", cached.asked == 1 and "40 days" in report["causes"][0]["summary"], str(cached.asked))


def check_server(bench):
    """A server whose clock is off is a note while that breaks nothing."""
    with Ntp() as ntp:
        bench.causes("the server's clock is ahead", "ok-server-clock-ahead", 0, [], [ntp], notes=["server-clock-off"], silent=["client-clock-off"])
        bench.causes("minted by a clock that is ahead", "server-clock-wrong-minted", 0, [("server-clock-wrong", "proven")], [ntp],
                     silent=["server-clock-off"])
        bench.causes("… and this clock is off as well", "server-clock-wrong-minted", -2 * HOUR, [("server-clock-wrong", "proven")], [ntp],
                     notes=["client-clock-off"])
        report = bench.causes("both are off", "ok-server-clock-ahead", -2 * HOUR, [], [ntp], notes=["server-clock-off", "client-clock-off"])
        bench.checks.that("both are off: by how much", any("2 days ahead" in n["summary"] for n in report["notes"]), str(report["notes"]))


CASES = ["healthy", "ok-fresh-certificate", "ok-fresh-no-date", "cert-name-mismatch-fresh", "cert-expired-one-hour", "cert-expired-no-date",
         "cert-not-yet-valid", "ok-server-clock-ahead", "server-clock-wrong-minted"]


def main():
    tlswhy = clilib.tlswhy_of(__doc__)
    checks = clilib.Checks()
    if not shutil.which("faketime"):
        checks.skip("wrong clocks", "faketime is not installed")
        checks.close()
    with lablib.Lab(tlswhy, *CASES) as lab, tempfile.TemporaryDirectory() as folder:
        bench = Bench(tlswhy, checks, lab, folder)
        for check in (check_wrong_clocks, check_harmless, check_expired, check_liars, check_dumb, check_https, check_server):
            check(bench)
    checks.close()


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Arguments in, exit status out: every bad usage is one line on standard error and exit status 2; every form in which options
may be typed means the same; what the environment and the terminal change.

    tests/cli/usage.py [--tlswhy FILE]"""
import contextlib
import json
import os
import pathlib
import pty
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import clilib  # noqa: E402
from clilib import ROOT, run  # noqa: E402

# (arguments, what the line must hold)
BAD_USAGE = [
    ([], "no host was given"),
    (["-q"], "no host was given"),
    (["--"], "no host was given"),
    (["a.example", "b.example"], "'a.example' and 'b.example'"),
    (["a.example", "--", "b.example"], "'a.example' and 'b.example'"),
    ([""], "empty"),
    (["--", ""], "empty"),
    ([":443"], "empty"),
    (["a.example:0"], "'0' is not a port"),
    (["a.example:65536"], "'65536' is not a port"),
    (["a.example:https"], "'https' is not a port"),
    (["a.example:"], "'' is not a port"),
    (["[::1"], "'[::1'"),
    (["256.1.1.1"], "'256.1.1.1'"),
    (["http://a.example/"], "http://"),
    (["gopher://a.example/"], "'gopher'"),
    (["user@a.example"], "user name"),
    (["certs/a.pem"], "'certs/a.pem'"),
    (["a.example\nb.example"], "'a.example\\x0ab.example'"),
    (["a.example\x1b[31m"], "\\x1b"),
    (["-"], "'-'"),
    (["--frobnicate", "a.example"], "'--frobnicate'"),
    (["--frobnicate=1", "a.example"], "'--frobnicate'"),
    (["--jsn", "a.example"], "is it --json?"),
    (["--tls-mx=1.2", "a.example"], "is it --tls-max?"),
    (["--connect", "a.example"], "is it --connect-to?"),
    (["--time-out", "3", "a.example"], "is it --timeout?"),
    (["--4", "a.example"], "'--4'"),
    (["-json", "a.example"], "is it --json?"),
    (["-x", "a.example"], "'-x'"),
    (["-qx", "a.example"], "'-qx'"),
    (["---json", "a.example"], "'---json'"),
    (["--json=1", "a.example"], "--json takes no value"),
    (["--offline=", "a.example"], "--offline takes no value"),
    (["a.example", "--tls-max"], "--tls-max wants a value"),
    (["a.example", "--fix"], "--fix wants a value"),
    (["--servername", "--json", "a.example"], "--servername wants a value"),
    (["--no-sni", "--servername", "b.example", "a.example"], "exclude each other"),
    (["--servername", "b.example", "a.example", "--no-sni"], "exclude each other"),
    (["--servername", "127.0.0.1:443", "a.example"], "no host name"),
    (["--servername=", "a.example"], "--no-sni"),
    (["-4", "-6", "a.example"], "-4 and -6"),
    (["-64", "a.example"], "-4 and -6"),
    (["-4", "[::1]"], "other family"),
    (["[::1]", "-4"], "other family"),
    (["-6", "--connect-to", "127.0.0.1", "a.example"], "other family"),
    (["--tls-min", "1.3", "--tls-max", "1.2", "a.example"], "--tls-min is above --tls-max"),
    (["--tls-max=1.0", "--tls-min=1.1", "a.example"], "--tls-min is above --tls-max"),
    (["--tls-max", "1.4", "a.example"], "'1.4'"),
    (["--tls-max", "ssl3", "a.example"], "'ssl3'"),
    (["--max-connections", "0", "a.example"], "--max-connections"),
    (["--max-connections", "-1", "a.example"], "--max-connections"),
    (["--max-connections=x", "a.example"], "--max-connections"),
    (["--timeout", "0", "a.example"], "--timeout"),
    (["--timeout", "-3", "a.example"], "--timeout"),
    (["--timeout=1s", "a.example"], "--timeout"),
    (["--max-time", "0.0", "a.example"], "--max-time"),
    (["--max-time", "-0.5", "a.example"], "--max-time"),
    (["--ciphers", "AES128-SHA:NOT-A-SUITE", "a.example"], "'NOT-A-SUITE'"),
    (["--groups", "P-256,P-257", "a.example"], "'P-257'"),
    (["--sigalgs", "rsa_pkcs1_sha257", "a.example"], "'rsa_pkcs1_sha257'"),
    (["--alpn", "h2,,http/1.1", "a.example"], "--alpn"),
    (["--starttls", "gopher", "a.example"], "smtp, lmtp, imap, pop3, ftp, ldap, xmpp, xmpp-server, postgres, mysql, sieve, nntp"),
    (["--client", "netscape-4", "a.example"], "tlswhy profiles"),
    (["--connect-to", "a:1:b:2", "a.example"], "--connect-to"),
    (["--connect-to", "127.0.0.1:99999", "a.example"], "'99999'"),
    (["--resolver", "dns.example", "a.example"], "--resolver"),
    (["--proxy", "socks4://p.example", "a.example"], "socks5://"),
    (["--proxy", "p.example:0", "a.example"], "--proxy"),
    (["--proxy", "p.example", "--connect-to", "b.example", "a.example"], "through a proxy"),
    (["--color", "sometimes", "a.example"], "auto, always, never"),
    (["--color", "a.example"], "'a.example'"),
    (["--cacert", "/nonexistent/ca.pem", "127.0.0.1:1"], "/nonexistent/ca.pem"),
    (["--cacert", "/dev/null", "127.0.0.1:1"], "/dev/null"),
    (["--cacert", "/", "127.0.0.1:1"], "'/'"),
    (["--cacert=", "127.0.0.1:1"], "--cacert"),
    (["--capath", "/nonexistent/certs", "127.0.0.1:1"], "/nonexistent/certs"),
    (["--capath", "/dev/null", "127.0.0.1:1"], "/dev/null"),
    (["--fix", "/dev/null", "127.0.0.1:1"], "--fix"),
    (["--fix=", "127.0.0.1:1"], "--fix"),
    (["--cert", "/nonexistent/c.pem", "127.0.0.1:1"], "--cert: '/nonexistent/c.pem' cannot be read: No such file"),
    (["--cert", "/nonexistent/c.pem:secret", "127.0.0.1:1"], "--cert: '/nonexistent/c.pem' cannot be read: No such file"),
    (["--cert", "/dev/null", "127.0.0.1:1"], "'/dev/null' cannot be read: it is empty"),
    (["--cert", "/", "127.0.0.1:1"], "--cert: '/' cannot be read"),
    (["--cert=", "127.0.0.1:1"], "--cert"),
    (["--key", "/dev/null", "127.0.0.1:1"], "no --cert names the certificate"),
    (["--time-source", "t.example", "a.example"], "'t.example' is no URL"),
    (["--time-source", "ftp://t.example", "a.example"], "begins with none of ntp://"),
    (["--time-source", "ntp://t.example:0", "a.example"], "has no port from 1 to 65535"),
    (["--time-source=", "a.example"], "--time-source: ''"),
    (["--save=", "a.example"], "--save"),
    (["--compare=", "a.example"], "--compare"),
    (["--compare", "/nonexistent/report.json", "127.0.0.1:1"], "--compare: '/nonexistent/report.json' cannot be used: No such file"),
    (["--json", "lab"], "'lab' is a sub-command"),
    (["-q", "chain"], "'chain' is a sub-command"),
    (["chain"], "no file was given"),
    (["chain", "--client"], "--client wants a value"),
    (["chain", "--json=1", "x.pem"], "--json takes no value"),
    (["chain", "--hots", "a.example", "x.pem"], "is it --host?"),
    (["chain", "--trace", "x.pem"], "'--trace'"),
    (["chain", "/nonexistent.pem"], "'/nonexistent.pem' cannot be read"),
    (["chain", "--", "--json"], "'--json' cannot be read"),
    (["causes", "no-such-cause"], "'no-such-cause'"),
    (["causes", "cert-expird"], "is it 'cert-expired'?"),
    (["causes", "cert-expired", "cert-self-signed"], "'cert-self-signed'"),
    (["causes", "--json"], "--json is no option of 'causes'"),
    (["causes", "--tls-max", "1.2"], "--tls-max is no option of 'causes'"),
    (["causes", "--bogus"], "'--bogus'"),
    (["profiles", "netscape-4"], "'netscape-4'"),
    (["profiles", "-q"], "-q is no option of 'profiles'"),
    (["lab", "--bogus"], "--bogus"),
    (["lab", "no-such-case"], "no-such-case"),
]
RESERVED = "run relay pcap listen explain scan serve watch".split()


def line_problems(done, status, words=""):
    """What is wrong with a run that must end with this status, one line on standard error and nothing else."""
    if done.returncode != status:
        yield f"exit status {done.returncode}, not {status}"
    if done.stdout:
        yield f"on standard output: {done.stdout[:80]!r}"
    if done.stderr.count("\n") != 1 or not done.stderr.endswith("\n"):
        yield f"standard error is not one line: {done.stderr[:200]!r}"
    if not done.stderr.startswith("tlswhy"):
        yield f"the line does not name the command: {done.stderr[:80]!r}"
    if any(ord(c) < 32 for c in done.stderr.rstrip("\n")):
        yield f"control characters: {done.stderr!r}"
    if words not in done.stderr:
        yield f"{done.stderr.strip()!r} does not say {words!r}"


def check_bad_usage(tlswhy, checks):
    for arguments, words in BAD_USAGE:
        checks.none_of(f"tlswhy {' '.join(map(repr, arguments))}", list(line_problems(run(tlswhy, *arguments), 2, words)))


def check_words(tlswhy, checks):
    for word in RESERVED:
        for arguments in ([word], [word, "--json", "x"]):
            problems = list(line_problems(run(tlswhy, *arguments), 2, f"'{word}' is not there yet in this version"))
            checks.none_of(f"reserved: {' '.join(arguments)}", problems)
    for arguments in (["causes"], ["profiles"], ["profiles", "modern"], ["profiles", "java-17"], ["lab", "--list"], ["causes", "cert-expired"],
                      ["-h"], ["--help"], ["a.example", "-h"], ["causes", "--help"], ["profiles", "-h"], ["lab", "--help"]):
        done = run(tlswhy, *arguments)
        checks.that(f"tlswhy {' '.join(arguments)}", done.returncode == 0 and len(done.stdout) > 40 and not done.stderr, repr(done))
    listed = {line.split()[0] for line in run(tlswhy, "causes").stdout.splitlines()}
    texts = {path.stem for path in (ROOT / "texts").glob("*.md")}
    checks.that("causes lists every text", listed == texts, str(listed ^ texts))
    for option in ("--version", "-hq", "-qh"):
        done = run(tlswhy, option)
        checks.that(f"tlswhy {option}", done.returncode == 0 and done.stdout and not done.stderr, repr(done))
    version = run(tlswhy, "--version").stdout
    checks.that("the version is the build's", version == f"tlswhy {build_version()}\n", version)


def build_version():
    for line in (ROOT / "meson.build").read_text(encoding="utf-8").splitlines():
        if line.strip().startswith("version:"):
            return line.split("'")[1]
    return None


def closed_port():
    """A loopback port where nobody listens, held for as long as the socket lives."""
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    return held, held.getsockname()[1]


def report_of(tlswhy, *arguments, **environment):
    done = run(tlswhy, "--json", *arguments, **environment)
    return done, json.loads(done.stdout) if done.stdout else {}


def check_forms(tlswhy, checks):
    """The same options in all the ways they may be typed."""
    held, port = closed_port()
    address, host = f"127.0.0.1:{port}", "www.lab.example"
    forms = [
        ["--connect-to", address, "--tls-max", "1.2", "--alpn", "h2", host],
        [f"--connect-to={address}", "--tls-max=1.2", "--alpn=h2", host],
        [host, "--connect-to", address, "--tls-max=1.2", "--alpn", "h2"],
        ["--connect-to", address, host, "--tls-max", "1.2", "--alpn=h2"],
        ["--connect-to", address, "--tls-max", "1.2", "--alpn", "h2", "--", host],
        ["-qv4", "--connect-to", "[::1]:1", "--tls-max", "1.0", "--connect-to", address, "--tls-max", "1.2", "--alpn", "h2", host],
    ]
    with held:
        for form in forms:
            if "-qv4" in form:  # an address of the other family is refused at once
                form = [word if word != "-qv4" else "-qv" for word in form]
            done, report = report_of(tlswhy, *form)
            checks.that(f"{' '.join(form)}", done.returncode == 1 and not done.stderr and report["client"]["bent"] == ["--tls-max 1.2", "--alpn h2"]
                        and report["target"]["host"] == host and report["target"]["address"] == "127.0.0.1"
                        and [c["id"] for c in report["causes"]] == ["port-closed"], done.stdout[:300] + done.stderr)
        check_targets(tlswhy, checks, port)
        check_bends(tlswhy, checks, host, address)


def check_targets(tlswhy, checks, port):
    """(what is typed, host and port of the report)"""
    typed = [
        ("127.0.0.1:{}", "127.0.0.1", None),
        ("https://127.0.0.1:{}/path?q#f", "127.0.0.1", None),
        ("localhost:{}", "localhost", None),
        ("www.lab.example", "www.lab.example", 443),
        ("https://www.lab.example/", "www.lab.example", 443),
        ("www.lab.example.", "www.lab.example.", 443),
        ("b\u00fccher.example:8443", "b\u00fccher.example", 8443),
        ("[::1]:8443", "::1", 8443),
        ("lab:443", "lab", 443),
    ]
    for target, host, wanted in typed:
        direct = "{}" in target
        where = [] if direct else ["--connect-to", f"127.0.0.1:{port}"]
        done, report = report_of(tlswhy, *where, target.format(port))
        got = (report.get("target", {}).get("host"), report.get("target", {}).get("port"))
        checks.that(f"target {target}", got == (host, wanted or port) and done.returncode == 1, f"{got} {done.stderr}")
    done, report = report_of(tlswhy, "--connect-to", f"127.0.0.1:{port}", "--", "lab")
    checks.that("-- lab is a host", report.get("target", {}).get("host") == "lab", done.stderr)
    for protocol, number in (("smtp", 25), ("imap", 143), ("ldap", 389), ("xmpp", 5222), ("postgres", 5432), ("mysql", 3306)):
        done, report = report_of(tlswhy, "--connect-to", f"127.0.0.1:{port}", "--starttls", protocol, "www.lab.example")
        got = (report["target"]["port"], report["target"]["starttls"])
        checks.that(f"--starttls {protocol} without a port", got in ((number, protocol), (587, protocol)), str(got))


def check_bends(tlswhy, checks, host, address):
    bends = [
        (["--ciphers", "ECDHE-RSA-AES128-GCM-SHA256:TLS_RSA_WITH_AES_128_CBC_SHA"],
         ["--ciphers ECDHE-RSA-AES128-GCM-SHA256:TLS_RSA_WITH_AES_128_CBC_SHA"]),
        (["--groups=P-256,x25519", "--sigalgs=rsa_pkcs1_sha256"], ["--groups P-256,x25519", "--sigalgs rsa_pkcs1_sha256"]),
        (["--no-sni"], ["--no-sni"]),
        (["--alpn", ""], ["--alpn ''"]),
        (["--tls-min", "1.3"], ["--tls-min 1.3"]),
        (["--client", "modern", "--all-clients", "--offline", "--timeout", "2", "--max-time", "5", "-4"], []),
    ]
    for options, wanted in bends:
        done, report = report_of(tlswhy, *options, "--connect-to", address, host)
        checks.that(" ".join(options), report.get("client", {}).get("bent") == wanted, f"{report.get('client')} {done.stderr}")


class Proxy:
    """An HTTP proxy that refuses whatever it is asked, and remembers it."""

    def __enter__(self):
        self.asked = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.socket.accept()
                with contextlib.suppress(OSError), peer:
                    peer.settimeout(5)
                    self.asked.append(peer.recv(4096).split(b"\r\n")[0].decode("latin-1"))
                    peer.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def check_proxies(tlswhy, checks):
    held, port = closed_port()
    with Proxy() as proxy, Proxy() as other, held:
        this, that, dead = (f"http://127.0.0.1:{p}" for p in (proxy.port, other.port, port))
        host, direct = "www.lab.example", ["--connect-to", f"127.0.0.1:{port}"]
        # (what, environment, further arguments, which proxy is asked: 1, 2 or none)
        rows = [
            ("nothing is set", {}, [], 0),
            ("https_proxy", {"https_proxy": this}, [], 1),
            ("HTTPS_PROXY", {"HTTPS_PROXY": this}, [], 1),
            ("without a scheme", {"https_proxy": f"127.0.0.1:{proxy.port}"}, [], 1),
            ("lower case first", {"https_proxy": this, "HTTPS_PROXY": that}, [], 1),
            ("all_proxy", {"all_proxy": this}, [], 1),
            ("ALL_PROXY", {"ALL_PROXY": this}, [], 1),
            ("https_proxy before all_proxy", {"https_proxy": this, "all_proxy": that}, [], 1),
            ("http_proxy is not for TLS", {"http_proxy": this, "HTTP_PROXY": this}, [], 0),
            ("an empty one", {"https_proxy": "", "ALL_PROXY": ""}, [], 0),
            ("--proxy first", {"https_proxy": that}, ["--proxy", this], 1),
            ("--proxy ''", {"https_proxy": that}, ["--proxy", ""], 0),
            ("--proxy and no_proxy", {"no_proxy": "*"}, ["--proxy", this], 1),
            ("STARTTLS is not HTTPS", {"https_proxy": this}, ["--starttls", "smtp"], 0),
            ("STARTTLS, all_proxy", {"all_proxy": this, "https_proxy": that}, ["--starttls", "imap"], 1),
            ("no_proxy *", {"https_proxy": this, "no_proxy": "*"}, [], 0),
            ("NO_PROXY", {"https_proxy": this, "NO_PROXY": "x.example, www.lab.example"}, [], 0),
            ("lower case no_proxy first", {"https_proxy": this, "no_proxy": "x.example", "NO_PROXY": "*"}, [], 1),
            ("a domain", {"https_proxy": this, "no_proxy": "lab.example"}, [], 0),
            ("a domain with a dot", {"https_proxy": this, "no_proxy": ".lab.example"}, [], 0),
            ("a domain in other letters", {"https_proxy": this, "no_proxy": "LAB.Example"}, [], 0),
            ("a domain with the root's dot", {"https_proxy": this, "no_proxy": "lab.example."}, [], 0),
            ("part of a label", {"https_proxy": this, "no_proxy": "ab.example"}, [], 1),
            ("a name below", {"https_proxy": this, "no_proxy": "a.www.lab.example"}, [], 1),
            ("a star inside", {"https_proxy": this, "no_proxy": "*.lab.example,x"}, [], 1),
            ("the address of --connect-to", {"https_proxy": this, "no_proxy": "127.0.0.1"}, [], 1),
        ]
        for what, environment, further, which in rows:
            proxy.asked.clear(), other.asked.clear()
            done = run(tlswhy, "--json", *direct, *further, host, **environment)
            got = 1 if proxy.asked and not other.asked else 0 if not proxy.asked and not other.asked else 2
            checks.that(f"proxies: {what}", got == which and done.returncode in (1, 3), f"asked {proxy.asked[:1]} {other.asked[:1]} {done.stderr}")
        check_no_proxy_addresses(tlswhy, checks, proxy, this)
        check_proxy_words(tlswhy, checks, proxy, this, dead, direct, host)


def check_no_proxy_addresses(tlswhy, checks, proxy, this):
    held, port = closed_port()
    rows = [("127.0.0.1", 0), ("127.0.0.0/8", 0), ("127.0.0.0/31", 0), ("127.0.0.2/32", 1), ("126.0.0.0/7", 0), ("10.0.0.0/8", 1),
            ("127.0.0.1/33", 1), ("127.0.0.1/x", 1), ("::1", 1), ("0.1", 1), ("10.0.0.0/8 127.0.0.1", 0)]
    with held:
        for exception, which in rows:
            proxy.asked.clear()
            run(tlswhy, "--json", f"127.0.0.1:{port}", https_proxy=this, no_proxy=exception)
            checks.that(f"no_proxy {exception}", bool(proxy.asked) == bool(which), str(proxy.asked[:1]))


def check_proxy_words(tlswhy, checks, proxy, this, dead, direct, host):
    proxy.asked.clear()
    run(tlswhy, "--json", "www.lab.example:8443", https_proxy=this)
    checks.that("the proxy is asked for the name", proxy.asked[:1] == ["CONNECT www.lab.example:8443 HTTP/1.1"], str(proxy.asked[:1]))
    for name, value in (("https_proxy", "gopher://p.example"), ("ALL_PROXY", "socks4://p.example"), ("HTTPS_PROXY", "http://:1")):
        done = run(tlswhy, host, **{name: value})
        checks.none_of(f"{name}={value}", list(line_problems(done, 2, name)))
    done = run(tlswhy, "--proxy", "gopher://user:hunter2@p.example", host)
    checks.that("a password is not shown", "hunter2" not in done.stderr and done.returncode == 2, done.stderr)
    proxy.asked.clear()
    done = run(tlswhy, "--json", "127.0.0.1:1", http_proxy=this.replace("://", "://user:hunter2@"))
    checks.that("a proxy for something else is tried where the host is not reached", proxy.asked == ["CONNECT 127.0.0.1:1 HTTP/1.1"],
                str(proxy.asked))
    checks.that("and its password is not shown", "hunter2" not in done.stdout + done.stderr, done.stdout)
    done = run(tlswhy, "--connect-to", "b.example", host, https_proxy=dead)
    checks.none_of("a proxy of the environment and a name to connect to", list(line_problems(done, 2, "https_proxy")))


def run_on_terminal(tlswhy, *arguments, stderr_too=False, **environment):
    """(what it wrote on the terminal, exit status); standard error goes there too or is dropped."""
    leader, follower = pty.openpty()
    process = subprocess.Popen([str(tlswhy), *arguments], stdin=subprocess.DEVNULL, stdout=follower,
                               stderr=follower if stderr_too else subprocess.DEVNULL, env=clilib.clean_environment(**environment))
    os.close(follower)
    out, until = b"", time.monotonic() + clilib.LIMIT_S
    while time.monotonic() < until:
        if not select.select([leader], [], [], 1)[0]:
            continue
        try:
            piece = os.read(leader, 65536)
        except OSError:  # EIO: the last writer is gone
            break
        if not piece:
            break
        out += piece
    os.close(leader)
    return out.decode("utf-8", "replace"), process.wait(timeout=clilib.LIMIT_S)


def check_color(tlswhy, checks):
    held, port = closed_port()
    target = f"127.0.0.1:{port}"
    # (arguments, environment, colours on a terminal, colours in a pipe)
    rows = [
        ([], {}, True, False),
        (["--color", "auto"], {}, True, False),
        (["--color=always"], {}, True, True),
        (["--color=never"], {}, False, False),
        ([], {"NO_COLOR": "1"}, False, False),
        ([], {"NO_COLOR": ""}, True, False),
        (["--color=always"], {"NO_COLOR": "1"}, True, True),
        ([], {"TERM": "dumb"}, False, False),
        (["--json", "--color=always"], {}, False, False),
    ]
    with held:
        for arguments, environment, terminal, pipe in rows:
            out, status = run_on_terminal(tlswhy, *arguments, target, **environment)
            done = run(tlswhy, *arguments, target, **environment)
            got = ("\033[" in out, "\033[" in done.stdout)
            checks.that(f"colour: {arguments} {environment}", got == (terminal, pipe) and status == done.returncode == 1, str(got))
        for arguments in (["causes", "cert-expired"],):
            out, _ = run_on_terminal(tlswhy, *arguments)
            done = run(tlswhy, *arguments)
            checks.that("colour of causes ID", "\033[" in out and "\033[" not in done.stdout)
        check_progress(tlswhy, checks, target)


def check_progress(tlswhy, checks, target):
    out, _ = run_on_terminal(tlswhy, "--json", "--color=never", target, stderr_too=True)
    checks.that("progress on a terminal", "shaking hands ..." in out and out.rstrip().endswith("}"), out[:200])
    head = out[:out.index("{")]
    checks.that("progress is gone before the report", head.endswith("\r\033[K"), repr(head))
    out, _ = run_on_terminal(tlswhy, "-q", "--color=never", target, stderr_too=True)
    checks.that("-q has no progress", "..." not in out and "\033" not in out, repr(out[:200]))
    done = run(tlswhy, target)
    checks.that("no progress in a pipe", done.stderr == "", repr(done.stderr))


def shell(tlswhy, script, *arguments):
    """`script` runs "$0" with the arguments."""
    return subprocess.run(["/bin/sh", "-c", script, str(tlswhy), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=clilib.LIMIT_S, env=clilib.clean_environment())


def check_streams(tlswhy, checks):
    held, port = closed_port()
    target = f"127.0.0.1:{port}"
    with held:
        for arguments in (["--json", target], [target], ["causes"], ["--version"], ["--help"], ["profiles", "modern"], ["lab", "--list"]):
            for what, script in (("closed", '"$0" "$@" >&-'), ("full", '"$0" "$@" >/dev/full')):
                problems = list(line_problems(shell(tlswhy, script, *arguments), 4, "standard output cannot be written"))
                checks.none_of(f"standard output {what}: {' '.join(arguments)}", problems)
        check_broken_pipe(tlswhy, checks, target)
        done = shell(tlswhy, '"$0" "$@" <&- 2>&-', "--json", target)
        checks.that("standard input and error closed", done.returncode == 1 and json.loads(done.stdout)["verdict"] == "fail", repr(done))
        done = shell(tlswhy, '"$0" "$@" 2>&-', "--bogus", target)
        checks.that("a usage error that nobody can read", done.returncode == 2 and not done.stdout, repr(done))
        done = shell(tlswhy, 'exec 0<&- 1>&- 2>&-; "$0" "$@"', "--json", target)
        checks.that("all closed", done.returncode == 4, repr(done))


def check_broken_pipe(tlswhy, checks, target):
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run([str(tlswhy), "--json", target], stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE,
                             text=True, timeout=clilib.LIMIT_S, env=clilib.clean_environment())
    os.close(writer)
    checks.that("a reader that went away", process.returncode == 4 and process.stderr.count("\n") == 1, repr(process))


def check_fix_folder(tlswhy, checks):
    """A folder is made only where there is something to write."""
    held, port = closed_port()
    with held, tempfile.TemporaryDirectory() as folder:
        where = pathlib.Path(folder) / "new"
        done = run(tlswhy, "--fix", str(where), f"127.0.0.1:{port}")
        checks.that("--fix with nothing to write", done.returncode == 1 and not where.exists() and "--fix: there is nothing" in done.stdout, repr(done))


def main():
    tlswhy, checks = clilib.tlswhy_of(__doc__.splitlines()[0]), clilib.Checks()
    for part in (check_bad_usage, check_words, check_forms, check_proxies, check_color, check_streams, check_fix_folder):
        part(tlswhy, checks)
    checks.close()


main()

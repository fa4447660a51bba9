"""Real client programs, many places at a time: what each says of a server, one line a place. "ok": it connects; "ok, then ...": TLS
stood, and the answer to the request did not come; otherwise what went wrong, in the program's own words."""
import concurrent.futures
import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass

from base import Failure, Skip, find

CLIENTS = pathlib.Path(__file__).resolve().parent / "clients"
sys.path.insert(0, str(CLIENTS))
import browsers  # noqa: E402

LIMIT_S = 6  # for a server's silence
AT_ONCE = 4


@dataclass(frozen=True)
class Place:
    """Where a client is sent: to host:port, and to ask for `name` there. `roots`: a file of the roots that it trusts."""
    host: str
    port: int
    name: str
    roots: str

    @property
    def is_address(self):
        return bool(re.fullmatch(r"[0-9.]+|.*:.*", self.name))

    def words(self):
        return [self.host, str(self.port), self.name, self.roots]


def environment(**more):
    return {**{k: v for k, v in os.environ.items() if not re.search(r"(?i)proxy|ssl_cert|ca_bundle|node_extra|sslkeylog", k)},
            "LC_ALL": "C", "LIMIT_S": str(LIMIT_S), **more}


# ---- one process a place ----

@contextlib.contextmanager
def typed(text):
    """A standard input that says `text` and then nothing, without an end: that would end a client before it has read the answer."""
    reads, writes = os.pipe()
    try:
        os.write(writes, text.encode())
        yield reads
    finally:
        os.close(reads)
        os.close(writes)


def output(command, request=""):
    """(status, what it wrote); a status of None: it had to be stopped."""
    try:
        with typed(request) as reads:
            done = subprocess.run(command, stdin=reads, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT_S + 1,
                                  env=environment())
    except subprocess.TimeoutExpired as late:
        return None, (late.stdout or b"").decode("utf-8", "replace")
    return done.returncode, done.stdout.decode("utf-8", "replace")


def request_of(place):
    return f"HEAD / HTTP/1.0\r\nHost: {place.name}\r\nConnection: close\r\n\r\n"


def bracketed(name):
    return f"[{name}]" if ":" in name else name


def curl(program, place, _folder):
    name, host = bracketed(place.name), bracketed(place.host)
    to = [] if place.is_address else ["--connect-to", f"{name}:{place.port}:{host}:{place.port}"]
    _, text = output([program, "-q", "-sS", "-o", "/dev/null", "-m", str(LIMIT_S), "--cacert", place.roots, *to, "-w",
                      "\n%{time_appconnect} %{exitcode} %{errormsg}", f"https://{name}:{place.port}/"])
    took, status, said = text.splitlines()[-1].split(" ", 2)
    if status == "0":
        return "ok"
    return ("ok, then " if float(took) > 0 else "") + f"curl {status} {said}"


def openssl(program, place, _folder):
    about = ["-verify_ip", place.name, "-noservername"] if place.is_address else ["-verify_hostname", place.name, "-servername", place.name]
    status, text = output([program, "s_client", "-brief", "-verify_return_error", "-connect", f"{bracketed(place.host)}:{place.port}",
                           *about, "-CAfile", place.roots], request_of(place))
    _, stands, rest = text.partition("CONNECTION ESTABLISHED")
    if stands:
        return "ok, then " + error[0] if (error := re.search(r"\w*:error:.*", rest)) else "ok"
    return ("timed out " if status is None else "") + " ".join(text.split())


def gnutls(program, place, _folder):
    sni = [] if place.is_address else [f"--sni-hostname={place.name}"]
    status, text = output([program, f"--x509cafile={place.roots}", *sni, f"--verify-hostname={place.name}", "-p", str(place.port), place.host],
                          request_of(place))
    _, stands, rest = text.partition("Handshake was completed")
    if stands:
        return "ok, then " + " ".join(error) if (error := re.findall(r"(?m)^\*\*\* .*(?:[Ee]rror|alert).*", rest)) else "ok"
    told = [line for line in text.splitlines() if line.startswith(("***", "- Status", "|<1>", "Could not connect", "connect"))]
    return ("timed out " if status is None else "") + " ".join(told)


# wget cannot be told where a name is: it gets names of its own, in a namespace of mounts.
NAMED = ["unshare", "-m" if os.geteuid() == 0 else "-rm", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"']


def wget(program, place, folder):
    """wget(1), "Exit status": 6 and 8 are answers of a server."""
    hosts = pathlib.Path(folder) / f"hosts-{place.port}-{place.host}"
    hosts.write_text(f"{place.host} {place.name}\n")
    status, text = output([*([] if place.is_address else [*NAMED, hosts]), program, "--no-config", "-nv", "--spider", "--no-hsts", "--tries=1", "--max-redirect=0", f"--timeout={LIMIT_S}",
                           f"--ca-certificate={place.roots}", f"https://{bracketed(place.name)}:{place.port}/"])
    said = " ".join(text.split())
    if status in (0, 6, 8):
        return "ok"
    if said == "Unable to establish SSL connection." or status is None:
        said += " timed out"  # wget has no word for it
    return ("ok, then " if re.search(r"No data received|Read error|Could not save SSL session", said) else "") + said


def each(ask):
    def batch(program, places, folder):
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda place: ask(program, place, folder), places))
    return batch


# ---- one process for all ----

def many(*command):
    def batch(program, places, folder):
        line = [word.replace("{program}", program).replace("{dir}", folder) for word in command]
        words = [word for place in places for word in place.words()]
        done = subprocess.run([*line, *words], capture_output=True, text=True, timeout=60 + LIMIT_S * len(places), stdin=subprocess.DEVNULL,
                              env=environment())
        if len(done.stdout.splitlines()) != len(places):
            raise Failure(f"{len(done.stdout.splitlines())} answers for {len(places)} places: {done.stderr[-300:]}")
        return done.stdout.splitlines()
    return batch


def build_go(program, folder, source=CLIENTS / "connect.go"):
    cache = os.environ.get("GOCACHE", str(pathlib.Path(tempfile.gettempdir()) / f"tlswhy-gocache-{os.getuid()}"))
    built = pathlib.Path(folder) / pathlib.Path(source).stem
    subprocess.run([program, "build", "-o", built, source], check=True, capture_output=True, timeout=240,
                   env={**os.environ, "GOCACHE": cache, "GOFLAGS": "-mod=mod", "HOME": folder})
    return built


def go(program, places, folder):
    return many(str(build_go(program, folder)))(program, places, folder)


def alike(places):
    """Lists of places with the same roots, in which no name and port stand for two."""
    groups = {}
    for place in dict.fromkeys(places):
        taken = 0
        while any((p.name, p.port) == (place.name, place.port) for p in groups.get((place.roots, taken), [])):
            taken += 1
        groups.setdefault((place.roots, taken), []).append(place)
    return groups.values()


def by_browser(ask):
    """A browser has its roots from the start."""
    def batch(program, places, folder):
        answers = {}
        for n, here in enumerate(alike(places)):
            own = pathlib.Path(folder) / str(n)
            own.mkdir()
            answers.update(zip(here, ask(program, find("certutil"), own, here, LIMIT_S)))
        return [answers[place] for place in places]
    return batch


BATCH = {
    "curl": ("curl", each(curl)),
    "openssl-3.0": ("openssl", each(openssl)),
    "gnutls-3.7": ("gnutls-cli", each(gnutls)),
    "wget": ("wget", each(wget)),
    "python-3.11": ("/usr/bin/python3", many("{program}", str(CLIENTS / "connect.py"))),
    "node-20": ("node", many("{program}", str(CLIENTS / "connect.js"))),
    "java-17": ("java", many("{program}", str(CLIENTS / "Connect.java"))),
    "go-1.19": ("go", go),
    "chrome": ("chromium", by_browser(browsers.chromium)),
    "firefox": ("firefox-esr", by_browser(browsers.firefox)),
}


def ask(profile, program, places):
    """What the real program says of each place."""
    with tempfile.TemporaryDirectory(prefix="tlswhy-client-", ignore_cleanup_errors=True) as folder:
        return BATCH[profile][1](program, places, folder)

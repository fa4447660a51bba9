"""What every test against a foreign server needs: a PKI, a free port, a temporary instance, a tally.

A server is a subclass of Server that writes its configuration into `self.dir` and gives back the
command that runs in the foreground. It never touches the system's own service, listens on loopback
only, and is stopped by the process group that it was started in.
"""

import argparse
import contextlib
import json
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOST = "server.example.test"
# Debian keeps servers where an ordinary user's PATH does not look.
EXTRA_PATH = ["/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/lib/postfix/sbin", "/usr/lib/dovecot",
              "/usr/libexec/dovecot", "/usr/lib/news/bin"]
EXTRA_GLOBS = ["/usr/lib/postgresql/*/bin"]
START_SECONDS = 30
RUN_SECONDS = 60


class Skip(Exception):
    """The test cannot run here; its text is the reason."""


class Failure(Exception):
    """The test ran and did not give what it must."""


def find(program):
    """The full path of a program, or Skip."""
    where = os.environ.get("PATH", "").split(":") + EXTRA_PATH
    for pattern in EXTRA_GLOBS:
        where += sorted((str(p) for p in Path("/").glob(pattern.lstrip("/"))), reverse=True)
    path = shutil.which(program, path=":".join(where))
    if not path:
        raise Skip(f"{program} is not installed")
    return path


CLAIMS = []  # sockets that stand for ports, kept as long as this program runs


def claim(port):
    """False where another test has it, or a server listens there."""
    mark = socket.socket(socket.AF_UNIX)
    try:
        mark.bind(f"\0tlswhy-test-port-{port}")
        with socket.socket() as s:
            s.bind(("127.0.0.1", port))
    except OSError:
        mark.close()
        return False
    CLAIMS.append(mark)
    return True


def free_port():
    """For a server that cannot choose one by itself: a port that nobody else is given by chance, as it is below those that the
    system hands out, and that no test running beside this one chooses either."""
    return next(port for port in iter(lambda: random.randrange(10000, 32000), None) if claim(port))


class Pki:
    """A certificate authority in a directory, made by the openssl command."""

    def __init__(self, where):
        self.dir = Path(where)
        self.dir.mkdir(parents=True, exist_ok=True)
        self.dir.chmod(0o755)
        self.openssl = find("openssl")
        self.lock = threading.Lock()  # servers are configured side by side
        self.ca = self.dir / "ca.pem"
        self.ca_key = self.dir / "ca.key"
        self._self_signed(self.ca, self.ca_key, "Interop Test CA",
                          ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"])

    def _self_signed(self, cert, key, subject, extensions):
        self._req(cert, key, subject, ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], extensions, [], 30)

    def _req(self, cert, key, subject, algorithm, extensions, more, days):
        command = [self.openssl, "req", "-x509", "-nodes", "-sha256", "-newkey", *algorithm, "-keyout", key,
                   "-out", cert, "-subj", f"/CN={subject}", "-days", str(days), *more]
        for extension in extensions:
            command += ["-addext", extension]
        # An empty configuration: the extensions are exactly those that are named here.
        config = self.dir / "req.cnf"
        config.write_text("[req]\ndistinguished_name=dn\n[dn]\n")
        subprocess.run([*command, "-config", config], check=True, capture_output=True, timeout=60)

    def stranger(self, cert, key, subject):
        """Another authority, with an RSA key."""
        self._req(cert, key, subject, ["rsa:2048"],
                  ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"], [], 30)

    def issue(self, name, hosts=(HOST,), key="ec", days=30):
        """A leaf signed by the CA itself: (certificate, key). `key`: ec, p384, rsa, rsa4096, pss or ed25519."""
        with self.lock:
            return self._issue(name, hosts, key, days)

    def _issue(self, name, hosts, key, days):
        cert, secret = self.dir / f"{name}.pem", self.dir / f"{name}.key"
        if cert.exists():
            return cert, secret
        algorithm = {"ec": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["rsa:2048"],
                     "p384": ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"], "rsa4096": ["rsa:4096"], "pss": ["rsa-pss"],
                     "ed25519": ["ed25519"]}[key]
        names = ",".join(f"DNS:{host}" for host in hosts)
        self._req(cert, secret, hosts[0], algorithm,
                  [f"subjectAltName={names}", "basicConstraints=critical,CA:FALSE",
                   "keyUsage=critical,digitalSignature" + (",keyEncipherment" if key.startswith("rsa") else ""),
                   "extendedKeyUsage=serverAuth"],
                  ["-CA", self.ca, "-CAkey", self.ca_key], days)
        return cert, secret


class Server:
    """One instance of a foreign server. Use it as a context manager."""

    programs = ()        # all of them must be there
    unprivileged = True  # give root away before the start, where the test itself runs as root
    needs_root = False   # cannot run at all without it

    def __init__(self, pki, tls=True, **options):
        self.pki = pki
        self.tls = tls
        self.options = options
        self.port = free_port()
        self.process = None
        self.dir = None
        self.paths = {program: find(program) for program in self.programs}
        if self.needs_root and os.geteuid() != 0:
            raise Skip(f"{self.label()} can only be started by root")

    def label(self):
        return type(self).__name__

    def configure(self):
        """Writes configuration into self.dir; gives the command to run in the foreground."""
        raise NotImplementedError

    def prepare(self):
        """What must run before the server (a database to create); after configure()."""

    def user(self):
        """Keyword arguments for subprocess that give root away."""
        if os.geteuid() != 0 or not self.unprivileged:
            return {}
        nobody = pwd.getpwnam("nobody")
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def write(self, name, text, mode=0o644):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def certificate(self, key="ec"):
        """A copy of a leaf and its key that the server's own user may read: (certificate, key)."""
        copies = []
        for source in self.pki.issue(key, key=key):
            copy = self.dir / source.name
            shutil.copyfile(source, copy)
            copy.chmod(0o600)
            copies.append(copy)
        return copies

    def give_away(self):
        """The directory becomes the property of the user that the server runs as."""
        user = self.user()
        if not user:
            return
        for path in [self.dir, *self.dir.rglob("*")]:
            os.chown(path, user["user"], user["group"])

    def run(self, *command, timeout=START_SECONDS, **more):
        """Runs a helper to its end as the server's user; its failure is the test's."""
        done = subprocess.run([str(c) for c in command], cwd=self.dir, env=self.environment(), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout, **self.user(),
                              **more)
        if done.returncode != 0:
            raise Failure(f"{command[0]} ended with {done.returncode}: {done.stdout[-800:]}")
        return done.stdout

    def environment(self):
        return {"PATH": os.environ.get("PATH", "") + ":" + ":".join(EXTRA_PATH), "HOME": str(self.dir),
                "LC_ALL": "C", "TMPDIR": str(self.dir)}

    def start(self):
        self.dir = Path(tempfile.mkdtemp(prefix="tlswhy-" + self.label().lower() + "-"))
        self.dir.chmod(0o755)
        command = [str(c) for c in self.configure()]
        self.give_away()
        self.prepare()
        self.log = open(self.dir / "log", "wb")
        self.process = subprocess.Popen(command, cwd=self.dir, env=self.environment(), stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True,
                                        **self.user())
        self.wait_until_listening()

    def wait_until_listening(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise Failure(f"{self.label()} ended with {self.process.returncode}: {self.tail()}")
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            time.sleep(0.05)
        raise Failure(f"{self.label()} does not listen after {START_SECONDS} s: {self.tail()}")

    def tail(self):
        with contextlib.suppress(OSError):
            return (self.dir / "log").read_bytes()[-1500:].decode("utf-8", "replace")
        return ""

    def stop(self):
        if self.process is not None:
            # The group is ours: start_new_session made the process its leader.
            for sig in (signal.SIGTERM, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, sig)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(timeout=5)
            self.log.close()
            self.process = None
        if self.dir is not None:
            shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()


def diagnose(tlswhy, port, ca, *options, host=HOST, offline=True, by_name=False):
    """The report of the built command about 127.0.0.1:port, as CONTRACT.md describes it. `by_name`: the way there finds the host."""
    where = [] if by_name else ["--connect-to", f"127.0.0.1:{port}"]
    if by_name:
        host = f"{host}:{port}"
    command = [str(tlswhy), "--json", *options, *where, "--cacert", str(ca),
               *(["--offline"] if offline else []), "--timeout", "5", host]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=RUN_SECONDS,
                          env={"LC_ALL": "C", "PATH": os.environ.get("PATH", "")})
    try:
        report = json.loads(done.stdout)
    except ValueError:
        raise Failure(f"{' '.join(command)}: exit {done.returncode}, no JSON: {done.stdout[:300]!r} "
                      f"{done.stderr[:500]!r}") from None
    report["exit"] = done.returncode
    return report


def expect(report, verdict, cause=None, fixer=None):
    """Compares verdict, exit status and the first cause (with its fixer); raises Failure with what came."""
    causes = report.get("causes", [])
    first = causes[0] if causes else {}
    got = (report.get("verdict"), first.get("id"), first.get("fixer"))
    want = (verdict, cause, fixer)
    if got != want:
        handshake = report.get("handshake") or {}
        raise Failure(f"expected {want}, got {got}; summary: {first.get('summary')}; "
                      f"handshake: {handshake.get('outcome')} at {handshake.get('stage')}")
    exits = {"ok": 0, "partial": 1, "fail": 1, "undetermined": 3}
    if report["exit"] != exits[verdict]:
        raise Failure(f"exit status {report['exit']} with verdict {verdict}")


class Tally:
    """Counts, one line a test, and the closing line that the suite adds up. Tests may run in threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.passed = self.failed = self.skipped = 0

    def run(self, name, test):
        outcome, why = "passed", None
        try:
            test()
        except Skip as reason:
            outcome, why = "skipped", reason
        except (Failure, subprocess.SubprocessError, OSError) as failure:
            outcome, why = "failed", failure
        with self.lock:
            setattr(self, outcome, getattr(self, outcome) + 1)
            word = {"passed": "ok  ", "skipped": "SKIP", "failed": "FAIL"}[outcome]
            print(f"{word} {name}" + (f": {why}" if why else ""), flush=True)

    def close(self):
        """Prints the closing line; gives the exit status."""
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped", flush=True)
        return 1 if self.failed else 0


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--tlswhy", type=Path, default=ROOT / "build" / "tlswhy", help="the command to test")
    parser.add_argument("names", nargs="*", help="only tests whose name begins with one of these")
    options = parser.parse_args()
    options.tlswhy = options.tlswhy.resolve()
    options.wanted = lambda name: not options.names or any(name.startswith(n) for n in options.names)
    return options


@contextlib.contextmanager
def temporary_pki(kind=Pki):
    """A PKI in a directory that goes away, with SIGTERM turned into an ordinary exit that cleans up."""
    def leave(*_):
        raise SystemExit(143)

    signal.signal(signal.SIGTERM, leave)
    with tempfile.TemporaryDirectory(prefix="tlswhy-pki-") as where:
        os.chmod(where, 0o755)
        yield kind(where)

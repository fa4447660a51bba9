#!/usr/bin/python3
"""Client profiles against the real programs. Each installed client's ClientHello is recorded, and the replay of its profile must be
the same: byte for byte where the client is deterministic, in all but random fields, GREASE and order elsewhere. What the clients do is
compared by behaviour.py.

    tests/interop/profiles.py [--engine PROGRAM] [NAME...]     only clients whose name begins so"""

import argparse
import concurrent.futures
import contextlib
import importlib.machinery
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from base import ROOT, Failure, Skip, Tally, find, free_port

sys.path.insert(0, str(ROOT / "tools"))
import hellolib  # noqa: E402

CLIENTS = ROOT / "tests/interop/clients"
NAME = "client.example"
AT_ONCE = 3


def load_recorder():
    loader = importlib.machinery.SourceFileLoader("record_hello", str(ROOT / "tools/record-hello"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("record_hello", loader))
    loader.exec_module(module)
    return module


recorder = load_recorder()


@dataclass(frozen=True)
class Client:
    profile: str
    needs: str           # the program; skipped where it is not installed
    command: tuple = ()  # {program}, {port}, {dir} are filled in
    context: object = None
    version: str = None  # what `program --version` must say; another version has another hello


def python_new():
    """A Python from 3.13 on, which Debian 12 does not have."""
    found = sorted(str(path) for path in pathlib.Path.home().glob(".pyenv/versions/3.1[3-9].*/bin/python"))
    for name in [*found, "python3.13", "python3.14"]:
        with contextlib.suppress(Skip, subprocess.SubprocessError):
            program = find(name)
            subprocess.run([program, "-c", "import ssl, sys; assert sys.version_info >= (3, 13)"], check=True, capture_output=True, timeout=60)
            return program
    raise Skip("no Python from 3.13 on is installed")


@contextlib.contextmanager
def go_program(folder):
    """`go run` leaves its child behind when it is stopped: build once."""
    program = pathlib.Path(folder) / "connect"
    cache = {"GOCACHE": os.environ.get("GOCACHE", str(pathlib.Path(tempfile.gettempdir()) / f"tlswhy-gocache-{os.getuid()}")),
             "GOFLAGS": "-mod=mod", "HOME": folder}
    subprocess.run([find("go"), "build", "-o", program, CLIENTS / "connect.go"], check=True, capture_output=True, timeout=240,
                   env={**os.environ, **cache})
    yield [str(program), "127.0.0.1", "{port}", NAME, "-"]


@contextlib.contextmanager
def front(folder, command, configuration, port):
    """A reverse proxy whose origin is the recorder; the command is the request that makes it connect."""
    path = pathlib.Path(folder) / "front.conf"
    path.write_text(configuration)
    process = subprocess.Popen([word.replace("{conf}", str(path)) for word in command], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield [find("curl"), "-s", "--retry", "20", "--retry-connrefused", "--retry-delay", "1", "-m", "30", f"http://127.0.0.1:{port}/"]
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def nginx(folder):
    port, origin = free_port(), free_port()
    temporary = "".join(f" {kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    configuration = (f"daemon off; pid {folder}/pid; error_log {folder}/log; events {{}}\nhttp {{ access_log off;{temporary}\n"
                     f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass https://127.0.0.1:{origin}; }} }} }}\n")
    with front(folder, [find("nginx"), "-c", "{conf}", "-p", folder], configuration, port) as command:
        yield origin, command


@contextlib.contextmanager
def haproxy(folder):
    port, origin = free_port(), free_port()
    configuration = ("defaults\n mode http\n timeout connect 5s\n timeout client 5s\n timeout server 5s\n"
                     f"listen a\n bind 127.0.0.1:{port}\n server s 127.0.0.1:{origin} ssl verify none\n")
    with front(folder, [find("haproxy"), "-db", "-f", "{conf}"], configuration, port) as command:
        yield origin, command


@contextlib.contextmanager
def nss(folder):
    subprocess.run([find("certutil"), "-N", "-d", folder, "--empty-password"], check=True, capture_output=True, timeout=60)
    yield [find("tstclnt"), "-h", "127.0.0.1", "-p", "{port}", "-d", folder, "-o", "-Q", "-a", NAME]


HERE = ("127.0.0.1", "{port}", NAME, "-")
LOCAL = "https://localhost:{port}/"
ALL = (
    Client("curl", "curl", ("{program}", "-sk", "--connect-to", f"{NAME}:443:127.0.0.1:{{port}}", f"https://{NAME}/"), version="7.88.1"),
    Client("openssl-3.0", "openssl", ("{program}", "s_client", "-connect", "127.0.0.1:{port}", "-servername", NAME), version="OpenSSL 3.0."),
    Client("gnutls-3.7", "gnutls-cli", ("{program}", "--insecure", f"--sni-hostname={NAME}", "-p", "{port}", "127.0.0.1"), version="3.7."),
    Client("wget", "wget", ("{program}", "-qO-", "--no-check-certificate", LOCAL), version="1.21.3"),
    Client("python-3.11", "/usr/bin/python3", ("{program}", str(CLIENTS / "connect.py"), *HERE), version="3.11."),
    Client("python-3.13", python_new, ("{program}", str(CLIENTS / "connect.py"), *HERE)),
    Client("node-20", "node", ("{program}", str(CLIENTS / "connect.js"), *HERE), version="v20."),
    Client("java-17", "java", ("{program}", str(CLIENTS / "Connect.java"), *HERE), version='"17.'),
    Client("go-1.19", "go", context=go_program, version="go1.19"),
    Client("nss-3.87", "tstclnt", context=nss),
    Client("nginx-upstream", "nginx", context=nginx, version="nginx/1.22."),
    Client("haproxy-backend", "haproxy", context=haproxy, version="2.6."),
    Client("chrome", "chromium", ("{program}", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir={dir}",
                                  "--ignore-certificate-errors", "--dump-dom", LOCAL), version="Chromium 156."),
    Client("firefox", "firefox-esr", ("{program}", "--headless", "--no-remote", "--profile", "{dir}", LOCAL), version="Firefox 153."),
)
VERSION_ARGUMENTS = {"go": ["version"], "openssl": ["version"], "nginx": ["-v"], "haproxy": ["-v"], "java": ["-version"]}


def program_of(client):
    program = client.needs() if callable(client.needs) else find(client.needs)
    if client.version:
        done = subprocess.run([program, *VERSION_ARGUMENTS.get(client.needs, ["--version"])], capture_output=True, text=True, timeout=60)
        said = done.stdout + done.stderr
        if client.version not in said:
            raise Skip(f"{client.needs} is {said.splitlines()[0] if said else 'silent'}, not {client.version}")
    return program


def recorded(client):
    """What the real program sends."""
    program = program_of(client)
    with tempfile.TemporaryDirectory(prefix="tlswhy-client-", ignore_cleanup_errors=True) as folder:
        if not client.context:
            return recorder.record([word.replace("{program}", program) for word in client.command])
        with client.context(folder) as command:
            port, command = command if isinstance(command, tuple) else (0, command)
            return recorder.record(command, port)


def replayed(engine, profile, name):
    return recorder.record([str(engine), f"profile={profile}", f"sni={name}", "timeout=5", "127.0.0.1", "{port}"])


def replay_test(engine, client, varies):
    def test():
        try:
            real = recorded(client)
            ours = replayed(engine, client.profile, hellolib.server_name_of(real).decode())
        except hellolib.Problem as problem:
            raise Failure(problem) from None
        found = list(hellolib.differences(real, ours, "order" in varies))
        if not found and not varies and hellolib.masked(real.message) != hellolib.masked(ours.message):
            found = ["the bytes differ"]
        if found:
            raise Failure("; ".join(found) + f" (real, then replayed by the profile {client.profile})")
    return test


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", type=pathlib.Path, default=ROOT / "build-asan/tests/unit/engine/engine_client")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    profiles = {profile.name: profile for profile in hellolib.read_profiles()}
    tally, began = Tally(), time.monotonic()
    wanted = [c for c in ALL if not options.names or any(c.profile.startswith(n) for n in options.names)]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        runs = [pool.submit(tally.run, f"replay {c.profile}",
                            replay_test(options.engine, c, profiles[c.profile].head.get("varies", "").split())) for c in wanted]
        for run in runs:
            run.result()
    print(f"{time.monotonic() - began:.1f} s")
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())

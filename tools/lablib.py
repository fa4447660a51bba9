"""The lab from a script: `tlswhy lab` as a process, and its cases with the arguments that diagnose each."""

import json
import os
import re
import shlex
import subprocess


# What changes the way to a server, or whom it is trusted by.
LEFT_OUT = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir", "curl_ca_bundle", "requests_ca_bundle",
            "node_extra_ca_certs", "git_ssl_cainfo", "aws_ca_bundle", "pip_cert", "xdg_data_home")


def clean_environment(**changes):
    """Ours without proxies and stores of roots, so that every machine gives the same verdict; `changes` on top."""
    return {**{name: value for name, value in os.environ.items() if name.lower() not in LEFT_OUT}, **changes}


class Arguments(list):
    """Of tlswhy; `environment` has the variables that the case wants besides."""

    def __init__(self, line):
        words = shlex.split(line)
        count = 0
        while count < len(words) and re.match(r"[A-Za-z_]+=", words[count]):
            count += 1
        super().__init__(words[count:])
        self.environment = dict(word.split("=", 1) for word in words[:count])


class LabFailed(Exception):
    """The lab did not start; the text says why."""


def case_names(tlswhy):
    """[(name, what it shows, summary)] of every case."""
    out = subprocess.run([tlswhy, "lab", "--list"], check=True, capture_output=True, text=True, timeout=30).stdout
    return [tuple(line.split("\t")) for line in out.splitlines()]


def plain(tlswhy):
    """The command without sanitizers where the environment names one: it is faster, and serves where another run has them."""
    return os.environ.get("TLSWHY_PLAIN", str(tlswhy))


class Lab:
    """Runs the named cases (all, if none is named) as a context; gives {name: arguments of tlswhy}. `wrap` turns the command
    into the one to start, for another namespace."""

    def __init__(self, tlswhy, *cases, wrap=lambda command: command):
        self.command = wrap([plain(tlswhy), "lab", "--until-eof", *cases])

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=clean_environment())
        found = {}
        for line in self.process.stdout:
            if line == "ready\n":
                return found
            name, _, arguments = line.rstrip("\n").partition("\t")
            found[name] = Arguments(arguments)
        raise LabFailed(f"the lab ended with status {self.process.wait()}")

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def report_of(output):
    """The JSON report, or None if that is not what came."""
    try:
        return json.loads(output)
    except ValueError:
        return None

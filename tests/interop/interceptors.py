#!/usr/bin/python3
"""`tlswhy` through interceptors that are not ours: untrusted, and trusted by the client. Each opens connections to an origin server
here and shows certificates of its own CA."""

import concurrent.futures
import contextlib
import functools
import json
import os
import sys

from base import HOST, ROOT, Failure, Server, Tally, arguments, diagnose, expect, temporary_pki

AT_ONCE = 3
NOTE = "trusted-interception"


class Origin(Server):
    """Serves many at once: boxes keep connections open."""

    def configure(self):
        cert, key = self.certificate()
        settings = self.write("settings.json", json.dumps({"port": self.port, "cert": str(cert), "key": str(key), "body": ""}))
        return ["/usr/bin/python3", ROOT / "tests/interop/servers/https_python.py", settings]


class Interceptor(Server):
    """`origin`: the port of the server that it opens connections to. After the start `ca` is its CA's certificate."""

    def own_ca(self):
        """A CA of the box's own, with an RSA key as most have."""
        cert, key = self.dir / "box.pem", self.dir / "box.key"
        self.pki.stranger(cert, key, "Example Company Web Filter")
        self.ca = cert
        return cert, key


class Mitmproxy(Interceptor):
    """`mode`: regular (an HTTP proxy) or reverse."""

    programs = ("mitmdump",)

    def configure(self):
        self.ca = self.dir / "conf" / "mitmproxy-ca-cert.pem"
        command = [self.paths["mitmdump"], "-q", "--set", f"confdir={self.dir}/conf", "--listen-host", "127.0.0.1", "-p", self.port,
                   "--set", f"ssl_verify_upstream_trusted_ca={self.dir}/origin.pem"]
        self.write("origin.pem", self.pki.ca.read_text())
        if self.options["mode"] == "reverse":
            command += ["--ssl-insecure", "--mode", f"reverse:https://127.0.0.1:{self.options['origin']}/"]
        return command


class Sslsplit(Interceptor):
    programs = ("sslsplit",)

    def configure(self):
        cert, key = self.own_ca()
        return [self.paths["sslsplit"], "-D", "-P", "-c", cert, "-k", key, "ssl", "127.0.0.1", self.port, "127.0.0.1",
                self.options["origin"]]


SQUID = """
http_port 127.0.0.1:{port} ssl-bump tls-cert={cert} tls-key={key} generate-host-certificates=on dynamic_cert_mem_cache_size=1MB
sslcrtd_program {certgen} -s {dir}/certs -M 1MB
sslcrtd_children 2 startup=1 idle=1
tls_outgoing_options cafile={origin_ca}
hosts_file {dir}/hosts
{bump}
http_access allow all
cache deny all
cache_mem 0
access_log none
cache_log {dir}/cache.log
pid_filename none
coredump_dir {dir}
shutdown_lifetime 0 seconds
visible_hostname proxy.example.test
"""


CERTGEN = "/usr/lib/squid/security_file_certgen"


class Squid(Interceptor):
    """An HTTP proxy. `bump`: its rules."""

    programs = ("squid", CERTGEN)

    def configure(self):
        cert, key = self.own_ca()
        self.write("hosts", f"127.0.0.1 {HOST}\n")
        self.write("squid.conf", SQUID.format(
            port=self.port, cert=cert, key=key, certgen=self.paths[CERTGEN], dir=self.dir, bump=self.options["bump"],
            origin_ca=self.write("origin.pem", self.pki.ca.read_text())))
        # The name tells its shared memory from that of others.
        return [self.paths["squid"], "-N", "-n", f"tlswhy{self.port}", "-f", self.dir / "squid.conf"]

    def prepare(self):
        self.run(self.paths[CERTGEN], "-c", "-s", self.dir / "certs", "-M", "1MB")

    def stop(self):
        super().stop()
        # What a killed one leaves behind.
        for segment in ("cf__metadata", "cf__queues", "cf__readers", "tls_session_cache"):
            with contextlib.suppress(OSError):
                os.unlink(f"/dev/shm/tlswhy{self.port}-{segment}.shm")


CASES = [
    # name, class, options, cause, certainty, how it is reached
    ("mitmproxy/proxy", Mitmproxy, {"mode": "regular"}, "dev-proxy-intercept", ("likely", "proven"), "proxy"),
    ("mitmproxy/reverse", Mitmproxy, {"mode": "reverse"}, "dev-proxy-intercept", ("likely",), "relay"),
    ("sslsplit", Sslsplit, {}, "intercept-untrusted-root", ("likely",), "relay"),
    ("squid/client-first", Squid, {"bump": "ssl_bump bump all"}, "intercept-untrusted-root", ("proven",), "named-proxy"),
    ("squid/server-first", Squid, {"bump": "acl step1 at_step SslBump1\nssl_bump peek step1\nssl_bump bump all"},
     "intercept-untrusted-root", ("proven",), "named-proxy"),
]


def reach(tlswhy, box, origin, how, ca):
    """The report of a client that trusts `ca`."""
    proxy = ("--proxy", f"http://127.0.0.1:{box.port}")
    if how == "relay":
        return diagnose(tlswhy, box.port, ca)
    if how == "proxy":
        return diagnose(tlswhy, origin.port, ca, *proxy)
    return diagnose(tlswhy, origin.port, ca, *proxy, by_name=True)


def check(tlswhy, pki, origin, case):
    name, kind, options, cause, certainty, how = case
    with kind(pki, origin=origin.port, **options) as box:
        report = reach(tlswhy, box, origin, how, pki.ca)
        expect(report, "fail", cause, "client")
        if report["causes"][0]["certainty"] not in certainty or len(report["causes"]) != 1:
            raise Failure(f"{[(c['id'], c['certainty']) for c in report['causes']]}")
        report = reach(tlswhy, box, origin, how, box.ca)
        expect(report, "ok")
        if NOTE not in [note["id"] for note in report["notes"]]:
            raise Failure(f"trusted, and no note says so: {report['notes']}")


def check_origin(tlswhy, pki, origin):
    """What the boxes stand before is healthy, and nobody is in between there; nor where its CA is not trusted."""
    report = diagnose(tlswhy, origin.port, pki.ca)
    expect(report, "ok")
    if report["notes"]:
        raise Failure(f"notes on the origin itself: {report['notes']}")
    other = pki.dir / "stranger.pem"
    pki.stranger(other, pki.dir / "stranger.key", "Somebody Else")
    expect(diagnose(tlswhy, origin.port, other), "fail", "cert-private-ca", "client")


def main():
    options = arguments(__doc__)
    tally = Tally()
    with temporary_pki() as pki, Origin(pki) as origin:
        tests = [("origin", functools.partial(check_origin, options.tlswhy, pki, origin))]
        tests += [(case[0], functools.partial(check, options.tlswhy, pki, origin, case)) for case in CASES]
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda test: tally.run(*test), [t for t in tests if options.wanted(t[0])]))
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())

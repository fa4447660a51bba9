#!/usr/bin/python3
"""`tlswhy` against services that begin TLS after STARTTLS: healthy, with TLS switched off, and asked in the wrong way.

Each service is started twice by its own configuration, with TLS and without; the one with TLS is tried by STARTTLS
and, without it, as if it spoke TLS at once."""

import concurrent.futures
import contextlib
import functools
import sys

sys.dont_write_bytecode = True

import starttls_servers as servers
from base import Failure, Tally, arguments, diagnose, expect, temporary_pki

AT_ONCE = 3

# The word of --starttls: who speaks it, and what its server lacks where TLS is switched off.
NOT_OFFERED = "starttls-not-offered"
NOT_ENABLED = "tls-not-enabled-on-service"
SERVICES = {
    "smtp": (servers.Postfix, {}, NOT_OFFERED),
    "lmtp": (servers.Dovecot, {"protocol": "lmtp"}, NOT_OFFERED),
    "imap": (servers.Dovecot, {"protocol": "imap"}, NOT_OFFERED),
    "pop3": (servers.Dovecot, {"protocol": "pop3"}, NOT_OFFERED),
    "sieve": (servers.Dovecot, {"protocol": "sieve"}, NOT_OFFERED),
    "ftp": (servers.VsFtpd, {}, NOT_OFFERED),
    "ldap": (servers.OpenLdap, {}, NOT_OFFERED),
    "xmpp": (servers.Prosody, {"kind": "c2s"}, NOT_OFFERED),
    "xmpp-server": (servers.Prosody, {"kind": "s2s"}, NOT_OFFERED),
    "postgres": (servers.PostgreSql, {}, NOT_ENABLED),
    "mysql": (servers.MariaDb, {}, NOT_ENABLED),
    "nntp": (servers.ScriptedNntp, {}, NOT_OFFERED),
}


def one_cause(report):
    ids = [cause["id"] for cause in report["causes"]]
    if len(ids) > 1:
        raise Failure("more causes than one: " + ", ".join(ids))


def healthy(tlswhy, pki, protocol, server):
    report = diagnose(tlswhy, server.port, pki.ca, "--starttls", protocol)
    expect(report, "ok")
    if report["target"]["starttls"] != protocol:
        raise Failure(f"target.starttls is {report['target']['starttls']!r}")


def without_tls(tlswhy, pki, protocol, cause, server):
    report = diagnose(tlswhy, server.port, pki.ca, "--starttls", protocol)
    expect(report, "fail", cause, "server")
    one_cause(report)
    if report["handshake"]["stage"] != "starttls":
        raise Failure(f"stage {report['handshake']['stage']}")


def wrong_mode(tlswhy, pki, mode, server):
    report = diagnose(tlswhy, server.port, pki.ca, *mode)
    expect(report, "fail", "starttls-mode-mismatch", "client")
    one_cause(report)
    if report["causes"][0]["certainty"] != "proven":
        raise Failure(f"only {report['causes'][0]['certainty']}, though the other mode was tried")


def run_group(tally, options, start, tests):
    """Tests that share one running server; each of them fails, or is skipped, where it does not start."""
    wanted = [(name, test) for name, test in tests if options.wanted(name)]
    if not wanted:
        return
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(start())
        except Exception as trouble:
            for name, _ in wanted:
                tally.run(name, functools.partial(raise_again, trouble))
            return
        for name, test in wanted:
            tally.run(name, functools.partial(test, server))


def raise_again(trouble):
    raise trouble


def groups_of(tlswhy, pki, protocol):
    kind, settings, cause = SERVICES[protocol]
    who = f"{protocol}/{kind.__name__.lower()}"
    with_tls = [(f"{who}/healthy", functools.partial(healthy, tlswhy, pki, protocol))]
    # Nothing tells a mute service on any port that it is for XMPP servers, of all protocols.
    if protocol != "xmpp-server":
        with_tls.append((f"{who}/as-implicit-tls", functools.partial(wrong_mode, tlswhy, pki, ())))
    off = [(f"{who}/tls-off", functools.partial(without_tls, tlswhy, pki, protocol, cause))]
    return [(functools.partial(kind, pki, **settings), with_tls),
            (functools.partial(kind, pki, tls=False, **settings), off)]


def implicit_group(tlswhy, pki):
    """The reverse: STARTTLS asked of a service that speaks TLS at once."""
    tests = [(f"{protocol}/implicittls/as-starttls",
              functools.partial(wrong_mode, tlswhy, pki, ("--starttls", protocol))) for protocol in SERVICES]
    return functools.partial(servers.ImplicitTls, pki), tests


def main():
    options = arguments("tlswhy against foreign services that begin TLS after STARTTLS")
    tally = Tally()
    with temporary_pki() as pki:
        groups = [group for protocol in SERVICES for group in groups_of(options.tlswhy, pki, protocol)]
        groups.append(implicit_group(options.tlswhy, pki))
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda group: run_group(tally, options, *group), groups))
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
"""The library from outside: a program that has its header and its shared object only diagnoses cases of the lab, and gets what
the command says.

    tests/cli/library.py [--tlswhy FILE]       the library is the one beside it"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import clilib  # noqa: E402
from clilib import ROOT, run  # noqa: E402

import lablib  # noqa: E402

CASES = ["ok-rsa", "chain-missing-intermediate", "cert-self-signed", "all-of-trust-dates-and-name", "starttls-not-offered-smtp", "port-closed"]
VERDICTS = ["ok", "partial", "fail", "undetermined"]
SAME_EVERY_RUN = ("target", "client", "verdict", "certificates", "paths", "clients")
PROBE = '#include <tlswhy/tlswhy.h>\nint main(void) { return tlswhy_version()[0] == 0; }\n'


def facts_of(output):
    """{word: [the rest of its lines]}"""
    facts = {}
    for line in output.splitlines():
        word, _, rest = line.partition(" ")
        facts.setdefault(word, []).append(rest)
    return facts


def run_client(client, *arguments):
    return subprocess.run([str(client), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=clilib.LIMIT_S, env=clilib.clean_environment())


def compare(name, client, tlswhy, arguments):
    """Differences between what the program and the command say."""
    done = run_client(client, *arguments)
    if done.returncode or done.stderr:
        yield f"the program ended with {done.returncode}: {done.stderr[:200]}"
        return
    lines, _, own = done.stdout.partition("\njson\n")
    facts, command = facts_of(lines), run(tlswhy, "--json", *arguments)
    report, other = lablib.report_of(own), lablib.report_of(command.stdout)
    if not report or not other:
        yield f"no report: {done.stdout[-200:]!r}, {command.stdout[-200:]!r} {command.stderr}"
        return
    for field in SAME_EVERY_RUN:
        if report.get(field) != other[field]:
            yield f"{field}: {report.get(field)}, and the command says {other[field]}"
    causes = [f"{c['id']} {c['fixer']} {c['certainty']} 1" for c in other["causes"]]
    wanted = {"cause": causes, "explained": ["1"] * len(causes), "verdict": [str(VERDICTS.index(other["verdict"]))],
              "exit": [str(command.returncode)], "error": [""], "same": ["1"], "progress": ["1"], "past": ["the end 0"],
              "text": ["1"], "trace": ["1"]}
    for word, lines in wanted.items():
        if facts.get(word, []) != lines:
            yield f"{word}: {facts.get(word)}, not {lines}"


def check_refusals(client, checks):
    for arguments, words in ((["--tls-max", "9", "a"], "'9'"), (["--json", "a"], "'json'"), (["a:0"], "'0'"),
                             (["--no-sni", "--servername", "b", "a"], "exclude")):
        done = run_client(client, *arguments)
        checks.that(f"refused: {arguments}", done.returncode == 2 and done.stdout.startswith("refused ") and words in done.stdout, repr(done))
    facts = facts_of(run_client(client, "--cacert", "/nonexistent", "127.0.0.1:1").stdout)
    checks.that("trouble", facts.get("verdict") == ["4"] and facts.get("exit") == ["2"] and "/nonexistent" in facts["error"][0]
                and facts.get("nothing") == ["1"], str(facts))


def judge_facts(judge, *arguments):
    return facts_of(run_client(judge, *arguments).stdout)


def check_judge(judge, tlswhy, checks):
    """What `tlswhy verify` says, said by a program that has the library alone."""
    with tempfile.TemporaryDirectory() as folder:
        root = f"{folder}/root.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{folder}/root.key",
                        "-subj", "/CN=root", "-addext", "subjectAltName=DNS:a.example.test", "-out", root], check=True, capture_output=True)
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        files = ["--leaf", root, "--roots", root, "--at", now]
        for name, options in (("its own name", ["--host", "a.example.test"]), ("another name", ["--host", "b.example.test"]),
                              ("a client's judgement", ["--client", "chrome", "--host", "a.example.test"]), ("ten years later", ["--at", "2096-01-31T00:00:00Z"])):
            command = run(tlswhy, "verify", "--json", *files, *options)
            facts = judge_facts(judge, *files, *options)
            reasons = [f"{r['code']} {r['cert']} 1" for r in json.loads(command.stdout)["reasons"]]
            checks.that(f"judged: {name}", facts.get("json") == [command.stdout.strip()] and facts.get("answer") == [str(1 - command.returncode)]
                        and facts.get("reason", []) == reasons and facts.get("past") == ["the end 0"] and facts.get("before") == ["1"], str(facts))
        for name, arguments, words in (("no roots", ["--leaf", root], "--roots FILE is missing"), ("no time", ["--leaf", root, "--roots", root], "--at TIME is missing"), ("no such option", [*files, "--nothing", "1"], "'nothing'"),
                                       ("a value that is none", [*files, "--at", "noon"], "'noon'"), ("a value too many", [*files, "--inhibit-any", "1"], "no value"),
                                       ("roots that are none", ["--leaf", root, "--roots", f"{folder}/root.key", "--at", now], "'roots' cannot be read")):
            facts = judge_facts(judge, *arguments)
            checks.that(f"not judged: {name}", facts.get("answer") == ["-1"] and words in facts["error"][0], str(facts))


def make_chain(folder):
    """A root, an intermediate and a leaf with its key, as files."""
    def openssl(*command):
        subprocess.run(["openssl", *command], check=True, capture_output=True, cwd=folder)
    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *ec, "-keyout", "root.key", "-subj", "/CN=root", "-out", "root.pem")
    for name, issuer, extensions in (("inter", "root", "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\nsubjectKeyIdentifier=hash\n"),
                                     ("leaf", "inter", "subjectAltName=DNS:a.example.test\nauthorityKeyIdentifier=keyid\n")):
        (folder / f"{name}.ext").write_text(extensions)
        openssl("req", *ec, "-keyout", f"{name}.key", "-subj", f"/CN={name}", "-out", f"{name}.csr")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-CAcreateserial", "-days", "30",
                "-extfile", f"{name}.ext", "-out", f"{name}.pem")


def check_chain(program, tlswhy, checks):
    """What `tlswhy chain` says, said by a program that has the library alone."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        make_chain(folder)
        root, inter, leaf, key = (str(folder / name) for name in ("root.pem", "inter.pem", "leaf.pem", "leaf.key"))
        now, host = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), ["--host", "a.example.test"]
        for name, files, options in (("in order", [leaf, inter, key], host), ("in the wrong order", [inter, leaf, key], host),
                                     ("nothing above the leaf", [leaf], host), ("another name", [leaf, inter], ["--host", "b.example.test"]),
                                     ("a client's judgement", [leaf, inter], [*host, "--client", "java-17"])):
            command = run(tlswhy, "chain", "--json", "--cacert", root, "--at", now, *options, *files)
            done = run_client(program, "--roots", root, "--at", now, *options, *[word for f in files for word in ("--file", f)])
            own, facts = done.stdout.partition("\njson ")[2].partition("\ntext "), facts_of(done.stdout)
            checks.that(f"files: {name}", own[0] + "\n" == command.stdout and own[2] and facts.get("answer") == [str(1 - command.returncode)]
                        and facts.get("before") == ["1"], f"{done.stdout} {command.stdout}")
        done = run_client(program, "--roots", root, "--at", now, "--file", inter, "--file", leaf, "--fix", str(folder / "fixed"))
        facts, fixed = facts_of(done.stdout), folder / "fixed/fullchain.pem"
        checks.that("files: repaired", facts.get("written") == ["1"] and "fullchain.pem" in facts["message"][0] and fixed.is_file()
                    and run(tlswhy, "chain", "--cacert", root, *host, str(fixed)).returncode == 0, str(facts))
        for name, arguments, words in (("no time", ["--file", leaf], "--at TIME is missing"), ("a key alone", ["--file", key, "--at", now], "only a key"),
                                       ("no such option", ["--nothing", "1"], "'nothing'"), ("a value too many", ["--fetch", "1"], "no value"),
                                       ("a host that is none", ["--host", "a b"], "--host"), ("roots that are none", ["--roots", key], "cannot be read")):
            facts = facts_of(run_client(program, *arguments).stdout)
            checks.that(f"files not judged: {name}", facts.get("answer") == ["-1"] and words in facts["error"][0], str(facts))


def check_symbols(build, checks):
    library = build / "libtlswhy.so"
    out = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    shown = {line.split()[-1] for line in out.splitlines() if line.strip()}
    header = (ROOT / "include/tlswhy/tlswhy.h").read_text(encoding="utf-8")
    declared = set(re.findall(r"\b(tlswhy_\w+)\(", re.sub(r"/\*.*?\*/", "", header, flags=re.S)))
    checks.that("the shared library shows what the header declares", shown == declared, f"{sorted(shown ^ declared)}")
    dynamic = subprocess.run(["readelf", "-d", library], capture_output=True, text=True, check=True).stdout
    checks.that("its soname has version 0", "[libtlswhy.so.0]" in dynamic)


def check_header(checks):
    """Whoever includes it may be strict, older, or a C++ program."""
    with tempfile.TemporaryDirectory() as folder:
        for compiler, standard, suffix in (("gcc", "c99", "c"), ("gcc", "c17", "c"), ("clang", "c99", "c"), ("g++", "c++11", "cc")):
            source = pathlib.Path(folder) / f"probe.{suffix}"
            source.write_text(PROBE)
            command = [compiler, f"-std={standard}", "-pedantic", "-Wall", "-Wextra", "-Werror", "-Wstrict-prototypes" if suffix == "c" else "-Wall",
                       "-fsyntax-only", f"-I{ROOT / 'include'}", str(source)]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=clilib.LIMIT_S)
            except FileNotFoundError:
                checks.skip(f"the header for {compiler} -std={standard}", f"no {compiler} here")
                continue
            checks.that(f"the header for {compiler} -std={standard}", done.returncode == 0, done.stderr[:300])


def main():
    tlswhy, checks = clilib.tlswhy_of(__doc__.splitlines()[0]), clilib.Checks()
    build = tlswhy.parent
    client = build / "tests/library/library_client"
    known = {name for name, _, _ in lablib.case_names(tlswhy)}
    cases = [case for case in CASES if case in known]
    checks.that("the lab has the cases", len(cases) == len(CASES), f"{set(CASES) - known} are not there")
    with lablib.Lab(tlswhy, *cases) as running:
        for name, arguments in running.items():
            checks.none_of(name, list(compare(name, client, tlswhy, arguments)))
    check_refusals(client, checks)
    check_judge(build / "tests/library/library_judge", tlswhy, checks)
    check_chain(build / "tests/library/library_chain", tlswhy, checks)
    check_symbols(build, checks)
    check_header(checks)
    checks.close()


main()

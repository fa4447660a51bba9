#!/usr/bin/python3
"""README.md shows what the command really prints, and the commands in it that need no host end well.

    tests/cli/readme.py [--tlswhy FILE]     compare
    tests/cli/readme.py --write [FILE]      put the output of FILE (build/tlswhy) into README.md"""
import pathlib
import re
import shlex
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import clilib  # noqa: E402
from clilib import lablib  # noqa: E402

README = clilib.ROOT / "README.md"
LAB = re.compile(r"^build/tlswhy lab --dir \S+ --port \d+ ([a-z0-9-]+)$", re.M)
# The command with the place where its server listens, and its output.
SHOWN = re.compile(r"(<!-- output -->\n```\n\$ build/tlswhy [^\n]*--connect-to (\S+) [^\n]*\n\n)(.*?)(```\n)", re.S)
ALONE = re.compile(r"^build/tlswhy ((?:lab --list|causes|profiles)\b.*)$", re.M)


def real_output(tlswhy, text):
    """What diagnosing README's case prints. The lab listens where there is room, and the port is written as in README."""
    case, place = LAB.search(text)[1], SHOWN.search(text)[2]
    with lablib.Lab(tlswhy, case) as cases:
        arguments = cases[case]
        output = clilib.run(tlswhy, *arguments).stdout
    real = arguments[arguments.index("--connect-to") + 1]
    return re.sub(rf"\b{real.rpartition(':')[2]}\b", place.rpartition(":")[2], output)


def write(tlswhy):
    text = README.read_text(encoding="utf-8")
    output = real_output(tlswhy, text)
    README.write_text(SHOWN.sub(lambda found: found[1] + output + found[4], text), encoding="utf-8")


def main():
    if sys.argv[1:2] == ["--write"]:
        write(pathlib.Path(sys.argv[2] if sys.argv[2:] else clilib.ROOT / "build/tlswhy").resolve())
        return
    tlswhy = clilib.tlswhy_of(__doc__.splitlines()[0])
    checks = clilib.Checks()
    text = README.read_text(encoding="utf-8")
    checks.that("README.md shows the output of its command", SHOWN.search(text)[3] == real_output(tlswhy, text),
                "after a change that is meant, run tests/cli/readme.py --write")
    for typed in ALONE.findall(text):
        done = clilib.run(tlswhy, *shlex.split(typed, comments=True))
        checks.that(f"tlswhy {typed}", done.returncode == 0 and done.stdout, done.stderr.strip())
    checks.close()


main()

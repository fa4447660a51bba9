#!/usr/bin/python3
"""The suite proves its own worth: with one experiment disabled, the lab cases that rest on it must fail.

Were they to pass, then the verdicts that they expect do not come from the experiment, and the test would not notice its loss."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = "build-worth"
CLOSING = re.compile(r"^(\d+) passed, (\d+) failed", re.M)

# experiment (a word of the planner, -Ddisable_experiment=WORD) -> the lab cases whose verdict rests on it
RESTS_ON = {
}


def sh(*command):
    return subprocess.run([str(c) for c in command], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)


def build_without(experiment):
    """None, or what went wrong."""
    option = f"-Ddisable_experiment={experiment}"
    # Speed of building matters here, not of running.
    made = (sh("meson", "configure", BUILD, option) if (ROOT / BUILD / "build.ninja").exists() else
            sh("meson", "setup", BUILD, option, "-Dtests=disabled", "-Doptimization=0", "-Ddebug=false"))
    if made.returncode == 0:
        made = sh("ninja", "--quiet", "-C", BUILD)
    return made.stdout[-2000:] if made.returncode else None


def check(experiment, cases):
    """(passed, failed): a case that fails without its experiment is a pass."""
    trouble = build_without(experiment)
    if trouble:
        print(f"without {experiment}: cannot be built\n{trouble}")
        return 0, len(cases)
    passed, failed = 0, 0
    for case in cases:
        run = sh("/usr/bin/python3", "tests/lab/run.py", "--tlswhy", f"{BUILD}/tlswhy", case)
        counted = CLOSING.search(run.stdout)
        noticed = run.returncode != 0 and counted is not None and int(counted[2]) > 0
        print(f"without {experiment}: {case} " + ("fails, as it must" if noticed else "DOES NOT FAIL"), flush=True)
        if counted is None:
            print(run.stdout[-2000:])
        passed, failed = passed + noticed, failed + (not noticed)
    return passed, failed


def main():
    total = [0, 0]
    for experiment, cases in RESTS_ON.items():
        passed, failed = check(experiment, cases)
        total = [total[0] + passed, total[1] + failed]
    print(f"{total[0]} passed, {total[1]} failed")
    sys.exit(1 if total[1] or not total[0] else 0)


main()

#!/usr/bin/python3
"""Runs every unit test program of a build folder, and counts the tests inside them.

    tests/unit/run.py [BUILD-FOLDER]

The programs are what `meson test` would run; here each cmocka test counts by itself. A program that dies, hangs or counts
nothing is one more failure."""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LIMIT_S = 120

OK = re.compile(r"^ok \d+ - (?!.*# SKIP)", re.M)
SKIPPED = re.compile(r"^ok \d+ - .*# SKIP", re.M)
NOT_OK = re.compile(r"^not ok \d+ - ", re.M)


def find_tests(build):
    out = subprocess.run(["meson", "introspect", "--tests", build], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(out.stdout)


def run_one(test):
    """(name, passed, failed, skipped, seconds, output)"""
    env = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", **test["env"])
    began = time.monotonic()
    try:
        run = subprocess.run(test["cmd"], cwd=test["workdir"] or ROOT, env=env, timeout=LIMIT_S, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output, status = run.stdout.decode("utf-8", "replace"), run.returncode
    except subprocess.TimeoutExpired as error:
        output, status = (error.stdout or b"").decode("utf-8", "replace") + f"\nno end within {LIMIT_S} s\n", -1
    passed, failed, skipped = len(OK.findall(output)), len(NOT_OK.findall(output)), len(SKIPPED.findall(output))
    if passed + failed + skipped == 0 and status == 0:
        passed = 1  # a plain program, judged by its exit status
    if status != 0 and failed == 0:
        failed = 1
    return test["name"], passed, failed, skipped, time.monotonic() - began, output


def main():
    tests = find_tests(sys.argv[1] if len(sys.argv) > 1 else "build-asan")
    total = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, passed, failed, skipped, seconds, output in pool.map(run_one, tests):
            total = [total[0] + passed, total[1] + failed, total[2] + skipped]
            print(f"{name:32} {passed:4} passed" + (f", {failed} FAILED" if failed else "") + f"  {seconds:.1f} s", flush=True)
            if failed:
                print("\n".join("    " + line for line in output.splitlines()[-60:]), flush=True)
    if not tests:
        print("this build folder has no unit tests")
        total[1] += 1
    print("{} passed, {} failed".format(*total) + (f", {total[2]} skipped" if total[2] else ""))
    sys.exit(1 if total[1] else 0)


main()

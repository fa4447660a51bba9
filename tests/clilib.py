"""What the tests of the command share: how it is run, and how checks are counted."""
import argparse
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import lablib  # noqa: E402

LIMIT_S = 60


def tlswhy_of(description):
    """The command under test, from this script's own arguments."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--tlswhy", default=str(ROOT / "build-asan/tlswhy"), help="the command (default: %(default)s)")
    return pathlib.Path(parser.parse_args().tlswhy).resolve()


def clean_environment(**changes):
    """Ours, without what changes how the command behaves; `changes` on top."""
    env = {name: value for name, value in lablib.clean_environment().items() if name not in ("NO_COLOR", "TERM", "COLUMNS")}
    return {**env, "TERM": "xterm", **changes}


def run(tlswhy, *arguments, limit_s=LIMIT_S, **environment):
    """A finished process: stdout and stderr as text, exactly as they came."""
    return subprocess.run([str(tlswhy), *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=limit_s,
                          env=clean_environment(**environment), text=True, encoding="utf-8", errors="surrogateescape")


class Checks:
    """Counts; each check is one line if it fails. Ends the script with the closing line of a stage."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def that(self, name, holds, detail=""):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAIL {name}" + (f": {detail}" if detail else ""), flush=True)
        return bool(holds)

    def none_of(self, name, problems):
        """Passes if there are no problems."""
        return self.that(name, not problems, "; ".join(problems))

    def skip(self, name, why):
        self.skipped += 1
        print(f"skip {name}: {why}", flush=True)

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        sys.exit(1 if self.failed else 0)

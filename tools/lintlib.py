"""What the lint scripts share: which files there are, and C text without comments and literals."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ["src", "include", "lab", "fuzz", "tests", "bench"]

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def c_files(folders=FOLDERS):
    """Every C file below the folders, as paths relative to the root."""
    found = []
    for folder in folders:
        found += [p.relative_to(ROOT) for p in (ROOT / folder).rglob("*.[ch]")]
    return sorted(found)


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def code_only(text):
    """The text with comments and literals blanked, lines kept."""
    return TOKEN.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def inside(path, folders):
    return any(path.is_relative_to(folder) for folder in folders)


def finish(name, problems):
    """Prints the problems, and ends the script: 1 if there are any."""
    for problem in problems:
        print(f"{name}: {problem}")
    sys.exit(1 if problems else 0)

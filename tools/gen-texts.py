#!/usr/bin/python3
"""The catalogue's texts, texts/ID.md, as a C file (src/causes/catalogue.h), for the build:

    tools/gen-texts.py OUTPUT TEXT...      writes OUTPUT from the texts given
    tools/gen-texts.py --check             reads every text, and tries the parser on texts that it must refuse

The format is strict, and whatever deviates is an error with file and line: people read these texts in the worst
moment, and nothing in between would notice a step that got lost.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
WHO = ("client", "server", "network", "visitor")
SOFTWARE = {
    # servers
    "nginx", "apache", "haproxy", "caddy", "iis", "traefik", "envoy", "tomcat", "lighttpd", "postfix", "dovecot", "exim",
    "openldap", "vsftpd", "prosody", "postgresql", "mysql", "mariadb", "redis", "mongodb", "rabbitmq", "mosquitto",
    # clients and libraries
    "openssl", "gnutls", "curl", "wget", "git", "java", "python", "node", "go", "dotnet", "php", "ruby", "rust", "npm",
    "pip", "docker", "psql", "firefox", "chrome", "swaks",
    # systems and tools
    "linux", "debian", "redhat", "alpine", "windows", "macos", "android", "ios", "powershell", "shell", "systemd",
    "certbot", "acme-sh", "dns", "nftables", "iptables", "ufw", "firewalld", "squid", "cisco",
}
ALWAYS = {"host", "port", "address"}
TITLE_MAX, LINE_MAX = 90, 140
SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")
SET = re.compile(r'finding_slot\(\s*f,\s*"([a-z0-9_]+)"')
INCLUDE = re.compile(r'^#include "(causes/[a-z0-9_]+)\.h"', re.M)
FIX = re.compile(r"## Fix: (\w+) - (\S.*)")
STEP = re.compile(r"(\d+)\. (\S.*)")


class Refused(Exception):
    """A text that is not as the format wants it."""


def slots_of(cause, root=ROOT):
    """The slots that a cause's code may set: its own file's, and those of the helpers that it includes."""
    found, todo, seen = set(ALWAYS), ["causes/" + cause.replace("-", "_")], set()
    while todo:
        module = todo.pop()
        path = root / "src" / (module + ".c")
        if module in seen or not path.exists():
            continue
        seen.add(module)
        code = path.read_text(encoding="utf-8")
        found.update(SET.findall(code))
        todo += INCLUDE.findall(code)
        header = path.with_suffix(".h")
        todo += INCLUDE.findall(header.read_text(encoding="utf-8")) if header.exists() else []
    return found


class Parser:
    """One text, from top to bottom."""

    def __init__(self, name, text, slots):
        self.name, self.slots, self.at = name, slots, 0
        self.lines = text.split("\n")
        if self.lines.pop() != "" or not self.lines or not self.lines[-1]:
            self.fail("must end with exactly one newline", len(self.lines))
        fenced = False
        for number, line in enumerate(self.lines, 1):
            fenced ^= line.startswith("```")
            self.check_line(line, number, fenced)

    def fail(self, what, number=None):
        raise Refused(f"{self.name}:{number or self.at + 1}: {what}")

    def check_line(self, line, number, fenced):
        if line != line.rstrip():
            self.fail("blank at the end of the line", number)
        if not line.isprintable():
            self.fail("a tab or a control character", number)
        if len(line) > LINE_MAX and not fenced and not STEP.match(line) and not line.startswith("- "):
            self.fail(f"longer than {LINE_MAX} columns", number)
        for word in SLOT.findall(line):
            if word not in self.slots:
                self.fail(f"unknown slot {{{word}}}; there are: {', '.join(sorted(self.slots))}", number)
            if fenced:
                self.fail(f"{{{word}}} in a snippet: slots are filled in prose only", number)
        if not fenced and not line.startswith("```") and re.search(r"[{}]", SLOT.sub("", line)):
            self.fail("a brace that is no {slot}", number)

    def peek(self):
        return self.lines[self.at] if self.at < len(self.lines) else None

    def take(self):
        line = self.peek()
        self.at += 1
        return line

    def blank(self):
        """Exactly one blank line between blocks."""
        if self.peek() != "":
            self.fail("a blank line is wanted here")
        self.at += 1
        if not self.peek():
            self.fail("more than one blank line")

    def title(self, title):
        if len(title) > TITLE_MAX:
            self.fail(f"a title of {len(title)} characters, more than {TITLE_MAX}", self.at)
        if title != title.strip() or title.endswith("."):
            self.fail("a title has no full stop and no blanks around it", self.at)
        if SLOT.search(title):
            self.fail("a title holds no {slots}: it is shown where there is no case at hand", self.at)
        return title

    def paragraphs(self):
        found = []
        while self.peek() is not None and not self.peek().startswith("## "):
            lines = []
            while self.peek():
                if re.match(r"[#>*-]|```|\d+\. ", self.peek()):
                    self.fail("only paragraphs are allowed between the title and the first section")
                lines.append(self.take())
            found.append(" ".join(lines))
            if self.peek() is None:
                self.fail("the text ends within the explanation")
            self.blank()
        if not 1 <= len(found) <= 3:
            self.fail(f"{len(found)} paragraphs of explanation; one to three are wanted")
        return "\n\n".join(found)

    def steps(self, who):
        found = []
        while self.peek():
            step = STEP.fullmatch(self.peek())
            if not step or int(step[1]) != len(found) + 1:
                self.fail(f"step {len(found) + 1} is wanted here, as one line")
            quoted = step[2].startswith("> ")
            if quoted != (who == "visitor"):
                self.fail("a visitor's step is a message, `1. > …`, and no other step is")
            found.append(step[2][2:] if quoted else step[2])
            self.at += 1
        if not found:
            self.fail("no steps")
        return found

    def snippet(self, known):
        fence = re.fullmatch(r"```([a-z0-9-]+)", self.take())
        if not fence or fence[1] not in SOFTWARE:
            self.fail("the word after the fence is no known software (SOFTWARE in tools/gen-texts.py)", self.at)
        if fence[1] in known:
            self.fail(f"a second snippet for {fence[1]}", self.at)
        code = []
        while self.peek() is not None and self.peek() != "```":
            code.append(self.take())
        if self.take() is None:
            self.fail("the snippet has no end", self.at)
        if not code or not code[0] or not code[-1]:
            self.fail("a snippet begins and ends with code", self.at)
        return fence[1], "\n".join(code)

    def fix(self):
        head = FIX.fullmatch(self.take())
        if not head:
            self.fail("wanted: ## Fix: WHO - TITLE, or ## Avoid", self.at)
        if head[1] not in WHO:
            self.fail(f"unknown WHO {head[1]}; there are: {', '.join(WHO)}", self.at)
        fix = {"who": head[1], "title": self.title(head[2]), "snippets": {}}
        self.blank()
        fix["steps"] = self.steps(head[1])
        self.blank()
        while self.peek().startswith("```"):
            software, code = self.snippet(fix["snippets"])
            fix["snippets"][software] = code
            self.blank()
        if head[1] == "visitor" and fix["snippets"]:
            self.fail("a visitor has no snippets")
        return fix

    def avoid(self):
        self.take()
        self.blank()
        found = []
        while self.peek() is not None:
            if not re.match(r"- \S", self.peek()):
                self.fail("wanted: - one thing to avoid, as one line")
            found.append(self.take()[2:])
        return found

    def parse(self):
        head = self.take()
        if not head.startswith("# "):
            self.fail("wanted: # TITLE", 1)
        text = {"title": self.title(head[2:]), "fixes": []}
        self.blank()
        text["explanation"] = self.paragraphs()
        while self.peek() != "## Avoid":
            if self.peek() is None:
                self.fail("no ## Avoid")
            text["fixes"].append(self.fix())
        if not text["fixes"]:
            self.fail("no fix")
        text["avoid"] = self.avoid()
        who = {fix["who"] for fix in text["fixes"]}
        if "server" in who and "visitor" not in who:
            self.fail("a fix for the server and none for the visitor")
        return text


def read_text(path):
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.md", path.name):
        raise Refused(f"{path}:1: a text is called ID.md")
    text = Parser(str(path), path.read_text(encoding="utf-8"), slots_of(path.stem)).parse()
    return text | {"id": path.stem}


def c_string(text):
    """A C string literal; octal escapes end after three digits, so that what follows cannot join them."""
    def escape(byte):
        if byte in b'\\"':
            return "\\" + chr(byte)
        return chr(byte) if 32 <= byte < 127 and byte != ord("?") else f"\\{byte:03o}"
    return "\n        ".join('"' + "".join(map(escape, (line.encode("utf-8")))) + '"' for line in text.splitlines(True))


def c_array(name, kind, items):
    return f"static const {kind} {name}[] = {{\n" + "".join(f"    {item},\n" for item in items) + "};\n"


def c_text(text):
    """The arrays of one text, and its entry."""
    own = text["id"].replace("-", "_")
    out, fixes = "", []
    for i, fix in enumerate(text["fixes"]):
        steps, snippets = f"{own}_steps_{i}", f"{own}_snippets_{i}"
        out += c_array(steps, "char *const", map(c_string, fix["steps"]))
        pairs = [f"{{{c_string(software)}, {c_string(code)}}}" for software, code in fix["snippets"].items()]
        if pairs:
            out += c_array(snippets, "struct text_snippet", pairs)
        fixes.append(f"{{{c_string(fix['who'])}, {c_string(fix['title'])}, {steps}, {len(fix['steps'])}, "
                     f"{snippets if pairs else 'NULL'}, {len(pairs)}}}")
    out += c_array(f"{own}_fixes", "struct text_fix", fixes)
    out += c_array(f"{own}_avoid", "char *const", map(c_string, text["avoid"]))
    entry = (f"    {{{c_string(text['id'])}, {c_string(text['title'])},\n        {c_string(text['explanation'])},\n"
             f"        {own}_fixes, {len(fixes)}, {own}_avoid, {len(text['avoid'])}}},\n")
    return out, entry


HEAD = """/* Generated from texts/ by tools/gen-texts.py: edit those. */
#include "causes/catalogue.h"

#include <string.h>

"""
FIND = """
const struct cause_text *cause_text_find(const char *id) {
    size_t low = 0, high = n_cause_texts;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(id, cause_texts[middle].id);
        if (order == 0) return &cause_texts[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
"""


def c_file(texts):
    parts = [c_text(text) for text in sorted(texts, key=lambda text: text["id"])]
    table = "const struct cause_text cause_texts[] = {\n" + "".join(entry for _, entry in parts) + "};\n"
    count = f"const size_t n_cause_texts = {len(parts)};\n"
    return HEAD + "".join(arrays + "\n" for arrays, _ in parts) + table + count + FIND


def read_all(paths):
    """The texts, and what is wrong with the others."""
    texts, problems = [], []
    for path in paths:
        try:
            texts.append(read_text(path))
        except (Refused, OSError, UnicodeDecodeError) as refused:
            problems.append(str(refused))
    return texts, problems


GOOD = """# The door is shut

A door is what one goes through. This one, of {host}, is shut,
and stays so.

It matters.

## Fix: server - Open it

1. Turn the key.
2. Push "gently".

```nginx
location / { return 200; }
```

```apache
Require all granted
```

## Fix: visitor - Tell the owner

1. > The door of {host} is shut. Please open it.

## Avoid

- Do not break it.
"""
VISITOR = GOOD[GOOD.index("## Fix: visitor"):GOOD.index("## Avoid")]
# What is done to the good text, and what the parser must say then, at which line.
BAD = [
    (("# The", "The"), 1, "# TITLE"),
    (("is shut\n", "is shut.\n"), 1, "full stop"),
    (("The door is", "The door " + "x" * 90), 1, "more than 90"),
    (("The door is", "The door {host}"), 1, "no {slots}"),
    (("shut\n\nA", "shut\nA"), 2, "blank line"),
    (("\n\nIt matters", "\n\n\nIt matters"), 6, "more than one"),
    (("{host}", "{nobody}"), 3, "unknown slot"),
    (("A door", "A { door"), 3, "brace"),
    (("A door", "A\tdoor"), 3, "control"),
    (("stays so.", "stays so. "), 4, "at the end"),
    (("A door", "A " + "x" * 150), 3, "longer"),
    (("A door", "- A door"), 3, "only paragraphs"),
    (("It matters.", "1\n\n2\n\n3\n\n4"), 14, "paragraphs of explanation"),
    (("## Fix: server - Open", "## Fix: servant - Open"), 8, "unknown WHO"),
    (("## Fix: server - Open", "## Fix: server: Open"), 8, "wanted: ## Fix"),
    (("2. Push", "3. Push"), 11, "step 2"),
    (("2. Push", "and push"), 11, "step 2"),
    (("1. Turn", "1. > Turn"), 10, "message"),
    (("1. > The", "1. The"), 23, "message"),
    (("```nginx", "```ngnix"), 13, "no known software"),
    (("```nginx", "```"), 13, "no known software"),
    (("```apache", "```nginx"), 17, "second snippet"),
    (("return 200", "return {host}"), 14, "in a snippet"),
    ((GOOD[GOOD.index("granted\n```"):], "granted\n"), 19, "has no end"),
    ((VISITOR, ""), 24, "none for the visitor"),
    (("## Avoid\n\n- Do not break it.\n", "It ends.\n"), 25, "wanted: ## Fix"),
    (("\n## Avoid\n\n- Do not break it.\n", ""), 24, "blank line"),
    (("- Do not", "Do not"), 27, "one thing"),
    (("- Do not break it.\n", ""), 26, "exactly one newline"),
    (("break it.\n", "break it."), 26, "exactly one newline"),
]


def self_check():
    """The parser reads the good text as it is, and refuses each bad one for its own reason."""
    problems = []
    good = Parser("good", GOOD, ALWAYS).parse()
    if [len(fix["steps"]) for fix in good["fixes"]] != [2, 1] or len(good["fixes"][0]["snippets"]) != 2 \
            or good["fixes"][1]["steps"][0].startswith(">") or "shut, and stays" not in good["explanation"]:
        problems.append("the good text is misread")
    if c_string('a"\\\n??(é1') != '"a\\"\\\\\\012"\n        "\\077\\077(\\303\\2511"':
        problems.append(f"C strings are escaped wrongly: {c_string(chr(34))}")
    for (old, new), line, wanted in BAD:
        if old not in GOOD:
            problems.append(f"nothing to change for {wanted!r}")
            continue
        try:
            Parser("bad", GOOD.replace(old, new, 1), ALWAYS).parse()
            problems.append(f"not refused: {new!r} for {old!r}")
        except Refused as refused:
            if not str(refused).startswith(f"bad:{line}: ") or wanted not in str(refused):
                problems.append(f"{new!r} for {old!r}: wanted line {line}, {wanted!r}, and got: {refused}")
    return problems


def main():
    if sys.argv[1:] == ["--check"]:
        _, problems = read_all(sorted((ROOT / "texts").glob("*.md")))
        problems += self_check()
    elif len(sys.argv) < 3:
        sys.exit(__doc__)
    else:
        texts, problems = read_all(map(pathlib.Path, sys.argv[2:]))
        if not problems:
            pathlib.Path(sys.argv[1]).write_text(c_file(texts), encoding="utf-8")
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


main()

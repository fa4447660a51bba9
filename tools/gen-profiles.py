#!/usr/bin/python3
"""The client profiles, profiles/NAME, as a C file (src/probe/profile.h), for the build:

    tools/gen-profiles.py OUTPUT PROFILE...     writes OUTPUT from the profiles given
    tools/gen-profiles.py --check               reads every profile, and tries the parser on profiles that it must refuse

A hello becomes the bytes that it is on the wire, with zeros for all that is random: the program reads them as it reads any hello."""
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import hellolib  # noqa: E402

POLICY = {"min": r"min (3\.0|1\.[0-3])", "dh": r"dh (\d+)", "max_dh": r"max-dh (\d+)", "renegotiation": r"needs (renegotiation_info)",
          "ems": r"needs (extended_master_secret)", "signatures": r"no (old signatures)", "message": r"message (\d+)", "warnings": r"no (warnings)"}


RENEGOTIATION = {"yes": "RENEGOTIATION_TAKEN", "no": "RENEGOTIATION_REFUSED", None: "RENEGOTIATION_UNKNOWN"}


def policy_of(profile):
    """What the client refuses, by the words of POLICY; `min` is wanted."""
    found = {}
    for part in profile.head.get("policy", "").split(";"):
        hits = [(key, match[1]) for key, pattern in POLICY.items() if (match := re.fullmatch(pattern, part.strip()))]
        if len(hits) != 1:
            raise hellolib.Problem(f"{profile.name}: policy: '{part.strip()}' is not understood")
        found.update(hits)
    if "min" not in found:
        raise hellolib.Problem(f"{profile.name}: policy: there is no min")
    return found


def best_version(hello):
    offered = dict(hello.extensions or []).get(hellolib.SUPPORTED_VERSIONS)
    if offered is None:
        return hello.version
    return max(value for value in hellolib.numbers(offered[1:]) if not hellolib.is_grease(value))


def fields_of(profile, hello):
    """The C initialiser's fields."""
    policy, kinds = policy_of(profile), [kind for kind, _ in hello.extensions or []]
    if hellolib.VERSIONS[policy["min"]] > best_version(hello):
        raise hellolib.Problem(f"{profile.name}: it offers nothing that it takes")
    judge = profile.head["judge"]
    if profile.head.get("renegotiation") not in RENEGOTIATION:
        raise hellolib.Problem(f"{profile.name}: renegotiation: neither yes nor no")
    yield "name", quoted(profile.name)
    yield "title", quoted(profile.head["title"])
    yield "source", quoted(profile.head["source"])
    yield "judge", "NULL" if judge == "none" else quoted(judge)
    yield from ((key, "true" if profile.head.get(key) == "yes" else "false") for key in ("current", "edge"))
    yield "renegotiation", RENEGOTIATION[profile.head.get("renegotiation")]
    yield "varies", " | ".join(f"PROFILE_VARIES_{word.upper()}" for word in profile.head.get("varies", "").split()) or "0"
    yield "policy.min_version", f"0x{hellolib.VERSIONS[policy['min']]:04x}"
    yield "policy.max_version", f"0x{best_version(hello):04x}"
    yield "policy.need_renegotiation_info", "true" if "renegotiation" in policy else "false"
    yield "policy.need_ems", "true" if "ems" in policy else "false"
    yield "policy.dh_min_bits", policy.get("dh", "0")
    yield "policy.dh_max_bits", policy.get("max_dh", "0")
    yield "policy.max_message", policy.get("message", "0")
    yield "policy.refuse_warnings", "true" if "warnings" in policy else "false"
    yield "policy.refuse_old_signatures", "true" if "signatures" in policy else "false"
    yield "policy.check_sigalg", "true" if hellolib.SIGALGS in kinds else "false"
    yield "record_version", f"0x{hello.record:04x}"


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def hello_of(profile, by_name):
    if profile.hello:
        return profile.hello
    other = by_name.get(profile.head["hello"])
    if other is None or other.hello is None:
        raise hellolib.Problem(f"{profile.name}: {profile.head['hello']} is no profile with a hello of its own")
    return other.hello


def order(profile):
    """Current ones first, then by name; versions as numbers."""
    parts = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", profile.name) if part]
    return profile.head.get("current") != "yes", parts


def generate(profiles):
    by_name = {profile.name: profile for profile in profiles}
    lines = ["/* Made by tools/gen-profiles.py from profiles/. */", '#include "probe/profile.h"', ""]
    rows = []
    for number, profile in enumerate(sorted(profiles, key=order)):
        hello = hello_of(profile, by_name)
        data = hellolib.write(hello)
        hexes = [f"0x{byte:02x}," for byte in data]
        lines += [f"static const uint8_t hello_{number}[] = {{"]
        lines += ["    " + " ".join(hexes[at:at + 20]) for at in range(0, len(hexes), 20)] + ["};"]
        fields = [f"        .{key} = {value}," for key, value in fields_of(profile, hello)]
        rows += ["    {", *fields, f"        .hello = {{hello_{number}, sizeof(hello_{number})}},", "    },"]
    lines += ["", "const struct profile profile_table[] = {", *rows, "};", f"const size_t profile_table_n = {len(profiles)};", ""]
    return "\n".join(lines)


GOOD = "title: t\nsource: s\njudge: modern\npolicy: min 1.2\n\nsuites TLS_AES_128_GCM_SHA256\nextension supported_versions 1.3\n"
REFUSED = {
    "no title": GOOD.replace("title: t\n", ""),
    "no source": GOOD.replace("source: s\n", ""),
    "a line that is none": GOOD.replace("source:", "sauce:"),
    "no least version": GOOD.replace("min 1.2", "dh 1024"),
    "a policy that is none": GOOD.replace("min 1.2", "min 1.2; takes everything"),
    "an unknown suite": GOOD.replace("TLS_AES_128_GCM_SHA256", "TLS_AES_127"),
    "an unknown extension": GOOD.replace("supported_versions", "supported_visions"),
    "an unknown item": GOOD + "colour blue\n",
    "a renegotiation now and then": GOOD.replace("policy", "renegotiation: sometimes\npolicy"),
    "an unknown variation": GOOD.replace("policy", "varies: mood\npolicy"),
    "nothing that it takes": GOOD.replace("min 1.2", "min 1.3").replace("supported_versions 1.3", "supported_versions 1.2"),
    "a hello of nobody": "title: t\nsource: s\njudge: modern\npolicy: min 1.2\nhello: nobody\n",
    "no hello": "title: t\nsource: s\njudge: modern\npolicy: min 1.2\n",
}


def trouble_with(text):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "sample"
        path.write_text(text)
        try:
            generate([hellolib.read_profile(path)])
        except hellolib.Problem as problem:
            return str(problem)
    return None


def check():
    problems = []
    for profile in hellolib.read_profiles():
        if profile.hello is None:
            continue
        again = hellolib.hello_from_text(hellolib.to_text(profile.hello))
        if hellolib.write(again) != hellolib.write(profile.hello):
            problems.append(f"{profile.name}: written as text and read again it is another hello")
    generate(hellolib.read_profiles())
    if trouble_with(GOOD):
        problems.append(f"a good profile is refused: {trouble_with(GOOD)}")
    problems += [f"{what} is not refused" for what, text in REFUSED.items() if not trouble_with(text)]
    return problems


def main():
    try:
        if sys.argv[1:] == ["--check"]:
            problems = check()
        else:
            pathlib.Path(sys.argv[1]).write_text(generate([hellolib.read_profile(path) for path in sys.argv[2:]]))
            problems = []
    except hellolib.Problem as problem:
        problems = [str(problem)]
    for problem in problems:
        print(f"profiles: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

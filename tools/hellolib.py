"""ClientHellos as text: what profiles/ holds, tools/record-hello writes and tools/gen-profiles.py reads.

A profile is a head of `key: value` lines and, after an empty line, the hello: one item a line, continued by lines that begin with a
space, comments after `#`. Names are those of src/wire/iana; whatever has none there is a number (0x4469). GREASE stands for any value
of RFC 8701. Extensions stand in their order:

    extension supported_groups GREASE X25519 secp256r1
    extension 0x44cd 0003026832            the body as bytes
    extension session_ticket               no body, or the usual one

`padding` is written where the client fills up to 512 bytes as browsers did (RFC 7685 1). The GREASE of ECH has bytes that are random,
and no server could tell those here from others: `extension encrypted_client_hello kdf 1 aead 1 payload 240`."""
import dataclasses
import hashlib
import pathlib
import re
import struct

ROOT = pathlib.Path(__file__).resolve().parent.parent
IANA = ROOT / "src/wire/iana"
# The values that stand for GREASE: fixed, so that equal trials stay equal.
GREASE_SUITE, GREASE_GROUP, GREASE_VERSION, GREASE_FIRST, GREASE_LAST = 0x4A4A, 0xCACA, 0x8A8A, 0x2A2A, 0xEAEA
VERSIONS = {"3.0": 0x0300, "1.0": 0x0301, "1.1": 0x0302, "1.2": 0x0303, "1.3": 0x0304}
HEAD = ("title", "source", "judge", "current", "edge", "renegotiation", "policy", "varies", "hello")
VARIES = ("grease", "order", "ech", "padding")
SNI, GROUPS, FORMATS, SIGALGS, ALPN, PADDING = 0, 10, 11, 13, 16, 21
STATUS, SUPPORTED_VERSIONS, PSK_MODES, SIGALGS_CERT, KEY_SHARE, RENEGOTIATION = 5, 43, 45, 50, 51, 0xFF01
ECH = 0xFE0D
USUAL = {STATUS: bytes.fromhex("0100000000"), FORMATS: b"\x01\x00", PSK_MODES: b"\x01\x01", RENEGOTIATION: b"\x00"}
PLACEHOLDER_SNI = b"host.example"


class Problem(Exception):
    """Bytes that are no ClientHello, or a text that is no profile."""


def is_grease(value):
    return value & 0x0F0F == 0x0A0A and value >> 8 == value & 0xFF


def _table(file, pattern):
    names = {}
    for line in (IANA / file).read_text().splitlines():
        match = re.match(pattern, line)
        if match:
            names.setdefault(int(match[1], 0), match[2])
    return names


SUITES = _table("suites.def", r'SUITE(?:13)?\((0x[0-9A-Fa-f]+|\d+), "?([A-Za-z0-9_]+)"?')
GROUP_NAMES = _table("groups.def", r"GROUP\((0x[0-9A-Fa-f]+|\d+), ([A-Za-z0-9_]+)")
SHARE_SIZES = {n: int(size) for n, size in _table("groups.def", r"GROUP\((\d+), [A-Za-z0-9_]+, [^,]+, [A-Z0-9_]+, (\d+)").items()}
SCHEMES = _table("sigschemes.def", r"SIGSCHEME\((0x[0-9A-Fa-f]+|\d+), ([A-Za-z0-9_]+)")
EXTENSIONS = _table("extensions.def", r'EXTENSION\((0x[0-9A-Fa-f]+|\d+), "([^"]+)"')
VERSION_NAMES = {value: name for name, value in VERSIONS.items()}
# Extensions that are lists of numbers: the table of their names, and the width of their length.
LISTS = {GROUPS: (GROUP_NAMES, 2), SIGALGS: (SCHEMES, 2), SIGALGS_CERT: (SCHEMES, 2), SUPPORTED_VERSIONS: (VERSION_NAMES, 1)}


@dataclasses.dataclass
class Hello:
    record: int = 0x0301
    version: int = 0x0303
    session_id: int = 32
    suites: list = dataclasses.field(default_factory=list)
    compression: bytes = b"\0"
    extensions: list = dataclasses.field(default_factory=list)  # (type, body); None: no extension block at all
    message: bytes = b""  # that it was read from


# ---- bytes ----

class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        if self.at + n > len(self.data):
            raise Problem(f"cut off at byte {self.at}")
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, n):
        return int.from_bytes(self.take(n), "big")

    def vector(self, width):
        return self.take(self.number(width))

    def left(self):
        return len(self.data) - self.at


def numbers(data):
    return [value for (value,) in struct.iter_unpack(">H", data)] if len(data) % 2 == 0 else []


def message_of(stream):
    """(version of the first record, the ClientHello message) in what a client sent; None where more has to come."""
    reader, message, record = Reader(stream), b"", None
    while reader.left() >= 5:
        kind, version, length = reader.number(1), reader.number(2), reader.number(2)
        if kind != 22 or version >> 8 != 3:
            raise Problem("the first bytes are no handshake record")
        record = record or version
        if reader.left() < length:
            return None
        message += reader.take(length)
        if len(message) >= 4 and len(message) >= 4 + int.from_bytes(message[1:4], "big"):
            return record, message[:4 + int.from_bytes(message[1:4], "big")]
    return None


def parse(record, message):
    outer = Reader(message)
    if outer.number(1) != 1:
        raise Problem("the message is no ClientHello")
    body = Reader(outer.vector(3))
    hello = Hello(record=record, version=body.number(2), message=message)
    body.take(32)
    hello.session_id = len(body.vector(1))
    hello.suites = numbers(body.vector(2))
    hello.compression = body.vector(1)
    if body.left() == 0:
        hello.extensions = None
        return hello
    block = Reader(body.vector(2))
    while block.left():
        hello.extensions.append((block.number(2), block.vector(2)))
    return hello


def vector(width, data):
    return len(data).to_bytes(width, "big") + data


def server_name_body(name):
    return vector(2, b"\0" + vector(2, name))


def server_name_of(hello):
    body = dict(hello.extensions or []).get(SNI, b"")
    return body[5:] if len(body) > 5 else b""


def shares(body):
    """[(group, share)] of a key_share."""
    reader, found = Reader(Reader(body).vector(2)), []
    while reader.left():
        found.append((reader.number(2), reader.vector(2)))
    return found


def _message(hello, parts):
    body = struct.pack(">H", hello.version) + bytes(32) + vector(1, bytes(hello.session_id))
    body += vector(2, b"".join(struct.pack(">H", s) for s in hello.suites)) + vector(1, hello.compression)
    if hello.extensions is not None:
        body += vector(2, b"".join(parts))
    return b"\x01" + vector(3, body)


def write(hello):
    """The message, with zeros for all that is random."""
    parts = [b"" if kind == PADDING else struct.pack(">H", kind) + vector(2, value) for kind, value in hello.extensions or []]
    length = len(_message(hello, parts))
    if 256 <= length < 512:
        filled = struct.pack(">H", PADDING) + vector(2, bytes(max(512 - length - 4, 1)))
        parts = [filled if kind == PADDING else part for (kind, _), part in zip(hello.extensions or [], parts)]
    return _message(hello, parts)


# ---- what differs from one hello to the next ----

def canonical(hello):
    """The same hello with nothing left that is random by design: GREASE, key shares, names, padding, the payload of ECH; and the
    order of extensions as a list of its own."""
    found = []
    for kind, body in hello.extensions or []:
        if kind == SNI:
            body = b""
        elif kind == KEY_SHARE:
            body = b"".join(struct.pack(">HH", 0x0A0A if is_grease(group) else group, len(share)) for group, share in shares(body))
        elif kind in LISTS:
            width = LISTS[kind][1]
            body = b"".join(struct.pack(">H", 0x0A0A if is_grease(value) else value) for value in numbers(body[width:]))
        elif kind == PADDING or (kind == ECH and body[:1] == b"\0"):
            body = b""
        found.append((0x0A0A if is_grease(kind) else kind, body))
    return (hello.record, hello.version, hello.session_id, tuple(0x0A0A if is_grease(s) else s for s in hello.suites), hello.compression,
            tuple(found))


def differences(one, other, any_order=False):
    """In words, one a line: where two hellos are not the same but for what is random. Padding depends on the length of the name."""
    words = ("record version", "version", "length of the session id", "cipher suites", "compression methods")
    a, b = canonical(one), canonical(other)
    for word, x, y in zip(words, a, b):
        if x != y:
            yield f"{word}: {x} and {y}"
    left, right = ([e for e in hello[5] if e[0] != PADDING] for hello in (a, b))
    if any_order:
        left, right = sorted(left), sorted(right)
    if [kind for kind, _ in left] != [kind for kind, _ in right]:
        yield f"extensions: {[name_of(EXTENSIONS, k) for k, _ in left]} and {[name_of(EXTENSIONS, k) for k, _ in right]}"
        return
    for (kind, x), (_, y) in zip(left, right):
        if x != y:
            yield f"{name_of(EXTENSIONS, kind)}: {x.hex()} and {y.hex()}"


def masked(message):
    """The message with zeros for its random numbers, session id and key shares: what a client without variation sends each time."""
    hello = parse(0, message)
    if hello.extensions is not None:
        hello.extensions = [(kind, key_share_body([(group, len(share)) for group, share in shares(body)]) if kind == KEY_SHARE else body)
                            for kind, body in hello.extensions]
    return _message(hello, [struct.pack(">H", kind) + vector(2, body) for kind, body in hello.extensions or []])


def key_share_body(sizes):
    return vector(2, b"".join(struct.pack(">H", group) + vector(2, bytes(size)) for group, size in sizes))


# ---- text ----

def name_of(table, value):
    if is_grease(value):
        return "GREASE"
    return table.get(value) or f"0x{value:04x}"


def _wrapped(words, width=130):
    lines, line = [], ""
    for word in words:
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = "   "
        line += (" " if line else "") + word
    return lines + [line]


def ech_grease(kdf, aead, payload):
    """The body of an encrypted_client_hello that stands for nothing, with fixed bytes in the place of the random ones."""
    seed = b"".join(hashlib.sha256(bytes([n])).digest() for n in range(1 + payload // 32 + 1))
    return b"\0" + struct.pack(">HHB", kdf, aead, 0x5E) + vector(2, seed[:32]) + vector(2, seed[32:32 + payload])


def _ech_words(body):
    reader = Reader(body[1:])
    kdf, aead = reader.number(2), reader.number(2)
    reader.take(1)
    reader.vector(2)
    return ["kdf", str(kdf), "aead", str(aead), "payload", str(len(reader.vector(2)))]


def _extension_words(kind, body):
    words = ["extension", name_of(EXTENSIONS, kind)]
    if kind == ECH and body[:1] == b"\0":
        return words + _ech_words(body)
    if kind in (SNI, PADDING) or body == USUAL.get(kind, b""):
        return words
    if kind in LISTS:
        table, width = LISTS[kind]
        if body == vector(width, body[width:]) and numbers(body[width:]):
            return words + [name_of(table, value) for value in numbers(body[width:])]
    if kind == KEY_SHARE:
        found = shares(body)
        if all(len(share) == (1 if is_grease(group) else SHARE_SIZES.get(group)) for group, share in found):
            return words + [name_of(GROUP_NAMES, group) for group, _ in found]
    if kind == ALPN:
        reader, names = Reader(body[2:]), []
        while reader.left():
            names.append(reader.vector(1).decode("latin-1"))
        return words + names
    return words + [body[n:n + 32].hex() for n in range(0, len(body), 32)]


def to_text(hello):
    lines = [f"record {name_of(VERSION_NAMES, hello.record)}", f"version {name_of(VERSION_NAMES, hello.version)}",
             f"session-id {hello.session_id}", f"compression {hello.compression.hex()}"]
    lines += _wrapped(["suites", *(name_of(SUITES, suite) for suite in hello.suites)])
    for kind, body in hello.extensions or []:
        lines += _wrapped(_extension_words(kind, body))
    return "\n".join(lines) + "\n"


def value_of(table, word, grease, what):
    if word == "GREASE":
        return grease
    for value, name in table.items():
        if name == word:
            return value
    if re.fullmatch(r"0x[0-9a-fA-F]{4}", word):
        return int(word, 16)
    raise Problem(f"{word} is no {what} that is known")


def _body_of(kind, words, hello):
    if kind == SNI:
        return server_name_body(PLACEHOLDER_SNI)
    if kind in LISTS and words:
        table, width = LISTS[kind]
        grease = GREASE_VERSION if kind == SUPPORTED_VERSIONS else GREASE_GROUP
        return vector(width, b"".join(struct.pack(">H", value_of(table, w, grease, "value")) for w in words))
    if kind == KEY_SHARE:
        groups = [value_of(GROUP_NAMES, w, GREASE_GROUP, "group") for w in words]
        return key_share_body([(group, 1 if is_grease(group) else SHARE_SIZES[group]) for group in groups])
    if kind == ALPN:
        return vector(2, b"".join(vector(1, w.encode()) for w in words))
    if kind == ECH and words[:1] == ["kdf"]:
        return ech_grease(*(int(word) for word in words[1::2]))
    if words:
        return bytes.fromhex("".join(words))
    return USUAL.get(kind, b"")


def _add_extension(hello, words):
    last = any(is_grease(kind) for kind, _ in hello.extensions)
    kind = value_of(EXTENSIONS, words[0], GREASE_LAST if last else GREASE_FIRST, "extension")
    body = _body_of(kind, words[1:], hello)
    hello.extensions.append((kind, body))


def _logical_lines(text):
    """(number, words) of each item; continued lines belong to it."""
    items = []
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.split("#", 1)[0].rstrip()
        if not bare.strip():
            continue
        if bare[0] == " " and items:
            items[-1][1].extend(bare.split())
        else:
            items.append((number, bare.split()))
    return items


def hello_from_text(text):
    hello = Hello(extensions=None)
    for number, (word, *rest) in _logical_lines(text):
        try:
            if word in ("record", "version"):
                setattr(hello, word, VERSIONS[rest[0]])
            elif word == "session-id":
                hello.session_id = int(rest[0])
            elif word == "compression":
                hello.compression = bytes.fromhex(rest[0])
            elif word == "suites":
                hello.suites = [value_of(SUITES, w, GREASE_SUITE, "cipher suite") for w in rest]
            elif word == "extension":
                hello.extensions = hello.extensions or []
                _add_extension(hello, rest)
            else:
                raise Problem(f"{word} is no item of a hello")
        except (KeyError, ValueError, IndexError) as trouble:
            raise Problem(f"line {number} of the hello: {trouble}") from None
    return hello


@dataclasses.dataclass
class Profile:
    name: str
    head: dict
    hello: Hello = None  # None: it has that of head["hello"]


def read_profile(path):
    path = pathlib.Path(path)
    above, _, below = path.read_text().partition("\n\n")
    head = {}
    for _, words in _logical_lines(above):
        key = words[0].rstrip(":")
        if key not in HEAD or not words[0].endswith(":"):
            raise Problem(f"{path.name}: {words[0]} is no line of a profile's head")
        head[key] = " ".join(words[1:])
    for key in ("title", "source", "judge"):
        if key not in head:
            raise Problem(f"{path.name}: there is no {key}")
    unknown = set(head.get("varies", "").split()) - set(VARIES)
    if unknown:
        raise Problem(f"{path.name}: varies: {' '.join(sorted(unknown))} is not known")
    try:
        hello = hello_from_text(below) if below.strip() else None
    except Problem as trouble:
        raise Problem(f"{path.name}: {trouble}") from None
    if (hello is None) != ("hello" in head):
        raise Problem(f"{path.name}: wants a hello, of its own or of another profile")
    return Profile(path.name, head, hello)


def read_profiles(folder=ROOT / "profiles"):
    return [read_profile(path) for path in sorted(pathlib.Path(folder).iterdir()) if path.is_file() and path.suffix != ".md"]

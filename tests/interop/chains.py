"""Chains with planted features, for differential.py: each feature alone, and pairs of them.

A feature is a function that changes a plan: `leaf`, `mid` (intermediates, from the leaf upwards), `root`, the host that is asked,
what is sent and what is trusted. FEATURES holds all of them by name, grouped by the part that they change: a pair takes two of
different groups."""
import dataclasses
import hashlib
import random
from datetime import datetime, timezone

from der import Cert, EXTENSIONS, NULL, bits, body_of, boolean, context, days, extension, general_name, general_time, integer, named_bits, octets, oid, rsa_of_nobody, seq, subtrees, tlv, utc_time, with_extensions

HOST = "www.example.com"
EKU = {"server": "1.3.6.1.5.5.7.3.1", "client": "1.3.6.1.5.5.7.3.2", "code": "1.3.6.1.5.5.7.3.3", "email": "1.3.6.1.5.5.7.3.4",
       "ocsp": "1.3.6.1.5.5.7.3.9", "any": "2.5.29.37.0", "sgc": "2.16.840.1.113730.4.1", "mssgc": "1.3.6.1.4.1.311.10.3.3",
       "time": "1.3.6.1.5.5.7.3.8", "precert": "1.3.6.1.4.1.11129.2.4.4", "other": "1.3.6.1.4.1.55555.9"}
KU = {"ds": 0, "nr": 1, "ke": 2, "de": 3, "ka": 4, "sign": 5, "crl": 6}
POLICY, OTHER_POLICY, ANY_POLICY = "1.3.6.1.4.1.55555.7.1", "1.3.6.1.4.1.55555.7.2", "2.5.29.32.0"


def eku(*which):
    return seq(*(oid(EKU[w]) for w in which))


def ku(*which):
    return named_bits(*(KU[w] for w in which))


def bc(ca, path_len=None):
    return seq(*([boolean(True)] if ca else []), *([integer(path_len)] if path_len is not None else []))


def san(*names):
    return seq(*(general_name(n) for n in names))


def key_id(cert):
    return hashlib.sha1(f"{cert.subject}/{cert.key}".encode()).digest()


class Plan:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.leaf = self.cert(f"O=Shop,CN={HOST}", "p256", -10, 80)
        self.leaf.ext.update(bc=(True, bc(False)), ku=(True, ku("ds")), eku=(False, eku("server")), san=(False, san(f"dns:{HOST}")))
        self.mid = [self.ca("O=Test CA,CN=Issuing CA", "p256-b", 0)]
        self.root = self.ca("O=Test CA,CN=Root CA", "p256-c")
        self.host = HOST
        self.more_sent, self.more_roots = [], []  # further certificates, with issuers of their own: (cert, signer or None: itself)
        self.send_root, self.trust_root, self.order = False, True, lambda chain: chain
        self.drop = set()
        self.trust = []  # further ones of the chain that are trusted
        self.self_signed = False

    def cert(self, subject, key, start, end):
        return Cert(subject, key, days(start), days(end), self.random.getrandbits(120) | 1 << 119)

    def ca(self, subject, key, path_len=None):
        c = self.cert(subject, key, -300, 3000)
        c.ext.update(bc=(True, bc(True, path_len)), ku=(True, ku("sign", "crl")))
        return c

    def other_root(self, subject="O=Elsewhere,CN=Other Root", key="p256-d"):
        return self.ca(subject, key)

    def build(self, keys):
        """(chain, roots): DER, the leaf first."""
        path = [self.leaf] if self.self_signed else [self.leaf, *self.mid, self.root]
        pairs = list(zip(path, path[1:] + path[-1:])) + [(c, s or c) for c, s in self.more_sent + self.more_roots]
        der = {}
        for cert, issuer in pairs:
            cert.issuer = issuer.subject if cert.issuer is None else cert.issuer
            cert.signer = cert.signer or issuer.key
            cert.ext.setdefault("ski", (False, octets(key_id(cert))))
            if cert is not issuer:
                cert.ext.setdefault("aki", (False, seq(context(0, key_id(issuer)))))
            der[id(cert)] = cert.der(keys)
        sent = [c for c in path if c is not self.root and c not in self.drop] + ([self.root] if self.send_root else [])
        sent = [sent[0], *self.order(sent[1:] + [c for c, _ in self.more_sent])]
        roots = ([self.root] if self.trust_root and not self.self_signed else []) + self.trust + [c for c, _ in self.more_roots]
        return [der[id(c)] for c in sent], [der[id(c)] for c in roots]


@dataclasses.dataclass
class Feature:
    name: str
    group: str
    apply: object


FEATURES = {}


def feature(group, name_):
    def add(function):
        FEATURES[name_] = Feature(name_, group, function)
        return function
    return add


def add(group, name_, function):
    FEATURES[name_] = Feature(name_, group, function)


def each(group, names, make):
    for name_ in names:
        add(group, name_[0] if isinstance(name_, tuple) else name_, make(name_))


# ---- shapes ----

def set_mids(p, n, path_len=True):
    keys_ = ["p256-b", "p256-d", "p256-e"]
    p.mid = [p.ca(f"O=Test CA,CN=CA {i}", keys_[i % 3], i if path_len and i < 100 else None) for i in range(n)]


for count in (0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 20, 40, 65, 99, 101):
    add("shape", f"{count}-intermediates", lambda p, n=count: set_mids(p, n))
add("shape", "root-sent", lambda p: setattr(p, "send_root", True))
add("shape", "missing-intermediate", lambda p: p.drop.update(p.mid[:1]))


@feature("shape", "reversed")
def _(p):
    set_mids(p, 3)
    p.order = lambda c: c[::-1]


@feature("shape", "shuffled-with-root")
def _(p):
    set_mids(p, 3)
    p.send_root, p.order = True, lambda c: c[1::2] + c[::2]


@feature("shape", "junk-between")
def _(p):
    set_mids(p, 2)
    p.more_sent += [(p.other_root(), None), (p.cert("CN=junk", "p256-e", -5, 5), None)]
    p.order = lambda c: [c[2], c[0], c[3], c[1]]


add("shape", "junk-after", lambda p: p.more_sent.append((p.other_root(), None)))
for how, order in (("reversed", lambda c: c[::-1]), ("twice", lambda c: c + c[:1])):
    for count in (5, 6):  # Java builds no longer path than five, but takes any list that is in order
        add("shape", f"{count}-intermediates-{how}", lambda p, n=count, o=order: (set_mids(p, n), setattr(p, "order", o)))
add("shape", "sent-twice", lambda p: setattr(p, "order", lambda c: c + c))
add("shape", "untrusted-root", lambda p: setattr(p, "trust_root", False))


@feature("shape", "untrusted-root-sent")
def _(p):
    p.trust_root, p.send_root = False, True
    p.more_roots.append((p.other_root(), None))


@feature("shape", "other-root-trusted")
def _(p):
    p.trust_root = False
    p.more_roots.append((p.other_root(), None))


@feature("shape", "self-signed-leaf")
def _(p):
    p.self_signed = True
    p.more_roots.append((p.other_root(), None))


@feature("shape", "self-signed-leaf-trusted")
def _(p):
    p.self_signed = True
    p.trust.append(p.leaf)


@feature("shape", "self-signed-ca-leaf-trusted")
def _(p):
    p.self_signed = True
    p.trust.append(p.leaf)
    p.leaf.ext.update(bc=(True, bc(True)), ku=(True, ku("ds", "sign")))


@feature("shape", "self-signed-no-extensions-but-san-trusted")
def _(p):
    p.self_signed = True
    p.trust.append(p.leaf)
    p.leaf.ext = {"san": p.leaf.ext["san"]}


@feature("shape", "leaf-trusted-alone")
def _(p):
    p.trust_root = False
    p.trust.append(p.leaf)


@feature("shape", "leaf-trusted-beside-root")
def _(p):
    p.trust.append(p.leaf)


@feature("shape", "intermediate-trusted-alone")
def _(p):
    p.trust_root = False
    p.trust.append(p.mid[0])


@feature("shape", "intermediate-trusted-alone-not-sent")
def _(p):
    p.trust_root = False
    p.trust.append(p.mid[0])
    p.drop.update(p.mid[:1])


add("shape", "intermediate-trusted-beside-root", lambda p: p.trust.append(p.mid[0]))


@feature("shape", "upper-intermediate-trusted-alone")
def _(p):
    set_mids(p, 2)
    p.trust_root = False
    p.trust.append(p.mid[1])


def cross(p, first, expired=False, trusted=False, key=None, subject=None):
    """The issuing CA once more, by another root."""
    other = p.other_root()
    twin = p.ca(subject or p.mid[0].subject, key or p.mid[0].key, 0)
    if expired:
        twin.end = days(-1)
    p.more_sent.append((twin, other))
    if trusted:
        p.more_roots.append((other, None))
    else:
        p.more_sent.append((other, None))
    if first:
        p.order = lambda c: [*c[1:], c[0]]
    return twin


for first_ in (False, True):
    where = "first" if first_ else "last"
    add("shape", f"cross-untrusted-{where}", lambda p, f=first_: cross(p, f))
    add("shape", f"cross-expired-{where}", lambda p, f=first_: cross(p, f, expired=True))
    add("shape", f"cross-expired-trusted-{where}", lambda p, f=first_: cross(p, f, expired=True, trusted=True))
    add("shape", f"same-name-other-key-{where}", lambda p, f=first_: cross(p, f, key="p256-e"))

    @feature("shape", f"same-name-other-key-no-ids-{where}")
    def _(p, f=first_):
        twin = cross(p, f, key="p256-e")
        for c in (twin, *p.mid, p.leaf):
            c.ext["ski"] = c.ext["aki"] = None

    @feature("shape", f"expired-twin-same-root-{where}")
    def _(p, f=first_):
        twin = p.ca(p.mid[0].subject, p.mid[0].key, 0)
        twin.end = days(-1)
        p.more_sent.append((twin, p.root))
        p.order = (lambda c: c[::-1]) if f else p.order

    @feature("shape", f"not-ca-twin-same-root-{where}")
    def _(p, f=first_):
        twin = p.ca(p.mid[0].subject, p.mid[0].key, 0)
        twin.ext["bc"] = (True, bc(False))
        p.more_sent.append((twin, p.root))
        p.order = (lambda c: c[::-1]) if f else p.order

    @feature("shape", f"root-twin-{where}")
    def _(p, f=first_):
        """Two roots of the same name with other keys in the store."""
        twin = (p.ca(p.root.subject, "p256-d"), None)
        p.more_roots.append(twin)
        if f:
            p.trust.append(p.root)
            p.trust_root = False
            p.trust.reverse()

    @feature("shape", f"root-twin-no-ids-{where}")
    def _(p, f=first_):
        twin = p.ca(p.root.subject, "p256-d")
        for c in (twin, p.root, *p.mid):
            c.ext["ski"] = c.ext["aki"] = None
        p.more_roots.append((twin, None))


@feature("shape", "root-renewed-old-one-trusted")
def _(p):
    old = p.ca(p.root.subject, p.root.key)
    p.send_root, p.trust_root = True, False
    p.more_roots.append((old, None))


@feature("shape", "root-renewed-old-one-expired-in-store")
def _(p):
    old = p.ca(p.root.subject, p.root.key)
    old.end = days(-1)
    p.more_roots.append((old, None))


@feature("shape", "root-cross-signed-by-trusted")
def _(p):
    """The root itself is unknown; an older one has signed its key."""
    old = p.other_root()
    p.trust_root = False
    p.more_sent.append((p.ca(p.root.subject, p.root.key), old))
    p.more_roots.append((old, None))


@feature("shape", "root-cross-signed-and-stray-behind")
def _(p):
    """GnuTLS looks for an anchor behind the last of what was sent only."""
    p.more_sent.append((p.ca(p.root.subject, p.root.key), p.other_root()))
    stray = p.cert("CN=Stray CA", "p256-e", -5, 5)
    p.more_sent.append((stray, p.other_root()))


@feature("shape", "root-cross-signed-and-its-own-behind")
def _(p):
    """… whose issuer is the root itself: the list ends there."""
    p.more_sent.append((p.ca(p.root.subject, p.root.key), p.other_root()))
    p.more_sent.append((p.ca("CN=Other CA", "p256-e"), p.root))


@feature("shape", "root-cross-signed-by-expired-untrusted")
def _(p):
    """The ISRG and DST case: a needless cross-certificate under a root that is gone."""
    old = p.other_root()
    old.end = days(-1)
    p.more_sent.append((p.ca(p.root.subject, p.root.key), old))


@feature("shape", "root-cross-signed-by-expired-trusted")
def _(p):
    old = p.other_root()
    old.end = days(-1)
    p.more_sent.append((p.ca(p.root.subject, p.root.key), old))
    p.more_roots.append((old, None))


@feature("shape", "loop")
def _(p):
    """Two CAs that signed each other, and no root."""
    set_mids(p, 2)
    p.trust_root = False
    twin = p.ca(p.mid[1].subject, p.mid[1].key)
    p.more_sent.append((twin, p.mid[0]))
    p.more_roots.append((p.other_root(), None))


@feature("shape", "self-issued-intermediate")
def _(p):
    """Key roll-over: the same name signed by the older key, which does not count for path lengths."""
    p.mid = [p.ca("O=Test CA,CN=Issuing CA", "p256-b", 0), p.ca("O=Test CA,CN=Issuing CA", "p256-d", 0)]


def crowd(p, n, among, ids):
    """So many CAs of the name of the right one, with other keys; it comes last."""
    model = p.root if among == "roots" else p.mid[0]
    model.key = "rsa2048"
    for i in range(n):
        twin = p.ca(model.subject, model.key)
        twin.spki = rsa_of_nobody(p.random)
        twin.ext["ski"] = (False, octets(i.to_bytes(20, "big"))) if ids else None
        # Signed by the key that the plan has for that name: nobody here has theirs.
        (p.more_roots if among == "roots" else p.more_sent).append((twin, p.root))
    if not ids:
        for c in (p.leaf, *p.mid, p.root):
            c.ext["ski"] = c.ext["aki"] = None
    if among == "roots":
        p.trust_root = False
        p.more_roots.append((p.root, None))
    p.order = lambda c: c[::-1]


for among_ in ("roots", "sent"):
    for ids_ in (True, False):
        for n_ in (5, 150):
            add("shape", f"{n_}-namesakes-{among_}-{'ids' if ids_ else 'no-ids'}", lambda p, n=n_, a=among_, i=ids_: crowd(p, n, a, i))

# ---- dates ----

def set_dates(which, start, end):
    def change(p):
        c = which(p)
        c.start, c.end = days(start), days(end)
    return change


PARTS = {"leaf": lambda p: p.leaf, "ca": lambda p: p.mid[0], "root": lambda p: p.root}
for part, pick in PARTS.items():
    add("dates", f"{part}-expired", set_dates(pick, -100, -1))
    add("dates", f"{part}-not-yet-valid", set_dates(pick, 1, 100))
    add("serial", f"{part}-serial-negative", lambda p, w=pick: setattr(w(p), "serial", -5))
    add("serial", f"{part}-serial-zero", lambda p, w=pick: setattr(w(p), "serial", 0))
    add("serial", f"{part}-serial-20-octets", lambda p, w=pick: setattr(w(p), "serial", 1 << 158))
    add("serial", f"{part}-serial-21-octets", lambda p, w=pick: setattr(w(p), "serial", 1 << 162))
    add("serial", f"{part}-serial-40-octets", lambda p, w=pick: setattr(w(p), "serial", 1 << 310))
    add("signature", f"{part}-bad-signature", lambda p, w=pick: setattr(w(p), "spoil", True))
    add("version", f"{part}-unknown-critical", lambda p, w=pick: w(p).ext.update(unknown=(True, octets(b"x"))))
    add("version", f"{part}-unknown-not-critical", lambda p, w=pick: w(p).ext.update(unknown=(False, octets(b"x"))))
    add("encoding", f"{part}-times-general", lambda p, w=pick: setattr(w(p), "times", (general_time(w(p).start), general_time(w(p).end))))
    add("encoding", f"{part}-serial-not-minimal", lambda p, w=pick: setattr(w(p), "serial_der", tlv(2, b"\0\0\x11")))
    add("encoding", f"{part}-ski-twice", lambda p, w=pick: setattr(w(p), "raw", extension("ski", False, octets(key_id(w(p))))))
    add("encoding", f"{part}-unknown-twice", lambda p, w=pick: setattr(w(p), "raw", extension("unknown", False, b"\5\0") * 2))
    add("encoding", f"{part}-critical-false-written",
        lambda p, w=pick: setattr(w(p), "raw", seq(oid(EXTENSIONS["unknown2"]), boolean(False), octets(b"\5\0"))))
    add("encoding", f"{part}-critical-01",
        lambda p, w=pick: setattr(w(p), "raw", seq(oid(EXTENSIONS["policies"]), b"\1\1\1", octets(seq(seq(oid(POLICY)))))))

    @feature("version", f"{part}-v1")
    def _(p, w=pick):
        c = w(p)
        c.version, c.ext = 1, {k: None for k in EXTENSIONS}

    @feature("version", f"{part}-v1-with-extensions")
    def _(p, w=pick):
        w(p).version = 1

    @feature("version", f"{part}-v2-with-extensions")
    def _(p, w=pick):
        w(p).version = 2

    for digest in ("md5", "sha1", "sha384", "sha512", "sha224"):
        @feature("signature", f"{part}-{digest}")
        def _(p, w=pick, d=digest):
            c = w(p)
            above = p.root if c in p.mid or c is p.root or not p.mid else p.mid[0]
            above.key, c.digest = "rsa2048", d

    @feature("signature", f"{part}-rsa-pss-signature")
    def _(p, w=pick):
        c = w(p)
        above = p.root if c in p.mid or c is p.root or not p.mid else p.mid[0]
        above.key, c.pss = "rsa2048", True

    @feature("signature", f"{part}-algorithms-differ")
    def _(p, w=pick):
        w(p).inner = seq(oid("1.2.840.10045.4.3.3"))

    for kind in ("p224", "p384", "p521", "k256", "bp256", "rsa512", "rsa1024", "rsa1536", "rsa2048", "rsapss", "ed25519", "ed448"):
        if (part, kind) != ("root", "rsa512"):  # too small to sign with SHA-256 comfortably
            add("key", f"{part}-key-{kind}", lambda p, w=pick, k=kind: setattr(w(p), "key", k))
    for kind in ("ski", "aki"):
        add("identifiers", f"{part}-no-{kind}", lambda p, w=pick, k=kind: w(p).ext.update({k: None}))
        add("identifiers", f"{part}-{kind}-critical",
            lambda p, w=pick, k=kind: w(p).ext.update({k: (True, octets(key_id(w(p))) if k == "ski" else seq(context(0, key_id(
                w(p) if w(p) is p.root else p.root if w(p) in p.mid or not p.mid else p.mid[0]))))}))
    add("identifiers", f"{part}-aki-mismatch", lambda p, w=pick: w(p).ext.update(aki=(False, seq(context(0, b"somebody else's id..")))))
    add("identifiers", f"{part}-aki-serial-mismatch", lambda p, w=pick: w(p).ext.update(
        aki=(False, seq(context(1, general_name("dir:CN=Nobody"), True), context(2, b"\x11\x22")))))
    add("identifiers", f"{part}-empty-subject", lambda p, w=pick: setattr(w(p), "subject", ""))

add("dates", "leaf-valid-5-years", set_dates(PARTS["leaf"], -10, 1825))
add("dates", "leaf-valid-900-days", set_dates(PARTS["leaf"], -10, 890))
add("dates", "leaf-valid-500-days", set_dates(PARTS["leaf"], -10, 490))
add("dates", "leaf-valid-399-days", set_dates(PARTS["leaf"], -10, 389))
add("dates", "leaf-no-end", lambda p: setattr(p.leaf, "end", datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)))
add("dates", "leaf-ends-before-it-begins", set_dates(PARTS["leaf"], -1, -10))
add("dates", "ca-outlives-root", set_dates(PARTS["ca"], -300, 9000))
add("encoding", "leaf-time-no-seconds", lambda p: setattr(p.leaf, "times", (tlv(0x17, b"2401010000Z"), tlv(0x17, b"4901010000Z"))))
add("encoding", "leaf-time-offset", lambda p: setattr(p.leaf, "times", (tlv(0x17, b"240101000000+0100"), tlv(0x17, b"490101000000+0100"))))
add("encoding", "leaf-time-fraction", lambda p: setattr(p.leaf, "times", (tlv(0x18, b"20240101000000.5Z"), tlv(0x18, b"20510101000000.5Z"))))
add("encoding", "leaf-san-twice", lambda p: setattr(p.leaf, "raw", extension("san", False, san("dns:other.example"))))
add("encoding", "leaf-bc-ca-false-written", lambda p: p.leaf.ext.update(bc=(True, seq(boolean(False)))))
add("encoding", "leaf-ku-trailing-zeros", lambda p: p.leaf.ext.update(ku=(True, bits(b"\x80", 0))))
add("encoding", "leaf-ca-bool-01", lambda p: p.mid[0].ext.update(bc=(True, seq(b"\1\1\1"))))

# ---- basic constraints, key usage ----

for part in ("ca", "root"):
    pick = PARTS[part]
    add("constraints", f"{part}-no-bc", lambda p, w=pick: w(p).ext.update(bc=None))
    add("constraints", f"{part}-bc-false", lambda p, w=pick: w(p).ext.update(bc=(True, bc(False))))
    add("constraints", f"{part}-bc-not-critical", lambda p, w=pick: w(p).ext.update(bc=(False, bc(True))))
    add("constraints", f"{part}-bc-false-pathlen", lambda p, w=pick: w(p).ext.update(bc=(True, bc(False, 0))))
    add("constraints", f"{part}-pathlen-0", lambda p, w=pick: w(p).ext.update(bc=(True, bc(True, 0))))
    add("constraints", f"{part}-pathlen-0-and-two-below", lambda p, w=pick: (set_mids(p, 3, False), (p.mid[2] if w(p) is not p.root else p.root)
                                                                           .ext.update(bc=(True, bc(True, 0)))))
    add("constraints", f"{part}-pathlen-negative", lambda p, w=pick: w(p).ext.update(bc=(True, bc(True, -1))))
    add("constraints", f"{part}-no-ku", lambda p, w=pick: w(p).ext.update(ku=None))
    add("constraints", f"{part}-no-ku-pathlen", lambda p, w=pick: w(p).ext.update(ku=None, bc=(True, bc(True, 1))))
    add("constraints", f"{part}-ku-no-certsign", lambda p, w=pick: w(p).ext.update(ku=(True, ku("crl", "ds"))))
    add("constraints", f"{part}-ku-not-critical", lambda p, w=pick: w(p).ext.update(ku=(False, ku("sign"))))
    add("constraints", f"{part}-ku-empty", lambda p, w=pick: w(p).ext.update(ku=(True, ku())))
add("constraints", "ca-pathlen-huge", lambda p: p.mid[0].ext.update(bc=(True, bc(True, 1 << 40))))
add("constraints", "ca-nothing", lambda p: p.mid[0].ext.update(ku=None, bc=None))
add("constraints", "ca-no-bc-but-ku", lambda p: p.mid[0].ext.update(bc=None))
add("constraints", "self-issued-and-pathlen-0", lambda p: (FEATURES["self-issued-intermediate"].apply(p), p.root.ext.update(bc=(True, bc(True, 1)))))
add("leaf-use", "leaf-no-bc", lambda p: p.leaf.ext.update(bc=None))
add("leaf-use", "leaf-bc-not-critical", lambda p: p.leaf.ext.update(bc=(False, bc(False))))
add("leaf-use", "leaf-is-ca", lambda p: p.leaf.ext.update(bc=(True, bc(True)), ku=(True, ku("ds", "sign"))))
add("leaf-use", "leaf-is-ca-without-sign", lambda p: p.leaf.ext.update(bc=(True, bc(True))))
add("leaf-use", "leaf-no-ca-pathlen", lambda p: p.leaf.ext.update(bc=(True, bc(False, 0))))
for words in ((), ("nr",), ("ke",), ("de",), ("ka",), ("sign",), ("crl",), ("ds", "ke"), ("ds", "sign"), ("ke", "ka")):
    add("leaf-use", "leaf-ku-" + ("-".join(words) or "empty"), lambda p, w=words: p.leaf.ext.update(ku=(True, ku(*w))))
add("leaf-use", "leaf-no-ku", lambda p: p.leaf.ext.update(ku=None))
add("leaf-use", "leaf-ku-not-critical", lambda p: p.leaf.ext.update(ku=(False, ku("ds"))))
for part, pick in PARTS.items():
    for words in (("server",), ("client",), ("any",), ("email",), ("server", "client"), ("ocsp",), ("code", "server"), ("sgc",), ("mssgc",),
                  ("other",), ("any", "client"), ()):
        add("eku", f"{part}-eku-" + ("-".join(words) or "empty"), lambda p, w=pick, e=words: w(p).ext.update(eku=(False, eku(*e))))
    add("eku", f"{part}-eku-critical-any", lambda p, w=pick: w(p).ext.update(eku=(True, eku("any"))))
    add("eku", f"{part}-eku-critical-server", lambda p, w=pick: w(p).ext.update(eku=(True, eku("server"))))
add("eku", "leaf-no-eku", lambda p: p.leaf.ext.update(eku=None))
add("eku", "leaf-nscert-client", lambda p: p.leaf.ext.update(nscert=(False, named_bits(0))))
add("eku", "leaf-nscert-server", lambda p: p.leaf.ext.update(nscert=(False, named_bits(1))))
add("eku", "leaf-nscert-client-no-eku", lambda p: p.leaf.ext.update(nscert=(False, named_bits(0)), eku=None))
add("eku", "leaf-nscert-server-no-eku", lambda p: p.leaf.ext.update(nscert=(False, named_bits(1)), eku=None))
add("eku", "leaf-nscert-server-eku-client", lambda p: p.leaf.ext.update(nscert=(False, named_bits(1)), eku=(False, eku("client"))))
add("eku", "leaf-nscert-critical", lambda p: p.leaf.ext.update(nscert=(True, named_bits(1))))
add("eku", "leaf-nscert-none", lambda p: p.leaf.ext.update(nscert=(False, named_bits())))
add("eku", "leaf-nscert-broken", lambda p: p.leaf.ext.update(nscert=(False, integer(1))))
add("eku", "ca-nscert-ca", lambda p: p.mid[0].ext.update(nscert=(False, named_bits(5))))
add("eku", "ca-nscert-critical", lambda p: p.mid[0].ext.update(nscert=(True, named_bits(5))))
add("eku", "root-nscert-server", lambda p: p.root.ext.update(nscert=(False, named_bits(1))))
add("eku", "ca-nscert-server-eku", lambda p: p.mid[0].ext.update(nscert=(False, named_bits(1)), eku=(False, eku("server"))))
add("eku", "ca-nscert-server", lambda p: p.mid[0].ext.update(nscert=(False, named_bits(1))))

# ---- names ----


def named(host, *names, cn=None, critical=False):
    def change(p):
        p.host = host
        p.leaf.ext["san"] = (critical, san(*names)) if names else None
        if cn is not None:
            p.leaf.subject = f"O=Shop,CN={cn}" if cn else ""
    return change


NAMES = [
    ("name-other", HOST, ["dns:other.example"]), ("name-many", HOST, ["dns:other.example", f"dns:{HOST}"]),
    ("name-upper", HOST, ["dns:WWW.Example.COM"]), ("host-upper", "WWW.EXAMPLE.com", [f"dns:{HOST}"]),
    ("wildcard", HOST, ["dns:*.example.com"]), ("wildcard-two-labels", "a.b.example.com", ["dns:*.example.com"]),
    ("wildcard-apex", "example.com", ["dns:*.example.com"]), ("wildcard-upper", HOST, ["dns:*.EXAMPLE.com"]),
    ("wildcard-tld", "example.com", ["dns:*.com"]), ("wildcard-alone", "localhost", ["dns:*"]), ("wildcard-alone-host", HOST, ["dns:*"]),
    ("wildcard-prefix", HOST, ["dns:w*.example.com"]), ("wildcard-suffix", HOST, ["dns:*w.example.com"]),
    ("wildcard-inside", HOST, ["dns:w*w.example.com"]), ("wildcard-prefix-no", "foo.example.com", ["dns:w*.example.com"]),
    ("wildcard-twice", HOST, ["dns:*.*.com"]), ("wildcard-second", HOST, ["dns:www.*.com"]), ("wildcard-double", HOST, ["dns:**.example.com"]),
    ("wildcard-deep", "a.www.example.com", ["dns:*.www.example.com"]), ("wildcard-middle", "a.b.example.com", ["dns:a.*.example.com"]),
    ("wildcard-idn-label", "xn--bcher-kva.example.com", ["dns:*.example.com"]),
    ("wildcard-in-idn", "xn--bcher-kva.example.com", ["dns:xn--*.example.com"]),
    ("wildcard-before-dot-com", "www.co.uk", ["dns:*.co.uk"]), ("wildcard-underscore", "_dmarc.example.com", ["dns:*.example.com"]),
    ("idn", "xn--bcher-kva.example.com", ["dns:xn--bcher-kva.example.com"]), ("idn-utf8", "xn--bcher-kva.example.com", ["dns:b\xfccher.example.com"]),
    ("underscore", "my_host.example.com", ["dns:my_host.example.com"]), ("underscore-elsewhere", HOST, [f"dns:{HOST}", "dns:a_b.example.com"]),
    ("dot-in-san", HOST, [f"dns:{HOST}."]), ("dot-in-host", HOST + ".", [f"dns:{HOST}"]), ("dot-in-both", HOST + ".", [f"dns:{HOST}."]),
    ("dot-before", HOST, ["dns:.example.com"]), ("dot-double", HOST, ["dns:www..example.com", f"dns:{HOST}"]),
    ("space-in-san", HOST, ["dns:www .example.com", f"dns:{HOST}"]), ("nul-in-san", HOST, [f"dns:{HOST}\0.evil.example"]),
    ("latin-in-san", HOST, ["dns:caf\xe9.example.com", f"dns:{HOST}"]), ("empty-dns", HOST, ["dns:", f"dns:{HOST}"]),
    ("one-label", "intranet", ["dns:intranet"]), ("hyphen-first", "-a.example.com", ["dns:-a.example.com"]),
    ("long-label", "a" * 63 + ".example.com", ["dns:" + "a" * 63 + ".example.com"]),
    ("ip", "192.0.2.1", ["ip:c0000201"]), ("ip-other", "192.0.2.1", ["ip:c0000202"]), ("ip-in-dns", "192.0.2.1", ["dns:192.0.2.1"]),
    ("ip-and-dns", "192.0.2.1", [f"dns:{HOST}", "ip:c0000201"]), ("ip6", "2001:db8::1", ["ip:20010db8000000000000000000000001"]),
    ("ip6-in-dns", "2001:db8::1", ["dns:2001:db8::1"]), ("ip-length-5", "192.0.2.1", ["ip:c0000201", "ip:c000020101"]),
    ("ip-wildcard", "192.0.2.1", ["dns:*.0.2.1"]), ("ip-host-no-san-ip", "192.0.2.1", [f"dns:{HOST}"]),
    ("uri-only", HOST, [f"uri:https://{HOST}/"]), ("email-only", HOST, [f"email:a@{HOST}"]), ("uri-beside", HOST, ["uri:urn:x", f"dns:{HOST}"]),
    ("dir-beside", HOST, ["dir:CN=x", f"dns:{HOST}"]), ("rid-beside", HOST, ["rid:1.2.3", f"dns:{HOST}"]),
    ("email-bad", HOST, ["email:nobody", f"dns:{HOST}"]), ("uri-bad", HOST, ["uri:not a uri", f"dns:{HOST}"]),
]
for title, host_, names_ in NAMES:
    add("name", title, named(host_, *names_))
add("name", "cn-only", named(HOST))
add("name", "cn-only-wildcard", named(HOST, cn="*.example.com"))
add("name", "cn-only-other", named(HOST, cn="other.example"))
add("name", "cn-only-ip", named("192.0.2.1", cn="192.0.2.1"))
add("name", "cn-with-other-san", named(HOST, "dns:other.example"))
add("name", "cn-with-email-san", named(HOST, "email:a@example.com"))
add("name", "cn-with-ip-san", named(HOST, "ip:c0000201"))
add("name", "cn-with-uri-san", named(HOST, "uri:https://other.example/"))
add("name", "cn-ip-with-dns-san", named("192.0.2.1", f"dns:{HOST}", cn="192.0.2.1"))
add("name", "cn-of-other-kind", named(HOST, f"dns:{HOST}", cn="Some Shop Ltd"))
add("name", "empty-subject-critical-san", named(HOST, f"dns:{HOST}", cn="", critical=True))
add("name", "empty-subject-san-not-critical", named(HOST, f"dns:{HOST}", cn=""))
add("name", "san-critical", named(HOST, f"dns:{HOST}", critical=True))
add("name", "san-empty-list", lambda p: p.leaf.ext.update(san=(False, seq())))
add("name", "san-garbage", lambda p: p.leaf.ext.update(san=(False, b"\x30\x05\x82")))

# ---- name constraints ----


def limited(permitted=(), excluded=(), critical=True, where="ca", names=None, cn=None, host=HOST):
    def change(p):
        PARTS[where](p).ext["nc"] = (critical, subtrees(permitted, excluded))
        if names is not None:
            named(host, *names, cn=cn)(p)
        elif cn is not None:
            p.leaf.subject = cn
    return change


HOSTS = ["dns:a.example.com", f"dns:{HOST}"]
for title, options in {
    "dns-inside": dict(permitted=["dns:example.com"]), "dns-outside": dict(permitted=["dns:example.org"]),
    "dns-exact": dict(permitted=[f"dns:{HOST}"]), "dns-dot-inside": dict(permitted=["dns:.example.com"]),
    "dns-dot-outside": dict(permitted=["dns:.example.org"]), "dns-dot-exact": dict(permitted=[f"dns:.{HOST}"]),
    "dns-suffix-only": dict(permitted=["dns:ample.com"]), "dns-upper": dict(permitted=["dns:EXAMPLE.COM"]),
    "dns-empty-permitted": dict(permitted=["dns:"]), "dns-empty-excluded": dict(excluded=["dns:"]),
    "dns-excluded": dict(excluded=["dns:example.com"]), "dns-excluded-other": dict(excluded=["dns:example.org"]),
    "dns-excluded-dot": dict(excluded=["dns:.example.com"]), "dns-both": dict(permitted=["dns:example.com"], excluded=[f"dns:{HOST}"]),
    "dns-two-names-one-outside": dict(permitted=["dns:example.com"], names=[f"dns:{HOST}", "dns:www.example.org"]),
    "dns-not-critical-outside": dict(permitted=["dns:example.org"], critical=False),
    "dns-not-critical-inside": dict(permitted=["dns:example.com"], critical=False),
    "root-dns-outside": dict(permitted=["dns:example.org"], where="root"), "root-dns-inside": dict(permitted=["dns:example.com"], where="root"),
    "root-dns-excluded": dict(excluded=["dns:example.com"], where="root"),
    "wildcard-inside": dict(permitted=["dns:example.com"], names=["dns:*.example.com"]),
    "wildcard-wider": dict(permitted=[f"dns:{HOST}"], names=["dns:*.example.com"]),
    "wildcard-reaches-excluded": dict(excluded=["dns:b.example.com"], names=["dns:*.example.com"]),
    "wildcard-in-base": dict(permitted=["dns:*.example.com"]), "base-with-trailing-dot": dict(permitted=["dns:example.com."]),
    "underscore-name": dict(permitted=["dns:example.com"], names=[f"dns:{HOST}", "dns:a_b.example.com"]),
    "ip-only-permitted": dict(permitted=["ip:c0000200ffffff00"]),
    "ip-inside": dict(permitted=["ip:c0000200ffffff00"], names=["ip:c0000201"], host="192.0.2.1"),
    "ip-outside": dict(permitted=["ip:0a000000ff000000"], names=["ip:c0000201"], host="192.0.2.1"),
    "ip-excluded": dict(excluded=["ip:c0000200ffffff00"], names=["ip:c0000201"], host="192.0.2.1"),
    "ip-all-excluded": dict(permitted=["dns:example.com"], excluded=["ip:0000000000000000", "ip:" + "00" * 32]),
    "ip-mask-holes": dict(permitted=["ip:c0000200ff00ff00"], names=["ip:c0000201"], host="192.0.2.1"),
    "ip-bad-length": dict(permitted=["ip:c0000200"], names=["ip:c0000201"], host="192.0.2.1"),
    "ip6-under-ip4": dict(permitted=["ip:c0000200ffffff00"], names=["ip:20010db8000000000000000000000001"], host="2001:db8::1"),
    "dir-inside": dict(permitted=["dir:O=Shop"]), "dir-outside": dict(permitted=["dir:O=Other"]), "dir-case": dict(permitted=["dir:O=SHOP"]),
    "dir-excluded": dict(excluded=["dir:O=Shop"]), "dir-exact": dict(permitted=[f"dir:O=Shop,CN={HOST}"]),
    "dir-and-dns": dict(permitted=["dir:O=Shop", "dns:example.com"]), "dir-empty-permitted": dict(permitted=["dir:"]),
    "dir-empty-excluded": dict(excluded=["dir:"]),
    "email-permitted": dict(permitted=["email:example.org"]),
    "email-outside": dict(permitted=["email:example.org"], names=[f"dns:{HOST}", "email:a@example.com"]),
    "email-inside": dict(permitted=["email:example.com"], names=[f"dns:{HOST}", "email:a@example.com"]),
    "email-excluded": dict(excluded=["email:a@example.com"], names=[f"dns:{HOST}", "email:a@example.com"]),
    "email-in-subject": dict(permitted=["email:example.org"], cn=f"O=Shop,CN={HOST},E=a@example.com"),
    "uri-outside": dict(permitted=["uri:example.org"], names=[f"dns:{HOST}", "uri:https://www.example.com/"]),
    "uri-inside": dict(permitted=["uri:.example.com"], names=[f"dns:{HOST}", "uri:https://www.example.com/"]),
    "uri-without-host": dict(permitted=["uri:example.com"], names=[f"dns:{HOST}", "uri:urn:x"]),
    "rid-permitted": dict(permitted=["rid:1.2.3"]), "rid-permitted-and-there": dict(permitted=["rid:1.2.3"], names=["rid:1.2.3", f"dns:{HOST}"]),
    "rid-excluded-and-there": dict(excluded=["rid:1.2.3"], names=["rid:1.2.3", f"dns:{HOST}"]),
    "cn-outside-no-san": dict(permitted=["dns:example.org"], names=[]), "cn-inside-no-san": dict(permitted=["dns:example.com"], names=[]),
    "cn-outside-san-inside": dict(permitted=["dns:example.com"], names=[f"dns:{HOST}"], cn="www.example.org"),
    "nothing": dict(),
}.items():
    add("limits", "nc-" + title, limited(**options))
add("limits", "nc-on-leaf", lambda p: p.leaf.ext.update(nc=(True, subtrees(["dns:example.org"]))))
add("limits", "nc-minimum", lambda p: p.mid[0].ext.update(nc=(True, seq(context(0, seq(general_name("dns:example.com"), context(0, b"\1")), True)))))
add("limits", "nc-maximum", lambda p: p.mid[0].ext.update(nc=(True, seq(context(0, seq(general_name("dns:example.com"), context(1, b"\5")), True)))))
add("limits", "nc-minimum-0-written", lambda p: p.mid[0].ext.update(nc=(True, seq(context(0, seq(general_name("dns:example.com"), context(0, b"\0")), True)))))


@feature("limits", "nc-two-levels")
def _(p):
    set_mids(p, 2)
    p.mid[1].ext["nc"] = (True, subtrees(["dns:com"]))
    p.mid[0].ext["nc"] = (True, subtrees(["dns:example.com"]))


@feature("limits", "nc-two-levels-wider-below")
def _(p):
    set_mids(p, 2)
    p.mid[1].ext["nc"] = (True, subtrees(["dns:example.org"]))
    p.mid[0].ext["nc"] = (True, subtrees(["dns:com"]))


@feature("limits", "nc-dir-on-intermediate")
def _(p):
    set_mids(p, 2)
    p.mid[1].ext["nc"] = (True, subtrees(["dir:O=Shop"]))

# ---- policies, other extensions ----


def policies(*oids):
    return seq(*(seq(oid(o)) for o in oids))


def set_policies(leaf=(), ca=(), pc=None, iap=None, mappings=None, critical=True):
    def change(p):
        if leaf:
            p.leaf.ext["policies"] = (False, policies(*leaf))
        if ca:
            p.mid[0].ext["policies"] = (False, policies(*ca))
        if pc is not None:
            p.mid[0].ext["pc"] = (critical, pc)
        if iap is not None:
            p.mid[0].ext["iap"] = (critical, integer(iap))
        if mappings:
            p.mid[0].ext["mappings"] = (critical, seq(*(seq(oid(a), oid(b)) for a, b in mappings)))
    return change


NOW = seq(context(0, b"\0"))
for title, options in {
    "explicit-none": dict(pc=NOW), "explicit-good": dict(leaf=[POLICY], ca=[POLICY], pc=NOW),
    "explicit-differ": dict(leaf=[OTHER_POLICY], ca=[POLICY], pc=NOW), "explicit-any-ca": dict(leaf=[POLICY], ca=[ANY_POLICY], pc=NOW),
    "explicit-any-leaf": dict(leaf=[ANY_POLICY], ca=[POLICY], pc=NOW), "explicit-not-critical": dict(pc=NOW, critical=False),
    "explicit-later": dict(pc=seq(context(0, b"\5"))), "differ": dict(leaf=[OTHER_POLICY], ca=[POLICY]),
    "inhibit-any": dict(leaf=[ANY_POLICY], ca=[POLICY], pc=NOW, iap=0), "inhibit-any-alone": dict(iap=0),
    "mapped": dict(leaf=[OTHER_POLICY], ca=[POLICY], mappings=[(POLICY, OTHER_POLICY)], pc=NOW),
    "mapped-any": dict(leaf=[OTHER_POLICY], ca=[POLICY], mappings=[(POLICY, ANY_POLICY)]),
    "mapped-not-critical": dict(leaf=[OTHER_POLICY], ca=[POLICY], mappings=[(POLICY, OTHER_POLICY)], critical=False),
    "twice": dict(leaf=[POLICY, POLICY]), "constraints-empty": dict(pc=seq()), "good": dict(leaf=[POLICY], ca=[POLICY]),
    "leaf-alone": dict(leaf=[POLICY]),
}.items():
    add("policies", "policy-" + title, set_policies(**options))
add("policies", "policy-root-explicit", lambda p: p.root.ext.update(pc=(True, NOW)))
add("policies", "policy-critical", lambda p: p.leaf.ext.update(policies=(True, policies(POLICY))))
add("policies", "policy-empty-list", lambda p: p.leaf.ext.update(policies=(False, seq())))
AIA = seq(seq(oid("1.3.6.1.5.5.7.48.2"), context(6, b"http://ca.invalid/ca.der")))
add("policies", "aia", lambda p: p.leaf.ext.update(aia=(False, AIA)))
add("policies", "aia-critical", lambda p: p.leaf.ext.update(aia=(True, AIA)))
CRL_POINT = seq(seq(context(0, context(0, context(6, b"http://ca.invalid/ca.crl"), True), True)))
add("policies", "crldp", lambda p: p.leaf.ext.update(crldp=(False, CRL_POINT)))
add("policies", "crldp-critical", lambda p: p.leaf.ext.update(crldp=(True, CRL_POINT)))
add("policies", "poison", lambda p: p.leaf.ext.update(poison=(True, b"\5\0")))
add("policies", "must-staple", lambda p: p.leaf.ext.update(tlsfeature=(False, seq(integer(5)))))
add("policies", "must-staple-critical", lambda p: p.leaf.ext.update(tlsfeature=(True, seq(integer(5)))))
add("policies", "leaf-ski-wrong-type", lambda p: p.leaf.ext.update(ski=(False, integer(5))))
add("policies", "leaf-ku-wrong-type", lambda p: p.leaf.ext.update(ku=(True, integer(5))))
add("policies", "ca-bc-wrong-type", lambda p: p.mid[0].ext.update(bc=(True, integer(5))))
add("policies", "leaf-eku-wrong-type", lambda p: p.leaf.ext.update(eku=(False, integer(5))))
add("policies", "leaf-policies-wrong-type", lambda p: p.leaf.ext.update(policies=(False, integer(5))))


# ---- odd shapes, met in the conformance suites ----

for part, pick in PARTS.items():
    for kind in ("explicit", "rsa2052", "dsa2048", "p192"):
        add("key", f"{part}-key-{kind}", lambda p, w=pick, k=kind: setattr(w(p), "key", k))
    add("encoding", f"{part}-version-4", lambda p, w=pick: setattr(w(p), "version", 4))
    add("encoding", f"{part}-utc-time-of-1950", lambda p, w=pick: setattr(w(p), "times", (tlv(0x17, b"500101000000Z"), utc_time(w(p).end))))
    add("encoding", f"{part}-general-time-start", lambda p, w=pick: setattr(w(p), "times", (general_time(w(p).start), utc_time(w(p).end))))
    add("encoding", f"{part}-ends-2050-general", lambda p, w=pick: setattr(w(p), "end", datetime(2051, 1, 1, tzinfo=timezone.utc)))
    add("encoding", f"{part}-ends-9999", lambda p, w=pick: setattr(w(p), "end", datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)))
    add("encoding", f"{part}-extensions-empty", lambda p, w=pick: setattr(w(p), "edit", lambda tbs: with_extensions(tbs, b"")))
    add("signature", f"{part}-algorithm-null-of-ecdsa", lambda p, w=pick: setattr(w(p), "parameters", NULL))

    @feature("signature", f"{part}-algorithm-without-null")
    def _(p, w=pick):
        c = w(p)
        above = p.root if c in p.mid or c is p.root or not p.mid else p.mid[0]
        above.key, c.parameters = "rsa2048", b""

add("encoding", "leaf-trailing-bytes", lambda p: setattr(p.leaf, "edit", lambda tbs: seq(body_of(tbs), NULL)))
add("names", "issuer-in-other-case", lambda p: setattr(p.leaf, "issuer", p.mid[0].subject.replace("Issuing CA", "ISSUING CA")))
add("names", "issuer-with-spaces", lambda p: setattr(p.leaf, "issuer", p.mid[0].subject.replace("Test CA", " Test  CA ")))
add("names", "issuer-printable", lambda p: setattr(p.leaf, "printable", True))
add("names", "issuer-reordered", lambda p: setattr(p.leaf, "issuer", ",".join(reversed(p.mid[0].subject.split(",")))))
add("names", "issuer-empty", lambda p: setattr(p.leaf, "issuer", ""))
add("names", "many-names", lambda p: p.leaf.ext.update(san=(False, san(*(f"dns:n{i}.example.com" for i in range(400)), f"dns:{HOST}"))))
add("names", "subject-two-cn", lambda p: setattr(p.leaf, "subject", f"O=Shop,CN=other.example,CN={HOST}"))
add("names", "long-subject", lambda p: setattr(p.leaf, "subject", "O=" + "x" * 300 + f",CN={HOST}"))
for title, (root_use, ca_use, leaf_use) in {
    "root-client-ca-server": (("client",), ("server",), ("server",)), "root-server-ca-none": (("server",), None, ("server",)),
    "ca-any-leaf-none": (None, ("any",), None), "ca-client-leaf-none": (None, ("client",), None), "ca-server-leaf-any": (None, ("server",), ("any",)),
    "all-server": (("server",), ("server",), ("server",)), "ca-ocsp-leaf-server": (None, ("ocsp",), ("server",)),
    "ca-sgc-leaf-server": (None, ("sgc",), ("server",)), "ca-client-server": (None, ("client", "server"), ("server",)),
}.items():
    add("nested", f"eku-{title}", lambda p, u=(root_use, ca_use, leaf_use): [
        c.ext.update(eku=(False, eku(*words)) if words else None) for c, words in zip((p.root, p.mid[0], p.leaf), u)])
for title, lengths in {"0-0": (0, 0), "1-0": (1, 0), "1-2": (1, 2), "2-0-0": (2, 0, 0), "1-1-0": (1, 1, 0), "0": (0,), "5-4-3": (5, 4, 3)}.items():
    @feature("nested", f"pathlen-{title}")
    def _(p, n=lengths):
        set_mids(p, len(n), False)
        for c, limit in zip(reversed(p.mid), n):
            c.ext["bc"] = (True, bc(True, limit))


@feature("nested", "nc-many")
def _(p):
    p.mid[0].ext["nc"] = (True, subtrees([f"dns:a{i}.example.com" for i in range(60)] + [f"dns:{HOST}"], [f"dns:b{i}.example.org" for i in range(60)]))


for title, (policies_of, extra) in {
    "root-inhibit-any-2": ({}, dict(iap=(True, integer(2)))), "root-explicit-1": ({}, dict(pc=(True, seq(context(0, b"\1"))))),
    "root-explicit-0-and-policies": (dict(leaf=[POLICY], ca=[POLICY]), dict(pc=(True, NOW))),
    "root-mapping-0": (dict(leaf=[OTHER_POLICY], ca=[POLICY], mappings=[(POLICY, OTHER_POLICY)], pc=NOW), dict(pc=(True, seq(context(1, b"\0"))))),
}.items():
    add("nested", f"policy-{title}", lambda p, a=policies_of, b=extra: (set_policies(**a)(p), p.root.ext.update(b)))


@dataclasses.dataclass
class Case:
    name: str
    host: str
    chain: list
    roots: list
    key: str
    kinds: tuple  # the classes that it is counted in


def cases(keys, seed, n_pairs):
    """The healthy chain, each feature alone, and pairs of features of different groups; which ones is told by `seed`."""
    chooser, wanted = random.Random(seed), [()] + [(f,) for f in FEATURES]
    names_ = sorted(FEATURES)
    while n_pairs > 0:
        a, b = chooser.sample(names_, 2)
        if FEATURES[a].group != FEATURES[b].group and (a, b) not in wanted:
            wanted.append((a, b))
            n_pairs -= 1
    for features in wanted:
        plan = Plan(f"{seed} {features}")
        try:
            # A shape replaces intermediates: first, so that what the other one plants stays.
            for f in sorted(features, key=lambda f: FEATURES[f].group != "shape"):
                FEATURES[f].apply(plan)
            chain, roots = plan.build(keys)
        except (IndexError, AssertionError, KeyError):
            if len(features) < 2:
                raise
            continue  # two that cannot be had together: a change of the intermediate where there is none
        yield Case(" + ".join(features) or "healthy", plan.host, chain, roots, plan.leaf.key, tuple(FEATURES[f].group for f in features))

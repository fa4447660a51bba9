"""The cases of x509-limbo as chains of our own: what each of them is about, built with chains.Plan, and what must come out.

A row is named as the suite names it. The suite's own certificates are not here; `valid` is what the suite expects, and the contrary of
it for the rows of DIFFERENT, which says why (docs/certificates.md, "Conformance suites")."""
import dataclasses
import datetime

from chains import HOST, Plan, bc, eku, key_id, ku, limited, named, san, set_mids, subtrees
from der import Crl, NULL, bits, context, days, extension, general_time, integer, octets, oid, seq, time, tlv

UNKNOWN = dict(unknown=(True, octets(b"x")))
EPOCH = datetime.datetime(2024, 3, 1, tzinfo=datetime.timezone.utc)
IP4, IP6 = "c0000201", "00000000000000000000000000000001"


@dataclasses.dataclass
class Row:
    name: str
    valid: bool
    code: str  # the reason that must be told, None where valid
    place: int
    apply: object


ROWS = []


def row(name, valid, code=None, place=0):
    def keep(function):
        ROWS.append(Row(name, valid, code, place, function))
        return function
    return keep


def good(name, function):
    ROWS.append(Row(name, True, None, 0, function))


def bad(name, code, place, function):
    ROWS.append(Row(name, False, code, place, function))


def each(*changes):
    def change(p):
        for f in changes:
            f(p)
    return change


def direct(p):
    """root -> EE"""
    p.mid = []


def put(part, **ext):
    return lambda p: {"leaf": p.leaf, "ca": p.mid[0] if p.mid else None, "root": p.root}[part].ext.update(ext)


def under_root(*changes):
    return each(direct, *changes)


def client(p):
    p.purpose, p.host = "client", "-"
    p.leaf.ext["eku"] = (False, eku("client"))


PROFILE, MALFORMED = "cert-strict-x509", "cert-malformed"

def plan_of(row):
    plan = Plan(row.name)
    plan.purpose, plan.at, plan.depth, plan.crls = "server", 0, "-", []
    row.apply(plan)
    return plan


# ---- rfc5280 ----


bad("rfc5280::ee-empty-issuer", "chain-missing-intermediate", 0, under_root(lambda p: setattr(p.leaf, "issuer", "")))
bad("rfc5280::ca-empty-subject", PROFILE, None, under_root(lambda p: setattr(p.root, "subject", "")))
bad("rfc5280::unknown-critical-extension-ee", MALFORMED, 0, under_root(put("leaf", **UNKNOWN)))
bad("rfc5280::unknown-critical-extension-root", MALFORMED, 1, under_root(put("root", **UNKNOWN)))
bad("rfc5280::unknown-critical-extension-intermediate", MALFORMED, 1, put("ca", **UNKNOWN))
bad("rfc5280::intermediate-ca-without-ca-bit", "cert-ca-flag-wrong", 1, put("ca", bc=(True, bc(False))))
bad("rfc5280::intermediate-ca-missing-basic-constraints", "cert-ca-flag-wrong", 1, put("ca", bc=None))
bad("rfc5280::root-missing-basic-constraints", "cert-ca-flag-wrong", 1, under_root(put("root", bc=None)))
bad("rfc5280::root-non-critical-basic-constraints", PROFILE, 1, under_root(put("root", bc=(False, bc(True)))))
bad("rfc5280::root-inconsistent-ca-extensions", "cert-key-usage-wrong", 1, under_root(put("root", ku=(False, ku()))))
bad("rfc5280::ica-ku-keycertsign", "cert-key-usage-wrong", 1, put("ca", bc=(True, bc(True, 0)), ku=(False, ku("ds"))))
bad("rfc5280::leaf-ku-keycertsign", PROFILE, 0, under_root(put("leaf", ku=(False, ku("ds", "sign")))))
AIA = seq(seq(oid("1.3.6.1.5.5.7.48.2"), context(2, b"example.com")))
good("rfc5280::ee-aia", under_root(put("leaf", aia=(False, AIA))))
bad("rfc5280::ee-critical-aia-invalid", PROFILE, 0, under_root(put("leaf", aia=(True, AIA))))
bad("rfc5280::duplicate-extensions", MALFORMED, 0, under_root(lambda p: setattr(p.leaf, "raw", extension("san", False, san(f"dns:{HOST}")))))
good("rfc5280::no-keyusage", under_root(put("leaf", ku=None)))
good("rfc5280::no-basicconstraints", under_root(put("leaf", bc=None)))
bad("rfc5280::mismatching-signature-algorithm", MALFORMED, 2, lambda p: setattr(p.root, "inner", seq(oid("1.2.840.10045.4.3.3"))))


@row("rfc5280::chain-untrusted-root", False, "cert-private-ca", 2)
def _(p):
    p.send_root, p.trust_root = True, False
    p.more_roots.append((p.other_root(), None))


def ca_as_leaf(host, *usages):
    def change(p):
        direct(p)
        p.leaf.subject, p.host = "O=Test CA,CN=Issuing CA", host
        p.leaf.ext.update(bc=(True, bc(True)), ku=(True, ku(*usages)), san=(False, san("dns:ca.example.com")), eku=None)
    return change


bad("rfc5280::ca-as-leaf", "cert-key-usage-wrong", 0, ca_as_leaf("ca.example.com", "sign"))
bad("rfc5280::ca-as-leaf-wrong-san", "cert-name-mismatch", 0, ca_as_leaf("other.example.com", "sign", "ds"))


@row("rfc5280::root-and-intermediate-swapped", True)
def _(p):
    p.trust_root, p.send_root = False, True
    p.trust.append(p.mid[0])
    p.drop.add(p.mid[0])


# ---- rfc5280: identifiers, serial numbers, dates ----


bad("rfc5280::aki::critical-aki", PROFILE, 1, under_root(lambda p: p.root.ext.update(aki=(True, seq(context(0, key_id(p.root)))))))
bad("rfc5280::aki::leaf-missing-aki", PROFILE, 0, under_root(put("leaf", aki=None)))
bad("rfc5280::aki::intermediate-missing-aki", PROFILE, 1, put("ca", aki=None))
good("rfc5280::aki::self-signed-root-missing-aki", direct)


@row("rfc5280::aki::cross-signed-root-missing-aki", False, PROFILE, 1)
def _(p):
    p.mid[0].ext["aki"] = None
    p.trust_root, p.trust = False, [p.mid[0]]
    p.drop.add(p.mid[0])


bad("rfc5280::ski::critical-ski", PROFILE, 1, under_root(lambda p: p.root.ext.update(ski=(True, octets(key_id(p.root))))))
bad("rfc5280::ski::root-missing-ski", PROFILE, 1, under_root(put("root", ski=None)))
bad("rfc5280::ski::intermediate-missing-ski", PROFILE, 1, put("ca", ski=None))
bad("rfc5280::serial::serial-number-too-long", PROFILE, 0, under_root(lambda p: setattr(p.leaf, "serial", 1 << 175)))
bad("rfc5280::serial::serial-number-zero", PROFILE, 0, under_root(lambda p: setattr(p.leaf, "serial", 0)))


@row("rfc5280::serial::serial-number-negative", False, PROFILE, 0)
def _(p):
    p.self_signed, p.leaf.serial = True, -7
    p.trust.append(p.leaf)


good("root-with-serial-number-zero", under_root(lambda p: setattr(p.root, "serial", 0)))  # not of the suite: Go Daddy's and Starfield's
bad("rfc5280::pc::ica-noncritical-pc", PROFILE, 1, put("ca", pc=(False, seq(context(0, b"\3")))))
bad("rfc5280::san::malformed", MALFORMED, 0, under_root(put("leaf", san=(False, b"example.com"))))
bad("rfc5280::san::noncritical-with-empty-subject", PROFILE, 0, under_root(lambda p: setattr(p.leaf, "subject", "")))
bad("rfc5280::eku::ee-wrong-eku", "cert-eku-wrong", 0, under_root(put("leaf", eku=(False, eku("client")))))
good("rfc5280::eku::ee-without-eku", under_root(put("leaf", eku=None)))


def between(p):
    """All three valid from EPOCH on for 31 days, asked in its middle."""
    for c in (p.leaf, *p.mid, p.root):
        c.start, c.end = EPOCH, EPOCH + datetime.timedelta(31)
    p.at = int(EPOCH.timestamp()) + 15 * 86400


def ends_early(pick):
    def change(p):
        between(p)
        pick(p).end = EPOCH + datetime.timedelta(10)
    return change


def asked_at(pick, shift):
    def change(p):
        between(p)
        p.at = int(pick(p.leaf).timestamp()) + shift
    return change


bad("rfc5280::validity::expired-root", "chain-expired-intermediate", 2, ends_early(lambda p: p.root))
bad("rfc5280::validity::expired-intermediate", "chain-expired-intermediate", 1, ends_early(lambda p: p.mid[0]))
bad("rfc5280::validity::expired-leaf", "cert-expired", 0, ends_early(lambda p: p.leaf))
good("rfc5280::validity::notbefore-exact", asked_at(lambda c: c.start, 0))
bad("rfc5280::validity::notbefore-fractional", "cert-not-yet-valid", None, asked_at(lambda c: c.start, -1))
good("rfc5280::validity::notafter-exact", asked_at(lambda c: c.end, 0))

# ---- name constraints ----

NC, OUT = "cert-name-constraints", "www.example.org"


def root_nc(*changes, **options):
    return each(direct, limited(where="root", **options), *changes)


def dns(*names):
    return [f"dns:{n}" for n in names]


bad("rfc5280::nc::permitted-dns-mismatch", NC, 0, root_nc(permitted=dns("example.com"), names=dns("not-example.com"), host="not-example.com"))
bad("rfc5280::nc::excluded-dns-match", NC, 0, limited(excluded=dns("example.com")))
good("rfc5280::nc::permitted-dns-match", root_nc(permitted=dns(HOST)))
bad("rfc5280::nc::permitted-dns-match-noncritical", PROFILE, 1, root_nc(permitted=dns(HOST), critical=False))
good("rfc5280::nc::permitted-dns-match-more", root_nc(permitted=dns("example.com"), names=dns("foo.bar.example.com"), host="foo.bar.example.com"))
bad("rfc5280::nc::excluded-dns-match-second", NC, 0, root_nc(excluded=dns("no.example.com"), names=dns(HOST, "no.example.com")))
NET = "ip:c0000200ffffff00"
bad("rfc5280::nc::permitted-ip-mismatch", NC, 0, root_nc(permitted=[NET], names=["ip:c0000301"], host="192.0.3.1"))
bad("rfc5280::nc::excluded-ipv4-match", NC, 0, root_nc(excluded=[NET], names=[f"ip:{IP4}"], host="192.0.2.1"))
bad("rfc5280::nc::excluded-ipv6-match", NC, 0, root_nc(excluded=[f"ip:{IP6}{'ff' * 16}"], names=[f"ip:{IP6}"], host="::1"))
good("rfc5280::nc::permitted-ipv4-match", root_nc(permitted=[NET], names=[f"ip:{IP4}"], host="192.0.2.1"))
good("rfc5280::nc::permitted-ipv6-match", root_nc(permitted=[f"ip:{IP6}{'ff' * 16}"], names=[f"ip:{IP6}"], host="::1"))


def foo(subject, alternative):
    """The leaf's subject and its directoryName beside the host."""
    def change(p):
        p.leaf.subject = subject
        p.leaf.ext["san"] = (False, san(f"dir:{alternative}", f"dns:{HOST}"))
    return change


FOO = ["dir:CN=foo"]
bad("rfc5280::nc::permitted-dn-mismatch", NC, 0, root_nc(foo("CN=bar", "CN=bar"), permitted=FOO))
bad("rfc5280::nc::excluded-dn-match", NC, 0, root_nc(foo("CN=foo", "CN=foo"), excluded=FOO))
good("rfc5280::nc::permitted-dn-match", root_nc(foo("CN=foo", "CN=foo"), permitted=FOO))
bad("rfc5280::nc::permitted-dn-match-subject-san-mismatch", NC, 0, root_nc(foo("CN=bar", "CN=foo"), permitted=FOO))
bad("rfc5280::nc::excluded-dn-match-sub-mismatch", NC, 0, root_nc(foo("CN=foo", "CN=bar"), excluded=FOO))


def roll_over(p):
    """The root's name once more, under the root."""
    p.mid[0].subject = p.root.subject
    p.mid[0].ext["san"] = (False, san("dns:not-example.com"))
    limited(permitted=dns("example.com"), where="root")(p)


good("rfc5280::nc::permitted-self-issued", roll_over)


@row("rfc5280::nc::excluded-self-issued-leaf", False, NC, 0)
def _(p):
    limited(permitted=dns("example.com"), where="root", names=dns("not-example.com"), host="not-example.com")(p)
    p.leaf.subject = p.mid[0].subject = "CN=not-example.com"


bad("rfc5280::nc::excluded-match-permitted-and-excluded", NC, 0, root_nc(permitted=dns(HOST), excluded=dns(HOST)))
good("rfc5280::nc::permitted-different-constraint-type", root_nc(permitted=[NET]))
good("rfc5280::nc::excluded-different-constraint-type", root_nc(excluded=[NET]))
bad("rfc5280::nc::invalid-dnsname-wildcard", NC, 0, root_nc(permitted=dns("*.example.com")))
bad("rfc5280::nc::invalid-dnsname-leading-period", NC, 0, root_nc(permitted=dns(".example.com")))
bad("rfc5280::nc::invalid-ipv4-address", NC, 0, root_nc(permitted=[f"ip:{IP4}"], names=[f"ip:{IP4}"], host="192.0.2.1"))
bad("rfc5280::nc::invalid-ipv6-address", NC, 0, root_nc(permitted=[f"ip:{IP6}"], names=[f"ip:{IP6}"], host="::1"))
bad("rfc5280::nc::invalid-email-address", NC, 0, each(root_nc(permitted=["email:a@b@example.com"], names=["email:a@example.com"]), client))
bad("rfc5280::nc::not-allowed-in-ee-noncritical", PROFILE, 0, under_root(put("leaf", nc=(False, subtrees(dns("example.com"))))))
bad("rfc5280::nc::not-allowed-in-ee-critical", PROFILE, 0, under_root(put("leaf", nc=(True, subtrees(dns("example.com"))))))


def ca_with_san(where):
    def change(p):
        set_mids(p, 2, False)
        limits = (True, subtrees(dns(HOST), dns("no.example.com")))
        (p.mid[1] if where == "ca" else p.root).ext["nc"] = limits
        p.mid[0].ext["san"] = (False, san("dns:no.example.com"))
    return change


bad("rfc5280::nc::intermediate-with-san-rejected-by-intermediate-nc", NC, 1, ca_with_san("ca"))
bad("rfc5280::nc::intermediate-with-san-rejected-by-root-nc", NC, 1, ca_with_san("root"))


def two_limits(upper, lower):
    def change(p):
        set_mids(p, 2, False)
        p.mid[1].ext["nc"], p.mid[0].ext["nc"] = (True, subtrees(dns(*upper))), (True, subtrees(dns(*lower)))
    return change


bad("rfc5280::nc::restrictive-permits-in-intermediates-narrows", NC, 0, two_limits([HOST, "bar.example.com"], ["bar.example.com"]))
bad("rfc5280::nc::restrictive-permits-in-intermediates-widens", NC, 0, two_limits(["bar.example.com"], [HOST, "bar.example.com"]))
bad("rfc5280::nc::nc-permits-invalid-dns-san", NC, 0, limited(permitted=dns("example.com"), names=dns(".example.com", HOST)))
bad("rfc5280::nc::nc-permits-invalid-ip-san", MALFORMED, 0,
    limited(permitted=[NET], names=["ip:c0000200ffffff00", f"ip:{IP4}"], host="192.0.2.1"))
bad("rfc5280::nc::nc-permits-invalid-email-san", NC, 0,
    each(limited(permitted=["email:example.com"], names=["email:good@example.com", "email:a@b@example.com"]), client))
good("rfc5280::nc::nc-permits-email-exact", each(limited(permitted=["email:foo@example.com"], names=["email:foo@example.com"]), client))
good("rfc5280::nc::nc-permits-email-domain", each(limited(permitted=["email:example.com"], names=["email:foo@example.com"]), client))
OTHER = "other:1.3.6.1.4.1.55555.3"
bad("rfc5280::nc::nc-forbids-othername", NC, 0, limited(permitted=dns("example.com"), excluded=[OTHER], names=[f"dns:{HOST}", OTHER]))
good("rfc5280::nc::nc-forbids-othername-noop", limited(permitted=dns("example.com"), excluded=[OTHER]))


def two_ways(name_on_first, other_trusted):
    """The issuing CA is certified twice: by a root of its own with a name that the other way forbids, and below a constrained CA."""
    def change(p):
        twin = p.ca(p.mid[0].subject, p.mid[0].key)
        upper, other = p.ca("O=Test CA,CN=Upper", "p256-d"), p.other_root(key="p256-e")
        upper.ext["nc"] = (True, subtrees(dns(HOST), dns("no.example.com")))
        p.mid[0].ext["bc"] = (True, bc(True))
        (p.mid[0] if name_on_first else twin).ext["san"] = (False, san("dns:no.example.com"))
        p.mid = [p.mid[0], upper]
        p.more_sent.append((twin, other))
        (p.more_roots if other_trusted else p.more_sent).append((other, None))
    return change


good("rfc5280::nc::nc-forbids-alternate-chain-ica", two_ways(False, False))
good("rfc5280::nc::nc-forbids-same-chain-ica", two_ways(True, True))

# ---- webpki ----


def asks(host, *names):
    return each(direct, named(host, *names))


good("webpki::san::exact-dns-san", asks("example.com", "dns:example.com"))
good("webpki::san::exact-localhost-ip-san", asks("127.0.0.1", "ip:7f000001"))
NAME = "cert-name-mismatch"
bad("webpki::san::mismatch-domain-san", NAME, 0, asks("example2.com", "dns:example.com"))
bad("webpki::san::mismatch-subdomain-san", NAME, 0, asks("def.example.com", "dns:abc.example.com"))
bad("webpki::san::mismatch-subdomain-apex-san", NAME, 0, asks("abc.example.com", "dns:example.com"))
bad("webpki::san::mismatch-apex-subdomain-san", NAME, 0, asks("example.com", "dns:abc.example.com"))
bad("webpki::san::public-suffix-wildcard-san", NAME, 0, asks("example.com", "dns:*.com"))
good("webpki::san::leftmost-wildcard-san", asks("foo.example.com", "dns:*.example.com"))
bad("webpki::san::wildcard-embedded-leftmost-san", NAME, 0, asks("baz.example.com", "dns:ba*.example.com"))
bad("webpki::san::wildcard-not-in-leftmost-san", NAME, 0, asks("foo.bar.example.com", "dns:foo.*.example.com"))
bad("webpki::san::wildcard-match-across-labels-san", NAME, 0, asks("foo.bar.example.com", "dns:*.example.com"))
bad("webpki::san::wildcard-embedded-ulabel-san", NAME, 0, asks("xn--bliss-1b3c148a.example.com", "dns:xn--*-1b3c148a.example.com"))
bad("webpki::san::unicode-emoji-san", NAME, 0, asks("xn--628h.example.com", "dns:\xf0\x9f\x98\x9c.example.com"))
bad("webpki::san::no-san", "cert-cn-only-no-san", 0, asks(HOST))
bad("webpki::san::san-critical-with-nonempty-subject", PROFILE, 0, under_root(put("leaf", san=(True, san(f"dns:{HOST}")))))
bad("webpki::malformed-aia", MALFORMED, 0, under_root(put("leaf", aia=(False, b"malformed"))))
bad("webpki::v1-cert", "cert-unsupported-version", 0,
    under_root(lambda p: (setattr(p.leaf, "version", 1), setattr(p.leaf, "ext", dict.fromkeys(("ski", "aki", "san", "eku", "ku", "bc"))))))
bad("webpki::ee-basicconstraints-ca", PROFILE, 0, under_root(put("leaf", bc=(True, bc(True)))))
bad("webpki::ku::ee-rsa-without-any-usages", "cert-key-usage-wrong", 0, under_root(put("leaf", ku=(True, ku())), lambda p: setattr(p.leaf, "key", "rsa2048")))
bad("webpki::nc::intermediate-permitted-excluded-subtrees-both-null", MALFORMED, 1, put("ca", nc=(True, seq())))
bad("webpki::nc::intermediate-permitted-excluded-subtrees-both-empty-sequences", MALFORMED, 1,
    put("ca", nc=(True, seq(context(0, b"", True), context(1, b"", True)))))


def key(part, which):
    return lambda p: setattr(p.leaf if part == "leaf" else p.root, "key", which)


WEAK = "cert-weak-key"
for part, place in (("root", 1), ("leaf", 0)):
    bad(f"webpki::forbidden-p192-{part}", WEAK, place, under_root(key(part, "p192")))
    bad(f"webpki::forbidden-dsa-{part}", WEAK, place, under_root(key(part, "dsa2048")))
    bad(f"webpki::forbidden-weak-rsa-{part}", WEAK, place, under_root(key(part, "rsa1024")))
    bad(f"webpki::forbidden-rsa-not-divisable-by-8-{part}", WEAK, place, under_root(key(part, "rsa2052")))
bad("webpki::explicit-curve", WEAK, None, under_root(key("leaf", "explicit"), key("root", "explicit-b")))


def root_aki(*fields):
    def change(p):
        direct(p)
        p.root.ext["aki"] = (False, seq(*[context(0, key_id(p.root)) if f is None else f for f in fields]))
    return change


AKI_NAME, AKI_SERIAL = context(1, context(4, seq(tlv(0x31, seq(oid("2.5.4.3"), tlv(0x0C, b"myCN")))), True), True), context(2, b"\x04\xd2")
bad("webpki::aki::root-with-aki-missing-keyidentifier", PROFILE, 1, root_aki())
bad("webpki::aki::root-with-aki-authoritycertissuer", PROFILE, 1, root_aki(None, AKI_NAME))
bad("webpki::aki::root-with-aki-authoritycertserialnumber", PROFILE, 1, root_aki(None, AKI_SERIAL))
good("webpki::aki::root-with-aki-all-fields", root_aki(None, AKI_NAME, AKI_SERIAL))
good("webpki::aki::root-with-aki-ski-mismatch", root_aki(context(0, b"somebody else's id..")))
good("webpki::eku::ee-serverauth-with-additional", under_root(put("leaf", eku=(False, eku("server", "client")))))
bad("webpki::eku::ee-clientauth-only", "cert-eku-wrong", 0, under_root(put("leaf", eku=(False, eku("client")))))
bad("webpki::eku::ee-precertificate-only", "cert-eku-wrong", 0, under_root(put("leaf", eku=(False, seq(oid("1.3.6.1.4.1.11129.2.4.4"))))))

# ---- pathlen, pathological, cve, invalid ----


def path_lengths(*lengths):
    """The topmost first."""
    def change(p):
        set_mids(p, len(lengths), False)
        for c, n in zip(reversed(p.mid), lengths):
            c.ext["bc"] = (True, bc(True, n))
    return change


LONG = "cert-ca-flag-wrong"
for n in range(3):
    good(f"pathlen::ee-with-intermediate-pathlen-{n}", path_lengths(n))
bad("pathlen::validation-ignores-pathlen-in-leaf", "cert-key-usage-wrong", 0, each(path_lengths(0), put("leaf", bc=(True, bc(True, 0)), ku=(True, ku("sign")), eku=None)))
bad("pathlen::intermediate-violates-pathlen-0", LONG, 1, path_lengths(0, 0))
good("pathlen::intermediate-pathlen-may-increase", path_lengths(1, 2))
bad("pathlen::intermediate-pathlen-too-long", LONG, 1, path_lengths(1, 0, 0))


@row("pathlen::self-issued-certs-pathlen", True)
def _(p):
    path_lengths(1, 1, 0)(p)
    p.mid[1].subject = p.mid[2].subject


@row("pathological::multiple-chains-expired-intermediate", True)
def _(p):
    direct(p)
    other = p.other_root()
    cross = p.ca(p.root.subject, p.root.key, 1)
    cross.end = days(-1)
    p.more_sent.append((cross, other))
    p.more_roots.append((other, None))


def cycle(subject_of_second):
    def change(p):
        twin = p.ca(subject_of_second or p.mid[0].subject, "p256-d")
        p.root, p.trust_root = twin, False
        back = p.ca(twin.subject, twin.key)
        p.more_sent.append((back, p.mid[0]))
        p.mid[0].ext["bc"] = (True, bc(True))
        p.more_roots.append((p.other_root(key="p256-e"), None))
    return change


GONE = "chain-missing-intermediate"
bad("pathological::intermediate-cycle-distinct-cas", GONE, 2, cycle("CN=Second"))
bad("pathological::intermediate-cycle-distinct-cas-max-depth", GONE, 2, each(cycle("CN=Second"), lambda p: setattr(p, "depth", "255")))
bad("pathological::intermediate-cycle-same-logical-ca", GONE, 2, cycle(None))
MANY = 1025


def many(permitted, excluded, names, subject=""):
    def change(p):
        direct(p)
        p.root.ext["nc"] = (True, subtrees(permitted, excluded))
        named("t0.test", *names, cn="", critical=True)(p)
        p.leaf.subject = subject
        if subject:
            p.leaf.ext["san"] = (False, p.leaf.ext["san"][1])
    return change


INSIDE, OUTSIDE = [f"dns:t{i}.test" for i in range(MANY)], [f"dns:x{i}.test" for i in range(MANY)]
bad("pathological::nc-dos-1", NC, 0, many([*INSIDE, "dns:test"], OUTSIDE, INSIDE))
bad("pathological::nc-dos-2", NC, 0, many([*INSIDE, "dns:test"], OUTSIDE, [*reversed(INSIDE)]))
bad("pathological::nc-dos-3", NC, 0,
    many(["email:test"], [f"email:x{i}@test" for i in range(2 * MANY)], INSIDE, ",".join(f"E=t{i}@test" for i in range(MANY))))


@row("cve::cve-2024-0567", True)
def _(p):
    """Three CAs that all signed each other, one of them a root."""
    a, b, c = (p.ca(f"CN=Root {n}", k) for n, k in (("A", "p256-c"), ("B", "p256-d"), ("C", "p256-e")))
    p.root = a
    p.leaf.subject = ""
    p.leaf.ext["san"] = (True, p.leaf.ext["san"][1])
    for over in (a, b, c):
        p.more_sent += [(p.ca(under.subject, under.key), over) for under in (a, b, c) if under is not over]
    p.order = lambda sent: [sent[0], *reversed(sent[1:])]


bad("cve::cve-2025-61727", NC, 0, limited(permitted=dns("example.com"), excluded=dns("bar.example.com"), names=dns("*.example.com"), host="bar.example.com"))
bad("cve::cve-2025-61727-nc-permits-variant", NC, 0, limited(permitted=dns(HOST), names=dns("*.example.com")))


@row("invalid::invalid-issuer-key", False, MALFORMED, 1)
def _(p):
    p.mid[0].spki = seq(seq(oid("1.2.840.113549.1.1.1"), NULL), bits(b""))


# ---- crl ----


def with_crl(change=lambda p, crl: None, revoke=False, ku_of_root=("sign", "crl")):
    """root -> EE, and a CRL of the root that revokes somebody, or the leaf."""
    def apply(p):
        direct(p)
        p.root.ext["ku"] = (True, ku(*ku_of_root)) if ku_of_root else None
        crl = Crl(p.root.subject, p.root.key, days(-2), days(9))
        crl.revoked = [(p.leaf.serial if revoke else 4711, days(-1), b"")]
        p.crls.append(crl)
        change(p, crl)
    return apply


def idp(*fields):
    return ("2.5.29.28", True, seq(*fields))


def full_name(*names):
    return context(0, context(0, b"".join(names), True), True)


def uri(text):
    return context(6, text.encode())


def points(*names):
    return (False, seq(seq(full_name(*names))))


def partition(crl_fields, cdp=None):
    def change(p, crl):
        crl.ext.append(idp(*crl_fields))
        if cdp:
            p.leaf.ext["crldp"] = cdp
    return with_crl(change)


def crl_set(**values):
    def change(p, crl):
        for name, value in values.items():
            setattr(crl, name, value)
    return change


REVOKED, NO_CRL, OLD = "cert-revoked", "revocation-unreachable", "crl-expired"
NUMBER = ("2.5.29.20", False, integer(7))
X = ("1.3.6.1.4.1.55555.5", True, NULL)
bad("crl::revoked-certificate-with-crl", REVOKED, 0, with_crl(revoke=True))
bad("crl::crlnumber-missing", NO_CRL, 0, with_crl(crl_set(ext=[])))
bad("crl::crlnumber-critical", NO_CRL, 0, with_crl(crl_set(ext=[("2.5.29.20", True, integer(7))])))
good("crl::certificate-not-on-crl", with_crl())
bad("crl::issuer-missing-crlsign", NO_CRL, 0, with_crl(ku_of_root=("sign",)))
good("crl::issuer-no-keyusage-extension", with_crl(ku_of_root=()))
good("crl::issuer-valid-crlsign-and-keycertsign", with_crl(ku_of_root=("sign", "crl")))


def serial_of_another_issuer(p, crl):
    other = p.other_root()
    p.more_roots.append((other, None))
    p.crls.append(Crl(other.subject, other.key, days(-2), days(9)))
    p.crls[-1].revoked = [(p.leaf.serial, days(-1), b"")]


good("crl::certificate-serial-on-crl-different-issuer", with_crl(serial_of_another_issuer))
bad("crl::crl-invalid-signature", NO_CRL, 0, with_crl(crl_set(spoil=True)))
bad("crl::crl-wrong-signing-key", NO_CRL, 0, with_crl(crl_set(signer="p256-d")))
good("crl::crl-empty", with_crl(crl_set(revoked=[])))
good("crl::crl-very-large", with_crl(lambda p, crl: crl.revoked.extend((i, days(-1), b"") for i in range(10000, 20000))))
bad("crl::crl-unknown-critical-extension", NO_CRL, 0, with_crl(crl_set(ext=[NUMBER, X])))
good("crl::crl-unknown-noncritical-extension", with_crl(crl_set(ext=[NUMBER, (X[0], False, NULL)])))


def entry(critical):
    def change(p, crl):
        crl.revoked = [(p.leaf.serial, days(-1), seq(oid(X[0]), *([b"\1\1\xff"] if critical else []), octets(NULL)))]
    return with_crl(change)


bad("crl::entry-unknown-critical-extension", None, 0, entry(True))
bad("crl::entry-unknown-noncritical-extension", REVOKED, 0, entry(False))
bad("crl::this-update-in-future", None, 0, with_crl(crl_set(start=days(1), revoked=[])))
bad("crl::next-update-in-past", OLD, 0, with_crl(crl_set(start=days(-9), end=days(-1), revoked=[])))
bad("crl::revocation-date-in-future", REVOKED, 0, with_crl(lambda p, crl: setattr(crl, "revoked", [(p.leaf.serial, days(1), b"")])))
bad("crl::revocation-date-before-not-before", REVOKED, 0, with_crl(lambda p, crl: setattr(crl, "revoked", [(p.leaf.serial, days(-400), b"")])))
bad("crl::crl-validity-no-overlap", OLD, 0, with_crl(crl_set(start=days(-300), end=days(-200), revoked=[])))
good("crl::crl-duplicate-revoked-serial", with_crl(lambda p, crl: crl.revoked.append(crl.revoked[0])))
A, B = uri("http://example.com/a.crl"), uri("http://example.com/b.crl")
bad("crl::idp::idp-cdp-scope-mismatch", NO_CRL, 0, partition([full_name(B)], points(A)))
good("crl::idp::idp-cdp-scope-match", partition([full_name(A)], points(A)))
bad("crl::idp::idp-only-contains-ca-certs-ee-target", NO_CRL, 0, partition([context(2, b"\xff")]))
bad("crl::idp::idp-only-contains-attribute-certs", NO_CRL, 0, partition([context(5, b"\xff")]))
bad("crl::idp::idp-present-certificate-missing-cdp", NO_CRL, 0, partition([full_name(A)]))
good("crl::cabf::idp-indirect-crl", partition([full_name(A), context(4, b"\xff")], points(A)))
bad("crl::cabf::idp-only-some-reasons-no-complete-crl", NO_CRL, 0, partition([full_name(A), context(3, b"\6\x40")], points(A)))
bad("crl::cabf::idp-uri-not-byte-identical", NO_CRL, 0, partition([full_name(uri("http://example.com/s.crl"))], points(uri("http://example.com/%73.crl"))))
bad("crl::cabf::idp-name-relative-to-crl-issuer", NO_CRL, 0,
    partition([context(0, context(1, seq(oid("2.5.4.3"), tlv(0x0C, b"partition")), True), True)]))


@row("crl::idp::idp-only-contains-user-certs-ca-target", False, NO_CRL, 1)
def _(p):
    for c, fields in ((p.root, [idp(context(1, b"\xff"))]), (p.mid[0], [])):
        crl = Crl(c.subject, c.key, days(-2), days(9))
        crl.ext += fields
        p.crls.append(crl)


good("crl::cabf::idp-fullname-non-uri-generalname", partition([full_name(A, context(2, b"example.com"))], points(A)))
good("crl::idp::idp-present-certificate-cdp-non-uri-generalname", partition([full_name(A)], points(A, context(2, b"example.com"))))
bad("crl::external::crl-invalid-version", REVOKED, 0, with_crl(crl_set(version=5), revoke=True))
bad("crl::external::crl-missing-next-update", REVOKED, 0, with_crl(lambda p, crl: setattr(crl, "times", (time(crl.start),)), revoke=True))
bad("crl::external::crl-update-generalizedtime-2025", REVOKED, 0,
    with_crl(lambda p, crl: setattr(crl, "times", (general_time(crl.start), general_time(crl.end))), revoke=True))

# ---- rules of the Baseline Requirements alone ----

for title, words in {"ee-anyeku": ("server", "any"), "ee-precertificate-with-serverauth": ("server", "precert"),
                     "ee-codesigning-with-serverauth": ("server", "code"), "ee-emailprotection-with-serverauth": ("server", "email"),
                     "ee-timestamping-with-serverauth": ("server", "time"), "ee-ocspsigning-with-serverauth": ("server", "ocsp")}.items():
    good(f"webpki::eku::{title}", under_root(put("leaf", eku=(False, eku(*words)))))
good("webpki::eku::ee-critical-eku", under_root(put("leaf", eku=(True, eku("server")))))
good("webpki::eku::ee-without-eku", under_root(put("leaf", eku=None)))
good("webpki::eku::root-has-eku", under_root(put("root", eku=(False, eku("server")))))
bad("webpki::nc::permitted-dns-match-noncritical", PROFILE, 1, root_nc(permitted=dns(HOST), critical=False))
for title, cn, host, name in (
        ("ipv4-hex-mismatch", "0xC0A80101", "192.168.1.1", "ip:c0a80101"), ("ipv4-leading-zeros-mismatch", "192.168.001.001", "192.168.1.1", "ip:c0a80101"),
        ("ipv6-uppercase-mismatch", "2001:DB8::1", "2001:db8::1", "ip:20010db8000000000000000000000001"),
        ("ipv6-uncompressed-mismatch", "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1", "ip:20010db8000000000000000000000001"),
        ("ipv6-non-rfc5952-mismatch", "2001:db8:0:0:0:0:0:1", "2001:db8::1", "ip:20010db8000000000000000000000001"),
        ("punycode-not-in-san", "xn--nxasmq6b.com", "xn--n3h.com", "dns:xn--n3h.com"), ("utf8-vs-punycode-mismatch", "b\xfccher.com", "xn--bcher-kva.com", "dns:xn--bcher-kva.com"),
        ("not-in-san", "other.example.com", HOST, f"dns:{HOST}"), ("case-mismatch", HOST.upper(), HOST, f"dns:{HOST}")):
    good(f"webpki::cn::cabf-cn-{title}", under_root(named(host, name, cn=cn)))

# ---- where `strict` differs from the suite, and why ----

LEAF_USE = "RFC 8446 4.4.2.2: a server's key must be allowed to sign, and the key usage here allows to sign certificates alone"
BR = "the Baseline Requirements alone forbid it; RFC 5280 allows it"
CN = f"{BR}, and the suite has valid cases with such a subject"
CRL = "the suite takes a CRL that is against the profile for none, and accepts what it revokes; here it stays refused"
DIFFERENT = {
    "rfc5280::ca-as-leaf": LEAF_USE, "pathlen::validation-ignores-pathlen-in-leaf": LEAF_USE,
    "webpki::nc::permitted-dns-match-noncritical": "RFC 5280 4.2.1.10 (MUST be critical); the suite has one case for either rule",
    "webpki::eku::ee-without-eku": "RFC 5280 4.2.1.12; the suite has one case for either rule",
    **{row.name: CN for row in ROWS if row.name.startswith("webpki::cn::")},
    **{row.name: CRL for row in ROWS if row.name.startswith("crl::external::")},
    **dict.fromkeys(("webpki::eku::ee-anyeku", "webpki::eku::ee-precertificate-with-serverauth", "webpki::eku::ee-codesigning-with-serverauth",
                     "webpki::eku::ee-emailprotection-with-serverauth", "webpki::eku::ee-timestamping-with-serverauth",
                     "webpki::eku::ee-ocspsigning-with-serverauth", "webpki::eku::ee-critical-eku", "webpki::eku::root-has-eku",
                     "webpki::aki::root-with-aki-all-fields", "webpki::aki::root-with-aki-ski-mismatch", "crl::crl-duplicate-revoked-serial",
                     "crl::cabf::idp-indirect-crl", "crl::cabf::idp-fullname-non-uri-generalname",
                     "crl::idp::idp-present-certificate-cdp-non-uri-generalname"), BR),
}

"""The two tables of BetterTLS in certificates of our own: names against name constraints, and graphs of CAs with edges that are faulty.

Cases are (name, question, valid, (code, place) or None). What must come out is computed here from RFC 5280 6.1.3 and RFC 9525 6 for names,
and by looking for a way through the graph without faulty edges for paths."""
import itertools

from chains import Plan, bc, eku, key_id, limited, san, subtrees
from der import context, days, octets, seq
from judge import Question

GOOD, BAD = "test.localhost", "bad.example.com"
GOOD_IP, BAD_IP = "127.0.0.1", "1.1.1.1"
HEX = {GOOD_IP: "7f000001", BAD_IP: "01010101"}
TREES = {None: [], True: ["dns:localhost"], False: ["dns:example.com"]}
RANGES = {None: [], True: ["ip:7f000000ffffff00"], False: ["ip:01010100ffffff00"]}
THREE = (None, True, False)  # nothing; what fits the host that is asked; another one


def leaf_of(plan, cn, dns_ok, ip_ok):
    names = ([f"dns:{GOOD if dns_ok else BAD}"] if dns_ok is not None else []) + (
        [f"ip:{HEX[GOOD_IP if ip_ok else BAD_IP]}"] if ip_ok is not None else [])
    plan.leaf.subject = "O=names.example" + (f",CN={cn}" if cn else "")
    plan.leaf.ext["san"] = (False, san(*names)) if names else None


def is_kept(value, permitted, excluded):
    """A name that fits the host, or the other one, under subtrees of its own form."""
    if value is None:
        return True
    return not (permitted is not None and permitted != value) and not (excluded is not None and excluded == value)


def expected(by_ip, cn, dns_ok, ip_ok, limits):
    """None where valid, else the reasons that must be told."""
    permitted_dns, permitted_ip, excluded_dns, excluded_ip = limits
    reasons = []
    if not (is_kept(dns_ok, permitted_dns, excluded_dns) and is_kept(ip_ok, permitted_ip, excluded_ip)):
        reasons.append(("cert-name-constraints", 0))
    if dns_ok is None and ip_ok is None:
        reasons.append(("cert-cn-only-no-san", 0))
    if by_ip and ip_ok is not True:
        reasons.append(("cert-ip-not-in-san", 0))
    if not by_ip and dns_ok is not True and not (dns_ok is None and ip_ok is None and cn == GOOD):
        reasons.append(("cert-name-mismatch", 0))
    return reasons


def names(keys):
    """2 hosts, 6 common names, 9 lists of alternative names, 81 constraints: 8,748 cases of 5 * 9 leaves and 81 CAs."""
    cas, leaves, root = {}, {}, None
    for limits in itertools.product(THREE, repeat=4):
        plan = Plan("names")
        permitted, excluded = TREES[limits[0]] + RANGES[limits[1]], TREES[limits[2]] + RANGES[limits[3]]
        if permitted or excluded:
            limited(permitted, excluded)(plan)
        chain, roots = plan.build(keys)
        cas[limits], root = chain[1], roots
    for cn, dns_ok, ip_ok in itertools.product((None, GOOD, BAD, GOOD_IP, BAD_IP), THREE, THREE):
        plan = Plan("names")
        leaf_of(plan, cn, dns_ok, ip_ok)
        leaves[cn, dns_ok, ip_ok] = plan.build(keys)[0][0]
    for by_ip, cn, dns_ok, ip_ok, limits in itertools.product((False, True), (None, GOOD, BAD, None, GOOD_IP, BAD_IP), THREE, THREE, cas):
        question = Question(leaves[cn, dns_ok, ip_ok], [cas[limits]], root, GOOD_IP if by_ip else GOOD)
        words = "-".join("0" if x is None else "+" if x is True else "!" for x in (dns_ok, ip_ok, *limits))
        yield f"{'ip' if by_ip else 'dns'}/{cn}/{words}", question, expected(by_ip, cn, dns_ok, ip_ok, limits)


# ---- paths ----

LINEAR = "Anchor>ICA ICA>EE"
TWO_ROOTS = "Root1>ICA Root2>ICA ICA>EE"
FIGURE_7 = "Anchor>A Anchor>C A>C C>A A>B C>B B>EE"  # RFC 4158 2.3
BRIDGE = (  # RFC 4158 2.4
    "W>F W>G F>G G>F F>H G>I H>I I>H X>J X>L J>K L>M L>N N>EE Y>A Y>C A>C C>A A>B C>B B>D B>E Z>O Z>P O>Q O>R R>S R>T P>S "
    "W>Bridge Bridge>W X>Bridge Bridge>X Y>Bridge Bridge>Y Z>Bridge Bridge>Z")
ANCHORS = [(LINEAR, "Anchor", "EE"), (LINEAR, "ICA", "EE"), (TWO_ROOTS, "Root1", "EE"), (TWO_ROOTS, "Root2", "EE"), (FIGURE_7, "Anchor", "EE"),
           (FIGURE_7, "A", "EE"), (BRIDGE, "Z", "D"), (BRIDGE, "Z", "EE"), (BRIDGE, "W", "T"), (BRIDGE, "Bridge", "I")]
PAIRS = [(FIGURE_7, "Anchor", "EE", ["Anchor>C", "A>B"]), (FIGURE_7, "Anchor", "EE", ["Anchor>A", "C>B"]),
         (FIGURE_7, "Anchor", "EE", ["Anchor>A", "Anchor>C"]), (FIGURE_7, "Anchor", "EE", ["A>B", "C>B"])]


def expire(c):
    c.end = days(-1)


FAULTS = {  # name: (what is done to a CA's certificate, the reason that must be told)
    "expired": (expire, "chain-expired-intermediate"),
    "name-constraints": (lambda c: c.ext.update(nc=(True, subtrees(["dns:bad.example.com"]))), "cert-name-constraints"),
    "eku": (lambda c: c.ext.update(eku=(False, eku("email"))), "cert-eku-wrong"),
    "no-basic-constraints": (lambda c: c.ext.update(bc=None), "cert-ca-flag-wrong"),
    "no-ca": (lambda c: c.ext.update(bc=(True, bc(False))), "cert-ca-flag-wrong"),
    "sha1": (lambda c: setattr(c, "digest", "sha1"), "cert-weak-signature"),
}


def ways(edges, faulty, source, target, seen=()):
    """Every way from the anchor to the leaf that takes no faulty edge: the names on it, the leaf first."""
    if source == target:
        yield (*seen, target)[::-1]
        return
    for edge in edges:
        a, b = edge.split(">")
        if a == source and edge not in faulty and b not in (*seen, source):
            yield from ways(edges, faulty, b, target, (*seen, source))


class Graph:
    """The certificates of one graph below one anchor: each edge as it should be, and with each fault."""

    def __init__(self, keys, edges, anchor, leaf):
        self.keys, self.edges, self.leaf, self.plan = keys, edges.split(), leaf, Plan(edges)
        self.root = self.certificate(anchor, anchor)
        self.made = {}

    def certificate(self, issuer, subject, fault=None):
        p = self.plan
        if subject == self.leaf:
            c = p.cert(f"O=paths.example,CN={subject}", f"p256-{subject}", -10, 80)
            c.ext.update(p.leaf.ext, san=(False, san("dns:localhost")))
        else:
            c = p.ca(f"O=paths.example,CN={subject}", f"p256-{subject}")
        c.issuer, c.signer = f"O=paths.example,CN={issuer}", f"p256-{issuer}"
        c.ext["ski"] = (False, octets(f"id of {subject}".encode()))
        if issuer != subject:
            c.ext["aki"] = (False, seq(context(0, f"id of {issuer}".encode())))
        if fault:
            FAULTS[fault][0](c)
        return c.der(self.keys)

    def edge(self, edge, fault):
        if (edge, fault) not in self.made:
            self.made[edge, fault] = self.certificate(*edge.split(">"), fault)
        return self.made[edge, fault]

    def question(self, faulty, fault):
        sent = [self.edge(e, fault if e in faulty else None) for e in self.edges]
        leaf = next(i for i, e in enumerate(self.edges) if e.endswith(f">{self.leaf}"))
        return Question(sent[leaf], sent[:leaf] + sent[leaf + 1:], [self.root], "localhost")


def paths(keys):
    """No edge faulty, each edge of a CA alone with each fault, and the pairs."""
    for edges, anchor, leaf in ANCHORS:
        graph = Graph(keys, edges, anchor, leaf)
        chosen = [[]] + [[e] for e in graph.edges if not e.endswith(f">{leaf}")]
        chosen += [faulty for e, a, b, faulty in PAIRS if (e, a, b) == (edges, anchor, leaf)]
        for faulty, fault in ((f, x) for f in chosen for x in (FAULTS if f else [None])):
            all_ways = list(ways(graph.edges, [], anchor, leaf))
            wanted = []
            if not any(True for _ in ways(graph.edges, faulty, anchor, leaf)):
                # Told where all ways lead through the faulty edge at the same place.
                places = {way.index(faulty[0].split(">")[1]) for way in all_ways} if len(faulty) == 1 else ()
                place = 0 if fault == "name-constraints" else places.pop() if len(places) == 1 else None
                wanted = [(FAULTS[fault][1], place)]
            yield f"{anchor}-{leaf}/{'+'.join(faulty) or 'all'}/{fault}", graph.question(faulty, fault), wanted

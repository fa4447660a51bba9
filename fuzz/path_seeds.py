#!/usr/bin/python3
"""Writes the seeds of fuzz_path: fuzz/path_seeds.py (into fuzz/corpus). Chains made of the parts of cert_seeds.py."""
import hashlib
from pathlib import Path

from cert_seeds import CN, ECDSA, EC_KEY, dns, ext, name, oid, seq, tlv

FOLDER = Path(__file__).resolve().parent / "corpus/fuzz_path"
SENT, LOCAL, ANCHOR = 1, 2, 8
ANY_POLICY, ONE, TWO = "2.5.29.32.0", "1.2.3.1", "1.2.3.2"


def key(n):
    return EC_KEY[:-1] + bytes([n])


def cert(subject, issuer, k, extensions, good=True, until=b"300101000000Z"):
    names = [name((CN, 0x0C, x.encode())) for x in (issuer, subject)]
    tbs = seq(tlv(0xA0, tlv(2, b"\2")), tlv(2, bytes([1 + k])), ECDSA, names[0], seq(tlv(0x17, b"250101000000Z"), tlv(0x17, until)), names[1],
              key(k), tlv(0xA3, seq(*extensions)))
    return seq(tbs, ECDSA, tlv(3, b"\0" + (b"\0" if good else b"\2") + bytes([k])))


def ca(*more, length=None):
    limit = b"" if length is None else tlv(2, bytes([length]))
    return [ext("2.5.29.19", seq(tlv(1, b"\xFF"), limit), True), ext("2.5.29.15", tlv(3, b"\1\6"), True), *more]


def policies(*ids):
    return ext("2.5.29.32", seq(*[seq(oid(x)) for x in ids]))


LEAF = [ext("2.5.29.17", seq(dns("a.example"))), policies(ONE)]
MAPPING = ext("2.5.29.33", seq(seq(oid(ONE), oid(TWO))), True)
LIMITS = ext("2.5.29.36", seq(tlv(0x80, b"\0"), tlv(0x81, b"\1")), True)
NAMES = ext("2.5.29.30", seq(tlv(0xA0, seq(dns("example"))), tlv(0xA1, seq(dns("b.example")))), True)
ROOT = cert("root", "root", 1, ca())

SEEDS = [
    (0x0A, [(SENT, cert("leaf", "one", 9, LEAF)), (SENT, cert("one", "root", 2, ca(NAMES, policies(ANY_POLICY), length=0))), (ANCHOR, ROOT)]),
    (0x10, [(SENT, cert("leaf", "two", 9, [LEAF[0], policies(TWO)])), (SENT, cert("two", "one", 3, ca(policies(ONE), MAPPING, LIMITS))),
            (SENT, cert("one", "root", 2, ca(policies(ONE, ANY_POLICY), length=1))), (ANCHOR, ROOT)]),
    (0x80, [(SENT, cert("leaf", "one", 9, LEAF)), (SENT, cert("one", "old", 2, ca(), until=b"251231000000Z")), (LOCAL, cert("one", "root", 2, ca())),
            (ANCHOR, cert("old", "old", 4, ca())), (ANCHOR, ROOT)]),
    (0x02, [(SENT, cert("leaf", "one", 9, LEAF, good=False)), (SENT, cert("one", "one", 2, ca())), (ANCHOR, cert("one", "one", 3, ca()))]),
    (0x00, [(SENT, cert("leaf", "m1", 9, LEAF))] + [(SENT, cert(f"m{i}", f"m{k}", i, ca())) for i in (1, 2, 3) for k in (1, 2, 3)] + [(ANCHOR, ROOT)]),
    (0x0B, [(SENT | ANCHOR, cert("self", "self", 5, LEAF))]),
]


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for options, certs in SEEDS:
        data = bytes([options]) + b"".join(bytes([origin]) + der for origin, der in certs)
        (FOLDER / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    print(f"{len(SEEDS)} seeds in {FOLDER.relative_to(FOLDER.parent.parent.parent)}")


main()

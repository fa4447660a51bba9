#!/usr/bin/python3
"""Writes the seeds of fuzz_cert: fuzz/cert_seeds.py (into fuzz/corpus).

The certificates are put together here, byte for byte the same every time; their keys and signatures are no real ones, since the
target checks none. A seed is the length of a host name, the name, a certificate, and the certificate of its issuer."""
import hashlib
import itertools
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "corpus/fuzz_cert"


def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    length = bytes([n]) if n < 128 else (lambda b: bytes([0x80 | len(b)]) + b)(n.to_bytes((n.bit_length() + 7) // 8, "big"))
    return bytes([tag]) + length + body


def seq(*parts):
    return tlv(0x30, *parts)


def oid(text):
    first, second, *rest = map(int, text.split("."))
    out = b""
    for arc in [first * 40 + second, *rest]:
        chunk = [arc & 0x7F]
        while arc := arc >> 7:
            chunk.insert(0, 0x80 | arc & 0x7F)
        out += bytes(chunk)
    return tlv(6, out)


def name(*attributes):
    return seq(*[tlv(0x31, seq(oid(kind), tlv(tag, value))) for kind, tag, value in attributes])


CN, O, C, MAIL = "2.5.4.3", "2.5.4.10", "2.5.4.6", "1.2.840.113549.1.9.1"
CA_NAME = name((C, 0x13, b"DE"), (O, 0x0C, b"Example  CA"), (CN, 0x1E, "CÄ".encode("utf-16-be")))
LEAF_NAME = name((CN, 0x0C, b"a.example"), (MAIL, 0x16, b"x@a.example"))

ECDSA = seq(oid("1.2.840.10045.4.3.2"))
RSA = seq(oid("1.2.840.113549.1.1.11"), tlv(5))
PSS = seq(oid("1.2.840.113549.1.1.10"), seq(
    tlv(0xA0, seq(oid("2.16.840.1.101.3.4.2.1"), tlv(5))),
    tlv(0xA1, seq(oid("1.2.840.113549.1.1.8"), seq(oid("2.16.840.1.101.3.4.2.1"), tlv(5)))), tlv(0xA2, tlv(2, b"\x20"))))
EC_KEY = seq(seq(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")), tlv(3, b"\0\x04" + bytes(range(64))))
RSA_KEY = seq(seq(oid("1.2.840.113549.1.1.1"), tlv(5)), tlv(3, b"\0" + seq(tlv(2, b"\0" + b"\xC3" * 64), tlv(2, b"\1\0\1"))))
ED_KEY = seq(seq(oid("1.3.101.112")), tlv(3, b"\0" + b"\x42" * 32))
EXPLICIT = seq(seq(oid("1.2.840.10045.2.1"), seq(tlv(2, b"\1"))), tlv(3, b"\0\x04" + bytes(64)))


def ext(kind, value, critical=False):
    return seq(oid(kind), tlv(1, b"\xFF") if critical else b"", tlv(4, value))


def dns(text):
    return tlv(0x82, text.encode())


def url(text):
    return tlv(0x86, text.encode())


SAN = ext("2.5.29.17", seq(dns("a.example"), dns("*.b.example"), tlv(0x87, bytes([192, 0, 2, 1])), tlv(0x87, bytes(16)),
                           tlv(0x81, b"x@a.example"), url("https://u@a.example:8443/x"), tlv(0xA4, LEAF_NAME), tlv(0x88, b"\x2A\3"),
                           tlv(0xA0, oid("1.2.3"), tlv(0xA0, tlv(0x0C, b"other")))))
NC = ext("2.5.29.30", seq(
    tlv(0xA0, seq(dns("example")), seq(tlv(0xA4, name((CN, 0x13, b"A.EXAMPLE")))), seq(tlv(0x87, bytes([192, 0, 2, 0, 255, 255, 255, 0]))),
        seq(tlv(0x81, b"x@a.example")), seq(tlv(0x86, b".example")), seq(tlv(0x88, b"\x2A\3"), tlv(0x80, b"\1"))),
    tlv(0xA1, seq(dns("c.b.example")), seq(tlv(0x81, b".bad.example")), seq(tlv(0x87, bytes(32))))), True)
CA = [ext("2.5.29.19", seq(tlv(1, b"\xFF"), tlv(2, b"\3")), True), ext("2.5.29.15", tlv(3, b"\1\6"), True)]
IDS = [ext("2.5.29.14", tlv(4, b"\x11" * 20)),
       ext("2.5.29.35", seq(tlv(0x80, b"\x22" * 20), tlv(0xA1, tlv(0xA4, CA_NAME)), tlv(0x82, b"\1")))]
POLICIES = [ext("2.5.29.32", seq(seq(oid("2.5.29.32.0")), seq(oid("1.2.3"), seq(seq(oid("1.3.6.1.5.5.7.2.1"), tlv(0x16, b"u")))))),
            ext("2.5.29.33", seq(seq(oid("1.2.3"), oid("1.2.4"))), True), ext("2.5.29.36", seq(tlv(0x80, b"\2"), tlv(0x81, b"\0")), True),
            ext("2.5.29.54", tlv(2, b"\1"), True)]
FETCH = [ext("1.3.6.1.5.5.7.1.1", seq(seq(oid("1.3.6.1.5.5.7.48.1"), url("http://o.example/")),
                                      seq(oid("1.3.6.1.5.5.7.48.2"), url("http://i.example/")))),
         ext("2.5.29.31", seq(seq(tlv(0xA0, tlv(0xA0, url("http://c.example/"))), tlv(0x81, b"\1\6"), tlv(0xA2, tlv(0xA4, CA_NAME))),
                              seq(tlv(0xA0, tlv(0xA1, seq(oid(CN), tlv(0x0C, b"x")))))))]
USE = [ext("2.5.29.37", seq(oid("1.3.6.1.5.5.7.3.1"), oid("2.5.29.37.0"), oid("1.2.3.4"))), ext("1.3.6.1.5.5.7.1.24", seq(tlv(2, b"\5"))),
       ext("1.3.6.1.4.1.11129.2.4.2", tlv(4, b"\0\4\0\2ab")), ext("1.3.6.1.4.1.11129.2.4.3", tlv(5), True), ext("1.3.6.1.5.5.7.48.1.5", tlv(5))]
ODD = [ext("1.2.3.4", b"", True), ext("1.2.3.4", b""), ext("2.5.29.17", seq()), ext("2.5.29.17", b"\x30\x05\x82\x09"),
       ext("2.5.29.19", bytes.fromhex("3003010101")), ext("2.5.29.15", bytes.fromhex("03020900")), ext("2.5.29.14", bytes.fromhex("048100"))]
UTC, GENERAL = tlv(0x17, b"200101000000Z"), tlv(0x18, b"20991231235959Z")
ODD_TIMES = [tlv(0x17, b"2001010000+0100"), tlv(0x18, b"20300101000000.5Z"), tlv(0x18, b"20301301000000Z")]


def cert(subject, issuer, extensions=(), key=EC_KEY, alg=ECDSA, version=2, serial=b"\x01\x02", times=(UTC, GENERAL), uid=b""):
    head = tlv(0xA0, tlv(2, bytes([version]))) if version else b""
    tail = tlv(0xA3, seq(*extensions)) if extensions else b""
    return seq(seq(head, tlv(2, serial), alg, issuer, seq(*times), subject, key, uid, tail), alg, tlv(3, b"\0" + b"\x5A" * 8))


def certificates():
    ca = cert(CA_NAME, CA_NAME, CA + IDS[:1] + [NC])
    leaf = cert(LEAF_NAME, CA_NAME, [SAN] + IDS + USE)
    yield leaf, ca
    yield ca, b""
    yield cert(LEAF_NAME, CA_NAME, [SAN]), cert(CA_NAME, CA_NAME, CA + [NC], RSA_KEY, RSA)
    yield cert(seq(), CA_NAME, FETCH + POLICIES, RSA_KEY, RSA), ca
    yield cert(LEAF_NAME, seq(), (), ED_KEY, seq(oid("1.3.101.112")), 0), b""
    yield cert(LEAF_NAME, CA_NAME, (), EXPLICIT, PSS, 1, b"\x80", uid=tlv(0x81, b"\0\1") + tlv(0x82, b"\0\2")), b""
    for odd in ODD:
        yield cert(LEAF_NAME, CA_NAME, [SAN, odd, IDS[0], odd]), b""
    for odd in ODD_TIMES:
        yield cert(LEAF_NAME, CA_NAME, times=(odd, GENERAL)), b""
    for cut in (1, 5, 40, 150, 300, len(leaf) - 3):
        yield leaf[:cut], b""


def main():
    hosts = itertools.cycle([b"a.example", b"x.b.example", b"192.0.2.1", b"::", b"bad..name", b"A.EXAMPLE."])
    FOLDER.mkdir(parents=True, exist_ok=True)
    count = 0
    for (one, issuer), host in zip(certificates(), hosts):
        data = bytes([len(host)]) + host + one + issuer
        (FOLDER / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
        count += 1
    print(f"{count} seeds in {FOLDER.relative_to(FOLDER.parent.parent.parent)}")


if __name__ == "__main__":
    main()

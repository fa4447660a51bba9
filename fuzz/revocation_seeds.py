#!/usr/bin/python3
"""Writes the seeds of fuzz_revocation: fuzz/revocation_seeds.py (into fuzz/corpus).

Certificates, responses and CRLs are put together here; one fixed Ed25519 key signs all of them through openssl, whose signatures
are the same every time, so that mutations start behind the check of the signature. A seed is three parts, each after its length in
two bytes: a certificate, its issuer, and a response or a CRL."""
import base64
import hashlib
import subprocess
import tempfile
from pathlib import Path

from cert_seeds import CN, dns, ext, name, oid, seq, tlv, url

FOLDER = Path(__file__).resolve().parent / "corpus/fuzz_revocation"
PRIVATE = b"\x42" * 32
ED25519 = seq(oid("1.3.101.112"))
UTC = [tlv(0x17, text) for text in (b"250101000000Z", b"260130000000Z", b"270101000000Z")]
TIME = [tlv(0x18, text) for text in (b"20250101000000Z", b"20260130000000Z", b"20270101000000Z")]
CA_NAME, LEAF_NAME, RESPONDER = (name((CN, 0x0C, text)) for text in (b"CA", b"leaf.example", b"Responder"))
OCSP = "1.3.6.1.5.5.7.48.1"


class Key:
    def __init__(self, folder):
        self.file, self.data = folder / "key.pem", folder / "data"
        der = seq(tlv(2, b"\0"), ED25519, tlv(4, tlv(4, PRIVATE)))
        self.file.write_text("-----BEGIN PRIVATE KEY-----\n" + base64.b64encode(der).decode() + "\n-----END PRIVATE KEY-----\n")
        self.spki = self.call("pkey", "-in", self.file, "-pubout", "-outform", "DER")

    def call(self, *arguments):
        return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout

    def sign(self, tbs):
        self.data.write_bytes(tbs)
        return self.call("pkeyutl", "-sign", "-inkey", self.file, "-rawin", "-in", self.data)

    def signed(self, tbs, *more):
        return seq(tbs, ED25519, tlv(3, b"\0" + self.sign(tbs)), *more)

    def cert(self, subject, serial, *extensions):
        return self.signed(seq(tlv(0xA0, tlv(2, b"\2")), tlv(2, serial), ED25519, CA_NAME, seq(UTC[0], UTC[2]), subject, self.spki,
                               tlv(0xA3, seq(*extensions))))


def cert_id(key, serial=b"\x11", kind="1.3.14.3.2.26", algorithm="sha1"):
    def of(data):
        return tlv(4, hashlib.new(algorithm, data).digest())
    return seq(seq(oid(kind), tlv(5)), of(CA_NAME), of(key.spki[-32:]), tlv(2, serial))


def single(key, status, *more, **which):
    return seq(cert_id(key, **which), status, TIME[1], *(more or [tlv(0xA0, TIME[2])]))


def response(key, singles, *more, responder=tlv(0xA1, CA_NAME), certs=(), version=b""):
    data = seq(version, responder, TIME[1], seq(*singles), *more)
    basic = key.signed(data, tlv(0xA0, seq(*certs)) if certs else b"")
    return seq(tlv(10, b"\0"), tlv(0xA0, seq(oid(OCSP + ".1"), tlv(4, basic))))


def responses(key):
    good, revoked, unknown = tlv(0x80), tlv(0xA1, TIME[0], tlv(0xA0, tlv(10, b"\1"))), tlv(0x82)
    helper = key.cert(RESPONDER, b"\x33", ext("2.5.29.37", seq(oid("1.3.6.1.5.5.7.3.9"))), ext(OCSP + ".5", tlv(5)))
    by_key = tlv(0xA2, tlv(4, hashlib.sha1(key.spki[-32:]).digest()))
    sha256 = {"kind": "2.16.840.1.101.3.4.2.1", "algorithm": "sha256"}
    yield response(key, [single(key, good)])
    yield response(key, [single(key, revoked)], responder=by_key)
    yield response(key, [single(key, unknown, **sha256), single(key, good, serial=b"\x12")], tlv(0xA1, seq(ext(OCSP + ".2", tlv(4, b"n")))))
    yield response(key, [single(key, good)], responder=tlv(0xA1, RESPONDER), certs=[helper], version=tlv(0xA0, tlv(2, b"\0")))
    yield response(key, [single(key, good, tlv(0xA1, seq(ext("2.5.29.21", tlv(10, b"\6")), ext("1.2.3", b"", True))))])
    for status in (1, 3, 6):
        yield seq(tlv(10, bytes([status])))


def crl(key, entries, *extensions, version=tlv(2, b"\1"), times=(UTC[1], UTC[2])):
    listed = seq(*entries) if entries else b""
    return key.signed(seq(version, ED25519, CA_NAME, *times, listed, tlv(0xA0, seq(*extensions)) if extensions else b""))


def entry(serial, *extensions):
    return seq(tlv(2, serial), UTC[1], seq(*extensions) if extensions else b"")


def crls(key):
    number, delta = ext("2.5.29.20", tlv(2, b"\5")), ext("2.5.29.27", tlv(2, b"\4"), True)
    aki = ext("2.5.29.35", seq(tlv(0x80, b"\x22" * 20)))
    reason, since = ext("2.5.29.21", tlv(10, b"\1")), ext("2.5.29.24", TIME[0])
    other = ext("2.5.29.29", seq(tlv(0xA4, RESPONDER)), True)
    full = ext("2.5.29.28", seq(tlv(0xA0, tlv(0xA0, url("http://c.example/"))), tlv(0x81, b"\xFF"), tlv(0x83, b"\1\6")), True)
    relative = ext("2.5.29.28", seq(tlv(0xA0, tlv(0xA1, seq(oid(CN), tlv(0x0C, b"x")))), tlv(0x84, b"\xFF")), True)
    yield crl(key, [])
    yield crl(key, [entry(b"\x12"), entry(b"\x11", reason, since)], number, aki)
    yield crl(key, [entry(b"\x11", reason)], number, delta)
    yield crl(key, [entry(b"\x12", other), entry(b"\x11")], number, relative)
    yield crl(key, [entry(b"\x11")], full)
    yield crl(key, [entry(b"\x11")], version=b"", times=(UTC[1],))
    yield crl(key, [entry(b"\x11", ext("1.2.3", b"", True))], ext("1.2.3", b"", True))


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    count = 0
    with tempfile.TemporaryDirectory() as scratch:
        key = Key(Path(scratch))
        ca = key.cert(CA_NAME, b"\1", ext("2.5.29.19", seq(tlv(1, b"\xFF")), True), ext("2.5.29.15", tlv(3, b"\1\6"), True),
                      ext("2.5.29.14", tlv(4, b"\x22" * 20)))
        points = [seq(tlv(0xA0, tlv(0xA0, url("http://c.example/")))),
                  seq(tlv(0xA0, tlv(0xA1, seq(oid(CN), tlv(0x0C, b"x")))), tlv(0x81, b"\1\6"), tlv(0xA2, tlv(0xA4, CA_NAME)))]
        leaf = key.cert(LEAF_NAME, b"\x11", ext("2.5.29.17", seq(dns("leaf.example"))), ext("2.5.29.31", seq(*points)),
                        ext("1.3.6.1.5.5.7.1.1", seq(seq(oid(OCSP), url("http://o.example/")))))
        for answer in [*responses(key), *crls(key)]:
            data = b"".join(len(part).to_bytes(2, "big") + part for part in (leaf, ca, answer))
            (FOLDER / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
            count += 1
    print(f"{count} seeds in {FOLDER.relative_to(FOLDER.parent.parent.parent)}")


if __name__ == "__main__":
    main()

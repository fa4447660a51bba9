#!/usr/bin/python3
"""Writes the seeds of fuzz_engine and fuzz_engine_transparent: fuzz/engine_seeds.py (into fuzz/corpus).

The first byte of a seed chooses the hello (fuzz_engine.c, make_hello), the second the pieces and the end. With
transparent crypto a protected record of 1.3 holds its content and the inner type in clear, every signature is good, and
a Finished is all zeros."""
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent / "tests/unit/engine"
FINISH, COMPAT, OLD = 1, 8, 4  # bits of the first byte
PIECES = 8                     # the second byte: 1-byte pieces, FIN at the end
ECHO = b"\x22" * 32
SHARE = bytes.fromhex("9fd7ad6dcff4298dd3f96d5b1b2af910a0535b1488d7f8fabb349a982880b615")
HRR = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")


def vec(width, body):
    return len(body).to_bytes(width, "big") + body


def u16(value):
    return value.to_bytes(2, "big")


def record(kind, body, version=0x0303):
    return bytes([kind]) + u16(version) + vec(2, body)


def message(kind, body=b""):
    return bytes([kind]) + vec(3, body)


def handshake(*messages, version=0x0303):
    return record(22, b"".join(messages), version)


def sealed(body, inner):
    return record(23, body + bytes([inner]))


def ext(kind, body=b""):
    return u16(kind) + vec(2, body)


def server_hello(suite, *extensions, version=0x0303, random=b"\x33" * 32, echo=b""):
    block = vec(2, b"".join(extensions)) if extensions else b""
    return message(2, u16(version) + random + vec(1, echo) + u16(suite) + b"\0" + block)


def rsa_certificate():
    """The certificate of RFC 8448 3, as the unit tests have it."""
    text = (TESTS / "test_refusals.c").read_text()
    lines = re.search(r"rsa_certificate\[\] =(.*?);", text, re.S)[1]
    return bytes.fromhex("".join(re.findall(r'"(\w+)"', lines)))[10:]


CERT = rsa_certificate()
VERSION_13 = ext(43, u16(0x0304))
SHARE_13 = ext(51, u16(29) + vec(2, SHARE))
CCS = record(20, b"\1")
RENEGOTIATION = ext(0xFF01, b"\0")
ALERT = b"\2\x28"


def flight_13(request=False, ocsp=False, finished=32):
    parts = [message(8, vec(2, ext(16, vec(2, vec(1, b"h2"))) + ext(17613)))]
    if request:
        parts.append(message(13, vec(1, b"") + vec(2, ext(13, vec(2, u16(0x0804) + u16(0x0403))))))
    entry = vec(3, CERT) + vec(2, ext(5, b"\1" + vec(3, b"\x30\0")) if ocsp else b"")
    parts.append(message(11, vec(1, b"") + vec(3, entry)))
    parts.append(message(15, u16(0x0804) + vec(2, b"\x55" * 128)))
    parts.append(message(20, bytes(finished)))
    return b"".join(parts)


TICKET_13 = message(4, bytes(8) + vec(1, b"\0") + vec(2, b"ticket") + vec(2, b""))
AFTER_13 = (sealed(TICKET_13, 22) + sealed(message(24, b"\1"), 22) + sealed(b"HTTP/1.0 200 OK\r\n\r\n", 23)
            + sealed(message(13, vec(1, b"ctx") + vec(2, ext(13, vec(2, u16(0x0804))))), 22) + sealed(b"\1\0", 21))
ECDHE = message(12, b"\3" + u16(29) + vec(1, SHARE) + u16(0x0804) + vec(2, b"\x55" * 128))
ECDHE_10 = message(12, b"\3" + u16(29) + vec(1, SHARE) + vec(2, b"\x55" * 128))
DHE = message(12, vec(2, b"\xff" * 63 + b"\xc5") + vec(2, b"\2") + vec(2, b"\x80" * 64) + u16(0x0804) + vec(2, b"\x55" * 128))
ANON = message(12, vec(2, b"\xff" * 63 + b"\xc5") + vec(2, b"\2") + vec(2, b"\x80" * 64))
CERT_12 = message(11, vec(3, vec(3, CERT)))
REQUEST_12 = message(13, vec(1, b"\1\x40") + vec(2, u16(0x0401)) + vec(2, vec(2, b"\x30\0")))
TICKET_12 = message(4, bytes(4) + vec(2, b"ticket"))
STATUS = message(22, b"\1" + vec(3, b"\x30\0"))
END_12 = CCS + handshake(message(20, bytes(12))) + record(23, b"HTTP/1.0 200 OK\r\n\r\n") + handshake(message(0)) + record(21, b"\1\0")


def full_12(suite, *messages, extensions=(RENEGOTIATION, ext(23)), version=0x0303, ticket=b""):
    hello = handshake(server_hello(suite, *extensions, version=version), version=version)
    return hello + handshake(*messages, message(14), version=version) + (handshake(ticket) if ticket else b"") + END_12


def seeds():
    """name -> (first byte, stream)"""
    hello_13 = handshake(server_hello(0x1301, VERSION_13, SHARE_13, echo=ECHO))
    retry = handshake(server_hello(0x1301, VERSION_13, ext(51, u16(23)), ext(44, vec(2, b"cookie")), random=HRR, echo=ECHO))
    again = handshake(server_hello(0x1301, VERSION_13, ext(51, u16(23) + vec(2, b"\4" + SHARE * 2)), echo=ECHO))
    new, old = FINISH | COMPAT, FINISH | OLD
    yield "tls13", new, hello_13 + CCS + sealed(flight_13(), 22) + AFTER_13
    yield "tls13-sha384", new, hello_13.replace(b"\x13\x01\0\0", b"\x13\x02\0\0") + sealed(flight_13(finished=48), 22) + AFTER_13
    yield "tls13-request", new, hello_13 + CCS + sealed(flight_13(request=True, ocsp=True), 22) + sealed(ALERT, 21)
    yield "tls13-retry", new, retry + CCS + again + sealed(flight_13(), 22) + AFTER_13
    yield "tls13-fragments", new, hello_13 + b"".join(sealed(flight_13()[i:i + 90], 22) for i in range(0, len(flight_13()), 90))
    yield "tls13-stop", COMPAT, hello_13 + sealed(flight_13(), 22)
    yield "tls13-pq", new, handshake(server_hello(0x1301, VERSION_13, ext(51, u16(0x11EC) + vec(2, SHARE)), echo=ECHO))
    yield "tls12-ecdhe", FINISH, full_12(0xC02F, CERT_12, ECDHE)
    yield "tls12-all", FINISH, full_12(0xC030, CERT_12, STATUS, ECDHE, REQUEST_12, ticket=TICKET_12,
                                       extensions=(RENEGOTIATION, ext(5), ext(35), ext(16, vec(2, vec(1, b"h2")))))
    yield "tls12-rsa", FINISH, full_12(0x009C, CERT_12, REQUEST_12)
    yield "tls12-cbc-etm", FINISH, full_12(0x002F, CERT_12, extensions=(RENEGOTIATION, ext(22), ext(23)))
    yield "tls12-dhe", FINISH, full_12(0x009E, CERT_12, DHE)
    yield "tls12-anon", FINISH, full_12(0x0034, ANON)
    yield "tls12-rc4", FINISH, full_12(0x0005, CERT_12)
    yield "tls12-export", FINISH, full_12(0x0003, CERT_12, ANON)
    yield "tls12-stop", 0, full_12(0xC02F, CERT_12, ECDHE)
    yield "tls10", old | 1 << 4, full_12(0xC013, CERT_12, ECDHE_10, version=0x0301)
    yield "tls11", old | 2 << 4, full_12(0x0035, CERT_12, version=0x0302)
    yield "ssl3", old, full_12(0x0005, CERT_12, version=0x0300, extensions=())
    yield "ssl2", old, bytes.fromhex("801e0400010002000000030010010080001122334455667788aabbccddeeff0011")
    yield "alert", FINISH, record(21, ALERT, 0x0301)
    yield "warning", FINISH, record(21, b"\1\x70") + hello_13
    yield "http", FINISH, b"HTTP/1.1 400 Bad Request\r\n\r\n"
    yield "smtp", FINISH, b"220 mail.example.test ESMTP\r\n"
    yield "downgrade", FINISH, handshake(server_hello(0xC02F, RENEGOTIATION, random=b"\x33" * 24 + b"DOWNGRD\1"))
    yield "empty", FINISH, record(22, b"") * 3


def main():
    for folder in ("fuzz_engine", "fuzz_engine_transparent"):
        where = HERE / "corpus" / folder
        where.mkdir(parents=True, exist_ok=True)
        for name, first, stream in seeds():
            (where / name).write_bytes(bytes([first, 0]) + stream)
            if folder == "fuzz_engine_transparent" and len(stream) < 400:
                (where / (name + "-pieces")).write_bytes(bytes([first, PIECES]) + stream)


main()

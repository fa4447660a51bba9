#!/usr/bin/python3
"""Writes the seeds of fuzz_bundle: fuzz/bundle_seeds.py (into fuzz/corpus).

Files of certificates in every form but PKCS #12, whose encryption a mutation does not survive; the certificates are those of
cert_seeds. A seed is the length of a password, the password, and the file."""
import base64
import hashlib
from pathlib import Path

from cert_seeds import CA, CA_NAME, IDS, LEAF_NAME, SAN, cert, oid, seq, tlv

FOLDER = Path(__file__).resolve().parent / "corpus/fuzz_bundle"


def pem(label, der, width=64):
    text = base64.b64encode(der).decode()
    lines = [text[i:i + width] for i in range(0, len(text), width)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()


def pkcs7(*certificates):
    body = seq(tlv(2, b"\1"), tlv(0x31), seq(oid("1.2.840.113549.1.7.1")), tlv(0xA0, *certificates), tlv(0x31))
    return seq(oid("1.2.840.113549.1.7.2"), tlv(0xA0, body))


def files():
    root = cert(CA_NAME, CA_NAME, CA + IDS[:1])
    leaf, old = cert(LEAF_NAME, CA_NAME, [SAN] + IDS), cert(LEAF_NAME, CA_NAME, [SAN], times=(tlv(0x17, b"200101000000Z"),) * 2)
    chain = pem("CERTIFICATE", leaf) + pem("CERTIFICATE", root)
    yield chain
    yield chain * 2
    yield pem("CERTIFICATE", root) + b"words\n" + pem("X509 CERTIFICATE", leaf) + pem("TRUSTED CERTIFICATE", old + seq())
    yield leaf
    yield leaf + root
    yield pkcs7(leaf, root)
    yield pem("PKCS7", pkcs7(root, leaf)) + chain
    yield base64.b64encode(leaf)
    yield chain.replace(b"\n", b"\r\n")
    yield chain.replace(b"-----\n-----", b"----------")
    yield b"\xef\xbb\xbf" + chain
    yield b"\xff\xfe" + chain.decode().encode("utf-16-le")
    yield b"\xfe\xff" + chain.decode().encode("utf-16-be")
    yield chain[:-40]
    yield pem("CERTIFICATE", leaf[:50]) + pem("X509 CRL", seq()) + pem("CERTIFICATE REQUEST", seq()) + pem("DH PARAMETERS", seq())
    yield pem("EC PRIVATE KEY", seq(tlv(2, b"\1"), tlv(4, b"\1" * 32), tlv(0xA0, oid("1.2.840.10045.3.1.7")))) + chain
    yield pem("ENCRYPTED PRIVATE KEY", seq(seq(oid("1.2.840.113549.1.5.13")), tlv(4, bytes(16)))) + chain
    yield b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"
    yield seq(tlv(2, b"\3"), seq(oid("1.2.840.113549.1.7.1"), tlv(0xA0, tlv(4, seq()))))


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    count = 0
    for count, body in enumerate(files(), 1):
        data = b"\4pass" + body if count % 2 else b"\0" + body
        (FOLDER / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    print(f"{count} seeds in {FOLDER.relative_to(FOLDER.parent.parent.parent)}")


if __name__ == "__main__":
    main()

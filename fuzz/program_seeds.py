#!/usr/bin/python3
"""Writes the seeds of fuzz_program: fuzz/program_seeds.py (into fuzz/corpus). The certificates are those of cert_seeds.py."""
import base64
import hashlib
from pathlib import Path

import cert_seeds

FOLDER = Path(__file__).resolve().parent / "corpus/fuzz_program"


def pem(der):
    text = base64.b64encode(der).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def row(*fields):
    return ",".join('"' + field.replace('"', '""') + '"' for field in fields) + "\r\n"


def seeds():
    one = cert_seeds.cert(cert_seeds.CA_NAME, cert_seeds.CA_NAME)
    two = cert_seeds.cert(cert_seeds.LEAF_NAME, cert_seeds.CA_NAME)
    one_hash, two_hash = (hashlib.sha256(der).hexdigest().upper() for der in (one, two))
    yield pem(one) + "# comment\n" + pem(two) + pem(one)
    yield pem(one)[:-30]
    titles = ("Owner", "SHA-256 Fingerprint", "Trust Bits", "Distrust for TLS After Date", "PEM Info")
    yield row(*titles) + row('The "A", Inc.', one_hash, "Websites;Email", "2024.11.30", f"'{pem(one)}'") \
        + row("B", two_hash, "", "2024.13.01", f"'{pem(two)}'") + row("C", "12", "", "", "")
    all_titles = ("Certificate Name", "Apple Status", "Apple Trust Bits", "Google Chrome Status", "Microsoft Status", "Microsoft EKUs",
                  "Mozilla Status", "Mozilla Trust Bits", "SHA-256 Fingerprint")
    yield row(*all_titles) + row("A", "Included", "TLS Server", "Included", "Included", "Code Signing", "Removed", "", one_hash) \
        + row("B", "Not Included", "", "Pending", "Included", "None", "Included", "All Trust Bits Turned Off", two_hash)
    yield "\ufeffCertificate Record Type,Chrome Status,SHA-256 Fingerprint,\nRoot Certificate,Included," + one_hash + ",\n\n"
    yield row("SHA-256 Fingerprint", "Certificate Name", "Trust Bits", "Distrust for TLS After Date", "From", "Imported", "PEM Info") \
        + row(two_hash, "B", "Other", "2030-01-02", "f.csv", "2026-01-31T00:00:00Z", "")


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    count = 0
    for text in seeds():
        data = text.encode()
        (FOLDER / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
        count += 1
    print(f"{count} seeds in {FOLDER.relative_to(FOLDER.parent.parent.parent)}")


if __name__ == "__main__":
    main()

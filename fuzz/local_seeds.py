#!/usr/bin/python3
"""Writes the seeds of fuzz_settings and fuzz_store: fuzz/local_seeds.py (into fuzz/corpus). The certificates are those of cert_seeds.py."""
import hashlib
import sqlite3
import struct
import tempfile
from pathlib import Path

import cert_seeds

CORPUS = Path(__file__).resolve().parent / "corpus"
SETTINGS = [
    (0, "; a\n[http \"https://a\"]\n\tsslVerify = false\nkey=\"x\"\n"),
    (1, "# a\n--tls-max 1.2\nproxy: \"http://a:b@c\"\n-k\ninsecure\n"),
    (2, "! a\njdk.tls.disabledAlgorithms=SSLv3, \\\n    RC4, DH keySize < 1024\na : b\n"),
    (3, "user_pref(\"security.tls.version.min\", 4);\nlockPref(\"a\", \"b\");\n"),
    (4, "openssl_conf = init\n[init]\nssl_conf = ssl # c\n[ssl]\nsystem_default = tls\n[tls]\nMinProtocol = \"TLSv1\"\\\n.3\n"
        "A = ${ENV::E}$init::ssl_conf\\$\n.include = more.cnf\n.pragma includedir:/etc\nssl::b = `c`\n"),
]


def jks(ders):
    out = struct.pack(">III", 0xFEEDFEED, 2, len(ders) + 1)
    for n, der in enumerate(ders):
        out += struct.pack(">IH", 2, 2) + b"c%d" % n + struct.pack(">QH", 0, 5) + b"X.509" + struct.pack(">I", len(der)) + der
    return out + struct.pack(">IH", 1, 1) + b"k" + struct.pack(">QI", 0, 3) + b"key" + struct.pack(">I", 0)


def nss(ders):
    """A database as NSS makes them, with so many rows that it has an inner page, and one that overflows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cert9.db"
        database = sqlite3.connect(path)
        database.execute("PRAGMA page_size = 512")
        database.execute("CREATE TABLE nssPublic (id PRIMARY KEY UNIQUE ON CONFLICT ABORT, a0, a1, a3, a11, a101)")
        for n, der in enumerate(ders):
            database.execute("INSERT INTO nssPublic VALUES (?, ?, ?, ?, ?, ?)", (n, b"\0\0\0\1", b"\1", f"name {n}".encode(), der, None))
        database.commit()
        database.close()
        return path.read_bytes()


def keep(target, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


def main():
    for style, text in SETTINGS:
        keep("fuzz_settings", bytes([style]) + text.encode())
    one = cert_seeds.cert(cert_seeds.CA_NAME, cert_seeds.CA_NAME)
    two = cert_seeds.cert(cert_seeds.LEAF_NAME, cert_seeds.CA_NAME)
    import program_seeds
    for data in (one, program_seeds.pem(one).encode() + program_seeds.pem(two).encode(), jks([one, two]), nss([one, two] * 4)):
        keep("fuzz_store", data)
    print("seeds written")


if __name__ == "__main__":
    main()

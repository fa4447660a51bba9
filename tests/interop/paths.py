#!/usr/bin/python3
"""Generated chains through `tlswhy verify` and `openssl verify -x509_strict`, which must agree on valid or not.

    tests/interop/paths.py [--tlswhy COMMAND] [--count N] [--seed N] [-v]

Each chain is root, zero to three intermediates and a leaf, with at most two faults put in at random places; certificates are given in random
order, with junk. Where one fault was put in, it must be told alone, at its certificate."""
import argparse
import base64
import concurrent.futures
import dataclasses
import datetime
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID as EKU, NameOID

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOW = datetime.datetime(2026, 1, 31)
DAY = datetime.timedelta(days=1)
HOST = "www.example.test"

# (fault, reason that `tlswhy` must give, whether it may be put on: leaf, intermediate)
FAULTS = {
    "expired": ({"cert-expired", "chain-expired-intermediate"}, True, True),
    "future": ({"cert-not-yet-valid"}, True, True),
    "no-ca": ({"cert-ca-flag-wrong"}, False, True),
    "no-bc": ({"cert-ca-flag-wrong"}, False, True),
    "no-sign": ({"cert-key-usage-wrong"}, False, True),
    "path-length": ({"cert-ca-flag-wrong"}, False, True),
    "excluded": ({"cert-name-constraints"}, False, True),
    "not-permitted": ({"cert-name-constraints"}, False, True),
    "eku": ({"cert-eku-wrong"}, True, True),
    "critical": ({"cert-malformed"}, True, True),
    "signature": ({"cert-bad-signature", "cert-malformed"}, True, True),
    "missing": ({"chain-missing-intermediate"}, False, True),
    "other-name": ({"cert-name-mismatch"}, True, False),
    "sha1": ({"cert-weak-signature"}, True, True),
    "twin": (set(), False, True),  # an expired copy beside the good one: no fault at all
    "wrong-key": (set(), False, True),  # another CA of the same name beside it
}


EXCLUSIVE = [{"expired", "future"}, {"twin", "future"}, {"twin", "missing"}, {"excluded", "not-permitted"}]


@dataclasses.dataclass
class Entity:
    subject: x509.Name
    key: ec.EllipticCurvePrivateKey
    depth: int = 0
    faults: list = dataclasses.field(default_factory=list)


def named(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def extensions(entity, issuer, is_ca, below):
    bits = dict.fromkeys(["content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign", "encipher_only",
                          "decipher_only", "digital_signature", "key_cert_sign"], False)
    bits["crl_sign" if "no-sign" in entity.faults else "key_cert_sign" if is_ca else "digital_signature"] = True
    yield x509.SubjectKeyIdentifier.from_public_key(entity.key.public_key()), False
    yield x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False
    yield x509.KeyUsage(**bits), True
    if is_ca:
        limit = max(0, below - 1) if "path-length" in entity.faults else None
        ca = "no-ca" not in entity.faults
        if "no-bc" not in entity.faults:
            yield x509.BasicConstraints(ca, limit if ca else None), True
    else:
        yield x509.SubjectAlternativeName([x509.DNSName("mail.example.test" if "other-name" in entity.faults else HOST)]), False
    if "eku" in entity.faults or not is_ca:
        yield x509.ExtendedKeyUsage([EKU.CODE_SIGNING if "eku" in entity.faults else EKU.SERVER_AUTH]), False
    if "excluded" in entity.faults:
        yield x509.NameConstraints(None, [x509.DNSName("example.test")]), True
    if "not-permitted" in entity.faults:
        yield x509.NameConstraints([x509.DNSName("example.com")], None), True
    if "critical" in entity.faults:
        yield x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00"), True


def make(entity, issuer, is_ca, below):
    start, end = NOW - 90 * DAY, NOW + 90 * DAY
    if "expired" in entity.faults:
        end = NOW - DAY
    if "future" in entity.faults:
        start = NOW + DAY
    builder = (x509.CertificateBuilder().subject_name(entity.subject).issuer_name(issuer.subject).public_key(entity.key.public_key())
               .serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end))
    for value, critical in extensions(entity, issuer, is_ca, below):
        builder = builder.add_extension(value, critical)
    cert = builder.sign(issuer.key, hashes.SHA1() if "sha1" in entity.faults else hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    if "signature" in entity.faults:
        cert = cert[:-1] + bytes([cert[-1] ^ 1])
    return cert


def pem(der):
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"


class Case:
    """One chain: certificates, what was put in, what `tlswhy` must say."""

    def __init__(self, rng, number, keys):
        self.number, n = number, rng.randint(0, 3)
        entities = [Entity(named(f"Root {number}"), keys[0], n + 1)]
        entities += [Entity(named(f"CA {number}.{i}"), keys[1 + i], n - i) for i in range(n)]
        entities.append(Entity(named("leaf"), keys[5], 0))
        self.expected = []
        for _ in range(rng.choice([0, 1, 1, 1, 2])):
            fault = rng.choice(list(FAULTS))
            reasons, on_leaf, on_ca = FAULTS[fault]
            places = [e for e in entities[1:] if (on_leaf if e.depth == 0 else on_ca)]
            if places:
                entity = rng.choice(places)
                if fault not in entity.faults and not any({fault, *entity.faults} >= pair for pair in EXCLUSIVE):
                    entity.faults.append(fault)
                    if reasons and not (fault == "path-length" and entity.depth < 2):
                        self.expected.append((fault, reasons, entity.depth))
        self.root = make(entities[0], entities[0], True, n)
        self.leaf, self.pile = None, []
        for issuer, entity in zip(entities, entities[1:]):
            self.add(rng, entity, issuer, keys)
        self.pile.append(make(Entity(named("junk"), keys[6]), Entity(named("nobody"), keys[7]), True, 0))
        rng.shuffle(self.pile)

    def add(self, rng, entity, issuer, keys):
        is_ca = entity.depth > 0
        cert = make(entity, issuer, is_ca, entity.depth - 1)
        if not is_ca:
            self.leaf = cert
            return
        if "missing" not in entity.faults:
            self.pile.append(cert)
        if "twin" in entity.faults:
            self.pile.append(make(dataclasses.replace(entity, faults=[*entity.faults, "expired"]), issuer, True, 0))
        if "wrong-key" in entity.faults:
            self.pile.append(make(dataclasses.replace(entity, key=rng.choice(keys[6:]), faults=[]), issuer, True, 0))

    def told(self):
        return ", ".join(f"{fault} at {depth}" for fault, _, depth in self.expected) or "nothing"


def ask(command, case, where):
    leaf, pile, root = where / f"{case.number}.leaf", where / f"{case.number}.pile", where / f"{case.number}.root"
    leaf.write_bytes(pem(case.leaf))
    pile.write_bytes(b"".join(pem(c) for c in case.pile))
    root.write_bytes(pem(case.root))
    ours = subprocess.run([command, "verify", "--json", "--leaf", leaf, "--untrusted", pile, "--roots", root, "--at", f"{NOW.isoformat()}Z",
                           "--host", HOST, "--purpose", "server"], capture_output=True, text=True, timeout=60)
    theirs = subprocess.run(["openssl", "verify", "-x509_strict", "-auth_level", "2", "-purpose", "sslserver", "-verify_hostname", HOST, "-attime",
                             str(int(NOW.replace(tzinfo=datetime.timezone.utc).timestamp())), "-CAfile", root, "-untrusted", pile, leaf],
                            capture_output=True, text=True, timeout=60)
    return ours, theirs


def judge(command, case, where):
    ours, theirs = ask(command, case, where)
    if ours.returncode not in (0, 1):
        return f"exit status {ours.returncode}: {ours.stderr}"
    said = json.loads(ours.stdout)
    accepted, valid = said["verdict"] == "accepted", not case.expected
    reasons = [(r["code"], r["cert"]) for r in said["reasons"]]
    if accepted != valid:
        return f"{said['verdict']} {reasons}, with {case.told()}"
    if accepted != (theirs.returncode == 0):
        return f"{said['verdict']} {reasons}, openssl: {(theirs.stdout + theirs.stderr).strip()}, with {case.told()}"
    if len(case.expected) == 1:  # one fault: its reason, at its certificate
        fault, codes, depth = case.expected[0]
        depth = {"path-length": 1, "excluded": 0, "not-permitted": 0, "missing": depth - 1}.get(fault, depth)
        main = [r for r in reasons if r[0] != "cert-strict-x509"]  # who is no CA may have no keyCertSign either (RFC 5280 4.2.1.3)
        if len(main) != 1 or main[0][0] not in codes or main[0][1] != depth:
            return f"{reasons}, with {case.told()}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tlswhy", default=str(ROOT / "build/tlswhy"))
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-v", action="store_true")
    args = parser.parse_args()
    warnings.simplefilter("ignore")  # SHA-1 is made on purpose
    rng, passed, failed = random.Random(args.seed), 0, 0
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(8)]
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        where = pathlib.Path(folder)
        cases = [Case(rng, number, keys) for number in range(args.count)]
        for case, problem in zip(cases, pool.map(lambda case: judge(args.tlswhy, case, where), cases)):
            passed, failed = passed + (not problem), failed + bool(problem)
            if problem or args.v:
                print(f"{'FAILED' if problem else 'ok'} chain {case.number}: {problem or case.told()}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()

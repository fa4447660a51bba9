"""Many CAs of one name: the processor time that `tlswhy verify` takes for them, beside `openssl verify` and `certtool --verify` on the same files.

The leaf's issuer is one of N CAs that share a name and not a key, with and without key identifiers: as roots in the store; as
intermediates below one root; and as a pile of untrusted namesakes beside the root that did issue the leaf. The right answer is always
"accepted" (by `modern`: RFC 5280 itself wants key identifiers). The issuer stands last, where whoever tries one after the other comes to it last."""
import base64
import datetime
import json
import os
import pathlib
import shutil
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import outside

SIZES = (10, 100, 1000, 5000)
HOST = "www.example.test"
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0, tzinfo=None)
DAY = datetime.timedelta(days=1)
LIMIT_MS = 30  # of processor time, the whole command, with key identifiers
REPEATS = 3


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def usage(is_ca):
    return x509.KeyUsage(digital_signature=not is_ca, key_cert_sign=is_ca, crl_sign=is_ca, content_commitment=False, key_encipherment=False,
                         data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False)


class Authority:
    """A CA, or the leaf: its certificate as DER."""

    def __init__(self, subject, issuer=None, identifiers=True, is_ca=True):
        self.subject, self.key = name(subject), ec.generate_private_key(ec.SECP256R1())
        signer = issuer or self
        builder = (x509.CertificateBuilder().subject_name(self.subject).issuer_name(signer.subject).public_key(self.key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(NOW - 90 * DAY).not_valid_after(NOW + 90 * DAY)
                   .add_extension(x509.BasicConstraints(is_ca, None), critical=True))
        builder = builder.add_extension(usage(is_ca), critical=True)
        if not is_ca:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        if identifiers:
            builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
            builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), critical=False)
        self.der = builder.sign(signer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def pem(authorities):
    return b"".join(b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(a.der) + b"-----END CERTIFICATE-----\n" for a in authorities)


def roots(n, identifiers):
    """(leaf, untrusted, roots)"""
    many = [Authority("Example CA", identifiers=identifiers) for _ in range(n)]
    return Authority("leaf", many[-1], identifiers, False), [], many


def intermediates(n, identifiers):
    root = Authority("Example Root", identifiers=identifiers)
    many = [Authority("Example CA", root, identifiers) for _ in range(n)]
    return Authority("leaf", many[-1], identifiers, False), many, [root]


def pile(n, identifiers):
    root = Authority("Example CA", identifiers=identifiers)
    many = [Authority("Example CA", identifiers=identifiers) for _ in range(n)]
    return Authority("leaf", root, identifiers, False), many, [root]


SHAPES = {"roots": roots, "intermediates": intermediates, "untrusted pile": pile}


def write(folder, certificates):
    leaf, untrusted, trusted = certificates
    files = {"leaf": [leaf], "untrusted": untrusted, "roots": trusted, "all": [leaf, *untrusted]}
    for file, content in files.items():
        (folder / file).write_bytes(pem(content))
    return [folder / file for file in files]


def commands(folder, tlswhy):
    leaf, untrusted, trusted, everything = (folder / file for file in ("leaf", "untrusted", "roots", "all"))
    more = ["--untrusted", untrusted] if untrusted.stat().st_size else []
    sent = ["-untrusted", untrusted] if more else []
    return {
        "tlswhy": [tlswhy, "verify", "--json", "--leaf", leaf, *more, "--roots", trusted, "--host", HOST, "--client", "modern"],
        "openssl": ["openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", trusted, *sent, leaf],
        "certtool": ["certtool", "--verify", "--load-ca-certificate", trusted, "--infile", everything],
    }


def typical(command):
    return min((outside.run(command) for _ in range(REPEATS)), key=lambda usage: usage.cpu_ms)


def measure(folder, tlswhy):
    """{tool: Usage}; a tool that is not installed is left out."""
    return {tool: typical(command) for tool, command in commands(folder, tlswhy).items() if shutil.which(str(command[0]))}


def told(usage, base):
    verdict = "accepts" if usage.status == 0 else "refuses"
    return f"{usage.cpu_ms:8.1f} ms ({usage.cpu_ms / base.cpu_ms:6.1f} x, {verdict})"


def allowed(shape, identifiers, n):
    """Signatures that may be checked: those of the path with key identifiers, or none of the pile; else one a namesake."""
    return 2 if identifiers or shape == "untrusted pile" else n + 1


def check(shape, identifiers, n, usage):
    """What misses the bar."""
    signatures = json.loads(usage.out)["work"]["signatures"] if usage.out else -1
    if usage.status != 0:
        yield "it refuses"
    if signatures > allowed(shape, identifiers, n):
        yield f"{signatures} signatures"
    if identifiers and usage.cpu_ms > LIMIT_MS:
        yield f"{usage.cpu_ms:.1f} ms"


def show(tlswhy, sizes=SIZES):
    """Prints the table; gives what missed the bar."""
    missed = []
    print(f"{'N CAs of one name':24} {'ids':4} {'N':>5} {'signatures':>10} {'tlswhy verify':>14}   {'openssl verify':36} certtool --verify")
    for shape, make in SHAPES.items():
        for identifiers in (True, False):
            for n in sizes:
                with tempfile.TemporaryDirectory(prefix="tlswhy-samename-") as where:
                    folder = pathlib.Path(where)
                    write(folder, make(n, identifiers))
                    usages = measure(folder, tlswhy)
                base = usages.pop("tlswhy")
                work = json.loads(base.out)["work"]["signatures"]
                print(f"{shape:24} {'yes' if identifiers else 'no':4} {n:5} {work:10} {base.cpu_ms:11.1f} ms   "
                      + "   ".join(told(usage, base) for usage in usages.values()), flush=True)
                missed += [f"{shape}, {n}, {'with' if identifiers else 'without'} identifiers: {what}"
                           for what in check(shape, identifiers, n, base)]
    return missed


if __name__ == "__main__":
    os.chdir(outside.ROOT)
    for line in show(outside.ROOT / "build/tlswhy"):
        print("missed:", line)

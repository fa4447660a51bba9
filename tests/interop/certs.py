"""Certificates for the HTTPS servers: any key, issuer and dates, made by the openssl command."""

import subprocess
import threading
from datetime import datetime, timedelta, timezone

from base import HOST, Pki

KEYS = {
    "ec": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "p521": ["EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
    "rsa": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "rsa3072": ["RSA", "-pkeyopt", "rsa_keygen_bits:3072"],
    "rsa-pss": ["RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"],
    "ed25519": ["ED25519"],
}

CA_CONFIG = """[ca]
default_ca = ca
[ca]
dir = {dir}
database = {dir}/index
new_certs_dir = {dir}
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = supplied
[req]
distinguished_name = dn
[dn]
"""


class Certs(Pki):
    """The CA of Pki, an intermediate below it, and a second root that nobody was told about."""

    def __init__(self, where):
        super().__init__(where)
        self.config = self.dir / "ca.cnf"
        (self.dir / "index").touch()
        self.config.write_text(CA_CONFIG.format(dir=self.dir))
        self.made = {}
        self.lock = threading.Lock()
        self.other_ca, self.other_key = self.dir / "other-ca.pem", self.dir / "other-ca.key"
        self._self_signed(self.other_ca, self.other_key, "Somebody's Own CA",
                          ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"])
        self.intermediate, self.intermediate_key = self.make(
            "intermediate", subject="Interop Intermediate CA",
            extensions=["basicConstraints=critical,CA:TRUE,pathlen:0", "keyUsage=critical,keyCertSign,cRLSign"])
        self.intermediate_der = self.dir / "intermediate.der"
        self._openssl("x509", "-in", self.intermediate, "-outform", "DER", "-out", self.intermediate_der)
        # A group of a size that no current client takes (Logjam); to find one costs a second or two.
        self.dh1024 = self.dir / "dh1024.pem"
        self._openssl("dhparam", "-out", self.dh1024, "1024")
        self.ca.chmod(0o644)

    def _openssl(self, *command):
        subprocess.run([self.openssl, *command], check=True, capture_output=True, timeout=60)

    def leaf(self, key="ec", hosts=(HOST,), issuer="root", days=(-1, 60), chain=True, aia=None, use="serverAuth", crl=None):
        """(certificate file with its chain, key file). `days`: notBefore and notAfter from now on; `issuer`: root,
        intermediate, other or self; `chain`: also what stands between the leaf and the root; `use`: extendedKeyUsage; `aia`, `crl`: where the
        issuer publishes."""
        what = (key, tuple(hosts), issuer, days, chain, aia, use, crl)
        with self.lock:
            if what not in self.made:
                extensions = ["subjectAltName=" + ",".join(f"DNS:{host}" for host in hosts),
                              "basicConstraints=critical,CA:FALSE", f"extendedKeyUsage={use}",
                              "keyUsage=critical,digitalSignature" + (",keyEncipherment" if "rsa" in key else ""),
                              "subjectKeyIdentifier=hash", *([] if issuer == "self" else ["authorityKeyIdentifier=keyid"]),
                              *([f"authorityInfoAccess=caIssuers;URI:{aia}"] if aia else []),
                              *([f"crlDistributionPoints=URI:{crl}"] if crl else [])]
                name = f"leaf-{len(self.made)}"
                cert, secret = self.make(name, key, hosts[0], extensions, issuer, days)
                above = {"intermediate": [self.intermediate], "other": [self.other_ca]}.get(issuer, [])
                if chain and above:
                    cert.write_text(cert.read_text() + "".join(path.read_text() for path in above))
                self.made[what] = cert, secret
            return self.made[what]

    def make(self, name, key="ec", subject=HOST, extensions=(), issuer="root", days=(-1, 60)):
        cert, secret, request, ext = (self.dir / f"{name}.{end}" for end in ("pem", "key", "csr", "ext"))
        self._openssl("genpkey", "-algorithm", *KEYS[key], "-out", secret)
        self._openssl("req", "-new", "-config", self.config, "-key", secret, "-subj", f"/CN={subject}", "-out", request)
        ext.write_text("\n".join(extensions) + "\n")
        signer = {"root": ["-cert", self.ca, "-keyfile", self.ca_key],
                  "other": ["-cert", self.other_ca, "-keyfile", self.other_key],
                  "self": ["-selfsign", "-keyfile", secret]}.get(issuer)
        if signer is None:
            signer = ["-cert", self.intermediate, "-keyfile", self.intermediate_key]
        # An Ed25519 signer takes no digest (RFC 8410), and openssl ca refuses one that is named.
        digest = ["-md", "null"] if issuer == "self" and key == "ed25519" else []
        now = datetime.now(timezone.utc)
        start, end = ((now + timedelta(days=d)).strftime("%Y%m%d%H%M%SZ") for d in days)
        self._openssl("ca", "-batch", "-notext", "-config", self.config, *signer, *digest, "-in", request, "-out", cert,
                      "-startdate", start, "-enddate", end, "-extfile", ext)
        return cert, secret

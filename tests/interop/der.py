"""Certificates byte by byte: DER written by hand, signed by libcrypto, so that every oddity can be planted.

The openssl command refuses to write most of what differential.py needs (two extensions of one kind, a negative serial number, a
bent encoding). Keys are made once a run by the openssl command and named by their algorithm."""
import ctypes
import datetime
import pathlib
import subprocess

# ---- DER ----


def tlv(tag, body):
    n = len(body)
    size = bytes([n]) if n < 128 else (lambda b: bytes([0x80 | len(b)]) + b)(n.to_bytes((n.bit_length() + 7) // 8, "big"))
    return bytes([tag]) + size + body


def seq(*parts):
    return tlv(0x30, b"".join(parts))


def integer(n):
    return tlv(0x02, n.to_bytes(n.bit_length() // 8 + 1, "big", signed=True))


def octets(body):
    return tlv(0x04, body)


def bits(body, unused=0):
    return tlv(0x03, bytes([unused]) + body)


def named_bits(*set_bits):
    """BIT STRING of named bits without trailing zeros (X.690 11.2)."""
    if not set_bits:
        return bits(b"")
    n = max(set_bits) + 1
    value = sum(1 << (n - 1 - b) for b in set_bits) << (-n % 8)
    return bits(value.to_bytes((n + 7) // 8, "big"), -n % 8)


def boolean(value):
    return tlv(0x01, b"\xff" if value else b"\x00")


def oid(text):
    arcs = [int(a) for a in text.split(".")]
    out = b""
    for arc in [arcs[0] * 40 + arcs[1], *arcs[2:]]:
        part = [arc & 0x7F]
        while arc := arc >> 7:
            part.append(arc & 0x7F | 0x80)
        out += bytes(reversed(part))
    return tlv(0x06, out)


def context(n, body, constructed=False):
    return tlv((0xA0 if constructed else 0x80) | n, body)


def utc_time(t):
    return tlv(0x17, t.strftime("%y%m%d%H%M%SZ").encode())


def general_time(t):
    return tlv(0x18, t.strftime("%Y%m%d%H%M%SZ").encode())


def time(t):
    return utc_time(t) if t.year < 2050 else general_time(t)


ATTRIBUTES = {"CN": "2.5.4.3", "O": "2.5.4.10", "OU": "2.5.4.11", "C": "2.5.4.6", "E": "1.2.840.113549.1.9.1"}


def name(text, other=0x0C):
    """ "O=Org,CN=name" in this order; C is a PrintableString, E an IA5String, all else UTF-8, or of the tag `other`."""
    tags = {"C": 0x13, "E": 0x16}
    parts = [part.split("=", 1) for part in text.split(",") if part]
    return seq(*(tlv(0x31, seq(oid(ATTRIBUTES[k]), tlv(tags.get(k, other), v.encode()))) for k, v in parts))


def body_of(encoded):
    """The contents of one element."""
    return encoded[2:] if encoded[1] < 128 else encoded[2 + (encoded[1] & 0x7F):]


def with_extensions(tbs, extensions):
    """A tbsCertificate with this list of extensions instead of its own, which are the last field."""
    body, at = body_of(tbs), 0
    while at < len(body) and body[at] != 0xA3:
        head = 2 if body[at + 1] < 128 else 2 + (body[at + 1] & 0x7F)
        size = body[at + 1] if head == 2 else int.from_bytes(body[at + 2:at + head], "big")
        at += head + size
    return seq(body[:at], context(3, seq(extensions), True))


# ---- keys and signatures ----

KEYS = {
    "p256": ["EC", "ec_paramgen_curve:P-256"], "p256-b": ["EC", "ec_paramgen_curve:P-256"],
    "p256-c": ["EC", "ec_paramgen_curve:P-256"], "p256-d": ["EC", "ec_paramgen_curve:P-256"],
    "p256-e": ["EC", "ec_paramgen_curve:P-256"],
    "explicit": ["EC", "ec_paramgen_curve:P-256", "ec_param_enc:explicit"], "explicit-b": ["EC", "ec_paramgen_curve:P-256", "ec_param_enc:explicit"],
    "p192": ["EC", "ec_paramgen_curve:P-192"],
    "p224": ["EC", "ec_paramgen_curve:P-224"], "p384": ["EC", "ec_paramgen_curve:P-384"],
    "p521": ["EC", "ec_paramgen_curve:P-521"], "k256": ["EC", "ec_paramgen_curve:secp256k1"],
    "bp256": ["EC", "ec_paramgen_curve:brainpoolP256r1"],
    "rsa512": ["RSA", "rsa_keygen_bits:512"], "rsa1024": ["RSA", "rsa_keygen_bits:1024"],
    "rsa1536": ["RSA", "rsa_keygen_bits:1536"], "rsa2048": ["RSA", "rsa_keygen_bits:2048"], "rsa2052": ["RSA", "rsa_keygen_bits:2052"],
    "dsa2048": ["DSA", "dsa_paramgen_bits:2048", "dsa_paramgen_q_bits:256"],
    "rsapss": ["RSA-PSS", "rsa_keygen_bits:2048"], "ed25519": ["ED25519"], "ed448": ["ED448"],
}
HASHES = {"md5": "1.2.840.113549.1.1.4", "sha1": "1.2.840.113549.1.1.5", "sha224": "1.2.840.113549.1.1.14",
          "sha256": "1.2.840.113549.1.1.11", "sha384": "1.2.840.113549.1.1.12", "sha512": "1.2.840.113549.1.1.13"}
ECDSA = {"sha1": "1.2.840.10045.4.1", "sha224": "1.2.840.10045.4.3.1", "sha256": "1.2.840.10045.4.3.2",
         "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4"}
DIGESTS = {"sha256": ("2.16.840.1.101.3.4.2.1", 32), "sha384": ("2.16.840.1.101.3.4.2.2", 48), "sha1": ("1.3.14.3.2.26", 20)}
EDDSA = {"ed25519": "1.3.101.112", "ed448": "1.3.101.113"}
NULL = b"\x05\x00"


class Libcrypto:
    """The few calls that signing takes."""

    def __init__(self):
        self.c = ctypes.CDLL("libcrypto.so.3")
        for function in ("BIO_new_mem_buf", "PEM_read_bio_PrivateKey", "EVP_MD_CTX_new", "EVP_get_digestbyname"):
            getattr(self.c, function).restype = ctypes.c_void_p

    def load(self, pem):
        bio = ctypes.c_void_p(self.c.BIO_new_mem_buf(pem, len(pem)))
        key = ctypes.c_void_p(self.c.PEM_read_bio_PrivateKey(bio, None, None, None))
        self.c.BIO_free(bio)
        assert key.value, "the key cannot be read"
        return key

    def public(self, key):
        out = ctypes.POINTER(ctypes.c_ubyte)()
        n = self.c.i2d_PUBKEY(key, ctypes.byref(out))
        return bytes(out[:n])

    def sign(self, key, message, digest, pss):
        md = ctypes.c_void_p(self.c.EVP_get_digestbyname(digest.encode())) if digest else None
        context_, inner = ctypes.c_void_p(self.c.EVP_MD_CTX_new()), ctypes.c_void_p()
        assert self.c.EVP_DigestSignInit(context_, ctypes.byref(inner), md, None, key) == 1, digest
        if pss:
            assert self.c.EVP_PKEY_CTX_set_rsa_padding(inner, 6) == 1
            assert self.c.EVP_PKEY_CTX_set_rsa_pss_saltlen(inner, -1) == 1  # as long as the hash
        out, n = ctypes.create_string_buffer(4096), ctypes.c_size_t(4096)
        assert self.c.EVP_DigestSign(context_, out, ctypes.byref(n), message, ctypes.c_size_t(len(message))) == 1
        self.c.EVP_MD_CTX_free(context_)
        return out.raw[:n.value]


class Keys:
    def __init__(self, where):
        self.where, self.lib, self.made = pathlib.Path(where), Libcrypto(), {}

    def file(self, which):
        path = self.where / f"{which}.key"
        if not path.exists():
            kind, *options = KEYS.get(which, KEYS["p256"])  # any further name is one more P-256
            options = ["-algorithm", kind, *(word for option in options for word in ("-pkeyopt", option))]
            if kind == "DSA":  # its parameters are made first
                self._genpkey("-genparam", *options, "-out", path)
                options = ["-paramfile", path]
            self._genpkey(*options, "-out", path)
        return path

    def _genpkey(self, *options):
        subprocess.run(["/usr/bin/openssl", "genpkey", *options], check=True, capture_output=True, timeout=120)

    def get(self, which):
        if which not in self.made:
            key = self.lib.load(self.file(which).read_bytes())
            self.made[which] = key, self.lib.public(key)
        return self.made[which]

    def spki(self, which):
        return self.get(which)[1]

    def algorithm(self, which, digest, pss):
        """AlgorithmIdentifier of a signature by that key."""
        if which in EDDSA:
            return seq(oid(EDDSA[which]))
        if which.startswith("dsa"):
            return seq(oid("2.16.840.1.101.3.4.3.2"))  # dsa-with-sha256 (RFC 5758 3.1)
        if not which.startswith("rsa"):
            return seq(oid(ECDSA[digest]))
        if not (pss or which == "rsapss"):
            return seq(oid(HASHES[digest]), NULL)
        hash_oid, size = DIGESTS[digest]
        inner = seq(oid(hash_oid), NULL)  # RFC 4055 2.1
        params = [context(0, inner, True), context(1, seq(oid("1.2.840.113549.1.1.8"), inner), True), context(2, integer(size), True)]
        return seq(oid("1.2.840.113549.1.1.10"), seq(*params))

    def sign(self, which, message, digest, pss):
        return self.lib.sign(self.get(which)[0], message, None if which in EDDSA else digest, pss or which == "rsapss")


# ---- certificates ----

EXTENSIONS = {"ski": "2.5.29.14", "ku": "2.5.29.15", "san": "2.5.29.17", "bc": "2.5.29.19", "nc": "2.5.29.30", "crldp": "2.5.29.31",
              "policies": "2.5.29.32", "mappings": "2.5.29.33", "aki": "2.5.29.35", "pc": "2.5.29.36", "eku": "2.5.29.37",
              "iap": "2.5.29.54", "aia": "1.3.6.1.5.5.7.1.1", "tlsfeature": "1.3.6.1.5.5.7.1.24", "poison": "1.3.6.1.4.1.11129.2.4.3",
              "nscert": "2.16.840.1.113730.1.1", "unknown": "1.3.6.1.4.1.55555.1", "unknown2": "1.3.6.1.4.1.55555.2"}


def extension(kind, critical, value):
    return seq(oid(EXTENSIONS[kind]), *([boolean(True)] if critical else []), octets(value))


def general_name(text):
    """ "dns:a", "ip:hex", "email:a@b", "uri:…", "dir:CN=…", "rid:1.2.3", "other:1.2.3" (an otherName with NULL)."""
    kind, value = text.split(":", 1)
    if kind == "other":
        return context(0, oid(value) + context(0, NULL, True), True)
    if kind == "dir":
        return context(4, name(value), True)
    if kind == "rid":
        return context(8, oid(value)[2:])
    number = {"email": 1, "dns": 2, "uri": 6, "ip": 7}[kind]
    return context(number, bytes.fromhex(value) if kind == "ip" else value.encode("latin-1"))


def subtrees(permitted=(), excluded=()):
    lists = [(0, permitted), (1, excluded)]
    return seq(*(context(n, b"".join(seq(general_name(g)) for g in names), True) for n, names in lists if names))


class Cert:
    """What one certificate will hold. `ext`: kind -> (critical, value); None: left out. `raw`: further extensions as they are."""

    def __init__(self, subject, key, start, end, serial):
        self.subject, self.key, self.start, self.end, self.serial = subject, key, start, end, serial
        self.issuer = self.signer = None  # filled from the one above
        self.ext, self.raw, self.version, self.digest, self.pss = {}, b"", 3, "sha256", False
        self.times = self.serial_der = self.inner = self.spki = None
        self.spoil = self.printable = False
        self.parameters = None  # of the signature's algorithm, instead of those that belong there
        self.edit = None  # bytes of the tbsCertificate -> others, before it is signed

    def der(self, keys):
        algorithm = keys.algorithm(self.signer, self.digest, self.pss)
        if self.parameters is not None:
            algorithm = seq(body_of(algorithm)[:2 + body_of(algorithm)[1]], self.parameters)
        extensions = b"".join(extension(k, *v) for k, v in self.ext.items() if v is not None) + self.raw
        tbs = seq(
            context(0, integer(self.version - 1), True) if self.version > 1 else b"", self.serial_der or integer(self.serial),
            self.inner or algorithm, name(self.issuer, 0x13 if self.printable else 0x0C), seq(*(self.times or (time(self.start), time(self.end)))), name(self.subject),
            self.spki or keys.spki(self.key), context(3, seq(extensions), True) if extensions else b"")
        tbs = self.edit(tbs) if self.edit else tbs
        signature = keys.sign(self.signer, tbs, self.digest, self.pss)
        if self.spoil:
            signature = signature[:-1] + bytes([signature[-1] ^ 1])
        return seq(tbs, algorithm, bits(signature))


class Crl:
    """A CRL by `issuer` (a name), signed by the key `signer`. `revoked`: (serial, time, extensions or b""); `ext`: (OID, critical, value)."""

    def __init__(self, issuer, signer, start, end):
        self.issuer, self.signer, self.start, self.end = issuer, signer, start, end
        self.revoked, self.ext, self.version, self.spoil = [], [("2.5.29.20", False, integer(7))], 2, False
        self.times = None

    def der(self, keys):
        algorithm = keys.algorithm(self.signer, "sha256", False)
        entries = [seq(integer(serial), time(when), seq(extra) if extra else b"") for serial, when, extra in self.revoked]
        extensions = [seq(oid(o), *([boolean(True)] if critical else []), octets(value)) for o, critical, value in self.ext]
        tbs = seq(integer(self.version - 1), algorithm, name(self.issuer), *(self.times or (time(self.start), time(self.end))),
                  seq(*entries) if entries else b"", context(0, seq(*extensions), True) if extensions else b"")
        signature = keys.sign(self.signer, tbs, "sha256", False)
        if self.spoil:
            signature = signature[:-1] + bytes([signature[-1] ^ 1])
        return seq(tbs, algorithm, bits(signature))


def rsa_of_nobody(chooser):
    """SubjectPublicKeyInfo with a modulus whose factors nobody knows: one more key, for nothing."""
    n = chooser.getrandbits(2048) | 1 << 2047 | 1
    return seq(seq(oid("1.2.840.113549.1.1.1"), NULL), bits(seq(integer(n), integer(65537))))


def days(n):
    """So many days from now, in whole seconds."""
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=n)

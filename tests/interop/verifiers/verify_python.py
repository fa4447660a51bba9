"""Judges the chains of differential.py as a Python client does: a TLS handshake in memory with a server that has the chain.

    verify_python.py [strict]      strict: VERIFY_X509_STRICT and VERIFY_X509_PARTIAL_CHAIN, the defaults of Python 3.13

A line in: id, host, chain and roots as base64 lists, key file; a line out: id, verdict, reason. "skip": no handshake came so far."""
import base64
import ssl
import sys
import tempfile

# Lib/ssl.py of 3.13, create_default_context(); 3.11 has no name for the second one (X509_V_FLAG_PARTIAL_CHAIN).
STRICT = ssl.VERIFY_X509_STRICT | 0x80000


def pem(list_):
    return "".join(ssl.DER_cert_to_PEM_cert(base64.b64decode(b)) for b in list_.split(",") if b)


def server_of(chain, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # it must not mind what it sends
    with tempfile.NamedTemporaryFile("w") as f:
        f.write(pem(chain))
        f.flush()
        context.load_cert_chain(f.name, key)
    return context


def handshake(client, server):
    """Both sides in turn until the client is done or fails."""
    for _ in range(20):
        try:
            client.do_handshake()
            return
        except ssl.SSLWantReadError:
            pass
        try:
            server.do_handshake()
        except ssl.SSLWantReadError:
            pass
    raise OSError("no end")


def verify(host, chain, roots, key, strict):
    try:
        server_context = server_of(chain, key)
    except (ssl.SSLError, OSError) as e:
        return "skip", f"server: {e}"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_TRUSTED_FIRST
    if strict:
        context.verify_flags |= STRICT
    try:
        context.load_verify_locations(cadata=pem(roots))
        a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = context.wrap_bio(a, b, server_hostname=host)
        server = server_context.wrap_bio(b, a, server_side=True)
        handshake(client, server)
        return "accept", ""
    except (ssl.SSLCertVerificationError, ValueError) as e:
        return "reject", str(e)
    except (ssl.SSLError, OSError) as e:
        return ("reject" if "_EE_" in str(e) or "_CA_" in str(e) else "skip"), str(e)


def main():
    strict = "strict" in sys.argv[1:]
    for line in sys.stdin:
        id_, host, chain, roots, key = line.rstrip("\n").split("\t")
        verdict, why = verify(host, chain, roots, key, strict)
        print(id_, verdict, why.replace("\n", " "), sep="\t", flush=True)


main()

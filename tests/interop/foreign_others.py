"""The odd but healthy set-ups of servers that run by themselves, and slow or crumbling ways to one of them."""
import asyncio
import contextlib
import threading

from https import fill_in
from https_servers import Apache, GnuTls, Java, Node, Nss, Python, Stunnel
from https_stacks import Erlang, Go, Hitch, Lighttpd

P384 = 24
RSA = {"certs": ({"key": "rsa"},)}
CHAIN = {"certs": ({"issuer": "intermediate"},)}

# name: (server, its options). Only those that serve many at a time: all clients come at once.
OTHERS = {
    "apache": (Apache, CHAIN),
    "apache-tls13-only": (Apache, {"lines": ("SSLProtocol -all +TLSv1.3",)}),
    "apache-p384-only": (Apache, {"lines": ("SSLOpenSSLConfCmd Curves P-384",)}),
    "apache-http2-only": (Apache, {"lines": ("Protocols h2",)}),
    "apache-client-certificate-optional": (Apache, {"lines": ("SSLVerifyClient optional", "SSLCACertificateFile {ca}")}),
    "gnutls": (GnuTls, {}),
    "gnutls-tls12-rsa": (GnuTls, {"priority": "NORMAL:-VERS-ALL:+VERS-TLS1.2", **RSA}),
    "gnutls-p384-only": (GnuTls, {"priority": "NORMAL:-GROUP-ALL:+GROUP-SECP384R1"}),
    "gnutls-ccm-only": (GnuTls, {"priority": "NORMAL:-CIPHER-ALL:+AES-128-CCM"}),
    "gnutls-no-tickets": (GnuTls, {"args": ("--noticket",)}),
    "stunnel": (Stunnel, {}),
    "stunnel-tls13-only": (Stunnel, {"lines": ("sslVersionMin = TLSv1.3",)}),
    "nss": (Nss, {}),
    "node": (Node, {}),
    "node-http11-only": (Node, {"settings": {"tls": {"ALPNProtocols": ["http/1.1"]}}}),
    "python": (Python, {}),
    "java": (Java, {}),
    "java-rsa": (Java, RSA),
    "java-tls13-only": (Java, {"settings": {"protocols": "TLSv1.3"}}),
    "go": (Go, {}),
    "go-http2": (Go, {"settings": {"Protocols": ["h2", "http/1.1"]}}),
    "go-p384-only": (Go, {"settings": {"Curves": [P384]}}),
    "go-rsa-chain": (Go, {"certs": ({"key": "rsa", "issuer": "intermediate"},)}),
    "go-ed25519": (Go, {"certs": ({"key": "ed25519"},)}),
    "erlang": (Erlang, {}),
    "erlang-tls12-only": (Erlang, {"opts": ("{versions,['tlsv1.2']}",)}),
    "hitch": (Hitch, {}),
    "mbedtls": (Lighttpd, {"module": "mbedtls"}),
    "mbedtls-p521-only": (Lighttpd, {"module": "mbedtls", "conf": {"Curves": "secp521r1"}}),
    "wolfssl": (Lighttpd, {"module": "wolfssl"}),
    "lighttpd-gnutls": (Lighttpd, {"module": "gnutls"}),
    "lighttpd-nss": (Lighttpd, {"module": "nss"}),
}
# name: (bytes a segment, seconds before each piece of the server's)
WAYS = {"one-byte-a-segment": (1, 0), "hundred-bytes-a-segment": (100, 0), "slow-by-seconds": (0, 1.5)}


class Way:
    """A relay to the port, which hands on what the server says in pieces, or late."""

    def __init__(self, port, segment, delay_s):
        self.port, self.segment, self.delay_s = port, segment, delay_s
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(asyncio.start_server(self.serve, "127.0.0.1", 0))
        self.own_port = self.server.sockets[0].getsockname()[1]
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    async def serve(self, reader, writer):
        with contextlib.suppress(OSError, asyncio.CancelledError):
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.port)
            await asyncio.gather(self.hand_on(reader, up_writer, 0, 0), self.hand_on(up_reader, writer, self.segment, self.delay_s),
                                 return_exceptions=True)
            up_writer.close()
            writer.close()

    @staticmethod
    async def hand_on(reader, writer, segment, delay_s):
        while data := await reader.read(16384):
            await asyncio.sleep(delay_s)
            for at in range(0, len(data), segment or len(data)):
                writer.write(data[at:at + (segment or len(data))])
                await writer.drain()
                if segment:
                    await asyncio.sleep(0)  # one system call a piece: TCP_NODELAY is asyncio's own setting
        if writer.can_write_eof():
            writer.write_eof()

    def stop(self):
        self.loop.call_soon_threadsafe(self.leave)

    def leave(self):
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.call_soon(self.loop.stop)


@contextlib.contextmanager
def running(pki):
    """{name: port} of every set-up and way."""
    with contextlib.ExitStack() as stack:
        ports = {}
        for name, (server, options) in OTHERS.items():
            started = stack.enter_context(server(pki, **{word: fill_in(value, pki) for word, value in options.items()}))
            ports[name] = started.port
        for name, (segment, delay_s) in WAYS.items():
            way = Way(ports["apache"], segment, delay_s)
            stack.callback(way.stop)
            ports[name] = way.own_port
        yield ports

"""HTTPS servers of more TLS libraries: mbed TLS and wolfSSL (by lighttpd), Botan, Erlang's ssl, Go's crypto/tls, and hitch."""

import threading

import realclients
from https_servers import BODY, FrontEnd, HttpsServer, Script


class Lighttpd(HttpsServer):
    """`module`: whose TLS, as in mod_NAME; `conf`: its ssl-conf-cmd, by name; `lines`: more of the configuration."""

    programs = ("lighttpd",)

    def label(self):
        return f"lighttpd-{self.options['module']}"

    def configure(self):
        self.write("www/index.html", BODY)
        (cert, key), = self.pairs()
        conf = ", ".join(f'"{name}" => "{value}"' for name, value in self.options.get("conf", {}).items())
        config = self.write("lighttpd.conf", "\n".join([
            f'server.modules = ("mod_{self.options["module"]}")', 'server.bind = "127.0.0.1"', f"server.port = {self.port}",
            f'server.document-root = "{self.dir}/www"', 'index-file.names = ("index.html")', 'ssl.engine = "enable"',
            f'ssl.pemfile = "{cert}"', f'ssl.privkey = "{key}"', f"ssl.openssl.ssl-conf-cmd = ({conf})",
            *self.options.get("lines", ()), ""]))
        return [self.paths["lighttpd"], "-D", "-f", config]


class Botan(HttpsServer):
    """The echo server of Botan's command line, which answers in ALPN with a protocol of its own. `policy`: a file's text."""

    programs = ("botan",)

    def configure(self):
        (cert, key), = self.pairs()
        policy = [f"--policy={self.write('policy', self.options['policy'])}"] if "policy" in self.options else []
        return [self.paths["botan"], "tls_server", cert, key, f"--port={self.port}", *policy]


class Erlang(Script):
    """`opts`: more options of ssl:listen/2, as Erlang's terms."""

    programs = ("erl",)
    script = "https_erlang.escript"

    def command(self, script):
        return ["escript", script]

    def configure(self):
        (cert, key), = self.pairs()
        opts = [f'{{certfile,"{cert}"}}', f'{{keyfile,"{key}"}}', *self.options.get("opts", ())]
        command = super().configure()[:-1]
        return [*command, self.port, self.write("opts", f"[{','.join(opts)}].\n")]


class Hitch(FrontEnd):
    """`lines`: more of the configuration."""

    programs = ("hitch",)

    def configure(self):
        backend = self.start_backend()
        (cert, key), = self.pairs()
        bundle = self.write("bundle.pem", cert.read_text() + key.read_text(), 0o600)
        config = self.write("hitch.conf", "\n".join([
            f'frontend = "[127.0.0.1]:{self.port}"', f'backend = "[127.0.0.1]:{backend}"', f'pem-file = "{bundle}"',
            "daemon = off", "workers = 1", *self.options.get("lines", ()), ""]))
        return [self.paths["hitch"], f"--config={config}"]


class Go(Script):
    """`settings`: see servers/https_go.go."""

    script = "https_go.go"
    programs = ("go",)
    building = threading.Lock()

    def command(self, script):
        built = self.pki.dir / "https_go"
        with Go.building:  # once for all cases
            if not built.exists():
                built = realclients.build_go(self.paths["go"], str(self.pki.dir), script)
        return [built]

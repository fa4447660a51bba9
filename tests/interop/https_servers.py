"""The foreign HTTPS servers: each is configured by what it should offer, in the server's own words."""

import http.server
import json
import os
import shutil
import threading

from base import HOST, Server

BODY = "it works\n"


class HttpsServer(Server):
    """`certs`: what to serve, as keyword arguments of Certs.leaf, one for each certificate. What else there is, is
    the server's own: see each."""

    def __init__(self, pki, certs=({},), **options):
        super().__init__(pki, **options)
        self.certs = certs

    def pairs(self):
        """Copies of the certificates that the server's own user may read: [(certificate with chain, key)]."""
        copies = []
        for spec in self.certs:
            copy = []
            for source in self.pki.leaf(**spec):
                target = self.dir / source.name
                shutil.copyfile(source, target)
                target.chmod(0o600)
                copy.append(target)
            copies.append(copy)
        return copies


class OpenSsl(HttpsServer):
    """`args`: more of s_server."""

    programs = ("openssl",)

    def configure(self):
        command = [self.paths["openssl"], "s_server", "-accept", f"127.0.0.1:{self.port}", "-quiet"]
        if "-alpn" not in self.options.get("args", ()):
            command.append("-www")
        pairs = self.pairs()
        if not pairs:
            command.append("-nocert")
        for (cert, key), names in zip(pairs, (("-cert", "-key", "-cert_chain"), ("-dcert", "-dkey", "-dcert_chain"))):
            command += [names[0], cert, names[1], key, names[2], cert]
        return [*command, *self.options.get("args", ())]


class GnuTls(HttpsServer):
    """`priority`: GnuTLS's priority string."""

    programs = ("gnutls-serv",)

    def configure(self):
        command = [self.paths["gnutls-serv"], "--http", "--quiet", "--port", self.port,
                   "--priority", self.options.get("priority", "NORMAL")]
        for cert, key in self.pairs():
            command += ["--x509certfile", cert, "--x509keyfile", key]
        return [*command, *self.options.get("args", ())]


class Nginx(HttpsServer):
    """`lines`: more of the server block; `listen`: options of its port; `host`: what it answers to; `blocks`: more server
    blocks; `second`: what one more block answers to, with the last certificate; `plain`: no TLS."""

    programs = ("nginx",)

    def configure(self):
        tls = "" if self.options.get("plain") else " ssl"
        lines = list(self.options.get("lines", ()))
        blocks = [b.format(port=self.port) for b in self.options.get("blocks", ())]
        if tls:
            pairs = self.pairs()
            if "second" in self.options:
                cert, key = pairs.pop()
                blocks.append(f"server {{ listen 127.0.0.1:{self.port} ssl; server_name {self.options['second']};"
                              f" ssl_certificate {cert}; ssl_certificate_key {key}; }}")
            for cert, key in pairs:
                lines += [f"ssl_certificate {cert}", f"ssl_certificate_key {key}"]
        block = ";\n".join([f"listen 127.0.0.1:{self.port}{tls} {self.options.get('listen', '')}",
                            f"server_name {self.options.get('host', HOST)}", *lines, f"return 200 '{BODY.strip()}'"])
        temporary = "\n".join(f"{kind}_temp_path {self.dir}/{kind};"
                              for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        self.write("nginx.conf", f"daemon off;\nmaster_process off;\npid {self.dir}/pid;\nerror_log stderr;\n"
                   f"events {{}}\nhttp {{\naccess_log off;\n{temporary}\nserver {{\n{block};\n}}\n"
                   + "\n".join(blocks) + "\n}\n")
        return [self.paths["nginx"], "-p", self.dir, "-e", "stderr", "-c", self.dir / "nginx.conf"]


class Apache(HttpsServer):
    """`lines`: more of the virtual host; `outside`: more of the server; `plain`: no TLS; `host`: what it answers to."""

    programs = ("apache2",)
    MODULES = "mpm_event authn_core authz_core dir ssl http2 socache_shmcb"

    def configure(self):
        modules = "\n".join(f"LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so" for m in self.MODULES.split())
        lines = list(self.options.get("lines", ()))
        if not self.options.get("plain"):
            lines.append("SSLEngine on")
            for cert, key in self.pairs():
                lines += [f"SSLCertificateFile {cert}", f"SSLCertificateKeyFile {key}"]
        self.write("www/index.html", BODY)
        self.write("apache.conf", "\n".join([
            modules, f"ServerRoot {self.dir}", f"PidFile {self.dir}/pid", f"DefaultRuntimeDir {self.dir}",
            "Mutex posixsem", f"ErrorLog {self.dir}/error.log", "ServerName fallback.example.test", "StartServers 1",
            "ThreadsPerChild 4", "MaxRequestWorkers 4", "ServerLimit 1", f"Listen 127.0.0.1:{self.port}",
            "Protocols h2 http/1.1", *self.options.get("outside", ()), f"<VirtualHost 127.0.0.1:{self.port}>",
            f"ServerName {self.options.get('host', HOST)}", f"DocumentRoot {self.dir}/www", "DirectoryIndex index.html", *lines, "</VirtualHost>", ""]))
        return [self.paths["apache2"], "-DFOREGROUND", "-f", self.dir / "apache.conf"]


class HaProxy(HttpsServer):
    """`bind`: more of the bind line; `lines`: more of the front end; `plain`: no TLS."""

    programs = ("haproxy",)

    def configure(self):
        tls = []
        if not self.options.get("plain"):
            for number, (cert, key) in enumerate(self.pairs()):
                bundle = self.write(f"{number}.bundle", cert.read_text() + key.read_text(), 0o600)
                tls += ["crt", str(bundle)]
            tls = ["ssl", *tls]
        bind = " ".join([f"bind 127.0.0.1:{self.port}", *tls, self.options.get("bind", "")])
        config = self.write("haproxy.cfg", "\n".join([
            "global", " maxconn 100", " tune.ssl.default-dh-param 2048", "defaults", " mode http", " timeout client 20s",
            " timeout server 20s", " timeout connect 5s", "frontend front", f" {bind}",
            *(f" {line}" for line in self.options.get("lines", ())),
            f' http-request return status 200 content-type text/plain string "{BODY.strip()}"', ""]))
        return [self.paths["haproxy"], "-db", "-q", "-f", config]


class FrontEnd(HttpsServer):
    """In front of a plain HTTP server of our own."""

    def start_backend(self):
        """Its port."""
        self.backend = http.server.ThreadingHTTPServer(("127.0.0.1", 0), PlainHandler)
        threading.Thread(target=self.backend.serve_forever, daemon=True).start()
        return self.backend.server_port

    def stop(self):
        if hasattr(self, "backend"):
            self.backend.shutdown()
            self.backend.server_close()
        super().stop()


class Stunnel(FrontEnd):
    """`lines`: more of the service."""

    programs = ("stunnel4",)

    def configure(self):
        backend = self.start_backend()
        (cert, key), = self.pairs()
        config = self.write("stunnel.conf", "\n".join([
            "foreground = yes", "pid =", "debug = notice", "[https]", f"accept = 127.0.0.1:{self.port}",
            f"connect = 127.0.0.1:{backend}", f"cert = {cert}", f"key = {key}",
            *self.options.get("lines", ()), ""]))
        return [self.paths["stunnel4"], config]


class PlainHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(BODY.encode())

    do_GET = do_HEAD = answer

    def log_message(self, *_):
        pass


class Nss(HttpsServer):
    """selfserv of NSS. `versions`: as in its -V; `ciphers`: as in its -c."""

    programs = ("selfserv", "certutil", "pk12util", "openssl")

    def configure(self):
        (cert, key), = self.pairs()
        bundle = self.dir / "leaf.p12"
        self.as_root = [
            [self.paths["openssl"], "pkcs12", "-export", "-in", cert, "-inkey", key, "-name", "leaf", "-passout", "pass:",
             "-out", bundle],
            [self.paths["certutil"], "-N", "-d", f"sql:{self.dir}", "--empty-password"],
            [self.paths["pk12util"], "-i", bundle, "-d", f"sql:{self.dir}", "-W", ""],
        ]
        command = [self.paths["selfserv"], "-d", f"sql:{self.dir}", "-p", self.port, "-V",
                   self.options.get("versions", "tls1.2:tls1.3"), "-H", "1"]
        # A key that is not RSA goes by another option.
        command += ["-n", "leaf"] if "rsa" in self.certs[0].get("key", "ec") else ["-e", "leaf"]
        if "ciphers" in self.options:
            command += ["-c", self.options["ciphers"]]
        return command + list(self.options.get("args", ()))

    def prepare(self):
        for command in self.as_root:
            self.run(*command)


class Script(HttpsServer):
    """A server of a language's own library: a script that gets its settings as JSON. `settings`: those beyond the port
    and the certificate."""

    script = ""  # beside this file

    def command(self, script):
        raise NotImplementedError

    def configure(self):
        here = os.path.dirname(os.path.abspath(__file__))
        pairs = self.pairs()
        settings = {"port": self.port, "body": BODY, "cert": str(pairs[0][0]) if pairs else None,
                    "key": str(pairs[0][1]) if pairs else None, **self.options.get("settings", {})}
        # The server's user may not be able to read the project's own folder.
        script = self.write(self.script, open(os.path.join(here, "servers", self.script), encoding="utf-8").read())
        return [*self.command(script), self.write("settings.json", json.dumps(settings))]


class Python(Script):
    script = "https_python.py"

    def command(self, script):
        return ["/usr/bin/python3", script]


class Node(Script):
    programs = ("node",)
    script = "https_node.js"

    def command(self, script):
        return [self.paths["node"], script]


class Java(Script):
    """Gets its key as PKCS#12. Starts slowly: the script is compiled first."""

    programs = ("java", "openssl")
    script = "HttpsJava.java"

    def command(self, script):
        return [self.paths["java"], "-XX:TieredStopAtLevel=1", "-Xshare:auto", *self.options.get("vm", ()), script]

    def configure(self):
        command = super().configure()
        for cert, key in self.pairs():
            self.bundle = [self.paths["openssl"], "pkcs12", "-export", "-in", cert, "-inkey", key, "-name", "leaf",
                           "-passout", "pass:changeit", "-out", self.dir / "leaf.p12"]
        return command

    def prepare(self):
        if self.certs:
            self.run(*self.bundle)

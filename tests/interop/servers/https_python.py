"""An HTTPS server by Python's ssl module; its settings are a JSON file."""
import http.server
import json
import ssl
import sys

settings = json.load(open(sys.argv[1], encoding="utf-8"))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = settings["body"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_GET = do_HEAD = answer

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def get_request(self):
        sock, address = super().get_request()
        # The handshake happens in the connection's own thread.
        return context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request, client_address):
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
if settings["cert"]:
    context.load_cert_chain(settings["cert"], settings["key"])
if "ciphers" in settings:
    context.set_ciphers(settings["ciphers"])
if "max" in settings:
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion[settings["max"]]
if "min" in settings:
    context.minimum_version = ssl.TLSVersion[settings["min"]]
if "alpn" in settings:
    context.set_alpn_protocols(settings["alpn"])
if "client_ca" in settings:
    context.load_verify_locations(settings["client_ca"])
    context.verify_mode = ssl.CERT_REQUIRED
if settings.get("refuse_names"):
    context.sni_callback = lambda *_: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
Server(("127.0.0.1", settings["port"]), Handler).serve_forever()

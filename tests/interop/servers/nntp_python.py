#!/usr/bin/python3
"""nntp_python.py PORT [CERT KEY]: as much of an NNTP server (RFC 3977, RFC 4642) as STARTTLS takes."""

import socketserver
import ssl
import sys


class Handler(socketserver.StreamRequestHandler):
    def say(self, *lines):
        self.wfile.write("".join(line + "\r\n" for line in lines).encode())

    def handle(self):
        self.say("200 news.example.test ready (no posting)")
        for line in self.rfile:
            command = line.strip().upper()
            if command == b"CAPABILITIES":
                self.say("101 Capability list:", "VERSION 2", "READER", *(["STARTTLS"] if context else []), ".")
            elif command == b"STARTTLS" and context:
                self.say("382 Begin TLS negotiation now")
                self.over_tls()
                return
            elif command == b"QUIT":
                self.say("205 bye")
                return
            else:
                self.say("500 What?")

    def over_tls(self):
        try:
            with context.wrap_socket(self.connection, server_side=True) as tls:
                tls.recv(1)
        except OSError:
            pass


class NntpServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that closes early is no news."""


context = None
if len(sys.argv) > 2:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
NntpServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()

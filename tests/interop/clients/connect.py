"""What a Python program does that opens an HTTPS connection. connect.py HOST PORT NAME ROOTS.pem ...: a line for each four arguments,
"ok" or what went wrong. A ROOTS of "-" trusts what the system trusts."""
import http.client
import socket
import ssl
import sys


def connect(host, port, name, roots):
    context = ssl.create_default_context(cafile=None if roots == "-" else roots)
    connection = http.client.HTTPSConnection(name, int(port), context=context, timeout=5)  # it is this class that offers http/1.1
    connection._create_connection = lambda *_: socket.create_connection((host, int(port)), timeout=5)
    connection.connect()
    connection.close()


for at in range(1, len(sys.argv) - 3, 4):
    try:
        connect(*sys.argv[at:at + 4])
        print("ok", flush=True)
    except OSError as trouble:
        print(str(trouble).replace("\n", " "), flush=True)

"""What a Python program does that opens an HTTPS connection. connect.py HOST PORT NAME ROOTS.pem ...: a line for each four arguments,
in their order: "ok", what went wrong, or "ok, then" what went wrong once TLS stood. A ROOTS of "-" trusts what the system trusts."""
import concurrent.futures
import http.client
import os
import socket
import ssl
import sys

LIMIT_S = float(os.environ.get("LIMIT_S", "5"))
AT_ONCE = 8


def connect(host, port, name, roots):
    context = ssl.create_default_context(cafile=None if roots == "-" else roots)
    connection = http.client.HTTPSConnection(name, int(port), context=context, timeout=LIMIT_S)  # it is this class that offers http/1.1
    connection._create_connection = lambda *_: socket.create_connection((host, int(port)), timeout=LIMIT_S)
    connection.connect()
    return connection


def ask(connection):
    try:
        connection.request("HEAD", "/")
        connection.getresponse()
    except http.client.HTTPException as trouble:
        return "ok, then closed" if isinstance(trouble, http.client.RemoteDisconnected) else "ok"
    except OSError as trouble:
        return f"ok, then {trouble}"
    finally:
        connection.close()
    return "ok"


def outcome(words):
    try:
        connection = connect(*words)
    except (OSError, ValueError) as trouble:
        return str(trouble)
    return ask(connection)


def main():
    words = sys.argv[1:]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for text in pool.map(outcome, [words[at:at + 4] for at in range(0, len(words) - 3, 4)]):
            print(text.replace("\n", " "), flush=True)


main()

"""Chromium and Firefox without a window, one process for many places: what came of each, as the browser itself names it."""
import base64
import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import threading
import time

START_S = 60
TABS = 6
QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Trouble(Exception):
    """The browser does not do what it is told; the text says what."""


def trust(database, roots, certutil):
    """A database of NSS that trusts each certificate of the file; certutil takes the first of a file and no more."""
    database.mkdir(parents=True)
    subprocess.run([certutil, "-N", "-d", f"sql:{database}", "--empty-password"], check=True, timeout=60, **QUIET)
    text = pathlib.Path(roots).read_text(encoding="ascii") if os.path.exists(roots) else ""
    for n, one in enumerate(re.findall(r"-----BEGIN CERTIFICATE-----([^-]*)-----END", text)):
        file = database / "root.der"
        file.write_bytes(base64.b64decode(one))
        subprocess.run([certutil, "-A", "-d", f"sql:{database}", "-n", f"root {n}", "-t", "C,,", "-i", file], check=True, timeout=60, **QUIET)


def url_of(place):
    name = f"[{place.name}]" if ":" in place.name else place.name
    return f"https://{name}:{place.port}/"


@contextlib.contextmanager
def ended(process):
    try:
        yield process
    finally:
        process.kill()
        process.wait()


# ---- Chromium, by the protocol of its developer tools over a pipe ----

class Pipe:
    def __init__(self, reads, writes):
        self.reads, self.writes = reads, writes
        self.lock, self.count, self.waiting = threading.Lock(), 0, {}
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        rest = b""
        while got := os.read(self.reads, 1 << 16):
            *whole, rest = (rest + got).split(b"\0")
            for text in whole:
                message = json.loads(text)
                if waits := self.waiting.pop(message.get("id"), None):
                    waits[1].append(message)
                    waits[0].set()

    def ask(self, method, limit_s, session=None, **values):
        """The answer's result; None where none comes in time."""
        event, answer = threading.Event(), []
        with self.lock:
            self.count += 1
            self.waiting[self.count] = (event, answer)
            message = {"id": self.count, "method": method, "params": values, **({"sessionId": session} if session else {})}
            os.write(self.writes, json.dumps(message).encode() + b"\0")
        if not event.wait(limit_s):
            return None
        if "error" in answer[0]:
            raise Trouble(answer[0]["error"].get("message"))
        return answer[0]["result"]


def chromium_command(program, folder, places):
    rules = ", ".join(f"MAP {p.name}:{p.port} {f'[{p.host}]' if ':' in p.host else p.host}:{p.port}" for p in places if p.name != p.host)
    return [program, "--headless=new", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage", "--no-proxy-server",
            *(["--no-sandbox"] if os.geteuid() == 0 else []), f"--user-data-dir={folder}/profile", f"--log-net-log={folder}/net.json",
            f"--host-resolver-rules={rules}", "--remote-debugging-pipe", "about:blank"]


# Two steps, since either may be one of those that are wanted.
AS_3_AND_4 = """import os, sys
high = [os.dup(os.dup(os.dup(int(word)))) for word in sys.argv[1:3]]
os.dup2(high[0], 3)
os.dup2(high[1], 4)
os.execv(sys.argv[3], sys.argv[3:])"""


@contextlib.contextmanager
def chromium_started(program, folder, places):
    to_read, to_write = os.pipe(), os.pipe()  # it reads descriptor 3 and writes 4
    start = [sys.executable, "-c", AS_3_AND_4, str(to_read[0]), str(to_write[1]), *chromium_command(program, folder, places)]
    process = subprocess.Popen(start, pass_fds=(to_read[0], to_write[1]), env={**os.environ, "HOME": f"{folder}/home"}, **QUIET)
    os.close(to_read[0])
    os.close(to_write[1])
    with ended(process):
        yield Pipe(to_write[0], to_read[1])


def chromium_tab(pipe, work, answers, limit_s):
    target = pipe.ask("Target.createTarget", START_S, url="about:blank")
    session = pipe.ask("Target.attachToTarget", START_S, targetId=target["targetId"], flatten=True)["sessionId"]
    while work:
        with contextlib.suppress(IndexError):
            at, place = work.pop()
            result = pipe.ask("Page.navigate", limit_s, session, url=url_of(place))
            answers[at] = "timed out" if result is None else result.get("errorText") or "ok"
            if result is None:
                pipe.ask("Page.stopLoading", limit_s, session)


def handshakes(path):
    """{port: outcome of the last TLS handshake}, from the browser's own log: 0, or the number of an error."""
    text = pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
    try:
        log = json.loads(text)
    except ValueError:
        log = json.loads(text[:text.rstrip().rindex("\n")].rstrip().rstrip(",") + "]}")
    types, ports, found = log["constants"]["logEventTypes"], {}, {}
    for event in log["events"]:
        values, source = event.get("params") or {}, event["source"]["id"]
        if event["type"] == types["TCP_CONNECT_ATTEMPT"] and "address" in values:
            ports[source] = int(values["address"].rpartition(":")[2])
        if event["type"] == types["SSL_CONNECT"] and event["phase"] == 2 and source in ports:
            found[ports[source]] = values.get("net_error", 0)
    return found


def chromium(program, certutil, folder, places, limit_s):
    """What Chromium says of each place, which all have the same roots."""
    folder = pathlib.Path(folder)
    trust(folder / "home/.pki/nssdb", places[0].roots, certutil)
    answers, work = [None] * len(places), list(enumerate(places))[::-1]
    with chromium_started(program, folder, places) as pipe:
        tabs = [threading.Thread(target=chromium_tab, args=(pipe, work, answers, limit_s)) for _ in range(TABS)]
        for tab in tabs:
            tab.start()
        for tab in tabs:
            tab.join()
        pipe.ask("Browser.close", START_S)
        time.sleep(0.5)
    stood = handshakes(folder / "net.json")
    return ["ok, then " + a if a not in ("ok", None) and stood.get(p.port) == 0 else a for p, a in zip(places, answers)]


# ---- Firefox, by Marionette, the protocol of its own driver ----

PREFERENCES = """user_pref("marionette.port", 0);
user_pref("network.trr.mode", 5);
user_pref("network.proxy.type", 0);
user_pref("network.http.speculative-parallel-limit", 0);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
"""
# With the browser's own privileges a request tells the code of what went wrong, which a page of errors does not.
SCRIPT = """
const [urls, address, limit, atOnce, resolve] = arguments;
Services.prefs.setCharPref("network.dns.forceResolve", address);
const get = f => { try { return f(); } catch (e) { return ''; } };
const stood = new Set();
const watch = {observeActivity(channel, type, what) {
  if (type === Ci.nsIHttpActivityObserver.ACTIVITY_TYPE_SOCKET_TRANSPORT && what === Ci.nsISocketTransport.STATUS_TLS_HANDSHAKE_ENDED)
    stood.add(channel.QueryInterface(Ci.nsIChannel).URI.port);
}};
const activities = Cc['@mozilla.org/network/http-activity-distributor;1'].getService(Ci.nsIHttpActivityDistributor);
activities.addObserver(watch);
const one = url => new Promise(done => {
  const x = new XMLHttpRequest({mozAnon: true});
  x.open('HEAD', url);
  x.timeout = limit;
  x.channel.QueryInterface(Ci.nsIHttpChannel).redirectionLimit = 0;
  x.onloadend = () => {
    const s = get(() => x.channel.securityInfo);
    const status = get(() => x.channel.status >>> 0);
    let name = 'status ' + status.toString(16);
    for (const k of Object.keys(Cr)) if (Cr[k] === status) name = k;
    const code = get(() => s.errorCodeString) || '';
    const stands = !code && stood.has(x.channel.URI.port);
    done(x.status && !code ? 'ok' : (stands ? 'ok, then ' : '') + (code || name));
  };
  x.ontimeout = () => { x.abort(); };
  x.send();
});
(async () => {
  const answers = [];
  const again = [];
  let next = 0;
  const work = async () => { while (next < urls.length) { const at = next++; answers[at] = await one(urls[at]); } };
  await Promise.all(Array.from({length: atOnce}, work));
  // Six seconds are little for a browser that has just been started: what was silent is asked once more.
  for (const at of urls.keys())
    if (/ABORTED/.test(answers[at])) again.push(at);
  await Promise.all(Array.from({length: atOnce}, async () => {
    while (again.length) { const at = again.pop(); answers[at] = await one(urls[at]); }
  }));
  activities.removeObserver(watch);
  resolve(answers);
})();
"""


class Marionette:
    def __init__(self, port, limit_s):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.settimeout(limit_s)
        self.file, self.count = self.socket.makefile("rb"), 0
        self.read()

    def read(self):
        size = b""
        while not size.endswith(b":"):
            got = self.file.read(1)
            if not got:
                raise Trouble("Firefox has ended")
            size += got
        return json.loads(self.file.read(int(size[:-1])))

    def ask(self, command, **values):
        self.count += 1
        text = json.dumps([0, self.count, command, values]).encode()
        self.socket.sendall(b"%d:%s" % (len(text), text))
        answer = self.read()
        if answer[2]:
            raise Trouble(answer[2]["message"])
        return answer[3]


def marionette_port(profile, process):
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            return int((profile / "MarionetteActivePort").read_text())
        time.sleep(0.1)
    raise Trouble("Firefox does not start")


def firefox(program, certutil, folder, places, limit_s):
    """What Firefox says of each place, which all have the same roots."""
    profile = pathlib.Path(folder) / "profile"
    trust(profile, places[0].roots, certutil)
    (profile / "user.js").write_text(PREFERENCES)
    answers = [None] * len(places)
    most_s = limit_s * (len(places) + TABS) + START_S
    command = [program, "--headless", "--marionette", "-remote-allow-system-access", "--no-remote", "--profile", profile]
    with ended(subprocess.Popen(command, env={**os.environ, "HOME": str(folder)}, **QUIET)) as process:
        line = Marionette(marionette_port(profile, process), most_s)
        line.ask("WebDriver:NewSession", capabilities={"alwaysMatch": {"acceptInsecureCerts": False}})
        line.ask("WebDriver:SetTimeouts", script=int(1000 * most_s))
        line.ask("Marionette:SetContext", value="chrome")
        for address in sorted({place.host for place in places}):
            here = [at for at, place in enumerate(places) if place.host == address]
            said = line.ask("WebDriver:ExecuteAsyncScript", script=SCRIPT,
                            args=[[url_of(places[at]) for at in here], address, int(1000 * limit_s), TABS])["value"]
            for at, text in zip(here, said):
                answers[at] = text
    return answers

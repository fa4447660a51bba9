"""Foreign servers that begin TLS after STARTTLS, each with TLS switched on or off by its own configuration."""

import grp
import os
import pwd
import shutil
from pathlib import Path

from base import HOST, Server, Skip


def our_user(server):
    """The user and group that the server runs as, for servers that want to be told."""
    ids = server.user()
    user = pwd.getpwuid(ids.get("user", os.geteuid()))
    return user.pw_name, user.pw_gid


class Dovecot(Server):
    """`protocol`: imap, pop3, lmtp or sieve. Without root, as its manual's "Rootless installation" has it."""

    programs = ("dovecot",)
    modules = {"imap": "imap-login", "pop3": "pop3-login", "lmtp": "lmtp", "sieve": "managesieve-login"}

    def __init__(self, pki, protocol, **options):
        super().__init__(pki, **options)
        self.protocol = protocol
        module = self.modules[protocol]
        if not Path("/usr/lib/dovecot", module).exists():
            raise Skip(f"Dovecot's {module} is not installed")

    def listener(self, user):
        port = f"address = 127.0.0.1\n port = {self.port}\n"
        if self.protocol == "lmtp":
            return (f"service lmtp {{\n user = {user}\n unix_listener lmtp {{\n mode = 0\n }}\n"
                    f"inet_listener lmtp {{\n {port} }}\n}}\n")
        other = {"imap": "imaps", "pop3": "pop3s"}.get(self.protocol)
        closed = f"inet_listener {other} {{\n port = 0\n }}\n" if other else ""
        return (f"service {self.modules[self.protocol]} {{\n chroot =\n"
                f"inet_listener {self.protocol} {{\n {port} }}\n{closed}}}\n")

    def configure(self):
        cert, key = self.certificate()
        user, gid = our_user(self)
        text = f"""
base_dir = {self.dir}/run
state_dir = {self.dir}/state
log_path = /dev/stderr
listen = 127.0.0.1
protocols = {self.protocol}
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {grp.getgrgid(gid).gr_name}
first_valid_uid = 1
mail_location = maildir:{self.dir}/mail
ssl = {"yes" if self.tls else "no"}
ssl_cert = <{cert}
ssl_key = <{key}
service anvil {{
 chroot =
}}
service stats {{
 chroot =
}}
passdb {{
 driver = static
 args = password=none
}}
userdb {{
 driver = static
 args = uid={user} gid={gid} home={self.dir}
}}
{self.listener(user)}"""
        (self.dir / "run").mkdir()
        (self.dir / "state").mkdir()
        return [self.paths["dovecot"], "-F", "-c", self.write("dovecot.conf", text)]


class Postfix(Server):
    """SMTP. Its master daemon accepts nobody but root, and drops to its own user by itself."""

    programs = ("postconf",)
    unprivileged = False
    needs_root = True
    daemons = Path("/usr/lib/postfix/sbin")

    def configure(self):
        if not (self.daemons / "master").exists():
            raise Skip("Postfix's master is not installed")
        cert, key = self.certificate()
        queue = self.dir / "queue"
        for name in ("pid", "private", "public", "incoming", "active", "deferred", "defer", "bounce", "maildrop",
                     "hold", "corrupt", "flush", "saved", "trace"):
            (queue / name).mkdir(parents=True)
            if name != "pid":
                shutil.chown(queue / name, "postfix")
        data = self.dir / "data"
        data.mkdir()
        shutil.chown(data, "postfix")
        self.write("etc/main.cf", f"""
compatibility_level = 3.6
queue_directory = {queue}
data_directory = {data}
daemon_directory = {self.daemons}
command_directory = /usr/sbin
mail_owner = postfix
myhostname = {HOST}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
smtpd_tls_security_level = {"may" if self.tls else "none"}
smtpd_tls_cert_file = {cert}
smtpd_tls_key_file = {key}
""")
        self.write("etc/master.cf", f"""
127.0.0.1:{self.port} inet n - n - - smtpd
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
""")
        return [self.daemons / "master", "-c", self.dir / "etc", "-d"]


class OpenLdap(Server):
    """slapd without a database: the root DSE is all that it takes."""

    programs = ("slapd",)

    def configure(self):
        cert, key = self.certificate()
        tls = f"TLSCertificateFile {cert}\nTLSCertificateKeyFile {key}\nTLSCACertificateFile {self.ca_copy()}\n"
        conf = self.write("slapd.conf", f"pidfile {self.dir}/pid\nargsfile {self.dir}/args\n{tls if self.tls else ''}")
        return [self.paths["slapd"], "-h", f"ldap://127.0.0.1:{self.port}", "-f", conf, "-d", "0"]

    def ca_copy(self):
        copy = self.dir / "ca.pem"
        shutil.copyfile(self.pki.ca, copy)
        return copy


class PostgreSql(Server):
    programs = ("postgres", "initdb")

    def configure(self):
        cert, key = self.certificate()
        ssl = ["-c", "ssl=on", "-c", f"ssl_cert_file={cert}", "-c", f"ssl_key_file={key}"]
        return [self.paths["postgres"], "-D", self.dir / "data", "-p", self.port, "-c", "listen_addresses=127.0.0.1",
                "-c", "unix_socket_directories=", *(ssl if self.tls else ["-c", "ssl=off"])]

    def prepare(self):
        self.run(self.paths["initdb"], "-D", self.dir / "data", "--no-sync", "-A", "trust", "-U", "test",
                 "--locale=C", "-E", "UTF8")


class MariaDb(Server):
    """Without its tables of grants nobody can log in, and no database has to be made."""

    programs = ("mariadbd",)

    def configure(self):
        cert, key = self.certificate()
        (self.dir / "data").mkdir()
        tls = [f"--ssl-cert={cert}", f"--ssl-key={key}"] if self.tls else ["--skip-ssl"]
        return [self.paths["mariadbd"], "--no-defaults", f"--datadir={self.dir}/data", "--skip-grant-tables",
                "--bind-address=127.0.0.1", f"--port={self.port}", f"--socket={self.dir}/sock",
                f"--pid-file={self.dir}/pid", "--innodb-log-file-size=4M", "--innodb-buffer-pool-size=8M",
                "--user=" + our_user(self)[0], *tls]


class VsFtpd(Server):
    programs = ("vsftpd",)

    def configure(self):
        cert, key = self.certificate("rsa")
        (self.dir / "empty").mkdir()
        conf = self.write("vsftpd.conf", f"""
listen=YES
listen_address=127.0.0.1
listen_port={self.port}
background=NO
run_as_launching_user=YES
isolate=NO
isolate_network=NO
seccomp_sandbox=NO
anonymous_enable=YES
secure_chroot_dir={self.dir}/empty
xferlog_enable=NO
ssl_enable={"YES" if self.tls else "NO"}
rsa_cert_file={cert}
rsa_private_key_file={key}
""".lstrip(), mode=0o600)
        return [self.paths["vsftpd"], conf]


class Prosody(Server):
    """`kind`: c2s (clients) or s2s (servers). Without TLS it has no feature to offer at all, as where its certificate
    is missing: it then ends the stream with an error in the place of the list."""

    programs = ("prosody",)

    def __init__(self, pki, kind, **options):
        super().__init__(pki, **options)
        self.kind = kind

    def configure(self):
        cert, key = self.certificate()
        (self.dir / "data").mkdir()
        ports = {"c2s": [], "s2s": []}
        ports[self.kind] = [self.port]
        off = [name for name in ("c2s", "s2s") if name != self.kind] + ([] if self.tls else ["tls"])
        conf = self.write("prosody.cfg.lua", f"""
daemonize = false
pidfile = "{self.dir}/pid"
data_path = "{self.dir}/data"
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {", ".join(map(str, ports["c2s"]))} }}
s2s_ports = {{ {", ".join(map(str, ports["s2s"]))} }}
c2s_direct_tls_ports = {{ }}
s2s_direct_tls_ports = {{ }}
modules_enabled = {{ {'"tls"; ' if self.tls else ""}"{self.kind}" }}
modules_disabled = {{ {"; ".join(f'"{name}"' for name in off)} }}
c2s_require_encryption = false
s2s_require_encryption = false
authentication = "internal_plain"
log = {{ info = "*console" }}
VirtualHost "{HOST}"
  ssl = {{ certificate = "{cert}", key = "{key}" }}
""")
        return [self.paths["prosody"], "--config", conf, "-F"]


class ScriptedNntp(Server):
    """Debian has no NNTP server that runs without a spool and an account: Python answers as INN does."""

    def configure(self):
        cert, key = self.certificate()
        script = Path(__file__).resolve().parent / "servers" / "nntp_python.py"
        return ["/usr/bin/python3", script, str(self.port), *([cert, key] if self.tls else [])]


class ImplicitTls(Server):
    """A service that speaks TLS at once, as on port 993."""

    programs = ("openssl",)

    def configure(self):
        cert, key = self.certificate()
        return [self.paths["openssl"], "s_server", "-quiet", "-accept", f"127.0.0.1:{self.port}", "-cert", cert,
                "-key", key]

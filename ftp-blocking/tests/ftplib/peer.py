"""Python's ftplib, as tests/ftplib.rs drives it.

One line in, one line out. In: settings (`key=value`) and calls (`name,argument,...`), separated by
tabs, every text percent-encoded. Out: what came of each call, separated by tabs, percent-encoded.
"""

import contextlib
import ftplib
import io
import socket
import sys
from urllib.parse import quote_from_bytes, unquote_to_bytes

# The first that fits; names as in `outcome.rs`.
CLASSES = [
    (ftplib.error_reply, "reply"),
    (ftplib.error_temp, "transient"),
    (ftplib.error_perm, "permanent"),
    (ftplib.error_proto, "protocol"),
    (ftplib.Error, "error"),
    (EOFError, "closed"),
    # The same since Python 3.10.
    ((TimeoutError, socket.timeout), "timeout"),
    (OSError, "io"),
    (UnicodeDecodeError, "unicode"),
    (ValueError, "value"),
]


class Session:
    """One client, and a second one where a file is copied from server to server."""

    def __init__(self, settings):
        self.settings = settings
        self.encoding = settings["encoding"]
        self.ftp = self.client()
        self.target = None

    def client(self):
        timeout = float(self.settings["timeout"])
        source = self.settings.get("source")
        ftp = ftplib.FTP(
            timeout=timeout,
            source_address=(source, 0) if source else None,
            encoding=self.encoding,
        )
        ftp.set_pasv(self.settings["mode"] == "passive")
        ftp.trust_server_pasv_ipv4_address = "trust" in self.settings
        return ftp

    def connect(self):
        self.ftp.connect(self.settings["host"], int(self.settings["port"]))
        # At a debug level, `getwelcome` prints the greeting once more.
        with contextlib.redirect_stdout(io.StringIO()):
            return self.ftp.getwelcome()

    def login(self, user="user", password="secret", account=""):
        return self.ftp.login(user, password, account)

    def command(self, line):
        return self.ftp.sendcmd(line)

    def completed(self, line):
        return self.ftp.voidcmd(line)

    def size(self, path):
        return str(self.ftp.size(path))

    def size_hint(self, path):
        connection, size = self.ftp.ntransfercmd("RETR " + path)
        with connection:
            while connection.recv(8192):
                pass
        self.ftp.voidresp()
        return str(size)

    def download(self, path, offset=None):
        came = []
        reply = self.ftp.retrbinary("RETR " + path, came.append, rest=offset)
        return b"".join(came) + b" | " + reply.encode(self.encoding)

    def download_lines(self, path):
        return self.lines("RETR " + path)

    def lines(self, command):
        came = []
        self.ftp.retrlines(command, came.append)
        return listed(came)

    def store(self, path, content, offset=None):
        return self.stor("STOR " + path, content, offset)

    def append(self, path, content):
        return self.stor("APPE " + path, content)

    def store_unique(self, content):
        return self.stor("STOU", content)

    def stor(self, command, content, offset=None):
        content = io.BytesIO(content.encode(self.encoding))
        return self.ftp.storbinary(command, content, rest=offset)

    def store_lines(self, path, content):
        content = io.BytesIO(content.encode(self.encoding))
        return self.ftp.storlines("STOR " + path, content)

    def names(self, *arguments):
        return listed(self.ftp.nlst(*arguments))

    def list(self, *arguments):
        came = []
        self.ftp.dir(*arguments, came.append)
        return listed(came)

    def mlsd(self, path="", *facts):
        entries = self.ftp.mlsd(path, list(facts))
        return listed(
            "".join(f"{key}={value};" for key, value in facts.items()) + " " + name
            for name, facts in entries
        )

    def abort(self, path, count):
        with self.ftp.transfercmd("RETR " + path) as connection:
            came = 0
            while came < int(count):
                came += len(connection.recv(int(count) - came))
            return self.ftp.abort()

    def mode(self, mode):
        self.ftp.set_pasv(mode == "passive")
        return ""

    def leave(self):
        self.ftp.__exit__()
        return ""

    def close(self):
        self.ftp.close()
        self.ftp.close()
        return ""

    def debug(self, user, password, account):
        shown = io.StringIO()
        self.ftp.set_debuglevel(1)
        with contextlib.redirect_stdout(shown):
            self.ftp.login(user, password, account)
        shown = shown.getvalue()
        return " ".join(secret for secret in (password, account) if secret in shown)

    def printing(self, level, name, *arguments):
        shown = io.StringIO()
        self.ftp.set_debuglevel(int(level))
        with contextlib.redirect_stdout(shown):
            outcome(self, name, arguments)
        self.ftp.set_debuglevel(0)
        return shown.getvalue().encode()

    def copy(self, name, target_name=""):
        self.target = self.client()
        self.target.connect(self.settings["host"], int(self.settings["target"]))
        self.target.login("user", "secret")
        ftplib.ftpcp(self.ftp, name, self.target, target_name)
        return ""

    def parse150(self, reply):
        return str(ftplib.parse150(reply))

    def parse227(self, reply):
        return " ".join(map(str, ftplib.parse227(reply)))

    def parse229(self, reply):
        return str(ftplib.parse229(reply, ("peer", 21))[1])

    def parse257(self, reply):
        return ftplib.parse257(reply)

    def constant(self, name):
        return str(getattr(ftplib, name))

    def end(self):
        self.ftp.close()
        if self.target:
            self.target.close()


def listed(lines):
    return "".join(f"[{line}]" for line in lines)


def outcome(session, name, arguments):
    call = getattr(session, name, None) or getattr(session.ftp, name)
    try:
        value = call(*arguments)
    except Exception as error:
        for kind, shown in CLASSES:
            if isinstance(error, kind):
                break
        else:
            shown = "crash " + type(error).__name__
        if shown in ("reply", "transient", "permanent") and error.args:
            shown += " " + error.args[0]
        return shown.encode(session.encoding)
    if isinstance(value, str):
        value = value.encode(session.encoding)
    return b"ok " + value


def run(line):
    settings, calls = {}, []
    for field in line.rstrip("\n").split("\t"):
        key, is_setting, value = field.partition("=")
        if is_setting:
            settings[key] = value
        else:
            calls.append([unquote_to_bytes(part).decode() for part in field.split(",")])
    session = Session(settings)
    outcomes = []
    try:
        for name, *arguments in calls:
            outcomes.append(outcome(session, name, arguments))
    finally:
        session.end()
    return "\t".join(map(quote_from_bytes, outcomes))


for line in sys.stdin:
    print(run(line), flush=True)

"""pyftpdlib as a server on its own: started by `cargo xtask interop`, one setting an argument."""

import sys

packages, address, port, user, password, root, first, last, idle, room = sys.argv[1:]
sys.path.insert(0, packages)

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

authorizer = DummyAuthorizer()
# It changes no user: what is forbidden is forbidden by it and not by the disk.
ALL = "elradfmwMT"
authorizer.add_user(user, password, root, perm=ALL if room == "." else "el")
if room != ".":
    authorizer.override_perm(user, root + "/" + room, perm=ALL, recursive=True)


class Handler(FTPHandler):
    timeout = int(idle)
    passive_ports = range(int(first), int(last) + 1)


Handler.authorizer = authorizer
FTPServer((address, int(port)), Handler).serve_forever()

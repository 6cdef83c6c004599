"""pyftpdlib as a server on its own: started by `cargo xtask interop`, one setting an argument."""

import os
import sys

packages, address, port, root, room, closed, uid, gid = sys.argv[1:9]
user, password, first, last, idle, *tls = sys.argv[9:]
sys.path.insert(0, packages)

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.servers import FTPServer

authorizer = DummyAuthorizer()
# It changes no user: what is forbidden is forbidden by it and not by the disk.
ALL = "elradfmwMT"
authorizer.add_user(user, password, root, perm=ALL if room == "." else "el")
if room == ".":
    # What it forbids has to be there when it is told, and then comes and goes.
    os.mkdir(root + "/" + closed)
    authorizer.override_perm(user, root + "/" + closed, perm="el", recursive=True)
    os.rmdir(root + "/" + closed)
else:
    authorizer.override_perm(user, root + "/" + room, perm=ALL, recursive=True)


class Handler(TLS_FTPHandler if tls else FTPHandler):
    timeout = int(idle)
    passive_ports = range(int(first), int(last) + 1)


Handler.authorizer = authorizer
if tls:
    from OpenSSL import SSL

    oldest, newest, certificate, key, data, start, *clients = tls
    versions = {"TLSv1.2": SSL.TLS1_2_VERSION, "TLSv1.3": SSL.TLS1_3_VERSION}
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(versions[oldest])
    context.set_max_proto_version(versions[newest])
    context.use_certificate_chain_file(certificate)
    context.use_privatekey_file(key)
    if clients:
        context.load_verify_locations(clients[0])
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT)
        # Without a name for its sessions OpenSSL resumes none of clients with certificates.
        context.set_session_id(b"interop")
    Handler.ssl_context = context
    Handler.tls_control_required = True
    Handler.tls_data_required = data == "private"
FTPServer((address, int(port)), Handler).serve_forever()

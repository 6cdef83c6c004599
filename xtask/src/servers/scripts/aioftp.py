"""aioftp as a server on its own: started by `cargo xtask interop`, one setting an argument."""

import asyncio
import encodings.idna  # later this user may not read it
import os
import ssl
import sys

packages, address, port, root, writable, closed, uid, gid = sys.argv[1:9]
user, password, first, last, idle, *tls = sys.argv[9:]
sys.path.insert(0, packages)

import aioftp

context = None
if tls:
    oldest, newest, certificate, key, data, start, *clients = tls
    versions = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = versions[oldest]
    context.maximum_version = versions[newest]
    context.load_cert_chain(certificate, key)
    if clients:
        context.load_verify_locations(clients[0])
        context.verify_mode = ssl.CERT_REQUIRED


async def main():
    users = [aioftp.User(user, password, base_path=root)]
    ports = range(int(first), int(last) + 1)
    server = aioftp.Server(users, idle_timeout=int(idle), data_ports=ports, ssl=context)
    await server.run(address, int(port))


if os.getuid() == 0:
    os.setgroups([])
    os.setgid(int(gid))
    os.setuid(int(uid))
asyncio.run(main())

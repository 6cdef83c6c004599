"""Twisted's server on its own: started by `cargo xtask interop`, one setting an argument."""

import encodings.idna  # later this user may not read it
import os
import sys

packages, address, port, root, writable, closed, uid, gid = sys.argv[1:9]
user, password, first, last, idle = sys.argv[9:]
sys.path.insert(0, packages)

from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.portal import IRealm, Portal
from twisted.internet import reactor
from twisted.protocols.ftp import FTPFactory, FTPShell, IFTPShell
from twisted.python import log
from twisted.python.filepath import FilePath
from zope.interface import implementer


@implementer(IRealm)
class Realm:
    """Everybody has the same directory."""

    def requestAvatar(self, avatar, mind, *interfaces):
        return IFTPShell, FTPShell(FilePath(root)), lambda: None


log.startLogging(sys.stderr)
checker = InMemoryUsernamePasswordDatabaseDontUse()
checker.addUser(user, password)
factory = FTPFactory(Portal(Realm(), [checker]))
factory.timeOut = int(idle)
factory.passivePortRange = range(int(first), int(last) + 1)
reactor.listenTCP(int(port), factory, interface=address)
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(int(gid))
    os.setuid(int(uid))
reactor.run()

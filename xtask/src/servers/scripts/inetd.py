"""What inetd does for inetutils-ftpd: a process for each connection, which is its standard input."""

import ipaddress
import os
import signal
import socket
import sys

address, port, *command = sys.argv[1:]
is_v6 = ipaddress.ip_address(address).version == 6
family = socket.AF_INET6 if is_v6 else socket.AF_INET
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
listener = socket.create_server((address, int(port)), family=family)
while True:
    connection, _ = listener.accept()
    if os.fork() == 0:
        for standard in range(3):
            os.dup2(connection.fileno(), standard)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.execv(command[0], command)
    connection.close()

"""Runs ``python`` with the words after the path of a socket, in a process that has loaded slaflow already.

Stands for that process: it has its files, folder and environment, what is sent to it is sent on, it ends
as that one ends, and takes it along where it is killed. Run with ``-IS``, as it needs little.
"""

import os
import resource
import signal
import socket
import sys
from marshal import dumps

SENT_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    server, *words = sys.argv[1:]
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    signal.pthread_sigmask(signal.SIG_BLOCK, SENT_ON)
    for number in SENT_ON:
        signal.signal(number, lambda number, _: line.send(bytes([number])))
    line.connect(server)
    limits = {name: resource.getrlimit(name) for name in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)}
    request = dumps((words, os.getcwd(), dict(os.environ), limits))
    socket.send_fds(line, [len(request).to_bytes(4, "big")], [0, 1, 2])
    line.sendall(request)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SENT_ON)
    told = line.recv(4)
    if len(told) < 4:
        sys.exit("the server of the tests' processes is gone")
    status = int.from_bytes(told, "big")
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) in SENT_ON:
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status))


main()

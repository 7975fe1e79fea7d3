"""A Python that has loaded slaflow and does nothing but fork: what starts from it need not load it again.

A child is a process of its own, with nothing open but what its client gave it: see
:mod:`support.forking.client`.
"""

from __future__ import annotations

import os
import pkgutil
import resource
import runpy
import select
import signal
import socket
import sys
import time
import traceback
import warnings
from contextlib import suppress
from importlib import import_module
from marshal import loads
from pathlib import Path
from types import ModuleType

import slaflow.cli

LATER = {"serve", "__main__"}
"""What has threads once it is loaded, and what runs once it is."""


def load(package: ModuleType) -> None:
    """Everything below *package*, with the libraries that need loading when they are asked for."""
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not LATER & {*module.name.split(".")}:
            import_module(module.name)


def serve(place: str) -> None:
    """Forks for whoever connects, until the standard input ends."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(place)
        listening.listen(64)
        os.write(1, b"ready\n")
        while True:
            ready, _, _ = select.select([listening, 0], [], [])
            bury()
            if 0 in ready:
                return
            line, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                attend(line)
            line.close()


def bury() -> None:
    """Lets go of the children that ended; what they took then counts as the server's."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def attend(line: socket.socket) -> None:
    """Starts the one process, sends signals on to it, and tells how it ended."""
    size, files, _, _ = socket.recv_fds(line, 4, 3)
    request = loads(line.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
    lives, life = os.pipe()
    process = os.fork()
    if process == 0:
        line.close()
        os.close(lives)
        become(files, *request)
    for file in (life, *files):
        os.close(file)
    ended = False
    while not ended:
        ready, _, _ = select.select([line, lives], [], [])
        ended = lives in ready
        if line in ready and not ended:
            number = line.recv(1)
            os.kill(process, number[0] if number else signal.SIGKILL)
            ended = not number
    status = os.waitpid(process, 0)[1]
    with suppress(BrokenPipeError):
        line.sendall(status.to_bytes(4, "big"))
    os._exit(0)


def become(
    files: list[int],
    words: list[str],
    folder: str,
    environment: dict[str, str],
    limits: dict[int, tuple[int, int]],
) -> None:
    """The rest of the life of the process, as ``python *words`` would live it."""
    for place, file in enumerate(files):
        os.dup2(file, place)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    for limit, values in limits.items():
        resource.setrlimit(limit, values)
    sys.stdin = sys.__stdin__ = open(0, closefd=False)  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = open(1, "w", closefd=False)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = open(2, "w", 1, errors="backslashreplace", closefd=False)  # type: ignore[misc]
    os._exit(code_of(words))


def code_of(words: list[str]) -> int:
    """Runs ``-m module``, ``-c code`` or a file; the code that it ends with."""
    how, *rest = words
    what, sys.argv = (rest[0], [how, *rest[1:]]) if how.startswith("-") else ("", words)
    code: object = 0
    try:
        if how == "-m":
            runpy.run_module(what, run_name="__main__", alter_sys=True)
        elif how == "-c":
            exec(what, {"__name__": "__main__"})
        else:
            sys.path.insert(0, str(Path(how).absolute().parent))
            runpy.run_path(how, run_name="__main__")
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = 120
    return code if isinstance(code, int) else int(code is not None)


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        load(slaflow)
        load(slaflow.cli)
        # Asked for only where the database is PostgreSQL.
        import_module("psycopg")
    serve(sys.argv[1])

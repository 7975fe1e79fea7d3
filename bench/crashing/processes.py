"""``slaflow`` as processes that die: forked from this one, so that hundreds of them cost little.

Each child is a process of its own from the command line on; it has its own connections, and SIGKILL
ends it as ``kill -9`` or the kernel would. What makes it kill itself at an exact place listens to
SQLAlchemy from outside: nothing in slaflow knows of it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.engine.default import DefaultDialect

# Loaded once, here; a child begins where main() would.
import slaflow.cli.lead.commands
import slaflow.cli.lead.imports
import slaflow.cli.setup.user
import slaflow.cli.setup.workflow
import slaflow.cli.tick.commands
import slaflow.engine.app
import slaflow.exchange.imports.run
import slaflow.store.schema
from slaflow.cli.main import main

FEW = 6
"""Things that an import applies in one transaction here, so that a small file is many of them."""


@dataclass(frozen=True)
class Death:
    """Where a process kills itself: ``before`` or ``after`` its *number*-th commit of something written,
    or at its *number*-th ``statement``."""

    place: str
    number: int


@dataclass(frozen=True)
class Ended:
    """How a process ended. ``code`` is None where it was killed; ``name`` is what a server knows it by."""

    name: str
    code: int | None
    out: str
    err: str
    commits: int
    seconds: float

    @property
    def killed(self) -> bool:
        return self.code is None


class Process:
    """One command typed in *folder*, running."""

    def __init__(self, folder: Path, words: Sequence[str], name: str, death: Death | None = None) -> None:
        self._files = [folder / f"{name}.{kind}" for kind in ("out", "err", "commits")]
        for file in self._files:
            file.unlink(missing_ok=True)
        self.words = words
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            _become(folder, words, death, self._files)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> Ended:
        """How it ended, once it has."""
        _, status, used = os.wait4(self.pid, 0)
        return self._ended(status, used.ru_utime + used.ru_stime)

    def poll(self) -> Ended | None:
        """How it ended, None while it runs."""
        pid, status, used = os.wait4(self.pid, os.WNOHANG)
        return None if pid == 0 else self._ended(status, used.ru_utime + used.ru_stime)

    def _ended(self, status: int, seconds: float) -> Ended:
        out, err, commits = (
            file.read_text(encoding="utf-8") if file.exists() else "" for file in self._files
        )
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        code = None if killed else os.waitstatus_to_exitcode(status)
        return Ended(server_name(self.pid), code, out, err, len(commits), seconds)


def server_name(pid: int) -> str:
    """The name under which PostgreSQL lists the connections of a process."""
    return f"slaflow-{pid}"


def typed(folder: Path, *words: str) -> Ended:
    """One command, undisturbed."""
    return Process(folder, words, "typed").wait()


def _become(folder: Path, words: Sequence[str], death: Death | None, files: Sequence[Path]) -> None:
    """The rest of a child's life; never returns."""
    code = 70
    try:
        os.chdir(folder)
        for place, target in enumerate((os.devnull, files[0], files[1])):
            os.dup2(os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), place)
        slaflow.exchange.imports.run.AT_ONCE = FEW
        _Watch(death, files[2]).listen()
        os.environ["PGAPPNAME"] = server_name(os.getpid())
        sys.argv = ["slaflow", *words]
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class _Watch:
    """Counts what a process commits, and kills it where it is to die."""

    def __init__(self, death: Death | None, counted: Path) -> None:
        self.death = death
        self.seen = {"before": 0, "after": 0, "statement": 0}
        self.writes = False
        self.counted = os.open(counted, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def listen(self) -> None:
        commit = DefaultDialect.do_commit

        def do_commit(dialect: DefaultDialect, connection: Any) -> None:
            writes = self.writes
            if writes:
                self._at("before")
            commit(dialect, connection)
            if writes:
                os.write(self.counted, b".")
                self._at("after")

        DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
        event.listen(sqlalchemy.Engine, "begin", self._begun)
        event.listen(sqlalchemy.Engine, "before_cursor_execute", self._executing)

    def _begun(self, connection: sqlalchemy.Connection) -> None:
        self.writes = False

    def _executing(self, connection: object, cursor: object, statement: str, *rest: object) -> None:
        # A transaction that only looked commits nothing: killed there, the next life would be no further.
        self.writes = self.writes or statement.lstrip().startswith(("INSERT", "UPDATE", "DELETE", "CREATE"))
        self._at("statement")

    def _at(self, place: str) -> None:
        self.seen[place] += 1
        if self.death == Death(place, self.seen[place]):
            os.kill(os.getpid(), signal.SIGKILL)


def data(ended: Ended) -> Any:
    """The JSON a command printed."""
    return json.loads(ended.out)

"""Worlds: databases that are filled once for a worker, and copied for each test that asks for one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url
from support.databases import new_postgresql

from slaflow.store.database import Database

Fill = Callable[[Database], object]
"""Fills a migrated, otherwise empty database; a function of a module, by which its world is known again."""


class SqliteWorlds:
    """Worlds in files of *folder*, each filled on a copy of *template*."""

    def __init__(self, template: Path, folder: Path) -> None:
        self._template, self._folder = template, folder
        self._known: dict[Fill, Path] = {}

    @contextmanager
    def copied(self, fill: Fill, file: Path) -> Iterator[str]:
        """URL of a copy of the world that *fill* makes, in *file*."""
        if fill not in self._known:
            made = self._folder / f"{len(self._known)}.db"
            shutil.copy(self._template, made)
            _filled(f"sqlite:///{made}", fill)
            self._known[fill] = made
        shutil.copy(self._known[fill], file)
        yield f"sqlite:///{file}"


class PostgresqlWorlds:
    """Worlds in databases of *server*, each filled on a copy of *template*, dropped with *stack*."""

    def __init__(self, server: str, template: str, stack: ExitStack) -> None:
        self._server, self._template, self._stack = server, template, stack
        self._known: dict[Fill, str] = {}

    @contextmanager
    def copied(self, fill: Fill) -> Iterator[str]:
        """URL of a copy of the world that *fill* makes."""
        if fill not in self._known:
            url = self._stack.enter_context(new_postgresql(self._server, self._template))
            _filled(url, fill)
            self._known[fill] = make_url(url).database or ""
        with new_postgresql(self._server, self._known[fill]) as url:
            yield url


def _filled(url: str, fill: Fill) -> None:
    database = Database(url)
    try:
        fill(database)
    finally:
        database.dispose()

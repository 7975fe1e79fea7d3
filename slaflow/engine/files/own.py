"""What no output is written over: database, keys, settings, inputs, agreements, archives, signed heads.

The one place that decides where output may go; who writes files asks it first. Files are told by what they
are, not by their names: a link to the database is the database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from slaflow.engine.context import Context
from slaflow.engine.files.kinds import AGREEMENT, ARCHIVE, DATABASE, KEY, SETTINGS, content_of, recognized
from slaflow.engine.log.archives import kept_records
from slaflow.errors import USAGE, SlaflowError
from slaflow.settings.environment import everything_named
from slaflow.settings.file import FILE_NAME
from slaflow.store.database_file import beside, file_of, is_database
from slaflow.store.errors import NotMigrated
from slaflow.store.rows import workflows as workflow_store

INPUT = "a file that this command reads"
PART = "a file that SQLite keeps for the database"


class FileProtected(SlaflowError):
    """An output that would take the place of something of one's own; nothing was touched."""

    code = "file_protected"
    exit_code = USAGE

    def __init__(self, file: Path, what: str) -> None:
        self.file = file
        self.what = what
        super().__init__(f"{file}: this is {what}, which nothing is written over; name another file")


@dataclass(frozen=True, slots=True)
class Protected:
    """What this run must not write over.

    ``app`` knows the database in use, its agreements and archives; without one only what the surroundings
    name and what a file's own bytes tell is known. ``inputs`` are files that the run reads. ``replaces``
    is the one kind of file, as :mod:`~slaflow.engine.files.kinds` calls it, that may be replaced after all.
    """

    app: Context | None = None
    inputs: tuple[Path, ...] = ()
    replaces: str = ""

    def check(self, file: Path) -> None:
        """Raises :class:`FileProtected` where *file* is, by whatever name, something to be kept."""
        what = next((what for what in self._all_it_is(file) if what != self.replaces), None)
        if what is not None:
            raise FileProtected(file, what)

    def _all_it_is(self, file: Path) -> Iterator[str]:
        databases, named = self._named()
        target = _real(file)
        whole = beside(target)
        if any(_is_same(target, each) for each in databases):
            yield DATABASE
        elif whole is not None and (is_database(whole) or any(_is_same(whole, each) for each in databases)):
            yield PART
        elif target.name.casefold() == FILE_NAME and target.exists():
            yield SETTINGS
        yield from (INPUT for each in self.inputs if _is_same(target, each))
        yield from (what for each, what in named if each.exists() and _is_same(target, each))
        if target.is_file():
            yield from recognized(target)
            yield from self._of_this_log(target)

    def _named(self) -> tuple[list[Path], list[tuple[Path, str]]]:
        around = everything_named()
        databases = [file_of(url) for url in around.databases]
        if self.app is not None:
            databases.append(self.app.database.file)
        named = [(each, SETTINGS if each.name == FILE_NAME else KEY) for each in around.files]
        return [file for file in databases if file is not None], named

    def _of_this_log(self, target: Path) -> Iterator[str]:
        """What only the database knows of: texts that were activated, files that entries were moved into."""
        content = content_of(target)
        if self.app is None or not _is_there(self.app.database.file):
            return
        try:
            yield from self._known(self.app, target, content)
        except NotMigrated as error:
            # Without tables it knows of nothing; what an earlier release knows is not for this one to say.
            if error.found is not None:
                raise

    @staticmethod
    def _known(app: Context, target: Path, content: bytes | None) -> Iterator[str]:
        with app.database.read() as conn:
            if content is not None and workflow_store.by_digest(conn, [sha256(content).hexdigest()]):
                yield AGREEMENT
            if target.name in {record.file for record in kept_records(conn)}:
                yield ARCHIVE


def _is_there(database: Path | None) -> bool:
    """Whether there is anything to ask: a command that needs no database may name the file of none."""
    return database is None or database.exists()


def _is_same(one: Path, other: Path) -> bool:
    """Whether both are the same file, by whatever names; of what is not there the place counts."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return _real(one) == _real(other)


def _real(file: Path) -> Path:
    # Unlike Path.resolve it takes links in a circle, which the writer will complain of.
    return Path(os.path.realpath(file))

"""Where database and signing key are and who acts: options, environment and slaflow.toml, read once.

This room is the only one that reads the environment. What it finds goes on as a frozen
:class:`Settings`; whether the database answers is for ``store`` to say.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from slaflow.settings.file import SettingsInvalid, act_on, checked, find_file, text
from slaflow.workflow.model.parties import ActOn

DATABASE_VARIABLE = "SLAFLOW_DB"
ACTOR_VARIABLE = "SLAFLOW_ACTOR"
KEY_VARIABLE = "SLAFLOW_KEY"
CACHE_VARIABLE = "SLAFLOW_CACHE"
DEFAULT_DATABASE = "sqlite:///slaflow.db"
DEFAULT_KEY = "slaflow.key"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command needs to know before it starts.

    ``database`` is a SQLAlchemy URL; ``actor`` an e-mail address or a party, or None if
    nobody was named; ``source`` says in words where ``database`` came from. Members act on
    ``acts_on``.
    """

    database: str
    actor: str | None
    source: str
    acts_on: ActOn = "party"


def read_settings(
    database: str | None = None,
    actor: str | None = None,
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """The settings in force: the first that names a value wins.

    The database comes from *database* (``--db``), else SLAFLOW_DB, else slaflow.toml, else
    slaflow.db in the current folder; the actor from *actor* (``--as``), else SLAFLOW_ACTOR.
    An empty value names nothing. slaflow.toml is needed only for a database that is named
    nowhere else: a broken one never stands in the way of ``--db``, and narrows nothing then.

    Args:
        folder: where the search for slaflow.toml begins; the current folder if None.
        environment: variables to read; the process's own if None.

    Raises:
        SettingsInvalid: slaflow.toml can't be read, is not TOML, or holds a key or a
            value it should not.

    Source: conventions.md, "Which database" and "Who acts".
    """
    variables = os.environ if environment is None else environment
    file = find_file(folder or Path.cwd())
    url, source = _database(database, variables, file)
    return Settings(url, actor or variables.get(ACTOR_VARIABLE) or None, source, _acts_on(file, source))


def _database(argument: str | None, variables: Mapping[str, str], file: Path | None) -> tuple[str, str]:
    if argument:
        return argument, "--db"
    if named := variables.get(DATABASE_VARIABLE):
        return named, DATABASE_VARIABLE
    if file and (named := read_file(file)):
        return named, str(file)
    return DEFAULT_DATABASE, "default"


def _acts_on(file: Path | None, source: str) -> ActOn:
    """What ``act_on`` of the table ``[web]`` says, read without all that the pages need."""
    if file is None:
        return "party"
    try:
        return act_on(file)
    except SettingsInvalid:
        if source in ("--db", DATABASE_VARIABLE):
            return "party"
        raise


def key_file(
    argument: Path | None = None, *, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Path:
    """The file of the private key that signs for whoever runs this; it need not be there yet.

    *argument* (``--key-file``), else SLAFLOW_KEY, else ``key`` in slaflow.toml, which counts from the
    file's own folder, else slaflow.key beside slaflow.toml, else slaflow.key in the current folder.

    Raises:
        SettingsInvalid: as :func:`read_settings`.
    """
    variables = os.environ if environment is None else environment
    if argument is not None:
        return argument
    if named := variables.get(KEY_VARIABLE):
        return Path(named)
    file = find_file(folder or Path.cwd())
    if file is None:
        return Path(DEFAULT_KEY)
    return file.parent / (text(file, checked(file), "key", DEFAULT_KEY) or DEFAULT_KEY)


def cache_folder(environment: Mapping[str, str] | None = None) -> Path | None:
    """Where slaflow may keep for whoever runs it what it can make again; it need not be there.

    SLAFLOW_CACHE, else ``slaflow`` in XDG_CACHE_HOME, else in .cache of the home folder; None where none of
    them is named, the latter two as whole paths.

    Source: https://specifications.freedesktop.org/basedir-spec/latest/
    """
    variables = os.environ if environment is None else environment
    if named := variables.get(CACHE_VARIABLE):
        return Path(named)
    home = variables.get("HOME", "")
    for named in (variables.get("XDG_CACHE_HOME", ""), f"{home}/.cache" if home else ""):
        if os.path.isabs(named):
            return Path(named, "slaflow")
    return None


def variables() -> Mapping[str, str]:
    """The process's own variables, for who reads secrets that slaflow.toml names."""
    return os.environ


@dataclass(frozen=True, slots=True)
class Named:
    """Whatever the surroundings name, also what an option has passed over: nobody writes over any of it."""

    databases: tuple[str, ...]
    files: tuple[Path, ...]


def everything_named(*, folder: Path | None = None, environment: Mapping[str, str] | None = None) -> Named:
    """The databases that SLAFLOW_DB and slaflow.toml name; slaflow.toml itself and the key file.

    A slaflow.toml that cannot be read names nothing, and is itself among the files.
    """
    variables = os.environ if environment is None else environment
    here = folder or Path.cwd()
    file = find_file(here)
    databases, files = [variables.get(DATABASE_VARIABLE)], [] if file is None else [file]
    try:
        databases.append(None if file is None else read_file(file))
        files.append(key_file(folder=here, environment=variables))
    except SettingsInvalid:
        pass
    return Named(tuple(url for url in databases if url), tuple(files))


def read_file(file: Path) -> str | None:
    """The database URL that *file* names, or None if it names none.

    A relative SQLite path in it is taken from the file's own folder, so that a command
    finds the same database from every folder below.

    Raises:
        SettingsInvalid: see :func:`read_settings`.
    """
    named = text(file, checked(file), "database", DEFAULT_DATABASE, "a URL in quotes")
    return anchored(named, file.absolute().parent) or None


def anchored(url: str, folder: Path) -> str:
    """*url* with a relative SQLite path made absolute from *folder*; any other as it stands."""
    scheme, _, rest = url.partition(":///")
    path, question, query = rest.partition("?")
    if scheme.partition("+")[0] != "sqlite" or not path or path.startswith((":memory:", "file:")):
        return url
    file = Path(unquote(path))
    return url if file.is_absolute() else f"{sqlite_url(folder / file, scheme)}{question}{query}"


def sqlite_url(file: Path | str, scheme: str = "sqlite") -> str:
    """The URL of *file* whatever its name: in a URL ``?`` begins options and ``%`` a character's number."""
    return f"{scheme}:///{str(file).replace('%', '%25').replace('?', '%3F')}"

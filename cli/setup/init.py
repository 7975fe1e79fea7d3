"""``slaflow init``: a folder with everything there is to begin with."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from shlex import quote

import click

from slaflow.errors import SlaflowError
from slaflow.settings.environment import DATABASE_VARIABLE, anchored, sqlite_url
from slaflow.settings.file import FILE_NAME, SettingsInvalid

from ..options import Command
from ..output import Page
from ..session import Session, pass_session

STARTER = "b2b-standard"
FOLDER = "workflows"
DATABASE_FILE = "slaflow.db"
SCENARIOS = ".scenario.yaml"


class WouldOverwrite(SlaflowError):
    """Something that ``init`` would write is there already; nothing was touched."""

    code = "would_overwrite"

    def __init__(self, present: list[Path]) -> None:
        self.present = present
        names = ", ".join(str(path) for path in present)
        super().__init__(f"{names}: there already, and init overwrites nothing; name another folder")


def _shipped(folder: Traversable, inside: str = "") -> Iterator[tuple[str, str]]:
    """Each shipped agreement: its name, and its path inside the folder without an ending."""
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            yield from _shipped(item, f"{inside}{item.name}/")
        elif item.name.endswith(SCENARIOS):
            name = item.name.removesuffix(SCENARIOS)
            yield name, f"{inside}{name}"


AGREEMENTS = dict(_shipped(files("slaflow.workflows")))


@click.command("init", cls=Command)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--agreement",
    type=click.Choice(sorted(AGREEMENTS)),
    default=STARTER,
    show_default=True,
    help="The one to begin from.",
)
@pass_session
def command(session: Session, folder: Path, agreement: str) -> None:
    """Writes slaflow.toml and an agreement to begin from with its scenarios, and makes the database.

    The database is slaflow.db in DIR, unless --db or SLAFLOW_DB names another.
    """
    from slaflow.engine.setup import schema

    named = _named_database(session)
    path = f"{FOLDER}/{AGREEMENTS[agreement]}.yaml"
    texts = _starter_files(folder, named, AGREEMENTS[agreement])
    _refuse_overwriting(folder, texts, named)
    for file in texts:
        file.parent.mkdir(parents=True, exist_ok=True)
    session.database = named or sqlite_url((folder / DATABASE_FILE).absolute())
    session.__dict__.pop("settings", None)
    schema.upgrade(session.engine)
    for file, text in texts.items():
        _write_new(file, text)
    answer = {
        "directory": str(folder.absolute()),
        "database": session.engine.database.shown,
        "workflow": str((folder / path).absolute()),
    }
    session.out.show(answer, lambda page: _page(page, folder, path, session))


def _named_database(session: Session) -> str | None:
    """The database that was named for this command; the one of a slaflow.toml further up is not meant."""
    try:
        settings = session.settings
    except SettingsInvalid:
        # It is read last, so neither --db nor SLAFLOW_DB was given; whose file it is does not matter here.
        return None
    return settings.database if settings.source in ("--db", DATABASE_VARIABLE) else None


def _starter_files(folder: Path, named: str | None, agreement: str) -> dict[Path, bytes]:
    packaged = files("slaflow.workflows")
    names = (f"{agreement}.yaml", f"{agreement}{SCENARIOS}")
    texts = {folder / FOLDER / name: packaged.joinpath(name).read_bytes() for name in names}
    return {folder / FILE_NAME: _settings_text(named).encode(), **texts}


def _settings_text(named: str | None) -> str:
    """slaflow.toml. A relative SQLite path in it counts from its own folder, one given here from this one."""
    url = anchored(named, Path.cwd()) if named else sqlite_url(DATABASE_FILE)
    quoted = url.replace("\\", "\\\\").replace('"', '\\"')
    return (
        "# Commands in this folder and below use this database; --db and SLAFLOW_DB name another.\n"
        "# PostgreSQL: postgresql+psycopg://user@host/name\n"
        f'database = "{quoted}"\n'
    )


def _refuse_overwriting(folder: Path, texts: dict[Path, bytes], named: str | None) -> None:
    wanted = [*texts] if named else [*texts, *_database_files(folder)]
    present = [path for path in wanted if path.exists() or path.is_symlink()]
    if present:
        raise WouldOverwrite(present)


def _database_files(folder: Path) -> list[Path]:
    """The database, and what may be left of one that is gone, which a new one of its name would swallow."""
    return [folder / f"{DATABASE_FILE}{ending}" for ending in ("", "-wal", "-shm", "-journal")]


def _write_new(path: Path, text: bytes) -> None:
    # A database URL may hold a password, which is nobody else's on this machine.
    path.touch(mode=0o600 if path.name == FILE_NAME else 0o644, exist_ok=False)
    path.write_bytes(text)


def _page(page: Page, folder: Path, agreement: str, session: Session) -> None:
    where = "this folder" if folder == Path() else str(folder)
    page.line(f"{where} is ready: {FILE_NAME}, {agreement} with its scenarios, ", "database ",
              session.engine.database.shown)  # fmt: skip
    if session.quiet:
        return
    page.line("next:")
    if folder != Path():
        page.line((f"cd {quote(str(folder))}", "bold"), indent=2)
    first_lead = ("slaflow lead add --as marketing --set email=kim@example.com", "add the first lead")
    as_page = (f"slaflow workflow document {agreement} -o agreement.html", "read it as a page")
    last, why = first_lead if agreement == f"{FOLDER}/{STARTER}.yaml" else as_page
    page.table(("", ""), [
        ((f"slaflow workflow test {FOLDER}", "bold"), "try the agreement without a lead"),
        ((f"slaflow workflow activate {agreement}", "bold"), "put it in force"),
        ((last, "bold"), why),
    ], indent=2)  # fmt: skip

"""The disk is full, the server dies: one clear line and exit code 3, nothing half written, nothing lost."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from crash.conftest import FEW, Start, ended
from support.commands import AGREEMENT, Said
from support.servers import kill, own_server, restart, url_of

ADDED, FELL = "2026-03-02T09:00:00Z", "2026-03-20T09:00:00Z"
LEADS = 1000
MAP = "lead: {email: email}\ncreated_at: {column: since}\n"


def prepared(type_: Callable[..., Said], folder: Path, url: str) -> Callable[..., Said]:
    """Types commands where one agreement is in force, and a file of leads waits to be imported."""
    (folder / "office-deal.yaml").write_text(AGREEMENT, encoding="utf-8")
    (folder / "map.yaml").write_text(MAP, encoding="utf-8")
    rows = "".join(f"lead{n}@example.com,{ADDED}\n" for n in range(LEADS))
    (folder / "leads.csv").write_text(f"email,since\n{rows}", encoding="utf-8")

    def typed(*words: object) -> Said:
        return type_("--db", url, "--format", "json", *words)

    assert typed("workflow", "activate", "office-deal.yaml", "--at", ADDED).code == 0
    return typed


def is_one_clear_line(said: Said) -> bool:
    return said.code == 3 and said.err.startswith("slaflow: database ") and said.err.count("\n") == 1


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_full_disk_is_said_and_the_import_goes_on_once_there_is_room(
    type_: Callable[..., Said], start: Start, database_url: str, tmp_path: Path
) -> None:
    """A limit on the size of files stands for the disk: SQLite meets both as a write that fails."""
    typed = prepared(type_, tmp_path, database_url)
    size = (tmp_path / "slaflow.db").stat().st_size + 500_000

    words = ("import", "leads.csv", "--map", "map.yaml", "--at", FELL)
    full = ended(start("--db", database_url, *words, most_bytes=size))
    assert is_one_clear_line(full), full
    assert "no room" in full.err
    assert typed("log", "verify").json["ok"] is True
    there = len(typed("lead", "list").json)
    assert there % FEW == 0
    done = typed(*words)
    assert (done.code, done.json["leads_added"]) == (0, LEADS - there)
    assert typed("log", "verify").json["ok"] is True


FULL = """
CREATE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM lead) > 150 THEN
        RAISE EXCEPTION 'could not extend file "base/5/16384": No space left on device'
        USING ERRCODE = 'disk_full';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER is_full AFTER INSERT ON entry FOR EACH STATEMENT EXECUTE FUNCTION is_full();
"""


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_a_server_without_room_is_said_and_the_import_goes_on_once_there_is(
    type_: Callable[..., Said], database_url: str, tmp_path: Path
) -> None:
    """A trigger answers as the server does when a table cannot grow."""
    typed = prepared(type_, tmp_path, database_url)
    carried_out(database_url, FULL)
    words = ("import", "leads.csv", "--map", "map.yaml", "--at", FELL)
    full = typed(*words)
    assert is_one_clear_line(full), full
    assert "has no room to write: could not extend file" in full.err
    there = len(typed("lead", "list").json)
    assert there == FEW, "what was saved before there was no room"
    assert typed("log", "verify").json["ok"] is True
    carried_out(database_url, "DROP TRIGGER is_full ON entry")
    assert (typed(*words).code, len(typed("lead", "list").json)) == (0, LEADS)
    assert typed("log", "verify").json["ok"] is True


def carried_out(url: str, script: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(script)  # type: ignore[arg-type]


@pytest.fixture
def server() -> Iterator[Any]:
    """A PostgreSQL that may be killed."""
    with own_server() as started:
        yield started


@pytest.mark.parametrize("how", [signal.SIGQUIT, signal.SIGKILL], ids=["immediate", "kill-9"])
def test_a_server_that_dies_loses_nothing_it_acknowledged(
    type_: Callable[..., Said], start: Start, server: Any, tmp_path: Path, how: signal.Signals
) -> None:
    """Killed while an import and commands are under way; started again, the work goes on."""
    url = url_of(server)
    assert type_("--db", url, "db", "upgrade").code == 0
    typed = prepared(type_, tmp_path, url)
    importing = start("--db", url, "import", "leads.csv", "--map", "map.yaml", "--at", FELL)
    acknowledged = []
    for number in range(4):
        words = ("--set", f"email=kim{number}@example.com", "--as", "marketing", "--at", ADDED)
        acknowledged += [number] if typed("lead", "add", *words).code == 0 else []
    while importing.poll() is None and not typed("lead", "list", "--limit", 1, "--after", 4).json:
        pass
    kill(server, how)
    cut_off = ended(importing)
    assert cut_off.code == 0 or is_one_clear_line(cut_off), cut_off
    gone = typed("tick", "--at", FELL)
    assert is_one_clear_line(gone), gone

    restart(server)
    assert typed("log", "verify").json["ok"] is True
    keys = {lead["key"] for lead in typed("lead", "list").json}
    assert {f"kim{number}@example.com" for number in acknowledged} <= keys
    assert typed("import", "leads.csv", "--map", "map.yaml", "--at", FELL).code == 0
    assert len(typed("lead", "list").json) == LEADS + len(acknowledged)
    assert typed("log", "verify").json["ok"] is True

"""The log cut into months as docs/operations/partition-the-log.md says: everything goes on as before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from support.databases import known_rows
from support.source import ROOT
from support.stories.hourly import breaches, promised, waiting

from slaflow.engine.app import Engine
from slaflow.engine.setup.doctor import examine
from slaflow.store import schema, statistics
from slaflow.store.database import Database
from slaflow.store.errors import AlreadyRecorded, ConflictingChange, LogIsAppendOnly

PAGE = ROOT / "docs" / "operations" / "partition-the-log.md"
PREPARED, TAKEN_OVER, VALIDATED, SWAPPED, CLOSED, MONTHLY = 0, 1, 2, 3, 4, 5
FIRST = "slaflow_log.entry_first"

pytestmark = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)


def statements() -> list[str]:
    """The page's blocks of SQL, in order."""
    return re.findall(r"^```sql\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture
def operator(database_url: str) -> Iterator[Any]:
    """Somebody at psql: each statement stands for itself."""
    url = make_url(database_url).set(drivername="postgresql").render_as_string(False)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def app(database_url: str, operator: Any) -> Iterator[Engine]:
    """An engine that stood open while the log of three broken promises was cut."""
    database = Database(database_url)
    app = promised(Engine(database))
    waiting(app, 3)
    app.tick()
    for block in statements()[: MONTHLY + 1]:
        operator.execute(block)
    yield app
    database.dispose()


def amiss(app: Engine) -> list[str]:
    return [check.detail for check in examine(app) if not check.ok]


def test_work_goes_on_in_the_month_that_runs(app: Engine, operator: Any) -> None:
    waiting(app, 4)
    assert app.tick().breached == 4
    assert len(breaches(app)) == 7
    assert app.verify().bad is None
    assert [entry.id for entry in app.log()] == sorted(entry.id for entry in app.log())
    month = f"slaflow_log.entry_{app.now():%Y_%m}"
    ids = [row[0] for row in operator.execute(f"SELECT id FROM {month} ORDER BY id")]
    assert ids[0] == int(f"{app.now():%Y%m}0000000000")
    assert len(ids) == 4 * 3


def test_check_and_doctor_find_nothing_amiss(app: Engine) -> None:
    assert schema.check(app.database) == []
    assert amiss(app) == []


def test_a_partition_without_its_key_is_found_and_mended(app: Engine, operator: Any) -> None:
    operator.execute(f"ALTER TABLE {FIRST} DROP CONSTRAINT entry_stream_seq")
    (told,) = amiss(app)
    assert told.startswith(f"index of (stream, seq) on {FIRST} is missing")
    operator.execute(told.partition("; run: ")[2])
    operator.execute("ALTER TABLE entry DISABLE TRIGGER entry_once")
    (told,) = amiss(app)
    assert told.startswith("trigger entry_once is missing or off")


@pytest.mark.parametrize("where", ["entry", FIRST])
def test_no_entry_is_changed_or_goes(app: Engine, where: str) -> None:
    for statement in (f"UPDATE {where} SET kind = 'warned'", f"DELETE FROM {where}", f"TRUNCATE {where}"):
        with pytest.raises(LogIsAppendOnly), app.database.write() as conn:
            conn.execute(text(statement))
    assert app.verify().bad is None


def copied(app: Engine, **changes: Any) -> None:
    """Writes the first lead's breach again, which goes into the month that runs."""
    with app.database.write() as conn:
        breach = text("SELECT * FROM entry WHERE lead = 1 AND kind = 'breached'")
        row = dict(conn.execute(breach).mappings().one()) | changes
        del row["id"]
        names = ", ".join(f'"{name}"' for name in row)
        conn.execute(text(f"INSERT INTO entry ({names}) VALUES ({', '.join(f':{n}' for n in row)})"), row)


def test_a_breach_is_recorded_once_whatever_the_month(app: Engine) -> None:
    with pytest.raises(AlreadyRecorded, match="entry_once"):
        copied(app, seq=99)


def test_a_place_taken_in_another_month_is_for_verify_to_find(app: Engine) -> None:
    copied(app, kind="warned")
    with pytest.raises((ConflictingChange, AlreadyRecorded)):
        copied(app, kind="warned")
    bad = app.verify().bad
    assert bad is not None
    assert bad.stream == "lead:1"


def plan(operator: Any, condition: str) -> str:
    query = f"EXPLAIN SELECT * FROM entry WHERE {condition} ORDER BY id LIMIT 100"
    return "\n".join(row[0] for row in operator.execute(query))


def test_what_cannot_hold_anything_asked_for_is_not_read(app: Engine, operator: Any) -> None:
    month = f"entry_{app.now():%Y_%m}"
    start = f"{app.now():%Y%m}0000000000"
    assert "entry_first" not in plan(operator, f"id > {start}")
    later = app.now() + timedelta(days=1)
    assert "entry_first" not in plan(operator, f"at >= '{later}'")
    assert "entry_first" in plan(operator, "at >= '2020-01-01'")
    assert month in plan(operator, f"at >= '{later}'")


def test_a_new_month_begins_where_its_name_says(app: Engine, operator: Any) -> None:
    operator.execute("SELECT slaflow_log.begin_month(date '2091-05-17')")
    waiting(app)
    app.tick()
    ids = [entry.id for entry in app.log()]
    assert ids[-1] // 10**10 == 209105
    operator.execute(statements()[MONTHLY])
    waiting(app)
    assert [entry.id // 10**10 for entry in app.log()][-1] == 209105, "the counter never goes back"
    assert app.verify().bad is None


def test_a_month_that_is_detached_is_missed(app: Engine, operator: Any) -> None:
    (bound,) = operator.execute(
        f"SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = '{FIRST}'::regclass"
    ).fetchone()
    operator.execute(f"ALTER TABLE entry DETACH PARTITION {FIRST}")
    assert app.verify().bad is not None
    operator.execute(f"ALTER TABLE entry ATTACH PARTITION {FIRST} {bound}")
    assert app.verify().bad is None
    assert amiss(app) == []


def test_statistics_of_all_months_together_are_brought_up_to_date(
    app: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By nobody else: autovacuum looks at each month, and never at the whole."""
    monkeypatch.setattr(statistics, "MANY", 1)
    assert known_rows(app.database, "entry") is None
    app.upgrade()
    assert known_rows(app.database, "entry") == len(list(app.log()))

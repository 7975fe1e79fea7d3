"""Processes that draw of teams at once: shares and limits hold, and nobody waits for another team."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url
from support.builders import utc
from support.office import FOUNDED, Present

from slaflow.engine.app import Engine
from slaflow.engine.transaction import tried
from slaflow.exchange.imports.run import ImportReport, import_file
from slaflow.store.database import Connection, Database
from slaflow.store.dealing import turns
from slaflow.store.dealing.turns import LockedTeams
from slaflow.store.errors import ConflictingChange
from slaflow.store.rows import people

ON_POSTGRESQL = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
AGREEMENT = """
workflow: dealt
timezone: Europe/Stockholm
parties: {{marketing: {{desk: desk@example.com}}, sales: {{desk: floor@example.com}}}}
lead: {{identity: [email], fields: {{email: email, country: string}}}}
states:
  fresh: {{held_by: marketing, initial: true}}
  worked: {{held_by: sales}}
  done: {{final: true}}
transitions:
  - {{trigger: hand_over, from: fresh, to: worked, by: marketing}}
  - {{trigger: close, from: worked, to: done, by: sales}}
teams:
  floor: {{party: sales, {keys}}}
  abroad: {{party: sales}}
routing: [{{when: "lead.country == 'DE'", to: abroad}}, {{to: floor}}]
"""
MAP = """\
timezone: UTC
lead: {email: email, country: country}
events:
  - {trigger: hand_over, when: "row.at != ''", at: at, as: marketing}
"""
WEIGHTS = {"ann@example.com": 1, "ben@example.com": 2, "cat@example.com": 3}
CYCLE = sum(WEIGHTS.values())
PROCESSES, FIRED, IMPORTED = 4, CYCLE, 2 * CYCLE
LEADS = PROCESSES * (FIRED + IMPORTED)
NOON = utc("2026-03-02T12:00")
DOING = """\
import sys
from pathlib import Path
from datetime import datetime
from slaflow.engine.app import Engine
from slaflow.exchange.imports import run

url, deed, name, at, folder, times = sys.argv[1:]
app = Engine(url, now=lambda: datetime.fromisoformat(at))
if deed == "tick":
    app.tick()
else:
    run.AT_ONCE = 5
    for number in range(int(times)):
        lead = app.add({"email": f"{name}-{number}@example.com"}, "marketing")["id"]
        app.fire(lead, "hand_over", "marketing")
    run.import_file(app, Path(folder, name + ".csv"), Path(folder, "map.yaml"))
"""


def founded(app: Engine, present: Present, keys: str, agreement: str = AGREEMENT) -> None:
    present.at = FOUNDED
    app.activate(agreement.format(keys=keys))
    for email, weight in WEIGHTS.items():
        app.add_person(email, "sales", team="floor", weight=weight)
    app.add_person("dot@example.com", "sales", team="abroad")
    present.at = NOON


def a_file(folder: Path, name: str, leads: int, country: str = "SE") -> Path:
    (folder / "map.yaml").write_text(MAP)
    rows = [f"{name}-file-{n}@example.com,{country},2026-03-02T11:00:00Z" for n in range(leads)]
    file = folder / f"{name}.csv"
    file.write_text("\n".join(["email,country,at", *rows]) + "\n")
    return file


def all_at_once(python: list[str], app: Engine, folder: Path, deed: str) -> None:
    """Four processes do it; none of them fails."""
    at, url = NOON.isoformat(), app.database.url
    started = []
    for number in range(PROCESSES):
        name = f"process-{number}"
        a_file(folder, name, IMPORTED)
        words = ["-c", DOING, url, deed, name, at, str(folder), str(FIRED)]
        started.append(subprocess.Popen([*python, *words], stderr=subprocess.PIPE, text=True))
    failures = [each.communicate(timeout=120)[1] for each in started]
    assert [each.returncode for each in started] == [0] * PROCESSES, failures


def had(app: Engine) -> Counter[str | None]:
    return Counter(lead["owner"] for lead in app.leads(state="worked"))


def picks(app: Engine) -> list[dict[str, Any]]:
    """What was drawn, by whom nobody was left out."""
    assigned = (entry.data or {} for entry in app.log() if entry.kind == "assigned")
    return [data for data in assigned if data.get("team") == "floor" and data["to"] is not None]


def holds(app: Engine) -> bool:
    again = app.replay()
    return app.verify().ok and (again.findings, again.not_checkable, again.impossible) == ([], 0, None)


def test_each_gets_their_weight_whoever_draws_at_once(
    empty: Engine, present: Present, tmp_path: Path, loaded_python: list[str]
) -> None:
    founded(empty, present, "assign: round_robin")
    all_at_once(loaded_python, empty, tmp_path, "add")
    assert had(empty) == {email: weight * LEADS // CYCLE for email, weight in WEIGHTS.items()}
    # Each draw went on from the one before: nobody was drawn twice after the same one in the same round.
    steps = Counter((data["after"], data["round"], data["to"]) for data in picks(empty))
    assert max(steps.values()) <= LEADS // CYCLE
    assert holds(empty)


@pytest.mark.parametrize("assign", ["round_robin", "least_loaded"])
def test_nobody_is_over_a_limit_whoever_draws_at_once(
    empty: Engine, present: Present, tmp_path: Path, loaded_python: list[str], assign: str
) -> None:
    founded(empty, present, f"assign: {assign}, capacity: 9, per_day: 14")
    all_at_once(loaded_python, empty, tmp_path, "add")
    assert had(empty) == {**dict.fromkeys(WEIGHTS, 9), None: LEADS - 27}
    # Nobody drew by figures that another was about to change.
    loads = sorted(sum(each["open"] for each in data["figures"]) for data in picks(empty))
    assert loads == list(range(27))
    for lead in empty.leads(state="worked"):
        if lead["owner"]:
            empty.fire(lead["id"], "close", "sales")
    all_at_once(loaded_python, empty, tmp_path, "tick")
    assert had(empty) == {**dict.fromkeys(WEIGHTS, 5), None: LEADS - 42}
    assert Counter(data["to"] for data in picks(empty)) == dict.fromkeys(WEIGHTS, 14)
    assert holds(empty)


@ON_POSTGRESQL
def test_an_import_waits_for_nobody_who_draws_of_another_team(
    empty: Engine, present: Present, tmp_path: Path
) -> None:
    founded(empty, present, "assign: least_loaded")
    german, swedish = a_file(tmp_path, "german", 3, "DE"), a_file(tmp_path, "swedish", 3)
    url = make_url(empty.database.url).update_query_dict({"options": "-c lock_timeout=300ms"})
    hurried = Engine(url.render_as_string(hide_password=False), now=present)
    with empty.database.write() as other:
        LockedTeams(other).standing("floor")
        assert _imported(hurried, german).leads_added == 3
        # It would wait for its own team, which is seen by its giving up.
        with pytest.raises(Exception, match="lock timeout"):
            _imported(hurried, swedish)
    assert _imported(hurried, swedish).leads_added == 3
    hurried.database.dispose()
    assert had(empty) == {"dot@example.com": 3, **dict.fromkeys(WEIGHTS, 1)}


@ON_POSTGRESQL
def test_an_import_that_loses_a_team_is_done_over_and_refuses_no_row(
    empty: Engine, present: Present, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever drew of another team before may not wait for one that comes before it by name."""
    founded(empty, present, "assign: least_loaded")
    file = a_file(tmp_path, "both", 3)
    file.write_text(file.read_text().replace("2@example.com,SE", "2@example.com,DE"))
    lost, locked = [], LockedTeams.standing

    def standing(teams: LockedTeams, name: str) -> turns.Standing:
        is_first = name == "abroad" and not lost
        lost.extend([name] if is_first else [])
        with _first_at(empty.database, name) if is_first else nullcontext():
            return locked(teams, name)

    monkeypatch.setattr(LockedTeams, "standing", standing)
    report = _imported(empty, file)
    assert (lost, report.refused, report.leads_added) == (["abroad"], 0, 3), report.rejected
    assert had(empty)["dot@example.com"] == 1


@ON_POSTGRESQL
def test_first_leads_of_a_company_that_come_at_once_go_to_one_person(
    empty: Engine, present: Present, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = AGREEMENT.replace("identity: [email],", "identity: [email], account: country,")
    company = company.replace("routing: [", "routing: [{{to: account}}, ")
    founded(empty, present, "assign: least_loaded", company)
    leads = [empty.add({"email": f"{n}@example.com", "country": "SE"}, "marketing")["id"] for n in range(2)]
    locked = LockedTeams.standing

    def after_another(teams: LockedTeams, name: str) -> turns.Standing:
        """Somebody else draws while this one has found nobody and does not have the team yet."""
        monkeypatch.setattr(LockedTeams, "standing", locked)
        empty.fire(leads[0], "hand_over", "marketing")
        return locked(teams, name)

    monkeypatch.setattr(LockedTeams, "standing", after_another)
    empty.fire(leads[1], "hand_over", "marketing")
    assert set(had(empty).values()) == {2}
    assert holds(empty)


def _imported(app: Engine, file: Path) -> ImportReport:
    return import_file(app, file, file.parent / "map.yaml")


TEAMS = "abcdefgh"
CROSSWISE = """\
import random, sys
from slaflow.engine.app import Engine
from slaflow.engine.transaction import written
from slaflow.store.dealing.turns import LockedTeams, Standing, save_turns

app, chance = Engine(sys.argv[1]), random.Random(int(sys.argv[2]))

def drawn(conn):
    teams = LockedTeams(conn)
    rounds = {name: teams.standing(name).round for name in chance.sample(sys.argv[3], 5)}
    save_turns(conn, dict.fromkeys(rounds, "x"), {n: Standing("x", r + 1) for n, r in rounds.items()})

for _ in range(25):
    written(app, drawn)
"""


def eight_teams(database: Database) -> None:
    with database.write() as conn:
        for name in TEAMS:
            people.add_person(conn, f"{name}@example.com", "sales", at=NOON, team=name)


def test_drawing_of_many_teams_in_any_order_succeeds(empty: Engine, loaded_python: list[str]) -> None:
    """Four processes, five of eight teams in each transaction, in an order of its own."""
    eight_teams(empty.database)
    words = [[*loaded_python, "-c", CROSSWISE, empty.database.url, str(seed), TEAMS] for seed in range(4)]
    started = [subprocess.Popen(each, stderr=subprocess.PIPE, text=True) for each in words]
    failures = [each.communicate(timeout=120)[1] for each in started]
    assert [each.returncode for each in started] == [0] * 4, failures
    with empty.database.read() as conn:
        rounds = {name: LockedTeams(conn).standing(name).round for name in TEAMS}
    assert sum(rounds.values()) - len(TEAMS) == 4 * 25 * 5


@ON_POSTGRESQL
def test_who_lost_a_team_once_takes_all_of_them_and_loses_none_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many teams it draws of, in whatever order, and though somebody is first at each next one."""
    eight_teams(database)
    monkeypatch.setattr(turns, "_together", set())
    tries = []

    def attempt() -> None:
        tries.append(1)
        with database.write() as conn:
            teams = LockedTeams(conn)
            for name in reversed(TEAMS):
                with _first_at(database, name):
                    teams.standing(name)

    tried(attempt)
    assert len(tries) == 2


@ON_POSTGRESQL
def test_who_decides_twice_in_a_transaction_keeps_to_the_order_of_teams(database: Database) -> None:
    eight_teams(database)
    with database.write() as conn, _first_at(database, "a"):
        conn.exec_driver_sql("SET LOCAL lock_timeout = '300ms'")
        LockedTeams(conn).standing("b")
        with pytest.raises(ConflictingChange, match="others draw of the team a"):
            LockedTeams(conn).standing("a")
    turns._thread.lost = False


@contextmanager
def _first_at(database: Database, name: str) -> Iterator[Connection]:
    """Somebody else has the team, if nobody holds it; of the last in order they are through at once."""
    with database.write() as other:
        if name != TEAMS[-1]:
            other.exec_driver_sql("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", (turns._SPACE, name))
        yield other

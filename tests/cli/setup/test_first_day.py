"""Setting up: init, db, doctor, user, import."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from support.commands import Slaflow, everywhere

MAP = """\
lead: {email: email, company: company}
created_at: {column: seen}
events:
  - {activity: demo, when: "row.demo != ''", at: {column: demo}, as: lead}
"""
ROWS = """\
email,company,seen,demo
kim@example.com,Acme,2026-03-03T09:00:00+01:00,2026-03-04T10:00:00+01:00
lee@example.com,Beta,2026-03-03T09:00:00+01:00,
not-an-address,Gamma,2026-03-03T09:00:00+01:00,
"""


def test_init_makes_everything_and_says_what_comes_next(slaflow: Slaflow, tmp_path: Path) -> None:
    said = slaflow("init", "deal")
    assert said.code == 0
    assert "slaflow workflow activate workflows/b2b-standard.yaml" in said.out
    made = sorted(path.name for path in (tmp_path / "deal").rglob("*") if path.is_file())
    assert made == ["b2b-standard.scenario.yaml", "b2b-standard.yaml", "slaflow.db", "slaflow.toml"]


def test_each_next_command_that_init_names_works(
    slaflow: Slaflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        line.split("  ")[1]
        for line in slaflow("init", "deal").out.splitlines()
        if line.startswith("  slaflow ")
    ]
    assert len(lines) == 3
    monkeypatch.chdir(tmp_path / "deal")
    for line in lines:
        said = slaflow(*line.split()[1:])
        assert said.code == 0, (line, said.err)
    assert slaflow("doctor").code == 0


@pytest.mark.parametrize(
    "name", ["plg", "enterprise", "gitlab-handbook", "hubspot-smarketing", "revops-recycling"]
)
def test_init_begins_from_another_agreement(
    slaflow: Slaflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    said = slaflow("init", "deal", "--agreement", name)
    assert said.code == 0
    lines = [line.split("  ")[1] for line in said.out.splitlines() if line.startswith("  slaflow ")]
    monkeypatch.chdir(tmp_path / "deal")
    for line in lines:
        told = slaflow(*line.split()[1:])
        assert told.code == 0, (line, told.err)
    assert slaflow("workflow", "show", name).code == 0


def test_init_names_the_agreements_there_are(slaflow: Slaflow, tmp_path: Path) -> None:
    said = slaflow("init", "deal", "--agreement", "hubspot")
    assert said.code == 2
    assert "hubspot-classic" in said.err
    assert not (tmp_path / "deal").exists()


def test_init_tells_scripts_where_things_are(slaflow: Slaflow, tmp_path: Path) -> None:
    told = slaflow("init", "--format", "json").json
    assert told["directory"] == str(tmp_path)
    assert told["database"] == f"sqlite:///{tmp_path}/slaflow.db"
    assert Path(told["workflow"]).is_file()


@pytest.mark.parametrize("there", ["slaflow.toml", "slaflow.db", "workflows/b2b-standard.yaml"])
def test_init_overwrites_nothing(slaflow: Slaflow, tmp_path: Path, there: str) -> None:
    file = tmp_path / there
    file.parent.mkdir(exist_ok=True)
    file.write_text("mine", encoding="utf-8")
    said = slaflow("init")
    assert said.code == 1
    assert there in said.err
    assert file.read_text(encoding="utf-8") == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [file]


@everywhere
def test_init_takes_the_database_that_is_named(
    slaflow: Slaflow, empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert slaflow("--db", empty_database_url, "init", "deal").code == 0
    monkeypatch.chdir(tmp_path / "deal")
    assert slaflow("db", "check").code == 0
    assert not (tmp_path / "deal" / "slaflow.db").exists()
    assert stat.S_IMODE((tmp_path / "deal" / "slaflow.toml").stat().st_mode) & 0o077 == 0


def test_a_relative_database_named_for_init_is_the_same_from_the_new_folder(
    slaflow: Slaflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert slaflow("--db", "sqlite:///here.db", "init", "deal").code == 0
    assert (tmp_path / "here.db").is_file()
    monkeypatch.chdir(tmp_path / "deal")
    assert slaflow("db", "current").code == 0


@pytest.mark.parametrize("name", ["a%20b", "x?y", "x#y&z"])
def test_a_folder_of_any_name_has_its_own_database(
    slaflow: Slaflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    said = slaflow("init", name, "--format", "json")
    assert said.code == 0
    assert (tmp_path / name / "slaflow.db").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert slaflow("--db", said.json["database"], "lead", "list", "--format", "json").json == []
    monkeypatch.chdir(tmp_path / name / "workflows")
    assert slaflow("user", "list", "--format", "json").json == []


def test_init_inside_another_project_begins_a_database_of_its_own(
    slaflow: Slaflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slaflow("init", "outer")
    monkeypatch.chdir(tmp_path / "outer")
    assert slaflow("init", "inner").code == 0
    assert (tmp_path / "outer" / "inner" / "slaflow.db").is_file()


@everywhere
def test_the_tables_go_up_and_down(slaflow: Slaflow, empty_database_url: str) -> None:
    db = ("--db", empty_database_url, "--format", "json")
    revision = slaflow(*db, "db", "upgrade").json["revision"]
    assert revision is not None
    assert slaflow(*db, "db", "current").json["revision"] == revision
    assert slaflow(*db, "db", "check").json == {"ok": True, "differences": []}
    assert slaflow(*db, "db", "downgrade", "base").json["revision"] is None
    checked = slaflow(*db, "db", "check")
    assert (checked.code, checked.json["ok"]) == (1, False)
    assert slaflow(*db, "db", "upgrade", "nonsense").code == 3


@everywhere
def test_a_sound_office_is_given_a_clean_bill(office: Slaflow) -> None:
    said = office("doctor", "--format", "json")
    assert said.code == 0, said.out
    checks = said.json["checks"]
    assert [check["name"] for check in checks] == [
        "database",
        "migrations",
        "indexes",
        "workflow",
        "calendars",
        "clock",
        "leads",
        "tick",
        "outbox",
        "space",
    ]
    assert all(set(check) == {"name", "ok", "detail"} and check["ok"] for check in checks)


def test_doctor_says_how_to_mend_what_it_finds(slaflow: Slaflow, tmp_path: Path) -> None:
    absent = slaflow("doctor", "--format", "json")
    assert absent.code == 3
    assert [(check["name"], check["ok"]) for check in absent.json["checks"]] == [("database", False)]
    assert "slaflow init" in absent.json["checks"][0]["detail"]
    (tmp_path / "slaflow.db").touch()
    empty = slaflow("doctor")
    assert (empty.code, "slaflow db upgrade" in empty.out) == (3, True)
    slaflow("db", "upgrade")
    idle = slaflow("doctor")
    assert (idle.code, "slaflow workflow activate FILE" in idle.out) == (1, True)


def test_doctor_notices_holidays_that_run_out(slaflow: Slaflow, agreement: Path, database_url: str) -> None:
    """A version activated long ago has the holidays of the years around that day only."""
    text = agreement.read_text(encoding="utf-8")
    agreement.write_text(text.replace("[09:00-17:00]}}", "[09:00-17:00]}, holidays: [SE]}"), encoding="utf-8")
    db = ("--db", database_url)
    slaflow(*db, "workflow", "activate", agreement, "--at", "2005-01-01T00:00:00Z")
    said = slaflow(*db, "doctor", "--format", "json")
    calendars = [check for check in said.json["checks"] if check["name"] == "calendars" and not check["ok"]]
    assert said.code == 1
    assert "holidays stored with it end on 20" in calendars[0]["detail"]


@everywhere
def test_people_come_go_away_and_leave(office: Slaflow) -> None:
    listed = office("user", "list", "--format", "json").json
    assert [person["email"] for person in listed] == ["mia@example.com", "anna@example.com"]
    assert listed[1]["manager"] == "mia@example.com"
    away = office(
        "user", "away", "anna@example.com", "--from", "2026-12-21", "--until", "2026-12-28T09:00:00+01:00"
    )
    assert away.out == (
        "anna@example.com is away from Mon 2026-12-21 00:00 until Mon 2026-12-28 09:00 (Europe/Stockholm)\n"
    )
    assert office("user", "remove", "anna@example.com").code == 0
    assert len(office("user", "list", "--format", "json").json) == 1
    kinds = office("log", "list", "--kind", "person", "--format", "json").json
    assert [entry["data"]["change"] for entry in kinds] == ["recorded", "recorded", "away", "removed"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "bo@example.com", "--party", "salse"), 'did you mean "sales"?'),
        (("add", "bo@example.com", "--party", "sales", "--team", "nordisc"), 'did you mean "nordics"?'),
        (("remove", "ana@example.com"), 'did you mean "anna@example.com"?'),
    ],
)
def test_people_are_recorded_only_where_there_is_a_place(
    office: Slaflow, words: tuple[str, ...], said: str
) -> None:
    answer = office("user", *words)
    assert answer.code == 1
    assert said in answer.err


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A CSV of three rows, one of them unusable, and its map."""
    rows, map_ = tmp_path / "rows.csv", tmp_path / "map.yaml"
    rows.write_text(ROWS, encoding="utf-8")
    map_.write_text(MAP, encoding="utf-8")
    return rows, map_


@everywhere
def test_an_import_takes_what_it_can_and_sets_aside_the_rest(
    office: Slaflow, files: tuple[Path, Path]
) -> None:
    rows, map_ = files
    said = office("import", rows, "--map", map_, "--format", "json")
    assert said.code == 1
    told = said.json
    assert (told["rows"], told["leads_added"], told["events"]) == (3, 2, 1)
    assert [rejected["row"] for rejected in told["rejected"]] == [3] or len(told["rejected"]) == 1
    assert Path(told["rejected_file"]).is_file()
    assert office("lead", "show", "kim@example.com", "--format", "json").json["state"] == "mql"
    again = office("import", rows, "--map", map_, "--format", "json").json
    assert (again["leads_added"], again["events"]) == (0, 0)


def test_an_import_tried_dry_changes_nothing(
    office: Slaflow, files: tuple[Path, Path], tmp_path: Path
) -> None:
    rows, map_ = files
    before = sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("slaflow.db"))
    said = office("import", rows, "--map", map_, "--dry-run")
    assert "2 leads would be added" in said.out
    assert "1 refused" in said.out
    assert office("lead", "list", "--format", "json").json == []
    assert (
        sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("slaflow.db")) == before
    )


def test_an_import_writes_its_refusals_where_it_is_told(
    office: Slaflow, files: tuple[Path, Path], tmp_path: Path
) -> None:
    rows, map_ = files
    said = office("import", rows, "--map", map_, "--rejected", tmp_path / "aside.csv", "--format", "json")
    assert said.json["rejected_file"] == str(tmp_path / "aside.csv")


def test_a_refused_row_is_told_with_its_line_and_a_file_that_is_in_doubt_as_a_whole(
    office: Slaflow, files: tuple[Path, Path], tmp_path: Path
) -> None:
    rows, map_ = files
    text = rows.read_text(encoding="utf-8")
    rows.write_text("sep=,\n\n" + text.replace("Beta", '"Be\nta"'), encoding="utf-8")
    said = office("import", rows, "--map", map_, "--dry-run")
    assert [line.split()[:3] for line in said.out.splitlines()[3:]] == [
        ["ROW", "LINE", "REASON"], ["3", "7", "email:"],
    ]  # fmt: skip
    assert (
        office("import", rows, "--map", map_, "--dry-run", "--format", "json").json["rejected"][0]["line"]
        == 7
    )
    rows.write_text(text.replace("Beta", '"Beta'), encoding="utf-8")
    for options in (("--dry-run",), ()):
        said = office("import", rows, "--map", map_, *options)
        assert said.code == 1
        assert said.err.startswith(f"slaflow: {rows}: line 3: a quote opens a cell here and is never closed")
    assert office("lead", "list", "--format", "json").json == []
    assert not list(tmp_path.glob("*.rejected.csv"))


def test_a_map_that_does_not_fit_is_told_line_by_line(office: Slaflow, files: tuple[Path, Path]) -> None:
    rows, map_ = files
    map_.write_text("lead: {emial: email}\n", encoding="utf-8")
    said = office("import", rows, "--map", map_)
    assert said.code == 1
    assert said.err.startswith(f"slaflow: {map_}:1:")
    assert office("import", "nowhere.csv", "--map", map_).code in (1, 3)


def test_json_of_every_setting_up_command_is_one_document(office: Slaflow) -> None:
    for words in (("user", "list"), ("doctor",), ("db", "current"), ("db", "check"), ("workflow", "list")):
        json.loads(office(*words, "--format", "json").out)

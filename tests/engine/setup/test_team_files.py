"""A team out of a file: everybody as its lines say, or nobody, and every bad line told by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.office import ANNA, BO, CIA, FRIDAY, MIA, MONDAY, NORA, on_one_database

from slaflow.engine.app import Engine
from slaflow.engine.permits import NotPermitted
from slaflow.exchange.imports.people import PeopleInvalid, PeopleReport, import_people
from slaflow.store.log.filter import LogFilter

HEAD = "email,party,name,team,manager,role,weight,capacity,per_day\n"


def team(tmp_path: Path, text: str, name: str = "team.csv") -> Path:
    file = tmp_path / name
    file.write_text(text)
    return file


def entries(app: Engine) -> int:
    return sum(1 for _ in app.log(LogFilter(kind="person")))


def figures(report: PeopleReport) -> tuple[int, int, int]:
    return len(report.recorded), report.added, report.changed


def test_a_team_is_recorded_in_any_order_and_once(app: Engine, tmp_path: Path) -> None:
    """Managers below whom they manage; empty cells stay; who is not named stays; again changes nothing."""
    file = team(
        tmp_path,
        HEAD
        + "ed@example.com,sales,Ed,nordics,DEE@example.com,,3,20,4\n"
        + f"{ANNA.upper()},,Anna,,dee@example.com,,0,,\n"
        + "dee@example.com,sales,Dee,,,manager,,,\n"
        + f"{BO},sales,,nordics,{MIA},member,1,,\n",
    )
    others = [each for each in app.people(FRIDAY) if each.email in (MIA, NORA)]
    before = entries(app)
    rehearsed = import_people(app, file, FRIDAY, dry_run=True)
    assert (figures(rehearsed), entries(app)) == ((4, 2, 1), before)
    report = import_people(app, file, FRIDAY)
    assert figures(report) == (4, 2, 1)
    assert entries(app) == before + 3
    ed, anna = (
        next(each for each in app.people(MONDAY) if each.email == email) for email in ("ed@example.com", ANNA)
    )
    assert (ed.manager, ed.weight, ed.capacity, ed.per_day) == ("dee@example.com", 3, 20, 4)
    assert (anna.name, anna.team, anna.manager, anna.weight) == ("Anna", "nordics", "dee@example.com", 0)
    assert [each for each in app.people(MONDAY) if each.email in (MIA, NORA)] == others
    assert figures(import_people(app, file, MONDAY)) == (4, 0, 0)
    assert entries(app) == before + 3
    assert app.replay().ok


@on_one_database
def test_each_bad_line_is_told_and_nobody_is_recorded(app: Engine, tmp_path: Path) -> None:
    lines = {
        f"{ANNA},,,nordic,,,,,": 'unknown team "nordic"; did you mean "nordics"?',
        f"{BO},sles,,,,,,,": 'unknown party "sles"; did you mean "sales"?',
        f"{NORA},,,nordics,,,,,": 'team "nordics" belongs to sales, not to marketing',
        f"{CIA},,,,,,101,,": f'{CIA}: weight is a whole number from 0 to 100, not "101"',
        "new@example.com,,New,,,,,,": 'new@example.com is new; give their side in the column "party": ',
        "a@example.com,sales,,,b@example.com,,,,": "b@example.com cannot manage a@example.com: they answer",
        "b@example.com,sales,,,a@example.com,,,,": "a@example.com cannot manage b@example.com: they answer",
        f"{MIA},,,,{CIA},,,,": f"{CIA} cannot manage {MIA}: they answer to {MIA}",
        "fine@example.com,sales,Fine,,,,,,": "",
        "FINE@example.com,sales,,,,,,,": "FINE@example.com stands on line 10 already; say it on one",
        "nobody,sales,,,,,,,": '"nobody" is not an e-mail address',
        ",sales,,,,,,,": "email: empty",
        "c@example.com,sales,,,who@example.com,,,0,": "c@example.com: capacity is a whole number from 1",
        "d@example.com,sales,,,who@example.com,king,,,": 'unknown role "king"',
        "e@example.com,sales,,,who@example.com,,,,": 'unknown user "who@example.com"',
        "f@example.com,sales": "",
    }
    before = entries(app)
    for dry_run in (False, True):
        with pytest.raises(PeopleInvalid) as refused:
            import_people(app, team(tmp_path, HEAD + "\n".join(lines)), FRIDAY, dry_run=dry_run)
        found = dict(refused.value.findings)
        for number, (line, because) in enumerate(lines.items(), 2):
            assert because in found.get(number, ""), (line, found.get(number))
            assert (number in found) == (not line.startswith("fine")), line
        assert "team.csv:2: unknown team" in str(refused.value)
        assert "--" not in str(refused.value)
        assert entries(app) == before


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("emial,party\nx@example.com,sales\n", 'unknown column "emial"; did you mean "email"?'),
        ("email,per-day\nx@example.com,3\n", 'unknown column "per-day"; did you mean "per_day"?'),
        ("email,name,email\nx@example.com,X,y@example.com\n", 'the column "email" is there twice'),
        ("party,name\nsales,X\n", 'there is no column "email"'),
    ],
)
@on_one_database
def test_a_column_that_nobody_knows_is_refused(app: Engine, tmp_path: Path, text: str, because: str) -> None:
    with pytest.raises(PeopleInvalid) as refused:
        import_people(app, team(tmp_path, text))
    assert [(1, True)] == [(line, because in why) for line, why in refused.value.findings]


@on_one_database
def test_lines_of_json_do_as_well_and_who_changes_sides_signs_in_again(app: Engine, tmp_path: Path) -> None:
    file = team(
        tmp_path,
        f'{{"email": "{ANNA}", "per_day": 5, "team": null}}\n'
        f'{{"email": "{BO}", "party": "marketing", "team": "growth"}}\n',
        "team.jsonl",
    )
    report = import_people(app, file, FRIDAY)
    assert [row["changed"] for row in report.as_json()["rows"]] == [
        {"per_day": {"from": None, "to": 5}},
        {"party": {"from": "sales", "to": "marketing"}, "team": {"from": "nordics", "to": "growth"}},
    ]
    with pytest.raises(
        PeopleInvalid, match=r'team\.jsonl:1: unknown column "wieght"; did you mean "weight"\?'
    ):
        import_people(app, team(tmp_path, f'{{"email": "{ANNA}", "wieght": 2}}\n', "team.jsonl"), FRIDAY)


@on_one_database
def test_who_may_record_people_alone_imports_them(app: Engine, tmp_path: Path) -> None:
    app.record_person(NORA, {"role": "admin"}, at=FRIDAY)
    file = team(tmp_path, f"email,role\n{ANNA},manager\n")
    with pytest.raises(NotPermitted):
        import_people(app, file, FRIDAY, by=MIA)
    assert import_people(app, file, FRIDAY, by=NORA).changed == 1
    with pytest.raises(PeopleInvalid, match="cannot change their own side or role"):
        import_people(app, team(tmp_path, f"email,role\n{NORA},member\n"), FRIDAY, by=NORA)

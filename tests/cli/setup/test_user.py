"""`slaflow user` and `lead assign`: what becomes of whose leads, and who can be named."""

from __future__ import annotations

import pytest
from cli.conftest import Slaflow

FRIDAY, LATER = "2026-03-06T14:30:00+01:00", "2026-03-06T15:30:00+01:00"
ANNA = "anna@example.com"


def test_who_leaves_is_told_what_becomes_of_their_leads(handed_over: Slaflow) -> None:
    said = handed_over("user", "remove", ANNA.upper(), "--at", LATER)
    assert said.out == (
        f"{ANNA} removed; what they did stays in the log\n"
        "1 open lead in mql stays theirs until a step or somebody assigns it\n"
        "meanwhile the desk hears; 'assign: next' passes it on in nordics\n"
        f"  slaflow lead list --owner {ANNA}\n"
        "  slaflow lead assign LEAD EMAIL --as WHO\n"
        f"  slaflow user hand-over {ANNA} --to EMAIL|TEAM\n"
    )
    boss = handed_over("user", "remove", "mia@example.com", "--at", LATER, "--format", "json").json
    assert boss == {
        "email": "mia@example.com", "removed": True, "team": None, "leads": 0, "states": [], "manages": [],
    }  # fmt: skip


def test_who_left_without_a_manager_is_named(handed_over: Slaflow) -> None:
    said = handed_over("user", "remove", "mia@example.com", "--at", LATER)
    assert "no open lead is theirs\n1 person has no manager now: anna@example.com\n" in said.out


def test_who_goes_away_hears_how_many_leads_wait(handed_over: Slaflow) -> None:
    until = ("--from", "2026-03-06", "--until", "2026-03-09", "--at", LATER)
    said = handed_over("user", "away", ANNA, *until)
    assert "1 open lead in mql stays theirs; new ones go to others meanwhile\n" in said.out
    assert handed_over("user", "away", ANNA, *until, "--format", "json").json["leads"] == 1


def test_who_is_back_early_or_stays_after_all_is_not_away_any_more(handed_over: Slaflow) -> None:
    for start, end in (("2026-03-06", "2026-03-09"), ("2026-04-01", "2026-04-03")):
        handed_over("user", "away", ANNA, "--from", start, "--until", end, "--at", FRIDAY)
    said = handed_over("user", "back", ANNA, "--at", LATER)
    span = "from Fri 2026-03-06 00:00 until Mon 2026-03-09 00:00 (Europe/Stockholm)"
    assert said.out == f"{ANNA} is back; away was to be {span}\n"
    ahead = ("--from", "2026-05-01", "--until", "2026-05-03", "--at", FRIDAY)
    handed_over("user", "away", ANNA, *ahead)
    told = handed_over("user", "back", ANNA.upper(), "--at", LATER, "--format", "json").json
    assert told == {
        "email": ANNA, "from": "2026-03-31T22:00:00Z", "until": "2026-04-02T22:00:00Z", "away_until": None,
    }  # fmt: skip
    span = "from Fri 2026-05-01 00:00 until Sun 2026-05-03 00:00 (Europe/Stockholm)"
    said = handed_over("user", "back", ANNA, "--at", LATER)
    assert said.out == f"{ANNA} is not away; called off is the absence {span}\n"
    none = handed_over("user", "back", ANNA, "--at", LATER)
    assert none.code == 1
    assert none.err == f"slaflow: {ANNA} is not away, and no absence of theirs lies ahead\n"
    refused = handed_over("user", "back", ANNA, "--as", "nora@example.com", "--at", LATER)
    assert refused.code != 0


def test_who_is_away_by_another_absence_still_hears_it(handed_over: Slaflow) -> None:
    for end in ("2026-03-09", "2026-03-12"):
        handed_over("user", "away", ANNA, "--from", "2026-03-06", "--until", end, "--at", FRIDAY)
    said = handed_over("user", "back", ANNA, "--at", LATER)
    assert said.out.endswith("another absence holds until Thu 2026-03-12 00:00; 'user back' again ends it\n")
    assert handed_over("user", "back", ANNA, "--at", LATER, "--format", "json").json["away_until"] is None


def test_a_change_says_what_changed_and_nothing_else_does(handed_over: Slaflow) -> None:
    change = handed_over("user", "add", ANNA, "--name", "Anna", "--team", "", "--at", LATER)
    assert change.out == f"{ANNA}: name none -> Anna, team nordics -> none\n"
    assert handed_over("user", "add", ANNA, "--party", "sales").out == f"{ANNA}: nothing changed\n"
    told = handed_over("user", "add", ANNA, "--team", "nordics", "--format", "json").json
    assert told["changed"] == {"team": {"from": None, "to": "nordics"}}
    assert (told["name"], told["manager"], told["calendar"]) == ("Anna", "mia@example.com", None)


def test_a_calendar_of_ones_own_is_shown_where_somebody_has_one(handed_over: Slaflow) -> None:
    assert "calendar" not in handed_over("user", "list").out
    change = handed_over("user", "add", ANNA, "--calendar", "always", "--at", LATER)
    assert change.out == f"{ANNA}: calendar none -> always\n"
    assert "CALENDAR" in handed_over("user", "list").out.upper()
    entry = handed_over("log", "list", "--kind", "person", "--format", "jsonl").out.splitlines()[-1]
    assert '"calendar":"always"' in entry.replace(" ", "")
    assert handed_over("log", "verify", "--replay").code == 0
    assert handed_over("user", "add", ANNA, "--calendar", "").out == f"{ANNA}: calendar always -> none\n"


def test_a_share_of_ones_own_is_recorded_shown_and_taken_back(handed_over: Slaflow) -> None:
    assert "weight" not in handed_over("user", "list").out.lower()
    change = handed_over(
        "user", "add", ANNA, "--weight", "0", "--capacity", "30", "--per-day", "5", "--at", LATER
    )
    assert change.out == f"{ANNA}: weight 1 -> 0, capacity none -> 30, per day none -> 5\n"
    assert handed_over("user", "add", ANNA, "--weight", "0").out == f"{ANNA}: nothing changed\n"
    title = handed_over("user", "list").out.splitlines()[0].lower()
    assert title.split()[-4:] == ["weight", "capacity", "per", "day"]
    entries = handed_over("log", "list", "--kind", "person", "--format", "json").json
    assert [entries[-1]["data"][name] for name in ("weight", "capacity", "per_day")] == [0, 30, 5]
    assert handed_over("log", "verify", "--replay").code == 0
    back = ("user", "add", ANNA, "--weight", "", "--capacity", "", "--per-day", "", "--format", "json")
    told = handed_over(*back).json
    assert (told["weight"], told["capacity"], told["per_day"]) == (1, None, None)
    assert told["changed"]["weight"] == {"from": 0, "to": 1}
    new = handed_over("user", "add", "bo@example.com", "--party", "sales", "--weight", "3", "--per-day", "2")
    assert new.out == "bo@example.com: sales, member, weight 3, per day 2\n"


@pytest.mark.parametrize(
    ("option", "given", "range"),
    [
        ("--weight", "-1", "0 to 100"), ("--weight", "101", "0 to 100"), ("--weight", "1.5", "0 to 100"),
        ("--capacity", "0", "1 to 1000000"), ("--capacity", "-3", "1 to 1000000"),
        ("--per-day", "many", "1 to 1000000"),
    ],
)  # fmt: skip
def test_a_share_that_cannot_be_is_one_clear_line(
    office: Slaflow, option: str, given: str, range: str
) -> None:
    called = option.removeprefix("--").replace("-", " ")
    refused = office("user", "add", "bo@example.com", "--party", "sales", option, given)
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert f'bo@example.com: {called} is a whole number from {range}, not "{given}"' in refused.err
    assert len(office("user", "list", "--format", "json").json) == 2


def test_who_changes_sides_hears_of_their_leads(handed_over: Slaflow) -> None:
    said = handed_over("user", "add", ANNA, "--party", "marketing", "--team", "", "--at", LATER)
    assert said.out.startswith(
        f"{ANNA}: party sales -> marketing, team nordics -> none\n"
        "1 open lead in mql stays theirs until a step or somebody assigns it\n"
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sales", '"sales" is a party; '),
        ("nordics", '"nordics" is a team; '),
        ("bad", '"bad" is not an e-mail address; '),
        ("=cmd@x.com", '"=cmd@x.com" is not an e-mail address; '),
        ('"a b"@x.com', "is not an e-mail address; "),
    ],
)
def test_somebody_new_is_called_by_an_address(office: Slaflow, name: str, said: str) -> None:
    answer = office("user", "add", name, "--party", "sales")
    assert (answer.code, answer.out) == (1, "")
    assert said in answer.err
    assert len(office("user", "list", "--format", "json").json) == 2


def test_somebody_new_without_a_side_is_asked_for_it(office: Slaflow) -> None:
    answer = office("user", "add", "bo@example.com")
    assert answer.code == 2
    assert "bo@example.com is not known; give their side with --party: marketing or sales" in answer.err


def test_a_lead_goes_to_nobody_of_the_other_party(handed_over: Slaflow) -> None:
    handed_over("user", "add", "nora@example.com", "--party", "marketing", "--at", FRIDAY)
    words = ("lead", "assign", "1", "nora@example.com", "--as", "mia@example.com", "--at", LATER)
    answer = handed_over(*words)
    assert answer.code == 1
    assert answer.err == (
        "slaflow: lead 1: assign refused: nora@example.com is of marketing, and sales holds the lead; "
        "name one of sales: mia@example.com, anna@example.com\n"
    )
    assert handed_over(*words, "--format", "json").json["refused"]["trigger"] == "assign"


def test_an_assignment_that_comes_too_late_says_so(handed_over: Slaflow) -> None:
    handed_over("lead", "set", "1", "--set", "on_hold=true", "--as", "sales", "--at", LATER)
    late = (
        "lead",
        "assign",
        "1",
        "mia@example.com",
        "--as",
        "mia@example.com",
        "--at",
        "2026-03-06T15:00:00+01:00",
    )
    assert handed_over(*late).out == (
        f"lead 1: assigned late: logged, and changes nothing; {ANNA} keeps the lead\n"
    )
    assert handed_over(*late, "--format", "json").json["assignment"]["applied"] is False


def test_a_lead_given_to_somebody_away_says_until_when(handed_over: Slaflow) -> None:
    handed_over(
        "user", "away", "mia@example.com", "--from", "2026-03-06", "--until", "2026-03-09", "--at", FRIDAY
    )
    said = handed_over("lead", "assign", "1", "mia@example.com", "--as", "mia@example.com", "--at", LATER)
    assert said.out == (
        "lead 1: assigned; owner mia@example.com; mia@example.com is away until Mon 2026-03-09 00:00\n"
    )


def test_leads_of_nobody_are_asked_for_in_vain_but_of_who_left_not(handed_over: Slaflow) -> None:
    handed_over("user", "remove", ANNA, "--at", LATER)
    assert [
        lead["id"]
        for lead in handed_over("lead", "list", "--owner", ANNA, "--at", LATER, "--format", "json").json
    ] == [1]
    assert handed_over("log", "list", "--actor", ANNA).code == 0
    unknown = handed_over("lead", "list", "--owner", "ana@example.com")
    assert unknown.code == 2
    assert f'did you mean "{ANNA}"?' in unknown.err

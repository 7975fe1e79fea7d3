"""One person per key and one lead per identity: in files, in filters, in the logs of earlier versions."""

from __future__ import annotations

import pytest
from support.earlier import as_before
from support.small import AGREEMENT, LEADS, NOW, Import, entries, reasons, utc

from slaflow.engine.app import Engine
from slaflow.engine.setup import doctor
from slaflow.engine.setup.schema import told_on_upgrade
from slaflow.report.sla import sla
from slaflow.store import schema
from slaflow.store.database import Database
from slaflow.store.log.filter import LogFilter

ANNA, OTHER = "anna@example.com", "Anna@Example.com"
COMPOSED, DECOMPOSED = "jos\u00e9@example.com", "jose\u0301@example.com"
CALLS = """
lead: {email: email}
created_at: {column: since}
events:
  - {trigger: promote, at: {column: since}, as: marketing, when: "row.called == ''"}
  - activity: call
    when: "row.called != ''"
    at: {column: called}
    as: {column: who, party: sales}
    set: {to: {column: to}}
"""
HEADER = "email,since,called,who,to"
WITH_TEAM = (
    AGREEMENT.replace("{outcome: string}", "{to: email}").replace(
        "within: 4h", "within: 4h\n    steps:\n      100%: [{assign: next}]"
    )
    + "teams:\n  nordics: {party: sales}\nrouting:\n  - {to: nordics}\n"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(database: Database) -> Engine:
    engine = Engine(database, now=lambda: NOW)
    engine.activate(WITH_TEAM)
    return engine


def called(email: str, hour: int, who: str, to: str = "") -> str:
    return f"{email},2026-03-02T08:00:00Z,2026-03-02T{hour:02}:00:00Z,{who},{to}"


def promoted(email: str) -> str:
    return f"{email},2026-03-02T08:00:00Z,,,"


def actors(app: Engine, **filters: str) -> list[str]:
    return [entry.actor for entry in app.log(LogFilter(kind="activity", **filters))]  # type: ignore[arg-type]


def test_a_key_in_another_case_or_form_is_the_person_recorded_first(app: Engine, load: Import) -> None:
    rows = (called("kim@example.com", 9, OTHER), called("kim@example.com", 10, ANNA),
            called("kim@example.com", 11, "3F9A"), called("kim@example.com", 12, "3f9a"))  # fmt: skip
    assert load(CALLS, HEADER, *rows).notes == ["2 people were recorded who were not known before"]
    assert [person.email for person in app.people()] == [OTHER, "3F9A"]
    assert actors(app) == [OTHER, OTHER, "3F9A", "3F9A"]
    for spelling in (ANNA, OTHER, "ANNA@EXAMPLE.COM"):
        assert actors(app, actor=spelling) == [OTHER, OTHER]
    assert load(CALLS, HEADER, *rows).unchanged == 4
    assert app.replay().ok


def test_equal_events_of_one_person_are_told_apart_by_their_number_not_by_the_spelling(
    app: Engine, load: Import
) -> None:
    first, second = called("kim@example.com", 9, ANNA), called("kim@example.com", 9, OTHER)
    assert load(CALLS, HEADER, first).events == 1
    assert load(CALLS, HEADER, second).events == 0
    assert load(CALLS, HEADER, first, second).events == 1
    assert load(CALLS, HEADER, second, first).events == 0


def test_an_address_composed_or_not_is_one_lead(app: Engine, load: Import) -> None:
    report = load(
        LEADS, "email,source,employees,since",
        f"{COMPOSED},web,5,2026-03-01", f"{DECOMPOSED.upper()},event,6,2026-03-02",
    )  # fmt: skip
    assert (report.leads_added, len(list(app.leads()))) == (1, 1)
    for spelling in (COMPOSED, DECOMPOSED, COMPOSED.upper(), f" {DECOMPOSED}"):
        assert app.show(spelling)["key"] == COMPOSED


def test_what_nobody_sees_in_an_address_is_refused_by_its_code_point(app: Engine, load: Import) -> None:
    report = load(
        CALLS, HEADER, promoted("an\u200bna@example.com"), promoted("kim@example.com"),
        called("kim@example.com", 9, "an\u00adna@example.com"),
        called("kim@example.com", 10, ANNA, "x\u202ey@ex.com"),
    )  # fmt: skip
    words = "which nobody sees; write it without"
    assert reasons(report) == [
        f'email: "an[U+200B]na@example.com" holds U+200B (zero width space), {words}',
        f'user "an[U+00AD]na@example.com" holds U+00AD (soft hyphen), {words}',
        f'to: "x[U+202E]y@ex.com" holds U+202E (right-to-left override), {words}',
    ]
    assert [person.email for person in app.people()] == [ANNA]


def told_apart(app: Engine, load: Import) -> tuple[str, ...]:
    """A file of before: two Annas, three leads where two are meant, an address that is not what it seems."""
    app.add_person(ANNA, "sales", team="nordics", at=utc("2026-03-01T00:00:00"))
    app.add_person("bo@example.com", "sales", team="nordics", at=utc("2026-03-01T00:00:00"))
    rows = (
        promoted("kim@example.com"), promoted(COMPOSED), promoted(DECOMPOSED),
        called("kim@example.com", 9, OTHER), called("kim@example.com", 9, ANNA),
        called(COMPOSED, 10, "BO@example.com"),
        called(DECOMPOSED, 10, "bo@example.com", "b\u200bo@example.com"),
    )  # fmt: skip
    assert load(CALLS, HEADER, *rows).ok
    app.assign("kim@example.com", OTHER, "sales", at=utc("2026-03-02T08:30:00"))
    app.tick(utc("2026-03-05T00:00:00"))
    return rows


@pytest.fixture
def before(app: Engine, load: Import) -> tuple[str, ...]:
    with as_before(app.database):
        return told_apart(app, load)


def test_what_was_told_apart_is_one_after_an_upgrade_and_nothing_is_lost(
    app: Engine, load: Import, before: tuple[str, ...]
) -> None:
    log, leads = entries(app), [lead["key"] for lead in app.leads()]
    assert (log and app.verify().ok, len(leads)) == (True, 3)
    assert app.replay().as_json() == {
        "ok": True, "bad": None, "replayed": 3, "not_checkable": 0, "not_checkable_streams": []
    }  # fmt: skip
    assert [person.email for person in app.people()] == [ANNA, "bo@example.com"]
    assert sorted(set(actors(app, actor="ANNA@example.com"))) == [OTHER, ANNA]
    report = load(CALLS, HEADER, *before)
    assert (report.leads_added, report.events, report.refused) == (0, 0, 1)
    assert entries(app) == log


def test_leads_that_are_one_by_now_are_named_and_both_can_be_reached(
    app: Engine, load: Import, before: tuple[str, ...]
) -> None:
    joined, other = app.show(COMPOSED)["id"], app.show(DECOMPOSED)["id"]
    assert joined != other
    told = [check.detail for check in doctor.examine(app) if check.name == "identities"]
    assert told == [
        f"lead #{other} and lead #{joined} are of one identity, spelt in two ways; what comes in goes to "
        f"#{joined}; give one another with 'slaflow lead set', or erase it"
    ]
    assert told_on_upgrade(app) == [
        f"{OTHER} is {ANNA} from now on", "BO@example.com is bo@example.com from now on", *told
    ]  # fmt: skip
    load(CALLS, HEADER, called(DECOMPOSED, 15, ANNA))
    assert [e.lead for e in app.log(LogFilter(kind="activity"))][-1] == joined
    app.change(f"#{other}", {"email": "pepe@example.com"}, "marketing")
    assert not [check for check in doctor.examine(app) if check.name == "identities"]
    assert app.replay().ok


def test_what_happens_after_an_upgrade_is_decided_and_told_as_of_one_person(
    app: Engine, load: Import, before: tuple[str, ...]
) -> None:
    owned = [lead["key"] for lead in app.leads(owner="ANNA@example.com")]
    assert owned == [lead["key"] for lead in app.leads() if lead["owner"].lower() == ANNA]
    assert {row["owner"].lower() for row in app.queue(owner=OTHER)} == {ANNA}
    groups = sla(app, by="owner")["groups"]
    assert {name for name in groups if name.lower() == ANNA} == {ANNA}
    app.remove_person("ANNA@EXAMPLE.COM", at=utc("2026-03-06T00:00:00"))
    assert [person.email for person in app.people()] == ["bo@example.com"]
    app.add_person(OTHER, "sales", team="nordics", at=utc("2026-03-07T00:00:00"))
    assert [person.email for person in app.people()] == [ANNA, "bo@example.com"]
    assert app.replay().ok
    schema.downgrade(app.database, "0002")
    schema.upgrade(app.database)
    assert app.replay().ok

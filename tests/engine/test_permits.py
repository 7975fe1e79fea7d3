"""Who may do what, asked of the engine: what is forbidden leaves nothing but its refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.agreement import changed
from support.office import (
    AGREEMENT,
    ANNA,
    BO,
    DAY,
    FRIDAY,
    HOUR,
    MIA,
    MONDAY,
    NORA,
    handed_over,
    kinds,
    on_one_database,
    staffed,
    the_log,
)

from slaflow.engine.app import Engine
from slaflow.engine.leads.commands import Refused
from slaflow.engine.permits import NotPermitted
from slaflow.engine.setup.signatures import NotAParty
from slaflow.errors import UnknownName

BOSS, HEAD, ROOT, AUDITOR, GONE, NOBODY = (
    f"{name}@example.com" for name in "boss head root audrey gone nobody".split()
)
NOW = MONDAY + 2 * HOUR
LATER = MONDAY + DAY + HOUR
MUCH_LATER = LATER + 100 * DAY
"""Two promises of whatever was handed over on Friday are broken by then."""
RULES = (
    AGREEMENT.replace(
        "on_hold: {type: bool, default: false}", "on_hold: {type: bool, default: false, by: []}"
    )
    .replace("to: accepted, by: sales}", "to: accepted, by: {sales: manager}}")
    .replace("country: {type", "country: {by: [marketing, {sales: manager}], type")
    + "lift: {by: [{sales: manager}]}\n"
)
OVERRIDABLE = "to: accepted, by: sales, when: contacted, override: {by: {sales: manager}}}"
PLAIN = changed(
    AGREEMENT,
    ("to: accepted, by: sales}", OVERRIDABLE),
    ("      +4h: [{fire: escalate_return}]\n", ""),
    (", {assign: next}]", "]"),
    ("- {to: nordics}", "- {to: nordics, when: \"lead.country == 'SE'\"}"),
)
"""What sales holds nobody owns unless it is Swedish."""
WHO = {
    "anna": ANNA, "mia": MIA, "boss": BOSS, "nora": NORA, "head": HEAD, "root": ROOT, "audrey": AUDITOR,
    "sales": "sales", "marketing": "marketing", "lead": "lead", "system": "system",
    "gone": GONE, "nobody": NOBODY,
}  # fmt: skip
TABLE = """
                   sales: holds the lead, owes   marketing                   auditor  bare party of  the              removed  never
                   member   manager   admin      member   manager   admin            sales mktg      prospect system  manager  known
                   anna     mia       boss       nora     head      root     audrey  sales marketing lead     system  gone     nobody
 record            yes      yes       yes        -        -         -        -       yes   -         -        -       -        -
 record_for_lead   yes      yes       yes        -        -         -        -       -     -         yes      -       -        -
 answer            yes      yes       yes        -        -         -        -       yes   -         -        -       -        -
 set               yes      yes       yes        yes      yes       yes      -       yes   yes       -        yes     -        -
 set_identity      -        yes       yes        -        yes       yes      -       -     -         -        yes     -        -
 add               yes      yes       yes        yes      yes       yes      -       yes   yes       -        yes     -        -
 assign            -        yes       yes        -        -         yes      -       -     -         -        yes     -        -
 take              yes      yes       yes        -        -         -        -       -     -         -        -       -        -
 dispute           yes      yes       yes        -        -         -        -       yes   -         -        -       -        -
 uphold            -        -         yes        -        yes       yes      -       -     -         -        yes     -        -
 lift              -        -         yes        -        yes       yes      -       -     -         -        yes     -        -
 lift_stretch      -        -         yes        -        -         yes      -       -     -         -        yes     -        -
 override          -        yes       yes        -        -         -        -       -     -         -        -       -        -
 fire              yes      yes       yes        -        -         -        -       yes   -         -        -       -        -
 away              yes      yes       yes        -        -         yes      -       -     -         -        yes     -        -
 activate          -        -         yes        -        -         yes      -       -     -         -        yes     -        -
 migrate           -        -         yes        -        -         yes      -       -     -         -        yes     -        -
 sign_text         -        yes       yes        -        yes       yes      -       -     -         -        -       -        -
 withdraw          -        yes       yes        -        yes       yes      -       -     -         -        -       -        -
 erase             -        -         yes        -        -         yes      -       -     -         -        yes     -        -
"""  # noqa: E501  # one row to an operation, as the table is agreed
DEEDS: dict[str, Callable[[Engine, int, str], Any]] = {
    "record": lambda app, lead, who: app.record(lead, "call", who, at=LATER),
    "record_for_lead": lambda app, lead, who: app.record(lead, "visit", who, at=LATER),
    "answer": lambda app, lead, who: app.answer(lead, "value", who, {"expected_value": "1"}, at=LATER),
    "set": lambda app, lead, who: app.change(lead, {"company": "Acme"}, who, at=LATER),
    "set_identity": lambda app, lead, who: app.change(lead, {"email": f"{lead}@ex.com"}, who, at=LATER),
    "assign": lambda app, lead, who: app.assign(lead, BO, who, at=LATER),
    "take": lambda app, lead, who: app.assign(lead + 1, who, who, at=LATER),
    "dispute": lambda app, lead, who: app.dispute(lead, "respond", "phones", who, at=LATER),
    "uphold": lambda app, lead, who: app.uphold(lead, "first_contact", "no", who, at=LATER),
    "lift": lambda app, lead, who: app.lift(lead, "first_contact", "phones", who, at=LATER),
    "override": lambda app, lead, who: app.fire(lead, "accept", who, override="asked", at=LATER),
    "fire": lambda app, lead, who: app.fire(lead, "return", who, {"return_reason": "no_fit"}, at=LATER),
    "erase": lambda app, lead, who: app.erase(lead, "asked", who, at=LATER),
    "add": lambda app, lead, who: app.add({"email": f"new{lead}@example.com"}, who, at=LATER),
    "lift_stretch": lambda app, lead, who: app.lift_all(LATER, LATER + HOUR, "phones", who, at=LATER),
    "away": lambda app, lead, who: app.send_away(ANNA, MUCH_LATER, MUCH_LATER + HOUR, at=LATER, by=who),
    "activate": lambda app, lead, who: app.activate(PLAIN, at=LATER, by=who),
    "migrate": lambda app, lead, who: app.migrate("office-deal", by=who, at=LATER),
    "sign_text": lambda app, lead, who: app.sign_agreement(f"{PLAIN}# {lead}\n", who, at=LATER),
    "withdraw": lambda app, lead, who: withdrawn(app, who),
}
OF_NO_LEAD = ("add", "lift_stretch", "away", "activate", "migrate", "sign_text", "withdraw")


def withdrawn(app: Engine, who: str) -> None:
    """Who may sign for the party takes back what another signed for it, and signs for whoever is next."""
    app.withdraw_signature(RULES, who, "terms", at=LATER)
    app.sign_agreement(RULES, who, at=LATER)


def rights() -> dict[str, dict[str, bool]]:
    """The table as it stands above: operation, then who, whether they may."""
    names, *rows = (line.split() for line in TABLE.strip().splitlines()[2:])
    return {row[0]: dict(zip(names, (cell == "yes" for cell in row[1:]), strict=True)) for row in rows}


def peopled(app: Engine, agreement: str = AGREEMENT) -> int:
    staffed(app, agreement)
    for email, party, role in (
        (AUDITOR, "sales", "auditor"), (BOSS, "sales", "admin"), (GONE, "sales", "manager"),
        (HEAD, "marketing", "manager"), (ROOT, "marketing", "admin"),
    ):  # fmt: skip
        app.add_person(email, party, role=role, at=FRIDAY - DAY)
    app.remove_person(GONE, at=FRIDAY)
    lead = handed_over(app)
    app.tick(NOW)
    return lead


def a_case(app: Engine, who: str) -> int:
    """A lead with a breach that is disputed and another that is not; nobody owns the lead after it."""
    lead = handed_over(app, f"of-{who}", country="SE")
    handed_over(app, f"free-{who}")
    app.tick(LATER)
    app.dispute(lead, "first_contact", "phones", ANNA, at=LATER)
    return lead


@on_one_database
def test_every_operation_is_for_whom_the_table_says_and_for_nobody_else(app: Engine) -> None:
    peopled(app, PLAIN)
    may = rights()
    assert set(may) == set(DEEDS)
    for signer in (MIA, HEAD):
        app.sign_agreement(RULES, signer, at=FRIDAY)
    for who, name in WHO.items():
        lead = a_case(app, who)
        are_left_alone(app, [each for each in may if not may[each][who]], lead, name)
        for operation in may:
            if may[operation][who]:
                DEEDS[operation](app, lead, name)
    assert app.verify().ok
    assert app.replay().ok


def are_left_alone(app: Engine, operations: list[str], lead: int, who: str) -> None:
    """What is refused leaves all as it was, but for its refusal; of who is nobody not even that."""
    before = [(kinds(app, each), app.show(each, at=LATER)) for each in (lead, lead + 1)]
    told = [operation for operation in operations if is_told(app, operation, lead, who)]
    (held, shown), (free, shown_free) = before
    assert kinds(app, lead) == held + ["refused"] * len([each for each in told if each != "take"]), who
    # Whom the holder's party does not have is no owner, whoever asks: an error, and in no log.
    assert kinds(app, lead + 1) in (free, free + ["refused"] * ("take" in told)), who
    assert (app.show(lead, at=LATER), app.show(lead + 1, at=LATER)) == (shown, shown_free), who


def is_told(app: Engine, operation: str, lead: int, who: str) -> bool:
    """Whether the log tells that it was refused, which it is."""
    with pytest.raises((Refused, NotPermitted, NotAParty, UnknownName)) as refused:
        DEEDS[operation](app, lead, who)
    assert "\n" not in str(refused.value)
    return isinstance(refused.value, Refused) and operation not in OF_NO_LEAD


def test_what_the_prospect_did_is_the_prospects_whoever_tells_it(app: Engine) -> None:
    lead = peopled(app)
    with pytest.raises(Refused, match="visit is recorded by lead, not by marketing"):
        app.record(lead, "visit", NORA, at=NOW)
    app.record(lead, "visit", ANNA, at=NOW)
    told = the_log(app, lead)[-1]
    assert (told["actor"], told["party"], told["data"]["right"]) == (ANNA, "lead", "sales")
    assert app.replay().ok


def test_who_overrode_may_lose_the_role_and_the_log_still_replays(app: Engine) -> None:
    lead = peopled(app, PLAIN)
    with pytest.raises(Refused, match=r"accept is overridden by sales \(manager\)"):
        app.fire(lead, "accept", ANNA, override="asked", at=NOW)
    app.fire(lead, "accept", MIA, override="asked", at=NOW)
    assert [e["data"]["right"] for e in the_log(app, lead) if "overridden" in e["data"]] == ["sales: manager"]
    app.add_person(MIA, role="member", at=NOW)
    assert app.replay().ok


def test_what_the_file_says_narrows_who_may_and_the_entry_says_by_what(app: Engine) -> None:
    lead = peopled(app, RULES)
    with pytest.raises(Refused, match="accept is for a manager of sales, not for a member of sales"):
        app.fire(lead, "accept", ANNA, at=NOW)
    with pytest.raises(Refused, match="on_hold is set by the agreement's transitions"):
        app.change(lead, {"on_hold": True}, MIA, at=NOW)
    with pytest.raises(Refused, match="country is set by marketing or a manager of sales, not anna"):
        app.change(lead, {"country": "SE"}, ANNA, at=NOW)
    with pytest.raises(Refused, match="a breach of respond is lifted by a manager of sales, not head"):
        app.lift(lead, "respond", "phones", HEAD, at=NOW)
    app.change(lead, {"country": "SE"}, NORA, at=NOW)
    app.lift(lead, "respond", "phones", MIA, at=NOW)
    app.fire(lead, "accept", MIA, at=NOW)
    rights = [(e["kind"], e["data"]["right"]) for e in the_log(app, lead) if "right" in e["data"]]
    manager = "sales: manager"
    assert rights == [("changed", "marketing"), ("breach_lifted", manager), ("transition", manager)]
    assert app.replay().ok


def test_of_several_fields_the_highest_role_that_any_asks_for_is_noted(app: Engine) -> None:
    lead = peopled(app, RULES.replace("company: string", "company: {by: {sales: admin}, type: string}"))
    app.add_person("boss@example.com", "sales", role="admin", at=FRIDAY - DAY)
    app.change(lead, {"country": "SE", "company": "Acme"}, "boss@example.com", at=NOW)
    assert the_log(app, lead)[-1]["data"]["right"] == "sales: admin"

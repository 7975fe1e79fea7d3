"""Stories of teams that are dealt: weights and limits, other leads, companies, and what waits."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from slaflow.trial import TrialReport, run_scenarios

AGREEMENT = """
workflow: pair
timezone: Europe/Stockholm
parties: {marketing: {desk: demand@example.com}, sales: {desk: desk@example.com}}
calendars:
  office: {hours: {mon-fri: [09:00-17:00]}}
lead: {account: company, identity: [email], fields: {email: email, company: string}}
activities:
  call: {by: sales, attempt: phone}
states:
  nurturing: {held_by: marketing, initial: true}
  mql: {held_by: sales}
  won: {final: true}
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing}
  - {trigger: win, from: mql, to: won, by: sales}
targets:
  respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: win}, within: 4h, calendar: office}
teams:
  nordics: {party: sales, calendar: office, capacity: 3, per_day: 4, only_open: true}
routing:
  - {to: account}
  - {to: nordics}
"""
PEOPLE = """
people:
  - {email: anna@example.com, party: sales, team: nordics, weight: 2}
  - {email: bo@example.com, party: sales, team: nordics}
"""
KIM = "{email: kim@example.com}"
LEADS = "leads: {a: {email: a@b.c}, b: {email: b@b.c}, c: {email: c@b.c}, d: {email: d@b.c}}"


def tried(
    steps: str, *, leads: str = f"lead: {KIM}", people: str = PEOPLE, others: str = "",
    start: str = "2026-03-06T10:00:00+01:00", agreement: str = AGREEMENT,
) -> TrialReport:  # fmt: skip
    text = f"workflow: pair.yaml\n{people}\nscenarios:\n  - name: story\n    {leads}\n    start: {start}\n"
    text += f"    {others}\n    steps:\n" + indent(dedent(steps), "      ")
    return run_scenarios(text, "pair.scenario.yaml", {"pair.yaml": agreement}.__getitem__)


def passes(steps: str, **given: str) -> None:
    report = tried(steps, **given)
    assert (report.failures, report.passed) == ((), 1)


def found(steps: str, **given: str) -> str:
    """What was found where one thing of the story was not as expected."""
    report = tried(steps, **given)
    assert report.failed == 1
    (failure,) = report.failures
    return failure.found


def test_leads_of_a_story_are_dealt_by_weight_and_share_turns_and_loads() -> None:
    steps = """
    - {lead: a, fire: promote}
    - {lead: b, fire: promote}
    - {lead: c, fire: promote}
    - {lead: d, fire: promote}
    - {lead: a, expect: {owner: anna@example.com}}
    - {lead: b, expect: {owner: bo@example.com}}
    - {lead: c, expect: {owner: anna@example.com}}
    """
    passes(steps + "- {lead: d, expect: {owner: anna@example.com}}", leads=LEADS)
    held = "open: {anna@example.com: 2}"
    passes(
        steps.replace("c, expect: {owner: anna", "c, expect: {owner: bo")
        + "- {lead: d, expect: {owner: bo@example.com}}",
        leads=LEADS,
        others=held,
    )


FULL = "open: {anna@example.com: 3, bo@example.com: 3}"


def test_what_nobody_can_take_waits_until_one_has_fewer_on_their_hands() -> None:
    passes(
        """
        - fire: promote
        - expect: {owner: nobody, waiting: nordics, notified: [desk@example.com]}
        - wait: 1h
        - expect: {owner: null, waiting: nordics}
        - open: {bo@example.com: 2}
        - expect: {waiting: nordics}
        - wait: 0s
        - expect: {owner: bo@example.com, waiting: false, clocks: {respond: running}}
        """,
        others=FULL,
    )


def test_a_lead_that_is_won_makes_room_for_the_one_that_has_waited_longest() -> None:
    passes(
        """
        - {lead: c, fire: promote}
        - {lead: b, fire: promote}
        - wait: 1m
        - {lead: a, fire: promote}
        - {lead: d, fire: promote}
        - {lead: a, expect: {waiting: nordics}}
        - {lead: c, fire: win}
        - {lead: b, fire: win}
        - wait: 1m
        - {lead: a, expect: {owner: anna@example.com, waiting: false}}
        - {lead: d, expect: {owner: bo@example.com, waiting: null}}
        """,
        leads=LEADS,
        others="open: {anna@example.com: 2, bo@example.com: 2}",
    )


@pytest.mark.parametrize(
    ("start", "others", "people", "chance"),
    [
        ("2026-03-06T18:00:00+01:00", "", PEOPLE, "2026-03-09T09:00:00+01:00"),
        (
            "2026-03-05T10:00:00+01:00",
            "dealt: {anna@example.com: 4, bo@example.com: 4}",
            PEOPLE,
            "2026-03-06T09:00:00+01:00",
        ),
        (
            "2026-03-06T10:00:00+01:00",
            "open: {bo@example.com: 3}",
            PEOPLE.replace(
                "weight: 2", "away: {from: 2026-03-06T09:00+01:00, until: 2026-03-06T13:30+01:00}"
            ),
            "2026-03-06T13:30:00+01:00",
        ),
    ],
    ids=["the calendar opens", "the day is over and the next begins", "somebody is back"],
)
def test_time_alone_deals_what_waits_at_that_very_instant(
    start: str, others: str, people: str, chance: str
) -> None:
    before = chance.replace(":30:00+", ":29:59+").replace("09:00:00+", "08:59:59+")
    passes(
        f"""
        - fire: promote
        - until: {before}
        - expect: {{waiting: nordics}}
        - until: {chance}
        - expect: {{owner: anna@example.com, waiting: false}}
        """,
        start=start,
        others=others,
        people=people,
    )


def test_days_of_which_it_is_counted_who_was_dealt_begin_where_the_team_is() -> None:
    always = AGREEMENT.replace(", only_open: true", "").replace("calendar: office, cap", "cap")
    passes(
        """
        - fire: promote
        - expect: {waiting: nordics}
        - until: 2026-03-06T23:59:59+01:00
        - expect: {waiting: nordics}
        - wait: 1s
        - expect: {owner: anna@example.com}
        """,
        others="dealt: {anna@example.com: 4, bo@example.com: 4}",
        agreement=always,
    )


def test_a_company_goes_to_who_has_it_in_the_story_or_beside_it() -> None:
    leads = "leads: {a: {email: a@b.c, company: acme}, b: {email: b@b.c, company: ACME}}"
    steps = """
    - {lead: a, fire: promote}
    - {lead: b, fire: promote}
    - {lead: a, expect: {owner: %s@example.com}}
    - {lead: b, expect: {owner: %s@example.com}}
    """
    passes(steps % ("anna", "anna"), leads=leads)
    passes(steps % ("bo", "bo"), leads=leads, others="accounts: {Acme: Bo@example.com}")
    passes(steps % ("anna", "anna"), leads=leads, others="accounts: {Other: [bo@example.com]}")
    domains = AGREEMENT.replace("account: company", "account: {domain_of: email}")
    passes(
        "- fire: promote\n- expect: {owner: bo@example.com}",
        others="accounts: {example.com: [bo@example.com]}",
        agreement=domains,
    )


def test_what_the_file_says_of_other_leads_holds_where_a_story_says_nothing_else() -> None:
    for others, owner in (("", "bo"), ("open: {anna@example.com: 0}", "anna")):
        passes(
            f"- fire: promote\n- expect: {{owner: {owner}@example.com}}",
            people=PEOPLE + "open: {anna@example.com: 3}\naccounts: {Acme: [bo@example.com]}\n",
            others=others,
        )


def test_a_failure_says_why_with_the_figures() -> None:
    away = PEOPLE.replace(
        "nordics}", "nordics, away: {from: 2026-03-06T09:00+01:00, until: 2026-03-06T13:30+01:00}}"
    )
    assert found("- fire: promote\n- expect: {waiting: false}", others=FULL, people=away) == (
        "waiting: nordics (waits for nordics: anna@example.com weight 2, full, 3 of 3 open, 0 of 4 today; "
        "bo@example.com away until 2026-03-06T13:30:00+01:00)"
    )
    steps = "- fire: promote\n- expect: {owner: anna@example.com}"
    assert found(steps, others="dealt: {anna@example.com: 4}") == (
        "owner: bo@example.com (nordics, round_robin: anna@example.com weight 2, enough today, 0 of 3 open, "
        "4 of 4 today; bo@example.com weight 1, 0 of 3 open, 0 of 4 today)"
    )
    plain = AGREEMENT.replace(
        "calendar: office, capacity: 3, per_day: 4, only_open: true", "calendar: office"
    )
    in_turn = away.replace(", weight: 2", "")
    assert found("- fire: promote\n- expect: {owner: bo@example.com}", agreement=plain, people=in_turn) == (
        "owner: anna@example.com (nordics, round_robin: anna@example.com; "
        "bo@example.com away until 2026-03-06T13:30:00+01:00)"
    )
    by_hand = "- fire: promote\n- assign: bo@example.com\n- expect: {waiting: nordics}"
    assert found(by_hand) == "waiting: none (owned by bo@example.com)"
    acme = {"leads": "lead: {email: k@b.c, company: Acme}", "others": "accounts: {Acme: [bo@example.com]}"}
    assert found(steps, **acme) == "owner: bo@example.com (account: bo@example.com)"


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ("open: {ana@example.com: 3}", 'unknown person "ana@example.com"; did you mean "anna@example.com"?'),
        ("open: {anna@example.com: -1}", '"-1" is no number of leads; write a whole number from 0'),
        ("dealt: {anna@example.com: many}", '"many" is no number of leads'),
        ("dealt: 3", "a mapping is needed here"),
        ("accounts: {Acme: [bob@example.com]}", 'did you mean "bo@example.com"?'),
        ("opn: {anna@example.com: 3}", 'unknown key "opn"; did you mean "open"?'),
    ],
)
def test_a_fault_of_what_is_said_of_other_leads_is_told_there(others: str, message: str) -> None:
    report = tried("- wait: 1h", others=others)
    assert report.failed == 1
    assert message in report.failures[0].found
    assert report.failures[0].line == 11


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("expect: {waiting: nordic}", 'unknown team "nordic"; did you mean "nordics"?'),
        ("expect: {waiting: true}", "the name of a team is needed here"),
        ("open: {ana@example.com: 3}", 'did you mean "anna@example.com"?'),
        ("open: {anna@example.com: 1.5}", '"1.5" is no number of leads'),
        ("{open: {anna@example.com: 1}, lead: a}", 'unknown key "lead"'),
    ],
)
def test_a_fault_of_a_step_that_is_about_dealing_is_told_there(step: str, message: str) -> None:
    report = tried(f"- {step}")
    assert report.failed == 1
    assert message in report.failures[0].found


@pytest.mark.parametrize(
    ("share", "message"),
    [
        ("weight: 101", 'anna@example.com: weight is a whole number from 0 to 100, not "101"'),
        ("weight: 1.5", 'weight is a whole number from 0 to 100, not "1.5"'),
        ("capacity: 0", "capacity is a whole number from 1 to 1000000"),
        ("per_day: -1", "per day is a whole number from 1 to 1000000"),
    ],
)
def test_a_share_is_judged_as_where_people_are_recorded(share: str, message: str) -> None:
    report = tried("- wait: 1h", people=PEOPLE.replace("weight: 2", share))
    assert message in report.failures[0].found
    assert report.failures[0].line == 4


def test_companies_are_said_only_where_the_agreement_knows_any() -> None:
    without = AGREEMENT.replace("account: company, ", "").replace("  - {to: account}\n", "")
    report = tried("- wait: 1h", others="accounts: {Acme: [bo@example.com]}", agreement=without)
    assert "it would by lead.account" in report.failures[0].found


def test_coverage_asks_that_something_waited_and_of_routing_that_it_found_somebody() -> None:
    def seen(kind: str, **given: str) -> list[str]:
        report = tried("- fire: promote", **given)
        assert report.coverage is not None
        items = [item for item in report.coverage.items if item.kind == kind]
        return [item.name for item in items if item.key in report.coverage.seen]

    assert (seen("waited"), seen("route")) == ([], ["to nordics"])
    assert (seen("waited", others=FULL), seen("route", others=FULL)) == (["nordics"], [])

"""What ``workflow check`` finds in agreements that can be run and were not meant so.

Each with a file that shows it, told once and where it stands, and one beside it that is left in peace.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from support.agreement import errors, place, small, warnings

from slaflow.workflow.load import load_workflow

Edits = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Case:
    """*shows* makes the small agreement one with the finding, *silent* one without; both after *both*."""

    shows: Edits
    blamed: str
    finding: str
    silent: Edits = ()
    both: Edits = ()


WIN = "{trigger: win, from: mql, to: won, by: sales}"
WARM = "meet: {trigger: promote}, within: 5d, calendar: always}"
ANSWER = "within: 4h, calendar: office"
AUTO = "by: marketing}"
TEAMS = (
    "teams: {north: {party: sales, calendar: office}, south: {party: sales}, demand: {party: marketing}}\n"
)
PICK = (
    "  answer: {",
    "  take: {owed_by: sales, start: {enter: mql}, meet: assign, within: 1h, calendar: office}\n  answer: {",
)
NAMED = f"{TEAMS}routing: [{{to: previous}}, "
ROUTED = f"{TEAMS}routing: [{{to: previous}}, {{to: demand}}, "


def auto(when: str) -> Edits:
    return (
        (AUTO, f'by: [marketing, system], auto: true, when: "{when}"}}'),
        ("to: new, by: sales}", "to: new, by: sales, reset: engagement}"),
    )


def scored(scoring: str) -> Edits:
    return (("stages:", f"scoring: {scoring}\nstages:"),)


ERRORS = {
    "a pause that always holds": Case(
        ((ANSWER, f"{ANSWER}, pause: true, repeat: false"),),
        "true, repeat",
        "targets.answer.pause: this always holds, so answer never counts",
        ((ANSWER, f"{ANSWER}, pause: lead.on_hold"),),
    ),
    "a pause that holds whatever is known": Case(
        ((ANSWER, f"{ANSWER}, pause: {{when: 'lead.on_hold || 1 < 2', at_most: 2d}}"),),
        "'lead.on_hold ||",
        "targets.answer.pause.when: this always holds",
        ((ANSWER, f"{ANSWER}, pause: {{when: 'lead.on_hold && 1 < 2', at_most: 2d}}"),),
    ),
    "a pause at every stage there is": Case(
        ((ANSWER, f"{ANSWER}, pause: \"lead.stage != 'unaware' || lead.stage != 'interest'\""),),
        "\"lead.stage != 'unaware' ||",
        "targets.answer.pause: this always holds, so answer never counts",
        ((ANSWER, f'{ANSWER}, pause: "contacted && (known.country || !known.country)"'),),
    ),
    "a guard that waits for a stage nothing signals": Case(
        ((WIN, f"{WIN[:-1]}, when: [contacted, \"stage.reached('bought')\"]}}"),),
        "[contacted",
        "transitions[2].when: win can never pass this: no activity signals bought, so no lead",
        ((WIN, f"{WIN[:-1]}, when: [contacted, \"stage.reached('interest')\"]}}"),),
        both=(("interest]", "interest, bought]"),),
    ),
    "a guard that asks for one stage": Case(
        ((WIN, f"{WIN[:-1]}, when: \"lead.stage in ['passed', 'bought'] && contacted\"}}"),),
        '"lead.stage',
        "transitions[2].when: win can never pass this: no activity signals passed",
        # A stage that is passed on the way was reached.
        ((WIN, f"{WIN[:-1]}, when: \"stage.reached('passed')\"}}"),),
        both=(("interest]", "passed, interest, bought]"),),
    ),
    "a check that passes at a stage nothing signals": Case(
        (("answer.n > 3", "\"answer.n > 3 && stage.reached('bought')\""),),
        '"answer.n',
        "checks.fits.pass: fits can never pass this: no activity signals bought",
        (("answer.n > 3", "\"answer.n > 3 && stage.reached('unaware')\""),),
        both=(("interest]", "interest, bought]"),),
    ),
}

WARNINGS = {
    "a condition on a stage nothing signals": Case(
        ((ANSWER, "within: [{when: \"stage.reached('bought')\", is: 1h}, 4h], calendar: office"),),
        "\"stage.reached('bought')",
        "targets.answer.within[0].when: no activity signals bought, so no lead ever comes to it; "
        "give one stage: bought",
        ((ANSWER, "within: [{when: \"stage.reached('interest')\", is: 1h}, 4h], calendar: office"),),
        both=(("interest]", "interest, bought]"),),
    ),
    "a guard that passes without the stage too": Case(
        ((WIN, f"{WIN[:-1]}, when: \"contacted || lead.stage == 'bought'\"}}"),),
        '"contacted ||',
        "transitions[2].when: no activity signals bought",
        ((WIN, f"{WIN[:-1]}, when: \"contacted || lead.stage == 'unaware'\"}}"),),
        both=(("interest]", "interest, bought]"),),
    ),
    "a promise that only the prospect can keep": Case(
        (("meet: {trigger: [win, return]}", "meet: {activity: visit}, while: [mql, won]"),),
        "{activity: visit}",
        "targets.answer.meet: sales owes answer and can do nothing that meets it: only others may",
        (
            (
                "meet: {trigger: [win, return]}",
                "meet: [{activity: visit}, {activity: call}], while: [mql, won]",
            ),
        ),
    ),
    "a promise that only the other side can keep": Case(
        ((WIN, WIN.replace("sales", "marketing")), ("[win, return]}", "win}")),
        "{trigger: win}",
        "targets.answer.meet: sales owes answer and can do nothing",
        ((WIN, WIN.replace("by: sales", "by: [marketing, sales]")),),
    ),
    "channels that only others use": Case(
        (
            ("{trigger: [win, return]}", "[{attempts: 2, channels: 2}]"),
            (WIN, WIN[:-1] + ", when: contacted}"),
        ),
        "[{attempts",
        "targets.answer.meet: sales owes answer and can do nothing",
        (
            ("{trigger: [win, return]}", "[{attempts: 2, channels: 1}]"),
            (WIN, WIN[:-1] + ", when: contacted}"),
        ),
        both=(("  talk:", "  mail: {by: marketing, attempt: mail}\n  talk:"),),
    ),
    "a score that reads the time": Case(
        scored("{score: 'open(\"office\") ? fit : engagement'}"),
        "'open(",
        "scoring.score: open('office') changes as time passes: so does the score",
        scored("{score: fit + engagement, engagement: {half_life: 30d}}"),
    ),
    "points for what time alone changes": Case(
        scored("{fit: [{when: now > touched, points: 5}]}"),
        "now > touched",
        "scoring.fit[0].when: now changes as time passes",
        scored("{fit: [{when: touched > created, points: 5}]}"),
    ),
    "an auto that waits for a score to fade": Case(
        auto("!(lead.score >= 5)"),
        '"!(lead.score',
        "transitions[0].when: lead.score changes without an event too, and an auto is tried after events",
        auto("lead.score >= 5"),
        both=scored("{engagement: {half_life: 30d}}"),
    ),
    "a promise without a calendar": Case(
        ((ANSWER, "within: 4h"),),
        "within: 4h",
        "targets.answer.within: no calendar is named, so nights and days off count; "
        "write calendar: and one of office, always",
        ((ANSWER, "within: 4h, calendar: always"),),
    ),
    "cases of which none names a calendar": Case(
        ((ANSWER, "within: [{when: lead.on_hold, is: 5d}, 4h]"),),
        "within: [{when",
        "targets.answer.within: no calendar is named",
        ((ANSWER, "within: [{when: lead.on_hold, is: 5d, calendar: office}, 4h]"),),
    ),
    "a promise until a day without a calendar": Case(
        ((ANSWER, "within: {until: lead.callback_on}"),),
        "within: {until",
        "targets.answer.within: no calendar is named",
        # An instant is one, whatever the calendar.
        ((ANSWER, "within: {until: lead.callback_on}"), ("callback_on: date", "callback_on: datetime")),
    ),
    "cases without a last one": Case(
        ((ANSWER, "within: [{when: lead.on_hold, is: 1h}], calendar: office"),),
        "[{when: lead.on_hold",
        "targets.answer.within: a lead for which no case holds (lead.on_hold is false or is not set) has no"
        " answer: end with a case without",
        ((ANSWER, "within: [{when: lead.on_hold, is: 1h}, {when: true, is: 4h}], calendar: office"),),
    ),
    "an owner's calendar that no team gives": Case(
        ((ANSWER, "within: 4h, calendar: owner"),),
        "owner}",
        "targets.answer.calendar: south has no calendar, so answer falls back to office",
        (
            (ANSWER, "within: 4h, calendar: owner"),
            ("south: {party: sales}", "south: {party: sales, calendar: always}"),
        ),
        both=(
            (
                "workflow: small\n",
                f"workflow: small\n{ROUTED}{{to: north, when: lead.on_hold}}, {{to: south}}]\n",
            ),
        ),
    ),
    "an owner's calendar without a team": Case(
        ((ANSWER, "within: 4h, calendar: owner"),),
        "owner}",
        "targets.answer.calendar: there is no team that holds it, so answer falls back to office",
    ),
    "a rule behind one that always applies": Case(
        (("MORE", "{to: south}, {to: north, when: lead.on_hold}"),),
        "{to: north, when",
        "routing[3]: routing[2] comes before it and always applies: this is read only while nobody of south "
        "is there",
        (("MORE", "{to: north, when: lead.on_hold}, {to: south}"),),
        both=(("workflow: small\n", f"workflow: small\n{ROUTED}MORE]\n"),),
    ),
    "whoever had it before, behind rules for both sides": Case(
        (("{to: previous}, {to: demand}, {to: north}", "{to: demand}, {to: north}, {to: previous}"),),
        "{to: previous}",
        "routing[2]: routing[0] comes before it and always applies: this is read only while nobody of demand",
        both=(
            ("workflow: small\n", f"workflow: small\n{ROUTED}{{to: north}}]\n"),
            (", south: {party: sales}", ""),
        ),
    ),
    "a team nobody routes to": Case(
        (("MORE", "{to: north}"),),
        "south",
        "teams.south: nobody routes to south: no rule of routing and no assign names it",
        (("MORE", "{to: north}"), (ANSWER, f"{ANSWER}, steps: {{100%: {{assign: south}}}}")),
        both=(("workflow: small\n", f"workflow: small\n{ROUTED}MORE]\n"),),
    ),
    "a limit of a team that deals nothing": Case(
        (("south: {party: sales}", "south: {party: sales, capacity: 30}"),),
        "capacity",
        "teams.south.capacity: capacity counts for nothing: no rule of routing and no assign names south",
        (
            ("south: {party: sales}", "south: {party: sales, capacity: 30}"),
            (ANSWER, f"{ANSWER}, steps: {{100%: {{assign: south}}}}"),
        ),
        both=(
            ("workflow: small\n", f"workflow: small\n{NAMED}{{to: {{field: country}}}}, {{to: north}}]\n"),
        ),
    ),
    "the fewest open leads, without a limit to a day": Case(
        (("south: {party: sales}", "south: {party: sales, assign: least_loaded}"),),
        "least_loaded",
        "teams.south.assign: whoever joins the team gets every lead until they have as many as the others; "
        "per_day bounds how many a day",
        (("south: {party: sales}", "south: {party: sales, assign: least_loaded, per_day: 9}"),),
        both=(
            (
                "workflow: small\n",
                f"workflow: small\n{ROUTED}{{to: north, when: lead.on_hold}}, {{to: south}}]\n",
            ),
        ),
    ),
    "a team that is called like the company's owner": Case(
        (("identity: [email]", "identity: [email]\n  account: country"),),
        "account: {party",
        "teams.account: to: account means this team, not who owns another lead of the company",
        both=(
            (
                "workflow: small\n",
                "workflow: small\nteams: {account: {party: sales}}\nrouting: [{to: account}]\n",
            ),
        ),
    ),
    "a promise of each owner that a step hands round a team": Case(
        ((ANSWER, f"{ANSWER}, per: owner, steps: {{80%: {{notify: owner}}, 100%: {{assign: north}}}}"), PICK),
        "100%",
        "targets.answer.steps.100%: answer begins anew for whom of north the lead is given to, and so goes "
        "round the team without end; 'assign: next' goes round it once",
        ((ANSWER, f"{ANSWER}, per: owner, steps: {{100%: {{assign: next}}}}"), PICK),
        both=(
            (
                "workflow: small\n",
                f"workflow: small\n{ROUTED}{{to: north, when: lead.on_hold}}, {{to: south}}]\n",
            ),
        ),
    ),
    "no identity": Case(
        (("  identity: [email]\n", ""),),
        "fields: {email",
        "lead: no identity: every record is a lead of its own",
    ),
    "a fixed offset beside summer time": Case(
        (("{hours:", "{timezone: EST, hours:"),),
        "EST",
        "calendars.office.timezone: EST keeps one offset all year, beside America/New_York with its summer "
        "time; write a place like America/New_York",
        # Nobody turns the clocks in Phoenix, and UTC is meant where it stands.
        (("{hours:", "{timezone: America/Phoenix, hours:"), ("\nparties", "\nabout: in UTC\nparties")),
        both=(("workflow: small\n", "workflow: small\ntimezone: America/New_York\n"),),
    ),
    "a promise its own party lets go": Case(
        (
            ("meet: {trigger: [win, return]}", "meet: {activity: call}"),
            ("mql, to: new, by: sales}", "mql, to: new, by: sales, when: contacted}"),
        ),
        WIN,
        "transitions[2]: by win sales lets its own promise go, and nothing else watches: answer",
        (
            ("meet: {trigger: [win, return]}", "meet: {activity: call}"),
            (WIN, f"{WIN[:-1]}, when: attempts.total > 0}}"),
        ),
    ),
}


def edited(case: Case, edits: Edits) -> str:
    return small(*case.both, *edits)


@pytest.mark.parametrize("case", ERRORS.values(), ids=ERRORS)
def test_what_can_never_be_meant_is_an_error(case: Case) -> None:
    text = edited(case, case.shows)
    found = errors(text)
    assert len(found) == 1, found
    assert found[0].startswith(f"{place(text, case.blamed)} {case.finding}"), found
    assert errors(edited(case, case.silent)) == []


@pytest.mark.parametrize("case", ERRORS.values(), ids=ERRORS)
def test_a_version_in_force_keeps_what_is_an_error_only_since(case: Case) -> None:
    assert load_workflow(edited(case, case.shows), holidays={}).workflow is not None


@pytest.mark.parametrize("case", WARNINGS.values(), ids=WARNINGS)
def test_what_is_seldom_meant_is_warned_of(case: Case) -> None:
    text = edited(case, case.shows)
    found = warnings(text)
    assert len(found) == 1, found
    assert found[0].startswith(f"{place(text, case.blamed)} {case.finding}"), found
    assert load_workflow(text, holidays={}).warnings == ()


@pytest.mark.parametrize("case", WARNINGS.values(), ids=WARNINGS)
def test_what_is_meant_is_left_in_peace(case: Case) -> None:
    assert warnings(edited(case, case.silent)) == []


@pytest.mark.parametrize("limit", ["capacity: 30", "per_day: 10", "only_open: true"])
def test_a_rule_behind_a_team_with_limits_gets_what_is_too_much_for_it(limit: str) -> None:
    teams = TEAMS.replace("{party: sales, calendar: office", f"{{party: sales, calendar: office, {limit}")
    assert warnings(small(more=f"{teams}routing: [{{to: demand}}, {{to: north}}, {{to: south}}]\n")) == []
    some = "{to: north, when: lead.on_hold}, {to: south, when: lead.on_hold}"
    told = warnings(small(more=f"{teams}routing: [{{to: demand}}, {some}]\n"))
    assert told == []

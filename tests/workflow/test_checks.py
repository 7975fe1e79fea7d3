"""What ``workflow check`` finds in a file that can be read: each with its place."""

from __future__ import annotations

import pytest
from support.agreement import STANDARD, changed, errors, place, small, warnings

RETURN = "  - {trigger: return, from: mql, to: new, by: sales}"
WIN = "  - {trigger: win, from: mql, to: won, by: sales}"
ANSWER = "within: 4h, calendar: office"
STEPS = f"{ANSWER}, steps: "


def test_a_file_without_fault_has_none() -> None:
    assert errors(small()) == []
    assert warnings(small()) == []


@pytest.mark.parametrize(
    "order", ["50%: {notify: owner}, -1h: {notify: owner}", "-2h: {notify: owner}, 80%: {notify: owner}"]
)
def test_steps_in_order_are_left_in_peace(order: str) -> None:
    assert (
        errors(small((ANSWER, f"{STEPS}{{{order}, +1h: {{notify: owner}}, +2d: {{notify: owner}}}}"))) == []
    )


def test_a_literal_outside_one_of_is_an_error() -> None:
    text = small(
        ("country: string", "country: {type: string, one_of: [SE, NO]}"),
        ("answer.n > 3", "answer.n > 3 && lead.country == 'NL'"),
    )
    assert errors(text) == [
        f"{place(text, chr(39) + 'NL')} checks.fits.pass: "
        '"NL" is not a value of lead.country; it is one of SE, NO'
    ]
    text = small(
        ("country: string", "country: {type: string, one_of: [SE, NO]}"),
        ("to: won, by: sales", "to: won, by: sales, set: {country: \"'NL'\"}"),
    )
    assert "NL" in errors(text)[0]


def system_return(requires: str, with_: str) -> str:
    return small(
        (
            RETURN,
            f"  - {{trigger: return, from: mql, to: new, by: [sales, system], requires: {{{requires}}}}}",
        ),
        (ANSWER, f"{STEPS}{{+1h: {{fire: return{with_}}}}}"),
    )


@pytest.mark.parametrize(
    ("requires", "with_", "message"),
    [
        ("", "", None),
        ("why: string", "", "return requires why; give why under with"),
        ("why: string", ", with: {why: \"'late'\"}", None),
        ("why: string", ", with: {why: lead.country}", None),
        ("why: string", ", with: {why: 5}", "why is string, and this gives int"),
        ("why: string", ", with: {why: null}", "why is required, and null is nothing"),
        (
            "why: {type: string, one_of: [late]}",
            ", with: {why: \"'never'\"}",
            'why: "never" is not one of late',
        ),
        ("why: {type: string, required: false}", "", None),
        ("why: string", ", with: {why: \"'x'\", wy: 1}", 'return takes no input "wy"; did you mean "why"?'),
    ],
)
def test_what_a_step_fires_must_be_given_its_inputs(requires: str, with_: str, message: str | None) -> None:
    found = errors(system_return(requires, with_))
    assert (found == []) if message is None else (len(found) == 1 and found[0].endswith(message)), found


def test_a_step_fires_only_what_leads_from_where_its_clock_lives() -> None:
    text = small(("by: marketing}", "by: [marketing, system]}"), (ANSWER, STEPS + "{+1h: {fire: promote}}"))
    assert errors(text)[0].endswith("promote leads from new, and answer is open in mql")


SCORED = "scoring: {engagement: {half_life: 30d}, fit: [{when: lead.employees > 5, points: 5}]}\n"


@pytest.mark.parametrize(
    ("pause", "more", "refused"),
    [
        ("lead.on_hold", "", False),
        ("lead.score > 1", "", False),
        ("lead.score > 1", SCORED, True),
        ("lead.engagement > 1", SCORED, True),
        ("lead.fit > 1", SCORED, False),
        ("lead.fit > 1", "scoring: {fit: [{when: now > created, points: 5}]}\n", True),
        ("lead.score > 1", SCORED[:-2] + ", score: fit}\n", False),
        ("check.fits", "", False),
    ],
)
def test_a_pause_may_not_read_what_time_alone_changes(pause: str, more: str, refused: bool) -> None:
    assert bool(errors(small((ANSWER, f"{ANSWER}, pause: {pause}"), more=more))) is refused


def test_an_answer_that_lapses_is_time_alone_too() -> None:
    text = small(
        ("pass: answer.n > 3", "pass: answer.n > 3, valid_for: 90d"), (ANSWER, f"{ANSWER}, pause: check.fits")
    )
    assert "check.fits, whose answer is valid for a time, changes as time passes" in errors(text)[0]


def test_autos_in_a_circle_are_refused() -> None:
    text = small(
        ("by: marketing}", "by: system, auto: true, when: lead.score > 5}"),
        (RETURN, RETURN.replace("by: sales", "by: system, auto: true, when: lead.score < 5")),
    )
    assert [error.split(": ")[1] for error in errors(text)] == ["autos lead in a circle"] * 2


AUTO = ("by: marketing}", "by: [marketing, system], auto: true, when: WHEN}")


def auto(when: str, back: str = "") -> str:
    return small((AUTO[0], AUTO[1].replace("WHEN", when)), (RETURN, RETURN[:-1] + back + "}"))


@pytest.mark.parametrize(
    ("when", "back", "warned"),
    [
        ("lead.score > 5", "", True),
        ("lead.score > 5", ", reset: engagement", False),
        ("lead.score > 5", ", reset: stage", True),
        ("stage.reached('interest')", ", reset: stage", False),
        ("check.fits", ", reset: checks", False),
        ("activity.visit.count > 2", ", reset: engagement", False),
        ("lead.on_hold", "", True),
        ("lead.on_hold", ", set: {on_hold: false}", False),
        ("lead.employees > 5", ", requires: {employees: int}", False),
        ("attempts.total > 2", "", False),
    ],
)
def test_an_auto_must_not_fire_again_on_the_way_back(when: str, back: str, warned: bool) -> None:
    text = auto(f'"{when}"', back)
    told = [w for w in warnings(text) if "fires again" in w]
    assert bool(told) is warned
    if warned:
        assert told[0].startswith(f"{place(text, chr(34) + when)} transitions[0].when: promote fires again")


def test_an_auto_without_guard_or_that_reads_now_is_warned_of() -> None:
    assert (
        "promote is auto without a guard: no lead will ever rest in new"
        in warnings(auto("true").replace(", when: true", ""))[0]
    )
    assert any("now changes without an event" in warning for warning in warnings(auto("now > created")))


def test_a_transition_behind_one_without_guard_is_warned_of() -> None:
    text = small((WIN, WIN + "\n" + WIN.replace("mql, to: won", "[mql, new], to: new")))
    assert warnings(text) == [
        f"{place(text, '{trigger: win, from: [')} transitions[3]: win by sales from mql is never taken: "
        "transitions[2] comes before it and has no guard"
    ]
    guarded = WIN[:-1] + ", when: contacted}"
    assert warnings(small((WIN, guarded + "\n" + WIN))) == []
    assert warnings(small((WIN, WIN + "\n" + WIN.replace("by: sales", "by: marketing")))) == []


def test_a_state_in_which_nobody_owes_anything_is_warned_of() -> None:
    text = small(
        ("owed_by: marketing, start: {enter: new}", "owed_by: sales, start: {enter: mql}, while: mql"),
        ("meet: {trigger: promote}", "meet: {trigger: win}"),
    )
    assert warnings(text) == [
        f"{place(text, 'new: {held')} states.new: nobody owes anything in new: no target lives there"
    ]
    assert warnings(text.replace("new: {held_by: marketing", "new: {rest: true, held_by: marketing")) == []


def test_states_that_only_timers_connect_in_a_circle_are_warned_of() -> None:
    rows = "  - {trigger: up, from: new, to: mql, by: system}\n"
    rows += "  - {trigger: down, from: mql, to: new, by: system}\n"
    timers = "timers:\n  a: {start: {enter: new}, after: 5d, do: {fire: up}}\n"
    both = timers + "  b: {start: {enter: mql}, after: 5d, do: {fire: down}}\n"
    text = small((WIN, rows + WIN))
    assert warnings(text + timers) == []
    assert [w.split(" ")[1] for w in warnings(text + both)] == ["timers.a:", "timers.b:"]


def test_a_warning_step_that_never_falls_is_warned_of() -> None:
    assert (
        "-4h before due is not after the start"
        in warnings(small((ANSWER, STEPS + "{-4h: {notify: owner}}")))[0]
    )


def test_routing_and_teams_are_checked() -> None:
    teams = "teams: {north: {party: sals, calendar: offcie}, sales: {party: sales}}\n"
    text = small(more=f"{teams}routing: [{{to: nort}}, {{to: {{field: employees}}}}]\n")
    found = errors(text)
    for part in (
        '"sals"',
        '"offcie"',
        '"sales" is a party already',
        'unknown team "nort"; did you mean "north"?',
        "holds an e-mail",
    ):
        assert any(part in error for error in found), (part, found)


def test_a_fault_in_the_sample_is_found_at_its_line_and_column() -> None:
    text = changed(STANDARD, ("lead.source == 'web'", "lead.source == 'wbe'"))
    assert errors(text) == [
        f"{place(text, chr(39) + 'wbe')} targets.respond.within[0].when: "
        '"wbe" is not a value of lead.source; did you mean "web"?'
    ]

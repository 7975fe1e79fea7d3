"""'He asked for Thursday, then for Monday, and we were blamed for Thursday.' rules.md, 7.4."""

from support.telling import agreement, kinds, told

CALLBACK = """
targets:
  callback:
    owed_by: sales
    start: {set: callback_on}
    while: [accepted]
    meet: {activity: [call, meeting]}
    within: {until: "lead.callback_on"}
    calendar: office
    steps: {-2h: [{notify: sales}]}
"""
ACCEPTED = "- fire: promote\n        - fire: accept"


def test_the_due_instant_moves_with_the_field_and_steps_move_along() -> None:
    play = told(
        agreement(CALLBACK),
        "2026-03-03T10:00:00+01:00",
        f"""
        {ACCEPTED}
        - set: {{callback_on: 2026-03-05}}
        - expect: {{due: {{callback: 2026-03-05T17:00:00+01:00}}}}
        - until: 2026-03-05T14:00:00+01:00
        - set: {{callback_on: 2026-03-09}}
        - expect: {{due: {{callback: 2026-03-09T17:00:00+01:00}}, clocks: {{callback: running}}}}
        - until: 2026-03-09T15:00:00+01:00
        - expect: {{notified: [], breached: []}}
        - wait: 1s
        - expect: {{notified: [sales-desk@example.com]}}
        - activity: call
        - expect: {{met: [callback]}}
        """,
    )
    moved = next(entry for entry in play.entries if entry.kind == "clock_moved")
    assert moved.data == {"old": "2026-03-05T16:00:00Z", "new": "2026-03-09T16:00:00Z"}


def test_a_day_that_never_opens_counts_as_the_first_open_day_after_it() -> None:
    told(
        agreement(CALLBACK),
        "2026-03-03T10:00:00+01:00",
        f"""
        {ACCEPTED}
        - set: {{callback_on: 2026-03-07}}
        - expect: {{due: {{callback: 2026-03-09T17:00:00+01:00}}}}
        """,
    )


def test_a_day_that_has_passed_leaves_one_minute() -> None:
    told(
        agreement(CALLBACK),
        "2026-03-03T10:00:00+01:00",
        f"""
        {ACCEPTED}
        - set: {{callback_on: 2026-03-02}}
        - expect: {{due: {{callback: 2026-03-03T10:01:00+01:00}}}}
        - wait: 61s
        - expect: {{breached: [callback], notified: []}}
        """,
    )


def test_emptied_the_promise_is_cancelled_and_set_again_a_new_one_starts() -> None:
    play = told(
        agreement(CALLBACK),
        "2026-03-03T10:00:00+01:00",
        f"""
        {ACCEPTED}
        - set: {{callback_on: 2026-03-05}}
        - set: {{callback_on: null}}
        - expect: {{clocks: {{callback: cancelled}}}}
        - wait: 7d
        - expect: {{breached: []}}
        - set: {{callback_on: 2026-03-11}}
        - expect: {{clocks: {{callback: running}}}}
        """,
    )
    assert kinds(play).count("clock_started callback") == 2


def test_set_before_the_lead_was_accepted_it_starts_nothing() -> None:
    told(
        agreement(CALLBACK),
        "2026-03-03T10:00:00+01:00",
        """
        - fire: promote
        - set: {callback_on: 2026-03-05}
        - fire: accept
        - expect: {clocks: {callback: null}}
        """,
    )

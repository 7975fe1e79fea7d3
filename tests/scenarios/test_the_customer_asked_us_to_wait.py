"""'The customer was on holiday, we put the lead on hold, and the clock ran on.' rules.md, 9."""

from support.telling import agreement, kinds, told

HOLD = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    calendar: office
    pause: {when: "lead.on_hold", at_most: 6h}
    steps:
      50%: [{notify: sales}]
"""


def test_due_moves_by_the_open_time_paused() -> None:
    told(
        agreement(HOLD),
        "2026-03-06T09:00:00+01:00",
        """
        - fire: promote
        - expect: {due: {respond: 2026-03-06T13:00:00+01:00}}
        - wait: 1h
        - set: {on_hold: true}
        - expect: {clocks: {respond: paused}, open_time: {respond: 1h}}
        - wait: 3h
        - expect: {open_time: {respond: 1h}, notified: []}
        - set: {on_hold: false}
        - expect: {clocks: {respond: running}, due: {respond: 2026-03-06T16:00:00+01:00}}
        - until: 2026-03-06T14:00:01+01:00
        - expect: {notified: [sales-desk@example.com], open_time: {respond: 2h0m1s}}
        """,
    )


def test_on_hold_from_the_start_it_has_its_whole_allowance() -> None:
    told(
        agreement(HOLD),
        "2026-03-06T09:00:00+01:00",
        """
        - set: {on_hold: true}
        - fire: promote
        - expect: {clocks: {respond: paused}, open_time: {respond: 0m}}
        - wait: 2h
        - set: {on_hold: false}
        - expect: {due: {respond: 2026-03-06T15:00:00+01:00}}
        """,
    )


def test_the_budget_is_one_for_the_clocks_life_and_no_pause_follows_it() -> None:
    """2 h in the morning and 4 h after lunch: on Friday at 17:00 the clock runs on by itself."""
    play = told(
        agreement(HOLD),
        "2026-03-06T09:00:00+01:00",
        """
        - fire: promote
        - set: {on_hold: true}
        - wait: 2h
        - set: {on_hold: false}
        - wait: 2h
        - set: {on_hold: true}
        - expect: {clocks: {respond: paused}, open_time: {respond: 2h}}
        - until: 2026-03-06T17:00:00+01:00
        - expect: {clocks: {respond: paused}}
        - wait: 1s
        - expect: {clocks: {respond: running}, due: {respond: 2026-03-09T11:00:00+01:00}}
        - set: {on_hold: false}
        - set: {on_hold: true}
        - expect: {clocks: {respond: running}}
        - until: 2026-03-09T11:00:01+01:00
        - expect: {breached: [respond]}
        """,
    )
    assert kinds(play, since="2026-03-06T16:00:00Z") == [
        "clock_resumed respond",
        "warned respond",
        "changed",
        "changed",
        "breached respond",
    ]


def test_a_step_at_the_very_instant_the_pause_begins_waits_for_the_resumption() -> None:
    told(
        agreement(HOLD),
        "2026-03-06T09:00:00+01:00",
        """
        - fire: promote
        - until: 2026-03-06T11:00:00+01:00
        - set: {on_hold: true}
        - wait: 1h
        - expect: {notified: [], open_time: {respond: 2h}}
        - set: {on_hold: false}
        - expect: {notified: []}
        - wait: 1s
        - expect: {notified: [sales-desk@example.com], due: {respond: 2026-03-06T14:00:00+01:00}}
        """,
    )


def test_the_breach_too_waits_when_the_pause_begins_at_due() -> None:
    told(
        agreement(HOLD),
        "2026-03-06T09:00:00+01:00",
        """
        - fire: promote
        - until: 2026-03-06T13:00:00+01:00
        - set: {on_hold: true}
        - wait: 30m
        - expect: {breached: [], clocks: {respond: paused}}
        - set: {on_hold: false}
        - fire: accept
        - expect: {met: [respond], breached: []}
        """,
    )


def test_a_broken_promise_does_not_pause_and_escalates_at_its_own_instants() -> None:
    later = """
    targets:
      respond:
        owed_by: sales
        start: {enter: mql}
        meet: {trigger: accept}
        within: 2h
        pause: "lead.on_hold"
        steps: {+2h: [{notify: sales}]}
    """
    told(
        agreement(later),
        "2026-03-06T09:00:00+01:00",
        """
        - fire: promote
        - wait: 3h
        - set: {on_hold: true}
        - expect: {clocks: {respond: breached}, notified: []}
        - until: 2026-03-06T13:00:01+01:00
        - expect: {notified: [sales-desk@example.com]}
        """,
    )


def test_met_while_paused_it_has_used_what_it_had_used_before() -> None:
    told(
        agreement(HOLD),
        "2026-03-06T09:00:00+01:00",
        """
        - fire: promote
        - wait: 30m
        - set: {on_hold: true}
        - wait: 5h
        - fire: accept
        - expect: {met: [respond], open_time: {respond: 30m}}
        - wait: 5d
        - expect: {open_time: {respond: 30m}}
        """,
    )


def test_starting_afresh_gives_no_second_budget() -> None:
    afresh = """
    targets:
      respond:
        owed_by: sales
        start: {enter: mql}
        meet: {trigger: accept}
        within: 4h
        pause: {when: "lead.on_hold", at_most: 3h}
        restart: {activity: reply}
    """
    told(
        agreement(afresh),
        "2026-03-06T09:00:00+01:00",
        """
        - fire: promote
        - set: {on_hold: true}
        - wait: 2h
        - activity: reply
        - expect: {clocks: {respond: paused}}
        - wait: 1h1s
        - expect: {clocks: {respond: running}, due: {respond: 2026-03-06T16:00:00+01:00}}
        """,
    )


def test_a_promise_in_days_once_paused_counts_the_open_time_it_had_left() -> None:
    """`1d` from Monday 09:00 is Tuesday 17:00: 16 open hours, of which 15 are left at 10:00."""
    days = """
    targets:
      respond:
        owed_by: sales
        start: {enter: mql}
        meet: {trigger: accept}
        within: 1d
        calendar: office
        pause: {when: "lead.on_hold", at_most: 2d}
    """
    told(
        agreement(days),
        "2026-03-02T09:00:00+01:00",
        """
        - fire: promote
        - wait: 1h
        - set: {on_hold: true}
        - until: 2026-03-03T09:00:00+01:00
        - set: {on_hold: false}
        - expect: {due: {respond: 2026-03-04T16:00:00+01:00}}
        - set: {on_hold: true}
        - until: 2026-03-04T17:00:01+01:00
        - expect: {clocks: {respond: running}, due: {respond: 2026-03-06T16:00:00+01:00}}
        """,
    )

"""'We accepted the lead, and the log says we broke a promise we no longer owed.' rules.md, 7."""

from support.telling import agreement, kinds, told

PROMISES = """
targets:
  respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: accept}, within: 4h}
  research: {owed_by: sales, start: {enter: mql}, meet: {activity: call}, within: 8h}
  contact:
    owed_by: sales
    start: {enter: mql}
    while: [mql, accepted]
    meet: [{attempts: 1}, {contact: true}]
    within: 1d
"""


def test_the_move_that_meets_a_clock_may_leave_its_state() -> None:
    """Meet comes before cancel; a promise unbroken and unmet is cancelled; `while` outlives the move."""
    told(
        agreement(PROMISES),
        "2026-03-06T09:00:00+01:00",
        """
        - fire: promote
        - wait: 1h
        - fire: accept
        - expect:
            clocks: {respond: met, research: cancelled, contact: running}
            met: [respond]
            breached: []
        - until: 2026-03-07T09:00:00+01:00
        - activity: call
        - expect: {clocks: {contact: met}}
        """,
    )


def test_a_broken_promise_whose_state_is_left_stays_breached() -> None:
    told(
        agreement(PROMISES),
        "2026-03-06T09:00:00+01:00",
        """
        - fire: promote
        - wait: 10h
        - expect: {breached: [respond, research]}
        - fire: return
        - expect:
            clocks: {respond: breached, research: breached, contact: cancelled}
            open_time: {respond: 10h}
        - wait: 10d
        - expect: {breached: [respond, research], open_time: {respond: 10h}}
        - fire: promote
        - expect: {clocks: {respond: running, research: running}, breached: [respond, research]}
        """,
    )


AUTO = """
targets:
  triage: {owed_by: marketing, start: {enter: nurturing}, meet: {trigger: promote}, within: 1d}
  again: {owed_by: marketing, start: {enter: returned}, meet: {trigger: promote}, within: 1d}
  respond: {owed_by: sales, start: {trigger: promote}, meet: {trigger: accept}, within: 1d}
"""
HOT = """
workflow: story
timezone: Europe/Stockholm
parties: [marketing, sales]
lead: {identity: [email], fields: {email: email, employees: {type: int, default: 0}}}
activities:
  visit: {by: lead, points: 60}
  call: {by: sales, attempt: phone}
states:
  nurturing: {held_by: marketing, initial: true}
  mql: {held_by: sales}
  accepted: {held_by: sales}
  returned: {held_by: marketing}
transitions:
  - {trigger: promote, from: [nurturing, returned], to: mql, by: [marketing, system], auto: true,
     when: "lead.score + double(lead.employees) >= 50"}
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: return, from: [mql, accepted], to: returned, by: sales, reset: [engagement]}
"""


def test_a_state_only_passed_through_owes_nothing() -> None:
    """Autos come before starts: a hot lead is handed over on arrival, marketing never owed its triage."""
    play = told(
        agreement(AUTO, frame=HOT),
        "2026-03-06T09:00:00+01:00",
        """
        - expect: {state: mql, clocks: {triage: null, respond: running}}
        """,
        lead="{email: kim@example.com, employees: 60}",
    )
    assert kinds(play) == ["created", "transition promote", "clock_started respond"]


def test_an_auto_that_follows_an_arriving_input_keeps_a_promise() -> None:
    """Rule 11: autos after an arriving input do meet."""
    told(
        agreement(AUTO, frame=HOT),
        "2026-03-06T09:00:00+01:00",
        """
        - expect: {clocks: {triage: running}}
        - wait: 2h
        - activity: visit
        - expect: {state: mql, met: [triage], clocks: {respond: running}, score: 60}
        - fire: return
        - expect: {state: returned, score: 0, clocks: {again: running, respond: cancelled}}
        """,
    )


def test_a_promise_is_judged_before_the_reset_that_comes_with_its_event() -> None:
    """The third return counts the attempts made, and only then are they set back."""
    judged = """
    targets:
      persist:
        owed_by: sales
        start: {enter: mql}
        meet: [{trigger: return, when: "attempts.total >= 2 && lead.engagement >= 60.0"}]
        within: 3d
    """
    told(
        agreement(judged, frame=HOT),
        "2026-03-06T09:00:00+01:00",
        """
        - activity: visit
        - expect: {state: mql, clocks: {persist: running}}
        - activity: call
        - wait: 1h
        - activity: call
        - fire: return
        - expect: {met: [persist], score: 0}
        """,
    )

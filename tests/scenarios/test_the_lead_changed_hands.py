"""'It was reassigned and the clock began anew, so nobody was ever late.' workflow-file.md, "Clocks"."""

from support.telling import FRAME, PEOPLE, TEAMS, agreement, kinds, told

START = "2026-03-06T09:00:00+01:00"
RESPOND = """
targets:
  respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: accept}, within: 4h}
"""


def test_a_new_owner_inherits_the_clock_as_it_stands() -> None:
    play = told(
        agreement(RESPOND, TEAMS),
        START,
        """
        - fire: promote
        - wait: 3h
        - assign: bo@example.com
        - expect: {owner: bo@example.com, due: {respond: 2026-03-06T13:00:00+01:00}, open_time: {respond: 3h}}
        - wait: 2h
        - expect: {breached: [respond]}
        """,
        people=PEOPLE,
    )
    started, *_, breached = (entry for entry in play.entries if entry.target == "respond")
    assert (started.owner, breached.owner) == ("anna@example.com", "bo@example.com")


def test_only_a_promise_that_says_so_starts_afresh_and_never_once_broken() -> None:
    afresh = RESPOND.replace("within: 4h}", "within: 4h, restart: [assign, {activity: reply}]}")
    told(
        agreement(afresh, TEAMS),
        START,
        """
        - fire: promote
        - wait: 3h
        - assign: bo@example.com
        - expect: {due: {respond: 2026-03-06T16:00:00+01:00}, open_time: {respond: 0m}}
        - activity: reply
        - wait: 1h
        - activity: reply
        - expect: {due: {respond: 2026-03-06T17:00:00+01:00}}
        - wait: 5h
        - assign: anna@example.com
        - expect: {due: {respond: 2026-03-06T17:00:00+01:00}, clocks: {respond: breached}}
        """,
        people=PEOPLE,
    )


def test_the_handoff_that_starts_a_clock_does_not_restart_it() -> None:
    afresh = RESPOND.replace("within: 4h}", "within: 4h, restart: assign}")
    play = told(agreement(afresh, TEAMS), START, "- fire: promote", people=PEOPLE)
    assert kinds(play)[-3:] == ["transition promote", "assigned", "clock_started respond"]


def test_it_comes_back_to_whoever_had_it_before() -> None:
    previous = """
    teams:
      nordics: {party: sales, assign: round_robin}
    routing:
      - {to: previous}
      - {to: nordics}
    """
    told(
        agreement(RESPOND, previous),
        START,
        """
        - fire: promote
        - assign: bo@example.com
        - fire: return
        - expect: {owner: null, notified: [demand-desk@example.com]}
        - fire: promote
        - expect: {owner: bo@example.com, notified: []}
        """,
        people=PEOPLE,
    )


def test_nobody_there_to_receive_it_the_receiving_desk_hears() -> None:
    told(
        agreement(RESPOND, TEAMS),
        START,
        """
        - expect: {notified: []}
        - fire: promote
        - expect: {owner: null, notified: [sales-desk@example.com]}
        """,
    )


def test_the_owners_own_hours_count_where_the_promise_says_so() -> None:
    """Anna's team works nights; the clock keeps her hours even after it went to nobody's."""
    own = """
    targets:
      respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: accept}, within: 1h, calendar: owner}
    teams:
      nordics: {party: sales, calendar: night, assign: round_robin}
    routing: [{to: nordics}]
    """
    frame = FRAME.replace("calendars:\n", 'calendars:\n  night: {hours: {mon-sun: ["20:00-24:00"]}}\n')
    told(
        agreement(own, frame=frame),
        START,
        """
        - fire: promote
        - expect: {due: {respond: 2026-03-06T21:00:00+01:00}}
        - assign: null
        - expect: {due: {respond: 2026-03-06T21:00:00+01:00}}
        """,
        people=PEOPLE,
    )


def test_a_closed_lead_owes_nothing_unless_a_promise_names_the_final_state() -> None:
    closed = """
    targets:
      respond: {owed_by: sales, start: {activity: reply}, meet: {activity: call}, within: 4h}
      onboard: {owed_by: sales, start: {enter: won}, while: won, meet: {activity: meeting}, within: 4h}
    """
    told(
        agreement(closed),
        START,
        """
        - fire: promote
        - fire: accept
        - fire: win
        - activity: reply
        - expect: {clocks: {respond: null, onboard: running}}
        - activity: meeting
        - expect: {met: [onboard]}
        """,
    )


def test_five_touches_are_counted_from_the_clocks_start_on() -> None:
    touches = """
    targets:
      nurse: {owed_by: sales, start: {enter: mql}, meet: {activity: [call, email], times: 3}, within: 5d}
    """
    told(
        agreement(touches),
        START,
        """
        - activity: call
        - fire: promote
        - activity: call
        - activity: email
        - expect: {clocks: {nurse: running}}
        - activity: call
        - expect: {met: [nurse]}
        """,
    )

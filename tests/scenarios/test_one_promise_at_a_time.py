"""'The same lead shows up with three breaches of one promise.' rules.md, 8."""

from support.telling import agreement, kinds, told

KEEP_WARM = """
targets:
  keep_warm:
    owed_by: sales
    start: [{enter: accepted}, {activity: reply}]
    meet: {activity: [call, email, meeting]}
    within: 2d
    calendar: office
    repeat: true
"""
UNTIL_ACCEPTED = """
        - fire: promote
        - fire: accept
"""


def test_a_start_while_one_is_open_changes_nothing() -> None:
    play = told(
        agreement(KEEP_WARM),
        "2026-03-02T10:00:00+01:00",
        f"""
        {UNTIL_ACCEPTED.strip()}
        - expect: {{due: {{keep_warm: 2026-03-04T17:00:00+01:00}}}}
        - wait: 1d
        - activity: reply
        - expect: {{due: {{keep_warm: 2026-03-04T17:00:00+01:00}}}}
        """,
    )
    assert kinds(play).count("clock_started keep_warm") == 1


def test_met_it_starts_again_at_that_instant() -> None:
    play = told(
        agreement(KEEP_WARM),
        "2026-03-02T10:00:00+01:00",
        f"""
        {UNTIL_ACCEPTED.strip()}
        - until: 2026-03-04T11:00:00+01:00
        - activity: call
        - expect:
            clocks: {{keep_warm: running}}
            due: {{keep_warm: 2026-03-06T17:00:00+01:00}}
            met: [keep_warm]
            breached: []
        """,
    )
    assert kinds(play)[-3:] == ["activity", "clock_met keep_warm", "clock_started keep_warm"]
    assert play.lead.clock_numbers == {"keep_warm": 2}


def test_broken_it_is_one_breach_however_long_and_starts_again_once_met_late() -> None:
    play = told(
        agreement(KEEP_WARM),
        "2026-03-02T10:00:00+01:00",
        f"""
        {UNTIL_ACCEPTED.strip()}
        - until: 2026-06-01T10:00:00+02:00
        - expect: {{breached: [keep_warm], clocks: {{keep_warm: breached}}}}
        - activity: call
        - expect:
            clocks: {{keep_warm: running}}
            due: {{keep_warm: 2026-06-03T17:00:00+02:00}}
            breached: [keep_warm]
            met: []
        """,
    )
    assert kinds(play).count("breached keep_warm") == 1
    assert kinds(play).count("met_late keep_warm") == 1


def test_met_by_the_move_that_leaves_its_state_it_does_not_start_again() -> None:
    wins = """
    targets:
      decide:
        owed_by: sales
        start: {enter: accepted}
        meet: {trigger: [win, return]}
        within: 2d
        repeat: true
    """
    told(
        agreement(wins),
        "2026-03-02T10:00:00+01:00",
        f"""
        {UNTIL_ACCEPTED.strip()}
        - fire: win
        - wait: 10d
        - expect: {{clocks: {{decide: met}}, breached: [], met: [decide]}}
        """,
    )


def test_the_next_ones_allowance_is_judged_anew() -> None:
    by_country = """
    targets:
      keep_warm:
        owed_by: sales
        start: {enter: accepted}
        meet: {activity: call}
        within: [{when: "lead.country == 'SE'", is: 2h}, {is: 6h}]
        repeat: true
    """
    told(
        agreement(by_country),
        "2026-03-02T10:00:00+01:00",
        f"""
        {UNTIL_ACCEPTED.strip()}
        - expect: {{due: {{keep_warm: 2026-03-02T16:00:00+01:00}}}}
        - set: {{country: SE}}
        - expect: {{due: {{keep_warm: 2026-03-02T16:00:00+01:00}}}}
        - activity: call
        - expect: {{due: {{keep_warm: 2026-03-02T12:00:00+01:00}}}}
        """,
    )

"""'It went from desk to desk and in the end nobody had it, and nobody knew.' rules.md, 12 and 13."""

from support.telling import PEOPLE, TEAMS, agreement, kinds, told

PASS_ON = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 1h
    steps:
      100%: [{notify: owner}, {assign: next}, {notify: owner}]
      +1h: [{assign: next}]
      +2h: [{assign: next}]
      +3h: [{assign: next}]
      +4h: [{assign: next}]
"""
START = "2026-03-06T09:00:00+01:00"


def test_it_goes_once_round_the_team_then_to_the_manager_then_the_desk_hears() -> None:
    told(
        agreement(PASS_ON, TEAMS),
        START,
        """
        - fire: promote
        - expect: {owner: anna@example.com, notified: []}
        - until: 2026-03-06T10:00:01+01:00
        - expect: {owner: bo@example.com, notified: [anna@example.com, bo@example.com]}
        - wait: 1h
        - expect: {owner: cia@example.com, notified: []}
        - wait: 1h
        - expect: {owner: mia@example.com, notified: []}
        - wait: 1h
        - expect: {owner: null, notified: [sales-desk@example.com]}
        - wait: 1h
        - expect: {owner: null, notified: [sales-desk@example.com]}
        """,
        people=PEOPLE,
    )


def test_a_manager_with_a_manager_is_still_the_last() -> None:
    people = PEOPLE.replace("role: manager}", "role: manager, manager: eva@example.com}")
    people += "  - {email: eva@example.com, party: sales}\n"
    told(
        agreement(PASS_ON, TEAMS),
        START,
        """
        - fire: promote
        - until: 2026-03-06T12:00:01+01:00
        - expect: {owner: mia@example.com}
        - wait: 1h
        - expect: {owner: null}
        """,
        people=people,
    )


def test_a_team_of_one_goes_to_the_manager_at_once() -> None:
    people = """
    people:
      - {email: mia@example.com, party: sales, role: manager}
      - {email: anna@example.com, party: sales, team: nordics, manager: mia@example.com}
    """
    told(
        agreement(PASS_ON, TEAMS),
        START,
        """
        - fire: promote
        - until: 2026-03-06T10:00:01+01:00
        - expect: {owner: mia@example.com}
        """,
        people=people,
    )


def test_who_is_away_is_passed_over() -> None:
    away = "away: {from: 2026-03-06T00:00:00+01:00, until: 2026-03-07T00:00:00+01:00}}"
    people = PEOPLE.replace(
        "{email: bo@example.com, party: sales, team: nordics, manager: mia@example.com}",
        "{email: bo@example.com, party: sales, team: nordics, manager: mia@example.com, " + away,
    )
    told(
        agreement(PASS_ON, TEAMS),
        START,
        """
        - fire: promote
        - until: 2026-03-06T10:00:01+01:00
        - expect: {owner: cia@example.com}
        """,
        people=people,
    )


def test_a_new_cycle_goes_round_anew() -> None:
    told(
        agreement(PASS_ON, TEAMS),
        START,
        """
        - fire: promote
        - until: 2026-03-06T11:00:01+01:00
        - expect: {owner: cia@example.com}
        - fire: return
          as: cia@example.com
        - expect: {owner: null}
        - fire: promote
        - expect: {owner: bo@example.com}
        - wait: 2h1s
        - expect: {owner: anna@example.com}
        - wait: 1h
        - expect: {owner: mia@example.com}
        """,
        people=PEOPLE,
    )


def test_actions_run_in_order_each_on_the_lead_as_the_one_before_left_it() -> None:
    """All of them, even though the first ends the clock; what is refused is logged once."""
    in_order = """
    targets:
      respond:
        owed_by: sales
        start: {enter: mql}
        meet: {trigger: accept}
        within: 1h
        steps:
          100%: [{fire: return}, {set: {note: "'given back'"}}, {fire: accept}, {notify: marketing}]
    """
    play = told(
        agreement(in_order),
        START,
        """
        - fire: promote
        - wait: 3d
        - expect:
            state: returned
            fields: {note: given back}
            notified: [demand-desk@example.com]
            clocks: {respond: breached}
        """,
    )
    assert kinds(play)[-5:] == [
        "breached respond",
        "transition return",
        "clock_cancelled respond",
        "changed",
        "refused accept",
    ]


def test_plus_two_days_is_the_close_of_the_second_open_day_after_due() -> None:
    later = """
    targets:
      respond:
        owed_by: sales
        start: {enter: mql}
        meet: {trigger: accept}
        within: 4h
        calendar: office
        steps: {+2d: [{notify: sales}]}
    """
    told(
        agreement(later),
        "2026-03-05T10:00:00+01:00",
        """
        - fire: promote
        - until: 2026-03-09T17:00:00+01:00
        - expect: {breached: [respond], notified: []}
        - wait: 1s
        - expect: {notified: [sales-desk@example.com]}
        """,
    )

"""'It came to me an hour before it was due, and the breach was mine.' rules.md, 8.6."""

from support.telling import PEOPLE, TEAMS, agreement, told

START = "2026-03-06T09:00:00+01:00"
RESPOND = """
targets:
  respond: {owed_by: sales, per: owner, start: {enter: mql}, meet: {trigger: accept}, within: 4h}
"""


def test_each_owner_has_the_whole_time_and_a_verdict_of_their_own() -> None:
    play = told(
        agreement(RESPOND, TEAMS),
        START,
        """
        - fire: promote
        - wait: 3h
        - assign: bo@example.com
        - expect: {owner: bo@example.com, due: {respond: 2026-03-06T16:00:00+01:00}, open_time: {respond: 0m}}
        - wait: 5h
        - expect: {breached: [respond]}
        """,
        people=PEOPLE,
    )
    about = [(entry.kind, entry.owner) for entry in play.entries if entry.target == "respond"]
    assert about == [
        ("clock_started", "anna@example.com"),
        ("clock_passed_on", "bo@example.com"),
        ("clock_started", "bo@example.com"),
        ("breached", "bo@example.com"),
    ]

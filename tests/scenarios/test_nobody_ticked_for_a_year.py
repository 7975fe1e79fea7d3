"""'The server stood still over Christmas; now the log tells another story.' rules.md, 3 and 13."""

from datetime import datetime

from support.telling import FRAME, agreement, kinds, told

from slaflow.lifecycle.decide import decide
from slaflow.lifecycle.decision import Draft
from slaflow.trial.play import Play

BEATING = FRAME + "  - {trigger: beat, from: mql, by: [marketing, system]}\n"
HEARTBEAT = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 10d
    steps: {50%: [{notify: owner}], 100%: [{notify: owner}], +1h: [{set: {note: "'late'"}}]}
timers:
  pulse:
    start: [{enter: mql}, {trigger: beat}]
    after: 6h
    do: [{fire: beat}]
"""


def test_one_tick_after_a_year_writes_what_a_tick_at_every_instant_writes() -> None:
    """1,460 heartbeats: more than one transaction carries out, the rest follows in further ones."""
    workflow = agreement(HEARTBEAT, frame=BEATING)
    promoted = told(workflow, "2025-01-01T00:00:00Z", "- fire: promote")
    ticked = told(workflow, "2025-01-01T00:00:00Z", "- fire: promote\n- until: 2026-01-01T00:00:00Z")
    late, rounds = settled(promoted, "2026-01-01T00:00:00+00:00")
    assert rounds == 2
    assert late == ticked.entries
    assert kinds(ticked).count("timer_fired pulse") == 1459
    assert kinds(ticked).count("escalated respond") == 1


def settled(play: Play, until: str) -> tuple[list[Draft], int]:
    """The whole log once a single late tick at *until* has carried out everything, and its transactions."""
    entries, lead, clocks = list(play.entries), play.lead, play.life.open
    rounds, more = 0, True
    while more:
        decision = decide(play.workflow, play.people, lead, clocks, None, datetime.fromisoformat(until))
        lead, clocks = decision.lead, [clock for clock in decision.clocks if clock.is_open]
        entries += decision.entries
        rounds, more = rounds + 1, decision.more
    return entries, rounds

"""The latest handoffs of a lead: who gave it to whom with what to show for it, and what came of that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slaflow.agreement.words.conditions import condition
from slaflow.agreement.words.naming import unquoted
from slaflow.engine.desk.deeds import Deed
from slaflow.engine.desk.meanwhile import Told, name_of
from slaflow.engine.desk.seen import Seen
from slaflow.engine.desk.told import Event, Speaker
from slaflow.engine.desk.why import Points
from slaflow.lifecycle.view import points
from slaflow.store.kept.passages import Passage

MOST = 3
"""So many are shown."""
FIELDS = ("lead.", "known.")
_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Side:
    """A party, and who of it owned the lead."""

    party: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a handoff: ``what`` is ``open``, ``accepted``, ``returned`` or ``by_system``.

    Seconds are open time of who took it, to the decision and to the first touch.
    """

    what: str
    at: datetime | None
    decision_seconds: int | None
    first_touch_seconds: int | None
    came_back_at: datetime | None


@dataclass(frozen=True, slots=True)
class Card:
    """A handoff. ``fit`` are its clauses as they stood, where that can still be told; ``back`` is what was
    said when the lead came back; ``deeds`` what may be said of it."""

    event: Event
    gave: Side
    took: Side
    score: float | None
    fit_points: float | None
    engagement: float | None
    fit: tuple[Points, ...]
    stage: str | None
    touches: tuple[tuple[str, int], ...]
    outcome: Outcome | None
    back: tuple[tuple[str, str], ...]
    deeds: tuple[Deed, ...] = ()


def cards(
    seen: Seen, told: Sequence[Told], passages: Sequence[Passage], contested: int | None,
    deeds: tuple[Deed, ...],
) -> tuple[Card, ...]:  # fmt: skip
    """The latest of *told*, newest first; *deeds* are what may be said of that with the number *contested*.

    *passages* are the lead's, as figures count them.
    """
    handed = [each for each in told if each.handoff and (each.data or _NOTHING).get("handoff")]
    kept = {each.seq: each for each in passages}
    found = []
    for place, each in enumerate(handed):
        passage = kept.get(each.seq)
        after = (
            handed[place + 1] if passage is not None and passage.came_back and handed[place + 1 :] else None
        )
        found.append(_card(seen, each, passage, after, deeds if each.seq == contested else ()))
    return tuple(found[: -MOST - 1 : -1])


def _card(
    seen: Seen, told: Told, passage: Passage | None, after: Told | None, deeds: tuple[Deed, ...]
) -> Card:
    shown = (told.data or _NOTHING)["handoff"]
    stage = shown.get("stage")
    return Card(
        event=Speaker(seen.naming, seen.people).event(told),
        gave=_side(seen, shown.get("gave")),
        took=_side(seen, shown.get("took")),
        score=_number(shown.get("score")),
        fit_points=_number(shown.get("fit")),
        engagement=_number(shown.get("engagement")),
        fit=tuple(_fit(seen, told)),
        stage=None if stage is None else unquoted(seen.naming.stage(stage)),
        touches=tuple(_touches(seen, shown.get("touchpoints"))),
        outcome=None if passage is None else _outcome(passage),
        back=() if after is None else Speaker(seen.naming, seen.people).event(after).said,
        deeds=deeds,
    )


def _side(seen: Seen, side: Mapping[str, str | None] | None) -> Side:
    party, owner = (side or _NOTHING).get("party"), (side or _NOTHING).get("owner")
    return Side(seen.naming.party(party or ""), None if owner is None else name_of(seen.people, owner))


def _number(text: object) -> float | None:
    return None if text is None else float(str(text))


def _fit(seen: Seen, told: Told) -> Iterator[Points]:
    """The clauses that gave points then: those that do now, if nothing that they read was set since."""
    if told.digest != seen.lead.digest:
        return
    rules = seen.workflow.scoring.fit
    names = {name for rule in rules for name in rule.when.names}
    if not all(_is_as_it_was(seen, name, told.at) for name in names):
        return
    for rule in rules:
        if seen.view.holds(rule.when):
            yield Points(rule.because or condition(rule.when, seen.naming), points(seen.view, rule.points))


def _is_as_it_was(seen: Seen, name: str, at: datetime) -> bool:
    field = next((name.removeprefix(each) for each in FIELDS if name.startswith(each)), None)
    if field not in seen.workflow.fields:
        return False
    set_at = seen.lead.field_at.get(field or "")
    return set_at is None or set_at < at


def _touches(seen: Seen, kinds: Mapping[str, int] | None) -> Iterator[tuple[str, int]]:
    for kind, times in (kinds or {}).items():
        yield unquoted(seen.naming.activity(kind)), times


def _outcome(passage: Passage) -> Outcome:
    return Outcome(
        passage.outcome,
        passage.decided_at,
        passage.decision,
        passage.first_touch,
        passage.until_at if passage.came_back else None,
    )

"""What a story has come to, figure by figure, and how expected and found are put into words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from slaflow.clock.state import Clock
from slaflow.lifecycle.scoring import number_text
from slaflow.lifecycle.view import View
from slaflow.trial.measures import stated, written
from slaflow.trial.picks import why
from slaflow.trial.play import Play
from slaflow.trial.scenario import Expect, Expected
from slaflow.trial.stage import Stage


def differences(stage: Stage, lead: str | None, expect: Expect) -> Iterator[tuple[str, str]]:
    """Expected and found, in words, for each figure that is not as expected; *lead* None: of all leads."""
    plays = list(stage.plays.values()) if lead is None else [stage.play(lead)]
    for figure in expect.figures:
        if figure.kind == "commitments":
            found = stated(stage, figure)
        elif figure.kind == "notified":
            found = frozenset[str]().union(*(play.told for play in plays))
        else:
            found = _FOUND[figure.kind](plays[0], figure)
        if not _agree(figure, found):
            yield _words(stage, figure, figure.value), _found_words(stage, plays, figure, found)
    if any(figure.kind == "notified" for figure in expect.figures):
        for play in plays:
            play.told = set()


def _agree(figure: Expected, found: object) -> bool:
    if isinstance(figure.value, Decimal) and isinstance(found, float):
        return rounded_like(found, figure.value) == figure.value
    return found == figure.value


def rounded_like(found: float, written: Decimal) -> Decimal:
    """*found* rounded to the decimals of *written*, halves away from zero."""
    exponent = written.as_tuple().exponent
    places = min(exponent, 0) if isinstance(exponent, int) else 0
    return Decimal(number_text(found)).quantize(Decimal(1).scaleb(places), ROUND_HALF_UP)


def _state(play: Play, figure: Expected) -> str:
    return play.lead.state


def _stage(play: Play, figure: Expected) -> str | None:
    return play.lead.stage


def _score(play: Play, figure: Expected) -> float:
    return View(play.workflow, play.lead, play.now).score("score")


def _owner(play: Play, figure: Expected) -> str | None:
    return play.lead.owner


def _waiting(play: Play, figure: Expected) -> str | None:
    return play.lead.waits_for


def _field(play: Play, figure: Expected) -> object:
    return play.lead.fields.get(figure.name)


def _status(play: Play, figure: Expected) -> str | None:
    clock = play.latest(figure.name)
    return clock.status if clock else None


def _due(play: Play, figure: Expected) -> datetime | None:
    clock = play.latest(figure.name)
    return clock.due_at if clock else None


def _breached(play: Play, figure: Expected) -> frozenset[str]:
    return frozenset(clock.target for clock in play.life.clocks if clock.is_broken and not clock.lifted)


def _met(play: Play, figure: Expected) -> frozenset[str]:
    return frozenset(clock.target for clock in play.life.clocks if clock.status == "met")


def _open_time(play: Play, figure: Expected) -> timedelta | None:
    clock = play.latest(figure.name)
    return time_used(play, clock) if clock else None


def time_used(play: Play, clock: Clock) -> timedelta:
    """Open time *clock* has used so far, whole seconds, pauses left out; frozen once it has ended."""
    until = clock.ended_at or play.now
    used = clock.allowance - clock.left
    if (clock.target, clock.number) not in play.stopped:
        used += play.workflow.calendars[clock.calendar].open_time(clock.base_at, max(until, clock.base_at))
    return timedelta(seconds=used // timedelta(seconds=1))


_FOUND: Mapping[str, Callable[[Play, Expected], object]] = {
    "state": _state,
    "stage": _stage,
    "score": _score,
    "owner": _owner,
    "waiting": _waiting,
    "fields": _field,
    "clocks": _status,
    "due": _due,
    "breached": _breached,
    "met": _met,
    "open_time": _open_time,
}


def _words(stage: Stage, figure: Expected, value: object) -> str:
    shown = written(stage, figure, value) if figure.kind == "commitments" else None
    return f"{figure.subject}: {shown or _shown(value, stage.workflow.timezone)}"


def _found_words(stage: Stage, plays: Sequence[Play], figure: Expected, found: object) -> str:
    """With why it is so, where that hangs on more than the lead."""
    words = _words(stage, figure, found)
    if figure.kind not in ("owner", "waiting"):
        return words
    owner = plays[0].lead.owner if figure.kind == "waiting" else None
    because = [f"owned by {owner}" if owner is not None else "", why(stage, plays[0])]
    told = "; ".join(each for each in because if each)
    return f"{words} ({told})" if told else words


def _shown(value: object, timezone: str) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case datetime():
            return value.astimezone(ZoneInfo(timezone)).isoformat()
        case frozenset():
            return f"[{', '.join(sorted(value))}]"
        case timedelta():
            return _span(value)
        case float():
            return number_text(value)
        case _:
            return str(value)


def _span(span: timedelta) -> str:
    """``3h``, ``1h30m``, ``0m``: as such a figure is written in a file."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "m"), (seconds, "s")]
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0m"

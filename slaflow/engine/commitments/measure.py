"""A commitment measured: its figure from the log, what is owed of it, and the verdict. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from slaflow.engine.commitments.redecide import Judged, judged
from slaflow.engine.commitments.schedule import Terms, Versions
from slaflow.engine.context import Context
from slaflow.store.commitments import measures
from slaflow.store.commitments.measures import Window
from slaflow.store.database import Connection
from slaflow.workflow.model.commitment import (
    Commitment,
    Count,
    Happening,
    Kept,
    Share,
    Sum,
    Take,
    Timed,
    happenings_of,
)
from slaflow.workflow.model.workflow import Workflow

CENTS = Decimal("0.01")
PLACES = 4
"""Of a share: parts of ten thousand."""
KEPT, MISSED = "kept", "missed"


@dataclass(frozen=True, slots=True)
class Result:
    """*of* so many, or so much, *among* so many leads or clocks."""

    of: Decimal = Decimal(0)
    among: int = 0

    def __add__(self, other: Result) -> Result:
        return Result(self.of + other.of, self.among + other.among)

    def __sub__(self, other: Result) -> Result:
        return Result(self.of - other.of, self.among - other.among)


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of open time by owner, each with how many took them; *take* says what is made of them."""

    take: Take
    counts: Mapping[tuple[str | None, int], int]

    @property
    def whole(self) -> Result:
        return self._of(self.counts.items())

    def by_owner(self) -> dict[str | None, Result]:
        owners = dict.fromkeys(owner for owner, _ in self.counts)
        return {name: self._of(each for each in self.counts.items() if each[0][0] == name) for name in owners}

    def plus_difference(self, later: Times, earlier: Times) -> Times:
        found = Counter(self.counts)
        found.update(later.counts)
        found.subtract(earlier.counts)
        return Times(self.take, {key: number for key, number in found.items() if number > 0})

    def _of(self, counts: Iterable[tuple[tuple[str | None, int], int]]) -> Result:
        """The mean, or the nearest-rank percentile."""
        seconds = sorted(took for (_, took), number in counts for _ in range(number))
        if not seconds:
            return Result()
        if self.take == "mean":
            return Result(Decimal(sum(seconds)) / len(seconds), len(seconds))
        percent = {"median": 50, "p90": 90}[self.take]
        return Result(Decimal(seconds[-(-len(seconds) * percent // 100) - 1]), len(seconds))


def of_times(times: Times) -> Measured:
    return Measured(times.by_owner(), times=times)


@dataclass(frozen=True, slots=True)
class Measured:
    """A commitment's results by owner; None owns what nobody owned."""

    owners: Mapping[str | None, Result] = field(default_factory=dict)
    unjudged: tuple[int, ...] = field(default=(), compare=False)
    """Leads that cannot be judged by the terms of now, and so count for nothing."""
    times: Times | None = None
    """Of a time the open times behind the results, which do not add up by themselves."""

    @property
    def total(self) -> Result:
        return sum(self.owners.values(), Result()) if self.times is None else self.times.whole

    def plus_difference(self, later: Measured, earlier: Measured) -> Measured:
        """These results with what *later* has more than *earlier*."""
        if self.times is not None and later.times is not None and earlier.times is not None:
            return of_times(self.times.plus_difference(later.times, earlier.times))
        names = [*self.owners, *later.owners, *earlier.owners]
        found = {
            name: self._of(name) + (later._of(name) - earlier._of(name)) for name in dict.fromkeys(names)
        }
        return Measured({name: result for name, result in found.items() if result != Result()})

    def _of(self, owner: str | None) -> Result:
        return self.owners.get(owner, Result())


@dataclass(frozen=True, slots=True)
class Owed:
    """How much is owed for one period; ``prorated``: (days owed, days in all) of one that is not whole."""

    at_least: Decimal | None
    at_most: Decimal | None
    prorated: tuple[int, int] | None = None
    is_closed: bool = False
    """The period has no open day: nothing is owed."""


def measure(
    app: Context, connection: Connection, versions: Versions, terms: Terms, commitment: Commitment,
    known_by: datetime, decided_by: datetime, *, written_before: int | None = None,
    without_archived: bool = False,
) -> Measured:  # fmt: skip
    """What the log says by *known_by*; outcomes of a share's leads count until *decided_by*.

    *written_before* is the id of an entry: the log as it was when that was written. *without_archived* leaves
    out leads of which not every entry is in the log any more.
    """
    window = _window(versions, terms, commitment, known_by, decided_by)
    window = replace(window, written_before=written_before, without_archived=without_archived)
    unjudged: tuple[int, ...] = ()
    if strange := _without_notes(window):
        found = _judged(app, connection, terms, commitment, window, strange)
        window = replace(window, given=found.notes)
        unjudged = tuple(found.unjudged)
    measured = commitment.measure
    if isinstance(measured, Sum):
        return Measured(_of_amounts(measures.added(connection, window, measured.of)), unjudged)
    if isinstance(measured, Timed):
        times = measures.open_times(connection, window, measured.target)
        return of_times(Times(measured.take, Counter((each.owner, each.seconds) for each in times)))
    if isinstance(measured, Count):
        parts = measures.counted(connection, window, measured.of, each=measured.each)
    elif isinstance(measured, Share):
        parts = measures.shared(connection, window, measured)
    else:
        assert isinstance(measured, Kept)
        parts = measures.kept(connection, window, sorted(measured.targets), measured.noted)
    return Measured({part.owner: Result(Decimal(part.of), part.among) for part in parts}, unjudged)


def _window(
    versions: Versions, terms: Terms, commitment: Commitment, known_by: datetime, decided_by: datetime
) -> Window:
    start, end = terms.bounds
    digests = sorted({workflow.digest for _, workflow in versions})
    noted = {
        key: sorted({w.digest for _, w in versions if _notes_alike(w, commitment, key)})
        for key in _keys(commitment)
    }
    return Window(start, end, decided_by, known_by, digests, noted)


def _without_notes(window: Window) -> list[str]:
    """Versions whose entries lack a note that is asked for."""
    return [each for each in window.digests if any(each not in known for known in window.noted.values())]


def _judged(
    app: Context, connection: Connection, terms: Terms, commitment: Commitment, window: Window,
    digests: Sequence[str],
) -> Judged:  # fmt: skip
    measured = commitment.measure
    targets = sorted(measured.targets) if isinstance(measured, Kept) else []
    happenings = [each for each in happenings_of(measured) if each.noted is not None]
    leads = measures.leads_to_judge(connection, window, happenings, targets, digests)
    return judged(app, connection, terms.workflow, commitment, leads)


def _keys(commitment: Commitment) -> list[str]:
    measured = commitment.measure
    if isinstance(measured, Kept):
        return [measured.noted] if measured.noted else []
    return [h.noted for h in happenings_of(measured) if h.noted]


def _notes_alike(workflow: Workflow, commitment: Commitment, key: str) -> bool:
    """Whether *workflow* noted under *key* what *commitment* asks for, condition and all."""
    own = workflow.commitments.get(commitment.name)
    if own is None:
        return False
    if isinstance(own.measure, Kept) and isinstance(commitment.measure, Kept):
        return (
            _text(own.measure) == _text(commitment.measure)
            and own.measure.targets >= commitment.measure.targets
        )
    wanted = {h.noted: h for h in happenings_of(commitment.measure)}[key]
    return any(h.noted == key and _alike(h, wanted) for h in happenings_of(own.measure))


def _alike(own: Happening, wanted: Happening) -> bool:
    same = own.kind == wanted.kind and own.adds == wanted.adds and own.names >= wanted.names
    return same and _text(own) == _text(wanted)


def _text(conditional: Happening | Kept) -> str | None:
    return None if conditional.when is None else conditional.when.text


def _of_amounts(amounts: Sequence[measures.Amount]) -> dict[str | None, Result]:
    owners: dict[str | None, Result] = {}
    for each in amounts:
        added = Result(Decimal(each.value) * each.leads, each.leads)
        owners[each.owner] = owners.get(each.owner, Result()) + added
    return owners


def owed(terms: Terms, commitment: Commitment) -> Owed:
    """What is owed for the period: a count or a sum in a first period that is not whole by its open days."""
    if not isinstance(commitment.measure, Count | Sum):
        return Owed(commitment.at_least, commitment.at_most)
    prorated = terms.prorated()
    is_closed = not terms.open_days()
    part = Fraction(*prorated) if prorated is not None and prorated[1] else Fraction(1)
    bounds = [_part(bound, part) for bound in (commitment.at_least, commitment.at_most)]
    return Owed(bounds[0], bounds[1], prorated, is_closed)


def _part(bound: Decimal | None, part: Fraction) -> Decimal | None:
    if bound is None or part == 1:
        return bound
    return (bound * part.numerator / part.denominator).quantize(CENTS)


def verdict(commitment: Commitment, owed: Owed, result: Result) -> str | None:
    """``kept``, ``missed``, or None where there is too little to judge by."""
    if owed.is_closed or (commitment.has_sample and result.among < commitment.min_sample):
        return None
    if owed.at_least is None and owed.at_most is None:
        return None
    return KEPT if within(commitment, owed, result) else MISSED


def within(commitment: Commitment, owed: Owed, result: Result) -> bool:
    """Whether the result is within what is owed; a share is compared exactly, not as it is shown."""
    figure, whole = (result.of * 100, result.among) if commitment.is_share else (result.of, 1)
    enough = owed.at_least is None or figure >= owed.at_least * whole
    return enough and (owed.at_most is None or figure <= owed.at_most * whole)


def overall(commitment: Commitment, owed: Owed, measured: Measured) -> str | None:
    """The verdict on a commitment; per owner it is missed as soon as one of them missed it."""
    if not commitment.per_owner:
        return verdict(commitment, owed, measured.total)
    verdicts = {verdict(commitment, owed, result) for result in measured.owners.values()}
    return MISSED if MISSED in verdicts else KEPT if KEPT in verdicts else None


def figure(commitment: Commitment, result: Result) -> int | str | None:
    """How a result is written: a number of leads; a sum, a share, or seconds of open time as text.

    A share is cut off after four decimals, or so much later that it stands on the same side of its bounds
    as the share itself: what looks kept is kept, and what looks missed is missed.
    """
    if isinstance(commitment.measure, Count):
        return int(result.of)
    if isinstance(commitment.measure, Sum):
        return plain(result.of)
    if not result.among:
        return None
    if commitment.is_time:
        return plain(cut(Fraction(result.of), 2, commitment.at_least, commitment.at_most))
    least, most = (
        None if bound is None else bound / 100 for bound in (commitment.at_least, commitment.at_most)
    )
    return plain(cut(Fraction(result.of) / result.among, PLACES, least, most))


def cut(number: Fraction, places: int, least: Decimal | None, most: Decimal | None) -> Decimal:
    """*number* cut off after *places* decimals; after more where it would seem to be nothing, or to miss
    *least* or to be within *most* against what it is.
    """

    def told(value: Fraction) -> tuple[bool, bool, bool]:
        enough = least is None or value >= Fraction(least)
        return value == 0, enough, most is None or value <= Fraction(most)

    while told(shown := Fraction(int(number * 10**places), 10**places)) != told(number):
        places += 1
    return Decimal(int(shown * 10**places)).scaleb(-places)


def plain(number: Decimal) -> str:
    """Plain notation without trailing zeros; ``0`` for zero."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def promise(commitment: Commitment, owed: Owed) -> dict[str, str]:
    """What is owed, as the file writes it: shares with their sign, times with their units."""
    bounds = {"at_least": owed.at_least, "at_most": owed.at_most}
    return {key: _as_written(commitment, bound) for key, bound in bounds.items() if bound is not None}


def _as_written(commitment: Commitment, bound: Decimal) -> str:
    if not commitment.is_time:
        return plain(bound) + ("%" if commitment.is_share else "")
    hours, rest = divmod(int(bound), 3600)
    parts = ((hours, "h"), (rest // 60, "m"), (rest % 60, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number)


def as_data(commitment: Commitment, owed: Owed, measured: Measured) -> dict[str, Any]:
    """Figure, promise, verdict and counts as an entry's data; no floats in it."""
    total = measured.total
    data: dict[str, Any] = {
        "figure": figure(commitment, total), **_counts(commitment, total),
        "promise": promise(commitment, owed), "verdict": overall(commitment, owed, measured),
    }  # fmt: skip
    if measured.unjudged:
        data["unjudged"] = list(measured.unjudged)
    if owed.prorated is not None:
        data["prorated"] = {"days": owed.prorated[0], "of": owed.prorated[1]}
    if commitment.per_owner:
        data["owners"] = [
            {
                "owner": owner, "figure": figure(commitment, result), **_counts(commitment, result),
                "verdict": verdict(commitment, owed, result),
            }
            for owner, result in sorted(measured.owners.items(), key=lambda each: each[0] or "")
        ]  # fmt: skip
    return data


def _counts(commitment: Commitment, result: Result) -> dict[str, int]:
    if isinstance(commitment.measure, Count):
        return {}
    if isinstance(commitment.measure, Sum):
        return {"leads": result.among}
    if commitment.is_time:
        return {"clocks": result.among}
    return {"of": int(result.of), "among": result.among}


def stored(measured: Measured) -> list[list[Any]]:
    """Every owner's result, for the row that restatements are compared with."""
    if measured.times is not None:
        return [[owner, str(took), number] for (owner, took), number in measured.times.counts.items()]
    return [[owner, plain(result.of), result.among] for owner, result in measured.owners.items()]


def restored(commitment: Commitment, rows: Sequence[Sequence[Any]]) -> Measured:
    """What :func:`stored` wrote."""
    if isinstance(commitment.measure, Timed):
        counts = {(owner, int(took)): number for owner, took, number in rows}
        return of_times(Times(commitment.measure.take, counts))
    return Measured({owner: Result(Decimal(of), among) for owner, of, among in rows})

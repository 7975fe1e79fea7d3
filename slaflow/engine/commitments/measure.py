"""A commitment measured: its results, from the log. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from slaflow.engine.commitments.redecide import Judged, judged
from slaflow.engine.commitments.schedule import Versions
from slaflow.engine.context import Context
from slaflow.lifecycle.commitments.results import First, Firsts, Measured, Result, Times, of_firsts, of_times
from slaflow.lifecycle.commitments.terms import Terms
from slaflow.store.commitments import measures
from slaflow.store.commitments.events import Window
from slaflow.store.database import Connection
from slaflow.store.rows import values
from slaflow.workflow.model.commitment import (
    Commitment,
    Count,
    Happening,
    Kept,
    Measure,
    Share,
    Sum,
    Timed,
    distinct_of,
    happenings_of,
)
from slaflow.workflow.model.workflow import Workflow


def measure(
    app: Context, connection: Connection, versions: Versions, terms: Terms, commitment: Commitment,
    known_by: datetime, decided_by: datetime, *, written_before: int | None = None,
    without_archived: bool = False,
) -> Measured:  # fmt: skip
    """What the log says by *known_by*; outcomes of a share's leads count until *decided_by*.

    *written_before* is the id of an entry: the log as it was when that was written. *without_archived* leaves
    out leads of which not every entry is in the log any more.
    """
    window = window_of(versions, terms, commitment, known_by, decided_by)
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
    if distinct_of(measured) is not None:
        return of_firsts(_firsts(connection, window, measured), unjudged)
    if isinstance(measured, Count):
        parts = measures.counted(connection, window, measured.of, each=measured.each)
    elif isinstance(measured, Share):
        parts = measures.shared(connection, window, measured)
    else:
        assert isinstance(measured, Kept)
        parts = measures.kept(connection, window, sorted(measured.targets), measured.noted)
    return Measured({part.owner: Result(Decimal(part.of), part.among) for part in parts}, unjudged)


def _firsts(connection: Connection, window: Window, measured: Measure) -> Firsts:
    """What counts once per value; a lead without one counts as itself."""
    if isinstance(measured, Share):
        noted, found = measured.among.noted, measures.valued_outcomes(connection, window, measured)
    else:
        assert isinstance(measured, Count)
        noted, found = measured.of.noted, measures.valued(connection, window, measured.of)
    name_of = values.namer(connection, noted or "")
    return Firsts.among(
        (
            f"lead:{each.lead}" if not each.value else each.value if each.is_erased else name_of(each.value),
            First(each.owner, each.hit, each.happened),
        )
        for each in found
    )


def window_of(
    versions: Versions, terms: Terms, commitment: Commitment, known_by: datetime, decided_by: datetime
) -> Window:
    """The period, and which entries are known and say what is asked of them."""
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
    same = (
        own.kind == wanted.kind
        and own.adds == wanted.adds
        and own.distinct == wanted.distinct
        and own.names >= wanted.names
    )
    return same and _text(own) == _text(wanted)


def _text(conditional: Happening | Kept) -> str | None:
    return None if conditional.when is None else conditional.when.text


def _of_amounts(amounts: Sequence[measures.Amount]) -> dict[str | None, Result]:
    owners: dict[str | None, Result] = {}
    for each in amounts:
        added = Result(Decimal(each.value) * each.leads, each.leads)
        owners[each.owner] = owners.get(each.owner, Result()) + added
    return owners

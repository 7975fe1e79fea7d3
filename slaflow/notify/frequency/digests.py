"""Several messages to one address as one letter: the worst in words, all of them counted.

Whether each is still true is asked before the letter is written; from then on it stays as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from slaflow.engine.context import Context
from slaflow.lifecycle.decision import Message
from slaflow.notify.letters.letter import Letter
from slaflow.notify.letters.truth import Gone
from slaflow.notify.letters.writer import as_digest, digest_id, letters_of, untrue
from slaflow.notify.links import stop_url_of
from slaflow.settings.reach import Reach
from slaflow.store.database import Connection
from slaflow.store.rows import outbox as outbox_store
from slaflow.store.rows.deliveries import Claimed
from slaflow.store.rows.outbox import Stored
from slaflow.store.sending import arranged

SAID = "the same went to this address already"
SHOWN = 25
"""Messages of a digest that are put into words; nobody reads more at once."""
WORST = ("breached", "escalated", "commitment", "warned", "unassigned", "held")
"""Kinds of messages, the worst first; whatever else there is comes after them."""


@dataclass(slots=True)
class Digest:
    """What became of deliveries that share a letter.

    ``held`` are those in it, of which the first stands for all; none where nothing is left to tell. ``gone``
    says why others are not told any more. ``letter`` is None where it was written before.
    """

    id: str = ""
    letter: Letter | None = None
    held: Sequence[Claimed] = ()
    gone: Mapping[int, Gone] = field(default_factory=dict)


def gathered(claimed: Iterable[Claimed]) -> list[list[Claimed]]:
    """Those of *claimed* that share letters, letter by letter, in the order of the log."""
    found: dict[str, list[Claimed]] = {}
    for each in claimed:
        if each.digest is not None:
            found.setdefault(each.digest, []).append(each)
    return [sorted(shared, key=lambda each: each.id) for shared in found.values()]


def digest_of(
    app: Context, conn: Connection, shared: Sequence[Claimed], said: Collection[int], reach: Reach,
    now: datetime, environment: Mapping[str, str] | None = None,
) -> Digest:  # fmt: skip
    """One letter of all that is *shared* and, before it is written, still true as of *now*.

    *said* are those whose entry went to the same address before.
    """
    if shared[0].body is not None:
        return Digest(digest_id(conn, shared[0]), held=shared)
    told = outbox_store.by_id(conn, {each.message for each in shared})
    gone = dict.fromkeys({*said, *_twice(shared, told)}, Gone("superseded", SAID))
    gone |= untrue(app, conn, shared, reach, now)
    held = [each for each in shared if each.id not in gone]
    if not held:
        return Digest(gone=gone)
    if held[0].id != shared[0].id:
        arranged.hand_on(conn, [each.id for each in held])
    worst = sorted(held, key=lambda each: badness(told[each.message].message))[:SHOWN]
    written = letters_of(app, conn, worst, reach, now, environment)
    letters = [letter for each in worst if isinstance(letter := written[each.id], Letter)]
    counts = Counter(told[each.message].message.kind for each in held)
    number = digest_id(conn, held[0])
    letter = as_digest(letters, number, dict(sorted(counts.items(), key=lambda each: _rank(each[0]))))
    url = stop_url_of(reach, held[0].address, held[0].channel, environment)
    return Digest(number, replace(letter, stop_url=url), held, gone)


def _twice(shared: Sequence[Claimed], told: Mapping[int, Stored]) -> Iterator[int]:
    """Those whose entry another before them tells: one place may hear for several."""
    seen: set[tuple[int | None, int, str]] = set()
    for each in shared:
        message = told[each.message].message
        entry = (each.lead_id, message.seq, message.kind)
        if entry in seen:
            yield each.id
        seen.add(entry)


def badness(message: Message) -> tuple[int, str, int]:
    """By what messages are sorted, the worst first: the kind, then what was due first."""
    return _rank(message.kind), str(message.data.get("due_at") or message.at.isoformat()), message.seq


def _rank(kind: str) -> int:
    return WORST.index(kind) if kind in WORST else len(WORST)

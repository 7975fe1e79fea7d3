"""Signed heads of the whole log: taken, compared with today's log, countersigned."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from operator import itemgetter

from slaflow.engine.context import Context
from slaflow.engine.log import archives
from slaflow.engine.log.archives import ArchivedEntries
from slaflow.engine.setup import people
from slaflow.engine.transaction import written
from slaflow.errors import REFUSED, SlaflowError
from slaflow.log.archive import STREAM
from slaflow.log.checkpoint import Checkpoint, check_signed, is_called, parse_checkpoint
from slaflow.log.errors import LogTampered, VerificationImpossible
from slaflow.log.keys import PrivateKey, PublicKey
from slaflow.log.merkle import Frontier
from slaflow.log.note import Note, Signed, parse_note, sign
from slaflow.log.prefix import Leaf, check_prefix, hashes
from slaflow.log.verify import Finding
from slaflow.store.database import Connection
from slaflow.store.log import checkpoints as store
from slaflow.store.log.checkpoints import KeptCheckpoint

__all__ = ["KeptCheckpoint", "Trusted", "cosign", "finding", "take", "trusted"]

Progress = Callable[[int], None]
_TOLD_EVERY = 10_000


class NotTheirKey(SlaflowError):
    """A key that is not of the party or person in whose name it was to sign."""

    code = "not_their_key"
    exit_code = REFUSED

    def __init__(self, key: str, who: str) -> None:
        self.key = key
        super().__init__(
            f'the key "{key}" is not of {who}; name the file of theirs with --key-file, '
            f"or make one with 'slaflow key new {who} -o {who}.key'"
        )


@dataclass(frozen=True, slots=True)
class Trusted:
    """A checkpoint that somebody trusted has signed; ``keys`` are theirs."""

    note: Note
    head: Checkpoint
    signatures: tuple[Signed, ...]
    keys: tuple[PublicKey, ...]


def trusted(data: bytes, keys: Collection[PublicKey], required: Collection[str] = ()) -> Trusted:
    """The checkpoint in *data*, where one of *keys* signed it, and none wrongly.

    Raises:
        VerificationImpossible: it is none, or nobody trusted signed it.
    """
    note = parse_note(data)
    head = parse_checkpoint(note.text)
    return Trusted(note, head, tuple(check_signed(note, keys, required)), tuple(keys))


def take(
    app: Context, key: PrivateKey, at: datetime | None = None, progress: Progress | None = None
) -> KeptCheckpoint:
    """Signs the head of the whole log as it is now, and keeps it.

    The way begins at the last head that *key* signed, so that its cost is that of the entries since.
    """
    now = app.present(at)
    with app.database.write() as conn:
        last = store.last_entry(conn)
    with app.database.read() as conn:
        tree = tree_up_to(conn, last, key.public, progress)

    def kept(conn: Connection) -> KeptCheckpoint:
        origin = store.origin(conn) or f"{key.name}/{store.identity_of(conn)}"
        head = Checkpoint(origin, tree.size, tree.root(), now)
        note = sign(Note(head.text()), key)
        taken = KeptCheckpoint(
            now, origin, head.size, head.root.hex(), note.signatures[0].encoded(), str(note), last,
            tree.packed(),
        )  # fmt: skip
        store.keep(conn, taken)
        return taken

    return written(app, kept)


def tree_up_to(
    conn: Connection, last: int, key: PublicKey | None = None, progress: Progress | None = None
) -> Frontier:
    """The tree over every entry up to the id *last*, archived ones too.

    It goes on from the last head that *key* signed, or from the last archive, whichever is later.
    """
    tree, after = max(_signed_start(conn, key), _archived_start(conn), key=lambda start: start[0].size)
    tree.extend(hashes(_told(store.leaves(conn, after, last), progress)))
    return tree


def _signed_start(conn: Connection, key: PublicKey | None) -> tuple[Frontier, int]:
    kept = None if key is None else store.latest(conn)
    head = None if kept is None or key is None else own(kept, [key])
    if kept is None or head is None:
        return Frontier(), 0
    tree = Frontier.unpacked(head.size, kept.frontier)
    return (tree, kept.last_entry) if tree is not None and tree.root() == head.root else (Frontier(), 0)


def _archived_start(conn: Connection) -> tuple[Frontier, int]:
    """Raises ``LogTampered`` where the record of the archives is not what was logged."""
    made = archives.kept_records(conn)
    if not made:
        return Frontier(), 0
    tree = Frontier.unpacked(made[-1].size, made[-1].frontier)
    wrong = archives.findings(conn)
    if wrong:
        raise wrong[0].as_error()
    if tree is None or tree.root().hex() != made[-1].root:
        raise LogTampered(
            None, STREAM, None, f"the tree recorded with {made[-1].file} is not what was logged"
        )
    return tree, made[-1].tree_entry


def leaves_of(conn: Connection, archived: ArchivedEntries | None) -> Iterator[Leaf]:
    """Every leaf of the whole log by id.

    Raises:
        VerificationImpossible: some are archived, and their files are not at hand.
        LogTampered: one of the files was changed.
    """
    made = archives.kept_records(conn)
    if not made:
        return store.leaves(conn)
    if archived is not None and archived.changed:
        raise archived.changed[0].as_error()
    if archived is None:
        raise VerificationImpossible(
            f"{sum(record.entries for record in made)} of its entries are archived in "
            f"{', '.join(record.file for record in made[:3])}{', ...' if len(made) > 3 else ''}; "
            "name their folder with --archive"
        )
    return merge(store.leaves(conn), archived.leaves(), key=itemgetter(0))


def own(kept: KeptCheckpoint, keys: Collection[PublicKey]) -> Checkpoint | None:
    """The kept head as it was signed; None where the row does not hold what one of *keys* signed."""
    try:
        return trusted(kept.note.encode(), keys).head
    except VerificationImpossible:
        return None


def _told(leaves: Iterator[Leaf], progress: Progress | None) -> Iterator[Leaf]:
    for number, leaf in enumerate(leaves, 1):
        if progress is not None and number % _TOLD_EVERY == 0:
            progress(number)
        yield leaf


def finding(
    conn: Connection,
    given: Trusted,
    progress: Progress | None = None,
    archived: ArchivedEntries | None = None,
) -> Finding | None:
    """What is wrong with the log, if it does not begin with the entries that were signed.

    Heads kept in the database are used only to tell where the change lies.

    Raises:
        VerificationImpossible: the checkpoint is of another log.
    """
    check_origin(conn, given.head)
    between = (own(kept, given.keys) for kept in store.up_to_size(conn, given.head.size))
    leaves = _told(leaves_of(conn, archived), progress)
    return check_prefix(leaves, given.head, (head for head in between if head is not None))


def check_origin(conn: Connection, signed: Checkpoint) -> None:
    """Raises ``VerificationImpossible`` for a checkpoint of another log."""
    mine = store.identity_of(conn)
    if signed.origin.rpartition("/")[2] != mine:
        raise VerificationImpossible(
            f"the checkpoint is of another log: of {signed.origin}, not of .../{mine}"
        )


def cosign(
    app: Context, given: Trusted, key: PrivateKey, who: str, archived: ArchivedEntries | None = None
) -> Note:
    """The checkpoint with *key*'s signature, given in the name of *who*, below the others.

    Raises:
        NotTheirKey: the key's name is neither that of *who* nor of their party.
        VerificationImpossible: it is of another log.
        LogTampered: the log does not begin with what it says.
    """
    with app.database.read() as conn:
        actor = people.actor(app, who, conn)
        if not any(is_called(key.name, name) for name in (actor.name, actor.party)):
            raise NotTheirKey(key.name, who)
        check_origin(conn, given.head)
        found = finding(conn, given, None, archived)
    if found is not None:
        raise found.as_error()
    return sign(given.note, key)

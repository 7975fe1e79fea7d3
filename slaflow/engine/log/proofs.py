"""Proofs that entries are in the log whose head was signed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import takewhile

from slaflow.engine.context import Context
from slaflow.engine.log.archives import ArchivedEntries
from slaflow.engine.log.checkpoints import Trusted, check_origin, leaves_of, own, trusted
from slaflow.errors import REFUSED, SlaflowError, UnknownName
from slaflow.log.checkpoint import parse_checkpoint
from slaflow.log.entry import Entry
from slaflow.log.errors import LogTampered
from slaflow.log.keys import PublicKey
from slaflow.log.merkle import check_inclusion, prove_inclusion
from slaflow.log.note import Note
from slaflow.log.prefix import Leaf, hashes
from slaflow.log.proof import HASHED, Proof
from slaflow.store.log import checkpoints as store
from slaflow.store.log.entries import heads


class NotCovered(SlaflowError):
    """An entry that was written after the checkpoint was taken."""

    code = "not_covered"
    exit_code = REFUSED

    def __init__(self, entry_id: int, size: int) -> None:
        self.entry_id = entry_id
        super().__init__(
            f"entry {entry_id} is not among the first {size} of the log, which are all that was signed; "
            "take a checkpoint and prove it under that"
        )


def prove(
    app: Context,
    entry_id: int,
    given: Trusted,
    *,
    with_data: bool = False,
    archived: ArchivedEntries | None = None,
) -> Proof:
    """Proof that an entry is in the log whose head was signed.

    Args:
        with_data: also what people wrote in it, and the salt that its hash was made with.

    Raises:
        UnknownName: the log has no such entry.
        NotCovered: it came after that head.
        LogTampered: the log is not the one that was signed.
        VerificationImpossible: the checkpoint is of another log.
    """
    head = given.head
    with app.database.read() as conn:
        check_origin(conn, head)
        every = leaves_of(conn, archived)
        entry = store.entry_of(conn, entry_id)
        if entry is None and archived is not None:
            entry = archived.entry(entry_id, heads(conn))
        if entry is None:
            raise UnknownName("entry", str(entry_id))
        index = sum(1 for _ in takewhile(lambda leaf: leaf[0] < entry_id, every))
        if index >= head.size:
            raise NotCovered(entry_id, head.size)
        path = _path(leaves_of(conn, archived), index, head.size)
        salt = store.salt_of(conn, entry) if with_data else None
    return _proof(entry, index, path, given.note, salt)


def _path(leaves: Iterator[Leaf], index: int, size: int) -> list[bytes]:
    try:
        return prove_inclusion(hashes(leaves), index, size)
    except ValueError as error:
        raise LogTampered(None, None, None, f"entries are missing: {error}") from error


def _proof(entry: Entry, index: int, path: list[bytes], note: Note, salt: bytes | None) -> Proof:
    shown = entry.as_json()
    header = {key: shown[key] for key in HASHED}
    data = None if salt is None else entry.data_text
    proof = Proof(header, index, tuple(path), note, data, None if data is None else salt)
    if proof.entry_hash.hex() != entry.hash:
        reason = "it was changed: its hash is another"
        raise LogTampered(entry.id, entry.stream, entry.seq, reason, proof.entry_hash.hex(), entry.hash)
    head = parse_checkpoint(note.text)
    if not check_inclusion(proof.entry_hash, index, head.size, path, head.root):
        raise LogTampered(None, None, None, f"its first {head.size} entries are not those that were signed")
    return proof


def kept_over(app: Context, entry_id: int, keys: Collection[PublicKey]) -> Trusted | None:
    """The last head kept that one of *keys* signed and that an entry is under; None where there is none."""
    with app.database.read() as conn:
        kept = store.latest(conn)
    if kept is None or kept.last_entry < entry_id or own(kept, keys) is None:
        return None
    return trusted(kept.note.encode(), keys)

"""The job ``prove``: an entry is under the last head that was signed, as a file to be checked elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from slaflow.engine.jobs.kinds import Kind, Parameters, Work
from slaflow.engine.log import proofs
from slaflow.engine.log.checkpoints import Trusted
from slaflow.errors import InvalidValue
from slaflow.language import _
from slaflow.log.checkpoint import parse_checkpoint
from slaflow.log.note import parse_note
from slaflow.store.log import checkpoints as store

if TYPE_CHECKING:
    from slaflow.engine.app import Engine


class NothingSigned(InvalidValue):
    """A proof without a head under which it could be."""

    code = "nothing_signed"


def check(app: Engine, asked: Mapping[str, Any]) -> Parameters:
    """``entry``, its number. Raises ``InvalidValue``, ``NothingSigned``."""
    entry = asked.get("entry")
    if set(asked) != {"entry"} or type(entry) is not int or not 0 < entry < 10**18:
        raise InvalidValue("a proof is told entry, an entry's number, and nothing else")
    with app.database.read() as conn:
        kept = store.latest(conn)
        if store.entry_of(conn, entry) is None:
            raise InvalidValue(_("there is no entry {entry} in this log").format(entry=entry))
    if kept is None or kept.last_entry < entry:
        raise NothingSigned(
            _("no head was signed since entry {entry}; 'slaflow log checkpoint' signs one").format(
                entry=entry
            )
        )
    return {"entry": entry}


def run(app: Engine, work: Work) -> dict[str, Any]:
    """The proof's file; its signatures are for whoever has the keys to check."""
    with app.database.read() as conn:
        kept = store.latest(conn)
    assert kept is not None
    note = parse_note(kept.note.encode())
    given = Trusted(note, parse_checkpoint(note.text), (), ())
    entry = work.parameters["entry"]
    proof = proofs.prove(app, entry, given)
    work.name_file(f"proof-{entry}.json", "application/json")
    work.write(proof.as_file())
    return {"entry": entry, "index": proof.index, "size": given.head.size, "root": given.head.root.hex()}


PROVE = Kind("prove", "verify", check, run, holds_leads=False)

"""``slaflow log checkpoint|cosign|prove|check-proof``: signed heads of the log, and proofs under them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slaflow.settings.environment import key_file

from ..file_options import OutputFile
from ..options import Command, at_option
from ..output import Page, write
from ..session import Session, pass_session
from ..words import counted, entry_words
from .archive import archive_option, archived_in
from .key import private_option, trust_options, trusted_keys
from .verify import FILE, bytes_of, head_json, head_words, signature_lines, signed_checkpoint

if TYPE_CHECKING:
    from slaflow.engine.log.checkpoints import Trusted
    from slaflow.log.proof import Proof

TYPES = ("json", "tlog-proof")


@click.command("checkpoint", cls=Command)
@click.option("-o", "--output", type=OutputFile(dir_okay=False, is_checkpoint=True), metavar="FILE",
              help="Where to put it; kept in the database too. Without: on standard output.")  # fmt: skip
@private_option
@at_option
@pass_session
def checkpoint(session: Session, output: Path | None, private: Path | None, at: datetime | None) -> None:
    """Signs the head of the whole log: how many entries, and the root of the tree over them.

    Keep it where the operators of the database cannot write: it binds the log up to here for ever.
    """
    from slaflow.engine.log.keys import read_private
    from slaflow.lifecycle.decision import instant_text

    key = read_private(key_file(private))
    with session.out.progress("entries") as progress:
        taken = session.engine.checkpoint(key, at=at, progress=lambda number: progress(number, None))
    answer = {
        "size": taken.size,
        "root": taken.root,
        "at": instant_text(taken.at),
        "signature": taken.signature,
        "origin": taken.origin,
    }
    if output is not None:
        _put(session, output, taken.note.encode(), is_checkpoint=True)

    def page(page: Page) -> None:
        if output is None:
            write(taken.note)
        else:
            page.line(f"{output}: {counted(taken.size, 'entry', 'entries')} under root {taken.root}")

    session.out.show(answer, page)


@click.command("cosign", cls=Command, acts=True)
@click.argument("file", metavar="CHECKPOINT_FILE", type=FILE)
@private_option
@archive_option
@trust_options
@pass_session
def cosign(
    session: Session, file: Path, private: Path | None, folders: tuple[Path, ...], keys: tuple[str, ...],
    required: list[str],
) -> None:  # fmt: skip
    """Adds the signature of a party or person to a checkpoint, once the log at hand bears it out.

    Its earlier signatures are checked with --key; the key that signs is that of --as WHO, by its name.
    """
    from slaflow.engine.log.checkpoints import cosign as add_signature
    from slaflow.engine.log.keys import read_private

    who, key = session.require_actor(), read_private(key_file(private))
    known = signed_checkpoint(file, keys, required)
    note = add_signature(session.engine, known, key, who, archived_in(session, folders))
    _put(session, file, str(note).encode(), is_checkpoint=True)
    names = [signature.name for signature in note.signatures]
    answer = {"file": str(file), "signed_by": names, "size": known.head.size, "root": known.head.root.hex()}
    session.out.show(answer, lambda page: page.line(f"{file}: signed by {', '.join(names)}"))


@click.command("prove", cls=Command)
@click.argument("entry", metavar="ENTRY_ID", type=int)
@click.option("--checkpoint", "file", type=FILE, metavar="FILE",
              help="Under this one; default: the last that was kept, or a new one.")  # fmt: skip
@click.option("-o", "--output", type=OutputFile(dir_okay=False), metavar="FILE",
              help="Where to put it; default: standard output.")  # fmt: skip
@click.option("--type", "kind", type=click.Choice(TYPES), default="json", show_default=True,
              help="The proof's format; tlog-proof is that of c2sp.org.")  # fmt: skip
@click.option("--with-data", is_flag=True, help="Also what people wrote in the entry, and its salt.")
@private_option
@archive_option
@trust_options
@pass_session
def prove(
    session: Session, entry: int, file: Path | None, output: Path | None, kind: str, with_data: bool,
    private: Path | None, folders: tuple[Path, ...], keys: tuple[str, ...], required: list[str],
) -> None:  # fmt: skip
    """Proof that an entry is in the log, for who has neither the database nor slaflow.

    It holds the entry without its data, the way to the root, and the signed checkpoint.
    """
    if with_data and kind != "json":
        raise click.UsageError("--with-data goes with --type json only")
    given = signed_checkpoint(file, keys, required) if file is not None else _kept(session, entry, private)
    archived = archived_in(session, folders)
    proof = session.engine.prove(entry, given, with_data=with_data, archived=archived)
    data = proof.as_file() if kind == "json" else proof.as_tlog_proof()
    if output is None:
        write(data)
        return
    _put(session, output, data)
    answer = {
        "entry": entry,
        "index": proof.index,
        **head_json(given.head, given.signatures),
        "file": str(output),
    }
    words = f"{output}: entry {entry} is number {proof.index + 1} of {head_words(given.head)}"
    session.out.show(answer, lambda page: page.line(words))


def _kept(session: Session, entry: int, private: Path | None) -> Trusted:
    """The last checkpoint kept, if the entry is under it; else one signed now."""
    from slaflow.engine.log.checkpoints import trusted
    from slaflow.engine.log.keys import read_private
    from slaflow.engine.log.proofs import kept_over

    key = read_private(key_file(private))
    kept = kept_over(session.engine, entry, [key.public])
    if kept is not None:
        return kept
    taken = session.engine.checkpoint(key)
    session.out.say(f"no checkpoint counts entry {entry} yet; signed one of {taken.size} entries")
    return trusted(taken.note.encode(), [key.public])


@click.command("check-proof", cls=Command)
@click.argument("file", type=FILE)
@trust_options
@pass_session
def check_proof(session: Session, file: Path, keys: tuple[str, ...], required: list[str]) -> None:
    """Whether a proof holds; needs no database. Exit code 1 if not, 3 if it could not be found out."""
    from slaflow.log.errors import ProofInvalid, VerificationImpossible
    from slaflow.log.proof import check_proof as checked
    from slaflow.log.proof import parse_proof

    known = trusted_keys(keys)
    try:
        proof = parse_proof(bytes_of(file))
        proved = checked(proof, known, required)
    except (ProofInvalid, VerificationImpossible) as error:
        raise type(error)(f"{file}: {error.reason}") from error
    answer = {
        "ok": True,
        "entry": dict(proof.header),
        "data": proof.data,
        "index": proof.index,
        **head_json(proved.checkpoint, proved.signatures),
    }

    def page(page: Page) -> None:
        page.line(("the proof holds", "bold green"), f": {_told(proof)}")
        page.line(
            f"number {proof.index + 1} of {head_words(proved.checkpoint)}, log {proved.checkpoint.origin}"
        )
        signature_lines(page, proved.signatures)

    session.out.show(answer, page)


def _told(proof: Proof) -> str:
    """The entry in a few words."""
    import json

    header = proof.header
    entry = {**header, "data": None if proof.data is None else json.loads(proof.data)}
    is_telling = proof.data is not None or header["target"] or header["trigger"]
    words = entry_words(entry) if is_telling else ""
    return f"{header['stream']}, entry {header['seq']}, {header['at']} {header['kind']} {words}".rstrip()


def _put(session: Session, file: Path, data: bytes, *, is_checkpoint: bool = False) -> None:
    from slaflow.engine.files.atomic import new_file
    from slaflow.engine.files.kinds import CHECKPOINT
    from slaflow.engine.files.own import Protected

    protected = Protected(session.engine, replaces=CHECKPOINT if is_checkpoint else "")
    with new_file(file, protected) as opened:
        opened.write(data)

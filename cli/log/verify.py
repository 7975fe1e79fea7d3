"""``slaflow log verify``: whether the log still stands as it was written, and as it was signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..file_options import InputFile
from ..options import Command
from ..output import Page, tell
from ..session import Session, pass_session
from ..words import clean, counted, instant, listed
from .archive import archive_option, archived_in, archived_words
from .key import trust_options, trusted_keys
from .replay import decided_again, replay_lines, tell_differences

if TYPE_CHECKING:
    from slaflow.engine.log.checkpoints import Trusted
    from slaflow.log.checkpoint import Checkpoint
    from slaflow.log.note import Signed
    from slaflow.log.verify import Verification

FILE = InputFile(dir_okay=False)


@click.command("verify", cls=Command)
@click.option("--checkpoint", "file", type=FILE, metavar="FILE",
              help="Also that the log extends what this signed checkpoint counts.")  # fmt: skip
@click.option("--replay", is_flag=True, help="Also decide every step again from the log, and compare.")
@click.option("--jobs", type=click.IntRange(1, 64), metavar="N",
              help="Processes that share the work; default: a core each, where that pays.")  # fmt: skip
@archive_option
@trust_options
@pass_session
def verify(
    session: Session, file: Path | None, replay: bool, jobs: int | None, folders: tuple[Path, ...],
    keys: tuple[str, ...], required: list[str],
) -> None:  # fmt: skip
    """Recomputes every hash and names the first entry that was changed; exit code 1 if there is one.

    Exit code 3 means that it could not be found out, and says nothing about the log.
    """
    signed = None if file is None else signed_checkpoint(file, keys, required)
    archived = archived_in(session, folders)
    with session.out.progress("entries") as progress:
        found = session.engine.verify(lambda number: progress(number, None), signed, archived, jobs=jobs)
    answer = found.as_json()
    if signed is not None:
        extends = not any(finding.stream is None for finding in found.findings)
        answer["checkpoint"] = {**head_json(signed.head, signed.signatures), "extended": extends}
    again = decided_again(session, answer, jobs) if replay and found.ok else None

    def page(page: Page) -> None:
        _page(page, found, signed)
        if again is not None:
            replay_lines(page, again)

    session.out.show(answer, page)
    for finding in found.findings:
        tell(clean(f"slaflow: {finding.as_error()}"))
    if archived is None and (unread := archived_words(session)):
        session.out.say(f"not read: {unread}; give --archive DIR to check them too")
    if again is not None:
        tell_differences(again)
    if not answer["ok"]:
        raise click.exceptions.Exit(1)


def signed_checkpoint(file: Path, keys: tuple[str, ...], required: list[str]) -> Trusted:
    """The checkpoint in *file*, which one of *keys* signed. Raises ``VerificationImpossible``."""
    from slaflow.engine.log.checkpoints import trusted
    from slaflow.log.errors import VerificationImpossible

    known = trusted_keys(keys)
    try:
        return trusted(bytes_of(file), known, required)
    except VerificationImpossible as error:
        raise VerificationImpossible(f"{file}: {error.reason}") from error


def bytes_of(file: Path) -> bytes:
    """What a checkpoint or a proof holds. Raises ``VerificationImpossible`` where that cannot be read."""
    from slaflow.log.errors import VerificationImpossible
    from slaflow.log.note import MAX_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise VerificationImpossible(
            f"it cannot be read: {(error.strerror or str(error)).lower()}"
        ) from error


def _page(page: Page, found: Verification, signed: Trusted | None) -> None:
    read = f"{counted(found.entries, 'entry', 'entries')} in {counted(found.streams, 'stream')}"
    if not found.ok:
        changed = [finding for finding in found.findings if finding.stream is not None]
        lost = f"{counted(len(changed), 'stream')} not intact; " if changed else ""
        page.line(("the log was changed", "bold red"), f": {lost}read {read}")
        return
    page.line(("the log is as it was written", "bold green"), f": {read}")
    if signed is not None:
        page.line(("it extends the checkpoint", "bold green"), f" of {head_words(signed.head)}")
        signature_lines(page, signed.signatures)


def head_words(head: Checkpoint) -> str:
    """How many entries were signed, and when."""
    from slaflow.lifecycle.decision import instant_text

    when = "" if head.at is None else f", taken on {instant(instant_text(head.at))} UTC"
    return f"{counted(head.size, 'entry', 'entries')}{when}"


def signature_lines(page: Page, signatures: tuple[Signed, ...]) -> None:
    """Who signed, and whose signatures nobody could check."""
    valid = listed((each.name for each in signatures if each.verdict == "valid"), "")
    unknown = listed((each.name for each in signatures if each.verdict == "unknown"), "")
    page.line(f"signed by {valid}")
    if unknown:
        page.line(f"not checked, for want of a key: {unknown}")


def head_json(head: Checkpoint, signatures: tuple[Signed, ...]) -> dict[str, Any]:
    """What was signed and by whom, in our JSON."""
    from slaflow.lifecycle.decision import instant_text

    return {
        "origin": head.origin,
        "size": head.size,
        "root": head.root.hex(),
        "at": None if head.at is None else instant_text(head.at),
        "signatures": [
            {"name": each.name, "id": each.key_id, "verdict": each.verdict} for each in signatures
        ],
    }

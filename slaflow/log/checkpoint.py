"""The head of the whole log as a text to be signed: which log, how many entries, under which root.

Four lines: the log's origin, the number of entries, the root of the tree over them in base64, and when it
was taken, which the format allows as an extension. Source: c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from slaflow.errors import did_you_mean
from slaflow.lifecycle.decision import instant_text
from slaflow.log.errors import VerificationImpossible
from slaflow.log.keys import PublicKey, decode_base64
from slaflow.log.merkle import SIZE
from slaflow.log.note import Note, Signed, check

_COUNT = re.compile(r"0|[1-9][0-9]{0,18}")
_AT = "at "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed. ``origin`` tells logs apart; ``root`` is 32 bytes; ``at`` None where not told."""

    origin: str
    size: int
    root: bytes
    at: datetime | None = None

    def text(self) -> str:
        when = "" if self.at is None else f"{_AT}{instant_text(self.at)}\n"
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n{when}"


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that a note's text spells; lines of others below the root are passed over.

    Raises:
        VerificationImpossible: it spells none.
    """
    lines = text.split("\n")[:-1]
    if len(lines) < 3 or "" in lines:
        raise VerificationImpossible("it is no checkpoint: origin, size and root make three lines at least")
    origin, size, encoded, *extensions = lines
    root = decode_base64(encoded)
    if not _COUNT.fullmatch(size) or root is None or len(root) != SIZE:
        raise VerificationImpossible("it is no checkpoint: its size or its root cannot be read")
    return Checkpoint(origin, int(size), root, _instant(extensions))


def _instant(extensions: Iterable[str]) -> datetime | None:
    for line in extensions:
        if line.startswith(_AT):
            try:
                at = datetime.fromisoformat(line.removeprefix(_AT))
            except ValueError:
                return None
            return at.astimezone(UTC) if at.tzinfo is not None else None
    return None


def check_signed(note: Note, keys: Collection[PublicKey], required: Collection[str] = ()) -> list[Signed]:
    """What every signature is worth, where at least one of *keys* signed and none of them wrongly.

    Args:
        required: names that must have signed: a key's whole name, or what stands behind its last ``/``.

    Raises:
        VerificationImpossible: nothing that is trusted vouches for the text, so that it proves nothing.
    """
    if not keys:
        raise VerificationImpossible("there is no key to check signatures with; name one with --key")
    signed = check(note, keys)
    wrong = [each.name for each in signed if each.verdict == "invalid"]
    if wrong:
        raise VerificationImpossible(f"the signature of {wrong[0]} is not over this text")
    valid = [each.name for each in signed if each.verdict == "valid"]
    if not valid:
        there = ", ".join(f"{each.name}+{each.key_id}" for each in signed) or "nobody"
        given = ", ".join(f"{key.name}+{key.id.hex()}" for key in keys)
        raise VerificationImpossible(f"none of the keys given signed it: signed by {there}, given {given}")
    for name in required:
        if not any(is_called(one, name) for one in valid):
            raise VerificationImpossible(
                f"{name} has not signed it, or the key of {name} was not given{did_you_mean(name, valid)}"
            )
    return signed


def is_called(key_name: str, name: str) -> bool:
    """Whether a key of that name is *name*'s: ``example.com/sales`` is the key of ``sales``."""
    return name in (key_name, key_name.rpartition("/")[2])

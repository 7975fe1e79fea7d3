"""Signed notes: a text, and under it a line for each who signed it.

The bytes of one, whose text ends at the last empty line; each line is ``— NAME BASE64``, BASE64 the
signing key's id (4 bytes) and the signature over the text, its last newline included::

    example.com/leads/1c5e0c6a3a8d4c11
    91
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — example.com/leads Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URY...

Source: c2sp.org/signed-note.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from slaflow.log.errors import VerificationImpossible
from slaflow.log.keys import PrivateKey, PublicKey, decode_base64

MAX_BYTES = 1_000_000
MAX_SIGNATURES = 100
_DASH = "\N{EM DASH} "
_ID_SIZE = 4

Verdict = Literal["valid", "invalid", "unknown"]


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note: whose it says it is, the id of the key, and the signature's bytes."""

    name: str
    key_id: bytes
    data: bytes

    def encoded(self) -> str:
        return base64.b64encode(self.key_id + self.data).decode()

    def is_by(self, key: PublicKey) -> bool:
        """Whether it says that *key* made it."""
        return (self.name, self.key_id) == (key.name, key.id)


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and the signatures under it, in order."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def __str__(self) -> str:
        lines = (f"{_DASH}{signature.name} {signature.encoded()}\n" for signature in self.signatures)
        return f"{self.text}\n{''.join(lines)}"


@dataclass(frozen=True, slots=True)
class Signed:
    """What became of one signature: ``unknown`` where no key was given that could check it."""

    name: str
    key_id: str
    verdict: Verdict


def parse_note(data: bytes) -> Note:
    """The note of these bytes.

    Raises:
        VerificationImpossible: they are none, as when only half a file was written.
    """
    if len(data) > MAX_BYTES:
        raise VerificationImpossible("it is larger than 1 MB, which no signed note is")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise VerificationImpossible("it is not UTF-8 text, which every signed note is") from None
    if any(c < " " and c != "\n" for c in whole):
        raise VerificationImpossible("it holds control characters, which no signed note does")
    text, blank, below = whole.rpartition("\n\n")
    if not blank or not text:
        raise VerificationImpossible("it is no signed note: no empty line stands between text and signatures")
    if not below.endswith("\n"):
        raise VerificationImpossible("its last line is cut off")
    lines = below[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise VerificationImpossible(f"it has more than {MAX_SIGNATURES} signatures")
    return Note(text + "\n", tuple(map(_signature, lines)))


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    data = decode_base64(encoded)
    if not line.startswith(_DASH) or not space or not name or data is None or len(data) <= _ID_SIZE:
        raise VerificationImpossible("a line below its text is no signature")
    return Signature(name, data[:_ID_SIZE], data[_ID_SIZE:])


def sign(note: Note, key: PrivateKey) -> Note:
    """*note* with a line of *key* below the others; its own earlier line, if any, is replaced."""
    made = Signature(key.name, key.public.id, key.sign(note.text.encode()))
    others = tuple(each for each in note.signatures if not each.is_by(key.public))
    return Note(note.text, (*others, made))


def check(note: Note, keys: Iterable[PublicKey]) -> list[Signed]:
    """What each signature of *note* is worth to who trusts *keys*, in the order of its lines."""
    known = {(key.name, key.id): key for key in keys}
    text = note.text.encode()

    def verdict(signature: Signature) -> Verdict:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            return "unknown"
        return "valid" if key.check(text, signature.data) else "invalid"

    return [Signed(each.name, each.key_id.hex(), verdict(each)) for each in note.signatures]

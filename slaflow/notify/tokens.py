"""What makes links ours: a few words signed with HMAC-SHA256, and read again. Reads no clock.

``KEY.PAYLOAD.SIGNATURE``: which key signed it, a JSON list, the signature; each in URL-safe base64. The only
importer of ``itsdangerous``.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson
from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from slaflow.errors import ENVIRONMENT, SlaflowError
from slaflow.language import _

VERSION = 1
SHORTEST_KEY = 32
LONGEST = 4000
"""Characters of a link's own part; what is longer is none of ours."""
_SIGNATURE = 43
"""Characters of an HMAC-SHA256 in URL-safe base64."""


class KeyTooShort(SlaflowError):
    """A key that can be guessed signs nothing."""

    code = "key_too_short"
    exit_code = ENVIRONMENT

    def __init__(self) -> None:
        super().__init__(
            f"[links] key: under {SHORTEST_KEY} characters; make one with 'openssl rand -base64 32'"
        )


class LinkBroken(SlaflowError):
    """What was opened is no link of ours as we made it."""

    code = "link_broken"


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of links; the first signs, all are accepted. None of them is ever shown.

    Raises:
        KeyTooShort: one could be guessed.
    """

    values: tuple[str, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if any(len(value) < SHORTEST_KEY for value in self.values):
            raise KeyTooShort

    def sign(self, kind: str, said: Sequence[Any]) -> str:
        """*said* as the part of a link that makes it one; a *kind* never passes for another."""
        payload = base64_encode(orjson.dumps([VERSION, *said]))
        return f"{_name(self.values[0])}.{_signer(self.values[0], kind).sign(payload).decode()}"

    def read(self, kind: str, text: str) -> list[Any]:
        """What :meth:`sign` was given. Raises ``LinkBroken``: cut short, changed, or of another key."""
        name, _dot, signed = text.partition(".")
        payload, _dot, signature = signed.rpartition(".")
        if not text.isascii() or len(text) > LONGEST:
            raise LinkBroken(_("this is no link of ours; open it from the message as it came"))
        if not payload or len(signature) != _SIGNATURE:
            raise LinkBroken(_("this link was cut short; open the whole of it from the message"))
        known = [key for key in self.values if _name(key) == name]
        if not known:
            raise LinkBroken(
                _("this link was made with a key that is not in use here; wait for the next message")
            )
        return _said(known, kind, signed, signature)


def _said(keys: Sequence[str], kind: str, signed: str, signature: str) -> list[Any]:
    changed = LinkBroken(_("this link was changed on its way; open it from the message as it came"))
    for key in keys:
        try:
            payload = _signer(key, kind).unsign(signed)
            # Two texts may stand for the same bytes; only the one that we wrote is ours.
            if base64_encode(base64_decode(signature)).decode() != signature:
                raise changed
            version, *said = orjson.loads(base64_decode(payload))
        except (BadData, ValueError):
            continue
        if version != VERSION:
            raise LinkBroken(_("this link was made by another version of slaflow; wait for the next message"))
        found: list[Any] = said
        return found
    raise changed


def _signer(key: str, kind: str) -> Signer:
    return Signer(key, salt=kind, sep=".", key_derivation="hmac", digest_method=sha256)


def _name(key: str) -> str:
    """Tells keys apart without telling anything of them."""
    return base64_encode(hmac.digest(key.encode(), b"slaflow.key", sha256)[:3]).decode()

"""Ed25519 keys of who signs heads of the log, as text that other implementations of signed notes read.

A public key is ``NAME+ID+BASE64``, a private one ``PRIVATE+KEY+NAME+ID+BASE64``, where BASE64 is a byte
0x01 and the 32 bytes of the key, and ID the first four bytes, in hex, of::

    sha256(name || 0x0a || 0x01 || public key)

Source: c2sp.org/signed-note, and Go's golang.org/x/mod/sumdb/note for the text of keys.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from slaflow.log.errors import KeyInvalid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# cryptography is imported where a signature is at hand: most commands have none, and it takes 25 ms.
SEED_SIZE = 32
PRIVATE = "PRIVATE+KEY+"
_ED25519 = b"\x01"
_ID_SIZE = 4


@dataclass(frozen=True)
class PublicKey:
    """Who may have signed: a name and the 32 bytes that check."""

    name: str
    data: bytes

    @cached_property
    def id(self) -> bytes:
        """Four bytes that, with the name, tell this key from others."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.data).digest()[:_ID_SIZE]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(_ED25519 + self.data)}"

    def check(self, text: bytes, signature: bytes) -> bool:
        """Whether *signature* is this key's over *text*."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.data).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class PrivateKey:
    """Who signs: a name and a secret of 32 bytes, which no message ever shows."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        check_name(self.name)

    @cached_property
    def public(self) -> PublicKey:
        return PublicKey(self.name, self._signer.public_key().public_bytes_raw())

    @cached_property
    def _signer(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def sign(self, text: bytes) -> bytes:
        """The 64 bytes of the signature over *text* (RFC 8032)."""
        return self._signer.sign(text)

    def secret_text(self) -> str:
        """The key as its file holds it."""
        return f"{PRIVATE}{self.name}+{self.public.id.hex()}+{_base64(_ED25519 + self.seed)}"


def check_name(name: str) -> None:
    """Raises :class:`KeyInvalid` for a name that no signature line can carry."""
    if not name or "+" in name or any(c.isspace() or not c.isprintable() for c in name):
        raise KeyInvalid(
            f'"{name}" is no name of a key: it has no spaces and no plus, as in example.com/sales'
        )


def parse_public(text: str) -> PublicKey:
    """The key that *text* spells.

    Raises:
        KeyInvalid: it spells none, or a private one.
    """
    if text.startswith(PRIVATE):
        raise KeyInvalid("this is a private key; give its public half, which 'slaflow key show' prints")
    name, key_id, data = _parts(text)
    key = PublicKey(name, data)
    _check_id(key, key_id)
    return key


def parse_private(text: str) -> PrivateKey:
    """The private key that *text* spells. Raises :class:`KeyInvalid`; no message quotes the text."""
    if not text.startswith(PRIVATE):
        raise KeyInvalid("this is no private key; 'slaflow key new' makes one")
    name, key_id, seed = _parts(text.removeprefix(PRIVATE))
    key = PrivateKey(name, seed)
    _check_id(key.public, key_id)
    return key


def _parts(text: str) -> tuple[str, str, bytes]:
    # Base64 may hold plus signs, names may not.
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    check_name(name)
    data = decode_base64(encoded)
    if data is None or len(data) != 1 + SEED_SIZE:
        raise KeyInvalid("this is no key: it is not written as NAME+ID+BASE64")
    if data[:1] != _ED25519:
        raise KeyInvalid(f"slaflow checks Ed25519 keys; this one is of type {data[0]}")
    return name, key_id, data[1:]


def _check_id(key: PublicKey, key_id: str) -> None:
    if key.id.hex() != key_id:
        raise KeyInvalid(f'the key "{key.name}" is damaged: its id is {key.id.hex()}, not {key_id[:8]}')


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def decode_base64(text: str) -> bytes | None:
    """The bytes, where *text* is their one and only encoding in standard base64; else None."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if _base64(data) == text else None

"""What people wrote, as an archive holds it: readable only as long as the lead's salt exists.

The salt stands in the database alone, and erasing a person destroys it: no copy of an archive, wherever it
lies, then holds anything of them, and no byte of it had to change. The bytes::

    key    = HKDF-SHA256(salt, info="slaflow archive")     # 32 bytes, RFC 5869 without a salt of its own
    locked = AES-256-GCM(key, nonce, data_text)            # nonce: the entry's seq, 12 bytes, big-endian

Where a stream has no salt, the text stands as it is.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

_INFO = b"slaflow archive"
_NONCE_SIZE = 12


def lock(salt: bytes, seq: int, text: str) -> bytes:
    """*text* of the entry *seq* of the stream with that *salt*, so that nobody without the salt reads it."""
    # A lead's entries have a seq each, so that no nonce is used for two texts.
    return bytes(_cipher(salt).encrypt(_nonce(seq), text.encode(), None))


def unlock(salt: bytes, seq: int, locked: bytes) -> str | None:
    """The text again; None where *salt* is not the one it was locked with, or a byte of it was changed."""
    from cryptography.exceptions import InvalidTag

    try:
        return bytes(_cipher(salt).decrypt(_nonce(seq), locked, None)).decode()
    except (InvalidTag, ValueError):
        return None


def _nonce(seq: int) -> bytes:
    return seq.to_bytes(_NONCE_SIZE)


@lru_cache(16)
def _cipher(salt: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(HKDF(SHA256(), 32, None, _INFO).derive(salt))

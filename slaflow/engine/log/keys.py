"""Key files: a new one made, one read. A private key stands in its file alone, which only its owner reads."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from slaflow.engine.files.kinds import KEY
from slaflow.engine.files.own import Protected
from slaflow.errors import ENVIRONMENT, REFUSED, SlaflowError
from slaflow.log.errors import KeyInvalid
from slaflow.log.keys import SEED_SIZE, PrivateKey, PublicKey, parse_private, parse_public

DEFAULT_NAME = "slaflow"
_MAX_BYTES = 10_000


class KeyExists(SlaflowError):
    """A file that stands where a new key was to go."""

    code = "key_exists"
    exit_code = REFUSED

    def __init__(self, file: Path) -> None:
        self.file = file
        super().__init__(f"{file} is there already, and a key is never overwritten; name another with -o")


class KeyAbsent(SlaflowError):
    """No key where one is needed."""

    code = "key_absent"
    exit_code = ENVIRONMENT

    def __init__(self, file: Path) -> None:
        self.file = file
        super().__init__(
            f"there is no key {file}; 'slaflow key new' makes one, or name yours with --key-file"
        )


class KeyUnreadable(SlaflowError):
    """A file that holds no key, or that the system does not let us read or write."""

    code = "key_unreadable"
    exit_code = ENVIRONMENT

    def __init__(self, file: Path, reason: str) -> None:
        self.file = file
        super().__init__(f"{file}: {reason}")


def new_key(name: str, file: Path) -> PrivateKey:
    """Makes a key and its file, which nobody but its owner can read.

    Raises:
        KeyInvalid: no key can have that name.
        KeyExists: something stands there.
        FileProtected: nothing does, but SQLite will put a part of the database there.
        KeyUnreadable: the file cannot be written.
    """
    key = PrivateKey(name, secrets.token_bytes(SEED_SIZE))
    if not file.exists():
        Protected(replaces=KEY).check(file)
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        _write_secret(part, f"{key.secret_text()}\n".encode())
        # Unlike a rename a link never takes the place of what is there.
        os.link(part, file)
    except FileExistsError:
        raise KeyExists(file) from None
    except OSError as error:
        raise KeyUnreadable(file, f"the key cannot be written: {_words(error)}") from error
    finally:
        part.unlink(missing_ok=True)
    return key


def _write_secret(file: Path, data: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())


def read_private(file: Path) -> PrivateKey:
    """The key in *file*.

    Raises:
        KeyAbsent: there is no such file.
        KeyUnreadable: it holds no private key.
    """
    if not file.exists():
        raise KeyAbsent(file)
    try:
        return parse_private(_text_of(file))
    except KeyInvalid as error:
        raise KeyUnreadable(file, error.reason) from error


def read_public(given: Iterable[str], own: Path | None = None) -> list[PublicKey]:
    """The public keys that *given* names: each a key's text, or a file with a line for each key.

    Without any it is the public half of the key in *own*, if there is one.

    Raises:
        KeyInvalid, KeyUnreadable: one that cannot be read as keys.
    """
    keys = [key for each in given for key in _named(each)]
    if not keys and own is not None and own.exists():
        keys.append(read_private(own).public)
    return keys


def _named(given: str) -> list[PublicKey]:
    if "+" in given and not Path(given).exists():
        return [parse_public(given)]
    file = Path(given)
    lines = [line.strip() for line in _text_of(file).splitlines()]
    try:
        keys = [parse_public(line) for line in lines if line and not line.startswith("#")]
    except KeyInvalid as error:
        raise KeyUnreadable(file, error.reason) from error
    if not keys:
        raise KeyUnreadable(file, "there is no key in it")
    return keys


def _text_of(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(_MAX_BYTES).decode()
    except UnicodeDecodeError:
        raise KeyUnreadable(file, "this is no key: it is not text") from None
    except OSError as error:
        raise KeyUnreadable(file, f"it cannot be read: {_words(error)}") from error


def _words(error: OSError) -> str:
    return (error.strerror or str(error)).lower()

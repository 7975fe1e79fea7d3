"""Passwords: which are taken, and how one is kept and compared, by argon2id. The only importer of ``argon2``.

Comparing takes long, so that guessing does: 64 MiB and three passes each time, two at once in a process.
Source: RFC 9106, section 4, its second recommendation, with one lane; rules.md, 38.2.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from slaflow.engine.access.guessable import is_guessable
from slaflow.errors import ENVIRONMENT, InvalidValue, SlaflowError
from slaflow.language import _

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 15, 1000
"""Characters."""
PASSES, MEMORY_KIB, LANES = 3, 64 * 1024, 1
AT_ONCE, WAITING = 2, 20


class PasswordRefused(InvalidValue):
    """A password that is too easily guessed, or can be no password; its words never hold it."""

    code = "password_refused"


class TooBusy(SlaflowError):
    """More are signing in at this moment than are worked off soon."""

    code = "too_busy"
    exit_code = ENVIRONMENT

    def __init__(self) -> None:
        super().__init__(_("too many are signing in at this moment; try again in a few seconds"))


class Gate:
    """Lets a few work at once and some wait; turns the others away."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._room = BoundedSemaphore(at_once + waiting)
        self._turn = BoundedSemaphore(at_once)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Inside it is one's turn. Raises ``TooBusy``."""
        if not self._room.acquire(blocking=False):
            raise TooBusy
        try:
            with self._turn:
                yield
        finally:
            self._room.release()


gate = Gate(AT_ONCE, WAITING)
"""Of this process: what is bounded is its memory."""


def load() -> None:
    """Loads what compares passwords. Raises ``ImportError`` where the extra ``web`` is not installed."""
    _hasher(PASSES, MEMORY_KIB, LANES)


def check(password: str, *about: str | None) -> None:
    """Raises ``PasswordRefused`` where it would be guessed; *about* is what is known of whose it is."""
    text = _normal(password)
    if len(text) < SHORTEST:
        raise PasswordRefused(
            _("a password has at least {least} characters, this one {number}; a few words will do").format(
                least=SHORTEST, number=len(text)
            )
        )
    if len(text) > LONGEST:
        raise PasswordRefused(_("a password has at most {most} characters").format(most=LONGEST))
    if is_guessable(text, *(each for each in about if each)):
        raise PasswordRefused(
            _(
                "this password is one of the first that anybody would try; take a few words that do "
                "not belong together"
            )
        )


def kept(password: str) -> str:
    """What is stored of *password*. Raises ``TooBusy``."""
    with gate.turn():
        return _hasher(PASSES, MEMORY_KIB, LANES).hash(_normal(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether it is the password that *stored* was made of; without one it takes as long to say no.

    Raises ``TooBusy``.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    hasher, text = _hasher(PASSES, MEMORY_KIB, LANES), _normal(password[: LONGEST + 1])
    with gate.turn():
        if stored is None:
            hasher.hash(text)
            return False
        try:
            return hasher.verify(stored, text)
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> str:
    """However a keyboard composes what is typed, it is the same."""
    return unicodedata.normalize("NFC", password)


@cache
def _hasher(passes: int, memory_kib: int, lanes: int) -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)

"""The root of every error slaflow raises on purpose.

Each department keeps its own types beside its code; all derive from
:class:`SlaflowError`, so that a caller can tell our refusals from our bugs.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from slaflow.language import _, anew

REFUSED = 1
USAGE = 2
ENVIRONMENT = 3


class SlaflowError(Exception):
    """Something a person can mend; the message says what, where and how.

    ``code`` is stable and short, for scripts; ``exit_code`` is what the command
    line ends with: 1 refused, 2 wrong usage, 3 the environment.
    """

    code = "error"
    exit_code = REFUSED

    def __str__(self) -> str:
        """The message, in the language of who reads it where it was worded while something was written."""
        return str(anew(self.args[0])) if len(self.args) == 1 else super().__str__()

    def __reduce__(self) -> tuple[Any, ...]:
        """What another process raised is the same here: the words as they are, not made into words again."""
        return _made_again, (type(self), self.args), self.__dict__


def _made_again(kind: type[SlaflowError], args: tuple[Any, ...]) -> SlaflowError:
    return kind.__new__(kind, *args)


class UnknownName(SlaflowError):
    """A name nobody declared, with the nearest known one."""

    code = "unknown_name"

    def __init__(self, what: str, name: str, known: Iterable[str] = ()) -> None:
        self.what = what
        self.name = name
        self.nearest = nearest(name, known)
        super().__init__(
            _('unknown {what} "{name}"{near}').format(what=_(what), name=name, near=_meant(self.nearest))
        )


class InvalidValue(SlaflowError):
    """A value its field does not take.

    ``unquoted`` says the same without the value: what is hashed into the log must not hold what a
    person may have erased.
    """

    code = "invalid_value"

    def __init__(self, message: str, unquoted: str | None = None) -> None:
        self.unquoted = unquoted or message
        super().__init__(message)


class ExtraMissing(SlaflowError):
    """Something that an optional part of slaflow does, and that part is not installed."""

    code = "extra_missing"
    exit_code = ENVIRONMENT

    def __init__(self, what: str, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{what} needs the extra \"{extra}\"; run: pip install 'slaflow[{extra}]'")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The declared name most like *name*, or None if nothing is close."""
    found = difflib.get_close_matches(name.lower(), sorted(known), n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean "x"?`` for the nearest of *known*, else nothing."""
    return _meant(nearest(name, known))


def _meant(name: str | None) -> str:
    return _('; did you mean "{name}"?').format(name=name) if name else ""


class InvertedRange(SlaflowError):
    """A stretch of time that ends before it begins."""

    code = "inverted_range"
    exit_code = USAGE


def own_fault(error: Exception) -> str:
    """What is said of a bug of ours: its kind and where it was. Its words may hold anything, and are not."""
    # Imported here: every command loads this module, and few meet a bug.
    import traceback
    from pathlib import Path

    places = traceback.extract_tb(error.__traceback__)[-1:]
    where = "".join(f" at {Path(each.filename).name}:{each.lineno}" for each in places)
    return f"a fault of slaflow's own: {type(error).__name__}{where}"

"""Kinds of jobs: what each is called, who may ask for it, what it is told and what does it.

Who offers pages or runs jobs gives the kinds there are; whatever takes longer than a page may is one more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from slaflow.engine.permits import Operation

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

Parameters: TypeAlias = dict[str, Any]
"""As JSON keeps them."""


class Work(Protocol):
    """A job on its way, as who does it sees it."""

    @property
    def parameters(self) -> Parameters: ...

    def progress(self, done: int, of: int | None = None) -> None:
        """Tells how far it is; cheap. Raises what ends the job where it is to go no further."""

    def name_file(self, name: str, type: str) -> None:
        """What the file is called that is written next, and its media type."""

    def write(self, data: bytes) -> None:
        """The next bytes of the file. Raises as :meth:`progress`, and ``FileTooLong``."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind.

    ``check`` makes of what was asked the parameters that are kept, or raises one of our errors; names that a
    person may have erased are no parameters. ``run`` gives the result, and is begun anew from nothing where
    its process ended. ``holds_leads``: file or result may tell of a lead, and both go when one is erased.
    """

    name: str
    operation: Operation
    check: Callable[[Engine, Mapping[str, Any]], Parameters]
    run: Callable[[Engine, Work], dict[str, Any]]
    holds_leads: bool


Kinds: TypeAlias = Mapping[str, Kind]


def kinds(given: Iterable[Kind]) -> Kinds:
    """*given* by their names."""
    return {each.name: each for each in given}

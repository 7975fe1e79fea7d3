"""What passes between the mirror and those who know a CRM's ways.

Values are texts, as the CRM writes them; None is an empty field.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, NamedTuple, Protocol

Outcome = Literal["written", "again", "gone", "refused", "ignored"]
"""``again``: try it later; ``gone``: the record is no more; ``refused``: as long as it is as it is;
``ignored``: taken without a word and not done."""


class Record(NamedTuple):
    """A record of the CRM, with when it was changed last.

    ``changes`` says of single fields when, where the CRM tells that.
    """

    remote: str
    fields: Mapping[str, str | None]
    changed_at: datetime
    changes: Mapping[str, datetime] = MappingProxyType({})


class Page(NamedTuple):
    """Records in order of change; ``after`` goes on from there, None: that was all."""

    records: Sequence[Record]
    after: str | None


class Write(NamedTuple):
    """What a lead's record is to hold. ``remote`` None: there is none yet, and one is to be made."""

    lead: int
    remote: str | None
    fields: Mapping[str, str | None]


class Written(NamedTuple):
    """What came of a write; ``fields`` is what stands there now, as far as the answer tells."""

    lead: int
    remote: str | None
    outcome: Outcome
    fields: Mapping[str, str | None]
    reason: str | None = None


class FieldOf(NamedTuple):
    """A field of the CRM: its ``kind`` in the CRM's own word, whether it may be written, its choices, whether
    a record is made only with it."""

    kind: str
    is_writable: bool
    choices: tuple[str, ...] = ()
    is_needed: bool = False


class CrmClosed(Exception):
    """Nothing more is asked for a while: a limit, an outage, a token that is no good, a field that is gone.

    ``for_`` None: until somebody mends it; a probe looks again. ``reason`` names no value and no secret.
    """

    def __init__(self, reason: str, for_: timedelta | None = None) -> None:
        self.reason = reason
        self.for_ = for_
        super().__init__(reason)


class Crm(Protocol):
    """A CRM, asked over the guarded client. Every method may raise :class:`CrmClosed`."""

    most: int
    """Records that one call writes or reads at most."""

    def fields(self, object: str) -> Mapping[str, FieldOf]:
        """Every field of that object."""

    def find(self, object: str, by: str, values: Collection[str]) -> Mapping[str, str | None]:
        """Which record has each of *values* in the field *by*: value to remote id, None where several have;
        of which nobody has any is left out."""

    def read(self, object: str, remotes: Collection[str], fields: Collection[str]) -> Sequence[Record]:
        """These records; who is gone is left out."""

    def write(self, object: str, writes: Sequence[Write]) -> Sequence[Written]:
        """Writes up to :attr:`most` records, each at most once; one outcome per write, in order."""

    def changed(
        self, object: str, since: datetime, fields: Collection[str], after: str | None = None
    ) -> Page:
        """What was changed from *since* on, oldest first; *after* goes on from the page before."""

    def owners(self) -> Mapping[str, str]:
        """People of the CRM: e-mail address, folded, to their id there."""

    def ahead(self) -> timedelta | None:
        """How far its clock was ahead of ours when it answered last, to about a second; None: it did not say,
        or was not asked yet. Asks nothing."""

    def close(self) -> None:
        """Lets go of connections."""

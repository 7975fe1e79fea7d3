"""Rights asked by every way in, before anything is decided: one answer for all of them.

The table itself is :data:`slaflow.lifecycle.rights.permits.TABLE`; scenarios ask the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from slaflow.errors import SlaflowError
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.people import Directory
from slaflow.lifecycle.rights.permits import (
    FOR_THE_LOG,
    TABLE,
    WHO,
    Asker,
    Operation,
    Relation,
    asker,
    denied,
    may,
    may_ever,
    refusal,
)

__all__ = [
    "FOR_THE_LOG", "TABLE", "WHO", "Asker", "NotPermitted", "Operation", "Relation", "asker", "check",
    "denied", "may", "may_ever", "refusal",
]  # fmt: skip


class NotPermitted(SlaflowError):
    """What somebody asks for is another's to do; the line says whose."""

    code = "not_permitted"


def check(
    people: Directory, actor: Actor, operation: Operation, relations: Iterable[Relation], at: datetime
) -> None:
    """Raises ``NotPermitted`` where *actor* has no right to it as of *at*; for what concerns no lead."""
    because = refusal(asker(people, actor, at), operation, relations)
    if because is not None:
        raise NotPermitted(because)

"""The pages that stand at the top of every other: who may ever read one sees its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from slaflow.engine.permits import Operation
from slaflow.language import _
from slaflow.web.principal import Principal


@dataclass(frozen=True, slots=True)
class Place:
    """``here`` is what a page of it calls itself, ``letter`` the key that goes there after ``g``."""

    here: str
    path: str
    words: str
    letter: str
    operation: Operation = "read"


def places(asking: Principal) -> Iterator[Place]:
    """Those that *asking* may open, as they stand from left to right."""
    for each in (
        Place("queue", "queue", _("Queue"), "q"),
        Place("leads", "leads", _("Leads"), "l"),
        Place("record", "record", _("Record"), "r"),
        Place("agreement", "agreement", _("Agreement"), "a"),
        Place("log", "log", _("Log"), "o"),
        Place("admin", "admin/people", _("Admin"), "s"),
    ):
        if asking.may_ever(each.operation):
            yield each

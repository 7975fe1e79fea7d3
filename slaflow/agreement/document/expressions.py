"""Every expression of an agreement as it is written, by where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from slaflow.agreement.changes.parts import kinds
from slaflow.agreement.changes.written import MADE_OF_THE_REST, key
from slaflow.agreement.document.blocks import Block, Heading, Paragraph, Table
from slaflow.language import _
from slaflow.workflow.expressions.compiled import CompiledExpression
from slaflow.workflow.model.workflow import Workflow


def expressions(agreement: Workflow) -> Iterator[Block]:
    """The wording that decides, for who wants to see it."""
    rows = list(dict.fromkeys(_rows(agreement)))
    if rows:
        yield Heading(_("The conditions as they are written"))
        yield Paragraph(_("The sentences above say these in words; where the two differ, these decide."))
        yield Table((_("where"), _("written")), rows)


def _rows(agreement: Workflow) -> Iterator[tuple[str, str]]:
    for kind in kinds(agreement):
        for name, thing in kind.things.items():
            yield from _in(thing, f"{kind.part} {name}", "")
    yield from _in(agreement.scoring, "scoring", "")
    yield from _in(agreement.routing or (), "routing", "")
    yield from _in(agreement.on_assign, "on_assign", "")


def _in(value: Any, where: str, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, CompiledExpression):
        yield f"{where}: {at}" if at else where, value.text
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _in(each, where, f"{at} {name}" if isinstance(each, CompiledExpression) else at)
    elif isinstance(value, tuple):
        for each in value:
            yield from _in(each, where, at)
    elif is_dataclass(value):
        for field in fields(value):
            if field.init and field.name not in MADE_OF_THE_REST:
                yield from _in(getattr(value, field.name), where, at or key(field.name))

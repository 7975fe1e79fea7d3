"""The link map as pydantic models: which field of a CRM's object shows what of a lead.

What its names mean is for ``out_binding.py``: whether the agreement declares them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from slaflow.exchange.imports.map import Part, Word
from slaflow.workflow.document.messages import Fault, in_one_piece
from slaflow.workflow.document.reading import DocumentReader, Itemized
from slaflow.workflow.document.types import Some, fault
from slaflow.workflow.errors import Finding
from slaflow.workflow.yaml.read import Source, read_yaml

Wins = Literal["remote", "ours"]
DUE = "due."
"""Stands before the name of a promise whose due instant is meant."""
PLAIN = ("state", "held_by", "owner", "score", "stage", "entered_at", "waits_for")
"""What of a lead itself can be shown, beside :data:`DUE` and its fields."""


class Find(Part):
    """How a record is found that slaflow does not know yet: its field ``by`` holds the lead's ``field``."""

    short = "by"
    by: Word = Field(description="the CRM's field that tells a record, such as email")
    field: Word | None = None


def _is(value: object) -> object:
    if not isinstance(value, dict) or not value:
        raise fault("is says what each value is called there, as in {mql: NEW}")
    return value


class Shown(Part):
    """What a field of the CRM shows: one of ``from``, ``field``, ``owner``; what that ``is`` called there.

    A value that ``is`` does not name leaves the CRM's field as it is.
    """

    short = "from"
    source: Word | None = Field(None, alias="from")
    field: Word | None = None
    owner: bool = False
    is_: Annotated[dict[str, Word], BeforeValidator(_is)] | None = Field(None, alias="is")

    @model_validator(mode="after")
    def _is_one_of_three(self) -> Shown:
        if sum((self.source is not None, self.field is not None, self.owner)) != 1:
            raise fault("say what is shown: one of from, field and {owner: true}")
        if self.owner and self.is_ is not None:
            raise fault("{owner: true} is the CRM's own id of a person; leave out is")
        return self


class Shared(Part):
    """A field that both sides may change: the later change counts, of two at one instant that of ``wins``."""

    short = "field"
    field: Word = Field(description="the agreement's field")
    wins: Wins = "remote"


class LinkDocument(Itemized):
    """A link map as it is written; what has a fault is left out."""

    object: Word = ""
    find: Find | None = None
    create: bool = False
    out: dict[str, Shown] = Field(default_factory=dict)
    both: dict[str, Shared] = Field(default_factory=dict)
    allow_back: Some[Word] = Field(default_factory=list)


def read_link_map(text: str | bytes) -> tuple[LinkDocument, Source, list[Finding]]:
    """The map in *text*, its source for further findings, and what is wrong with it so far."""
    source = read_yaml(text)
    if source.root is None or source.findings:
        return LinkDocument(), source, list(source.findings)
    data: Any = source.data
    if not isinstance(data, dict):
        return (
            LinkDocument(),
            source,
            [source.finding((), "a map is a mapping, written with keys and colons")],
        )
    reader = DocumentReader(list_keys=True)
    document = reader.model(LinkDocument, data)
    if not data.get("object"):
        what = "the map has no object: say which of the CRM's objects it is about, such as contacts"
        reader.faults.append(Fault((), what))
    if not data.get("out") and not data.get("both"):
        reader.faults.append(Fault((), "the map shows nothing: give fields under out, or under both"))
    found = in_one_piece(source, reader.faults)
    return document, source, [source.finding(each.path, each.message, key=each.key) for each in found]

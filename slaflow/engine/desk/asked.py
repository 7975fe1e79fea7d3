"""What is asked for when something is done to a lead: typed, titled, and which choices would be refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as field_of

from slaflow.agreement.words.values import shown
from slaflow.engine.desk import refusals
from slaflow.language import _
from slaflow.lifecycle.view import View
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.lead import Field

NONE_REFUSED: Mapping[str, str] = {}
LONGEST = 2000
"""Characters of a value that a page shows."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An input as a page asks for it. ``refused`` says which of its choices would be refused now, ``names``
    what they are called where that is not what they are."""

    field: Field
    title: str
    is_required: bool
    refused: Mapping[str, str]
    names: Mapping[str, str] = field_of(default_factory=dict)


def of_rows(view: View, rows: Sequence[Transition], *, with_refused: bool = True) -> list[Asked]:
    """Every input of *rows*; one is required where each of them requires it."""
    fields = {name: field for row in reversed(rows) for name, field in row.requires.items()}
    refused = refusals.by_choice(view, rows[0]) if len(rows) == 1 and with_refused else {}
    return [
        Asked(
            field,
            title_of(field),
            all(name in row.requires and row.requires[name].required for row in rows),
            refused.get(name, NONE_REFUSED),
        )
        for name, field in fields.items()
    ]


def of_fields(fields: Iterable[Field], *, is_required: bool | None = None) -> list[Asked]:
    """Values of *fields*; each is required as it is declared, or as *is_required* says."""
    return [
        Asked(each, title_of(each), each.required if is_required is None else is_required, NONE_REFUSED)
        for each in fields
    ]


def words_of(value: object, field: Field | None = None) -> str:
    """A value as it is read; what was chosen from a list as its form calls it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return str(value.get("text", ""))
    words = shown(value)
    return words.replace("_", " ") if field is not None and field.one_of else _shortened(words)


def _shortened(words: str) -> str:
    """*words* as far as a page has room for them; all of it is in the log and in the field's own form."""
    more = len(words) - LONGEST
    return (
        words if more <= 0 else f"{words[:LONGEST]}… " + _("({number} more characters)").format(number=more)
    )


def title_of(field: Field) -> str:
    """What a field is called where it stands alone."""
    return field.title or field.name.replace("_", " ")

"""Values to try in a story: what the agreement compares with and declares, and a plain one of each type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from slaflow.errors import InvalidValue
from slaflow.trial.limbo.literals import literals
from slaflow.workflow.model.lead import Field
from slaflow.workflow.model.values import parse_value
from slaflow.workflow.model.workflow import Workflow

MOST_OF_ONE = 8
_PLAIN: Mapping[str, tuple[object, ...]] = {
    "string": ("something",),
    "text": ("something",),
    "int": (1_000_000, 0, 1),
    "decimal": ("1000000", "0", "1"),
    "bool": (True, False),
    "date": ("2026-03-04", "2026-06-01"),
    "datetime": ("2026-03-04T12:00:00Z", "2026-06-01T12:00:00Z"),
    "email": ("kim@example.com",),
    "url": ("https://example.com",),
}


class Values:
    """The values that one agreement suggests, field by field."""

    def __init__(self, workflow: Workflow, people: Sequence[str] = ()) -> None:
        self.workflow = workflow
        self._people = people
        self._literals = literals(workflow)

    def of(self, head: str, field: Field) -> tuple[object, ...]:
        """What to try for *field*, which expressions call ``head.name``; the likeliest first."""
        found: list[object] = [*field.one_of]
        for literal in self._literals.get(f"{head}.{field.name}", ()):
            found += [literal]
            if isinstance(literal, int | float) and not isinstance(literal, bool):
                found += [literal + 1, literal - 1]
        if field.min is not None or field.max is not None:
            found += [str(bound) for bound in (field.min, field.max) if bound is not None]
        if field.type == "email":
            found += self._people
        found += _PLAIN[field.type]
        if field.min_length:
            found += ["as was said ".ljust(field.min_length, ".")]
        taken = [value for value in found if self._is_taken(field, value)]
        return tuple({(type(value), value): value for value in taken}.values())[:MOST_OF_ONE]

    def _is_taken(self, field: Field, value: object) -> bool:
        try:
            parse_value(field, value, self.workflow.timezone)
        except InvalidValue:
            return False
        return True

    def sets(
        self, head: str, fields: Mapping[str, Field], most: int, *, whole: bool = False
    ) -> Iterator[dict[str, object]]:
        """At most *most* times values for all of *fields*, or without *whole* for those that are needed."""
        asked = [field for field in fields.values() if whole or field.required]
        known = [self.of(head, field) for field in asked]
        if not all(known) and not whole:
            return
        pairs = [(field, values) for field, values in zip(asked, known, strict=True) if values]
        for places in _diagonal([len(values) for _, values in pairs], most):
            yield {field.name: values[at] for (field, values), at in zip(pairs, places, strict=True)}


def _diagonal(sizes: Sequence[int], most: int) -> Iterator[tuple[int, ...]]:
    """Places in lists of these *sizes*, the first of all before second choices, at most *most*."""
    found = 0
    for total in range(sum(size - 1 for size in sizes) + 1):
        for places in _adding_up(sizes, total):
            yield places
            found += 1
            if found >= most:
                return


def _adding_up(sizes: Sequence[int], total: int) -> Iterator[tuple[int, ...]]:
    if not sizes:
        if total == 0:
            yield ()
        return
    for first in range(min(total, sizes[0] - 1), -1, -1):
        for rest in _adding_up(sizes[1:], total - first):
            yield (first, *rest)

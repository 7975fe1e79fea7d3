"""Why something cannot be done now, told so that who reads it sees what would mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from slaflow.agreement.words.conditions import condition, value
from slaflow.agreement.words.naming import Naming, listed
from slaflow.language import _
from slaflow.lifecycle.guards import validated
from slaflow.lifecycle.scoring import number_text
from slaflow.lifecycle.view import View
from slaflow.workflow.expressions.value import Clause, Unknown
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.lead import Field, Value
from slaflow.workflow.model.workflow import Workflow

INPUT = "input."


@dataclass(frozen=True, slots=True)
class Mend:
    """What would mend it: a field to set, a check to answer, an activity to record, a calendar to wait for.

    ``name`` is the agreement's; None: any activity that counts as an attempt, or as a contact.
    """

    kind: Literal["field", "check", "activity", "attempt", "contact", "open"]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Because:
    """One clause that stands in the way, in words, and what would mend it."""

    words: str
    mends: tuple[Mend, ...] = ()


def standing(view: View, row: Transition) -> list[str]:
    """Why *row* cannot be taken whatever is given with it."""
    return [each.words for each in taught(view, row)]


def stands_in_the_way(view: View, row: Transition) -> bool:
    """Whether *row* cannot be taken whatever is given with it."""
    return any(view.evaluate(clause.that) is not True for clause in _without_inputs(row))


def taught(view: View, row: Transition) -> list[Because]:
    """As :func:`standing`, each with what would mend it."""
    return [
        Because(words, tuple(_mends(view, clause)))
        for clause in _without_inputs(row) for words in _lines(view, [clause])
    ]  # fmt: skip


def _without_inputs(row: Transition) -> list[Clause]:
    return [each for each in row.guard if not any(name.startswith(INPUT) for name in each.that.names)]


def _mends(view: View, clause: Clause) -> Iterator[Mend]:
    """What of all that *clause* reads does not stand as it would have to, or may not."""
    found: list[Mend] = []
    for name in sorted(clause.that.names):
        head, _, rest = name.partition(".")
        value = view.value(name)
        if head in ("check", "checked") and value is not True:
            found.append(Mend("check", rest))
        elif head in ("lead", "known") and rest in view.workflow.fields and value in (None, False):
            found.append(Mend("field", rest))
        elif head == "attempts":
            found.append(Mend("attempt"))
        elif head == "contacted" and value is not True:
            found.append(Mend("contact"))
        elif head == "activity":
            found.append(Mend("activity", rest.rpartition(".")[0]))
        elif head == "open" and value is not True:
            found.append(Mend("open", rest))
    yield from dict.fromkeys(found)


def by_choice(view: View, row: Transition) -> dict[str, dict[str, str]]:
    """For inputs with a list of values: which of these would be refused now, and why."""
    found: dict[str, dict[str, str]] = {}
    for field in row.requires.values():
        clauses = [each for each in row.guard if _inputs(each) == {field.name}]
        for choice in field.one_of if clauses else ():
            seen = view.with_given({"input": ({field.name: field}, {field.name: choice})})
            because = [words for each in clauses for words in _lines(seen, [each])]
            if because:
                found.setdefault(field.name, {})[str(choice)] = "; ".join(because)
    return found


def given(view: View, row: Transition, inputs: Mapping[str, object]) -> list[str]:
    """Why *row* cannot be taken with *inputs*: what is wrong with them first."""
    because: list[str] = []
    values: Mapping[str, Value] = validated(row.requires, inputs, view.workflow, because)
    said = [_titled(view.workflow, row.requires, words) for words in because]
    seen = view.with_given({"input": (row.requires, values)})
    clauses = [each for each in row.guard if _inputs(each) <= values.keys()]
    return [*said, *_lines(seen, clauses)]


def _inputs(clause: Clause) -> set[str]:
    return {name.removeprefix(INPUT) for name in clause.that.names if name.startswith(INPUT)}


def _titled(workflow: Workflow, fields: Mapping[str, Field], words: str) -> str:
    """*words* with the input that they begin with called as the page calls it."""
    for name, field in fields.items():
        if words == name or words.startswith((f"{name} ", f"{name}:")):
            return f"{field.title or name.replace('_', ' ')}{words.removeprefix(name)}"
    return words


def _lines(view: View, clauses: Iterable[Clause]) -> Iterable[str]:
    naming = Naming(view.workflow)
    for clause in clauses:
        found = view.evaluate(clause.that)
        if found is True:
            continue
        if clause.otherwise is not None:
            yield f"{clause.otherwise}{_so_far(view, clause, naming)}"
        elif isinstance(found, Unknown) and found.missing:
            lacking = listed(_lacking(name, naming) for name in found.missing)
            words = _("it asks that {condition}, and {lacking}")
            yield words.format(condition=condition(clause.that, naming), lacking=lacking)
        else:
            words = _("it asks that {condition}").format(condition=condition(clause.that, naming))
            yield f"{words}{_so_far(view, clause, naming)}"


def _lacking(name: str, naming: Naming) -> str:
    """What is missing, in the words of what would mend it."""
    if name.startswith("check."):
        check = naming.check(name.removeprefix("check."))
        return _("{check} is not answered").format(check=check)
    return _("{what} is not known").format(what=_called(name, naming))


def _called(name: str, naming: Naming) -> str:
    head, _, window = name.partition(".within.")
    return value(f"{head}.within('{window}')" if window else name, naming)


def _so_far(view: View, clause: Clause, naming: Naming) -> str:
    """`` (so far the number of attempts is 2)``: the figures that the clause looks at."""
    figures = [
        _("{figure} is {number}").format(
            figure=_called(name, naming), number=number_text(found) if isinstance(found, float) else found
        )
        for name in sorted(clause.that.names)
        if isinstance(found := view.value(name), int | float) and not isinstance(found, bool)
        if not name.startswith(INPUT)
    ]
    return " " + _("(so far {figures})").format(figures=listed(figures)) if figures else ""

"""No field of the model can be changed without a sentence that names what was changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from support.wordy import everything

from slaflow.agreement.changes.compare import compare
from slaflow.agreement.changes.likeness import WORDING
from slaflow.agreement.changes.written import MADE_OF_THE_REST
from slaflow.hours.calendar import Calendar
from slaflow.workflow.expressions.cel import Scope
from slaflow.workflow.expressions.compiled import CompiledExpression
from slaflow.workflow.model import clocks, commitment, flow, lead, parties, workflow
from slaflow.workflow.model.workflow import Workflow

HOMES = (clocks, commitment, flow, lead, parties, workflow)
CLASSES = [
    each
    for home in HOMES
    for each in vars(home).values()
    if isinstance(each, type) and is_dataclass(each) and each.__module__ == home.__name__
]
MADE_ELSEWHERE = {commitment.Notes}
"""Made of the commitments, and compared as they are."""
MUTABLE = [
    (owner, each.name)
    for owner in CLASSES
    if owner not in MADE_ELSEWHERE
    for each in fields(owner)
    if each.init and each.name not in MADE_OF_THE_REST
]
OTHER = Scope({}).compile("1 > 2", "bool")
WORKFLOW = everything()
Path = tuple[Any, ...]


def places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every part of the model, with the way to it."""
    if is_dataclass(value) and not isinstance(value, Calendar | CompiledExpression):
        yield path, value
        for each in fields(value):
            if each.init and each.name not in MADE_OF_THE_REST:
                yield from places(getattr(value, each.name), (*path, each.name))
    elif isinstance(value, Mapping | tuple):
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for name, each in items:
            yield from places(each, (*path, name))


def put(value: Any, path: Path, new: Any) -> Any:
    """*value* with *new* where *path* leads."""
    if not path:
        return new
    head, *rest = path
    if isinstance(value, Mapping):
        return {**value, head: put(value[head], tuple(rest), new)}
    if isinstance(value, tuple):
        return tuple(put(each, tuple(rest), new) if at == head else each for at, each in enumerate(value))
    return replace(value, **{head: put(getattr(value, head), tuple(rest), new)})


def another(value: Any, hint: Any) -> Any:
    """Some other value than *value*; what it may be is in *hint*."""
    if get_origin(hint) is Literal:
        return next(each for each in get_args(hint) if each != value)
    match value:
        case bool():
            return not value
        case int() | Decimal():
            return value + 1
        case str():
            return f"{value}_other"
        case timedelta():
            return value + timedelta(hours=25)
        case date():
            return value + timedelta(days=1)
        case CompiledExpression():
            return OTHER
        case Mapping() | tuple() | frozenset() if value:
            return type(value)() if not isinstance(value, Mapping) else {}
        case _:
            return value if value is not None and not is_dataclass(value) else _filled(value, hint)


def _filled(value: Any, hint: Any) -> Any:
    if value is not None:
        return None if type(None) in get_args(hint) else _beside(value)
    kinds = [each for each in get_args(hint) if each is not type(None)]
    if any(get_origin(each) is Mapping for each in kinds):
        return {"sales": "admin"}
    if clocks.Pause in kinds:
        return clocks.Pause(OTHER)
    return "other" if str in kinds else OTHER


def _beside(value: Any) -> Any:
    if isinstance(value, commitment.Happening):
        return replace(value, kind="override", names=frozenset(("win",)))
    if isinstance(value, lead.Scoring):
        return lead.Scoring()
    span = clocks.OpenTime(timedelta(minutes=77), "77m")
    return commitment.Signed(timedelta(days=77)) if isinstance(value, commitment.Measure) else span


def filled_places(owner: type, name: str) -> Iterator[tuple[Path, Any]]:
    for path, part in places(WORKFLOW):
        if isinstance(part, owner):
            yield path, part


def mutated(owner: type, name: str) -> Iterator[tuple[Path, Workflow]]:
    """Agreements in which that one field is another, at each of its places where that can be."""
    hint = get_type_hints(owner)[name]
    empty = ((), {}, frozenset(), None)
    found = sorted(filled_places(owner, name), key=lambda place: getattr(place[1], name) in empty)
    for path, part in found[:2]:
        new = another(getattr(part, name), hint)
        if new != getattr(part, name):
            yield path, put(WORKFLOW, (*path, name), new)


def names_of(path: Path) -> list[str]:
    """What the sentence may call it: the part, or one of those around it."""
    words = [str(each).replace("_", " ") for each in path if isinstance(each, str)]
    at = next((each for each in path if isinstance(each, int)), None)
    if path[:1] == ("targets",) and at is not None:
        target = WORKFLOW.targets[at]
        words += [target.name, target.owed_by or "lead"]
    if path[:1] == ("transitions",) and at is not None:
        row = WORKFLOW.transitions[at]
        words += [row.trigger, row.title or row.trigger]
    return words


@pytest.mark.parametrize(("owner", "name"), MUTABLE, ids=[f"{o.__name__}.{n}" for o, n in MUTABLE])
def test_another_value_in_any_field_is_told_by_a_sentence_that_names_its_place(
    owner: type, name: str
) -> None:
    tried = 0
    for path, other in mutated(owner, name):
        tried += 1
        told = compare(WORKFLOW, other)
        assert told, f"{owner.__name__}.{name} at {path}"
        assert all(change.wording for change in told) == (name in WORDING), told
        around = [*names_of(path), "agreement", "scoring", "fit", "routing", name.replace("_", " "), "order"]
        about = [(word, change) for change in told for word in (*around, change.name.replace("_", " "))]
        assert any(word and word in change.sentence for word, change in about), told
        assert [change for change in compare(other, WORKFLOW)], "and back"
    assert tried, f"the agreement of this test has no {owner.__name__} with {name}"


def test_an_agreement_differs_from_itself_in_nothing() -> None:
    assert compare(WORKFLOW, everything()) == []


def test_every_class_of_the_model_stands_in_the_agreement_of_this_test() -> None:
    stand = {each for _, part in places(WORKFLOW) for each in type(part).__mro__}
    assert {*CLASSES} - stand - MADE_ELSEWHERE == set()

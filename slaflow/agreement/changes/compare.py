"""Two agreements compared, part by part and key by key: nothing that decides can differ without a sentence.

The walk is over the fields of the model itself, so that a field that is added later is compared too; modules
beside it only find better words for some.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from typing import Any

from slaflow.agreement.changes.change import Change, Effect
from slaflow.agreement.changes.concerned import concerned
from slaflow.agreement.changes.effect import effect, of_existence
from slaflow.agreement.changes.likeness import WORDING, alike, is_wording
from slaflow.agreement.changes.particulars import PARTICULARS, existence
from slaflow.agreement.changes.parts import REST, Kind, kinds
from slaflow.agreement.changes.said import Said, both
from slaflow.agreement.changes.spoken import EMPTY_IS_NOBODY, any_value, label, spoken
from slaflow.agreement.changes.written import MADE_OF_THE_REST, key, written
from slaflow.agreement.words.naming import called, listed, plain, quoted
from slaflow.language import _, marked
from slaflow.workflow.model.flow import State, Transition
from slaflow.workflow.model.lead import Scoring
from slaflow.workflow.model.workflow import Workflow

SHORT = 60
"""Characters that two values may take to stand in one clause."""
EXPLAINS = {
    "about": marked("explanation"), "title": marked("title"), "question": marked("question"),
    "otherwise": marked("otherwise"), "because": marked("because"), "signal": marked("signal"),
}  # fmt: skip


def compare(a: Workflow, b: Workflow) -> list[Change]:
    """Every change from *a* to *b*; those of mere wording last. None but wording: both decide alike."""
    return sorted(_Comparison(both(a, b)).changes(), key=lambda change: change.wording)


@dataclass(frozen=True, slots=True)
class _Place:
    """What a change is about."""

    part: str
    name: str
    subject: str
    owner: type
    concerns: tuple[str, ...]


class _Comparison:
    def __init__(self, pair: Any) -> None:
        self.pair = pair
        self.a: Workflow = pair.a
        self.b: Workflow = pair.b

    def changes(self) -> Iterator[Change]:
        found = [*self._parts(), *self._scoring(), *self._routing(), *self._whole()]
        yield from found
        if not found and self.a.source != self.b.source:
            words = _("only comments differ, layout, or explanations beside what decides")
            yield Change("agreement", self.b.name, "text", None, None, words, self._everybody, wording=True)

    @property
    def _everybody(self) -> tuple[str, ...]:
        return concerned(((None, self.a), (None, self.b)))

    def _whole(self) -> Iterator[Change]:
        place = _Place("agreement", self.b.name, _("the agreement"), Workflow, self._everybody)
        for name in REST:
            yield from self._field(place, name, getattr(self.a, name), getattr(self.b, name))

    def _scoring(self) -> Iterator[Change]:
        place = _Place("scoring", "scoring", "scoring", Scoring, self._everybody)
        for each in fields(Scoring):
            before, after = getattr(self.a.scoring, each.name), getattr(self.b.scoring, each.name)
            if each.name == "fit":
                yield from self._rows("fit", _("rule of fit"), before, after)
            else:
                yield from self._field(place, each.name, before, after)

    def _routing(self) -> Iterator[Change]:
        before, after = self.a.routing, self.b.routing
        if (before is None) != (after is None):
            place = _Place("agreement", self.b.name, _("the agreement"), Workflow, self._everybody)
            yield from self._field(place, "routing", before, after)
        yield from self._rows("routing", _("rule of routing"), before or (), after or ())

    def _rows(
        self, part: str, noun: str, before: tuple[Any, ...], after: tuple[Any, ...]
    ) -> Iterator[Change]:
        """Rows in order, matched so that one that is put in between moves no other."""
        old, new = ([_as_told(row) for row in rows] for rows in (before, after))
        matched = SequenceMatcher(None, old, new, autojunk=False)
        for tag, i, i_end, j, j_end in matched.get_opcodes():
            if tag == "equal":
                continue
            for step in range(max(i_end - i, j_end - j)):
                one = i + step if i + step < i_end else None
                other = j + step if j + step < j_end else None
                yield self._row(part, noun, before, after, one, other)

    def _row(
        self,
        part: str,
        noun: str,
        before: tuple[Any, ...],
        after: tuple[Any, ...],
        i: int | None,
        j: int | None,
    ) -> Change:
        old, new = None if i is None else before[i], None if j is None else after[j]
        number = (j if j is not None else i or 0) + 1
        is_wording = old is not None and new is not None and alike(old, new)
        if old is None:
            sentence = _("a {noun} is new, number {number}: {what}").format(
                noun=noun, number=number, what=any_value(new, self.pair.after)
            )
        elif new is None:
            sentence = _("the {noun} number {number} is gone: {what}").format(
                noun=noun, number=number, what=any_value(old, self.pair.before)
            )
        elif is_wording:
            sentence = _("the {noun} number {number} is worded otherwise: {what}").format(
                noun=noun, number=number, what=_differing(old, new)
            )
        else:
            now, then = any_value(new, self.pair.after), any_value(old, self.pair.before)
            sentence = _("the {noun} number {number} is now {now} instead of {then}").format(
                noun=noun, number=number, now=now, then=then
            )
        return Change(
            part, str(number), part, written(old), written(new), sentence, self._everybody, wording=is_wording
        )

    def _parts(self) -> Iterator[Change]:
        for one, other in zip(kinds(self.a), kinds(self.b), strict=True):
            for name in dict.fromkeys((*one.things, *other.things)):
                yield from self._thing(one, name, one.things.get(name), other.things.get(name))
            if one.is_ordered:
                yield from self._order(one, other)

    def _order(self, one: Kind, other: Kind) -> Iterator[Change]:
        before = [name for name in one.things if name in other.things]
        after = [name for name in other.things if name in one.things]
        if before != after:
            moved = [new for old, new in zip(before, after, strict=True) if old != new]
            sentence = _(one.reordered).format(names=listed(map(plain, moved)))
            yield Change(one.part, "", "order", before, after, sentence, self._everybody)

    def _thing(self, kind: Kind, name: str, before: Any, after: Any) -> Iterator[Change]:
        thing = before if after is None else after
        about = concerned(((before, self.a), (after, self.b)))
        name = self._called(name, thing)
        subject = f"{kind.spoken} {plain(name)}".strip()
        if isinstance(thing, Transition):
            subject = called(thing.trigger) + plain(name.removeprefix(thing.trigger))
        place = _Place(kind.part, name, subject, type(thing), about)
        if before is None or after is None:
            is_new = before is None
            naming = self.pair.after if is_new else self.pair.before
            sentence = existence(thing, subject, naming, is_new=is_new)
            way = of_existence(thing, is_new=is_new)
            old, new = (None, written(after)) if is_new else (written(before), None)
            yield Change(kind.part, name, kind.part, old, new, sentence, about, way)
            return
        for each in fields(type(thing)):
            if each.init and not (type(thing) is State and self._is_told_of_the_whole(each.name)):
                yield from self._field(
                    place, each.name, getattr(before, each.name), getattr(after, each.name), (before, after)
                )

    def _called(self, name: str, thing: Any) -> str:
        """Of a transition its trigger, where that says which one is meant."""
        if not isinstance(thing, Transition):
            return name
        both = [
            [row.to for row in each.transitions if row.trigger == thing.trigger] for each in (self.a, self.b)
        ]
        ends = [end for each in both for end in each]
        return thing.trigger if max(map(len, both)) == 1 and len({*ends}) == 1 else name

    def _is_told_of_the_whole(self, field: str) -> bool:
        return field == "initial" and self.a.initial != self.b.initial

    def _field(
        self, place: _Place, name: str, before: Any, after: Any, things: tuple[Any, Any] | None = None
    ) -> Iterator[Change]:
        if before == after or name in MADE_OF_THE_REST or name.startswith("_"):
            return
        particular = PARTICULARS.get((place.owner, name))
        if particular is not None and not (is_wording(name) or alike(before, after)):
            old, new = things if things is not None else (self.a, self.b)
            for said in particular(self.pair, old, new, place.subject):
                yield self._made(place, said)
        elif name in WORDING or alike(before, after):
            yield self._reworded(place, name, before, after)
        else:
            yield self._made(place, self._said(place, name, before, after))

    def _said(self, place: _Place, name: str, before: Any, after: Any) -> Said:
        """What differs in the general words for it."""
        what = label(place.owner, name)
        way: Effect = effect(place.owner, name, before, after)
        nobody = (place.owner, name) in EMPTY_IS_NOBODY
        now = "" if _is_empty(after, nobody) else spoken(place.owner, name, after, self.pair.after)
        then = "" if _is_empty(before, nobody) else spoken(place.owner, name, before, self.pair.before)
        if isinstance(before, bool) and isinstance(after, bool):
            sentence = _("{subject} now has the {what}") if after else _("{subject} no longer has the {what}")
            sentence = sentence.format(subject=place.subject, what=what)
        elif not then:
            sentence = _("{subject} now has a {what}: {now}").format(
                subject=place.subject, what=what, now=now
            )
        elif not now:
            sentence = _("{subject} has no {what} any more; it was: {then}").format(
                subject=place.subject, what=what, then=then
            )
        else:
            sentence = _("{subject}: the {what} is now {now} instead of {then}")
            if len(now + then) > SHORT:
                sentence = _("{subject}: the {what} is now {now}; before: {then}")
            sentence = sentence.format(subject=place.subject, what=what, now=now, then=then)
        return Said(key(name), written(before), written(after), sentence, way)

    def _reworded(self, place: _Place, name: str, before: Any, after: Any) -> Change:
        if name in WORDING:
            then, now = (_("nothing") if each is None else quoted(each) for each in (before, after))
            sentence = _("{subject}: the {what} reads {now} instead of {then}").format(
                subject=place.subject,
                what=_(EXPLAINS[name]) if name in EXPLAINS else name,
                now=now,
                then=then,
            )
        else:
            words = _differing(before, after)
            sentence = _("{subject}: {label} is worded otherwise: {words}").format(
                subject=place.subject, label=label(place.owner, name), words=words
            )
        return Change(
            place.part,
            place.name,
            key(name),
            written(before),
            written(after),
            sentence,
            place.concerns,
            wording=True,
        )

    def _made(self, place: _Place, said: Said) -> Change:
        return Change(
            place.part, place.name, said.what, said.before, said.after, said.sentence, place.concerns,
            said.effect, said.wording,
        )  # fmt: skip


def _as_told(row: Any) -> str:
    return str((getattr(row, "kind", None), written(row)))


def _is_empty(value: Any, empty_is_nobody: bool) -> bool:
    """Whether the file says nothing; an empty list of who may is a word of its own."""
    return value is None or (not empty_is_nobody and value in ((), frozenset(), {}))


def _differing(before: Any, after: Any) -> str:
    """The texts that differ, as the file writes them."""
    then, now = written(before), written(after)
    if not isinstance(then, dict) or not isinstance(now, dict):
        return _("{now} instead of {then}").format(now=_text(now), then=_text(then))
    other = [name for name in {**then, **now} if then.get(name) != now.get(name)]
    return listed(
        _("{now} instead of {then}").format(now=_text(now.get(name)), then=_text(then.get(name)))
        for name in other
    )


def _text(value: Any) -> str:
    return _("nothing") if value is None else str(value)

"""How a move of the search may be told in a story: the steps to try, with values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from slaflow.clock.state import Clock
from slaflow.trial.limbo.literals import expressions
from slaflow.trial.limbo.story import Row, Story
from slaflow.trial.limbo.values import Values
from slaflow.workflow.limbo.moves import Move
from slaflow.workflow.model.clocks import UntilField
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.lead import Activity
from slaflow.workflow.model.parties import SYSTEM
from slaflow.workflow.model.workflow import Workflow

Rows = tuple[Row, ...]
MOST_TRIES = 12
MOST_ANSWERS = 100
MOST_TOUCHES = 40
MOST_WAKES = 60
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
WHY = "as both sides were told"


class Deeds:
    """The steps that a lead's story under one agreement may go on with."""

    def __init__(self, workflow: Workflow, values: Values) -> None:
        self.workflow = workflow
        self.values = values
        self._answers: dict[str, Rows] = {}
        apart = workflow.attempt_spacing + MINUTE
        self._apart = f"{int(apart.total_seconds() // 60)}m"
        self._read = frozenset(name for each in expressions(workflow) for name in each.names)

    def of(self, move: Move, story: Story) -> Iterator[Rows]:
        """Every way to tell *move*, the likeliest first."""
        match move.kind:
            case "fire":
                yield from self._fired(self._row(move), story)
            case "refused":
                for rows in self._by_trigger(move.names[0]):
                    yield from self._refused_late(rows, story)
            case "touch":
                for name in move.names:
                    yield from self._touched(self.workflow.activities[name], story, late=move.late)
                if not move.late:
                    yield from self._often(move.names, story)
                    yield from self._changed(story)
            case "set":
                yield from self._changed(story, any_field=True)
            case "assign":
                people = [person.email for person in story.stage.cast.people]
                yield from (({"assign": owner},) for owner in [*people, None])
            case "dispute":
                yield from self._said("dispute", move.names)
            case "ruling":
                for verb in ("lift", "uphold"):
                    yield from self._said(verb, move.names)
            case "step":
                yield from self._waited(move, story)
            case "create" | "causes":
                return

    def besides(self, story: Story) -> Iterator[Rows]:
        """What else may happen, so that something that stands in the way does so no more."""
        wait: Rows = ({"wait": self._apart},)
        for kind in self.workflow.activities.values():
            for rows in self._touched(kind, story):
                yield (*wait, *rows) if kind.attempt else rows
        yield from self._all_answered(story)
        yield from self._changed(story)

    def _all_answered(self, story: Story) -> Iterator[Rows]:
        """Every check answered so that it passes, also once the two have spoken."""
        rows = tuple(each for name in self.workflow.checks for each in self._passing(name, story))
        talks = [kind for kind in self.workflow.activities.values() if kind.contact]
        if rows:
            yield rows
            yield from ((*said, *rows) for kind in talks for said in self._touched(kind, story))

    def _passing(self, check: str, story: Story) -> Rows:
        """An answer that passes, if one is found."""
        if check not in self._answers:
            self._answers[check] = ()
            for answer in self.values.sets(
                "answer", self.workflow.checks[check].fields, MOST_ANSWERS, whole=True
            ):
                row = {"check": check, "answer": answer}
                told = story.told((row,))
                if isinstance(told, Story) and told.play.lead.checks[check].passed:
                    self._answers[check] = (row,)
                    break
        return self._answers[check]

    def _row(self, move: Move) -> Transition:
        return next(row for row in self.workflow.transitions if row.index == move.row)

    def _by_trigger(self, trigger: str) -> Iterator[Transition]:
        yield from (row for row in self.workflow.transitions if row.trigger == trigger)

    def _fired(self, row: Transition, story: Story) -> Iterator[Rows]:
        actor = {} if any(party != SYSTEM for party in row.by) else {"as": SYSTEM}
        for inputs in self._inputs(row):
            given = {"set": inputs} if inputs else {}
            yield ({"fire": row.trigger, **given, **actor},)
        for grant in row.override[:1]:
            for inputs in self._inputs(row):
                given = {"set": inputs} if inputs else {}
                rest = {"override": True, "reason": WHY}
                yield ({"fire": row.trigger, **given, "as": grant.party, **rest},)

    def _inputs(self, row: Transition) -> Iterator[dict[str, object]]:
        yield from self.values.sets("input", row.requires, MOST_TRIES)

    def _refused_late(self, row: Transition, story: Story) -> Iterator[Rows]:
        actor = {} if any(party != SYSTEM for party in row.by) else {"as": SYSTEM}
        for inputs in self._inputs(row):
            given = {"set": inputs} if inputs else {}
            for before, then in self._late(story):
                yield (*before, {"refuse": {"fire": row.trigger, **given, **actor, **then}})

    def _late(self, story: Story) -> Iterator[tuple[Rows, dict[str, object]]]:
        """What has to happen first so that something told then is late, and when it says that it happened."""
        then: dict[str, object] = {"occurred_at": story.text(story.now + MINUTE)}
        for name, field in self.workflow.fields.items():
            for value in self.values.of("lead", field)[:2]:
                if f"lead.{name}" not in self._read and story.play.lead.fields.get(name) != value:
                    yield ({"wait": "2m"}, {"set": {name: value}}), then
                    return
        yield ({"wait": "2m"}, {"set": {}}), then

    def _touched(self, kind: Activity, story: Story, *, late: bool = False) -> Iterator[Rows]:
        before: Rows = ()
        then: dict[str, object] = {}
        if late:
            before, then = next(self._late(story))
        for fields in self._asked(kind):
            given = {"fields": fields} if fields else {}
            yield (*before, {"activity": kind.kind, **given, **then})

    def _often(self, names: tuple[str, ...], story: Story) -> Iterator[Rows]:
        """As many touches, apart and over all channels, as any promise asks for."""
        patterns = (pattern for target in self.workflow.targets for pattern in target.meet)
        most = min(max((pattern.times for pattern in patterns), default=1), MOST_TOUCHES)
        kinds = [self.workflow.activities[name] for name in names]
        by_channel = list({kind.attempt: kind for kind in reversed(kinds)}.values())
        if most > 1 and kinds:
            told: list[Row] = []
            for place in range(most):
                told += next(self._touched(by_channel[place % len(by_channel)], story), ())
                told.append({"wait": self._apart})
            yield tuple(told[:-1])

    def _asked(self, kind: Activity) -> Iterator[dict[str, object]]:
        reads = any(name.startswith("touch.") for name in self._read)
        yield from self.values.sets("touch", kind.fields, MOST_TRIES if reads else 1, whole=reads)

    def _changed(self, story: Story, *, any_field: bool = False) -> Iterator[Rows]:
        """Answers to checks, and fields set: those that expressions read, or any."""
        for name, field in self.workflow.fields.items():
            named = f"lead.{name}" in self._read or f"known.{name}" in self._read
            if any_field or (named and field.by != {}):
                known = story.play.lead.fields.get(name)
                tries = [value for value in self.values.of("lead", field) if value != known]
                yield from (({"set": {name: value}},) for value in tries)
                if known is not None and any_field and self._hangs_on(name):
                    yield ({"set": {name: None}},)
        for check in self.workflow.checks.values():
            for answer in self.values.sets("answer", check.fields, MOST_TRIES, whole=True):
                yield ({"check": check.name, "answer": answer},)

    def _hangs_on(self, field: str) -> bool:
        allowances = (case.allowance for target in self.workflow.targets for case in target.cases)
        return any(isinstance(each, UntilField) and each.field == field for each in allowances)

    def _said(self, verb: str, names: tuple[str, ...]) -> Iterator[Rows]:
        for name in names:
            if self.workflow.has_target(name):
                yield ({verb: {"target": name, "reason": WHY}},)
            else:
                about = name.removeprefix("{return: ").removesuffix("}")
                yield ({verb: {"about": about, "reason": WHY}},)

    def _waited(self, move: Move, story: Story) -> Iterator[Rows]:
        """Waits until the step fell; the steps of other clocks that fall before it do too."""
        target, label = move.names
        until = fork_until(story, target, label)
        if until is not None:
            yield ({"until": until},)


def fork_until(story: Story, target: str, label: str) -> str | None:
    """The instant, as text, just after the step of the open clock falls; None if it does not."""
    stage = story.stage.fork()
    play = next(iter(stage.plays.values()))
    clock = _open(play.life.open, target)
    for _ in range(MOST_WAKES if clock is not None else 0):
        wake = play.life.next_wake
        if wake is None:
            return None
        stage.pass_time(wake + SECOND)
        now = play.latest(target)
        if now is None or now.number != clock.number:  # type: ignore[union-attr]
            return None
        if label in now.carried_out:
            return story.text(stage.now)
        if not now.is_open:
            return None
    return None


def _open(clocks: list[Clock], target: str) -> Clock | None:
    return next((clock for clock in clocks if clock.target == target), None)

"""The steps of a scenario, read one by one; time is known all along, so that ``until`` can be judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slaflow.errors import did_you_mean
from slaflow.lifecycle.events import (
    Answered,
    Assigned,
    Changed,
    Contested,
    Disputed,
    Fired,
    Lifted,
    Recorded,
    Upheld,
    Verb,
)
from slaflow.trial.figures import read_figures
from slaflow.trial.others import read_counts
from slaflow.trial.reader import Reader
from slaflow.trial.scenario import ALONE, Arrive, Deed, Do, Expect, PassTime, Refuse, Step, Weigh
from slaflow.workflow.model.lead import Field
from slaflow.workflow.yaml.tree import Path

KEYS: Mapping[str, tuple[str, ...]] = {
    "activity": ("as", "fields", "occurred_at"),
    "fire": ("as", "set", "override", "reason", "occurred_at"),
    "check": ("answer", "as"),
    "assign": ("as",),
    "lift": ("as",),
    "dispute": ("as",),
    "uphold": ("as",),
    "wait": (),
    "until": (),
    "refuse": (),
    "expect": (),
    "add": ("as",),
    "open": (),
    "set": ("as",),
}
"""What may stand beside each kind of step; ``set`` comes last, for it also stands beside ``fire``."""

OF_NO_LEAD = ("wait", "until", "add", "open")
"""Steps beside which no ``lead`` stands."""

ABOUT_BREACHES: Mapping[str, type[Lifted] | type[Disputed] | type[Upheld]] = {
    "lift": Lifted, "dispute": Disputed, "uphold": Upheld,
}  # fmt: skip
INPUTS = ("fire", "activity")
INPUTS_BESIDE = ("set", "fields", "override", "reason", "occurred_at")
REFUSABLE = (*INPUTS, "check", "assign", *ABOUT_BREACHES)
"""What a ``refuse`` may hold besides a ``set`` of its own."""
VERBS: Mapping[str, Verb] = {"lift": "lift", "dispute": "dispute", "uphold": "uphold"}


@dataclass
class StepReader:
    """Reads the steps of one scenario; ``now`` is where its time has come to.

    ``leads`` are the names of its leads, ``awaited`` those that a step still to come brings in.
    """

    reader: Reader
    now: datetime
    leads: tuple[str, ...] = (ALONE,)
    awaited: set[str] = field(default_factory=set)

    def read(self, path: Path, steps: Any) -> tuple[Step, ...]:
        rows = self.reader.entries(steps)
        brought_in = [row.get("add") for row in rows if isinstance(row, dict)]
        self.awaited = {name for name in self.leads if name in brought_in}
        found = []
        for place, step in enumerate(rows):
            at = (*path, place)
            deed = self.step(at, step)
            if deed is not None:
                found.append(Step(place + 1, self.reader.line(at), deed, self.whose(at, step, deed)))
        return tuple(found)

    def step(self, path: Path, step: Any) -> Deed | None:
        kind = next((key for key in KEYS if isinstance(step, dict) and key in step), None)
        if kind is None:
            self._no_kind(path, step)
            return None
        beside = () if kind in OF_NO_LEAD else ("lead",)
        given = self.reader.mapping(path, step, (kind, *KEYS[kind], *beside))
        return _READERS[kind](self, path, given)

    def whose(self, path: Path, step: Mapping[str, Any], deed: Deed) -> str | None:
        """The lead that the step is about; a story of one need not say so."""
        if isinstance(deed, PassTime | Arrive | Weigh):
            return None
        if "lead" in step:
            named = [name for name in self.leads if name != ALONE]
            lead = self.reader.name((*path, "lead"), step["lead"], "lead", named)
        elif len(self.leads) == 1 or (isinstance(deed, Expect) and deed.is_of_all):
            lead = self.leads[0] if len(self.leads) == 1 else None
        else:
            lead = None
            self.reader.problem(path, f"which lead? write lead: with one of {', '.join(self.leads)}")
        if lead in self.awaited:
            self.reader.problem((*path, "lead"), f"{lead} has not come in yet; its add comes later")
        return lead

    def add(self, path: Path, given: dict[str, Any]) -> Arrive | None:
        named = [name for name in self.leads if name != ALONE]
        lead = self.reader.name((*path, "add"), given["add"], "lead", named)
        if lead is not None and lead not in self.awaited:
            self.reader.problem((*path, "add"), f"{lead} has come in already")
            return None
        self.awaited.discard(lead or "")
        return Arrive(lead, self.actor(path, given)) if lead else None

    def _no_kind(self, path: Path, step: Any) -> None:
        keys = step if isinstance(step, dict) else {}
        guess = next((g for key in keys if (g := did_you_mean(key, KEYS))), "")
        self.reader.problem(path, f"a step is one of {', '.join(KEYS)}{guess}")

    def activity(self, path: Path, given: dict[str, Any]) -> Do | None:
        kinds = self.reader.workflow.activities
        kind = self.reader.name((*path, "activity"), given["activity"], "activity", kinds)
        if kind is None:
            return None
        raw = self.known((*path, "fields"), given.get("fields"), kinds[kind].fields, "field")
        return Do(Recorded(kind, raw), self.actor(path, given), self.occurred(path, given))

    def occurred(self, path: Path, given: Mapping[str, Any]) -> datetime | None:
        """When it happened, where that is told; None: now."""
        at = given.get("occurred_at")
        return None if at is None else self.reader.instant((*path, "occurred_at"), at)

    def fire(self, path: Path, given: dict[str, Any]) -> Do | None:
        workflow = self.reader.workflow
        trigger = self.reader.name((*path, "fire"), given["fire"], "trigger", workflow.triggers)
        if trigger is None:
            return None
        inputs = {name for row in workflow.transitions if row.trigger == trigger for name in row.requires}
        raw = self.known((*path, "set"), given.get("set"), sorted(inputs), "input")
        fired = Fired(trigger, raw, self.override(path, given))
        return Do(fired, self.actor(path, given), self.occurred(path, given))

    def override(self, path: Path, given: Mapping[str, Any]) -> str | None:
        """Why a guard is overridden; None where it is not."""
        asked, reason = given.get("override", False), given.get("reason")
        if not isinstance(asked, bool):
            self.reader.problem((*path, "override"), "override is true, or left out")
        elif asked and reason is None:
            self.reader.problem((*path, "override"), "an override takes a reason")
        elif reason is not None and not asked:
            self.reader.problem(
                (*path, "reason"), "reason is why something is overridden; add override: true"
            )
        if asked is not True or reason is None:
            return None
        return self.reader.text((*path, "reason"), reason, "a reason")

    def change(self, path: Path, given: dict[str, Any]) -> Do:
        fields = self.reader.workflow.fields
        values = self.reader.values((*path, "set"), given["set"], fields, "field")
        return Do(Changed(values), self.actor(path, given))

    def check(self, path: Path, given: dict[str, Any]) -> Do | None:
        checks = self.reader.workflow.checks
        name = self.reader.name((*path, "check"), given["check"], "check", checks)
        if name is None:
            return None
        raw = self.known((*path, "answer"), given.get("answer"), checks[name].fields, "field")
        return Do(Answered(name, raw), self.actor(path, given))

    def assign(self, path: Path, given: dict[str, Any]) -> Do:
        owner = given["assign"]
        if owner is not None:
            owner = self.reader.person((*path, "assign"), owner)
        return Do(Assigned(owner), self.actor(path, given))

    def about_breach(self, path: Path, given: dict[str, Any]) -> Do | None:
        """``lift``, ``dispute`` or ``uphold``."""
        kind = next(each for each in ABOUT_BREACHES if each in given)
        if isinstance(given[kind], dict) and "about" in given[kind]:
            return self.of_a_return((*path, kind), kind, given)
        said = self.of_a_breach((*path, kind), given[kind])
        return said and Do(ABOUT_BREACHES[kind](*said), self.actor(path, given))

    def of_a_return(self, at: Path, kind: str, given: dict[str, Any]) -> Do | None:
        """The same of the latest return for which that input said why."""
        terms = self.reader.mapping(at, given[kind], ("about", "reason"), ("about", "reason"))
        about, reason = terms.get("about"), ""
        if about is not None:
            about = self.reader.name(
                (*at, "about"), about, "reason of a return", self.reader.workflow.reasons
            )
        if terms.get("reason") is not None:
            reason = self.reader.text((*at, "reason"), terms["reason"], "a reason") or ""
        if not about or not reason:
            return None
        return Do(Contested(VERBS[kind], about, reason), self.actor(at[:-1], given))

    def of_a_breach(self, at: Path, given: Any) -> tuple[str, str] | None:
        """Of which target, and why."""
        terms = self.reader.mapping(at, given, ("target", "reason"), ("target", "reason"))
        targets = [target.name for target in self.reader.workflow.targets if not target.is_timer]
        target, reason = None, ""
        if terms.get("target") is not None:
            target = self.reader.name((*at, "target"), terms["target"], "target", targets)
        if terms.get("reason") is not None:
            reason = self.reader.text((*at, "reason"), terms["reason"], "a reason")
        return (target, reason) if target and reason else None

    def wait(self, path: Path, given: dict[str, Any]) -> PassTime | None:
        span = self.reader.duration((*path, "wait"), given["wait"])
        if span is None:
            return None
        self.now += span
        return PassTime(self.now)

    def until(self, path: Path, given: dict[str, Any]) -> PassTime | None:
        at = self.reader.instant((*path, "until"), given["until"])
        if at is None:
            return None
        if at < self.now:
            came = self.now.isoformat().replace("+00:00", "Z")
            self.reader.problem((*path, "until"), f"the story has come to {came} already; time only passes")
            return None
        self.now = at
        return PassTime(at)

    def refuse(self, path: Path, given: dict[str, Any]) -> Refuse | None:
        at = (*path, "refuse")
        terms = given["refuse"] if isinstance(given["refuse"], dict) else {}
        # As among steps, set comes last: beside a fire it holds inputs.
        kinds = [kind for kind in REFUSABLE if kind in terms] or [kind for kind in ("set",) if kind in terms]
        beside = KEYS[kinds[0]] if len(kinds) == 1 and kinds[0] not in INPUTS else ("as", *INPUTS_BESIDE)
        strange = [key for key in terms if key not in (*REFUSABLE, "set", *KEYS["fire"], "fields", "because")]
        known = kinds or (*REFUSABLE, "set")
        terms = self.reader.mapping(at, given["refuse"], (*known, *beside, "because"))
        if not kinds and strange:
            return None
        if len(kinds) != 1:
            others = ", ".join(("set", *(kind for kind in REFUSABLE if kind not in INPUTS)))
            self.reader.problem(at, f"refuse takes one fire or one activity, or else one of {others}")
            return None
        do = self.inputs(at, terms) if kinds[0] in INPUTS else _READERS[kinds[0]](self, at, terms)
        return Refuse(do, str(terms.get("because") or "")) if isinstance(do, Do) else None

    def inputs(self, at: Path, terms: dict[str, Any]) -> Do | None:
        """A fire or an activity whose inputs may be what none of them takes, for that is refused too."""
        raw = {
            name: value
            for key in ("set", "fields")
            for name, value in self.reader.anything((*at, key), terms.get(key), "input: value").items()
        }
        actor, workflow = self.actor(at, terms), self.reader.workflow
        if "fire" in terms:
            trigger = self.reader.name((*at, "fire"), terms["fire"], "trigger", workflow.triggers)
            override = self.override(at, terms)
            return Do(Fired(trigger, raw, override), actor, self.occurred(at, terms)) if trigger else None
        kind = self.reader.name((*at, "activity"), terms["activity"], "activity", workflow.activities)
        return Do(Recorded(kind, raw), actor, self.occurred(at, terms)) if kind else None

    def expect(self, path: Path, given: dict[str, Any]) -> Expect:
        return Expect(read_figures(self.reader, (*path, "expect"), given["expect"]))

    def weigh(self, path: Path, given: dict[str, Any]) -> Weigh:
        return Weigh(read_counts(self.reader, (*path, "open"), given["open"]))

    def actor(self, path: Path, given: Mapping[str, Any]) -> str | None:
        return self.reader.actor((*path, "as"), given.get("as"))

    def known(
        self, path: Path, given: Any, names: Iterable[str] | Mapping[str, Field], what: str
    ) -> dict[str, object]:
        """*given* as it stands; the agreement judges the values, names must exist."""
        raw = self.reader.anything(path, given, f"{what}: value")
        for name in raw:
            if name not in names:
                self.reader.name((*path, name), name, what, names)
        return raw


_READERS: Mapping[str, Callable[[StepReader, Path, dict[str, Any]], Deed | None]] = {
    "activity": StepReader.activity,
    "fire": StepReader.fire,
    "check": StepReader.check,
    "assign": StepReader.assign,
    "lift": StepReader.about_breach,
    "dispute": StepReader.about_breach,
    "uphold": StepReader.about_breach,
    "wait": StepReader.wait,
    "until": StepReader.until,
    "refuse": StepReader.refuse,
    "expect": StepReader.expect,
    "add": StepReader.add,
    "open": StepReader.weigh,
    "set": StepReader.change,
}

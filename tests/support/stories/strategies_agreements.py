"""Hypothesis strategies: agreements with clocks, steps and autos at random."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache

from hypothesis import strategies as st
from support.stories.strategies_calendars import CALENDARS
from support.stories.strategies_dealing import RULES, teams
from support.stories.strategies_rights import LIFTED_BY, OVERRIDES, ROLES, SET_BY

from slaflow.lifecycle.lead import Actor
from slaflow.workflow.expressions.cel import CompiledExpression, Result, Scope
from slaflow.workflow.expressions.value import Clause
from slaflow.workflow.model.clocks import (
    Allowance,
    Case,
    Days,
    LocalTime,
    Months,
    OpenTime,
    Pattern,
    Pause,
    Step,
    Target,
    UntilField,
)
from slaflow.workflow.model.commitment import Happening, Notes
from slaflow.workflow.model.flow import Action, Assign, Fire, Notify, SetFields, State, Transition
from slaflow.workflow.model.lead import Account, Activity, Approaches, Check, Field, FitRule, Scoring, Stage
from slaflow.workflow.model.parties import Party, Route
from slaflow.workflow.model.workflow import Workflow

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""When things begin; four weeks later clocks are turned in Stockholm."""
MIA, ANNA, BERIT, CARL, MARK, NOBODY = (
    f"{name}@example.com" for name in ("mia", "anna", "berit", "carl", "mark", "nobody")
)
STATES = ("nurturing", "mql", "accepted", "returned", "won")
TRIGGERS = ("promote", "accept", "return", "win", "recycle")
FIELDS = {
    "employees": Field("employees", "int"),
    "on_hold": Field("on_hold", "bool", default=False),
    "callback_on": Field("callback_on", "date"),
    "call_at": Field("call_at", "datetime"),
    "note": Field("note", "string"),
}
ACTIVITIES = (
    Activity("visit", ("lead",), Decimal(10), cap=Decimal(30), stage="interest"),
    Activity("demo", ("lead", "marketing"), Decimal("25.5"), stage="decision"),
    Activity("nurture", ("marketing",)),
    Activity("call", ("sales", "system"), attempt="phone"),
    Activity("mail", ("sales", "marketing"), attempt="email"),
    Activity("meeting", ("sales",), attempt="meeting", contact=True),
    Activity("reply", ("lead",), contact=True),
)
ACTORS = (
    Actor(ANNA, "sales"), Actor(BERIT, "sales"), Actor(MARK, "marketing"), Actor("system", "system"),
    Actor("lead", "lead"), Actor(MIA, "sales"), Actor("marketing", "marketing"),
)  # fmt: skip
CLOCKS = frozenset(f"clock{index}" for index in range(4))
CONDITIONS = (
    "attempts.within('30h') >= 1",
    "lead.on_hold", "!lead.on_hold", "lead.employees > 50", "known.note", "lead.score >= 30",
    "lead.engagement < 20", "stage.reached('interest')", "attempts.total >= 2", "contacted", "check.value",
    "activity.visit.count > 1", "cycles < 2", "assignments > 1",
    "lead.owner == 'anna@example.com'", "!known.owner", "attempts.channels >= 2 || lead.employees > 10",
)  # fmt: skip
SETTINGS = (
    ("on_hold", "true"), ("on_hold", "false"), ("on_hold", "!lead.on_hold"), ("on_hold", "null"),
    ("note", "'x'"), ("note", "null"),
    ("employees", "lead.employees + 30"), ("employees", "null"),
    ("callback_on", "null"),
    ("callback_on", "now + duration('30h')"), ("call_at", "entered + duration('26h')"),
)  # fmt: skip
_TYPES = {"int": "int", "bool": "bool", "date": "timestamp", "datetime": "timestamp", "string": "string"}
_CEL_NAMES = {
    **{f"lead.{f.name}": _TYPES[f.type] for f in FIELDS.values()},
    **{f"known.{name}": "bool" for name in (*FIELDS, "owner")},
    "lead.owner": "string",
    **{f"activity.{a.kind}.count": "int" for a in ACTIVITIES},
    **dict.fromkeys(("lead.fit", "lead.engagement", "lead.score"), "double"),
    **dict.fromkeys(("attempts.total", "attempts.channels", "assignments", "cycles"), "int"),
    **dict.fromkeys(("touched", "worked", "created", "entered", "now"), "timestamp"),
    **dict.fromkeys(("contacted", "check.value", "checked.value"), "bool"),
}
_STAGES = ("unaware", "interest", "decision")
_SCOPE = Scope(_CEL_NAMES, {}, _STAGES, ("always", "office", "evenings"))  # type: ignore[arg-type]
_ANSWER = Scope({"answer.n": "int"})


@lru_cache(maxsize=256)
def condition(text: str, result: Result = "bool") -> CompiledExpression:
    """*text* compiled over what every agreement here declares."""
    return _SCOPE.compile(text, result, nullable=True)


# A strategy is made once: hypothesis learns about one as it draws from it, anew for each that is made.


@cache
def _some(values: tuple[str, ...], most: int = 3, least: int = 1) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values), min_size=least, max_size=most)


@cache
def _rarely(strategy: st.SearchStrategy, otherwise: object = None) -> st.SearchStrategy:
    return st.integers(0, 2).flatmap(lambda n: strategy if n == 0 else st.just(otherwise))


@cache
def _or_none(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return strategy | st.none()


@cache
def conditions() -> st.SearchStrategy[CompiledExpression]:
    return st.sampled_from(CONDITIONS).map(condition)


@cache
def spans() -> st.SearchStrategy[OpenTime]:
    """Open time from a minute to days, often round so that clocks fall together."""
    minutes = st.sampled_from((30, 60, 60, 90, 240, 240, 480, 1440)) | st.integers(1, 3000)
    seconds = minutes.map(lambda n: n * 60) | st.integers(60, 100_000)
    return seconds.map(lambda n: OpenTime(timedelta(seconds=n), f"{n}s"))


@cache
def days() -> st.SearchStrategy[Days]:
    return st.integers(1, 4).map(lambda n: Days(n, f"{n}d"))


@cache
def months() -> st.SearchStrategy[Months]:
    return st.integers(1, 2).map(lambda n: Months(n, f"{n}mo"))


@cache
def times_of_day() -> st.SearchStrategy[LocalTime]:
    return st.sampled_from((0, 150, 540, 1350)).map(lambda n: LocalTime(n, f"at {n // 60:02}:{n % 60:02}"))


@cache
def untils() -> st.SearchStrategy[UntilField]:
    return st.builds(
        lambda name, before: UntilField(
            name, condition(f"lead.{name}", "timestamp"), name == "callback_on", before, f"until lead.{name}"
        ),
        st.sampled_from(("callback_on", "call_at")),
        _rarely(spans() | days()),
    )


@cache
def actions(*, fires: bool = True) -> st.SearchStrategy[Action]:
    to_notify = st.sampled_from(
        ("owner", "manager", "marketing", "sales", "nordics", "solo", "boss@example.com")
    )
    notify = st.lists(to_notify, min_size=1, max_size=3, unique=True).map(lambda to: Notify(tuple(to)))
    assign = st.sampled_from(("next", "next", "manager", "nordics", "growth", CARL)).map(Assign)
    from_field = st.just(Assign("note", "field"))
    if not fires:
        return st.one_of(notify, assign, from_field, st.just(Assign("actor", "actor")))
    assign |= from_field
    fire = st.sampled_from(TRIGGERS).map(Fire)
    sets = st.sampled_from(SETTINGS).map(
        lambda pair: SetFields({pair[0]: condition(pair[1], _setting(pair[0]))})
    )
    return st.one_of(notify, assign, fire, sets)


def _setting(name: str) -> Result:
    return _TYPES[FIELDS[name].type]  # type: ignore[return-value]


@cache
def _greetings() -> st.SearchStrategy[Action]:
    """What is done when somebody becomes the owner."""
    return st.sampled_from(
        (Notify(("owner", "manager")), SetFields({"note": condition("'x'", "string")}),
         SetFields({"on_hold": condition("false", "bool")}))
    )  # fmt: skip


@cache
def patterns(*kinds: str) -> st.SearchStrategy[Pattern]:
    """What starts, meets or restarts a clock, of one of *kinds*."""
    kinds_of_activity = tuple(each.kind for each in ACTIVITIES)
    names = {
        "enter": _some(STATES, 5, least=2),
        "trigger": _some(TRIGGERS, least=2),
        "set": _some(tuple(FIELDS)),
        "activity": _some(kinds_of_activity, 4, least=2),
        "dispute": st.just(CLOCKS),
        "ruling": st.just(CLOCKS),
    }
    return st.sampled_from(kinds).flatmap(
        lambda kind: st.builds(
            Pattern,
            kind=st.just(kind),
            names=names.get(kind, st.just(frozenset())),
            times=st.integers(1, 3) if kind in ("activity", "attempts") else st.just(1),
            channels=st.integers(1, 2) if kind == "attempts" else st.just(1),
            when=_rarely(conditions()),
        )
    )


@cache
@st.composite
def steps(draw: st.DrawFn) -> tuple[Step, ...]:
    """A target's steps as the compiler gives them: before due, the breach, after it."""
    do = _tuples(actions(), 0, 3)
    shares = sorted(draw(st.lists(st.sampled_from((1, 50, 51, 80, 99)), max_size=2, unique=True)))
    made = [Step(f"{n}%", "percent", percent=n, actions=draw(do)) for n in shares]
    for span in draw(st.lists(spans(), max_size=1)):
        made.append(Step(f"-{span.text}", "before", offset=span.duration, actions=draw(do)))
    made.append(Step("100%", "percent", percent=100, actions=draw(do)))
    for share in draw(_rarely(st.sampled_from(((150,), (200, 1000))), ())):
        made.append(Step(f"{share}%", "percent", percent=share, actions=draw(do)))
    for span in draw(st.lists(spans() | days(), max_size=2, unique_by=lambda s: s.text)):
        if isinstance(span, Days):
            made.append(Step(f"+{span.text}", "after_days", days=span.days, actions=draw(do)))
        else:
            made.append(Step(f"+{span.text}", "after", offset=span.duration, actions=draw(do)))
    return tuple(made)


@cache
def _tuples(strategy: st.SearchStrategy, least: int, most: int) -> st.SearchStrategy[tuple]:
    return st.lists(strategy, min_size=least, max_size=most).map(tuple)


@cache
def _allowances(*, is_timer: bool) -> st.SearchStrategy[Allowance]:
    return st.one_of(
        spans(), days(), untils(), _rarely(times_of_day(), Days(2, "2d")) if is_timer else months()
    )


@cache
def _pauses() -> st.SearchStrategy[Pause | None]:
    at_most = st.one_of(st.none(), spans(), days())
    return st.none() | st.builds(Pause, _what_events_change(), at_most, _rarely(st.just("note")))


@cache
def _what_events_change() -> st.SearchStrategy[CompiledExpression]:
    return conditions().filter(
        lambda each: not any(name.startswith("attempts.within") for name in each.names)
    )


@cache
def _timer_steps() -> st.SearchStrategy[tuple[Step, ...]]:
    return _tuples(actions(), 1, 2).map(lambda does: (Step("100%", "percent", percent=100, actions=does),))


@cache
@st.composite
def targets(draw: st.DrawFn, index: int) -> Target:
    """A target, or a timer."""
    is_timer = draw(st.integers(0, 3)) == 0
    allowances = _allowances(is_timer=is_timer)
    calendars = st.sampled_from(("always", "office", "evenings", "owner"))
    cases = [
        Case(draw(conditions()), draw(allowances), draw(_or_none(calendars)))
        for _ in range(draw(st.integers(0, 1)))
    ]
    starts = patterns("enter", "enter", "enter", "trigger", "activity", "set", "assign", "dispute")
    meets = patterns("enter", "trigger", "activity", "activity", "attempts", "contact", "assign", "ruling")
    return Target(
        index=index,
        name=f"clock{index}",
        owed_by=None if is_timer else draw(st.sampled_from(("marketing", "sales"))),
        start=draw(_tuples(starts, 1, 2)),
        cases=(*cases, Case(None, draw(allowances))),
        calendar=draw(calendars),
        lives_in=draw(_or_none(_some(STATES, 5, least=3))),
        meet=() if is_timer else draw(_tuples(meets, 1, 2)),
        pause=draw(_pauses()),
        restart=draw(_rarely(_tuples(patterns("assign", "activity", "set"), 1, 2), ())),
        repeat=not is_timer and draw(st.booleans()),
        per_owner=not is_timer and draw(st.integers(0, 2)) == 0,
        lift=None if is_timer else draw(_rarely(st.sampled_from(LIFTED_BY))),
        steps=draw(_timer_steps() if is_timer else steps()),
    )


@cache
@st.composite
def transitions(draw: st.DrawFn, index: int, trigger: str) -> Transition:
    setting = draw(_rarely(st.sampled_from(SETTINGS)))
    is_auto = draw(st.integers(0, 3)) == 0
    override = draw(_rarely(st.sampled_from(OVERRIDES), ())) if not is_auto else ()
    by = tuple(sorted(draw(_some(("marketing", "sales", "system"), least=2))))
    asked = (draw(_rarely(st.sampled_from(ROLES))) if not is_auto else None) or {}
    guards = bool(override) + is_auto
    return Transition(
        index=index,
        trigger=trigger,
        from_states=tuple(sorted(draw(_some(STATES[:4] if is_auto else STATES, 4, least=1 + (not is_auto))))),
        to=draw(_or_none(st.sampled_from(STATES))),
        by=by,
        roles={party: role for party, role in asked.items() if party in by},
        guard=tuple(
            Clause(each) for each in draw(st.lists(conditions(), min_size=guards, max_size=2 * guards))
        ),
        auto=is_auto,
        sets={setting[0]: condition(setting[1], _setting(setting[0]))} if setting else {},
        reset=draw(_rarely(_some(("engagement", "stage", "checks")), frozenset())),
        actions=draw(_rarely(_tuples(actions(fires=False), 1, 2), ())),
        override=override,
    )


@cache
def routes() -> st.SearchStrategy[Route]:
    narrowed = [
        Route("team", "nordics", condition("lead.employees > 50")),
        Route("person", CARL),
        Route("field", "note"),
    ]
    return st.sampled_from([*RULES, *narrowed])


@cache
def _journeys() -> st.SearchStrategy[dict[str, object]]:
    """How much of the buyer's journey the file speaks of."""
    pace = Approaches(("sales", "marketing"), 2, timedelta(hours=30))
    meant = tuple(
        replace(each, fits=("interest", "decision")) if each.kind == "mail" else each for each in ACTIVITIES
    )
    spoken = (
        {"pace": pace, "activities": {each.kind: each for each in meant}},
        {"described": tuple(Stage(name) for name in _STAGES)},
    )
    return st.integers(0, 2).flatmap(lambda n: st.just({}) if n else st.sampled_from(spoken))


@cache
def _noting() -> Notes:
    """What commitments have noted: that a condition held, and values that count once."""
    entered = Happening("enter", frozenset(("mql",)), "often", condition("lead.employees > 50"))
    return Notes((entered, Happening("activity", frozenset(("visit",)), "once", distinct="note")))


@cache
@st.composite
def agreements(draw: st.DrawFn) -> Workflow:
    """Compiled agreements over five states: clocks, steps and autos at random, sensible or not."""
    held = {"nurturing": "marketing", "mql": "sales", "accepted": "sales", "won": None}
    held["returned"] = draw(st.sampled_from(("marketing", "sales")))
    triggers = [*TRIGGERS, *draw(st.lists(st.sampled_from(TRIGGERS), max_size=2))]
    by_hand = draw(_rarely(st.sampled_from(SET_BY)))
    passes = _ANSWER.compile("answer.n >= 3", "bool")
    return Workflow(
        name="random", title=None, source="", digest="d" * 64, timezone="Europe/Stockholm",
        parties={"marketing": Party("marketing", "demand-desk@example.com"), "sales": Party("sales")},
        fields={**FIELDS, "on_hold": replace(FIELDS["on_hold"], by=by_hand)}, identity=(),
        attempt_spacing=draw(st.sampled_from((timedelta(0), timedelta(hours=1)))),
        stages=_STAGES,
        scoring=Scoring(
            (FitRule(condition("lead.employees >= 50"), Decimal(20)),),
            draw(st.sampled_from((None, timedelta(days=1), timedelta(days=30)))),
        ),
        checks={"value": Check("value", {"n": Field("n", "int")}, (Clause(passes),))},
        states={name: State(name, held[name], name == "nurturing", name == "won") for name in STATES},
        initial="nurturing",
        transitions=tuple(draw(transitions(i, trigger)) for i, trigger in enumerate(triggers)),
        targets=tuple(draw(targets(index)) for index in range(draw(st.integers(2, 4)))),
        teams=draw(teams()),
        routing=draw(_or_none(_tuples(routes(), 1, 3))),
        calendars=CALENDARS,
        notes=draw(st.sampled_from((None, None, _noting()))),
        lift=draw(_rarely(st.sampled_from(LIFTED_BY))),
        on_assign=draw(_rarely(_tuples(_greetings(), 1, 2), ())),
        first_calendar="office", account=Account("note"),
        **{"activities": {each.kind: each for each in ACTIVITIES}, **draw(_journeys())},
    )  # fmt: skip

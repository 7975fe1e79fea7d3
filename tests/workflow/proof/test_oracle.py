"""What is decided of conditions at random is what a solver says of them: z3, which only tests ask."""

from __future__ import annotations

import z3
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.agreement import compiled, small

from slaflow.workflow.compile.scopes import guard_scope
from slaflow.workflow.expressions.syntax import parse
from slaflow.workflow.expressions.value import Clause
from slaflow.workflow.expressions.words import read_names
from slaflow.workflow.proof.truths import Condition, Truths

WORKFLOW = compiled(
    small(
        (
            "employees: int",
            "employees: int, size: {type: int, min: 1, max: 5}, source: {type: string, one_of: [web, event]}",
        ),
        ("unaware, interest]", "unaware, interest, bought]"),
        ("points: 10, stage: interest}", "points: 10, stage: interest}\n  order: {by: lead, stage: bought}"),
        ("attempt: phone}", "attempt: phone}\n  mail: {by: sales, attempt: email}"),
    )
)
SCOPE = guard_scope(WORKFLOW)
STAGES = WORKFLOW.stages
TEXTS = ("SE", "NO", "web", "event")
INTS = {"lead.employees": (None, None), "lead.size": (1, 5), "attempts.channels": (0, 2), "cycles": (0, None)}
ALWAYS_THERE = {"attempts.channels", "cycles", "contacted", "lead.stage"}

numbers = st.integers(-2, 7)
comparing = st.sampled_from(("<", "<=", ">", ">=", "==", "!="))


def wholes():
    name = st.sampled_from(sorted(INTS))
    compared = st.builds("{} {} {}".format, name, comparing, numbers)
    mirrored = st.builds("{1} {2} {0}".format, name, numbers, comparing)
    listed = st.builds("{} in {}".format, name, st.lists(numbers, min_size=1, max_size=3))
    return compared | mirrored | listed


def decimals():
    written = st.sampled_from(("0.5", "1.5", "2", "-1.0"))
    return st.builds("lead.worth {} {}".format, comparing, written)


def texts():
    country = st.builds(
        "lead.country {} '{}'".format, st.sampled_from(("==", "!=")), st.sampled_from(TEXTS[:2])
    )
    source = st.builds(
        "lead.source {} '{}'".format, st.sampled_from(("==", "!=")), st.sampled_from(TEXTS[2:])
    )
    listed = st.builds(
        "lead.country in {}".format, st.lists(st.sampled_from(TEXTS[:2]), min_size=1, max_size=2)
    )
    return country | source | listed


def truths():
    names = (
        "lead.on_hold",
        "contacted",
        "known.country",
        "known.worth",
        "known.size",
        "check.fits",
        "checked.fits",
    )
    stages = tuple(f"stage.reached('{stage}')" for stage in STAGES)
    at = st.builds("lead.stage {} '{}'".format, st.sampled_from(("==", "!=")), st.sampled_from(STAGES))
    return st.sampled_from((*names, *stages)) | at


def joined(parts):
    return (
        st.builds("({} && {})".format, parts, parts)
        | st.builds("({} || {})".format, parts, parts)
        | st.builds("!({})".format, parts)
        | st.builds("({} ? {} : {})".format, parts, parts, parts)
        | st.builds("(({}) == ({}))".format, parts, parts)
        | st.builds("(({}) != ({}))".format, parts, parts)
    )


conditions = st.recursive(wholes() | decimals() | texts() | truths(), joined, max_leaves=6)


class Solver:
    """The same conditions for z3: of each part whether it is true, and whether it is false."""

    def __init__(self):
        self.solver = z3.Solver()
        self.made = {}

    def variable(self, name):
        """A name's value as a number, and whether it is set."""
        if name in self.made:
            return self.made[name]
        value = z3.Real(name) if name == "lead.worth" else z3.Int(name)
        is_set = z3.Bool(f"{name} is set")
        self.made[name] = value, is_set
        low, high = INTS.get(name, (None, None))
        choices = {
            "lead.source": (2, 3), "lead.stage": range(len(STAGES)), "lead.on_hold": (0, 1),
            "contacted": (0, 1), "check.fits": (0, 1),
        }.get(name)  # fmt: skip
        if low is not None:
            self.solver.add(value >= low)
        if high is not None:
            self.solver.add(value <= high)
        if choices is not None:
            self.solver.add(z3.Or(*(value == choice for choice in choices)))
        if name in ALWAYS_THERE:
            self.solver.add(is_set)
        return value, is_set

    def read(self, node, names):
        """(true, false) of *node*."""
        made = [self.read(part, names) for part in self.parts(node)]
        match node.kind, node.text:
            case "group", _:
                return made[0]
            case "unary", "!":
                return made[0][1], made[0][0]
            case "binary", "&&":
                return z3.And(made[0][0], made[1][0]), z3.Or(made[0][1], made[1][1])
            case "binary", "||":
                return z3.Or(made[0][0], made[1][0]), z3.And(made[0][1], made[1][1])
            case "choice", _:
                asks, yes, no = made
                return tuple(z3.Or(z3.And(asks[0], yes[i]), z3.And(asks[1], no[i])) for i in (0, 1))
            case "binary", ("==" | "!=") if made:
                (a, not_a), (b, not_b) = made
                alike, unlike = (
                    z3.Or(z3.And(a, b), z3.And(not_a, not_b)),
                    z3.Or(z3.And(a, not_b), z3.And(not_a, b)),
                )
                return (alike, unlike) if node.text == "==" else (unlike, alike)
            case _:
                return self.leaf(node, names)

    def parts(self, node):
        logical = node.kind in ("group", "choice") or node.text in ("!", "&&", "||")
        same = node.kind == "binary" and node.text in ("==", "!=")
        return (
            node.args
            if logical or (same and node.args[0].kind == "group" and len(node.args[0].args) == 1)
            else ()
        )

    def leaf(self, node, names):
        if node in names:
            name = names[node]
            if name.startswith("known."):
                is_set = self.variable(f"lead.{name[6:]}")[1]
                return is_set, z3.Not(is_set)
            if name.startswith("checked."):
                is_set = self.variable(f"check.{name[8:]}")[1]
                return is_set, z3.Not(is_set)
            if name.startswith("stage."):
                value, is_set = self.variable("lead.stage")
                reached = z3.And(is_set, value >= STAGES.index(name.rpartition(".")[2]))
                return reached, z3.Not(reached)
            value, is_set = self.variable(name)
            return z3.And(is_set, value == 1), z3.And(is_set, value == 0)
        left, right, operator = *node.args, node.text
        if left not in names:
            left, right = right, left
            operator = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator, operator)
        value, is_set = self.variable(names[left])
        others = [self.literal(each, names[left]) for each in (right.args if operator == "in" else [right])]
        one = others[0]
        holds = {
            "in": lambda: z3.Or(*(value == other for other in others)), "==": lambda: value == one,
            "!=": lambda: value != one, "<": lambda: value < one, "<=": lambda: value <= one,
            ">": lambda: value > one, ">=": lambda: value >= one,
        }[operator]()  # fmt: skip
        return z3.And(is_set, holds), z3.And(is_set, z3.Not(holds))

    def literal(self, node, name):
        if node.kind == "unary":
            return -self.literal(node.args[0], name)
        if node.text == "string":
            return STAGES.index(node.value) if name == "lead.stage" else TEXTS.index(node.value)
        return z3.RealVal(str(node.value)) if name == "lead.worth" else node.value


def possible(*asked):
    """Whether z3 finds a lead for which each ``(text, wanted)`` is true, or is not."""
    solver = Solver()
    for text, wanted in asked:
        tree = parse(text)
        names = read_names(tree, SCOPE.variables, STAGES, ()).variables
        is_true, _ = solver.read(tree.root, names)
        solver.solver.add(is_true if wanted else z3.Not(is_true))
    return solver.solver.check() == z3.sat


def guard(*texts):
    return tuple(Clause(SCOPE.compile(text, "bool")) for text in texts)


@settings(max_examples=70)
@given(st.lists(conditions, min_size=1, max_size=3))
def test_a_guard_may_pass_where_the_solver_finds_a_lead(texts):
    truths = Truths(WORKFLOW)
    passes = guard(*texts)
    assert not any(truths.read(clause.that).free for clause in passes)
    may, must = truths.may_pass(passes), truths.must_pass(passes)
    assume(not truths.gave_up)
    assert may == possible(*((text, True) for text in texts))
    assert must == (not any(possible((text, False)) for text in texts))


@settings(max_examples=70)
@given(conditions, st.lists(conditions, min_size=1, max_size=3))
def test_one_is_hidden_by_others_where_the_solver_finds_no_lead_left_over(text, before):
    one, *others = (Condition((clause.that,)) for clause in guard(text, *before))
    truths = Truths(WORKFLOW)
    found = truths.together([one], others)
    assume(not truths.gave_up)
    assert (found is not None) == possible((text, True), *((each, False) for each in before))


VALUES = st.fixed_dictionaries(
    {
        "lead.employees": st.none() | numbers,
        "lead.size": st.none() | st.integers(1, 5),
        "lead.worth": st.none() | st.sampled_from((-1.0, 0.5, 1.0, 2.0, 3.5)),
        "lead.country": st.none() | st.sampled_from((*TEXTS, "FI")),
        "lead.source": st.none() | st.sampled_from(("web", "event")),
        "lead.on_hold": st.none() | st.booleans(),
        "check.fits": st.none() | st.booleans(),
        "contacted": st.booleans(),
        "attempts.channels": st.integers(0, 2),
        "cycles": st.integers(0, 7),
        "lead.stage": st.sampled_from(STAGES),
    }
)


def counted():
    """Comparisons with numbers that conditions choose, and with sums of such."""
    chosen = st.builds("({} ? {} : {})".format, truths(), numbers, numbers)
    number = chosen | st.builds("({} + {})".format, chosen, chosen) | st.builds("-({})".format, chosen)
    name = st.sampled_from(sorted(INTS))
    return st.builds("{} {} {}".format, name | number, comparing, number)


def seen(values):
    """What expressions see of a lead with those *values*."""
    given = {f"known.{name[5:]}": value is not None for name, value in values.items() if name[:5] == "lead."}
    place = STAGES.index(values["lead.stage"])
    reached = {f"stage.reached.{stage}": at <= place for at, stage in enumerate(STAGES)}
    return {**values, **given, **reached, "checked.fits": values["check.fits"] is not None}


@settings(max_examples=120)
@given(conditions | counted(), VALUES)
def test_where_all_is_known_of_a_lead_it_passes_as_it_does_when_it_is_evaluated(text, values):
    truths, passes = Truths(WORKFLOW), guard(text)
    found = passes[0].that.evaluate(seen(values))
    assert truths.may_pass(passes, values) is (found is True)
    assert truths.must_pass(passes, values) is (found is True)

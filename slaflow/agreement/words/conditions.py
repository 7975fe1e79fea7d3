"""Conditions in words: comparisons, lists, what is known, joined by and, or. What is not simple is quoted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from slaflow.agreement.words.naming import Last, Naming, called, either, plain, quoted
from slaflow.hours.words import duration
from slaflow.language import _, marked
from slaflow.workflow.document.durations import elapsed
from slaflow.workflow.expressions.syntax import Node, Tree, bare, parse
from slaflow.workflow.expressions.value import Clause, Expression

_IS: Mapping[str, tuple[str, str]] = {
    "==": (marked("is"), marked("is not")),
    "!=": (marked("is not"), marked("is")),
    "<": (marked("is under"), marked("is at least")),
    "<=": (marked("is at most"), marked("is over")),
    ">": (marked("is over"), marked("is at most")),
    ">=": (marked("is at least"), marked("is under")),
}
_SIGNS = {
    "+": marked("plus"), "-": marked("minus"), "*": marked("times"), "/": marked("divided by"),
    "%": marked("modulo"),
}  # fmt: skip
_SPOKEN = {
    "lead.score": marked("the score"),
    "lead.fit": marked("the fit"),
    "lead.engagement": marked("the engagement"),
    "fit": marked("the fit"),
    "engagement": marked("the engagement"),
    "lead.stage": marked("the stage"),
    "lead.owner": marked("the owner"),
    "attempts.total": marked("the number of attempts"),
    "attempts.channels": marked("the number of channels tried"),
    "assignments": marked("the number of assignments"),
    "cycles": marked("the number of times round"),
    "touched": marked("the last touch"),
    "worked": marked("the last piece of work"),
    "created": marked("the beginning of the lead"),
    "entered": marked("the beginning of its state"),
    "now": marked("that instant"),
}
_STATED = {
    "contacted": (marked("they have spoken"), marked("they have not spoken")),
    "known.owner": (marked("it has an owner"), marked("it has no owner")),
    "known.touched": (marked("it was ever touched"), marked("it was never touched")),
    "known.worked": (marked("anybody ever worked on it"), marked("nobody ever worked on it")),
}


class _Quoted(Exception):
    """This part has no simple words."""


def condition(expression: Expression, naming: Naming) -> str:
    """*expression* as a clause: ``source is web and the score is at least 50``."""
    return said(expression.text, naming)


def unless(expression: Expression, naming: Naming) -> str | None:
    """The opposite as a clause; None where it would have to be quoted."""
    try:
        tree = parse(expression.text)
        return _Speaker(tree, naming).clause(tree.root, positive=False)
    except _Quoted:
        return None


def said(text: str, naming: Naming) -> str:
    tree = parse(text)
    try:
        return _Speaker(tree, naming).clause(tree.root, positive=True)
    except _Quoted:
        return quoted(text)


def value(text: str, naming: Naming) -> str:
    """What an expression comes to: a literal as itself, a name by its words, else as it is written."""
    tree = parse(text)
    try:
        return _Speaker(tree, naming).value(tree.root)
    except _Quoted:
        return quoted(text)


def guard(clauses: Iterable[Clause], naming: Naming) -> list[str]:
    return [condition(clause.that, naming) for clause in clauses]


class _Speaker:
    def __init__(self, tree: Tree, naming: Naming) -> None:
        self.tree = tree
        self.naming = naming

    def clause(self, node: Node, *, positive: bool) -> str:
        if node.kind == "group":
            return self.clause(node.args[0], positive=positive)
        if node.kind == "unary" and node.text == "!":
            return self.clause(node.args[0], positive=not positive)
        if node.kind == "binary" and node.text in ("&&", "||"):
            return self._joined(node, positive=positive)
        if node.kind == "binary" and node.text in _IS:
            return self._compared(node, positive=positive)
        if node.kind == "binary" and node.text == "in":
            return self._among(node, positive=positive)
        return self._stated(node, positive=positive)

    def _joined(self, node: Node, *, positive: bool) -> str:
        word: Last = "and" if (node.text == "&&") == positive else "or"
        parts = [self._part(each, word, positive=positive) for each in _chain(node, node.text)]
        if word == "or" and any(_(" or ") in part or _(" and ") in part for part in parts):
            return _("either {parts}").format(parts=_(", or ").join(parts))
        return (_(" and ") if word == "and" else _(" or ")).join(parts)

    def _part(self, node: Node, word: str, *, positive: bool) -> str:
        said = self.clause(node, positive=positive)
        inner = bare(node)
        mixed = inner.kind == "binary" and inner.text in ("&&", "||")
        return f"({said})" if mixed and word == "and" else said

    def _compared(self, node: Node, *, positive: bool) -> str:
        left, right = node.args
        flag = bare(right)
        if flag.text in ("true", "false") and flag.kind == "literal" and node.text in ("==", "!="):
            same = (node.text == "==") == (flag.text == "true")
            return self.clause(left, positive=positive == same)
        words = _(_IS[node.text][0 if positive else 1])
        return f"{self.value(left)} {words} {self.value(right)}"

    def _among(self, node: Node, *, positive: bool) -> str:
        left, right = node.args
        if right.kind != "list":
            raise _Quoted
        if len(right.args) == 1:
            words = _("is") if positive else _("is not")
            return f"{self.value(left)} {words} {self.value(right.args[0])}"
        one = _("is one of") if positive else _("is none of")
        return f"{self.value(left)} {one} {either(map(self.value, right.args))}"

    def _stated(self, node: Node, *, positive: bool) -> str:
        if node.kind == "literal" and node.text in ("true", "false"):
            return _("always") if (node.text == "true") == positive else _("never")
        if node.kind == "method" and node.text == "reached":
            stage = self.naming.stage(str(node.args[1].value))
            words = _("the stage {stage} was reached") if positive else _("the stage {stage} was not reached")
            return words.format(stage=stage)
        if node.kind == "call" and node.text == "open":
            words = _("{calendar} is open") if positive else _("{calendar} is closed")
            return words.format(calendar=plain(str(node.args[0].value)))
        if node.kind != "name":
            raise _Quoted
        return self._named(node.text, positive=positive)

    def _named(self, name: str, *, positive: bool) -> str:
        if name in _STATED:
            return _(_STATED[name][0 if positive else 1])
        head, _dot, rest = name.partition(".")
        if head == "known":
            words = _("{field} is known") if positive else _("{field} is not known")
            return words.format(field=self.naming.field(rest))
        if head == "check":
            words = _("the check {check} passes") if positive else _("the check {check} does not pass")
            return words.format(check=self.naming.check(rest))
        if head == "checked":
            words = (
                _("the check {check} was answered") if positive else _("the check {check} was not answered")
            )
            return words.format(check=self.naming.check(rest))
        words = _("{field} is true") if positive else _("{field} is not true")
        return words.format(field=self._name(name))

    def value(self, node: Node) -> str:
        if node.kind == "group":
            return self.value(node.args[0])
        if node.kind == "literal":
            return _literal(node)
        if node.kind == "name":
            return self._name(node.text)
        if node.kind == "unary" and node.text == "-":
            return f"-{self.value(node.args[0])}"
        if node.kind == "binary" and node.text in _SIGNS:
            left, right = (self._operand(each) for each in node.args)
            return f"{left} {_(_SIGNS[node.text])} {right}"
        return self._called(node)

    def _operand(self, node: Node) -> str:
        words = self.value(node)
        return f"({words})" if bare(node).kind == "binary" and node.kind == "group" else words

    def _called(self, node: Node) -> str:
        if node.kind == "method" and node.text == "within":
            passed = duration(elapsed(str(node.args[1].value)).total_seconds())
            return _("the number of attempts within {passed}").format(passed=passed)
        if node.kind == "call" and node.text == "duration" and node.args[0].kind == "literal":
            try:
                return duration(elapsed(str(node.args[0].value)).total_seconds())
            except ValueError:
                raise _Quoted from None
        raise _Quoted

    def _name(self, name: str) -> str:
        if name in _SPOKEN:
            return _(_SPOKEN[name])
        head, _dot, rest = name.partition(".")
        if head == "lead":
            return self.naming.field(rest)
        if head in ("input", "answer", "touch"):
            return called(rest)
        if head == "activity":
            kind, _dot, what = rest.rpartition(".")
            activity = self.naming.activity(kind)
            words = _("the number of {activity}") if what == "count" else _("the last of {activity}")
            return words.format(activity=activity)
        raise _Quoted


def _chain(node: Node, word: str) -> list[Node]:
    """``a && b && c`` as its three parts, in order."""
    waiting, parts = [node], []
    while waiting:
        each = waiting.pop()
        inner = bare(each)
        if inner.kind == "binary" and inner.text == word:
            waiting.extend(reversed(inner.args))
        else:
            parts.append(each)
    return parts


def _literal(node: Node) -> str:
    if node.value is None:
        return _("nothing")
    if isinstance(node.value, bool):
        return _("true") if node.value else _("false")
    return str(node.value) if str(node.value) else _("empty")

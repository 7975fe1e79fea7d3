"""Conditions in words: comparisons, lists, what is known, joined by and, or. What is not simple is quoted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from slaflow.agreement.words.naming import Naming, called, either, plain
from slaflow.hours.words import duration
from slaflow.workflow.document.durations import elapsed
from slaflow.workflow.expressions.syntax import Node, Tree, bare, parse
from slaflow.workflow.expressions.value import Clause, Expression

_IS: Mapping[str, tuple[str, str]] = {
    "==": ("is", "is not"),
    "!=": ("is not", "is"),
    "<": ("is under", "is at least"),
    "<=": ("is at most", "is over"),
    ">": ("is over", "is at most"),
    ">=": ("is at least", "is under"),
}
_SIGNS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by", "%": "modulo"}
_SPOKEN = {
    "lead.score": "the score",
    "lead.fit": "the fit",
    "lead.engagement": "the engagement",
    "fit": "the fit",
    "engagement": "the engagement",
    "lead.stage": "the stage",
    "lead.owner": "the owner",
    "attempts.total": "the number of attempts",
    "attempts.channels": "the number of channels tried",
    "assignments": "the number of assignments",
    "cycles": "the number of times round",
    "touched": "the last touch",
    "worked": "the last piece of work",
    "created": "the beginning of the lead",
    "entered": "the beginning of its state",
    "now": "that instant",
}
_STATED = {
    "contacted": ("they have spoken", "they have not spoken"),
    "known.owner": ("it has an owner", "it has no owner"),
    "known.touched": ("it was ever touched", "it was never touched"),
    "known.worked": ("anybody ever worked on it", "nobody ever worked on it"),
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
        return f"“{text}”"


def value(text: str, naming: Naming) -> str:
    """What an expression comes to: a literal as itself, a name by its words, else as it is written."""
    tree = parse(text)
    try:
        return _Speaker(tree, naming).value(tree.root)
    except _Quoted:
        return f"“{text}”"


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
        word = "and" if (node.text == "&&") == positive else "or"
        parts = [self._part(each, word, positive=positive) for each in _chain(node, node.text)]
        if word == "or" and any(" or " in part or " and " in part for part in parts):
            return f"either {', or '.join(parts)}"
        return f" {word} ".join(parts)

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
        words = _IS[node.text][0 if positive else 1]
        return f"{self.value(left)} {words} {self.value(right)}"

    def _among(self, node: Node, *, positive: bool) -> str:
        left, right = node.args
        if right.kind != "list":
            raise _Quoted
        if len(right.args) == 1:
            return f"{self.value(left)} {'is' if positive else 'is not'} {self.value(right.args[0])}"
        one = "is one of" if positive else "is none of"
        return f"{self.value(left)} {one} {either(map(self.value, right.args))}"

    def _stated(self, node: Node, *, positive: bool) -> str:
        if node.kind == "literal" and node.text in ("true", "false"):
            return "always" if (node.text == "true") == positive else "never"
        if node.kind == "method" and node.text == "reached":
            stage = self.naming.stage(str(node.args[1].value))
            return f"the stage {stage} was {'' if positive else 'not '}reached"
        if node.kind == "call" and node.text == "open":
            return f"{plain(str(node.args[0].value))} is {'open' if positive else 'closed'}"
        if node.kind != "name":
            raise _Quoted
        return self._named(node.text, positive=positive)

    def _named(self, name: str, *, positive: bool) -> str:
        if name in _STATED:
            return _STATED[name][0 if positive else 1]
        head, _, rest = name.partition(".")
        no = "" if positive else "not "
        if head == "known":
            return f"{self.naming.field(rest)} is {'known' if positive else 'not known'}"
        if head == "check":
            return f"the check {self.naming.check(rest)} {'passes' if positive else 'does not pass'}"
        if head == "checked":
            return f"the check {self.naming.check(rest)} was {no}answered"
        return f"{self._name(name)} is {'' if positive else 'not '}true"

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
            return f"{left} {_SIGNS[node.text]} {right}"
        return self._called(node)

    def _operand(self, node: Node) -> str:
        words = self.value(node)
        return f"({words})" if bare(node).kind == "binary" and node.kind == "group" else words

    def _called(self, node: Node) -> str:
        if node.kind == "method" and node.text == "within":
            passed = duration(elapsed(str(node.args[1].value)).total_seconds())
            return f"the number of attempts within {passed}"
        if node.kind == "call" and node.text == "duration" and node.args[0].kind == "literal":
            try:
                return duration(elapsed(str(node.args[0].value)).total_seconds())
            except ValueError:
                raise _Quoted from None
        raise _Quoted

    def _name(self, name: str) -> str:
        if name in _SPOKEN:
            return _SPOKEN[name]
        head, _, rest = name.partition(".")
        if head == "lead":
            return self.naming.field(rest)
        if head in ("input", "answer", "touch"):
            return called(rest)
        if head == "activity":
            kind, _, what = rest.rpartition(".")
            activity = self.naming.activity(kind)
            return f"the {'number' if what == 'count' else 'last'} of {activity}"
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
        return "nothing"
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return str(node.value) if str(node.value) else "empty"

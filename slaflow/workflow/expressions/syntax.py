"""The grammar of expressions: tokens to a flat list of nodes, children before parents.

We parse before CEL does for three reasons: nesting is bounded before any C++ sees it,
macros and structures are refused by name, and literals are known with their places.
Types are CEL's business (``expressions.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NoReturn

from slaflow.workflow.expressions.tokens import Token, refuse, tokenize

MAX_DEPTH = 32
"""Levels of nesting: the limit of CEL's own parser, so nothing it refuses gets there."""

_POWERS = {
    **dict.fromkeys(("?",), 1),
    **dict.fromkeys(("||",), 2),
    **dict.fromkeys(("&&",), 3),
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in"), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "%"), 6),
}
_CONSTANTS: dict[str, object] = {"true": True, "false": False, "null": None}
_WORDS = {"and": "&&", "or": "||", "not": "!", "AND": "&&", "OR": "||", "NOT": "!"}

Kind = Literal["literal", "name", "call", "method", "unary", "binary", "choice", "list", "group"]


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One part of an expression.

    ``text`` is the operator, function or dotted name; ``offset`` where the part begins,
    ``at`` where CEL places its errors: the operator, or the parenthesis of a call.
    ``first`` and ``last`` are the half-open range of its tokens. A method's target is its
    first argument.
    """

    kind: Kind
    text: str
    offset: int
    at: int
    first: int
    last: int
    args: tuple[Node, ...] = ()
    value: object = None


@dataclass(frozen=True, slots=True)
class Tree:
    text: str
    tokens: list[Token]
    nodes: list[Node]
    """Children before parents, so that walks need no recursion; the last is the whole."""

    @property
    def root(self) -> Node:
        return self.nodes[-1]

    def source(self, node: Node) -> str:
        """The node's own words, as written."""
        return self.text[node.offset : self.tokens[node.last - 1].end]


def results(node: Node) -> Iterator[Node]:
    """The parts that *node*'s value may come from: through parentheses, choices and lists."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if part.kind in ("group", "list"):
            waiting.extend(reversed(part.args))
        elif part.kind == "choice":
            waiting.extend(reversed(part.args[1:]))
        else:
            yield part


def bare(node: Node) -> Node:
    """*node* without the parentheses around it."""
    while node.kind == "group":
        node = node.args[0]
    return node


def parse(text: str) -> Tree:
    """The tree of *text*.

    Raises:
        ExpressionInvalid: it is not an expression, or nests deeper than ``MAX_DEPTH``.
    """
    parser = _Parser(text)
    parser.whole()
    return Tree(text, parser.tokens, parser.nodes)


class _Parser:
    """Precedence climbing: two frames a level of nesting."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.nodes: list[Node] = []
        self.position = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def whole(self) -> None:
        if self.token.kind == "end":
            refuse(self.text, "an expression is missing here", 0)
        self.expression(1)
        if self.position < len(self.tokens) - 1:
            self.unexpected("an operator")

    def unexpected(self, wanted: str) -> NoReturn:
        word = self.token.text
        if self.token.kind == "end":
            message = f"the expression ends where {wanted} is expected"
        elif word in _WORDS:
            message = f'"{word}" is not CEL; write {_WORDS[word]}'
        elif self.position and self.tokens[self.position - 1].text in ("not", "NOT"):
            message = '"not" is not CEL; write !'
        elif word in ("[", "{") and wanted == "an operator":
            message = f"{word} cannot stand after a value; lists stand after in, maps and structures nowhere"
        elif word == "{":
            message = "maps cannot be written here"
        else:
            message = f'unexpected "{word}" where {wanted} is expected'
        refuse(self.text, message, self.token.offset)

    def take(self, word: str) -> bool:
        if self.token.text != word or self.token.kind not in ("symbol", "name"):
            return False
        self.position += 1
        return True

    def expect(self, word: str) -> None:
        if not self.take(word):
            self.unexpected(f'"{word}"')

    def add(
        self, kind: Kind, text: str, first: int, at: int, args: tuple[Node, ...] = (), value: object = None
    ) -> Node:
        offset = self.tokens[first].offset
        node = Node(kind, text, offset, at, first, self.position, args, value)
        self.nodes.append(node)
        return node

    def expression(self, power: int) -> Node:
        self.deeper()
        first = self.position
        node = self.operand()
        while self.token.kind in ("symbol", "name") and _POWERS.get(self.token.text, 0) >= power:
            node = self.operation(node, first)
        self.depth -= 1
        return node

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = f"this nests deeper than {MAX_DEPTH} levels; split it into several clauses"
            refuse(self.text, message, self.token.offset)

    def operation(self, left: Node, first: int) -> Node:
        token = self.token
        self.position += 1
        if token.text != "?":
            right = self.expression(_POWERS[token.text] + 1)
            return self.add("binary", token.text, first, token.offset, (left, right))
        yes = self.expression(2)
        self.expect(":")
        no = self.expression(1)
        return self.add("choice", "?", first, token.offset, (left, yes, no))

    def operand(self) -> Node:
        token, first = self.token, self.position
        if token.kind == "symbol" and token.text in ("!", "-"):
            return self.unary(token)
        if token.kind in ("int", "float", "string"):
            self.position += 1
            node = self.add("literal", token.kind, first, token.offset, value=token.value)
        elif token.kind == "name":
            node = self.name()
        elif self.take("("):
            inner = self.expression(1)
            self.expect(")")
            node = self.add("group", "(", first, token.offset, (inner,))
        elif self.take("["):
            node = self.add("list", "[", first, token.offset, self.arguments("]"))
        else:
            self.unexpected("a value")
        return self.methods(node, first)

    def unary(self, token: Token) -> Node:
        first = self.position
        self.position += 1
        other = self.token
        if other.kind == "symbol" and other.text in ("!", "-") and other.text != token.text:
            refuse(self.text, f'put parentheses around what follows "{token.text}"', other.offset)
        inner = self.expression(7)
        return self.add("unary", token.text, first, token.offset, (inner,))

    def name(self) -> Node:
        """A constant, a dotted name, or a call of a function without a target."""
        token, first = self.token, self.position
        if token.text == "in":
            self.unexpected("a value")
        self.position += 1
        if token.text in _CONSTANTS:
            return self.add("literal", token.text, first, token.offset, value=_CONSTANTS[token.text])
        if self.token.text == "(":
            return self.call("call", token.text, first, ())
        words = [token.text]
        while self.token.text == "." and not self.at_method():
            self.position += 1
            words.append(self.word())
        return self.add("name", ".".join(words), first, token.offset)

    def at_method(self) -> bool:
        following = self.tokens[self.position + 1 : self.position + 3]
        return [part.kind for part in following] == ["name", "symbol"] and following[1].text == "("

    def word(self) -> str:
        token = self.token
        if token.kind != "name":
            self.unexpected("a name")
        self.position += 1
        return token.text

    def methods(self, node: Node, first: int) -> Node:
        while self.token.text == "." and self.token.kind == "symbol":
            self.position += 1
            word = self.word()
            if self.token.text != "(":
                self.unexpected('"("')
            node = self.call("method", word, first, (node,))
        return node

    def call(self, kind: Kind, text: str, first: int, target: tuple[Node, ...]) -> Node:
        at = self.token.offset
        self.expect("(")
        return self.add(kind, text, first, at, (*target, *self.arguments(")")))

    def arguments(self, close: str) -> tuple[Node, ...]:
        if self.take(close):
            return ()
        found = [self.expression(1)]
        while self.take(","):
            found.append(self.expression(1))
        self.expect(close)
        return tuple(found)

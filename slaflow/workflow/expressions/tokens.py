"""The words of an expression: what CEL's lexer would see, with offsets into the given text.

Offsets are 0-based character offsets. What is refused at this level (bytes, unsigned
numbers, unknown escapes) raises :class:`ExpressionInvalid`; grammar lives in ``syntax.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isinf
from typing import Literal, NoReturn

from slaflow.errors import SlaflowError

MAX_LENGTH = 2_000
"""Characters in an expression. Source: workflow-file.md, "Expressions"."""


@dataclass(frozen=True, slots=True)
class ExpressionProblem:
    """One thing wrong with an expression, and where: a character offset in its text."""

    message: str
    offset: int


class ExpressionInvalid(SlaflowError):
    """An expression that cannot be compiled, with all its problems in text order."""

    code = "expression_invalid"

    def __init__(self, text: str, problems: tuple[ExpressionProblem, ...]) -> None:
        self.text = text
        self.problems = problems
        super().__init__("; ".join(problem.message for problem in problems))


def refuse(text: str, message: str, offset: int) -> NoReturn:
    """Raise :class:`ExpressionInvalid` with this one problem."""
    raise ExpressionInvalid(text, (ExpressionProblem(message, offset),))


@dataclass(frozen=True, slots=True)
class Token:
    kind: Literal["name", "int", "float", "string", "symbol", "end"]
    text: str
    offset: int
    value: object = None
    """What a literal stands for."""

    @property
    def end(self) -> int:
        return self.offset + len(self.text)


_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r\n\f]+|//[^\n]*)
    | (?P<string>[rR]?(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}
                       |"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'))
    | (?P<float>[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)
    | (?P<int>0[xX][0-9a-fA-F]+|[0-9]+)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<symbol>&&|\|\||==|!=|<=|>=|[<>+\-*/%!?:.,()\[\]{}])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.)|$)", re.DOTALL
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SIMPLE = dict(zip("abfnrtv\\'\"`?", "\a\b\f\n\r\t\v\\'\"`?", strict=True))
_HINTS = {
    "=": "a single = is not CEL; write ==",
    "&": "a single & is not CEL; write &&",
    "|": "a single | is not CEL; write ||",
    "'": "this text has no closing '",
    '"': 'this text has no closing "',
}


def tokenize(text: str) -> list[Token]:
    """The tokens of *text* without space and comments, closed by one of kind ``end``.

    Raises:
        ExpressionInvalid: a character, number or text CEL cannot read.
    """
    return [*_tokens(text), Token("end", "", len(text))]


def _tokens(text: str) -> Iterator[Token]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            character = text[position]
            refuse(text, _HINTS.get(character, f'unexpected "{character}"'), position)
        if match.lastgroup != "space":
            yield _token(text, match)
        position = match.end()


def _token(text: str, match: re.Match[str]) -> Token:
    word, offset = match.group(), match.start()
    match match.lastgroup:
        case "string" if _SURROGATE.search(word):
            refuse(text, "this text holds half a character (a lone surrogate)", offset)
        case "string":
            return Token("string", word, offset, _text_value(text, word, offset))
        case "int" | "float":
            return _number(text, match)
        case "name":
            if text[match.end() : match.end() + 1] in ("'", '"') and word.lower() in ("b", "br", "rb"):
                refuse(text, "bytes are not available; write text without the b", offset)
            return Token("name", word, offset)
        case _:
            return Token("symbol", word, offset)


def _number(text: str, match: re.Match[str]) -> Token:
    word, offset = match.group(), match.start()
    tail = re.compile(r"[A-Za-z0-9_]*").match(text, match.end())
    if tail and tail.group():
        refuse(text, f'cannot read the number "{word}{tail.group()}"', offset)
    if match.lastgroup == "float":
        value: int | float = float(word)
        if isinf(value):
            refuse(text, f"the number {word} is too large", offset)
        return Token("float", word, offset, value)
    value = int(word, 16) if word[:2] in ("0x", "0X") else int(word)
    # One above the largest: CEL reads the minus of the smallest integer as part of it.
    if value > 2**63:
        refuse(text, f"the number {word} is too large", offset)
    return Token("int", word, offset, value)


def _text_value(text: str, word: str, offset: int) -> str:
    raw = word[0] in "rR"
    body = word[1:] if raw else word
    quotes = 3 if len(body) >= 6 and body[:3] in ("'''", '"""') else 1
    inner = body[quotes:-quotes]
    value = inner if raw else _unescape(text, inner, offset + len(word) - len(body) + quotes)
    if "\0" in value:
        refuse(text, "a NUL character cannot stand in text", offset)
    return value


def _unescape(text: str, inner: str, offset: int) -> str:
    def replace(match: re.Match[str]) -> str:
        two, four, eight, octal, simple = match.groups()
        if simple in _SIMPLE:
            return _SIMPLE[simple]
        code = int(octal, 8) if octal else int(two or four or eight or "110000", 16)
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            escape = match.group()
            refuse(text, f"unknown escape {escape}; write \\{escape} for a backslash", offset + match.start())
        return chr(code)

    return _ESCAPE.sub(replace, inner)


def quoted(value: str) -> str:
    """*value* as a CEL literal."""
    return json.dumps(value, ensure_ascii=False)


def split_conjunction(text: str) -> list[tuple[str, int]]:
    """The clauses of *text* around its outermost ``&&``, each stripped, with its offset.

    The whole text is one clause where ``||`` or ``?:`` stands outside parentheses, and
    where it cannot be read.
    """
    cuts = _conjunctions(text)
    starts = [0, *(cut + 2 for cut in cuts)]
    parts = zip(starts, [*cuts, len(text)], strict=True)
    return [_stripped(text, start, end) for start, end in parts]


def _conjunctions(text: str) -> list[int]:
    cuts: list[int] = []
    depth = 0
    try:
        tokens = tokenize(text)
    except ExpressionInvalid:
        return []
    for token in tokens:
        if token.kind != "symbol":
            continue
        depth += (token.text in "([{") - (token.text in ")]}")
        if depth < 0 or (depth == 0 and token.text in ("||", "?")):
            return []
        if depth == 0 and token.text == "&&":
            cuts.append(token.offset)
    return cuts if depth == 0 else []


def _stripped(text: str, start: int, end: int) -> tuple[str, int]:
    part = text[start:end]
    return part.strip(), start + len(part) - len(part.lstrip())

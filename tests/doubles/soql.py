"""As much of SOQL as is asked of Salesforce: fields of one object, conditions, an order, a limit.

Written from what the vendor documents, and tried against no other: developer.salesforce.com, SOQL and SOSL
Reference, pages "SOQL SELECT Syntax", "Condition Expression Syntax (WHERE Clause)", "Comparison Operators",
"Quoted String Escape Sequences", "Logical Operators" (AND and OR are mixed only with parentheses).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Row = Mapping[str, Any]
Holds = Callable[[Row], bool]

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\\r\n]|\\.)*')|(?P<at>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))"
    r"|(?P<number>\d+)|(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<sign>>=|<=|!=|[=<>(),]))"
)
ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
ESCAPED = {**dict(zip("nNrRtTbBfF", "\n\n\r\r\t\t\b\b\f\f", strict=True)), '"': '"', "'": "'", "\\": "\\"}
SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
}


class Malformed(Exception):
    """It is no question."""


class NoColumn(Exception):
    """It names a field that is not there; ``name`` is it."""

    def __init__(self, name: str) -> None:
        self.name = name


@dataclass
class Question:
    """What is asked; ``kinds`` of the object's fields are known once it is."""

    fields: list[str]
    object: str
    holds: Holds = lambda row: True
    order: list[str] = field(default_factory=list)
    limit: int | None = None

    def answer(self, rows: list[Row]) -> list[Row]:
        found = [row for row in rows if self.holds(row)]
        for name in reversed(self.order):
            found.sort(key=lambda row, name=name: row[name] or "")  # type: ignore[misc]
        return found[: self.limit]


class Reader:
    """Reads one question; *kinds_of* gives an object's fields with their kinds, None where there is none."""

    def __init__(self, asked: str, kinds_of: Callable[[str], Mapping[str, str] | None]) -> None:
        self._tokens = _tokens(asked)
        self._kinds_of = kinds_of
        self._kinds: Mapping[str, str] = {}

    def question(self) -> Question:
        self._word("SELECT")
        fields = self._names()
        self._word("FROM")
        object = self._take("name")
        kinds = self._kinds_of(object)
        if kinds is None:
            raise LookupError(object)
        self._kinds = kinds
        if len({name.lower() for name in fields}) < len(fields):
            raise Malformed("duplicate field selected")
        asked = Question([self._field(name) for name in fields], object)
        if self._is_next("WHERE"):
            asked.holds = self._condition()
        if self._is_next("ORDER"):
            self._word("BY")
            asked.order = [self._field(name) for name in self._names()]
        if self._is_next("LIMIT"):
            asked.limit = int(self._take("number"))
        if self._tokens:
            raise Malformed(f"unexpected token: {self._tokens[0][1]}")
        return asked

    def _condition(self) -> Holds:
        parts = [self._part()]
        joined = ""
        while self._tokens and self._tokens[0][1].upper() in ("AND", "OR"):
            word = self._tokens.pop(0)[1].upper()
            if joined not in ("", word):
                raise Malformed(f"unexpected token: {word}")
            joined = word
            parts.append(self._part())
        some = any if joined == "OR" else all
        return lambda row: some(part(row) for part in parts)

    def _part(self) -> Holds:
        if self._is_next("("):
            inner = self._condition()
            self._word(")")
            return inner
        name = self._field(self._take("name"))
        if self._is_next("IN"):
            self._word("(")
            among = [self._value(name)]
            while self._is_next(","):
                among.append(self._value(name))
            self._word(")")
            return lambda row: self._of(row, name) in among
        sign = self._take("sign")
        if sign not in SIGNS:
            raise Malformed(f"unexpected token: {sign}")
        wanted = self._value(name)

        def holds(row: Row) -> bool:
            found = self._of(row, name)
            if found is None or wanted is None:
                return sign in ("=", "!=") and SIGNS[sign](found, wanted)
            return SIGNS[sign](found, wanted)

        return holds

    def _value(self, name: str) -> Any:
        """A value to compare *name* with, of its kind."""
        what, text = self._tokens.pop(0) if self._tokens else ("", "")
        kind = self._kinds[name]
        if what == "name" and text.lower() == "null":
            return None
        if kind == "boolean" and text.lower() in ("true", "false"):
            return text.lower() == "true"
        if kind == "datetime" and what == "at":
            return datetime.fromisoformat(text)
        if kind in ("int", "double", "currency") and what == "number":
            return int(text)
        if what != "text" or kind in ("boolean", "datetime", "int", "double", "currency"):
            raise Malformed(f"value of filter criterion for field '{name}' must be of type {kind}")
        given = _unquoted(text)
        if kind not in ("id", "reference"):
            return given.lower()
        if not re.fullmatch("[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?", given):
            raise Malformed(f"invalid ID field: {given}")
        return given[:15]

    def _of(self, row: Row, name: str) -> Any:
        found, kind = row[name], self._kinds[name]
        if found is None or isinstance(found, bool | int):
            return found
        if kind == "datetime":
            return datetime.fromisoformat(found)
        return found[:15] if kind in ("id", "reference") else found.lower()

    def _field(self, name: str) -> str:
        known = {each.lower(): each for each in self._kinds}
        if name.lower() not in known:
            raise NoColumn(name)
        return known[name.lower()]

    def _names(self) -> list[str]:
        names = [self._take("name")]
        while self._is_next(","):
            names.append(self._take("name"))
        return names

    def _is_next(self, word: str) -> bool:
        if self._tokens and self._tokens[0][1].upper() == word and self._tokens[0][0] in ("name", "sign"):
            self._tokens.pop(0)
            return True
        return False

    def _word(self, word: str) -> None:
        if not self._is_next(word):
            raise Malformed(f"expecting {word}")

    def _take(self, what: str) -> str:
        if not self._tokens or self._tokens[0][0] != what:
            raise Malformed(f"unexpected token: {self._tokens[0][1] if self._tokens else '<EOF>'}")
        return self._tokens.pop(0)[1]


def _tokens(asked: str) -> list[tuple[str, str]]:
    found, place = [], 0
    while place < len(asked.rstrip()):
        token = TOKEN.match(asked, place)
        if token is None:
            raise Malformed(f"unexpected token: {asked[place : place + 20]}")
        found.append((str(token.lastgroup), token[str(token.lastgroup)]))
        place = token.end()
    return found


def _unquoted(text: str) -> str:
    def meant(found: re.Match[str]) -> str:
        escape = found[1]
        if len(escape) == 5:
            return chr(int(escape[1:], 16))
        if escape not in ESCAPED:
            raise Malformed(f"Invalid string literal: illegal escape sequence \\{escape}")
        return ESCAPED[escape]

    return ESCAPE.sub(meant, text[1:-1])

"""Where templates run that somebody else wrote: they see what they are given, and come to an end.

Jinja's own sandbox keeps them from Python's inside; what would take all time or memory is bounded here.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from jinja2 import BaseLoader, StrictUndefined, TemplateRuntimeError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

TURNS = 5000
"""Of all loops of one text, nested ones multiplied."""
LONGEST = 100_000
"""Characters that an operator may make of two values."""
_FILTERS = frozenset(
    "abs capitalize count d default dictsort e escape first groupby int items join last length list lower "
    "max min reject rejectattr replace reverse round select selectattr sort string sum title tojson trim "
    "truncate unique upper urlencode".split()
)
_TEXT = frozenset(
    "capitalize endswith lower lstrip removeprefix removesuffix rstrip split startswith strip title "
    "upper".split()
)
"""What may be called of a text; others make any length of one."""
_TICK = "a_turn_of_a_loop"


class TakesTooLong(TemplateRuntimeError):
    """A template that loops."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja with little in it; a name that is missing is an error, not nothing.

    *escapes*: what is rendered is HTML. All templates of a text share that, as a macro escapes for whom it
    was compiled and not for who calls it.
    """

    intercepted_binops = frozenset(("*", "**", "%", "+"))

    def __init__(self, loader: BaseLoader, *, escapes: bool) -> None:
        super().__init__(
            loader=loader,
            autoescape=escapes,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            cache_size=200,
        )
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.globals = {"dict": dict, "range": self.globals["range"]}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """As Jinja reads it, and each turn of each loop counted."""
        tree = super()._parse(source, name, filename)
        for loop in tree.find_all(nodes.For):
            at = loop.lineno
            tick = nodes.Call(nodes.Name(_TICK, "load", lineno=at), [], [], None, None, lineno=at)
            loop.body.insert(0, nodes.ExprStmt(tick, lineno=at))
        return tree

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may have *attr* of *obj*: nothing private, of texts not what fills memory."""
        if isinstance(obj, str) and attr not in _TEXT:
            return False
        return bool(super().is_safe_attribute(obj, attr, value))

    def wrap_str_format(self, value: Any) -> None:
        """Nothing: a text's ``format`` makes any length of it, so that it is refused like the others."""

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """An operator carried out, where that stays small."""
        if operator == "**" or (operator == "%" and isinstance(left, str)):
            raise TemplateRuntimeError(f"the operator {operator} is not for templates")
        if operator == "*" and not all(isinstance(each, int | float) for each in (left, right)):
            raise TemplateRuntimeError("only numbers are multiplied")
        made = super().call_binop(context, operator, left, right)
        if isinstance(made, str | list | tuple) and len(made) > LONGEST:
            raise TakesTooLong("it makes a text without end")
        return made


def counting() -> dict[str, Callable[[], str]]:
    """What a text is rendered with, so that its loops come to an end."""
    turns = count(1)

    def tick() -> str:
        if next(turns) > TURNS:
            raise TakesTooLong(f"its loops take more than {TURNS:,} turns")
        return ""

    return {_TICK: tick}

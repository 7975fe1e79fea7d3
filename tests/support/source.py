"""Our own source files as syntax trees, for the tests that hold them to the house rules."""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("slaflow", "cli", "migrations", "workflows")
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file: its path from the checkout's root, its name once installed, its text and tree."""

    path: str
    module: str
    text: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the tree."""
        return [*ast.walk(self.tree)]

    @property
    def package(self) -> str:
        return self.module if self.path.endswith("/__init__.py") else self.module.rpartition(".")[0]

    @property
    def layer(self) -> str:
        """What stands after ``slaflow.`` in its name; nothing for the package's own file."""
        return layer_of(self.module)


def layer_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def parse(path: str, text: str) -> Source:
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    installed = parts if parts[0] == "slaflow" else ["slaflow", *parts]
    return Source(path, ".".join(installed), text, ast.parse(text, path))


def texts(*folders: str) -> Iterator[tuple[str, str]]:
    """Every Python file below *folders* of the checkout, in order of path: path and text."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            with tokenize.open(file) as lines:
                yield file.relative_to(ROOT).as_posix(), lines.read()


def read(*folders: str) -> list[Source]:
    """The same files with their trees."""
    return [parse(path, text) for path, text in texts(*folders)]


def imports(source: Source) -> Iterator[str]:
    """The full name of everything *source* imports, wherever in the file, relative ones resolved.

    ``from a import b`` gives ``a.b``, whether b is a module of a or a name in it.
    """
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(source, node)
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def _origin(source: Source, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    above = source.package.split(".")
    kept = above[: len(above) - node.level + 1]
    return ".".join([*kept, node.module] if node.module else kept)


def functions(source: Source) -> Iterator[FunctionNode]:
    for node in source.nodes:
        if isinstance(node, FunctionNode):
            yield node


def length(function: FunctionNode) -> int:
    """Lines from ``def`` to the end, the docstring not counted."""
    assert function.end_lineno is not None
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is None:
        return lines
    docstring = function.body[0]
    assert docstring.end_lineno is not None
    return lines - (docstring.end_lineno - docstring.lineno + 1)


def dotted(node: ast.expr) -> str:
    """``a.b.c`` for such an expression, else nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (owner := dotted(node.value)):
        return f"{owner}.{node.attr}"
    return ""

"""Who may import whom, what stays pure, and how large and how named things may be.

Each rule is a function from one file to its faults, so that it is tried on a file that
breaks it as well as on ours.
"""

from __future__ import annotations

import ast
import re
import statistics
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

import pytest
from support.source import (
    ROOT,
    SHIPPED,
    Source,
    dotted,
    functions,
    imports,
    layer_of,
    length,
    parse,
    read,
    texts,
)

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ORDER: list[list[str]] = PROJECT["tool"]["architecture"]["layers"]
RANK = {layer: rank for rank, layers in enumerate(ORDER) for layer in layers}
PURE = frozenset(
    layer for layer, rank in RANK.items() if rank <= RANK[PROJECT["tool"]["architecture"]["last_pure"]]
)
IMPURE_MODULES = frozenset(
    "os subprocess socket random secrets uuid time sqlalchemy alembic psycopg click rich".split()
)

# Where each outside library may be imported; a new one is entered here with its home.
HOMES = {
    "apprise": ("slaflow/notify/channels/apprise.py",),
    "alembic": ("slaflow/store/schema.py", "migrations/"),
    "babel": ("slaflow/language.py", "slaflow/web/"),
    "argon2": ("slaflow/engine/access/passwords.py",),
    "cel_expr_python": ("slaflow/workflow/expressions/environment.py",),
    "click": ("cli/",),
    "cryptography": ("slaflow/log/keys.py", "slaflow/log/locked.py"),
    "defusedxml": ("slaflow/link/sources/payload.py",),
    "distributed": ("slaflow/engine/backtest/dask.py",),
    "fastapi": ("slaflow/web/",),
    "httpcore2": ("slaflow/net/",),
    "httpx2": ("slaflow/net/",),
    "joserfc": ("slaflow/web/",),
    "itsdangerous": ("slaflow/notify/tokens.py",),
    "holidays": ("slaflow/hours/public_holidays.py",),
    "jinja2": ("slaflow/web/", "slaflow/notify/", "slaflow/report/review.py"),
    "matplotlib": ("slaflow/report/plot",),
    "orjson": (
        "slaflow/log/",
        "slaflow/store/",
        "slaflow/exchange/",
        "slaflow/notify/",
        "slaflow/web/",
        "cli/",
    ),
    "prometheus_client": ("slaflow/engine/tick/metrics.py",),
    "psycopg": ("slaflow/store/",),
    "pyarrow": ("slaflow/exchange/",),
    "pydantic": (
        "slaflow/settings/",
        "slaflow/workflow/",
        "slaflow/trial/",
        "slaflow/exchange/",
        "slaflow/link/",
        "slaflow/web/",
    ),
    "rich": ("cli/",),
    "starlette": ("slaflow/web/",),
    "standardwebhooks": ("slaflow/link/sources/generic.py", "slaflow/notify/channels/webhook.py"),
    "sqlalchemy": ("slaflow/store/", "migrations/"),
    "transitions": ("slaflow/lifecycle/machine.py",),
    "uvicorn": ("cli/serve.py",),
    "watchfiles": ("cli/trial/watching.py",),
    "yaml": ("slaflow/workflow/yaml/read.py", "migrations/versions/0024_dealing.py"),
}
DATA_ONLY = {"tzdata"}  # nobody imports it: zoneinfo reads it where the system has no zones
WALL_CLOCK_HOME = "slaflow/engine/context.py"
ENVIRONMENT_HOME = "slaflow/settings/environment.py"
WALL_CLOCK = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns))$")
EMPTY_NAMES = frozenset("util utils helper helpers common base manager managers misc".split())

Rule = Callable[[Source], Iterator[str]]


def ours(name: str) -> bool:
    return name.split(".")[0] == "slaflow"


def imports_to_the_right(source: Source) -> Iterator[str]:
    """Imports of a layer that does not stand before the file's own."""
    if source.layer not in RANK:
        return
    for name in filter(ours, imports(source)):
        target = layer_of(name)
        if target in RANK and target != source.layer and RANK[target] >= RANK[source.layer]:
            yield f"{source.path} imports {name}, which does not stand to its left"


def imports_past_the_engine(source: Source) -> Iterator[str]:
    """The two faces reach data through the engine alone; the web is started in one place."""
    if source.layer not in {"cli", "web"}:
        return
    for name in filter(ours, imports(source)):
        if layer_of(name) == "store":
            yield f"{source.path} imports {name}; ask the engine"
        if layer_of(name) == "web" and source.layer == "cli" and source.path != "cli/serve.py":
            yield f"{source.path} imports {name}; only cli/serve.py may"


def imports_of_the_root(source: Source) -> Iterator[str]:
    """Public names are for users; a layer that asks the root for them closes a circle."""
    if source.layer not in RANK or source.layer in {"web", "cli"}:
        return
    known = {*RANK, *(file.layer for file in sources())}
    for name in filter(ours, imports(source)):
        if layer_of(name) not in known:
            yield f"{source.path} imports {name} from the package's root"


def impurities(source: Source) -> Iterator[str]:
    """Databases, screens, chance, the environment and the clock have no place in the core."""
    if source.layer in PURE:
        for name in imports(source):
            if name.split(".")[0] in IMPURE_MODULES:
                yield f"{source.path} imports {name}, and {source.layer} is pure"


def wall_clocks(source: Source) -> Iterator[str]:
    if source.path == WALL_CLOCK_HOME:
        return
    for node in source.nodes:
        if isinstance(node, ast.Attribute) and WALL_CLOCK.search(dotted(node)):
            yield f"{source.path}:{node.lineno} reads the clock; only {WALL_CLOCK_HOME} may"


def environment_readers(source: Source) -> Iterator[str]:
    if source.path == ENVIRONMENT_HOME:
        return
    for name in imports(source):
        if name in {"os.environ", "os.getenv"}:
            yield f"{source.path} imports {name}; only {ENVIRONMENT_HOME} reads the environment"
    for node in source.nodes:
        by_name = isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.getenv"}
        by_option = isinstance(node, ast.keyword) and node.arg in {"envvar", "auto_envvar_prefix"}
        if by_name or by_option:
            yield f"{source.path}:{node.lineno} reads the environment; only {ENVIRONMENT_HOME} may"


def homeless_libraries(source: Source) -> Iterator[str]:
    for name in imports(source):
        library = name.split(".")[0]
        if library in sys.stdlib_module_names or ours(name):
            continue
        if not source.path.startswith(HOMES.get(library, ())):
            yield f"{source.path} imports {library}, whose home is {HOMES.get(library, 'not in HOMES')}"


def imports_of_ours_in_a_revision(source: Source) -> Iterator[str]:
    """A revision must mean the same in ten years, whatever our code says by then."""
    if source.path.startswith("migrations/versions/"):
        yield from (f"{source.path} imports {name}" for name in filter(ours, imports(source)))


def long_functions(source: Source) -> Iterator[str]:
    if source.path.startswith("migrations/versions/"):
        return
    for function in functions(source):
        if length(function) > 50:
            yield f"{source.path}:{function.lineno} {function.name} has {length(function)} lines"


def empty_names(source: Source) -> Iterator[str]:
    """Files and classes named after nothing; and ``sql``, which here is a lead's state."""
    classes = [node.name for node in source.nodes if isinstance(node, ast.ClassDef)]
    for name in [*source.module.split("."), *classes]:
        if words(name) & (EMPTY_NAMES | {"sql"}):
            yield f"{source.path}: {name} says too little"
    for function in functions(source):
        if "sql" in words(function.name):
            yield f"{source.path}:{function.lineno} {function.name}: say store, query or statement"


def words(name: str) -> set[str]:
    """``run_sql`` and ``RunSql`` are both run and sql."""
    return set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_"))


@cache
def sources() -> list[Source]:
    """What ships; read when a test asks, and not by each worker that merely collects them."""
    return read(*SHIPPED)


RULES: tuple[Rule, ...] = (
    imports_to_the_right,
    imports_past_the_engine,
    imports_of_the_root,
    impurities,
    wall_clocks,
    environment_readers,
    homeless_libraries,
    imports_of_ours_in_a_revision,
    long_functions,
    empty_names,
)

BREACHES: tuple[tuple[Rule, str, str], ...] = (
    (imports_to_the_right, "slaflow/hours/x.py", "from slaflow.workflow.model.workflow import Value"),
    (imports_to_the_right, "slaflow/log/x.py", "def f():\n    import slaflow.store.tables.all"),
    (imports_to_the_right, "slaflow/report/x.py", "from slaflow.exchange import csv"),
    (imports_to_the_right, "slaflow/clock/x.py", "from ..engine import app"),
    (imports_to_the_right, "slaflow/engine/__init__.py", "from ..cli.main import main"),
    (imports_past_the_engine, "cli/x.py", "from slaflow.store import leads"),
    (imports_past_the_engine, "cli/x.py", "import slaflow.web.app"),
    (imports_of_the_root, "slaflow/report/x.py", "from slaflow import Engine"),
    (impurities, "slaflow/lifecycle/x.py", "import random"),
    (impurities, "slaflow/errors.py", "from os import environ"),
    (impurities, "slaflow/trial/x.py", "import sqlalchemy.orm"),
    (wall_clocks, "slaflow/engine/tick/run.py", "import datetime\nx = datetime.datetime.now()"),
    (wall_clocks, "cli/x.py", "import time\nx = time.time()"),
    (environment_readers, "cli/x.py", "import os\nx = os.environ['X']"),
    (environment_readers, "cli/x.py", "from os import getenv"),
    (environment_readers, "cli/x.py", "option('--db', envvar='SLAFLOW_DB')"),
    (homeless_libraries, "slaflow/engine/x.py", "from sqlalchemy import select"),
    (homeless_libraries, "slaflow/engine/x.py", "import requests"),
    (imports_of_ours_in_a_revision, "migrations/versions/0002_x.py", "import slaflow.store.tables.all"),
    (long_functions, "cli/x.py", "def f():\n" + "    x = 1\n" * 50),
    (empty_names, "slaflow/hours/utils.py", ""),
    (empty_names, "slaflow/hours/x.py", "class LeadManager: ..."),
    (empty_names, "slaflow/store/x.py", "def run_sql(): ..."),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_file_keeps_the_rule(rule: Rule) -> None:
    assert [fault for source in sources() for fault in rule(source)] == []


@pytest.mark.parametrize(
    ("rule", "path", "text"), BREACHES, ids=lambda value: getattr(value, "__name__", value)
)
def test_a_file_that_breaks_the_rule_is_found(rule: Rule, path: str, text: str) -> None:
    assert list(rule(parse(path, text)))


def test_every_part_of_slaflow_has_its_place_in_the_order() -> None:
    outside_the_order = {"", "__main__", "testing", "migrations", "workflows"}
    assert {source.layer for source in sources()} - outside_the_order <= set(RANK)


@pytest.mark.parametrize("folder", [*SHIPPED, "tests", "bench"])
def test_no_file_is_longer_than_400_lines(folder: str) -> None:
    too_long = {path: lines for path, text in texts(folder) if (lines := text.count("\n")) > 400}
    assert too_long == {}


def test_half_of_all_functions_are_shorter_than_ten_lines() -> None:
    assert statistics.median(length(function) for file in sources() for function in functions(file)) < 10


def test_homes_and_declared_dependencies_are_the_same() -> None:
    """One declared without a home is dead weight; one with a home undeclared fails on a fresh machine."""
    project = PROJECT["project"]
    extras = project["optional-dependencies"]
    optional = [text for name, texts in extras.items() if name not in ("all", "dev") for text in texts]
    declared = {import_name(text) for text in project["dependencies"] + optional}
    assert declared - DATA_ONLY == set(HOMES)


def import_name(requirement: str) -> str:
    """``PyYAML>=6`` is imported as yaml; most by their own names."""
    match = re.match(r"[\w-]+", requirement)
    assert match
    name = match.group().lower().replace("-", "_")
    return {"pyyaml": "yaml", "argon2_cffi": "argon2"}.get(name, name)


MOST_FILES = 24


def test_no_folder_is_too_full_to_look_through() -> None:
    held = Counter(source.path.rpartition("/")[0] for source in sources() if "/versions/" not in source.path)
    assert {folder: files for folder, files in held.items() if files > MOST_FILES} == {}


def circles(graph: Mapping[str, set[str]]) -> list[set[str]]:
    """Groups of modules that all lead to each other, larger than one."""
    reach = {module: _reached(graph, module) for module in graph}
    found = {frozenset({other for other in seen if module in reach[other]}) for module, seen in reach.items()}
    return [set(circle) for circle in found if len(circle) > 1]


def _reached(graph: Mapping[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        new = graph[ahead.pop()] - seen
        seen |= new
        ahead += new
    return seen


def imports_of_modules(sources: Iterable[Source]) -> dict[str, set[str]]:
    """Which module imports which, also only for types or only when a function runs."""
    modules = {source.module: source for source in sources}
    graph: dict[str, set[str]] = {}
    for module, source in modules.items():
        whole = {_module_in(name, modules) for name in filter(ours, imports(source))}
        graph[module] = {name for name in whole if name is not None and name != module}
    return graph


def _module_in(name: str, modules: Mapping[str, Source]) -> str | None:
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or None


def test_no_module_needs_itself() -> None:
    graph = imports_of_modules(sources())
    assert sum(map(len, graph.values())) > 1000
    assert circles(graph) == []


def test_a_circle_is_found_even_if_it_is_closed_for_types_only() -> None:
    guarded = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from slaflow.log.a import A"
    one, other = parse("slaflow/log/a.py", "from slaflow.log import b"), parse("slaflow/log/b.py", guarded)
    alone = parse("slaflow/log/c.py", "import slaflow.log.a")
    assert circles(imports_of_modules([one, other, alone])) == [{"slaflow.log.a", "slaflow.log.b"}]


PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
STOPS = re.findall(r"\[`([\w.]+)`\]\(\.\./([\w/]+\.py)\)", PAGE)


def test_every_function_that_the_walks_pass_is_where_they_say() -> None:
    assert len(STOPS) > 25
    files = {source.path: source for source in sources()}
    for name, path in STOPS:
        assert path in files, path
        assert name in defined(files[path]), f"{path} has no {name}"


def defined(source: Source) -> set[str]:
    """The names of its functions and classes; of methods also ``Class.method``."""
    names: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
    return names

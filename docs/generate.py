"""Keeps the pages true: plays their console sessions, redraws their diagrams, lists commands and error codes.

``python docs/generate.py [PAGE...]`` rewrites README.md and the pages below docs/ as they should be; a test
compares. Only what a reader sees is played, in one folder per page that is empty at first: a ``console``
block is a session, a block ``sh run`` commands whose output is not shown, and the block after a paragraph
that ends in "save ... as `NAME`:" goes into that file. ``<!-- output of: command -->`` has the block that
follows redrawn. Three dots stand for the rest of a line.
"""

from __future__ import annotations

import ast
import inspect
import os
import pkgutil
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import chdir
from importlib import import_module
from pathlib import Path

import click
from click.testing import CliRunner
from sqlalchemy.engine import make_url

import slaflow
import slaflow.cli
from slaflow.cli.main import cli
from slaflow.cli.options import EVERYWHERE
from slaflow.errors import SlaflowError

ROOT = Path(__file__).resolve().parents[1]
COMMANDS_PAGE = ROOT / "docs" / "reference" / "commands.md"
PROGRAMS = Path(sys.executable).parent
READERS_FOLDER = "/home/ada/agreement"
"""What the folder of a session is called on the page."""
POSTGRESQL = "postgresql+psycopg://slaflow@localhost/slaflow"
"""What the PostgreSQL database of a session is called on the page."""

Run = Callable[[str], str]
_BLOCK = re.compile(
    r"(?P<before>(?:^(?!```)[^\n]+\n)+\n)?^```(?P<kind>[\w ]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
_SAVED = re.compile(r"\b[Ss]ave\b[^`]*\sas\s`(\w[\w./-]*)`[^`]*:\n\n$")
_DRAWN = re.compile(r"<!-- output of: ([^\n]+) -->\n")


def pages() -> list[Path]:
    """README.md and every page below docs/ whose sessions can be played: docs/olist needs a download."""
    written = sorted(page for page in (ROOT / "docs").rglob("*.md") if page.parent.name != "olist")
    return [ROOT / "README.md", *written]


def played(text: str, folder: Path, run: Run) -> str:
    """The page *text* with what its commands really print; *run* carries one out in *folder*."""

    def told(command: str) -> str:
        return run(command).replace(str(folder), READERS_FOLDER)

    def play(block: re.Match[str]) -> str:
        before, kind, body = block["before"] or "", block["kind"], block["body"]
        return f"{before}```{kind}\n{_body(before, kind, body, folder, told)}```"

    return _BLOCK.sub(play, text)


def _body(before: str, kind: str, body: str, folder: Path, told: Run) -> str:
    """What stands in the block as it should be."""
    if kind == "console":
        return "".join(said + _shown(said, old, told) for said, old in session(body))
    if drawn := _DRAWN.fullmatch(before.rstrip("\n") + "\n"):
        return told(drawn[1])
    if kind == "sh run":
        for command in body.replace("\\\n", " ").splitlines():
            _must_go_well(command, told)
    elif saved := _SAVED.search(before):
        file = folder / saved[1]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(body, encoding="utf-8")
    return body


def _must_go_well(command: str, told: Run) -> None:
    output = told(command)
    if told("echo $?") != "0\n":
        raise RuntimeError(f"{command}: {output}")


def session(body: str) -> list[tuple[str, str]]:
    """The commands of a console block as they stand, each with the output that follows it."""
    return re.findall(r"^(\$ [^\n]*\n)((?:(?!\$ )[^\n]*\n)*)", body, re.MULTILINE)


def _shown(said: str, old: str, told: Run) -> str:
    new = told(said.removeprefix("$ ").rstrip("\n"))
    return old if _covers(old, new) else new


def _covers(old: str, new: str) -> bool:
    pattern = re.escape(old).replace(re.escape("..."), "[^\n]*")
    return re.fullmatch(pattern, new) is not None


class Shell:
    """Just enough of a shell to play a page; most commands run in this process, which is faster.

    *apart*: each in a process of its own, as a reader's would. *programs*: the folder of ``slaflow`` and
    ``python3``.
    """

    def __init__(self, folder: Path, *, apart: bool = False, programs: Path = PROGRAMS) -> None:
        self.folder = folder
        self.apart = apart
        self.programs = programs
        self.named: dict[str, str | None] = {"SLAFLOW_DB": None, "SLAFLOW_ACTOR": None, "SLAFLOW_KEY": None}
        self.code = 0

    def __call__(self, command: str) -> str:
        name, *words = shlex.split(command)
        if command == "echo $?":
            return f"{self.code}\n"
        if name == "export":
            self.named.update(word.split("=", 1) for word in words)
            return ""
        if name == "slaflow" and not self.apart and not {"|", ">", ">>"} & {*words}:
            return self._here(words)
        return self._apart(command)

    def _here(self, words: list[str]) -> str:
        with chdir(self.folder):
            done = CliRunner().invoke(cli, words, env=self.named)
        self.code = done.exit_code
        return done.output

    def _apart(self, command: str) -> str:
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, **self.named, "PATH": path}
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.folder,
            env={name: value for name, value in environment.items() if value is not None},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.code = done.returncode
        return done.stdout


def rewritten(
    page: Path, postgresql: str | None = None, *, apart: bool = False, programs: Path = PROGRAMS
) -> str:
    """The page as it should be. *postgresql* is an empty database for the page that is about it."""
    if page == COMMANDS_PAGE:
        return command_page()
    text = with_rooms(with_codes(page.read_text(encoding="utf-8")))
    names = {}
    if POSTGRESQL in text:
        if postgresql is None:
            return text
        shown = make_url(postgresql).render_as_string(hide_password=True)
        names = {postgresql: POSTGRESQL, shown: POSTGRESQL}
        text = text.replace(POSTGRESQL, postgresql)
    with tempfile.TemporaryDirectory(prefix="slaflow-docs-") as name:
        folder = Path(os.path.realpath(name))
        text = played(text, folder, Shell(folder, apart=apart, programs=programs))
    for real, readers in names.items():
        text = text.replace(real, readers)
    return text


def with_codes(text: str) -> str:
    """The page with the codes of all errors, by exit code, below the comment that asks for them."""
    return re.sub(r"(?<=^<!-- error codes -->\n\n)(?:\|[^\n]*\n)*", _codes, text, flags=re.MULTILINE)


def _codes(_: re.Match[str]) -> str:
    for package in (slaflow, slaflow.cli):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__") and ".migrations" not in module.name:
                import_module(module.name)
    by_exit: dict[int, set[str]] = {}
    for error in _all_below(SlaflowError):
        by_exit.setdefault(error.exit_code, set()).add(f"`{error.code}`")
    rows = [f"| {number} | {', '.join(sorted(codes))} |\n" for number, codes in sorted(by_exit.items())]
    return "".join(["| exit | codes |\n", "| --- | --- |\n", *rows])


def with_rooms(text: str) -> str:
    """The page with who may import whom, and with every package, below the comments that ask for them."""
    for asked, rows in (("layers", _layers), ("rooms", _rooms)):
        table = rf"(?<=^<!-- {asked} -->\n\n)(?:\|[^\n]*\n)*"
        text = re.sub(table, lambda _, rows=rows: "".join(rows()), text, flags=re.MULTILINE)
    return text


def _layers() -> Iterator[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    rules = project["tool"]["architecture"]
    before: list[str] = []
    yield "| layer | may import |\n| --- | --- |\n"
    for row in rules["layers"]:
        built = [layer for layer in row if _is_there(layer)]
        for layer in built:
            yield f"| `{layer}` | {', '.join(f'`{each}`' for each in before) or 'none of the others'} |\n"
        before += built


def _is_there(layer: str) -> bool:
    places = (ROOT / layer, ROOT / "slaflow" / layer, ROOT / "slaflow" / f"{layer}.py")
    return any(place.exists() for place in places)


def _rooms() -> Iterator[str]:
    yield "| folder | what is in it |\n| --- | --- |\n"
    for file in sorted([*(ROOT / "slaflow").rglob("__init__.py"), *(ROOT / "cli").rglob("__init__.py")]):
        about = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").partition("\n")[0]
        yield f"| `{file.parent.relative_to(ROOT).as_posix()}/` | {about.replace('``', '`')} |\n"


def _all_below(error: type[SlaflowError]) -> Iterator[type[SlaflowError]]:
    for below in error.__subclasses__():
        if below.__module__.startswith("slaflow."):
            yield below
            yield from _all_below(below)


def command_page() -> str:
    """The reference of every command, from what the commands say of themselves."""
    with click.Context(cli, info_name="slaflow") as context:
        lines = [
            "# Commands",
            "",
            "Written by `python docs/generate.py` from the program's own help.",
            "What comes back as JSON: [json.md](json.md). How commands end: [exit-codes.md](exit-codes.md).",
            "",
            "These options go with every command, before or after its name:",
            "",
            *_options(cli, global_ones=True),
            "",
            *_group(cli, context),
        ]
    return "\n".join(lines).rstrip() + "\n"


def _group(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        with click.Context(command, info_name=name, parent=context) as inner:
            if isinstance(command, click.Group):
                yield from (f"## slaflow {name}", "", *_said(command), "")
                yield from _group(command, inner)
            else:
                yield from _command(command, inner)


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    depth = "##" if context.parent is None or context.parent.parent is None else "###"
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield from (f"{depth} {context.command_path}", "", "```text", usage, "```", "", *_said(command), "")
    options = list(_options(command, global_ones=False))
    if len(options) > 2:
        yield from (*options, "")


def _said(command: click.Command) -> list[str]:
    return inspect.cleandoc(command.help or "").splitlines()


def _options(command: click.Command, *, global_ones: bool) -> Iterator[str]:
    yield "| option | what |"
    yield "| --- | --- |"
    for option in command.params:
        is_global = not EVERYWHERE.isdisjoint(option.opts)
        if isinstance(option, click.Option) and is_global == global_ones and not option.hidden:
            yield f"| `{_flag(option)}` | {_explained(option)} |"


def _flag(option: click.Option) -> str:
    if isinstance(option.type, click.Choice) and option.metavar is None:
        return f"{option.opts[0]} {'/'.join(map(str, option.type.choices))}"
    if option.is_flag:
        return option.opts[0]
    return f"{option.opts[0]} {option.metavar or option.type.name.upper()}"


def _explained(option: click.Option) -> str:
    notes = ["required"] if option.required else []
    if option.show_default:
        notes.append(f"default {option.default}")
    words = (option.help or "").replace("|", "\\|").rstrip(".")
    return f"{words}; {', '.join(notes)}" if words and notes else words or ", ".join(notes).capitalize()


def main() -> None:
    """Rewrites the pages named, or all, and says which changed."""
    for page in [Path(name).resolve() for name in sys.argv[1:]] or pages():
        old, new = page.read_text(encoding="utf-8") if page.exists() else "", rewritten(page)
        if old != new:
            page.write_text(new, encoding="utf-8")
            sys.stdout.write(f"{page.relative_to(ROOT)} rewritten\n")


if __name__ == "__main__":
    main()

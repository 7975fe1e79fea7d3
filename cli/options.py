"""Options and values that several commands share, and the classes that put them on every command."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any, NoReturn, TypeVar

import click

from slaflow.errors import did_you_mean
from slaflow.hours.zones import SUPPORTED_YEARS

from .completion import name_option, names
from .file_options import check_outputs
from .output import FORMATS
from .session import Session
from .tick.ahead import ahead_option, check_ahead

F = TypeVar("F", bound=Callable[..., Any])
D = TypeVar("D", bound=date)
EXAMPLE = "2026-03-06T14:30:00+01:00"


class InstantType(click.ParamType):  # type: ignore[type-arg]  # generic only in later versions
    """An aware instant, in UTC once read; a naive one is refused with what to write instead."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(value)
            if found.utcoffset() is None:
                self.fail(_naive(value, found), param, ctx)
            found = found.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f'"{value}" is no instant; write {EXAMPLE}', param, ctx)
        return self.near(value, found, param, ctx)

    def near(self, value: str, found: D, param: click.Parameter | None, ctx: click.Context | None) -> D:
        """*found*, unless it is so far away that it cannot be meant."""
        if found.year not in SUPPORTED_YEARS:
            first, last = SUPPORTED_YEARS[0], SUPPORTED_YEARS[-1]
            self.fail(f'"{value}" is no {self.name} between the years {first} and {last}', param, ctx)
        return found


class MomentType(InstantType):
    """An instant, or a date alone, which stands for its start in the agreement's time zone."""

    name = "date or instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            found = date.fromisoformat(value)
        except (TypeError, ValueError):
            return super().convert(value, param, ctx)
        return self.near(value, found, param, ctx)


class LeadNumberType(click.ParamType):  # type: ignore[type-arg]
    """A lead's number, as tables show it or without the sign."""

    name = "lead number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value).removeprefix("#")
        if text.isascii() and text.isdigit() and len(text) < 19:
            return int(text)
        self.fail(f"\"{value}\" is no lead's number; write 42 or '#42'", param, ctx)


def _naive(value: str, found: datetime) -> str:
    written = found.isoformat()
    return f'"{value}" has no offset; write {written}Z for UTC, or the offset where you are: {written}+01:00'


INSTANT, MOMENT, LEAD_NUMBER = InstantType(), MomentType(), LeadNumberType()


def read_pairs(ctx: click.Context, param: click.Parameter, given: Iterable[str]) -> dict[str, str]:
    """``k=v`` as a mapping; the value may hold further equal signs, and may be empty."""
    pairs: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise click.BadParameter(f'"{text}" is not name=value; write {param.opts[0]} company=Acme')
        if name in pairs:
            raise click.BadParameter(f'"{name}" is given twice')
        pairs[name] = value
    return pairs


def set_option(words: str, *, required: bool = False) -> Callable[[F], F]:
    return click.option(
        "--set",
        "values",
        multiple=True,
        callback=read_pairs,
        metavar="NAME=VALUE",
        help=words,
        required=required,
    )


clock_option = click.option("--at", type=INSTANT, metavar="INSTANT", help="The command's clock; default now.")
"""For commands that write nothing: they may look ahead as far as they like."""


def at_option(command: F) -> F:
    """``--at`` for a command that writes, with ``--ahead``."""
    return clock_option(ahead_option(command))


as_of_option = click.option(
    "--at", type=INSTANT, metavar="INSTANT", help="As it stood at this instant, by what was told by then."
)
occurred_option = click.option(
    "--occurred-at", type=INSTANT, metavar="INSTANT", help="When it happened, if earlier than it is told."
)
workflow_option = name_option("workflow", "--workflow", words="Which agreement, if several are active.")


resurrect_option = click.option(
    "--resurrect", is_flag=True, help="Record anew who was erased; else they are refused."
)


def limit_option(words: str = "At most so many.") -> Callable[[F], F]:
    return click.option("--limit", type=click.IntRange(min=1), metavar="N", help=words)


def _remember(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Puts the option on the session, wherever on the line it stood; the last one given counts."""

    def callback(ctx: click.Context, param: click.Parameter, value: Any) -> None:
        if value not in (None, False):
            setattr(ctx.ensure_object(Session), name, value)

    return callback


def _global_options(*, shown: frozenset[str]) -> list[click.Option]:
    """The options that every command takes; help shows those in *shown*."""

    def option(flag: str, name: str, words: str, **rest: Any) -> click.Option:
        return click.Option(
            [flag, f"given_{name}"], expose_value=False, callback=_remember(name), help=words,
            hidden=flag not in shown, **rest,
        )  # fmt: skip

    return [
        option(
            "--db", "database", "The database; else SLAFLOW_DB, slaflow.toml, ./slaflow.db.", metavar="URL"
        ),
        option("--format", "format", "How data is printed; default table.", type=click.Choice(FORMATS)),
        option(
            "--as",
            "actor",
            "Who acts: an e-mail or a party; else SLAFLOW_ACTOR.",
            metavar="WHO",
            shell_complete=names("actor"),
        ),
        option("--quiet", "quiet", "No messages and no progress, only data and errors.", is_flag=True),
        option("--wide", "wide", "Whole tables, also where the terminal is narrower.", is_flag=True),
        option("--raw", "raw", "CSV: text as it is, also what a spreadsheet would calculate.", is_flag=True),
        option("--debug", "debug", "On an error, also the traceback.", is_flag=True),
    ]


EVERYWHERE = frozenset(("--db", "--format", "--as", "--quiet", "--wide", "--raw", "--debug"))


class Command(click.Command):
    """A command that also takes the global options after its name, and ``--id`` for a LEAD that it takes."""

    def __init__(self, *args: Any, acts: bool = False, shows: Iterable[str] = (), **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.acts = acts
        self.lead = next((each for each in self.params if _is_lead(each)), None)
        if self.lead is not None:
            self.params.append(_id_option())
        shown = {"--format", *(("--as",) if acts else ()), *shows}
        self.params += _global_options(shown=frozenset(shown))

    def invoke(self, ctx: click.Context) -> Any:
        check_ahead(ctx)
        check_outputs(ctx)
        return super().invoke(ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, self._named(ctx, args))
        except click.MissingParameter as missing:
            if self.lead is None or missing.param is not self.lead:
                raise
            # An unquoted #42 is where a shell begins a comment: it never arrives here.
            raise click.UsageError(
                "missing argument 'LEAD'; name one as in kim@example.com, --id 42 or, in quotes, '#42'", ctx
            ) from None

    def _named(self, ctx: click.Context, args: list[str]) -> list[str]:
        """*args* with the number after ``--id`` where LEAD stands."""
        if self.lead is None:
            return args
        parser = self.make_parser(ctx)
        number = parser.parse_args(list(args))[0].get("lead_number")
        if not isinstance(number, str):
            return args
        named = [f"#{number.removeprefix('#')}", *args]
        if parser.parse_args(list(named))[1] and not ctx.resilient_parsing:
            raise click.UsageError("--id takes the place of LEAD; give one of them", ctx)
        return named


def _is_lead(param: click.Parameter) -> bool:
    return isinstance(param, click.Argument) and param.name == "lead"


def _id_option() -> click.Option:
    words = "The LEAD by slaflow's number alone, whatever identity looks like it."
    return click.Option(
        ["--id", "lead_number"], expose_value=False, type=LEAD_NUMBER, metavar="N", help=words
    )


class Group(click.Group):
    """A group of such commands; an unknown name is answered with the nearest."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, is_root: bool = False, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.params += _global_options(shown=EVERYWHERE if is_root else frozenset())

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            _no_such_command(ctx, name, self.list_commands(ctx))
        return super().resolve_command(ctx, args)


def _no_such_command(ctx: click.Context, name: str, known: list[str]) -> NoReturn:
    nearest = did_you_mean(name, known) or f"; there are {', '.join(known)}"
    raise click.UsageError(f'no such command "{name}"{nearest}', ctx)

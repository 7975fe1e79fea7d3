"""What a shell completes: names out of the database, where a command asks for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class

from slaflow.errors import SlaflowError

from .session import Session

Items: TypeAlias = "list[CompletionItem[str]]"
F = TypeVar("F", bound=Callable[..., Any])
Completer: TypeAlias = Callable[[click.Context, click.Parameter, str], Items]


def names(what: str) -> Completer:
    """Completes names of that sort, see :mod:`slaflow.engine.setup.completions`; none if that fails."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
        lead = None if param.name == "lead" else ctx.params.get("lead")
        try:
            found = ctx.ensure_object(Session).engine.names(what, incomplete, lead)
        except SlaflowError:
            return []
        return [CompletionItem(name, help=words) for name, words in found]

    return complete


def name_option(what: str, *flags: str, words: str, metavar: str = "NAME", **rest: Any) -> Callable[[F], F]:
    """An option that takes a name of that sort, and completes it."""
    return click.option(*flags, metavar=metavar, shell_complete=names(what), help=words, **rest)


def name_argument(what: str, name: str | None = None, **rest: Any) -> Callable[[F], F]:
    """An argument that is a name of that sort, called so unless *name* is given, and completes it."""
    return click.argument(name or what, shell_complete=names(what), **rest)


_END = "|"
"""Stands behind the line, so that a word just begun can be told from one that is complete."""


@add_completion_class
class WholeWordBash(BashComplete):
    """Bash, whose words end at an ``@``: the line is read whole, and only what it lacks is given back."""

    source_template = """\
%(complete_func)s() {
    local line="${COMP_LINE:0:COMP_POINT}" completion kind value
    local word="${line##*[[:space:]]}"
    local stands="${word%%"${word##*["$COMP_WORDBREAKS"]}"}"
    local IFS=$'\\n'
    COMPREPLY=()
    for completion in $(env COMP_WORDS="$line|" COMP_CWORD=99999 \\
            %(complete_var)s=bash_complete "$1"); do
        IFS=',' read -r kind value <<< "$completion"
        case "$kind" in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("${value#"$stands"}") ;;
        esac
    done
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        words, _ = super().get_completion_args()
        return words[:-1], words[-1].removesuffix(_END)

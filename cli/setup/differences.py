"""``slaflow workflow diff``: what another text would change, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..completion import names
from ..file_options import InputText
from ..files import read_bounded
from ..options import Command
from ..output import Page
from ..session import Session, pass_session
from ..words import counted

if TYPE_CHECKING:
    from slaflow.agreement.changes.change import Change
    from slaflow.workflow.model.workflow import Workflow

STYLES = {"stricter": "yellow", "looser": "cyan", "other": "dim"}


@click.command("diff", cls=Command, short_help="What another text changes, in sentences.")
@click.argument("a", type=InputText(), shell_complete=names("workflow"))
@click.argument("b", type=InputText(), shell_complete=names("workflow"))
@click.option("--exit-code", is_flag=True, help="End in 1 if the agreement changes, not just its wording.")
@pass_session
def diff(session: Session, a: str, b: str, exit_code: bool) -> None:
    """What B changes in the agreement A, for whom, and whether it is stricter or looser for who owes.

    A and B are each a file, the NAME of an agreement in force, or NAME@DIGEST for a version that ever was
    (8 digits or more).
    """
    from slaflow.agreement.changes.compare import compare

    one, other = _agreement(session, a), _agreement(session, b)
    changes = compare(one, other)
    rows = [change.as_json() for change in changes]
    answer = {"a": _named(one), "b": _named(other), "changes": rows}
    session.out.show(answer, lambda page: _page(page, changes, one, other), rows=rows)
    if exit_code and any(not change.wording for change in changes):
        raise click.exceptions.Exit(1)


def _named(agreement: Workflow) -> dict[str, str]:
    return {"name": agreement.name, "digest": agreement.digest}


def _agreement(session: Session, words: str) -> Workflow:
    """The file called *words*, else the agreement of that name."""
    if Path(words).is_file() or _is_like_a_file(words):
        from slaflow.workflow.load import load_workflow

        return load_workflow(read_bounded(Path(words)), words).require()
    from slaflow.engine.setup.asked_agreement import asked_agreement

    return asked_agreement(session.engine, words)


def _is_like_a_file(words: str) -> bool:
    return "/" in words or Path(words).suffix.lower() in (".yaml", ".yml")


def _page(page: Page, changes: Sequence[Change], a: Workflow, b: Workflow) -> None:
    real = [change for change in changes if not change.wording]
    reworded = [change for change in changes if change.wording]
    # What is one side's own comes before what is everybody's.
    for parties in sorted(dict.fromkeys(change.concerns for change in real), key=len):
        page.line((_whom(parties, b), "bold"))
        _lines(page, [change for change in real if change.concerns == parties])
    if reworded:
        page.line(("in wording alone", "bold"))
        page.table(("",), [(change.sentence,) for change in reworded], indent=2)
    verdict = (
        f"{counted(len(real), 'change')} of the agreement" if real else "nothing changes in the agreement"
    )
    page.line(f"{verdict}, {len(reworded)} of wording: {a.digest[:12]} to {b.digest[:12]}")


def _whom(parties: Sequence[str], agreement: Workflow) -> str:
    everybody = len(parties) > 1 and {*agreement.parties} <= {*parties}
    return "for everybody" if everybody or not parties else f"for {' and '.join(parties)}"


def _lines(page: Page, changes: Iterable[Change]) -> None:
    """Which way, then the sentence, so that a long one goes on below where it begins."""
    rows = [((change.effect, STYLES[change.effect]), change.sentence) for change in changes]
    page.table(("", ""), rows, indent=2)

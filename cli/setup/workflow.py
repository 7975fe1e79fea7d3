"""``slaflow workflow``: the agreement's file checked, tried, drawn, and put in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from ..completion import name_argument
from ..file_options import InputFile
from ..files import Unread, end_unread, read_bounded
from ..options import Group, at_option
from ..output import Page, write
from ..session import Session, pass_session
from ..trial.commands import test
from ..words import counted, instant
from .differences import diff
from .document import document
from .migrate import migrate
from .proofs import proved

if TYPE_CHECKING:
    from slaflow.workflow.load import Checked


@click.group("workflow", cls=Group)
def command() -> None:
    """The agreement. FILE is its YAML file; check, test, graph, document and schema need no database."""


def load(path: Path) -> Checked:
    """The file checked and compiled. Raises where it cannot be read at all."""
    from slaflow.workflow.load import load_workflow

    return load_workflow(read_bounded(path), str(path))


PATH = InputFile()
files_argument = click.argument("files", nargs=-1, required=True, metavar="FILE...", type=PATH)
file_argument = click.argument("file", type=PATH)


@command.command("check", short_help="Whether files are sound agreements.")
@files_argument
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@pass_session
def check(session: Session, files: Sequence[Path], strict: bool) -> None:
    """Whether files are sound agreements; every finding with line and column. Exit code 1 on errors.

    Of a file without errors it is also proved, or refuted by a story, that no history leaves a lead lying.
    """
    found = [_looked_at(path) for path in files]
    answer = [_checked_json(path, checked, strict) for path, checked in zip(files, found, strict=True)]
    rows = [
        {"file": each["file"], "severity": severity[:-1], **finding}
        for each in answer
        for severity in ("errors", "warnings")
        for finding in each[severity]
    ]
    read = [each for each, checked in zip(answer, found, strict=True) if not isinstance(checked, Unread)]
    session.out.show({"files": answer}, lambda page: _check_page(page, read), rows=rows)
    unread = [each for each in found if isinstance(each, Unread)]
    end_unread(session, unread, any(each["errors"] for each in answer))


def _looked_at(path: Path) -> Checked | Unread:
    try:
        return load(path)
    except Unread as error:
        return error


def _checked_json(path: Path, checked: Checked | Unread, strict: bool) -> dict[str, Any]:
    if isinstance(checked, Unread):
        finding = {"line": 1, "column": 1, "path": "", "message": f"the file {checked.reason}"}
        return {"file": str(path), "digest": None, "errors": [finding], "warnings": [], "proofs": []}
    return {"file": str(path), "digest": checked.digest, **proved(path, checked, strict=strict)}


def _check_page(page: Page, files: Iterable[dict[str, Any]]) -> None:
    for file in files:
        marked = [(f, ("error", "bold red")) for f in file["errors"]]
        marked += [(f, ("warning", "yellow")) for f in file["warnings"]]
        for finding, mark in sorted(marked, key=lambda pair: (pair[0]["line"], pair[0]["column"])):
            where = f"{file['file']}:{finding['line']}:{finding['column']}: "
            page.line(where, mark, f": {finding['message']}")
        page.line((file["file"], "bold"), ": ", *_verdict(file))


def _verdict(file: dict[str, Any]) -> list[Any]:
    warnings = counted(len(file["warnings"]), "warning")
    if file["errors"]:
        return [(counted(len(file["errors"]), "error"), "bold red"), f", {warnings}"]
    return [("sound", "bold green"), f", {warnings}; digest {file['digest'][:12]}"]


command.add_command(test)


@command.command("graph")
@file_argument
@click.option(
    "--type", "kind", type=click.Choice(("mermaid", "dot", "svg")), default="mermaid", show_default=True
)
@pass_session
def graph(session: Session, file: Path, kind: str) -> None:
    """The state diagram: parties, transitions and promises; mermaid and dot as text, svg as a picture."""
    from slaflow.workflow import diagram
    from slaflow.workflow.errors import WorkflowError

    checked = load(file)
    if checked.workflow is None:
        raise WorkflowError(checked.errors, str(file))
    from slaflow.agreement.picture.svg import svg

    draw = {"mermaid": diagram.mermaid, "dot": diagram.dot, "svg": svg}[kind]
    drawn = draw(checked.workflow)
    # A picture says itself that it is UTF-8, whatever the terminal's encoding.
    write(drawn.encode() if kind == "svg" else drawn)


@command.command("schema")
@pass_session
def schema(session: Session) -> None:
    """JSON Schema (2020-12) of the file, for editors."""
    import orjson

    from slaflow.workflow.document.schema import json_schema

    write(orjson.dumps(json_schema(), option=orjson.OPT_INDENT_2) + b"\n")


@command.command("sign", acts=True, short_help="Signs a file's very text for a party.")
@file_argument
@click.option("--withdraw", is_flag=True, help="Take the signature back; needs --reason.")
@click.option("--reason", metavar="TEXT", help="Why it is taken back.")
@at_option
@pass_session
def sign(session: Session, file: Path, withdraw: bool, reason: str | None, at: datetime | None) -> None:
    """A party's signature under FILE, as it is to the last byte; a changed comment is another text.

    A manager or admin of one of its parties signs; a party's bare name only while it has neither.
    """
    if withdraw != (reason is not None) or (withdraw and not str(reason).strip()):
        raise click.UsageError("--withdraw and --reason TEXT go together: say why it is taken back")
    text, actor = read_bounded(file), session.require_actor()
    engine = session.engine
    done = (
        engine.withdraw_signature(text, actor, str(reason), str(file), at=at) if withdraw
        else engine.sign_agreement(text, actor, str(file), at=at)
    )  # fmt: skip
    verb = "took back its signature under" if withdraw else "signed"
    words = f"{done['party']} {verb} {done['workflow']}, version {done['digest'][:12]}"
    session.out.show(done, lambda page: _signed_page(session, page, words, done["missing"]))


def _signed_page(session: Session, page: Page, words: str, missing: Sequence[str]) -> None:
    if not session.quiet:
        page.line(words, f"; not signed yet by {' and '.join(missing)}" if missing else "")


@command.command("activate", acts=True, short_help="Puts a file in force for new leads.")
@click.option("--dry-run", is_flag=True, help="Only say whose signatures are missing; exit code 1 if any is.")
@file_argument
@at_option
@pass_session
def activate(session: Session, file: Path, dry_run: bool, at: datetime | None) -> None:
    """Puts FILE in force: new leads take it, others keep the version they have.

    Whom its 'signatures' name, or those of the version in force, must have signed this very text.
    Without --as it is an operator's to do, whoever SLAFLOW_ACTOR is.
    """
    if dry_run:
        _may_activate(session, file, at)
        return
    done = session.engine.activate(read_bounded(file), str(file), at, session.actor)
    answer = done.as_json()
    session.out.show(answer, lambda page: None if session.quiet else page.line(_active(session, answer)))
    for note in done.notes:
        session.out.say(f"slaflow: {file}: {note}")


def _active(session: Session, answer: dict[str, Any]) -> str:
    zone = session.zone_of(answer["digest"])
    since = f"{instant(answer['activated_at'], zone)} ({zone})"
    return f"{answer['workflow']} is active from {since} on, version {answer['digest'][:12]}"


def _may_activate(session: Session, file: Path, at: datetime | None) -> None:
    answer = session.engine.may_activate(read_bounded(file), str(file), at, session.actor)
    missing = " and ".join(answer["missing"])
    words = f"not signed yet by {missing}" if missing else "nobody's signature is missing"
    version = f"{answer['workflow']}, version {answer['digest'][:12]}"
    session.out.show(answer, lambda page: page.line(f"{version}: {words}; nothing was put in force"))
    if missing:
        raise click.exceptions.Exit(1)


@command.command("list")
@pass_session
def list_(session: Session) -> None:
    """Every version that was ever activated, newest last."""
    rows = _versions(session, None)

    def page(page: Page) -> None:
        header = ("workflow", "version", "activated (UTC)", "")
        page.table(header, [_version_cells(row) for row in rows])
        if not rows:
            page.line("no agreement yet; 'slaflow workflow activate FILE' puts one in force")

    session.out.show(rows, page, rows=rows)


def _version_cells(row: dict[str, Any]) -> Sequence[Any]:
    active = ("active", "bold green") if row["active"] else None
    return row["workflow"], row["digest"][:12], instant(row["activated_at"]), active


def _versions(session: Session, name: str | None) -> list[dict[str, Any]]:
    """Versions oldest first; of each workflow the one activated last is active."""
    # Imported here: no check of a file needs the core.
    from slaflow.engine.setup.versions import told_versions

    return told_versions(session.engine.versions(name))


@command.command("show", short_help="The active version's very text.")
@name_argument("workflow", "name")
@pass_session
def show(session: Session, name: str) -> None:
    """The active version's very text, as it was activated; into a file it is that file again."""
    workflow = session.engine.active(name)
    answer = next(row for row in _versions(session, name) if row["active"])
    signatures = session.engine.agreement_signatures(answer["digest"])
    zone = ZoneInfo(workflow.timezone)
    shown = {
        **answer, "title": workflow.title, "timezone": workflow.timezone, "source": workflow.source,
        **signatures,
    }  # fmt: skip

    def page(page: Page) -> None:
        since = f"{instant(answer['activated_at'], zone)} ({zone})"
        session.out.say(f"{name}, version {answer['digest'][:12]}, active since {since}")
        for given in signatures["signatures"]:
            by = "" if given["actor"] == given["party"] else f" by {given['actor']}"
            session.out.say(f"signed for {given['party']}{by} at {instant(given['at'], zone)}")
        if signatures["missing"]:
            session.out.say(f"not signed by {' and '.join(signatures['missing'])}")
        write(workflow.source.encode())

    session.out.show(shown, page)


command.add_command(diff)
command.add_command(document)
command.add_command(migrate)

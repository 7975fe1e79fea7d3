"""``slaflow tick``: what fell due is carried out, once or from now on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from ..options import Command, at_option
from ..output import Page, tell
from ..session import Session, pass_session
from ..setup.sending import sent_once, tell_report, written_report
from ..words import clean, counted, instant
from .counting import count_once

if TYPE_CHECKING:
    from slaflow.notify.send import Report

DEFAULT_BATCH = 1000
COUNTS = ("warned", "breached", "fired", "refused", "notified", "commitments", "dealt")
WITH_WATCH = {
    "every": "--every",
    "metrics_port": "--metrics-port",
    "metrics_host": "--metrics-host",
    "log_json": "--log-json",
}


def _pause(ctx: click.Context, param: click.Parameter, given: str) -> timedelta:
    from slaflow.engine.tick.worker import LONGEST, SHORTEST
    from slaflow.workflow.document.durations import DurationInvalid, elapsed

    try:
        found = elapsed(given)
    except DurationInvalid as error:
        raise click.BadParameter(str(error)) from None
    if not SHORTEST <= found <= LONGEST:
        raise click.BadParameter(f'"{given}" is not between 1s and 1h')
    return found


@click.command("tick", cls=Command)
@click.option("--batch", type=click.IntRange(min=1), default=DEFAULT_BATCH, metavar="N", show_default=True,
              help="Leads in one transaction.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@at_option
@click.option("--watch", is_flag=True, help="Go on until SIGTERM or Ctrl-C; several may run at once.")
@click.option("--every", default="30s", metavar="DURATION", show_default=True, callback=_pause,
              help="With --watch: look again at the latest then, 1s to 1h.")  # fmt: skip
@click.option("--metrics-port", type=click.IntRange(0, 65535), metavar="PORT",
              help="With --watch: figures for Prometheus at /metrics, health at /healthz.")  # fmt: skip
@click.option("--metrics-host", default="127.0.0.1", metavar="HOST", show_default=True,
              help="The address they are offered at.")  # fmt: skip
@click.option(
    "--send", is_flag=True, help="Also send what waits, as 'outbox send' does; with --watch also 'link run'."
)
@click.option("--log-json", is_flag=True, help="With --watch: an object per line on stderr.")
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session, /, watch: bool, **asked: Any) -> None:
    """Carries out every step that has fallen before now: warnings, breaches, escalations, timers.

    Run it every minute, from cron say, or once with --watch. Nobody's clock waits for it: entries stand
    at the instant at which each step fell. Figures that pages of the record ask for are counted with it.
    """
    _refuse_what_does_not_fit(ctx, watch)
    if watch:
        _watch(session, asked)
    else:
        _once(session, asked)


def _refuse_what_does_not_fit(ctx: click.Context, watch: bool) -> None:
    alone = {"at": "--at", "dry_run": "--dry-run"}
    for name, option in (alone if watch else WITH_WATCH).items():
        if ctx.get_parameter_source(name) == ParameterSource.COMMANDLINE:
            fits = "does not go with --watch, which works by the clock" if watch else "goes with --watch only"
            raise click.UsageError(f"{option} {fits}", ctx)
    if ctx.params["dry_run"] and ctx.params["send"]:
        raise click.UsageError("--dry-run does not go with --send, which sends", ctx)


def _watch(session: Session, asked: Mapping[str, Any]) -> None:
    from .watch import Terms, watch

    names = ("every", "batch", "metrics_host", "metrics_port", "log_json", "send")
    watch(session, Terms(**{name: asked[name] for name in names}), _line)


def _once(session: Session, asked: Mapping[str, Any]) -> None:
    dry_run = asked["dry_run"]
    with session.out.progress("leads") as progress:
        report = session.engine.tick(asked["at"], batch=asked["batch"], dry_run=dry_run, progress=progress)
    answer = report.as_json()
    if not dry_run and asked["at"] is None:
        from slaflow.engine.sweeping import sweep_once

        count_once(session.engine)
        sweep_once(session.engine)
    try:
        sent = _sent(session, answer) if asked["send"] else None
    finally:
        session.out.show(answer, lambda page: _page(page, answer, dry_run))
    for failed in answer["failed"]:
        tell(clean(f"slaflow: lead {failed['lead']} was left out: {failed['because']}"))
    if sent is not None:
        tell_report(sent)
    if answer["failed"] or (sent is not None and sent.problems):
        raise click.exceptions.Exit(1)


def _sent(session: Session, answer: dict[str, Any]) -> Report:
    """Sends what waits, and adds to *answer* what came of it."""
    from slaflow.settings.reach_file import read_reach

    report = sent_once(session, read_reach())
    answer["sending"] = report.as_json()
    return report


def _page(page: Page, answer: Mapping[str, Any], dry_run: bool) -> None:
    would = "would carry out " if dry_run else ""
    page.line((f"{would}{_carried_out(answer)}", "bold"), f" up to {instant(answer['at'])} UTC")
    if done := _counts(answer):
        page.line(done, indent=2)
    if "sending" in answer:
        written_report(page, answer["sending"])


def _line(page: Page, answer: Mapping[str, Any]) -> None:
    """A round of ``--watch``."""
    done = _counts(answer)
    at = instant(answer["at"][:19] + "Z")
    page.line(f"{at} UTC  ", (_carried_out(answer), "bold" if done else "dim"), f": {done}" if done else "")


def _carried_out(answer: Mapping[str, Any]) -> str:
    return f"{counted(answer['steps'], 'step')} on {counted(answer['leads'], 'lead')}"


def _counts(answer: Mapping[str, Any]) -> str:
    closed = counted(answer["commitments"], "commitment")
    words = {name: f"{answer.get(name)} {name}" for name in COUNTS} | {"commitments": f"{closed} stated"}
    words["dealt"] = f"{counted(answer.get('dealt', 0), 'lead')} dealt"
    return ", ".join(words[name] for name in COUNTS if answer.get(name))

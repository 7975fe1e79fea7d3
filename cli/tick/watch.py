"""``slaflow tick --watch``: signals, lines and logs around a worker."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ..link.linking import linking
from ..output import Output, Page
from ..session import Session
from .counting import counting
from .logs import JsonLines, Lines, logged
from .sending import sending
from .signals import ended_by

if TYPE_CHECKING:
    from slaflow.engine.tick.run import TickReport
    from slaflow.engine.tick.worker import Observer, Worker


@dataclass(frozen=True, slots=True)
class Terms:
    """What was asked for on the command line."""

    every: timedelta
    batch: int
    metrics_host: str
    metrics_port: int | None
    log_json: bool
    send: bool


def watch(session: Session, terms: Terms, line: Callable[[Page, dict[str, Any]], None]) -> None:
    """Works until SIGTERM or SIGINT; *line* writes a round for people."""
    from slaflow.engine.tick.worker import Bell, Worker
    from slaflow.settings.reach_file import read_reach

    with ExitStack() as closing:
        bell = Bell()
        closing.callback(bell.close)
        closing.enter_context(logged(JsonLines() if terms.log_json else Lines()))
        observer = _metrics(session, terms, closing)
        worker = Worker(session.engine, bell, every=terms.every, batch=terms.batch, observer=observer)
        closing.enter_context(counting(session.another_engine))
        end_sending = closing.enter_context(sending(session)) if terms.send else None
        if terms.send:
            closing.enter_context(linking(session.another_engine, read_reach()))
        closing.enter_context(ended_by(lambda: _ring(bell.ring, end_sending)))
        and_sends = ", and sending" if terms.send else ""
        shown, every = session.engine.database.shown, f"{terms.every.total_seconds():g} s"
        _note(
            session, terms, f"watching {shown}, every {every}{and_sends}", event="started", worker=worker.name
        )
        _print(session, worker, line)
        _note(session, terms, "ended", event="ended", worker=worker.name)


def _ring(*bells: Callable[[], None] | None) -> None:
    for ring in bells:
        if ring is not None:
            ring()


def _print(session: Session, worker: Worker, line: Callable[[Page, dict[str, Any]], None]) -> None:
    # One document that never ends is of no use to anybody: json is a line per round too.
    out = Output("jsonl" if session.format == "json" else session.format, session.quiet)

    def rows() -> Iterator[dict[str, Any]]:
        for report in worker.rounds():
            if _is_news(report) or not session.quiet:
                yield report.as_json()
                sys.stdout.flush()

    def page(page: Page, rows: Any) -> None:
        for row in rows:
            line(page, row)

    out.stream(rows(), page)


def _is_news(report: TickReport) -> bool:
    return bool(report.steps or report.commitments or report.dealt or report.failed)


def _metrics(session: Session, terms: Terms, closing: ExitStack) -> Observer | None:
    if terms.metrics_port is None:
        return None
    from slaflow.engine.tick.metrics import Metrics

    metrics = Metrics(session.engine.now, terms.every)
    closing.callback(metrics.close)
    url = metrics.serve(terms.metrics_host, terms.metrics_port)
    _note(session, terms, f"metrics on {url}", event="metrics", url=url)
    return metrics


def _note(session: Session, terms: Terms, words: str, **answer: str) -> None:
    """Says what is no fault and no round, in the voice that was asked for."""
    logging.getLogger("slaflow.watch").info(words, extra={"told": answer})
    if not terms.log_json:
        session.out.say(f"slaflow: {words}")

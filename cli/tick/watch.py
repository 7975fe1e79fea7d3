"""``slaflow tick --watch``: signals, lines and logs around a worker."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from ..output import Output, Page, tell
from ..session import Session
from ..words import clean
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


def watch(session: Session, terms: Terms, line: Callable[[Page, dict[str, Any]], None]) -> None:
    """Works until SIGTERM or SIGINT; *line* writes a round for people."""
    from slaflow.engine.tick.worker import Bell, Worker

    with ExitStack() as closing:
        bell = Bell()
        closing.callback(bell.close)
        closing.enter_context(_logged(_JsonLines() if terms.log_json else _Lines()))
        observer = _metrics(session, terms, closing)
        worker = Worker(session.engine, bell, every=terms.every, batch=terms.batch, observer=observer)
        closing.enter_context(ended_by(bell.ring))
        shown, every = session.engine.database.shown, f"{terms.every.total_seconds():g} s"
        _note(session, terms, f"watching {shown}, every {every}", event="started", worker=worker.name)
        _print(session, worker, line)
        _note(session, terms, "ended", event="ended", worker=worker.name)


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
    return bool(report.steps or report.commitments or report.failed)


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


@contextmanager
def _logged(handler: logging.Handler) -> Iterator[None]:
    """What the engine notes goes to stderr meanwhile."""
    logger = logging.getLogger("slaflow")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)


class _Lines(logging.Handler):
    """For people: only what went wrong, a line each."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING:
            tell(clean(f"slaflow: {record.getMessage()}"))


class _JsonLines(logging.Handler):
    """For machines: everything, an object each."""

    def emit(self, record: logging.LogRecord) -> None:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        answer = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "told", {}),
        }
        tell(orjson.dumps(answer, default=str).decode())

"""What the engine notes while something goes on: lines for people, or an object each for machines."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import orjson

from ..output import tell
from ..words import clean


@contextmanager
def logged(handler: logging.Handler) -> Iterator[None]:
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


class Lines(logging.Handler):
    """For people: only what went wrong, a line each."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING:
            tell(clean(f"slaflow: {record.getMessage()}"))


class JsonLines(logging.Handler):
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

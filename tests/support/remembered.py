"""Agreements read once for a worker, where each test that puts one in force reads the same text anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from slaflow.engine.setup import activation
from slaflow.workflow import load
from slaflow.workflow.load import Checked

ROOM = 300


def share_read_agreements() -> None:
    """Has engines and commands of this process read each text once, and ask once for each year's holidays.

    What is read cannot be changed, as processes that run for months share it too. Modules that have imported
    what reads go on to read: the tests of reading itself, if this is called once they are there.
    """
    read, resolve = load.load_workflow, activation.resolve_holidays

    @lru_cache(ROOM)
    def known(
        text: str | bytes, filename: str, holidays: tuple[tuple[str, tuple[date, ...]], ...] | None
    ) -> Checked:
        return read(text, filename, None if holidays is None else dict(holidays))

    def load_workflow(
        text: str | bytes, filename: str = "workflow.yaml", holidays: load.Holidays | None = None
    ) -> Checked:
        of = None if holidays is None else tuple((code, tuple(days)) for code, days in holidays.items())
        return known(text, filename, of)

    @lru_cache(ROOM)
    def resolved(codes: tuple[str, ...], years: tuple[int, ...]) -> dict[str, tuple[date, ...]]:
        return resolve(codes, years)

    def resolve_holidays(codes: Iterable[str], years: Iterable[int]) -> dict[str, tuple[date, ...]]:
        return {**resolved(tuple(codes), tuple(years))}

    load.load_workflow = load_workflow
    activation.resolve_holidays = resolve_holidays

"""The link beside a worker or pages: what other systems sent is applied, what they are to show is written."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING

from ..tick.beside import beside

if TYPE_CHECKING:
    from slaflow.engine.app import Engine
    from slaflow.engine.tick.worker import Bell
    from slaflow.link.worker import LinkReport
    from slaflow.settings.reach import Reach

log = logging.getLogger("slaflow.link")


def linking(another_engine: Callable[[], Engine], reach: Reach) -> AbstractContextManager[None]:
    """It goes on in a thread of its own, where slaflow.toml links anything."""
    if not reach.hooks and not reach.crms:
        return nullcontext()
    return beside(another_engine, "link", partial(_link, reach))


def _link(reach: Reach, engine: Engine, bell: Bell) -> None:
    from slaflow.engine.tick.worker import Patience
    from slaflow.link.worker import rounds

    patience, said = Patience(1, 60), dict[str, str]()
    while not bell.rung:
        try:
            for report in rounds(engine, reach, bell):
                patience.reset()
                said = _say(report, said)
        except Exception as error:
            # Whatever ends it: the others go on, and what was sent is still to be applied.
            seconds = patience.seconds()
            log.warning("%s; trying to go on with the link in %.1f s", _words(error), seconds)
            bell.wait(seconds)


def _say(report: LinkReport, said: dict[str, str]) -> dict[str, str]:
    """Says each problem once, until it is another; gives those that are said."""
    for name, words in report.troubles.items():
        if said.get(name) != words:
            log.warning("%s: %s", name, words, extra={"told": {"event": "link", "name": name}})
    looked_at = {*report.hooks, *report.mirror.tallies}
    return {name: words for name, words in said.items() if name not in looked_at} | report.troubles


def _words(error: Exception) -> str:
    from slaflow.errors import SlaflowError

    return str(error) if isinstance(error, SlaflowError) else f"the link broke off: {type(error).__name__}"

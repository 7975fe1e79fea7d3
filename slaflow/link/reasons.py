"""Why something could not be applied, in words that hold no value of what came."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from slaflow.link.hook_map import HookMap
from slaflow.workflow.model.parties import LEAD, SYSTEM

LONGEST = 500
QUOTED = 60
"""How much of a value messages quote."""


def without_values(reasons: Iterable[str], map: HookMap, cells: Mapping[str, str]) -> str:
    """*reasons* in one line, "…" where one quotes what a cell holds that the map reads.

    Words of the agreement and of the map stay: they are nobody's.
    """
    said = "; ".join(dict.fromkeys(" ".join(each.split()) for each in reasons))
    ours = _words_of(map)
    values = {cells.get(column, "").strip() for column in map.columns} - ours
    for value in sorted(filter(None, values), key=len, reverse=True):
        said = _masked(said, " ".join(value.split()))
    return said[:LONGEST]


def _masked(said: str, value: str) -> str:
    for quoted in dict.fromkeys((value, value[:QUOTED])):
        said = re.sub(rf"(?<!\w){re.escape(quoted)}(?!\w)", "…", said, flags=re.IGNORECASE)
    return said


def _words_of(map: HookMap) -> set[str]:
    workflow = map.workflow
    named = (
        workflow.fields, workflow.states, workflow.triggers, workflow.activities, workflow.parties,
        map.columns, (LEAD, SYSTEM),
    )  # fmt: skip
    return {name for names in named for name in names}

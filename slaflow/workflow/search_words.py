"""The words by which a lead is found: of what it is known by, and of its short texts and addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping

from slaflow.workflow.identity import folded
from slaflow.workflow.model.lead import Value
from slaflow.workflow.model.workflow import Workflow

MOST, LONGEST, READ = 32, 40, 500
"""Words of a lead, characters of a word, and characters of a value that are looked at."""
_WORD = re.compile(r"[^\W_]+")


def words_in(text: str) -> list[str]:
    """The words of *text* as they are compared: without regard to case, letters and figures only."""
    return [each[:LONGEST] for each in _WORD.findall(folded(text[:READ]))]


def words_of(workflow: Workflow, key: str, fields: Mapping[str, Value]) -> list[str]:
    """At most :data:`MOST` words, each once. What is chosen from a list is no text that anybody looks for."""
    found = dict.fromkeys(words_in(key))
    for field in workflow.fields.values():
        value = fields.get(field.name)
        if field.type in ("string", "email") and not field.one_of and isinstance(value, str):
            found |= dict.fromkeys(words_in(value))
    return list(found)[:MOST]

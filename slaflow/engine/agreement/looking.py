"""A draft looked at by a process of its own: read, checked, told by its stories, compared, said in words.

``python -m slaflow.engine.agreement.looking`` does that with what it reads from standard input and writes
what it found. Whoever wrote the draft decides how much work it is, so that it is not done where others are
being answered.
"""

from __future__ import annotations

import json
import resource
import sys
from base64 import b64decode, b64encode
from dataclasses import asdict
from datetime import date
from typing import Any

from slaflow.agreement.changes.compare import compare
from slaflow.agreement.document.page import page
from slaflow.agreement.picture.ranks import PictureTooLarge
from slaflow.agreement.picture.svg import svg
from slaflow.engine.setup.versions import as_dates
from slaflow.language import speaking
from slaflow.trial.run import run_scenarios
from slaflow.workflow.encoding import encoded
from slaflow.workflow.errors import Finding
from slaflow.workflow.load import load_workflow
from slaflow.workflow.model.workflow import Workflow

SECONDS = 20
"""Of work; who waits for it has some more patience."""
MEMORY = 1 << 30
MOST = 200
"""Findings, stories that went otherwise, and changes: as many as anybody reads."""
DRAFT = "draft.yaml"


def looked_at(asked: dict[str, Any]) -> dict[str, Any]:
    """What there is to say of the draft in *asked*; values as JSON has them."""
    text = b64decode(asked["text"])
    checked = load_workflow(text, DRAFT)
    found: dict[str, Any] = {
        "digest": checked.digest,
        "errors": [asdict(each) for each in checked.errors[:MOST]],
        "warnings": [asdict(each) for each in checked.warnings[:MOST]],
        "trial": _told(asked["stories"], text),
        "workflow": None,
        "changes": None,
    }
    if checked.workflow is not None:
        with speaking(asked["language"]):
            _say(checked.workflow, date.fromisoformat(asked["day"]))
        found["workflow"] = b64encode(encoded(checked.workflow)).decode()
        against = asked["against"].get(checked.workflow.name)
        if against is not None:
            with speaking(asked["language"]):
                found["changes"] = _changes(against, checked.workflow)
    return found


def _say(workflow: Workflow, day: date) -> None:
    """Sets it as a page, for no other reason than that it can be: whoever shows it does so again."""
    page(workflow, day)
    try:
        svg(workflow)
    except PictureTooLarge:
        return


def _told(stories: str | None, text: bytes) -> dict[str, Any] | None:
    if stories is None:
        return None
    report = run_scenarios(b64decode(stories), "scenarios", lambda _: text).as_json()
    return {**report, "failures": report["failures"][:MOST]}


def _changes(against: dict[str, str], draft: Workflow) -> list[dict[str, Any]]:
    old = load_workflow(against["source"], "in-force.yaml", as_dates(json.loads(against["holidays"])))
    if old.workflow is None:
        return []
    found = compare(old.workflow, draft)
    return [
        {"sentence": each.sentence, "concerns": list(each.concerns), "effect": each.effect,
         "wording": each.wording}
        for each in found[:MOST]
    ]  # fmt: skip


def finding(told: dict[str, Any]) -> Finding:
    """A finding again."""
    return Finding(**told)


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _bound()
    sys.stdout.write(json.dumps(looked_at(json.load(sys.stdin))))

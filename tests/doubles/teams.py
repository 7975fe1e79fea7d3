"""Workflows of Microsoft Teams that post what they are sent, as far as their trigger answers.

Written from what the vendor documents, and tried against no other: learn.microsoft.com, pages
connectors/teams ("When a Teams webhook request is received"),
microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook (28 KB, four requests a second).
Codes of errors are as users report them: the vendor lists none.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
from support.adaptive_card import MOST_BYTES, faults
from support.faulty import Answer, FaultyServer, Seen, answer

FLOW = "/workflows/f0/triggers/manual/paths/invoke?api-version=1&sig=double-signature"


class TeamsDouble(FaultyServer):
    """A workflow with its signature: what it posted, what it was sent and could not post."""

    def forget(self) -> None:
        """A workflow that is on, and that anyone may trigger."""
        super().forget()
        self.is_on, self.anyone, self.exists = True, True, True
        self.limited: list[int] = []
        self.cards: list[dict[str, Any]] = []
        self.failed_runs: list[list[str]] = []

    @property
    def flow(self) -> str:
        return self.url(FLOW)

    def answer_to(self, seen: Seen) -> Answer:
        with self._lock:
            self.seen.append(seen)
            if seen.path in self._answers:
                answers = self._answers[seen.path]
                return answers.popleft() if len(answers) > 1 else answers[0]
            return self._triggered(seen)

    def _triggered(self, seen: Seen) -> Answer:
        to, right = urlsplit(seen.path), urlsplit(FLOW)
        if to.path != right.path or not self.exists:
            return _error(404, "WorkflowNotFound")
        if parse_qs(to.query).get("sig") != parse_qs(right.query)["sig"]:
            return _error(401, "AuthorizationFailed")
        if not self.anyone:
            return _error(401, "DirectApiAuthorizationRequired")
        if not self.is_on:
            return _error(400, "WorkflowTriggerIsNotEnabled")
        if self.limited:
            return answer(429, b"", retry_after=str(self.limited.pop(0)))
        if len(seen.body) > MOST_BYTES:
            return _error(413, "RequestEntityTooLarge")
        return self._run(seen.body)

    def _run(self, body: bytes) -> Answer:
        try:
            message = orjson.loads(body)
        except orjson.JSONDecodeError:
            return _error(400, "InvalidRequestContent")
        # It runs after it has answered: a card that cannot be posted is told to nobody but its owner.
        found = faults(message)
        if found:
            self.failed_runs.append(found)
        else:
            self.cards.append(message["attachments"][0]["content"])
        return answer(202)


def _error(status: int, code: str) -> Answer:
    return answer(status, orjson.dumps({"error": {"code": code, "message": "The double says no."}}))

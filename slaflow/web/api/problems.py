"""What is answered in place of what was asked for: problems, each by its code, without anybody's name.

Source: https://www.rfc-editor.org/rfc/rfc9457.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from slaflow.engine.leads.commands import IdentityMissing, LeadExists, Refused
from slaflow.engine.setup.agreement_signatures import Unsigned
from slaflow.errors import ENVIRONMENT, USAGE, InvalidValue, SlaflowError, UnknownName
from slaflow.language import marked

MEDIA_TYPE = "application/problem+json"
TITLES: Mapping[str, tuple[int, str]] = {
    "unreadable": (400, marked("What was sent cannot be read")),
    "bad_header": (400, marked("A header is not as it must be")),
    "token_missing": (401, marked("No token was shown")),
    "token_invalid": (401, marked("The token is not, or not any more, good")),
    "scope_missing": (403, marked("The token is not for that")),
    "not_permitted": (403, marked("Somebody else's to do")),
    "no_such_page": (404, marked("There is nothing at this address")),
    "lead_not_there": (404, marked("There is no such lead")),
    "unknown_name": (404, marked("Nothing is called so")),
    "not_yet_there": (404, marked("The lead was not there yet")),
    "past_unknown": (404, marked("What the lead was then is not known any more")),
    "method_not_allowed": (405, marked("That is not done with this address")),
    "not_acceptable": (406, marked("Only JSON is answered")),
    "refused": (409, marked("The agreement does not allow it")),
    "job_not_there": (404, marked("There is no such job of yours")),
    "no_file": (404, marked("The job has no file")),
    "lead_exists": (409, marked("A lead of this identity is there")),
    "identity_erased": (409, marked("A lead of this identity was erased")),
    "lead_erased": (409, marked("The lead was erased")),
    "conflict": (409, marked("It cannot be done as things stand")),
    "changed_meanwhile": (412, marked("Something was logged since")),
    "too_large": (413, marked("That is more than is taken at once")),
    "not_json": (415, marked("Only JSON is taken")),
    "agreement_unsound": (422, marked("The text is no sound agreement")),
    "invalid_value": (422, marked("A value is not as it must be")),
    "key_reused": (422, marked("The key was used for something else")),
    "too_many": (429, marked("More than is answered at once")),
    "fault": (500, marked("A fault in slaflow itself")),
    "unavailable": (503, marked("It cannot be done at the moment")),
}
"""Every code there is, its status, and what it says whatever the case."""

SAME: Mapping[str, str] = {
    "logged_since": "changed_meanwhile", "unknown_filter": "invalid_value", "person_removed": "invalid_value",
    "unseen_character": "invalid_value",
}  # fmt: skip
IN_THE_ADDRESS = frozenset(("lead", "entry", "trigger", "check"))
OF_AGREEMENTS = frozenset(
    "trigger check activity field target state team party workflow kind calendar scope".split()
) | {"target or trigger"}
"""What is named in agreements: the nearest of those is told. A lead's or a person's never is."""
FOR_A_SHELL = re.compile(r"'slaflow |--[a-z]")
BUSY_SECONDS, AWAY_SECONDS = 1, 60


class Problem(Exception):
    """What is answered: ``code`` is one of :data:`TITLES`."""

    def __init__(
        self, code: str, detail: str, headers: Mapping[str, str] | None = None, **more: object
    ) -> None:
        super().__init__(detail)
        self.code, self.detail, self.headers, self.more = code, detail, dict(headers or {}), more

    @property
    def status(self) -> int:
        return TITLES[self.code][0]


def answer(problem: Problem) -> Response:
    status, title = TITLES[problem.code]
    said: dict[str, Any] = {
        "type": f"/problems/{problem.code}", "title": title, "status": status, "code": problem.code,
        "detail": problem.detail, **problem.more,
    }  # fmt: skip
    return Response(orjson.dumps(said), status, problem.headers, MEDIA_TYPE)


def problem_of(error: SlaflowError) -> Problem:
    """What is said of what the engine raised: what concerns who asks, and nothing for a shell."""
    if error.exit_code == ENVIRONMENT:
        # Its own words may name where the database is.
        return _later("slaflow cannot get at its data now, and nothing was done", AWAY_SECONDS)
    if error.code == "conflicting_change":
        return _later("somebody else was at the same lead, and nothing was done", BUSY_SECONDS)
    if isinstance(error, Refused):
        code = "not_permitted" if error.is_denied else "refused"
        return Problem(code, f"{error.what} refused", lead=error.lead_id, because=list(error.because))
    if isinstance(error, LeadExists):
        return Problem("lead_exists", f"that is lead {error.lead_id} already", lead=error.lead_id)
    if isinstance(error, IdentityMissing):
        return Problem("invalid_value", f"a lead is known by it; give {', '.join(error.missing)}")
    if isinstance(error, UnknownName):
        return _unknown(error)
    if isinstance(error, Unsigned):
        return Problem("refused", f"{error.asked} refused", because=list(error.because))
    return Problem(_code(error), in_short(str(error)))


def _later(words: str, seconds: int) -> Problem:
    return Problem("unavailable", f"{words}; ask again", {"retry-after": str(seconds)})


def _unknown(error: UnknownName) -> Problem:
    is_path = error.what in IN_THE_ADDRESS and error.code == "unknown_name"
    code = "lead_not_there" if error.what == "lead" else "unknown_name" if is_path else "invalid_value"
    if error.what not in OF_AGREEMENTS:
        return Problem(code, f"there is no such {error.what}")
    return Problem(code, in_short(str(error)))


def _code(error: SlaflowError) -> str:
    code = SAME.get(error.code, error.code)
    if code in TITLES:
        return code
    if (
        isinstance(error, InvalidValue | ValueError)
        or error.exit_code == USAGE
        or error.code == "ahead_of_clock"
    ):
        return "invalid_value"
    return "conflict"


def in_short(words: str) -> str:
    """*words* without what is advice for a shell."""
    kept = [part for part in words.split("; ") if not FOR_A_SHELL.search(part)]
    return "; ".join(kept) or "it cannot be done"

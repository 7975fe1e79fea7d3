"""Calls of HubSpot's API, at half of its pace: the other half is for other apps, and for people.

Source: https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

from slaflow.link.crm.hubspot_answer import LIMIT, NOT_ITS_ANSWER, OUTAGE, refusal, said
from slaflow.link.crm.pace import Now, Pace, Sleep
from slaflow.link.crm.shapes import CrmClosed
from slaflow.net.client import Client
from slaflow.net.fault import NetFault, UrlRefused
from slaflow.net.reply import Reply

MOST_READ = 8 * 1024 * 1024
"""Bytes of an answer that are read: all fields of an object, or a hundred records, are large."""
BURST, INTERVAL = 100, timedelta(seconds=10)
"""What the smallest portal allows; what is said in answers counts."""
SEARCHES, SECOND = 5, timedelta(seconds=1)
"""Searches have a bound of their own, which no answer tells."""
TRIES = 3
LONGEST = timedelta(seconds=15)
"""How long a call is waited for here; for longer, nobody is kept waiting."""

_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_WAITS = {"SECONDLY": SECOND}


class Answer(NamedTuple):
    """What came back of a call that was taken, or refused for what stands in it (400, 409)."""

    status: int
    said: dict[str, Any]

    @property
    def is_taken(self) -> bool:
        return self.status < 300


class Session:
    """Calls with one token.

    Args:
        api: where the API is, such as ``https://api.hubapi.com/``.
        version: ``v3``, or a date such as ``2026-09``.
        now: what time it is.
        sleep: waits, where calls follow each other too fast.
    """

    def __init__(self, api: str, version: str, token: str, client: Client, now: Now, sleep: Sleep) -> None:
        self._api, self._version, self._client = api.rstrip("/"), version, client
        self._headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        self._now, self._sleep = now, sleep
        self._pace = Pace(BURST // 2, INTERVAL, now, sleep)
        self._searches = Pace(SEARCHES // 2, SECOND, now, sleep)
        self._closing: CrmClosed | None = None
        self.ahead: timedelta | None = None
        """As of ``Crm.ahead``."""
        self._may_be_one = _TOKEN.fullmatch(token) is not None

    def path(self, what: str, object: str = "", verb: str = "") -> str:
        """Where *what* (``objects``, ``properties``, ``owners``) is called, of an *object*, by a *verb*."""
        # Since versions are dates they stand behind what is called.
        place = (self._version, what) if self._version.startswith("v") else (what, self._version)
        parts = ("crm", *place, quote(object, safe=""), verb)
        return "/".join(part for part in parts if part)

    def get(self, path: str) -> dict[str, Any]:
        """What stands at *path*. Raises ``CrmClosed``."""
        answer = self._asked(path, None)
        if not answer.is_taken:
            raise refusal(Reply(answer.status, {}, b""), answer.said, self._now())
        return answer.said

    def post(self, path: str, given: Mapping[str, Any], *, searches: bool = False) -> Answer:
        """What is answered to *given*. Raises ``CrmClosed``."""
        return self._asked(path, json.dumps(given).encode(), searches=searches)

    def close_after(self, closing: CrmClosed) -> None:
        """Has the next call raise *closing*: what this one did is told first."""
        self._closing = closing

    def close(self) -> None:
        """Lets go of connections."""
        self._client.close()

    def _asked(self, path: str, content: bytes | None, *, searches: bool = False) -> Answer:
        if not self._may_be_one:
            raise CrmClosed("what is kept as its token is none; copy it anew from the app")
        if self._closing is not None:
            closing, self._closing = self._closing, None
            raise closing
        for _ in range(TRIES):
            if searches:
                self._searches.wait()
            self._pace.wait()
            reply = self._called(path, content)
            self._heed(reply)
            if reply.status != 429:
                return self._answered(reply)
            self._wait(reply)
        raise CrmClosed("it is called too often, by us or by others", OUTAGE)

    def _called(self, path: str, content: bytes | None) -> Reply:
        url = f"{self._api}/{path}"
        try:
            if content is None:
                return self._client.get(url, self._headers, most=MOST_READ)
            headers = {**self._headers, "content-type": "application/json"}
            return self._client.post(url, headers, content, most=MOST_READ)
        except UrlRefused as fault:
            raise CrmClosed(fault.problem) from None
        except NetFault as fault:
            raise CrmClosed(fault.problem, OUTAGE) from None

    def _answered(self, reply: Reply) -> Answer:
        found = said(reply)
        if reply.status in (400, 409):
            return Answer(reply.status, found or {})
        if not 200 <= reply.status < 300:
            raise refusal(reply, found, self._now())
        if found is None:
            raise CrmClosed(NOT_ITS_ANSWER if reply.is_whole else "its answer is cut off", OUTAGE)
        return Answer(reply.status, found)

    def _heed(self, reply: Reply) -> None:
        """Keeps to half of what it says that it allows."""
        self.ahead = reply.ahead(self._now())
        most, milliseconds, left = (
            _number(reply, f"x-hubspot-ratelimit-{name}")
            for name in ("max", "interval-milliseconds", "remaining")
        )
        if most and milliseconds:
            self._pace.learn(most // 2, timedelta(milliseconds=milliseconds))
        if left == 0 and reply.status != 429:
            self._pace.rest()

    def _wait(self, reply: Reply) -> None:
        """Waits for as long as it wants; for longer, it is closed."""
        policy = str((said(reply) or {}).get("policyName")).upper()
        if policy == "DAILY":
            raise CrmClosed("its calls of a day are used up", LIMIT)
        after = max(reply.retry_after(self._now()) or _WAITS.get(policy, INTERVAL), SECOND)
        if after > LONGEST:
            raise CrmClosed("it is called too often, by us or by others", after)
        self._sleep(after.total_seconds())


def _number(reply: Reply, header: str) -> int | None:
    text = reply.headers.get(header, "")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None

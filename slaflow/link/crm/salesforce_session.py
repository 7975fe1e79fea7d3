"""A session with Salesforce by the client credentials of an app: it is begun anew where it has ended.

Source: Salesforce Help, "OAuth 2.0 Client Credentials Flow for Server-to-Server Integration"; REST API
Developer Guide, "Assignment Rule Header", "Call Options Header", "Limit Info Header".
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

from slaflow.link.crm.pace import Now
from slaflow.link.crm.salesforce_answer import LIMIT, NOT_ITS_ANSWER, OUTAGE, said
from slaflow.link.crm.shapes import CrmClosed
from slaflow.net.client import Client
from slaflow.net.fault import NetFault, UrlRefused
from slaflow.net.reply import Reply

MOST_READ = 16 * 1024 * 1024
"""Bytes of an answer that are read: what is told of all fields of an object can have a few millions."""
FULL = 0.9
"""How much of a day's calls is used at most: the rest is for people and for other systems."""
NO_SESSION = "it takes no session that it gives out itself; look at the app's policies"

_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_USAGE = re.compile(r"(?:^|[;,\s])api-usage=(\d{1,12})/(\d{1,12})(?!\d)")
# Always both: without the first each update has Salesforce's own assignment rules run against ours.
_ALWAYS = {
    "sforce-auto-assign": "FALSE",
    "sforce-call-options": "client=slaflow",
    "accept": "application/json",
    "user-agent": "slaflow",
}
_SIGN_IN = {
    "invalid_client": "it does not take the client's secret",
    "invalid_client_id": "it does not know the client_id",
    "invalid_grant": "it does not let the app in: is url My Domain, has the app a user to run as?",
    "unsupported_grant_type": "the app has not the client credentials flow",
    "invalid_request": "it does not let the app in at that address: url has to be My Domain",
    "inactive_user": "the user that the app runs as is not active",
    "inactive_org": "the organization is not active",
    "invalid_app_access": "the user that the app runs as may not use it",
}


class Session:
    """Calls of the API at My Domain.

    Args:
        url: My Domain.
        now: what time it is.
    """

    def __init__(self, url: str, client_id: str, secret: str, client: Client, now: Now) -> None:
        self._url, self._client_id, self._secret = url.rstrip("/"), client_id, secret
        self._client, self._now = client, now
        self.ahead: timedelta | None = None
        """As of ``Crm.ahead``."""
        self._token: str | None = None
        self._closing: CrmClosed | None = None
        self._until: datetime | None = None

    def ask(
        self,
        verb: Literal["GET", "POST", "PATCH"],
        path: str,
        content: object = None,
        names: Collection[str] = (),
    ) -> Any:
        """What is answered; *names* are those fields that a fault may be told of.

        Raises:
            Unread: what was sent is no good.
            CrmClosed: nothing is to be asked for a while.
        """
        self._check()
        body = b"" if content is None else json.dumps(content).encode()
        reply = self._call(verb, path, body)
        if reply.status == 401:
            self._token = None
            reply = self._call(verb, path, body)
            if reply.status == 401:
                self._token = None
                raise CrmClosed(NO_SESSION)
        self._heed(reply)
        return said(reply, names, self._now())

    def close_after(self, closing: CrmClosed) -> None:
        """Has the next call raise *closing*: what this one did is told first."""
        self._closing = closing
        self._until = None if closing.for_ is None else self._now() + closing.for_

    def close(self) -> None:
        """Lets go of connections."""
        self._client.close()

    def _check(self) -> None:
        closing, until = self._closing, self._until
        if closing is None:
            return
        now = self._now()
        if until is None or now >= until:
            self._closing = self._until = None
        if until is None:
            raise closing
        if now < until:
            raise CrmClosed(closing.reason, until - now)

    def _call(self, verb: Literal["GET", "POST", "PATCH"], path: str, body: bytes) -> Reply:
        headers = {**_ALWAYS, "authorization": f"Bearer {self._token or self._signed_in()}"}
        url = self._url + path
        try:
            if verb == "GET":
                return self._client.get(url, headers, most=MOST_READ)
            headers["content-type"] = "application/json; charset=UTF-8"
            send = self._client.post if verb == "POST" else self._client.patch
            return send(url, headers, body, most=MOST_READ)
        except NetFault as fault:
            raise _unreached(fault) from None

    def _signed_in(self) -> str:
        form = {"grant_type": "client_credentials", "client_id": self._client_id}
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        content = urlencode({**form, "client_secret": self._secret}).encode()
        try:
            reply = self._client.post(f"{self._url}/services/oauth2/token", headers, content)
        except NetFault as fault:
            raise _unreached(fault) from None
        # Where it says its instance is we do not go: the token is for My Domain, and told to nobody else.
        self._token = _token(reply, reply.retry_after(self._now()))
        return self._token

    def _heed(self, reply: Reply) -> None:
        """Closes after this call where nearly all calls of the day are used."""
        self.ahead = reply.ahead(self._now())
        used = _USAGE.search(reply.headers.get("sforce-limit-info", ""))
        if used is not None and int(used[1]) >= FULL * int(used[2]):
            self.close_after(CrmClosed("nine in ten of the calls that it allows in a day are used", LIMIT))


def _unreached(fault: NetFault) -> CrmClosed:
    return CrmClosed(fault.problem, None if isinstance(fault, UrlRefused) else OUTAGE)


def _token(reply: Reply, after: timedelta | None) -> str:
    try:
        found = json.loads(reply.body) if reply.is_whole else None
    except (ValueError, RecursionError):
        found = None
    found = found if isinstance(found, dict) else {}
    token, error = found.get("access_token"), found.get("error")
    if reply.status == 200 and isinstance(token, str) and _TOKEN.fullmatch(token):
        return token
    if reply.status == 200:
        raise CrmClosed(NOT_ITS_ANSWER, OUTAGE)
    if isinstance(error, str) and error in _SIGN_IN:
        raise CrmClosed(f"{_SIGN_IN[error]} ({error})")
    if reply.status >= 500 or reply.status in (408, 425, 429) or error == "rate_limit_exceeded":
        raise CrmClosed(f"it answered {reply.status} to the sign-in", after or OUTAGE)
    raise CrmClosed(f"it refused the sign-in ({reply.status})")

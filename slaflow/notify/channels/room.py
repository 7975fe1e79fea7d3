"""A room behind an address that is a secret: whatever is posted there stands in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from slaflow.net.client import Client, check_url
from slaflow.net.fault import NetFault, UrlRefused
from slaflow.net.reply import Reply
from slaflow.notify.answer import Again, Answer, Sent
from slaflow.notify.channels.unusable import ChannelUnusable

_JSON = {"content-type": "application/json", "user-agent": "slaflow"}


class Room:
    """The one room at *url*.

    Raises:
        ChannelUnusable: nothing is ever sent to a *url* like that.
    """

    def __init__(self, name: str, url: str, client: Client) -> None:
        self.name = name
        try:
            check_url(url)
        except UrlRefused as refused:
            raise ChannelUnusable(f"[channels.{name}] url", refused.problem) from None
        self._url, self._client = url, client

    def posted(self, content: bytes, at: datetime, meaning: Callable[[Reply, datetime], Answer]) -> Answer:
        """One try to post *content*, JSON; *meaning* says what an answer means."""
        try:
            reply = self._client.post(self._url, _JSON, content)
        except NetFault as fault:
            return Again(fault.problem)
        return meaning(reply, at)

    def probe(self) -> Answer:
        """Whether it can be connected to: nothing more is asked without the whole room hearing of it."""
        try:
            self._client.reach(self._url)
        except NetFault as fault:
            return Again(fault.problem)
        return Sent()

    def close(self) -> None:
        """Lets go of connections."""
        self._client.close()

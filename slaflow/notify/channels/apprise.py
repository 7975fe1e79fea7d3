"""Whatever apprise can reach, at one of its addresses, which is a secret; it answers yes or no.

The only importer of ``apprise``. Its network calls are its own: they are not guarded as ours are.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import orjson

from slaflow.errors import ExtraMissing
from slaflow.notify.answer import Again, Answer, Failed, Sent
from slaflow.notify.channels.composing import titled
from slaflow.notify.channels.unusable import ChannelUnusable
from slaflow.notify.letters.letter import Letter
from slaflow.notify.letters.render import Pages
from slaflow.notify.parcel import Form, Parcel

_TELLTALES = ("apprise", "urllib3")
_SILENT = logging.CRITICAL + 1


class Apprise:
    """What stands behind *url*, such as ``ntfys://example.com/topic``, whatever a parcel's address is.

    Args:
        timeout: for one try, all of it.

    Raises:
        ExtraMissing: apprise is not installed.
        ChannelUnusable: apprise knows nothing that *url* could be.
    """

    form: Form = "text"
    pace = timedelta()

    def __init__(self, name: str, url: str, timeout: timedelta) -> None:
        self.name = name
        try:
            import apprise
        except ModuleNotFoundError:
            raise ExtraMissing(f"[channels.{name}] kind", "apprise") from None
        for each in _TELLTALES:
            # They tell the log of whom they call, tokens in the address included.
            logging.getLogger(each).setLevel(_SILENT)
        asset = apprise.AppriseAsset(
            app_id="slaflow", app_desc="slaflow", storage_mode=apprise.PersistentStoreMode.MEMORY
        )
        self._apprise = apprise.Apprise(asset=asset)
        if not self._apprise.add(url):
            raise ChannelUnusable(
                f"[channels.{name}] url", "no address that apprise knows; see its list of them"
            )
        self._seconds = timeout.total_seconds()

    def compose(self, letter: Letter, pages: Pages, to: str, at: datetime) -> str:
        """Title and body, in JSON."""
        title, body = titled(pages.render(letter, "txt"))
        return orjson.dumps({"title": title, "body": body}).decode()

    def send(self, parcel: Parcel) -> Answer:
        """One try; of why not apprise says nothing that could be acted upon."""
        try:
            said = orjson.loads(parcel.body)
            title, body = said["title"], said["body"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return Failed("its template made no title and body")
        try:
            is_sent = bool(
                self._apprise.notify(body=body, title=title, body_format="text", timeout=self._seconds)
            )
        except Exception:
            # What a plugin raises may hold its address.
            is_sent = False
        return Sent() if is_sent else Again("apprise says that it was not sent, and no more")

    def probe(self) -> Answer:
        """Yes: nothing can be asked of it without a message."""
        return Sent()

    def close(self) -> None:
        """Nothing is kept open."""

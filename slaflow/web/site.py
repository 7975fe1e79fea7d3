"""What every page needs: the engine, the keys of links, under which names the site is reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from slaflow.engine.app import Engine
from slaflow.notify.tokens import Keys
from slaflow.settings.reach import Reach

if TYPE_CHECKING:
    from slaflow.web.access.provider import ElsewhereSignedIn

Instead = Literal["digest", "none"]
"""What somebody asks for in place of a message each time: one a day, or none at all."""
Stopping = Callable[[str, str, Instead], str]
"""Has an address hear otherwise over a channel from now on; gives what holds then, as a sentence."""
LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
"""What only this machine reaches, whatever the port."""


@dataclass(frozen=True, slots=True)
class Site:
    """``keys`` None: no links are set up here; ``stopping`` None: nobody stops messages by one; ``is_demo``:
    all of it is made up, and whoever looks is whom they choose; ``elsewhere`` says who somebody is, where
    there is such a site."""

    engine: Engine
    reach: Reach
    keys: Keys | None
    stopping: Stopping | None = None
    is_demo: bool = False
    elsewhere: ElsewhereSignedIn | None = None

    @property
    def takes_passwords(self) -> bool:
        return self.elsewhere is None or not self.elsewhere.told.only

    @property
    def is_secure(self) -> bool:
        return (self.reach.public_url or "").startswith("https://")

    def knows(self, host: str) -> bool:
        """Whether a request to *host* is meant for this site, by any of its names."""
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        return name in LOOPBACK or (name is not None and name == self._public_name)

    @property
    def _public_name(self) -> str | None:
        return urlsplit(self.reach.public_url or "").hostname

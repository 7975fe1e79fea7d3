"""What a command works with: the options given before and after it, the engine, the output."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from slaflow.settings.environment import ACTOR_VARIABLE, Settings, cache_folder, read_settings

from .output import Output

if TYPE_CHECKING:
    from slaflow.engine.app import Engine


class Session:
    """One run of the command line. Options are set as they are read; the rest is made when asked for."""

    def __init__(self) -> None:
        self.database: str | None = None
        self.actor: str | None = None
        self.format = "table"
        self.quiet = False
        self.wide = False
        self.raw = False
        self.debug = False

    @cached_property
    def settings(self) -> Settings:
        return read_settings(self.database, self.actor)

    @cached_property
    def engine(self) -> Engine:
        return self.another_engine()

    def another_engine(self) -> Engine:
        """An engine with connections of its own, for a thread that is not to wait for others'."""
        # Imported here: --help, --version and the checks of files need no database.
        from slaflow.engine.app import Engine
        from slaflow.engine.setup.kept_agreements import KeptAgreements

        folder, told = cache_folder(), self.settings
        keep = None if folder is None else KeptAgreements(folder)
        return Engine(told.database, keep=keep, acts_on=told.acts_on)

    @property
    def out(self) -> Output:
        return Output(self.format, self.quiet, self.wide, self.raw)

    def require_actor(self) -> str:
        """Who writes. Raises a usage error where nobody was named."""
        actor = self.settings.actor
        if actor is None:
            raise click.UsageError(f"nobody is named who does this; give --as WHO, or set {ACTOR_VARIABLE}")
        return actor

    def zone_of(self, digest: str) -> tzinfo:
        """The zone in which the people of that agreement read the clock."""
        return ZoneInfo(self.engine.workflow(digest).timezone)

    @cached_property
    def zone(self) -> tzinfo:
        """The zone of the agreements in force; UTC where they differ or there is none."""
        newest = {version.name: version for version in self.engine.versions()}
        zones = {self.engine.remember(version).timezone for version in newest.values()}
        return ZoneInfo(zones.pop()) if len(zones) == 1 else UTC

    def moment(self, given: datetime | date | None) -> datetime | None:
        """An instant; a date alone is that day's start in the agreement's zone."""
        if given is None or isinstance(given, datetime):
            return given
        return datetime.combine(given, time(), self.zone).astimezone(UTC)

    def close(self) -> None:
        """Lets go of the database, if it was opened."""
        if "engine" in self.__dict__:
            self.engine.database.dispose()


pass_session = click.make_pass_decorator(Session, ensure=True)

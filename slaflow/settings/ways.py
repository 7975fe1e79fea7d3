"""How somebody wants to be told, in the words in which it is written. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from slaflow.errors import USAGE, SlaflowError
from slaflow.language import _
from slaflow.settings.reach import Reach

DEFAULT = "default"
NONE, OFF, TEAM = "none", "off", "team"
LANGUAGES = ("en", "sv")
"""Those that the package has words in."""
ONE_A_DAY = "daily@08:30"
"""What somebody gets who asks for one a day, and names no time."""
_DAILY = re.compile(r"daily@(\d{1,2}):(\d{2})")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_DAY = 24 * 60


class WayUnclear(SlaflowError):
    """A digest or quiet hours that cannot be read."""

    code = "way_unclear"
    exit_code = USAGE


@dataclass(frozen=True, slots=True)
class Hours:
    """From one time of the day to another, in minutes after midnight, perhaps through midnight."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{_clock(self.start)}-{_clock(self.end)}"


def parse_daily(text: str) -> int:
    """Minutes after midnight of ``daily@08:30``. Raises ``WayUnclear``."""
    found = _DAILY.fullmatch(text.strip())
    minutes = None if found is None else _minutes(*found.groups())
    if minutes is None or minutes == _DAY:
        raise WayUnclear(
            _('"{text}" is no digest; write {daily}, or {off}').format(text=text, daily=ONE_A_DAY, off=OFF)
        )
    return minutes


def parse_quiet(text: str) -> Hours | None:
    """The hours of ``19:00-07:00``; None of ``team``, whose calendar has them. Raises ``WayUnclear``."""
    if text.strip() == TEAM:
        return None
    found = _HOURS.fullmatch(text.replace(" ", ""))
    times = [] if found is None else [_minutes(*found.groups()[:2]), _minutes(*found.groups()[2:])]
    start, end = (None if each is None else each % _DAY for each in times) if times else (None, None)
    if start is None or end is None:
        raise WayUnclear(
            _('"{text}" are no quiet hours; write 19:00-07:00, {team} or {off}').format(
                text=text, team=TEAM, off=OFF
            )
        )
    if start == end:
        raise WayUnclear(
            _('"{text}" is the whole day; name two times, or no channel: --channel {none}').format(
                text=text, none=NONE
            )
        )
    return Hours(start, end)


def languages(reach: Reach) -> tuple[str, ...]:
    """Those that somebody may read in: the package's, and those that ``templates`` has a folder for."""
    found = set(LANGUAGES)
    if reach.templates is not None and reach.templates.is_dir():
        folders = (*reach.templates.glob("*/"), *reach.templates.glob("*/*/"))
        found |= {each.name for each in folders if any(file.is_file() for file in each.iterdir())}
    return tuple(sorted(found))


def daily(text: str) -> str:
    """*text* as it is kept. Raises ``WayUnclear``."""
    return f"daily@{_clock(parse_daily(text))}"


def quiet(text: str) -> str:
    """*text* as it is kept. Raises ``WayUnclear``."""
    hours = parse_quiet(text)
    return TEAM if hours is None else str(hours)


def _minutes(hour: str, minute: str) -> int | None:
    whole = int(hour) * 60 + int(minute)
    return whole if int(minute) < 60 and whole <= _DAY else None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def named_for(reach: Reach, recipient: str) -> tuple[str, ...]:
    """What [recipients] says of *recipient*, ``CHANNEL`` or ``CHANNEL:ADDRESS`` each; of an address also what
    holds for all, and the channel that is meant where there is just one."""
    named = reach.recipients.get(recipient)
    if named is None and "@" in recipient:
        named = reach.recipients.get(DEFAULT) or (tuple(reach.channels) if len(reach.channels) == 1 else ())
    return named or ()


def wanted(named: Iterable[str], chosen: Iterable[str] | None, stopped: Iterable[str]) -> tuple[str, ...]:
    """*named* as who is told would have it: the channels *chosen* instead, those *stopped* left out.

    >>> wanted(("mail", "slack:#desk"), ("slack",), ())
    ('slack:#desk',)
    """
    if chosen is not None:
        known = {each.partition(":")[0]: each for each in named}
        named = [known.get(each, each) for each in chosen]
    return tuple(each for each in named if each.partition(":")[0] not in set(stopped))

"""What of their team's leads a person gets: their weight, and at most how many; given as text or number."""

from __future__ import annotations

import re

from slaflow.errors import USAGE, InvalidValue
from slaflow.language import _, marked

HEAVIEST = 100
MOST = 1_000_000
DEFAULT = {"weight": 1, "capacity": None, "per_day": None}
"""By what a person's share is told, and what stands where nothing is: of the limits their team's."""

_NUMBER = re.compile(r"[0-9]{1,9}")
_CALLED = {"weight": marked("weight"), "capacity": marked("capacity"), "per_day": marked("per day")}


class InvalidShare(InvalidValue):
    """A weight or a limit that is no whole number, or none that can be."""

    code = "invalid_share"
    exit_code = USAGE

    def __init__(self, email: str, name: str, given: str | int) -> None:
        called = _(_CALLED[name])
        if name == "weight":
            words = _('{email}: {name} is a whole number from 0 to {most}, not "{given}"')
            super().__init__(words.format(email=email, name=called, most=HEAVIEST, given=given))
        else:
            words = _(
                '{email}: {name} is a whole number from 1 to {most}, not "{given}"; leave it empty for what '
                "their team has, and have weight 0 say that they get none"
            )
            super().__init__(words.format(email=email, name=called, most=MOST, given=given))


def share(email: str, name: str, given: str | int | None) -> int | None:
    """*given* as the person's ``weight``, ``capacity`` or ``per_day``; nothing is what stands by itself.

    Raises:
        InvalidShare: it is no whole number, or too low or too high.
    """
    text = "" if given is None else str(given).strip()
    if not text:
        return DEFAULT[name]
    least, most = (0, HEAVIEST) if name == "weight" else (1, MOST)
    if _NUMBER.fullmatch(text) is None or not least <= int(text) <= most:
        raise InvalidShare(email, name, given if given is not None else text)
    return int(text)

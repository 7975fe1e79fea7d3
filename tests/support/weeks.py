"""When the weeks that the reports are about begin and end."""

from __future__ import annotations

from datetime import timedelta

from support.office import DAY, FRIDAY

START = FRIDAY + 18 * DAY
"""Towards the end of a month, so that what follows falls into two of them."""
TICKED = START + 20 * DAY
END = START + 40 * DAY
THEN = START + 9 * DAY + timedelta(hours=5, seconds=7)
"""In the midst of it; much is logged afterwards."""

"""How near tick comes to its floor: both, one after the other, round by round, on fresh databases.

    python bench/ratio.py --db postgresql+psycopg://user@/postgres --n 20000 --rounds 3

``--db`` says where: on PostgreSQL a server on which databases may be created, on SQLite the folder the
files lie in. Each measurement has a database and a process of its own. Prints one JSON line with the
medians; ``ratio`` is tick over floor, and a round in which the machine was busy disturbs both. With
``--mirror`` the floor is tick itself, and what is compared with it is tick where a CRM shows every lead.
"""

from __future__ import annotations

from statistics import median
from typing import Any

import floor
import ground
import tick


def measured(given: Any) -> tuple[list[int], list[int]]:
    """Deadlines per second of the floor and of tick, one of each a round; with a mirror of tick and tick."""
    floors, ticks = [], []
    for _ in range(given.rounds):
        with ground.fresh_url(given.db) as url:
            if given.mirror:
                floors.append(_ticked(url, given, False)["per_s"])
            else:
                floors.append(ground.apart(floor.measure, url, given.n, given.all_columns)["per_s"])
        with ground.fresh_url(given.db) as url:
            ticks.append(_ticked(url, given, given.mirror)["per_s"])
    return floors, ticks  # type: ignore[return-value]


def _ticked(url: str, given: Any, is_mirrored: bool) -> dict[str, Any]:
    return ground.apart(tick.measure, url, given.n, ground.AGREEMENT, 1, given.receivers, is_mirrored)


def main() -> None:
    options = ground.options(__doc__, n=20_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--all-columns", action="store_true", help="the floor sets unchanged columns too")
    options.add_argument("--receivers", type=int, default=0, help="so many are told of every breach")
    options.add_argument(
        "--mirror", action="store_true", help="tick with a CRM that shows every lead, over tick"
    )
    given = options.parse_args()
    floors, ticks = measured(given)
    ground.tell(
        db="postgresql" if (given.db or "").startswith("postgres") else "sqlite",
        n=given.n,
        rounds=given.rounds,
        receivers=given.receivers,
        mirror=given.mirror,
        floor_per_s=round(median(floors)),
        tick_per_s=round(median(ticks)),
        ratio=round(median(ticks) / median(floors), 3),
    )


if __name__ == "__main__":
    main()

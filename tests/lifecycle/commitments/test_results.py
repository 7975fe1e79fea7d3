"""What counts once per value can be made good by a difference, also where part of it is out of sight."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from support.builders import MONDAY

from slaflow.lifecycle.commitments.results import First, Firsts, Result, of_firsts, restored, stored
from slaflow.workflow.model.commitment import Commitment, Count, Happening

ONE = Commitment(
    0, "c", ("sales",), "month", Count(Happening("enter", frozenset(("mql",)), "c", distinct="company"))
)


def first(owner: str, hours: int, *, hit: bool = True) -> First:
    return First(owner, hit, MONDAY + timedelta(hours=hours))


STOOD = Firsts({"acme": first("anna", 1), "bolt": first("anna", 2), "cord": first("bo", 3)})
IN_SIGHT = Firsts({"bolt": first("anna", 2), "cord": first("bo", 3)})
"""The lead of Acme has been archived since."""


def test_a_value_out_of_sight_is_not_counted_again_and_stays_whose_it_was_first() -> None:
    later = {
        "acme": first("bo", 9),
        "bolt": first("bo", 1),
        "cord": first("bo", 3, hit=False),
        "dune": first("bo", 4),
    }
    assert STOOD.plus_difference(Firsts(later), IN_SIGHT).firsts == {
        "acme": first("anna", 1), "bolt": first("bo", 1), "cord": first("bo", 3, hit=False),
        "dune": first("bo", 4),
    }  # fmt: skip
    gone = STOOD.plus_difference(Firsts({}), IN_SIGHT)
    assert list(gone.firsts) == ["acme"]


def test_what_is_kept_of_a_closed_period_gives_its_results_again() -> None:
    measured = of_firsts(STOOD)
    assert measured.owners == {"anna": Result(Decimal(2), 2), "bo": Result(Decimal(1), 1)}
    again = restored(ONE, stored(measured))
    assert (again, again.firsts) == (measured, STOOD)

"""Hypothesis strategies: the people under random agreements, some away for a while, some leaving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from hypothesis import strategies as st
from support.stories.strategies_agreements import ANNA, BERIT, CARL, MARK, MIA, MONDAY

from slaflow.lifecycle.people import Absence, Directory, Person


@cache
@st.composite
def directories(draw: st.DrawFn) -> Directory:
    """A sales team under Mia, a team of one, a marketer; two have a calendar, some are away for a while."""
    since = MONDAY - timedelta(days=2000)
    persons = (
        Person(MIA, "sales", 1, since, role="manager"),
        Person(ANNA, "sales", 2, since, team="nordics", manager=MIA),
        Person(BERIT, "sales", 3, since, team="nordics", manager=MIA),
        Person(CARL, "sales", 4, since, team="solo", manager=MIA, calendar="office"),
        Person(MARK, "marketing", 5, since, team="growth", calendar="of-no-agreement"),
    )
    left = draw(st.lists(_departures(), max_size=2, unique_by=lambda departure: departure[0]))
    rows = tuple(row for person in persons for row in _stood(person, dict(left)))
    return Directory(rows, tuple(draw(st.lists(_absences(), max_size=3))))


@cache
def _absences() -> st.SearchStrategy[Absence]:
    return st.builds(
        lambda email, start, length, told: Absence(
            email, *(MONDAY + timedelta(hours=n) for n in (start, start + length, told))
        ),
        st.sampled_from((MIA, ANNA, BERIT, CARL, MARK)),
        st.integers(-5, 100),
        st.integers(1, 60),
        st.integers(-5, 60),
    )


@cache
def _departures() -> st.SearchStrategy[tuple[str, tuple[datetime, bool]]]:
    """Who leaves and when, and whether for the other party."""
    return st.tuples(
        st.sampled_from((MIA, ANNA, BERIT, CARL)),
        st.tuples(st.integers(-5, 100).map(lambda n: MONDAY + timedelta(hours=n)), st.booleans()),
    )


def _stood(person: Person, left: Mapping[str, tuple[datetime, bool]]) -> list[Person]:
    if person.email not in left:
        return [person]
    at, changes_sides = left[person.email]
    ended = replace(person, valid_until=at)
    return (
        [ended, replace(person, party="marketing", team="growth", valid_from=at)]
        if changes_sides
        else [ended]
    )

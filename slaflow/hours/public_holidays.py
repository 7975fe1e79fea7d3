"""Public holidays of countries and their subdivisions. The only importer of ``holidays``.

The library is data that changes with its release. A version of an agreement therefore resolves its
codes once (`resolve_holidays`) and decides by the dates it stored. The import is late: it takes a
tenth of a second that decisions by stored dates need not pay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from slaflow.errors import nearest
from slaflow.hours.errors import CalendarInvalid, CalendarProblem

if TYPE_CHECKING:
    from holidays import HolidayBase


def resolve_holidays(codes: Iterable[str], years: Iterable[int]) -> dict[str, tuple[date, ...]]:
    """The public holidays of each code in those years, in order, as the installed library knows them.

    Args:
        codes: ISO 3166 countries or subdivisions, ``SE`` or ``US-CA``.
        years: any; a year that the library does not cover has none.

    Raises:
        CalendarInvalid: one problem for each code that does not exist.
    """
    wanted, span = tuple(codes), tuple(years)
    problems = [
        CalendarProblem((code,), problem) for code in wanted if (problem := holiday_code_problem(code))
    ]
    if problems:
        raise CalendarInvalid(problems)
    return {
        code: tuple(sorted(day for year in span for day in public_holidays(code, year))) for code in wanted
    }


def public_holidays(code: str, year: int) -> dict[date, str]:
    """Date to name, English where there is one, of a known *code*; days on which one is observed included."""
    country, _, subdivision = code.partition("-")
    found = _entity(country, subdiv=subdivision or None, years=year, language=_language(country))
    return {day: name for day, name in found.items() if day.year == year}


def holiday_code_problem(code: str) -> str | None:
    """What is wrong with *code*, naming the nearest one that exists; None where it is known."""
    country, dash, subdivision = code.partition("-")
    if country not in _countries():
        return f'unknown country "{country}" in holidays{_country_hint(country)}'
    if dash and subdivision not in _entity(country).subdivisions:
        return f'unknown subdivision "{code}" in holidays{_subdivision_hint(country, subdivision)}'
    return None


def _entity(
    country: str, subdiv: str | None = None, years: int | None = None, language: str | None = None
) -> HolidayBase:
    import holidays

    return holidays.country_holidays(
        country, subdiv=subdiv, years=years, categories=(holidays.PUBLIC,), language=language
    )


@cache
def _countries() -> frozenset[str]:
    """ISO 3166-1 alpha-2 codes; what each has is loaded with all others, so only where it is asked for."""
    from holidays.registry import EntityLoader

    return frozenset(EntityLoader.get_country_codes(include_aliases=False))


@cache
def _language(country: str) -> str | None:
    """English where the library has it, so that the words do not depend on the machine's locale."""
    known = _entity(country).supported_languages
    return next((name for name in ("en_US", "en_GB") if name in known), None)


def _country_hint(name: str) -> str:
    from holidays.registry import COUNTRIES

    spellings = {spelling.lower(): names[1] for names in COUNTRIES.values() for spelling in names}
    return _hint(name, spellings) or "; codes are ISO 3166, like SE or US-CA"


def _subdivision_hint(country: str, name: str) -> str:
    aliases = _entity(country).get_subdivision_aliases()
    return _hint(
        name, {word.lower(): f"{country}-{code}" for code in aliases for word in (code, *aliases[code])}
    )


def _hint(name: str, spellings: Mapping[str, str]) -> str:
    """Suggests the code whose spelling, in lower case, is *name* or like it."""
    found = nearest(name, spellings)
    return f'; did you mean "{spellings[found]}"?' if found else ""

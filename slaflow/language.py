"""The language of who reads: words of ours are written in English, and said in theirs.

A catalogue is one file a language, ``slaflow/locale/LANGUAGE/slaflow.po``. What an agreement, a map or a
person names is never translated, and nothing that is stored or decided hangs on a language.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

ENGLISH = "en"
_WRITTEN = "written"
"""Spoken where words are kept: English, which can be said anew to who is told of it."""
_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


class Said(str):
    """Words of ours in English, as they are kept, which ``again`` says in the language of who reads then."""

    __slots__ = ("again",)
    again: Callable[[], str]

    def __new__(cls, words: str, again: Callable[[], str]) -> Said:
        said = super().__new__(cls, words)
        said.again = again
        return said

    def format(self, *args: object, **given: object) -> Said:
        """Filled in; what it is filled with is said anew with it."""
        return Said(
            super().format(*args, **given),
            lambda: self.again().format(
                *map(anew, args), **{name: anew(each) for name, each in given.items()}
            ),
        )

    def join(self, parts: Iterable[str], /) -> Said:
        kept = tuple(parts)
        return Said(super().join(kept), lambda: self.again().join(map(anew, kept)))

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """In another process it is nothing but its words."""
        return str, (str(self),)


def anew(words: Any) -> Any:
    """*words* in the language of who reads now, where that can be told; anything else as it is."""
    return words.again() if isinstance(words, Said) else words


def put(words: str, /, **given: object) -> str:
    """*words*, the same in every language, filled in with what may have to be said anew."""
    return (Said(words, lambda: words) if _spoken.get() == _WRITTEN else words).format(**given)


def joined(between: str, parts: Iterable[str]) -> str:
    """*parts* with *between* them, the same in every language; each may have to be said anew."""
    return (Said(between, lambda: between) if _spoken.get() == _WRITTEN else between).join(parts)


@cache
def languages() -> tuple[str, ...]:
    """Every language there are words in, English first."""
    folder = files("slaflow") / "locale"
    found = (
        [each.name for each in folder.iterdir() if (each / "slaflow.po").is_file()] if folder.is_dir() else []
    )
    return (ENGLISH, *sorted(found))


def spoken() -> str:
    """The language of who reads now."""
    language = _spoken.get()
    return ENGLISH if language == _WRITTEN else language


def speak(language: str) -> None:
    """Has words be said in *language* for the rest of what is being answered; an unknown one is English."""
    _spoken.set(language if language in languages() else ENGLISH)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Has words be said in *language* in here."""
    token = _spoken.set(language if language in languages() else ENGLISH)
    try:
        yield
    finally:
        _spoken.reset(token)


@contextmanager
def writing() -> Iterator[None]:
    """Has words be said in English in here, as what is kept says the same to everybody and for ever.

    What comes out of it to be read, and not to be kept, :func:`anew` says in the reader's language.
    """
    token = _spoken.set(_WRITTEN)
    try:
        yield
    finally:
        _spoken.reset(token)


def _(words: str) -> str:
    """*words* in the language of who reads."""
    language = _spoken.get()
    if language == ENGLISH:
        return words
    return Said(words, lambda: _(words)) if language == _WRITTEN else _words(language).get(words, words)


def ngettext(one: str, many: str, number: int) -> str:
    """The form for *number*, in the language of who reads."""
    if _spoken.get() == _WRITTEN:
        return Said(one if number == 1 else many, lambda: ngettext(one, many, number))
    return _catalogue(spoken()).ngettext(one, many, number)


def marked(words: str) -> str:
    """*words*, which somebody says later, in the language of who reads then."""
    return words


def moment(here: datetime, year: int) -> str:
    """A local instant as its reader writes it in *year*: ``Mon 9 Mar 14:30``; in others with its own year."""
    weekday, month = _days(spoken())[here.weekday()], _months(spoken(), "abbreviated")[here.month]
    words = _("{weekday} {day} {month} {time}")
    if here.year != year:
        words = _("{weekday} {day} {month} {year} {time}")
    return words.format(weekday=weekday, day=here.day, month=month, year=here.year, time=f"{here:%H:%M}")


def day_of(here: date) -> str:
    """A day of a month: ``9 Mar``."""
    return _("{day} {month}").format(day=here.day, month=_months(spoken(), "abbreviated")[here.month])


def month_of(here: date) -> str:
    """The whole name of the month: ``March``."""
    return _months(spoken(), "wide")[here.month]


def weekday_of(number: int) -> str:
    """The whole name of the day of the week, of which Monday is 0."""
    return _days(spoken(), "wide")[number]


def grouped(number: float) -> str:
    """A whole number with its thousands kept apart: ``12,345``."""
    shown = f"{number:,}"
    if _spoken.get() == _WRITTEN:
        return Said(shown, lambda: grouped(number))
    return shown if spoken() == ENGLISH else shown.replace(",", _signs(spoken())[0])


def pointed(shown: str) -> str:
    """A number that was spelt with a point, with what stands in its place: ``1,5``."""
    return shown if spoken() == ENGLISH else shown.replace(".", _signs(spoken())[1])


def hundredths(shown: str) -> str:
    """A share that was spelt ``79.3%``, as the language spells it: ``79,3 %``."""
    return _("{n}%").format(n=pointed(shown.removesuffix("%")))


@cache
def _days(language: str, width: str = "abbreviated") -> dict[int, str]:
    from babel.dates import get_day_names

    return dict(get_day_names(width, "format", language))  # type: ignore[arg-type]


@cache
def _months(language: str, width: str) -> dict[int, str]:
    from babel.dates import get_month_names

    return dict(get_month_names(width, "format", language))  # type: ignore[arg-type]


@cache
def _signs(language: str) -> tuple[str, str]:
    from babel.numbers import get_decimal_symbol, get_group_symbol

    return get_group_symbol(language), get_decimal_symbol(language)


@cache
def _words(language: str) -> Mapping[str, str]:
    """What has no plural, to be looked up at once: a page says hundreds of them."""
    if language == ENGLISH:
        return {}
    return {
        each.id: each.string for each in _read(language)
        if isinstance(each.id, str) and isinstance(each.string, str) and each.string
    }  # fmt: skip


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == ENGLISH:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo

    compiled = BytesIO()
    write_mo(compiled, _read(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _read(language: str) -> Catalog:
    from babel.messages.pofile import read_po

    text = (files("slaflow") / "locale" / language / "slaflow.po").read_bytes()
    return read_po(BytesIO(text), locale=language)

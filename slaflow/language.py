"""The language of who reads: words of ours are written in English, and said in theirs.

A catalogue is one file a language, ``slaflow/locale/LANGUAGE/slaflow.po``. What an agreement, a map or a
person names is never translated, and nothing that is stored or decided hangs on a language.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from io import BytesIO

ENGLISH = "en"
_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


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
    return _spoken.get()


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


def _(words: str) -> str:
    """*words* in the language of who reads."""
    return _catalogue(spoken()).gettext(words)


def ngettext(one: str, many: str, number: int) -> str:
    """The form for *number*, in the language of who reads."""
    return _catalogue(spoken()).ngettext(one, many, number)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == ENGLISH:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    text = (files("slaflow") / "locale" / language / "slaflow.po").read_bytes()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(text), locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)

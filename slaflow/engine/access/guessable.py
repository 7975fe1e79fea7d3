"""Passwords that are guessed first although they are long: common words, runs of keys, one thing repeated.

Lists of what people choose hold few passwords of fifteen characters and more, and those are made of these
parts. So the parts are looked for, and what is left without them has to be enough. A list of our own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

ENOUGH = 6
"""Different characters that have to be left once all that is common is taken away."""
WORDS = """
password passwort passphrase losenord motdepasse contrasena senha secret geheim letmein welcome willkommen
valkommen changeme default access admin administrator root guest user login signin test tester testing demo
temp master superuser iloveyou loveyou love baby angel princess sunshine summer winter spring autumn monday
friday january february march april june july august september october november december football baseball
hockey
soccer basketball dragon monkey shadow batman superman pokemon starwars ninja freedom whatever trustno
hello hallo hejsan charlie michael jordan jessica jennifer thomas daniel george ashley andrew joshua matthew
london berlin stockholm sweden germany england america computer internet google facebook linkedin slaflow
salesforce hubspot marketing sales company office correcthorsebatterystaple correct horse battery staple
tobeornottobe thequickbrownfox quick brown fox jumps over lazy dog forever killer cookie flower banana
orange chocolate cheese coffee mustang ferrari porsche mercedes liverpool arsenal chelsea barcelona
"""
_COMMON = sorted(WORDS.split(), key=len, reverse=True)
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn")
_RUNS = (*_ROWS, "abcdefghijklmnopqrstuvwxyz", "1234567890", "01234567890", "1qaz2wsx3edc4rfv5tgb6yhn7ujm")
_SHORTEST_RUN = 3
_LOOKS_LIKE = str.maketrans("@$!|0134578+", "asiioieastbt")
"""What stands for letters, and fools nobody."""


def is_guessable(password: str, *about: str) -> bool:
    """Whether *password* is nothing but what is tried first, or what is known (*about*) of whose it is."""
    text = re.sub(r"\s", "", password.casefold())
    return any(_is_little(each, about) for each in (text, text.translate(_LOOKS_LIKE)))


def _is_little(text: str, about: Iterable[str]) -> bool:
    if _is_repeated(text):
        return True
    own = [
        part for each in about for part in re.split(r"[^\w]+", each.casefold()) if len(part) >= _SHORTEST_RUN
    ]
    for word in (*sorted(own, key=len, reverse=True), *_COMMON):
        text = text.replace(word, " ")
    left = _without_runs(text)
    return len({each for each in left if each.isalnum()}) < ENOUGH


def _is_repeated(text: str) -> bool:
    """Whether it is one short thing again and again: ``abcabcabcabcabc``."""
    return any(
        len(text) >= 3 * length and text == (text[:length] * len(text))[: len(text)]
        for length in range(1, len(text) // 3 + 1)
    )


def _without_runs(text: str) -> str:
    """Without keys that stand in a row, forwards or backwards, and without one key pressed again."""
    kept, place = "", 0
    while place < len(text):
        length = _run_at(text, place)
        if length < _SHORTEST_RUN:
            kept, length = kept + text[place], 1
        place += length
    return kept


def _run_at(text: str, start: int) -> int:
    for end in range(len(text), start + _SHORTEST_RUN - 1, -1):
        piece = text[start:end]
        if len(set(piece)) == 1 or any(piece in row or piece[::-1] in row for row in _RUNS):
            return len(piece)
    return 1

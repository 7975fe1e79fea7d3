"""What a person who is not known yet may be called: a key is for ever, it stands in the log."""

from __future__ import annotations

from collections.abc import Iterable

from slaflow.errors import InvalidValue
from slaflow.workflow.identity import shown, unseen
from slaflow.workflow.model.parties import RESERVED_PEOPLE
from slaflow.workflow.model.values import check_address

LONGEST = 254
"""Characters, as of an e-mail address."""
TOKENS = "token:"
"""What the log calls the tokens of a party begins so."""
EXAMPLE = "a person is called by an e-mail address, as in anna@example.com"


class NoName(InvalidValue):
    """What nobody can be called: it means something else already, or cannot be shown."""

    code = "no_name"


class NoAddress(InvalidValue):
    """What is no person's e-mail address."""

    code = "no_address"


def check_new_name(name: str, parties: Iterable[str], teams: Iterable[str], *, by_address: bool) -> None:
    """Raises ``NoName`` or ``NoAddress`` where nobody new may be called *name*."""
    meanings = {
        **dict.fromkeys(RESERVED_PEOPLE, "has a meaning of its own in agreements"),
        **dict.fromkeys(teams, "is a team"),
        **dict.fromkeys(parties, "is a party"),
    }
    if name.lower() in meanings:
        raise NoName(f'"{name}" {meanings[name.lower()]}; {EXAMPLE}')
    if name.lower().startswith(TOKENS):
        raise NoName(f'"{name}" is how the log names a token; {EXAMPLE}')
    if problem := unseen(name):
        raise NoName(f'"{shown(name)}" {problem}')
    if not name.strip() or name != name.strip() or not name.isprintable() or len(name) > LONGEST:
        raise NoName(f"{_shown(name)} is no name: one line of at most {LONGEST} characters; {EXAMPLE}")
    if by_address:
        try:
            check_address(name)
        except InvalidValue as error:
            raise NoAddress(f"{error}; {EXAMPLE}") from None


def _shown(name: str) -> str:
    return f'"{name[:40]}..."' if len(name) > 40 else f'"{name}"'

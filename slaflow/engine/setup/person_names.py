"""What a person who is not known yet may be called: a key is for ever, it stands in the log."""

from __future__ import annotations

from collections.abc import Iterable

from slaflow.errors import InvalidValue
from slaflow.language import _, marked
from slaflow.workflow.identity import shown, unseen
from slaflow.workflow.model.parties import RESERVED_PEOPLE
from slaflow.workflow.model.values import check_address

LONGEST = 254
"""Characters, as of an e-mail address."""
TOKENS = "token:"
"""What the log calls the tokens of a party begins so."""
EXAMPLE = marked("a person is called by an e-mail address, as in anna@example.com")


class NoName(InvalidValue):
    """What nobody can be called: it means something else already, or cannot be shown."""

    code = "no_name"


class NoAddress(InvalidValue):
    """What is no person's e-mail address."""

    code = "no_address"


def check_new_name(name: str, parties: Iterable[str], teams: Iterable[str], *, by_address: bool) -> None:
    """Raises ``NoName`` or ``NoAddress`` where nobody new may be called *name*."""
    meanings = {
        **dict.fromkeys(RESERVED_PEOPLE, _('"{name}" has a meaning of its own in agreements')),
        **dict.fromkeys(teams, _('"{name}" is a team')),
        **dict.fromkeys(parties, _('"{name}" is a party')),
    }
    if name.lower() in meanings:
        raise NoName(_with_example(meanings[name.lower()].format(name=name)))
    if name.lower().startswith(TOKENS):
        raise NoName(_with_example(_('"{name}" is how the log names a token').format(name=name)))
    if problem := unseen(name):
        raise NoName(f'"{shown(name)}" {problem}')
    if not name.strip() or name != name.strip() or not name.isprintable() or len(name) > LONGEST:
        words = _("{name} is no name: one line of at most {most} characters")
        raise NoName(_with_example(words.format(name=_shown(name), most=LONGEST)))
    if by_address:
        try:
            check_address(name)
        except InvalidValue as error:
            raise NoAddress(_with_example(str(error))) from None


def _with_example(words: str) -> str:
    return f"{words}; {_(EXAMPLE)}"


def _shown(name: str) -> str:
    return f'"{name[:40]}..."' if len(name) > 40 else f'"{name}"'

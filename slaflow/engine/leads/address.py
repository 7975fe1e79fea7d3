"""How a lead is named: ``#42`` is its number, an identity is its identity, a bare number may be either.

What slaflow numbers and what another system numbers must not be taken for one another, so a text that
would fit two leads is refused and both are named.
"""

from __future__ import annotations

import re

from slaflow.errors import USAGE, SlaflowError, UnknownName
from slaflow.store.database import Connection
from slaflow.store.rows import leads as store
from slaflow.workflow.identity import folded, normal

_NUMBER = re.compile("[1-9][0-9]{0,17}")


class AmbiguousLead(SlaflowError):
    """A bare number that is one lead's number and another's identity."""

    code = "ambiguous_lead"
    exit_code = USAGE

    def __init__(self, text: str, by_number: int, by_identity: int) -> None:
        self.by_number = by_number
        self.by_identity = by_identity
        super().__init__(
            f'"{text}" is the number of lead #{by_number} and the identity of lead #{by_identity}; '
            f"name it '#{by_number}' or '#{by_identity}', with the quotes, or by --id"
        )


class UnknownLead(UnknownName):
    """No lead is called so; the nearest identity is named, or the lead that a number might have meant."""

    def __init__(self, text: str, known: list[str], also: int | None = None) -> None:
        super().__init__("lead", text, known)
        if also is not None:
            self.args = (f"{self}; the lead with that identity is #{also}",)


def find(conn: Connection, lead: int | str) -> int:
    """The id of *lead*: an int or ``#42`` by its number, other text by its identity or as a bare number.

    An identity that itself reads ``#42`` is reached by its lead's number alone.

    Raises:
        AmbiguousLead: a bare number that fits two leads.
        UnknownLead: there is no such lead; the nearest is named.
    """
    text = str(lead)
    if isinstance(lead, int) or (_NUMBER.fullmatch(text.removeprefix("#")) and text.startswith("#")):
        return _by_number_alone(conn, text)
    by_number, by_identity = _numbered(conn, text), identified(conn, text)
    if by_number and by_identity and by_number != by_identity:
        raise AmbiguousLead(text, by_number, by_identity)
    if found := by_identity or by_number:
        return found
    raise UnknownLead(text, store.keys_like(conn, text))


def _by_number_alone(conn: Connection, text: str) -> int:
    found = _numbered(conn, text.removeprefix("#"))
    if found is None:
        raise UnknownLead(text, [], also=identified(conn, text))
    return found


def _numbered(conn: Connection, text: str) -> int | None:
    """The lead of this number, as we write it: no zero before it."""
    if not _NUMBER.fullmatch(text):
        return None
    return next(iter(store.read(conn, [int(text)])), None)


def identified(conn: Connection, text: str) -> int | None:
    """The lead of this identity, in whatever case and form; of two that are one by now the one spelt so."""
    forms = dict.fromkeys((text, text.lower(), normal(text), folded(text)))
    found = store.ids_by_key(conn, list(forms))
    return next((found[form] for form in forms if form in found), None)

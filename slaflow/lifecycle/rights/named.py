"""Whom an agreement's ``by`` names: parties, and of some only who has a role there or a higher one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from slaflow.language import _
from slaflow.workflow.model.parties import SYSTEM, Grant, outranks


def right_of(party: str, role: str) -> str:
    """What an entry says of who acted in a role that the agreement asks for."""
    return f"{party}: {role}"


def names(by: Iterable[str], roles: Mapping[str, str], party: str, right: str | None) -> bool:
    """Whether *party*, which has *right* besides its name, is among them."""
    if party not in by:
        return False
    role = roles.get(party)
    return role is None or party == SYSTEM or outranks(_role(party, right), role)


def grants(leave: Iterable[Grant], party: str, right: str | None) -> bool:
    """Whether one of them is for *party*, which has *right* besides its name."""
    return any(names((each.party,), {each.party: each.role}, party, right) for each in leave)


def named(by: Iterable[str], roles: Mapping[str, str]) -> str:
    """``marketing or a manager of sales``."""
    return _(" or ").join(_one(roles[party], party) if party in roles else party for party in by)


def others(by: Iterable[str], roles: Mapping[str, str], party: str, right: str | None) -> str:
    """Who *party* is to those it is not among: its role, where that is what it lacks."""
    is_named = party in by and party in roles
    return _one(_role(party, right), party) if is_named else party


def _role(party: str, right: str | None) -> str:
    return right.removeprefix(f"{party}: ") if right is not None and ": " in right else "member"


def _one(role: str, party: str) -> str:
    words = {
        "member": _("a member of {party}"), "manager": _("a manager of {party}"),
        "admin": _("an admin of {party}"),
        "auditor": _("an auditor of {party}"),
    }.get(role)  # fmt: skip
    return (
        _("{role} of {party}").format(role=role, party=party) if words is None else words.format(party=party)
    )

"""CRMs opened by their names, as slaflow.toml describes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING

from slaflow.engine.context import wall_clock
from slaflow.errors import UnknownName
from slaflow.link.crm.shapes import Crm
from slaflow.settings.environment import variables
from slaflow.settings.reach import Reach
from slaflow.settings.secret import SecretMissing

if TYPE_CHECKING:
    from slaflow.net.client import Client


def opened(
    reach: Reach, name: str, client: Client | None = None, environment: Mapping[str, str] | None = None,
    now: Callable[[], datetime] = wall_clock,
) -> Crm:  # fmt: skip
    """The CRM *name*, called by *client*, one of its own if None; nothing is called yet. *now* is its clock.

    Raises:
        UnknownName: slaflow.toml has none of that name.
        SecretMissing: what signs in is not there.
    """
    settings = reach.crms.get(name)
    if settings is None:
        raise UnknownName("receiver", name, reach.crms)
    secret = secret_of(reach, name, environment)
    if client is None:
        from slaflow.net.client import Client

        client = Client(reach.net.allow, reach.send.timeout)
    # Each kind's module has it; imported where it is needed.
    crm: Crm = import_module(f"slaflow.link.crm.{settings.kind}").opened(settings, secret, client, now)
    return crm


def secret_of(reach: Reach, name: str, environment: Mapping[str, str] | None = None) -> str:
    """What signs in to the CRM *name*. Raises ``SecretMissing``."""
    settings, known = reach.crms[name], variables() if environment is None else environment
    key = settings.needs[0]
    place = settings.place(f"receivers.{name}", key)
    if place is None:
        raise SecretMissing(f"[receivers.{name}] {key}", f"{key}_env or {key}_file is missing")
    return place.read(known)[0]

"""Hooks of slaflow.toml as sources, with the secrets that are theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from slaflow.errors import ENVIRONMENT, SlaflowError
from slaflow.link.shapes import Source
from slaflow.link.sources.generic import Generic
from slaflow.link.sources.hubspot import HubSpot
from slaflow.link.sources.marketo import Marketo
from slaflow.link.sources.mautic import Mautic
from slaflow.link.sources.salesforce import Salesforce
from slaflow.link.sources.segment import Segment
from slaflow.notify.channels.webhook import check_secrets
from slaflow.settings.environment import variables
from slaflow.settings.hooks import (
    AnyHook,
    GenericHook,
    HubSpotHook,
    MarketoHook,
    MauticHook,
    SalesforceHook,
    SegmentHook,
)
from slaflow.settings.secret import SecretMissing


class PublicUrlMissing(SlaflowError):
    """HubSpot signs the address that it calls, and nobody said what that is."""

    code = "public_url_missing"
    exit_code = ENVIRONMENT

    def __init__(self, name: str) -> None:
        super().__init__(
            f'[hooks.{name}]: HubSpot signs the address it calls; write public_url = "https://..." at the top'
        )


def source_of(hook: AnyHook) -> Source:
    """What is known of who sends to *hook*."""
    match hook:
        case HubSpotHook():
            return HubSpot()
        case SalesforceHook():
            return Salesforce(hook.organization)
        case MarketoHook():
            return Marketo()
        case MauticHook():
            return Mautic()
        case SegmentHook():
            return Segment()
        case GenericHook():
            return Generic()
        case _:
            assert_never(hook)


def secrets_of_hook(
    name: str, hook: AnyHook, public_url: str | None, environment: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """What shows that a delivery to it is genuine: each of these, by itself.

    Raises:
        SecretMissing, SecretUnusable, PublicUrlMissing.
    """
    if isinstance(hook, HubSpotHook) and public_url is None:
        raise PublicUrlMissing(name)
    (key,) = hook.needs
    place = hook.place(f"hooks.{name}", key)
    if place is None:
        raise SecretMissing(f"[hooks.{name}] {key}", "none is named")
    found = place.read(variables() if environment is None else environment)
    if isinstance(hook, GenericHook):
        check_secrets(place.what, found)
    return found

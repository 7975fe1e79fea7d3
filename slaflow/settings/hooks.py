"""Whom slaflow hears and writes to: the tables of slaflow.toml for webhooks that come in, and for CRMs.

Field names are the file's keys. What is secret is not here: a :class:`SecretPlace` says where it is.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from slaflow.settings.table import Secret
from slaflow.settings.written import (
    DatedVersion,
    Elapsed,
    File,
    NumberedVersion,
    Url,
    Variables,
    Words,
)

MAP = 'the file that says what a delivery means, such as "hubspot.hook.yaml"'


class Hook(Secret):
    """Deliveries that come to ``/hooks/NAME``, applied by ``map`` once they have been there for ``hold``."""

    map: File = Field(description=MAP)
    hold: Elapsed = timedelta(seconds=5)
    workflow: Words | None = None
    """Which agreement they are for, where several are in force."""


class HubSpotHook(Hook):
    """HubSpot's webhooks of an app, signed with its secret (v3); ``fetch`` reads the records they name."""

    needs: ClassVar[tuple[str, ...]] = ("secret",)

    kind: Literal["hubspot"]
    secret_env: Variables | None = None
    secret_file: File | None = None
    fetch: Words | None = None
    """The CRM of ``[receivers]`` by which what it names is read."""
    app_id: int | None = None
    """The app by which slaflow itself writes: what it changed comes back and says nothing new."""


class SalesforceHook(Hook):
    """Salesforce's outbound messages, which sign nothing: a token in the address, and the organization."""

    needs: ClassVar[tuple[str, ...]] = ("token",)

    kind: Literal["salesforce"]
    token_env: Variables | None = None
    token_file: File | None = None
    organization: Words = Field(description="the id of the organization, 15 or 18 characters")
    user: Words | None = None
    """The id of the user by whom slaflow itself writes: what it changed says nothing new."""


class MarketoHook(Hook):
    """Marketo's webhooks, with a token in the header ``X-Slaflow-Token``."""

    needs: ClassVar[tuple[str, ...]] = ("token",)

    kind: Literal["marketo"]
    token_env: Variables | None = None
    token_file: File | None = None


class MauticHook(Hook):
    """Mautic's webhooks, signed with the secret of the webhook."""

    needs: ClassVar[tuple[str, ...]] = ("secret",)

    kind: Literal["mautic"]
    secret_env: Variables | None = None
    secret_file: File | None = None


class SegmentHook(Hook):
    """Segment's webhooks, signed with the shared secret of the destination."""

    needs: ClassVar[tuple[str, ...]] = ("secret",)

    kind: Literal["segment"]
    secret_env: Variables | None = None
    secret_file: File | None = None


class GenericHook(Hook):
    """Whatever signs as Standard Webhooks say."""

    needs: ClassVar[tuple[str, ...]] = ("secret",)

    kind: Literal["generic"]
    secret_env: Variables | None = None
    secret_file: File | None = None


AnyHook = Annotated[
    HubSpotHook | SalesforceHook | MarketoHook | MauticHook | SegmentHook | GenericHook,
    Field(discriminator="kind"),
]


class HubSpotCrm(Secret):
    """HubSpot's objects, written by the token of an app that may read and write them."""

    needs: ClassVar[tuple[str, ...]] = ("token",)

    kind: Literal["hubspot"]
    token_env: Variables | None = None
    token_file: File | None = None
    map: File = Field(description='the file that says which field is which, such as "crm.link.yaml"')
    workflow: Words | None = None
    api: Url = "https://api.hubapi.com/"
    """Where its API is; another one is for trying out."""
    version: DatedVersion = "v3"
    """The version of its API, or the date of a later one: HubSpot supports each of those for 18 months."""


class SalesforceCrm(Secret):
    """Salesforce's objects, written by an external client app that has the client credentials flow."""

    needs: ClassVar[tuple[str, ...]] = ("client_secret",)

    kind: Literal["salesforce"]
    url: Url = Field(description='My Domain, such as "https://example.my.salesforce.com"')
    client_id: Words = Field(description="the external client app's consumer key")
    client_secret_env: Variables | None = None
    client_secret_file: File | None = None
    map: File = Field(description='the file that says which field is which, such as "crm.link.yaml"')
    workflow: Words | None = None
    version: NumberedVersion = "v61.0"
    """The API's version."""


AnyCrm = Annotated[HubSpotCrm | SalesforceCrm, Field(discriminator="kind")]

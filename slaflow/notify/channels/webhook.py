"""Webhooks: events posted to a receiver, signed as Standard Webhooks says.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Sequence
from datetime import UTC, timedelta

import standardwebhooks

from slaflow.errors import ENVIRONMENT, SlaflowError
from slaflow.net.client import Client
from slaflow.net.fault import NetFault
from slaflow.notify.answer import Again, Answer, Sent
from slaflow.notify.channels.by_status import answered
from slaflow.notify.parcel import Form, Parcel
from slaflow.settings.reach import WebhookReceiver
from slaflow.store.rows.listeners import RECEIVER

TYPE = "application/cloudevents+json"
_PREFIX = "whsec_"
_LEAST, _MOST = 24, 64
"""Bytes of a secret. Source: the specification, "Signature scheme"."""


class SecretUnusable(SlaflowError):
    """A secret that signs nothing; what it is stays unsaid."""

    code = "secret_unusable"
    exit_code = ENVIRONMENT

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(
            f"{what}: not {_PREFIX} and then base64 of {_LEAST} to {_MOST} bytes; "
            f"make one with: echo {_PREFIX}$(openssl rand -base64 32)"
        )


def check_secrets(what: str, secrets: Sequence[str]) -> None:
    """Raises :class:`SecretUnusable` for *what*, as slaflow.toml calls it, where one of *secrets* is none."""
    for secret in secrets:
        try:
            text = secret.removeprefix(_PREFIX)
            raw = b64decode(text + "=" * (-len(text) % 4), validate=True)
        except (binascii.Error, ValueError):
            raise SecretUnusable(what) from None
        if not secret.startswith(_PREFIX) or not _LEAST <= len(raw) <= _MOST:
            raise SecretUnusable(what)


class Webhook:
    """A receiver. Each of *secrets* signs, so that it may know an old or a new one while they change.

    Raises:
        SecretUnusable: one of *secrets* is not written as the specification says, or there is none.
    """

    form: Form = "webhook"
    pace = timedelta()

    def __init__(self, name: str, settings: WebhookReceiver, secrets: Sequence[str], client: Client) -> None:
        self.name = f"{RECEIVER}{name}"
        what = f"[receivers.{name}] secret"
        check_secrets(what, secrets)
        if not secrets:
            raise SecretUnusable(what)
        self._url = settings.url
        self._signers = [standardwebhooks.Webhook(secret) for secret in secrets]
        self._client = client

    def send(self, parcel: Parcel) -> Answer:
        """One try, signed as of ``parcel.at``."""
        try:
            reply = self._client.post(self._url, self._headers(parcel), parcel.body.encode())
        except NetFault as fault:
            return Again(fault.problem)
        # Only its status counts: the body may be anything, or endless.
        return answered(reply, parcel.at)

    def probe(self) -> Answer:
        """Whether it can be connected to; it hears of it in no other way."""
        try:
            self._client.reach(self._url)
        except NetFault as fault:
            return Again(fault.problem)
        return Sent()

    def close(self) -> None:
        """Lets go of connections."""
        self._client.close()

    def _headers(self, parcel: Parcel) -> dict[str, str]:
        at = parcel.at.astimezone(UTC)
        signed = [each.sign(parcel.id, at, parcel.body) for each in self._signers]
        return {
            "content-type": TYPE,
            "user-agent": "slaflow",
            "webhook-id": parcel.id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signed),
        }

"""Channels opened by their names, as slaflow.toml describes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from slaflow.errors import ENVIRONMENT, SlaflowError
from slaflow.notify.channels.unusable import ChannelUnusable
from slaflow.notify.parcel import Channel
from slaflow.settings.environment import variables
from slaflow.settings.reach import (
    AppriseChannel,
    FileChannel,
    MailChannel,
    Reach,
    Secret,
    SlackChannel,
    TeamsChannel,
    is_one_room,
)
from slaflow.store.rows.listeners import RECEIVER

if TYPE_CHECKING:
    from slaflow.net.client import Client


class ChannelUnknown(SlaflowError):
    """Something waits for a channel that slaflow.toml does not have here."""

    code = "channel_unknown"
    exit_code = ENVIRONMENT

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"slaflow.toml has no {name} here; what waits for it waits on")


def open_channel(name: str, reach: Reach, environment: Mapping[str, str] | None = None) -> Channel:
    """The channel *name*, or the receiver ``receiver:NAME``.

    Raises:
        ChannelUnknown: slaflow.toml has none of that name.
        SecretMissing, SecretUnusable: what signs or signs in is not there, or is none.
        PasswordInTheOpen, AddressUnusable: mail cannot go as slaflow.toml says.
        ChannelUnusable, ExtraMissing: nor anything else.
    """
    known = variables() if environment is None else environment
    receiver = reach.receivers.get(name.removeprefix(RECEIVER)) if name.startswith(RECEIVER) else None
    # Imported where it is opened: each brings a library that a command which sends nothing need not load.
    if receiver is not None:
        from slaflow.notify.channels.webhook import Webhook

        bare = name.removeprefix(RECEIVER)
        place = receiver.place(f"receivers.{bare}", "secret")
        secrets = () if place is None else place.read(known)
        return Webhook(bare, receiver, secrets, _client(reach))
    settings = reach.channels.get(name)
    if isinstance(settings, MailChannel):
        from slaflow.notify.channels.mail import Mail

        place = settings.place(f"channels.{name}", "password")
        return Mail(name, settings, () if place is None else place.read(known), reach.send.timeout)
    if isinstance(settings, FileChannel):
        from slaflow.notify.channels.file import Folder

        return Folder(name, settings.folder)
    if isinstance(settings, SlackChannel | TeamsChannel | AppriseChannel):
        return _of_chat(name, settings, reach, known)
    raise ChannelUnknown(name)


def _of_chat(
    name: str, settings: SlackChannel | TeamsChannel | AppriseChannel, reach: Reach, known: Mapping[str, str]
) -> Channel:
    """What is signed in to by one secret: a token, or an address that is one."""
    if isinstance(settings, SlackChannel) and not is_one_room(settings):
        if settings.place(name, "url") is not None:
            raise ChannelUnusable(f"[channels.{name}]", "both a token and a url say how; leave one out")
        from slaflow.notify.channels.slack import Slack

        token = _secret(name, settings, "token", known)
        return Slack(name, settings.api, token, _client(reach))
    url = _secret(name, settings, "url", known)
    if isinstance(settings, AppriseChannel):
        from slaflow.notify.channels.apprise import Apprise

        return Apprise(name, url, reach.send.timeout)
    if isinstance(settings, SlackChannel):
        from slaflow.notify.channels.slack_webhook import SlackWebhook

        return SlackWebhook(name, url, _client(reach))
    from slaflow.notify.channels.teams import Teams

    return Teams(name, url, _client(reach))


def _client(reach: Reach) -> Client:
    from slaflow.net.client import Client

    return Client(reach.net.allow, reach.send.timeout)


def _secret(name: str, settings: Secret, key: str, known: Mapping[str, str]) -> str:
    place = settings.place(f"channels.{name}", key)
    if place is None:
        raise ChannelUnusable(f"[channels.{name}]", f"{key}_env or {key}_file is missing")
    return place.read(known)[0]

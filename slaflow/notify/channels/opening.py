"""Channels opened by their names, as slaflow.toml describes them."""

from __future__ import annotations

from collections.abc import Mapping

from slaflow.errors import ENVIRONMENT, SlaflowError
from slaflow.notify.parcel import Channel
from slaflow.settings.environment import variables
from slaflow.settings.reach import FileChannel, MailChannel, Reach
from slaflow.store.rows.listeners import RECEIVER


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
    """
    # Imported here: each brings a library that a command which sends nothing need not load.
    from slaflow.net.client import Client

    known = variables() if environment is None else environment
    receiver = reach.receivers.get(name.removeprefix(RECEIVER)) if name.startswith(RECEIVER) else None
    if receiver is not None:
        from slaflow.notify.channels.webhook import Webhook

        bare = name.removeprefix(RECEIVER)
        place = receiver.place(f"receivers.{bare}", "secret")
        secrets = () if place is None else place.read(known)
        return Webhook(bare, receiver, secrets, Client(reach.net.allow, reach.send.timeout))
    settings = reach.channels.get(name)
    if isinstance(settings, MailChannel):
        from slaflow.notify.channels.mail import Mail

        place = settings.place(f"channels.{name}", "password")
        return Mail(name, settings, () if place is None else place.read(known), reach.send.timeout)
    if isinstance(settings, FileChannel):
        from slaflow.notify.channels.file import Folder

        return Folder(name, settings.folder)
    raise ChannelUnknown(name)

"""Whom slaflow tells and how: the tables of slaflow.toml that sending needs, as they are written.

Field names are the file's keys. What is secret is not here: a :class:`SecretPlace` says where it is.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from slaflow.settings.hooks import AnyCrm, AnyHook
from slaflow.settings.table import Secret as Secret
from slaflow.settings.table import Table as Table
from slaflow.settings.written import (
    Elapsed,
    Events,
    File,
    Host,
    Issuer,
    Mailbox,
    Names,
    Networks,
    PublicUrl,
    Url,
    Variables,
    Words,
)
from slaflow.workflow.model.parties import ActOn


class Burst(Table):
    """More than ``messages`` in ``per`` to one person over one channel become one digest."""

    messages: int = Field(default=20, ge=1)
    per: Elapsed = timedelta(minutes=10)


class Send(Table):
    """How often and how patiently."""

    tries: int = Field(default=12, ge=1, le=100)
    first: Elapsed = timedelta(seconds=30)
    longest: Elapsed = timedelta(hours=6)
    timeout: Elapsed = timedelta(seconds=15)
    lease: Elapsed = timedelta(minutes=2)
    fuse: int = Field(default=500, ge=1)
    burst: Burst = Burst()


class MailChannel(Secret):
    """Mail by SMTP. Without ``user`` nobody signs in."""

    kind: Literal["mail"]
    host: Host = Field(description='the server that takes mail, such as "smtp.example.com"')
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password_env: Variables | None = None
    password_file: File | None = None
    sender: Mailbox = Field(alias="from", description='whom mail comes from: "Leads <leads@example.com>"')
    ca_file: File | None = None
    """Certificates to trust besides the system's, for a server of one's own."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """A user without a password signs in nowhere."""
        named = self.user is None or self.password_env or self.password_file
        return () if named else ("password",)


class SlackChannel(Secret):
    """Slack: a token reaches people and rooms, an incoming webhook's address one room."""

    needs: ClassVar[tuple[str, ...]] = ("token", "url")

    kind: Literal["slack"]
    token_env: Variables | None = None
    token_file: File | None = None
    url_env: Variables | None = None
    url_file: File | None = None
    api: Url = "https://slack.com/api/"
    """Where the Web API is; another one is for trying out."""


class TeamsChannel(Secret):
    """Microsoft Teams: the address of a workflow that posts what it is sent."""

    needs: ClassVar[tuple[str, ...]] = ("url",)

    kind: Literal["teams"]
    url_env: Variables | None = None
    url_file: File | None = None


class AppriseChannel(Secret):
    """Whatever apprise can reach; needs the extra ``apprise``."""

    needs: ClassVar[tuple[str, ...]] = ("url",)

    kind: Literal["apprise"]
    url_env: Variables | None = None
    url_file: File | None = None


class FileChannel(Table):
    """A folder with a Maildir and JSON lines in it, for trying out."""

    kind: Literal["file"]
    folder: File = Field(description="the folder that messages are put into")


Channel = Annotated[
    MailChannel | SlackChannel | TeamsChannel | AppriseChannel | FileChannel, Field(discriminator="kind")
]


def is_one_room(channel: Table) -> bool:
    """Whether all that goes over *channel* comes to one place, to whatever address it is sent."""
    match channel:
        case SlackChannel():
            return channel.token_env is None and channel.token_file is None
        case TeamsChannel() | AppriseChannel():
            return True
    return False


class WebhookReceiver(Secret):
    """A system that is told of log entries of some kinds."""

    needs: ClassVar[tuple[str, ...]] = ("secret",)

    kind: Literal["webhook"]
    url: Url = Field(description='where it listens, such as "https://example.com/in"')
    secret_env: Variables | None = None
    secret_file: File | None = None
    events: Events = Field(description='kinds of log entries, such as ["transition", "breached"]')
    personal: bool = False


class Links(Secret):
    """Links in messages by which somebody acts: the keys that sign them, and for how long they are good."""

    key_env: Variables | None = None
    key_file: File | None = None
    for_: Elapsed = Field(default=timedelta(hours=72), alias="for")


class Net(Table):
    """Addresses that are not public and may be called all the same, as networks."""

    allow: Networks = ()


class Oidc(Secret):
    """Another site that says who somebody is (OpenID Connect); ``only``: here nobody has a password."""

    needs: ClassVar[tuple[str, ...]] = ("secret",)

    issuer: Issuer = Field(description='who says who people are, such as "https://login.example.com"')
    client_id: Words = Field(description="what slaflow is called there")
    secret_env: Variables | None = None
    secret_file: File | None = None
    name: Words = "single sign-on"
    only: bool = False


class Web(Table):
    """The pages: networks of the proxies before them, whose word for where a request came from is taken; and
    which leads members act on, there and elsewhere."""

    proxies: Networks = ()
    act_on: ActOn = "party"
    oidc: Oidc | None = None


class Reach(Table):
    """All of it; what slaflow.toml leaves out is as here."""

    public_url: PublicUrl | None = None
    templates: File | None = None
    """A folder with templates of one's own, before the package's."""
    send: Send = Send()
    channels: dict[str, Channel] = Field(default_factory=dict)
    recipients: dict[str, Names] = Field(default_factory=dict)
    receivers: dict[str, WebhookReceiver] = Field(default_factory=dict)
    """Those that are told of entries."""
    crms: dict[str, AnyCrm] = Field(default_factory=dict)
    """Those of ``[receivers]`` whose fields are written."""
    hooks: dict[str, AnyHook] = Field(default_factory=dict)
    links: Links = Links()
    net: Net = Net()
    web: Web = Web()

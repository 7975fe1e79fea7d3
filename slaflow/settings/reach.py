"""Whom slaflow tells and how: the tables of slaflow.toml that sending needs, as they are written.

Field names are the file's keys. What is secret is not here: a :class:`SecretPlace` says where it is.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from slaflow.settings.secret import SecretPlace
from slaflow.workflow.document.durations import elapsed


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _elapsed(value: Any) -> Any:
    return elapsed(value) if isinstance(value, str) else value


Elapsed = Annotated[timedelta, BeforeValidator(_elapsed)]
"""``30s``, ``15m``, ``6h`` or ``2d`` of time that passes whether anybody works or not."""
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""One name, or several of which the first counts most."""


class Table(BaseModel):
    """A table of slaflow.toml; a key that it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


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


class Secret(Table):
    """A table that names secrets: ``KEY_env`` or ``KEY_file``."""

    def place(self, where: str, key: str) -> SecretPlace | None:
        """Where the secret *key* of the table *where* is kept; None where none is named."""
        env: tuple[str, ...] | None = getattr(self, f"{key}_env")
        file: Path | None = getattr(self, f"{key}_file")
        return SecretPlace(f"[{where}] {key}", env or (), file) if env or file else None


class MailChannel(Secret):
    """Mail by SMTP. Without ``user`` nobody signs in."""

    kind: Literal["mail"]
    host: str
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password_env: Names | None = None
    password_file: Path | None = None
    sender: str = Field(alias="from")
    ca_file: Path | None = None
    """Certificates to trust besides the system's, for a server of one's own."""


class SlackChannel(Secret):
    """Slack: a token reaches people and rooms, an incoming webhook's address one room."""

    kind: Literal["slack"]
    token_env: Names | None = None
    token_file: Path | None = None
    url_env: Names | None = None
    url_file: Path | None = None
    api: str = "https://slack.com/api/"
    """Where the Web API is; another one is for trying out."""


class TeamsChannel(Secret):
    """Microsoft Teams: the address of a workflow that posts what it is sent."""

    kind: Literal["teams"]
    url_env: Names | None = None
    url_file: Path | None = None


class AppriseChannel(Secret):
    """Whatever apprise can reach; needs the extra ``apprise``."""

    kind: Literal["apprise"]
    url_env: Names | None = None
    url_file: Path | None = None


class FileChannel(Table):
    """A folder with a Maildir and JSON lines in it, for trying out."""

    kind: Literal["file"]
    folder: Path


Channel = Annotated[
    MailChannel | SlackChannel | TeamsChannel | AppriseChannel | FileChannel, Field(discriminator="kind")
]


class WebhookReceiver(Secret):
    """A system that is told of log entries of some kinds."""

    kind: Literal["webhook"]
    url: str
    secret_env: Names | None = None
    secret_file: Path | None = None
    events: Names
    personal: bool = False


class Links(Secret):
    """Links in messages by which somebody acts: the keys that sign them, and for how long they are good."""

    key_env: Names | None = None
    key_file: Path | None = None
    for_: Elapsed = Field(default=timedelta(hours=72), alias="for")


class Net(Table):
    """Addresses that are not public and may be called all the same, as networks."""

    allow: Names = ()


class Reach(Table):
    """All of it; what slaflow.toml leaves out is as here."""

    public_url: str | None = None
    send: Send = Send()
    channels: dict[str, Channel] = {}
    recipients: dict[str, Names] = {}
    receivers: dict[str, WebhookReceiver] = {}
    links: Links = Links()
    net: Net = Net()

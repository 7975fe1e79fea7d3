"""A mail server on loopback: STARTTLS, AUTH, scripted answers, and a box of what it took."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import strict
from functools import partial
from threading import Event
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "sla", "correct horse"


@dataclass
class Office:
    """What the server does next: ``says`` by the word of the client, ``box`` what it took, ``signed_in`` who
    tried to sign in. An answer of None hangs up there."""

    says: dict[str, list[str | None]] = field(default_factory=dict)
    box: list[tuple[str, bytes]] = field(default_factory=list)
    signed_in: list[bool] = field(default_factory=list)
    connections: int = 0
    after: Event = field(default_factory=Event)

    def scripted(self, word: str, server: SMTP) -> str | None:
        """The next answer to *word*; empty: as ever."""
        queue = self.says.get(word)
        if not queue:
            return ""
        said = queue.pop(0)
        if said is None:
            server.transport.abort()
        return said

    def mails(self) -> list[EmailMessage]:
        """What it took, read by the strict rules."""
        return [message_from_bytes(body, policy=strict) for _, body in self.box]  # type: ignore[misc]

    # What aiosmtpd asks for

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self.scripted("MAIL", server)
        envelope.mail_from = address
        return said or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self.scripted(f"RCPT {address}", server) or self.scripted("RCPT", server)
        if not said:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        said = self.scripted("DATA", server)
        if said is None:
            return "250 never heard"
        if not said:
            self.box.append((envelope.rcpt_tos[0], bytes(envelope.content or b"")))
        if self.scripted("AFTER", server) is None:
            return "250 never heard"
        return said or "250 OK"


def _judge(
    office: Office, server: SMTP, session: Session, envelope: Envelope, how: str, data: Any
) -> AuthResult:
    known = (USER.encode(), PASSWORD.encode())
    is_right = isinstance(data, LoginPassword) and (data.login, data.password) == known
    office.signed_in.append(is_right)
    return AuthResult(success=is_right, handled=False, message=None if is_right else "535 5.7.8 no")


class _Served(Controller):
    """At a port that the system picks, which aiosmtpd then has to be told."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def office(
    tls: ssl.SSLContext | None = None, *, at_once: bool = False, signs_in: bool = False
) -> Iterator[tuple[Office, int]]:
    """A server and its port; *at_once*: TLS from the first byte; *signs_in*: only who signed in may send."""
    found = Office()
    how: dict[str, Any] = {"hostname": "127.0.0.1", "port": 0, "decode_data": False, "ident": "test"}
    if signs_in:
        how |= {"authenticator": partial(_judge, found), "auth_required": True}
    if at_once:
        how["ssl_context"] = tls
    elif tls is not None:
        how |= {"tls_context": tls, "require_starttls": True}
    controller = _Served(found, **how)
    controller.start()
    try:
        yield found, controller.port
    finally:
        controller.stop()

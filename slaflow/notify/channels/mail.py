"""Mail by SMTP: signed in once, every letter with an answer of its own, all of it in a hurry.

Source: RFC 5321, of answers section 4.2.1: 4yz may pass, 5yz will not.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from email.headerregistry import Address
from threading import Timer
from typing import Any

from slaflow.errors import ENVIRONMENT, SlaflowError
from slaflow.notify.answer import Again, Answer, Closed, Failed, Sent
from slaflow.notify.channels.composing import AddressUnusable, addressed, composed
from slaflow.notify.letters.letter import Letter
from slaflow.notify.letters.render import Pages
from slaflow.notify.parcel import Form, Parcel
from slaflow.settings.reach import MailChannel

_NO_TLS = "no secure connection (TLS) came about"
_LOST = "the connection to it was lost"
_LATE = "it did not answer in time"


class PasswordInTheOpen(SlaflowError):
    """Settings that would send a password for all to read."""

    code = "password_in_the_open"
    exit_code = ENVIRONMENT

    def __init__(self, name: str) -> None:
        super().__init__(
            f'[channels.{name}] security = "none" with a user: a password is never sent unencrypted; '
            'take "starttls" or "tls", or leave user out'
        )


class Mail:
    """A mail server. Of several *passwords* the first is the one that signs in.

    Raises:
        PasswordInTheOpen: it would sign in where anybody can listen.
        AddressUnusable: ``from`` is no mail address.
    """

    form: Form = "mail"
    pace = timedelta()

    def __init__(
        self, name: str, settings: MailChannel, passwords: Sequence[str], timeout: timedelta
    ) -> None:
        self.name = name
        self.sender: Address = addressed(settings.sender)
        if settings.security == "none" and settings.user is not None:
            raise PasswordInTheOpen(name)
        self._settings, self._passwords = settings, passwords
        self._seconds = timeout.total_seconds()
        self._smtp: smtplib.SMTP | None = None
        self._is_late = False

    def compose(self, letter: Letter, pages: Pages, to: str, at: datetime) -> str:
        """The whole mail. Raises ``AddressUnusable``."""
        return composed(letter, pages, self.sender, to, at)

    def send(self, parcel: Parcel) -> Answer:
        """One try; a connection that was kept and is gone meanwhile is made once more."""
        was_kept = self._smtp is not None
        answer = self._try(parcel)
        if answer is None and was_kept:
            answer = self._try(parcel)
        return answer or Again(_LOST)

    def probe(self) -> Answer:
        """Whether it lets slaflow in; nobody hears of it."""
        with self._in_time():
            answer = self._open()
        self.close()
        return Sent() if answer is None else answer

    def close(self) -> None:
        """Says good-bye, or hangs up."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                if smtp.sock is not None:
                    smtp.sock.settimeout(1)
                smtp.quit()
            with suppress(OSError):
                smtp.close()

    def _try(self, parcel: Parcel) -> Answer | None:
        """None where the connection was lost before the letter was begun."""
        try:
            to = addressed(parcel.address).addr_spec
        except AddressUnusable as error:
            return Failed(str(error))
        with self._in_time():
            refused = self._open()
            return refused if refused is not None else self._delivered(to, parcel.body)

    def _delivered(self, to: str, body: str) -> Answer | None:
        assert self._smtp is not None
        is_begun = False
        try:
            code, said = self._smtp.mail(self.sender.addr_spec)
            if code != 250:
                return self._refused(code, said, "the sender")
            is_begun = True
            code, said = self._smtp.rcpt(to)
            if code not in (250, 251):
                return self._refused(code, said, "the address")
            code, said = self._smtp.data(body)
        except smtplib.SMTPDataError as refusal:
            return self._refused(refusal.smtp_code, refusal.smtp_error, "the letter")
        except (smtplib.SMTPException, OSError):
            self._drop()
            if self._is_late:
                return Again(_LATE)
            return Again(_LOST) if is_begun else None
        return Sent() if code == 250 else self._refused(code, said, "the letter")

    def _refused(self, code: int, said: bytes | str, what: str) -> Answer:
        """What an answer other than yes means; what the server says with it may hold anything: left out."""
        words = f"it answered {code} to {what}"
        if code == 421:
            self._drop()
            return Again(words)
        self._reset()
        if 400 <= code < 500:
            return Again(words)
        # A sender who may not send fails every letter alike.
        return Closed(words) if what == "the sender" else Failed(words)

    def _open(self) -> Answer | None:
        """Connects and signs in, unless that was done; else why not."""
        if self._smtp is not None:
            return None
        try:
            return self._signed_in(self._connected())
        except smtplib.SMTPNotSupportedError:
            answer: Answer = Closed("it offers no STARTTLS")
        except smtplib.SMTPConnectError as refusal:
            answer = Again(f"it answered {refusal.smtp_code}")
        except ssl.SSLCertVerificationError:
            answer = Again("its certificate is not one that is trusted here for its name")
        except ssl.SSLError:
            answer = Again(_NO_TLS)
        except ConnectionRefusedError:
            answer = Again("nobody listens there")
        except socket.gaierror:
            answer = Again("its name is not known, or no name server answers")
        except TimeoutError:
            answer = Again(_LATE)
        except (smtplib.SMTPException, OSError):
            answer = Again(_LATE if self._is_late else "it hung up, or does not speak SMTP")
        self._drop()
        return answer

    def _connected(self) -> smtplib.SMTP:
        settings, trust = self._settings, ssl.create_default_context(cafile=self._settings.ca_file)
        if settings.security == "tls":
            return _Secured(self, settings.host, settings.port, timeout=self._seconds, context=trust)
        smtp = _Plain(self, settings.host, settings.port, timeout=self._seconds)
        if settings.security == "starttls":
            smtp.starttls(context=trust)
        return smtp

    def begun(self, smtp: smtplib.SMTP) -> None:
        """Knows of a connection before it stands: its greeting may take for ever too."""
        self._smtp = smtp

    def _signed_in(self, smtp: smtplib.SMTP) -> Answer | None:
        """Signs in once: a server that is asked again after it refused may lock the account."""
        user = self._settings.user
        if user is None:
            smtp.ehlo_or_helo_if_needed()
            return None
        smtp.ehlo_or_helo_if_needed()
        offered = smtp.esmtp_features.get("auth", "").upper().split()
        smtp.user, smtp.password = user, self._passwords[0] if self._passwords else ""
        try:
            if "PLAIN" in offered:
                smtp.auth("PLAIN", smtp.auth_plain)
            elif "LOGIN" in offered:
                smtp.auth("LOGIN", smtp.auth_login)
            else:
                self._drop()
                return Closed("it offers neither PLAIN nor LOGIN to sign in")
        except smtplib.SMTPAuthenticationError as refusal:
            self._drop()
            words = f"it answered {refusal.smtp_code} to the sign-in"
            return Again(words) if 400 <= refusal.smtp_code < 500 else Closed(words)
        finally:
            smtp.user = smtp.password = ""
        return None

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """All of one try ends in time: a server that says a byte now and then wins none."""
        self._is_late = False
        timer = Timer(self._seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        self._is_late, smtp = True, self._smtp
        sock = None if smtp is None else smtp.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _reset(self) -> None:
        with suppress(smtplib.SMTPException, OSError):
            if self._smtp is not None:
                self._smtp.rset()
                return
        self._drop()

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError):
                smtp.close()


class _Plain(smtplib.SMTP):
    def __init__(self, of: Mail, *args: Any, **rest: Any) -> None:
        of.begun(self)
        super().__init__(*args, **rest)


class _Secured(smtplib.SMTP_SSL):
    def __init__(self, of: Mail, *args: Any, **rest: Any) -> None:
        of.begun(self)
        super().__init__(*args, **rest)

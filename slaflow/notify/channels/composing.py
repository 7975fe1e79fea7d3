"""A letter as a mail: text and HTML, with the headers that mail clients and other machines go by.

Sources: RFC 5322 (Message-ID, References), RFC 3834 (Auto-Submitted), RFC 8058 (List-Unsubscribe-Post).
"""

from __future__ import annotations

from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from slaflow.errors import SlaflowError
from slaflow.notify.letters.letter import Letter
from slaflow.notify.letters.render import Pages

SUBJECT = "Subject:"
SEVEN_BIT = SMTP.clone(cte_type="7bit")
"""Whatever is on the way understands it."""
LONGEST_SUBJECT = 200


class AddressUnusable(SlaflowError):
    """What stands where a mail address should."""

    code = "address_unusable"

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(f"{address!a} is no mail address")


def addressed(text: str) -> Address:
    """``leads@example.com`` or ``Leads <leads@example.com>`` as mails say it. Raises ``AddressUnusable``."""
    name, spec = parseaddr(text)
    user, _, domain = spec.rpartition("@")
    try:
        host = domain.encode("idna").decode()
        found = Address(name, user, host)
        found.addr_spec.encode("ascii")
    except (HeaderParseError, ValueError, IndexError):
        raise AddressUnusable(text) from None
    is_whole = bool(user and host) and text.isprintable() and not any(c.isspace() for c in spec)
    if not is_whole or found.addr_spec != f"{user}@{host}":
        raise AddressUnusable(text)
    return found


def titled(text: str) -> tuple[str, str]:
    """What a text says in its first line, ``Subject: …``, and the rest of it."""
    first, _, rest = text.lstrip("\n").partition("\n")
    subject = " ".join(first.removeprefix(SUBJECT).split())
    return "".join(c for c in subject if c.isprintable())[:LONGEST_SUBJECT], rest.strip("\n") + "\n"


def composed(letter: Letter, pages: Pages, sender: Address, to: str, at: datetime) -> str:
    """The whole mail as ASCII text, headers and all, dated *at*: kept, so that every try is the same.

    Raises:
        AddressUnusable: *to* is no mail address.
    """
    receiver = addressed(to)
    subject, text = titled(pages.render(letter, "txt"))
    mail = EmailMessage(SEVEN_BIT)
    mail["From"] = sender
    mail["To"] = Address(letter.reader.name or "", receiver.username, receiver.domain)
    mail["Subject"] = subject
    mail["Date"] = format_datetime(at.astimezone(letter.reader.zone))
    mail["Message-ID"] = f"<{letter.id}@{sender.domain}>"
    if letter.thread is not None:
        mail["References"] = f"<{letter.thread}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if letter.stop_url is not None:
        mail["List-Unsubscribe"] = f"<{letter.stop_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(pages.render(letter, "html"), subtype="html", cte="quoted-printable")
    return mail.as_string()

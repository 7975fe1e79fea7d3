"""Mail goes out by SMTP, and each answer of the server means one of a few things."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from support.builders import utc
from support.letters import a_letter
from support.smtp import PASSWORD, USER, Office, office

from slaflow.notify.answer import Again, Answer, Closed, Failed, Sent
from slaflow.notify.channels.composing import AddressUnusable, addressed
from slaflow.notify.channels.mail import Mail, PasswordInTheOpen
from slaflow.notify.letters.render import Pages
from slaflow.notify.parcel import Parcel
from slaflow.settings.reach import MailChannel

NOON = utc("2026-03-09T12:00")
ANNA, SENDER = "anna@example.com", "SLA <sla@example.com>"
BROKEN = ["", "anna", "anna@", "@example.com", "a b@example.com", "a@b\r\nBcc: c@d", "a@b@c"]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def trusted(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return file


@pytest.fixture(scope="module")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def _plain() -> Iterator[tuple[Office, int]]:
    with office() as opened:
        yield opened


@pytest.fixture
def plain(_plain: tuple[Office, int]) -> tuple[Office, int]:
    """A server without encryption, its box empty."""
    found, port = _plain
    found.box.clear()
    found.says.clear()
    return found, port


def mail(port: int, *passwords: str, seconds: float = 20, **settings: Any) -> Mail:
    told = {
        "kind": "mail",
        "host": "localhost",
        "port": port,
        "security": "none",
        "from": "SLA <sla@example.com>",
    }
    return Mail(
        "mail", MailChannel.model_validate({**told, **settings}), passwords, timedelta(seconds=seconds)
    )


def sent(channel: Mail, *addresses: str) -> list[Answer]:
    try:
        return [
            channel.send(Parcel(f"id-{to}", to, channel.compose(a_letter(), Pages(), ANNA, NOON), NOON))
            for to in addresses
        ]
    finally:
        channel.close()


def test_a_letter_arrives_as_text_and_html_with_the_headers_that_machines_go_by(
    plain: tuple[Office, int],
) -> None:
    found, port = plain
    assert sent(mail(port), ANNA) == [Sent()]
    (arrived,) = found.mails()
    assert arrived["From"] == "SLA <sla@example.com>"
    assert arrived["To"] == "Åsa <anna@example.com>"
    assert arrived["Subject"] == "1 h left: Accept or return it · kim@example.com"
    assert arrived["Message-ID"] == "<5f0c@example.com>"
    assert arrived["References"] == "<lead-1.ab@example.com>"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived["X-Auto-Response-Suppress"] == "All"
    assert arrived["List-Unsubscribe"] is None
    text, html = (arrived.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert "You have 1 h left, until Mon 9 March 14:30." in text.get_content()
    assert "https://sla.example.com/act/t0ken" in text.get_content()
    assert 'href="https://sla.example.com/act/t0ken"' in html.get_content()
    assert all(line.isascii() for line in (body for _, body in found.box))


def test_who_can_stop_it_can_do_so_from_their_mail_program(plain: tuple[Office, int]) -> None:
    found, port = plain
    channel = mail(port)
    letter = a_letter(stop_url="https://sla.example.com/stop/abc")
    channel.send(Parcel("id", ANNA, channel.compose(letter, Pages(), ANNA, NOON), NOON))
    channel.close()
    (arrived,) = found.mails()
    assert arrived["List-Unsubscribe"] == "<https://sla.example.com/stop/abc>"
    assert arrived["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_whatever_a_prospect_calls_itself_stays_inside_its_header(plain: tuple[Office, int]) -> None:
    found, port = plain
    channel = mail(port)
    letter = a_letter(lead="kim\x00\x1b[31m <b>")
    channel.send(Parcel("id", ANNA, channel.compose(letter, Pages(), ANNA, NOON), NOON))
    channel.close()
    (arrived,) = found.mails()
    assert arrived["Subject"].endswith("kim[31m <b>")
    html = arrived.get_body(("html",))
    assert html is not None
    assert "<b>" not in html.get_content()


@pytest.mark.parametrize(
    ("script", "means"),
    [
        ({"RCPT": ["451 4.3.0 later"]}, Again("it answered 451 to the address")),
        ({"RCPT": ["550 5.1.1 nobody of that name"]}, Failed("it answered 550 to the address")),
        ({"RCPT": ["421 4.3.2 going down"]}, Again("it answered 421 to the address")),
        ({"MAIL": ["550 5.7.1 you may not send"]}, Closed("it answered 550 to the sender")),
        ({"MAIL": ["451 4.7.1 greylisted"]}, Again("it answered 451 to the sender")),
        ({"DATA": ["554 5.6.0 looks like spam"]}, Failed("it answered 554 to the letter")),
        ({"DATA": ["452 4.2.2 no room"]}, Again("it answered 452 to the letter")),
        ({"DATA": [None]}, Again("the connection to it was lost")),
        ({"AFTER": [None]}, Again("the connection to it was lost")),
    ],
)
def test_what_an_answer_means(plain: tuple[Office, int], script: dict[str, Any], means: Answer) -> None:
    found, port = plain
    found.says.update(script)
    # Whatever came of one, the next over the same channel goes.
    assert sent(mail(port), ANNA, "bo@example.com") == [means, Sent()]


def test_one_refused_address_of_three_costs_the_others_nothing(plain: tuple[Office, int]) -> None:
    found, port = plain
    found.says["RCPT b@example.com"] = ["550 5.1.1 no"]
    answers = sent(mail(port), "a@example.com", "b@example.com", "c@example.com")
    assert answers == [Sent(), Failed("it answered 550 to the address"), Sent()]
    assert [to for to, _ in found.box] == ["a@example.com", "c@example.com"]


def test_a_connection_that_went_away_meanwhile_is_made_anew(plain: tuple[Office, int]) -> None:
    found, port = plain
    channel = mail(port)
    body = channel.compose(a_letter(), Pages(), ANNA, NOON)
    assert channel.send(Parcel("1", ANNA, body, NOON)) == Sent()
    found.says["MAIL"] = [None]
    assert channel.send(Parcel("2", ANNA, body, NOON)) == Sent()
    channel.close()


def test_it_signs_in_over_an_encrypted_connection_only_and_once(
    server_tls: ssl.SSLContext, trusted: Path
) -> None:
    with office(server_tls, signs_in=True) as (found, port):
        secured = {"security": "starttls", "user": USER, "ca_file": trusted}
        assert sent(mail(port, PASSWORD, **secured), ANNA) == [Sent()]
        assert found.signed_in == [True]
        wrong = mail(port, "wrong", **secured)
        assert sent(wrong, ANNA) == [Closed("it answered 535 to the sign-in")]
        assert found.signed_in == [True, False]
        assert mail(port, PASSWORD, **secured).probe() == Sent()
        unknown = mail(port, PASSWORD, **{**secured, "ca_file": None})
        refused = "its certificate is not one that is trusted here for its name"
        assert sent(unknown, ANNA) == [Again(refused)]
    with pytest.raises(PasswordInTheOpen, match="a password is never sent unencrypted"):
        mail(25, PASSWORD, user=USER)


def test_tls_from_the_first_byte(server_tls: ssl.SSLContext, trusted: Path) -> None:
    with office(server_tls, at_once=True) as (found, port):
        assert sent(mail(port, security="tls", ca_file=trusted), ANNA) == [Sent()]
        assert len(found.box) == 1


def test_a_server_without_starttls_gets_nothing(plain: tuple[Office, int]) -> None:
    _, port = plain
    assert sent(mail(port, security="starttls"), ANNA) == [Closed("it offers no STARTTLS")]


def test_a_server_that_hangs_is_waited_for_no_longer_than_it_may_take(silent_port: int) -> None:
    assert sent(mail(silent_port, seconds=0.3), ANNA) == [Again("it did not answer in time")]


def test_nobody_there() -> None:
    assert mail(1).probe() == Again("nobody listens there")


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_address_is_refused_before_anybody_is_asked(text: str) -> None:
    with pytest.raises(AddressUnusable):
        addressed(text)


def test_a_domain_of_other_letters_is_written_as_machines_know_it() -> None:
    assert addressed("anna@bücher.example").addr_spec == "anna@xn--bcher-kva.example"

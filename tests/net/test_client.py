"""The one HTTP client: which addresses it calls, how long it waits, and that it tells nobody whom."""

from __future__ import annotations

import logging
import re
import socketserver
import ssl
import traceback
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import count
from threading import Event, Thread

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from support.builders import utc
from support.faulty import (
    Answer,
    FaultyServer,
    answer,
    cut_off,
    dribble,
    endless,
    garbage,
    hang,
    hang_up,
    serving,
)

from slaflow.net.client import MOST_READ, Client, check_url
from slaflow.net.fault import NetFault, UrlRefused
from slaflow.net.guard import Resolve
from slaflow.net.reply import LONGEST_WAIT, Reply

LOOPBACK = ("127.0.0.0/8",)
SOON = timedelta(seconds=0.6)
PATIENT = timedelta(seconds=20)
PUBLIC = "93.184.215.14"
NAME = "hooks.example.com"


def named(*answers: Sequence[str]) -> Resolve:
    """A name server that gives these answers one after the other, the last for ever."""
    turns = count()
    return lambda host, port: answers[min(next(turns), len(answers) - 1)]


@pytest.fixture
def client() -> Iterator[Client]:
    opened = Client(LOOPBACK, PATIENT)
    yield opened
    opened.close()


@pytest.fixture
def hurried() -> Iterator[Client]:
    opened = Client(LOOPBACK, SOON)
    yield opened
    opened.close()


# What comes back


def test_an_answer_comes_back_with_status_headers_and_body(client: Client, faulty: FaultyServer) -> None:
    faulty.answers("/in?x=1", answer(202, b"thanks", retry_after="7", X_Twice="first"))
    reply = client.post(faulty.url("/in?x=1"), {"content-type": "text/plain"}, "grüße".encode())
    assert (reply.status, reply.body, reply.is_whole) == (202, b"thanks", True)
    assert reply.headers["retry-after"] == "7"
    (seen,) = faulty.seen
    assert (seen.path, seen.body) == ("/in?x=1", "grüße".encode())
    assert seen.headers["host"] == f"127.0.0.1:{faulty.port}"
    assert seen.headers["content-type"] == "text/plain"


def test_a_change_is_sent_as_one_and_a_question_with_what_is_asked(
    client: Client, faulty: FaultyServer
) -> None:
    client.patch(faulty.url("/records"), {}, b"{}")
    client.get(faulty.url("/records?q=SELECT%20Id"), {})
    told = [(seen.verb, seen.path, seen.body) for seen in faulty.seen]
    assert told == [("PATCH", "/records", b"{}"), ("GET", "/records?q=SELECT%20Id", b"")]


def test_a_connection_is_kept_for_the_next_request(client: Client, faulty: FaultyServer) -> None:
    for _ in range(3):
        client.post(faulty.url(), {}, b"")
    assert [seen.connection for seen in faulty.seen] == [1, 1, 1]


def test_a_redirect_is_an_answer_and_not_followed(client: Client, faulty: FaultyServer) -> None:
    faulty.answers("/in", answer(302, location=faulty.url("/elsewhere")))
    assert client.post(faulty.url("/in"), {}, b"").status == 302
    assert [seen.path for seen in faulty.seen] == ["/in"]


def test_a_body_without_end_is_read_to_its_64_kilobytes(client: Client, faulty: FaultyServer) -> None:
    faulty.answers("/in", endless)
    reply = client.post(faulty.url("/in"), {}, b"")
    assert (reply.status, len(reply.body), reply.is_whole) == (200, MOST_READ, False)


def test_more_is_read_of_whom_more_is_expected(client: Client, faulty: FaultyServer) -> None:
    faulty.answers("/in", answer(200, b"a" * (2 * MOST_READ)), endless)
    assert client.get(faulty.url("/in"), {}, most=2 * MOST_READ).is_whole
    cut = client.get(faulty.url("/in"), {}, most=2 * MOST_READ)
    assert (len(cut.body), cut.is_whole) == (2 * MOST_READ, False)


BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"


@pytest.mark.parametrize("said", [cut_off, lambda asked: asked.say(BODY + b"half.") or hang(asked)])
def test_an_answer_whose_body_stays_away_is_an_answer(
    hurried: Client, faulty: FaultyServer, said: Answer
) -> None:
    faulty.answers("/in", said)
    reply = hurried.post(faulty.url("/in"), {}, b"")
    assert (reply.status, reply.body, reply.is_whole) == (200, b"half.", False)


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (hang, "it did not answer in time"),
        (dribble(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0.1), "it did not answer in time"),
        (garbage, "it hung up without an answer, or its answer is not HTTP"),
        (hang_up, "it hung up without an answer, or its answer is not HTTP"),
    ],
    ids=["hang", "a byte at a time", "garbage", "hung up"],
)
def test_what_is_no_answer_is_said_in_words_of_ours(
    hurried: Client, faulty: FaultyServer, fault: Answer, problem: str
) -> None:
    faulty.answers("/in", fault)
    with pytest.raises(NetFault) as raised:
        hurried.post(faulty.url("/in"), {}, b"")
    assert raised.value.problem == problem


def test_the_next_request_gets_through_after_one_that_did_not(hurried: Client, faulty: FaultyServer) -> None:
    faulty.answers("/in", hang, answer())
    with pytest.raises(NetFault):
        hurried.post(faulty.url("/in"), {}, b"")
    assert hurried.post(faulty.url("/in"), {}, b"").status == 200


def test_nobody_who_listens_is_said(client: Client) -> None:
    with pytest.raises(NetFault, match=r"^nobody listens there$"):
        client.post("http://127.0.0.1:1/", {}, b"")


# Which addresses are called


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://[::ffff:127.0.0.1]/", "https://[2002:7f00:1::]/"]
)
def test_an_address_that_is_not_public_is_not_called(url: str) -> None:
    with pytest.raises(NetFault, match=r"one that is not public, and lies in no network of \[net\] allow"):
        Client((), PATIENT).post(url, {}, b"")


def test_a_name_of_which_one_address_is_not_public_is_not_called_at_all() -> None:
    resolve = named([PUBLIC, "10.0.0.1"])
    with pytest.raises(NetFault, match="not public"):
        Client((), PATIENT, resolve=resolve).post(f"https://{NAME}/", {}, b"")


def test_http_is_for_allowed_networks_alone() -> None:
    with pytest.raises(NetFault, match="one that http may not be used for"):
        Client(LOOPBACK, PATIENT, resolve=named([PUBLIC])).post(f"http://{NAME}/", {}, b"")


def test_a_name_that_leads_elsewhere_the_second_time_is_judged_where_it_is_connected_to(
    faulty: FaultyServer,
) -> None:
    """Whoever asks a name server, judges, and then connects by name, asks twice."""
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    client = Client(LOOPBACK, PATIENT, resolve=resolve)
    assert client.post(faulty.url("/in", NAME), {}, b"").status == 200
    assert asked == [NAME]
    client.close()
    with pytest.raises(NetFault, match=r"\[net\] allow"):
        client.post(faulty.url("/in", NAME), {}, b"")
    assert (asked, len(faulty.seen)) == ([NAME, NAME], 1)


def test_the_next_address_of_a_name_is_tried_where_nobody_listens_at_the_first(faulty: FaultyServer) -> None:
    client = Client(LOOPBACK, PATIENT, resolve=named(["127.0.0.2", "127.0.0.1"]))
    assert client.post(faulty.url("/in", NAME), {}, b"").status == 200
    client.close()


def unknown(host: str, port: int) -> Sequence[str]:
    raise OSError(f"{host} is not known")


@pytest.mark.parametrize(
    ("resolve", "problem"),
    [
        (unknown, "its name is not known, or no name server answers"),
        (named([]), "its name has no address"),
        (lambda host, port: [str(Event().wait(2))], "it could not be connected to in time"),
    ],
    ids=["unknown", "empty", "hangs"],
)
def test_a_name_that_leads_nowhere_is_said(resolve: Resolve, problem: str) -> None:
    with pytest.raises(NetFault) as raised:
        Client((), SOON, resolve=resolve).post(f"https://{NAME}/", {}, b"")
    assert raised.value.problem == problem


def test_no_proxy_is_taken_from_the_environment(
    client: Client, faulty: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert client.post(faulty.url(), {}, b"").status == 200


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("ftp://example.com/", "the URL does not begin with https://"),
        ("example.com/in", "the URL does not begin with https://"),
        ("https://anna:secret@example.com/", "the URL names a user; take out what stands before the @"),
        ("https:///in", "the URL names no host, or no port that there is"),
        ("https://exa mple.com/", "the URL names no host, or no port that there is"),
        ("https://example.com:99999/", "the URL names no host, or no port that there is"),
        ("https://[::1/", "the URL can't be read as one"),
        ("https://example.com/\n", None),
        ("https://bücher.example/", None),
    ],
)
def test_a_url_that_nothing_is_sent_to_is_refused_in_a_line(url: str, problem: str | None) -> None:
    if problem is None:
        check_url(url)
        return
    with pytest.raises(UrlRefused) as raised:
        check_url(url)
    assert str(raised.value) == problem


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def trust(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture(scope="module")
def secured(authority: trustme.CA) -> Iterator[FaultyServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(NAME).configure_cert(context)
    with serving(context) as server:
        yield server


def test_the_certificate_is_asked_for_the_name_and_not_for_the_address(
    secured: FaultyServer, trust: ssl.SSLContext
) -> None:
    client = Client(LOOPBACK, PATIENT, resolve=named(["127.0.0.1"]), trust=trust)
    assert client.post(secured.url("/in", NAME), {}, b"").status == 200
    client.reach(secured.url("/in", NAME))
    with pytest.raises(NetFault, match=r"^its certificate is another name's$"):
        client.post(secured.url("/in", "other.example.com"), {}, b"")
    client.close()


def test_a_certificate_that_nobody_trusted_signed_is_refused(secured: FaultyServer) -> None:
    client = Client(LOOPBACK, PATIENT, resolve=named(["127.0.0.1"]))
    for ask in (lambda url: client.post(url, {}, b""), client.reach):
        with pytest.raises(NetFault, match=r"^its certificate is signed by nobody who is trusted here$"):
            ask(secured.url("/in", NAME))


def test_a_server_that_speaks_no_tls_is_refused() -> None:
    class Greeting(socketserver.BaseRequestHandler):
        """Speaks first, as servers of mail do: who waits for a whole line may wait for ever."""

        def handle(self) -> None:
            self.request.sendall(b"220 mail.example.com ESMTP\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Greeting) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            with pytest.raises(NetFault, match=r"^no secure connection \(TLS\) came about$"):
                Client(LOOPBACK, PATIENT).post(f"https://127.0.0.1:{server.server_address[1]}/", {}, b"")
        finally:
            server.shutdown()


# Silence


def test_neither_log_nor_error_tells_whom_it_called(
    hurried: Client, faulty: FaultyServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = Client(LOOPBACK, SOON, resolve=named(["127.0.0.1"]))
    faulty.answers("/token-9f3a", answer(500), garbage, hang)
    url, said = faulty.url("/token-9f3a", "secret-name.example.com"), []
    client.post(url, {"authorization": "Bearer xoxb-secret"}, b"body-secret")
    for _ in range(2):
        with pytest.raises(NetFault) as raised:
            client.post(url, {"authorization": "Bearer xoxb-secret"}, b"body-secret")
        said.append("".join(traceback.format_exception(raised.value)))
    client.close()
    told = caplog.text + "".join(
        line for text in said for line in text.splitlines(True) if "client.post" not in line
    )
    for secret in ("token-9f3a", "secret-name", "xoxb", "body-secret"):
        assert secret not in told
    assert not re.search(rf"\b{faulty.port}\b", told)


# Retry-After

NOW = utc("2026-03-09T12:00")


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("0", timedelta()),
        ("Mon, 09 Mar 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Mon, 09 Mar 2026 13:05:00 +0100", timedelta(minutes=5)),
        ("Mon, 09 Mar 2026 12:05:00 -0000", timedelta(minutes=5)),
        ("Mon, 09 Mar 2026 11:00:00 GMT", timedelta()),
        ("999999", LONGEST_WAIT),
        ("9" * 5000, LONGEST_WAIT),
        ("Mon, 09 Mar 2036 12:05:00 GMT", LONGEST_WAIT),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("Mon, 99 Mar 2026 12:05:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_a_day_at_most(said: str, wait: timedelta | None) -> None:
    assert Reply(429, {"retry-after": said}, b"").retry_after(NOW) == wait


@given(st.text())
def test_whatever_retry_after_says_it_harms_nobody(said: str) -> None:
    wait = Reply(429, {"retry-after": said}, b"").retry_after(NOW)
    assert wait is None or timedelta() <= wait <= LONGEST_WAIT

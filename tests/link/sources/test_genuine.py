"""Who sends shows that they do; whatever is wrong with how, it is not genuine, and never a fault of ours."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.delivering import (
    ENVIRONMENT,
    KINDS,
    OLD,
    PUBLIC,
    REACH,
    SECRET,
    SENDERS,
    SIGNATURES,
    Delivery,
    change,
    hubspot,
    outbound,
    salesforce,
    sent_by,
)
from support.office import FRIDAY

from slaflow.link.shapes import NotGenuine, Request
from slaflow.link.sources.hubspot import signed_url
from slaflow.link.sources.opening import secrets_of_hook, source_of

SIGNING = tuple(SIGNATURES)
DATED = {"hubspot": "x-hubspot-request-timestamp", "generic": "webhook-timestamp"}


def verify(kind: str, request: Request, now: datetime = FRIDAY) -> None:
    hook = REACH.hooks[kind]
    source_of(hook).verify(request, secrets_of_hook(kind, hook, PUBLIC, ENVIRONMENT), now)


def is_genuine(kind: str, delivery: Delivery, now: datetime = FRIDAY) -> bool:
    try:
        verify(kind, delivery.request(), now)
    except NotGenuine:
        return False
    return True


def test_hubspot_signs_as_its_own_library_is_tried() -> None:
    """Source: HubSpot/hubspot-api-ruby, spec/helpers/signature_spec.rb."""
    at = 1_700_000_300_000
    headers = (
        ("x-hubspot-signature-v3", "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw="),
        ("x-hubspot-request-timestamp", str(at)),
    )
    body = b"{'example_field':'example_value'}"
    request = Request("POST", "https://www.example.com/webhook_uri", "", headers, body)
    source, secret = source_of(REACH.hooks["hubspot"]), "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
    now = datetime.fromtimestamp(at / 1000, UTC)
    source.verify(request, [secret], now)
    with pytest.raises(NotGenuine):
        source.verify(request._replace(method="GET"), [secret], now)
    with pytest.raises(NotGenuine):
        source.verify(request, ["another", "yyyyyyyy"], now)


def test_standard_webhooks_are_signed_as_their_own_library_is_tried() -> None:
    """Source: standard-webhooks/standard-webhooks, libraries/python/tests/test_webhooks.py."""
    headers = (
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"), ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,aaaa v1a,bbbb v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    )  # fmt: skip
    request = Request("POST", PUBLIC, "", headers, b'{"test": 2432232314}')
    now, secret = datetime.fromtimestamp(1614265330, UTC), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    source_of(REACH.hooks["generic"]).verify(request, [secret], now)
    with pytest.raises(NotGenuine):
        source_of(REACH.hooks["generic"]).verify(request._replace(body=b'{"test":2432232314}'), [secret], now)


def test_hubspot_signs_some_of_an_address_decoded() -> None:
    """Source: the table of "Validating requests", and that of a character encoded twice one stays."""
    assert signed_url("https://a.example/x%3Ay%2fz?q=%40%21%24%27%28%29%2A%2C%3B&r=%20%26%253A%25") == (
        "https://a.example/x:y/z?q=@!$'()*,;&r=%20%26%253A%25"
    )
    path = "/hooks/hubspot?a=%3Ab&c=%20d"
    delivery = hubspot([change()], path=path, signed=f"{PUBLIC}/hooks/hubspot?a=:b&c=%20d")
    assert is_genuine("hubspot", delivery)
    assert not is_genuine("hubspot", hubspot([change()], path="/hooks/hubspot", signed=f"{PUBLIC}{path}"))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_signed_is_genuine_and_nothing_else_is(kind: str) -> None:
    delivery = sent_by(kind)
    assert is_genuine(kind, delivery)
    assert not is_genuine(kind, sent_by(kind, secret="swordfish"))
    if kind in SIGNATURES and kind != "marketo":
        assert not is_genuine(kind, delivery._replace(body=delivery.body.replace(b"zyxkim", b"zyxkil")))
        assert not is_genuine(kind, delivery._replace(body=delivery.body + b" "))


def test_each_of_several_secrets_is_taken() -> None:
    assert is_genuine("hubspot", hubspot([change()], secret=SECRET))
    assert is_genuine("hubspot", hubspot([change()], secret=OLD))
    assert not is_genuine("hubspot", hubspot([change()], secret=SECRET + OLD))


@pytest.mark.parametrize("kind", SIGNING)
def test_no_signature_of_another_form_is_one(kind: str) -> None:
    name, delivery = SIGNATURES[kind], sent_by(kind)
    right = dict(delivery.headers)[name]
    wrong = ("", " ", "å", right + "å", right + "=", right[:-1], right * 2, f" {right} ".swapcase(), "v1,",
             "v1", ",", "=" * 44, "\x00", "sha256=" + right, "a" * 60_000, "v1,å v1,ä", ", " * 9)  # fmt: skip
    for text in wrong:
        assert not is_genuine(kind, delivery.having(**{name: text})), text[:80]
    assert not is_genuine(kind, delivery.without(name))
    doubled = delivery._replace(headers=(*delivery.headers, (name, right)))
    assert not is_genuine(kind, doubled), "of two nobody knows which is meant"


@pytest.mark.parametrize("kind", DATED)
def test_five_minutes_are_let_pass_and_no_more(kind: str) -> None:
    delivery, second = sent_by(kind), timedelta(seconds=1)
    for apart in (timedelta(), timedelta(minutes=5), -timedelta(minutes=5)):
        assert is_genuine(kind, delivery, FRIDAY + apart), apart
    for apart in (timedelta(minutes=5) + second, -timedelta(minutes=5) - second, timedelta(days=900)):
        assert not is_genuine(kind, delivery, FRIDAY + apart), apart


@pytest.mark.parametrize("kind", DATED)
@pytest.mark.parametrize(
    "time", ["", "0", "-1", "1e9", "1772803800.0", "१७७२८०३८००", "9" * 15, "9" * 400, "now", " 1772803800"]
)
def test_a_time_that_is_none_is_not_genuine(kind: str, time: str) -> None:
    name = DATED[kind]
    assert not is_genuine(kind, sent_by(kind).having(**{name: time}))
    delivery = sent_by(kind)
    assert not is_genuine(kind, delivery.without(name))
    assert not is_genuine(kind, delivery._replace(headers=(*delivery.headers, *delivery.headers)))


def test_salesforce_is_known_by_its_address_and_by_its_organization() -> None:
    source = source_of(REACH.hooks["salesforce"])
    for path in ("", "x", SECRET[:-1], SECRET + "/", "å" * 22, "\x00"):
        assert not is_genuine(
            "salesforce", salesforce(outbound(1))._replace(path=f"/hooks/salesforce/{path}")
        )
    for organization in ("", "00D000000000002EAA", "00d000000000001EAA", "00D00000000000"):
        with pytest.raises(NotGenuine):
            source.items(salesforce(outbound(1, organization=organization)).request(), FRIDAY)
    for organization in ("00D000000000001EAA", "00D000000000001"):
        assert len(source.items(salesforce(outbound(1, organization=organization)).request(), FRIDAY)) == 1


HEADERS = st.lists(
    st.tuples(
        st.sampled_from([*SIGNATURES.values(), *DATED.values(), "webhook-id", "content-type"]),
        st.text(st.characters(max_codepoint=255), max_size=40),
    ),
    max_size=6,
)


@settings(max_examples=60)
@given(st.sampled_from(KINDS), HEADERS, st.binary(max_size=40), st.text(max_size=20))
def test_whatever_is_sent_by_whoever_is_not_genuine(
    kind: str, headers: list[tuple[str, str]], body: bytes, path: str
) -> None:
    text = body.decode("utf-8", "ignore").encode()
    with pytest.raises(NotGenuine) as caught:
        verify(kind, Request("POST", f"{PUBLIC}/hooks/{kind}", path, headers, text))
    assert re.fullmatch(r"[a-zA-Z0-9 ,'-]{10,80}", caught.value.reason), "nothing of the request is in it"


def test_every_kind_is_sent_by_something_here() -> None:
    assert set(KINDS) == set(SENDERS)

"""Tokens: made once, kept as a hash, good until they run out, are revoked, or their person goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from support.asking import desked
from support.office import ANNA, HOUR, MIA, Present, on_one_database
from support.worlds import Fill

from slaflow.engine.access import tokens
from slaflow.engine.access.tokens import TokenExists, TokenInvalid, TokenUnusable
from slaflow.engine.app import Engine
from slaflow.engine.setup.people import PersonRemoved
from slaflow.engine.setup.person_names import NoName
from slaflow.errors import UnknownName
from slaflow.lifecycle.lead import Actor
from slaflow.store.database import Database
from slaflow.store.tables.people import token


@pytest.fixture
def clock() -> Present:
    return Present()


@pytest.fixture
def app(world_of: Callable[[Fill], Database], clock: Present) -> Engine:
    return Engine(world_of(desked), now=clock)


def why_not(app: Engine, secret: str) -> str:
    with pytest.raises(TokenInvalid) as raised:
        tokens.shown(app, secret)
    return str(raised.value)


def test_a_token_is_a_partys_or_a_persons_and_is_kept_as_its_hash(app: Engine, clock: Present) -> None:
    made, secret = tokens.add(app, "crm", ["log", "read"], party="sales")
    assert (made.scopes, made.hint, made.expires_at) == (
        ("read", "log"), secret[:8], clock.at + timedelta(days=365),
    )  # fmt: skip
    bearer = tokens.shown(app, secret)
    assert (bearer.actor, bearer.asker.role) == (Actor("token:crm", "sales"), "member")
    _, hers = tokens.add(app, "hers", ["write"], person=MIA.upper())
    assert tokens.shown(app, hers).asker.role == "manager"
    assert tokens.shown(app, hers).actor == Actor(MIA, "sales")
    with app.database.read() as conn:
        rows = conn.execute(select(token)).all()
    assert not any(secret[8:] in repr(row) or hers[8:] in repr(row) for row in rows)


def test_a_token_ends_by_time_by_hand_and_with_its_person(app: Engine, clock: Present) -> None:
    _, short = tokens.add(app, "short", ["read"], party="sales", expires_at=clock.at + HOUR)
    _, ended = tokens.add(app, "ended", ["read"], party="sales")
    _, hers = tokens.add(app, "hers", ["read"], person=ANNA)
    assert tokens.revoke(app, "ended")
    assert not tokens.revoke(app, "ended")
    assert "was revoked" in why_not(app, ended)
    told = [entry.data for entry in app.log() if entry.kind == "access"]
    assert [(each["change"], each["token"]) for each in told] == [
        ("token_made", "short"), ("token_made", "ended"), ("token_made", "hers"), ("token_revoked", "ended"),
    ]  # fmt: skip
    assert not any(secret[8:] in str(told) for secret in (short, ended, hers))
    tokens.shown(app, short)
    clock.at += HOUR
    assert "has expired" in why_not(app, short)
    app.remove_person(ANNA)
    assert "was revoked" in why_not(app, hers)
    app.add_person(ANNA, "sales")
    assert "was revoked" in why_not(app, hers), "who comes back is not let in by what they had"


@on_one_database
def test_what_is_no_token_is_told_so_without_the_database(app: Engine) -> None:
    _, secret = tokens.add(app, "crm", ["read"], party="sales")
    for wrong in ("", "slf_", secret[:-1], secret[1:], secret + "0", secret.upper(), "å" * 55, "x" * 9999):
        assert "no token of slaflow's" in why_not(app, wrong)
    body = "slf_" + "A" * 43
    assert "ever made here" in why_not(app, body + tokens._checksum(body))


@on_one_database
def test_when_it_was_used_is_noted_now_and_then(app: Engine, clock: Present) -> None:
    _, secret = tokens.add(app, "crm", ["read"], party="sales")
    for minutes, noted in ((1, 1), (5, 1), (6, 6)):
        clock.at += timedelta(minutes=minutes) - (clock.at - Present().at)
        tokens.shown(app, secret)
        assert tokens.listed(app)[0].used_at == Present().at + timedelta(minutes=noted)


@on_one_database
def test_a_token_that_is_for_nobody_or_nothing_is_not_made(app: Engine, clock: Present) -> None:
    tokens.add(app, "crm", ["read"], party="sales")
    with pytest.raises(TokenExists):
        tokens.add(app, "crm", ["read"], party="sales")
    for scopes, whose in (
        ([], {"party": "sales"}), (["read"], {}), (["read"], {"party": "sales", "person": ANNA}),
        (["read"], {"party": "sales", "expires_at": clock.at}), (["manage"], {"party": "sales"}),
    ):  # fmt: skip
        with pytest.raises(TokenUnusable):
            tokens.add(app, "other", scopes, **whose)  # type: ignore[arg-type]
    for name in ("", "Crm", "a b", "x" * 64, "-a"):
        with pytest.raises(TokenUnusable):
            tokens.add(app, name, ["read"], party="sales")
    for wrong in ({"party": "sles"}, {"party": "lead"}, {"person": "ann@example.com"}):
        with pytest.raises(UnknownName):
            tokens.add(app, "other", ["read"], **wrong)  # type: ignore[arg-type]
    with pytest.raises(UnknownName):
        tokens.add(app, "other", ["mange"], party="sales")
    with pytest.raises(UnknownName, match='did you mean "crm"'):
        tokens.revoke(app, "cmr")
    app.remove_person(ANNA)
    with pytest.raises(PersonRemoved):
        tokens.add(app, "other", ["read"], person=ANNA)
    with pytest.raises(NoName):
        app.add_person("token:crm", "sales")

"""Signing in by another site's word: what it has to say, and how, before anybody is let in."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response
from joserfc import jwk
from starlette.testclient import TestClient
from support.clicked import KEYS, PUBLIC, REACH
from support.elsewhere import Elsewhere, elsewhere
from support.office import ANNA, BO, MIA, Present, on_one_database

from slaflow.engine.access import invitations
from slaflow.engine.app import Engine
from slaflow.net.client import Client
from slaflow.settings.reach import Oidc
from slaflow.web.access.provider import ElsewhereSignedIn
from slaflow.web.app import made
from slaflow.web.site import Site

Spoil = Callable[[Elsewhere, Present], None]
NOTE = "You are not signed in"


@pytest.fixture
def there(present: Present) -> Iterator[Elsewhere]:
    with elsewhere() as site:
        site.claims = {
            "aud": "slaflow", "sub": "s-1", "email": ANNA, "email_verified": True,
            "iat": int(present().timestamp()), "exp": int(present().timestamp()) + 300,
        }  # fmt: skip
        yield site


@pytest.fixture
def site(app: Engine, there: Elsewhere) -> Iterator[Site]:
    client = Client(("127.0.0.0/8",), timedelta(seconds=20))
    told = Oidc(issuer=there.where, client_id="slaflow", name="Example ID")
    yield Site(app, REACH, KEYS, elsewhere=ElsewhereSignedIn(told, "s" * 40, client, app.now))
    client.close()


@pytest.fixture
def desk(site: Site) -> Iterator[TestClient]:
    with browser(site) as client:
        yield client


def browser(site: Site) -> TestClient:
    return TestClient(
        made(site), base_url=PUBLIC, follow_redirects=False, raise_server_exceptions=False,
        headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
    )  # fmt: skip


def come_back(client: TestClient, there: Elsewhere, next: str = "/queue", **said: str) -> Response:
    """Somebody is sent there, signs in, and comes back."""
    sent = client.get("/sign-in/oidc", params={"next": next})
    assert sent.status_code == 303, sent.text
    code, state = there.code(sent.headers["location"])
    return client.get("/sign-in/back", params={"code": code, "state": state, **said})


def is_in(client: TestClient) -> bool:
    return client.get("/me").status_code == 200


def refused(client: TestClient, answer: Response, status: int = 403) -> bool:
    """Whether that is one clear page, and nobody is signed in."""
    return (answer.status_code, NOTE in answer.text, is_in(client)) == (status, True, False)


def test_first_by_a_verified_address_then_by_what_they_are_called_there(
    app: Engine, desk: TestClient, there: Elsewhere, site: Site
) -> None:
    assert "Sign in with Example ID" in desk.get("/sign-in?next=/leads").text
    answer = come_back(desk, there)
    assert (answer.status_code, answer.headers["location"], is_in(desk)) == (303, "./../queue", True)
    (noted,) = [each for each in app.log() if each.kind == "access"]
    assert noted.actor == ANNA
    assert noted.data == {"change": "linked", "email": ANNA, "issuer": there.where}
    there.claims |= {"email": "another@example.com", "email_verified": None}
    with browser(site) as another:
        assert come_back(another, there).status_code == 303
        assert ANNA in another.get("/me").text
    assert len([each for each in app.log() if each.kind == "access"]) == 1, "known already"
    there.claims |= {"sub": "s-2", "email": ANNA, "email_verified": True}
    with browser(site) as another:
        answer = come_back(another, there)
        assert refused(another, answer)
        assert "somebody else signed in with your address" in answer.text.lower()


def test_it_records_nobody_and_who_was_removed_is_nobody(
    app: Engine, desk: TestClient, there: Elsewhere, site: Site
) -> None:
    there.claims["email"] = "stranger@example.com"
    before = len(app.people())
    assert refused(desk, come_back(desk, there))
    assert len(app.people()) == before
    there.claims["email"] = ANNA.upper()
    assert come_back(desk, there).status_code == 303
    app.remove_person(ANNA)
    desk.cookies.clear()
    assert refused(desk, come_back(desk, there))
    app.add_person(ANNA, "sales")
    there.claims["email_verified"] = False
    assert refused(desk, come_back(desk, there)), "what they were called is forgotten with them"


def unverified(there: Elsewhere, present: Present) -> None:
    there.claims["email_verified"] = False


def without_address(there: Elsewhere, present: Present) -> None:
    there.claims["email"] = None


def other_issuer(there: Elsewhere, present: Present) -> None:
    there.claims["iss"] = "https://evil.example"


def other_audience(there: Elsewhere, present: Present) -> None:
    there.claims["aud"] = "another"


def several_audiences(there: Elsewhere, present: Present) -> None:
    there.claims["aud"] = ["slaflow", "another"]


def other_party(there: Elsewhere, present: Present) -> None:
    there.claims |= {"aud": ["slaflow", "another"], "azp": "another"}


def other_nonce(there: Elsewhere, present: Present) -> None:
    there.claims["nonce"] = "another"


def no_nonce(there: Elsewhere, present: Present) -> None:
    there.claims["nonce"] = None


def expired(there: Elsewhere, present: Present) -> None:
    there.claims["exp"] = int(present().timestamp()) - 60


def without_end(there: Elsewhere, present: Present) -> None:
    there.claims["exp"] = None


def of_tomorrow(there: Elsewhere, present: Present) -> None:
    there.claims["iat"] = int(present().timestamp()) + 61


def not_before(there: Elsewhere, present: Present) -> None:
    there.claims["nbf"] = int(present().timestamp()) + 61


def without_subject(there: Elsewhere, present: Present) -> None:
    there.claims["sub"] = ""


def part(said: Any) -> str:
    return (
        urlsafe_b64encode(said if isinstance(said, bytes) else json.dumps(said).encode())
        .rstrip(b"=")
        .decode()
    )


def unsigned(there: Elsewhere, present: Present) -> None:
    claims = {**there.claims, "iss": there.where, "nonce": "x"}
    there.token = f"{part({'alg': 'none'})}.{part(claims)}."


def by_the_public_key(there: Elsewhere, present: Present) -> None:
    """HS256, with what everybody knows as the secret."""
    import hmac
    from hashlib import sha256

    rsa = jwk.RSAKey.generate_key(2048, {"kid": "rsa"})
    there.keys = [rsa]
    said = f"{part({'alg': 'HS256', 'kid': 'rsa'})}.{part({**there.claims, 'iss': there.where})}"
    there.token = f"{said}.{part(hmac.digest(rsa.as_pem(private=False), said.encode(), sha256))}"


def by_a_stranger(there: Elsewhere, present: Present) -> None:
    there.signing = jwk.ECKey.generate_key("P-256", {"kid": "first"})


def by_a_key_in_its_own_head(there: Elsewhere, present: Present) -> None:
    there.signing = jwk.ECKey.generate_key("P-256", {"kid": "own"})
    there.header = {"jwk": there.signing.as_dict(private=False)}


def no_token(there: Elsewhere, present: Present) -> None:
    there.token = "not.a.token"


@pytest.mark.parametrize(
    "spoil",
    [unverified, without_address, other_issuer, other_audience, several_audiences, other_party, other_nonce,
     no_nonce, expired, without_end, of_tomorrow, not_before, without_subject, unsigned, by_the_public_key,
     by_a_stranger, by_a_key_in_its_own_head, no_token],
)  # fmt: skip
@on_one_database
def test_a_forged_answer_lets_nobody_in(
    app: Engine,
    desk: TestClient,
    there: Elsewhere,
    present: Present,
    spoil: Callable[[Elsewhere, Present], None],
) -> None:
    spoil(there, present)
    assert refused(desk, come_back(desk, there))
    assert [each for each in app.log() if each.kind == "access"] == []


@on_one_database
@pytest.mark.parametrize("algorithm", ["RS256", "EdDSA"])
def test_each_way_to_sign_is_taken_that_providers_have(
    app: Engine, desk: TestClient, there: Elsewhere, algorithm: str
) -> None:
    made = {
        "RS256": lambda: jwk.RSAKey.generate_key(2048),
        "EdDSA": lambda: jwk.OKPKey.generate_key("Ed25519"),
    }
    there.signing = made[algorithm]()
    there.keys = [there.signing, *there.keys, jwk.RSAKey.generate_key(2048, {"use": "enc"})]
    there.algorithm, there.names_keys = algorithm, False
    assert come_back(desk, there).status_code == 303, "its only key of that kind, by no name"


@on_one_database
def test_a_key_that_is_not_known_has_keys_asked_for_once_a_minute(
    app: Engine, desk: TestClient, there: Elsewhere, present: Present
) -> None:
    assert come_back(desk, there).status_code == 303
    assert there.asked["/keys"] == 1
    there.signing = jwk.ECKey.generate_key("P-256", {"kid": "second"})
    there.keys = [there.signing]
    desk.cookies.clear()
    assert come_back(desk, there).status_code == 303, "keys were changed"
    there.signing = jwk.ECKey.generate_key("P-256", {"kid": "third"})
    for _ in range(2):
        desk.cookies.clear()
        assert refused(desk, come_back(desk, there))
    assert there.asked["/keys"] == 2, "not once more for each stranger"
    there.keys.append(there.signing)
    present.at += timedelta(minutes=1)
    assert come_back(desk, there).status_code == 303


@on_one_database
def test_the_answer_says_whose_it_is(app: Engine, desk: TestClient, there: Elsewhere) -> None:
    assert refused(desk, come_back(desk, there, iss="https://evil.example"))
    assert there.asked["/token"] == 0, "its code went nowhere"
    assert come_back(desk, there, iss=there.where).status_code == 303


@on_one_database
def test_who_always_says_so_and_does_not_is_another(app: Engine, desk: TestClient, there: Elsewhere) -> None:
    there.about = {"authorization_response_iss_parameter_supported": True}
    assert refused(desk, come_back(desk, there))


@on_one_database
def test_who_says_more_elsewhere_is_asked_there(app: Engine, desk: TestClient, there: Elsewhere) -> None:
    there.about = {"userinfo_endpoint": f"{there.where}/userinfo"}
    there.claims |= {"email": None, "email_verified": None}
    there.userinfo = {"sub": "another", "email": ANNA, "email_verified": True}
    assert refused(desk, come_back(desk, there))
    there.userinfo["sub"] = "s-1"
    assert come_back(desk, there).status_code == 303


@on_one_database
def test_what_comes_back_belongs_to_the_browser_that_was_sent(
    app: Engine, desk: TestClient, there: Elsewhere, site: Site, present: Present
) -> None:
    sent = desk.get("/sign-in/oidc").headers["location"]
    code, state = there.code(sent)
    given = {"code": code, "state": state}
    with browser(site) as another:
        assert refused(another, another.get("/sign-in/back", params=given), 400), "no cookie"
        another.get("/sign-in/oidc")
        assert refused(another, another.get("/sign-in/back", params=given), 400), "the cookie of another"
    kept = dict(desk.cookies)
    for other in (state[:-1], "", "é"):
        desk.cookies.update(kept)
        assert refused(desk, desk.get("/sign-in/back", params={**given, "state": other}), 400)
    desk.cookies.update({name: value[:-2] for name, value in kept.items()})
    assert refused(desk, desk.get("/sign-in/back", params=given), 400), "the cookie was cut"
    desk.cookies.update(kept)
    assert refused(desk, desk.get("/sign-in/back", params={"state": state, "error": "access_denied"}))
    desk.cookies.update(kept)
    assert refused(desk, desk.get("/sign-in/back", params={**given, "code": "x" * 5000}))
    desk.cookies.update(kept)
    assert desk.get("/sign-in/back", params=given).status_code == 303
    desk.cookies.clear()
    desk.cookies.update(kept)
    assert refused(desk, desk.get("/sign-in/back", params=given)), "the code is good once"
    late = there.code(desk.get("/sign-in/oidc").headers["location"])
    present.at += timedelta(minutes=10)
    assert refused(
        desk, desk.get("/sign-in/back", params=dict(zip(("code", "state"), late, strict=True))), 400
    )


@on_one_database
@pytest.mark.parametrize("next", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_nobody_is_sent_on_elsewhere(app: Engine, desk: TestClient, there: Elsewhere, next: str) -> None:
    assert come_back(desk, there, next).headers["location"] == "./../"


@on_one_database
def test_the_cookie_is_signed_and_of_this_site_alone(app: Engine, desk: TestClient, there: Elsewhere) -> None:
    sent = desk.get("/sign-in/oidc")
    flags = sent.headers["set-cookie"]
    assert flags.startswith("__Host-slaflow-elsewhere=")
    assert flags.endswith("; HttpOnly; Max-Age=600; Path=/; SameSite=lax; Secure")
    assert "redirect_uri=https%3A%2F%2Fsla.example.com%2F" in sent.headers["location"]


@on_one_database
def test_a_provider_that_is_away_or_speaks_nonsense_is_said_to_be(
    app: Engine, desk: TestClient, there: Elsewhere
) -> None:
    for about in ({"issuer": "https://evil.example"}, {"token_endpoint": None}, {"jwks_uri": "ftp://x/"},
                  {"id_token_signing_alg_values_supported": ["HS256"]}):  # fmt: skip
        there.about = about
        answer = desk.get("/sign-in/oidc")
        assert (answer.status_code, NOTE in answer.text, "retry-after" in answer.headers) == (503, True, True)
    there.about = {}
    there.status = 500
    assert refused(desk, come_back(desk, there), 503)


@on_one_database
def test_where_nobody_has_a_password_none_is_taken(app: Engine, site: Site, there: Elsewhere) -> None:
    link = f"/invite/{invitations.invite(app, BO).secret}"
    told = site.elsewhere.told.model_copy(update={"only": True})  # type: ignore[union-attr]
    site.elsewhere.told = told  # type: ignore[union-attr]
    here = {"Sec-Fetch-Site": "same-origin"}
    with browser(site) as desk:
        page = desk.get("/sign-in")
        assert ('type="password"' in page.text, "Sign in with Example ID" in page.text) == (False, True)
        for path in ("/sign-in", link):
            answer = desk.post(
                path, data={"email": MIA, "password": "x" * 20, "again": "x" * 20}, headers=here
            )
            assert (answer.status_code, "Passwords are not taken here" in answer.text) == (403, True)
        assert desk.get(link).status_code == 403
        assert come_back(desk, there).status_code == 303


@on_one_database
def test_where_there_is_no_such_site_there_are_no_such_pages(app: Engine) -> None:
    with browser(Site(app, REACH, KEYS)) as desk:
        assert (desk.get("/sign-in/oidc").status_code, desk.get("/sign-in/back").status_code) == (404, 404)
        assert "/oidc" not in desk.get("/sign-in").text

"""The site that says who people are: where it sends them, what its answer is worth, which keys it signs by.

Nothing that comes from it is believed before its signature, its time and what it is for were looked at.
Sources: https://openid.net/specs/openid-connect-core-1_0.html, 3.1.3.7; RFC 7636; RFC 9207.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from threading import BoundedSemaphore, Lock
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlencode

from joserfc import jwk, jws, jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry

from slaflow.engine.access.linked import Said
from slaflow.errors import SlaflowError
from slaflow.language import _
from slaflow.net.client import Client
from slaflow.net.discovery import JSON, Provider, discovered, parsed
from slaflow.settings.reach import Oidc

SCOPE = "openid email profile"
KEPT = timedelta(hours=1)
"""For how long it is believed where it is and which keys it has."""
ANEW = timedelta(minutes=1)
"""How often it is asked for its keys because of one that is not known."""
LEEWAY = 60
"""Seconds that its clock and ours may differ."""
AT_ONCE = 8
LONGEST = 255
KINDS = {"RS256": "RSA", "ES256": "EC", "EdDSA": "OKP", "Ed25519": "OKP"}
WEAKEST_RSA = 2048


class NotTaken(SlaflowError):
    """What came back lets nobody in."""

    code = "not_taken"


class TooBusy(SlaflowError):
    """It is being asked so often that no more wait for it."""

    code = "too_busy"


class Beginning(NamedTuple):
    """What was sent along, and has to come back: the answer's ``state``, the token's ``nonce``."""

    state: str
    nonce: str


class _Registry(JWSRegistry):
    """The signatures that are taken. The library warns of EdDSA's name, which providers use all the same."""

    def get_alg(self, name: str) -> Any:
        if name not in KINDS:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


class ElsewhereSignedIn:
    """Asks it; several threads may."""

    def __init__(self, told: Oidc, secret: str, client: Client, now: Callable[[], datetime]) -> None:
        self.told = told
        self._secret, self._client, self._now = secret, client, now
        self._lock, self._room = Lock(), BoundedSemaphore(AT_ONCE)
        self._about: tuple[Provider, datetime] | None = None
        self._keys: tuple[list[jwk.Key], datetime] | None = None
        self._renewed_at: datetime | None = None

    def key(self, purpose: str) -> str:
        """A secret that follows from the one we share with it: every process of ours has the same."""
        return hmac.digest(self._secret.encode(), purpose.encode(), sha256).hex()

    def address(self, begun: Beginning, back: str) -> str:
        """Where a browser is sent; it comes *back* from there. Raises ``NetFault``."""
        challenge = base64.urlsafe_b64encode(sha256(self._verifier(begun).encode()).digest()).rstrip(b"=")
        asked = {
            "response_type": "code", "client_id": self.told.client_id, "redirect_uri": back, "scope": SCOPE,
            "state": begun.state, "nonce": begun.nonce, "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }  # fmt: skip
        with self._asking():
            there = self._provider().authorization
        return f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}"

    def said(self, begun: Beginning, code: str, issuer: str | None, back: str) -> Said:
        """Who signed in there, by the *code* that came back; *issuer* is whose answer it calls itself.

        Raises:
            NotTaken: the answer is another's, or not good.
            NetFault, TooBusy: it cannot be asked.
        """
        with self._asking():
            provider = self._provider()
            if issuer != provider.issuer and (issuer is not None or provider.names_itself):
                raise NotTaken(_("the answer is of another site than was asked"))
            tokens = self._redeemed(provider, code, self._verifier(begun), back)
            claims = self._claims(tokens.get("id_token"), begun.nonce)
            if claims.get("email") is None and provider.userinfo is not None:
                claims = {**claims, **self._more(provider, tokens.get("access_token"), claims["sub"])}
        email, verified = claims.get("email"), claims.get("email_verified")
        return Said(
            provider.issuer, claims["sub"], email.strip() if isinstance(email, str) else None,
            verified is True or verified == "true",
        )  # fmt: skip

    @contextmanager
    def _asking(self) -> Iterator[None]:
        if not self._room.acquire(blocking=False):
            raise TooBusy(_("too many are signing in at this moment; try again in a few seconds"))
        try:
            yield
        finally:
            self._room.release()

    def _verifier(self, begun: Beginning) -> str:
        return self.key(f"slaflow.verifier.{begun.state}.{begun.nonce}")

    def _provider(self) -> Provider:
        with self._lock:
            now = self._now()
            if self._about is None or now - self._about[1] >= KEPT:
                self._about = discovered(self._client, self.told.issuer), now
            return self._about[0]

    def _redeemed(self, provider: Provider, code: str, verifier: str, back: str) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier,
        }  # fmt: skip
        headers = {**JSON, "content-type": "application/x-www-form-urlencoded"}
        if provider.takes_basic:
            pair = f"{quote_plus(self.told.client_id)}:{quote_plus(self._secret)}"
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": self.told.client_id, "client_secret": self._secret}
        reply = self._client.post(provider.token, headers, urlencode(form).encode())
        if 400 <= reply.status < 500:
            raise NotTaken(_("it did not take back what it gave"))
        return parsed(reply)

    def _more(self, provider: Provider, token: Any, subject: str) -> Mapping[str, Any]:
        """What it says of them where the token itself says too little."""
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            return {}
        assert provider.userinfo is not None
        more = parsed(self._client.get(provider.userinfo, {**JSON, "authorization": f"Bearer {token}"}))
        if more.get("sub") != subject:
            raise NotTaken(_("what it says is of somebody else"))
        return {name: more.get(name) for name in ("email", "email_verified")}

    def _claims(self, token: Any, nonce: str) -> Mapping[str, Any]:
        """What the token says, once all of it was looked at. Raises ``NotTaken``."""
        if not isinstance(token, str) or not token.isascii():
            raise NotTaken(_("it did not say who you are"))
        try:
            header = jws.extract_compact(token.encode()).headers()
        except (JoseError, ValueError):
            raise NotTaken(_("it did not say who you are")) from None
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in KINDS:
            raise NotTaken(_("what it says is not signed as it has to be"))
        for key in self._keys_for(str(algorithm), kid):
            try:
                claims = jwt.decode(token, key, registry=_Registry(strict_check_header=False)).claims
            except (JoseError, ValueError, TypeError, RecursionError):
                continue
            self._check(claims, nonce)
            return claims
        raise NotTaken(_("what it says is signed by a key that is not its own"))

    def _check(self, claims: Mapping[str, Any], nonce: str) -> None:
        told, now = self.told, self._now().timestamp()
        audience, party = claims.get("aud"), claims.get("azp")
        several = audience if isinstance(audience, list) else [audience]
        is_for_us = told.client_id in several and (
            party == told.client_id or (party is None and len(several) == 1)
        )
        if claims.get("iss") != told.issuer or not is_for_us:
            raise NotTaken(_("what it says is of another site, or for another"))
        if not hmac.compare_digest(str(claims.get("nonce")).encode("utf-8", "replace"), nonce.encode()):
            raise NotTaken(_("what it says belongs to another sign-in"))
        ends, made, begins = (_instant(claims.get(name)) for name in ("exp", "iat", "nbf"))
        if ends is None or made is None or ends <= now - LEEWAY:
            raise NotTaken(_("what it says is too old"))
        if made > now + LEEWAY or (begins is not None and begins > now + LEEWAY):
            raise NotTaken(_("what it says is of a later time; one of the two clocks is wrong"))
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST or "\0" in subject:
            raise NotTaken(_("it did not say who you are"))

    def _keys_for(self, algorithm: str, kid: Any) -> list[jwk.Key]:
        """Those that may have signed it; asked for anew, once a minute, where none is called *kid*."""
        with self._lock:
            now = self._now()
            if self._keys is None or now - self._keys[1] >= KEPT:
                self._keys = self._fetched(), now
            found = _fitting(self._keys[0], algorithm, kid)
            if not found and (self._renewed_at is None or now - self._renewed_at >= ANEW):
                self._renewed_at = now
                self._keys = self._fetched(), now
                found = _fitting(self._keys[0], algorithm, kid)
            return found

    def _fetched(self) -> list[jwk.Key]:
        assert self._about is not None
        told = parsed(self._client.get(self._about[0].keys, JSON)).get("keys")
        return [key for each in (told if isinstance(told, list) else []) if (key := _key(each)) is not None]


def _key(told: Any) -> jwk.Key | None:
    """A key that people may be believed by; None for what is none."""
    if not isinstance(told, dict) or told.get("kty") not in KINDS.values() or told.get("use", "sig") != "sig":
        return None
    try:
        if told["kty"] == "RSA" and 8 * len(base64.urlsafe_b64decode(f"{told['n']}==")) < WEAKEST_RSA:
            return None
        return jwk.import_key({name: told[name] for name in told if name not in ("key_ops", "ext")})
    except (JoseError, ValueError, KeyError, TypeError):
        return None


def _fitting(keys: list[jwk.Key], algorithm: str, kid: Any) -> list[jwk.Key]:
    """Those of that kind and name. Without a name it can only be the one of its kind."""
    kind = [
        key for key in keys if key.key_type == KINDS[algorithm] and key.get("alg") in (None, algorithm)
    ]  # fmt: skip
    if kid is None:
        return kind if len(kind) == 1 else []
    return [key for key in kind if key.kid == kid]


def _instant(told: Any) -> float | None:
    return None if isinstance(told, bool) or not isinstance(told, int | float) else float(told)

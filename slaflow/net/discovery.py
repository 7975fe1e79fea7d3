"""What a site that says who people are (an OpenID provider) tells of itself, and what it answers, as JSON.

Source: https://openid.net/specs/openid-connect-discovery-1_0.html, sections 3 and 4.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slaflow.net.client import Client, check_url
from slaflow.net.fault import NetFault
from slaflow.net.reply import Reply

PLACE = "/.well-known/openid-configuration"
ALGORITHMS = ("RS256", "ES256", "EdDSA")
"""By which what it says may be signed."""
JSON = {"accept": "application/json", "accept-encoding": "identity"}


class ProviderUnclear(NetFault):
    """It answered, and what it says cannot be used."""

    code = "provider_unclear"


@dataclass(frozen=True, slots=True)
class Provider:
    """Where people are sent, a code is redeemed, its keys are, and it says more of whoever signed in.

    ``names_itself``: each answer of its says whose it is (RFC 9207); ``takes_basic``: we say who we are in a
    header, else in the form.
    """

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str | None
    names_itself: bool
    takes_basic: bool


def discovered(client: Client, issuer: str) -> Provider:
    """What *issuer* says of itself.

    Raises:
        NetFault: it cannot be reached.
        ProviderUnclear: what it says is no such thing, or is another's.
    """
    said = parsed(client.get(issuer.rstrip("/") + PLACE, JSON))
    if said.get("issuer") != issuer:
        raise ProviderUnclear("it calls itself otherwise than [web.oidc] issuer; write that as it does")
    algorithms = said.get("id_token_signing_alg_values_supported")
    if isinstance(algorithms, list) and not set(map(str, algorithms)) & set(ALGORITHMS):
        raise ProviderUnclear(f"it signs by none of {', '.join(ALGORITHMS)}; have it sign by one of them")
    ways = said.get("token_endpoint_auth_methods_supported")
    authorization, token, keys = (
        _place(said, name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
    )
    return Provider(
        issuer, authorization, token, keys,
        _place(said, "userinfo_endpoint") if said.get("userinfo_endpoint") is not None else None,
        said.get("authorization_response_iss_parameter_supported") is True,
        not isinstance(ways, list) or "client_secret_basic" in ways or "client_secret_post" not in ways,
    )  # fmt: skip


def parsed(reply: Reply) -> Mapping[str, Any]:
    """The object that it answered. Raises ``ProviderUnclear``."""
    if reply.status != 200:
        raise ProviderUnclear(f"it answered with {reply.status}")
    try:
        said = json.loads(reply.body) if reply.is_whole else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise ProviderUnclear("its answer is no JSON object, or is too long")
    return said


def _place(said: Mapping[str, Any], name: str) -> str:
    url = said.get(name)
    if not isinstance(url, str):
        raise ProviderUnclear(f"it does not say what its {name} is")
    check_url(url)
    return url

"""A site that says who people are (an OpenID provider), on loopback, that lies as it is told to."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from joserfc import jwk, jws


class Signing(jws.JWSRegistry):
    """All that there is, without a warning of what providers use all the same."""

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]


class Elsewhere:
    """``claims`` is what it says of whoever comes, ``header`` what its token begins with."""

    def __init__(self) -> None:
        self.keys: list[jwk.Key] = [jwk.ECKey.generate_key("P-256", {"kid": "first"})]
        self.signing: jwk.Key = self.keys[0]
        self.algorithm = "ES256"
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.names_keys = True
        self.about: dict[str, Any] = {}
        self.token: str | None = None
        self.userinfo: dict[str, Any] = {}
        self.status = 200
        self.asked: Counter[str] = Counter()
        self.challenges: dict[str, tuple[str, str]] = {}
        self.where = ""

    def code(self, address: str) -> tuple[str, str]:
        """Somebody came there by *address*, and signed in: the code and the state that go back."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["code_challenge_method"] == "S256"
        assert asked["scope"].split()[0] == "openid"
        code = f"code-{len(self.challenges)}"
        self.challenges[code] = asked["code_challenge"], asked["nonce"]
        return code, asked["state"]

    def document(self) -> dict[str, Any]:
        places = {"authorization_endpoint": "/auth", "token_endpoint": "/token", "jwks_uri": "/keys"}
        found = {name: self.where + path for name, path in places.items()}
        return {"issuer": self.where, **found, **self.about}

    def jwks(self) -> dict[str, Any]:
        return {"keys": [each.as_dict(private=False) for each in self.keys]}

    def redeemed(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        challenge, nonce = self.challenges.pop(form.get("code", ""), ("", ""))
        said = (
            urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        )
        if said != challenge:
            return 400, {"error": "invalid_grant"}
        return self.status, {
            "access_token": "opaque",
            "token_type": "Bearer",
            "id_token": self._signed(nonce),
        }

    def _signed(self, nonce: str) -> str:
        if self.token is not None:
            return self.token
        claims = {"iss": self.where, "nonce": nonce, **self.claims}
        named = {"kid": self.signing.kid} if self.names_keys else {}
        header = {"alg": self.algorithm, **named, **self.header}
        payload = json.dumps({name: each for name, each in claims.items() if each is not None})
        return jws.serialize_compact(header, payload, self.signing, registry=Signing())


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """Such a site, listening."""
    site = Elsewhere()

    class Asked(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked[self.path] += 1
            said: Any = {
                "/.well-known/openid-configuration": site.document, "/keys": site.jwks,
                "/userinfo": lambda: site.userinfo,
            }[self.path]()  # fmt: skip
            self._say(200, said)

        def do_POST(self) -> None:
            site.asked[self.path] += 1
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._say(*site.redeemed(dict(parse_qsl(body))))

        def _say(self, status: int, said: Any) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing: tests look at what it was asked."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    server.daemon_threads = True
    site.where = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

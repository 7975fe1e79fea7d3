"""What stands around every page: its headers, whether we were meant, what becomes of our own faults."""

from __future__ import annotations

import logging

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from slaflow.language import ENGLISH, _, marked, speak
from slaflow.web import hooks
from slaflow.web.pages import line
from slaflow.web.site import Site
from slaflow.web.tongues import preferred

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-robots-tag": "noindex, nofollow, noarchive",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
SECRET_PLACES = ("/act/", "/hooks/", "/invite/", "/setup/", "/stop/", "/sign-in/back")
"""How addresses begin that are themselves a secret: others are told whose site it is, and no more."""
ONE_YEAR = "max-age=31536000"
NOT_OURS = marked("this address is none of ours; open the link as it stands in the message")
FAULT = marked(
    "a fault in slaflow itself; nothing was done, and whoever runs it finds a line about it in the log"
)
FOR_PROGRAMS = ("/api/", "/hooks/")
"""Programs read what is there, in one language."""
HEALTH = ("/healthz", "/readyz")
"""Asked by machines under whatever name."""
log = logging.getLogger("slaflow.web")


class Guarded:
    """The pages of *site*, with all that none of them may be without."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self.app = app
        self.site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        speak(ENGLISH if scope["path"].startswith(FOR_PROGRAMS) else preferred(self._accepted(scope)))
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._add_headers(message, scope["path"])
            await send(message)

        if not self._is_meant(scope):
            await self._line(scope, 421, _(NOT_OURS))(scope, receive, sent)
            return
        try:
            await self.app(scope, receive, sent)
        except Exception as error:
            # Neither the address, which is a secret, nor the error's words, which may hold a value.
            log.error("a page failed: %s in %s", type(error).__name__, _where(error))
            if not begun:
                await self._line(scope, 500, _(FAULT))(scope, receive, sent)

    @staticmethod
    def _line(scope: Scope, status: int, words: str) -> Response:
        if scope["path"].startswith(hooks.PLACE):
            return hooks.line(status, words)
        return line(status, words)

    @staticmethod
    def _accepted(scope: Scope) -> str:
        return Headers(scope=scope).get("accept-language", "")

    def _is_meant(self, scope: Scope) -> bool:
        return scope["path"] in HEALTH or self.site.knows(Headers(scope=scope).get("host", ""))

    def _add_headers(self, message: Message, path: str) -> None:
        headers = MutableHeaders(scope=message)
        # Not "no-referrer": by that an old Safari says of no form of ours where it is from.
        headers["referrer-policy"] = "strict-origin" if path.startswith(SECRET_PLACES) else "same-origin"
        for name, value in HEADERS.items():
            headers[name] = value
        headers.setdefault("cache-control", "no-store")
        if self.site.is_secure:
            headers["strict-transport-security"] = ONE_YEAR


def _where(error: BaseException) -> str:
    """The function and line of ours in which it was raised."""
    trace, where = error.__traceback__, "?"
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith("slaflow."):
            where = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return where

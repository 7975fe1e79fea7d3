"""The one HTTP client: guarded, in a hurry, and silent about whom it calls.

It follows no redirect, takes no proxy from the environment, keeps no cookie and unpacks nothing. It stands on
httpx2's transport (httpcore2) and not on its client, which tells the log each URL it calls.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from time import monotonic
from typing import Any

import httpcore2
import httpx2

from slaflow.net.addresses import networks
from slaflow.net.fault import UrlRefused, in_our_words
from slaflow.net.guard import Guard, Resolve, system_addresses
from slaflow.net.reply import Reply
from slaflow.settings.urls import UNREADABLE, url_problem

MOST_READ = 64 * 1024
"""Bytes of an answer that are read, where nothing else is said: what comes after them tells nobody more."""
KEPT_SECONDS = 5.0
"""How long a connection is kept for the next request."""
_TELLTALES = ("httpcore2", "httpcore2.connection", "httpcore2.http11")
_FAULTS = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.UnsupportedProtocol,
)


class Client:
    """Asks https addresses that are public, and to any, http too, in the networks *allow*.

    Args:
        allow: networks such as ``10.20.0.0/16``.
        timeout: for all of a request, from the look-up of the name to the answer's last byte.
        resolve: gives a name's addresses; the system's resolver if None.
        trust: which certificates are trusted; the system's if None, or those SSL_CERT_FILE names.

    Raises:
        ValueError: *allow* holds something that is no network.
    """

    def __init__(
        self,
        allow: Sequence[str],
        timeout: timedelta,
        *,
        resolve: Resolve | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        for name in _TELLTALES:
            # It tells at DEBUG each host and header.
            logging.getLogger(name).setLevel(logging.WARNING)
        self._seconds = timeout.total_seconds()
        self._trust = trust
        known, asked = networks(allow), resolve or system_addresses
        self._guards = {scheme: Guard(known, asked, public=scheme == "https") for scheme in ("https", "http")}
        self._pools = {scheme: self._pool(guard) for scheme, guard in self._guards.items()}

    def post(self, url: str, headers: Mapping[str, str], content: bytes, *, most: int = MOST_READ) -> Reply:
        """What *url* answers to *content*, as far as *most* bytes; may be called from several threads.

        Raises:
            UrlRefused: nothing is ever sent to a URL like that.
            NetFault: no status came back in time, or its address may not be called.
        """
        return self._asked("POST", url, headers, content, most)

    def patch(self, url: str, headers: Mapping[str, str], content: bytes, *, most: int = MOST_READ) -> Reply:
        """What *url* answers to changes of what stands there. Raises as :meth:`post`."""
        return self._asked("PATCH", url, headers, content, most)

    def get(self, url: str, headers: Mapping[str, str], *, most: int = MOST_READ) -> Reply:
        """What stands at *url*. Raises as :meth:`post`."""
        return self._asked("GET", url, headers, None, most)

    def reach(self, url: str) -> None:
        """Connects to *url*, over TLS where it is https, and sends nothing. Raises as :meth:`post`."""
        to = _parsed(url)
        until = self._until()
        port = to.port or (443 if to.scheme == "https" else 80)
        with _in_our_words():
            stream = self._guards[to.scheme].connect_tcp(to.raw_host.decode(), port, until, None, ())
            try:
                if to.scheme == "https":
                    stream = stream.start_tls(self._trust or _system_trust(), to.raw_host.decode(), until)
            finally:
                stream.close()

    def close(self) -> None:
        """Lets go of connections that were kept."""
        for pool in self._pools.values():
            pool.close()

    def _asked(
        self, verb: str, url: str, headers: Mapping[str, str], content: bytes | None, most: int
    ) -> Reply:
        to = _parsed(url)
        sent = [(b"host", to.netloc), *((name.encode(), text.encode()) for name, text in headers.items())]
        with (
            _in_our_words(),
            self._pools[to.scheme].stream(
                verb, _target(to), headers=sent, content=content, extensions=self._times()
            ) as answer,
        ):
            body, is_whole = _read(answer, most)
            return Reply(answer.status, _headers(answer), body, is_whole)

    def _pool(self, guard: Guard) -> httpcore2.ConnectionPool:
        trust = self._trust or _system_trust()
        # No bound on connections: who hangs must not keep others waiting for a place.
        return httpcore2.ConnectionPool(
            ssl_context=trust, max_connections=None, keepalive_expiry=KEPT_SECONDS, network_backend=guard
        )

    def _until(self) -> float:
        return monotonic() + self._seconds

    def _times(self) -> dict[str, Any]:
        return {"timeout": dict.fromkeys(("connect", "read", "write"), self._until())}


def check_url(url: str) -> None:
    """Raises :class:`UrlRefused` where nothing is ever sent to a URL like that; asks nobody."""
    _parsed(url)


def _parsed(url: str) -> httpx2.URL:
    if (problem := url_problem(url)) is not None:
        raise UrlRefused(problem)
    try:
        to = httpx2.URL(url.strip())
    except (httpx2.InvalidURL, ValueError, TypeError):
        raise UrlRefused(UNREADABLE) from None
    # Who reads it differently would call somebody else.
    if to.userinfo or not to.raw_host or b"%" in to.raw_host:
        raise UrlRefused(UNREADABLE)
    return to


def _target(to: httpx2.URL) -> httpcore2.URL:
    return httpcore2.URL(scheme=to.raw_scheme, host=to.raw_host, port=to.port, target=to.raw_path)


def _read(answer: httpcore2.Response, most: int) -> tuple[bytes, bool]:
    """The answer's body as far as it is read, and whether that is all of it."""
    body = bytearray()
    try:
        for part in answer.iter_stream():
            body += part
            if len(body) > most:
                return bytes(body[:most]), False
    except _FAULTS:
        # Its status has come: that is an answer, whatever becomes of the rest.
        return bytes(body), False
    return bytes(body), True


def _headers(answer: httpcore2.Response) -> dict[str, str]:
    # The first of several is the last that is put in.
    return {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in reversed(answer.headers)}


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except _FAULTS as fault:
        raise in_our_words(fault) from None


@lru_cache(1)
def _system_trust() -> ssl.SSLContext:
    return httpcore2.default_ssl_context()

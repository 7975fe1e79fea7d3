"""Which URLs anything may ever be sent to, as far as the text alone tells."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

UNREADABLE = "the URL can't be read as one"
_BRACKETED = re.compile(r"\[[^\[\]]+\](:[0-9]*)?")
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", re.IGNORECASE)


def url_problem(url: str) -> str | None:
    """Why nothing is ever sent to *url*; None where something may be. Asks nobody, and tells none of it."""
    text = url.strip()
    if not text.isprintable() or "\\" in text:
        return UNREADABLE
    try:
        to = urlsplit(text)
    except ValueError:
        return UNREADABLE
    if to.scheme not in ("https", "http"):
        return "the URL does not begin with https://"
    if "[" in to.netloc and not _BRACKETED.fullmatch(to.netloc) and "@" not in to.netloc:
        return UNREADABLE
    if "@" in to.netloc:
        return "the URL names a user; take out what stands before the @"
    if not _is_host(to.hostname or "") or not _is_port(to):
        return "the URL names no host, or no port that there is"
    return None


def public_url_problem(url: str) -> str | None:
    """Why links cannot lead to *url*; None where they can."""
    if (problem := url_problem(url)) is not None:
        return problem
    to = urlsplit(url.strip())
    if to.query or to.fragment or url.strip().endswith(("?", "#")):
        return "links are put together from it, so it ends before any ? or #"
    if to.scheme == "http" and not _is_loopback(to):
        return "http is for this machine alone; where others follow links, it begins with https://"
    return None


def issuer_problem(url: str) -> str | None:
    """Why *url* is the name of nobody who says who people are; None where it may be."""
    if (problem := url_problem(url)) is not None:
        return problem
    to = urlsplit(url)
    if to.query or to.fragment or url.endswith(("?", "#")) or url != url.strip():
        return "an issuer is named as it names itself, without ? or # and without spaces around it"
    return None


def _is_host(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return _is_name(name)
    return "%" not in name


def _is_name(name: str) -> bool:
    try:
        return _NAME.fullmatch(name.encode("idna").decode()) is not None
    except UnicodeError:
        return False


def _is_port(to: SplitResult) -> bool:
    try:
        return to.port is None or to.port > 0
    except ValueError:
        return False


def _is_loopback(to: SplitResult) -> bool:
    name = (to.hostname or "").rstrip(".")
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")

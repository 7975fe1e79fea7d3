"""What goes wrong between us and another machine, in words that name neither address nor secret."""

from __future__ import annotations

import ssl

import httpcore2

from slaflow.errors import ENVIRONMENT, SlaflowError


class NetFault(SlaflowError):
    """Nothing came back that could be read; ``problem`` says what stood in the way."""

    code = "net_fault"
    exit_code = ENVIRONMENT

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)


class UrlRefused(NetFault):
    """A URL that nothing is ever sent to."""

    code = "url_refused"


NO_CONNECTION = "it could not be connected to in time"
NO_ANSWER = "it did not answer in time"

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (httpcore2.ConnectTimeout, NO_CONNECTION),
    (httpcore2.TimeoutException, NO_ANSWER),
    (httpcore2.ConnectError, "it could not be connected to"),
    (httpcore2.ProtocolError, "it hung up without an answer, or its answer is not HTTP"),
    (Exception, "the connection to it was lost"),
)
# Source: X509_V_ERR_* of https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/
_CERTIFICATES = {
    9: "is not valid yet",
    10: "has expired",
    18: "is signed by itself only",
    19: "is signed by nobody who is trusted here",
    20: "is signed by nobody who is trusted here",
    21: "is signed by nobody who is trusted here",
    23: "was revoked",
    62: "is another name's",
    64: "is another address's",
}


def in_our_words(fault: Exception) -> NetFault:
    """*fault* of the HTTP library as ours; what it says itself may hold a name or an address."""
    return NetFault(next(words for kind, words in _WORDS if isinstance(fault, kind)))


def of_connecting(fault: OSError | None) -> NetFault:
    """Why no connection came about."""
    if isinstance(fault, ConnectionRefusedError):
        return NetFault("nobody listens there")
    if isinstance(fault, TimeoutError):
        return NetFault(NO_CONNECTION)
    return NetFault("it could not be connected to")


def of_tls(fault: BaseException | None) -> NetFault:
    """Why no secure connection came about."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        return NetFault(f"its certificate {_CERTIFICATES.get(fault.verify_code, 'is not valid')}")
    return NetFault("no secure connection (TLS) came about")

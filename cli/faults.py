"""How a command ends: every error one clear line on stderr and the exit code it has earned."""

from __future__ import annotations

import os
import sys
import traceback

import click

from slaflow.errors import ENVIRONMENT, USAGE, SlaflowError, did_you_mean

from .output import tell, write
from .session import Session
from .words import clean

INTERRUPTED = 130


class ReaderGone(Exception):
    """Whoever read stdout has read enough, as ``head`` does."""


class Interrupted(Exception):
    """Somebody pressed Ctrl-C."""


def end_of(error: BaseException, session: Session) -> int:
    """Says what went wrong and gives the exit code.

    1 refused, 2 wrong usage, 3 the environment, 130 interrupted; nothing is said, and 0 given, where
    only the reader of stdout went away.
    """
    if isinstance(error, ReaderGone):
        return _reader_gone()
    if session.debug:
        traceback.print_exception(error)
    if isinstance(error, Interrupted | click.Abort):
        tell("slaflow: interrupted; what was saved before stands, the rest did not happen")
        return INTERRUPTED
    if isinstance(error, SlaflowError):
        return _slaflow_error(error, session)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        # As --help prints it, but no success: no command was named.
        write(f"{error.ctx.get_help()}\n" if error.ctx is not None else str(error))
        return USAGE
    if isinstance(error, click.ClickException):
        tell(f"slaflow: {_usage_words(error)}")
        return USAGE
    if isinstance(error, OSError):
        tell(f"slaflow: {_system_words(error)}")
        return ENVIRONMENT
    return _our_own_fault(error)


def _slaflow_error(error: SlaflowError, session: Session) -> int:
    because = getattr(error, "because", None)
    if because is not None and session.format in ("json", "jsonl"):
        _write_refusal(getattr(error, "asked", "trigger"), str(getattr(error, "what", "")), because)
    findings = getattr(error, "findings", None)
    lines = str(error).splitlines() if findings else [str(error)]
    for line in lines or [type(error).__name__]:
        tell(f"slaflow: {clean(line)}")
    return error.exit_code


def _write_refusal(asked: str, what: str, because: object) -> None:
    import orjson

    document = {"refused": {asked: what, "because": because}}
    write(orjson.dumps(document) + b"\n")
    sys.stdout.flush()


def _usage_words(error: click.ClickException) -> str:
    """click's complaint in our voice, with the help that explains the command."""
    if isinstance(error, click.NoSuchOption):
        message = (
            f"no such option {error.option_name}{did_you_mean(error.option_name, error.possibilities or ())}"
        )
    else:
        message = error.format_message().strip().rstrip(".")
    message = clean(message[:1].lower() + message[1:])
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "slaflow"
    return f"{message}; see '{path} --help'"


def _system_words(error: OSError) -> str:
    reason = (error.strerror or str(error)).lower()
    return clean(f"{error.filename}: {reason}" if error.filename else reason)


def _our_own_fault(error: BaseException) -> int:
    words = clean(f"{type(error).__name__}: {error}")
    tell(f"slaflow: a fault in slaflow itself: {words}; run again with --debug and report what it prints")
    return ENVIRONMENT


def _reader_gone() -> int:
    """Keeps the interpreter from complaining when it flushes stdout on its way out."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0

"""``slaflow serve``: the pages, and a worker beside them."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from slaflow.errors import ENVIRONMENT, USAGE, ExtraMissing, SlaflowError

from .link.linking import linking
from .options import Command
from .output import tell
from .session import Session, pass_session
from .tick.beside import ticking
from .tick.counting import begin, count_once, counting
from .words import clean
from .workers import ENDING, keep_running
from .working import working

if TYPE_CHECKING:
    from slaflow.engine.app import Engine
    from slaflow.settings.reach import Reach
    from slaflow.web.access.provider import ElsewhereSignedIn

MADE_BEFORE_A_LOOK = 50_000
"""Things, until the collector of memory looks whether any of them are kept by nothing but each other."""
PATIENCE_SECONDS = 10
"""How long what is being answered has once the end was asked for."""


ASKING = timedelta(seconds=10)
"""How long another site has to say who somebody is."""


class PublicUrlNeeded(SlaflowError):
    """Pages that others reach, without a name that is known to be encrypted."""

    code = "public_url_needed"
    exit_code = USAGE

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} is reached by others, and what they send could be read; put https in front of it and "
            'public_url = "https://..." into slaflow.toml, or leave --host out'
        )


class AddressTaken(SlaflowError):
    """Pages cannot be offered there."""

    code = "address_taken"
    exit_code = ENVIRONMENT

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"no pages on {host}:{port}: {reason}; give another --port, or --host")


@click.command("serve", cls=Command)
@click.option("--host", default="127.0.0.1", metavar="HOST", show_default=True,
              help="The address; one that others reach needs an https public_url.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=8000, metavar="PORT", show_default=True,
              help="0 takes a free one.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1, 64), default=1, metavar="N", show_default=True,
              help="Processes that answer; beside several another one ticks.")  # fmt: skip
@click.option("--no-tick", is_flag=True, help="Leave what falls due to 'slaflow tick'.")
@click.option("--demo", is_flag=True, help="The demo's weeks, for this machine alone; gone afterwards.")
@pass_session
def command(session: Session, /, host: str, port: int, workers: int, no_tick: bool, demo: bool) -> None:
    """Offers the pages that people sign in to and links in messages lead to, until SIGTERM or Ctrl-C.

    What falls due is carried out meanwhile, as by 'tick --watch', jobs that pages ask for are done, and
    other systems linked to, as by 'link run'. While nobody can sign in, a link is printed by which the first
    person does, once, within an hour. GET /healthz says that it runs, GET /readyz whether its database
    answers.
    """
    if demo and workers > 1:
        raise click.UsageError("--demo is for one person who looks at it; leave --workers out")
    if demo:
        _demo(session, host, port, no_tick)
        return
    from slaflow.settings.reach_file import read_reach

    reach = read_reach()
    if not _is_this_machine(host) and not (reach.public_url or "").startswith("https://"):
        raise PublicUrlNeeded(host)
    app = _application(session.engine, reach)
    with _bound(host, port) as listening:
        session.out.say(f"slaflow: pages on {_address(listening)}{_known_as(reach)}")
        if (why := _without_links(reach)) is not None:
            tell(f"slaflow: {why}")
        _tell_set_up(session, reach, listening)
        _begin_to_count(session.engine)
        if workers > 1:
            _run_several(session, reach, listening, workers, is_ticking=not no_tick)
        else:
            _run(app, listening, session.another_engine, reach, is_ticking=not no_tick)


def _run_several(
    session: Session, reach: Reach, listening: socket.socket, workers: int, *, is_ticking: bool
) -> None:
    """Pages in several processes, and one beside them for all that goes on by itself."""

    def answer() -> None:
        app = _application(session.another_engine(), reach)
        # Only now does anybody listen for them.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        asyncio.run(_served(app, listening))

    def beside() -> None:
        with _beside(session.another_engine, reach, is_ticking=is_ticking):
            signal.sigwait(ENDING)

    logging.getLogger("slaflow").addHandler(_Lines(logging.WARNING))
    session.engine.database.dispose()
    keep_running([*(answer for _ in range(workers)), beside], PATIENCE_SECONDS + 5)


def _demo(session: Session, host: str, port: int, no_tick: bool) -> None:
    """The demo's weeks; whoever opens them is whom they choose."""
    from slaflow.settings.reach import Reach

    from .setup.demo import played

    if not _is_this_machine(host):
        raise click.UsageError(f"--demo lets in whoever comes; {host} is reached by others")
    with _bound(host, port) as listening, played() as another_engine:
        engine = another_engine()
        app = _application(engine, Reach(), is_demo=True)
        begin(engine)
        count_once(engine)
        session.out.say(
            f"slaflow: the demo is on {_address(listening)}, its clock from Monday 13 April 2026 on"
        )
        _run(app, listening, another_engine, Reach(), is_ticking=not no_tick)


def _run(
    app: Any, listening: socket.socket, another_engine: Callable[[], Engine], reach: Reach, *,
    is_ticking: bool,
) -> None:  # fmt: skip
    logging.getLogger("slaflow").addHandler(_Lines(logging.WARNING))
    with _beside(another_engine, reach, is_ticking=is_ticking):
        asyncio.run(_served(app, listening))


@contextmanager
def _beside(another_engine: Callable[[], Engine], reach: Reach, *, is_ticking: bool) -> Iterator[None]:
    """What goes on by itself: jobs that pages ask for, ticks, what the record counts, the link."""
    from slaflow.web.logbook.kinds import KINDS

    with ExitStack() as beside:
        beside.enter_context(working(another_engine, KINDS))
        if is_ticking:
            beside.enter_context(ticking(another_engine))
            beside.enter_context(counting(another_engine))
            beside.enter_context(linking(another_engine, reach))
        yield


def _tell_set_up(session: Session, reach: Reach, listening: socket.socket) -> None:
    """While nobody can sign in: how the first person does. Raises where there is no database at all."""
    from slaflow.engine.access import invitations

    try:
        if invitations.can_anybody_sign_in(session.engine, elsewhere=reach.web.oidc is not None):
            return
        if reach.web.oidc is not None and reach.web.oidc.only:
            tell("slaflow: nobody can sign in yet; record an admin with 'slaflow user add'")
            return
        secret = invitations.set_up(session.engine)
    except SlaflowError as error:
        if error.code == "database_absent":
            raise
        tell(clean(f"slaflow: nobody is let in for the first time: {error}"))
        return
    where = (reach.public_url or _address(listening)).rstrip("/")
    tell("slaflow: nobody can sign in yet; open this within the hour, it is good once:")
    tell(f"{where}/setup/{secret}")


def _begin_to_count(engine: Engine) -> None:
    """Has the record be there when it is first opened; where that cannot be done now, it is counted later."""
    with suppress(SlaflowError):
        begin(engine)


class _Lines(logging.Handler):
    """What went wrong, a line each."""

    def emit(self, record: logging.LogRecord) -> None:
        tell(clean(f"slaflow: {record.getMessage()}"))


def _is_this_machine(host: str) -> bool:
    """Whether nobody else reaches it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _application(engine: Engine, reach: Reach, *, is_demo: bool = False) -> Any:
    try:
        from slaflow.engine.access import passwords
        from slaflow.web.app import made
        from slaflow.web.site import Site

        passwords.load()
    except ImportError:
        raise ExtraMissing("slaflow serve", "web") from None
    from slaflow.engine.setup import preferences
    from slaflow.notify.links import keys_of

    stop = partial(preferences.stop, engine)
    return made(Site(engine, reach, keys_of(reach), stop, is_demo, _elsewhere(engine, reach)))


def _elsewhere(engine: Engine, reach: Reach) -> ElsewhereSignedIn | None:
    """The site that says who people are, where there is one."""
    from slaflow.net.client import Client
    from slaflow.settings.environment import variables
    from slaflow.web.access.provider import ElsewhereSignedIn

    if (told := reach.web.oidc) is None:
        return None
    place = told.place("web.oidc", "secret")
    assert place is not None, "the settings were looked at"
    client = Client(reach.net.allow, ASKING)
    return ElsewhereSignedIn(told, place.read(variables())[0], client, engine.now)


def _without_links(reach: Reach) -> str | None:
    if reach.links.place("links", "key") is None:
        return "no key for links: /act answers nobody until slaflow.toml has a table [links] with key_env"
    return None


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens there. Raises ``AddressTaken``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, as asyncio sends without delay on such sockets alone: else an answer waits 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    with listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
            listening.listen(128)
        except OSError as error:
            raise AddressTaken(host, port, (error.strerror or str(error)).lower()) from None
        yield listening


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _known_as(reach: Reach) -> str:
    return f", known as {reach.public_url}" if urlsplit(reach.public_url or "").hostname else ""


async def _served(app: Any, listening: socket.socket) -> None:
    """Answers until a signal; what is being answered then is answered, at a second signal not even that."""
    import uvicorn

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            """Signals are ours: its own way is to raise them again at the end."""
            yield

    # A page makes much that is gone with it; looking through it for circles is time that its reader waits.
    gc.collect()
    gc.freeze()
    gc.set_threshold(MADE_BEFORE_A_LOOK)
    config = uvicorn.Config(
        app, lifespan="off", access_log=False, log_config=None, server_header=False, proxy_headers=False,
        ws="none", log_level="error", timeout_graceful_shutdown=PATIENCE_SECONDS,
    )  # fmt: skip
    server = Server(config)

    def end() -> None:
        server.force_exit = server.should_exit
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    await server.serve(sockets=[listening])

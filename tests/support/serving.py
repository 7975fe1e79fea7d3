"""The pages of a site on a port of this machine."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from slaflow.web.app import made
from slaflow.web.site import Site


@contextmanager
def answering(site: Site) -> Iterator[str]:
    """The pages of *site* on a port of this machine; where they are."""
    config = uvicorn.Config(made(site), lifespan="off", access_log=False, log_config=None)
    server = uvicorn.Server(config)
    # Named TCP, as asyncio sends without delay on such sockets alone.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()

"""What a worker does, in figures for Prometheus: ``/metrics`` and ``/healthz`` from a thread of their own.

The only importer of ``prometheus_client``, which comes with the extra ``metrics``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic
from typing import Any

from slaflow.engine.tick.run import TickReport
from slaflow.engine.tick.worker import Observer
from slaflow.errors import ENVIRONMENT, ExtraMissing, SlaflowError
from slaflow.store.dealing.loads import Waiting
from slaflow.store.rows.backlog import Outbox
from slaflow.store.rows.channels import State
from slaflow.store.sending.queues import Queue

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Bounds of the histogram of batches."""
SILENCE = timedelta(minutes=1)
"""A worker that was not heard of for so long beyond three sleeps is not well."""


class PortTaken(SlaflowError):
    """The figures cannot be offered there."""

    code = "port_taken"
    exit_code = ENVIRONMENT

    def __init__(self, host: str, port: int, reason: str) -> None:
        self.host, self.port = host, port
        super().__init__(f"no metrics on {host}:{port}: {reason}; give another --metrics-port")


class Metrics(Observer):
    """Counts what a worker does.

    Args:
        now: the present, by which the lag and the outbox's age are told when they are asked for: they
            grow also while the worker hangs.
        every: how long the worker sleeps at most.

    Raises:
        ExtraMissing: ``prometheus_client`` is not installed.
    """

    wants_outbox = True

    def __init__(self, now: Callable[[], datetime], every: timedelta) -> None:
        self._library = prometheus = _library()
        self._now = now
        self._silence = (3 * every + SILENCE).total_seconds()
        self._next_wake: datetime | None = None
        self._oldest_message: datetime | None = None
        self._fault: str | None = None
        self._seen = monotonic()
        self._server: ThreadingHTTPServer | None = None
        self.registry = registry = prometheus.CollectorRegistry()

        def counter(name: str, words: str) -> Any:
            return prometheus.Counter(f"slaflow_{name}", words, registry=registry)

        def gauge(name: str, words: str, labels: tuple[str, ...] = ()) -> Any:
            return prometheus.Gauge(f"slaflow_{name}", words, labels, registry=registry)

        self._rounds = counter("rounds", "Rounds that ended.")
        self._steps = counter("steps", "Steps carried out.")
        self._breaches = counter("breaches", "Promises found broken.")
        self._failures = counter("failures", "Leads that could not be settled and were left out.")
        self._retries = counter("retries", "Times something was waited out and tried again.")
        self._batches = prometheus.Histogram(
            "slaflow_batch_seconds", "How long batches took.", buckets=SECONDS, registry=registry
        )
        gauge("lag_seconds", "How long the oldest step has waited.").set_function(self._lag)
        gauge("outbox_age_seconds", "How long the oldest message has waited.").set_function(self._age)
        self._outbox = gauge("outbox_messages", "Messages by status.", ("status",))
        self._undealt = gauge("leads_waiting", "Leads that wait for a team.", ("team",))
        of_channel = ("channel",)
        self._waiting = gauge("deliveries_waiting", "What is to be sent over a channel.", of_channel)
        self._held = gauge("deliveries_held", "What waits for 'outbox release'.", of_channel)
        self._shut = gauge("channel_shut", "1 while a channel is closed or off.", of_channel)
        self._since_planned = gauge("delivery_age_seconds", "How long the oldest waits.", of_channel)

    def batch(self, seconds: float) -> None:
        self._seen = monotonic()
        self._batches.observe(seconds)

    def round(self, report: TickReport) -> None:
        self._rounds.inc()
        self._steps.inc(report.steps)
        self._breaches.inc(report.breached)
        self._failures.inc(len(report.failed))

    def looked(self, next_wake: datetime | None, outbox: Outbox | None) -> None:
        self._fault, self._seen, self._next_wake = None, monotonic(), next_wake
        if outbox is not None:
            self._oldest_message = outbox.oldest_at
            for status in ("waiting", "failed"):
                self._outbox.labels(status).set(outbox.counts.get(status, 0))

    def waits(self, queues: Mapping[str, Queue], channels: Mapping[str, State]) -> None:
        now = self._now()
        for gauge in (self._waiting, self._held, self._shut, self._since_planned):
            gauge.clear()
        for name in {*queues, *channels}:
            queue, state = queues.get(name, Queue()), channels.get(name, State(name))
            self._waiting.labels(name).set(queue.waiting)
            self._held.labels(name).set(queue.held)
            self._shut.labels(name).set(state.shut_because(now) is not None)
            self._since_planned.labels(name).set_function(partial(self._since, queue.since))

    def deals(self, waiting: Sequence[Waiting]) -> None:
        self._undealt.clear()
        for each in waiting:
            self._undealt.labels(each.team).set(each.leads)

    def retried(self, error: SlaflowError) -> None:
        self._fault = str(error)
        self._retries.inc()

    def fault(self) -> str | None:
        """What keeps the worker from working; None while it is well."""
        if self._fault is None and monotonic() - self._seen > self._silence:
            return f"nothing was carried out for {monotonic() - self._seen:.0f} s"
        return self._fault

    def text(self) -> bytes:
        """Every figure in Prometheus' text format."""
        page: bytes = self._library.generate_latest(self.registry)
        return page

    def serve(self, host: str, port: int) -> str:
        """Offers the figures from a thread; gives the URL. Port 0 takes a free one. Raises ``PortTaken``."""
        try:
            self._server = ThreadingHTTPServer((host, port), _pages(self))
        except (OSError, OverflowError) as error:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            raise PortTaken(host, port, reason) from None
        Thread(target=self._server.serve_forever, args=(0.1,), name="metrics", daemon=True).start()
        return f"http://{host}:{self._server.server_port}/metrics"

    def close(self) -> None:
        """Stops offering them."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _lag(self) -> float:
        return self._since(self._next_wake)

    def _age(self) -> float:
        return self._since(self._oldest_message)

    def _since(self, at: datetime | None) -> float:
        return 0.0 if at is None else max((self._now() - at).total_seconds(), 0.0)


def _library() -> Any:
    try:
        import prometheus_client
    except ImportError:
        raise ExtraMissing("--metrics-port", "metrics") from None
    return prometheus_client


def _pages(metrics: Metrics) -> type[BaseHTTPRequestHandler]:
    class Pages(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                self._answer(200, "; version=0.0.4", metrics.text())
            elif path == "/healthz":
                fault = metrics.fault()
                self._answer(
                    503 if fault else 200, "text/plain; charset=utf-8", f"{fault or 'ok'}\n".encode()
                )
            else:
                self._answer(404, "", b"there are /metrics and /healthz\n")

        def _answer(self, status: int, version: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", f"text/plain{version}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Who asks for figures is no news."""

    return Pages

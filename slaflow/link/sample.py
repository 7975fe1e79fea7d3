"""What a delivery would come to by a map: all of it is decided, and nothing kept."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from slaflow.errors import SlaflowError, UnknownName
from slaflow.exchange.errors import FileUnreadable
from slaflow.exchange.imports.actors import Actors
from slaflow.exchange.imports.row import Said
from slaflow.hours.zones import instant_at
from slaflow.lifecycle.decision import instant_text
from slaflow.link.apply import Round, Terms
from slaflow.link.heard import Heard
from slaflow.link.hook_map import HookMap, read_hook_map
from slaflow.link.receive import check_form
from slaflow.link.run import crm_of, shared
from slaflow.link.shapes import BodyRefused, Item, NotGenuine, Request, record_id
from slaflow.link.sources.opening import source_of
from slaflow.settings.hooks import AnyHook, SalesforceHook
from slaflow.settings.reach import Reach
from slaflow.store.linking.inbox import WAITING, Delivered
from slaflow.store.rows import people as people_store

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

KINDS: dict[str, type[AnyHook]] = {
    get_args(each.model_fields["kind"].annotation)[0]: each for each in get_args(get_args(AnyHook)[0])
}
_ORGANIZATION = re.compile(rb"OrganizationId>\s*(\w+)\s*<")


class SampleRefused(SlaflowError):
    """What the file holds is no delivery of that kind."""

    code = "sample_refused"

    def __init__(self, sample: Path, kind: str, why: str) -> None:
        super().__init__(f"{sample}: {why}; is it what {kind} sends? --kind says who else does")


def hook_of(reach: Reach, map: Path) -> tuple[str, AnyHook] | None:
    """The hook of slaflow.toml that has this map."""
    return next(((n, each) for n, each in reach.hooks.items() if each.map.resolve() == map.resolve()), None)


def tried_out(
    app: Engine, reach: Reach, map: Path, sample: Path, *, kind: str | None, workflow: str | None
) -> list[dict[str, Any]]:
    """What would be done with each thing that *sample* says, the body of a delivery.

    Args:
        kind: of the sender; None: that of the hook with this map, else generic.
        workflow: which agreement; None: that of the hook, else the only one.

    Raises:
        MapInvalid, FileUnreadable, SampleRefused, UnknownName.
    """
    name, hook = hook_of(reach, map) or ("sample", None)
    if hook is None or (kind is not None and kind != hook.kind):
        hook = _made_up(kind or "generic", map)
    now, agreement = app.now(), app.active(workflow or hook.workflow)
    items = _items(hook, sample, now)
    with app.database.rehearsal() as conn:
        actors = Actors(agreement, people_store.directory(conn), now)
        bound = read_hook_map(map, agreement, actors)
        terms = Terms(app, name, hook, bound, None, now, *_shared(app, reach, hook, bound))
        rows = [_delivered(name, number, item, now) for number, item in enumerate(items, 1)]
        return [_json(heard) for heard in Round(terms, conn, rows, {}, rehearsed=True).apply()]


def _shared(app: Engine, reach: Reach, hook: AnyHook, map: HookMap) -> tuple[frozenset[str], frozenset[str]]:
    """As it would be; of a link map that is still to be written, or has a fault, nothing is asked here."""
    with suppress(SlaflowError):
        crm = crm_of(reach, hook)
        return shared(app, reach, crm if crm in reach.crms else None, map)
    return frozenset(), frozenset()


def _made_up(kind: str, map: Path) -> AnyHook:
    if kind not in KINDS:
        raise UnknownName("kind", kind, KINDS)
    return KINDS[kind].model_construct(kind=kind, map=map)


def _items(hook: AnyHook, sample: Path, now: datetime) -> list[Item]:
    try:
        body = sample.read_bytes()
    except OSError as error:
        raise FileUnreadable(sample, error.strerror or str(error)) from error
    if isinstance(hook, SalesforceHook):
        found = _ORGANIZATION.search(body)
        hook = hook.model_copy(update={"organization": found[1].decode() if found else ""})
    media = "text/xml" if body.lstrip().startswith(b"<") else "application/json"
    headers = [("content-type", media), ("webhook-id", "sample")]
    headers.append(("webhook-timestamp", str(int(now.timestamp()))))
    request = Request("POST", "", "", headers, body)
    try:
        check_form(request)
        return source_of(hook).items(request, now)
    except BodyRefused as refused:
        raise SampleRefused(sample, hook.kind, refused.words) from None
    except NotGenuine as error:
        raise SampleRefused(sample, hook.kind, error.reason) from None


def _delivered(name: str, number: int, item: Item, now: datetime) -> Delivered:
    # A number that nothing kept has: what is written of it in the rehearsal touches nothing.
    return Delivered(
        -number, name, item.key, now, item.at, now, record_id(item.remote), item.row, WAITING, 0, None, None
    )


def _json(heard: Heard) -> dict[str, Any]:
    is_new = heard.lead is not None and heard.lead < 0
    return {
        "item": heard.number, "record": heard.remote, "at": instant_text(heard.at), "status": heard.status,
        "lead": None if is_new else heard.lead, "key": heard.reading.key, "is_new": is_new,
        "fields": dict(heard.inputs), "events": [_event(each) for each in heard.events],
        "reason": heard.reason,
    }  # fmt: skip


def _event(said: Said) -> dict[str, Any]:
    assert said.at is not None
    return {
        "kind": said.kind, "name": said.name, "at": instant_text(instant_at(said.at)),
        "actor": said.actor.name, "inputs": dict(said.inputs),
    }  # fmt: skip

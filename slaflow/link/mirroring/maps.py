"""The map of a CRM, read from its file and held against the agreement and what is heard of the same CRM."""

from __future__ import annotations

from slaflow.engine.context import Context
from slaflow.errors import UnknownName
from slaflow.exchange.imports.map import read_map_as
from slaflow.link.hook_map import HookDocument
from slaflow.link.out_binding import LinkMap, check_one_way, read_link_file
from slaflow.link.run import crm_of
from slaflow.settings.reach import Reach


def both_ways(app: Context, reach: Reach, name: str) -> frozenset[str]:
    """The fields of the CRM *name* that are not slaflow's alone. Raises ``UnknownName``, and as
    :func:`link_of`."""
    if name not in reach.crms:
        raise UnknownName("receiver", name, reach.crms)
    return frozenset(link_of(app, reach, name).document.both)


def link_of(app: Context, reach: Reach, name: str) -> LinkMap:
    """The map of the CRM *name*.

    Raises:
        FileUnreadable: it cannot be opened.
        MapInvalid: it does not fit the agreement, or a field of it goes one way and is heard of, too.
        WorkflowNotActive and the like: there is no agreement that it could be for.
    """
    settings = reach.crms[name]
    workflow = app.active(settings.workflow)
    link = read_link_file(settings.map, workflow)
    for hook in reach.hooks.values():
        if crm_of(reach, hook) != name:
            continue
        try:
            document, _, faults = read_map_as(HookDocument, hook.map.read_bytes())
        except OSError:
            continue  # told of where it is heard by
        if not faults:
            check_one_way(settings.map.read_bytes(), str(settings.map), workflow, document)
    return link

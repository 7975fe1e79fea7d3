"""How CRMs do, for ``slaflow doctor``: looked up, and asked for their fields where that is wanted.

Says nothing where slaflow.toml has none, and never a secret or a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from slaflow.engine.context import Context
from slaflow.engine.setup.doctor import Check, Look
from slaflow.errors import SlaflowError
from slaflow.language import _, marked, ngettext
from slaflow.lifecycle.decision import instant_text
from slaflow.link.crm.opening import opened, secret_of
from slaflow.link.crm.shapes import Crm, CrmClosed, FieldOf
from slaflow.link.mirroring.maps import link_of
from slaflow.link.out_binding import LinkMap
from slaflow.link.out_map import DUE, Shown
from slaflow.settings.reach import Reach
from slaflow.store.linking import mirrors as store
from slaflow.store.rows import channels as channel_store
from slaflow.store.rows.channels import State
from slaflow.store.rows.listeners import RECEIVER
from slaflow.workflow.model.workflow import Workflow

ALIKE = timedelta(seconds=2)
"""Clocks that differ by less cannot be told from an answer that took its time."""
NOBODY = "nobody@slaflow.invalid"
"""Whom no CRM knows."""

# Kinds of fields in CRMs' own words; whatever is none of these takes any text.
KINDS = {
    "datetime": frozenset(("datetime",)),
    "date": frozenset(("date",)),
    "bool": frozenset(("bool", "boolean")),
    "number": frozenset(("number", "double", "int", "integer", "long", "currency", "percent")),
}


def examine(
    app: Context, reach: Reach, environment: Mapping[str, str] | None = None,
    spelt: Callable[[datetime], str] = instant_text,
) -> list[Check]:  # fmt: skip
    """What there is to say of each CRM. Arguments as of ``notify.standing.examine``."""
    if not reach.crms:
        return []
    with app.database.read() as conn:
        states = channel_store.states(conn)
        counts = {name: store.counts(conn, name) for name in reach.crms}
    look, found = Look(app, spelt), []
    for name in reach.crms:
        state = states.get(f"{RECEIVER}{name}", State(name))
        amiss = [*_unusable(app, reach, name, environment), *_amiss(name, state, counts[name], look)]
        found += [Check(marked("crms"), False, f"{name}: {words}") for words in amiss]
        if not amiss:
            facts = (_("its token is set"), _last(state, look), _waiting(counts[name]))
            found.append(Check("crms", True, f"{name}: {'; '.join(facts)}"))
    return found


def tried(
    app: Context, reach: Reach, name: str, environment: Mapping[str, str] | None = None,
    crm: Crm | None = None,
) -> list[Check]:  # fmt: skip
    """Whether the CRM *name* answers and has the fields of its map as they are to be written.

    Args:
        crm: it, where it is open already.
    """
    try:
        link = link_of(app, reach, name)
        asked = crm or opened(reach, name, environment=environment)
    except SlaflowError as error:
        return [Check("try", False, f"{name} cannot be tried: {error}")]
    try:
        known = asked.fields(link.object)
        _ask(asked, link, known)
    except (CrmClosed, SlaflowError) as error:
        return [Check("try", False, f"{name}: {error}")]
    finally:
        if crm is None:
            asked.close()
    faults = [*_unfit(link, known), *_off(asked.ahead())]
    if faults:
        return [Check("try", False, f"{name}: {words}") for words in faults]
    return [Check("try", True, f"{name} answers, and has every field of its map")]


def _ask(crm: Crm, link: LinkMap, known: Mapping[str, FieldOf]) -> None:
    """Asks all else that writing needs, and that may be forbidden apart. Raises ``CrmClosed``."""
    find = link.document.find
    if link.asks_owners:
        crm.owners()
    if find is not None and find.by in known:
        crm.find(link.object, find.by, [NOBODY])


def _unusable(app: Context, reach: Reach, name: str, environment: Mapping[str, str] | None) -> Iterator[str]:
    try:
        secret_of(reach, name, environment)
    except SlaflowError as error:
        yield str(error)
    try:
        link_of(app, reach, name)
    except SlaflowError as error:
        yield from str(error).splitlines()


def _amiss(name: str, state: State, counts: Mapping[str, int], look: Look) -> Iterator[str]:
    waits = _waiting(counts)
    if state.off_at is not None:
        words = _("off since {at}: {why}; {last}; {waits}; put it on with 'slaflow receiver on {name}'")
        at, last = look.to_the_second(state.off_at), _last(state, look)
        yield words.format(at=at, why=state.off_because, last=last, waits=waits, name=name)
    elif state.closed_until is not None:
        # Also where nobody has looked since it might be tried again.
        words = _(
            "closed until {at}: {why}; {last}; {waits}; one is tried then, and opens it where it is taken"
        )
        at, last = look.to_the_second(state.closed_until), _last(state, look)
        yield words.format(at=at, why=state.closed_because, last=last, waits=waits)
    troubled = counts["troubled"] + counts["gone"] + counts["stopped"]
    if troubled:
        words = ngettext(
            "{n} lead is not shown there as it should be; see 'slaflow link status {name}'",
            "{n} leads are not shown there as they should be; see 'slaflow link status {name}'",
            troubled,
        )
        yield words.format(n=troubled, name=name)


def _last(state: State, look: Look) -> str:
    if state.last_sent_at is None:
        return _("nothing written yet")
    return _("last written {at}").format(at=look.to_the_second(state.last_sent_at))


def _waiting(counts: Mapping[str, int]) -> str:
    words = ngettext("{n} lead waits", "{n} leads wait", counts["waiting"])
    return words.format(n=counts["waiting"])


def _off(ahead: timedelta | None) -> Iterator[str]:
    """That its clock and ours say so different things that of two changes the earlier may be taken for the
    later."""
    if ahead is not None and abs(ahead) > ALIKE:
        seconds, how = round(abs(ahead).total_seconds()), "ahead of" if ahead > timedelta() else "behind"
        yield (
            f"its clock is {seconds} s {how} this machine's: of what is changed on both sides within that "
            "time the earlier may count; have this machine's clock set by NTP"
        )


def _unfit(link: LinkMap, known: Mapping[str, FieldOf]) -> Iterator[str]:
    """Which fields of the map are not there, are not to be written, or hold something else."""
    find = link.document.find
    if find is not None and find.by not in known:
        yield f"{link.object} has no field {find.by}, by which records are found"
    if link.document.create:
        held = {name.lower() for name in (*link.fields, *((find.by,) if find is not None else ()))}
        for name in (each for each, there in known.items() if there.is_needed and each.lower() not in held):
            yield f"no record is made without {name}, which the map does not show"
    shown = {name: (_type(each, link.workflow), each) for name, each in link.document.out.items()}
    shared = {name: (_of_field(each.field, link.workflow), None) for name, each in link.document.both.items()}
    for name, (kind, said) in {**shown, **shared}.items():
        there = known.get(name)
        if there is None:
            yield f"{link.object} has no field {name}"
        elif not there.is_writable:
            yield f"{name} is read only there"
        elif any(there.kind.lower() in words and kind != key for key, words in KINDS.items()):
            yield f"{name} is of another type: {there.kind} there, and what it is to show is {kind}"
        elif said is not None and there.choices:
            lacking = [text for text in _choices(said, link.workflow) if text not in there.choices]
            if lacking:
                yield f"{name} has no choice {', '.join(lacking)}"


def _type(shown: Shown, workflow: Workflow) -> str:
    if shown.is_ is not None or shown.owner:
        return "text"
    if shown.field is not None:
        return _of_field(shown.field, workflow)
    source = shown.source or ""
    if source.startswith(DUE) or source == "entered_at":
        return "datetime"
    return "number" if source == "score" else "text"


def _of_field(name: str, workflow: Workflow) -> str:
    kind = workflow.fields[name].type
    return "number" if kind in ("int", "decimal") else kind if kind in KINDS else "text"


def _choices(shown: Shown, workflow: Workflow) -> list[str]:
    """What a field is ever to hold, as far as map and agreement tell."""
    if shown.is_ is not None:
        return [text for text in dict.fromkeys(shown.is_.values()) if text]
    if shown.field is not None:
        return [str(value) for value in workflow.fields[shown.field].one_of]
    declared = {"state": workflow.states, "held_by": workflow.parties, "stage": workflow.stages}
    return list(declared.get(shown.source or "", ()))

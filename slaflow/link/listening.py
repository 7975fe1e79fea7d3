"""How hooks do, for ``slaflow doctor``: whether they can be sent something, and what became of what was sent.

Says nothing where slaflow.toml has none and nothing was ever sent, and never a secret or a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from slaflow.engine.context import Context
from slaflow.engine.setup.doctor import Check, Look, length
from slaflow.errors import SlaflowError
from slaflow.exchange.imports.actors import Actors
from slaflow.language import _, marked, ngettext
from slaflow.lifecycle.decision import instant_text
from slaflow.link.hook_map import read_hook_map
from slaflow.link.sources.opening import secrets_of_hook
from slaflow.settings.hooks import HubSpotHook, SalesforceHook
from slaflow.settings.reach import Reach
from slaflow.store.linking import inbox
from slaflow.store.linking.inbox import FAILED, WAITING
from slaflow.store.rows import people as people_store

ALIKE = timedelta(seconds=2)
"""Clocks that differ by less are set as well as clocks are."""
OF_CRMS = (HubSpotHook, SalesforceHook)
"""Senders whose own clock says when something happened, and that of which fields may be changed here, too."""
LATE = timedelta(minutes=15)
"""Who applies looks every second; what has been due for longer says that nobody does."""
HOOKS = marked("hooks")


def examine(
    app: Context, reach: Reach, environment: Mapping[str, str] | None = None,
    spelt: Callable[[datetime], str] = instant_text,
) -> list[Check]:  # fmt: skip
    """What there is to say of each hook. Arguments as of ``notify.standing.examine``."""
    now, look = app.now(), Look(app, spelt)
    with app.database.read() as conn:
        counts, latest, since = inbox.counts(conn), inbox.latest(conn), inbox.due_since(conn)
        told = [name for name, hook in reach.hooks.items() if isinstance(hook, OF_CRMS)]
        ahead = {name: inbox.furthest_ahead(conn, name) for name in told}
    found = []
    for name in reach.hooks:
        number = counts.get(name, {})
        faults = [*_unusable(reach, name, environment), *_unfit(app, reach, name)]
        amiss = [*faults, *_amiss(name, number, since.get(name), now), *_off(ahead.get(name))]
        found += [Check(HOOKS, False, f"{name}: {words}") for words in amiss]
        if not amiss:
            facts = (_("its secret is set"), _last(latest.get(name), look), *_waiting(number))
            found.append(Check(HOOKS, True, f"{name}: {'; '.join(facts)}"))
    gone = {
        name: each[WAITING] for name, each in counts.items() if name not in reach.hooks and WAITING in each
    }
    return found + [Check(HOOKS, False, _without_table(name, number)) for name, number in gone.items()]


def _unusable(reach: Reach, name: str, environment: Mapping[str, str] | None) -> Iterator[str]:
    hook = reach.hooks[name]
    try:
        secrets_of_hook(name, hook, reach.public_url, environment)
    except SlaflowError as error:
        yield str(error)
    if isinstance(hook, HubSpotHook) and hook.fetch is not None and hook.fetch not in reach.crms:
        words = _("[hooks.{name}] fetch: there is no CRM {fetch} among the receivers of slaflow.toml")
        yield words.format(name=name, fetch=hook.fetch)


def _unfit(app: Context, reach: Reach, name: str) -> Iterator[str]:
    """What is wrong with the map by which it is heard; nobody else says so before something comes."""
    hook = reach.hooks[name]
    try:
        workflow = app.active(hook.workflow)
        with app.database.read() as conn:
            actors = Actors(workflow, people_store.directory(conn), app.now())
        read_hook_map(hook.map, workflow, actors)
    except SlaflowError as error:
        yield from str(error).splitlines()


def _amiss(name: str, counts: Mapping[str, int], since: datetime | None, now: datetime) -> Iterator[str]:
    if failed := counts.get(FAILED, 0):
        words = ngettext(
            "{n} delivery failed; see why with 'slaflow hook list --status failed', mend that, then run "
            "'slaflow hook retry --hook {name}', or 'slaflow hook drop' for what nobody has to mend",
            "{n} deliveries failed; see why with 'slaflow hook list --status failed', mend that, then run "
            "'slaflow hook retry --hook {name}', or 'slaflow hook drop' for what nobody has to mend",
            failed,
        )
        yield words.format(n=failed, name=name)
    if since is not None and now - since > LATE:
        words = _(
            "{n} wait, the first has been due for {length}; run 'slaflow link run', and keep 'slaflow serve' "
            "or 'slaflow tick --watch' running"
        )
        yield words.format(n=counts[WAITING], length=length(now - since))


def _off(ahead: timedelta | None) -> Iterator[str]:
    """That what happens there is told by a clock that ours does not agree with."""
    if ahead is not None and ahead > ALIKE:
        words = _(
            "what happened there was told up to {n} s before it happened by this machine's clock: of what "
            "is changed on both sides within that time the earlier may count; have this machine's clock set "
            "by NTP"
        )
        yield words.format(n=round(ahead.total_seconds()))


def _last(at: datetime | None, look: Look) -> str:
    if at is None:
        return _("nothing received yet")
    return _("last received {at}").format(at=look.to_the_second(at))


def _waiting(counts: Mapping[str, int]) -> Iterator[str]:
    if number := counts.get(WAITING, 0):
        yield ngettext("{n} delivery waits", "{n} deliveries wait", number).format(n=number)


def _without_table(name: str, number: int) -> str:
    words = ngettext(
        "{name}: {n} delivery waits, and slaflow.toml has no such hook here",
        "{name}: {n} deliveries wait, and slaflow.toml has no such hook here",
        number,
    )
    return words.format(name=name, n=number)

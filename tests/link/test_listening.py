"""What the doctor says of hooks: whether each could be sent something, what waits, what failed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.delivering import ENVIRONMENT, KINDS, REACH, SECRET, change, hubspot, kept, sent_by
from support.office import HOUR, Present, staffed
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.link.listening import examine
from slaflow.link.receive import receive
from slaflow.settings.reach import Reach
from slaflow.store.database import Database
from slaflow.store.linking import inbox
from slaflow.store.linking.inbox import Settled

ALONE = REACH.model_copy(update={"hooks": {"hubspot": REACH.hooks["hubspot"]}})


MAP = "lead: {email: properties.email}\n"


def an_office(database: Database) -> None:
    """The office agreement in force."""
    staffed(Engine(database))


@pytest.fixture
def present() -> Present:
    return Present()


@pytest.fixture
def app(
    world_of: Callable[[Fill], Database], present: Present, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """An engine of the office, in a folder with a map for each hook."""
    for kind in KINDS:
        (tmp_path / f"{kind}.hook.yaml").write_text(MAP, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return Engine(world_of(an_office), now=present)


def told(app: Engine, reach: Reach = ALONE, **environment: str) -> list[tuple[bool, str]]:
    found = examine(app, reach, environment or ENVIRONMENT)
    assert {each.name for each in found} <= {"hooks"}
    return [(each.ok, each.detail) for each in found]


def test_it_says_of_each_hook_what_came_and_what_became_of_it(app: Engine, present: Present) -> None:
    assert told(app, Reach()) == []
    assert told(app, REACH) == [(True, f"{kind}: its secret is set; nothing received yet") for kind in KINDS]
    receive(app, ALONE, "hubspot", hubspot([change(1), change(2)]).request(), ENVIRONMENT)
    last = "hubspot: its secret is set; last received 2026-03-06T13:30:00Z"
    assert told(app) == [(True, f"{last}; 2 deliveries wait")]
    present.at += HOUR
    assert told(app) == [
        (
            False,
            "hubspot: 2 wait, the first has been due for 59 min; run 'slaflow link run', and keep "
            "'slaflow serve' or 'slaflow tick --watch' running",
        )
    ]
    one, other = (row.id for row in kept(app))
    with app.database.write() as conn:
        inbox.settle(conn, [Settled(one, "failed", None, "no"), Settled(other, "applied", 1, None)])
    ((ok, words),) = told(app)
    assert (ok, words.startswith("hubspot: 1 delivery failed; see why with 'slaflow hook list")) == (
        False,
        True,
    )
    with app.database.write() as conn:
        inbox.settle(conn, [Settled(one, "unchanged", None, None)])
    assert told(app) == [(True, last)]
    assert told(app, Reach()) == [], "what is done is nobody's business"


def test_a_clock_that_is_behind_the_senders_is_told(app: Engine) -> None:
    for seconds, is_told in ((1, False), (7, True)):
        change_ahead = hubspot([change(1000 * seconds)])
        receive(app, ALONE, "hubspot", change_ahead.request(), ENVIRONMENT)
        said = [words for _, words in told(app) if "what happened there was told up to 7 s before" in words]
        assert bool(said) == is_told


def test_what_waits_for_a_hook_that_is_no_more_is_told(app: Engine) -> None:
    receive(app, REACH, "mautic", sent_by("mautic").request(), ENVIRONMENT)
    said = (False, "mautic: 1 delivery waits, and slaflow.toml has no such hook here")
    assert told(app)[1:] == [said]


def test_a_hook_that_could_take_nothing_says_why_and_no_secret(app: Engine) -> None:
    lacks = "hubspot: [hooks.hubspot] secret: the variables HOOK, HOOK_OLD are not set"
    assert told(app, NONE="x") == [(False, lacks)]
    nameless = ALONE.model_copy(update={"public_url": None})
    ((_, words),) = told(app, nameless)
    assert 'write public_url = "https://..." at the top' in words
    generic = REACH.model_copy(update={"hooks": {"generic": REACH.hooks["generic"]}})
    ((ok, words),) = told(app, generic, WHSEC=SECRET)
    assert not ok
    assert SECRET not in words
    fetching = REACH.hooks["hubspot"].model_copy(update={"fetch": "crm"})
    ((_, words),) = told(app, ALONE.model_copy(update={"hooks": {"hubspot": fetching}}))
    assert words == (
        "hubspot: [hooks.hubspot] fetch: there is no CRM crm among the receivers of slaflow.toml"
    )


def test_a_map_that_fits_no_agreement_is_told_before_anything_comes(app: Engine) -> None:
    faulty = MAP.replace("}", ", emial: properties.email}\n") + "colour: red\n"
    Path("hubspot.hook.yaml").write_text(faulty, encoding="utf-8")
    (ok, first), (_, second) = told(app)
    assert not ok
    assert first.startswith('hubspot: hubspot.hook.yaml:1:40: unknown field "emial"; did you mean "email"?')
    assert second.startswith("hubspot: hubspot.hook.yaml:3:1: ")
    Path("hubspot.hook.yaml").unlink()
    said = "hubspot: hubspot.hook.yaml: the map cannot be read: No such file or directory"
    assert told(app) == [(False, said)]

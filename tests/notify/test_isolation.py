"""A receiver that hangs for an hour, or is gone, costs the others nothing, and itself one probe a pause."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from support.faulty import FaultyServer, hang
from support.office import Present, handed_over
from support.sending import applied, arrived, channels, deliveries, messages, reach_of, sent, taken

from slaflow.engine.app import Engine
from slaflow.notify import send
from slaflow.notify.channels.opening import open_channel
from slaflow.notify.parcel import Channel
from slaflow.settings.reach import Reach, Send

BAD = "receiver:bad"
IMPATIENT = Send(timeout=timedelta(milliseconds=100))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives up soon on the one alone that never answers: others may be slow on a busy machine."""

    def opened(name: str, reach: Reach, *rest: Any) -> Channel:
        return open_channel(
            name, reach.model_copy(update={"send": IMPATIENT}) if name == BAD else reach, *rest
        )

    monkeypatch.setattr(send, "open_channel", opened)


@pytest.fixture(params=["hangs", "is gone"])
def reach(request: pytest.FixtureRequest, app: Engine, faulty: FaultyServer) -> Reach:
    """Two receivers that take what they are told, and one that does not."""
    reach = reach_of(faulty, "crm", "bad", "dwh")
    if request.param == "hangs":
        faulty.answers("/bad", hang)
    else:
        nowhere = reach.receivers["bad"].model_copy(update={"url": "http://127.0.0.1:9/bad"})
        reach = reach.model_copy(update={"receivers": {**reach.receivers, "bad": nowhere}})
    return applied(app, reach)


def test_the_others_hear_in_every_round_what_happened_before_it(
    app: Engine, reach: Reach, faulty: FaultyServer, present: Present
) -> None:
    chance, tried, failed = random.Random(random.randrange(10_000)), 0, 0
    began = present.at
    while present.at < began + timedelta(hours=1):
        for _ in range(chance.randrange(3) or present.at == began):
            handed_over(app, f"lead{len(messages(app))}-{chance.random()}", at=present.at)
        known = channels(app).get(BAD)
        is_shut = known is not None and known.closed_until is not None and known.closed_until > present.at
        is_probed = known is not None and known.closed_until is not None and not is_shut
        report = sent(app, reach)
        told = sum(message.recipient == "receiver:crm" for message in messages(app))
        # Their lag is none, as it would be without the third.
        assert len(arrived(faulty, "crm")) == len(arrived(faulty, "dwh")) == told
        assert report.again == 0 if is_shut else report.again <= (1 if is_probed else 5)
        tried += report.again
        failed = channels(app)[BAD].failures if BAD in channels(app) else 0
        present.at += timedelta(minutes=chance.randint(1, 6))
    assert failed >= 5
    # From 30 s on, each pause is up to twice as long: some eight probes in an hour, and five tries before.
    assert 6 <= tried <= 5 + 9
    theirs = [row for row in deliveries(app) if row.channel == BAD]
    assert {row.status for row in theirs} == {"waiting"}
    assert sum(row.tries for row in theirs) == 5
    assert len(taken(faulty, "bad")) <= tried
    assert {row.status for row in deliveries(app) if row.channel != BAD} == {"sent"}

"""Stories of several leads, and what commitments come to in them."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest
from trial.test_run_scenarios import AGREEMENT, PEOPLE

from slaflow.trial import TrialReport, run_scenarios

OWING = (
    AGREEMENT
    + """
commitments:
  volume: {owed_by: marketing, every: month, count: {enter: mql}, at_least: 4, matures: 1d}
  sources: {owed_by: marketing, every: week, count: {enter: mql, distinct: country}}
  worth: {owed_by: marketing, every: month, sum: {field: budget, of: {trigger: promote}}, at_least: 10}
  taken: {owed_by: sales, every: month, share: {of: {trigger: accept}, among: {enter: mql}}, at_least: 30%}
  answered: {owed_by: sales, every: month, share: {met: respond}, at_least: 50%}
  speed: {owed_by: sales, every: month, time: {mean: respond}, at_most: 4h}
  review: {owed_by: [marketing, sales], every: month, signed_within: 5d}
"""
)
LEADS = "{kim: {email: k@b.c, budget: 10.5}, lee: {email: l@b.c, country: NO, budget: 2}, max: {}}"


def tried(steps: str, leads: str = f"leads: {LEADS}", people: str = PEOPLE) -> TrialReport:
    text = f"workflow: pair.yaml\n{people}\nscenarios:\n  - name: story\n    {leads}\n"
    text += "    start: 2026-03-06T09:00:00+01:00\n    steps:\n" + indent(dedent(steps), "      ")
    return run_scenarios(text, "pair.scenario.yaml", {"pair.yaml": OWING}.__getitem__)


A_MONTH = """
- {lead: kim, fire: promote}
- {lead: lee, fire: promote}
- {lead: lee, refuse: {fire: promote}}
- expect: {notified: [], commitments: {volume: {2026-03: {figure: 2, verdict: null}}}}
- wait: 1h
- {lead: kim, check: value, answer: {budget: 200}}
- {lead: kim, fire: accept, set: {callback_on: 2026-03-10}}
- {lead: kim, expect: {state: accepted, met: [respond]}}
- until: 2026-03-06T13:00:01+01:00
- {lead: lee, expect: {breached: [respond], notified: [bo@example.com, mia@example.com]}}
- {lead: kim, expect: {notified: []}}
- {add: max, as: marketing}
- {lead: max, expect: {state: nurturing, clocks: {respond: null, sweep: running}}}
- {lead: max, fire: promote}
- {lead: lee, expect: {owner: bo@example.com}}
- {lead: max, expect: {owner: anna@example.com}}
- until: 2026-04-02T00:00:01+02:00
- expect:
    commitments:
      volume: {2026-03: {figure: 3, verdict: missed}, 2026-04: {figure: 0, verdict: null}}
      sources: {2026-W10: {figure: 2, verdict: null}}
      worth: {2026-03: {figure: 12.50}}
      taken: {2026-03: {figure: 33.33%, verdict: null}}
      answered: {2026-03: {figure: 33.33%}}
      speed: {2026-03: {figure: 1h}}
- until: 2026-04-05T00:00:00+02:00
- expect: {commitments: {taken: {2026-03: {verdict: kept}}, speed: {2026-02: {figure: null, verdict: null}}}}
"""
MORE = PEOPLE + "  - {email: bo@example.com, party: sales, team: nordics, manager: mia@example.com}\n"


def test_a_story_of_several_leads_shares_people_time_and_commitments() -> None:
    report = tried(A_MONTH, people=MORE)
    assert report.failures == ()
    assert report.passed == 1


AS_IN_A_REVIEW = (
    ("volume: {2026-03: {figure: 3}}", "volume.2026-03.figure: 3", "2"),
    ("volume: {2026-03: {verdict: kept}}", "volume.2026-03.verdict: kept", "missed"),
    ("taken: {2026-03: {figure: 12.5%}}", "taken.2026-03.figure: 12.5%", "0%"),
    ("worth: {2026-03: {figure: 3.5}}", "worth.2026-03.figure: 3.5", "12.5"),
    ("speed: {2026-03: {figure: 90m}}", "speed.2026-03.figure: 1h30m", "none"),
)


def test_a_figure_that_is_not_as_expected_is_told_as_a_review_writes_it() -> None:
    steps = "- {lead: kim, fire: promote}\n- {lead: lee, fire: promote}\n- until: 2026-05-01T00:00:00+02:00\n"
    expects = "".join(f"- expect: {{commitments: {{{asked}}}}}\n" for asked, _, _ in AS_IN_A_REVIEW)
    failures = tried(steps + expects).failures
    told = [(each.step, each.line, each.expected, each.found.split(": ")[1]) for each in failures]
    assert told == [
        (place + 4, place + 15, f"commitments.{expected}", found)
        for place, (_, expected, found) in enumerate(AS_IN_A_REVIEW)
    ]


FAULTS = (
    ("fire: promote", "which lead? write lead: with one of kim, lee, max"),
    ("{lead: kin, fire: promote}", 'unknown lead "kin"; did you mean "kim"?'),
    ("{lead: kim, wait: 1h}", 'unknown key "lead"'),
    ("{add: kin}", 'unknown lead "kin"; did you mean "kim"?'),
    ("{add: kim, lead: lee}", 'unknown key "lead"'),
    ("expect: {state: mql}", "which lead?"),
    ("expect: {commitments: {volum: {2026-03: {figure: 3}}}}", 'did you mean "volume"?'),
    ("expect: {commitments: {review: {2026-03: {figure: 2}}}}", "signed by the parties"),
    ("expect: {commitments: {volume: {march: {figure: 2}}}}", '"march" is no period'),
    ("expect: {commitments: {volume: {2026-W10: {figure: 2}}}}", "2026-W10 is a week; write 2026-03"),
    ("expect: {commitments: {volume: {2026-03: {figur: 2}}}}", 'did you mean "figure"?'),
    ("expect: {commitments: {volume: {2026-03: {}}}}", "write figure, verdict or both"),
    ("expect: {commitments: {volume: {2026-03: {figure: many}}}}", '"many" is not how volume is measured'),
    ("expect: {commitments: {volume: {2026-03: {figure: 3%}}}}", "is measured; write 3"),
    ("expect: {commitments: {taken: {2026-03: {figure: 0.5}}}}", "is measured; write 66.66%"),
    ("expect: {commitments: {speed: {2026-03: {figure: 3}}}}", "is measured; write 1h30m"),
    ("expect: {commitments: {volume: {2026-03: {verdict: mist}}}}", 'unknown verdict "mist"'),
)


def test_each_fault_of_a_step_stands_at_its_line() -> None:
    told = tried("".join(f"- {step}\n" for step, _ in FAULTS)).failures
    assert {each.line for each in told} == set(range(12, 12 + len(FAULTS)))
    for line, (_, message) in enumerate(FAULTS, 12):
        assert message in "\n".join(each.found for each in told if each.line == line)


@pytest.mark.parametrize(
    ("leads", "message"),
    [
        ("{lead: {}, leads: {kim: {}}}", "a story has a lead or leads"),
        ("{leads: {}}", "leads names nobody"),
        ("{leads: [kim]}", "a mapping is needed here"),
        ("{leads: {kim: {emial: k@b.c}}}", 'unknown field "emial"; did you mean "email"?'),
        ("{leads: {kim: {email: K@b.c}, lee: {email: k@b.c}}}", "lee and kim are one lead"),
    ],
)
def test_leads_that_cannot_be_are_told(leads: str, message: str) -> None:
    given = leads[1:-1].replace("}, leads", "}\n    leads")
    found = tried("- wait: 1h\n", given).failures
    assert message in "\n".join(failure.found for failure in found)


def test_a_lead_does_nothing_before_it_comes_in_and_comes_in_once() -> None:
    before = tried("- {lead: max, fire: promote}\n- {add: max}\n- {add: max}\n- {lead: max, fire: promote}\n")
    assert [(failure.line, failure.found.split(": ", 1)[1]) for failure in before.failures] == [
        (12, "max has not come in yet; its add comes later"),
        (14, "max has come in already"),
    ]


def test_a_lead_that_stands_alone_in_leads_need_not_be_named() -> None:
    assert tried("- fire: promote\n- expect: {state: mql}\n", "leads: {kim: {}}").ok
    (failure,) = tried("- {lead: kim, fire: promote}\n", "lead: {}").failures
    assert 'unknown lead "kim"; known: none' in failure.found

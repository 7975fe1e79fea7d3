"""The pictures of a workflow: what stands on them, and that no title breaks them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from slaflow.workflow.diagram import dot, mermaid
from slaflow.workflow.expressions.cel import Scope
from slaflow.workflow.model.clocks import Case, Days, OpenTime, Pattern, Step, Target, UntilField
from slaflow.workflow.model.flow import Fire, State, Transition
from slaflow.workflow.model.lead import Scoring
from slaflow.workflow.model.parties import Party
from slaflow.workflow.model.workflow import Workflow

SCOPE = Scope({"lead.source": "string", "lead.callback_on": "timestamp"})
WEB = SCOPE.compile("lead.source == 'web'", "bool")
HALF_AN_HOUR = OpenTime(timedelta(minutes=30), "30m")
TWO_DAYS = Days(2, "2d")


def target(index, name, start, cases, **options):
    return Target(
        index=index,
        name=name,
        owed_by=options.pop("owed_by", "sales"),
        start=start,
        cases=cases,
        calendar=options.pop("calendar", "always"),
        **options,
    )


RESPOND = target(
    0,
    "respond",
    (Pattern("enter", frozenset(("mql",))),),
    (Case(WEB, HALF_AN_HOUR), Case(None, TWO_DAYS)),
    calendar="office",
)
CALLBACK = target(
    1,
    "callback",
    (Pattern("set", frozenset(("callback_on",))),),
    (
        Case(
            None,
            UntilField("lead.callback_on", SCOPE.compile("lead.callback_on", "any"), True, TWO_DAYS, "text"),
        ),
    ),
    lives_in=frozenset(("mql", "end")),
)
THAW = target(
    2,
    "thaw",
    (Pattern("trigger", frozenset(("return",))),),
    (Case(None, TWO_DAYS),),
    owed_by=None,
    steps=(Step("100%", "percent", 100, actions=(Fire("promote"),)),),
)

WORKFLOW = Workflow(
    name="small",
    title="Marketing and sales",
    source="",
    digest="0" * 64,
    timezone="Europe/Stockholm",
    parties={"marketing": Party("marketing"), "sales": Party("sales", title="Sales desk")},
    fields={},
    identity=(),
    activities={},
    attempt_spacing=timedelta(0),
    stages=(),
    scoring=Scoring(),
    checks={},
    states={
        "nurturing": State("nurturing", "marketing", initial=True),
        "mql": State("mql", "sales", title="Marketing-qualified lead"),
        "end": State("end", "sales"),
        "won": State("won", None, final=True),
    },
    initial="nurturing",
    transitions=(
        Transition(0, "promote", ("nurturing",), "mql", ("marketing", "system"), auto=True),
        Transition(1, "return", ("mql", "end"), "nurturing", ("sales",)),
        Transition(2, "return", ("mql",), "nurturing", ("sales",)),
        Transition(3, "touch", ("mql",), None, ("sales",)),
        Transition(4, "win", ("end",), "won", ("sales",)),
    ),
    targets=(RESPOND, CALLBACK, THAW),
    teams={},
    routing=None,
    calendars={},
    first_calendar="always",
)


def lines(text):
    return [line.strip() for line in text.splitlines()]


def titled(title):
    return replace(WORKFLOW, states=WORKFLOW.states | {"mql": State("mql", "sales", title=title)})


def test_mermaid_shows_states_with_titles_and_the_party_that_holds_them():
    drawn = lines(mermaid(WORKFLOW))
    assert drawn[0] == "stateDiagram-v2"
    assert 'state "Marketing-qualified lead" as mql' in drawn
    assert "mql: Sales desk" in drawn
    assert "nurturing: marketing" in drawn
    assert "class mql,end_ party_sales" in drawn
    assert not [line for line in drawn if line.startswith("won:")]


def test_mermaid_shows_where_a_lead_begins_and_ends():
    drawn = lines(mermaid(WORKFLOW))
    assert "[*] --> nurturing" in drawn
    assert [line for line in drawn if line.endswith("--> [*]")] == ["won --> [*]"]


def test_mermaid_shows_each_transition_once_with_trigger_and_parties():
    drawn = [line for line in lines(mermaid(WORKFLOW)) if "-->" in line and "[*]" not in line]
    assert drawn == [
        "nurturing --> mql: promote (auto#59; marketing, system)",
        "mql --> nurturing: return (sales)",
        "end_ --> nurturing: return (sales)",
        "mql --> mql: touch (sales)",
        "end_ --> won: win (sales)",
    ]


def notes(text):
    found = re.findall(r"note right of (\w+)\n(.*?)\n\s*end note", text, flags=re.DOTALL)
    return {state: [unescaped(line.strip()) for line in body.splitlines()] for state, body in found}


def unescaped(text):
    return re.sub(r"#(\d+);", lambda match: chr(int(match.group(1))), text)


def test_what_starts_wherever_the_lead_is_stands_once():
    anywhere = frozenset(WORKFLOW.states)
    rule = target(
        9, "rule", (Pattern("dispute", frozenset(("respond",))),), (Case(None, TWO_DAYS),), lives_in=anywhere
    )
    drawn = notes(mermaid(replace(WORKFLOW, targets=(*WORKFLOW.targets, rule))))
    assert [state for state, said in drawn.items() if any("rule" in line for line in said)] == ["nurturing"]
    assert drawn["nurturing"][-1] == "anywhere, rule: sales within 2d"


def test_mermaid_notes_promises_and_timers_where_they_start():
    assert notes(mermaid(WORKFLOW)) == {
        "nurturing": ["thaw: timer, after 2d, then promote"],
        "mql": [
            "respond: sales within 30m if lead.source == 'web', else 2d (office)",
            "callback: sales within 2d before lead.callback_on",
        ],
        "end_": ["callback: sales within 2d before lead.callback_on"],
    }


def test_a_promise_started_by_what_happens_anywhere_stands_on_every_open_state():
    anywhere = replace(CALLBACK, lives_in=None)
    drawn = notes(mermaid(replace(WORKFLOW, targets=(anywhere,))))
    assert set(drawn) == {"nurturing", "mql", "end_"}


def test_a_promise_on_a_final_state_stands_there():
    aftercare = replace(RESPOND, start=(Pattern("enter", frozenset(("won",))),), lives_in=frozenset(("won",)))
    assert set(notes(mermaid(replace(WORKFLOW, targets=(aftercare,))))) == {"won"}


HOSTILE = [
    'He said "no"',
    "a: b; c --> d",
    "end note",
    "100% %% comment",
    "line\nstate evil",
    "<script>alert(1)</script>",
    "back\\slash \\n",
    "#35;",
    "{ } [ ]",
    "Ökad säljtakt",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_no_title_breaks_out_of_its_place_in_mermaid(title):
    plain, hostile = lines(mermaid(titled("x"))), lines(mermaid(titled(title)))
    changed = [(a, b) for a, b in zip(plain, hostile, strict=True) if a != b]
    assert len(changed) == 1
    shown = re.fullmatch(r'state "([^"]*)" as mql', changed[0][1])
    assert shown
    assert unescaped(shown.group(1)) == " ".join(title.split())
    assert not set(re.sub(r"#\d+;", "", shown.group(1))) & set('"<>:;#%{}[]\\')
    assert "end note" not in shown.group(1)


@pytest.mark.parametrize("title", HOSTILE)
def test_no_title_breaks_out_of_its_place_in_dot(title):
    plain, hostile = lines(dot(titled("x"))), lines(dot(titled(title)))
    changed = [(a, b) for a, b in zip(plain, hostile, strict=True) if a != b]
    assert len(changed) == 1
    shown = re.fullmatch(r'"mql" \[label="((?:[^"\\]|\\.)*)"\]', changed[0][1])
    assert shown
    assert re.sub(r"\\(.)", r"\1", shown.group(1)) == " ".join(title.split())


def test_a_state_named_like_a_word_of_mermaid_keeps_apart_from_its_neighbours():
    states = {name: State(name, "sales", initial=name == "end") for name in ("end", "end_", "note")}
    workflow = replace(WORKFLOW, states=states, initial="end", transitions=(), targets=())
    drawn = mermaid(workflow)
    assert re.findall(r'state "(\w+)" as (\w+)', drawn) == [
        ("end", "end__"),
        ("end_", "end_"),
        ("note", "note_"),
    ]


def test_dot_groups_states_by_the_party_that_holds_them():
    drawn = dot(WORKFLOW)
    sales = drawn[drawn.index('subgraph "cluster_sales"') :]
    sales = sales[: sales.index("\n    }")]
    assert 'label="Sales desk"' in sales
    assert '"mql" [label="Marketing-qualified lead"]' in sales
    assert '"end" [label="end"]' in sales
    assert "nurturing" not in sales
    assert '\n    "won" [label="won", peripheries=2]' in drawn


def test_dot_shows_the_same_transitions_and_notes():
    drawn = lines(dot(WORKFLOW))
    assert '"start:" -> "nurturing"' in drawn
    assert '"nurturing" -> "mql" [label="promote (auto; marketing, system)"]' in drawn
    assert drawn.count('"mql" -> "nurturing" [label="return (sales)"]') == 1
    assert '"mql" -> "note:mql" [style=dashed, arrowhead=none]' in drawn
    assert any(
        "else 2d (office)\\ncallback: sales within 2d before lead.callback_on" in line for line in drawn
    )


@pytest.mark.parametrize("draw", [mermaid, dot])
def test_the_same_workflow_gives_the_same_text(draw):
    assert draw(WORKFLOW) == draw(replace(WORKFLOW))
    assert draw(WORKFLOW).endswith("\n")


def test_what_is_entered_outside_the_states_a_clock_lives_in_starts_nothing():
    nowhere = replace(RESPOND, lives_in=frozenset(("end",)))
    assert notes(mermaid(replace(WORKFLOW, targets=(nowhere,)))) == {}

"""What an attacker or an accident may put into a file ends in findings, and soon."""

from __future__ import annotations

import time

import pytest
from support.agreement import SMALL, small

from slaflow.workflow.load import load_workflow

HEAD = "workflow: x\nstates: {}\n"
SOON = 3.0
"""Seconds of processor time; a second on an idle machine, so that a busy one does not fail."""


def bomb(levels: int) -> str:
    """Each line names the one before ten times."""
    lines = ["a0: &a0 [" + ", ".join(["x"] * 10) + "]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


def stacked(levels: int) -> str:
    """Each line wraps the one before in ten lists."""
    lines = ["a0: &a0 []"]
    lines += [f"a{n}: &a{n} {'[' * 10}*a{n - 1}{']' * 10}" for n in range(1, levels)]
    return "\n".join(lines)


def many(count: int, line: str) -> str:
    return "".join(line.format(n=n) for n in range(count))


def machine(states: int, rows: int, row: str) -> str:
    listed = many(states, "  s{n}: {{held_by: a}}\n").replace("a}", "a, initial: true}", 1)
    return f"workflow: x\nparties: [a]\nstates:\n{listed}transitions:\n{many(rows, row)}"


HOSTILE = {
    "deep lists": ("a: " + "[" * 400_000, "nested deeper than 50 levels"),
    "deep mappings": ("{a: " * 200_000, "nested deeper than 50 levels"),
    "deep blocks": ("- " * 400_000, "nested deeper than 50 levels"),
    "an alias bomb": (bomb(12), "more than 100,000 values"),
    "aliases stacked deep": (stacked(40), "aliases included"),
    "half a million values": ("a: [" + "a," * 490_000 + "]", "more than 100,000 values"),
    "many directives": (many(60_000, "%TAG !a{n}! a\n"), "more than one line of directives"),
    "many documents": ("---\n" * 200_000, "a second document begins here"),
    "fifty thousand duplicate keys": ("a: 1\n" * 49_000, "duplicate key"),
    "unknown keys": (HEAD + many(45_000, "k{n}: 1\n"), "unknown key"),
    "unknown keys inside": (f"workflow: x\nstates: {{a: {{{many(45_000, 'k{n}: 1, ')}}}}}", "45,000 entries"),
    "a long line": ("a: " + "x" * 990_000, "unknown key"),
    "a long name": (f"workflow: x\nstates: {{a: {{held_by: {'x' * 900_000}}}}}", "unknown party"),
    "a huge number": (f"workflow: {'9' * 900_000}", "is no slug"),
    "a huge exponent": (small(("employees: int", "employees: {type: int, max: 1e9999}")), "not a whole"),
    "many states": (machine(20_000, 1, "  - {{trigger: t, from: s0, to: s1, by: a}}\n"), "at most 1,000"),
    "many ways": (machine(900, 900, "  - {{trigger: t{n}, from: '*', to: s1, by: a}}\n"), "at most 20,000"),
    "many unknown names": (
        machine(900, 900, "  - {{trigger: t, from: s0, to: z{n}, by: a}}\n"),
        "unknown state",
    ),
    "many holidays": (f"{HEAD}calendars: {{c: {{holidays: [{many(40_000, 'X{n}, ')}]}}}}", "at most 1,000"),
    "too many bytes": ("#" * 1_000_001, "at most 1,000,000"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_ends_in_findings_and_soon(case: str) -> None:
    text, words = HOSTILE[case]
    begun = time.process_time()
    found = load_workflow(text)
    assert time.process_time() - begun < SOON
    assert found.workflow is None
    assert 0 < len(found.errors) <= 501
    assert any(words in finding.message for finding in found.errors), found.errors[:3]


def test_a_catastrophic_pattern_hangs_neither_check_nor_use() -> None:
    text = small(
        ("country: string", f"country: {{type: string, pattern: '^(a+)+$', default: {'a' * 40_000}!}}")
    )
    begun = time.process_time()
    found = load_workflow(text)
    assert time.process_time() - begun < SOON
    assert "does not match ^(a+)+$" in found.errors[0].message


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 900 + "true" + ")" * 900,
        "lead.on_hold && " * 150 + "true",
        "!" * 1900 + "true",
        "'" + "a" * 3000 + "' == ''",
    ],
)
def test_an_expression_is_bounded(expression: str) -> None:
    text = small(("to: won, by: sales", f'to: won, by: sales, when: "{expression}"'))
    begun = time.process_time()
    assert len(load_workflow(text).errors) == 1
    assert time.process_time() - begun < SOON


@pytest.mark.parametrize(
    "text", ["", "hello", "[1]", "null", "5", "workflow", "{}", "workflow: x", "states: 5", "\ufeff"]
)
def test_what_is_no_workflow_at_all_is_said_to_be_none(text: str) -> None:
    found = load_workflow(text)
    assert found.workflow is None
    assert found.errors


@pytest.mark.parametrize(
    "value", ["5", "[]", "{}", "text", "null", "[[]]", "[{}]", "{a: {}}", "{a: [1]}", "[null]", "true"]
)
def test_every_section_takes_every_kind_of_value_without_a_traceback(value: str) -> None:
    sections = [line.split(":")[0] for line in SMALL.splitlines() if not line.startswith(" ")]
    sections += [
        "timers",
        "commitments",
        "teams",
        "routing",
        "scoring",
        "attempts",
        "signatures",
        "late_evidence",
        "title",
    ]
    for section in sections:
        kept = "".join(block for block in blocks(SMALL) if not block.startswith(section))
        load_workflow(f"{kept}{section}: {value}\n")


def blocks(text: str) -> list[str]:
    """The top-level sections of *text*."""
    found: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.startswith(" "):
            found[-1] += line
        else:
            found.append(line)
    return found

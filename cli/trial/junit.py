"""What came of scenarios as JUnit XML: a suite per file, a case per scenario; what CI systems read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from .files import Trial

if TYPE_CHECKING:
    from slaflow.engine.files.own import Protected
    from slaflow.trial.report import Failure, Told


_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, however it is written."""


def check_junit(file: Path, trials: Sequence[Trial]) -> None:
    """Raises FileProtected where *file* is one that was read, or something else of one's own."""
    _protected(trials).check(file)


def write_junit(file: Path, trials: Sequence[Trial]) -> None:
    """Writes *file* whole or not at all.

    Raises:
        FileProtected: as `check_junit`.
        FileUnwritable: no room, no right, no folder.
    """
    from slaflow.engine.files.atomic import save

    save(file, junit(trials), _protected(trials))


def _protected(trials: Sequence[Trial]) -> Protected:
    from slaflow.engine.files.own import Protected

    return Protected(inputs=tuple(path for trial in trials for path in trial.texts))


def junit(trials: Sequence[Trial]) -> bytes:
    """The document, in UTF-8. A file that could not be told is a case of its own, in error."""
    root = ElementTree.Element("testsuites", name="slaflow workflow test")
    for trial in trials:
        _suite(root, trial)
    _count(root, root.iter("testcase"))
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _suite(root: ElementTree.Element, trial: Trial) -> None:
    file = _text(str(trial.file))
    suite = ElementTree.SubElement(root, "testsuite", name=file)
    for told in trial.report.told:
        _case(suite, file, told)
    apart = [failure for failure in trial.report.failures if failure.scenario is None]
    if apart:
        case = _new_case(suite, file, "the file", apart[0].line, 0.0)
        for failure in apart:
            _fault(case, "error", failure)
    _count(suite, suite.iter("testcase"))


def _case(suite: ElementTree.Element, file: str, told: Told) -> None:
    case = _new_case(suite, file, told.scenario, told.line, told.seconds)
    for failure in told.failures:
        _fault(case, "failure", failure)


def _new_case(
    suite: ElementTree.Element, file: str, name: str, line: int, seconds: float
) -> ElementTree.Element:
    # Readers split a class at its points, and take the last part for its name.
    spelt = re.sub(r"\.scenario$", "", file.removesuffix(".yaml").removesuffix(".yml"))
    given = {
        "name": _text(name), "classname": spelt.strip("./").replace("/", "."), "file": file,
        "line": str(line), "time": f"{seconds:.6f}",
    }  # fmt: skip
    return ElementTree.SubElement(suite, "testcase", given)


def _fault(case: ElementTree.Element, kind: str, failure: Failure) -> None:
    step = f"step {failure.step}, " if failure.step else ""
    message = _text(f"expected {failure.expected}, found {failure.found}")
    fault = ElementTree.SubElement(case, kind, message=message, type=f"slaflow.{kind}")
    fault.text = _text(f"{step}line {failure.line}\nexpected: {failure.expected}\nfound: {failure.found}")


def _count(element: ElementTree.Element, cases: Iterable[ElementTree.Element]) -> None:
    """Writes into a suite, or all of them, how many of *cases* there are and what became of them."""
    found = list(cases)
    element.set("tests", str(len(found)))
    element.set("failures", str(sum(case.find("failure") is not None for case in found)))
    element.set("errors", str(sum(case.find("error") is not None for case in found)))
    element.set("skipped", "0")
    element.set("time", f"{sum(float(case.get('time', '0')) for case in found):.6f}")


def _text(words: str) -> str:
    return _NO_XML.sub("\ufffd", words)

"""The tour's pictures: each is there, is one that the command takes, says what it shows, and is light."""

from __future__ import annotations

import re
import struct
import sys
from importlib.util import module_from_spec, spec_from_file_location

from support.source import ROOT

FOLDER = ROOT / "docs" / "pictures"
HEAVIEST = 60_000
SHOWN = re.compile(
    r'!\[([^\]]+)\]\(pictures/([\w-]+)\.png\)|<img src="pictures/([\w-]+)\.png"[^>]* alt="([^"]+)"'
)


def sizes() -> dict[str, tuple[int, int]]:
    """How wide and high docs/picture.py, which is a script and no part of any package, takes each."""
    spec = spec_from_file_location("docs_picture", ROOT / "docs" / "picture.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass looks there for its annotations
    spec.loader.exec_module(module)
    return {each.name: (each.width, each.height) for each in module.PICTURES}


def test_every_picture_of_the_tour_is_one_that_the_command_takes() -> None:
    page = (ROOT / "docs" / "tour.md").read_text("utf-8")
    shown = [(first or second, words or more) for words, first, second, more in SHOWN.findall(page)]
    assert len(shown) == page.count("pictures/"), "each has words for who does not see it"
    assert sorted(name for name, _words in shown) == sorted(sizes())
    assert all(len(words) > 40 for _name, words in shown)


def test_every_picture_is_there_as_the_command_takes_it_and_light() -> None:
    assert {each.stem for each in FOLDER.iterdir()} == set(sizes())
    for name, size in sizes().items():
        png = (FOLDER / f"{name}.png").read_bytes()
        assert png.startswith(b"\x89PNG\r\n")
        assert struct.unpack(">II", png[16:24]) == size, f"{name}: run 'make pictures'"
        assert len(png) <= HEAVIEST, name

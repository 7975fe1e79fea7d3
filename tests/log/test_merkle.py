"""The tree is that of RFC 6962: the published vectors, and a slow reading of the RFC."""

from __future__ import annotations

from hashlib import sha256
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import rfc6962

from slaflow.log.merkle import (
    EMPTY_ROOT,
    Frontier,
    check_inclusion,
    leaf_hash,
    node_hash,
    prove_inclusion,
    root_from_path,
    root_of,
)

# Source: Certificate Transparency's own tests, github.com/transparency-dev/merkle, testonly/constants.go.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        *("", "00", "10", "2021", "3031", "40414243"),
        *("5051525354555657", "606162636465666768696a6b6c6d6e6f"),
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def leaves(number: int) -> list[bytes]:
    return [sha256(b"%d" % n).digest() for n in range(number)]


def test_single_hashes_are_the_published_ones() -> None:
    assert leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert node_hash(b"N123", b"N456").hex() == (
        "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"
    )
    assert EMPTY_ROOT.hex() == ROOTS[0]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    assert root_of(INPUTS[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("place", "path"), PATHS.items())
def test_paths_are_the_published_ones(place: tuple[int, int], path: list[str]) -> None:
    assert [each.hex() for each in prove_inclusion(INPUTS, *place)] == path


@pytest.mark.parametrize("size", [*range(34), 1023, 1024, 1025, 2047, 2048, 2049, 3100])
def test_the_root_is_that_of_the_rfc(size: int) -> None:
    assert root_of(leaves(size)) == rfc6962.mth(leaves(size))


@given(st.lists(st.integers(0, 2100), max_size=5))
@settings(max_examples=40)
def test_a_tree_grown_in_parts_is_the_same_tree(parts: list[int]) -> None:
    """Whatever the parts, and whether it was put away and taken up again between them."""
    grown, data = Frontier(), iter(leaves(sum(parts)))
    for part in parts:
        grown.extend(next(data) for _ in range(part))
        grown = Frontier(grown.size, grown.nodes)
    assert grown.size == sum(parts)
    assert grown.root() == root_of(leaves(sum(parts)))


@given(st.data())
@settings(max_examples=60)
def test_a_path_is_that_of_the_rfc_and_holds(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 130))
    index = data.draw(st.integers(0, size - 1))
    logged = leaves(size)
    path = prove_inclusion(logged, index, size)
    assert path == rfc6962.path(index, logged)
    assert rfc6962.climbs_to(index, size, logged[index], path) == rfc6962.mth(logged)
    assert check_inclusion(logged[index], index, size, path, rfc6962.mth(logged))


@given(st.data())
@settings(max_examples=60)
def test_any_other_path_leads_where_the_rfc_says(data: st.DataObject) -> None:
    """Paths too long, too short or out of order lead nowhere, or where a slow reading says."""
    size = data.draw(st.integers(1, 40))
    index = data.draw(st.integers(0, size - 1))
    path = data.draw(st.lists(st.sampled_from(leaves(5)), max_size=8))
    found = root_from_path(b"leaf", index, size, path)
    assert found == rfc6962.climbs_to(index, size, b"leaf", path)


@given(st.data())
@settings(max_examples=60)
def test_a_proof_of_something_else_does_not_hold(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 40))
    index = data.draw(st.integers(0, size - 1))
    logged = leaves(size)
    path, root = prove_inclusion(logged, index, size), root_of(logged)
    elsewhere = data.draw(st.integers(-1, size).filter(lambda place: place != index))
    assert not check_inclusion(logged[index], elsewhere, size, path, root)
    assert not check_inclusion(b"another", index, size, path, root)
    place, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
    flipped = (int.from_bytes(path[place]) ^ (1 << bit)).to_bytes(32)
    assert not check_inclusion(logged[index], index, size, [*path[:place], flipped, *path[place + 1 :]], root)
    assert not check_inclusion(logged[index], index, size, path[:-1], root)
    assert not check_inclusion(logged[index], index, size, [*path, root], root)


def test_a_proof_reads_no_further_than_the_tree() -> None:
    numbers = count()
    endless = (sha256(b"%d" % n).digest() for n in numbers)
    assert prove_inclusion(endless, 3, 100) == rfc6962.path(3, leaves(100))
    assert next(numbers) == 100


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 4), (4, 4), (2, 5)])
def test_no_proof_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"leaf|leaves"):
        prove_inclusion(leaves(4), index, size)


def test_subtrees_that_make_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="subtrees"):
        Frontier(3, leaves(1))

"""A proof stands alone: checked here without slaflow, and found out whatever bit of it is flipped."""

from __future__ import annotations

import base64
import json
import random
from hashlib import sha256
from typing import Any

import orjson
import pytest
from support import rfc6962
from support.builders import MONDAY, SALT, a_breach, a_draft, sealed

from slaflow.errors import SlaflowError
from slaflow.log.checkpoint import Checkpoint
from slaflow.log.entry import Entry
from slaflow.log.errors import ProofInvalid, VerificationImpossible
from slaflow.log.keys import PrivateKey
from slaflow.log.merkle import prove_inclusion, root_of
from slaflow.log.note import Note, parse_note, sign
from slaflow.log.proof import HASHED, Proof, check_proof, parse_proof

LOG = PrivateKey("leads", bytes(32))
SALES = PrivateKey("sales", bytes(range(32)))
ENTRIES: list[Entry] = sealed(
    [a_draft(1, "created"), a_draft(2), *(a_breach(n, clock=n) for n in range(3, 8))]
)
LEAVES = [bytes.fromhex(entry.hash) for entry in ENTRIES]
HEAD = Checkpoint("leads/00ff", len(LEAVES), root_of(LEAVES), MONDAY)


def a_proof(place: int = 1, *, with_data: bool = False, by: tuple[PrivateKey, ...] = (LOG,)) -> Proof:
    note = Note(HEAD.text())
    for key in by:
        note = sign(note, key)
    shown = ENTRIES[place].as_json()
    data = (ENTRIES[place].data_text, SALT) if with_data else (None, None)
    path = prove_inclusion(LEAVES, place, len(LEAVES))
    return Proof({key: shown[key] for key in HASHED}, place, tuple(path), note, *data)


def outcome(data: bytes) -> str:
    """``holds``, or the error's code."""
    try:
        check_proof(parse_proof(data), [LOG.public])
    except SlaflowError as error:
        return error.code
    return "holds"


@pytest.mark.parametrize("with_data", [False, True])
@pytest.mark.parametrize("place", range(len(ENTRIES)))
def test_a_proof_holds_as_its_file_is_read_again(place: int, with_data: bool) -> None:
    proof = a_proof(place, with_data=with_data)
    assert parse_proof(proof.as_file()) == proof
    proved = check_proof(proof, [LOG.public])
    assert proved.checkpoint == HEAD
    assert [(each.name, each.verdict) for each in proved.signatures] == [("leads", "valid")]


def test_a_proof_in_the_text_of_c2sp_holds_too() -> None:
    proof = a_proof(3)
    assert parse_proof(proof.as_tlog_proof()) == proof
    lines = proof.as_tlog_proof().decode().split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[2] == "index 3"
    assert [base64.b64decode(line) for line in lines[3:6]] == rfc6962.path(3, LEAVES)
    assert "\n".join(lines[7:]) == str(proof.note)


def test_without_slaflow_a_proof_is_checked_by_the_rfc() -> None:
    """Only the standard library, the file and a slow reading of the RFC."""
    told: dict[str, Any] = json.loads(a_proof(4, with_data=True).as_file())
    text = json.dumps(told["entry"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    leaf = sha256(text.encode()).digest()
    assert leaf.hex() == told["hash"]
    hashes = [bytes.fromhex(each) for each in told["hashes"]]
    root = rfc6962.climbs_to(told["index"], told["size"], leaf, hashes)
    assert root is not None
    origin, size, encoded, *_ = told["checkpoint"].split("\n")
    assert (origin, int(size), base64.b64decode(encoded)) == ("leads/00ff", told["size"], root)
    data = bytes.fromhex(told["salt"]) + told["data"].encode()
    assert sha256(data).hexdigest() == told["entry"]["data_hash"]


def test_a_proof_holds_nothing_that_no_hash_covers() -> None:
    assert {"id", "data"} & {*a_proof().as_json()["entry"], *a_proof().as_json()} == set()
    assert "SE" not in a_proof().as_file().decode()


@pytest.mark.parametrize("text", [a_proof(2, with_data=True).as_file(), a_proof(2).as_tlog_proof()])
def test_no_bit_of_a_proof_can_be_flipped(text: bytes) -> None:
    seen = set()
    """Of each byte one bit by chance, which is every bit before long."""
    for place in range(len(text)):
        flipped = bytearray(text)
        flipped[place] ^= 1 << random.randrange(8)
        seen.add(outcome(bytes(flipped)))
        assert "holds" not in seen, bytes(flipped)
    assert seen == {"proof_invalid", "verification_impossible"}


@pytest.mark.parametrize("cut", [2, 3, 50, 200, 1000])
def test_half_a_proof_proves_nothing(cut: int) -> None:
    for text in (a_proof().as_file(), a_proof().as_tlog_proof()):
        assert outcome(text[:-cut]) == "verification_impossible"


def changed(**given: Any) -> bytes:
    told = a_proof(2, with_data=True).as_json()
    for key, value in given.items():
        if key in told["entry"]:
            told["entry"][key] = value
        else:
            told[key] = value
    return orjson.dumps(told)


OTHER = sha256(b"other").hexdigest()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (changed(kind="warned"), "its hash is another"),
        (changed(actor="marketing", hash=OTHER), "its hash is another"),
        (changed(hash=OTHER), "its hash is another"),
        (changed(index=3), "does not lead to the root"),
        (changed(index=2**60), "does not lead to the root"),
        (changed(index=-1), "does not lead to the root"),
        (changed(size=8), "size is not that of its checkpoint"),
        (changed(hashes=[]), "does not lead to the root"),
        (changed(hashes=[OTHER, OTHER, OTHER]), "does not lead to the root"),
        (changed(data='{"fields":{"country":"NO"}}'), "the data is not what was written"),
        (changed(salt="00"), "the data is not what was written"),
        (
            changed(checkpoint=str(sign(Note(HEAD.text().replace("7\n", "9\n")), LOG)), size=9),
            "lead to the root",
        ),
        (changed(checkpoint=str(a_proof().note).replace("at 2026", "at 2025")), "not over its checkpoint"),
    ],
)
def test_what_was_changed_is_said(data: bytes, reason: str) -> None:
    with pytest.raises(ProofInvalid, match=reason):
        check_proof(parse_proof(data), [LOG.public])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        changed(format="slaflow.proof/2"),
        changed(more=1),
        changed(entry={}),
        changed(entry=None),
        changed(checkpoint=None),
        changed(checkpoint="a\n"),
        changed(checkpoint="\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace")),
        changed(index="2"),
        changed(index=True),
        changed(hashes="abc"),
        changed(hashes=["AB" * 32]),
        changed(hashes=[5]),
        changed(salt="0"),
        changed(data=None),
        changed(data={"fields": {}}),
        b"c2sp.org/tlog-proof@v1\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n\nx\n",
        a_proof().as_tlog_proof().replace(b"index 1", b"index 01"),
        a_proof().as_tlog_proof().replace(b"extra ", b"extra"),
    ],
)
def test_what_is_no_proof_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(VerificationImpossible):
        parse_proof(data)


def test_a_proof_without_salt_has_no_data_either() -> None:
    told = a_proof().as_json()
    told["data"] = '{"fields":{"country":"SE"}}'
    with pytest.raises(VerificationImpossible, match="key of it is missing"):
        parse_proof(orjson.dumps(told))


def test_who_is_trusted_is_for_the_reader_to_say() -> None:
    proof = a_proof(by=(LOG, SALES))
    assert check_proof(proof, [SALES.public], ["sales"]).signatures[0].verdict == "unknown"
    with pytest.raises(VerificationImpossible, match="none of the keys given"):
        check_proof(a_proof(), [SALES.public])
    with pytest.raises(VerificationImpossible, match="marketing has not signed"):
        check_proof(proof, [LOG.public], ["marketing"])
    with pytest.raises(VerificationImpossible, match="no key"):
        check_proof(proof, [])


def test_a_signature_over_another_head_does_not_carry_over() -> None:
    told = a_proof().as_json()
    other = sign(Note(HEAD.text().replace("leads/00ff", "leads/11ff")), LOG)
    told["checkpoint"] = HEAD.text() + "\n" + str(other).partition("\n\n")[2]
    assert parse_note(told["checkpoint"].encode()).text == HEAD.text()
    with pytest.raises(ProofInvalid, match="signature of leads"):
        check_proof(parse_proof(orjson.dumps(told)), [LOG.public])

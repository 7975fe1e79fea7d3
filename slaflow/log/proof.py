"""Proof that an entry is in the log: a file that needs neither the database nor slaflow to be checked.

It holds the entry's hashed keys, the way from its leaf to the root, and the signed checkpoint with that
root. To check one: ``hash`` is SHA-256 over the canonical JSON of ``entry`` (see :mod:`~slaflow.log.chain`);
its 32 bytes are the leaf ``index`` of an RFC 6962 tree; ``hashes`` lead from there to the root in
``checkpoint``, a signed note. What no hash covers is not in the file.

``data`` holds what people wrote; it is in a proof only if asked for, with the salt that it was hashed with.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from slaflow.log.checkpoint import Checkpoint, check_signed, parse_checkpoint
from slaflow.log.entry import KEYS, canonical, data_hash
from slaflow.log.errors import ProofInvalid, VerificationImpossible
from slaflow.log.keys import PublicKey, decode_base64
from slaflow.log.merkle import SIZE, root_from_path
from slaflow.log.note import Note, Signed, check, parse_note

FORMAT = "slaflow.proof/1"
TLOG_PROOF = "c2sp.org/tlog-proof@v1"
HASHED = tuple(key for key in KEYS if key not in ("id", "data", "hash"))
"""The keys of an entry that its hash covers."""

_HEX = re.compile(r"[0-9a-f]{64}")
_SALT = re.compile(r"([0-9a-f]{2})*")
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
_REQUIRED = {"format", "entry", "hash", "index", "size", "hashes", "checkpoint"}
_DATA = {"data", "salt"}


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry, its place among the log's leaves, and the way from there to a signed root.

    ``header`` is the entry's hashed keys; ``data`` its data text and ``salt`` its stream's, both None
    where the proof is without; ``path`` the hashes beside the way, the leaf's sibling first.
    """

    header: Mapping[str, Any]
    index: int
    path: tuple[bytes, ...]
    note: Note
    data: str | None = None
    salt: bytes | None = None

    @property
    def entry_hash(self) -> bytes:
        return sha256(canonical(dict(self.header))).digest()

    def as_json(self) -> dict[str, Any]:
        """The proof as its file holds it."""
        raw = {} if self.salt is None else {"data": self.data, "salt": self.salt.hex()}
        return {
            "format": FORMAT,
            "entry": {key: self.header[key] for key in HASHED},
            **raw,
            "hash": self.entry_hash.hex(),
            "index": self.index,
            "size": parse_checkpoint(self.note.text).size,
            "hashes": [each.hex() for each in self.path],
            "checkpoint": str(self.note),
        }

    def as_file(self) -> bytes:
        return orjson.dumps(self.as_json(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    def as_tlog_proof(self) -> bytes:
        """The same in the text of c2sp.org/tlog-proof, the entry's hashed keys as its extra data."""
        extra = base64.b64encode(canonical(dict(self.header))).decode()
        path = (base64.b64encode(each).decode() for each in self.path)
        lines = (TLOG_PROOF, f"extra {extra}", f"index {self.index}", *path, "", str(self.note))
        return "\n".join(lines).encode()


@dataclass(frozen=True, slots=True)
class Proved:
    """What a proof that holds has proved, and who signed for it."""

    checkpoint: Checkpoint
    signatures: tuple[Signed, ...]


def check_proof(proof: Proof, keys: Collection[PublicKey], required: Collection[str] = ()) -> Proved:
    """Whether *proof* holds for who trusts *keys*.

    Raises:
        ProofInvalid: entry, place, way or data do not fit the root, or a signature is wrong.
        VerificationImpossible: none of *keys* signed it, or one of *required* did not.
    """
    checkpoint = parse_checkpoint(proof.note.text)
    wrong = [each.name for each in check(proof.note, keys) if each.verdict == "invalid"]
    if wrong:
        raise ProofInvalid(f"the signature of {wrong[0]} is not over its checkpoint")
    signed = check_signed(proof.note, keys, required)
    if proof.salt is not None and proof.data is not None:
        computed = data_hash(proof.salt, proof.data)
        if computed != proof.header["data_hash"]:
            raise ProofInvalid("the data is not what was written: its hash is another")
    root = root_from_path(proof.entry_hash, proof.index, checkpoint.size, proof.path)
    if root != checkpoint.root:
        raise ProofInvalid("the way from the entry does not lead to the root that was signed")
    return Proved(checkpoint, tuple(signed))


def parse_proof(data: bytes) -> Proof:
    """The proof in a file, in either of its two texts.

    Raises:
        VerificationImpossible: the file holds none, or only a part of one.
        ProofInvalid: the hash in it is not that of its entry, or its sizes differ.
    """
    if data.startswith(TLOG_PROOF.encode()):
        return _from_tlog_proof(data)
    try:
        raw = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise VerificationImpossible("it is no proof: it is not JSON, or only a part of it") from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise VerificationImpossible(f'it is no proof: "format" is not "{FORMAT}"')
    if raw.keys() - _DATA != _REQUIRED or raw.keys() & _DATA not in (set(), _DATA):
        raise VerificationImpossible(
            "it is no proof: a key of it is missing, or is one that proofs do not have"
        )
    return _from_json(raw)


def _from_json(raw: dict[str, Any]) -> Proof:
    note = _note(raw["checkpoint"])
    salt, data = raw.get("salt"), raw.get("data")
    if salt is not None and not (isinstance(salt, str) and _SALT.fullmatch(salt)):
        raise VerificationImpossible("it is no proof: its salt is not hex")
    if "data" in raw and not (isinstance(data, str) and isinstance(salt, str)):
        raise VerificationImpossible("it is no proof: its data is not the text that was hashed")
    salted = None if salt is None else bytes.fromhex(salt)
    path = raw["hashes"]
    if not isinstance(path, list) or not all(isinstance(h, str) and _HEX.fullmatch(h) for h in path):
        raise VerificationImpossible("it is no proof: one of its hashes is not 64 lowercase hex digits")
    index = raw["index"]
    if type(index) is not int:
        raise VerificationImpossible("it is no proof: its index is no number")
    proof = Proof(_header(raw["entry"]), index, tuple(map(bytes.fromhex, path)), note, data, salted)
    if raw["hash"] != proof.entry_hash.hex():
        raise ProofInvalid("the entry is not what was written: its hash is another")
    if raw["size"] != parse_checkpoint(note.text).size or type(raw["size"]) is not int:
        raise ProofInvalid("its size is not that of its checkpoint")
    return proof


def _from_tlog_proof(data: bytes) -> Proof:
    try:
        head, _, below = data.decode().partition("\n\n")
    except UnicodeDecodeError:
        raise VerificationImpossible("it is no proof: it is not UTF-8 text") from None
    lines = head.split("\n")
    place = _INDEX.fullmatch(lines[2]) if len(lines) > 2 else None
    path = [decode_base64(line) for line in lines[3:]]
    extra = decode_base64(lines[1].removeprefix("extra ")) if place else None
    if lines[0] != TLOG_PROOF or place is None or extra is None or not lines[1].startswith("extra "):
        raise VerificationImpossible("it is no proof of slaflow's: it has no entry, or no index")
    hashes = tuple(each for each in path if each is not None and len(each) == SIZE)
    if len(hashes) != len(path):
        raise VerificationImpossible("it is no proof: one of its hashes cannot be read")
    header = _header(_loaded(extra))
    if canonical(header) != extra:
        raise ProofInvalid("the entry is not what was written: its text is not canonical")
    return Proof(header, int(place[1]), hashes, _note(below))


def _loaded(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise VerificationImpossible("it is no proof: its entry is not JSON") from error


def _header(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict) or entry.keys() != set(HASHED):
        raise VerificationImpossible("it is no proof: its entry has not the keys that an entry's hash covers")
    return entry


def _note(text: Any) -> Note:
    if not isinstance(text, str):
        raise VerificationImpossible("it is no proof: its checkpoint is no text")
    try:
        return parse_note(text.encode())
    except UnicodeEncodeError:
        raise VerificationImpossible("it is no proof: its checkpoint is no text") from None

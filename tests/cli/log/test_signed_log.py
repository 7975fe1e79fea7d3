"""Heads signed, countersigned, compared and proved from, as they are typed; and every way to get it wrong."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import text
from support.commands import Said, Slaflow, everywhere
from support.tampering import let_go

from slaflow.store.database import Database


@pytest.fixture
def signed(handed_over: Slaflow) -> Slaflow:
    """Kim's log, its head signed into head.txt and by sales in sales.key."""
    assert handed_over("key", "new", "example.com/leads").code == 0
    assert handed_over("key", "new", "example.com/sales", "-o", "sales.key").code == 0
    assert handed_over("log", "checkpoint", "-o", "head.txt").code == 0
    return handed_over


def refused(said: Said, code: int, *words: str) -> None:
    """One line on stderr that says so, and nothing on stdout."""
    assert (said.code, said.out) == (code, ""), said
    assert said.err.count("\n") == 1
    assert all(word in said.err for word in words), said.err


def rewrite(url: str, statement: str) -> None:
    database = Database(url)
    with database.write() as connection:
        let_go(connection)
        connection.execute(text(statement))
    database.dispose()


def test_a_new_key_shows_its_public_half_only(slaflow: Slaflow, tmp_path: Path) -> None:
    made = slaflow("key", "new", "example.com/leads")
    file = tmp_path / "slaflow.key"
    secret = file.read_text(encoding="utf-8").strip()
    assert made.out.startswith("example.com/leads+")
    assert secret.startswith("PRIVATE+KEY+example.com/leads+")
    assert secret.split("+", 4)[4] not in made.out + made.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert slaflow("key", "show").out == made.out
    assert slaflow("key", "show", "--format", "json").json == {
        "name": "example.com/leads",
        "id": made.out.split("+")[1],
        "key": made.out.strip(),
        "file": "slaflow.key",
    }
    assert [path.name for path in tmp_path.iterdir()] == ["slaflow.key"]


def test_a_key_is_never_overwritten(slaflow: Slaflow, tmp_path: Path) -> None:
    slaflow("key", "new")
    before = (tmp_path / "slaflow.key").read_bytes()
    refused(slaflow("key", "new"), 1, "slaflow.key is there already", "-o")
    assert (tmp_path / "slaflow.key").read_bytes() == before
    assert os.listdir(tmp_path) == ["slaflow.key"]


def test_where_the_key_is_may_be_said(slaflow: Slaflow, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "slaflow.toml").write_text('key = "keys/log.key"\n', encoding="utf-8")
    assert slaflow("key", "new", "here").code == 0
    assert (tmp_path / "keys" / "log.key").exists()
    assert slaflow("key", "show").out.startswith("here+")
    assert slaflow("key", "new", "there", "-o", "other.key").code == 0
    assert slaflow("key", "show", env={"SLAFLOW_KEY": "other.key"}).out.startswith("there+")
    assert slaflow("key", "show", "--key-file", "other.key").out.startswith("there+")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("key", "show"), 3, "there is no key slaflow.key; 'slaflow key new' makes one"),
        (("key", "show", "--key-file", "note.txt"), 3, "note.txt: this is no private key"),
        (("key", "new", "two words"), 3, "no name of a key"),
        (("key", "new", "-o", "nowhere/slaflow.key"), 3, "nowhere/slaflow.key: the key cannot be written"),
    ],
)
def test_keys_that_are_none(
    slaflow: Slaflow, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    (tmp_path / "note.txt").write_text("hello\n", encoding="utf-8")
    refused(slaflow(*words), code, said)


@everywhere
def test_a_head_is_signed_kept_and_put_into_a_file(handed_over: Slaflow, tmp_path: Path) -> None:
    handed_over("key", "new", "example.com/leads")
    said = handed_over(
        "log", "checkpoint", "-o", "head.txt", "--format", "json", "--at", "2026-03-09T12:00:00Z"
    )
    told = said.json
    origin, size, _, when, empty, line = (tmp_path / "head.txt").read_text(encoding="utf-8").splitlines()
    assert (told["at"], when) == ("2026-03-09T12:00:00Z", "at 2026-03-09T12:00:00Z")
    assert (told["size"], size, empty) == (
        len(handed_over("log", "list", "--format", "json").json),
        str(told["size"]),
        "",
    )
    assert (told["origin"], len(told["root"])) == (origin, 64)
    assert line == f"— example.com/leads {told['signature']}"
    assert handed_over("log", "checkpoint").out.startswith(f"{origin}\n{size}\n")


@everywhere
def test_a_log_extends_the_head_it_had(signed: Slaflow) -> None:
    signed("lead", "activity", "kim@example.com", "demo", "--as", "lead", "--at", "2026-03-06T15:00:00+01:00")
    said = signed("log", "verify", "--checkpoint", "head.txt")
    assert said.code == 0
    assert "it extends the checkpoint of" in said.out
    assert said.out.endswith("signed by example.com/leads\n")
    told = signed("log", "verify", "--checkpoint", "head.txt", "--format", "json").json
    assert (told["ok"], told["bad"], told["checkpoint"]["extended"]) == (True, None, True)
    assert [each["verdict"] for each in told["checkpoint"]["signatures"]] == ["valid"]


@everywhere
def test_a_log_that_was_changed_contradicts_it(signed: Slaflow, database_url: str) -> None:
    rewrite(database_url, "DELETE FROM entry WHERE stream = 'people'")
    rewrite_again = "DELETE FROM stream WHERE name = 'people'"
    database = Database(database_url)
    with database.write() as connection:
        connection.execute(text(rewrite_again))
    database.dispose()
    assert signed("log", "verify").code == 0
    said = signed("log", "verify", "--checkpoint", "head.txt", "--format", "json")
    assert said.code == 1
    assert said.json["bad"]["stream"] is None
    assert "entries are missing" in said.json["bad"]["reason"]
    assert said.json["checkpoint"]["extended"] is False
    assert said.err.startswith("slaflow: the log was changed: it has ")


def test_a_changed_stream_and_a_changed_head_are_both_told(signed: Slaflow, database_url: str) -> None:
    rewrite(database_url, "UPDATE entry SET hash = prev WHERE id = 4")
    said = signed("log", "verify", "--checkpoint", "head.txt")
    assert said.code == 1
    assert said.out.startswith("the log was changed: 1 stream not intact; read ")
    assert len(said.err.splitlines()) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: no such file"),
        (b"", "no signed note"),
        (b"\xff\xfe", "not UTF-8"),
        ("half", "cut off"),
        ("unsigned", "no signed note"),
        ("changed", "the signature of example.com/leads is not over this text"),
    ],
)
def test_a_checkpoint_that_is_none_says_nothing_about_the_log(
    signed: Slaflow, tmp_path: Path, content: bytes | str | None, said: str
) -> None:
    file = tmp_path / "head.txt"
    whole = file.read_bytes()
    if content is None:
        file.unlink()
    else:
        kinds = {
            "half": whole[:-20],
            "unsigned": whole.partition(b"\n\n")[0],
            "changed": whole.replace(b"at 2", b"at 3"),
        }
        file.write_bytes(kinds[content] if isinstance(content, str) else content)
    refused(signed("log", "verify", "--checkpoint", "head.txt"), 3, "could not be verified: head.txt: ", said)


def test_a_wrong_key_says_nothing_about_the_log(signed: Slaflow) -> None:
    sales = signed("key", "show", "--key-file", "sales.key").out.strip()
    refused(
        signed("log", "verify", "--checkpoint", "head.txt", "--key", sales),
        3,
        "none of the keys given signed it",
    )
    refused(signed("log", "verify", "--checkpoint", "head.txt", "--key", "a+b+c"), 3, "no key")
    refused(
        signed("log", "verify", "--checkpoint", "head.txt", "--key", "absent.pub"),
        3,
        "absent.pub",
        "no such file",
    )
    refused(
        signed("log", "verify", "--checkpoint", "head.txt", "--key", "sales.key"), 3, "this is a private key"
    )


def test_without_any_key_nothing_can_be_said(signed: Slaflow, tmp_path: Path) -> None:
    (tmp_path / "slaflow.key").unlink()
    refused(signed("log", "verify", "--checkpoint", "head.txt"), 3, "name one with --key")


@everywhere
def test_a_checkpoint_of_another_log_says_nothing_about_this_one(signed: Slaflow, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path}/other.db"
    signed("db", "upgrade", "--db", other)
    signed("log", "checkpoint", "-o", "other.txt", "--db", other)
    refused(signed("log", "verify", "--checkpoint", "other.txt"), 3, "of another log")


def test_both_parties_sign(signed: Slaflow, tmp_path: Path) -> None:
    assert signed("key", "new", "marketing", "-o", "marketing.key").code == 0
    for party in ("sales", "marketing"):
        said = signed("log", "cosign", "head.txt", "--as", party, "--key-file", f"{party}.key")
        assert said.code == 0, said.err
    assert said.out == "head.txt: signed by example.com/leads, example.com/sales, marketing\n"
    known = signed("log", "verify", "--checkpoint", "head.txt")
    assert "not checked, for want of a key: example.com/sales, marketing" in known.out
    keys = [
        signed("key", "show", "--key-file", f"{name}.key").out for name in ("slaflow", "sales", "marketing")
    ]
    (tmp_path / "keys.pub").write_text("# whom we trust\n\n" + "".join(keys), encoding="utf-8")
    said = signed(
        "log", "verify", "--checkpoint", "head.txt", "--key", "keys.pub", "--require", "sales,marketing"
    )
    assert said.out.endswith("signed by example.com/leads, example.com/sales, marketing\n")


def test_who_must_have_signed_and_has_not_is_named(signed: Slaflow) -> None:
    refused(
        signed("log", "verify", "--checkpoint", "head.txt", "--require", "sales"),
        3,
        "sales has not signed it",
    )


def test_cosigning_changes_nothing_where_it_is_refused(
    signed: Slaflow, tmp_path: Path, database_url: str
) -> None:
    before = (tmp_path / "head.txt").read_bytes()
    refused(
        signed("log", "cosign", "head.txt", "--as", "sales"), 1, 'key "example.com/leads" is not of sales'
    )
    refused(signed("log", "cosign", "head.txt", "--key-file", "sales.key"), 2, "--as")
    rewrite(database_url, "UPDATE entry SET hash = prev WHERE id = 4")
    said = signed("log", "cosign", "head.txt", "--as", "sales", "--key-file", "sales.key")
    refused(said, 1, "the log was changed")
    assert (tmp_path / "head.txt").read_bytes() == before


@everywhere
def test_an_entry_is_proved_to_who_has_nothing_else(signed: Slaflow, tmp_path: Path) -> None:
    public = signed("key", "show").out.strip()
    said = signed("log", "prove", 5, "-o", "proof.json")
    assert said.code == 0
    assert said.out.startswith("proof.json: entry 5 is number 5 of ")
    (tmp_path / "slaflow.key").unlink()
    checked = signed("log", "check-proof", "proof.json", "--key", public)
    assert checked.code == 0
    assert checked.out.startswith("the proof holds: ")
    told = signed("log", "check-proof", "proof.json", "--key", public, "--format", "json").json
    (shown,) = signed("log", "list", "--after", 4, "--limit", 1, "--format", "json").json
    assert (told["ok"], told["index"], told["data"]) == (True, 4, None)
    assert told["entry"].items() <= shown.items()


def test_what_people_wrote_is_in_a_proof_only_if_asked_for(signed: Slaflow, tmp_path: Path) -> None:
    number = signed("log", "list", "--kind", "created", "--format", "json").json[0]["id"]
    assert "kim@example.com" not in signed("log", "prove", number).out
    signed("log", "prove", number, "--with-data", "-o", "whole.json")
    assert "kim@example.com" in signed("log", "check-proof", "whole.json").out
    told = json.loads((tmp_path / "whole.json").read_text(encoding="utf-8"))
    told["data"] = told["data"].replace("kim@", "tim@")
    (tmp_path / "whole.json").write_text(json.dumps(told), encoding="utf-8")
    refused(
        signed("log", "check-proof", "whole.json"), 1, "the proof does not hold: whole.json: the data is not"
    )


def test_the_text_of_c2sp_holds_too(signed: Slaflow) -> None:
    assert signed("log", "prove", 3, "--type", "tlog-proof").out.startswith("c2sp.org/tlog-proof@v1\n")
    signed("log", "prove", 3, "--type", "tlog-proof", "-o", "3.tlog-proof")
    assert signed("log", "check-proof", "3.tlog-proof").code == 0
    refused(signed("log", "prove", 3, "--type", "tlog-proof", "--with-data"), 2, "--with-data goes with")


def test_what_no_head_counts_yet_is_proved_under_a_new_one(signed: Slaflow) -> None:
    signed("lead", "activity", "kim@example.com", "demo", "--as", "lead", "--at", "2026-03-06T15:00:00+01:00")
    newest = signed("log", "list", "--format", "json").json[-1]["id"]
    refused(
        signed("log", "prove", newest, "--checkpoint", "head.txt"),
        1,
        f"entry {newest} is not among the first",
    )
    said = signed("log", "prove", newest, "-o", "proof.json")
    assert said.err == f"no checkpoint counts entry {newest} yet; signed one of {newest} entries\n"
    assert signed("log", "check-proof", "proof.json").code == 0


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (lambda text: text.replace('"kind": "', '"kind": "x'), 1, "its hash is another"),
        (lambda text: text.replace('"index": 4', '"index": 3'), 1, "does not lead to the root"),
        (lambda text: text.replace("at 2", "at 3"), 1, "the signature of example.com/leads"),
        (lambda text: text[: len(text) // 2], 3, "only a part of it"),
        (lambda text: "", 3, "only a part of it"),
        (lambda text: "[1]", 3, '"format"'),
    ],
)
def test_a_proof_that_was_changed_is_told_from_one_that_is_none(
    signed: Slaflow, tmp_path: Path, change: object, code: int, said: str
) -> None:
    signed("log", "prove", 5, "-o", "proof.json")
    file = tmp_path / "proof.json"
    assert callable(change)
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
    refused(signed("log", "check-proof", "proof.json"), code, "proof.json: ", said)


def test_an_entry_that_is_not_there_is_not_proved(signed: Slaflow) -> None:
    refused(signed("log", "prove", 999, "--checkpoint", "head.txt"), 1, 'unknown entry "999"')


def test_a_file_that_cannot_be_written_leaves_what_was_there(signed: Slaflow, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "kept.txt").write_text("kept", encoding="utf-8")
    before = {
        path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*") if "db" not in path.name
    }
    refused(signed("log", "checkpoint", "-o", "nowhere/head.txt"), 3, "nowhere")
    assert signed("log", "checkpoint", "-o", "folder").code in (2, 3)
    assert before == {
        path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*") if "db" not in path.name
    }
    assert len(before) > 2

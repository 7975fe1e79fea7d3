"""slaflow.toml's tables for sending: what is taken, what each fault says, and that no secret is ever told."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from slaflow.net.client import check_url
from slaflow.net.fault import UrlRefused
from slaflow.settings.file import SettingsInvalid
from slaflow.settings.reach import FileChannel, MailChannel, Reach
from slaflow.settings.reach_file import read_reach
from slaflow.settings.reading import known_of
from slaflow.settings.urls import public_url_problem, url_problem

PLANTED = "hunter2hunter2"
LINES = {
    "MAIL": 'kind = "mail"\nhost = "smtp.example.com"\nfrom = "Leads <leads@example.com>"',
    "HOOK": 'kind = "webhook"\nurl = "https://example.com/in"\nevents = "breached"',
    "SLACK": 'kind = "slack"',
    "TEAMS": 'kind = "teams"',
    "APPRISE": 'kind = "apprise"',
}
"""Lines that a table of each kind needs."""
WHOLE = """
public_url = "https://sla.example.com/slaflow"
[send]
tries = 12
first = "30s"
longest = "6h"
timeout = "15s"
lease = "2m"
fuse = 500
burst = {messages = 20, per = "10m"}
[channels.mail]
kind = "mail"
host = "smtp.example.com"
port = 587
security = "starttls"
user = "sla"
password_env = "SMTP_PASSWORD"
from = "Leads <leads@example.com>"
ca_file = "../own.pem"
[channels.slack]
kind = "slack"
token_file = "/run/secrets/slack"
[channels.folder]
kind = "file"
folder = "sent"
[recipients]
default = ["mail"]
sales = ["slack:#sales-desk", "mail:desk@example.com"]
"anna@example.com" = "slack"
[receivers.warehouse]
kind = "webhook"
url = "https://example.com/in"
secret_env = ["HOOK", "HOOK_OLD"]
events = ["transition", "breached"]
personal = true
[links]
key_env = "LINK_KEY"
for = "72h"
[net]
allow = ["10.20.0.0/16", "192.0.2.7"]
"""


def faults(folder: Path, text: str) -> list[str]:
    """What is said of such a file, without its name."""
    file = folder / "slaflow.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsInvalid) as caught:
        read_reach(folder)
    lines = str(caught.value).split("\n")
    assert [line.removeprefix(f"{file}: ") for line in lines] == list(caught.value.findings)
    return list(caught.value.findings)


def test_all_of_it_is_read_and_paths_count_from_the_files_folder(tmp_path: Path) -> None:
    (tmp_path / "slaflow.toml").write_text(WHOLE, encoding="utf-8")
    (tmp_path / "below").mkdir()
    found = read_reach(tmp_path / "below")
    mail, folder = found.channels["mail"], found.channels["folder"]
    assert isinstance(mail, MailChannel)
    assert isinstance(folder, FileChannel)
    assert (mail.ca_file, folder.folder) == (tmp_path / "../own.pem", tmp_path / "sent")
    assert found.channels["slack"].token_file == Path("/run/secrets/slack")  # type: ignore[union-attr]
    assert found.receivers["warehouse"].secret_env == ("HOOK", "HOOK_OLD")
    assert found.recipients["anna@example.com"] == ("slack",)
    assert (found.links.for_, found.send.burst.per) == (timedelta(hours=72), timedelta(minutes=10))


ROOMS = """
[channels.slack]
kind = "slack"
url_env = "SLACK_URL"
[channels.teams]
kind = "teams"
url_env = "TEAMS_URL"
[recipients]
sales = ["slack", "teams"]
"""


def test_a_channel_that_is_one_room_needs_no_address(tmp_path: Path) -> None:
    (tmp_path / "slaflow.toml").write_text(ROOMS, encoding="utf-8")
    assert read_reach(tmp_path).recipients["sales"] == ("slack", "teams")
    by_token = ROOMS.replace('url_env = "SLACK_URL"', 'token_env = "SLACK_TOKEN"')
    assert faults(tmp_path, by_token) == [
        '[recipients] sales: "slack" alone says to no address; write "slack:ADDRESS"'
    ]


def test_a_folder_without_the_file_tells_nobody(tmp_path: Path) -> None:
    assert read_reach(tmp_path) == Reach()


def written() -> dict[str, tuple[str, str]]:
    """The blocks of faults.txt by their titles: what stands in the file, and what is said of it."""
    blocks = (Path(__file__).parent / "faults.txt").read_text(encoding="utf-8").split("\n\n")[1:]
    found = {}
    for block in blocks:
        title, _, rest = block.strip().partition("\n")
        text, _, line = rest.partition("\n=> ")
        found[title.removeprefix("; ")] = (re.sub(r"(?m)^[A-Z]+$", lambda each: LINES[each[0]], text), line)
    return found


FAULTS = written()


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_one_line_that_says_where_what_and_what_to_do(tmp_path: Path, case: str) -> None:
    text, line = FAULTS[case]
    assert faults(tmp_path, text) == [line]


def test_every_fault_is_told_and_each_once(tmp_path: Path) -> None:
    text = (
        f'[send]\ntries = 0\n[net]\nallow = "x"\n[channels.mail]\n{LINES["MAIL"]}\nport = 0\ncolour = "red"'
    )
    assert [line.split(":")[0] for line in faults(tmp_path, text)] == [
        "[send] tries", "[net] allow", "[channels.mail]", "[channels.mail] port",
    ]  # fmt: skip


def test_a_number_without_end_is_no_crash(tmp_path: Path) -> None:
    assert faults(tmp_path, f"[send]\ntries = 0x{'f' * 5000}") == [
        "[send] tries: a huge number is more than 100"
    ]
    assert faults(tmp_path, f"[send]\ntries = {'9' * 5000}") == [
        "a number in it is too long, or its arrays lie too deep"
    ]


ELSEWHERE = (
    "a secret does not stand in this file; write {0}_env and the name of its variable, or {0}_file and the "
    "path of its file"
)


@pytest.mark.parametrize(
    ("table", "text", "key", "meant"),
    [
        ("channels.a", "MAIL", "password", "password"),
        ("channels.a", "MAIL", "pass", "password"),
        ("channels.a", "MAIL", "smtpPwd", "password"),
        ("channels.a", "SLACK", "token", "token"),
        ("channels.a", "SLACK", "api_key", "token"),
        ("channels.a", "SLACK", "url", "url"),
        ("channels.a", "SLACK", "webhook_url", "url"),
        ("channels.a", "TEAMS", "url", "url"),
        ("channels.a", "APPRISE", "url", "url"),
        ("receivers.a", "HOOK", "secret", "secret"),
        ("receivers.a", "HOOK", "signing-key", "secret"),
        ("links", "", "key", "key"),
        ("links", "", "secret", "key"),
    ],
)
def test_a_secret_in_the_file_is_refused_unprinted(
    tmp_path: Path, table: str, text: str, key: str, meant: str
) -> None:
    found = faults(tmp_path, f'[{table}]\n{LINES.get(text, "")}\n{key} = "{PLANTED}"')
    assert found == [f"[{table}] {key}: {ELSEWHERE.format(meant)}"]


@pytest.mark.parametrize(
    "value", [PLANTED, "whsec_aaaa", "A B", "", 5, ["GOOD", PLANTED], [], {"x": PLANTED}], ids=str
)
def test_the_secret_itself_where_its_variable_is_named_is_not_told(tmp_path: Path, value: Any) -> None:
    (line,) = faults(tmp_path, toml({"links": {"key_env": value}}))
    assert line.startswith("[links] key_env: ")
    assert PLANTED not in line
    assert "whsec" not in line


@pytest.mark.parametrize(
    "url",
    ["https://sla.example.com", "https://sla.example.com/x/", "http://localhost:8080", "http://127.0.0.1", "http://[::1]:80"],
)  # fmt: skip
def test_links_may_lead_there(url: str) -> None:
    assert public_url_problem(url) is None


@pytest.mark.parametrize(
    "url", ["sla.example.com", "https://", "https://a:b@c", "https://c?x", "https://c#", "http://10.0.0.1", "ftp://c"]
)  # fmt: skip
def test_links_may_not_lead_there(url: str) -> None:
    assert public_url_problem(url) is not None


URL_PARTS = st.sampled_from(
    [
        "https:", "http:", "//", "/", "example.com", "@", ":", "80", "0", "99999", "[::1]", "[", "]", "%41",
        "?", "#",
        "\\", " ", "\n", "é", "..", "-", "_", "user", "1.2.3.4", "ftp:",
    ]
)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(URL_PARTS, max_size=8).map("".join))
@example("https://https:[::1]")
def test_what_the_settings_take_the_client_takes(url: str) -> None:
    if url_problem(url) is None:
        check_url(url)
    else:
        with pytest.raises(UrlRefused):
            check_url(url)


# Whatever stands there


def toml(value: Any) -> str:
    """*value* as TOML, in one line of inline tables."""
    return "\n".join(f"{_text(key)} = {_toml(inner)}" for key, inner in value.items())


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_text(key)} = {_toml(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        return _text(value)
    return str(value).lower() if isinstance(value, bool | float) else str(value)


def _text(text: str) -> str:
    return f'"{"".join(f"{chr(92)}U{ord(each):08x}" for each in text)}"'


KEYS = sorted(
    {
        *(key for model in Reach.__subclasses__() for key in known_of(model)),
        *(key for model in (MailChannel, FileChannel) for key in known_of(model)),
        "events", "url", "token_env", "secret_file", "secret_env", "key_env", "for", "allow", "tries",
        "first", "lease", "timeout", "burst", "per", "messages", "api", "colour",
    }
)  # fmt: skip
WORDS = st.sampled_from(
    [
        "mail", "slack", "teams", "apprise", "file", "webhook", "starttls", "30s", "0s", "900d", "breached",
        "SMTP", "a\nb",
        "https://example.com", "leads@example.com", "10.0.0.0/8", "10.0.0.1/8", "mail:#x", "mail:", "",
        "\u2028", "\0", "~/x",
    ]
)  # fmt: skip
PLAIN: st.SearchStrategy[Any] = st.one_of(
    WORDS, st.text(max_size=8), st.integers(), st.booleans(), st.floats(width=16), st.dates(),
    st.just(time(7, 30)), st.just(10**30),
)  # fmt: skip
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
TABLE = st.dictionaries(st.sampled_from(KEYS), PLAIN | VALUES, max_size=6)
NAMED = st.dictionaries(st.sampled_from(["mail", "slack", "my mail", ""]), TABLE | VALUES, max_size=3)
WHOLES = st.fixed_dictionaries(
    {},
    optional={
        "public_url": PLAIN | VALUES, "send": TABLE | VALUES, "channels": NAMED | VALUES,
        "recipients": NAMED | VALUES, "receivers": NAMED | VALUES, "links": TABLE | VALUES,
        "net": TABLE | VALUES, "chanels": VALUES,
    },
)  # fmt: skip
SECRET_KEYS = (
    "password",
    "pass",
    "token",
    "secret",
    "key",
    "api_key",
    "url_",
    "webhookUrl",
    "password_env",
    "key_env",
)
TELLTALES = (f"https://sla:{PLANTED}@example.com/", f"whsec_{PLANTED}", f"xoxb-{PLANTED}")
"""What is seen to be a secret wherever it stands."""
PLANTS = (PLANTED, ["A", PLANTED], *TELLTALES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("settings")


def outcome(folder: Path, whole: dict[str, Any]) -> Reach | str:
    """What is read of a file that says *whole*, or what is said of it."""
    (folder / "slaflow.toml").write_text(toml(whole), encoding="utf-8")
    try:
        return read_reach(folder)
    except SettingsInvalid as error:
        return str(error)


@settings(max_examples=150)
@given(
    whole=WHOLES,
    where=st.sampled_from(["send", "links", "net", "channels", "receivers"]),
    kind=st.sampled_from(["mail", "slack", "teams", "apprise", "file", "webhook", "none"]),
    plant=st.tuples(st.sampled_from(SECRET_KEYS), st.sampled_from(PLANTS))
    | st.tuples(st.sampled_from(KEYS), st.sampled_from(TELLTALES)),
)
def test_whatever_stands_there_a_secret_is_refused_in_lines_that_do_not_tell_it(
    folder: Path, whole: dict[str, Any], where: str, kind: str, plant: tuple[str, Any]
) -> None:
    table = dict([plant])
    whole[where] = {"mine": {"kind": kind, **table}} if where in ("channels", "receivers") else table
    said = outcome(folder, whole)
    assert isinstance(said, str)
    assert all(line.startswith(f"{folder / 'slaflow.toml'}: ") for line in said.splitlines())
    assert PLANTED not in said


@settings(max_examples=100)
@given(whole=WHOLES)
def test_whatever_stands_there_is_read_or_refused(folder: Path, whole: dict[str, Any]) -> None:
    found = outcome(folder, whole)
    if isinstance(found, str):
        assert all(line.startswith(f"{folder / 'slaflow.toml'}: ") for line in found.splitlines())
    else:
        for receiver in found.receivers.values():
            check_url(receiver.url)

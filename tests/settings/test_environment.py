"""Where the database and the actor come from, and what a broken slaflow.toml says."""

from __future__ import annotations

from pathlib import Path

import pytest

from slaflow.errors import ENVIRONMENT
from slaflow.settings.environment import Settings, cache_folder, read_settings
from slaflow.settings.file import KNOWN_KEYS, SettingsInvalid

POSTGRESQL = "postgresql+psycopg://slaflow@db.example.com/leads"


def write_toml(folder: Path, text: str) -> Path:
    file = folder / "slaflow.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refusal(folder: Path) -> SettingsInvalid:
    with pytest.raises(SettingsInvalid) as caught:
        read_settings(folder=folder, environment={})
    assert caught.value.exit_code == ENVIRONMENT
    assert "\n" not in str(caught.value)
    return caught.value


def test_the_option_wins_over_environment_and_file(tmp_path: Path) -> None:
    write_toml(tmp_path, 'database = "sqlite:///file.db"')
    found = read_settings(
        "sqlite:///option.db", folder=tmp_path, environment={"SLAFLOW_DB": "sqlite:///variable.db"}
    )
    assert found == Settings("sqlite:///option.db", None, "--db")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    write_toml(tmp_path, 'database = "sqlite:///file.db"')
    found = read_settings(folder=tmp_path, environment={"SLAFLOW_DB": POSTGRESQL})
    assert found == Settings(POSTGRESQL, None, "SLAFLOW_DB")


def test_the_file_wins_over_the_default(tmp_path: Path) -> None:
    file = write_toml(tmp_path, f'database = "{POSTGRESQL}"')
    assert read_settings(folder=tmp_path, environment={}) == Settings(POSTGRESQL, None, str(file))


def test_without_any_of_them_it_is_slaflow_db_in_this_folder(tmp_path: Path) -> None:
    found = read_settings(folder=tmp_path, environment={})
    assert found == Settings("sqlite:///slaflow.db", None, "default")


def test_a_file_that_names_no_database_leaves_the_default(tmp_path: Path) -> None:
    write_toml(tmp_path, "# nothing yet\n")
    assert read_settings(folder=tmp_path, environment={}).database == "sqlite:///slaflow.db"


def test_an_empty_variable_names_nothing(tmp_path: Path) -> None:
    found = read_settings(folder=tmp_path, environment={"SLAFLOW_DB": "", "SLAFLOW_ACTOR": ""})
    assert found == Settings("sqlite:///slaflow.db", None, "default")


def test_the_actor_comes_from_the_option_else_the_environment(tmp_path: Path) -> None:
    environment = {"SLAFLOW_ACTOR": "marketing"}
    assert read_settings(folder=tmp_path, environment=environment).actor == "marketing"
    assert read_settings(actor="sales", folder=tmp_path, environment=environment).actor == "sales"


def test_the_process_environment_is_read_when_none_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLAFLOW_DB", POSTGRESQL)
    monkeypatch.setenv("SLAFLOW_ACTOR", "kim@example.com")
    monkeypatch.chdir(tmp_path)
    assert read_settings() == Settings(POSTGRESQL, "kim@example.com", "SLAFLOW_DB")


def test_a_relative_path_is_taken_from_the_files_own_folder(tmp_path: Path) -> None:
    """A command finds the same database from every folder below."""
    write_toml(tmp_path, 'database = "sqlite:///data/leads.db"')
    below = tmp_path / "reports" / "march"
    below.mkdir(parents=True)
    found = read_settings(folder=below, environment={})
    assert found.database == f"sqlite:///{tmp_path}/data/leads.db"


def test_the_nearest_file_counts(tmp_path: Path) -> None:
    write_toml(tmp_path, 'database = "sqlite:///outer.db"')
    inner = tmp_path / "inner"
    inner.mkdir()
    write_toml(inner, 'database = "sqlite:///inner.db"')
    assert read_settings(folder=inner, environment={}).database == f"sqlite:///{inner}/inner.db"


@pytest.mark.parametrize(
    ("name", "written"), [("a%20b", "a%2520b"), ("x?y", "x%3Fy"), ("x#y&z ü", "x#y&z ü")]
)
def test_a_folder_may_have_any_name(tmp_path: Path, name: str, written: str) -> None:
    """In a URL ``%20`` is a space and ``?`` the end of the path."""
    (tmp_path / name).mkdir()
    write_toml(tmp_path / name, 'database = "sqlite:///leads.db?timeout=5"')
    found = read_settings(folder=tmp_path / name, environment={})
    assert found.database == f"sqlite:///{tmp_path}/{written}/leads.db?timeout=5"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////var/lib/leads.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:leads?uri=true",
        POSTGRESQL,
    ],
)
def test_other_urls_stay_as_they_stand(tmp_path: Path, url: str) -> None:
    write_toml(tmp_path, f'database = "{url}"')
    assert read_settings(folder=tmp_path, environment={}).database == url


def test_a_driver_in_the_url_does_not_hide_a_relative_path(tmp_path: Path) -> None:
    write_toml(tmp_path, 'database = "sqlite+pysqlite:///leads.db?timeout=5"')
    found = read_settings(folder=tmp_path, environment={})
    assert found.database == f"sqlite+pysqlite:///{tmp_path}/leads.db?timeout=5"


def test_malformed_toml_is_one_line_with_its_place(tmp_path: Path) -> None:
    file = write_toml(tmp_path, 'database = "sqlite:///leads.db"\nhalf a line\n')
    message = str(refusal(tmp_path))
    assert message.startswith(f"{file}: not valid TOML: ")
    assert "line 2" in message


def test_an_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    write_toml(tmp_path, 'databse = "sqlite:///leads.db"')
    assert refusal(tmp_path).problem == 'unknown key "databse"; did you mean "database"?'


def test_a_key_like_no_other_lists_the_known_ones(tmp_path: Path) -> None:
    write_toml(tmp_path, "colour = 'blue'")
    assert refusal(tmp_path).problem == 'unknown key "colour"; known: database, key, ' + ", ".join(
        KNOWN_KEYS[2:]
    )


def test_a_database_that_is_no_text_is_refused(tmp_path: Path) -> None:
    write_toml(tmp_path, "database = 5")
    assert 'must be a URL in quotes, such as "sqlite:///slaflow.db"' in str(refusal(tmp_path))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "slaflow.toml").write_bytes(b'database = "\xff"')
    assert "not UTF-8 text (byte 12)" in str(refusal(tmp_path))


@pytest.mark.parametrize("named", ["team", "own"])
def test_members_act_on_what_the_file_says(tmp_path: Path, named: str) -> None:
    (tmp_path / "slaflow.toml").write_text(f'[web]\nact_on = "{named}"\n', encoding="utf-8")
    assert read_settings(folder=tmp_path, environment={}).acts_on == named
    assert read_settings("sqlite:///x.db", folder=tmp_path, environment={}).acts_on == named
    assert read_settings(folder=tmp_path.parent, environment={}).acts_on == "party"


def test_what_is_no_such_word_is_a_line(tmp_path: Path) -> None:
    (tmp_path / "slaflow.toml").write_text('[web]\nact_on = "everybody"\n', encoding="utf-8")
    with pytest.raises(SettingsInvalid, match=r"\[web\] act_on must be one of party, team, own, in quotes"):
        read_settings(folder=tmp_path, environment={})
    assert read_settings("sqlite:///x.db", folder=tmp_path, environment={}).acts_on == "party"


def test_a_broken_file_does_not_stand_in_the_way_of_the_option(tmp_path: Path) -> None:
    write_toml(tmp_path, "half a line")
    assert read_settings("sqlite:///x.db", folder=tmp_path, environment={}).database == "sqlite:///x.db"


def test_the_checkout_itself_has_no_settings() -> None:
    """A forgotten slaflow.toml would steer every command tried in the checkout."""
    assert not (Path(__file__).parents[1] / "slaflow.toml").exists()


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"SLAFLOW_CACHE": "/c", "XDG_CACHE_HOME": "/x", "HOME": "/home/kim"}, "/c"),
        ({"SLAFLOW_CACHE": "", "XDG_CACHE_HOME": "/x", "HOME": "/home/kim"}, "/x/slaflow"),
        ({"XDG_CACHE_HOME": "x", "HOME": "/home/kim"}, "/home/kim/.cache/slaflow"),
        ({"HOME": ""}, None),
    ],
)
def test_what_can_be_made_again_is_kept_in_the_user_s_own_folder(
    environment: dict[str, str], folder: str | None
) -> None:
    assert cache_folder(environment) == (None if folder is None else Path(folder))

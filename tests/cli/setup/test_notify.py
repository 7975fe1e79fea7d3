"""`slaflow user notify`: shown as it holds, changed by what is given."""

from __future__ import annotations

from pathlib import Path

from cli.conftest import Slaflow

ANNA = "anna@example.com"
TOML = '[channels.mail]\nkind = "file"\nfolder = "mail"\n'


def test_how_somebody_is_told_is_shown_and_changed(handed_over: Slaflow) -> None:
    Path("slaflow.toml").write_text(TOML)
    assert handed_over("user", "notify", ANNA).out == f"{ANNA} is told over mail\n"
    told = handed_over("user", "notify", ANNA, "--digest", "daily@8:30", "--quiet-hours", "team")
    shown = f"{ANNA} is told over mail\n  digest    daily@08:30\n  quiet     team\n  since "
    assert told.out.startswith(shown)
    assert handed_over("user", "notify", ANNA, "--channel", "none", "--quiet").out == ""
    assert handed_over("user", "notify", ANNA, "--format", "json").json["chosen"] == []
    said = handed_over("user", "notify", ANNA, "--digest", "weekly")
    assert (said.code, said.err) == (2, 'slaflow: "weekly" is no digest; write daily@08:30, or off\n')
    refused = handed_over("user", "notify", ANNA, "--digest", "off", "--as", "nora@example.com")
    assert (refused.code, refused.out) == (1, "")

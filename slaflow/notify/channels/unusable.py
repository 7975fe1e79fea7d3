"""What keeps a channel from being opened."""

from __future__ import annotations

from slaflow.errors import ENVIRONMENT, SlaflowError


class ChannelUnusable(SlaflowError):
    """slaflow.toml, or a secret that it names, describes no channel; what the secret is stays unsaid."""

    code = "channel_unusable"
    exit_code = ENVIRONMENT

    def __init__(self, what: str, problem: str) -> None:
        self.what = what
        super().__init__(f"{what}: {problem}")

"""What the addresses that read take after the question mark: what they do not know is refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from slaflow.web.api.paging import MOST, USUAL
from slaflow.web.api.reading import Instant


def _keepable(text: str) -> str:
    if "\0" in text or not text.isprintable():
        raise ValueError("one line of text, without signs that are not seen")
    return text


Word = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_keepable)]
AT = Field(None, description="As it stood then, by what had been told by then; not ahead of now.")


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AsOf(Asked):
    at: Instant | None = AT


class Why(AsOf):
    name: Word | None = Field(None, description="A target or trigger; without it everything there is.")


class Paged(Asked):
    limit: int = Field(USUAL, ge=1, le=MOST)
    cursor: str | None = Field(None, max_length=200, description="`next` of the page before.")


class QueueAsked(Paged):
    owner: Word | None = Field(None, description="Whose leads, by their e-mail address.")
    team: Word | None = None
    party: Word | None = Field(None, description="Which party owes it.")


class LeadsAsked(Paged):
    key: Word | None = Field(None, description="The lead of just this identity, and no other.")
    state: Word | None = None
    owner: Word | None = None
    waits_for: Word | None = Field(None, description="Only leads that wait for this team.")
    at: Instant | None = AT


class EntriesAsked(Paged):
    kind: Word | None = None


class Proving(Asked):
    data: bool = Field(False, description="Also what people wrote in it, and what it was hashed with.")


class LogAsked(EntriesAsked):
    lead: int | None = Field(None, ge=1, lt=10**18)
    actor: Word | None = None
    party: Word | None = None
    target: Word | None = None
    trigger: Word | None = None
    from_: Instant | None = Field(None, alias="from", description="Inclusive.")
    to: Instant | None = Field(None, description="Exclusive.")


class ReportAsked(AsOf):
    from_: Instant | None = Field(None, alias="from", description="Inclusive.")
    to: Instant | None = Field(None, description="Exclusive.")
    by: Word | None = Field(None, description="owner, team, month, sourced_by, or a field of the lead.")
    workflow: Word | None = Field(None, description="Of commitments those of this agreement alone.")


class OutboxAsked(Paged):
    status: Literal["waiting", "stale", "sent", "failed"] | None = None
    channel: Word | None = Field(None, description="Those that go over this alone.")


class DocumentAsked(Asked):
    form: Literal["html", "markdown"] = "html"

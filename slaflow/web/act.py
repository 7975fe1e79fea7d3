"""``/act/LINK``: GET shows what a link offers and changes nothing; POST from that page does it, once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from slaflow.agreement.words.naming import Naming
from slaflow.engine.desk.consequences import local, owed_next
from slaflow.engine.leads import click
from slaflow.engine.leads.commands import Refused
from slaflow.errors import InvalidValue, SlaflowError
from slaflow.language import _, marked
from slaflow.notify import links
from slaflow.notify.ending import ENDED, ending
from slaflow.notify.links import Link
from slaflow.notify.offer import Offer, offered
from slaflow.notify.tokens import Keys, LinkBroken
from slaflow.web.forms import form_of, inputs_of, written
from slaflow.web.pages import line, page
from slaflow.web.principal import PUBLIC, operation
from slaflow.web.site import Site

router = APIRouter()
KEY = "page"
"""The field of the form that only a page of ours fills."""
FROM_HERE = (None, "same-origin", "none")
"""What a browser says of where a form was sent from; old ones say nothing."""
OLD = marked(
    "this page had been open for more than 15 minutes; look whether it is still right, and press again"
)
FOREIGN = marked("nothing was done; press the button below")
ELSEWHERE = marked("a form on another site sent this, and nothing was done; open the link from the message")
NOT_SET_UP = marked("links are not set up here; ask whoever runs slaflow")
Form = Annotated[dict[str, str], Depends(form_of)]


@router.api_route("/act/{text}", methods=["GET", "HEAD"])
@operation(PUBLIC)
def show(text: str, request: Request) -> HTMLResponse:
    """What the link offers."""
    site: Site = request.app.state.site
    now = site.engine.now()
    try:
        keys = keys_of(site)
        link = links.read(keys, text)
    except LinkBroken as error:
        return line(404, str(error))
    return _offer_page(site, keys, link, now)


@router.post("/act/{text}")
@operation(PUBLIC)
def act(text: str, request: Request, form: Form) -> HTMLResponse:
    """Does it, as the person whom the link was made for."""
    site: Site = request.app.state.site
    now = site.engine.now()
    try:
        keys = keys_of(site)
        link = links.read(keys, text)
    except LinkBroken as error:
        return line(404, str(error))
    if request.headers.get("sec-fetch-site") not in FROM_HERE:
        return line(403, _(ELSEWHERE))
    given = links.page_is(keys, form.get(KEY, ""), link, now)
    if given != "fresh":
        words = _(OLD if given == "old" else FOREIGN)
        return _offer_page(site, keys, link, now, 403, words, typed=written(form))
    return _acted(site, keys, link, form, now)


def keys_of(site: Site) -> Keys:
    """The keys of links. Raises ``LinkBroken`` where there are none."""
    if site.keys is None:
        raise LinkBroken(_(NOT_SET_UP))
    return site.keys


def _acted(site: Site, keys: Keys, link: Link, form: Mapping[str, str], now: datetime) -> HTMLResponse:
    typed = written(form)
    try:
        offer = offered(site.engine, link, now)
        inputs = inputs_of(form, offer.asked, offer.zone)
        lead = click.fire(site.engine, link.click, inputs, None)
    except Refused as error:
        return _offer_page(site, keys, link, now, 409, inputs=inputs, typed=typed, because=error.because)
    except InvalidValue as error:
        return _offer_page(site, keys, link, now, 422, inputs=inputs, typed=typed, because=(str(error),))
    except ENDED as error:
        return _ended_page(site, link, error, now)
    workflow = site.engine.workflow(lead["digest"])
    return page(
        "link/done.html", 200, offer=offer, state=Naming(workflow).state(lead["state"]),
        at=local(now, offer.zone, now), owed=owed_next(workflow, lead, offer.who.side, now),
    )  # fmt: skip


def _offer_page(
    site: Site, keys: Keys, link: Link, now: datetime, status: int = 200, note: str | None = None, *,
    inputs: Mapping[str, object] | None = None, typed: Mapping[str, str] | None = None,
    because: tuple[str, ...] = (),
) -> HTMLResponse:  # fmt: skip
    """The page, as it was filled in where it was; *because* says why that was refused."""
    try:
        offer = offered(site.engine, link, now, inputs)
    except ENDED as error:
        return _ended_page(site, link, error, now)
    return page(
        "link/act.html", status, offer=offer, now=now, note=note, typed=typed or {},
        because=_because(offer, because),
        is_open=inputs is not None or not offer.refused, key=links.page_key(keys, link, now),
        others=[(label, links.sign(keys, other)) for label, other in offer.others],
    )  # fmt: skip


def _because(offer: Offer, because: tuple[str, ...]) -> list[str]:
    """Why it was refused, or would be: as the agreement's words teach it, else as the engine says it."""
    return list(offer.refused) or list(because)


def _ended_page(site: Site, link: Link, error: SlaflowError, now: datetime) -> HTMLResponse:
    end = ending(site.engine, link, error, now)
    return page("link/ended.html", 410 if end.is_over else 409, end=end, now=now)

"""``/me``: one's own account: how pages look and read, how one is told, password, sessions, signing out."""

from __future__ import annotations

from typing import Annotated

from babel import Locale, UnknownLocaleError
from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from slaflow.engine.access import account, attempts, passwords
from slaflow.engine.access.account import THEMES, Account
from slaflow.engine.setup import preferences
from slaflow.errors import ENVIRONMENT, InvalidValue, SlaflowError
from slaflow.hours.zones import known_zones
from slaflow.language import _
from slaflow.settings import ways
from slaflow.web import origin
from slaflow.web.access import cookies
from slaflow.web.access.sign_in import BUSY_SECONDS, check_passwords, later
from slaflow.web.desk.context import desk_page, site_of
from slaflow.web.forms import form_of
from slaflow.web.principal import SIGNED_IN, Asking, Principal, operation

router = APIRouter()
Form = Annotated[dict[str, str], Depends(form_of)]
LONGEST = 200
DONE = ("pages", "told", "password", "ended")
"""What the page says was done, by what it was asked for."""


@router.api_route("/me", methods=["GET", "HEAD"])
@operation(SIGNED_IN)
def show(request: Request, asking: Asking, done: str = "") -> Response:
    """All of it."""
    return _page(request, asking, 200, done=done)


@router.post("/me")
@operation(SIGNED_IN)
def choose(request: Request, asking: Asking, form: Form) -> Response:
    """Has the pages be so from now on."""
    site = site_of(request)
    given = [form.get(name, "")[:LONGEST].strip() for name in ("theme", "zone", "language")]
    try:
        account.choose(
            site.engine, site.reach, asking.email, given[0], form.get("keys") == "on", given[1], given[2]
        )
    except SlaflowError as error:
        return _again(request, asking, "pages", error)
    return _done(request, "pages")


@router.post("/me/keys")
@operation(SIGNED_IN)
def turn_keys(request: Request, asking: Asking, form: Form) -> Response:
    """Turns single keys on or off and nothing else; the page's script asks for it."""
    account.turn_keys(site_of(request).engine, asking.email, asking.theme, form.get("keys") == "on")
    return _done(request, "pages")


@router.post("/me/told")
@operation("preference")
def tell(request: Request, asking: Asking, form: Form) -> Response:
    """Has them be told so from now on."""
    site = site_of(request)
    names = [name for name in site.reach.channels if form.get(f"channel.{name}") == "on"]
    digest, quiet = form.get("digest_at", ""), f"{form.get('quiet_from', '')}-{form.get('quiet_until', '')}"
    given = {
        "channels": names or [ways.NONE],
        "digest": f"daily@{digest[:LONGEST]}" if form.get("digest") == "on" else ways.OFF,
        "quiet": {"hours": quiet[:LONGEST], "team": ways.TEAM}.get(form.get("quiet", ""), ways.OFF),
    }
    if not site.reach.channels:
        del given["channels"]
    try:
        preferences.change(site.engine, site.reach, asking.email, given, asking.email)
    except SlaflowError as error:
        return _again(request, asking, "told", error)
    return _done(request, "told")


@router.post("/me/password")
@operation(SIGNED_IN)
def change_password(request: Request, asking: Asking, form: Form) -> Response:
    """Another password, for who knows the one there is; sessions elsewhere end."""
    site = site_of(request)
    check_passwords(site)
    secret, new = cookies.secret_of(site, request) or "", form.get("password", "")
    try:
        if new != form.get("again", ""):
            raise InvalidValue(_("the two passwords are not the same; type them again"))
        account.change_password(
            site.engine, asking.email, asking.name, secret, form.get("old", ""), new,
            origin.address_of(site, request),
        )  # fmt: skip
    except attempts.TooManyAttempts as error:
        return later(_page(request, asking, 429, "password", str(error)), error.seconds)
    except passwords.TooBusy as error:
        return later(_page(request, asking, 503, "password", str(error)), BUSY_SECONDS)
    except SlaflowError as error:
        return _again(request, asking, "password", error)
    return _done(request, "password")


@router.post("/me/sessions")
@operation(SIGNED_IN)
def end(request: Request, asking: Asking, form: Form) -> Response:
    """Ends one of their sessions, or all others."""
    site = site_of(request)
    if chosen := form.get("session", "")[:LONGEST]:
        account.end_one(site.engine, asking.email, chosen)
    else:
        account.end_others(site.engine, asking.email, cookies.secret_of(site, request) or "")
    return _done(request, "ended")


def _done(request: Request, what: str) -> Response:
    return RedirectResponse(origin.towards(request, f"/me?done={what}"), 303)


def _again(request: Request, asking: Principal, where: str, error: SlaflowError) -> Response:
    if error.exit_code == ENVIRONMENT or error.code == "conflicting_change":
        raise error
    return _page(request, asking, 403 if error.code == "not_permitted" else 422, where, str(error))


def _page(
    request: Request, asking: Principal, status: int, where: str = "", because: str = "", done: str = ""
) -> Response:
    site = site_of(request)
    mine = account.own(site.engine, site.reach, asking.actor, cookies.secret_of(site, request) or "")
    return desk_page(
        request, "access/me.html", status, asking, mine.zone, mine.at, account=mine, where=where,
        because=because, done=done if done in DONE else "", themes=_themes(), zones=_zones(mine),
        languages=[(each, _language(each)) for each in ways.languages(site.reach)],
        channels=tuple(site.reach.channels), over={each.partition(":")[0] for each in mine.told["channels"]},
        tells=asking.may_ever("preference"), shortest=passwords.SHORTEST,
        takes_passwords=site.takes_passwords and mine.has_password, quiet=_quiet(mine),
    )  # fmt: skip


def _themes() -> list[tuple[str, str]]:
    words = {"": _("As the system has it"), "light": _("Light"), "dark": _("Dark")}
    return [(each, words[each]) for each in ("", *THEMES)]


def _zones(mine: Account) -> list[str]:
    """Every zone that a browser may suggest, and the one that is theirs."""
    known = {each for each in known_zones() if "/" in each and not each.startswith("Etc/")}
    return sorted(known | {mine.told["timezone"] or "UTC"})


def _language(name: str) -> str:
    try:
        return Locale.parse(name).get_display_name() or name
    except (UnknownLocaleError, ValueError):
        return name


def _quiet(mine: Account) -> tuple[str, str, str]:
    """Whether by hours, by the team or not at all; from when until when."""
    said = mine.told["quiet"] or ""
    if said in ("", ways.TEAM):
        return said and "team", "19:00", "07:00"
    start, _dash, end = said.partition("-")
    return "hours", start, end

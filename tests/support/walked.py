"""Where every page of a furnished office is, who looks at it, and what is typed wrongly there."""

from __future__ import annotations

from support.furnished import AUDITOR, MONTH, ROOT
from support.office import ANNA, BO, MIA
from support.recorded import HEAD

PAGES: dict[str, tuple[tuple[str, str | None, str], ...]] = {
    "/sign-in": (("sign-in", None, "/sign-in"),),
    "/me": (("me", ANNA, "/me"),),
    "/invite/{text}": (("invitation", None, "/invite/{0.invitation}"),),
    "/setup/{text}": (("setup", None, "/setup/{0.setup}"),),
    "/demo": (("demo", None, "/demo"),),
    "/admin/people": (("people", ROOT, "/admin/people"), ("people-seen", MIA, "/admin/people")),
    "/admin/people/record": (
        ("person-new", ROOT, "/admin/people/record"), ("person", ROOT, f"/admin/people/record?email={BO}"),
    ),
    "/act/{text}": (("act", None, "/act/{0.act}"), ("act-cut", None, "/act/nothing")),
    "/stop/{text}": (("stop", None, "/stop/{0.stop}"),),
    "/problems/{code}": (("problem", None, "/problems/refused"),),
    "/api": (("api", None, "/api"),),
    "/queue": (
        ("queue", ANNA, "/queue"), ("queue-party", MIA, "/queue?whose=party"),
        ("queue-narrowed", ANNA, "/queue?whose=party&state=accepted"),
        ("queue-marketing", HEAD, "/queue?whose=party"), ("queue-unowned", HEAD, "/queue?whose=unowned"),
        ("queue-empty", ANNA, "/queue?whose=unowned"),
    ),
    "/queue/{number}": (("queue-more", ANNA, "/queue/{0.open}"),),
    "/leads": (
        ("leads", ANNA, "/leads"), ("leads-found", MIA, "/leads?q=a"), ("leads-empty", ANNA, "/leads?q=zzz"),
    ),
    "/leads/new": (("lead-new", ANNA, "/leads/new"),),
    "/leads/assign": (
        ("assign", MIA, "/leads/assign?lead=14&lead=15"), ("assign-none", MIA, "/leads/assign"),
    ),
    "/leads/{number}": (
        ("lead", ANNA, "/leads/{0.open}"), ("lead-late", MIA, "/leads/{0.late}"),
        ("lead-back", HEAD, "/leads/{0.back}"), ("lead-taken", ANNA, "/leads/{0.taken}"),
        ("lead-old", ROOT, "/leads/9"),
    ),
    "/leads/{number}/dispute/{target}": (("dispute", ANNA, "/leads/9/dispute/respond"),),
    "/leads/{number}/lift/{target}": (("lift", HEAD, "/leads/{0.late}/lift/respond"),),
    "/leads/{number}/uphold/{target}": (("uphold", HEAD, "/leads/{0.late}/uphold/respond"),),
    "/leads/{number}/dispute/return/{about}": (
        ("dispute-return", HEAD, "/leads/{0.back}/dispute/return/return_reason"),
    ),
    "/leads/{number}/lift/return/{about}": (
        ("lift-return", MIA, "/leads/{0.back}/lift/return/return_reason"),
    ),
    "/leads/{number}/uphold/return/{about}": (
        ("uphold-return", MIA, "/leads/{0.back}/uphold/return/return_reason"),
    ),
    "/leads/{number}/owner": (("owner", MIA, "/leads/{0.open}/owner"),),
    "/leads/{number}/erase": (("erase", ROOT, "/leads/{0.open}/erase"),),
    "/leads/{number}/owner/me": (("owner-me", HEAD, "/leads/{0.unowned}/owner/me"),),
    "/leads/{number}/check/{name}": (("check", ANNA, "/leads/{0.taken}/check/value"),),
    "/leads/{number}/log/{name}": (("log-call", ANNA, "/leads/{0.taken}/log/call"),),
    "/leads/{number}/set/{name}": (("set", ANNA, "/leads/{0.open}/set/company"),),
    "/leads/{number}/{name}": (
        ("return", ANNA, "/leads/{0.open}/return"), ("win", ANNA, "/leads/{0.taken}/win"),
    ),
    "/leads/{number}/fire/{name}": (("fire", ANNA, "/leads/{0.open}/fire/accept"),),
    "/log": (
        ("log", AUDITOR, "/log"), ("log-narrowed", AUDITOR, "/log?kind=breached&kind=warned&party=sales"),
        ("log-wrong", AUDITOR, "/log?lead=nobody"), ("log-empty", AUDITOR, "/log?trigger=win"),
    ),
    "/log/{number}": (("entry", AUDITOR, "/log/{0.entry}"),),
    "/jobs": (("jobs", AUDITOR, "/jobs"), ("jobs-empty", MIA, "/jobs")),
    "/jobs/{number}": (
        ("job-verified", AUDITOR, "/jobs/{0.jobs[0]}"), ("job-exported", AUDITOR, "/jobs/{0.jobs[1]}"),
        ("job-waits", AUDITOR, "/jobs/{0.jobs[2]}"),
    ),
    "/record": (("record", MIA, "/record"),),
    "/record/{report}": (
        ("record-sla", MIA, "/record/sla"), ("record-sla-owner", MIA, "/record/sla?by=owner"),
        ("record-handoffs", MIA, "/record/handoffs"),
        ("record-uncounted", MIA, "/record/sla?from=2026-01-01&to=2026-02-01"),
        ("record-wrong", MIA, "/record/sla?from=2026-05-01&to=2026-04-01"),
    ),
    "/record/{workflow}/{period}": (("review", MIA, f"/record/office-deal/{MONTH}"),),
    "/record/{workflow}/{period}/sign": (("review-sign", MIA, f"/record/office-deal/{MONTH}/sign"),),
    "/admin/people/hand-over": (("hand-over", MIA, f"/admin/people/hand-over?email={ANNA}"),),
    "/admin/absences": (("absences", ROOT, "/admin/absences"),),
    "/admin/tokens": (("tokens", ROOT, "/admin/tokens"),),
    "/admin/channels": (("channels", ROOT, "/admin/channels"),),
    "/admin/outbox": (
        ("outbox", ROOT, "/admin/outbox"), ("outbox-empty", ROOT, "/admin/outbox?status=failed"),
    ),
    "/admin/outbox/{number}": (("message", ROOT, "/admin/outbox/{0.message}"),),
    "/admin/health": (("health", ROOT, "/admin/health"),),
    "/agreement/draft": (("draft-choose", MIA, "/agreement/draft"),),
    "/agreement/{digest}/activate": (("activate", ROOT, "/agreement/{0.draft}/activate"),),
    "/agreement": (("agreement", MIA, "/agreement"),),
    "/agreement/diff": (("diff", MIA, "/agreement/diff?a={0.agreement}&b={0.draft}"),),
    "/agreement/{digest}": (("agreement-draft", ROOT, "/agreement/{0.draft}"),),
    "/agreement/{digest}/versions": (("versions", MIA, "/agreement/{0.agreement}/versions"),),
}  # fmt: skip
"""Every page there is: its name, who looks, and where."""
NO_PAGES = {
    "/", "/sign-in/oidc", "/sign-in/back", "/healthz", "/readyz", "/log/{number}/bytes",
    "/jobs/{number}/file", "/record/{report}.csv",
}  # fmt: skip
"""What leads on to a page, or is read by machines, or kept as a file."""
NOT_SO = {"act-cut": 404, "log-wrong": 422, "record-wrong": 422}
"""Pages that say what is wrong with their address, and by which status."""
Typed = tuple[tuple[str, str], ...]
NO_REASON: Typed = (("in.reason", ""),)
WRONG: dict[str, tuple[str | None, str, str, Typed]] = {
    "/sign-in": (None, "/sign-in", "/sign-in", (("email", "nobody@example.com"), ("password", "x"))),
    "/invite/{text}": (None, "/invite/{0.invitation}", "{0.invitation}", (("password", "x"), ("again", "x"))),
    "/setup/{text}": (None, "/setup/{0.setup}", "{0.setup}", (("password", "x"), ("again", "y"))),
    "/admin/people/record": (ROOT, "/admin/people/record", "record", (("email", "no address"),)),
    "/admin/people/hand-over": (MIA, f"/admin/people/hand-over?email={ANNA}", "/hand-over", (("to", ""),)),
    "/act/{text}": (None, "/act/{0.act}", "{0.act}", (("in.feedback", "short"),)),
    "/leads/new": (ANNA, "/leads/new", "/leads/new", (("in.email", "no address"),)),
    "/leads/assign": (MIA, "/leads/assign?lead=14", "/leads/assign", (("owner", ""),)),
    "/leads/{number}/dispute/{target}": (ANNA, "/leads/9/dispute/respond", "/respond", NO_REASON),
    "/leads/{number}/lift/{target}": (HEAD, "/leads/{0.late}/lift/respond", "/respond", NO_REASON),
    "/leads/{number}/uphold/{target}": (HEAD, "/leads/{0.late}/uphold/respond", "/respond", NO_REASON),
    "/leads/{number}/dispute/return/{about}": (
        HEAD, "/leads/{0.back}/dispute/return/return_reason", "return_reason", NO_REASON,
    ),
    "/leads/{number}/owner": (MIA, "/leads/{0.open}/owner", "/owner", (("owner", ""),)),
    "/leads/{number}/erase": (ROOT, "/leads/{0.open}/erase", "/erase", NO_REASON),
    "/leads/{number}/check/{name}": (
        ANNA, "/leads/{0.taken}/check/value", "/value", (("in.expected_value", "much"),),
    ),
    "/leads/{number}/set/{name}": (ANNA, "/leads/{0.open}/set/worth", "/worth", (("in.worth", "much"),)),
    "/leads/{number}/{name}": (ANNA, "/leads/{0.open}/return", "/return", (("in.feedback", "short"),)),
    "/me": (ANNA, "/me", "/me", (("zone", "Nowhere/At_all"),)),
    "/me/told": (ANNA, "/me", "/told", (("quiet_from", ""), ("quiet", "hours"))),
    "/admin/absences": (
        ROOT, "/admin/absences", "/absences", (("from", "2026-06-02T09:00"), ("until", "2026-06-01T09:00")),
    ),
    "/admin/tokens": (ROOT, "/admin/tokens", "/tokens", (("name", "No such name!"),)),
    "/agreement/draft": (MIA, "/agreement/draft", "/draft", (("pasted", "workflow: 3\nparties: [a"),)),
    "/agreement/{digest}/withdraw": (MIA, "/agreement/{0.draft}", "/withdraw", (("reason", ""),)),
}  # fmt: skip
"""By the route that a form is sent to: who sends it, from which page, what its address ends with, and what
is typed."""
PRESSED = {
    "/sign-out", "/demo", "/admin/people", "/admin/people/remove", "/admin/people/sign-out",
    "/admin/people/unlink", "/stop/{text}", "/slack", "/hooks/{name}", "/hooks/{name}/{token}",
    "/hooks/{name}/", "/hooks/{name}/{token}/",
    "/leads/{number}/lift/return/{about}",
    "/leads/{number}/uphold/return/{about}", "/leads/{number}/owner/me", "/leads/{number}/log/{name}",
    "/leads/{number}/fire/{name}", "/log/verify", "/log/export", "/log/{number}/proof",
    "/jobs/{number}/cancel", "/me/keys", "/me/password", "/me/sessions", "/record", "/record/{report}",
    "/record/{workflow}/{period}", "/record/{workflow}/{period}/sign", "/admin/absences/back",
    "/admin/tokens/revoke", "/admin/outbox/retry", "/admin/outbox/release", "/agreement/draft/sign",
    "/agreement/draft/activate", "/agreement/{digest}/sign", "/agreement/{digest}/activate",
}  # fmt: skip
"""Forms in which nothing is typed, or the same as in one beside them."""

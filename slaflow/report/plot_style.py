"""How our plots look: the finding as title, direct labels, one colour per party, nothing that says nothing.

Colours are of the Okabe-Ito palette, told apart by the colour-blind too; text in an SVG stays text.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from slaflow.errors import ExtraMissing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 10.0
INK, FAINT, GRID, PAPER = "#1f2933", "#616e7c", "#e4e7eb", "#ffffff"
PARTIES = {"marketing": "#c65a00", "sales": "#0072b2"}
OTHERS = ("#007a5a", "#a8477f", "#7a6a00", "#5b4b9a")
NOBODY = "#8a94a0"
"""What no party holds: closed leads."""
GOOD, FAIR, POOR, NEVER = "#1b7f79", "#9fd0cb", "#efb54a", "#7a1f2b"
"""They differ in lightness too, so that they stay apart in grey and to every eye."""
RAMP = ("#cfe3f1", "#a3cbe4", "#74afd3", "#4690bd", "#24719f", "#0f547c", "#063857")
"""From young to old."""
FONTS = ["Inter", "Helvetica Neue", "Helvetica", "Arial", "Liberation Sans", "DejaVu Sans"]
SETTINGS: Any = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": FONTS,
    "font.size": 11,
    "text.color": INK,
    "axes.labelcolor": FAINT,
    "axes.edgecolor": GRID,
    "xtick.color": FAINT,
    "ytick.color": INK,
    "text.parse_math": False,
}


def party_colour(party: str | None) -> str:
    """The same in every plot."""
    if party is None:
        return NOBODY
    return PARTIES.get(party) or OTHERS[sum(party.encode()) % len(OTHERS)]


@contextmanager
def styled(salt: str) -> Iterator[None]:
    """Our settings for as long as a figure is made and saved; *salt* keeps the ids of two SVGs apart.

    Raises:
        ExtraMissing: matplotlib is not installed.
    """
    try:
        import matplotlib
    except ImportError:
        raise ExtraMissing("a plot", "plot") from None
    settings: Any = {**SETTINGS, "svg.hashsalt": salt}
    with matplotlib.rc_context(settings):
        yield


def new_figure(title: str, subtitle: str, rows: int) -> tuple[Figure, Axes]:
    """A figure for *rows* horizontal bars under a title and a line below it."""
    from matplotlib.figure import Figure

    height = max(1.9 + 0.5 * rows, 3.0)
    figure = Figure(figsize=(WIDTH, height), facecolor=PAPER)
    # Inches from the edges, whatever the height.
    axes = figure.add_axes((0.2, 0.62 / height, 0.74, (height - 1.62) / height))
    figure.text(0.025, 1 - 0.42 / height, fitted(title, 84), size=16, weight="bold", va="center")
    figure.text(0.025, 1 - 0.76 / height, fitted(subtitle, 120), size=10.5, color=FAINT, va="center")
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    axes.set_facecolor(PAPER)
    return figure, axes


def fitted(text: str, most: int) -> str:
    """*text* on one line, cut where it would run out of the figure."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def name_rows(axes: Axes, names: Sequence[str], colours: Sequence[str] | None = None) -> None:
    """Rows from the top, named at the left; each name in its party's colour."""
    axes.set_yticks(range(len(names)), [fitted(name, 26) for name in names])
    axes.set_ylim(len(names) - 0.45, -0.55)
    for label, colour in zip(axes.get_yticklabels(), colours or [INK] * len(names), strict=True):
        label.set_color(colour)


def no_numbers(axes: Axes) -> None:
    """No axis of numbers: every bar says its own."""
    axes.set_xticks([])


def key(figure: Figure, parts: Sequence[tuple[str, str]]) -> None:
    """Names in their own colours at the foot, instead of a legend's box."""
    at = 0.2
    height = figure.get_size_inches()[1]
    for name, colour in parts:
        figure.text(at, 0.28 / height, "\u25a0", size=13, color=colour, va="center")
        figure.text(at + 0.02, 0.28 / height, name, size=10.5, color=INK, va="center")
        at += 0.04 + 0.0086 * len(name)


def saved(figure: Figure, kind: str, title: str) -> bytes:
    """The figure as ``svg`` or ``png``, the same bytes whenever it is made."""
    buffer = io.BytesIO()
    metadata = {"Date": None, "Creator": "slaflow", "Title": title} if kind == "svg" else {"Title": title}
    figure.savefig(buffer, format=kind, dpi=200, metadata=metadata)
    return buffer.getvalue()

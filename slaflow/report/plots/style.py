"""How our plots look: the finding as title, direct labels, one colour per party, nothing that says nothing.

Colours are of the Okabe-Ito palette, told apart by the colour-blind too; text in an SVG stays text.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from slaflow.errors import ExtraMissing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

WIDTH = 10.0
MARGIN = 0.25
"""All in inches."""
LONGEST_NAME = 3.2
SMALLEST = 10.5
SLACK = 1.03
"""Letters are set to whole pixels: words are up to so much wider in a larger picture."""
SQUARE = "\u25a0"
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


class Label(NamedTuple):
    """Words that begin at *x* of the scale and are so wide."""

    x: float
    inches: float


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
    """A figure for *rows* horizontal bars under a title and a line below it; of no rows the words alone."""
    from matplotlib.figure import Figure

    height = max(1.9 + 0.5 * rows, 3.0) if rows else 1.2
    figure = Figure(figsize=(WIDTH, height), facecolor=PAPER)
    room = (WIDTH - 2 * MARGIN) / WIDTH
    at = MARGIN / WIDTH, 1 - 0.42 / height
    shrunk(figure.text(*at, one_line(title), size=16, weight="bold", va="center"), room)
    shrunk(
        figure.text(at[0], 1 - 0.76 / height, one_line(subtitle), size=10.5, color=FAINT, va="center"), room
    )
    # Inches from the edges, whatever the height.
    axes = figure.add_axes((0.2, 0.62 / height, 0.74, max(height - 1.62, 0.1) / height))
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    axes.set_facecolor(PAPER)
    axes.set_visible(rows > 0)
    return figure, axes


def one_line(text: str) -> str:
    """*text* without line breaks and what cannot be printed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def fitted(text: str, most: int) -> str:
    """*text* on one line of at most so many characters."""
    line = one_line(text)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def width_of(text: Text) -> float:
    """How wide it is drawn, in inches."""
    figure = text.get_figure(root=True)
    assert figure is not None
    return float(text.get_window_extent().width / figure.dpi) * SLACK


def shrunk(text: Text, room: float) -> None:
    """Makes *text* smaller, then shorter, until it takes no more than *room*, a part of the figure."""
    most = room * WIDTH
    while width_of(text) > most and (size := float(text.get_fontsize())) > SMALLEST:
        text.set_fontsize(size - 0.5)
    shortened(text, most)


def shortened(text: Text, most: float) -> None:
    """Cuts *text* until it is no wider than *most* inches."""
    words = text.get_text()
    while len(words) > 1 and width_of(text) > most:
        # Letters are of many widths: a guess, then one by one.
        words = words[: min(int(len(words) * most / width_of(text)) + 1, len(words) - 1)].rstrip()
        text.set_text(f"{words}…")


def name_rows(axes: Axes, names: Sequence[str], colours: Sequence[str] | None = None) -> None:
    """Rows from the top, named at the left; each name in its party's colour. Long names get more room."""
    axes.set_yticks(range(len(names)), [one_line(name) for name in names])
    axes.set_ylim(len(names) - 0.45, -0.55)
    labels = axes.get_yticklabels()
    for label, colour in zip(labels, colours or [INK] * len(names), strict=True):
        label.set_color(colour)
        shortened(label, LONGEST_NAME)
    # What was shortened is a label; what is drawn is made of these.
    axes.set_yticks(range(len(names)), [label.get_text() for label in labels])
    left = max([2.0, *(width_of(label) + MARGIN + 0.1 for label in axes.get_yticklabels())]) / WIDTH
    _, bottom, _, height = axes.get_position().bounds
    axes.set_position((left, bottom, 0.94 - left, height))


def no_numbers(axes: Axes) -> None:
    """No axis of numbers: every bar says its own."""
    axes.set_xticks([])


def end_label(axes: Axes, x: float, place: int, strong: str, faint: str = "") -> Label:
    """Words behind the end of a bar, bold ones and then grey ones, however wide the first are."""
    points: Any = {"textcoords": "offset points", "va": "center", "annotation_clip": False}
    first = axes.annotate(strong, (x, place), (6, 0), weight="bold", size=12, **points)
    second = axes.annotate(faint, (1, 0.5), (7, 0), xycoords=first, color=FAINT, size=10.5, **points)
    return Label(x, 6 / 72 + width_of(first) + (7 / 72 + width_of(second) if faint else 0))


def make_room(axes: Axes, labels: Sequence[Label], least: float = 0.0) -> None:
    """Sets the scale, from nothing to *least* or more, so that every label ends within the axes."""
    width = axes.get_position().width * WIDTH
    ends = [label.x * width / max(width - label.inches, 0.2 * width) for label in labels]
    axes.set_xlim(0, max([least, *ends]) or 1.0)


def key(figure: Figure, parts: Sequence[tuple[str, str]], glyphs: str = "") -> None:
    """Names in their own colours at the foot, instead of a legend's box; on a second line if need be.

    *glyphs*: the sign of each, where they are not all squares.
    """
    height = figure.get_size_inches()[1]
    start = at = figure.axes[0].get_position().x0 * WIDTH
    signs = [
        figure.text(0, 0, sign, size=13, color=colour, va="center")
        for (_, colour), sign in zip(parts, glyphs or SQUARE * len(parts), strict=True)
    ]
    line = 0
    for (name, _), sign in zip(parts, signs, strict=True):
        words = figure.text(0, 0, fitted(name, 40), size=10.5, color=INK, va="center")
        needs = 0.2 + width_of(words)
        if at > start and at + needs > WIDTH - MARGIN:
            line, at = line + 1, start
        for text, x in ((sign, at), (words, at + 0.2)):
            text.set_position((x / WIDTH, (0.36 - 0.22 * line) / height))
        at += needs + 0.2


def saved(figure: Figure, kind: str, title: str) -> bytes:
    """The figure as ``svg`` or ``png``, the same bytes whenever it is made."""
    buffer = io.BytesIO()
    metadata = {"Date": None, "Creator": "slaflow", "Title": title} if kind == "svg" else {"Title": title}
    figure.savefig(buffer, format=kind, dpi=200, metadata=metadata)
    return buffer.getvalue()

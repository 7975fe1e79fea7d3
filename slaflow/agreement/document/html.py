"""The page as HTML: one file, no script, nothing from elsewhere, to read on a screen, a phone or paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from slaflow.agreement.document.blocks import Block, Heading, Item, Items, Page, Paragraph, Picture, Table
from slaflow.agreement.picture.ranks import PictureTooLarge
from slaflow.agreement.picture.svg import svg

_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 54rem; padding: 2rem 1.25rem 4rem; background: #fff; color: #111827;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.4rem 0 .6rem; padding-bottom: .25rem; border-bottom: 1px solid #d1d5db; }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
p, li { overflow-wrap: anywhere; }
.table { overflow-x: auto; }
ol, ul { padding-left: 1.6rem; }
li { margin: .5rem 0; }
li ul { margin: .25rem 0; padding-left: 1.1rem; color: #374151; font-size: .94em; }
li li { margin: .15rem 0; }
code { font: .88em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; color: #4b5563; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; font-size: .94em; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0;
  border-bottom: 1px solid #e5e7eb; }
th { font-weight: 600; color: #4b5563; }
.picture { overflow-x: auto; margin: 1rem 0; }
.picture svg { display: block; max-width: 100%; height: auto; min-width: 40rem; }
@media print {
  html { font-size: 9.5pt; }
  body { max-width: none; padding: 0; font-size: 1rem; }
  h2, h3 { break-after: avoid; }
  li, tr, .picture { break-inside: avoid; }
  .picture, .table { overflow: visible; }
  .picture svg { min-width: 0; max-height: 240mm; }
}
@page { margin: 18mm; }
"""


def html(page: Page) -> str:
    """The whole file, ending in a line feed."""
    title = escape(page.title)
    body = "\n".join(line for block in page.blocks for line in _lines(block))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"<h{block.level}>{escape(block.text)}</h{block.level}>"
        case Paragraph():
            yield f"<p>{escape(block.text)}</p>"
        case Items():
            yield from _items(block)
        case Table():
            yield from _table(block.header, block.rows)
        case Picture():
            yield from _picture(block)


def _picture(block: Picture) -> Iterator[str]:
    try:
        yield f'<div class="picture">\n{svg(block.agreement)}</div>'
    except PictureTooLarge:
        yield "<p>There are too many ways between states to draw them; they are listed below.</p>"


def _items(block: Items) -> Iterator[str]:
    tag = "ul" if block.first is None else "ol"
    start = f' start="{block.first}"' if block.first not in (None, 1) else ""
    yield f"<{tag}{start}>"
    yield from map(_item, block.items)
    yield f"</{tag}>"


def _item(item: Item) -> str:
    title = f"<strong>{escape(item.title)}</strong> " if item.title else ""
    name = f"<code>{escape(item.name)}</code> " if item.name else ""
    break_ = "<br>" if title or name else ""
    notes = "".join(f"<li>{escape(note)}</li>" for note in item.notes)
    return f"<li>{title}{name}{break_}{escape(item.sentence)}{f'<ul>{notes}</ul>' if notes else ''}</li>"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield '<div class="table"><table>'
    yield f"<thead><tr>{''.join(f'<th>{escape(each)}</th>' for each in header)}</tr></thead>"
    yield "<tbody>"
    for row in rows:
        yield f"<tr>{''.join(f'<td>{escape(each)}</td>' for each in row)}</tr>"
    yield "</tbody></table></div>"

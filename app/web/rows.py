"""Tables of lists, joined from texts: a template would cost more than the query for every row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from app.language import Locale
from app.query.lists import ListColumn, ListPage, ListRow
from app.web import markup
from app.web.markup import text as escaped
from app.web.once import new_key
from app.web.places import record_url
from app.web.texts import text

#: The tags of a link; a link inside a link isn't HTML.
_LINK: Final = re.compile(r"</?a\b[^>]*>")

#: Makes the address of the list sorted by a column.
SortUrl = Callable[[ListColumn], str]


@dataclass(frozen=True, slots=True)
class Restoring:
    """The buttons of the bin, which bring a record back.

    Args:
        ids: the records that the reader may bring back.
        back: address of the list, to which he returns.
        csrf: the session's token for forms.
    """

    ids: frozenset[int]
    back: str
    csrf: str


def table(
    page: ListPage,
    locale: Locale,
    icon: Callable[[str], Markup],
    sort_url: SortUrl | None,
    more_url: str | None,
    restoring: Restoring | None = None,
) -> Markup:
    """Return a list as a table.

    Args:
        page: the rows.
        locale: the reader's language.
        icon: draws a symbol.
        sort_url: makes the address behind a heading, or None for headings that don't sort.
        more_url: address of the page after, or None.
        restoring: what the last column of the bin needs.
    """
    heads = "".join(_head(column, locale, icon, sort_url) for column in page.columns)
    if restoring is not None:
        hidden = f'<span class="visually-hidden">{escaped(text("record.restore", locale))}</span>'
        heads += f'<th scope="col">{hidden}</th>'
    return markup.joined(
        (
            '<div class="scroll"><table class="grid stacks"><thead><tr>',
            heads,
            "</tr></thead>",
            body(page, locale, more_url, restoring),
            "</table></div>",
        )
    )


def body(page: ListPage, locale: Locale, more_url: str | None, restoring: Restoring | None = None) -> Markup:
    """Return the rows, and below them the button that loads the ones after; also what that button is replaced by."""
    entity = page.spec.entity
    rows = rows_of(entity, page.columns, page.rows)
    if restoring is not None:
        rows = _with_buttons(entity, rows, page.rows, restoring, locale)
    if more_url is None:
        return markup.joined(("<tbody>", *rows, "</tbody>"))
    link = (
        f'<tbody id="more"><tr class="more-row"><td colspan="{max(1, len(page.columns) + (restoring is not None))}">'
        f'<a class="btn" href="{escaped(more_url)}" hx-get="{escaped(more_url)}" hx-target="#more" hx-swap="outerHTML">'
        f"{escaped(text('list.more', locale))}</a></td></tr></tbody>"
    )
    return markup.joined(("<tbody>", *rows, "</tbody>", link))


def rows_of(entity: str, columns: Sequence[ListColumn], rows: Iterable[ListRow]) -> Iterable[str]:
    """Yield a `<tr>` for each record; its first cell leads to the record."""
    opening = ["<td>" if not column.numeric else '<td class="n">' for column in columns]
    for row in rows:
        url = f"/r/{entity}/{row.id}"
        cells = row.cells
        first = _opening_cell(cells[0] if cells else "", row.title, url)
        rest = "".join([f"{tag}{cell}</td>" for tag, cell in zip(opening[1:], cells[1:], strict=True)])
        yield f"<tr>{opening[0] if opening else '<td>'}{first}</td>{rest}</tr>"


def _with_buttons(
    entity: str, rows: Iterable[str], records: Iterable[ListRow], restoring: Restoring, locale: Locale
) -> Iterable[str]:
    """Yield rows with one cell more: the button that brings the record back, where the reader may."""
    label = escaped(text("record.restore", locale))
    for row, record in zip(rows, records, strict=True):
        form = _button(entity, record, restoring, label) if record.id in restoring.ids else ""
        yield f'{row.removesuffix("</tr>")}<td class="act">{form}</td></tr>'


def _button(entity: str, record: ListRow, restoring: Restoring, label: str) -> str:
    sent = {
        "csrf_token": restoring.csrf,
        "version": str(record.version),
        "_once": new_key(),
        "back": restoring.back,
    }
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escaped(value)}">' for name, value in sent.items())
    return (
        f'<form method="post" action="{record_url(entity, record.id)}/restore">{hidden}'
        f'<button class="btn" aria-label="{label}: {escaped(record.title)}">{label}</button></form>'
    )


def _opening_cell(cell: str, title: str, url: str) -> str:
    """Make a cell lead to its record; where its value is a link of its own, that one waits on the record's page."""
    if not cell:
        return f'<a class="open" href="{url}" aria-label="{escaped(title)}">–</a>'
    return f'<a class="open" href="{url}">{_LINK.sub("", cell) if "<a " in cell else cell}</a>'


def _head(column: ListColumn, locale: Locale, icon: Callable[[str], Markup], sort_url: SortUrl | None) -> str:
    label = escaped(column.label.text(locale))
    css = ' class="n"' if column.numeric else ""
    if sort_url is None or not column.sortable:
        return f'<th scope="col"{css}>{label}</th>'
    sorted_ = f' aria-sort="{column.sorted}"' if column.sorted else ""
    arrow = icon("arrow-down" if column.sorted == "descending" else "arrow-up") if column.sorted else ""
    url = escaped(sort_url(column))
    hint = escaped(text("list.sort_by", locale, column=column.label.text(locale)))
    return (
        f'<th scope="col"{css}{sorted_}><a class="sort" href="{url}" title="{hint}" hx-get="{url}" hx-target="#list"'
        f' hx-swap="outerMorph" hx-push-url="true">{label}{arrow}</a></th>'
    )

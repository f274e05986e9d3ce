"""Whether both applications show the same: a ratio of two different pages would say nothing."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

from bench.client import Client, forms_of
from bench.data import World
from bench.pages import LIST, MONEY, REPORT

#: Inputs that belong to the frame or to one application only.
_OWN: Final = frozenset({"csrf_token", "version", "next", "q", "_once"})


class Different(RuntimeError):
    """The two applications don't show the same."""


def make_sure(one: Client, other: Client, world: World) -> None:
    """Compare tables and inputs of every page that is measured.

    Raises:
        Different: they don't show the same; with the first difference.
    """
    record = max(1, world.contacts_count // 2)
    tables = [LIST, REPORT, MONEY, f"/r/contact/{record}", *(f"{LIST}?q={word.strip()}" for word in world.probes)]
    for path in tables:
        _same(path, _cells(one, path), _cells(other, path))
    for path in (f"/r/contact/{record}/edit", "/r/wide/1/edit"):
        _same(path, _inputs(one, path), _inputs(other, path))


def _same(path: str, mine: list[tuple[str, ...]], theirs: list[tuple[str, ...]]) -> None:
    for number, (first, second) in enumerate(zip(mine, theirs, strict=False)):
        if first != second:
            raise Different(f"{path}: number {number} is {first} here and {second} there")
    if len(mine) != len(theirs):
        raise Different(f"{path}: {len(mine)} here and {len(theirs)} there")


def _cells(client: Client, path: str) -> list[tuple[str, ...]]:
    reader = _Cells()
    reader.feed(client.get(path).text)
    return [tuple(" ".join(cell.split()) for cell in row) for row in reader.rows if row]


def _inputs(client: Client, path: str) -> list[tuple[str, ...]]:
    forms = forms_of(client.get(path).text)
    form = max(forms, key=lambda one: len(one.fields))
    return sorted(field for field in form.fields if field[0] not in _OWN)


class _Cells(HTMLParser):
    """Reads the texts of all table cells and of the values of a mask in read mode."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif ("class", "value") in attrs:
            self.rows.append([""])
            self._inside = True
        elif tag in ("td", "th") and self.rows and ("scope", "col") not in attrs:
            self.rows[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "div"):
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data

"""Somebody who exports lists, changes the files and imports them, by the pages that everybody uses."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from werkzeug.test import TestResponse

from tests.support.site import Visitor

_FIELD: Final = re.compile(r'name="(_staged|_once)" value="([^"]*)"')
_CELLS: Final = re.compile(r"<tr><th scope=\"row\">(?:\w+ (\d+))?</th><td>(.*?)</td><td>(.*?)</td></tr>", re.DOTALL)
_FIGURES: Final = re.compile(r"<li>[^<]+: <strong>([\d.,]+)</strong></li>")


def table(content: bytes) -> list[list[str]]:
    """Return the cells of an exported file."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def written(rows: Sequence[Sequence[str]], separator: str = ",") -> bytes:
    """Return cells as a file."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode()


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk.

    Args:
        visitor: whose it is.
    """

    visitor: Visitor

    def exported(self, entity: str, query: str = "", kind: str = "changing") -> list[list[str]]:
        """Return the cells of an exported list."""
        answer = self.visitor.get(f"/e/{entity}/-/export/{kind}{query}")
        assert answer.status_code == 200, answer.text
        return table(answer.data)

    def check(self, entity: str, content: bytes, **form: str) -> TestResponse:
        """Upload a file."""
        sent = {**form, "file": (io.BytesIO(content), "file.csv")}
        answer = self.visitor.post(f"/e/{entity}/-/import", sent)
        # A large upload waits in a file of the test client's, which leaves it open.
        answer.request.environ["wsgi.input"].close()
        return answer

    def run(self, entity: str, checked: TestResponse, **form: str) -> TestResponse:
        """Import what was checked."""
        return self.visitor.post(f"/e/{entity}/-/import/run", {**hidden(checked), **form})

    def imported(self, entity: str, content: bytes, **form: str) -> tuple[int, int, int]:
        """Check and import a file; returns how many it creates, changes and leaves."""
        checked = self.check(entity, content, **form)
        assert checked.status_code == 200, told(checked)
        found = figures(checked)
        if not any(found[:2]):
            assert "import-run" not in checked.text, "there is nothing to import"
            return found
        done = self.run(entity, checked, **{key: value for key, value in form.items() if key == "_reason"})
        assert done.status_code == 303, told(done)
        return found


def hidden(page: TestResponse) -> Mapping[str, str]:
    """Return what the form that imports carries."""
    return {name: html.unescape(value) for name, value in _FIELD.findall(page.text)}


def figures(page: TestResponse) -> tuple[int, int, int]:
    """Return how many records a checked file creates, changes and leaves."""
    created, changed, unchanged = (int(one.replace(".", "").replace(",", "")) for one in _FIGURES.findall(page.text))
    return created, changed, unchanged


def told(page: TestResponse) -> list[tuple[str, str, str]]:
    """Return everything that was refused: line, column, sentence."""
    return [(line, html.unescape(column), html.unescape(what)) for line, column, what in _CELLS.findall(page.text)]

"""What the page that explains rights says, taken apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Final
from urllib.parse import urlencode

from tests.support.site import Visitor

_ROW: Final = re.compile(r'<tr><th scope="row">(.*?)</th><td><strong>(.*?)</strong></td><td>(.*?)</td></tr>', re.DOTALL)
_SENTENCE: Final = re.compile(r"<div>(.*?)</div>", re.DOTALL)
#: What is said where it hangs on a value that the asker can't read.
UNTOLD: Final = "Nicht zu sagen"


@dataclass(frozen=True, slots=True)
class Told:
    """One row: the answer and the sentences that say why."""

    answer: str
    because: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return all sentences."""
        return " ".join(self.because)


def main_of(visitor: Visitor, url: str, status: int = 200) -> str:
    """Return the main part of a page."""
    response = visitor.get(url)
    assert response.status_code == status, (url, response.status_code)
    return unescape(response.text.partition("<main")[2].partition("</main")[0])


def told(visitor: Visitor, path: str = "/why", **asked: object) -> Mapping[str, Told]:
    """Return what the page says, by verb."""
    page = main_of(visitor, f"{path}?{urlencode(asked)}")
    return {verb: Told(answer, tuple(_SENTENCE.findall(why))) for verb, answer, why in _ROW.findall(page)}

"""A file of stolen passwords: SHA-1 hashes in their order, `HEX:COUNT` a line, as “Have I Been Pwned” offers it.

It has tens of gigabytes, so it is never read: a hash is found by halving what is left of the open file, some 35 looks
of a few bytes each. Source: Pwned Passwords, “ordered by hash”.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from app.errors import CannotStart
from app.language import Label

#: A line is a hash, a colon and a count that nobody needs; it ends as in Unix or in Windows.
_LINE: Final = re.compile(rb"([0-9A-F]{40}):[0-9]{1,12}(?:\r?\n|\Z)")
_LONGEST_LINE: Final = 64
#: What is left of the file is looked through line by line once it is no longer than this.
_BLOCK: Final = 4_096
#: Lines that are looked at when the product starts, from the first to the last.
_SAMPLES: Final = 64

_GONE: Final = Label(
    "Die Liste gestohlener Passwörter „{path}“ lässt sich nicht lesen. Prüfen Sie LOTSE_BREACH_LIST und die Rechte der "
    "Datei.",
    "The list of stolen passwords “{path}” can't be read. Check LOTSE_BREACH_LIST and who may read the file.",
)
_FORM: Final = Label(
    "In „{path}“ steht bei Byte {place} keine Zeile aus SHA-1-Hash, Doppelpunkt und Anzahl. Nehmen Sie für "
    "LOTSE_BREACH_LIST die nach Hash geordnete SHA-1-Fassung der „Pwned Passwords“, entpackt.",
    "“{path}” has no line of a SHA-1 hash, a colon and a count at byte {place}. For LOTSE_BREACH_LIST, take the SHA-1 "
    "edition of “Pwned Passwords” that is ordered by hash, unpacked.",
)
_ORDER: Final = Label(
    "„{path}“ ist bei Byte {place} nicht nach Hash geordnet. Ordnen Sie die Datei mit „LC_ALL=C sort“, oder nehmen Sie "
    "die nach Hash geordnete Fassung.",
    "“{path}” isn't ordered by hash at byte {place}. Order the file by “LC_ALL=C sort”, or take the edition that is "
    "ordered by hash.",
)


class ListBroken(OSError):
    """The file holds something else than when the product started."""


@dataclass(frozen=True, slots=True)
class BreachList:
    """A file of stolen passwords.

    Args:
        path: where it is.
    """

    path: Path

    def holds(self, digest: str) -> bool:
        """Return whether a hash is on the list.

        Args:
            digest: SHA-1 of the password, forty capital hexadecimal digits.

        Raises:
            OSError: the file is gone, can't be read, or isn't such a list any more.
        """
        wanted = digest.encode()
        with _opened(self.path) as (file, size):
            low, high = 0, size
            while high - low > _BLOCK:
                middle = (low + high) // 2
                line, start = _line_after(file, middle)
                if line and _hash_of(line, start) <= wanted:
                    low = start
                else:
                    high = middle
            rest = os.pread(file, high - low + _LONGEST_LINE, low)
        return any(line.startswith(wanted) for line in rest.split(b"\n"))

    def check(self) -> None:
        """Make sure that the file is such a list, as far as some of its lines tell.

        Raises:
            CannotStart: it can't be read, a line has another form, or the lines aren't in their order.
        """
        try:
            with _opened(self.path) as (file, size):
                self._check(file, size)
        except OSError as gone:
            raise CannotStart(_GONE.format(path=self.path)) from gone

    def age(self, now: datetime) -> timedelta:
        """Return how long ago the file was written.

        Args:
            now: the present time, with its time zone.

        Raises:
            OSError: the file is gone.
        """
        return now - datetime.fromtimestamp(self.path.stat().st_mtime, UTC)

    def _check(self, file: int, size: int) -> None:
        before = b""
        for place in _places(size):
            line, start = (os.pread(file, _LONGEST_LINE, 0), 0) if place == 0 else _line_after(file, place)
            if place and not line:
                continue  # that was within the last line
            found = _LINE.match(line)
            if found is None:
                raise CannotStart(_FORM.format(path=self.path, place=start))
            if found[1] < before:
                raise CannotStart(_ORDER.format(path=self.path, place=start))
            before = found[1]


@contextmanager
def _opened(path: Path) -> Iterator[tuple[int, int]]:
    """Open a file without reading ahead; gives its descriptor and its size."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield file, os.fstat(file).st_size
    finally:
        os.close(file)


def _places(size: int) -> list[int]:
    """Return where the file is looked at: at its first lines, then evenly, and at its end."""
    first = range(0, min(size, 4 * _LONGEST_LINE), _LONGEST_LINE)
    spread = (size * part // _SAMPLES for part in range(_SAMPLES))
    return sorted({*first, *spread, max(0, size - 2 * _LONGEST_LINE)})


def _line_after(file: int, place: int) -> tuple[bytes, int]:
    """Return the first line that begins behind a place, and where it begins; nothing where there is none."""
    found = os.pread(file, 2 * _LONGEST_LINE, place)
    end = found.find(b"\n") + 1
    if end == 0:
        return (b"", place) if len(found) < _LONGEST_LINE else (found, place)
    return found[end : end + _LONGEST_LINE], place + end


def _hash_of(line: bytes, start: int) -> bytes:
    found = _LINE.match(line)
    if found is None:
        raise ListBroken(f"no hash at byte {start}")
    return found[1]

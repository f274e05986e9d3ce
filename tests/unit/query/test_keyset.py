"""Cursors: what is written is read back, and nothing else is."""

from __future__ import annotations

import base64
import contextlib
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from app.fields.column import ColumnKind
from app.query.keyset import BadCursor, decode, encode

_VALUES: Final[dict[ColumnKind, Any]] = {
    ColumnKind.TEXT: st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
    ColumnKind.INTEGER: st.integers(-(2**63) + 1, 2**63 - 1),
    ColumnKind.REFERENCE: st.integers(1, 2**63 - 1),
    ColumnKind.DECIMAL: st.decimals(-(10**12), 10**12, allow_nan=False, places=3),
    ColumnKind.BOOLEAN: st.booleans(),
    ColumnKind.DATE: st.dates(date(1000, 1, 1)),
    ColumnKind.TIME: st.times(),
    ColumnKind.DATETIME: st.datetimes(datetime(1000, 1, 1)),
}
_KINDS = st.lists(st.sampled_from(sorted(_VALUES)), max_size=3)


@given(data=st.data(), kinds=_KINDS)
def test_a_cursor_comes_back_as_it_was(data: st.DataObject, kinds: list[ColumnKind]) -> None:
    """Every kind of value, empty ones too; the id at the end."""
    values = [data.draw(st.none() | _VALUES[kind]) for kind in kinds] + [7]
    assert decode(encode(values), [*kinds, ColumnKind.INTEGER]) == tuple(values)


@given(text=st.text(max_size=60), raw=st.binary(max_size=60), kinds=_KINDS)
def test_what_a_stranger_typed_is_refused_quietly(text: str, raw: bytes, kinds: list[ColumnKind]) -> None:
    """Either it is a cursor of such a list, or `BadCursor`; never anything else."""
    for cursor in (text, base64.urlsafe_b64encode(raw).decode(), base64.urlsafe_b64encode(b"[" + raw + b"]").decode()):
        found: tuple[Any, ...] = (1,)
        with contextlib.suppress(BadCursor):
            found = decode(cursor, [*kinds, ColumnKind.INTEGER])
        assert isinstance(found[-1], int | Decimal | date | time)

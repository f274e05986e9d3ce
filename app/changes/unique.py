"""Unique values that a publish computes are judged by all of them together, not one by one while they are written.

A database refuses a value as soon as another record still has it, even where that one is about to get another one.
So the indexes are taken away while values are filled in, and made again where nothing repeats itself; until the
publish ends nobody else gets at the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Index
from sqlalchemy.schema import CreateIndex, DropIndex

from app.changes.objections import computed_twice
from app.errors import InvalidMetadata
from app.meta.model import Field
from app.runtime.snapshot import Snapshot
from app.storage.names import column_name


@contextmanager
def judged_together(connection: Connection, found: Snapshot, filled: Sequence[Field]) -> Iterator[None]:
    """Let the values of some fields repeat themselves until the block ends.

    Args:
        connection: the transaction of the publish.
        found: the configuration that values are filled in for.
        filled: the fields that get values.

    Raises:
        InvalidMetadata: what has to be unique isn't, now that the values are there.
    """
    indexes = _unique_over(found, filled)
    for index in indexes:
        connection.execute(DropIndex(index, if_exists=True))
    yield
    issues = tuple(computed_twice(connection, found, filled))
    if issues:
        raise InvalidMetadata(issues)
    for index in indexes:
        connection.execute(CreateIndex(index))


def _unique_over(found: Snapshot, filled: Sequence[Field]) -> tuple[Index, ...]:
    """Return the indexes that refuse repeated values of some fields, each once."""
    named = [
        index
        for field in filled
        for index in sorted(found.tables[field.entity].indexes, key=lambda one: str(one.name))
        if index.unique and column_name(field) in index.columns
    ]
    return tuple(dict.fromkeys(named))

"""Every SQL statement that is sent, as a test looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


@contextmanager
def watched(engine: Engine, look: Callable[[str], None]) -> Iterator[None]:
    """Show a function every statement of an engine, without its values, for as long as the block lasts."""

    def note(connection: object, cursor: object, statement: str, *more: object) -> None:
        look(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", note)

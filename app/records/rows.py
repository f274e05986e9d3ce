"""Records in memory while they are written: stored ones, drafts of new ones, and how an expression looks into them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from app.errors import FieldError
from app.fields.pointing import AnyRef

if TYPE_CHECKING:
    from app.records.permits import Permit
    from app.records.plan import EntityPlan


class Pool(Protocol):
    """Whoever has loaded the records that others point to."""

    def find(self, entity: str, record_id: int) -> Row | None:
        """Return a record that was loaded before, or None."""


class Row:
    """A record as expressions and titles see it: its values, the records it points to, its lines.

    Args:
        plan: what is known about its entity; None for a user or team, which have a name only.
        pool: where the records are that it points to.
        id: its id, or None while it has none.
        title: what it is called.
        values: its values by field key; system fields too.
        archived: whether it is in the archive.
    """

    __slots__ = ("archived", "id", "lines", "plan", "pool", "title", "values")

    def __init__(
        self,
        plan: EntityPlan | None,
        pool: Pool | None,
        id_: int | None,
        title: str,
        values: dict[str, Any],
        *,
        archived: bool = False,
    ) -> None:
        self.archived = archived
        self.plan = plan
        self.pool = pool
        self.id = id_
        self.title = title
        self.values = values
        self.lines: dict[str, tuple[Row, ...]] = {}

    def get(self, keys: tuple[str, ...]) -> Any:
        """Return the value of a path; what an expression's getter is."""
        assert self.plan is not None
        return self.plan.accessors[keys](self)

    def follow(self, key: str) -> Row | None:
        """Return the record that a reference points to, or None when it is empty, unknown or was not loaded."""
        value = self.values.get(key)
        if value is None or self.plan is None or self.pool is None:
            return None
        if isinstance(value, AnyRef):
            return self.pool.find(value.entity, value.id)
        target = self.plan.fields[key].target
        return None if target is None or not isinstance(value, int) else self.pool.find(target, value)


class Draft(Row):
    """A record on its way into the database.

    Args:
        before: the stored record when it is changed, None when it is created.
        prefix: where it stands in what was submitted: "" or `lines[2].`.
        parent, via: the record whose line it is, and the field that says so.
        position: its place among the lines.
        permit: what the writer may do with the stored record; None where it isn't asked (the product, a new record).

    Lines that were left out are in `removed`, by the key of their field; the lines that go with them in `along`.
    """

    __slots__ = (
        "along", "before", "changed", "children", "errors", "given", "parent", "permit", "position", "prefix",
        "record_errors", "removed", "search_text", "version", "via",
    )  # fmt: skip

    def __init__(
        self,
        plan: EntityPlan,
        pool: Pool,
        *,
        before: Stored | None = None,
        prefix: str = "",
        parent: Draft | None = None,
        via: str | None = None,
        position: int | None = None,
        permit: Permit | None = None,
    ) -> None:
        values = dict.fromkeys(plan.fields) if before is None else dict(before.row.values)
        super().__init__(plan, pool, None if before is None else before.row.id, "", values)
        self.before = before
        self.prefix = prefix
        self.parent = parent
        self.via = via
        self.position = position
        self.version = 0 if before is None else before.version
        self.changed: set[str] = set()
        self.given: set[str] = set()
        self.errors: dict[str, list[FieldError]] = {}
        self.record_errors: list[FieldError] = []
        self.children: dict[str, list[Draft]] = {}
        self.removed: dict[str, list[Stored]] = {}
        self.along: dict[str, list[Stored]] = {}
        self.permit = permit
        self.search_text: str | None = None

    @property
    def entity(self) -> EntityPlan:
        """Return what is known about its entity."""
        assert self.plan is not None
        return self.plan

    def follow(self, key: str) -> Row | None:
        """Return the record that a reference points to; a line's own record is the draft itself."""
        return self.parent if self.parent is not None and key == self.via else super().follow(key)

    def refuse(self, key: str, error: FieldError) -> None:
        """Note what is wrong with one field."""
        self.errors.setdefault(key, []).append(error)

    def leaving(self, key: str) -> Sequence[Stored]:
        """Return the lines of a field that go into the archive, with the lines that go along."""
        return (*self.removed.get(key, ()), *self.along.get(key, ()))

    def all_drafts(self) -> Iterable[Draft]:
        """Return the draft and those of its lines, of their lines and so on."""
        yield self
        for rows in self.children.values():
            for row in rows:
                yield from row.all_drafts()


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it is in the database.

    Args:
        row: its values.
        version: counts its changes.
        archived_at: when it was retired, or None.
        position: its place among the lines.
        search_text: the text by which it is found.
    """

    row: Row
    version: int
    archived_at: datetime | None
    position: int | None = None
    search_text: str | None = None
    links: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


Accessor = Callable[[Row], Any]

"""Search: every word of what was typed must be in the record's search text, folded; the best hits first.

Each record keeps its searchable texts folded in one column. Words of three letters and more are found by an index
(FTS5 trigram on SQLite, pg_trgm on PostgreSQL); what is too short or too common for it is looked for row by row in the
list's own order, which is quick exactly because it is common.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal,
    select,
    union_all,
)

from app.context import Context
from app.expr.fold import fold
from app.fields.column import ColumnKind
from app.meta.model import Field
from app.query.gate import always_reads, readable, readable_fields, required
from app.query.guard import title_needs
from app.query.joins import Joins
from app.query.select import Selection, Values
from app.query.shapes import shaped

#: Words that are looked for; more only make a search slower, not better.
MAX_WORDS: Final = 8
MAX_TEXT: Final = 200
#: Letters from which on an index of trigrams helps.
_INDEXED: Final = 3
#: Records that a word may be found in for the index to be worth it in a list.
_SELECTIVE: Final = 3_000
#: Candidates of which the best are chosen.
_CANDIDATES: Final = 500
_LAST: Final = "\U0010ffff"
_ESCAPE: Final = "\\"
#: Entities that are asked in one statement.
_ARMS: Final = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found.

    Args:
        entity: key of its entity.
        id: its id.
        title: what it is called.
    """

    entity: str
    id: int
    title: str


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for in a SELECT.

    Args:
        shape: what decides how the condition looks; part of a statement's key.
        values: values of its parameters.
        clause: makes the condition for a SELECT, or None where nothing is looked for.
    """

    shape: tuple[Any, ...]
    values: Mapping[str, Any]
    clause: Callable[[Joins], ColumnElement[bool] | None]


def reads_whole_text(ctx: Context, entity_key: str) -> bool:
    """Return whether the reader may read everything that the search text of an entity's records is made of."""
    if ctx.actor.everything:
        return True
    fields = ctx.snapshot.model.entities[entity_key].fields.values()
    return ctx.snapshot.plan(
        ("query.whole_text", ctx.actor.shape, entity_key),
        lambda: title_needs(ctx, entity_key) == () and all(always_reads(ctx, one) for one in fields if one.searchable),
    )


def readable_text(joins: Joins) -> ColumnElement[Any]:
    """Return the text in which a reader's words are looked for.

    Usually that is the stored search text. Whoever may not read all of its sources searches in what he may read: the
    folded title and the folded texts of his fields, put together.
    """
    if reads_whole_text(joins.ctx, joins.entity_key):
        return joins.base.c.search_text
    parts = [joins.title(folded=True)]
    for field in readable_fields(joins.ctx, joins.entity_key).values():
        if field.searchable:
            parts += _folded_parts(joins, field)
    return reduce(lambda one, other: one.op("||")(literal(" ")).op("||")(other), [func.coalesce(p, "") for p in parts])


def _folded_parts(joins: Joins, field: Field) -> list[ColumnElement[Any]]:
    specs = [spec for spec in field.type.columns() if spec.kind is ColumnKind.TEXT]
    folded = [spec for spec in specs if spec.suffix.endswith("folded")]
    if folded:
        return [joins.column((), field, spec.suffix) for spec in folded]
    return [func.lower(joins.column((), field, spec.suffix)) for spec in specs]


def words_of(text: str) -> tuple[str, ...]:
    """Return the folded words of what was typed."""
    return tuple(dict.fromkeys(fold(text[:MAX_TEXT]).split()))[:MAX_WORDS]


def _escaped(word: str) -> str:
    """Return a word as part of a LIKE pattern."""
    for special in (_ESCAPE, "%", "_"):
        word = word.replace(special, _ESCAPE + special)
    return word


def _scan(words: tuple[str, ...], first: int = 0) -> tuple[dict[str, Any], Callable[[ColumnElement[Any]], Any]]:
    """Return values and condition for looking into every search text."""
    names = [f"word_{first + index}" for index in range(len(words))]

    def clause(text: ColumnElement[Any]) -> Any:
        return and_(*(func.instr(text, bindparam(name, type_=String)) > 0 for name in names))

    return dict(zip(names, words, strict=True)), clause


def _like(words: tuple[str, ...]) -> tuple[dict[str, Any], Callable[[ColumnElement[Any]], Any]]:
    """Return values and condition for LIKE, which pg_trgm's index serves."""
    values = {f"word_{index}": f"%{_escaped(word)}%" for index, word in enumerate(words)}

    def clause(text: ColumnElement[Any]) -> Any:
        return and_(*(text.like(bindparam(name, type_=String), escape=_ESCAPE) for name in values))

    return values, clause


def _matching(index: FromClause) -> Select[Any]:
    """Return the ids that a full text index finds for the parameter `match`; only on SQLite."""
    return select(index.c.rowid).where(index.c.search_text.op("MATCH")(bindparam("match", type_=String)))


def _phrases(words: tuple[str, ...]) -> str:
    quoted = (word.replace('"', '""') for word in words)
    return " ".join(f'"{word}"' for word in quoted)


def _apart(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words that the index of trigrams knows, and the others."""
    long = tuple(word for word in words if len(word) >= _INDEXED)
    return long, tuple(word for word in words if len(word) < _INDEXED)


def searching(ctx: Context, entity_key: str, text: str) -> Search:
    """Return how a list looks for words.

    On SQLite one small statement asks first how common they are: rare ones are taken from the index, common ones are
    looked for in the list's order. PostgreSQL's planner decides that by itself.

    Args:
        ctx: the configuration and the reader.
        entity_key: whose records.
        text: what was typed; blank for nothing.
    """
    words = words_of(text)
    if not words:
        return NO_SEARCH
    if ctx.snapshot.dialect == "postgresql":
        values, clause = _like(words)
        return Search(("like", len(words)), values, lambda joins: clause(readable_text(joins)))
    long, short = _apart(words)
    index = ctx.snapshot.tables.search(entity_key) if reads_whole_text(ctx, entity_key) else None
    if not long or index is None or _common(ctx, index, long):
        values, clause = _scan(words)
        return Search(("scan", len(words)), values, lambda joins: clause(readable_text(joins)))
    values, rest = _scan(short)
    values["match"] = _phrases(long)

    def from_index(joins: Joins) -> ColumnElement[bool]:
        base = joins.base.c
        return and_(base.id.in_(_matching(index)), rest(base.search_text) if short else literal(True))

    return Search(("index", len(short)), values, from_index)


def _common(ctx: Context, index: FromClause, words: tuple[str, ...]) -> bool:
    rows = _matching(index).limit(_SELECTIVE + 1).subquery()
    number = ctx.connection.execute(select(func.count()).select_from(rows), {"match": _phrases(words)}).scalar_one()
    return int(number) > _SELECTIVE


NO_SEARCH: Final = Search((), {}, lambda joins: None)


# -- hits -------------------------------------------------------------------------------------------------------------


def search(ctx: Context, entity_key: str, text: str, limit: int = 20) -> tuple[Hit, ...]:
    """Find records of one entity; those whose title begins with the text come first, then by title.

    Args:
        ctx: the configuration and the reader.
        entity_key: whose records.
        text: what was typed; blank finds nothing.
        limit: hits at most.

    Raises:
        NotFound: the entity doesn't exist for this reader.
    """
    required(ctx, entity_key)
    return _search(ctx, (entity_key,), text, limit).get(entity_key, ())


def search_all(ctx: Context, text: str, limit_per_entity: int = 5) -> tuple[Hit, ...]:
    """Find records of every entity that the reader may read, child rows aside; two statements in all."""
    model = ctx.snapshot.model
    keys = tuple(key for key, entity in model.entities.items() if key in readable(ctx) and not entity.owners)
    found: dict[str, tuple[Hit, ...]] = {}
    for start in range(0, len(keys), _ARMS):
        found |= _search(ctx, keys[start : start + _ARMS], text, limit_per_entity)
    return tuple(hit for key in keys for hit in found.get(key, ()))


def pick(ctx: Context, target: str, text: str, limit: int = 10) -> tuple[Hit, ...]:
    """Offer records for a reference: those that are found, or the first ones where nothing was typed yet.

    Args:
        ctx: the configuration and the reader.
        target: key of an entity, `@user` or `@team`.
        text: what was typed.
        limit: hits at most.

    Raises:
        NotFound: the entity doesn't exist for this reader.
    """
    if target.startswith("@"):
        return _named(ctx, target, text, limit)
    required(ctx, target)
    if words_of(text):
        return search(ctx, target, text, limit)
    return _run(ctx, (target,), _FIRST, {"most": limit}).get(target, ())


def _named(ctx: Context, target: str, text: str, limit: int) -> tuple[Hit, ...]:
    """Offer users or teams; they are few, so they are looked through here, folded."""
    tables = ctx.snapshot.tables
    people = tables.user if target == "@user" else tables.team
    words = words_of(text)
    rows = ctx.connection.execute(select(people.c.id, people.c.name).order_by(people.c.name, people.c.id))
    hits = [Hit(target, id_, name) for id_, name in rows if all(word in fold(name) for word in words)]
    return tuple(hits[:limit])


def _search(ctx: Context, keys: tuple[str, ...], text: str, limit: int) -> dict[str, tuple[Hit, ...]]:
    words = words_of(text)
    if not words:
        return {}
    start = fold(" ".join(text[:MAX_TEXT].split()))
    first = _run(ctx, keys, _PREFIX, {"start": start, "end": start + _LAST, "most": limit})
    if all(len(first.get(key, ())) >= limit for key in keys):
        return first
    kind, values = _candidates(ctx, words)
    others = _run(ctx, keys, kind, {**values, "most": limit + max(map(len, first.values()), default=0)})
    both = {key: (*first.get(key, ()), *others.get(key, ())) for key in keys}
    return {key: tuple(dict.fromkeys(hits))[:limit] for key, hits in both.items()}


_Kind = tuple[str, int, int]
_FIRST: Final = ("first", 0, 0)
_PREFIX: Final = ("prefix", 0, 0)


def _candidates(ctx: Context, words: tuple[str, ...]) -> tuple[_Kind, dict[str, Any]]:
    if ctx.snapshot.dialect == "postgresql":
        return ("like", len(words), 0), _like(words)[0]
    long, short = _apart(words)
    if not long:
        return ("scan", len(words), 0), _scan(words)[0]
    # Words of the index are values too, for entities that have none.
    values = {**_scan(short)[0], **_scan(long, len(short))[0], "match": _phrases(long)}
    return ("index", len(long), len(short)), values


def _run(ctx: Context, keys: tuple[str, ...], kind: _Kind, values: Mapping[str, Any]) -> dict[str, tuple[Hit, ...]]:
    """Ask several entities in one statement."""
    statement, more = shaped(ctx, ("search", keys, kind), lambda: _statement(ctx, keys, kind))
    found: dict[str, list[Hit]] = {}
    for place, id_, title in ctx.connection.execute(statement, {**more(ctx), **values}):
        found.setdefault(keys[place], []).append(Hit(keys[place], id_, title or f"#{id_}"))
    return {key: tuple(hits) for key, hits in found.items()}


def _statement(ctx: Context, keys: tuple[str, ...], kind: _Kind) -> tuple[Select[Any], Values]:
    arms, values = [], []
    for place, key in enumerate(keys):
        selection = Selection(ctx, key, name=f"s{place}")
        base = selection.joins.base
        selection.column(literal(place, Integer).label("place"))
        selection.column(base.c.id.label("id"))
        folded = selection.joins.title(folded=True)
        selection.column(selection.joins.title().label("title"))
        selection.column(folded.label("folded"))
        selection.archived(False)
        selection.where(_found(selection, kind))
        ordered = selection.statement().order_by(_nulls_last(folded), base.c.id)
        arms.append(select(ordered.limit(bindparam("most", type_=Integer)).subquery()))
        values.append(selection.values())
    hits = union_all(*arms).subquery()
    ordered_by = (hits.c.place, hits.c.folded.nulls_last(), hits.c.id)
    statement = select(hits.c.place, hits.c.id, hits.c.title).order_by(*ordered_by)
    return statement, lambda reader: {name: value for one in values for name, value in one(reader).items()}


def _nulls_last(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Sort titles that the reader may not read last; a plain column is left as it is, so that an index serves."""
    return column if isinstance(column, Column) else column.nulls_last()


def _found(selection: Selection, kind: _Kind) -> ColumnElement[bool] | None:
    """Return the condition of one kind of search; candidates are capped before they are put in order.

    Only what the reader may see is a candidate: otherwise unseen records would decide which of the others are found.
    """
    name, words, short = kind
    ctx, joins, entity_key = selection.ctx, selection.joins, selection.entity_key
    if name == "first":
        return None
    if name == "prefix":
        folded = joins.title(folded=True)
        return and_(folded >= bindparam("start", type_=String), folded < bindparam("end", type_=String))
    look = _like if name == "like" else _scan
    if not reads_whole_text(ctx, entity_key):
        return look(("",) * (words + short))[1](readable_text(joins))  # type: ignore[no-any-return]
    rows = ctx.snapshot.tables[entity_key].alias()
    seen = None if selection.guard is None else selection.guard.rows(entity_key, rows)
    index = ctx.snapshot.tables.search(entity_key) if name == "index" else None
    if index is not None:
        ids = _matching(index)
        if short or seen is not None:  # joined, so that the database stops as soon as there are enough
            ids = ids.select_from(index.join(rows, rows.c.id == index.c.rowid))
            ids = ids.where(_scan(("",) * short)[1](rows.c.search_text)) if short else ids
    else:
        ids = select(rows.c.id).where(look(("",) * (words + short))[1](rows.c.search_text))
    ids = ids if seen is None else ids.where(seen)
    return joins.base.c.id.in_(select(ids.limit(_CANDIDATES).subquery()))

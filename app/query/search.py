"""Search: every word of what was typed must be in the record's search text, folded; the best hits first.

Each record keeps its searchable texts folded in one column. Words of three letters and more are found by an index
(FTS5 trigram on SQLite, pg_trgm on PostgreSQL); what is too short or too common for it is looked for row by row in the
list's own order, which is quick exactly because it is common.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
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
from app.query.gate import readable, required
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
        clause: makes the condition on an entity's table, or None where nothing is looked for.
    """

    shape: tuple[Any, ...]
    values: Mapping[str, Any]
    clause: Callable[[FromClause], ColumnElement[bool] | None]


def words_of(text: str) -> tuple[str, ...]:
    """Return the folded words of what was typed."""
    return tuple(dict.fromkeys(fold(text[:MAX_TEXT]).split()))[:MAX_WORDS]


def _escaped(word: str) -> str:
    """Return a word as part of a LIKE pattern."""
    for special in (_ESCAPE, "%", "_"):
        word = word.replace(special, _ESCAPE + special)
    return word


def _scan(words: tuple[str, ...], first: int = 0) -> tuple[dict[str, Any], Callable[[FromClause], Any]]:
    """Return values and condition for looking into every search text."""
    names = [f"word_{first + index}" for index in range(len(words))]

    def clause(base: FromClause) -> Any:
        return and_(*(func.instr(base.c.search_text, bindparam(name, type_=String)) > 0 for name in names))

    return dict(zip(names, words, strict=True)), clause


def _like(words: tuple[str, ...]) -> tuple[dict[str, Any], Callable[[FromClause], Any]]:
    """Return values and condition for LIKE, which pg_trgm's index serves."""
    values = {f"word_{index}": f"%{_escaped(word)}%" for index, word in enumerate(words)}

    def clause(base: FromClause) -> Any:
        return and_(*(base.c.search_text.like(bindparam(name, type_=String), escape=_ESCAPE) for name in values))

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
        return Search(("like", len(words)), values, clause)
    long, short = _apart(words)
    index = ctx.snapshot.tables.search(entity_key)
    if not long or index is None or _common(ctx, index, long):
        values, clause = _scan(words)
        return Search(("scan", len(words)), values, clause)
    values, rest = _scan(short)
    values["match"] = _phrases(long)

    def from_index(base: FromClause) -> ColumnElement[bool]:
        return and_(base.c.id.in_(_matching(index)), rest(base) if short else literal(True))

    return Search(("index", len(short)), values, from_index)


def _common(ctx: Context, index: FromClause, words: tuple[str, ...]) -> bool:
    rows = _matching(index).limit(_SELECTIVE + 1).subquery()
    number = ctx.connection.execute(select(func.count()).select_from(rows), {"match": _phrases(words)}).scalar_one()
    return int(number) > _SELECTIVE


NO_SEARCH: Final = Search((), {}, lambda base: None)


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
        selection.column(base.c.title.label("title"))
        selection.column(base.c.title__folded.label("folded"))
        selection.archived(False)
        selection.where(_found(ctx, key, base, kind))
        ordered = selection.statement().order_by(base.c.title__folded, base.c.id)
        arms.append(select(ordered.limit(bindparam("most", type_=Integer)).subquery()))
        values.append(selection.values())
    hits = union_all(*arms).subquery()
    statement = select(hits.c.place, hits.c.id, hits.c.title).order_by(hits.c.place, hits.c.folded, hits.c.id)
    return statement, lambda reader: {name: value for one in values for name, value in one(reader).items()}


def _found(ctx: Context, entity_key: str, base: FromClause, kind: _Kind) -> ColumnElement[bool] | None:
    """Return the condition of one kind of search; candidates are capped before they are put in order."""
    name, words, short = kind
    if name == "first":
        return None
    if name == "prefix":
        folded = base.c.title__folded
        return and_(folded >= bindparam("start", type_=String), folded < bindparam("end", type_=String))
    rows = ctx.snapshot.tables[entity_key].alias()
    index = ctx.snapshot.tables.search(entity_key) if name == "index" else None
    if index is not None:
        ids = _matching(index)
        if short:  # joined, so that the database stops as soon as there are enough
            ids = ids.select_from(index.join(rows, rows.c.id == index.c.rowid)).where(_scan(("",) * short)[1](rows))
    else:
        look = _like if name == "like" else _scan
        ids = select(rows.c.id).where(look(("",) * (words + short))[1](rows))
    return base.c.id.in_(select(ids.limit(_CANDIDATES).subquery()))

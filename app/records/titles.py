"""What a record is called and by what it is found: computed when it is written, kept right when its sources change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam

from app.context import Context
from app.expr.fold import fold, search_text
from app.fields.formats import Formats, formats_for
from app.language import DEFAULT_LOCALE
from app.records import texts
from app.records.plan import EntityPlan, plan_of
from app.records.rows import Row, Stored
from app.records.stored import CHUNK, Targets, load_links, pointing_at, to_stored

#: How often a changed title may change the titles of records that show it, and how many records at most.
_LEVELS: Final = 3
_MOST: Final = 20_000
#: Longest title; lists are sorted by it, and an index holds no longer texts.
LONGEST: Final = 300
#: What is left of a title's plain text where every part of it is empty.
_STRAY: Final = " ,;:–-/|()"


def title_formats(ctx: Context) -> Formats:
    """Return the formats in which titles are written: a title is stored once, so it has one language."""
    return formats_for(DEFAULT_LOCALE, ctx.snapshot.time_zone)


def title_of(plan: EntityPlan, row: Row, formats: Formats) -> str:
    """Return what a record is called; a record whose title would be empty is called after its entity."""
    title = " ".join("".join(part(row, formats) for part in plan.title).split())
    if len(title) > LONGEST:
        title = f"{title[: LONGEST - 1].rstrip()}…"
    if title.strip(_STRAY):
        return title
    return texts.UNTITLED.format(entity=plan.entity.label).text(DEFAULT_LOCALE)


def search_text_of(plan: EntityPlan, row: Row, title: str) -> str:
    """Return the folded text by which a record is found: its title and the values of its searchable fields."""
    terms = [title]
    for field in plan.searchable:
        value = row.values[field.key]
        if value is not None:
            terms.append(field.field.type.search_terms(value))
    return search_text(" ".join(dict.fromkeys(term for term in terms if term)))


@dataclass(frozen=True, slots=True)
class Showing:
    """An entity whose titles show something of the records of another one.

    Args:
        entity: its key.
        columns: the referring columns.
        values: keys of the fields whose values are shown, beside the title.
    """

    entity: str
    columns: tuple[str, ...]
    values: frozenset[str]


def showing(ctx: Context, entity_key: str) -> tuple[Showing, ...]:
    """Return the entities whose titles show something of an entity's records; worked out once per snapshot."""
    found: Mapping[str, tuple[Showing, ...]] = ctx.snapshot.plan(("records.showing",), lambda: _all_showing(ctx))
    return found.get(entity_key, ())


def _all_showing(ctx: Context) -> Mapping[str, tuple[Showing, ...]]:
    found: dict[str, dict[str, list[str]]] = {}
    values: dict[tuple[str, str], set[str]] = {}
    for key, entity in ctx.snapshot.model.entities.items():
        for part in entity.title:
            field = entity.fields.get(part.path[0]) if part.path else None
            if field is None or field.type.link() is not None or field.system:
                continue
            column = plan_of(ctx, key).fields[field.key].columns[:1]
            for target in field.type.spec.targets:
                found.setdefault(target, {}).setdefault(key, []).append(column[0][1])
                values.setdefault((target, key), set()).update(part.path[1:2])
    return {
        target: tuple(
            Showing(key, tuple(dict.fromkeys(columns)), frozenset(values[target, key]))
            for key, columns in shown.items()
        )
        for target, shown in found.items()
    }


def refresh(ctx: Context, changed: Mapping[str, Sequence[int]]) -> None:
    """Bring the titles up to date that show something of records that have just changed.

    Titles that show titles are followed a few levels; a title is a help for reading, so a chain that is longer or
    wider than that stays as it is until its records are saved.

    Args:
        ctx: the writer.
        changed: ids of the records whose title or shown values changed, by entity.
    """
    left = _MOST
    for _ in range(_LEVELS):
        following: dict[str, list[int]] = {}
        for entity_key, ids in changed.items():
            for shown in showing(ctx, entity_key):
                renamed, seen = _rename(ctx, shown, list(ids), left)
                left -= seen
                following.setdefault(shown.entity, []).extend(renamed)
        changed = {key: ids for key, ids in following.items() if ids}
        if not changed or left <= 0:
            return


def _rename(ctx: Context, shown: Showing, ids: Sequence[int], most: int) -> tuple[list[int], int]:
    plan, formats = plan_of(ctx, shown.entity), title_formats(ctx)
    renamed: list[int] = []
    seen, after = 0, 0
    while seen < most:
        pool = Targets(ctx)
        batch = {"at__ids": list(ids[:CHUNK]), "at__after": after, "at__limit": CHUNK}
        rows_found = ctx.connection.execute(pointing_at(ctx, plan, shown.columns), batch).mappings()
        found = {row["id"]: to_stored(plan, pool, row) for row in rows_found}
        load_links(ctx, plan, found)
        pool.follow([stored.row for stored in found.values()], plan.needs)
        renamed.extend(write_names(ctx, plan, found.values(), formats))
        seen += len(found)
        if len(found) < CHUNK:
            break
        after = max(found)
    if len(ids) > CHUNK and seen < most:
        more, more_seen = _rename(ctx, shown, ids[CHUNK:], most - seen)
        return renamed + more, seen + more_seen
    return renamed, seen


def write_names(ctx: Context, plan: EntityPlan, several: Iterable[Stored], formats: Formats) -> list[int]:
    """Write the titles and search texts of stored records that aren't what they should be; returns whose.

    Args:
        ctx: the writer.
        plan: the records' entity.
        several: loaded, with everything that their titles show.
        formats: see `title_formats`.
    """
    changes: list[dict[str, Any]] = []
    for row, stored in ((one.row, one) for one in several):
        title = title_of(plan, row, formats)
        found_by = search_text_of(plan, row, title)
        if title != row.title or found_by != stored.search_text:
            changes.append({"at__id": row.id, "title": title, "title__folded": fold(title), "search_text": found_by})
    if changes:
        table = plan.table
        values: dict[str, Any] = {name: bindparam(name) for name in ("title", "title__folded", "search_text")}
        ctx.connection.execute(table.update().where(table.c.id == bindparam("at__id")).values(values), changes)
    return [change["at__id"] for change in changes]

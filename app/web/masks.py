"""What the pages of records share: which mask opens, what it needs to know of other records, its related lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from app.access.rights import access
from app.context import Context
from app.errors import NotFound
from app.forms.bind import BoundForm
from app.forms.state import Follow
from app.meta.model import Field, Mask, RelatedElement
from app.meta.paths import target_of
from app.query.operators import operators_of
from app.query.paths import resolve
from app.query.record import Record, Related, load_record, related
from app.query.spec import ALL_RECORDS
from app.query.words import value_words
from app.web import markup, rows
from app.web.markup import text as escaped
from app.web.places import list_url
from app.web.texts import text

#: Operators with which a list shows what points to a record, the first that its field has.
_POINTING: Final = ("one_of", "has_one_of")
#: An id has fewer digits than this.
_ID: Final = 19
_HEAD: Final = '<th scope="col">'
_NUMBER_HEAD: Final = '<th scope="col" class="n">'


def main_mask(ctx: Context, entity: str) -> str:
    """Return the key of the mask that opens.

    Raises:
        NotFound: the entity has none, so it doesn't exist.
    """
    masks = _masks(ctx, entity)
    found = next((mask for mask in masks if mask.key == f"{entity}.main"), None)
    found = found or next((mask for mask in masks if not mask.quick), None)
    if found is None:
        raise NotFound(entity)
    return found.key


def quick_mask(ctx: Context, entity: str) -> str:
    """Return the key of the mask for creating in place, or of the main one where there is none.

    Raises:
        NotFound: the entity doesn't exist.
    """
    found = next((mask for mask in _masks(ctx, entity) if mask.quick), None)
    return found.key if found is not None else main_mask(ctx, entity)


def _masks(ctx: Context, entity: str) -> list[Mask]:
    model = ctx.snapshot.model
    return [model.masks[key] for key in model.masks_of.get(entity, ())]


def follower(ctx: Context) -> Follow:
    """Return a function that reads values of other records for a mask's conditions; each record is read once."""
    seen: dict[tuple[str, int], Record | None] = {}

    def record_of(entity: str, record_id: int) -> Record | None:
        at = (entity, record_id)
        if at not in seen:
            try:
                seen[at] = load_record(ctx, entity, record_id, lines=False)
            except NotFound:
                seen[at] = None
        return seen[at]

    def follow(entity: str, record_id: int, keys: tuple[str, ...]) -> Any:
        known = ctx.snapshot.model.entities.get(entity)
        record = record_of(entity, record_id) if known is not None else None
        field = known.fields.get(keys[0]) if known is not None else None
        if record is None or field is None:
            return None
        return _at(field, record.values.get(keys[0]), keys[1:])

    def _at(field: Field, value: Any, rest: tuple[str, ...]) -> Any:
        if not rest:
            return field.type.expression_value(value)
        if rest[0] in field.type.subs():
            return field.type.expression_value(value, rest[0])
        target = target_of(field.type)
        if value is None or target is None:
            return None
        return follow(target, field.type.expression_value(value), rest)

    return follow


def named(ctx: Context, bound: BoundForm) -> BoundForm:
    """Return a submitted form in which references to several records have names: a browser sends their ids alone.

    Args:
        ctx: whose rights count; what he may not read keeps its number.
        bound: the form; one statement for each such field.
    """
    answers = dict(bound.answers)
    for key, answer in bound.answers.items():
        items = answer.texts.get("items") or ()
        path = resolve(ctx, bound.plan.entity.key, key) if items else None
        if path is None or path.field.type.link() is None:
            continue
        known = [item for item in items if item["id"].isascii() and item["id"].isdigit() and len(item["id"]) < _ID]
        names = value_words(ctx, path, [int(item["id"]) for item in known])
        labels = {item["id"]: name.text(ctx.locale) for item, name in zip(known, names, strict=True)}
        shown = [{**item, "label": _name(labels.get(item["id"], ""), item)} for item in items]
        answers[key] = replace(answer, texts={**answer.texts, "items": shown})
    return replace(bound, answers=answers)


def _name(found: str, item: Mapping[str, str]) -> str:
    return item["label"] if found in ("", item["id"]) else found


def related_lists(ctx: Context, mask: Mask, record_id: int) -> Mapping[str, Markup]:
    """Return the HTML of a mask's related lists by element id; one statement for each."""
    found: dict[str, Markup] = {}
    for element in _related_elements(mask):
        result = related(ctx, element, record_id)
        if result is not None:
            found[element.id] = _related_html(ctx, element, result, record_id)
    return found


def _related_elements(mask: Mask) -> list[RelatedElement]:
    return [
        element
        for tab in mask.tabs
        for section in tab.sections
        for element in section.elements
        if isinstance(element, RelatedElement)
    ]


def _related_html(ctx: Context, element: RelatedElement, result: Related, record_id: int) -> Markup:
    parts = [_related_table(ctx, result)] if result.rows else []
    if not result.rows:
        parts.append(f'<p class="muted">{escaped(text("record.related_none", ctx.locale))}</p>')
    links = []
    if result.more and (all_url := _all_url(ctx, element, record_id)):
        links.append(str(markup.link(all_url, text("record.related_all", ctx.locale))))
    if access(ctx, element.entity).create and not _is_line(ctx, element.entity):
        url = f"/r/{element.entity}/new?{urlencode({element.via: record_id})}"
        links.append(str(markup.link(url, text("record.related_new", ctx.locale), "btn btn-quiet")))
    if links:
        parts.append(f'<div class="toolbar related-links">{"".join(links)}</div>')
    return markup.joined(parts)


def _is_line(ctx: Context, entity: str) -> bool:
    return bool(ctx.snapshot.model.entities[entity].owners)


def _related_table(ctx: Context, result: Related) -> str:
    heads = "".join(
        f"{_NUMBER_HEAD if column.numeric else _HEAD}{escaped(column.label.text(ctx.locale))}</th>"
        for column in result.columns
    )
    body = "".join(rows.rows_of(result.entity, result.columns, result.rows))
    return (
        f'<div class="scroll"><table class="grid stacks"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _all_url(ctx: Context, element: RelatedElement, record_id: int) -> str | None:
    path = resolve(ctx, element.entity, element.via)
    known = operators_of(path) if path is not None else {}
    operator = next((key for key in _POINTING if key in known), None)
    if operator is None:
        return None
    return f"{list_url(element.entity)}/{ALL_RECORDS}?{urlencode({f'f.{element.via}.{operator}': record_id})}"

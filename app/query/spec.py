"""What a list shows, said by a query string: the frozen `ListSpec`, read from arguments and written back to them.

- `f.<path>.<operator>=value`: a filter; repeated for several values
- `q=text`: search
- `where=<expression>`: a condition, as drill-downs write it
- `sort=-close_date,name`: order; `-` is largest first
- `columns=a,b.c`: columns instead of the view's
- `after=<cursor>`, `limit=50`: the page after a row, and how long it is; `archived=1`: the bin
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.context import Context
from app.errors import FieldError, InvalidQuery, InvalidValue
from app.expr.ast import Expr
from app.fields.base import Inputs, Operator, Value
from app.language import Label
from app.meta.model import FieldPath, SortKey, View
from app.query.bin import bin_view
from app.query.conditions import InvalidCondition, parse_condition, usable
from app.query.gate import required
from app.query.operators import clean_operand, condition_of, is_sortable, operators_of
from app.query.paths import UNUSABLE, readable_path, resolve, short, unknown_field

Args = Mapping[str, Sequence[str]]

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200
#: Name of a view that filters nothing, in every entity; no document can have it.
ALL_RECORDS: Final = "-"
#: Bounds of a query string, so that nobody can make the database think for long.
MAX_FILTERS: Final = 20
MAX_SORT: Final = 4
MAX_COLUMNS: Final = 40
MAX_VALUES: Final = 200
MAX_TEXT: Final = 2_000
MAX_SEARCH: Final = 200

_UNKNOWN_OPERATOR = Label(
    "„{name}“ kann man nicht mit „{operator}“ filtern. Möglich sind: {known}.",
    "“{name}” can't be filtered by “{operator}”. Possible are: {known}.",
)
_UNKNOWN_ARGUMENT = Label(
    "Die Angabe „{name}“ ist unbekannt. Nehmen Sie sie aus der Adresse heraus.",
    "The argument “{name}” is unknown. Remove it from the address.",
)
_UNKNOWN_VIEW = Label(
    "Die Ansicht „{name}“ gibt es hier nicht. Wählen Sie eine andere.",
    "There is no view “{name}” here. Choose another one.",
)
_UNSORTABLE = Label(
    "Nach „{name}“ kann man nicht sortieren. Wählen Sie ein anderes Feld.",
    "A list can't be sorted by “{name}”. Choose another field.",
)
_VALUES = Label(
    "„{name}“ braucht für „{operator}“ {wanted}. Bitte ergänzen.",
    "“{name}” needs {wanted} for “{operator}”. Please complete it.",
)
_ONE = Label("genau einen Wert", "exactly one value")
_TWO = Label("zwei Werte, von und bis", "two values, from and to")
_TOO_MANY = Label(
    "Das sind zu viele Angaben bei „{name}“; erlaubt sind {most}.",
    "That is too many for “{name}”; the most is {most}.",
)
_UNUSABLE = Label(
    "„{value}“ passt nicht zu „{name}“. Nehmen Sie einen kleineren Wert.",
    "“{value}” doesn't fit “{name}”. Take a smaller value.",
)
_BAD_NUMBER = Label(
    "„{name}“ muss eine ganze Zahl zwischen 1 und {most} sein.",
    "“{name}” must be a whole number between 1 and {most}.",
)
_BAD_TEXT = Label(
    "Die Angabe „{name}“ ist zu lang oder enthält unlesbare Zeichen. Bitte kürzen.",
    "The argument “{name}” is too long or has unreadable characters. Please shorten it.",
)
_ONLY_ONCE: Final = frozenset({"q", "sort", "after", "columns", "limit", "archived"})


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition that the reader chose.

    Args:
        path: what is filtered by.
        operator: how.
        values: the cleaned operands.
        raw: the operands as they stood in the query string.
        expr: the condition that it means.
    """

    path: FieldPath
    operator: Operator
    values: tuple[Value, ...]
    raw: tuple[str, ...]
    expr: Expr

    @property
    def name(self) -> str:
        """Return the argument's name in a query string."""
        return f"f.{self.path.text}.{self.operator.key}"


@dataclass(frozen=True, slots=True)
class Where:
    """A condition as text of the expression language, with its tree."""

    text: str
    expr: Expr


@dataclass(frozen=True, slots=True)
class ListSpec:
    """Everything that decides what a list shows.

    Args:
        entity: key of the entity.
        view: the view it starts from; its filter always applies.
        columns: what is shown.
        sort: the order; empty for by title.
        filters: the reader's conditions; all must hold.
        where: conditions of drill-downs; all must hold.
        search: words that must all be found.
        after: cursor of the row after which the page begins.
        archived: whether the bin is shown instead of the live records; `view` is then as `bin_view` has it.
        limit: rows of a page.
    """

    entity: str
    view: View
    columns: tuple[FieldPath, ...]
    sort: tuple[SortKey, ...]
    filters: tuple[Filter, ...] = ()
    where: tuple[Where, ...] = ()
    search: str = ""
    after: str | None = None
    archived: bool = False
    limit: int = DEFAULT_LIMIT

    @classmethod
    def parse(cls, ctx: Context, entity: str, view: str | None, args: Args) -> ListSpec:
        """Read a query string.

        Args:
            ctx: whose rights and language count.
            entity: key of the entity.
            view: key of the view, or None for the entity's first one.
            args: every argument with all its values.

        Raises:
            NotFound: the entity doesn't exist for this reader.
            InvalidQuery: with everything that is wrong, each problem naming its argument.
        """
        required(ctx, entity)
        return _Reading(ctx, entity).read(view, args)


def all_records(ctx: Context, entity_key: str) -> View:
    """Return a view of an entity without a filter: its first one that has none, else one with the first's columns."""
    model = ctx.snapshot.model
    views = [model.views[key] for key in model.views_of.get(entity_key, ())]
    free = next((view for view in views if view.filter is None), None)
    if free is not None:
        return free
    columns = views[0].columns if views else ()
    return View(ALL_RECORDS, entity_key, model.entities[entity_key].plural, columns, None, (), generated=True)


def to_args(spec: ListSpec) -> dict[str, list[str]]:
    """Write a spec as the arguments that `ListSpec.parse` reads it from; what the view says is left out."""
    args: dict[str, list[str]] = {}
    for chosen in spec.filters:
        args[chosen.name] = list(chosen.raw)
    if spec.where:
        args["where"] = [where.text for where in spec.where]
    if spec.search:
        args["q"] = [spec.search]
    if spec.sort != spec.view.sort:
        args["sort"] = [",".join(("-" if key.descending else "") + key.path.text for key in spec.sort)]
    shown = [path.text for path in spec.columns]
    if shown != [path.text for path in spec.view.columns]:
        args["columns"] = [",".join(shown)]
    if spec.archived:
        args["archived"] = ["1"]
    if spec.limit != DEFAULT_LIMIT:
        args["limit"] = [str(spec.limit)]
    if spec.after is not None:
        args["after"] = [spec.after]
    return args


def without(spec: ListSpec, index: int) -> ListSpec:
    """Return the spec without one of its filters, from the first page on."""
    return replace(spec, filters=spec.filters[:index] + spec.filters[index + 1 :], after=None)


class _Reading:
    """One query string being read; collects what is wrong with it."""

    def __init__(self, ctx: Context, entity: str) -> None:
        self.ctx = ctx
        self.entity = entity
        self.errors: list[FieldError] = []

    def read(self, view_key: str | None, args: Args) -> ListSpec:
        clean = {name: tuple(values) for name, values in args.items() if self._readable(name, values)}
        view = self._view(view_key)
        if view is None:
            raise InvalidQuery(tuple(self.errors))
        archived = (clean.pop("archived", ()) or ("",))[0] not in ("", "0")
        view = bin_view(self.ctx, view) if archived else view
        spec = ListSpec(
            entity=self.entity,
            view=view,
            columns=self._columns(clean.pop("columns", ()), view),
            sort=self._sort(clean.pop("sort", ()), view),
            search=self._search(clean.pop("q", ())),
            after=(clean.pop("after", ()) or (None,))[0] or None,
            archived=archived,
            limit=self._limit(clean.pop("limit", ())),
            where=self._where(clean.pop("where", ())),
            filters=self._filters(clean),
        )
        if self.errors:
            raise InvalidQuery(tuple(self.errors))
        return spec

    def _problem(self, code: str, message: Label, **values: object) -> None:
        self.errors.append(FieldError(code, message.format(**values)))

    def _readable(self, name: str, values: Sequence[str]) -> bool:
        """Return whether an argument can be looked at; a name is repeated to the reader only as far as it is short."""
        texts = (name, *values)
        most = 1 if name in _ONLY_ONCE else MAX_FILTERS if name == "where" else MAX_VALUES
        if any(len(text) > MAX_TEXT * (6 if name == "after" else 1) or _unprintable(text) for text in texts):
            self._problem("query.text", _BAD_TEXT, name=short(name))
        elif len(values) > most:
            self._problem("query.too_many", _TOO_MANY, name=short(name), most=most)
        else:
            return True
        return False

    def _view(self, key: str | None) -> View | None:
        model = self.ctx.snapshot.model
        if key is None:
            first = next(iter(model.views_of.get(self.entity, ())), None)
            return model.views[first] if first is not None else None
        if key == ALL_RECORDS:
            return all_records(self.ctx, self.entity)
        view = model.views.get(key)
        if view is None or view.entity != self.entity:
            self._problem("query.unknown_view", _UNKNOWN_VIEW, name=short(key))
            return None
        return view

    def _path(self, text: str) -> FieldPath | None:
        path = resolve(self.ctx, self.entity, text)
        if path is None:
            self.errors.append(unknown_field(text))
        return path

    def _names(self, values: Sequence[str], name: str, most: int) -> list[str]:
        names = [part.strip() for value in values for part in value.split(",") if part.strip()]
        if len(names) > most:
            self._problem("query.too_many", _TOO_MANY, name=name, most=most)
        return list(dict.fromkeys(names[:most]))

    def _columns(self, values: Sequence[str], view: View) -> tuple[FieldPath, ...]:
        names = self._names(values, "columns", MAX_COLUMNS)
        if not names:
            return tuple(path for path in view.columns if readable_path(self.ctx, path))
        labelled = {path.text: path for path in view.columns}
        paths = [(self._path(name), name) for name in names]
        return tuple(labelled.get(name, path) for path, name in paths if path is not None)

    def _sort(self, values: Sequence[str], view: View) -> tuple[SortKey, ...]:
        names = self._names(values, "sort", MAX_SORT)
        if not names:
            return tuple(key for key in view.sort if readable_path(self.ctx, key.path))
        keys = []
        for name in names:
            path = self._path(name.removeprefix("-"))
            if path is None:
                continue
            if not is_sortable(path):
                self._problem("query.unsortable", _UNSORTABLE, name=path.label)
            keys.append(SortKey(path, name.startswith("-")))
        return tuple(keys)

    def _search(self, values: Sequence[str]) -> str:
        text = " ".join(values[0].split()) if values else ""
        if len(text) > MAX_SEARCH:
            self._problem("query.text", _BAD_TEXT, name="q")
        return text

    def _limit(self, values: Sequence[str]) -> int:
        text = values[0].strip() if values else ""
        if not text:
            return DEFAULT_LIMIT
        if text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MAX_LIMIT:
            return int(text)
        self._problem("query.limit", _BAD_NUMBER, name="limit", most=MAX_LIMIT)
        return DEFAULT_LIMIT

    def _where(self, values: Sequence[str]) -> tuple[Where, ...]:
        found = []
        for text in values:
            if not text.strip():
                continue
            try:
                found.append(Where(text, parse_condition(self.ctx, self.entity, text)))
            except InvalidCondition as wrong:
                self.errors.extend(wrong.errors)
        return tuple(found)

    def _filters(self, args: Mapping[str, tuple[str, ...]]) -> tuple[Filter, ...]:
        names = [name for name in args if name.startswith("f.")]
        for name in args:
            if not name.startswith("f."):
                self._problem("query.unknown_argument", _UNKNOWN_ARGUMENT, name=short(name))
        if len(names) > MAX_FILTERS:
            self._problem("query.too_many", _TOO_MANY, name="f", most=MAX_FILTERS)
        found = (self._filter(name, args[name]) for name in names[:MAX_FILTERS])
        return tuple(chosen for chosen in found if chosen is not None)

    def _filter(self, name: str, raw: tuple[str, ...]) -> Filter | None:
        text, _, key = name.removeprefix("f.").rpartition(".")
        path = self._path(text or key)
        if path is None:
            return None
        known = operators_of(path)
        operator = known.get(key)
        if operator is None:
            self._problem(
                "query.unknown_operator",
                _UNKNOWN_OPERATOR,
                name=path.label,
                operator=short(key),
                known=", ".join(known),
            )
            return None
        if operator.inputs is not Inputs.NONE and not any(value.strip() for value in raw):
            return None  # a filter form sends its empty inputs too
        values = self._operands(path, operator, raw)
        return None if values is None else self._built(path, operator, values, raw)

    def _built(
        self, path: FieldPath, operator: Operator, values: tuple[Value, ...], raw: tuple[str, ...]
    ) -> Filter | None:
        try:
            expr = condition_of(path, operator, values)
        except (OverflowError, InvalidValue):  # the day after the last one of the calendar
            expr = None
        if expr is None or not usable(expr):
            self._problem("query.value", _UNUSABLE, name=path.label, value=short(", ".join(raw)))
            return None
        return Filter(path, operator, values, raw, expr)

    def _operands(self, path: FieldPath, operator: Operator, raw: tuple[str, ...]) -> tuple[Value, ...] | None:
        wanted = {Inputs.ONE: (1, _ONE), Inputs.RANGE: (2, _TWO)}.get(operator.inputs)
        if operator.inputs is Inputs.NONE:
            return ()
        if wanted is not None and len(raw) != wanted[0]:
            self._problem("query.values", _VALUES, name=path.label, operator=operator.label, wanted=wanted[1])
            return None
        values = []
        try:
            for text in raw:
                if text.strip() or operator.inputs is Inputs.RANGE:
                    values.append(clean_operand(path, operator, text, self.ctx))
        except InvalidValue as wrong:
            message = Label("{name}: {problem}", "{name}: {problem}")
            self._problem(wrong.error.code, message, name=path.label, problem=wrong.error.message)
            return None
        return tuple(values)


def _unprintable(text: str) -> bool:
    """Return whether a text has characters that no database takes, or that make it look like another text."""
    return any(unicodedata.category(char) in UNUSABLE for char in text if char not in "\n\r\t")

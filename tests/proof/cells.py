"""The rights matrix: what each room answers somebody, compared with what the reference says, cell by cell.

A cell is one person's set of roles × operation × entity × field. Each is looked at over all records of the entity,
those that are allowed and those that aren't; what the product itself sees says what a value looks like.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from app.context import Context
from app.errors import Forbidden, InvalidQuery, NotFound
from app.query.export import export_rows
from app.query.lists import count, list_page
from app.query.record import load_record
from app.query.report_drill import Drills
from app.query.report_result import ReportRow
from app.query.reports import run_report
from app.query.search import Hit, pick, search
from app.query.spec import ListSpec
from tests.proof.reference import Reference
from tests.proof.worlds import REFERENCES, REGIONS, Case, World
from tests.support.proof import Tally

#: What a room may answer where there is nothing for this reader; the two look the same outside.
MISSING: Final = (NotFound, InvalidQuery)
_ALL: Final = "-"
#: Values of a field, and groups of a report, that are asked about one by one.
_SAMPLE: Final = 3
_MOST: Final = ["200"]


class Matrix:
    """Compares what one person is answered with what the reference says.

    Args:
        ctx: the person's context.
        case: the person.
        world: the documents and records.
        shown: each value as the product itself sees it in a list, by (entity, field) and id.
        tally: counts cells.
    """

    def __init__(
        self, ctx: Context, case: Case, world: World, shown: Mapping[tuple[str, str], Mapping[int, Any]], tally: Tally
    ) -> None:
        self.ctx, self.case, self.world, self.shown, self.tally = ctx, case, world, shown, tally
        self.reference: Reference = world.reference
        self.holdings = case.holdings
        self.wrong: list[str] = []

    # -- what the reference says --------------------------------------------------------------------------------------

    def readable(self, key: str) -> list[int]:
        """Return the ids of the records that can be read."""
        return [i for i, row in self.world.rows[key].items() if self.reference.reads(self.holdings, key, row)]

    def seen(self, key: str, name: str) -> dict[int, Any]:
        """Return a field's values in the records that can be read; empty where the value can't be."""
        rows = self.world.rows[key]
        return {i: self.reference.sees(self.holdings, key, rows[i], name) for i in self.readable(key)}

    # -- comparing ----------------------------------------------------------------------------------------------------

    def cell(self, operation: str, key: str, name: str, got: Any, expected: Any, *, granted: bool) -> None:
        """Note one cell."""
        self.tally.add("cells")
        self.tally.add("granted" if granted else "refused")
        self.tally.add(f"{operation} cells")
        if got != expected:
            self.wrong.append(f"{self.case.name}: {operation} {key}.{name}: {got!r:.300}, expected {expected!r:.300}")

    def listed(self, key: str, args: Mapping[str, list[str]]) -> ListSpec:
        """Read a list's arguments."""
        return ListSpec.parse(self.ctx, key, _ALL, {"limit": _MOST, **args})

    def read_cells(self) -> None:
        """Compare everything that only reads."""
        for key in self.world.rows:
            for name in self.world.plain_fields(key):
                known = self.reference.knows(self.holdings, key, name)
                seen = self.seen(key, name)
                for operation in _READING:
                    if operation is _sort and name.endswith("long_text"):
                        continue  # nobody can sort by it
                    self._compare(operation, key, name, known, seen)
            for name, target in [REFERENCES[key]] if key in REFERENCES else []:
                self._over_reference(key, name, target)
        self._lines()

    def _compare(
        self, operation: Callable[..., tuple[Any, Any]], key: str, name: str, known: bool, seen: Mapping[int, Any]
    ) -> None:
        label = operation.__name__.removeprefix("_")
        try:
            got, expected = operation(self, key, name, seen)
        except (*MISSING, Forbidden) as refused:
            if isinstance(refused, Forbidden) and label not in _OF_REPORTS:
                raise
            # "There is no such field" is right where it can be read in no record; a field that could be but happens
            # to be seen nowhere may be named.
            got, expected = "missing", "an answer" if known and seen else "missing"
        else:
            if not known and label in _NAMING:
                got, expected = "an answer", "missing"
        self.cell(label, key, name, got, expected, granted=any(value is not None for value in seen.values()))

    # -- over references and lines ------------------------------------------------------------------------------------

    def _over_reference(self, key: str, name: str, target: str) -> None:
        reference, rows = self.reference, self.world.rows
        pointing = self.seen(key, name)
        for far in self.world.plain_fields(target):
            expected, taken = {}, Counter[str]()
            for record, other in pointing.items():
                seen = None if other is None else reference.sees(self.holdings, target, rows[target][other], far)
                expected[record] = self.shown[target, far][other] if seen is not None else self.empty
                taken[str(None if seen is None else self.shown["export", f"{target}.{far}"][other])] += 1
            path = f"{name}.{far}"
            known = reference.knows(self.holdings, key, name) and reference.knows(self.holdings, target, far)
            try:
                page = list_page(self.ctx, self.listed(key, {"columns": [path]}))
            except MISSING:
                got: Any = "missing"
                wanted: Any = "an answer" if known and pointing else "missing"
            else:
                got = {row.id: row.cells[0] for row in page.rows}
                wanted = expected if known else "missing"
            granted = any(value != self.empty for value in expected.values())
            self.cell("expand", key, path, got, wanted, granted=granted)
            if got != "missing":
                self._export_over(key, path, taken if reference.exports_over(self.holdings, key, target) else "refused")
        self._labels(key, name, target, pointing)

    def _export_over(self, key: str, path: str, expected: Counter[str] | str) -> None:
        """Export a column over a reference, which takes the right to export both entities."""
        got: Counter[str] | str
        try:
            got = Counter(str(row[0]) for row in export_rows(self.ctx, self.listed(key, {"columns": [path]})))
        except (Forbidden, InvalidQuery):
            got = "refused"
        self.cell("export over", key, path, got, expected, granted=expected != "refused")

    def _labels(self, key: str, name: str, target: str, pointing: Mapping[int, Any]) -> None:
        """A reference is called by the title of its record, or by its number where that can't be read."""
        try:
            page = list_page(self.ctx, self.listed(key, {"columns": [name]}))
        except MISSING:
            known = self.reference.knows(self.holdings, key, name)
            self.cell("label", key, name, "missing", "an answer" if known and pointing else "missing", granted=False)
            return
        for row in page.rows:
            other = pointing.get(row.id)
            titled = other is not None and self.reference.titled(self.holdings, target, self.world.rows[target][other])
            named = "" if other is None else self.world.rows[target][other]["name"]
            text = Markup(row.cells[0]).striptags()
            got = (bool(named) and named in text, f"#{other}" in text)
            self.cell("label", key, name, got, (titled, other is not None and not titled), granted=titled)

    def _lines(self) -> None:
        """Child rows are there where both they and every record can be read whose lines they are."""
        for child, owners in self.reference.owners.items():
            readable = self.readable(child)
            for key, via in owners:
                self._lines_of(
                    key, self._lines_field(key, child), {i: self.world.rows[child][i][via] for i in readable}
                )

    def _lines_field(self, key: str, child: str) -> str:
        properties = self.world.documents["entities", key]["properties"]
        named: list[str] = [name for name, body in properties.items() if body["x-crm"].get("entity") == child]
        return named[0]

    def _lines_of(self, key: str, name: str, above: Mapping[int, int | None]) -> None:
        """Compare the lines of each record; `above` says of every line that can be read whose it is."""
        known = self.reference.knows(self.holdings, key, name)
        for record, row in self.world.rows[key].items():
            visible = known and self.reference.shows(self.holdings, key, row, name)
            expected = {i for i, owner in above.items() if owner == record}
            try:
                children = load_record(self.ctx, key, record).values.get(name) or ()
            except NotFound:
                children = ()
            got = {child["id"] for child in children}
            self.cell("lines", key, name, got, expected if visible else set(), granted=bool(expected))

    @property
    def empty(self) -> Any:
        """Return what a list shows for an empty value."""
        return self.shown["", ""][0]


# -- the operations; each returns what was answered and what should have been ------------------------------------------


def _list(matrix: Matrix, key: str, name: str, seen: Mapping[int, Any]) -> tuple[Any, Any]:
    page = list_page(matrix.ctx, matrix.listed(key, {"columns": [name]}))
    shown = matrix.shown[key, name]
    expected = {i: shown[i] if value is not None else matrix.empty for i, value in seen.items()}
    return {row.id: row.cells[0] for row in page.rows}, expected


def _read(matrix: Matrix, key: str, name: str, seen: Mapping[int, Any]) -> tuple[Any, Any]:
    got = {}
    for record in matrix.world.rows[key]:
        try:
            found = load_record(matrix.ctx, key, record, lines=False)
        except NotFound:
            continue
        got[record] = found.values.get(name)
    return got, dict(seen)


def _filter(matrix: Matrix, key: str, name: str, seen: Mapping[int, Any]) -> tuple[Any, Any]:
    values = {_written(row[name]) for row in matrix.world.rows[key].values() if row[name] is not None}
    operator = "one_of" if name == "region" else "contains" if name.endswith("long_text") else "is"
    asked = {one: matrix.listed(key, {f"f.{name}.{operator}": [one]}) for one in sorted(values)[:_SAMPLE]}
    got = {one: count(matrix.ctx, spec).number for one, spec in asked.items()}
    return got, {one: sum(_written(value) == one for value in seen.values()) for one in got}


def _empty(matrix: Matrix, key: str, name: str, seen: Mapping[int, Any]) -> tuple[Any, Any]:
    got = count(matrix.ctx, matrix.listed(key, {"where": [f"{name} is empty"]})).number
    return got, sum(value is None for value in seen.values())


def _count(matrix: Matrix, key: str, name: str, seen: Mapping[int, Any]) -> tuple[Any, Any]:
    got = count(matrix.ctx, matrix.listed(key, {"where": [f"{name} is not empty"]})).number
    return got, sum(value is not None for value in seen.values())


def _sort(matrix: Matrix, key: str, name: str, seen: Mapping[int, Any]) -> tuple[Any, Any]:
    rows = list_page(matrix.ctx, matrix.listed(key, {"sort": [name], "columns": [name]})).rows
    return in_order([row.id for row in rows], seen)


def in_order(ids: Sequence[int], seen: Mapping[int, Any]) -> tuple[Any, Any]:
    """Compare an order with that of the values that are seen; empty ones stand together, first or last."""
    if set(ids) != set(seen):
        return sorted(ids), sorted(seen)
    filled = [one for one in ids if seen[one] is not None]
    blank = [one for one in ids if seen[one] is None]
    expected = sorted(filled, key=lambda record: (_rank(seen[record]), record))
    together = list(ids) in (filled + blank, blank + filled)
    return (filled, blank, together), (expected, sorted(blank), True)


def _search(matrix: Matrix, key: str, name: str, seen: Mapping[int, Any]) -> tuple[Any, Any]:
    return _found(matrix, key, name, search)


def _pick(matrix: Matrix, key: str, name: str, seen: Mapping[int, Any]) -> tuple[Any, Any]:
    return _found(matrix, key, name, pick)


def _found(matrix: Matrix, key: str, name: str, look: Callable[..., tuple[Hit, ...]]) -> tuple[Any, Any]:
    """Look for values of a field; one is found where it is searched and can be read, or where a title shows it."""
    reference, holdings = matrix.reference, matrix.holdings
    properties = matrix.world.documents["entities", key]["properties"]
    got, expected = {}, {}
    for record, row in list(matrix.world.rows[key].items())[: 2 * _SAMPLE]:
        if not isinstance(row[name], str) or name == "region":
            continue
        got[record] = sorted(hit.id for hit in look(matrix.ctx, key, row[name]))
        found = bool(properties[name]["x-crm"].get("search")) and reference.shows(holdings, key, row, name)
        titled = name == "name" and reference.titled(holdings, key, row)
        expected[record] = [record] if found or titled else []
    return got, expected


def _export(matrix: Matrix, key: str, name: str, seen: Mapping[int, Any]) -> tuple[Any, Any]:
    allowed = matrix.reference.exports(matrix.holdings, key)
    try:
        rows = list(export_rows(matrix.ctx, matrix.listed(key, {"columns": [name]})))
    except Forbidden:
        return "refused", "rows" if allowed else "refused"
    got = Counter(str(row[0]) for row in rows)
    shown = matrix.shown["export", f"{key}.{name}"]
    expected = Counter(str(shown[i] if value is not None else None) for i, value in seen.items())
    return (True, got), (allowed, expected)


def _group(matrix: Matrix, key: str, name: str, seen: Mapping[int, Any]) -> tuple[Any, Any]:
    """Group and count, with `having`."""
    return {_value(row): int(row.figures[0].value or 0) for row in _rows(matrix, key, name)}, dict(
        Counter(seen.values())
    )


def _aggregate(matrix: Matrix, key: str, name: str, seen: Mapping[int, Any]) -> tuple[Any, Any]:
    """Count with a condition, and count different values."""
    got = {_value(row): [int(figure.value or 0) for figure in row.figures[1:]] for row in _rows(matrix, key, name)}
    kinds = [] if name.endswith("long_text") else [1]
    filled = {value: [many, *kinds] for value, many in Counter(seen.values()).items() if value is not None}
    return got, filled | ({None: [0] * (1 + len(kinds))} if None in seen.values() else {})


def _drill(matrix: Matrix, key: str, name: str, seen: Mapping[int, Any]) -> tuple[Any, Any]:
    """Open the list behind a group."""
    result = run_report(matrix.ctx, f"{key}_{name}", {})
    drills, expected = Drills(result), Counter(seen.values())
    rows = result.rows[:_SAMPLE]
    behind = {_value(row): {"where": list(drills.where(row.groups, "n"))} for row in rows}
    got = {value: count(matrix.ctx, matrix.listed(key, args)).number for value, args in behind.items()}
    return got, {value: expected[value] for value in got}


def _rows(matrix: Matrix, key: str, name: str) -> tuple[ReportRow, ...]:
    return run_report(matrix.ctx, f"{key}_{name}", {}).rows


def _value(row: ReportRow) -> Any:
    return row.groups[0].value


_READING: Final = (_list, _read, _filter, _empty, _count, _sort, _search, _pick, _export, _group, _aggregate, _drill)
_OF_REPORTS: Final = ("group", "aggregate", "drill")
#: Operations in which the reader or a report names the field, so that an unreadable one is refused.
_NAMING: Final = ("list", "filter", "empty", "count", "sort", "export", *_OF_REPORTS)


def _written(value: Any) -> str:
    return str(value)


def _rank(value: Any) -> Any:
    return REGIONS.index(value) if value in REGIONS else value


def product_view(ctx: Context, world: World) -> dict[tuple[str, str], dict[int, Any]]:
    """Return every value as the product itself sees it, in lists and in exports, and what an empty one looks like."""
    shown: dict[tuple[str, str], dict[int, Any]] = {}
    for key, rows in world.rows.items():
        for name in world.plain_fields(key):
            spec = ListSpec.parse(ctx, key, _ALL, {"limit": _MOST, "columns": [name], "sort": ["created_at"]})
            page = list_page(ctx, spec)
            shown[key, name] = {row.id: row.cells[0] for row in page.rows}
            exported = list(export_rows(ctx, spec))
            shown["export", f"{key}.{name}"] = {row.id: line[0] for row, line in zip(page.rows, exported, strict=True)}
            for record, row in rows.items():
                if row[name] is None:
                    shown["", ""] = {0: shown[key, name][record]}
    return shown

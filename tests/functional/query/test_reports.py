"""Reports: figures against a plain loop, margins, and the list behind every cell."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.context import Context
from app.errors import InvalidQuery, NotFound
from app.fields.money import Money
from app.query.chart import chart_option
from app.query.lists import count
from app.query.report_drill import drill
from app.query.report_export import report_csv, report_json, report_xlsx
from app.query.report_groups import Group
from app.query.report_result import ReportResult, ReportRow
from app.query.reports import run_report
from app.query.spec import ListSpec
from tests.functional.query.documents import ORDERS
from tests.functional.query.world import GUEST, World, sheet_rows, statements

_REPORTS = ("grid", "everything", "money", "top", "busy")


def _live(world: World) -> list[dict[str, Any]]:
    return [deal for deal in world.deals if not deal["archived"]]


def _behind(ctx: Context, result: ReportResult, groups: Sequence[Group], measure: str | None) -> int:
    """Return how many rows the list behind a cell has."""
    found = drill(result, groups, measure)
    return count(ctx, ListSpec.parse(ctx, found.entity, found.view, found.args)).number


@pytest.mark.parametrize("key", ["grid", "everything", "busy"])
def test_the_list_behind_every_cell_has_as_many_rows_as_the_cell_says(world: World, key: str) -> None:
    """Of every group, empty ones too, of every margin, for every measure that counts."""
    with world.ctx() as ctx:
        result = run_report(ctx, key, {})
        counting = [(at, one) for at, one in enumerate(result.report.measures) if one.aggregate == "count"]
        assert result.rows
        for at, measure in counting:
            for row in result.rows:
                assert _behind(ctx, result, row.groups, measure.id) == row.figures[at].value, row.groups
            assert _behind(ctx, result, (), measure.id) == result.total[at].value
            if result.pivot is None:
                continue
            for groups, totals in zip(result.pivot.rows, result.pivot.row_totals, strict=True):
                assert _behind(ctx, result, groups, measure.id) == totals[at].value
            for groups, totals in zip(result.pivot.columns, result.pivot.column_totals, strict=True):
                assert _behind(ctx, result, groups, measure.id) == totals[at].value
            for (row_at, column_at), figures in result.pivot.cells.items():
                cell = (*result.pivot.rows[row_at], *result.pivot.columns[column_at])
                assert _behind(ctx, result, cell, measure.id) == figures[at].value
    empties = [group for row in result.rows for group in row.groups if group.value is None]
    assert empties or key == "busy"


def test_figures_of_a_pivot_are_exact(world: World) -> None:
    """Sums, averages, extremes and shares of two hops, against a loop over the records."""
    live, companies = _live(world), world.ids["company"]
    industries = dict(zip(companies, ("retail", "it", None, "it", "fax", "retail"), strict=True))
    parents = {one: companies[at - 2] if at > 1 else None for at, one in enumerate(companies)}

    def industry(deal: dict[str, Any]) -> str | None:
        parent = parents.get(deal["company"])
        return None if parent is None else industries[parent]

    with world.ctx() as ctx:
        result = run_report(ctx, "grid", {})
    place = {measure.id: at for at, measure in enumerate(result.report.measures)}
    pivot = result.pivot
    assert pivot is not None
    assert [groups[0].text for groups in pivot.columns] == ["Handel", "Informatik", "(leer)"]
    months = [groups[0].value for groups in pivot.rows]
    assert months == [*sorted(month for month in months if month), None]
    assert pivot.rows[0][0].text == "November 2025"

    def expect(figures: Any, some: list[dict[str, Any]], of_row: int, of_column: int) -> None:
        weights = [deal["weight"] for deal in some if deal["weight"] is not None]
        won = sum(deal["stage"] == "won" for deal in some)
        assert figures[place["n"]].value == len(some)
        assert figures[place["amounts"]].value == sum(deal["amount"] is not None for deal in some)
        assert figures[place["won"]].value == won
        assert figures[place["weight"]].value == (sum(weights) if weights else None)
        assert figures[place["mean"]].value == (sum(weights) / Decimal(len(weights)) if weights else None)
        assert figures[place["least"]].value == min(weights, default=None)
        days = [deal["close_date"] for deal in some if deal["close_date"]]
        assert figures[place["last"]].value == max(days, default=None)
        assert figures[place["rate"]].value == Decimal(won) * 100 / len(some)
        assert figures[place["part"]].value == Decimal(len(some)) * 100 / len(live)
        assert figures[place["row"]].value == Decimal(len(some)) * 100 / of_row
        assert figures[place["column"]].value == Decimal(len(some)) * 100 / of_column

    def month(deal: dict[str, Any]) -> date | None:
        day: date | None = deal["close_date"]
        return None if day is None else day.replace(day=1)

    for row, groups in enumerate(pivot.rows):
        of_row = [deal for deal in live if month(deal) == groups[0].value]
        expect(pivot.row_totals[row], of_row, len(of_row), len(live))
        for column, heads in enumerate(pivot.columns):
            of_column = [deal for deal in live if industry(deal) == heads[0].value]
            some = [deal for deal in of_row if deal in of_column]
            assert ((row, column) in pivot.cells) == bool(some)
            if some:
                expect(pivot.cells[row, column], some, len(of_row), len(of_column))
    expect(result.total, live, len(live), len(live))


def test_money_of_several_currencies_is_not_added_up(world: World) -> None:
    """A group with one currency has a sum in it, one with two says why it has none."""
    live = _live(world)
    with world.ctx() as ctx:
        result = run_report(ctx, "money", {})
    assert result.total[0].text == "verschiedene Währungen"
    for row in result.rows:
        amounts = [d["amount"] for d in live if d["stage"] == row.groups[0].value and d["amount"]]
        if len({amount.currency for amount in amounts}) > 1:
            assert (row.figures[0].value, row.figures[0].text) == (None, "verschiedene Währungen")
        else:
            assert row.figures[0].value == Money(sum(amount.amount for amount in amounts), amounts[0].currency)
        assert row.figures[2].value == sum(d["stage"] == row.groups[0].value for d in live)


@pytest.mark.parametrize("code", ["EUR", "CHF"])
def test_money_of_one_currency_is_added_up_whichever_it_is(world: World, code: str) -> None:
    """The usual currency of the field is looked at another way than the others."""
    amounts = [d["amount"].amount for d in _live(world) if d["amount"] and d["amount"].currency == code]
    with world.ctx() as ctx:
        result = run_report(ctx, f"only_{code.lower()}", {})
    assert result.total[0].value == Money(sum(amounts), code)
    assert {row.figures[0].value.currency for row in result.rows} == {code}


def test_the_largest_groups_and_those_that_having_lets_through(world: World) -> None:
    """The total is about everything; the answer says when it was cut."""
    numbers: dict[Any, int] = {}
    for deal in _live(world):
        numbers[deal["company"]] = numbers.get(deal["company"], 0) + 1
    with world.ctx() as ctx:
        top, busy = run_report(ctx, "top", {}), run_report(ctx, "busy", {})
    assert [row.figures[0].value for row in top.rows] == sorted(numbers.values(), reverse=True)[:2]
    assert top.truncated
    assert top.total[0].value == len(_live(world))
    shown = {row.groups[0].value: row.figures[0].value for row in busy.rows}
    assert shown == {company: number for company, number in numbers.items() if number > 2}
    assert not busy.truncated


@pytest.mark.parametrize(("number", "order"), list(enumerate(ORDERS)))
def test_groups_stand_in_the_order_that_the_report_asks_for(
    world: World, number: int, order: tuple[tuple[str, bool], ...]
) -> None:
    """By each name in turn, what is alike as without it, groups and figures without a value last in both directions."""
    with world.ctx() as ctx:
        natural, found = run_report(ctx, "order_0", {}).rows, run_report(ctx, f"order_{number}", {}).rows
    expected = sorted(natural, key=lambda row: [group.order for group in row.groups])
    places = {"company": 0, "stage": 1}
    for by, descending in reversed(order):

        def value(row: ReportRow, by: str = by) -> Any:
            group = row.groups[places[by]] if by in places else None
            return row.figures[{"n": 0, "largest": 1}[by]].value if group is None else group.value and group.order

        filled = [row for row in expected if value(row) is not None]
        expected = [*sorted(filled, key=value, reverse=descending), *[row for row in expected if value(row) is None]]
    assert found == tuple(expected)
    assert len({row.groups[0].value for row in found} - {None}) > 2
    assert any(group.value is None for row in found for group in row.groups)


@pytest.mark.parametrize("key", _REPORTS)
def test_a_report_costs_a_constant_number_of_statements(world: World, key: str) -> None:
    """One, one more for a margin that can't be computed out of the groups, one more for unusual currencies."""
    with world.ctx() as ctx, statements(ctx.connection) as ran:
        result = run_report(ctx, key, {})
    assert len(ran) == (2 if key in ("everything", "top", "money", "only_chf") else 1)
    assert result.rows


def test_margins_of_the_database_are_those_computed_here(world: World) -> None:
    """The same report asked with a measure that forces the database to make the margins."""
    with world.ctx() as ctx:
        result = run_report(ctx, "everything", {})
    live = [d for d in _live(world) if d["close_date"] is None or d["close_date"] >= date(2020, 1, 1)]
    assert result.total[0].value == len(live)
    assert result.total[-1].value == len({d["stage"] for d in live if d["stage"]})
    assert sum(row.figures[0].value for row in result.rows) == len(live)


@pytest.mark.parametrize("key", _REPORTS)
def test_charts_are_plain_data(world: World, key: str) -> None:
    """Every chart can be written as JSON, has a name for each point and no function."""
    with world.ctx() as ctx:
        option = chart_option(run_report(ctx, key, {}), "de")
    assert option is not None
    assert json.loads(orjson.dumps(option)) == json.loads(json.dumps(option))
    assert option["tooltip"]["renderMode"] == "richText"
    assert option["series"]
    assert all(series["data"] for series in option["series"])


def test_files_of_a_report_have_its_rows(world: World) -> None:
    """CSV, XLSX and JSON say the same; who may not export gets none."""
    with world.ctx() as ctx:
        result = run_report(ctx, "money", {})
        lines = list(csv.reader(io.StringIO(b"".join(report_csv(ctx, result)).decode("utf-8-sig"))))
        cells = sheet_rows(report_xlsx(ctx, result))
        written = report_json(ctx, result)
    assert lines[0] == ["Phase", "Summe", "Summe (Währung)", "Schnitt", "Schnitt (Währung)", "Zahl"]
    assert [row[0] for row in lines[1:]] == [row.groups[0].text for row in result.rows]
    assert [int(row[-1]) for row in cells[1:]] == [row.figures[2].value for row in result.rows]
    assert [row["n"]["value"] for row in written["rows"]] == [row.figures[2].value for row in result.rows]
    assert orjson.dumps(written)
    with world.ctx(GUEST) as ctx, pytest.raises(NotFound):
        report_csv(ctx, result)


def test_a_report_on_what_one_may_not_read_is_not_there(world: World) -> None:
    """Neither is one that doesn't exist; a wrong parameter is named."""
    with world.ctx(GUEST) as ctx:
        for key in ("grid", "nothing"):
            with pytest.raises(NotFound):
                run_report(ctx, key, {})
    with world.ctx() as ctx:
        with pytest.raises(InvalidQuery, match="nothing"):
            run_report(ctx, "everything", {"nothing": "1"})
        with pytest.raises(InvalidQuery, match="Since"):
            run_report(ctx, "everything", {"since": "never"})
        assert run_report(ctx, "everything", {"since": "01.01.2999"}).total[0].value == sum(
            deal["close_date"] is None for deal in _live(world)
        )


@settings(max_examples=40)
@given(
    values=st.dictionaries(
        st.sampled_from(["since", "x"]),
        st.one_of(st.text(max_size=20), st.lists(st.text(max_size=5), max_size=2)),
        max_size=2,
    )
)
def test_no_parameter_breaks_a_report(world: World, values: dict[str, Any]) -> None:
    """It is answered, or refused in words."""
    with world.ctx() as ctx:
        try:
            result = run_report(ctx, "everything", values)
            assert result.total
        except InvalidQuery as refused:
            assert refused.errors  # noqa: PT017  either way is right

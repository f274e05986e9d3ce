"""Lists: what they show, in which order, how many statements they cost, and what a hostile address gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.context import Context
from app.errors import InvalidQuery, NotFound
from app.expr.fold import fold
from app.fields.pointing import AnyRef
from app.query.lists import count, list_page
from app.query.operators import is_sortable, operators_of
from app.query.paths import resolve
from app.query.spec import ALL_RECORDS, ListSpec, to_args
from app.query.words import sentence
from tests.functional.query.world import GUEST, World, statements


def _spec(ctx: Context, **args: str) -> ListSpec:
    return ListSpec.parse(ctx, "deal", "deal.all", {name: [text] for name, text in args.items()})


def _walk(ctx: Context, **args: str) -> list[int]:
    """Return the ids of a list, page by page."""
    found: list[int] = []
    cursor: str | None = None
    while True:
        page = list_page(ctx, _spec(ctx, **args, **({"after": cursor} if cursor else {})))
        found += [row.id for row in page.rows]
        cursor = page.next
        if cursor is None:
            return found


def _live(world: World) -> list[dict[str, Any]]:
    return [deal for deal in world.deals if not deal["archived"]]


def test_a_page_shows_every_kind_of_column_with_labels(world: World) -> None:
    """Cells are HTML with labels of references, options, several links and any-references."""
    columns = "name,company,company.parent.name,stage,amount,amount.currency,people,about,tags,lines,secret,hot"
    with world.ctx() as ctx:
        page = list_page(ctx, _spec(ctx, columns=columns, limit="200"))
        rows = {row.id: row.cells for row in page.rows}
    assert set(rows) == {deal["id"] for deal in _live(world)}
    shown = {name: index for index, name in enumerate(columns.split(","))}
    for deal in _live(world):
        cells = rows[deal["id"]]
        assert cells[shown["name"]] == deal["name"]
        assert (deal["company"] is None) == (cells[shown["company"]] == "")
        if deal["company"]:
            name = ("Äpfel AG", "zeta", "Öl &amp; Söhne", "Beta GmbH", "alpha KG", "Übermut")[
                world.ids["company"].index(deal["company"])
            ]
            assert f'<a href="/r/company/{deal["company"]}">{name}</a>' == cells[shown["company"]]
        if deal["people"] and len(deal["people"]) == 2:
            assert cells[shown["people"]].index("Björn") < cells[shown["people"]].index("Anna")
        if deal["about"] and deal["about"].entity == "person":
            assert f"/r/person/{deal['about'].id}" in cells[shown["about"]]
        if deal["amount"]:
            assert cells[shown["amount.currency"]] == deal["amount"].currency
        assert "Pssst" not in cells[shown["secret"]]
    assert sum("2 Zeilen" in cells[shown["lines"]] for cells in rows.values()) == 19


@pytest.mark.parametrize("columns", ["name", "name,company,people,about,lines,company.parent.name,advisor"])
def test_the_number_of_statements_is_the_same_for_one_row_and_for_many(world: World, columns: str) -> None:
    """No column costs a statement for each row."""
    numbers = []
    with world.ctx() as ctx:
        for limit in ("3", "50"):
            with statements(ctx.connection) as ran:
                list_page(ctx, _spec(ctx, columns=columns, limit=limit))
            numbers.append(len(ran))
        with statements(ctx.connection) as ran:
            count(ctx, _spec(ctx))
    assert numbers[0] == numbers[1] <= (1 if columns == "name" else 4)
    assert len(ran) == 1


_ORDERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "name": lambda deal: fold(deal["name"]),
    "stage": lambda deal: None if deal["stage"] is None else ("open", "won", "lost").index(deal["stage"]),
    "amount": lambda deal: deal["amount"] and deal["amount"].amount,
    "amount.currency": lambda deal: deal["amount"] and deal["amount"].currency,
    "close_date": lambda deal: deal["close_date"],
    "starts_at": lambda deal: deal["starts_at"],
    "weight": lambda deal: deal["weight"],
    "hot": lambda deal: deal["hot"],
    "id": lambda deal: deal["id"],
}


@pytest.mark.parametrize("sort", [*_ORDERS, "company,-weight", "stage,-close_date,name", "-hot,-weight,stage"])
@pytest.mark.parametrize("descending", [False, True])
def test_walking_a_list_finds_every_row_once_in_order(world: World, sort: str, descending: bool) -> None:
    """Any order, pages of four, empty values last in either direction."""
    keys = [("-" if descending != key.startswith("-") else "") + key.removeprefix("-") for key in sort.split(",")]
    with world.ctx() as ctx:
        found = _walk(ctx, sort=",".join(keys), limit="4")
        whole = [row.id for row in list_page(ctx, _spec(ctx, sort=",".join(keys), limit="200")).rows]
    assert found == whole
    assert sorted(found) == sorted(deal["id"] for deal in _live(world))
    read = _ORDERS.get(keys[0].removeprefix("-"))
    if read is not None:
        by_id = {deal["id"]: read(deal) for deal in world.deals}
        values = [by_id[id_] for id_ in found]
        filled = [value for value in values if value is not None]
        assert values == sorted(filled, reverse=keys[0].startswith("-")) + [None] * (len(values) - len(filled))


def test_filters_search_and_conditions_mean_what_they_say(world: World) -> None:
    """Each against a plain loop over the records."""
    live = _live(world)
    anna, bjoern = world.ids["person"][:2]
    cases: list[tuple[dict[str, Any], Callable[[dict[str, Any]], bool]]] = [
        ({"f.stage.one_of": ["open", "Gewonnen"]}, lambda d: d["stage"] in ("open", "won")),
        ({"f.stage.is_empty": ["1"]}, lambda d: d["stage"] is None),
        ({"f.name.contains": ["AUFTRAG 0"]}, lambda d: "auftrag 0" in fold(d["name"])),
        ({"f.weight.from_to": ["-1,5", "2"]}, lambda d: d["weight"] is not None and -1.5 <= d["weight"] <= 2),
        ({"f.amount.at_least": ["100"]}, lambda d: bool(d["amount"]) and d["amount"].amount >= 100),
        ({"f.amount.currency.is": ["CHF"]}, lambda d: bool(d["amount"]) and d["amount"].currency == "CHF"),
        ({"f.tags.has_one_of": ["VIP"]}, lambda d: "VIP" in (d["tags"] or ())),
        ({"f.topics.has_none_of": ["retail"]}, lambda d: "retail" not in (d["topics"] or ())),
        ({"f.people.has_one_of": [str(anna)]}, lambda d: anna in (d["people"] or ())),
        ({"f.people.is_empty": [""]}, lambda d: not d["people"]),
        ({"f.about.is": [f"person:{bjoern}"]}, lambda d: d["about"] == AnyRef("person", bjoern)),
        ({"f.about.of_kind": ["company"]}, lambda d: bool(d["about"]) and d["about"].entity == "company"),
        ({"f.hot.no": ["1"]}, lambda d: d["hot"] is False),
        ({"q": ["uftrag 07"]}, lambda d: "uftrag 07" in fold(d["name"])),
        ({"q": ["07"]}, lambda d: "07" in d["name"]),
        (
            {"where": ['stage = "won" or hot', "weight > 1"]},
            lambda d: (d["stage"] == "won" or d["hot"] is True) and (d["weight"] or 0) > 1,
        ),
        ({"where": ["count(lines) = 0"]}, lambda d: world.deals.index(d) % 3 == 0),
    ]
    with world.ctx() as ctx:
        for args, belongs in cases:
            spec = ListSpec.parse(ctx, "deal", "deal.all", {**args, "limit": ["200"]})
            expected = sorted(deal["id"] for deal in live if belongs(deal))
            assert sorted(row.id for row in list_page(ctx, spec).rows) == expected, args
            assert count(ctx, spec).number == len(expected), args
            again = ListSpec.parse(ctx, "deal", "deal.all", to_args(spec))
            assert to_args(again) == to_args(spec)
        industry = ListSpec.parse(ctx, "deal", None, {"f.company.industry.one_of": ["it"], "limit": ["200"]})
        companies = {world.ids["company"][1], world.ids["company"][3]}
        assert {row.id for row in list_page(ctx, industry).rows} == {d["id"] for d in live if d["company"] in companies}


def test_the_archive_is_a_list_of_its_own_and_a_count_is_capped(world: World) -> None:
    """Archived records are shown only where they are asked for."""
    with world.ctx() as ctx:
        archived = list_page(ctx, _spec(ctx, archived="1"))
        capped = count(ctx, _spec(ctx), cap=10)
    assert {row.id for row in archived.rows} == {deal["id"] for deal in world.deals if deal["archived"]}
    assert (capped.number, capped.capped) == (10, True)


def test_the_sentence_says_what_is_shown(world: World) -> None:
    """View, filters in words, order, in both languages."""
    with world.ctx() as ctx:
        company = str(world.ids["company"][0])
        args = {"f.company.one_of": [company], "f.close_date.from_to": ["", "31.12.2025"]}
        spec = ListSpec.parse(ctx, "deal", "deal.open", args)
        where = {"where": [f'company = {company} and stage = "won" and close_date >= date("2026-01-01")']}
        narrowed = sentence(ctx, ListSpec.parse(ctx, "deal", None, where), "de")
        counted = count(ctx, spec)
        german, english = sentence(ctx, spec, "de", counted), sentence(ctx, spec, "en")
    assert german.startswith(f"{counted.number} Offene Chancen, Firma ist Äpfel AG, Abschluss bis 31.12.2025")
    assert "sortiert nach Wert (absteigend)" in german
    assert "Company is Äpfel AG" in english
    assert "Firma ist „Äpfel AG“ und Phase ist Gewonnen und Abschluss ist frühestens 01.01.2026" in narrowed
    assert "sorted by Amount (descending)" in english


def test_what_a_reader_may_not_read_is_like_what_is_not_there(world: World) -> None:
    """As a column, filter, order, condition or entity."""
    with world.ctx() as ctx:
        asked = {
            "columns": "secret.name",
            "sort": "secret.name",
            "f.secret.name.contains": "P",
            "where": 'secret.name = "x"',
        }
        for name, text in asked.items():
            with pytest.raises(InvalidQuery, match=r"secret\.name"):
                ListSpec.parse(ctx, "deal", None, {name: [text]})
        with pytest.raises(NotFound):
            ListSpec.parse(ctx, "secret", None, {})
        plain = list_page(ctx, _spec(ctx, sort="secret", limit="200"))
        assert [row.id for row in plain.rows] == sorted(deal["id"] for deal in _live(world))
    with world.ctx(GUEST) as ctx, pytest.raises(NotFound):
        ListSpec.parse(ctx, "deal", None, {})


_BAD = {
    "f.nothing.is": "1",
    "f.stage.like": "open",
    "f.stage.one_of": "nonsense",
    "f.close_date.from_to": "x",
    "f.amount.from_to": "1",
    "sort": "tags",
    "columns": "company.nothing",
    "where": "amount >",
    "limit": "0",
    "after": "AAAA",
    "unknown": "1",
    "f.starts_at.is": "31.12.9999",
    "f.close_date.last_days": "99999999999",
}


@pytest.mark.parametrize("name", _BAD)
def test_a_wrong_argument_is_named(world: World, name: str) -> None:
    """400 with a sentence that names what is wrong."""
    with world.ctx() as ctx, pytest.raises(InvalidQuery) as raised:
        list_page(ctx, ListSpec.parse(ctx, "deal", "deal.all", {name: [_BAD[name]]}))
    assert raised.value.errors
    assert all(error.message.de and error.message.en for error in raised.value.errors)


_TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", "1", "-1", "9" * 30, "1e999", "31.12.9999", "'\"%_\\", "\x00", "\ud800", "open", "a:1"]),
)
_PATHS = st.sampled_from(
    """name company company.industry amount amount.currency close_date starts_at tags people about hot lines weight id
    advisor created_at company.home.city""".split()
)
_OPERATORS = st.sampled_from(
    """is is_not contains starts_with at_least from_to one_of none_of has_one_of before after last_days next_days
    of_kind is_empty me x""".split()
)
_NAMES = st.one_of(
    st.builds(lambda path, operator: f"f.{path}.{operator}", _PATHS, _OPERATORS),
    st.sampled_from(["q", "sort", "columns", "where", "after", "limit", "archived"]),
    st.text(max_size=20),
)
_WHERE = st.builds(
    lambda path, operator, value: f"{path} {operator} {value}",
    _PATHS,
    st.sampled_from(["=", "!=", "<", "contains", "has", "in", "+ 1 >"]),
    st.sampled_from(
        [
            *("1", '"x"', "(1, 2)", "today()", "empty", "me()", "9" * 20, 'date("9999-12-31")', "1 / 0", "weight / 0"),
            *("add_days(today(), 999999999)", "add_months(close_date, weight)"),
            "amount * 999999999999999 * 999999999999999 * weight",
        ]
    ),
)


@settings(max_examples=150)
@given(args=st.dictionaries(_NAMES, st.lists(_TEXTS, max_size=3), max_size=3), where=st.none() | _WHERE)
def test_no_address_breaks_a_list(world: World, args: dict[str, list[str]], where: str | None) -> None:
    """Whatever it says, it is a list or a refusal in words."""
    if where is not None:
        args = {**args, "where": [where]}
    with world.ctx() as ctx:
        try:
            spec = ListSpec.parse(ctx, "deal", ALL_RECORDS, args)
            page = list_page(ctx, spec)
            assert count(ctx, spec).number >= len(page.rows)
            assert sentence(ctx, spec, "de")
        except InvalidQuery as refused:
            assert refused.errors  # noqa: PT017  either way is right


def test_every_operator_of_every_field_runs(world: World) -> None:
    """Iterates over the fields; each operator with an operand that fits."""
    ran = 0
    with world.ctx() as ctx:
        for key in ctx.snapshot.model.entities["deal"].fields:
            path = resolve(ctx, "deal", key)
            assert path is not None
            for operator in operators_of(path):
                number = 2 if operator == "from_to" else 1
                for text in ("7", "open", "company:1", "company", "retail", "01.01.2026"):
                    try:
                        spec = ListSpec.parse(ctx, "deal", "deal.all", {f"f.{key}.{operator}": [text] * number})
                    except InvalidQuery:
                        continue
                    list_page(ctx, spec)
                    ran += 1
                    break
                else:
                    pytest.fail(f"no operand fits {key} {operator}")
            if is_sortable(path):
                list_page(ctx, _spec(ctx, sort=key))
    assert ran > 50

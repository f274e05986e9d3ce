"""One record, its lines, what points to it; search, picking and files of lists."""

from __future__ import annotations

import csv
import io

import pytest

from app.context import Context
from app.errors import Forbidden, NotFound
from app.language import Label
from app.meta.model import RelatedElement
from app.query.export import export_csv, export_rows, export_xlsx
from app.query.paths import resolve
from app.query.record import load_lines, load_record, related
from app.query.search import pick, search, search_all
from app.query.spec import ListSpec
from tests.functional.query.world import GUEST, World, add, sheet_rows, statements


def test_a_record_comes_with_values_labels_and_lines(world: World) -> None:
    """As it was written, with what its references are called; in a constant number of statements."""
    with world.ctx() as ctx:
        for deal in world.deals:
            with statements(ctx.connection) as ran:
                record = load_record(ctx, "deal", deal["id"])
            assert len(ran) <= 4
            for key, value in deal.items():
                if key not in ("id", "archived"):
                    assert record.values[key] == value, key
            assert (record.archived_at is not None) == deal["archived"]
            assert record.version == 1
            if deal["contact"]:
                assert record.labels["contact"] in ("Anna", "Björn", "Cem")
            if deal["people"]:
                assert list(record.labels["people"]) == list(deal["people"])
            assert record.labels["secret"] is None
            lines = load_lines(ctx, "deal", "lines", deal["id"])
            assert [line.values["name"] for line in lines] == [f"L{at}" for at in range(len(lines))]
            assert [row["id"] for row in record.values["lines"] or ()] == [line.id for line in lines]
        for entity, id_ in (("deal", 10**6), ("deal", -1), ("deal", 2**70), ("secret", 1), ("nothing", 1)):
            with pytest.raises(NotFound):
                load_record(ctx, entity, id_)


def _element(ctx: Context, via: str, limit: int) -> RelatedElement:
    columns = tuple(path for text in ("name", "company", "people") if (path := resolve(ctx, "deal", text)))
    return RelatedElement("x", "deal", via, columns, Label.same("x"), limit)


def test_related_records_follow_references_and_links(world: World) -> None:
    """In the order of the entity's first view, with a word when there are more."""
    anna = world.ids["person"][0]
    with world.ctx() as ctx:
        linked = related(ctx, _element(ctx, "people", 50), anna)
        pointing = related(ctx, _element(ctx, "contact", 2), anna)
    live = [deal for deal in world.deals if not deal["archived"]]
    assert linked is not None
    assert {row.id for row in linked.rows} == {deal["id"] for deal in live if anna in (deal["people"] or ())}
    assert pointing is not None
    assert (len(pointing.rows), pointing.more) == (2, True)
    with world.ctx(GUEST) as ctx:
        element = RelatedElement("x", "deal", "contact", (), Label.same("x"))
        assert related(ctx, element, anna) is None


def test_search_finds_words_in_any_spelling_and_titles_that_begin_first(world: World) -> None:
    """Folded, every word, short ones too; nothing that one may not read."""
    with world.ctx() as ctx:
        assert [hit.title for hit in search(ctx, "company", "oel sohne")] == ["Öl & Söhne"]
        assert [hit.title for hit in search(ctx, "company", "ÄPF ag")] == ["Äpfel AG"]
        assert [hit.title for hit in search(ctx, "company", "be")] == ["Beta GmbH", "Übermut"]
        assert [hit.title for hit in search(ctx, "company", "kg")] == ["alpha KG"]
        assert search(ctx, "company", '"%_\\ *') == ()
        assert search(ctx, "company", "  ") == ()
        everywhere = search_all(ctx, "a", 3)
        assert {hit.entity for hit in everywhere} == {"company", "deal", "person"}
        assert everywhere[0].title == "alpha KG"
        assert [hit.title for hit in search_all(ctx, "pssst")] == []
        assert [hit.title for hit in pick(ctx, "person", "", 2)] == ["Anna", "Björn"]
        assert [hit.title for hit in pick(ctx, "person", "bjoern")] == ["Björn"]
        assert pick(ctx, "@user", "x") == ()
        with statements(ctx.connection) as ran:
            search_all(ctx, "auftrag")
        assert len(ran) <= 2
        with pytest.raises(NotFound):
            search(ctx, "secret", "pssst")


def test_files_of_a_list_hold_every_row_and_no_formula(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """In batches, in the list's order; a text that looks like a formula is only a text."""
    monkeypatch.setattr("app.query.export._BATCH", 7)
    args = {"columns": ["name,company,amount,close_date,hot,people,weight"], "sort": ["-close_date"]}
    with world.installation.ctx() as ctx:
        evil = add(ctx, "deal", {"name": "=HYPERLINK(1)"}, "=HYPERLINK(1)")
    with world.ctx() as ctx:
        spec = ListSpec.parse(ctx, "deal", "deal.all", args)
        rows = list(export_rows(ctx, spec))
        lines = list(csv.reader(io.StringIO(b"".join(export_csv(ctx, spec)).decode("utf-8-sig"), newline="")))
        cells = sheet_rows(export_xlsx(ctx, spec))
        assert len(list(export_rows(ctx, spec, most=10))) == 10
    live = [deal for deal in world.deals if not deal["archived"]]
    assert len(rows) == len(live) + 1 == len(lines) - 1
    assert lines[0] == ["Name", "Firma", "Wert", "Abschluss", "Heiß", "Personen", "Gewicht"]
    assert "'=HYPERLINK(1)" in {line[0] for line in lines}
    assert cells[0] == lines[0]
    assert [row[0] for row in cells[1:]] == [row[0] for row in rows]
    with world.installation.ctx() as ctx:
        table = ctx.snapshot.tables["deal"]
        ctx.connection.execute(table.delete().where(table.c.id == evil))
    with world.ctx(GUEST) as ctx, pytest.raises(Forbidden):
        export_rows(ctx, ListSpec.parse(ctx, "company", None, {}))

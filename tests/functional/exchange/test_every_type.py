"""What a list exports, an import reads back as it was: every field type, changed and copied, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.access.actor import PRODUCT
from app.fields.address import Address
from app.fields.money import Money
from app.fields.registry import REGISTRY
from app.language import Locale
from app.records import actions, bulk
from app.records.plan import plan_of
from app.records.stored import Targets, load
from tests.functional.api.world import TYPES, good_values
from tests.functional.exchange.conftest import IMPORTER
from tests.functional.exchange.desk import Desk, table, written
from tests.support.site import Site, make_site

#: Values that are easily lost on the way, beside the good examples of each type.
_TRICKY: dict[str, tuple[Any, ...]] = {
    "text": ("=1+1", "'=1+1", "''+x", "'x", "-x", "@a", "＝x", "#17", "1.234"),
    "long_text": ("=a\nb", "a\n\n'b\"", '"a";b,c', "-1\n-2"),
    "money": (Money(Decimal("0.50"), "CHF"), Money(Decimal("1234.50"), "CHF")),
    "address": (
        Address("Berlin", None, None, None, "DE"),
        Address(None, None, "Köln", "NRW", "DE"),
        Address("Weg 1, Hof", "10115", "Berlin", None, "AT"),
        Address(None, "1010", "Wien", None, "AT"),
        Address("Rue 1", None, "Luxemburg", None, "DE"),
        Address("=Weg 2", "80331", "München", "Bayern", "DE"),
    ),
    "datetime": (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        datetime(2026, 5, 1, 10, 0, 15, 250_000, tzinfo=UTC),
    ),
    "json": ("a", "=x", -5, {"a": ["\u007f", "ü"]}),
    "reference": (1, 2, 3, 4, 5, 6),
    "references": ((1, 2), (3, 2, 1), (5, 4), (6,)),
}
#: Titles that look like something else: a number, a list, a number with its sign; two of one name, an empty one's twin.
_TITLES = ("17", "#3", "Müller, Meier", "Zwilling", "=Summe", "'Hof'", *(f"T{n}" for n in range(7, 21)))


def _raw(name: str, value: Any) -> Any:
    field = REGISTRY[name](REGISTRY[name].sample)
    return field.to_json(value) if name in _TRICKY and not isinstance(value, datetime) else value


def _values(name: str) -> list[Any]:
    if name in ("user", "team"):
        return [1]
    raws = [raw for raw, value in good_values(REGISTRY[name].examples) if value is not None]
    return [*raws, *(_raw(name, value) for value in _TRICKY.get(name, ()))]


def _fill(site: Site) -> list[int]:
    """Make what is pointed to, and a record for each good value of each type."""
    with site.installation.ctx(locale="en") as ctx:
        for kind in ("person", "account"):
            for title in _TITLES:
                actions.create(ctx, kind, {"name": title})
        wanted = [{f"f_{name}": value} for name in TYPES for value in _values(name)]
        return bulk.create_many(ctx, "sample", wanted)


def _stored(site: Site, ids: list[int]) -> list[dict[str, Any]]:
    with site.installation.ctx() as ctx:
        plan = plan_of(ctx, "sample")
        found = load(ctx, plan, Targets(ctx), ids)
        return [{f"f_{name}": found[one].row.values[f"f_{name}"] for name in TYPES} for one in ids]


@pytest.mark.parametrize("locale", ["de", "en"])
def test_what_was_exported_is_imported_as_it_was(database_url: str, documents: Path, locale: Locale) -> None:
    site = make_site(database_url, documents, locale=locale)
    desk = Desk(site.visitor(IMPORTER))
    ids = _fill(site)
    columns = ",".join(f"f_{name}" for name in REGISTRY)
    rows = desk.exported("sample", f"?columns={columns}&sort=created_at")
    assert rows[0][:2] == ["id", "version"]
    assert len(rows) == len(ids) + 1 > 2 * len(TYPES)
    assert desk.imported("sample", written(rows)) == (0, 0, len(ids)), "nothing differs"
    before = _stored(site, ids)
    order = [int(row[0]) for row in rows[1:]]
    for separator, spelling in ((",", ""), (";", "en"), ("\t", "en")):
        known = max(_all(site))
        copies = written([row[2:] for row in rows], separator)
        assert desk.imported("sample", copies, spelling=spelling) == (len(ids), 0, 0)
        made = sorted(one for one in _all(site) if one > known)
        told = dict(zip(order, _stored(site, made), strict=True))
        for one, values in zip(ids, before, strict=True):
            assert told[one] == values, one
    site.installation.close()


def _all(site: Site) -> list[int]:
    with site.installation.ctx(PRODUCT) as ctx:
        return [row[0] for row in ctx.connection.execute(ctx.snapshot.tables["sample"].select().with_only_columns(
            ctx.snapshot.tables["sample"].c.id))]  # fmt: skip


def test_a_value_of_every_type_is_changed_and_cleared(site: Site, desk: Desk) -> None:
    ids = _fill(site)
    columns = ",".join(f"f_{name}" for name in TYPES)
    rows = desk.exported("sample", f"?columns={columns}&sort=created_at")
    cleared = [rows[0], *([*row[:2], *[""] * len(TYPES)] for row in rows[1:])]
    assert desk.imported("sample", written(cleared)) == (0, len(ids), 0)
    assert all(value is None for values in _stored(site, ids) for value in values.values())
    again = [rows[0], *([row[0], "2", *row[2:]] for row in rows[1:])]
    assert desk.imported("sample", written(again)) == (0, len(ids), 0)
    for row, now in zip(rows, desk.exported("sample", f"?columns={columns}&sort=created_at"), strict=True):
        assert row[2:] == now[2:]


def test_the_plain_export_is_read_too(site: Site, desk: Desk) -> None:
    _fill(site)
    columns = ",".join(f"f_{name}" for name in REGISTRY)
    plain = desk.visitor.get(f"/e/sample/-/export/csv?columns={columns}").data
    lines = len(table(plain)) - 1
    checked = desk.check("sample", plain)
    assert checked.status_code == 200, checked.text
    assert f"<strong>{lines}</strong>" in checked.text
    assert "Zeilen werden als eigene Liste importiert" in checked.text

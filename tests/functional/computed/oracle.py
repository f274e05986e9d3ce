"""The computed values of the world worked out from scratch, row by row, by a reading of its own.

Nothing here uses the product's expressions, roll-ups or order of computing; only the tables are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from sqlalchemy import select

from tests.support.install import Installation

Row = Mapping[str, Any]
Tables = Mapping[str, Mapping[int, Row]]
#: What is compared, by entity.
COMPUTED: Final = {
    "product": ("sold",),
    "line": ("net",),
    "order": ("total", "pieces", "agreed", "group_name"),
    "firm": ("orders", "revenue", "largest", "newest", "share", "grade", "first_order", "title"),
    "group": ("revenue", "firms"),
}
_ZERO: Final = Decimal(0)


def read(installation: Installation) -> Tables:
    """Return every row of the world."""
    with installation.database.read() as connection:
        tables = installation.store.snapshot(connection).tables
        return {
            key: {row["id"]: dict(row) for row in connection.execute(select(tables[key])).mappings()}
            for key in COMPUTED
        }


def _cents(number: Decimal | None) -> Decimal | None:
    return None if number is None else number.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _quotient(one: Decimal, other: Decimal) -> Decimal:
    return (one / other).quantize(Decimal("1e-10"), ROUND_HALF_UP)


class Scratch:
    """Works the values out, the deepest first; a row in the archive keeps what it has."""

    def __init__(self, tables: Tables) -> None:
        self.rows = {key: {id_: dict(row) for id_, row in rows.items()} for key, rows in tables.items()}

    def live(self, entity: str, **where: Any) -> list[dict[str, Any]]:
        """Return rows that aren't archived and have some values."""
        return [
            row
            for _, row in sorted(self.rows[entity].items())
            if row["archived_at"] is None and all(row[key] == value for key, value in where.items())
        ]

    def run(self) -> Tables:
        """Return the rows with their computed values."""
        for product in self.live("product"):
            product["sold"] = sum(line["quantity"] or 0 for line in self.live("line", product=product["id"]))
        for line in self.live("line"):
            line["net"] = self._net(line)
        for order in self.live("order"):
            lines = self.live("line", order=order["id"])
            order["total"] = sum((line["net"] for line in lines if line["net"] is not None), _ZERO)
            order["pieces"] = sum(line["quantity"] or 0 for line in lines)
            if order["status"] != "done":
                order["agreed"] = order["total"] * 2
        for firm in self.live("firm"):
            self._firm(firm)
        for group in self.live("group"):
            firms = self.live("firm", group=group["id"])
            group["firms"] = len(firms)
            group["revenue"] = sum((firm["revenue"] or _ZERO for firm in firms), _ZERO)
        for firm in self.live("firm"):
            group = self.rows["group"].get(firm["group"], {})
            total = group.get("revenue")
            known = firm["revenue"] is not None and total
            firm["share"] = _cents(_quotient(100 * firm["revenue"], total)) if known else None
            firm["title"] = f"{firm['name']} – {firm['grade']}"
        for order in self.live("order"):
            firm = self.rows["firm"].get(order["firm"], {})
            order["group_name"] = self.rows["group"].get(firm.get("group"), {}).get("name")
        return self.rows

    def _net(self, line: Row) -> Decimal | None:
        product, order = self.rows["product"].get(line["product"]), self.rows["order"].get(line["order"], {})
        if product is None or product["price"] is None or line["quantity"] is None:
            return None
        part = _quotient(order.get("discount") or _ZERO, Decimal(100))
        return _cents(line["quantity"] * product["price"] * (1 - part))

    def _firm(self, firm: dict[str, Any]) -> None:
        orders = self.live("order", firm=firm["id"])
        totals = [order["total"] for order in orders if order["total"] is not None]
        firm["orders"] = len(orders)
        firm["revenue"] = sum((o["total"] or _ZERO for o in orders if o["status"] in ("won", "done")), _ZERO)
        firm["largest"] = max(totals, default=None)
        days = [order["ordered_on"] for order in orders if order["ordered_on"] is not None]
        firm["first_order"] = min(days, default=None)
        dated = sorted(orders, key=lambda o: (o["ordered_on"] is not None, str(o["ordered_on"]), o["id"]))
        firm["newest"] = dated[-1]["status"] if dated else None
        firm["grade"] = "A" if firm["revenue"] > 1000 else "B" if orders else "C"


def differences(installation: Installation) -> list[str]:
    """Return every stored value that isn't what it is from scratch."""
    tables = read(installation)
    expected = Scratch(tables).run()
    return [
        f"{entity}/{id_}.{key}: stored {row[key]!r}, from scratch {expected[entity][id_][key]!r}"
        for entity, keys in COMPUTED.items()
        for id_, row in tables[entity].items()
        for key in keys
        if row[key] != expected[entity][id_][key]
    ]

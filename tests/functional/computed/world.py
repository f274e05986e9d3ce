"""Three levels and a side: groups of firms, their orders, the orders' lines, and products that lines point to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.support.install import Bodies, Installation, install, write_documents


def label(text: str) -> Mapping[str, str]:
    """Return a label that is the same in both languages."""
    return {"de": text, "en": text}


def of(type_name: str, **more: Any) -> dict[str, Any]:
    """Return a property of a type; keywords of JSON Schema aside."""
    return {"x-crm": {"label": label(type_name), "type": type_name, **more}}


def entity(title: str, /, properties: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return the body of an entity."""
    x_crm = {"label": label(title), "plural": label(f"{title}s"), "title": f"{{{next(iter(properties))}}}", **more}
    return {"type": "object", "x-crm": x_crm, "properties": properties}


GROUP: Final = entity(
    "Group",
    {
        "name": of("text"),
        "revenue": of("money", rollup={"entity": "firm", "via": "group", "aggregate": "sum", "field": "revenue"}),
        "firms": of("integer", rollup={"entity": "firm", "via": "group", "aggregate": "count"}),
    },
)
FIRM: Final = entity(
    "Firm",
    {
        "name": of("text"),
        "group": of("reference", target="group"),
        "orders": of("integer", rollup={"entity": "order", "via": "firm", "aggregate": "count"}),
        "revenue": of(
            "money",
            rollup={
                "entity": "order",
                "via": "firm",
                "aggregate": "sum",
                "field": "total",
                "where": 'status in ("won", "done")',
            },
        ),
        "largest": of("money", rollup={"entity": "order", "via": "firm", "aggregate": "max", "field": "total"}),
        "newest": of(
            "choice",
            options="order_status",
            rollup={"entity": "order", "via": "firm", "aggregate": "latest", "field": "status", "by": "ordered_on"},
        ),
        "share": of("percent", formula="100 * revenue / group.revenue"),
        "grade": of("text", formula='if(revenue > 1000, "A", if(orders > 0, "B", "C"))'),
        "since": of("integer", formula="days_between(first_order, today())"),
        "first_order": of("date", rollup={"entity": "order", "via": "firm", "aggregate": "min", "field": "ordered_on"}),
    },
    title="{name}{ – grade}",
)
ORDER: Final = entity(
    "Order",
    {
        "subject": of("text"),
        "firm": of("reference", target="firm"),
        "status": of("choice", options="order_status", default="open"),
        "ordered_on": of("date"),
        "discount": of("percent"),
        "lines": of("lines", entity="line", via="order"),
        "total": of("money", formula="sum(lines.net)"),
        "pieces": of("integer", formula="sum(lines.quantity)"),
        "agreed": of("money", formula="total * 2", frozen_if='status = "done"'),
        "group_name": of("text", formula="firm.group.name"),
        "order_no": of("text", number={"pattern": "A-{YYYY}-{####}", "restart": "year", "gapless": True}),
        "bill_no": of(
            "text", number={"pattern": "R{YY}{MM}/{###}", "restart": "month", "draw_if": 'status in ("won", "done")'}
        ),
    },
)
LINE: Final = entity(
    "Line",
    {
        "text": of("text"),
        "order": of("reference", target="order"),
        "product": of("reference", target="product"),
        "quantity": of("integer"),
        "net": of("money", formula="quantity * product.price * (1 - coalesce(order.discount, 0) / 100)"),
    },
)
PRODUCT: Final = entity(
    "Product",
    {
        "name": of("text"),
        "price": of("decimal"),
        "sold": of("integer", rollup={"entity": "line", "via": "product", "aggregate": "sum", "field": "quantity"}),
    },
)
STATUS: Final = {
    "label": label("Status"),
    "values": [{"id": one, "label": label(one)} for one in ("open", "won", "done", "lost")],
}
DOCUMENTS: Final[Bodies] = {
    ("options", "order_status"): STATUS,
    ("entities", "group"): GROUP,
    ("entities", "firm"): FIRM,
    ("entities", "order"): ORDER,
    ("entities", "line"): LINE,
    ("entities", "product"): PRODUCT,
}


def installed(url: str, folder: Path, changes: Bodies | None = None) -> Installation:
    """Install the world, with some documents instead of its own."""
    return install(url, write_documents(folder, {**DOCUMENTS, **(changes or {})}))

"""The documents that the query room is tried with: small, and with every kind of column a list or report can meet."""

from __future__ import annotations

from typing import Any


def _label(de: str, en: str) -> dict[str, str]:
    return {"de": de, "en": en}


def _field(type_: str, de: str, en: str, **more: Any) -> dict[str, Any]:
    return {"x-crm": {"type": type_, "label": _label(de, en), **more}}


def _text(de: str, en: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "maxLength": 100, "x-crm": {"label": _label(de, en), **more}}


def _entity(de: str, en: str, title: str, **properties: Any) -> dict[str, Any]:
    head = {"label": _label(de, en), "plural": _label(de + "s", en + "s"), "icon": "box", "title": title}
    return {"type": "object", "x-crm": head, "properties": properties, "required": ["name"]}


COMPANY = _entity(
    "Firma",
    "Company",
    "{name}",
    name=_text("Name", "Name", search=True),
    industry=_field("choice", "Branche", "Industry", options="industry"),
    employees={"type": "integer", "x-crm": {"label": _label("Mitarbeiter", "Employees")}},
    parent=_field("reference", "Mutter", "Parent", target="company"),
    home=_field("address", "Adresse", "Address"),
)
PERSON = _entity(
    "Person",
    "Person",
    "{name}",
    name=_text("Name", "Name", search=True),
    company=_field("reference", "Firma", "Company", target="company"),
)
SECRET = _entity("Geheimnis", "Secret", "{name}", name=_text("Name", "Name", search=True))
DEAL = _entity(
    "Chance",
    "Deal",
    "{name}",
    name=_text("Name", "Name", search=True),
    company=_field("reference", "Firma", "Company", target="company"),
    contact=_field("reference", "Kontakt", "Contact", target="person"),
    secret=_field("reference", "Geheimnis", "Secret", target="secret"),
    stage=_field("choice", "Phase", "Stage", options="stage"),
    amount=_field("money", "Wert", "Amount", currency="EUR", currencies=["EUR", "CHF"]),
    weight=_field("decimal", "Gewicht", "Weight", scale=3),
    close_date={"type": "string", "format": "date", "x-crm": {"label": _label("Abschluss", "Close")}},
    starts_at={"type": "string", "format": "date-time", "x-crm": {"label": _label("Beginn", "Start")}},
    hot={"type": "boolean", "x-crm": {"label": _label("Heiß", "Hot")}},
    tags=_field("tags", "Schlagwörter", "Tags"),
    topics=_field("choices", "Themen", "Topics", options="industry"),
    people=_field("references", "Personen", "People", target="person"),
    about=_field("any_reference", "Betrifft", "About", targets=["company", "person"]),
    advisor=_field("user", "Betreuer", "Advisor"),
    lines=_field("lines", "Positionen", "Lines", entity="deal_line", via="deal"),
)
DEAL_LINE = _entity(
    "Position",
    "Line",
    "{name}",
    name=_text("Name", "Name"),
    deal=_field("reference", "Chance", "Deal", target="deal"),
    net=_field("decimal", "Netto", "Net", scale=2),
)

_INDUSTRY = {
    "label": _label("Branchen", "Industries"),
    "values": [
        {"id": "retail", "label": _label("Handel", "Retail"), "colour": "green"},
        {"id": "it", "label": _label("Informatik", "Computing"), "colour": "blue"},
        {"id": "fax", "label": _label("Telefax", "Fax"), "retired": True},
    ],
}
_STAGE = {
    "label": _label("Phasen", "Stages"),
    "values": [
        {"id": "open", "label": _label("Offen", "Open"), "colour": "blue"},
        {"id": "won", "label": _label("Gewonnen", "Won"), "colour": "green"},
        {"id": "lost", "label": _label("Verloren", "Lost"), "colour": "red"},
    ],
}

_COLUMNS = ["name", "company", "company.industry", "company.parent.name", "stage", "amount", "close_date", "people"]
VIEWS: dict[tuple[str, str], Any] = {
    ("views", "deal.all"): {"entity": "deal", "label": _label("Alle", "All"), "columns": _COLUMNS, "order": 1},
    ("views", "deal.open"): {
        "entity": "deal",
        "label": _label("Offene Chancen", "Open deals"),
        "columns": ["name", "amount"],
        "filter": 'stage = "open"',
        "sort": [{"field": "amount", "descending": True}, {"field": "created_at"}],
        "order": 2,
    },
}


def _report(entity: str, **body: Any) -> dict[str, Any]:
    return {"entity": entity, "label": _label("Bericht", "Report"), **body}


_MEASURES: list[dict[str, Any]] = [
    {"id": "n", "aggregate": "count"},
    {"id": "amounts", "aggregate": "count", "condition": "amount is not empty"},
    {"id": "won", "aggregate": "count", "condition": 'stage = "won"'},
    {"id": "weight", "aggregate": "sum", "field": "weight"},
    {"id": "mean", "aggregate": "average", "field": "weight"},
    {"id": "least", "aggregate": "min", "field": "weight"},
    {"id": "last", "aggregate": "max", "field": "close_date"},
    {"id": "rate", "aggregate": "share", "base": "won", "of": "n"},
    {"id": "part", "aggregate": "share", "base": "n", "of": "total"},
    {"id": "row", "aggregate": "share", "base": "n", "of": "row"},
    {"id": "column", "aggregate": "share", "base": "n", "of": "column"},
]

_LABELLED = [{**measure, "label": _label(measure["id"], measure["id"])} for measure in _MEASURES]
#: A table has no rows and columns to take a share of.
_FLAT = [measure for measure in _LABELLED if measure["id"] not in ("row", "column")]

#: Orders of the groups of a report: by which dimension or measure, and whether the largest comes first.
ORDERS: tuple[tuple[tuple[str, bool], ...], ...] = (
    (),
    (("stage", True),),
    (("company", False), ("stage", True)),
    (("company", True), ("company", False)),
    (("n", True), ("company", True)),
    (("stage", False), ("n", False), ("company", True)),
    (("company", True), ("n", True)),
    (("n", False), ("largest", True)),
)
REPORTS: dict[tuple[str, str], Any] = {
    ("reports", "grid"): _report(
        "deal",
        dimensions=[
            {"id": "month", "field": "close_date", "bucket": "month"},
            {"id": "industry", "field": "company.parent.industry"},
        ],
        measures=_LABELLED,
        across=["industry"],
        sort=[{"by": "month"}],
        chart={"kind": "stacked_bar", "measures": ["n"]},
        show="pivot",
    ),
    ("reports", "everything"): _report(
        "deal",
        dimensions=[
            {"id": "quarter", "field": "starts_at", "bucket": "quarter"},
            {"id": "size", "field": "company.employees", "bucket": "band", "size": 50},
            {"id": "letter", "field": "name", "bucket": "first_letter"},
            {"id": "contact", "field": "contact"},
            {"id": "hot", "field": "hot"},
        ],
        measures=[*_FLAT, {"id": "kinds", "aggregate": "distinct", "field": "stage", "label": _label("k", "k")}],
        filter="close_date >= $since or close_date is empty",
        parameters=[
            {
                "id": "since",
                "type": "date",
                "label": _label("Seit", "Since"),
                "default": {"expr": "add_months(today(), -60)"},
            }
        ],
        limit=500,
        chart={"kind": "bar", "measures": ["n", "weight"]},
    ),
    ("reports", "money"): _report(
        "deal",
        dimensions=[{"id": "stage", "field": "stage"}],
        measures=[
            {"id": "sum", "aggregate": "sum", "field": "amount", "label": _label("Summe", "Sum")},
            {"id": "mean", "aggregate": "average", "field": "amount", "label": _label("Schnitt", "Mean")},
            {"id": "n", "aggregate": "count", "label": _label("Zahl", "Number")},
        ],
        chart={"kind": "donut", "measures": ["sum"]},
    ),
    **{
        ("reports", f"only_{code.lower()}"): _report(
            "deal",
            filter=f'amount.currency = "{code}"',
            dimensions=[{"id": "stage", "field": "stage"}],
            measures=[{"id": "sum", "aggregate": "sum", "field": "amount", "label": _label("Summe", "Sum")}],
        )
        for code in ("EUR", "CHF")
    },
    **{
        ("reports", f"order_{number}"): _report(
            "deal",
            dimensions=[{"id": "company", "field": "company"}, {"id": "stage", "field": "stage"}],
            measures=[
                {"id": "n", "aggregate": "count", "label": _label("Zahl", "Number")},
                {"id": "largest", "aggregate": "max", "field": "close_date", "label": _label("Spätester", "Latest")},
                {"id": "part", "aggregate": "share", "base": "n", "of": "total", "label": _label("Anteil", "Share")},
            ],
            sort=[{"by": by, "descending": descending} for by, descending in order],
        )
        for number, order in enumerate(ORDERS)
    },
    ("reports", "top"): _report(
        "deal",
        dimensions=[{"id": "company", "field": "company"}],
        measures=[{"id": "n", "aggregate": "count", "label": _label("Zahl", "Number")}],
        sort=[{"by": "n", "descending": True}],
        limit=2,
        chart={"kind": "bar", "measures": ["n"]},
    ),
    ("reports", "busy"): _report(
        "deal",
        dimensions=[{"id": "company", "field": "company"}],
        measures=[{"id": "n", "aggregate": "count", "label": _label("Zahl", "Number")}],
        having="n > 2",
        sort=[{"by": "n", "descending": True}],
        chart={"kind": "funnel", "measures": ["n"]},
    ),
}

DOCUMENTS: dict[tuple[str, str], Any] = {
    ("entities", "company"): COMPANY,
    ("entities", "person"): PERSON,
    ("entities", "secret"): SECRET,
    ("entities", "deal"): DEAL,
    ("entities", "deal_line"): DEAL_LINE,
    ("options", "industry"): _INDUSTRY,
    ("options", "stage"): _STAGE,
    ("roles", "sales"): {
        "label": _label("Vertrieb", "Sales"),
        "capabilities": ["export"],
        "entities": {"*": {"read": True}, "secret": {"read": False}},
    },
    ("roles", "guest"): {"label": _label("Gast", "Guest"), "entities": {"company": {"read": True}}},
    **VIEWS,
    **REPORTS,
}

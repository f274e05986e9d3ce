"""Computed fields in documents: what is refused, in which order they are computed, who looks at whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.errors import Severity
from app.meta.compile import Compiled, compile_model
from app.meta.computed import EXISTENCE
from app.meta.documents import load_directory
from app.meta.layers import merge
from app.meta.numbering import InvalidPattern, counted, parse_pattern, period_of, reader, spelled, written
from tests.functional.computed.world import DOCUMENTS, FIRM, GROUP, LINE, ORDER, of
from tests.support.install import write_documents

_BODIES = {"firm": FIRM, "group": GROUP, "line": LINE, "order": ORDER}


def _compiled(folder: Path, entity: str, fields: Mapping[str, Any], **x_crm: Any) -> Compiled:
    """Compile the world with some fields added to, or put in the place of, those of one entity."""
    body = _BODIES[entity]
    changed = {**body, "x-crm": {**body["x-crm"], **x_crm}, "properties": {**body["properties"], **fields}}
    documents, issues = load_directory(write_documents(folder, {**DOCUMENTS, ("entities", entity): changed}), "base")
    effective, more = merge(documents)
    assert (*issues, *more) == ()
    return compile_model(effective)


_ROLLUP = {"entity": "order", "via": "firm", "aggregate": "sum", "field": "total"}
CASES: list[tuple[str, dict[str, Any], str]] = [
    # a circle in one record, over a reference, over lines, over a roll-up, over three entities
    ("firm", {"a": of("decimal", formula="b + 1"), "b": of("decimal", formula="a + 1")}, "computed.circle"),
    ("firm", {"a": of("decimal", formula="a + 1")}, "computed.circle"),
    ("firm", {"boss": of("reference", target="firm"), "a": of("decimal", formula="boss.a + 1")}, "computed.circle"),
    ("line", {"net": of("money", formula="order.total / 2")}, "computed.circle"),
    (
        "group",
        {"revenue": of("money", rollup={**_ROLLUP, "entity": "firm", "via": "group", "field": "share"})},
        "computed.circle",
    ),
    ("line", {"net": of("money", formula="order.firm.group.revenue * 2")}, "computed.circle"),
    # what no computation may look at
    ("firm", {"a": of("boolean", formula="owner = me()")}, "computed.reader"),
    ("firm", {"a": of("text", formula="title")}, "computed.restless"),
    ("firm", {"a": of("integer", formula="version + 1")}, "computed.restless"),
    ("firm", {"a": of("integer", formula="id * 2")}, "computed.restless"),
    ("order", {"a": of("text", formula="firm.title")}, "computed.restless"),
    # combinations and types
    ("firm", {"a": of("decimal", formula="1 + 1", rollup=_ROLLUP)}, "computed.several"),
    ("firm", {"a": of("decimal", formula="1 + 1", default=3)}, "computed.default"),
    ("firm", {"a": of("tags", formula='"x"')}, "computed.type"),
    ("firm", {"a": of("text", frozen_if="name is empty")}, "computed.nothing_to"),
    ("firm", {"a": of("decimal", formula="1 + 1", frozen_if='group.name = "x"')}, "computed.frozen_path"),
    ("firm", {"a": of("datetime", formula="first_order")}, "computed.day_for_moment"),
    ("firm", {"a": of("text", formula="orders + 1")}, "expression.compare"),
    # roll-ups
    ("firm", {"a": of("money", rollup={**_ROLLUP, "entity": "orders"})}, "field.unknown_target"),
    ("firm", {"a": of("money", rollup={**_ROLLUP, "via": "frm"})}, "field.unknown_via"),
    ("firm", {"a": of("money", rollup={**_ROLLUP, "via": "subject"})}, "field.via_elsewhere"),
    ("firm", {"a": of("money", rollup={**_ROLLUP, "field": "totl"})}, "path.unknown"),
    ("firm", {"a": of("money", rollup={**_ROLLUP, "field": "subject"})}, "computed.rollup_type"),
    ("firm", {"a": of("money", rollup={**_ROLLUP, "aggregate": "count"})}, "computed.rollup_field"),
    ("firm", {"a": of("money", rollup={**_ROLLUP, "aggregate": "latest", "by": "day"})}, "computed.unknown_by"),
    ("firm", {"a": of("money", rollup={**_ROLLUP, "where": "nobody = 1"})}, "expression.unknown_field"),
    # number ranges
    ("firm", {"a": of("integer", number={"pattern": "{###}"})}, "computed.number_type"),
    ("firm", {"a": of("text", number={"pattern": "R-{YYYY"})}, "computed.pattern_bracket"),
    ("firm", {"a": of("text", number={"pattern": "{0.__class__}{##}"})}, "computed.pattern_token"),
    ("firm", {"a": of("text", number={"pattern": "R-{YYYY}"})}, "computed.pattern_counter"),
    ("firm", {"a": of("text", number={"pattern": "R-{##}", "restart": "year"})}, "computed.pattern_period"),
    ("firm", {"a": of("text", number={"pattern": "R-{##}", "draw_if": "revenue > 0"})}, "computed.draw_gathered"),
    ("order", {"a": of("text", number={"pattern": "R-{##}", "draw_if": "firm.share > 0"})}, "computed.draw_gathered"),
    # values that depend on the day
    ("group", {"a": of("integer", rollup={"entity": "firm", "via": "group", "aggregate": "max", "field": "since"})},
     "computed.volatile_gathered"),
    ("firm", {"a": of("integer", formula="since + 1", frozen_if='name = "x"')}, "computed.volatile_frozen"),
    ("firm", {"a": of("text", formula='if(since > 5, "a", "b")')}, "computed.volatile_text"),
    ("firm", {"a": of("integer", formula="since + 1", unique=True)}, "computed.volatile_kept"),
]  # fmt: skip


@pytest.mark.parametrize(("entity", "fields", "code"), CASES)
def test_what_cannot_be_computed_is_refused(tmp_path: Path, entity: str, fields: dict[str, Any], code: str) -> None:
    found = _compiled(tmp_path, entity, fields)
    errors = [issue for issue in found.issues if issue.severity is Severity.ERROR]
    assert found.model is None
    assert any(code in issue.code for issue in errors), [(issue.code, issue.message.en) for issue in errors]
    for issue in errors:
        for text in (issue.message.de, issue.message.en, issue.hint.de, issue.hint.en):
            assert text
            assert re.findall(r"\{(?!#|Y|M)\w*\}", text) == []


def test_a_circle_is_told_with_its_whole_chain(tmp_path: Path) -> None:
    found = _compiled(tmp_path, "line", {"net": of("money", formula="order.firm.group.revenue * 2")})
    (told,) = [issue for issue in found.issues if issue.code == "computed.circle"]
    for name in ("group.revenue", "firm.revenue", "order.total", "line.net"):
        assert name in told.message.en


def test_stages_come_after_what_they_look_at(tmp_path: Path) -> None:
    model = _compiled(tmp_path, "firm", {}).model
    assert model is not None
    order = [(stage.entity, key) for stage in model.computations.stages for key in stage.fields]
    chain = [("line", "net"), ("order", "total"), ("firm", "revenue"), ("group", "revenue"), ("firm", "share")]
    assert [node for node in order if node in chain] == chain
    assert model.computations.volatile == {("firm", "since")}
    watching = {(one.entity, one.field) for one in model.computations.dependants["order", EXISTENCE]}
    assert watching == {("firm", key) for key in ("orders", "revenue", "largest", "newest", "first_order")}


def test_a_title_cannot_show_what_depends_on_the_day(tmp_path: Path) -> None:
    found = _compiled(tmp_path, "firm", {}, title="{name}{ since}")
    assert [issue.code for issue in found.issues] == ["entity.title_volatile"]


@pytest.mark.parametrize(
    ("pattern", "restart", "text", "period"),
    [
        ("RE-{YYYY}-{#####}", "year", "RE-2026-00042", "2026"),
        ("{YY}{MM}{###}", "month", "2603042", "2026-03"),
        ("K-{##}", "never", "K-42", ""),
        ("({#}){YY}", "never", "(42)26", ""),
    ],
)
def test_a_number_is_written_and_read_back(pattern: str, restart: str, text: str, period: str) -> None:
    pieces, day = parse_pattern(pattern, restart), date(2026, 3, 7)
    assert spelled(pieces) == pattern
    assert written(pieces, 42, day) == text
    assert period_of(restart, day) == period
    assert counted(reader(pieces), restart, text) == (period, 42)
    assert counted(reader(pieces), restart, written(pieces, 123_456, day)) == (period, 123_456)
    assert counted(reader(pieces), restart, "something else") is None


def test_a_pattern_is_never_a_format_string() -> None:
    with pytest.raises(InvalidPattern):
        parse_pattern("{0}{##}")

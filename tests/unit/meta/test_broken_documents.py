"""Every kind of mistake gives its own message at its own place, and all of them come at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from app.errors import Severity
from app.meta.compile import compile_model
from tests.unit.meta.shipped import drop, edited, effective, entity, field, label, made, put, spots

Edit = tuple[str, str, Callable[[Any], Any]]
ACCOUNT = "metadata/entities/account.json"
LINE = "metadata/entities/opportunity.json"
MASK = "metadata/forms/account.main.json"
VIEW = "metadata/views/account.mine.json"
REPORT = "metadata/reports/win_rate.json"
_F = ("properties", "industry", "x-crm")
_LINES = {"type": "lines", "entity": "opportunity_line", "via": "opportunity"}
_EL = ("tabs", 0, "sections", 0, "elements")

#: What is done to which shipped document, the code, the pointer, and a word of the English hint or message.
CASES: list[tuple[Edit, str, str, str]] = [
    # form
    (("entities", "account", put(True, "x-crm", "titel")), "structure.unknown_property", "/x-crm/titel", "title"),
    (("entities", "account", drop("x-crm", "plural")), "structure.missing_property", "/x-crm", "plural"),
    (("entities", "account", put(2, "format")), "structure.format", "/format", "newer"),
    (("entities", "account", put({}, "properties", "Größe")), "structure.key", "/properties/Größe", "lower-case"),
    (
        ("entities", "account", put({"de": 5}, *_F, "label")),
        "structure.type",
        "/properties/industry/x-crm/label/de",
        "a text",
    ),
    (("views", "account.mine", put("big", "order")), "structure.type", "/order", "whole number"),
    (("options", "abc", put("rot", "values", 0, "colour")), "structure.value", "/values/0/colour", "red"),
    (
        ("forms", "account.main", put(9, *_EL, 0, "span")),
        "structure.size",
        "/tabs/0/sections/0/elements/0/span",
        "limit",
    ),
    (
        ("forms", "account.main", put({"de": "x"}, *_EL, 0, "text")),
        "form.element",
        "/tabs/0/sections/0/elements/0",
        "exactly one",
    ),
    (("reports", "win_rate", put([], "measures")), "structure.length", "/measures", "limit"),
    (("views", "account.mine", put("A.b", "columns", 0)), "structure.path", "/columns/0", "account.industry"),
    # fields
    (
        ("entities", "account", put("choise", *_F, "type")),
        "field.unknown_type",
        "/properties/industry/x-crm/type",
        "choice",
    ),
    (("entities", "account", drop(*_F, "type")), "field.no_type", "/properties/industry", "choice"),
    (
        ("entities", "account", put("EUR", *_F, "currency")),
        "structure.unknown_property",
        "/properties/industry/x-crm/currency",
        "currency",
    ),
    (
        ("entities", "account", put("industrie", *_F, "options")),
        "field.unknown_options",
        "/properties/industry/x-crm/options",
        "industry",
    ),
    (
        ("entities", "account", drop(*_F, "options")),
        "structure.missing_property",
        "/properties/industry/x-crm",
        "options",
    ),
    (
        ("entities", "account", put("acount", "properties", "parent", "x-crm", "target")),
        "field.unknown_target",
        "/properties/parent/x-crm/target",
        "account",
    ),
    (("entities", "account", put(field(), "properties", "a__b")), "field.reserved", "/properties/a__b", "belong"),
    (("entities", "account", put(field(), "properties", "id")), "field.reserved", "/properties/id", "belong"),
    (
        ("entities", "account", put("gibtsnicht", *_F, "default")),
        "field.choice.unknown",
        "/properties/industry/x-crm/default",
        "choices",
    ),
    (
        ("entities", "account", put({"expr": "name"}, *_F, "default")),
        "expression.default_field",
        "/properties/industry/x-crm/default/expr",
        "today()",
    ),
    (
        ("entities", "account", put({"expr": "today()"}, *_F, "default")),
        "expression.compare",
        "/properties/industry/x-crm/default/expr",
        "today()",
    ),
    (
        ("entities", "account", put("QQQ", "properties", "annual_revenue", "x-crm", "currency")),
        "field.money.currency",
        "/properties/annual_revenue/x-crm",
        "QQQ",
    ),
    (("entities", "account", put("nme", "required", 0)), "entity.required_unknown", "/required/0", "name"),
    (("entities", "account", put([["nme"]], "x-crm", "unique")), "entity.unique_unknown", "/x-crm/unique/0/0", "name"),
    (
        ("entities", "account", put([["addresses"]], "x-crm", "unique")),
        "entity.unique_unusable",
        "/x-crm/unique/0/0",
        "one value",
    ),
    # titles, rules, child lines
    (("entities", "account", put("{name", "x-crm", "title")), "entity.title", "/x-crm/title", "curly"),
    (("entities", "account", put("{nme}", "x-crm", "title")), "entity.title_field", "/x-crm/title", "name"),
    (
        ("entities", "account", put("{addresses}", "x-crm", "title")),
        "entity.title_unusable",
        "/x-crm/title",
        "one value",
    ),
    (("entities", "account", put("parnt", "x-crm", "rules", 0, "at")), "entity.rule_at", "/x-crm/rules/0/at", "parent"),
    (
        ("entities", "account", put("parent = ", "x-crm", "rules", 0, "check")),
        "expression.ends_early",
        "/x-crm/rules/0/check",
        "parent =",
    ),
    (
        ("entities", "account", put("parnt = id", "x-crm", "rules", 0, "check")),
        "expression.unknown_field",
        "/x-crm/rules/0/check",
        "parent",
    ),
    (
        ("entities", "account", put("name", "x-crm", "rules", 0, "check")),
        "expression.condition",
        "/x-crm/rules/0/check",
        "condition",
    ),
    (
        ("entities", "account", put('industry = "itt"', *_F, "visible_if")),
        "expression.unknown_option",
        "/properties/industry/x-crm/visible_if",
        "it",
    ),
    (
        ("entities", "opportunity", put("opportunty", "properties", "products", "x-crm", "via")),
        "field.unknown_via",
        "/properties/products/x-crm/via",
        "opportunity",
    ),
    (
        ("entities", "opportunity", put("product", "properties", "products", "x-crm", "via")),
        "field.via_elsewhere",
        "/properties/products/x-crm/via",
        "line",
    ),
    (
        ("entities", "opportunity", put(["product"], "properties", "products", "x-crm", "sums")),
        "field.sum_unusable",
        "/properties/products/x-crm/sums/0",
        "numbers",
    ),
    (("entities", "account", put("nobody", "x-crm", "extends")), "entity.unknown_parent", "/x-crm/extends", "nobody"),
    (
        ("entities", "account", put("person", "x-crm", "extends")),
        "entity.parent_not_abstract",
        "/x-crm/extends",
        "abstract",
    ),
    # masks
    (
        ("forms", "account.main", put("nme", *_EL, 0, "field")),
        "path.unknown",
        "/tabs/0/sections/0/elements/0/field",
        "name",
    ),
    (
        ("forms", "account.main", put("name2", *_EL, 0, "field")),
        "form.field_twice",
        "/tabs/0/sections/0/elements/1/field",
        "one of the two",
    ),
    (
        ("forms", "account.main", put("name2", *_EL, 0, "id")),
        "structure.duplicate_id",
        "/tabs/0/sections/0/elements/1/id",
        "another id",
    ),
    (("forms", "account.main", put("person.main", "key")), "document.key_differs", "/key", "the same"),
    (
        ("forms", "account.main", put("nothing", *_EL, 0, "visible_if")),
        "expression.unknown_field",
        "/tabs/0/sections/0/elements/0/visible_if",
        "nothing",
    ),
    # views
    (("views", "account.mine", put("account_", "entity")), "view.unknown_entity", "/entity", "account"),
    (("views", "account.mine", put("owner.name", "columns", 0)), "path.not_a_reference", "/columns/0", "point"),
    (
        ("views", "account.mine", put("parent.parent.parent.name", "columns", 0)),
        "path.too_long",
        "/columns/0",
        "shorter",
    ),
    (("views", "account.mine", put("phone", "columns", 0)), "view.column_twice", "/columns/5", "one of the two"),
    (("views", "account.mine", put("notes", "sort", 0, "field")), "view.sort_unusable", "/sort/0/field", "short"),
    (("views", "account.mine", put('roles = "kunde"', "filter")), "expression.compare", "/filter", "roles"),
    (("views", "account.mine", put(["seller"], "roles")), "roles.unknown", "/roles/0", "sales"),
    # reports
    (("reports", "win_rate", put("mnth", "dimensions", 0, "bucket")), "report.bucket", "/dimensions/0/bucket", "month"),
    (("reports", "win_rate", put(5, "dimensions", 0, "size")), "report.size", "/dimensions/0/size", "band"),
    (
        ("reports", "win_rate", put("products", "dimensions", 1, "field")),
        "report.dimension_unusable",
        "/dimensions/1/field",
        "one value",
    ),
    (
        ("reports", "forecast", put("stage", "measures", 0, "field")),
        "report.aggregate",
        "/measures/0/aggregate",
        "distinct",
    ),
    (("reports", "forecast", drop("measures", 0, "field")), "report.measure_field", "/measures/0", "field"),
    (("reports", "win_rate", put("won", "measures", 0, "base")), "report.measure_extra", "/measures/0/base", "base"),
    (("reports", "win_rate", put("wun", "measures", 2, "base")), "report.share_measure", "/measures/2/base", "won"),
    (("reports", "win_rate", put("row", "measures", 2, "of")), "report.share_pivot", "/measures/2/of", "across"),
    (("reports", "win_rate", drop("measures", 2, "of")), "report.share", "/measures/2", "base"),
    (("reports", "win_rate", put(["mont"], "across")), "report.unknown_dimension", "/across/0", "month"),
    (("reports", "win_rate", put("wen", "sort", 0, "by")), "report.unknown_sort", "/sort/0/by", "won"),
    (("reports", "win_rate", put(["rat"], "chart", "measures")), "report.unknown_measure", "/chart/measures/0", "rate"),
    (("reports", "win_rate", put("pivot", "show")), "report.show", "/show", "across"),
    (("reports", "win_rate", put("wonn > 1", "having")), "expression.unknown_field", "/having", "won"),
    (("reports", "win_rate", put("won_at >= $sinse", "filter")), "expression.unknown_parameter", "/filter", "sinse"),
    (
        ("reports", "win_rate", put("choice", "parameters", 0, "type")),
        "structure.missing_property",
        "/parameters/0",
        "options",
    ),
    (("reports", "win_rate", put("dat", "parameters", 0, "type")), "field.unknown_type", "/parameters/0/type", "date"),
    # menus, roles, dashboards
    (
        ("menus", "main", put("acount", "items", 0, "items", 0, "entity")),
        "menu.unknown_target",
        "/items/0/items/0/entity",
        "account",
    ),
    (
        ("menus", "main", put("person.all", "items", 0, "items", 0, "view")),
        "menu.target",
        "/items/0/items/0",
        "exactly one",
    ),
    (("menus", "main", drop("items", 0, "label")), "menu.label", "/items/0", "label"),
    (("roles", "privacy", put({}, "entities", "acount")), "role.unknown_entity", "/entities/acount", "account"),
    (("roles", "privacy", put("privasy", "home")), "role.unknown_home", "/home", "privacy"),
    (("roles", "privacy", put(["exprt"], "capabilities")), "structure.value", "/capabilities/0", "export"),
    (
        ("dashboards", "sales", put("activity.tody", "tiles", 0, "view")),
        "dashboard.unknown_target",
        "/tiles/0/view",
        "activity.today",
    ),
    (("dashboards", "sales", put("forecast", "tiles", 0, "report")), "dashboard.tile", "/tiles/0", "exactly one"),
    (("dashboards", "sales", put("pivot", "tiles", 2, "show")), "dashboard.show", "/tiles/2/show", "table"),
    (
        (
            "entities",
            "account",
            put(
                [{"id": "shut", "if": "parent is empty", "except": ["nme"], "message": label("Gesperrt")}],
                "x-crm",
                "locks",
            ),
        ),
        "entity.lock_except",
        "/x-crm/locks/0/except/0",
        "name",
    ),
    (
        (
            "entities",
            "account",
            put([{"id": "shut", "if": "parent = ", "message": label("Gesperrt")}], "x-crm", "locks"),
        ),
        "expression.ends_early",
        "/x-crm/locks/0/if",
        "parent =",
    ),
    (
        (
            "entities",
            "opportunity",
            put({"x-crm": {**_LINES, "label": {"de": "Noch einmal", "en": "Again"}}}, "properties", "products_again"),
        ),
        "field.same_lines",
        "/properties/products_again/x-crm/via",
        "line",
    ),
]


@pytest.mark.parametrize(("edit", "code", "pointer", "word"), CASES, ids=[f"{c[1]}-{c[0][0]}{c[2]}" for c in CASES])
def test_one_mistake_gives_one_precise_message(edit: Edit, code: str, pointer: str, word: str) -> None:
    found = compile_model(edited(edit))
    kind, key, _ = edit
    errors = [issue for issue in found.issues if issue.severity is Severity.ERROR]
    assert found.model is None
    (issue,) = [issue for issue in errors if issue.document == f"metadata/{kind}/{key}.json"]
    assert (issue.code, issue.pointer) == (code, pointer)
    assert word in issue.message.en + issue.hint.en
    # A sentence in both languages, and no place left unfilled.
    for text in (issue.message.de, issue.message.en, issue.hint.de, issue.hint.en):
        assert text
        assert re.findall(r"\{(?!name\}|, )\w*\}", text) == []


def test_ten_broken_documents_give_ten_messages_at_once() -> None:
    broken = [CASES[i] for i in (1, 6, 16, 28, 40, 47, 52, 68, 72, 75)]
    assert len({(edit[0], edit[1]) for edit, *_ in broken}) >= 7
    found = compile_model(edited(*(edit for edit, *_ in broken)))
    expected = {(code, f"metadata/{edit[0]}/{edit[1]}.json", pointer) for edit, code, pointer, _ in broken}
    assert expected <= spots(found.issues)
    assert found.model is None


def test_several_mistakes_in_one_document_are_all_told() -> None:
    def change(body: Any) -> None:
        body["entity_"] = "x"
        body["columns"][0] = "nme"
        body["columns"][2] = 5
        body["columns"][4] = "nxt"
        body["filter"] = "phone > 5"
        body["sort"].insert(0, {"field": "name", "up": True})
        body["sort"].append({"field": "notes"})

    found = compile_model(edited(("views", "account.mine", change)))
    assert {(code, pointer) for code, _, pointer in spots(found.issues)} == {
        ("structure.unknown_property", "/entity_"),
        ("path.unknown", "/columns/0"),
        ("structure.type", "/columns/2"),
        ("path.unknown", "/columns/4"),
        ("expression.compare", "/filter"),
        ("structure.unknown_property", "/sort/0/up"),
        ("view.sort_unusable", "/sort/2/field"),
    }


def test_a_broken_field_is_told_once_and_not_by_everything_that_uses_it() -> None:
    found = compile_model(edited(("entities", "account", put("choise", *_F, "type"))))
    assert spots(found.issues) == {("field.unknown_type", ACCOUNT, "/properties/industry/x-crm/type")}


def test_a_broken_entity_is_told_once_and_not_by_everything_that_uses_it() -> None:
    found = compile_model(edited(("entities", "account", lambda body: {**body, "properties": []})))
    assert spots(found.issues) == {("structure.type", ACCOUNT, "/properties")}


def test_a_removed_field_is_told_wherever_it_is_used() -> None:
    found = compile_model(edited(("entities", "account", drop("properties", "industry"))))
    documents = {issue.document for issue in found.issues}
    assert {MASK, "metadata/views/account.all.json", "metadata/reports/won_by_industry.json"} <= documents
    assert {issue.code for issue in found.issues} == {"path.unknown", "expression.unknown_field"}


def test_a_retired_field_hides_itself_with_a_warning_but_not_from_expressions() -> None:
    found = compile_model(edited(("entities", "account", put(True, "properties", "website", "x-crm", "retired"))))
    assert {issue.code for issue in found.issues} == {"field.retired_used"}
    assert found.model is not None
    assert found.model.entities["account"].retired == ("website",)
    assert "website" not in found.model.entities["account"].fields

    used = compile_model(edited(("entities", "account", put(True, "properties", "industry", "x-crm", "retired"))))
    assert "expression.retired_field" in {issue.code for issue in used.issues}
    assert used.model is None


def test_circles_of_extends_end() -> None:
    one = entity("one", {}, abstract=True, extends="two")
    two = entity("two", {}, abstract=True, extends="one")
    found = compile_model((one, two, entity("three", {"name": field()}, extends="one")))
    assert {issue.code for issue in found.issues} == {"entity.cyclic_extends"}


def test_a_document_twice_and_of_an_unknown_kind() -> None:
    found = compile_model((*effective(), entity("account", {}), made("entitys", "x")))
    assert {("document.unknown_kind", "entitys/x", ""), ("document.twice", "entities/account", "/key")} <= spots(
        found.issues
    )


def test_what_is_no_json_is_an_issue() -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = [deep]
    bodies = [{"label": label("\ud800")}, {"values": deep}, {"values": 2**70}, {"values": object()}]
    for body in bodies:
        (issue,) = compile_model((made("options", "x", **body),)).issues
        assert issue.code == "document.not_json"

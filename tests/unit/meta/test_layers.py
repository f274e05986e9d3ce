"""Layers change each other element by element, and every issue still names the file that it stands in."""

from __future__ import annotations

from typing import Any

from app.meta.compile import compile_model
from app.meta.documents import Document
from app.meta.layers import EffectiveDocument, merge
from tests.unit.meta.shipped import documents, label, spots

BASE = {
    "format": 1,
    "key": "list",
    "label": label("Liste"),
    "items": [
        {"id": "a", "label": label("A"), "items": []},
        {"id": "b", "label": label("B"), "roles": ["x", "y"], "items": []},
        {"id": "c", "label": label("C"), "items": []},
    ],
}


def _layers(*bodies: Any, kind: str = "menus") -> list[Document]:
    layers = ("base", "plugin:one", "company")
    return [
        Document(kind, "list", layer, f"{layer}/list.json", {"format": 1, "key": "list", **body})
        for layer, body in zip(layers, bodies, strict=False)
    ]


def _merged(*bodies: Any, kind: str = "menus") -> tuple[EffectiveDocument, set[Any]]:
    (found,), issues = merge(_layers(*bodies, kind=kind))
    return found, spots(issues)


def _ids(found: EffectiveDocument) -> list[str]:
    return [item["id"] for item in found.body["items"]]


def test_objects_merge_and_other_lists_replace() -> None:
    found, issues = _merged(BASE, {"items": [{"id": "b", "label": {"de": "Neu"}, "roles": ["z"]}]})
    assert found.body["items"][1] == {"id": "b", "label": label("Neu", "B"), "roles": ["z"], "items": []}
    assert issues == set()


def test_new_elements_are_appended_or_follow_what_they_name() -> None:
    found, issues = _merged(BASE, {"items": [{"id": "d"}, {"id": "e", "after": "a"}, {"id": "f", "after": "e"}]})
    assert _ids(found) == ["a", "e", "f", "b", "c", "d"]
    assert "after" not in str(found.body)
    assert issues == set()


def test_retired_elements_are_taken_away_and_the_company_wins() -> None:
    found, issues = _merged(
        BASE,
        {"items": [{"id": "b", "retired": True}, {"id": "d", "label": label("D")}]},
        {"items": [{"id": "d", "label": label("Firma")}, {"id": "a", "retired": True}]},
    )
    assert _ids(found) == ["c", "d"]
    assert found.body["items"][1]["label"] == label("Firma")
    assert issues == set()


def test_what_fits_nowhere_is_told() -> None:
    found, issues = _merged(
        BASE,
        {"items": [{"id": "x", "after": "nowhere"}, {"id": "gone", "retired": True}, {"id": "a"}, {"id": "a"}]},
    )
    assert _ids(found) == ["a", "b", "c", "x"]
    assert issues == {
        ("layer.unknown_after", "plugin:one/list.json", "/items/0"),
        ("layer.nothing_to_retire", "plugin:one/list.json", "/items/1"),
        ("structure.duplicate_id", "plugin:one/list.json", "/items/3/id"),
    }


def test_a_retired_value_of_an_option_list_stays() -> None:
    values = [{"id": "a", "label": label("A")}, {"id": "b", "label": label("B"), "retired": True}]
    base = {"label": label("L"), "values": values}
    found, issues = _merged(base, {"values": [{"id": "a", "retired": True}]}, kind="options")
    assert [(value["id"], value.get("retired")) for value in found.body["values"]] == [("a", True), ("b", True)]
    assert issues == set()


def test_a_whole_document_can_be_taken_away() -> None:
    found, issues = merge(_layers(BASE, {"retired": True}))
    assert (found, issues) == ((), ())


def test_two_documents_of_one_layer_with_one_key() -> None:
    one, two = (Document("menus", "list", "base", f"{name}.json", BASE) for name in "ab")
    found, issues = merge([two, one])
    assert [document.source for document in found] == ["a.json"]
    assert spots(issues) == {("document.twice", "b.json", "/key")}


def test_issues_name_the_file_and_place_where_the_mistake_stands() -> None:
    found, _ = _merged(
        BASE,
        {"items": [{"id": "e", "after": "a", "label": label("E"), "entity": "acount"}]},
        {"items": [{"id": "a", "retired": True}, {"id": "c", "icon": "Ü"}, {"id": "b", "colour": "red"}]},
    )
    assert _ids(found) == ["e", "b", "c"]
    # Found after cutting out what is unsound, in the plugin's and the company's files.
    issues = compile_model([found]).issues
    assert spots(issues) == {
        ("structure.unknown_property", "base/list.json", "/label"),
        ("menu.unknown_target", "plugin:one/list.json", "/items/0/entity"),
        ("structure.pattern", "company/list.json", "/items/1/icon"),
        ("structure.unknown_property", "company/list.json", "/items/2/colour"),
        ("roles.unknown", "base/list.json", "/items/1/roles/0"),
        ("roles.unknown", "base/list.json", "/items/1/roles/1"),
    }


def test_merging_what_is_merged_changes_nothing() -> None:
    once, _ = merge(documents())
    again, issues = merge(Document(d.kind, d.key, "base", d.source, d.body) for d in once)
    assert issues == ()
    assert [document.body for document in again] == [document.body for document in once]


def test_plugins_name_what_they_need() -> None:
    manifest = {"format": 1, "name": "one", "version": "1.0.0", "label": label("Eins")}
    wrong = {**manifest, "requires": ["two"], "name": "other", "colour": "red"}
    found, issues = merge([Document("plugin", "one", "plugin:one", "plugins/one/plugin.json", wrong)])
    assert found == ()
    assert spots(issues) == {
        ("plugin.requires", "plugins/one/plugin.json", "/requires/0"),
        ("plugin.name", "plugins/one/plugin.json", "/name"),
        ("structure.unknown_property", "plugins/one/plugin.json", "/colour"),
    }

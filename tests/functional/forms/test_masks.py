"""Masks as a browser gets them and sends them back, for every field type and in both languages."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from markupsafe import Markup

from app.errors import DataErrors, FieldError, NotFound
from app.fields.money import Money
from app.fields.pointing import AnyRef, Unresolved
from app.fields.registry import REGISTRY
from app.forms.bind import bind
from app.forms.defaults import initial_values
from app.forms.plan import Mode, mask_plan
from app.language import LOCALES, Label, Locale
from tests.functional.forms.page import Page
from tests.functional.forms.world import EVIL, LABELS, context, full_values, model

MODES: tuple[Mode, ...] = ("read", "edit")


@dataclass
class Stored:
    values: Mapping[str, Any]
    labels: Mapping[str, Any] = field(default_factory=dict)
    id: int = 5


def edit(ctx: Any, mask: str, values: Mapping[str, Any], labels: Mapping[str, Any] | None = None) -> Page:
    return Page(mask_plan(ctx, mask, "edit").render(values, labels or {}, ctx=ctx, record_id=5))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("mode", ["read", "edit", "create"])
@pytest.mark.parametrize("full", [True, False])
def test_a_mask_of_every_type_is_sound_html(locale: Locale, mode: Any, full: bool) -> None:
    ctx = context(model(), locale)
    html = mask_plan(ctx, "sample.main", mode).render(full_values() if full else {}, LABELS if full else {}, ctx=ctx)
    assert "\x02" not in html
    assert "<script" not in html
    page = Page(html)
    ids = [node.attributes["id"] for node in page.nodes if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    for node in page.nodes:
        for attribute in ("for", "aria-controls", "aria-labelledby"):
            if attribute in node.attributes:
                assert node.attributes[attribute] in ids, (node.tag, node.attributes)
        for described in node.attributes.get("aria-describedby", "").split():
            assert described in ids
        assert not {"style", "onclick", "onchange"} & node.attributes.keys()
    for name in REGISTRY:
        label = f"Feld f_{name}" if locale == "de" else f"Field f_{name}"
        assert label in html
    if mode == "read":
        assert not page.all("input")
    else:
        controls = [node for node in page.nodes if node.tag in ("input", "select", "textarea")]
        typed = [node for node in controls if node.attributes.get("type") != "hidden"]
        labelled = {n.attributes["for"] for n in page.all("label") if "for" in n.attributes}
        for node in typed:
            named = node.attributes.get("id") in labelled or "aria-label" in node.attributes
            assert named or (node.parent is not None and node.parent.tag == "label"), node.attributes


@pytest.mark.parametrize("locale", LOCALES)
def test_what_a_mask_shows_is_what_it_sends_back(locale: Locale) -> None:
    ctx = context(model(), locale)
    values = full_values()
    plan = mask_plan(ctx, "sample.main", "edit")
    page = Page(plan.render(values, LABELS, ctx=ctx, record_id=5))
    bound = bind(ctx, plan, page.submitted(), record=Stored(values, LABELS))
    assert not bound.refused(), bound.summary()
    assert bound.raw.keys() == {f"f_{name}" for name in REGISTRY}
    for name in REGISTRY:
        key = f"f_{name}"
        cleaned = plan.entity.fields[key].type.clean(bound.raw[key], locale)
        if name == "lines":
            assert [row["id"] for row in cleaned] == [3, 4]
            child = plan.model.entities["item"]
            assert child.fields["net"].type.clean(cleaned[1]["net"], locale) == Money(Decimal("1234.50"), "EUR")
            assert child.fields["title"].type.clean(cleaned[1]["title"], locale) == EVIL
            assert child.fields["people"].type.clean(cleaned[0]["people"], locale) == (1, 2)
            assert "total" not in cleaned[0]
        elif name == "datetime":
            assert cleaned == values[key].replace(second=0, microsecond=0)
        else:
            assert cleaned == values[key], key


@pytest.mark.parametrize("locale", LOCALES)
def test_what_a_mask_shows_of_nothing_is_nothing(locale: Locale) -> None:
    """Of every type, in the record and in its rows; of a new record, a box without a tick is a "no"."""
    ctx = context(model(), locale)
    values = {**dict.fromkeys(full_values()), "f_lines": ({"id": 3}, {"id": 4})}
    plan = mask_plan(ctx, "sample.main", "edit")
    sent = Page(plan.render(values, LABELS, ctx=ctx, record_id=5)).submitted()
    bound = bind(ctx, plan, sent, record=Stored(values, LABELS))
    types = {key: plan.entity.fields[key].type for key in bound.raw}
    said = {key: types[key].clean(raw, locale) for key, raw in bound.raw.items() if key != "f_lines"}
    assert {key: value for key, value in said.items() if value} == {}
    assert said["f_boolean"] is None
    children = plan.model.entities["item"].fields
    for row in types["f_lines"].clean(bound.raw["f_lines"], locale):
        told = {key: children[key].type.clean(raw, locale) for key, raw in row.items() if key not in ("id", "title")}
        assert {key: value for key, value in told.items() if value is not None} == {}
    new = bind(ctx, mask_plan(ctx, "sample.main", "create"), sent)
    assert new.plan.entity.fields["f_boolean"].type.clean(new.raw["f_boolean"], locale) is False


@pytest.mark.parametrize("locale", LOCALES)
def test_what_was_refused_is_shown_again_with_a_sentence_at_its_field(locale: Locale) -> None:
    ctx = context(model(), locale)
    plan = mask_plan(ctx, "sample.main", "edit")
    wrong = '<"nicht so">'
    keys = [
        f"f_{n}"
        for n in (
            "integer",
            "decimal",
            "money",
            "percent",
            "date",
            "time",
            "datetime",
            "duration",
            "email",
            "phone",
            "url",
            "vat_id",
            "iban",
            "colour",
            "json",
            "choice",
        )
    ]
    page = Page(plan.render({}, {}, ctx=ctx, record_id=5))
    bound = bind(
        ctx,
        plan,
        page.submitted(f_text="x", f_address__city="Bern", f_address__country="Mordor", **dict.fromkeys(keys, wrong)),
        record=Stored({}),
    )
    assert set(bound.errors.fields) == {*keys, "f_text", "f_address"}
    html = plan.render({}, {}, ctx=ctx, record_id=5, bound=bound)
    again = Page(html)
    for key in keys:
        control = again.one(name=key)
        if control.tag == "textarea":
            assert control.text == "\n" + wrong
        elif control.tag == "input":
            assert control.attributes["value"] == wrong
            assert control.attributes["type"] in ("text", "tel")
        else:
            assert again.submitted()[key] == wrong
        assert control.attributes["aria-invalid"] == "true"
        assert f"f-{key}-error" in control.attributes["aria-describedby"]
        assert bound.errors.fields[key][0].message.text(locale) in again.one(id=f"f-{key}-error").text
    assert again.one(name="f_address__city").attributes["value"] == "Bern"
    assert {line.anchor for line in bound.summary()} == {f"f-{key}" for key in (*keys, "f_text", "f_address")}
    # and sent once more, it is refused once more, with nothing lost
    assert set(bind(ctx, plan, again.submitted(), record=Stored({})).errors.fields) == set(bound.errors.fields)


def test_conditions_decide_what_is_seen_required_and_taken() -> None:
    ctx = context(model())
    plan = mask_plan(ctx, "sample.story", "edit")
    stored = {"status": "new", "reason": "alter Grund", "hours": Decimal("1.500"), "amount": Money(Decimal(5), "EUR")}
    page = edit(ctx, "sample.story", stored)
    assert "hidden" in page.one(id="f-element-reason").attributes
    assert "alter Grund" not in page.one(id="f-element-reason").text
    assert page.one(id="f-section-second-only").hidden
    assert not page.all(name="hours")
    assert {"data-refresh"} <= page.one(id="f-element-status").attributes.keys()
    # a field that isn't shown isn't taken, whoever sends it
    forged = page.submitted(reason="hinein", hours="99", sealed="auf", secret="4")
    bound = bind(ctx, plan, forged, record=Stored(stored))
    assert not {"reason", "hours", "sealed", "secret", "extra"} & bound.raw.keys()
    assert {"status", "data", "account", "amount"} <= bound.raw.keys()
    # it is taken, and needed, when the submitted values show it
    bound = bind(ctx, plan, page.submitted(status="won", reason=""), record=Stored(stored))
    assert set(bound.errors.fields) == {"reason", "data"}
    again = Page(plan.render(stored, {}, ctx=ctx, record_id=5, bound=bound))
    assert not again.one(id="f-element-reason").hidden
    assert again.one(name="reason").attributes["aria-required"] == "true"
    assert "open" in again.one("details").attributes  # an error can be seen
    bound = bind(ctx, plan, page.submitted(status="won", reason="gut", data="x"), record=Stored(stored))
    assert not bound.refused()
    assert bound.raw["reason"] == "gut"
    # read-only by condition: shown as text, not taken
    bound = bind(ctx, plan, page.submitted(status="old", amount="77"), record=Stored(stored))
    assert "amount" not in bound.raw
    text = Page(plan.render(stored, {}, ctx=ctx, record_id=5, bound=bound)).one(id="f-element-amount").text
    assert "5,00" in text
    # locked while the stored state says so
    locked = {**stored, "status": "old"}
    assert "amount" not in bind(ctx, plan, page.submitted(status="new", amount="1"), record=Stored(locked)).raw


def test_hidden_values_keep_what_was_typed_until_they_are_shown_again() -> None:
    ctx = context(model())
    plan = mask_plan(ctx, "sample.story", "edit")
    page = edit(ctx, "sample.story", {"status": "won"})
    gone = bind(ctx, plan, page.submitted(status="new", reason="getippt", _action="refresh"), record=Stored({}))
    assert gone.action == "refresh"
    assert not gone.refused()
    hidden = Page(plan.render({}, {}, ctx=ctx, record_id=5, bound=gone))
    assert hidden.one(name="reason").hidden
    back = bind(ctx, plan, hidden.submitted(status="won", _action="refresh"), record=Stored({}))
    shown = Page(plan.render({}, {}, ctx=ctx, record_id=5, bound=back))
    assert shown.one(name="reason").attributes["value"] == "getippt"
    assert not shown.one(name="reason").hidden


def test_a_hidden_field_cannot_show_another_one() -> None:
    ctx = context(model())
    plan = mask_plan(ctx, "sample.chain", "edit")
    page = edit(ctx, "sample.chain", {"first": None})
    bound = bind(ctx, plan, page.submitted(second="x", third="y"), record=Stored({}))
    assert bound.raw.keys() == {"first"}
    bound = bind(ctx, plan, page.submitted(first="x", second="x", third="y"), record=Stored({}))
    assert bound.raw.keys() == {"first", "second", "third"}


def test_lines_are_added_removed_moved_and_summed_by_buttons() -> None:
    ctx = context(model())
    plan = mask_plan(ctx, "sample.main", "edit")
    values = {"f_lines": full_values()["f_lines"]}
    stored = Stored(values)

    def press(page: Page, action: str = "", **changes: Any) -> tuple[Page, Any]:
        bound = bind(ctx, plan, page.submitted(_action=action or None, **changes), record=stored)
        return Page(plan.render(values, {}, ctx=ctx, record_id=5, bound=bound)), bound

    page = edit(ctx, "sample.main", values)
    assert "1.239,50" in page.one("tfoot").text
    page, _ = press(page, "lines:f_lines:add")
    assert [n.attributes["value"] for n in page.nodes if n.attributes.get("name", "").endswith("-id")] == ["3", "4", ""]
    page, _ = press(page, "lines:f_lines:up:1")
    assert page.one(name="f_lines-0-title").attributes["value"] == EVIL
    page, _ = press(page, "lines:f_lines:down:0", **{"f_lines-2-title": "Dritte", "f_lines-2-net": "10"})
    assert "1.249,50" in page.one("tfoot").text
    page, bound = press(page, "lines:f_lines:remove:0")
    assert not bound.refused()
    page, bound = press(page)
    assert [row.get("id") for row in bound.raw["f_lines"]] == [4, None]
    assert bound.raw["f_lines"][1]["title"] == "Dritte"
    assert bound.raw["f_lines"][1]["done"] == "false"
    # a blank new row is as good as none; a row with a mistake is refused at its cell
    page, _ = press(page, "lines:f_lines:add")
    page, _ = press(page, "lines:f_lines:add")
    page, bound = press(page, **{"f_lines-3-net": "viel"})
    assert len(bound.raw["f_lines"]) == 3
    assert bound.refused()
    anchors = {line.anchor for line in bound.summary()}
    assert anchors == {"f-f_lines-2-net", "f-f_lines-2-title"}
    for anchor in anchors:
        assert page.one(id=anchor).attributes["aria-invalid"] == "true"
    assert page.one(name="f_lines-2-net").attributes["value"] == "viel"
    # ids of other records' rows aren't taken for new rows: the write side refuses them; nonsense does nothing
    _, bound = press(page, **{"f_lines-0-id": "999", "f_lines-1-id": "x"})
    assert {row.get("id") for row in bound.raw["f_lines"]} == {999, None}
    for nonsense in ("lines:f_lines:remove:77", "lines:f_lines:up:x", "lines:other:add", "lines:", "x" * 999):
        press(page, nonsense)


def test_errors_of_the_write_side_come_to_their_cells() -> None:
    ctx = context(model())
    plan = mask_plan(ctx, "sample.main", "edit")
    values = {"f_lines": full_values()["f_lines"]}
    page = edit(ctx, "sample.main", values)
    bound = bind(ctx, plan, page.submitted(), record=Stored(values))
    taken = FieldError("unique", Label("schon vergeben", "taken"))
    bound = bound.with_errors(DataErrors({"f_lines[1].net": (taken,), "f_text": (taken,), "gone": (taken,)}, (taken,)))
    assert [(line.anchor, line.text) for line in bound.summary()] == [
        (None, "schon vergeben"),
        ("f-f_text", "Feld f_text: schon vergeben"),
        (None, "schon vergeben"),
        ("f-f_lines-1-net", "Feld f_lines, Zeile 2, Netto: schon vergeben"),
    ]
    again = Page(plan.render(values, {}, ctx=ctx, record_id=5, bound=bound))
    assert "schon vergeben" in again.one(id="f-f_lines-1-net-error").text


def test_without_javascript_a_typed_name_is_looked_up_by_the_server() -> None:
    ctx = context(model())
    plan = mask_plan(ctx, "sample.story", "create")
    page = Page(plan.render({}, {}, ctx=ctx))
    bound = bind(ctx, plan, page.submitted(account__text="Meier"))
    assert plan.entity.fields["account"].type.clean(bound.raw["account"], "de") == Unresolved("Meier", "account")
    assert page.one(role="combobox", name="account__text").attributes["aria-controls"] == "f-account-list"
    assert page.one("a", data_quick="").attributes["href"] == "/quick/account?field=f-account"


def test_what_a_reader_may_not_see_is_neither_linked_nor_picked() -> None:
    ctx = context(model())
    plan = mask_plan(ctx, "sample.story", "read")
    shown = plan.render({"secret": 4, "account": 3}, {"secret": "X", "account": "Y"}, ctx=ctx)
    assert "/r/secret/" not in shown
    assert "/r/account/3" in shown
    assert not edit(ctx, "sample.story", {"secret": 4}).all(name="secret__text")
    anywhere = edit(ctx, "sample.main", {})
    select = anywhere.one(name="f_any_reference__entity")
    kinds = [node.attributes["value"] for node in anywhere.nodes if node.parent is select]
    assert kinds == ["", "account"]
    plan = mask_plan(ctx, "sample.main", "edit")
    forged = anywhere.submitted(f_any_reference__entity="secret", f_any_reference="4")
    assert "f_any_reference" not in bind(ctx, plan, forged, record=Stored({})).raw
    pointing = {"f_any_reference": AnyRef("secret", 4)}
    assert not edit(ctx, "sample.main", pointing).all(name="f_any_reference")
    assert "f_any_reference" not in bind(ctx, plan, anywhere.submitted(), record=Stored(pointing)).raw
    for key in ("nothing.main", "secret.main"):
        with pytest.raises(NotFound):
            mask_plan(ctx, key, "read")


def test_related_lists_stand_in_read_mode_only() -> None:
    ctx = context(model())
    plan = mask_plan(ctx, "sample.story", "read")
    rows = {"visits": Markup("<table><tr><td>Zeile</td></tr></table>")}
    html = plan.render({}, {}, ctx=ctx, record_id=5, related=rows)
    assert "<td>Zeile</td>" in html
    assert "Besuche" in html
    assert "Besuche" not in plan.render({}, {}, ctx=ctx, record_id=5)
    assert "Besuche" not in mask_plan(ctx, "sample.story", "edit").render({}, {}, ctx=ctx, record_id=5, related=rows)


def test_a_new_record_starts_with_its_defaults_and_what_the_address_gives() -> None:
    ctx = context(model())
    plan = mask_plan(ctx, "sample.defaults", "create")
    assert initial_values(ctx, plan, {"note": "aus der Adresse", "level": "keine Zahl", "nothing": "x"}) == {
        "level": 3,
        "since": ctx.now.date(),
        "at": ctx.now,
        "note": "aus der Adresse",
    }


def test_conditions_over_references_ask_whoever_can_read() -> None:
    ctx = context(model())
    plan = mask_plan(ctx, "sample.follow", "edit")
    asked = []

    def follow(entity: str, record_id: int, keys: tuple[str, ...]) -> Any:
        asked.append((entity, record_id, keys))
        return "Meier"

    shown = Page(plan.render({"account": 3}, {}, ctx=ctx, record_id=5, follow=follow))
    assert asked == [("account", 3, ("name",))]
    assert shown.all(name="data")
    assert not Page(plan.render({"account": 3}, {}, ctx=ctx, record_id=5)).all(name="data")


def test_a_plan_is_made_once_for_readers_with_the_same_rights() -> None:
    ctx = context(model())
    assert mask_plan(ctx, "sample.main", "edit") is mask_plan(ctx, "sample.main", "edit")
    assert mask_plan(ctx, "sample.main", "edit") is not mask_plan(ctx, "sample.main", "read")


def test_hundreds_of_fields_are_fast(capsys: pytest.CaptureFixture[str]) -> None:
    ctx = context(model(wide=300))
    kinds = list(REGISTRY)
    first = {kind: next(value for _, value in REGISTRY[kind].examples.good if value is not None) for kind in kinds}
    values = {f"w{n}": first[kinds[n % 14]] for n in range(300)}
    figures = []
    plan, html = mask_plan(ctx, "wide.main", "edit"), ""
    for mode in MODES:
        plan = mask_plan(ctx, "wide.main", mode)
        html = plan.render(values, {}, ctx=ctx, record_id=5)
        started = time.perf_counter()
        for _ in range(20):
            plan.render(values, {}, ctx=ctx, record_id=5)
        figures.append(f"{mode} {(time.perf_counter() - started) * 50:.2f} ms")
    sent = Page(html).submitted()
    started = time.perf_counter()
    bound = bind(ctx, plan, sent, record=Stored(values))
    figures.append(f"bind {(time.perf_counter() - started) * 1000:.2f} ms")
    with capsys.disabled():
        print("\n300 fields:", ", ".join(figures))
    assert len(bound.raw) == 300
    assert not bound.refused()

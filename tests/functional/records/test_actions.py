"""One record at a time: what is filled in, what is refused, what is kept, on both databases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.errors import Conflict, Forbidden, NotFound
from app.records import actions
from tests.functional.records.desk import Desk, refusal


def test_a_new_record_gets_defaults_title_and_search_text(desk: Desk) -> None:
    firm = desk.create("firm", name="Müller & Söhne", home={"city": "Köln", "postcode": "50667"})
    deal = desk.create("deal", name="Lüftung", firm=firm, price={"amount": "1,250.50", "currency": "EUR"})

    assert desk.row("firm", firm)["title"] == "Müller & Söhne, Köln"
    row = desk.row("deal", deal)
    assert row["title"] == "Lüftung – Müller & Söhne"
    assert row["title__folded"] == "luftung – muller & sohne"
    assert "lueftung" in row["search_text"]
    assert (row["stage"], row["starts"], row["price"]) == ("open", date(2026, 3, 2), Decimal("1250.50"))
    assert (row["version"], row["archived_at"]) == (1, None)


def test_everything_that_is_wrong_is_said_at_once(desk: Desk) -> None:
    refused = desk.refused(
        "deal", firm=99, stage="lost", price="-1", starts="2026-02-01", ends="31.02.2026", colour="red", id=7
    )
    assert refused == {
        "colour": ("field.unknown",),
        "id": ("field.readonly",),
        "ends": ("date.invalid",),
        "firm": ("reference.missing",),
        "name": ("field.required",),
        "reason": ("field.required",),
        "price": ("rule.not_negative",),
    }
    assert desk.rows("deal") == []


def test_rules_see_other_fields_and_the_record_that_is_pointed_to(desk: Desk) -> None:
    blocked = desk.create("firm", name="Zu GmbH", blocked=True)
    refused = desk.refused("deal", name="x", firm=blocked, starts="2026-02-02", ends="2026-02-01")
    assert refused == {"ends": ("rule.ends_after_start",), "": ("rule.firm_not_blocked",)}


def test_a_hidden_field_is_not_required(desk: Desk) -> None:
    # `note` is required for a won deal, but shown for a lost one only.
    assert desk.create("deal", name="x", stage="won") > 0


def test_only_given_fields_change_and_the_version_counts(desk: Desk) -> None:
    deal = desk.create("deal", name="Alt", price=5)
    assert desk.update("deal", deal, 1, name="Neu") == 2
    row = desk.row("deal", deal)
    assert (row["name"], row["price"], row["version"], row["title"]) == ("Neu", Decimal(5), 2, "Neu")

    with pytest.raises(Conflict):
        desk.update("deal", deal, 1, name="Zu spät")
    with pytest.raises(NotFound):
        desk.update("deal", deal + 1, 1, name="Nirgends")
    assert desk.row("deal", deal) == row


def test_a_field_may_be_locked_by_the_stored_state(desk: Desk) -> None:
    clerk = desk.as_user("clerk")
    deal = clerk.create("deal", name="x", stage="won", price=5)
    assert refusal(lambda: clerk.update("deal", deal, 1, price=6)) == {"price": ("field.locked",)}
    assert clerk.update("deal", deal, 1, price=5, name="y") == 2
    assert clerk.update("deal", deal, 2, stage="open") == 3
    assert clerk.update("deal", deal, 3, price=6) == 4


def test_a_readonly_field_is_written_by_the_product_only(desk: Desk) -> None:
    firm = desk.create("firm", name="x", number="F-1")
    clerk = desk.as_user("clerk")
    assert refusal(lambda: clerk.create("firm", name="y", number="F-2")) == {"number": ("field.readonly",)}
    assert refusal(lambda: clerk.update("firm", firm, 1, number="F-3")) == {"number": ("field.readonly",)}
    assert clerk.update("firm", firm, 1, number="F-1", name="z") == 2
    own = clerk.create("firm", name="mine")
    row = desk.row("firm", own)
    assert row["owner_id"] == row["created_by"] == clerk.actor.id


def test_a_typed_text_finds_its_record(desk: Desk) -> None:
    firm = desk.create("firm", name="Größe GmbH")
    for _ in range(2):
        desk.create("firm", name="Zwilling AG")
    typed = desk.create("deal", name="x", firm={"id": "", "text": "groesse gmbh".replace("oe", "o"), "label": ""})
    assert desk.row("deal", typed)["firm"] == firm

    assert desk.refused("deal", name="x", firm={"text": "Niemand", "label": ""}) == {"firm": ("reference.not_found",)}
    assert desk.refused("deal", name="x", firm={"text": "Zwilling AG", "label": ""}) == {"firm": ("reference.several",)}


def test_links_keep_their_order_and_any_references_their_kind(desk: Desk) -> None:
    one, two = desk.create("contact", last_name="Eins"), desk.create("contact", last_name="Zwei")
    deal = desk.create("deal", name="x", people=[two, one], about={"entity": "contact", "id": one})
    assert desk.links("deal", "people", deal) == [two, one]
    assert (desk.row("deal", deal)["about"], desk.row("deal", deal)["about__entity"]) == (one, "contact")
    desk.update("deal", deal, 1, name="y")
    assert desk.links("deal", "people", deal) == [two, one]
    desk.update("deal", deal, 2, people=[one])
    assert desk.links("deal", "people", deal) == [one]
    assert refusal(lambda: desk.update("deal", deal, 3, people=[one, 99])) == {"people": ("reference.missing",)}


def test_titles_follow_what_they_show(desk: Desk) -> None:
    firm = desk.create("firm", name="Alt")
    contact = desk.create("contact", last_name="Kaya", firm=firm)
    deal = desk.create("deal", name="Wartung", firm=firm)
    desk.update("firm", firm, 1, name="Neu", home={"city": "Ulm"})
    assert desk.row("contact", contact)["title"] == "Kaya (Neu, Ulm)"
    assert desk.row("deal", deal)["title"] == "Wartung – Neu"
    assert "neu" in desk.row("deal", deal)["search_text"]
    # A title that follows is no change of the record: whoever is typing there doesn't get a conflict.
    assert desk.row("deal", deal)["version"] == 1


def test_a_value_that_may_occur_once(desk: Desk) -> None:
    first = desk.create("firm", name="Erste", code="E1")
    with pytest.raises(Exception, match="refused") as refused:
        desk.create("firm", name="Zweite", code="E1")
    message = refused.value.errors.fields["code"][0].message  # type: ignore[attr-defined]
    assert "Erste" in message.de
    assert "Erste" in message.en

    with desk.ctx() as ctx:
        assert actions.retire(ctx, "firm", first, 1) == 2
    second = desk.create("firm", name="Zweite", code="E1")
    with desk.ctx() as ctx:
        assert refusal(lambda: actions.restore(ctx, "firm", first, 2)) == {"code": ("unique.taken",)}
    desk.update("firm", second, 1, code="E2")
    with desk.ctx() as ctx:
        assert actions.restore(ctx, "firm", first, 2) == 3


def test_who_may_not_know_the_other_record_is_not_told_its_name(desk: Desk) -> None:
    blind = desk.as_user("blind")
    firm = desk.create("firm", name="Geheim")
    assert refusal(lambda: blind.create("deal", name="x", firm=firm)) == {"firm": ("reference.missing",)}
    with pytest.raises(NotFound):
        blind.create("firm", name="y")
    with pytest.raises(Forbidden):
        desk.as_user("clerk").create("contact", last_name="z")


def test_an_archived_record_can_not_be_changed(desk: Desk) -> None:
    deal = desk.create("deal", name="x", items=[{"product": "a"}])
    with desk.ctx() as ctx:
        assert actions.retire(ctx, "deal", deal, 1) == 2
        assert actions.retire(ctx, "deal", deal, 2) == 2
    assert desk.rows("deal_item")[0]["archived_at"] is not None
    with pytest.raises(Conflict):
        desk.update("deal", deal, 2, name="y")
    with desk.ctx() as ctx:
        assert actions.restore(ctx, "deal", deal, 2) == 3
    assert desk.rows("deal_item")[0]["archived_at"] is None

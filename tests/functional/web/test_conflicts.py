"""Two people at one record, without JavaScript: put together, or chosen from, and what was typed is never lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from app.access.actor import PRODUCT
from app.records.erasing import erase_history
from app.records.reasons import with_reason
from tests.support.orders import created, write_orders
from tests.support.site import Site, Visitor, make_site

_HIDDEN = re.compile(r'<input type="hidden" name="(version|_base|_digest\.[a-z]+|items-[0-9]+-id)" value="([^"]*)"')


@pytest.fixture
def orders(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site with the documents of orders and no order."""
    made = make_site(sqlite_url, write_orders(tmp_path / "documents"))
    yield made
    made.installation.close()


def _form(page: str) -> dict[str, list[str]]:
    """Return what a browser would send of a mask: its inputs with their values, chosen radio buttons too."""
    form = page[page.index('id="mask-form"') :]
    form = form[: form.index("</form>")]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        off = ('type="radio"' in tag or 'type="checkbox"' in tag) and "checked" not in tag.replace('"checkbox"', "")
        if name is not None and not off and name[1] != "csrf_token":
            found.setdefault(name[1], []).append(unescape(value[1]) if value is not None else "")
    for name_, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>([^<]*)</textarea>', form):
        found.setdefault(name_, []).append(unescape(text).removeprefix("\n"))
    return found


def _dialog(page: str) -> str:
    found = page[page.index('id="conflict"') :]
    return found[: found.index('id="mask-body"')]


def _with(form: dict[str, list[str]], **values: str) -> dict[str, list[str]]:
    return {**form, **{name: [value] for name, value in values.items()}}


def _items(form: dict[str, list[str]], field: str) -> list[str]:
    """Return the names of the inputs of a field of the lines, in their order."""
    return sorted(name for name in form if name.startswith("items") and name.endswith(field))


def _two(orders: Site, **values: object) -> tuple[Visitor, Visitor, str]:
    one, other = orders.visitor("boss"), orders.visitor("mixed")
    return one, other, created(other, **values)


def test_lines_that_others_took_away_stay_away_where_nobody_touched_them(orders: Site) -> None:
    one, other, url = _two(orders, name="A", **{"items-0-name": "x", "items-1-name": "y", "_sent": "items"})
    mine = _form(one.get(f"{url}/edit").text)
    theirs = _form(other.get(f"{url}/edit").text)
    gone = _items(theirs, "-name")[1].removesuffix("-name")
    assert other.post(f"{url}/edit", {k: v for k, v in theirs.items() if not k.startswith(gone)}).status_code == 303
    saved = one.post(f"{url}/edit", _with(mine, note="meine Notiz"))
    assert saved.status_code == 303, _dialog(saved.text)
    page = one.get(url).text
    assert "zusammengeführt" in page
    assert "meine Notiz" in page
    assert ">x<" in page
    assert ">y<" not in page


def _sides(page: str) -> list[str]:
    """Return what stands side by side in a note with one field: mine, theirs, the original."""
    return _dialog(page).split('class="conflict-choice"')[1:]


def test_a_changed_line_that_others_took_away_is_chosen_and_comes_back(orders: Site) -> None:
    one, other, url = _two(orders, name="A", **{"items-0-name": "x", "items-1-name": "y", "_sent": "items"})
    mine, theirs = (_form(who.get(f"{url}/edit").text) for who in (one, other))
    second = _items(mine, "-name")[1]
    gone = second.removesuffix("-name")
    kept = {key: value for key, value in theirs.items() if not key.startswith(gone)}
    assert other.post(f"{url}/edit", kept).status_code == 303
    late = one.post(f"{url}/edit", _with(mine, **{second: "y, meine", "note": "meine Notiz"}))
    assert late.status_code == 409
    assert [re.findall(r'data-label="Ware">([^<]*)<', side) for side in _sides(late.text)] == [
        ["x", "y, meine"], ["x"], ["x", "y"],
    ], "mine, theirs, and what there was before"  # fmt: skip
    again = _form(late.text)
    assert (again["note"], again["_take.items"], again["version"]) == (["meine Notiz"], ["mine"], ["2"])
    assert again[second] == ["y, meine"]
    given_up = one.post(f"{url}/edit", _with(again, **{"_take.items": "theirs", "name": ""}))
    assert given_up.status_code == 422, "a choice that can't be saved yet: nothing is saved, nothing is lost"
    assert "meine Notiz" in given_up.text
    saved = one.post(f"{url}/edit", again)
    assert saved.status_code == 303, saved.text
    page = one.get(url).text
    assert re.findall(r'data-label="Ware">([^<]*)<', page) == ["x", "y, meine"]
    assert "meine Notiz" in page


def test_rows_of_two_people_are_put_together(orders: Site) -> None:
    one, other, url = _two(orders, name="A", **{"items-0-name": "x", "items-1-name": "y", "_sent": "items"})
    mine, theirs = (_form(who.get(f"{url}/edit").text) for who in (one, other))
    first, second = _items(mine, "-name")
    assert other.post(f"{url}/edit", _with(theirs, **{first: "x, ihre"})).status_code == 303
    assert one.post(f"{url}/edit", _with(mine, **{second: "y, meine", "items-7-name": "neu"})).status_code == 303
    page = one.get(url).text
    assert re.findall(r'data-label="Ware">([^<]*)<', page) == ["x, ihre", "y, meine", "neu"]
    assert "zusammengeführt, was Test Mixed inzwischen geändert hat" in page
    assert "zusammengeführt" not in one.get(url).text, "a note is shown once"


def test_nobody_learns_from_a_conflict_who_saved_or_what_he_may_not_read(orders: Site) -> None:
    boss, blind = orders.visitor("boss"), orders.visitor("blind")
    url = created(orders.visitor("mixed"), name="Alt", margin="5")
    mine = _form(blind.get(f"{url}/edit").text)
    assert "margin" not in mine
    theirs = _form(boss.get(f"{url}/edit").text)
    assert boss.post(f"{url}/edit", _with(theirs, name="Ihres", margin="77,77")).status_code == 303
    late = blind.post(f"{url}/edit", _with(mine, name="Meines"))
    assert late.status_code == 409
    assert "Der Datensatz wurde inzwischen geändert." in late.text
    assert "Ihres" in _dialog(late.text)
    for secret in ("77,77", "Marge", "Test Boss"):
        assert secret not in late.text, secret
    merged = blind.post(f"{url}/edit", _with(mine, note="Notiz"))
    assert merged.status_code == 303
    page = blind.get(url).text
    assert "jemand anders geändert hat" in page
    assert "Test Boss" not in page
    assert "77,77" in boss.get(url).text


def test_a_note_is_neither_shown_twice_nor_brought_back_by_a_slow_answer(orders: Site) -> None:
    """A cookie goes along only with an answer that changes it, also for whoever stays signed in."""
    visitor = orders.visitor("boss")
    with visitor.client.session_transaction() as session:
        session.permanent = True
    url = created(visitor, name="A")
    first = visitor.get(url)
    assert "ist angelegt" in first.text
    assert "Set-Cookie" in first.headers
    for page in (url, "/e/order/all", "/e/order/all/count"):
        assert "Set-Cookie" not in visitor.get(page).headers, page
    form = _form(visitor.get(f"{url}/edit").text)
    for _ in range(2):
        assert visitor.post(f"{url}/edit", _with(form, note="zweimal geklickt")).status_code == 303
    assert visitor.get(url).text.count("Gespeichert.") == 1
    assert "Gespeichert." not in visitor.get(url).text


def test_rows_of_before_that_were_erased_are_no_longer_known(orders: Site) -> None:
    one, other, url = _two(orders, name="A", **{"items-0-name": "x", "items-1-name": "y", "_sent": "items"})
    mine, theirs = (_form(who.get(f"{url}/edit").text) for who in (one, other))
    second = _items(mine, "-name")[1]
    kept = {key: value for key, value in theirs.items() if not key.startswith(second.removesuffix("-name"))}
    assert other.post(f"{url}/edit", kept).status_code == 303
    with orders.installation.ctx(PRODUCT) as ctx:
        erase_history(with_reason(ctx, "Antrag vom 2. März"), "order", 1, ["items"])
    late = one.post(f"{url}/edit", _with(mine, **{second: "y, meine"}))
    assert "nicht mehr bekannt" in _sides(late.text)[2]


def test_rows_of_others_stay_when_only_another_field_has_to_be_chosen(orders: Site) -> None:
    one, other, url = _two(orders, name="A", **{f"items-{n}-name": name for n, name in enumerate("xyz")}, _sent="items")
    mine, theirs = (_form(who.get(f"{url}/edit").text) for who in (one, other))
    first, second, third = _items(mine, "-name")
    kept = {key: value for key, value in theirs.items() if not key.startswith(third.removesuffix("-name"))}
    assert other.post(f"{url}/edit", _with(kept, **{first: "x, ihre"}, note="ihre Notiz")).status_code == 303
    late = one.post(f"{url}/edit", _with(mine, **{second: "y, meine"}, note="meine Notiz"))
    assert late.status_code == 409
    assert "_take.items" not in late.text, "nobody has touched a row of the other one"
    saved = one.post(f"{url}/edit", _form(late.text))
    assert saved.status_code == 303, saved.text
    page = one.get(url).text
    assert re.findall(r'data-label="Ware">([^<]*)<', page) == ["x, ihre", "y, meine"]
    assert "meine Notiz" in page

"""The lists that are shipped, exported for changing, are read back as they are: nobody begins with a refusal."""

from __future__ import annotations

import pytest

from app.context import Context
from tests.functional.exchange.desk import Desk, figures, told, written
from tests.support.site import Site, make_site

#: Who may import, and what.
_MAY = {"crm_manager": {"account", "person", "lead"}, "inside_sales": {"account", "person"}, "marketing": {"lead"},
        "sales": set[str](), "management": set[str]()}  # fmt: skip


@pytest.fixture
def company(sqlite_url: str) -> Site:
    """Return a site with the demo company."""
    return make_site(sqlite_url, company=True)


def _views(ctx: Context) -> list[tuple[str, str]]:
    model = ctx.snapshot.model
    return [(entity, key.partition(".")[2]) for entity, keys in model.views_of.items() for key in keys]


def test_every_list_is_read_back_as_it_was_exported(company: Site) -> None:
    desk, read = Desk(company.visitor("crm_manager")), 0
    with company.installation.ctx() as ctx:
        views = _views(ctx)
    for entity, view in views:
        exported = desk.visitor.get(f"/e/{entity}/{view}/export/changing")
        assert exported.status_code == 200, (entity, view)
        checked = desk.check(entity, exported.data)
        if checked.status_code == 422:
            assert "kein Datensatz" in told(checked)[0][2], (entity, view, told(checked)[:3])
            continue
        created, changed, unchanged = figures(checked)
        assert (created, changed) == (0, 0), (entity, view)
        assert unchanged > 0
        read += 1
    assert read > len(views) // 2
    company.installation.close()


def test_a_part_that_a_list_shows_can_be_changed(company: Site) -> None:
    desk = Desk(company.visitor("inside_sales"))
    rows = desk.exported("account", "?columns=name,main_address.city&sort=name")
    assert rows[0][:4] == ["id", "version", "Firmenname", "Hauptanschrift › Ort"]
    assert len(rows[0]) == 3 + 5
    rows[1][3] = "Neustadt"
    assert desk.imported("account", written(rows[:2])) == (0, 1, 0)
    now = desk.exported("account", "?columns=name,main_address.city&sort=name")[1]
    assert now == [rows[1][0], str(int(rows[1][1]) + 1), *rows[1][2:]]
    company.installation.close()


@pytest.mark.parametrize("role", _MAY)
def test_the_shipped_roles_import_what_is_theirs(company: Site, role: str) -> None:
    visitor = company.visitor(role)
    offered = {
        key for key in ("account", "person", "lead", "opportunity") if _offers(visitor.get(f"/e/{key}").text, key)
    }
    opened = {key for key in ("account", "person", "lead") if visitor.get(f"/e/{key}/-/import").status_code == 200}
    assert opened == _MAY[role]
    assert offered - {"opportunity"} == opened
    assert ("opportunity" in offered) is (role == "crm_manager")
    company.installation.close()


def _offers(page: str, entity: str) -> bool:
    return f'href="/e/{entity}/-/import"' in page

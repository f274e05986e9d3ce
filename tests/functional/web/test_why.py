"""The page that explains rights in words."""

from __future__ import annotations

from sqlalchemy import select

from app.records import actions
from app.system.tables import User
from tests.support.site import Site
from tests.support.staff import email_of


def _insight(site: Site, owner: str | None) -> int:
    with site.installation.database.read() as connection:
        user = None
        if owner is not None:
            user = connection.execute(select(User.id).where(User.email == email_of(owner))).scalar_one()
    with site.installation.ctx() as ctx:
        account = actions.create(ctx, "account", {"name": "Muster GmbH"})
        values = {"subject": {"entity": "account", "id": account}, "kind": "persoenlich", "headline": "Mag Segeln",
                  "sensitivity": "vertraulich", "owner": user}  # fmt: skip
        return actions.create(ctx, "insight", values)


def test_everybody_learns_why(site: Site) -> None:
    page = site.visitor("sales").get("/why?entity=account").text
    assert "Warum darf ich das (nicht)?" in page
    assert "Rolle „Vertrieb“: alle" in page
    assert "archivieren" in page


def test_a_record_is_explained_to_whoever_may_see_it(site: Site) -> None:
    mine, foreign = _insight(site, "sales"), _insight(site, None)
    visitor = site.visitor("sales")
    seen = visitor.get(f"/why?entity=insight&record={mine}").text
    assert "Mag Segeln" in seen
    assert "dieser gehört dazu" in seen
    hidden = visitor.get(f"/why?entity=insight&record={foreign}").text.partition("<main")[2]
    missing = visitor.get("/why?entity=insight&record=987654").text.partition("<main")[2]
    same = hidden.replace(f'value="{foreign}"', "") == missing.replace('value="987654"', "")
    assert same
    assert "oder Sie dürfen ihn nicht sehen" in hidden


def test_others_are_explained_to_whoever_manages_people(site: Site) -> None:
    with site.installation.database.read() as connection:
        sales = connection.execute(select(User.id).where(User.email == email_of("sales"))).scalar_one()
    page = site.visitor("crm_manager").get(f"/why?entity=insight&user={sales}&field=details")
    assert page.status_code == 200
    assert "Was darf Test Sales, und warum?" in page.text
    assert "das Feld darf man lesen und schreiben" in page.text
    assert site.visitor("marketing").get(f"/why?entity=account&user={sales}").status_code == 403
    assert site.visitor("crm_manager").get("/why?user=999999").status_code == 404


def test_what_somebody_may_not_read_is_not_explained(site: Site) -> None:
    visitor = site.visitor("marketing")
    for entity in ("privacy_request", "nothing"):
        assert visitor.get(f"/why?entity={entity}").status_code == 404
    assert site.visitor("administrator").get("/why").status_code == 200

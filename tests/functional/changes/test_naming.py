"""What a publish does with the titles and search texts of records that are there already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from app.records import actions
from tests.functional.records.desk import Desk
from tests.support.documents import entity, of
from tests.support.install import Bodies, write_documents
from tests.support.site import Site, make_site

_RIGHTS: Final = {"create": True, "read": True, "update": True, "retire": True}
_ROLE: Final = {"label": {"de": "Vertrieb", "en": "Sales"}, "entities": {"*": _RIGHTS}}
_FIRM: Final = {"name": of("text"), "city": of("text"), "kind": of("choice", options="kind")}
Publish = Callable[..., None]


def _documents(
    *, firm: dict[str, Any] | None = None, title: str = "{name}", person: str = "{name}", kind: str = "Kunde"
) -> Bodies:
    """Return documents with firms, people of firms, and visits of people; each is called after the one before."""
    values = [{"id": "a", "label": {"de": kind, "en": kind}}]
    people = {"name": of("text"), "firm": of("reference", target="firm")}
    visits = {"name": of("text"), "person": of("reference", target="person")}
    return {
        ("options", "kind"): {"label": {"de": "Art", "en": "Kind"}, "values": values},
        ("entities", "firm"): entity("Firmen", firm or _FIRM, title=title),
        ("entities", "person"): entity("Personen", people, title=person),
        ("entities", "visit"): entity("Besuche", visits, title="{name}{: person}"),
        ("roles", "sales"): _ROLE,
    }


@pytest.fixture
def company(database_url: str, tmp_path: Path) -> Iterator[tuple[Site, Publish]]:
    """Return a site with a firm, an archived one, a person and a visit, and what publishes other documents."""
    folder = tmp_path / "documents"
    site = make_site(database_url, write_documents(folder, _documents()))
    desk = Desk(site.installation.database, site.installation.store)
    desk.create("firm", name="Anker", city="Husum", kind="a")
    gone = desk.create("firm", name="Boje", city="Leer", kind="a")
    with desk.ctx() as ctx:
        actions.retire(ctx, "firm", gone, 1)
    desk.create("person", name="Ida", firm=1)
    desk.create("visit", name="Gespräch", person=1)
    yield site, lambda **what: site.installation.publish(write_documents(folder, _documents(**what)))
    site.installation.close()


def _titles(site: Site) -> dict[str, list[str]]:
    desk = Desk(site.installation.database, site.installation.store)
    return {key: [row["title"] for row in desk.rows(key)] for key in ("firm", "person", "visit")}


def _finds(site: Site, word: str) -> bool:
    return "Anker" in site.visitor("sales").get(f"/e/firm/-?q={word}").text


def test_titles_are_written_anew_at_once_and_so_are_those_that_show_them(company: tuple[Site, Publish]) -> None:
    site, publish = company
    assert _titles(site) == {"firm": ["Anker", "Boje"], "person": ["Ida"], "visit": ["Gespräch: Ida"]}
    publish(person="{name}{ (firm.city)}")
    assert _titles(site)["visit"] == ["Gespräch: Ida (Husum)"]
    publish(title="{name}{, city}", person="{name}{ (firm)}")
    assert _titles(site) == {
        "firm": ["Anker, Husum", "Boje, Leer"],
        "person": ["Ida (Anker, Husum)"],
        "visit": ["Gespräch: Ida (Anker, Husum)"],
    }
    assert [row["version"] for row in Desk(site.installation.database, site.installation.store).rows("visit")] == [1]


def test_what_an_option_is_called_now_is_shown_by_titles(company: tuple[Site, Publish]) -> None:
    site, publish = company
    publish(title="{name} {kind}", person="{name}{ - firm}")
    publish(title="{name} {kind}", person="{name}{ - firm}", kind="Mandant")
    assert _titles(site)["visit"] == ["Gespräch: Ida - Anker Mandant"]
    publish(person="{name}{ - firm.kind}", kind="Mandant")
    publish(person="{name}{ - firm.kind}", kind="Partner")
    assert _titles(site)["visit"] == ["Gespräch: Ida - Partner"]


def test_a_field_is_found_from_its_publish_on_and_not_any_more_after_the_next(company: tuple[Site, Publish]) -> None:
    site, publish = company
    assert not _finds(site, "Husum")
    publish(firm={**_FIRM, "city": of("text", search=True)})
    assert _finds(site, "Husum")
    publish()
    assert not _finds(site, "Husum")
    assert _finds(site, "Anker")

"""How many SQL statements a page costs: the same however many rows it shows, and few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import pytest

from app.query.record import load_record
from app.records import actions
from app.records.bulk import create_many
from tests.support.site import Site, make_site
from tests.support.statements import watched

#: Statements of a page, beside BEGIN and COMMIT: who asks and which revision is one, the rest is the page's own.
PAGES: Final[Mapping[str, int]] = {
    "/e/account/all": 3,
    "/e/opportunity": 3,
    "/r/account/1": 14,  # one for each kind of child rows and each related list
    "/r/account/1/edit": 5,
    "/r/account/1/history": 8,  # three for the lines: as they are, what they were, what was computed anew
    "/report/accounts_by_letter": 3,
    "/search?q=firma": 4,
    "/pick/account?q=firma": 3,
}


@contextmanager
def _counted(site: Site) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(statement: str) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET ")):
            statements.append(statement)

    with watched(site.installation.database.engine, note):
        yield statements


def _add_lines(site: Site, first: int, last: int) -> None:
    """Give the first company more lines, in two saves, the second of which changes them all."""
    with site.installation.ctx() as ctx:
        record = load_record(ctx, "account", 1)
        kept: Any = record.values["figures"] or ()
        lines = [*({"id": one["id"]} for one in kept), *({"year": str(1950 + number)} for number in range(first, last))]
        actions.update(ctx, "account", 1, {"figures": lines}, record.version)
        record = load_record(ctx, "account", 1)
        kept = record.values["figures"]
        lines = [{"id": one["id"], "employees": str(last)} for one in kept]
        actions.update(ctx, "account", 1, {"figures": lines}, record.version)


def _fill(site: Site, first: int, last: int) -> None:
    with site.installation.ctx() as ctx:
        raws = [{"name": f"Firma {n}", "roles": ["kunde"]} for n in range(first, last)]
        accounts = create_many(ctx, "account", raws)
        chances = [
            {"title": f"Chance {n}", "account": account, "stage": "p1", "amount": "5", "close_date": "2026-12-01"}
            for n, account in enumerate(accounts)
        ]
        stages = ctx.snapshot.model.entities["opportunity"].fields["stage"].type.spec.options
        names = {field.key for field in ctx.snapshot.model.entities["opportunity"].fields.values() if not field.system}
        key = next(name for name in ("name", "subject", "title") if name in names)
        for chance in chances:
            chance[key] = chance.pop("title")
            chance["stage"] = stages[0].key
        create_many(ctx, "opportunity", chances)


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """Return a site with five companies."""
    made = make_site(str(request.getfixturevalue(request.param)))
    _fill(made, 1, 6)
    yield made
    made.installation.close()


def test_a_page_costs_the_same_statements_however_many_rows(site: Site) -> None:
    """Lists, masks, reports and search ask a fixed number of questions; for ten times the rows not one more."""
    visitor = site.visitor("crm_manager")
    _add_lines(site, 1, 3)
    few: dict[str, int] = {}
    for url in PAGES:
        assert visitor.get(url).status_code == 200, url
        with _counted(site) as statements:
            visitor.get(url)
        few[url] = len(statements)
    _fill(site, 6, 60)
    _add_lines(site, 3, 30)
    many: dict[str, int] = {}
    for url in PAGES:
        with _counted(site) as statements:
            visitor.get(url)
        many[url] = len(statements)
    # A page that isn't full looks once more, for the rows without a value in the first sort column.
    assert {url: count for url, count in many.items() if count > few[url]} == {}
    assert {url: count for url, count in few.items() if count > PAGES[url]} == {}


#: Statements of a save over HTTP: who asks, the record with its three kinds of lines, the write, history and event, the
#: link of the chain; two more look for titles that show the name. PostgreSQL takes history and event together.
SAVES: Final = {"sqlite": 14, "postgresql": 13}


def test_a_save_costs_a_fixed_number_of_statements(site: Site) -> None:
    visitor = site.visitor("crm_manager")
    token = visitor.token()
    for number in (1, 2):
        form = {"csrf_token": token, "version": "1", "name": f"Anders {number}", "_sent": "name"}
        with _counted(site) as statements:
            assert visitor.client.post(f"/r/account/{number}/edit", data=form).status_code == 303
        assert len(statements) == SAVES[site.installation.database.dialect], statements
        _fill(site, 6, 30)

"""The frame itself: both databases are real and fresh, the browser is real."""

from __future__ import annotations

from playwright.sync_api import Browser, Page
from sqlalchemy import create_engine, text

from tests.support import postgres


def test_a_test_gets_an_empty_postgresql_with_the_extensions_we_use(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        tables = connection.scalar(text("select count(*) from pg_tables where schemaname = 'public'"))
        connection.execute(text("create extension pg_trgm"))
        alike = connection.scalar(text("select similarity('müller', 'mueller')"))
        connection.execute(text("create table left_behind (id int)"))
    engine.dispose()
    assert tables == 0
    assert alike is not None
    assert 0.3 < alike < 1


def test_the_next_test_does_not_see_what_another_left(postgres_server: postgres.Server, postgres_url: str) -> None:
    other = postgres_server.create(f"{postgres_url.partition('?')[0].rpartition('/')[2]}_other")
    for url in (postgres_url, other):
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("create table left_behind (id int)"))
            assert connection.scalar(text("select count(*) from left_behind")) == 0
        engine.dispose()
    postgres_server.drop(f"{postgres_url.partition('?')[0].rpartition('/')[2]}_other")


def test_the_page_is_german_and_shows_text(browser: Browser, page: Page) -> None:
    page.set_content("<!doctype html><html lang=de><title>Gruß</title><button>Grüß Gott</button></html>")
    assert page.title() == "Gruß"
    assert page.evaluate("navigator.language") == "de-DE"
    assert page.get_by_role("button").bounding_box() is not None
    assert int(browser.version.partition(".")[0]) >= 120

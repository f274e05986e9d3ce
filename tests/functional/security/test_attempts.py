"""Which passwords are refused, and how often somebody may try."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from typing import Self

import pytest
from werkzeug.test import TestResponse

from app.config import Settings
from app.factory import create_app
from app.web.gate import address
from app.web.limiting import Doors, Turns
from app.web.passwords import weakness
from tests.support.install import METADATA, PLUGINS
from tests.support.site import SECRET, Site, make_site
from tests.support.staff import PASSWORD, email_of
from tests.support.statements import watched


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("kurz", "zwischen 12 und 128"),
        ("x" * 129, "zwischen 12 und 128"),
        ("passwordpassword", "errät"),
        ("123456789012", "errät"),
        ("1qaz2wsx3edc4rfv", "errät"),
        ("salessales12", "errät"),
        ("qwertyuiopasdf", "errät"),
    ],
)
def test_a_guessable_password_is_refused_with_a_sentence(password: str, why: str) -> None:
    weak = weakness(password, ("Test Sales", "sales@example.com"))
    assert weak is not None
    assert why in weak.de or "gestohlener" in weak.de
    assert weak.en.endswith(".")


@pytest.mark.parametrize("password", ["ein-ganz-neues-kennwort", "Äpfel fallen nie weit weg", PASSWORD])
def test_a_good_password_is_taken(password: str) -> None:
    assert weakness(password, ("Test Sales", "sales@example.com")) is None


def test_changing_to_a_guessable_password_is_refused(sqlite_url: str) -> None:
    site = make_site(sqlite_url)
    visitor = site.visitor("sales")
    sent = {"password": PASSWORD, "new_password": "passwordpassword", "new_password_confirm": "passwordpassword"}
    assert "Bitte nehmen Sie" in visitor.post("/change", sent).text
    assert site.visitor().sign_in("sales").status_code == 302


def test_all_workers_count_together(database_url: str) -> None:
    site = make_site(database_url)
    other = create_app(Settings(database_url, METADATA, PLUGINS, SECRET), database=site.installation.database)
    twin = Site(site.installation, other)
    for worker in (site, twin):
        visitor = worker.visitor()
        data = {"csrf_token": visitor.token(), "email": email_of("sales"), "password": "falsch-falsch"}
        answers = [visitor.client.post("/login", data=data).status_code for _ in range(6)]
    assert answers[-1] == 429
    refused = visitor.client.post("/login", data=data)
    assert int(refused.headers["Retry-After"]) > 0
    assert "Zu viele Versuche" in refused.text


def test_a_present_password_is_guessed_no_oftener_than_at_the_door(sqlite_url: str) -> None:
    site = make_site(sqlite_url)
    visitor, new = site.visitor("sales"), "korrekt-pferd-batterie-klammer"
    sent = {"new_password": new, "new_password_confirm": new}
    answers = [visitor.post("/change", {**sent, "password": f"falsch-falsch-{n}"}).status_code for n in range(12)]
    assert (answers[0], answers[-1]) == (200, 429)
    assert visitor.post("/change", {**sent, "password": PASSWORD}).status_code == 429
    other = site.visitor("service")
    assert other.post("/change", {**sent, "password": PASSWORD}).status_code == 302


def test_no_other_spelling_of_an_address_gives_further_attempts(sqlite_url: str) -> None:
    site = make_site(sqlite_url)
    visitor = site.visitor()
    plain = email_of("sales")
    for _ in range(11):
        tried = visitor.post("/login", {"email": plain, "password": "falsch-falsch"})
    assert tried.status_code == 429
    for other in (plain.upper(), plain.replace("m", "ｍ"), plain.replace(".", "。"), f" {plain} "):
        assert visitor.post("/login", {"email": other, "password": PASSWORD}).status_code == 429, other
    assert visitor.post("/login", {"email": f"{plain}.", "password": PASSWORD}).status_code == 200, "nobody's"


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ],
)
def test_a_network_of_ipv6_counts_as_one_address(sqlite_url: str, one: str, other: str, together: bool) -> None:
    app = make_site(sqlite_url).app

    def seen(remote: str) -> str:
        with app.test_request_context("/login", environ_base={"REMOTE_ADDR": remote}):
            return address()

    assert (seen(one) == seen(other)) is together


class _Queue:
    """Visitors of turns, each in a thread of his own; the first one stays inside until he is told to go."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.came: list[tuple[str, bool]] = []
        self._over, self._threads = threading.Event(), list[threading.Thread]()

    def __enter__(self) -> Self:
        inside = threading.Event()

        def first() -> None:
            with self.turns.turn("first") as mine:
                assert mine
                inside.set()
                self._over.wait(10)

        self._start(first)
        assert inside.wait(10)
        return self

    def __exit__(self, *about: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait(self, who: str) -> None:
        """Have somebody come, and go on when he waits, or has taken the place of somebody who did."""
        known = list(self.turns._waiting)

        def visit() -> None:
            with self.turns.turn(who) as mine:
                self.came.append((who, mine))

        self._start(visit)
        deadline = time.monotonic() + 10
        while self.turns._waiting == known and time.monotonic() < deadline:
            time.sleep(0.001)

    def _start(self, run: Callable[[], None]) -> None:
        self._threads.append(threading.Thread(target=run))
        self._threads[-1].start()


def test_few_at_a_time_have_their_password_checked() -> None:
    turns = Turns(at_once=1, waiting=1, seconds=10.0)
    assert not turns.is_full("third")
    with _Queue(turns) as queue:
        queue.wait("second")
        assert turns.is_full("third")
        with turns.turn("third") as mine:
            assert mine is False  # one is inside, one waits: everybody else is sent away at once
    assert queue.came == [("second", True)]
    assert not turns.is_full("third")


def test_whoever_failed_least_goes_first_and_takes_the_place_of_whoever_failed_more() -> None:
    turns = Turns(at_once=1, waiting=2, seconds=10.0, rest=0.0)
    for who in ("guesser", "guesser", "guesser", "clumsy"):
        turns.note_failure(who)
    with _Queue(turns) as queue:
        queue.wait("guesser")
        queue.wait("clumsy")
        assert turns.is_full("guesser")
        assert not turns.is_full("honest")
        queue.wait("honest")
    assert queue.came == [("guesser", False), ("honest", True), ("clumsy", True)]


def test_who_guesses_from_many_addresses_keeps_nobody_out(sqlite_url: str) -> None:
    """Six addresses try passwords as fast as they can: whoever knows his own signs in all the same."""
    site, over = make_site(sqlite_url), threading.Event()
    tried: list[int] = []

    def guess(number: int) -> None:
        visitor, at = site.visitor(), {"REMOTE_ADDR": f"198.51.100.{number}"}
        data = {"csrf_token": visitor.token(), "password": "falsch-falsch"}
        while not over.is_set():
            data["email"] = f"nobody{number}-{len(tried)}@example.com"
            tried.append(visitor.client.post("/login", data=data, environ_overrides=at).status_code)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(1, 7)]
    for thread in threads:
        thread.start()
    try:
        while tried.count(200) < len(threads):  # whoever hasn't failed yet goes first, so each has failed once
            time.sleep(0.01)
        answers = [site.visitor().sign_in("sales").status_code for _ in range(5)]
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert answers == [302] * 5
    assert tried.count(429) > 5 * len(answers)  # they were in each other's way meanwhile
    site.installation.close()


def test_after_a_failure_nobody_is_let_in_for_a_moment() -> None:
    """The rest begins with a failure, and with nothing else."""
    turns = Turns(rest=0.2)
    begun = time.monotonic()
    with turns.turn("one"):
        pass
    with turns.turn("one"):
        turns.note_failure("one")
    assert time.monotonic() - begun < 0.2
    with turns.turn("other") as mine:
        assert mine
        assert time.monotonic() - begun >= 0.2


def test_whoever_has_used_up_his_attempts_is_sent_away_at_the_door(sqlite_url: str) -> None:
    """Without a question to the database, in the same words; everybody else still signs in."""
    site = make_site(sqlite_url)
    visitor = site.visitor()
    token, addresses = visitor.token(), itertools.count()

    def attempt(address: str) -> TestResponse:
        data = {"csrf_token": token, "email": f"nobody{next(addresses)}@example.com", "password": "falsch-falsch"}
        return visitor.client.post("/login", data=data, environ_overrides={"REMOTE_ADDR": address})

    answers = [attempt("192.0.2.1") for _ in range(31)]
    assert [one.status_code for one in answers] == [200] * 30 + [429]
    asked: list[str] = []
    with watched(site.installation.database.engine, asked.append):
        again = attempt("192.0.2.1")
    assert asked == []
    assert (again.status_code, again.headers["Retry-After"]) == (429, answers[-1].headers["Retry-After"])
    assert "Zu viele Versuche" in again.text
    assert attempt("192.0.2.2").status_code == 200
    assert site.visitor().sign_in("sales").status_code == 302


def test_doors_open_again_and_remember_no_more_than_they_should() -> None:
    doors = Doors(seconds=0.1, most=2)
    for who in ("a", "b", "c"):
        doors.shut(who)
    assert [doors.are_shut(who) for who in "abc"] == [False, True, True]
    time.sleep(0.11)
    assert not doors.are_shut("c")

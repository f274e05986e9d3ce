"""Stolen passwords are refused wherever one is chosen: by a list on this machine, by a service for ranges, or both."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner
from werkzeug.wrappers import Response

from app.cli.console import Exit
from app.cli.main import main
from app.config import Settings, read_settings
from app.errors import CannotStart
from app.system.breach_list import BreachList
from app.system.breach_service import RangeService, Unreachable
from app.system.breaches import breaches_of
from app.web.passwords import weakness
from tests.functional.security.test_hashing import CHOOSING
from tests.support.breaches import RangeServer, digest_of, range_server, write_list
from tests.support.hashing import Hashing
from tests.support.install import METADATA, PLUGINS
from tests.support.site import SECRET, make_site

#: Nobody guesses it, and it was stolen.
_STOLEN: Final = "correcthorsebatterystaple"
_UMLAUT: Final = "Äpfel fallen nie weit weg"
_GOOD: Final = "korrekt-pferd-batterie-klammer"
_DE: Final = "steht in Listen gestohlener Passwörter"
_EN: Final = "is on lists of stolen passwords"


def _settings(**more: object) -> Settings:
    return Settings("sqlite://", METADATA, PLUGINS, SECRET, **more)  # type: ignore[arg-type]


def _known(path: Path) -> dict[str, object]:
    return {"breach_list": write_list(path / "stolen.txt", [_STOLEN, _UMLAUT, "x", "y"])}


def test_without_a_list_the_same_password_is_taken() -> None:
    assert weakness(_STOLEN) is None


@pytest.mark.parametrize("endpoint", CHOOSING)
def test_a_stolen_password_is_refused_on_every_page(database_url: str, tmp_path: Path, endpoint: str) -> None:
    prepared = CHOOSING[endpoint](make_site(database_url, more=_known(tmp_path)))
    refused = prepared.choose(_STOLEN)
    assert _DE in refused.text
    assert refused.status_code in (200, 422)
    assert prepared.choose(_GOOD).status_code in (302, 303)


@pytest.mark.parametrize("endpoint", CHOOSING)
def test_the_service_is_asked_once_and_outside_any_transaction_that_writes(database_url: str, endpoint: str) -> None:
    seen, during = Hashing(), []
    with range_server() as server:
        server.stolen, server.before = (_STOLEN,), lambda: during.append(seen.writing())
        prepared = CHOOSING[endpoint](make_site(database_url, more={"breach_service": server.address}))
        server.asked.clear()
        during.clear()
        with seen.look(prepared.site.installation.database):
            assert _DE in prepared.choose(_STOLEN).text
            assert prepared.choose(_GOOD).status_code in (302, 303)
    assert during == [False, False]
    assert server.asked == [(f"/pwned/range/{digest_of(one)[:5]}", "true") for one in (_STOLEN, _GOOD)]


@pytest.mark.parametrize("locale", ["de", "en"])
def test_the_command_line_refuses_it_too(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locale: str
) -> None:
    monkeypatch.setenv("LOTSE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("LOTSE_SECRET_KEY", SECRET)
    monkeypatch.setenv("LOTSE_LOCALE", locale)
    monkeypatch.setenv("LOTSE_BREACH_LIST", str(write_list(tmp_path / "stolen.txt", [_STOLEN])))
    assert CliRunner().invoke(main, ["publish"], catch_exceptions=False).exit_code == Exit.OK
    asked = ["user", "create", "it@example.com", "--password"]
    refused = CliRunner().invoke(main, [*asked, _STOLEN], catch_exceptions=False)
    assert refused.exit_code == Exit.REFUSED
    assert (_DE if locale == "de" else _EN) in refused.stderr
    assert CliRunner().invoke(main, [*asked, _GOOD], catch_exceptions=False).exit_code == Exit.OK


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("size", [1, 2, 3, 100, 5_000])
def test_every_hash_of_a_list_is_found_and_no_other(tmp_path: Path, size: int, end: str) -> None:
    listed = [f"password {number}" for number in range(size)]
    known = BreachList(write_list(tmp_path / "stolen.txt", listed, end=end))
    known.check()
    assert all(known.holds(digest_of(one)) for one in listed)
    assert not any(known.holds(digest_of(f"other {number}")) for number in range(500))
    assert not known.holds("0" * 40)
    assert not known.holds("F" * 40)


def test_a_list_whose_last_line_has_no_end_is_a_list(tmp_path: Path) -> None:
    path = write_list(tmp_path / "stolen.txt", [f"p{n}" for n in range(300)])
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    known = BreachList(path)
    known.check()
    last = path.read_text().splitlines()[-1].partition(":")[0]
    assert known.holds(last)


def test_an_umlaut_is_found_however_it_was_typed(tmp_path: Path) -> None:
    known = breaches_of(_settings(**_known(tmp_path)))
    assert known.know(_UMLAUT)
    assert known.know("A\N{COMBINING DIAERESIS}pfel fallen nie weit weg")


def test_a_large_list_is_looked_up_at_once(tmp_path: Path) -> None:
    """A hundred megabytes, in a file of which a look-up reads a few kilobytes."""
    path, digits, source = tmp_path / "stolen.txt", 40, random.Random(7)
    count = 2_200_000
    with path.open("w") as file:
        for number in range(count):
            head = number * (16**digits // count)
            file.write(f"{head + source.getrandbits(120):040X}:{number % 1000 + 1}\n")
    assert path.stat().st_size > 95_000_000
    known = BreachList(path)
    known.check()
    wanted = [f"{source.getrandbits(160):040X}" for _ in range(200)]
    begun = time.perf_counter()
    assert not any(known.holds(one) for one in wanted)
    assert (time.perf_counter() - begun) / len(wanted) < 0.005
    with path.open() as file:
        file.seek(60_000_000)
        file.readline()
        assert known.holds(file.readline().partition(":")[0])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no line of a SHA-1 hash"),
        (b"password\n123456\n", "no line of a SHA-1 hash"),
        (b"0123456789ABCDEF0123456789ABCDEF:5\n" * 50, "no line of a SHA-1 hash"),
        (b"\x1f\x8b" + bytes(range(256)) * 40, "no line of a SHA-1 hash"),
        (b"".join(b"%040X:1\n" % (2**150 - n) for n in range(500)), "isn't ordered by hash"),
    ],
)
def test_what_is_no_list_is_refused_when_the_product_starts(
    sqlite_url: str, tmp_path: Path, content: bytes, told: str
) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(content)
    with pytest.raises(CannotStart, match=told):
        make_site(sqlite_url, more={"breach_list": path})


def test_a_file_that_is_not_there_is_refused_by_the_settings(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="LOTSE_BREACH_LIST"):
        read_settings({"LOTSE_BREACH_LIST": str(tmp_path / "none")})


@pytest.mark.parametrize("address", ["http://passwords.example.com", "ftp://x.example", "https://x.example/?a", "x"])
def test_only_a_safe_address_is_taken(address: str) -> None:
    with pytest.raises(CannotStart, match="LOTSE_BREACH_SERVICE"):
        read_settings({"LOTSE_BREACH_SERVICE": address})


def test_a_list_that_goes_away_keeps_nobody_from_choosing(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    more = _known(tmp_path)
    prepared = CHOOSING["security.change_password"](make_site(sqlite_url, more=more))
    (tmp_path / "stolen.txt").unlink()
    assert prepared.choose(_STOLEN).status_code == 302
    assert "list of stolen passwords" in caplog.text
    _says_nothing(caplog)


def _far_too_long(server: RangeServer) -> None:
    server.answer = Response("0" * 2_000_000, mimetype="text/plain")


def _elsewhere(server: RangeServer) -> None:
    server.answer = Response("", 302, {"Location": f"{server.address}/range/00000"})


def _failing(server: RangeServer) -> None:
    server.answer = Response("down", 503)


def _page(server: RangeServer) -> None:
    server.answer = Response("<html>Sign in to the network</html>", mimetype="text/html")


@pytest.mark.parametrize("trouble", [_far_too_long, _elsewhere, _failing, _page])
def test_a_service_in_trouble_keeps_nobody_from_choosing(
    sqlite_url: str, caplog: pytest.LogCaptureFixture, trouble: Callable[[RangeServer], None]
) -> None:
    with range_server() as server:
        prepared = CHOOSING["security.change_password"](make_site(sqlite_url, more={"breach_service": server.address}))
        trouble(server)
        assert prepared.choose(_STOLEN).status_code == 302
        assert len(server.asked) == 1
    assert "the service for stolen passwords wasn't reached" in caplog.text
    _says_nothing(caplog)


def test_nobody_waits_long_for_a_service_that_hangs(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    answered = threading.Event()
    with range_server() as server:
        prepared = CHOOSING["security.change_password"](make_site(sqlite_url, more={"breach_service": server.address}))
        server.before = lambda: answered.wait(60)
        begun = time.monotonic()
        assert prepared.choose(_STOLEN).status_code == 302
        assert time.monotonic() - begun < 10
        answered.set()
    assert "no answer in time" in caplog.text
    _says_nothing(caplog)


def test_a_service_that_hangs_collects_no_threads() -> None:
    answered, most = threading.Event(), 0
    with range_server() as server:
        server.before = lambda: answered.wait(60)
        service = RangeService(server.address, patience=0.01)
        for _ in range(20):
            with pytest.raises(Unreachable):
                service.holds("0" * 40)
            most = max(most, sum(thread.name == "lotse-breaches" for thread in threading.enumerate()))
        answered.set()
    assert most <= 5


def test_a_service_that_is_gone_keeps_nobody_from_choosing(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    with range_server() as server:
        address = server.address
    site = make_site(sqlite_url, more={"breach_service": address})
    assert CHOOSING["security.change_password"](site).choose(_STOLEN).status_code == 302
    assert "wasn't reached" in caplog.text
    _says_nothing(caplog)


def _says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    lines = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    assert lines
    for secret in (_STOLEN, digest_of(_STOLEN), digest_of(_STOLEN)[:5], digest_of(_STOLEN).lower()[:5]):
        assert not any(secret in line for line in lines)


@pytest.mark.parametrize(
    "password", ["Passw0rd12345!", "thisismypassword", "Passwort2024!!", "qwertz123456!", "2024!Sommer!2024"]
)
def test_a_usual_password_with_ornaments_is_refused_without_a_list(password: str) -> None:
    weak = weakness(password)
    assert weak is not None
    assert "errät" in weak.de

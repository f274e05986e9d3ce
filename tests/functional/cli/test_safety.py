"""Configurations that aren't safe: each is refused before anything is served, or told by the doctor, in exact words."""

from __future__ import annotations

import json
import os
import random
import shutil
import time
from pathlib import Path
from typing import Final

import pytest

from app.cli import safety_texts as texts
from app.cli.console import Exit
from app.cli.main import main
from app.cli.run import require_safe
from app.config import VAR, read_settings
from app.errors import CannotStart
from app.language import Label
from app.system.install import PROGRAM
from tests.functional.cli.conftest import Lotse
from tests.support.breaches import range_server, write_list
from tests.support.proof import SEED, Tally, size

_PUBLIC: Final = {"LOTSE_HOST": "192.0.2.1"}
_BEHIND: Final = {"LOTSE_HTTPS": "1", "LOTSE_TRUSTED_HOSTS": "crm.example.com"}
_REMOTE: Final = "postgresql://lotse:{password}@db.example.com/lotse{more}"
_SECRET: Final = "0123456789abcdef0123456789abcdef"

#: Settings with which nothing is served: what the sentence says is what somebody has to change.
_REFUSED: Final[tuple[tuple[dict[str, str], Label | str], ...]] = (
    ({"LOTSE_DATABASE_URL": "mysql://x"}, "LOTSE_DATABASE_URL has a value that doesn't fit."),
    ({"LOTSE_SECRET_KEY": "short"}, "LOTSE_SECRET_KEY has a value that doesn't fit."),
    ({"LOTSE_PORT": "0"}, "LOTSE_PORT has a value that doesn't fit."),
    ({"LOTSE_WORKERS": "65"}, "LOTSE_WORKERS has a value that doesn't fit."),
    ({"LOTSE_THREADS": "0"}, "LOTSE_THREADS has a value that doesn't fit."),
    ({"LOTSE_DEMO": "maybe"}, "LOTSE_DEMO has a value that doesn't fit."),
    ({"LOTSE_HTTPS": "maybe"}, "LOTSE_HTTPS has a value that doesn't fit."),
    ({"LOTSE_LOCALE": "fr"}, "LOTSE_LOCALE has a value that doesn't fit."),
    ({"LOTSE_TIME_ZONE": "../etc"}, "LOTSE_TIME_ZONE has a value that doesn't fit."),
    ({"LOTSE_PLUGINS": "not/there"}, "LOTSE_PLUGINS has a value that doesn't fit."),
    ({"LOTSE_TRUSTED_HOST": "x"}, "LOTSE_TRUSTED_HOST is not a setting of Lotse."),
    ({**_PUBLIC, **_BEHIND, "LOTSE_DEMO": "1"}, texts.DEMO_IN_PUBLIC),
    ({**_PUBLIC, "LOTSE_TRUSTED_HOSTS": "crm.example.com"}, texts.NO_HTTPS),
    ({**_PUBLIC, "LOTSE_HTTPS": "1"}, texts.ANY_HOST),
    ({"LOTSE_HTTPS": "1"}, texts.PROXY_WITHOUT_HOSTS),
    ({"LOTSE_TRUSTED_HOSTS": "*"}, texts.HOST_WITH_STAR.format(name="*")),
    ({"LOTSE_TRUSTED_HOSTS": "*.example.com"}, texts.HOST_WITH_STAR.format(name="*.example.com")),
    ({"LOTSE_TRUSTED_HOSTS": "https://a.example"}, texts.HOST_IS_ADDRESS.format(name="https://a.example")),
    ({"LOTSE_TRUSTED_HOSTS": "a.example/crm"}, texts.HOST_IS_ADDRESS.format(name="a.example/crm")),
    ({"LOTSE_TRUSTED_HOSTS": "a@b.example"}, texts.HOST_IS_ADDRESS.format(name="a@b.example")),
    ({"LOTSE_SECRET_KEY": "a" * 40}, texts.SECRET_MONOTONOUS),
    ({"LOTSE_SECRET_KEY": "0101" * 16}, texts.SECRET_MONOTONOUS),
    ({"LOTSE_SECRET_KEY": "please-change-me-to-something-else"}, texts.SECRET_COPIED),
    ({"LOTSE_SECRET_KEY": "my-own-Default-key-0123456789abcdef"}, texts.SECRET_COPIED),
    ({"FLASK_DEBUG": "1"}, texts.DEBUG),
    ({"PYTHONOPTIMIZE": "1"}, texts.NO_ASSERTS),
    (
        {"LOTSE_DATABASE_URL": _REMOTE.format(password="x", more="")},
        texts.DATABASE_IN_CLEAR.format(host="db.example.com"),
    ),
    (
        {"LOTSE_DATABASE_URL": _REMOTE.format(password="x", more="?sslmode=prefer")},
        texts.DATABASE_IN_CLEAR.format(host="db.example.com"),
    ),
    (
        {"LOTSE_DATABASE_URL": _REMOTE.format(password=_SECRET, more="?sslmode=verify-full")},
        texts.SECRET_TWICE,
    ),
)  # fmt: skip
#: Settings that work, and that the doctor says a word about.
_WARNED: Final[tuple[tuple[dict[str, str], Label], ...]] = (
    ({"LOTSE_DEMO": "1"}, texts.DEMO),
    ({"LOTSE_WORKERS": "2"}, texts.WORKERS_ON_SQLITE),
    ({"LOTSE_TRUSTED_HOSTS": ".example.com"}, texts.HOST_WITH_ALL_BELOW.format(name=".example.com")),
    ({**_BEHIND, "LOTSE_HOST": "0.0.0.0"}, texts.AROUND_THE_PROXY),
    (
        {"LOTSE_DATABASE_URL": _REMOTE.format(password="x", more="?sslmode=require")},
        texts.DATABASE_UNCHECKED.format(host="db.example.com"),
    ),
    (
        {"LOTSE_DATABASE_URL": _REMOTE.format(password="", more="?sslmode=verify-full")},
        texts.NO_PASSWORD.format(host="db.example.com"),
    ),
    ({"LOTSE_DATABASE_URL": "postgresql://postgres@localhost:1/lotse"}, texts.AS_POSTGRES),
)  # fmt: skip


def _told(lotse: Lotse) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in json.loads(lotse("doctor", "--json").stdout):
        found.setdefault(finding["gravity"], []).append(finding["words"]["en"])
    return found


def test_there_are_thirty_bad_configurations() -> None:
    assert len(_REFUSED) + len(_WARNED) >= 30


@pytest.mark.parametrize(("given", "sentence"), _REFUSED)
def test_nothing_is_served_with_it(
    lotse: Lotse, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], sentence: Label | str
) -> None:
    """One sentence on standard error, exit code 3, and the database file isn't even made."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    ended = lotse("run")
    assert ended.exit_code == Exit.CANNOT_START
    wanted = sentence if isinstance(sentence, str) else sentence.en
    assert ended.stderr.strip().startswith(wanted)
    assert len(ended.stderr.strip().splitlines()) == 1
    assert ended.stdout == ""


@pytest.mark.parametrize(("given", "sentence"), _WARNED)
def test_the_doctor_says_a_word(
    lotse: Lotse, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], sentence: Label
) -> None:
    assert sentence.en not in str(_told(lotse))
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert sentence.en in _told(lotse)["warning"]
    require_safe(read_settings({**_clean(given), "LOTSE_SECRET_KEY": _SECRET}), given)


def _clean(given: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if name.startswith("LOTSE_")}


@pytest.mark.parametrize(("given", "sentence"), [one for one in _REFUSED if isinstance(one[1], Label)])
def test_the_doctor_knows_what_is_refused(
    lotse: Lotse, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], sentence: Label
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert sentence.en in _told(lotse)["error"]


@pytest.mark.parametrize(
    ("mode", "words", "refused"),
    [
        (0o600, "", False),
        (0o640, "group of the database", False),
        (0o644, "may read the database", True),
        (0o666, "may change the database", True),
    ],
)
def test_who_may_read_the_file(lotse: Lotse, tmp_path: Path, mode: int, words: str, refused: bool) -> None:
    assert lotse("publish").exit_code == Exit.OK
    path = tmp_path / "lotse.sqlite"
    path.chmod(mode)
    told = _told(lotse)
    assert words in str(told["error"] if refused else told["warning"])
    if refused:
        ended = lotse("run")
        assert ended.exit_code == Exit.CANNOT_START
        assert words in ended.stderr


def test_folders_that_everybody_may_write_to(lotse: Lotse, documents: Path) -> None:
    documents.chmod(0o777)
    ended = lotse("run")
    assert ended.exit_code == Exit.CANNOT_START
    assert texts.FOLDER_WRITABLE.format(path=documents).en in ended.stderr
    documents.chmod(0o755)
    documents.parent.chmod(0o777)
    assert texts.FOLDER_WRITABLE.format(path=documents.parent).en in lotse("run").stderr


def test_the_secret_of_the_installation_is_nobody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret file that others can read is refused; where the secret comes from the environment nobody looks at it."""
    monkeypatch.setattr("app.cli.safety.VAR", tmp_path)
    path = tmp_path / "secret_key"
    path.write_text(_SECRET)
    settings = read_settings({"LOTSE_SECRET_KEY": _SECRET, "LOTSE_DATABASE_URL": f"sqlite:///{tmp_path / 'x'}"})
    path.chmod(0o644)
    with pytest.raises(CannotStart, match="can read"):
        require_safe(settings, {})
    require_safe(settings, {"LOTSE_SECRET_KEY": _SECRET})
    path.chmod(0o600)
    require_safe(settings, {})
    assert VAR.name == "var"


def test_the_doctor_asks_for_a_backup_until_there_is_one(lotse: Lotse, tmp_path: Path) -> None:
    assert lotse("publish").exit_code == Exit.OK
    doctor = lotse("doctor")
    assert doctor.exit_code == Exit.REFUSED
    assert "There is no backup yet" in doctor.stdout
    path = tmp_path / "backup.zip"
    taken = json.loads(lotse("backup", str(path), "--json").stdout)
    assert taken["program"] == PROGRAM
    assert "There is no backup yet" not in lotse("doctor").stdout
    assert "0 hours old" in lotse("doctor").stdout
    assert json.loads(lotse("verify-backup", str(path), "--json").stdout)["logical"] == taken["logical"]


def test_backup_and_restore_as_they_are_typed(lotse: Lotse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lotse("publish").exit_code == Exit.OK
    path, new = tmp_path / "backup.zip", tmp_path / "new.sqlite"
    assert "Backed up:" in lotse("backup", str(path)).stdout
    assert lotse("restore", str(path)).exit_code == Exit.REFUSED
    monkeypatch.setenv("LOTSE_DATABASE_URL", f"sqlite:///{new}")
    assert "Restored:" in lotse("restore", str(path)).stdout
    assert json.loads(lotse("plan", "--json").stdout)["empty"]
    bad = bytearray(path.read_bytes())
    bad[len(bad) // 2] ^= 4
    path.write_bytes(bad)
    other = tmp_path / "other.sqlite"
    monkeypatch.setenv("LOTSE_DATABASE_URL", f"sqlite:///{other}")
    for command in ("restore", "verify-backup"):
        ended = lotse(command, str(path))
        assert ended.exit_code == Exit.REFUSED
        assert "is damaged" in ended.stderr
    assert not other.exists()
    assert {"backup", "restore", "verify-backup"} <= set(main.commands)


def test_damage_of_the_file_is_noticed(lotse: Lotse, tmp_path: Path) -> None:
    """Bits that flip in the pages of tables and indexes are found; those in free space and values can't be."""
    assert lotse("publish").exit_code == Exit.OK
    path, chance = tmp_path / "lotse.sqlite", random.Random(SEED)
    good = tmp_path / "good"
    shutil.copy(path, good)
    assert "sound" in lotse("doctor").stdout
    data, page, tally = good.read_bytes(), 4096, Tally("damaged pages of a database")
    tries = size("damaged pages", 12, 300)
    for _ in range(tries):
        bad = bytearray(data)
        start = page * chance.randrange(1, len(data) // page)
        for place in range(start, start + 12):  # the head of a page: what kind it is, where its cells are
            bad[place] ^= 1 << chance.randrange(8)
        path.write_bytes(bad)
        ended = lotse("doctor")
        tally.add("found", ended.exit_code == Exit.CANNOT_START)
    path.write_bytes(data)
    tally.report(found=tries)
    assert lotse("doctor").exit_code != Exit.CANNOT_START


def test_the_doctor_tells_who_is_asked_about_stolen_passwords(
    lotse: Lotse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "only checked for being guessed" in str(_told(lotse)["told"])
    path = write_list(tmp_path / "stolen.txt", ["a", "b"])
    old = time.time() - 40 * 24 * 3600
    os.utime(path, (old, old))
    monkeypatch.setenv("LOTSE_BREACH_LIST", str(path))
    assert "is 40 days old" in str(_told(lotse)["fine"])
    with range_server() as server:
        monkeypatch.setenv("LOTSE_BREACH_SERVICE", server.address)
        assert f"{server.address} answers" in str(_told(lotse)["fine"])
    assert f"{server.address} doesn't answer" in str(_told(lotse)["warning"])
    path.write_text("no list")
    assert "no line of a SHA-1 hash" in str(_told(lotse)["error"])
    ended = lotse("run")
    assert ended.exit_code == Exit.CANNOT_START
    assert "no line of a SHA-1 hash" in ended.stderr

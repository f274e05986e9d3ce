"""The command `lotse`, as it is typed: what it does, says and ends with."""

from __future__ import annotations

import json
import socket
import sqlite3
from pathlib import Path

import pytest

from app.cli.console import Exit
from app.cli.main import main
from tests.functional.cli.conftest import Lotse, tax_rate, write_document

_RATE = {"de": "Satz", "en": "Rate"}


def test_check_publish_plan_and_export_go_round(lotse: Lotse, tmp_path: Path) -> None:
    """What is published is exported, and publishing the export changes nothing."""
    assert lotse("check").exit_code == Exit.OK
    planned = json.loads(lotse("plan", "--json").stdout)
    assert not planned["empty"]
    assert any("e_tax" in statement for statement in planned["ddl"])
    published = lotse("publish", "-m", "First")
    assert published.exit_code == Exit.OK
    assert "Revision 1 is in force" in published.stdout
    assert json.loads(lotse("plan", "--json").stdout)["empty"]
    exported = lotse("export", str(tmp_path / "out"))
    assert exported.exit_code == Exit.OK
    assert "4 files" not in exported.stdout
    assert (tmp_path / "out" / "entities" / "tax.json").is_file()
    assert lotse("check", str(tmp_path / "out")).exit_code == Exit.OK
    assert json.loads(lotse("doctor", "--json").stdout)


def test_nobody_publishes_over_a_revision_that_he_has_not_looked_at(lotse: Lotse, documents: Path) -> None:
    assert json.loads(lotse("plan", "--json").stdout)["base"] is None
    assert lotse("publish").exit_code == Exit.OK
    write_document(documents, "entities", "tax", tax_rate(rate={"type": "number", "x-crm": {"label": _RATE}}))
    assert "`lotse publish --base 1`" in lotse("plan").stdout
    assert json.loads(lotse("plan", "--json").stdout)["base"] == 1
    assert lotse("publish", "--base", "1").exit_code == Exit.OK
    write_document(documents, "entities", "tax", tax_rate())
    late = lotse("publish", "--base", "1")
    assert late.exit_code == Exit.REFUSED
    assert "Look at what is in force now" in late.output
    assert json.loads(lotse("plan", "--json").stdout)["base"] == 2
    assert not json.loads(lotse("plan", "--json").stdout)["empty"], "nothing was published"
    assert lotse("publish", "--base", "2").exit_code == Exit.OK


def test_every_problem_is_named_at_once(lotse: Lotse, documents: Path) -> None:
    """Documents with several mistakes give all of them, end with 1, and change nothing."""
    assert lotse("publish").exit_code == Exit.OK
    broken = tax_rate(rate={"type": "numbr", "x-crm": {"label": {"de": "Satz", "en": "Rate"}}})
    broken["x-crm"]["title"] = "{nam}"
    write_document(documents, "entities", "tax", broken)
    (documents / "entities" / "half.json").write_text('{"format": 1,', encoding="utf-8")
    write_document(documents, "views", "tax.all_of_them", {"format": 1, "key": "tax.other"})
    told = lotse("check")
    assert told.exit_code == Exit.REFUSED
    for place in ("half.json", "tax.all_of_them.json"):
        assert place in told.stdout
    answer = json.loads(lotse("check", "--json").stdout)
    assert {issue["document"].rsplit("/", 1)[-1] for issue in answer["issues"]} >= {"half.json", "tax.all_of_them.json"}
    assert all(issue["message"]["de"] and issue["hint"]["en"] for issue in answer["issues"])
    (documents / "entities" / "half.json").unlink()
    (documents / "views" / "tax.all_of_them.json").unlink()
    codes = {issue["pointer"] for issue in json.loads(lotse("check", "--json").stdout)["issues"]}
    assert {"/properties/rate", "/x-crm/title"} <= codes
    refused = lotse("publish")
    assert refused.exit_code == Exit.REFUSED
    told = {finding["name"]: finding for finding in json.loads(lotse("doctor", "--json").stdout)}
    assert told["revision"]["words"]["en"].startswith("1, ")


def test_lost_factors_are_taken_off(lotse: Lotse, sqlite_url: str) -> None:
    """Also where nobody is left who could do it on a page, such as after a change of the installation's key."""
    assert lotse("publish").exit_code == Exit.OK
    for who in ("it@example.com", "other@example.com"):
        lotse("user", "create", who, "--role", "administrator", "--password", "a long enough one")
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        app = json.dumps({"enckey": {"t": "of another key"}})
        connection.execute(
            "insert into sys_authenticator (user_id, source, counter) select id, ?, 0 from sys_user", (app,)
        )
    connection.close()
    told = {finding["name"]: finding for finding in json.loads(lotse("doctor", "--json").stdout)}
    assert "2 authenticator apps" in told["factors"]["words"]["en"]
    assert lotse("user", "remove-factors", "nobody@example.com").exit_code == Exit.REFUSED
    assert json.loads(lotse("user", "remove-factors", "It@Example.com", "--json").stdout) == {"removed": 1}
    told = {finding["name"]: finding for finding in json.loads(lotse("doctor", "--json").stdout)}
    assert "1 authenticator apps" in told["factors"]["words"]["en"]


def test_a_user_is_made_once(lotse: Lotse) -> None:
    """Somebody who can sign in is made; a second one of that address, a short password, an unknown role are refused."""
    assert lotse("publish").exit_code == Exit.OK
    made = lotse("user", "create", "It@Example.com", "--role", "administrator", "--password", "a long enough one")
    assert made.exit_code == Exit.OK
    again = lotse("user", "create", "it@example.com", "--password", "a long enough one")
    assert again.exit_code == Exit.REFUSED
    assert "exists already" in again.stderr
    assert lotse("user", "create", "b@example.com", "--password", "short").exit_code == Exit.REFUSED
    unknown = lotse("user", "create", "b@example.com", "--role", "kaiser", "--password", "a long enough one")
    assert unknown.exit_code == Exit.REFUSED
    assert "administrator" in unknown.stderr
    assert lotse("user", "create", "no address", "--password", "a long enough one").exit_code == Exit.REFUSED


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LOTSE_DATABASE_URL", "mysql://x"),
        ("LOTSE_PORT", "eighty"),
        ("LOTSE_SECRET_KEY", "short"),
        ("LOTSE_TIME_ZONE", "Mars/Olympus"),
        ("LOTSE_METADATA", "not/there"),
        ("LOTSE_WORKER", "2"),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    lotse: Lotse, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """A setting that doesn't fit ends every command with 3 and a sentence that names it."""
    monkeypatch.setenv(variable, value)
    ended = lotse("check")
    assert ended.exit_code == Exit.CANNOT_START
    assert variable in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_a_database_with_which_nothing_can_be_done(
    lotse: Lotse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing file, a file that is no database, a newer one: one sentence, exit code 3, nothing served."""
    missing = lotse("export", str(tmp_path / "out"))
    assert missing.exit_code == Exit.CANNOT_START
    other = tmp_path / "other.sqlite"
    other.write_text("this is no database, and long enough to be read as a page " * 40)
    monkeypatch.setenv("LOTSE_DATABASE_URL", f"sqlite:///{other}")
    assert lotse("run").exit_code == Exit.CANNOT_START
    newer = tmp_path / "newer.sqlite"
    monkeypatch.setenv("LOTSE_DATABASE_URL", f"sqlite:///{newer}")
    assert lotse("publish").exit_code == Exit.OK
    with sqlite3.connect(newer) as connection:
        connection.execute("update sys_installation set schema_version = 999")
    connection.close()
    refused = lotse("run")
    assert refused.exit_code == Exit.CANNOT_START
    assert "newer" in refused.stderr
    assert lotse("doctor").exit_code == Exit.CANNOT_START


def test_a_port_in_use_is_said(lotse: Lotse) -> None:
    """A port that something listens on already is a sentence with another port in it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = lotse("run", "--port", str(port))
    assert ended.exit_code == Exit.CANNOT_START
    assert str(port + 1) in ended.stderr
    public = lotse("run", "--demo", "--host", "0.0.0.0")
    assert public.exit_code == Exit.CANNOT_START


def test_help_has_examples_for_every_command(lotse: Lotse) -> None:
    """Each command says what it is for and shows how it is typed; an unknown option ends with 2."""
    for name in main.commands:
        told = lotse(name, "--help")
        assert told.exit_code == Exit.OK
        assert name == "user" or "Example" in told.stdout
    assert "Exit codes" in lotse("--help").stdout
    assert lotse("check", "--colour").exit_code == Exit.USAGE

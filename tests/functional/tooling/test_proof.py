"""The page of proofs says of each proof whether it held, whatever it is called."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from tools.proof import ROOT, rows

_TESTS = """
import pytest
from tests.support.proof import Tally

@pytest.mark.parametrize("name", ["a leak (of last year)", "a floor"])
def test_proof(name):
    tally = Tally(name)
    tally.add("cases", 3)
    tally.report(cases=4 if name == "a floor" else 3)
"""


def test_a_proof_that_held_is_known_from_one_that_did_not(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(_TESTS, encoding="utf-8")
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_runtest_logreport\n", encoding="utf-8")
    log = tmp_path / "log"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path, "-c", os.devnull]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LOTSE_PROOF_LOG": str(log)}
    environment = {name: value for name, value in environment.items() if not name.startswith("PYTEST_")}
    ended = subprocess.run([*command, tmp_path], env=environment, capture_output=True, text=True, check=False)
    assert "1 failed, 1 passed" in ended.stdout, ended.stdout + ended.stderr
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    found = dict(rows(entries, date(2026, 11, 26)))
    assert "| yes | 2026-11-26 |" in found["a leak (of last year)"]
    assert "| **no** | 2026-11-26 |" in found["a floor"]

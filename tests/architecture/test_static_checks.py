"""Runs what `make check` runs, so that nothing lands without it."""

from __future__ import annotations

import pytest

from tools import check


@pytest.mark.parametrize("one", check.applicable(), ids=lambda one: one.name)
def test_static_check(one: check.Check) -> None:
    ended = check.run(one)
    assert ended.returncode == 0, ended.stdout

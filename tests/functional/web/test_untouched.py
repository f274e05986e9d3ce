"""Whoever opens a mask and saves it as it is has changed nothing, and the history says nothing of him."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from sqlalchemy import func, select

from app.system.history import HISTORY
from bench.client import forms_of
from tests.support.site import Site

_KEEPER: Final = "crm_manager"
_FORM: Final = "application/x-www-form-urlencoded"
#: Records of each entity.
_MANY: Final = 4


def _written(site: Site) -> int:
    with site.installation.database.read() as connection:
        return connection.execute(select(func.count()).select_from(HISTORY)).scalar_one()


def test_a_mask_that_is_saved_as_it_is_changes_nothing(full_site: Site) -> None:
    """Of every entity of the shipped documents that people may change."""
    visitor, before, saved = full_site.visitor(_KEEPER), _written(full_site), 0
    changed = []
    for entity in full_site.installation.snapshot.model.entities:
        for record in range(1, _MANY + 1):
            page = visitor.get(f"/r/{entity}/{record}/edit")
            mask = next((form for form in forms_of(page.text) if form.action.endswith("/edit")), None)
            if page.status_code != 200 or mask is None:
                continue
            answer = visitor.client.post(mask.action, data=urlencode(mask.filled()), content_type=_FORM)
            assert answer.status_code == 303, (mask.action, answer.status_code)
            saved, now = saved + 1, _written(full_site)
            changed += [mask.action] if now != before else []
            before = now
    assert changed == []
    assert saved > 40

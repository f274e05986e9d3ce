"""Somebody with narrow rights beside somebody who sees everything: what twenty field rules and a territory cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: The role with the rules, and who has it.
ROLE: Final = "territory"
EMAIL: Final = "territory@example.com"
_FIELDS: Final = (
    *("last_name", "first_name", "company", "email", "phone", "city", "country", "status", "segment", "revenue"),
    *("birthday", "notes", "keeper", "owner", "team", "created_at", "created_by", "updated_at", "updated_by", "title"),
)
#: True of every record of the bench, so that both people see the same rows; the database can't know it.
_TERRITORY: Final = 'owner is empty or owner = me() or country in ("de", "it", "nl")'


def narrow_role() -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """Return the document of a role that says something about twenty fields and sees its territory only."""
    assert len(_FIELDS) == 20
    label = {"de": "Gebiet", "en": "Territory"}
    verbs = dict.fromkeys(("create", "read", "update", "retire"), True)
    scope = {"where": _TERRITORY}
    contact = {
        **verbs,
        "read": scope,
        "update": scope,
        "fields": {key: "read" if key.startswith(("created", "updated")) else "write" for key in _FIELDS},
    }
    body = {"label": label, "capabilities": ["export"], "entities": {"*": verbs, "contact": contact}}
    return {("roles", ROLE): body}

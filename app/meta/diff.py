"""What differs between two configurations, in words and by weight."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from app.meta.compare.change import Change, Weight
from app.meta.compare.entities import entity_changes, option_changes
from app.meta.compare.roles import role_changes
from app.meta.compare.screens import menu_changes, screen_changes
from app.meta.model import Model

_EMPTY: Final = Model("", *(MappingProxyType({}) for _ in range(8)))  # type: ignore[arg-type]


def diff(old: Model | None, new: Model) -> tuple[Change, ...]:
    """Return what publishing a configuration would change.

    Args:
        old: the configuration in force, or None before the first publish.
        new: the candidate.

    Returns:
        The changes, option lists and entities first, what people see of them after that.
    """
    before = _EMPTY if old is None else old
    if before is new:
        return ()
    return (
        *option_changes(before.options, new.options),
        *entity_changes(before.entities, new.entities),
        *screen_changes(before, new),
        *menu_changes(before.menus, new.menus),
        *role_changes(before, new),
    )


__all__ = ["Change", "Weight", "diff"]

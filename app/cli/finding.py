"""What is found out about an installation: one sentence each, with how bad it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.language import Label


class Gravity(StrEnum):
    """How bad a finding is."""

    FINE = "fine"
    TOLD = "told"  # neither good nor bad, good to know
    WARNING = "warning"  # works, and somebody should do something about it
    ERROR = "error"  # unsafe, or the product can't start


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report.

    Args:
        name: what was looked at; stable, for programs.
        gravity: how bad it is.
        words: what was found, and what to do where it isn't fine.
    """

    name: str
    gravity: Gravity
    words: Label

    @property
    def fine(self) -> bool | None:
        """Return True, False, or None for something that is only told."""
        if self.gravity is Gravity.TOLD:
            return None
        return self.gravity is Gravity.FINE


def fine(name: str, words: Label) -> Finding:
    """Return a finding about which nothing has to be done."""
    return Finding(name, Gravity.FINE, words)


def told(name: str, words: Label) -> Finding:
    """Return something that is good to know."""
    return Finding(name, Gravity.TOLD, words)


def warning(name: str, words: Label) -> Finding:
    """Return a finding about which somebody should do something."""
    return Finding(name, Gravity.WARNING, words)


def error(name: str, words: Label) -> Finding:
    """Return a finding with which the product isn't safe or doesn't start."""
    return Finding(name, Gravity.ERROR, words)

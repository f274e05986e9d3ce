"""What the server's workers load: the application, with the demo company's people where they are wanted."""

from __future__ import annotations

import ctypes
import gc
import os
from datetime import timedelta
from typing import Final

from flask import Flask

from app.config import read_settings
from app.demo.people import DEMO_PASSWORD, DEMO_USERS
from app.factory import create_app
from app.meta.structure import forget_checkers
from app.system import delegations, password_links, sessions, upkeep
from app.system.upkeep import Task, Upkeep
from app.web.lifecycle import DemoAccount, running

#: How a worker finds `application`.
TARGET = "app.cli.serving:application"
#: What every serving process looks after; one of them does it.
UPKEEP_TASKS: Final[tuple[Task, ...]] = (
    *upkeep.TASKS,
    Task("sessions", timedelta(hours=1), sessions.forget),
    Task("password_links", timedelta(hours=1), password_links.forget),
    Task("delegations", timedelta(days=1), delegations.forget),
)
#: Objects made before the youngest are looked through for circles.
_ALLOCATIONS: Final = 20_000


def demo_accounts() -> tuple[DemoAccount, ...]:
    """Return the people that the sign-in page offers in demo mode."""
    return tuple(DemoAccount(u.email, DEMO_PASSWORD, u.name, u.label) for u in DEMO_USERS if u.shown)


def application() -> Flask:
    """Build the application of a worker, with the settings of its environment."""
    app = create_app(read_settings(os.environ), demo_accounts=demo_accounts())
    with app.app_context():
        Upkeep(running().database, UPKEEP_TASKS).start()
    _give_back_memory()
    # The configuration stays for as long as the worker does; without this, the collector would look through all of it
    # again and again, the longer the more entities there are.
    gc.freeze()
    # A page makes thousands of small objects that die with it; looking for circles among them every 700 is in vain.
    gc.set_threshold(_ALLOCATIONS, 20, 20)
    return app


def _give_back_memory() -> None:
    """Return to the system what only the start needed: compiled schemas are the largest part, some ten megabytes."""
    forget_checkers()
    gc.collect()
    # Of the usual C libraries only glibc keeps freed memory until it is told not to.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)

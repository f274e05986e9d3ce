"""`lotse run`: from nothing to a serving product."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import Final

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from app.access.actor import PRODUCT
from app.changes.publish import publish
from app.cli.console import Console, guarded
from app.cli.demo import told
from app.cli.installation import documents_of, opened
from app.cli.safety import require_safe
from app.cli.serving import TARGET
from app.config import Settings, read_settings
from app.demo.load import DemoRefused, load_demo
from app.errors import CannotStart
from app.language import Label
from app.runtime.start import ready
from app.runtime.store import Store
from app.storage.database import Database
from app.system.breaches import breaches_of
from app.system.head import head_id
from app.system.install import create_schema

_PUBLISHING: Final = Label("Die ausgelieferten Dokumente werden veröffentlicht …", "Publishing the shipped documents …")
_THERE: Final = Label(
    "Es gibt schon Datensätze; sie bleiben, wie sie sind.", "There are records already; they stay as they are."
)
_SERVING: Final = Label("Lotse läuft auf {url} – Strg+C beendet.", "Lotse is running at {url} – Ctrl+C stops it.")
_IN_USE: Final = Label(
    "Auf {host}:{port} läuft schon etwas. Beenden Sie es oder nehmen Sie einen anderen Port: lotse run --port {other}",
    "Something is running on {host}:{port} already. Stop it or take another port: lotse run --port {other}",
)


@click.command("run")
@click.option("--demo", is_flag=True, help="Load the demo company first, and offer its people on the sign-in page.")
@click.option("--host", help="Address to listen on (LOTSE_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port (LOTSE_PORT).")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; more than one on PostgreSQL (LOTSE_WORKERS).")
@guarded
def run_command(console: Console, *, demo: bool, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve. A database without a revision gets the shipped documents first.

    \b
    Examples:
      lotse run --demo
      LOTSE_DATABASE_URL=postgresql+psycopg://lotse@localhost/lotse lotse run --workers 4
    """
    chosen = {"LOTSE_HOST": host, "LOTSE_PORT": port, "LOTSE_WORKERS": workers, "LOTSE_DEMO": "1" if demo else None}
    environment = {**console.environment, **{name: str(v) for name, v in chosen.items() if v is not None}}
    settings = read_settings(environment)
    require_safe(settings, environment)
    breaches_of(settings)
    _port_must_be_free(settings)
    with opened(settings, create=True) as (database, store):
        _prepare(console, settings, database, store, demo=demo)
        ready(database, settings.time_zone)
    _serve(console, settings, environment)


def _port_must_be_free(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as taken:
            other = settings.port + 1
            raise CannotStart(_IN_USE.format(host=settings.host, port=settings.port, other=other)) from taken


def _prepare(console: Console, settings: Settings, database: Database, store: Store, *, demo: bool) -> None:
    create_schema(database)
    with database.read() as connection:
        head = head_id(connection)
    if head is None:
        console.say(_PUBLISHING)
        publish(database, store, documents_of(settings), PRODUCT, "lotse run")
    if demo:
        _load(console, database, store)


def _load(console: Console, database: Database, store: Store) -> None:
    """Load the demo company into a database without records; a second start finds it there."""
    try:
        load_demo(database, store, progress=told(console))
    except DemoRefused:
        console.say(_THERE)


def _serve(console: Console, settings: Settings, environment: Mapping[str, str]) -> None:
    os.environ.update(environment)  # the workers are processes of their own and read their settings again
    console.say(_SERVING, url=f"http://{settings.host}:{settings.port}")
    server = Granian(
        TARGET,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=settings.workers,
        blocking_threads=settings.threads,
        websockets=False,
        log_level=LogLevels.warning,
        process_name="lotse",
    )
    server.serve()

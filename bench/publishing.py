"""How long a new field takes: from the moment a publish begins until another process shows the field in its mask."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from app.runtime.store import Store
from app.storage.database import open_database
from bench.client import Client
from bench.lotse import put_in_force

_TIMES: Final = 7
_RECORD: Final = "/r/contact/1/edit"


def seconds_to_publish(url: str, metadata: Path, client: Client, times: int = _TIMES) -> float:
    """Return the median of several publishes of one new field each.

    Args:
        url: the database that the other process serves.
        metadata: the documents in force; each publish adds a field to the contacts' entity and mask.
        client: a visitor of the other process.
        times: how many fields.
    """
    database = open_database(url)
    try:
        store = Store(database)
        put_in_force(database, store, metadata)  # nothing is different yet; the revision in force is in memory now
        client.get(_RECORD)
        found = []
        for number in range(times):
            _add_field(metadata, f"extra_{number}")
            started = time.perf_counter()
            put_in_force(database, store, metadata)
            while f'name="extra_{number}"' not in client.get(_RECORD).text:
                if time.perf_counter() - started > 60:
                    raise RuntimeError("the other process doesn't serve the new revision")
            found.append(time.perf_counter() - started)
        return statistics.median(found)
    finally:
        database.close()


def _add_field(metadata: Path, key: str) -> None:
    label = {"de": f"Zusatz {key}", "en": f"Extra {key}"}

    def entity(document: dict[str, Any]) -> None:
        document["properties"][key] = {"type": "string", "maxLength": 100, "x-crm": {"label": label}}

    def mask(document: dict[str, Any]) -> None:
        document["tabs"][0]["sections"][0]["elements"].append({"id": key, "field": key})

    _change(metadata / "entities" / "contact.json", entity)
    _change(metadata / "forms" / "contact.main.json", mask)


def _change(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")

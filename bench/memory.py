"""What one worker needs with the shipped documents and the demo company, after people have worked with all of it.

What is installed counts too, since some packages load whatever they find.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from app.demo.load import load_demo
from app.runtime.store import Store
from app.storage.database import open_database
from bench import servers
from bench.lotse import add_person, put_in_force

_SHIPPED: Final = Path(__file__).resolve().parent.parent
_PAGES: Final = 100
_LINK: Final = re.compile(r'href="(/(?:e|r|report|dashboard)/[\w./-]+)"')


def megabytes(folder: Path, python: Path) -> float:
    """Return the resident memory of a worker after a hundred different pages.

    Args:
        folder: where its database goes.
        python: the interpreter, which decides which packages there are.
    """
    url = f"sqlite:///{folder / 'shipped.sqlite'}"
    database = open_database(url, create=True)
    store = Store(database)
    put_in_force(database, store, _SHIPPED / "metadata", _SHIPPED / "plugins")
    load_demo(database, store)
    add_person(database, "administrator", "crm_manager", "sales", "marketing", "management")
    database.close()
    _after_a_walk(url, python)  # whoever is the first to use a new environment compiles it, in memory of his own
    return _after_a_walk(url, python)


def _after_a_walk(url: str, python: Path) -> float:
    with servers.lotse(url, _SHIPPED / "metadata", _SHIPPED / "plugins", python=python) as served:
        waiting, seen = ["/"], {"/"}
        for _ in range(_PAGES):
            page = served.client.get(waiting.pop(0))
            if page.headers.get("content-type", "").startswith("text/html"):
                new = [link for link in _LINK.findall(page.text) if link not in seen]
                seen.update(new)
                waiting.extend(dict.fromkeys(new))
            if not waiting:
                break
        return resident(served.worker()) / 1024


def resident(process: int) -> int:
    """Return the resident memory of a process in KiB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])

"""Where tests write: into memory, where the machine has enough of it to lend.

Hundreds of databases are made and dropped in a run. On a disk, making one on PostgreSQL costs a quarter of a second of
work; in memory it costs a twentieth of that. Nothing that a test writes has to outlive it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

_MEMORY: Final = Path("/dev/shm")
#: So many bytes have to be free; a run needs a third of it at most.
_LEAST_FREE: Final = 3 * 2**30


def use_memory() -> None:
    """Have this process and those that it starts write into memory, unless `$TMPDIR` says where to."""
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK | os.X_OK):
        return
    if shutil.disk_usage(_MEMORY).free >= _LEAST_FREE:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None  # it is looked up anew

"""`python -m bench`: measure, print the table, write it to `bench/results.md`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench import runs
from bench.data import World
from bench.pages import cases
from bench.profiling import profile
from bench.results import Line, document, table

#: Contacts, and how many times as many a full run looks at, too.
_USUAL: Final = 100_000
_FULL: Final = 10
_TIMES: Final = 200
_STARTS: Final = 5
_RESULTS: Final = Path(__file__).resolve().parent / "results.md"
_OTHERS: Final = ("publish", "rush", "rights", "growth", "entities", "memory")


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    names = [case.key for case in cases(World(100), 1)]
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--full", action="store_true", help="ten times as many contacts too: a million; about three quarters of an hour"
    )
    parser.add_argument("--rows", type=int, help="so many contacts instead; the results go to the screen only")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--only", action="append", default=[], choices=[*names, *_OTHERS], help="only this; repeatable")
    parser.add_argument("--times", type=int, default=_TIMES, help="requests of each quick page")
    parser.add_argument("--starts", type=int, default=_STARTS, help="in so many starts of both applications")
    parser.add_argument("--out", type=Path, help="where the table goes")
    parser.add_argument("--profile", choices=names, help="only say where the time of a Lotse page goes")
    parser.add_argument("--sort", choices=("tottime", "cumtime"), default="tottime", help="order of the profile")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure.

    Args:
        arguments: of the command line; None for the program's own.
    """
    given = _parsed(arguments)
    with tempfile.TemporaryDirectory(prefix="lotse-bench-") as name:
        folder = Path(name)
        if given.profile:
            kind = "postgresql" if given.database == "postgresql" else "sqlite"
            with runs.databases(kind, folder) as make:
                print(profile(make("profile"), World(given.rows or 20_000), given.profile, given.sort))
            return 0
        wanted = runs.Wanted(folder, frozenset(given.only), given.times, given.starts, _say)
        kinds = ("sqlite", "postgresql") if given.database == "both" else (given.database,)
        lines = _measured(wanted, kinds, _worlds(given), quick=given.rows is not None)
    print(table(lines))
    whole = not given.only and given.rows is None and given.database == "both"
    out = given.out or (_RESULTS if whole else None)
    if out is not None:
        out.write_text(document(lines, given.times, given.starts, datetime.now(UTC).date()), encoding="utf-8")
        _say(f"written to {out.name}")
    return 0


def _worlds(given: argparse.Namespace) -> tuple[World, ...]:
    usual = World(int(given.rows or _USUAL))
    return (usual, World(usual.contacts_drawn, copies=_FULL)) if given.full else (usual,)


def _measured(wanted: runs.Wanted, kinds: Sequence[str], worlds: Sequence[World], *, quick: bool) -> list[Line]:
    lines: list[Line] = []
    for kind in kinds:
        with ExitStack() as stack:
            make = stack.enter_context(runs.databases(kind, wanted.folder))
            urls = []
            for world in worlds:
                found, url = runs.side_by_side(wanted, kind, make, world)
                lines += found
                urls.append(url)
            if len(worlds) == 2 and wanted.has("growth"):
                lines += runs.growth(wanted, kind, (worlds[0], urls[0]), (worlds[1], urls[1]))
            if wanted.has("entities") and not quick:
                lines += runs.thousand_entities(wanted, kind, make)
    if wanted.has("memory") and not quick:
        lines += runs.worker_memory(wanted)
    return lines


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

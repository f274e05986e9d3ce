"""`lotse verify`: whether the history is what was written."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import click
import orjson

from app.cli.console import Console, Exit, as_json, guarded, machine_option
from app.cli.installation import opened
from app.errors import CannotStart
from app.language import Label
from app.records.altered import Altered, altered
from app.records.miscomputed import miscomputed
from app.records.unrecorded import Unrecorded, unrecorded
from app.system.install import require_schema
from app.system.verify import Flaw, Walked, flaws

#: Findings that are told one by one; where everything was rewritten, more say nothing new.
_MOST: Final = 200
_FINE: Final = Label(
    "Die Historie ist unversehrt: {rows} Einträge in {links} Gliedern, das letzte ist {seq}.",
    "The history is intact: {rows} rows in {links} links, the last one is {seq}.",
)
_WRONG: Final = Label(
    "Die Historie ist nicht, was geschrieben wurde. Heben Sie die Datenbank auf, wie sie ist, und vergleichen Sie sie "
    "mit der letzten Sicherung.",
    "The history isn't what was written. Keep the database as it is, and compare it with the last backup.",
)
_LINK: Final = Label("Glied {seq}", "link {seq}")
_UNRECORDED: Final = Label(
    "Hat Version {version}, die Historie endet bei {noted}: an ihr vorbei geändert, oder sie ist weg.",
    "Has version {version}, its history ends at {noted}: changed past it, or it is gone.",
)
_ALTERED: Final = Label(
    "Der Wert ist nicht der letzte seiner Historie: in der Datenbank geändert, an Lotse vorbei.",
    "The value isn't the last one of its history: changed in the database, past Lotse.",
)
_MISCOMPUTED: Final = Label(
    "Der Wert ist nicht, was seine Formel oder Zusammenfassung ergibt: in der Datenbank geändert, an Lotse vorbei.",
    "The value isn't what its formula or roll-up gives: changed in the database, past Lotse.",
)
_BAD_ANCHOR: Final = Label(
    "„{path}“ ist kein Anker von „lotse verify“. Nennen Sie die Datei, die ein früherer Lauf geschrieben hat, oder "
    "eine neue.",
    "“{path}” isn't an anchor of “lotse verify”. Name the file that an earlier run wrote, or a new one.",
)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is wrong, of each sort; false where all is well."""

    flaws: list[Flaw]
    unrecorded: list[Unrecorded]
    altered: list[Altered]
    miscomputed: list[Altered]

    def __bool__(self) -> bool:
        return bool(self.flaws or self.unrecorded or self.altered or self.miscomputed)


@click.command("verify")
@click.option(
    "--anchor",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File outside the database that keeps the chain's head: compared where it exists, then written.",
)
@machine_option
@guarded
def verify_command(console: Console, *, anchor: Path | None) -> None:
    """Check the history: every link of the chain, every row, value and erasure, and every record and computed value.

    Finds what was changed, deleted, inserted, swapped or cut off, and says where. That the end of the chain was cut
    off together with its rows and records can only be found with an anchor from before. Needs the LOTSE_SECRET_KEY with
    which the history was written. Ends with 0 where all is well, with 1 where it isn't.

    \b
    Examples:
      lotse verify
      lotse verify --anchor /mnt/elsewhere/lotse.anchor
    """
    noted = _read(anchor)
    walked = Walked()
    with opened(console.settings()) as (database, store), database.read() as connection:
        require_schema(connection, database.url)
        snapshot = store.snapshot(connection)
        found = _Found(
            list(islice(flaws(connection, database.seal, walked, noted), _MOST)),
            list(islice(unrecorded(connection, snapshot), _MOST)),
            list(islice(altered(connection, snapshot), _MOST)),
            list(islice(miscomputed(connection, snapshot), _MOST)),
        )
    _tell(console, walked, found)
    if found:
        sys.exit(Exit.REFUSED)
    if anchor is not None:
        _write(anchor, walked)


def _tell(console: Console, walked: Walked, found: _Found) -> None:
    for flaw in found.flaws:
        link = "" if flaw.seq is None else _LINK.format(seq=flaw.seq).text(console.locale)
        where = "  ".join(part for part in (link, flaw.place, flaw.subject, flaw.at) if part)
        _line(console, where, flaw.code, flaw.message)
    for one in found.unrecorded:
        words = _UNRECORDED.format(version=one.version or "–", noted=one.noted or "–")
        _line(console, f"{one.entity}/{one.record_id}", "record.unrecorded", words)
    for code, words, values in (
        ("altered", _ALTERED, found.altered),
        ("miscomputed", _MISCOMPUTED, found.miscomputed),
    ):
        for value in values:
            _line(console, f"{value.entity}/{value.record_id}.{value.field}", f"value.{code}", words)
    if found:
        console.say(_WRONG)
    else:
        console.say(_FINE, rows=walked.rows, links=walked.links, seq=walked.seq)
    console.answer(
        {
            "intact": not found,
            "rows": walked.rows,
            "links": walked.links,
            "head": {"seq": walked.seq, "hash": walked.hash},
            "flaws": [_as_json(flaw) for flaw in found.flaws],
            "unrecorded": [
                {"entity": o.entity, "record": o.record_id, "version": o.version, "noted": o.noted}
                for o in found.unrecorded
            ],
            "altered": [_place(value) for value in found.altered],
            "miscomputed": [_place(value) for value in found.miscomputed],
        }
    )


def _place(value: Altered) -> dict[str, Any]:
    return {"entity": value.entity, "record": value.record_id, "field": value.field}


def _line(console: Console, where: str, code: str, words: Label) -> None:
    console.line(f"{click.style('✗', fg='red')} {where}  [{code}]\n    {words.text(console.locale)}")


def _as_json(flaw: Flaw) -> dict[str, Any]:
    where = {"seq": flaw.seq, "place": flaw.place, "subject": flaw.subject, "at": flaw.at}
    return {"code": flaw.code, **where, "message": as_json(flaw.message)}


def _read(anchor: Path | None) -> tuple[int, str] | None:
    if anchor is None or not anchor.exists():
        return None
    try:
        noted = orjson.loads(anchor.read_bytes())
        return int(noted["seq"]), str(noted["hash"])
    except (OSError, ValueError, KeyError, TypeError) as strange:
        raise CannotStart(_BAD_ANCHOR.format(path=anchor)) from strange


def _write(anchor: Path, walked: Walked) -> None:
    """Write the head beside the anchor first, so that a crash leaves the earlier one."""
    fresh = anchor.with_name(f"{anchor.name}.new")
    try:
        fresh.write_bytes(orjson.dumps({"seq": walked.seq, "hash": walked.hash}))
        fresh.replace(anchor)
    except OSError as refused:
        raise CannotStart(_BAD_ANCHOR.format(path=anchor)) from refused

"""`lotse check`, `plan`, `publish` and `export`: from files to the revision in force, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from app.access.actor import PRODUCT
from app.changes.export import export
from app.changes.plan import Plan, plan
from app.changes.publish import publish
from app.cli.console import Console, as_json, guarded, machine_option
from app.cli.installation import documents_of, opened
from app.errors import InvalidMetadata, Severity
from app.language import Label
from app.meta.compile import compile_model
from app.meta.layers import merge
from app.system.install import create_schema

_FINE: Final = Label(
    "{count} Dokumente geprüft: alles in Ordnung.", "{count} documents checked: everything is in order."
)
_PROBLEMS: Final = Label(
    "{errors} Fehler, {warnings} Hinweise in {count} Dokumenten.",
    "{errors} errors, {warnings} warnings in {count} documents.",
)
_NOTHING: Final = Label(
    "Nichts zu tun: Die Datenbank hat schon diesen Stand.",
    "Nothing to do: the database is at this state already.",
)
_CHANGES: Final = Label("Änderungen:", "Changes:")
_DDL: Final = Label("In der Datenbank:", "In the database:")
_BASE: Final = Label(
    "Das gilt für Revision {base}; `lotse publish --base {base}` veröffentlicht nur, solange sie gilt.",
    "This is about revision {base}; `lotse publish --base {base}` publishes only as long as it is in force.",
)
_PUBLISHED: Final = Label(
    "Revision {revision} gilt jetzt ({changes} Änderungen, {seconds:.2f} s).",
    "Revision {revision} is in force now ({changes} changes, {seconds:.2f} s).",
)
_EXPORTED: Final = Label("{count} Dateien nach „{path}“ geschrieben.", "{count} files written to “{path}”.")
_FOLDER: Final = click.Path(file_okay=False, path_type=Path)


@click.command("check")
@click.argument("folder", required=False, type=_FOLDER, metavar="[DIR]")
@machine_option
@guarded
def check_command(console: Console, folder: Path | None) -> None:
    """Say everything that is wrong with the documents in DIR, by default those of LOTSE_METADATA.

    The plugins' documents are laid over them. Nothing is changed, and no database is needed.

    \b
    Examples:
      lotse check
      lotse check company/metadata --json
    """
    documents = documents_of(console.settings(), folder)
    effective, issues = merge(documents)
    found = (*issues, *compile_model(effective).issues)
    if any(issue.severity is Severity.ERROR for issue in found):
        errors = sum(issue.severity is Severity.ERROR for issue in found)
        console.say(_PROBLEMS, errors=errors, warnings=len(found) - errors, count=len(documents))
        raise InvalidMetadata(found)
    console.issues(found)
    console.say(_FINE, count=len(documents))
    console.answer({"documents": len(documents), "issues": as_json(found)})


@click.command("plan")
@machine_option
@guarded
def plan_command(console: Console) -> None:
    """Say what `publish` would change, in words and in SQL.

    \b
    Examples:
      lotse plan
      LOTSE_METADATA=company/metadata lotse plan --json
    """
    settings = console.settings()
    documents = documents_of(settings)
    with opened(settings, create=True) as (database, store):
        create_schema(database)
        with database.read() as connection:
            made = plan(connection, store, documents)
    _tell(console, made)
    if made.objections:
        raise InvalidMetadata(made.objections)


def _tell(console: Console, made: Plan) -> None:
    if made.empty:
        console.say(_NOTHING)
    if made.changes:
        console.say(_CHANGES)
        for change in made.changes:
            console.line(f"  {change.words.text(console.locale)}")
    if made.ddl:
        console.say(_DDL)
        for step in made.ddl:
            console.line(f"  {step.sql}")
    if not made.empty and made.base is not None:
        console.say(_BASE, base=made.base)
    console.issues(made.warnings)
    if not made.objections:
        console.answer(
            {
                "base": made.base,
                "empty": made.empty,
                "changes": [{"subject": str(c.subject), "words": as_json(c.words)} for c in made.changes],
                "ddl": [step.sql for step in made.ddl],
            }
        )


@click.command("publish")
@click.option("-m", "--message", default="lotse publish", show_default=True, help="What this change is.")
@click.option(
    "--base", type=click.IntRange(min=1), help="The revision that `plan` was about; refused after another one."
)
@machine_option
@guarded
def publish_command(console: Console, message: str, base: int | None) -> None:
    """Put the documents in force, in one step that is done wholly or not at all.

    Nothing in the database is ever dropped: what a document no longer names keeps its values.

    \b
    Examples:
      lotse publish -m "Add the field loading ramp"
      LOTSE_METADATA=company/metadata lotse publish --base 12
    """
    settings = console.settings()
    documents = documents_of(settings)
    with opened(settings, create=True) as (database, store):
        done = publish(database, store, documents, PRODUCT, message, base=base)
    if done.changes or done.ddl:
        for change in done.changes:
            console.line(f"  {change.words.text(console.locale)}")
        console.say(_PUBLISHED, revision=done.revision, changes=len(done.changes), seconds=done.seconds)
    else:
        console.say(_NOTHING)
    console.answer({"revision": done.revision, "changes": len(done.changes), "ddl": [step.sql for step in done.ddl]})


@click.command("export")
@click.argument("folder", type=_FOLDER, metavar="DIR")
@machine_option
@guarded
def export_command(console: Console, folder: Path) -> None:
    """Write the documents in force to DIR, one file each; the same revision gives the same bytes.

    \b
    Example:
      lotse export company/metadata && git -C company diff
    """
    with opened(console.settings()) as (database, store), database.read() as connection:
        files = export(connection, store, folder)
    console.say(_EXPORTED, count=len(files), path=folder)
    console.answer({"files": [str(path) for path in files]})

"""The command `lotse`."""

from __future__ import annotations

import os

import click

from app.cli.backup import backup_command, restore_command, verify_backup_command
from app.cli.console import Console, spoken
from app.cli.demo import demo_command
from app.cli.doctor import doctor_command
from app.cli.documents import check_command, export_command, plan_command, publish_command
from app.cli.numbers import numbers_group
from app.cli.run import run_command
from app.cli.users import user_group
from app.cli.verify import verify_command
from app.system.install import PROGRAM


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(PROGRAM, prog_name="lotse")
@click.pass_context
def main(context: click.Context) -> None:
    """Lotse, the CRM that a company shapes itself.

    Settings come from the environment (LOTSE_DATABASE_URL, LOTSE_METADATA …; see docs/reference/settings.md).

    \b
    Exit codes:
      0  done
      1  refused: documents with errors, data that stand against a change, a backup that isn't sound
      2  an option or argument that isn't one
      3  can't start: a setting or database with which nothing can be done

    \b
    Examples:
      lotse run --demo
      lotse check metadata
      lotse plan && lotse publish -m "New field"
    """
    context.obj = Console(os.environ, spoken(os.environ))


for command in (
    run_command,
    check_command,
    plan_command,
    publish_command,
    export_command,
    demo_command,
    doctor_command,
    backup_command,
    restore_command,
    verify_backup_command,
    verify_command,
    numbers_group,
    user_group,
):
    main.add_command(command)

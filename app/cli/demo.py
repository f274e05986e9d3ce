"""`lotse demo`: the demo company's records."""

from __future__ import annotations

from typing import Final

import click

from app.cli.console import Console, guarded, machine_option
from app.cli.installation import opened
from app.demo.load import load_demo
from app.demo.world import Progress
from app.language import Label

_LOADED: Final = Label("{count} Datensätze geladen.", "{count} records loaded.")


@click.command("demo")
@click.option("--scale", type=click.IntRange(1, 1000), default=1, show_default=True, help="How many times as many.")
@machine_option
@guarded
def demo_command(console: Console, scale: int) -> None:
    """Load the demo company “Neckarwerk Servicetechnik GmbH” into a database without records.

    \b
    Examples:
      lotse demo
      LOTSE_DATABASE_URL=sqlite:////tmp/load.sqlite lotse demo --scale 20
    """
    with opened(console.settings()) as (database, store):
        counts = load_demo(database, store, scale=scale, progress=told(console))
    console.say(_LOADED, count=sum(counts.values()))
    console.answer(dict(counts))


def told(console: Console) -> Progress:
    """Return what tells the reader of each kind of record that was made."""

    def tell(what: Label, count: int) -> None:
        console.line(f"  {count:>7}  {what.text(console.locale)}")

    return tell

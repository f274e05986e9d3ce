"""`lotse user`: the first people of an installation; later ones are made in the console."""

from __future__ import annotations

from typing import Final

import click
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.cli.console import Console, Exit, guarded, machine_option
from app.cli.installation import opened
from app.language import LOCALES, Label, Locale
from app.runtime.start import ready
from app.system.people import create_user
from app.system.tables import User
from app.web.passwords import hashed, weakness

_MADE: Final = Label("„{email}“ kann sich jetzt anmelden.", "“{email}” can sign in now.")
_TAKEN: Final = Label(
    "„{email}“ gibt es schon. Nehmen Sie eine andere Adresse.", "“{email}” exists already. Take another address."
)
_UNKNOWN_ROLE: Final = Label(
    "Die Rolle „{role}“ gibt es nicht. Möglich sind: {known}.", "There is no role “{role}”. Possible are: {known}."
)
_EMAIL: Final = Label(
    "„{email}“ ist keine E-Mail-Adresse. Schreiben Sie sie wie anna@example.com.",
    "“{email}” is no e-mail address. Write it like anna@example.com.",
)


@click.group("user")
def user_group() -> None:
    """Make people who can sign in."""


@user_group.command("create")
@click.argument("email")
@click.option("--name", help="What colleagues call them; by default the part before the @.")
@click.option("--role", "roles", multiple=True, help="Key of a role; may be given several times.")
@click.option("--team", help="Name of the team; made where it is missing.")
@click.option("--locale", type=click.Choice(LOCALES), default="de", show_default=True, help="The language they read.")
@click.password_option(help="The password; asked for where it isn't given.")
@machine_option
@guarded
def create_command(
    console: Console,
    email: str,
    name: str | None,
    roles: tuple[str, ...],
    team: str | None,
    locale: Locale,
    password: str,
) -> None:
    """Make somebody who can sign in.

    \b
    Examples:
      lotse user create anna@example.com --name "Anna Berger" --role sales
      lotse user create it@example.com --role administrator --locale en
    """
    weak = weakness(password, (email, name or ""))
    if weak is not None:
        console.fail(weak, Exit.REFUSED)
    before, _, behind = email.strip().partition("@")
    if not before or "." not in behind or any(c.isspace() for c in email.strip()):
        console.fail(_EMAIL.format(email=email), Exit.REFUSED)
    settings = console.settings()
    with opened(settings) as (database, _):
        store = ready(database, settings.time_zone)
        try:
            with database.write() as connection:
                known = store.snapshot(connection).model.roles
                for role in roles:
                    if role not in known:
                        console.fail(_UNKNOWN_ROLE.format(role=role, known=", ".join(sorted(known))), Exit.REFUSED)
                taken = connection.execute(select(User.id).where(User.email == email.strip().lower())).first()
                if taken is not None:
                    console.fail(_TAKEN.format(email=email), Exit.REFUSED)
                made = create_user(connection, email, hashed(password), name or before, roles, team, locale)
        except IntegrityError:
            console.fail(_TAKEN.format(email=email), Exit.REFUSED)
    console.say(_MADE, email=email)
    console.answer({"id": made})

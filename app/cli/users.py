"""`lotse user`: the first people of an installation, and help for the last administrator; else the pages do it."""

from __future__ import annotations

from typing import Final

import click
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.access.actor import PRODUCT
from app.access.granting import PERSON
from app.cli.console import Console, Exit, guarded, machine_option
from app.cli.installation import opened
from app.language import LOCALES, Label, Locale
from app.runtime.start import ready
from app.system.accounts import account
from app.system.admission import take_factors_off
from app.system.breaches import breaches_of
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


_UNKNOWN: Final = Label(
    "„{email}“ gibt es nicht. Prüfen Sie die Schreibweise.", "There is no “{email}”. Check the spelling."
)
_FACTORS_OFF: Final = Label(
    "„{email}“ hat keinen zweiten Faktor mehr; alle Sitzungen sind beendet.",
    "“{email}” has no second factor any more; all sessions have ended.",
)
_NO_FACTORS: Final = Label("„{email}“ hatte keinen zweiten Faktor.", "“{email}” had no second factor.")


@click.group("user")
def user_group() -> None:
    """Make people who can sign in, and let them in again."""


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
    settings = console.settings()
    weak = weakness(password, (email, name or ""), breaches_of(settings).know)
    if weak is not None:
        console.fail(weak, Exit.REFUSED)
    before, _, behind = email.strip().partition("@")
    if not before or "." not in behind or any(c.isspace() for c in email.strip()):
        console.fail(_EMAIL.format(email=email), Exit.REFUSED)
    # Before the transaction: it takes a tenth of a second, and a product that is serving waits for it.
    stored = hashed(password)
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
                made = create_user(connection, email, stored, name or before, roles, team, locale)
        except IntegrityError:
            console.fail(_TAKEN.format(email=email), Exit.REFUSED)
    console.say(_MADE, email=email)
    console.answer({"id": made})


@user_group.command("remove-factors")
@click.argument("email")
@machine_option
@guarded
def remove_factors_command(console: Console, email: str) -> None:
    """Take the second factors of somebody off who lost them; all sessions of that person end.

    \b
    Example:
      lotse user remove-factors it@example.com
    """
    settings = console.settings()
    with opened(settings) as (database, _):
        store = ready(database, settings.time_zone)
        with database.write() as connection:
            wanted = select(User.id).where(User.email == email.strip().lower())
            user_id = connection.execute(wanted).scalar_one_or_none()
            stored = None if user_id is None else account(connection, PERSON, user_id)
            if stored is None:
                console.fail(_UNKNOWN.format(email=email), Exit.REFUSED)
            removed = take_factors_off(connection, store.snapshot(connection).model, PRODUCT, stored)
    console.say(_FACTORS_OFF if removed else _NO_FACTORS, email=email)
    console.answer({"removed": removed})

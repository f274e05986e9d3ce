"""How the command speaks: whole sentences in the reader's language, or JSON for a machine, and what it ends with."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, NoReturn, TypeVar

import click
import orjson

from app.config import Settings, read_settings
from app.demo.load import DemoRefused
from app.errors import BackupRefused, CannotStart, Conflict, Forbidden, InvalidMetadata, Issue, Severity
from app.language import Label, Locale

Command = TypeVar("Command", bound=Callable[..., Any])

#: Longest value of a pointer or sentence that a terminal line shows before it is broken by the terminal itself.
_MARKS: Final[Mapping[Severity, str]] = {Severity.ERROR: "✗", Severity.WARNING: "!"}
_COLOURS: Final[Mapping[Severity, str]] = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


class Exit(IntEnum):
    """What a command ends with; the same for every command."""

    OK = 0
    REFUSED = 1  # documents with errors, data that stand against a change
    USAGE = 2  # an option or argument that isn't one
    CANNOT_START = 3  # a setting or database with which nothing can be done


def spoken(environment: Mapping[str, str]) -> Locale:
    """Return the language of the terminal: LOTSE_LOCALE, else German where the system speaks it, else English."""
    chosen = environment.get("LOTSE_LOCALE")
    if chosen in ("de", "en"):
        return "de" if chosen == "de" else "en"
    system = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return "de" if system.lower().startswith("de") else "en"


@dataclass(frozen=True, slots=True)
class Console:
    """What every command is handed.

    Args:
        environment: variables by name; the settings are read from them.
        locale: the language to speak.
        machine: whether the answer is JSON on standard output; sentences then go nowhere.
    """

    environment: Mapping[str, str]
    locale: Locale
    machine: bool = False

    def settings(self) -> Settings:
        """Return the settings.

        Raises:
            CannotStart: one of them doesn't fit.
        """
        return read_settings(self.environment)

    def say(self, sentence: Label, **values: object) -> None:
        """Print a sentence."""
        if not self.machine:
            click.echo(sentence.format(**values).text(self.locale))

    def line(self, text: str) -> None:
        """Print a line that is the same in every language, such as a path or a statement."""
        if not self.machine:
            click.echo(text)

    def answer(self, value: Any) -> None:
        """Print the answer for a machine, where one asked."""
        if self.machine:
            click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode())

    def issues(self, issues: Iterable[Issue]) -> None:
        """Print every issue: where, what, what to do."""
        if self.machine:
            return
        for issue in issues:
            place = f"{issue.document}{'#' if issue.pointer else ''}{issue.pointer}"
            mark = click.style(_MARKS[issue.severity], fg=_COLOURS[issue.severity])
            click.echo(f"{mark} {click.style(place, bold=True)}  [{issue.code}]")
            click.echo(f"    {issue.message.text(self.locale)}")
            click.echo(f"    {issue.hint.text(self.locale)}")

    def fail(self, sentence: Label, code: Exit) -> NoReturn:
        """Say on standard error what went wrong, and end."""
        if self.machine:
            click.echo(orjson.dumps({"error": as_json(sentence)}).decode())
        click.echo(sentence.text(self.locale), err=True)
        sys.exit(code)


def as_json(value: Any) -> Any:
    """Return issues and labels as JSON carries them."""
    if isinstance(value, Label):
        return {"de": value.de, "en": value.en}
    if isinstance(value, Issue):
        return {
            "code": value.code,
            "document": value.document,
            "pointer": value.pointer,
            "severity": value.severity.value,
            "message": as_json(value.message),
            "hint": as_json(value.hint),
        }
    return [as_json(one) for one in value]


def guarded(command: Command) -> Command:
    """Turn every error that is raised on purpose into a sentence and an exit code."""

    @functools.wraps(command)
    def run(console: Console, *args: Any, **kwargs: Any) -> Any:
        try:
            return command(console, *args, **kwargs)
        except InvalidMetadata as invalid:
            console.issues(invalid.issues)
            console.answer({"issues": as_json(invalid.issues)})
            sys.exit(Exit.REFUSED)
        except (BackupRefused, Conflict, Forbidden, DemoRefused) as refused:
            console.fail(refused.message, Exit.REFUSED)
        except CannotStart as refused:
            console.fail(refused.message, Exit.CANNOT_START)

    return click.pass_obj(run)  # type: ignore[return-value]


def machine_option(command: Command) -> Command:
    """Add `--json` to a command whose answer a machine may read."""

    def switch(context: click.Context, parameter: click.Parameter, chosen: bool) -> None:
        if chosen:
            before: Console = context.obj
            context.obj = Console(before.environment, before.locale, machine=True)

    option = click.option("--json", is_flag=True, expose_value=False, callback=switch, help="Answer with JSON.")
    return option(command)

"""Triggers with which the database itself keeps tables that may only grow, on both databases.

Names are quoted by the dialect, values never appear. Every statement may be repeated: what is there already stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, cast, column, literal, select, table
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement

#: What the database says to whoever tries; the program itself never does.
_REFUSED: Final = "this table is append-only"
_NOT_ERASED: Final = "history values only go where their erasure is recorded"


#: Where the databases say which triggers there are.
_MASTER: Final = table("sqlite_master", column("name"), column("type"), column("tbl_name"))
_TRIGGER: Final = table("pg_trigger", column("tgname"), column("tgrelid"), column("tgenabled"))


class Deed(StrEnum):
    """What a trigger stands against; the value ends its name."""

    UPDATE = "update"
    DELETE = "delete"
    TRUNCATE = "truncate"  # PostgreSQL only


class Guard(ExecutableDDLElement):
    """A trigger that refuses one kind of deed on a table.

    Args:
        table: the table that is kept.
        deed: what is refused.
        erasures: table of the erasures that let fields of a body go; None where nothing may ever change.
    """

    def __init__(self, table: str, deed: Deed, erasures: str | None = None) -> None:
        self.name = f"{table}__no_{deed}"
        self.table = table
        self.deed = deed
        self.erasures = erasures if deed is not Deed.TRUNCATE else None


class RefusingFunction(ExecutableDDLElement):
    """The function of PostgreSQL that refuses whatever calls it."""

    name = "sys_append_only"


class ErasingFunction(ExecutableDDLElement):
    """The function of PostgreSQL that lets fields of a body go where their erasure is recorded.

    Args:
        erasures: table of the erasures.
    """

    name = "sys_only_erased"

    def __init__(self, erasures: str) -> None:
        self.erasures = erasures


def guard(connection: Connection, table: str, erasures: str | None = None) -> None:
    """Have the database refuse every change of a table's rows.

    Args:
        connection: an open transaction that may write.
        table: its name.
        erasures: for a table with a JSON object `body` by `token` and `number`: the table whose rows of `token`,
            `number` and `field` name the members that may go.
    """
    for statement in _statements(connection.dialect.name, table, erasures):
        connection.execute(statement)


def unguarded(connection: Connection, name: str) -> bool:
    """Return whether one of the triggers is missing, or switched off, that refuse changes of a table's rows."""
    statements = _statements(connection.dialect.name, name, None)
    wanted = {element.name for element in statements if isinstance(element, Guard)}
    if connection.dialect.name == "sqlite":
        known = select(_MASTER.c.name).where(_MASTER.c.type == "trigger", _MASTER.c.tbl_name == name)
    else:
        of_table = _TRIGGER.c.tgrelid == cast(literal(name), REGCLASS)
        known = select(_TRIGGER.c.tgname).where(of_table, _TRIGGER.c.tgenabled.in_(("O", "A")))
    return not wanted <= set(connection.execute(known).scalars())


def _statements(dialect: str, table: str, erasures: str | None) -> Iterator[ExecutableDDLElement]:
    if dialect == "postgresql":
        yield RefusingFunction()
        if erasures is not None:
            yield ErasingFunction(erasures)
    for deed in Deed:
        if deed is not Deed.TRUNCATE or dialect == "postgresql":
            yield Guard(table, deed, erasures)


@compiles(Guard, "sqlite")
def _guard_sqlite(element: Guard, compiler: Any, **_: object) -> str:
    quote = compiler.preparer.quote
    head = f"CREATE TRIGGER IF NOT EXISTS {quote(element.name)} BEFORE {element.deed.upper()} ON {quote(element.table)}"
    if element.erasures is None:
        return f"{head} BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    erased = (
        f"EXISTS (SELECT 1 FROM {quote(element.erasures)} e "  # noqa: S608  names are quoted
        "WHERE e.token = old.token AND e.number = old.number AND e.field = o.key)"
    )
    lost = f"EXISTS (SELECT 1 FROM json_each(old.body) o WHERE NOT {erased})"  # noqa: S608
    if element.deed is Deed.UPDATE:
        kept = "EXISTS (SELECT 1 FROM json_each(new.body) n WHERE n.key = o.key)"
        same = "EXISTS (SELECT 1 FROM json_each(old.body) o WHERE o.key = n.key AND o.value IS n.value)"
        lost = (
            "new.token IS NOT old.token OR new.number IS NOT old.number "  # noqa: S608
            f"OR EXISTS (SELECT 1 FROM json_each(new.body) n WHERE NOT {same}) "
            f"OR EXISTS (SELECT 1 FROM json_each(old.body) o WHERE NOT {kept} AND NOT {erased})"
        )
    return f"{head} WHEN {lost} BEGIN SELECT RAISE(ABORT, '{_NOT_ERASED}'); END"


@compiles(Guard, "postgresql")
def _guard_postgresql(element: Guard, compiler: Any, **_: object) -> str:
    quote = compiler.preparer.quote
    each = "STATEMENT" if element.deed is Deed.TRUNCATE else "ROW"
    function = RefusingFunction.name if element.erasures is None else ErasingFunction.name
    return (
        f"CREATE OR REPLACE TRIGGER {quote(element.name)} BEFORE {element.deed.upper()} ON {quote(element.table)} "
        f"FOR EACH {each} EXECUTE FUNCTION {quote(function)}()"
    )


@compiles(RefusingFunction, "postgresql")
def _refusing_function(element: RefusingFunction, compiler: Any, **_: object) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {compiler.preparer.quote(element.name)}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )


@compiles(ErasingFunction, "postgresql")
def _erasing_function(element: ErasingFunction, compiler: Any, **_: object) -> str:
    quote = compiler.preparer.quote
    erased = (
        f"EXISTS (SELECT 1 FROM {quote(element.erasures)} e "  # noqa: S608  names are quoted
        "WHERE e.token = OLD.token AND e.number = OLD.number AND e.field = o.key)"
    )
    return (
        f"CREATE OR REPLACE FUNCTION {quote(element.name)}() RETURNS trigger LANGUAGE plpgsql AS $$ "  # noqa: S608
        "DECLARE kept jsonb := '{}'; moved boolean := false; "
        "BEGIN "
        "IF TG_OP = 'UPDATE' THEN "
        "kept := NEW.body::jsonb; moved := NEW.token <> OLD.token OR NEW.number <> OLD.number; "
        "END IF; "
        "IF moved "
        "OR EXISTS (SELECT 1 FROM jsonb_each(kept) n WHERE (OLD.body::jsonb -> n.key) IS DISTINCT FROM n.value) "
        "OR EXISTS (SELECT 1 FROM jsonb_object_keys(OLD.body::jsonb) o(key) "
        f"WHERE NOT jsonb_exists(kept, o.key) AND NOT {erased}) "
        f"THEN RAISE EXCEPTION '{_NOT_ERASED}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; "
        "RETURN NEW; "
        "END $$"
    )

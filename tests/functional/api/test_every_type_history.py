"""Every field type in the history: created, changed, shown, as it was, tampered with, erased."""

from __future__ import annotations

import html
from typing import Any

from sqlalchemy import Connection

from app.access.actor import PRODUCT
from app.fields.formats import formats_for
from app.fields.registry import REGISTRY
from app.query.history import history_page
from app.query.past import states
from app.query.record import load_record
from app.query.timeline import Moment
from app.records.altered import Altered, altered
from app.records.erasing import erase_history
from app.records.plan import FieldPlan, plan_of
from app.records.reasons import with_reason
from app.runtime.snapshot import Snapshot
from app.system.verify import Walked, flaws
from tests.functional.api.world import CLERK, TYPES, good_values
from tests.support.program import Program
from tests.support.site import Site


def _filled(site: Site) -> dict[str, Any]:
    """Return a value for a field of every type, as JSON."""
    me = site.actor(CLERK)
    values: dict[str, Any] = {"f_user": me.id, "f_team": me.team_id}
    for name in TYPES:
        field = REGISTRY[name](REGISTRY[name].sample)
        values.setdefault(f"f_{name}", next(field.to_json(v) for _, v in good_values(field.examples) if v is not None))
    return values


def _tamper(connection: Connection, snapshot: Snapshot, field: FieldPlan, record_id: int) -> None:
    """Empty a field as somebody does who has the database to himself."""
    if field.linked:
        link = snapshot.tables.link("sample", field.key)
        connection.execute(link.delete().where(link.c.record_id == record_id))
        return
    table = snapshot.tables["sample"]
    emptied = {column: None for _, column in field.columns}
    connection.execute(table.update().where(table.c.id == record_id).values(emptied))


class _Undo(Exception):
    """Takes the lie back."""


def test_every_type_is_kept_shown_watched_and_erased(site: Site, clerk: Program) -> None:
    for entity in ("person", "account"):
        clerk.send("POST", f"/{entity}/bulk", {"create": [{"name": f"{entity} {n}"} for n in range(20)]})
    values = _filled(site)
    assert values.keys() == {f"f_{name}" for name in TYPES}
    record = clerk.create("sample", **values)["id"]
    seal, installation = site.installation.database.seal, site.installation
    snapshot = installation.snapshot

    # behind the product's back
    with installation.ctx() as ctx:
        fields = {key: plan_of(ctx, "sample").fields[key] for key in values}
        assert list(altered(ctx.connection, snapshot)) == []
    for key, field in fields.items():
        try:
            with installation.database.write() as connection:
                _tamper(connection, snapshot, field, record)
                assert list(altered(connection, snapshot)) == [Altered("sample", record, key)], key
                raise _Undo
        except _Undo:
            pass

    # changed, shown, as it was
    cleared = clerk.send("PATCH", f"/sample/{record}", dict.fromkeys(values), If_Match='"1"')
    assert cleared.status_code == 200, cleared.text
    page = html.unescape(site.visitor(CLERK).get(f"/r/sample/{record}/history").text)
    formats = formats_for("de", snapshot.time_zone)
    with installation.ctx() as ctx:
        now = load_record(ctx, "sample", record, lines=False)
        first, last = states(ctx, now, [Moment(save=_first(ctx, record)), Moment()])
        for key, field in fields.items():
            then = first.values[key]
            assert then.known, key
            assert then.value is not None, key
            assert last.values[key].empty or key == "f_boolean", key
            shown = field.field.type.format(then.value, formats)
            pointing = bool(field.field.type.spec.targets) or field.target is not None
            assert pointing or shown in page, (key, shown)
        assert list(altered(ctx.connection, snapshot)) == []
    assert "account" in page
    assert site.actor(CLERK).name in page

    # erased
    with installation.ctx(PRODUCT) as ctx:
        assert erase_history(with_reason(ctx, "Antrag"), "sample", record, list(values)) == 2
    with installation.ctx() as ctx:
        now = load_record(ctx, "sample", record, lines=False)
        (first,) = states(ctx, now, [Moment(save=_first(ctx, record))])
        assert {key for key in values if not first.values[key].erased} == set()
        assert list(flaws(ctx.connection, seal, Walked())) == []
        assert list(altered(ctx.connection, snapshot)) == []
    erased = site.visitor(CLERK).get(f"/r/sample/{record}/history").text
    assert erased.count("Die Werte wurden gelöscht.") == 3 * len(values)


def _first(ctx: Any, record: int) -> str:
    page = history_page(ctx, load_record(ctx, "sample", record, lines=False))
    return page.entries[-1].token

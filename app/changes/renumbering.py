"""Number ranges that a publish makes, changes or ends: no number is drawn twice, and no gap comes about by it.

What was drawn under an earlier pattern or restart is closed: the log of the range notes the numbers that were really
drawn, so that those which were missing before stay missing. What begins counts on after every number that is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy import Connection

from app.access.actor import Actor
from app.expr.environment import Environment
from app.language import Label
from app.meta.compare.change import Change, Weight
from app.meta.model import Field, Model, NumberRange
from app.meta.numbering import period_of, spelled, written
from app.records.ranges import drawn_of, unexplained_of
from app.runtime.snapshot import Snapshot
from app.storage.checks import columns_there
from app.storage.names import column_name, entity_table
from app.system.numbers import Gap, explain_gap, explained, last_of, range_key_of, take, without
from app.system.tables import now

_GOES_ON: Final = Label(
    "„{entity}“: Der Nummernkreis „{field}“ zählt hinter den Nummern weiter, die es schon gibt; die nächste ist "
    "{number}.",
    "“{entity}”: the range of numbers “{field}” counts on after the numbers that are there; the next one is {number}.",
)
_CLOSED: Final = Label(
    "Vergeben nach dem früheren Muster {pattern} („restart“: {restart}).",
    "Drawn by the earlier pattern {pattern} (“restart”: {restart}).",
)
_LEFT_OUT: Final = Label(
    "Nie vergeben: Der Nummernkreis zählt hinter den Nummern weiter, die es schon gab.",
    "Never drawn: the range counts on after the numbers that were there already.",
)


def changes(connection: Connection, base: Snapshot | None, found: Snapshot) -> Iterator[Change]:
    """Yield in words with which numbers ranges go on, where there are numbers already.

    Args:
        connection: an open transaction.
        base: the configuration in force, or None before the first publish, when there are no records.
        found: a candidate that the data say nothing against.
    """
    for field in () if base is None else _unlike(found.model, base.model):
        table = entity_table(field.entity)
        if column_name(field) not in columns_there(connection, [table]).get(table, ()):
            continue
        assert base is not None
        assert field.number is not None
        day, beginning = _today(found), _beginning(connection, base, found, field)
        last = beginning.last(period_of(field.number.restart, day))
        if last:
            label = found.model.entities[field.entity].label
            following = written(field.number.pattern, last + 1, day)
            words = _GOES_ON.format(entity=label, field=field.label, number=following)
            yield Change("field.renumbered", f"field/{field.entity}.{field.key}", Weight.ATTENTION, words)


def renumber(connection: Connection, base: Snapshot | None, found: Snapshot, actor: Actor) -> None:
    """Close the ranges that a publish ends or changes, and let those that begin count on after what is there.

    Args:
        connection: the transaction of the publish, in which nobody else saves; the tables are as the candidate needs
            them.
        base: the configuration in force, or None before the first publish, when there are no records.
        found: the candidate.
        actor: who publishes.
    """
    if base is None:
        return
    for field in _unlike(base.model, found.model):
        _close(connection, base, field, actor)
    for field in _unlike(found.model, base.model):
        _begin(connection, _beginning(connection, base, found, field), actor)


def _unlike(model: Model, other: Model) -> Iterator[Field]:
    """Yield the fields that are ranges, and in another configuration none, or one that counts or writes otherwise."""
    for entity in model.entities.values():
        if other.entities.get(entity.key) is entity:
            continue
        for field in entity.fields.values():
            number, before = field.number, _counterpart(other, field)
            if number is None or (before is not None and _way(before) == _way(number)):
                continue
            yield field


def _counterpart(other: Model, field: Field) -> NumberRange | None:
    entity = other.entities.get(field.entity)
    found = None if entity is None else entity.fields.get(field.key)
    return None if found is None else found.number


def _way(number: NumberRange) -> tuple[object, str]:
    return number.pattern, number.restart


# -- what ends --------------------------------------------------------------------------------------------------------


def _close(connection: Connection, base: Snapshot, field: Field, actor: Actor) -> None:
    """Note which numbers were drawn; in a gapless range, those that are missing without an explanation aren't."""
    assert field.number is not None
    range_key = range_key_of(field.entity, field.key)
    known = {period: list(of_period) for period, of_period in explained(connection, range_key).items()}
    for gap in unexplained_of(connection, base, field) if field.number.gapless else ():
        known.setdefault(gap.period, []).append((gap.first, gap.last))
    reason = _CLOSED.format(pattern=spelled(field.number.pattern), restart=field.number.restart)
    for period, last in sorted(last_of(connection, range_key).items()):
        for drawn in without(Gap(range_key, period, 1, last), sorted(known.get(period, ()))):
            _note(connection, drawn, reason, actor)


# -- what begins ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Beginning:
    """Where a range begins.

    Args:
        range_key: which range.
        reached: the last number that was drawn, by period.
        there: the numbers that records have, by period.
        least: numbers that may have been drawn although no record has them, by period.
    """

    range_key: str
    reached: Mapping[str, int]
    there: Mapping[str, set[int]]
    least: Mapping[str, int]

    def last(self, period: str) -> int:
        """Return the number after which a period is counted on."""
        return max(self.reached.get(period, 0), self.least.get(period, 0), *self.there.get(period, ()), 0)


def _beginning(connection: Connection, base: Snapshot, found: Snapshot, field: Field) -> _Beginning:
    assert field.number is not None
    range_key = range_key_of(field.entity, field.key)
    reached, before = last_of(connection, range_key), _counterpart(base.model, field)
    least: dict[str, int] = {}
    if before is not None and before.pattern == field.number.pattern:
        # Numbers look the same as before: what was moved on, or removed past the product, isn't drawn again either.
        day = _today(found)
        today, length = period_of(field.number.restart, day), len(period_of(before.restart, day))
        shared = (one for one in reached if len(one) == length and (one.startswith(today) or today.startswith(one)))
        least[today] = max((reached[one] for one in shared), default=0)
    return _Beginning(range_key, reached, drawn_of(connection, found, field), least)


def _begin(connection: Connection, beginning: _Beginning, actor: Actor) -> None:
    for period in sorted({*beginning.there, *beginning.least}):
        reached, last = beginning.reached.get(period, 0), beginning.last(period)
        if last > reached:
            take(connection, beginning.range_key, period, last - reached)
            there = [(number, number) for number in sorted(beginning.there.get(period, ()))]
            for gap in without(Gap(beginning.range_key, period, reached + 1, last), there):
                _note(connection, gap, _LEFT_OUT, actor)


def _note(connection: Connection, gap: Gap, reason: Label, actor: Actor) -> None:
    explain_gap(connection, gap, f"{reason.de} / {reason.en}", actor.id, now())


def _today(snapshot: Snapshot) -> date:
    return Environment.at(datetime.now(UTC), snapshot.time_zone).today

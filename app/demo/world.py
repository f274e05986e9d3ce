"""What the generators share: the dice, the calendar, the people of the company, and the way into the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, TypeVar

from app.context import Context
from app.language import Label
from app.records.bulk import create_many, update_many

Progress = Callable[[Label, int], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Firm:
    """A company of the demo, as far as other generators need to know it."""

    id: int
    name: str
    domain: str
    country: str
    roles: tuple[str, ...]
    abc: str | None
    industry: str
    owner: int | None
    team: int | None


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of the demo at the firm where he works now."""

    id: int
    firm: Firm
    name: str
    function: str
    email: str | None


@dataclass(slots=True)
class World:
    """A company in the making.

    Args:
        ctx: who writes (the product itself), over which transaction, at which moment.
        random: the only source of chance.
        today: the reference date; every other date is told from it.
        scale: how many times the usual number of records.
        progress: told after every kind of record.
        staff: ids of the company's users by role.
        teams: ids of the teams by name.
    """

    ctx: Context
    random: Random
    today: date
    scale: int
    progress: Progress
    staff: Mapping[str, Sequence[int]] = field(default_factory=dict)
    teams: Mapping[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    segments: dict[str, list[int]] = field(default_factory=dict)
    products: dict[str, tuple[int, float]] = field(default_factory=dict)
    firms: list[Firm] = field(default_factory=list)
    people: list[Someone] = field(default_factory=list)
    opportunities: list[tuple[int, Firm, date]] = field(default_factory=list)
    leads: list[int] = field(default_factory=list)
    visits: list[tuple[int, Firm, date]] = field(default_factory=list)

    def has(self, entity: str) -> bool:
        """Return whether the configuration has an entity; packs may be switched off."""
        return entity in self.ctx.snapshot.model.entities

    def add(self, entity: str, raws: Sequence[Mapping[str, Any]]) -> list[int]:
        """Create records through the product's own write path and tell how many."""
        ids = create_many(self.ctx, entity, raws)
        self.counts[entity] = self.counts.get(entity, 0) + len(ids)
        self.progress(self.ctx.snapshot.model.entities[entity].plural, len(ids))
        return ids

    def change(self, entity: str, changes: Mapping[int, Mapping[str, Any]]) -> None:
        """Change records through the product's own write path."""
        update_many(self.ctx, entity, changes)

    # -- chance -------------------------------------------------------------------------------------------------------

    def number(self, count: int) -> int:
        """Return how many there are of something at this scale."""
        return count * self.scale

    def chance(self, percent: float) -> bool:
        """Return True in so many cases of a hundred."""
        return self.random.random() * 100 < percent

    def pick(self, several: Sequence[T]) -> T:
        """Return one of several."""
        return several[self.random.randrange(len(several))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """Return one of several, the heavy ones more often."""
        return self.random.choices(list(weights), list(weights.values()))[0]

    def some(self, several: Sequence[T], low: int, high: int) -> list[T]:
        """Return a few different ones."""
        return self.random.sample(list(several), min(len(several), self.random.randint(low, high)))

    # -- the calendar -------------------------------------------------------------------------------------------------

    def day(self, days: int) -> date:
        """Return a day before (negative) or after today; off the weekend, further away from today."""
        found = self.today + timedelta(days=days)
        away = {5: -1, 6: -2} if days < 0 else {5: 2, 6: 1}
        return found + timedelta(days=away.get(found.weekday(), 0))

    def moment(self, day: date, low: int = 7, high: int = 15) -> datetime:
        """Return a quarter of an hour in the working time of a day, UTC."""
        return datetime.combine(day, time(self.random.randint(low, high), self.pick((0, 15, 30, 45))), tzinfo=UTC)

    def past(self, days: int) -> date:
        """Return a day of the last days, recent ones a little more often."""
        return self.day(-int(days * self.random.random() ** 1.3) - 1)

    # -- people of the company ----------------------------------------------------------------------------------------

    def user(self, *roles: str) -> int | None:
        """Return somebody of the company with one of the roles."""
        found = [one for role in roles for one in self.staff.get(role, ())]
        return self.pick(found) if found else None

    def team(self, name: str) -> int | None:
        """Return a team's id."""
        return self.teams.get(name)

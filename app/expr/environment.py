"""What an expression may know beside the record: the day, the reader, the parameters. Fixed once per request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

_NO_PARAMETERS: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Environment:
    """The constants of one request.

    Args:
        now: the request's one idea of the time, UTC without zone.
        zone: IANA name of the zone in which days begin and end.
        me: id of the reader, or None for the product itself.
        team: id of the reader's team, or None.
        parameters: values of `$name`, by name; a missing one is empty.
        today: the local day of `now`; filled in by `at`.
    """

    now: datetime
    zone: str
    today: date
    me: int | None = None
    team: int | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def at(
        cls,
        now: datetime,
        zone: str,
        *,
        me: int | None = None,
        team: int | None = None,
        parameters: Mapping[str, object] = _NO_PARAMETERS,
    ) -> Environment:
        """Build the environment of a moment.

        Args:
            now: a moment; without a zone it is UTC.
            zone, me, team, parameters: see the class.
        """
        moment = now if now.tzinfo is not None else now.replace(tzinfo=UTC)
        local = moment.astimezone(ZoneInfo(zone)).date()
        return cls(moment.astimezone(UTC).replace(tzinfo=None), zone, local, me, team, parameters)

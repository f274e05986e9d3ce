"""The records that both applications show: companies, contacts and activities out of a seeded generator.

The same numbers and seed give the same records, on every machine. Names are drawn with weights, so that there are
frequent and rare ones, as among people.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Final

SEED: Final = 7
#: Contacts for each company; there is one activity for each contact.
CONTACTS_PER_COMPANY: Final = 5

STATUSES: Final = ("new", "lead", "active", "inactive", "lost", "blocked")
_STATUS_WEIGHTS: Final = (10, 25, 40, 15, 7, 3)
SEGMENTS: Final = ("a", "b", "c", "d")
KINDS: Final = ("call", "mail", "meeting", "task", "note")
INDUSTRIES: Final = tuple("retail energy health media finance logistics food construction software education".split())
COUNTRIES: Final = tuple(
    "de fr it es pl nl be at ch se no dk fi pt ie gb cz sk hu ro bg gr hr si lt lv ee lu us ca mx br jp kr cn in au nz "
    "za tr".split()
)
_FIRST_STARTS: Final = "An Be Cla Do El Fri Ge Hel In Jo Ka Li Ma Ni Ol Pe Qui Ro Sa Ti".split()
_FIRST_ENDS: Final = "a na la ne ra ko rik bert gar mund lin dra tte vin lias ris do sse fan xa".split()
_LAST_STARTS: Final = (
    *"Bau Ber Brandt Dorn Eich Fal Grün Hart Kel Klein Lang Meis Neu Ober Pfef Rot Schmid Stein Vogel Wein O'".split(),
    "van ",
    "de ",
    *"Mac Ács Łuk".split(),
)
_LAST_MIDDLES: Final = (
    "mann ger ler burg dorf feld hardt heim hof kamp lein meyer ner rich rath sen son stein thal wald wig zel bach "
    "berg brecht".split()
)
_LAST_ENDS: Final = ("", "", "", "-Alt", "-Roth", "s", "er", "i")
_CITY_STARTS: Final = ("Alt", "Neu", "Bad ", "Ober", "Unter", "Groß", "Klein", "Sankt ", "Port ", "Villa ")
_CITY_ENDS: Final = "stadt burg hafen brück feld heim hausen tal mont ville ton grad polis furt kirchen".split()
_WORDS: Final = (
    "angebot rückruf vertrag termin kunde wichtig lieferung preis frage interesse messe newsletter budget entscheidung "
    "projekt start rahmen offen geprüft bestellt demo schulung support rechnung bezahlt"
).split()
_LEGAL_FORMS: Final = "GmbH AG Ltd SA BV Inc KG SpA AB Oy".split()
_KEEPERS: Final = tuple(f"user{number:02d}@example.test" for number in range(40))
_FIRST_BIRTHDAY: Final = date(1940, 1, 1)
_FIRST_MOMENT: Final = datetime(2018, 1, 1)
_DAYS: Final = 365 * 8
#: How quickly a name becomes rarer from one to the next.
_RARER: Final = 0.6
_MOST_REVENUE: Final = 9e6
_MOST_WIDE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Company:
    """One row of the companies."""

    id: int
    name: str
    industry: str
    city: str
    country: str
    website: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """One row of the contacts."""

    id: int
    company: int
    last_name: str
    first_name: str
    email: str
    phone: str
    city: str
    country: str
    status: str
    segment: str
    revenue: Decimal
    budget: Decimal
    birthday: date
    notes: str
    keeper: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Activity:
    """One row of the activities."""

    id: int
    contact: int
    kind: str
    subject: str
    due_date: date
    done: bool
    created_at: datetime


class World:
    """All records of one size; each kind can be gone through as often as wanted, always with the same result.

    Args:
        contacts: how many contacts are drawn.
        seed: where chance begins.
        copies: how often the database is to hold each of them, see `bench.copies`.
    """

    def __init__(self, contacts: int, seed: int = SEED, copies: int = 1) -> None:
        chance = random.Random(seed)
        self.seed = seed
        self.copies = copies
        self.contacts_drawn = contacts
        self.companies_drawn = max(1, contacts // CONTACTS_PER_COMPANY)
        self._firsts = [start + end for start in _FIRST_STARTS for end in _FIRST_ENDS]
        self._lasts = sorted({a + b + c for a in _LAST_STARTS for b in _LAST_MIDDLES for c in _LAST_ENDS})
        self._cities = [start + end for start in _CITY_STARTS for end in _CITY_ENDS]
        chance.shuffle(self._firsts)
        chance.shuffle(self._lasts)

    @property
    def contacts_count(self) -> int:
        """Return how many contacts the database holds, and how many activities."""
        return self.contacts_drawn * self.copies

    @property
    def wide_count(self) -> int:
        """Return how many of the records with 300 fields there are."""
        return min(_MOST_WIDE, self.contacts_count)

    @property
    def probes(self) -> tuple[str, ...]:
        """Return last names to search for: a frequent one, one in between, a rare one."""
        return self._lasts[0], self._lasts[len(self._lasts) // 20], self._lasts[-1]

    def companies(self) -> Iterator[Company]:
        """Yield the companies that are drawn, by id."""
        chance = random.Random(f"{self.seed}-companies")
        for number in range(1, self.companies_drawn + 1):
            name = chance.choice(self._lasts).strip().capitalize()
            yield Company(
                id=number,
                name=f"{name} {chance.choice(INDUSTRIES).capitalize()} {chance.choice(_LEGAL_FORMS)} {number}",
                industry=chance.choice(INDUSTRIES),
                city=chance.choice(self._cities),
                country=chance.choice(COUNTRIES),
                website=f"https://c{number}.example.test",
                created_at=_moment(chance),
            )

    def contacts(self) -> Iterator[Contact]:
        """Yield the contacts that are drawn, by id."""
        chance = random.Random(f"{self.seed}-contacts")
        firsts, lasts, countries = (_Drawn(names) for names in (self._firsts, self._lasts, COUNTRIES))
        statuses = _Drawn(STATUSES, _STATUS_WEIGHTS)
        for number in range(1, self.contacts_drawn + 1):
            first, last = firsts.one(chance), lasts.one(chance)
            area, line = chance.randrange(100, 999), chance.randrange(1_000_000, 9_999_999)
            yield Contact(
                id=number,
                company=chance.randrange(1, self.companies_drawn + 1),
                last_name=last,
                first_name=first,
                email=f"{first}.{last}.{number}@example.test".translate(_PLAIN).lower(),
                phone=f"+{chance.randrange(1, 99)} {area} {line}",
                city=chance.choice(self._cities),
                country=countries.one(chance),
                status=statuses.one(chance),
                segment=chance.choice(SEGMENTS),
                revenue=(revenue := Decimal(f"{min(chance.lognormvariate(8, 1.4), _MOST_REVENUE):.2f}")),
                budget=Decimal(f"{revenue / 4:.2f}"),
                birthday=_FIRST_BIRTHDAY + timedelta(days=chance.randrange(365 * 66)),
                notes=" ".join(chance.choices(_WORDS, k=chance.randrange(4, 22))),
                keeper=chance.choice(_KEEPERS),
                created_at=_moment(chance),
            )

    def activities(self) -> Iterator[Activity]:
        """Yield the activities that are drawn, by id."""
        chance = random.Random(f"{self.seed}-activities")
        for number in range(1, self.contacts_drawn + 1):
            yield Activity(
                id=number,
                contact=chance.randrange(1, self.contacts_drawn + 1),
                kind=chance.choice(KINDS),
                subject=" ".join(chance.choices(_WORDS, k=4)),
                due_date=(_FIRST_MOMENT + timedelta(days=chance.randrange(_DAYS))).date(),
                done=chance.random() < 0.6,
                created_at=_moment(chance),
            )


class _Drawn:
    """Names, of which the first are drawn more often than the last."""

    def __init__(self, names: Sequence[str], weights: Sequence[float] | None = None) -> None:
        self._names = names
        self._limits = list(accumulate(weights or [1 / (place + 1) ** _RARER for place in range(len(names))]))

    def one(self, chance: random.Random) -> str:
        """Draw one."""
        return chance.choices(self._names, cum_weights=self._limits)[0]


_PLAIN: Final = str.maketrans({"ü": "ue", "ö": "oe", "ä": "ae", "ß": "ss", "Á": "a", "Ł": "l", " ": None, "'": None})


def _moment(chance: random.Random) -> datetime:
    return _FIRST_MOMENT + timedelta(days=chance.randrange(_DAYS), seconds=chance.randrange(24 * 3600))

"""What people type into the application that is written by hand: shown, checked, turned into what is stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from bench.data import COUNTRIES as COUNTRY_KEYS

COUNTRIES: Final = {key: key.upper() for key in COUNTRY_KEYS}
STATUSES: Final = {
    "new": ("Neu", "blue"),
    "lead": ("Interessent", "yellow"),
    "active": ("Aktiv", "green"),
    "inactive": ("Ruhend", "grey"),
    "lost": ("Verloren", "red"),
    "blocked": ("Gesperrt", "purple"),
}
SEGMENTS: Final = {"a": "A", "b": "B", "c": "C", "d": "D"}
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_AMOUNT: Final = re.compile(r"-?\d{1,15}(,\d{1,2})?")


def stored(value: Any) -> Any:
    """Return a value as a form would give it, to be compared."""
    return value.isoformat() if isinstance(value, date) else value


def typed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a contact's values as one types them."""
    values = {name: "" if value is None else value for name, value in row.items()}
    values["company"], values["company_name"] = values["company_id"], values["company"]
    cents = row["revenue"]
    values["revenue"] = "" if cents is None else f"{cents // 100},{cents % 100:02d}"
    return values


_LENGTHS: Final = {"last_name": 80, "first_name": 80, "email": 254, "phone": 40, "city": 80, "keeper": 120}


def checked(form: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the submitted values as they are stored, and what is wrong with them."""
    errors: dict[str, str] = {}
    new: dict[str, Any] = {}
    for name, longest in _LENGTHS.items():
        value = " ".join(form.get(name, "").split()) or None
        if value is not None and len(value) > longest:
            errors[name] = f"Höchstens {longest} Zeichen."
        new[name] = value
    if new["last_name"] is None:
        errors["last_name"] = "„Nachname“ fehlt noch. Bitte füllen Sie das Feld aus."
    if new["email"] is not None and not _EMAIL.fullmatch(new["email"]):
        errors["email"] = "Das ist keine E-Mail-Adresse."
    for name, options in (("country", COUNTRIES), ("status", STATUSES), ("segment", SEGMENTS)):
        new[name] = form.get(name) or None
        if new[name] is not None and new[name] not in options:
            errors[name] = "Bitte wählen Sie einen der Werte."
    new["notes"] = form.get("notes", "").replace("\r\n", "\n").strip() or None
    _check_others(form, new, errors)
    return new, errors


def _check_others(form: Any, new: dict[str, Any], errors: dict[str, str]) -> None:
    amount = form.get("revenue", "").strip().replace(".", "")
    new["revenue"] = None
    if amount:
        if not _AMOUNT.fullmatch(amount):
            errors["revenue"] = "Bitte geben Sie einen Betrag ein, zum Beispiel 1.234,50."
        else:
            whole, _, rest = amount.partition(",")
            new["revenue"] = int(whole) * 100 + int(rest.ljust(2, "0") or 0) * (-1 if whole.startswith("-") else 1)
    birthday = form.get("birthday", "").strip()
    new["birthday"] = None
    if birthday:
        try:
            new["birthday"] = date.fromisoformat(birthday).isoformat()
        except ValueError:
            errors["birthday"] = "Bitte geben Sie einen Tag ein."
    company = form.get("company", "")
    new["company_id"] = None
    if company:
        if company.isdigit():
            new["company_id"] = int(company)
        else:
            errors["company"] = "Bitte wählen Sie eine Firma."

"""Made-up telephone numbers, VAT ids and IBANs that can't belong to anybody and still pass every check."""

from __future__ import annotations

from random import Random
from typing import Final

from stdnum.eu import vat
from stdnum.iso7064 import mod_11_10

#: Ranges that the Bundesnetzagentur keeps for fiction: dialling code, fixed digits, lowest and highest ending.
_FICTION: Final = (
    ("+4930", "23125", 0, 999),
    ("+4969", "90009", 0, 999),
    ("+4940", "66969", 0, 999),
    ("+49221", "4710", 0, 999),
    ("+4989", "99998", 0, 999),
)
_MOBILE: Final = ("+4915228817386", "+4915228895456", "+4915254599371", "+491729925904", "+491729968532")
_FORM_WORDS: Final = frozenset({"GmbH", "AG", "KG", "Co.", "&", "e.", "K."})
_SPECIAL: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ş": "s", "ı": "i", "ć": "c", "é": "e"})


def landline(random: Random) -> str:
    """Return a fictional landline number in E.164."""
    area, fixed, low, high = random.choice(_FICTION)
    return f"{area}{fixed}{random.randint(low, high):03}"


def mobile(random: Random) -> str:
    """Return a fictional mobile number in E.164."""
    return random.choice(_MOBILE)


def vat_id(number: int) -> str:
    """Return the number-th German VAT id of the block DE99999xxxx, with its check digit (ISO 7064 MOD 11,10)."""
    body = f"99999{number % 1000:03}"
    return f"DE{body}{mod_11_10.calc_check_digit(body)}"


def is_vat_id(text: str) -> bool:
    """Return whether a VAT id passes the European checks."""
    return bool(vat.is_valid(text))


def domain(company: str) -> str:
    """Return the first part of a company's domain: its name without the legal form."""
    return slug("".join(word for word in company.split() if word not in _FORM_WORDS))[:24]


def slug(name: str) -> str:
    """Return a name as it would stand in an e-mail address."""
    folded = name.lower().translate(_SPECIAL)
    return "".join(c for c in folded if c.isascii() and c.isalnum())

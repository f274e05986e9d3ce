"""Real towns with their postcode, dialling code and state, so that an invented address is at least consistent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Town:
    """A town.

    Args:
        postcode: one of its postcodes, with leading zeros.
        name: its name.
        area: its dialling code with the leading zero.
        state: federal state, or the country's code outside Germany.
        country: option key of the country.
        near: whether it is within about 120 km of Sindelfingen, where most customers are.
    """

    postcode: str
    name: str
    area: str
    state: str
    country: str = "de"
    near: bool = False


TOWNS: Final[tuple[Town, ...]] = (
    Town("71063", "Sindelfingen", "07031", "BW", near=True),
    Town("71032", "Böblingen", "07031", "BW", near=True),
    Town("70173", "Stuttgart", "0711", "BW", near=True),
    Town("70565", "Stuttgart", "0711", "BW", near=True),
    Town("73728", "Esslingen am Neckar", "0711", "BW", near=True),
    Town("71634", "Ludwigsburg", "07141", "BW", near=True),
    Town("74072", "Heilbronn", "07131", "BW", near=True),
    Town("76133", "Karlsruhe", "0721", "BW", near=True),
    Town("68159", "Mannheim", "0621", "BW", near=True),
    Town("89073", "Ulm", "0731", "BW", near=True),
    Town("72764", "Reutlingen", "07121", "BW", near=True),
    Town("73033", "Göppingen", "07161", "BW", near=True),
    Town("75172", "Pforzheim", "07231", "BW", near=True),
    Town("79098", "Freiburg im Breisgau", "0761", "BW"),
    Town("86150", "Augsburg", "0821", "BY"),
    Town("80331", "München", "089", "BY"),
    Town("90402", "Nürnberg", "0911", "BY"),
    Town("97070", "Würzburg", "0931", "BY"),
    Town("60311", "Frankfurt am Main", "069", "HE"),
    Town("34117", "Kassel", "0561", "HE"),
    Town("55116", "Mainz", "06131", "RP"),
    Town("50667", "Köln", "0221", "NW"),
    Town("48143", "Münster", "0251", "NW"),
    Town("30159", "Hannover", "0511", "NI"),
    Town("20095", "Hamburg", "040", "HH"),
    Town("28195", "Bremen", "0421", "HB"),
    Town("10115", "Berlin", "030", "BE"),
    Town("04109", "Leipzig", "0341", "SN"),
    Town("01067", "Dresden", "0351", "SN"),
    Town("99084", "Erfurt", "0361", "TH"),
    Town("1010", "Wien", "01", "AT", "at"),
    Town("4020", "Linz", "0732", "AT", "at"),
    Town("8001", "Zürich", "044", "CH", "ch"),
    Town("9000", "St. Gallen", "071", "CH", "ch"),
)

#: The federal states by the codes of the towns.
STATES: Final = {
    "BW": "Baden-Württemberg", "BY": "Bayern", "HE": "Hessen", "RP": "Rheinland-Pfalz", "NW": "Nordrhein-Westfalen",
    "NI": "Niedersachsen", "HH": "Hamburg", "HB": "Bremen", "BE": "Berlin", "SN": "Sachsen", "TH": "Thüringen",
}  # fmt: skip
STREETS: Final[tuple[str, ...]] = (
    "Hauptstraße", "Bahnhofstraße", "Industriestraße", "Gewerbering", "Am Werkkanal", "Daimlerweg", "Lindenallee",
    "Mühlgasse", "Siemensring", "Boschstraße", "Schillerstraße", "Neckaruferweg", "Robert-Mayer-Straße", "Talweg",
    "Kelterweg", "Am Kesselhaus", "Ringstraße", "Gartenstraße", "Rosensteinweg", "Färbergasse", "Dieselstraße",
    "Im Gewerbepark", "Lerchenweg", "Marktplatz", "Alte Ziegelei", "Eisenbahnstraße", "Wasserturmweg", "Hafenstraße",
)  # fmt: skip

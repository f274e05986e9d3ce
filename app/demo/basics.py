"""What everything else refers to: segments, products, tax rates, terms of payment."""

from __future__ import annotations

from typing import Final

from app.demo.world import World

_SEGMENTS: Final = (
    ("Maschinenbau Region Stuttgart", "zielgruppe", "Produzierende Betriebe mit eigener Druckluftstation"),
    ("Lebensmittel und Kälte", "zielgruppe", "Betriebe mit Kühlkette und Hygieneinspektion"),
    ("Kliniken und Pflege", "zielgruppe", "Häuser mit raumlufttechnischen Anlagen"),
    ("Öffentliche Auftraggeber", "zielgruppe", "Ausschreibungen nach UVgO, Rechnung mit Leitweg-ID"),
    ("Energieintensive Betriebe", "zielgruppe", "Verbrauch über 2 GWh im Jahr, Energieaudit fällig"),
    ("Wartungskunden", "kundengruppe", "Laufender Wartungsvertrag"),
    ("Projektkunden", "kundengruppe", "Einzelne Aufträge ohne Vertrag"),
    ("Rahmenvertrag", "kundengruppe", "Preise nach Rahmenvereinbarung"),
    ("Notdienst", "kundengruppe", "Rufbereitschaft rund um die Uhr"),
    ("Kundenbrief Druckluft", "verteiler", "Erscheint zweimal im Jahr"),
    ("Einladung Hausmesse", "verteiler", "Jährlich im Herbst"),
    ("Weihnachtspost", "verteiler", "Nur mit Freigabe des Vertriebs"),
)
_TAXES: Final = (
    ("Umsatzsteuer 19 %", 19, "s", None, "9"),
    ("Umsatzsteuer 7 %", 7, "s", None, "8"),
    ("Steuerfrei (Drittland)", 0, "g", "Steuerfreie Ausfuhrlieferung nach § 4 Nr. 1a UStG", "2"),
    ("Innergemeinschaftlich", 0, "k", "Steuerfreie innergemeinschaftliche Lieferung nach § 4 Nr. 1b UStG", "11"),
    ("Steuerschuldnerschaft des Leistungsempfängers", 0, "ae", "Steuerschuldnerschaft nach § 13b UStG", "94"),
)
_TERMS: Final = (
    ("Sofort ohne Abzug", 0, None, None, "Zahlbar sofort ohne Abzug.", "Payable at once without deduction."),
    ("14 Tage netto", 14, None, None, "Zahlbar in 14 Tagen.", "Payable within 14 days."),
    ("30 Tage, 2 % in 10", 30, 10, 2, "30 Tage netto, 2 % Skonto in 10 Tagen.", "30 days net, 2 % in 10 days."),
    ("60 Tage netto", 60, None, None, "Zahlbar in 60 Tagen.", "Payable within 60 days."),
)
#: Number, name, kind, unit, price, cost, category.
_PRODUCTS: Final = (
    ("W-100", "Wartung Lüftungsanlage", "wartung", "ls", 890, 540, "Wartung"),
    ("W-110", "Wartung Kälteanlage", "wartung", "ls", 1150, 720, "Wartung"),
    ("W-120", "Wartung Druckluftstation", "wartung", "ls", 980, 610, "Wartung"),
    ("W-130", "Hygieneinspektion VDI 6022", "wartung", "ls", 640, 390, "Wartung"),
    ("W-140", "Dichtheitsprüfung Kälte", "wartung", "ls", 420, 260, "Wartung"),
    ("W-150", "Vollwartung Druckluft", "wartung", "mon", 690, 430, "Wartung"),
    ("D-200", "Servicetechniker", "dienstleistung", "hur", 98, 54, "Dienstleistung"),
    ("D-210", "Meister vor Ort", "dienstleistung", "hur", 124, 72, "Dienstleistung"),
    ("D-220", "Anfahrt", "dienstleistung", "kmt", 1.1, 0.62, "Dienstleistung"),
    ("D-230", "Leckageortung", "dienstleistung", "day", 1280, 760, "Dienstleistung"),
    ("D-240", "Energieaudit Druckluft", "dienstleistung", "ls", 3900, 2200, "Dienstleistung"),
    ("D-250", "Schulung Bedienpersonal", "dienstleistung", "day", 1450, 800, "Dienstleistung"),
    ("D-260", "Notdienst-Bereitschaft", "pauschale", "mon", 185, 90, "Dienstleistung"),
    ("A-300", "Schraubenverdichter 15 kW", "ware", "c62", 11800, 8900, "Anlagen"),
    ("A-310", "Schraubenverdichter 37 kW", "ware", "c62", 21900, 16700, "Anlagen"),
    ("A-320", "Schraubenverdichter 75 kW, drehzahlgeregelt", "ware", "c62", 46500, 36200, "Anlagen"),
    ("A-330", "Kältetrockner", "ware", "c62", 3950, 2900, "Anlagen"),
    ("A-340", "Druckluftbehälter 1000 l", "ware", "c62", 2680, 1950, "Anlagen"),
    ("A-350", "Wärmerückgewinnung", "ware", "set", 8700, 6300, "Anlagen"),
    ("A-360", "Lüftungsgerät 8000 m³/h", "ware", "c62", 18400, 13900, "Anlagen"),
    ("A-370", "Kaltwassersatz 60 kW", "ware", "c62", 32600, 25100, "Anlagen"),
    ("E-400", "Filtersatz F7", "ersatzteil", "set", 148, 82, "Ersatzteile"),
    ("E-410", "Filtersatz H13", "ersatzteil", "set", 312, 190, "Ersatzteile"),
    ("E-420", "Keilriemensatz", "ersatzteil", "set", 86, 41, "Ersatzteile"),
    ("E-430", "Verdichteröl 20 l", "ersatzteil", "ltr", 9.8, 5.4, "Ersatzteile"),
    ("E-440", "Luftentölelement", "ersatzteil", "c62", 214, 128, "Ersatzteile"),
    ("E-450", "Thermostatventil", "ersatzteil", "c62", 176, 95, "Ersatzteile"),
    ("E-460", "Kältemittel R-1234ze", "ersatzteil", "kgm", 64, 44, "Ersatzteile"),
    ("E-470", "Magnetventil", "ersatzteil", "c62", 92, 51, "Ersatzteile"),
    ("E-480", "Lagersatz Verdichter", "ersatzteil", "set", 1340, 910, "Ersatzteile"),
    ("M-500", "Mietverdichter 37 kW", "miete", "day", 145, 60, "Miete"),
    ("M-510", "Mietkälte 60 kW", "miete", "day", 210, 95, "Miete"),
    ("M-520", "Mobile Lüftung", "miete", "day", 88, 35, "Miete"),
    ("L-600", "Fernüberwachung", "lizenz", "ann", 1180, 300, "Digital"),
    ("L-610", "Digitales Wartungsprotokoll", "lizenz", "ann", 360, 60, "Digital"),
    ("P-700", "Inbetriebnahme", "pauschale", "ls", 1650, 980, "Projekt"),
    ("P-710", "Demontage und Entsorgung", "pauschale", "ls", 1900, 1250, "Projekt"),
    ("P-720", "Planung Druckluftstation", "pauschale", "ls", 4200, 2600, "Projekt"),
    ("P-730", "Rohrleitung verlegen", "dienstleistung", "mtr", 46, 27, "Projekt"),
    ("X-900", "Wartungsmappe auf Papier", "ware", "c62", 25, 14, "Auslauf"),
)
#: What a customer has of the products of a category.
_BENEFITS: Final = {
    "Wartung": "Weniger Stillstand, planbare Kosten und ein Protokoll, das jeder Prüfung standhält.",
    "Dienstleistung": "Ein erfahrener Techniker vor Ort, der die Anlage kennt.",
    "Anlagen": "Geringerer Energieverbrauch und ein leiser Betrieb über viele Jahre.",
    "Ersatzteile": "Originalteile ab Lager, eingebaut beim nächsten Wartungstermin.",
    "Miete": "Die Produktion läuft weiter, während die eigene Anlage steht.",
    "Digital": "Der Zustand aller Anlagen auf einen Blick, auch von unterwegs.",
    "Projekt": "Alles aus einer Hand, von der Planung bis zur Abnahme.",
}


def make_basics(world: World) -> None:
    """Make segments, tax rates, terms of payment and products."""
    if world.has("segment"):
        raws = [
            {"name": name, "kind": kind, "description": text, "rule_priority": number * 10}
            for number, (name, kind, text) in enumerate(_SEGMENTS, start=1)
        ]
        for (_, kind, _text), row_id in zip(_SEGMENTS, world.add("segment", raws), strict=True):
            world.segments.setdefault(kind, []).append(row_id)
    rates = _make_taxes(world)
    if world.has("payment_term"):
        keys = ("name", "days_net", "skonto_days", "skonto_percent", "text_de", "text_en")
        world.add("payment_term", [dict(zip(keys, term, strict=True)) for term in _TERMS])
    if world.has("product"):
        _make_products(world, rates)


def _make_taxes(world: World) -> list[int]:
    if not world.has("tax_rate"):
        return []
    keys = ("name", "percent", "category", "exemption_text", "datev_key")
    since = {"valid_from": "2021-01-01"}
    return world.add("tax_rate", [{**dict(zip(keys, tax, strict=True)), **since} for tax in _TAXES])


def _make_products(world: World, rates: list[int]) -> None:
    raws = [
        {
            "sku": sku,
            "name": name,
            "kind": kind,
            "unit": unit,
            "price": price,
            "cost": cost,
            "category": category,
            "tax_rate": rates[0] if rates else None,
            "active": category != "Auslauf",
            "customer_benefit": _BENEFITS.get(category),
        }
        for sku, name, kind, unit, price, cost, category in _PRODUCTS
    ]
    ids = world.add("product", raws)
    world.products = {entry[0]: (row_id, float(entry[4])) for row_id, entry in zip(ids, _PRODUCTS, strict=True)}

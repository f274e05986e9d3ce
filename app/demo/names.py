"""Tables of names and phrases out of which people, firms and reports are put together."""

from __future__ import annotations

from typing import Final

FEMALE: Final = tuple(
    "Anna Sabine Claudia Petra Julia Katrin Monika Heike Susanne Nicole Stefanie Andrea Birgit Melanie Christina "
    "Ayşe Elif Ilse Jana Lena Marie Sophie Theresa Ursula Vera Yvonne Zeynep Franziska Özlem Agnieszka".split()
)
MALE: Final = tuple(
    "Thomas Michael Andreas Stefan Markus Jürgen Frank Matthias Wolfgang Uwe Jörg Rainer Tobias Daniel Florian "
    "Mehmet Emre Piotr Giovanni Lukas Felix Jonas Björn Günter Karl-Heinz Sven Oliver René Dragan André".split()
)
SURNAMES: Final = tuple(
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf "
    "Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann "
    "Schmid Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn "
    "Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon "
    "Ludwig Böhm Winter Kraus Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel Heinrich Brandt Haas "
    "Schreiber Graf Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann Thomas Voigt Sauer Arnold Wolff Pfeiffer "
    "Yılmaz Kaya Demir Öztürk Nowak Kowalski Rossi Novák Petrović Nguyen Özil Łukasik Håkansson Sánchez Dvořák".split()
)
TITLES: Final = ("Dr.", "Prof. Dr.", "Dipl.-Ing.", "Dr.-Ing.")
PREFIXES: Final = ("von", "van", "Freiherr von", "zu")

#: Trade, industry option, usual number of employees (low, high).
TRADES: Final[tuple[tuple[str, str, int, int], ...]] = (
    ("Maschinenbau", "maschinenbau", 40, 900),
    ("Werkzeugbau", "maschinenbau", 15, 250),
    ("Antriebstechnik", "maschinenbau", 30, 600),
    ("Elektrotechnik", "elektro", 10, 300),
    ("Schaltanlagen", "elektro", 20, 200),
    ("Haustechnik", "gebaeude", 8, 120),
    ("Kälte und Klima", "gebaeude", 6, 90),
    ("Hochbau", "bau", 15, 400),
    ("Ingenieurbau", "bau", 20, 350),
)
TRADE_NAMES: Final = (
    "Präzisionsteile", "Kunststofftechnik", "Druckguss", "Metallbau", "Verpackung", "Lebensmittel", "Brauerei",
    "Molkerei", "Pharma", "Medizintechnik", "Logistik", "Spedition", "Großhandel", "Möbelwerke", "Textil", "Papier",
    "Glas", "Keramik", "Chemie", "Druckerei", "Optik", "Sensorik", "Klinik", "Seniorenzentrum", "Hotel",
)  # fmt: skip
FORMS: Final[tuple[tuple[str, str], ...]] = (
    ("GmbH", "gmbh"),
    ("GmbH", "gmbh"),
    ("GmbH & Co. KG", "gmbh_co_kg"),
    ("AG", "ag"),
    ("KG", "kg"),
    ("e. K.", "ek"),
)
#: The same legal form as people spell it: a deliberate flaw.
SPELLINGS: Final = {"GmbH & Co. KG": ("GmbH & Co. KG", "GmbH&Co.KG", "GmbH u. Co. KG")}
PUBLIC_BODIES: Final = ("Stadtwerke", "Landratsamt", "Stadtverwaltung", "Zweckverband Wasser", "Universitätsklinik")

PROBLEMS: Final = (
    "Lüftungsanlage in Halle 3 fällt wiederholt aus", "Druckluftverbrauch ist deutlich gestiegen",
    "Kälteanlage erreicht die Solltemperatur nicht", "Verdichter läuft ungewöhnlich laut",
    "Ersatzteile waren zuletzt schwer verfügbar", "Wartungsprotokolle kommen zu spät",
    "Energiekosten sollen um zehn Prozent sinken", "Ansprechpartner im Service wechselt zu oft",
)  # fmt: skip
OBSERVATIONS: Final = (
    "Filter stark verschmutzt, Keilriemen verschlissen", "Leckage an zwei Kupplungen festgestellt",
    "Regelung arbeitet mit veralteten Sollwerten", "Anlage ist gepflegt, Dokumentation unvollständig",
    "Betreiber ist mit der Reaktionszeit zufrieden", "Produktion plant eine zweite Schicht ab Herbst",
)  # fmt: skip
AGREEMENTS: Final = (
    "Angebot für Wartungsvertrag bis Monatsende", "Leckageortung im nächsten Wartungsfenster",
    "Umbau auf drehzahlgeregelten Verdichter prüfen", "Ersatzteilpaket vor Ort einlagern",
    "Termin mit der Energiebeauftragten vereinbaren", "Schulung für das Bedienpersonal anbieten",
)  # fmt: skip
NEXT_STEPS: Final = (
    "Angebot nachfassen", "Termin vor Ort vereinbaren", "Referenz zusenden", "Rückruf nach der Sitzung",
    "Budgetfreigabe abfragen", "Muster-Wartungsplan schicken", "Entscheider kennenlernen",
)  # fmt: skip
OFFERS: Final = (
    "Wartungsvertrag Lüftung", "Austausch Verdichterstation", "Leckageortung Druckluft", "Kälteanlage Erweiterung",
    "Fernüberwachung", "Filterwechsel-Abo", "Hygieneinspektion VDI 6022", "Energieaudit Druckluft",
    "Wärmerückgewinnung", "Notdienstvertrag", "Modernisierung Regelung", "Ersatzteilpaket",
)  # fmt: skip
TOPICS: Final = (
    "Ersatzteilverfügbarkeit", "Energiekosten", "Fachkräftemangel", "Reaktionszeit im Notfall", "Nachhaltigkeit",
    "Digitale Wartungsprotokolle", "Preisstabilität", "Lärmschutz", "Hygiene", "Generationswechsel",
)  # fmt: skip
HOBBIES: Final = (
    "Segeln",
    "Radfahren",
    "VfB Stuttgart",
    "Wandern",
    "Blasmusik",
    "Garten",
    "Kochen",
    "Oldtimer",
    "Jazz",
)
TAGS: Final = ("Druckluft", "Lüftung", "Kälte", "Rahmenvertrag", "Referenz", "Schlüsselkunde", "Notdienst", "Neubau")
DEPARTMENTS: Final = (
    "Technik",
    "Einkauf",
    "Instandhaltung",
    "Geschäftsleitung",
    "Produktion",
    "Qualität",
    "Verwaltung",
)

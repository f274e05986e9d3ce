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
    "Glas", "Keramik", "Chemie", "Druckerei", "Optik", "Sensorik", "Klinik", "Seniorenzentrum", "Hotel", "Akademie",
    "Rechenzentrum", "Energie", "Fahrzeugteile",
)  # fmt: skip
#: Trades that stand before the name: "Brauerei Kaiser", not "Kaiser Brauerei".
LEADING_TRADES: Final = frozenset(
    {"Brauerei", "Molkerei", "Spedition", "Druckerei", "Klinik", "Seniorenzentrum", "Hotel", "Akademie"}
)
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
PUBLIC_BODIES: Final = ("Stadtwerke", "Landratsamt", "Stadtverwaltung", "Wasserverband", "Klinikum")

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
#: What is offered, and out of which products (number, fewest, most) it is made.
OFFERS: Final[tuple[tuple[str, tuple[tuple[str, int, int], ...]], ...]] = (
    ("Wartungsvertrag Lüftung", (("W-100", 2, 6), ("W-130", 1, 3), ("E-400", 4, 12))),
    (
        "Austausch Verdichterstation",
        (("A-320", 1, 1), ("A-330", 1, 2), ("A-340", 1, 2), ("P-700", 1, 1), ("P-710", 1, 1)),
    ),
    ("Neuer Verdichter", (("A-310", 1, 2), ("P-700", 1, 1), ("P-710", 1, 1))),
    ("Leckageortung Druckluft", (("D-230", 1, 4), ("D-220", 60, 240))),
    ("Erweiterung Kälteanlage", (("A-370", 1, 1), ("P-700", 1, 1), ("W-140", 1, 2))),
    ("Fernüberwachung", (("L-600", 1, 4), ("L-610", 1, 4), ("P-700", 1, 1))),
    ("Filterwechsel im Abo", (("E-400", 6, 24), ("E-410", 4, 12), ("D-200", 6, 20))),
    ("Hygieneinspektion VDI 6022", (("W-130", 2, 8), ("D-200", 4, 12))),
    ("Energieaudit Druckluft", (("D-240", 1, 2), ("D-230", 1, 2))),
    ("Wärmerückgewinnung", (("A-350", 1, 2), ("P-730", 20, 60), ("P-700", 1, 1))),
    ("Notdienstvertrag", (("D-260", 12, 36), ("W-120", 1, 2))),
    ("Modernisierung Regelung", (("P-720", 1, 1), ("D-210", 16, 60), ("E-450", 2, 6))),
    ("Ersatzteilpaket Verdichter", (("E-440", 2, 6), ("E-420", 2, 4), ("E-480", 1, 2), ("E-430", 20, 60))),
    ("Mietverdichter zur Überbrückung", (("M-500", 14, 60), ("D-220", 40, 120))),
    ("Vollwartung Druckluft", (("W-150", 12, 24), ("L-610", 1, 2))),
)
#: What the customer needs where an offer is made, and what the offer is good for.
NEEDS: Final[dict[str, tuple[str, str]]] = {
    "Wartungsvertrag Lüftung": (
        "Die Lüftung wurde bisher nur bei Störungen gewartet.",
        "Weniger Ausfälle, planbare Kosten.",
    ),
    "Austausch Verdichterstation": ("Zwei Verdichter sind älter als 20 Jahre.", "Ein Viertel weniger Stromverbrauch."),
    "Neuer Verdichter": (
        "Die Druckluft reicht für die neue Linie nicht aus.",
        "Genug Druckluft, auch an Spitzentagen.",
    ),
    "Leckageortung Druckluft": ("Der Druckluftverbrauch ist deutlich gestiegen.", "Einsparung schon im ersten Jahr."),
    "Erweiterung Kälteanlage": (
        "Im Sommer erreicht die Anlage ihre Solltemperatur nicht.",
        "Sichere Kühlung das ganze Jahr.",
    ),
    "Fernüberwachung": (
        "Störungen werden am Wochenende zu spät bemerkt.",
        "Meldung auf das Telefon, bevor etwas steht.",
    ),
    "Filterwechsel im Abo": (
        "Filter werden unregelmäßig gewechselt.",
        "Gute Luft, ohne dass jemand daran denken muss.",
    ),
    "Hygieneinspektion VDI 6022": ("Die Berufsgenossenschaft verlangt einen Nachweis.", "Rechtssicher dokumentiert."),
    "Energieaudit Druckluft": (
        "Die Energiekosten sollen um zehn Prozent sinken.",
        "Klare Liste, was sich wann rechnet.",
    ),
    "Wärmerückgewinnung": ("Die Abwärme der Verdichter geht ungenutzt ins Freie.", "Warmes Wasser fast ohne Kosten."),
    "Notdienstvertrag": ("Ein Stillstand am Wochenende kostet zu viel.", "Ein Techniker in vier Stunden."),
    "Modernisierung Regelung": (
        "Die Regelung arbeitet mit veralteten Sollwerten.",
        "Gleichmäßiger Druck, weniger Leerlauf.",
    ),
    "Ersatzteilpaket Verdichter": (
        "Ersatzteile waren zuletzt schwer zu bekommen.",
        "Die wichtigsten Teile liegen im Haus.",
    ),
    "Mietverdichter zur Überbrückung": (
        "Der eigene Verdichter ist in der Instandsetzung.",
        "Die Produktion läuft weiter.",
    ),
    "Vollwartung Druckluft": (
        "Die eigene Instandhaltung ist unterbesetzt.",
        "Fester Preis im Monat, alles inbegriffen.",
    ),
}
TOPICS: Final = (
    "Ersatzteilverfügbarkeit", "Energiekosten", "Fachkräftemangel", "Reaktionszeit im Notfall", "Nachhaltigkeit",
    "Digitale Wartungsprotokolle", "Preisstabilität", "Lärmschutz", "Hygiene", "Generationswechsel",
)  # fmt: skip
#: Subjects of activities by kind; `{topic}` is one of the topics, `{step}` a next step.
SUBJECTS: Final[dict[str, tuple[str, ...]]] = {
    "anruf": (
        "Rückfrage zum Angebot", "Terminabsprache Wartung", "Störung gemeldet", "Rückruf zu {topic}",
        "Stand der Bestellung erfragt", "Nachfrage zur Rechnung", "Ersatzteil angefragt",
    ),
    "besuch": (
        "Jahresgespräch", "Anlagenbegehung", "Wartung besprochen", "Angebot vor Ort erläutert",
        "Störung vor Ort geklärt", "Gespräch über {topic}",
    ),
    "email": (
        "Angebot verschickt", "Wartungsprotokoll verschickt", "Unterlagen zu {topic}", "Antwort auf Anfrage",
        "Terminbestätigung", "Datenblätter nachgereicht",
    ),
    "aufgabe": ("{step}",),
    "termin": (
        "Videokonferenz zu {topic}", "Abstimmung Wartungsplan", "Vorstellung Fernüberwachung", "Projektbesprechung",
    ),
    "notiz": ("Hinweis aus dem Service: {topic}", "Neue Ansprechpartner im Haus", "Budget für das nächste Jahr"),
    "protokoll": ("Protokoll Jahresgespräch", "Protokoll Projektbesprechung"),
    "brief": ("Preisanpassung Wartung", "Vertragsverlängerung"),
}  # fmt: skip
#: What is known about customers, by kind of insight.
HEADLINES: Final[dict[str, tuple[str, ...]]] = {
    "thema": (
        "Energiekosten sind das wichtigste Thema im Haus", "Fachkräfte für die Instandhaltung fehlen",
        "Nachhaltigkeitsbericht wird Pflicht", "Generationswechsel in der Geschäftsleitung",
        "Lärmschutz nach Beschwerden der Nachbarn", "Neue Hygienevorschriften in der Produktion",
    ),
    "ziel": (
        "Will den Druckluftverbrauch um zehn Prozent senken", "Möchte alle Wartungen digital dokumentieren",
        "Plant eine zweite Fertigungslinie", "Will bis 2030 klimaneutral produzieren",
    ),
    "vorliebe": (
        "Bevorzugt kurze Abstimmungen am Telefon", "Möchte immer denselben Techniker",
        "Wartung nur am Freitagnachmittag", "Angebote bitte mit Amortisationsrechnung",
    ),
    "abneigung": (
        "Möchte keine Werbung per Post", "Keine Termine in der Monatsendwoche", "Lehnt lange Vertragslaufzeiten ab",
    ),
    "einstellung": (
        "Sieht uns als verlässlichen Partner", "Vergleicht uns regelmäßig mit dem Wettbewerb",
        "Lobt die Erreichbarkeit im Notdienst",
    ),
    "bedarf": (
        "Braucht einen Ersatz für die Kälteanlage", "Sucht Unterstützung beim Energieaudit",
        "Benötigt einen Mietverdichter zur Überbrückung", "Fragt nach Schulungen für das Bedienpersonal",
        "Hätte gern eine Fernüberwachung aller Standorte",
    ),
    "kritik": (
        "Reaktionszeit im Notfall war zu lang", "Wartungsprotokolle kommen zu spät",
        "Rechnung war nicht nachvollziehbar", "Ansprechpartner im Service wechselt zu oft",
        "Preise sind zweimal im Jahr gestiegen",
    ),
    "verbesserung": (
        "Wünscht sich Termine mit Zwei-Stunden-Fenster", "Schlägt ein Ersatzteillager vor Ort vor",
        "Hätte gern eine Übersicht aller Anlagen im Internet", "Möchte vor jedem Einsatz angerufen werden",
    ),
    "persoenlich": ("Freizeit: {hobby}",),
}  # fmt: skip
#: Titles of documents by kind.
TITLES_OF_DOCUMENTS: Final[dict[str, tuple[str, ...]]] = {
    "besuchsbericht": ("Besuchsbericht Jahresgespräch", "Besuchsbericht Anlagenbegehung", "Besuchsbericht Wartung"),
    "angebot": ("Angebot Wartungsvertrag", "Angebot Verdichter", "Angebot Leckageortung", "Angebot Kälteanlage"),
    "vertrag": (
        "Wartungsvertrag Lüftung", "Wartungsvertrag Druckluft", "Notdienstvertrag", "Rahmenvertrag Ersatzteile",
    ),
    "pruefprotokoll": ("Prüfprotokoll Druckbehälter", "Dichtheitsprüfung Kälteanlage", "Hygieneinspektion VDI 6022"),
    "schriftverkehr": ("Preisanpassung Wartung", "Terminbestätigung", "Antwort auf Reklamation"),
    "zeichnung": ("Aufstellungsplan Verdichterraum", "Rohrleitungsschema", "Lüftungsschema"),
    "foto": ("Foto Verdichterstation", "Foto Typenschild", "Foto Lüftungszentrale"),
    "avv": ("Vertrag zur Auftragsverarbeitung",),
    "einwilligung": ("Einwilligung Kundenbrief",),
}  # fmt: skip
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

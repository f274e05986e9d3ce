"""What can be wrong with an expression, in German and English."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from app.errors import LotseError
from app.language import Label

MESSAGES: Final[dict[str, Label]] = {
    "empty": Label(
        "Der Ausdruck ist leer. Schreiben Sie eine Bedingung.", "The expression is empty. Write a condition."
    ),
    "too_long": Label(
        "Der Ausdruck ist länger als {limit} Zeichen. Teilen Sie ihn auf.",
        "The expression is longer than {limit} characters. Split it up.",
    ),
    "too_deep": Label(
        "Der Ausdruck ist zu tief verschachtelt. Nehmen Sie Klammern heraus.",
        "The expression is nested too deeply. Take out some brackets.",
    ),
    "too_many_nodes": Label(
        "Der Ausdruck hat mehr als {limit} Bestandteile. Teilen Sie ihn auf.",
        "The expression has more than {limit} parts. Split it up.",
    ),
    "too_many_hops": Label(
        "„{path}“ folgt mehr als {limit} Verknüpfungen. Nehmen Sie einen kürzeren Weg.",
        "“{path}” follows more than {limit} references. Take a shorter way.",
    ),
    "too_many_choices": Label(
        "Hinter „in“ stehen mehr als {limit} Werte. Nehmen Sie weniger.",
        "There are more than {limit} values after “in”. Use fewer.",
    ),
    "character": Label(
        "Das Zeichen „{text}“ an Stelle {position} gehört nicht in einen Ausdruck.",
        "The character “{text}” at position {position} doesn't belong in an expression.",
    ),
    "open_text": Label(
        "Der Text ab Stelle {position} hat kein schließendes Anführungszeichen.",
        "The text from position {position} on has no closing quotation mark.",
    ),
    "number": Label("„{text}“ ist keine Zahl.", "“{text}” is not a number."),
    "unexpected": Label(
        "An Stelle {position} steht „{text}“, erwartet wird {expected}.",
        "At position {position} there is “{text}”, expected is {expected}.",
    ),
    "ends_early": Label(
        "Der Ausdruck hört zu früh auf; erwartet wird {expected}.",
        "The expression ends too early; expected is {expected}.",
    ),
    "unknown_field": Label(
        "Das Feld „{path}“ gibt es hier nicht.{hint}",
        "There is no field “{path}” here.{hint}",
    ),
    "unknown_parameter": Label("Den Parameter „${name}“ gibt es hier nicht.", "There is no parameter “${name}” here."),
    "unknown_function": Label(
        "Die Funktion „{name}“ gibt es nicht.{hint}",
        "There is no function “{name}”.{hint}",
    ),
    "arity": Label(
        "„{name}“ braucht {expected} Werte, hat aber {given}.",
        "“{name}” takes {expected} values but has {given}.",
    ),
    "argument": Label(
        "„{name}“ erwartet als {place}. Wert {expected}, nicht {given}.",
        "“{name}” expects {expected} as value {place}, not {given}.",
    ),
    "compare": Label(
        "{left} lässt sich nicht mit {right} vergleichen.",
        "{left} can't be compared with {right}.",
    ),
    "order": Label(
        "{type} hat keine Reihenfolge; „{operator}“ geht damit nicht.",
        "{type} has no order; “{operator}” can't be used.",
    ),
    "condition": Label(
        "Hier muss eine Bedingung stehen, nicht {given}.",
        "A condition must stand here, not {given}.",
    ),
    "number_expected": Label(
        "Rechnen geht nur mit Zahlen, nicht mit {given}.", "Only numbers can be calculated with, not {given}."
    ),
    "text_expected": Label(
        "„{operator}“ geht nur mit Texten, nicht mit {given}.", "“{operator}” works with texts only, not with {given}."
    ),
    "list_expected": Label(
        "„has“ geht nur mit Listen, nicht mit {given}.", "“has” works with lists only, not with {given}."
    ),
    "lines_only": Label(
        "„{name}“ rechnet über Positionen; „{path}“ ist keine.",
        "“{name}” computes over lines; “{path}” is none.",
    ),
    "lines_alone": Label(
        "„{path}“ sind Positionen; fassen Sie sie zusammen, zum Beispiel mit sum(…) oder count(…).",
        "“{path}” are lines; put them together, for instance with sum(…) or count(…).",
    ),
    "not_in_query": Label(
        "„{text}“ kann nicht in einem Filter stehen, weil die Datenbank es nicht berechnet.",
        "“{text}” can't be part of a filter, because the database doesn't compute it.",
    ),
    "date": Label("„{text}“ ist kein Datum der Form 2026-01-31.", "“{text}” is not a date such as 2026-01-31."),
}

#: Value types in words, with their article.
TYPE_WORDS: Final[dict[str, Label]] = {
    "text": Label("ein Text", "a text"),
    "number": Label("eine Zahl", "a number"),
    "boolean": Label("ein Ja/Nein-Wert", "a yes/no value"),
    "date": Label("ein Datum", "a date"),
    "time": Label("eine Uhrzeit", "a time of day"),
    "datetime": Label("ein Zeitpunkt", "a date and time"),
    "reference": Label("eine Verknüpfung", "a reference"),
    "list": Label("eine Liste", "a list"),
    "empty": Label("nichts", "nothing"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an expression.

    Args:
        code: key of `MESSAGES`.
        position: where in the text, counted from 1; 0 when it isn't known.
        values: what to fill into the sentence.
    """

    code: str
    position: int = 0
    values: dict[str, object] = field(default_factory=dict, hash=False)

    @property
    def message(self) -> Label:
        """Return the sentence in both languages."""
        return MESSAGES[self.code].format(position=self.position, **self.values)


class ExprError(LotseError):
    """A text that is no expression; carries every problem found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(problem.message.en for problem in problems))
        self.problems = problems

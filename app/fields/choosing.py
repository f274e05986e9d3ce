"""What a single and a multiple choice have in common: reading options, and showing them as coloured badges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from markupsafe import Markup, escape

from app.errors import InvalidValue
from app.expr.fold import fold
from app.fields.base import FieldSpec, FieldType, Option
from app.fields.parameters import parameter
from app.language import LOCALES, Label, Locale

#: Meaning colours and the classes of the badge; a badge always carries its word, so colour is never the only sign.
_BADGES: Final = {
    "green": "badge bg-green-lt",
    "red": "badge bg-red-lt",
    "yellow": "badge bg-yellow-lt",
    "blue": "badge bg-blue-lt",
    "grey": "badge bg-secondary-lt",
    "purple": "badge bg-purple-lt",
}
_BADGE: Final = Markup('<span class="{classes}">{text}</span>')
_UNKNOWN: Final = Label(
    "„{text}“ steht hier nicht zur Auswahl. Bitte einen Eintrag der Liste nehmen.",
    "“{text}” is not one of the choices here. Please take an entry of the list.",
)

OPTIONS: Final = parameter(
    Label("Auswahlliste", "Option list"),
    Label("Schlüssel der Liste, aus der gewählt wird.", "Key of the list that is chosen from."),
    type="string",
    pattern="^[a-z][a-z0-9_]{0,40}$",
)


class ChoosingField(FieldType):
    """Base of the types whose values are keys of an option list."""

    parameters = {"options": OPTIONS}

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        #: What a mask offers; retired options are shown where they are stored, but not offered.
        self.offered: tuple[Option, ...] = tuple(option for option in spec.options if not option.retired)
        self.offered_keys: tuple[str, ...] = tuple(option.key for option in self.offered)
        self._keys = {option.key for option in spec.options}
        self._texts = {loc: {option.key: option.label.text(loc) for option in spec.options} for loc in LOCALES}
        self._badges = {loc: {option.key: _badge(option, loc) for option in spec.options} for loc in LOCALES}
        self._by_label: dict[str, str] = {
            fold(text): option.key for option in reversed(self.offered) for text in (option.label.de, option.label.en)
        }
        self._order = {option.key: position for position, option in enumerate(spec.options)}

    def key_of(self, raw: Any) -> str | None:
        """Return the key of an option named by its key or, as people and imports do, by its label.

        A retired option is taken by its key, so that a record that has it can still be saved.

        Raises:
            InvalidValue: `choice.unknown`.
        """
        if raw is None:
            return None
        if isinstance(raw, str):
            text = raw.strip()
            if not text:
                return None
            if text in self._keys:
                return text
            if (key := self._by_label.get(fold(text))) is not None:
                return key
        raise InvalidValue("choice.unknown", _UNKNOWN.format(text=str(raw)[:40]))

    def text_of(self, key: str, locale: Locale) -> str:
        """Return the option's label; a key that the list no longer has stands for itself."""
        return self._texts[locale].get(key, key)

    def badge_of(self, key: str, locale: Locale) -> Markup:
        """Return the option as a badge."""
        return self._badges[locale].get(key) or escape(key)

    def in_order(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return the keys in the list's order, each once."""
        return tuple(sorted(set(keys), key=lambda key: (self._order.get(key, len(self._order)), key)))

    def texts(self, locale: Locale) -> dict[str, str]:
        """Return every option's label by key, retired ones too."""
        return self._texts[locale]


def _badge(option: Option, locale: Locale) -> Markup:
    text = option.label.text(locale)
    classes = _BADGES.get(option.colour or "")
    return _BADGE.format(classes=classes, text=text) if classes else escape(text)

"""A person who uses the product."""

from __future__ import annotations

from app.fields.base import Examples, FieldSpec, Operator
from app.fields.operators import USER_OPERATORS
from app.fields.pointing import PointingField, Unresolved
from app.language import Label


class User(PointingField):
    """A person who uses the product, such as a record's owner."""

    name = "user"
    label = Label("Benutzer", "User")
    icon = "person"
    sample = FieldSpec(entity="sample", key="advisor", label=Label("Betreuer", "Advisor"))
    examples = Examples(
        good=(
            (3, 3),
            ("3", 3),
            ({"id": "", "text": "Anna", "label": ""}, Unresolved("Anna", "@user")),
            ("", None),
            (None, None),
        ),
        bad=(0, "Anna", True, [3]),
    )

    @property
    def target(self) -> str:
        """Return the table of users."""
        return "@user"

    def operators(self) -> tuple[Operator, ...]:
        """Return "is me" and the operators of references."""
        return USER_OPERATORS

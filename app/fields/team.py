"""A team of people who use the product."""

from __future__ import annotations

from app.fields.base import Examples, FieldSpec
from app.fields.pointing import PointingField, Unresolved
from app.language import Label


class Team(PointingField):
    """A team, such as the one a record belongs to."""

    name = "team"
    label = Label("Team", "Team")
    icon = "people"
    sample = FieldSpec(entity="sample", key="department", label=Label("Abteilung", "Department"))
    examples = Examples(
        good=(
            (3, 3),
            ("3", 3),
            ({"id": "", "text": "Süd", "label": ""}, Unresolved("Süd", "@team")),
            ("", None),
            (None, None),
        ),
        bad=(0, "Süd", True, [3]),
    )

    @property
    def target(self) -> str:
        """Return the table of teams."""
        return "@team"

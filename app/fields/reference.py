"""A reference to one record of one entity."""

from __future__ import annotations

from app.fields.base import Examples, FieldSpec
from app.fields.parameters import ENTITY_KEY, parameter
from app.fields.pointing import PointingField, Unresolved
from app.language import Label


class Reference(PointingField):
    """A reference to one record of one entity, kept by a foreign key."""

    name = "reference"
    label = Label("Verweis", "Reference")
    icon = "link-45deg"
    parameters = {
        "target": parameter(
            Label("Ziel", "Target"),
            Label("Schlüssel der Objektart, auf die verwiesen wird.", "Key of the entity that is pointed to."),
            **ENTITY_KEY,
        )
    }
    sample = FieldSpec(
        entity="sample",
        key="account",
        label=Label("Firma", "Company"),
        parameters={"target": "account"},
        targets=("account",),
    )
    examples = Examples(
        good=(
            (17, 17),
            ("17", 17),
            ({"id": "17", "text": "Meier", "label": "Meier"}, 17),
            ({"id": "17", "text": "Müller", "label": "Meier"}, Unresolved("Müller", "account")),
            ({"id": "", "text": " Meier ", "label": ""}, Unresolved("Meier", "account")),
            ({"id": "17", "text": "", "label": "Meier"}, None),
            ({"id": "17", "text": "Meier"}, 17),
            ({"id": "17"}, 17),
            ({"id": "", "text": "", "label": ""}, None),
            ("", None),
            (None, None),
        ),
        bad=(0, -1, "Meier", 1.5, True, [17], {"id": "x"}, 2**63, "９"),
    )

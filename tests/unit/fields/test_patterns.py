"""A document's `pattern` is hostile: it runs in linear time, or it is refused when the document is read."""

from __future__ import annotations

import pytest

from app.errors import InvalidValue
from app.fields.base import FieldSpec
from app.fields.registry import REGISTRY
from app.language import Label


def _spec(pattern: str) -> FieldSpec:
    keywords = {"pattern": pattern, "maxLength": 2000}
    return FieldSpec(entity="sample", key="code", label=Label("Kürzel", "Code"), keywords=keywords)


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|aa)+$", "^(.*a){20}$", "^([a-z]+)*!$"])
def test_a_pattern_that_would_backtrack_comes_to_an_end(pattern: str) -> None:
    """An engine that backtracks would not be done in years."""
    text_type, spec = REGISTRY["text"], _spec(pattern)
    assert text_type.check(spec) == ()
    with pytest.raises(InvalidValue):
        text_type(spec).clean("a" * 1990 + "?", "de")


@pytest.mark.parametrize("pattern", ["(", "[z-a]", "(?<=a+)b", r"(a)\1", "((((a{1,1000}){1,1000}){1,1000}){1,1000})"])
def test_a_pattern_that_cannot_be_linear_is_refused(pattern: str) -> None:
    assert REGISTRY["text"].check(_spec(pattern)) != ()

"""Whatever happens to a document, the compiler answers with a Model or with issues."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import Severity
from app.meta.compile import compile_model
from app.meta.diff import diff
from app.meta.documents import Document
from app.meta.layers import merge
from app.meta.refs import uses
from tests.unit.meta.shipped import compiled, documents, effective

TEXTS = [
    "",
    "account",
    "a.b",
    "name = ",
    "today()",
    "{name",
    "[",
    "\u0000",
    "ü" * 500,
    "date",
    "string",
    "*",
    "sum(x.y)",
    "__",
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([1.0, -0.5, 1e18, 2**62, 2**64]),
    st.sampled_from(TEXTS),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["id", "key", "type", "expr", "de", "x-crm", "field", "label", "ü"]), inner, max_size=3
        ),
    ),
    max_leaves=4,
)


def _spots(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if at else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        found.extend(_spots(child, (*at, key)))
    return found


def _mutate(data: st.DataObject, body: Any) -> Any:
    spots = _spots(body)
    *steps, last = data.draw(st.sampled_from(spots), label="where")
    holder = body
    for step in steps:
        holder = holder[step]
    action = data.draw(st.sampled_from(["replace", "remove", "add", "swap", "double"]), label="what")
    if action == "remove":
        del holder[last]
    elif action == "add" and isinstance(holder, dict):
        holder[data.draw(st.sampled_from(["x", "retired", "default", "after", "type", "id"]))] = data.draw(VALUES)
    elif action == "double" and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[last]))
    elif action == "swap":
        other = data.draw(st.sampled_from(spots), label="with")
        value = body
        for step in other:
            value = value[step] if isinstance(value, (dict, list)) and _has(value, step) else None
        holder[last] = copy.deepcopy(value)
    else:
        holder[last] = data.draw(VALUES, label="new value")
    return body


def _has(holder: Any, step: Any) -> bool:
    return step in holder if isinstance(holder, dict) else isinstance(step, int) and step < len(holder)


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_mutation_of_the_shipped_documents_gives_a_model_or_issues(data: st.DataObject) -> None:
    mutated = list(effective())
    for _ in range(data.draw(st.integers(1, 3))):
        index = data.draw(st.integers(0, len(mutated) - 1), label="document")
        body = copy.deepcopy(mutated[index].body)
        if not _spots(body):
            continue
        mutated[index] = replace(mutated[index], body=_mutate(data, body))
    found = compile_model(mutated, compiled())
    errors = [issue for issue in found.issues if issue.severity is Severity.ERROR]
    assert (found.model is None) == bool(errors)
    for issue in found.issues:
        assert all((issue.code, issue.document, issue.message.de, issue.message.en, issue.hint.de, issue.hint.en))
    if found.model is not None:
        assert uses(found.model)
        assert all(change.words.de and change.words.en for change in diff(compiled().model, found.model))


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_mutation_of_a_layer_merges(data: st.DataObject) -> None:
    layers = list(documents())
    index = data.draw(st.integers(0, len(layers) - 1))
    chosen = layers[index]
    overlay = _mutate(data, copy.deepcopy(chosen.body))
    layers.append(Document(chosen.kind, chosen.key, "company", f"company/{chosen.key}.json", overlay))
    found, issues = merge(layers)
    assert isinstance(compile_model(found, compiled()).issues, tuple)
    assert all(issue.document for issue in issues)


@pytest.mark.parametrize("body", [{}, {"key": "account"}, {"format": 1, "key": "account", "type": "object"}])
def test_a_document_that_says_hardly_anything(body: Any) -> None:
    mutated = [replace(d, body=body) if d.key == "account" else d for d in effective()]
    assert compile_model(mutated).model is None

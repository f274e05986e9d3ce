"""Writes the generated pages of `docs/reference/` out of what the product itself goes by.

`python -m tools.docs` writes them, and the published schemas in `app/meta/schemas/`; with `--check` it writes nothing
and returns 1 where a page isn't what it would be.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Final

import click

from app.api.body import MAX_DEPTH
from app.api.description import LIST_ARGUMENTS
from app.cli.main import main as lotse
from app.config import SETTINGS, Settings
from app.expr.functions import AGGREGATES, FUNCTIONS, Function
from app.fields.base import FieldType
from app.fields.registry import REGISTRY
from app.meta.grammar.entity import FIELD, KEYWORDS
from app.meta.grammar.published import FILES, all_published, write
from app.meta.grammar.words import Schema
from app.system.tokens import SCOPES
from app.web.programs import KINDS as PROBLEM_KINDS
from app.web.texts import TEXTS
from tools.setup import ROOT

REFERENCE: Final = ROOT / "docs" / "reference"
_NOTICE: Final = "<!-- Written by `make docs`; change the source named below instead. -->"
#: How deep a schema's own objects are told; deeper ones are named.
_DEPTH: Final = 8


def _page(title: str, source: str, *parts: str) -> str:
    return "\n\n".join((f"# {title}", _NOTICE, *parts, f"Source: `{source}`.")) + "\n"


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    lines = ["| " + " | ".join(heads) + " |"]
    lines.append("|" + "---|" * lines[0].count(" | ") + "---|")
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _code(value: object) -> str:
    return f"`{value}`"


def _default(schema: Schema) -> str:
    return _code(json.dumps(schema["default"], ensure_ascii=False)) if "default" in schema else ""


# ---------------------------------------------------------------------------------------------------------- settings


def settings() -> str:
    """Return the page of the settings."""
    defaults = {field.name: field.default for field in fields(Settings) if isinstance(field.default, str | int | bool)}
    rows = [
        (
            _code(setting.variable),
            setting.meaning.en,
            setting.expects.en,
            _code(defaults[setting.name]) if setting.name in defaults else "",
            _code(setting.example),
        )
        for setting in SETTINGS
    ]
    about = "Every setting is an environment variable. A wrong or unknown one stops the program with a sentence."
    table = _table(("Variable", "Meaning", "Expected", "Default", "Example"), rows)
    return _page("Settings", "app/config.py", about, table)


# -------------------------------------------------------------------------------------------------------- expressions


def _signature(function: Function) -> str:
    arguments = [function.kind(position).value for position in range(max(function.least, len(function.parameters)))]
    optional = arguments[function.least :]
    repeated = ["…"] if function.most > len(arguments) else []
    shown = [*arguments[: function.least], *(f"[{name}]" for name in optional), *repeated]
    return f"{function.name}({', '.join(shown)})"


def functions() -> str:
    """Return the page of the expression language's functions."""
    rows = [
        (
            _code(_signature(function)),
            function.result.value if function.result else "as its arguments",
            function.help.en,
            _code(function.example),
            function.words.de,
        )
        for function in FUNCTIONS.values()
    ]
    heads = ("Function", "Result", "Meaning", "Example", "In German words")
    strict = "An empty argument makes an empty result, unless the meaning says otherwise."
    sums = [(_code(f"{key}(lines.field)"), label.en) for key, label in AGGREGATES.items()]
    over_lines = _table(("Over lines", "In words"), sums)
    return _page("Functions of expressions", "app/expr/functions.py", strict, _table(heads, rows), over_lines)


# -------------------------------------------------------------------------------------------------------- field types


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


def _inferred(field_type: type[FieldType]) -> str:
    pairs = [f"`{kind}`" + (f" with format `{form}`" if form else "") for kind, form in field_type.infers]
    needed = f'Needs `"x-crm": {{"type": "{field_type.name}"}}`.'
    return "Inferred from " + " or ".join(pairs) + "." if pairs else needed


def _field_type(field_type: type[FieldType]) -> Iterator[str]:
    yield f"## {field_type.name}"
    yield f"{field_type.label.en} · {field_type.label.de}. {_first_line(field_type.__doc__)} {_inferred(field_type)}"
    bound = field_type(field_type.sample)
    facts = [
        ("Type in expressions", _code(field_type.value_type.value)),
        ("Keywords", ", ".join(_code(word) for word in sorted(field_type.keywords))),
        ("Aggregates", ", ".join(_code(name) for name in field_type.aggregates)),
        ("Filters", ", ".join(f"`{operator.key}` ({operator.label.en})" for operator in bound.operators())),
        ("Buckets", ", ".join(_code(bucket.key) for bucket in bound.buckets())),
        ("Converts from", ", ".join(f"`{name}` ({loss.value})" for name, loss in field_type.converts_from.items())),
    ]
    yield "\n".join(f"- {name}: {value}" for name, value in facts if value)
    if field_type.parameters:
        rows = [
            (_code(name), schema.get("description", ""), _default(schema) or "required")
            for name, schema in field_type.parameters.items()
        ]
        yield _table(("Parameter", "Meaning", "Default"), rows)


def field_types() -> str:
    """Return the page of the field types."""
    parts = [part for field_type in REGISTRY.values() for part in _field_type(field_type)]
    about = "What a property of an entity can be. Parameters stand in its `x-crm`, keywords beside its `type`."
    return _page("Field types", "app/fields/", about, *parts)


# ------------------------------------------------------------------------------------------------------ command line


def _commands(command: click.Command, name: str, above: click.Context | None) -> Iterator[tuple[str, str]]:
    """Yield the full name of every command with what `--help` says about it."""
    settings_of_it = {**command.context_settings, "max_content_width": 100, "terminal_width": 100}
    context = click.Context(command, info_name=name, parent=above, **settings_of_it)
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from _commands(inner, str(inner.name), context)


def command_line() -> str:
    """Return the page of the command `lotse`."""
    parts = [f"## {name}\n\n```text\n{text}\n```" for name, text in _commands(lotse, "lotse", None)]
    return _page("The command lotse", "app/cli/", *parts)


# ---------------------------------------------------------------------------------------------------------- documents


def _resolved(schema: Schema, root: Schema) -> Schema:
    """Follow a reference; what stands beside it says more about this place than the definition."""
    name = schema.get("$ref", "")
    if not name.startswith("#/$defs/"):
        return schema
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    return {**root["$defs"][name.removeprefix("#/$defs/")], **beside}


def _kind_of(schema: Schema) -> str:
    if "const" in schema:
        return _code(schema["const"])
    if "enum" in schema:
        return ", ".join(_code(value) for value in schema["enum"])
    kind = schema.get("type", "any")
    return str(kind) if isinstance(kind, str) else " or ".join(kind)


def _rows(schema: Schema, root: Schema, below: str, seen: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    required = schema.get("required", ())
    for name, declared in schema.get("properties", {}).items():
        place, reference = f"{below}{name}", declared.get("$ref", "") if isinstance(declared, Mapping) else ""
        found = _resolved(declared, root)
        yield (
            _code(place),
            _kind_of(found),
            "yes" if name in required else "",
            str(found.get("description", "")),
            _default(found),
        )
        if reference in seen or len(seen) >= _DEPTH or reference.endswith(("/label", "/prose")):
            continue
        yield from _inside(found, root, place, (*seen, reference) if reference else seen)


def _inside(schema: Schema, root: Schema, place: str, seen: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield what is in an object, in a list's objects, or in one of several possible objects."""
    yield from _rows(schema, root, f"{place}.", seen)
    items = schema.get("items")
    if isinstance(items, Mapping):
        reference = items.get("$ref", "")
        if reference not in seen:
            yield from _inside(_resolved(items, root), root, f"{place}[]", (*seen, reference) if reference else seen)
    for choice in (*schema.get("oneOf", ()), *schema.get("anyOf", ()), schema.get("then", {})):
        reference = choice.get("$ref", "")
        if reference not in seen or not reference:
            yield from _rows(_resolved(choice, root), root, f"{place}.", (*seen, reference) if reference else seen)


def document(kind: str, schema: Schema) -> str:
    """Return the page of one kind of document.

    Args:
        kind: folder of the kind.
        schema: its published schema.
    """
    table = _table(("Property", "Kind", "Required", "Meaning", "Default"), dict.fromkeys(_rows(schema, schema, "", ())))
    parts = [table]
    if kind == "entities":
        field = {"properties": {**KEYWORDS, "x-crm": {"type": "object", "properties": FIELD}}}
        heads = ("Property of a field", "Kind", "Required", "Meaning", "Default")
        parts += ["## Fields", "Beside these, what [its type](../field-types.md) understands."]
        parts.append(_table(heads, dict.fromkeys(_rows(field, schema, "", ()))))
    where = f"Complete schema, for editors: `app/meta/schemas/{kind}.schema.json`."
    return _page(schema.get("title", kind), "app/meta/grammar/", schema.get("description", ""), where, *parts)


# --------------------------------------------------------------------------------------------------------------- API

#: What holds for every request.
_FORM: Final = f"""\
Everything is JSON in UTF-8 below `/api/v1`; `GET /api/v1/openapi.json` describes what its reader
can use.

- A record is an object of its fields by key, with `id`. In a list, a path over a reference (`account.industry`)
  is a key of its own, or stands in the reference's object where that is expanded; of child rows a list tells how
  many there are.
- What is sent is neutral, whatever the language: dates as ISO 8601, instants in UTC with `Z`, numbers with a
  point, never rounded. Messages and labels are in the language of `Accept-Language` (de, en), else in that of the
  token's user.
- A record's `ETag` is its version and a digest of the body, `"12-4f9a…"`; without a body the version alone, `"12"`.
  `PATCH`, `DELETE` and `restore` need it as `If-Match`: without it 428, with another version 412. Only the version
  is compared there, so the ETag of any answer will do, and `"12"` too. `If-None-Match` saves reading what is known
  already: 304 where the answer would be the same to the byte, whatever has changed in the record or elsewhere.
- `PATCH` is a merge patch (RFC 7396). Child rows are given whole: with `id` they are changed, without one added,
  left out they go to the archive.
- With `Idempotency-Key`, a request that is sent again within two days gets the first answer, marked `Idempotency-
  Replayed`.
- Bodies: at most 4 MB, {MAX_DEPTH} levels deep, no member twice, unknown members are refused (422).
- A list also takes the filters of its page: `f.<path>.<operator>=value` (operators: [field types](field-
  types.md)).
- A token is sent as `Authorization: Bearer lotse_…`. A session may read, too; to change something it sends its
  form token as `X-CSRFToken`. There is no CORS.
- What can't be read isn't there: 404 for a record, an unknown field for a field. Entities with the keys `me` and
  `reports` can't be reached."""
#: What every refusal looks like.
_PROBLEM_PAGE: Final = """\
Everything that is refused is `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`,
`request` (by which it is found in the log) and, where values are refused, `errors`, each with `pointer` (RFC
6901, into what was sent), `code` and `message`, which is the sentence that a mask shows."""


def api() -> str:
    """Return the page of the API's conventions."""
    arguments = [(_code(name), text) for name, (text, _) in LIST_ARGUMENTS.items()]
    scopes = [(_code(scope), TEXTS[f"api.scope_{scope}"].en) for scope in SCOPES]
    kinds = [(status, _code(f"urn:lotse:problem:{kind}")) for status, kind in PROBLEM_KINDS.items()]
    return _page(
        "The API",
        "app/api/",
        _FORM,
        "## Lists",
        _table(("Argument", "Meaning"), arguments),
        "## Tokens",
        _table(("Scope", "Meaning"), scopes),
        "## Problems",
        _PROBLEM_PAGE,
        _table(("Status", "Type"), kinds),
    )


# -------------------------------------------------------------------------------------------------------------- main

_PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "settings.md": settings,
    "functions.md": functions,
    "field-types.md": field_types,
    "command-line.md": command_line,
    "api.md": api,
}


def pages() -> dict[Path, str]:
    """Return every generated file and what belongs in it."""
    found = {REFERENCE / name: page() for name, page in _PAGES.items()}
    for kind, schema in all_published().items():
        found[REFERENCE / "documents" / f"{kind}.md"] = document(kind, schema)
    with tempfile.TemporaryDirectory() as folder:
        for path in write(Path(folder)):
            found[FILES / path.name] = path.read_text(encoding="utf-8")
    return found


def outdated() -> tuple[Path, ...]:
    """Return the generated files that aren't what they would be."""
    return tuple(
        path for path, text in pages().items() if not path.is_file() or path.read_text(encoding="utf-8") != text
    )


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` say which would change."""
    if "--check" in arguments:
        changed = outdated()
        for path in changed:
            print(f"{path.relative_to(ROOT)} is out of date. Run `make docs` and commit it.")
        return 1 if changed else 0
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

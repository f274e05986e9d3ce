"""Reports: dimensions, measures, parameters and conditions resolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from app.expr.deps import parameters as parameters_in
from app.expr.scope import PathInfo
from app.expr.types import ValueType
from app.fields.base import Bucket, FieldSpec, FieldType
from app.fields.registry import REGISTRY
from app.language import Label
from app.meta.linking.entities import elements
from app.meta.linking.expressions import Expressions, Lookup, check_roles, entity_of, resolve_path
from app.meta.linking.fields import (
    bind,
    default_of,
    is_computed,
    label_of,
    optional_label,
    options_of,
    parameters_of,
    targets_of,
)
from app.meta.linking.workshop import At, Desk, Source, under
from app.meta.model import Chart, Dimension, Entity, FieldPath, Measure, Report, ReportParameter, ReportSort
from app.meta.paths import MAX_HOPS
from app.meta.scope import EntityScope, NoNames, NumbersScope, info_of
from app.meta.structure import Sound, check_structure, parameter_checker

_COUNT: Final = Label("Anzahl", "Count")
_SHARE: Final = Label("Anteil", "Share")
_OF_PIVOT: Final = ("row", "column")
_BAND: Final = "band"


class _ReportMaker:
    """Makes one report out of its document."""

    def __init__(self, desk: Desk, source: Source, entity: Entity) -> None:
        self.desk = desk
        self.source = source
        self.body = source.body
        self.entity = entity
        self.lookup = Lookup(desk)
        self.parameters = self._parameters()
        # A parameter that is broken, and reported, fits everywhere.
        types = {given["id"]: ValueType.EMPTY for given in self.body.get("parameters", ())}
        types |= {parameter.id: parameter.type.value_type for parameter in self.parameters}
        scope = EntityScope(self.lookup, entity.key, types)
        self.expressions = Expressions(desk, self.lookup, entity.key, scope, query=True)
        self.types = types

    # -- parameters -------------------------------------------------------------------------------------------------

    def _parameters(self) -> tuple[ReportParameter, ...]:
        at = under(self.source.at, "parameters")
        found = [
            self._parameter(given, under(at, i))
            for i, given in elements(self.desk, self.body.get("parameters", []), at)
        ]
        return tuple(parameter for parameter in found if parameter is not None)

    def _sound_parameter(self, field_type: type[FieldType], given: Mapping[str, Any], at: At) -> Sound | None:
        if self.source.document.checked:
            return Sound(given)
        return check_structure(parameter_checker(field_type), given, at, self.desk.findings)

    def _parameter(self, given: Mapping[str, Any], at: At) -> ReportParameter | None:
        field_type = REGISTRY.get(given["type"])
        if field_type is None:
            self.desk.findings.unknown("field.unknown_type", at("type"), given["type"], REGISTRY)
            return None
        sound = self._sound_parameter(field_type, given, at)
        bound = None if sound is None else self._bind(field_type, sound.body, at)
        if bound is None or sound is None:
            return None
        if not bound.columns():
            self.desk.findings.add("report.parameter_type", at("type"), name=given["type"])
            return None
        default: Any = sound.body.get("default")
        computed = None
        if is_computed(default):
            blank = Expressions(self.desk, self.lookup, self.entity.key, NoNames())
            computed = blank.compile(default["expr"], lambda: at("default", "expr"), bound.value_type)
        return ReportParameter(
            id=given["id"],
            label=bound.spec.label,
            type=bound,
            default=default_of(self.desk, bound, default, under(at, "default")),
            default_expr=computed,
            required=sound.body.get("required", False),
        )

    def _bind(self, field_type: type[FieldType], given: Mapping[str, Any], at: At) -> FieldType | None:
        parameters = parameters_of(field_type, given)
        options, targets = options_of(self.desk, parameters, at), targets_of(self.desk, parameters, at)
        if options is None or targets is None:
            return None
        spec = FieldSpec(
            entity=f"@report.{self.source.document.key}",
            key=given["id"],
            label=label_of(given["label"], given["id"]),
            parameters=parameters,
            options=options,
            targets=targets,
            required=given.get("required", False),
        )
        return bind(self.desk, field_type, spec, at)

    def check_used(self, report: Report) -> None:
        """Warn of a parameter that no expression asks for."""
        expressions = [report.filter, report.having, *(measure.condition for measure in report.measures)]
        used = {name for expr in expressions if expr is not None for name in parameters_in(expr)}
        texts = [self.body.get("filter"), self.body.get("having"), *(m.get("condition") for m in self.body["measures"])]
        for index, given in enumerate(self.body.get("parameters", ())):
            name = given["id"]
            if name not in used and not any(f"${name}" in text for text in texts if text):
                self.desk.findings.add("report.parameter_unused", self.source.at("parameters", index), name=name)

    # -- dimensions and measures ------------------------------------------------------------------------------------

    def dimensions(self) -> tuple[Dimension, ...]:
        """Return what the report groups by."""
        at = under(self.source.at, "dimensions")
        found = [
            self._dimension(given, under(at, i))
            for i, given in elements(self.desk, self.body.get("dimensions", []), at)
        ]
        return tuple(dimension for dimension in found if dimension is not None)

    def _path(self, text: str, at: At) -> FieldPath | None:
        return resolve_path(self.desk, self.lookup, self.entity.key, text, at("field"), MAX_HOPS)

    def _dimension(self, given: Mapping[str, Any], at: At) -> Dimension | None:
        path = self._path(given["field"], at)
        if path is None:
            return None
        value_type = info_of(path).type
        if not path.field.type.columns() or value_type is ValueType.LIST:
            self.desk.findings.add("report.dimension_unusable", at("field"), name=given["field"])
            return None
        bucket, size = self._bucket(path, given, at), given.get("size")
        if size is not None and given.get("bucket") != _BAND:
            self.desk.findings.add("report.size", at("size"))
        label = Label.of(given["label"]) if "label" in given else path.label
        return Dimension(given["id"], label, path, bucket, None if size is None else Decimal(str(size)))

    def _bucket(self, path: FieldPath, given: Mapping[str, Any], at: At) -> Bucket | None:
        name = given.get("bucket")
        if name is None:
            return None
        buckets = {bucket.key: bucket for bucket in path.field.type.buckets()} if path.sub is None else {}
        if name not in buckets:
            self.desk.findings.unknown("report.bucket", at("bucket"), name, buckets, field=given["field"])
        return buckets.get(name)

    def measures(self, dimensions: Sequence[Dimension]) -> tuple[Measure, ...]:
        """Return what the report computes."""
        at = under(self.source.at, "measures")
        taken = {dimension.id for dimension in dimensions}
        found: list[Measure] = []
        for i, given in elements(self.desk, self.body["measures"], at):
            if given["id"] in taken:
                self.desk.findings.add("structure.duplicate_id", at(i, "id"), name=given["id"])
            made = self._measure(given, under(at, i))
            if made is not None:
                found.append(made)
        return tuple(found)

    def _measure(self, given: Mapping[str, Any], at: At) -> Measure | None:
        aggregate = given["aggregate"]
        condition = self.expressions.condition(given.get("condition"), lambda: at("condition"))
        path = self._path(given["field"], at) if "field" in given else None
        if "field" in given and path is None:
            return None
        for name in self._extra(given):
            self.desk.findings.add("report.measure_extra", at(name), name=name, aggregate=aggregate)
        if aggregate == "share":
            if not self._share_is_sound(given, at):
                return None
        elif aggregate != "count" and not self._aggregate_is_sound(path, given, at):
            return None
        return Measure(
            id=given["id"],
            label=self._label(given, path),
            aggregate=aggregate,
            path=path,
            condition=condition,
            of=given.get("of"),
            base=given.get("base"),
        )

    def _extra(self, given: Mapping[str, Any]) -> list[str]:
        surplus = {"share": ("field", "condition"), "count": ("field", "base", "of")}
        return [name for name in surplus.get(given["aggregate"], ("base", "of")) if name in given]

    def _label(self, given: Mapping[str, Any], path: FieldPath | None) -> Label:
        usual = _SHARE if given["aggregate"] == "share" else _COUNT if path is None else path.label
        return Label.of(given["label"]) if "label" in given else usual

    def _aggregate_is_sound(self, path: FieldPath | None, given: Mapping[str, Any], at: At) -> bool:
        if path is None:
            self.desk.findings.add("report.measure_field", at(), name=given["aggregate"])
            return False
        possible = path.field.type.aggregates if path.sub is None else ("count", "distinct")
        if given["aggregate"] not in possible:
            values = {"field": given["field"]}
            self.desk.findings.unknown("report.aggregate", at("aggregate"), given["aggregate"], possible, **values)
        return given["aggregate"] in possible

    def _share_is_sound(self, given: Mapping[str, Any], at: At) -> bool:
        if "base" not in given or "of" not in given:
            self.desk.findings.add("report.share", at())
            return False
        plain = [measure["id"] for measure in self.body["measures"] if measure["aggregate"] != "share"]
        if given["base"] not in plain:
            self.desk.findings.unknown("report.share_measure", at("base"), given["base"], plain)
            return False
        if given["of"] in _OF_PIVOT and not self.body.get("across"):
            self.desk.findings.add("report.share_pivot", at("of"), name=given["of"])
        elif given["of"] not in ("total", *_OF_PIVOT, *plain):
            self.desk.findings.unknown("report.share_measure", at("of"), given["of"], ["total", *_OF_PIVOT, *plain])
            return False
        return True

    # -- the rest ---------------------------------------------------------------------------------------------------

    def having(self, dimensions: Sequence[Dimension], measures: Sequence[Measure]) -> Any:
        """Return the condition over groups."""
        if len(measures) < len(self.body["measures"]):
            return None  # A broken measure is reported already; every name of it would be unknown here.
        names = {measure.id: _info(measure) for measure in measures}
        names |= {d.id: PathInfo(d.bucket.value_type) if d.bucket else info_of(d.path) for d in dimensions}
        scope = NumbersScope(names, self.types)
        checker = Expressions(self.desk, self.lookup, self.entity.key, scope, query=True)
        return checker.condition(self.body.get("having"), lambda: self.source.at("having"))

    def known(self, code: str, names: Sequence[str], known: Sequence[str], at: At) -> tuple[str, ...]:
        """Return names, having reported those that aren't known."""
        for index, name in enumerate(names):
            if name not in known:
                self.desk.findings.unknown(code, at(index), name, known)
        return tuple(names)

    def ids(self, part: str) -> list[str]:
        """Return the ids of dimensions or measures as they stand in the document, broken ones too."""
        return [given["id"] for given in self.body.get(part, ())]

    def sort(self) -> tuple[ReportSort, ...]:
        """Return the order."""
        known = [*self.ids("dimensions"), *self.ids("measures")]
        for index, given in enumerate(self.body.get("sort", ())):
            if given["by"] not in known:
                self.desk.findings.unknown(
                    "report.unknown_sort", self.source.at("sort", index, "by"), given["by"], known
                )
        return tuple(ReportSort(given["by"], given.get("descending", False)) for given in self.body.get("sort", ()))

    def chart(self) -> Chart | None:
        """Return how it is drawn."""
        given = self.body.get("chart")
        if given is None:
            return None
        at = under(self.source.at, "chart", "measures")
        return Chart(given["kind"], self.known("report.unknown_measure", given["measures"], self.ids("measures"), at))


def _info(measure: Measure) -> PathInfo:
    """Return what a measure is in a condition: a number, or for least and greatest what the field is."""
    if measure.aggregate in ("min", "max") and measure.path is not None:
        return info_of(measure.path)
    scale = 0 if measure.path is None else info_of(measure.path).scale
    return PathInfo(ValueType.NUMBER, 4 if measure.aggregate in ("average", "share") else scale)


def shows(report: Report, show: str) -> bool:
    """Return whether a report has what it takes to be shown as table, pivot or chart."""
    return (
        show == "table" or (show == "pivot" and bool(report.across)) or (show == "chart" and report.chart is not None)
    )


def make_report(desk: Desk, key: str) -> Report | None:
    """Return a report, or None where its document is too broken for use."""
    source = desk.sound("reports", key)
    if source is None:
        return None
    body = source.body
    roles = check_roles(desk, body.get("roles", ()), under(source.at, "roles"))
    entity = entity_of(desk, Lookup(desk), source, "report.unknown_entity")
    if entity is None:
        return None
    maker = _ReportMaker(desk, source, entity)
    dimensions = maker.dimensions()
    measures = maker.measures(dimensions)
    across = under(source.at, "across")
    report = Report(
        key=key,
        entity=entity.key,
        label=label_of(body["label"], key),
        dimensions=dimensions,
        measures=measures,
        help=optional_label(body.get("help")),
        filter=maker.expressions.condition(body.get("filter"), lambda: source.at("filter")),
        having=maker.having(dimensions, measures),
        parameters=maker.parameters,
        sort=maker.sort(),
        limit=int(body.get("limit", 500)),
        across=maker.known("report.unknown_dimension", body.get("across", ()), maker.ids("dimensions"), across),
        chart=maker.chart(),
        show=body.get("show", "table"),
        roles=roles,
    )
    maker.check_used(report)
    if not shows(report, report.show):
        desk.findings.add("report.show", source.at("show"), name=report.show)
    return report

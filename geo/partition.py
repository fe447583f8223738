"""Check whether a layer of areas tiles its parents: no overlap, no gap, no stranger, every code once.

Overlaps and gaps are cut out in degrees, on the very vertices the files hold, and only then measured on the ellipsoid:
projecting first would bend long edges apart where a neighbour has a vertex more, and find slivers nobody drew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from errors import BadGeometry
from geo import measure
from geo.partition_report import Finding, PartitionReport
from geo.repair import repair

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Geometries = NDArray[np.object_]

# pieces smaller than this are what binary fractions leave on a shared edge, not ground
NOISE_M2: Final = 1e-4
# an area with a smaller share inside its parent does not belong to it
BELONGS: Final = 0.5
LENGTHS: Final = "codes, names, polygons and parents differ in length: {lengths}"
NO_PARENT: Final = "parent area {code} has no usable polygon: {why}"


@dataclass(frozen=True)
class _Layer:
    """The rows of a layer as the checks need them: text codes, labels, valid polygons (empty where there is none)."""

    codes: tuple[str, ...]
    labels: tuple[str, ...]
    shapes: Geometries
    areas_m2: Floats


def check_partition(
    codes: Sequence[object],
    names: Sequence[object],
    geometries: Sequence[BaseGeometry | None] | Geometries,
    *,
    parents: Sequence[object] | None = None,
    parent_geometries: BaseGeometry | Mapping[str, BaseGeometry] | None = None,
    expected: Mapping[str, str] | None = None,
    worth_m2: float = 1.0,
) -> PartitionReport:
    """Find what keeps a layer from tiling its parents.

    Parameters
    ----------
    codes, names : of each area, as text; None, NaN or blank where there is none
    geometries : polygons in WGS84 degrees, one per area; invalid ones are reported and measured as repaired
    parents : the parent's code of each area. Without it an area belongs to the parent holding its inner point
    parent_geometries : the parent's polygon, or one per parent code. Without it gaps are those the areas enclose
    expected : the code list, code to name: what should have a polygon
    worth_m2 : ground below this is a sliver, summed up instead of told one by one

    Raises
    ------
    BadGeometry
        The columns differ in length.
    """
    _same_length(codes, names, geometries, parents)
    layer, faulty = _read_layer(codes, names, geometries)
    by_parent, one_parent = _parents(parent_geometries)
    asked: Sequence[object] | None = [""] * len(layer.codes) if one_parent else parents
    belongs, orphans = _assign(layer, asked, by_parent)
    spills, outside = _spills(layer, belongs, by_parent)
    return PartitionReport(
        rows=len(layer.codes),
        area_km2=float(layer.areas_m2.sum()) / 1e6,
        worth_m2=worth_m2,
        overlaps=_overlaps(layer),
        gaps=_gaps(layer, belongs, by_parent) if by_parent else _enclosed(layer),
        spills=spills,
        orphans=(*orphans, *outside),
        duplicates=_duplicates(layer),
        empty_codes=tuple(_about(layer, "empty_code", row) for row, code in enumerate(layer.codes) if not code),
        missing=_missing(layer, expected),
        unlisted=tuple(
            _about(layer, "unlisted", row)
            for row, code in enumerate(layer.codes)
            if expected is not None and code and code not in expected
        ),
        faulty=faulty,
        childless=_childless(belongs, by_parent),
    )


def _same_length(*columns: Sequence[object] | Geometries | None) -> None:
    lengths = [len(column) for column in columns if column is not None]
    if len(set(lengths)) > 1:
        raise BadGeometry(LENGTHS, lengths=lengths)


def _read_layer(
    codes: Sequence[object], names: Sequence[object], geometries: Sequence[BaseGeometry | None] | Geometries
) -> tuple[_Layer, tuple[Finding, ...]]:
    """The layer with every shape a valid polygon or empty, and what was found on the way."""
    clean_codes = tuple(map(_text, codes))
    pairs = zip(clean_codes, map(_text, names), strict=True)
    # a layer known by names alone has its names for codes: said once
    labels = tuple(" ".join(dict.fromkeys(filter(None, pair))) or f"#{row}" for row, pair in enumerate(pairs, start=1))
    shapes = np.empty(len(labels), dtype=object)
    faulty: list[Finding] = []
    for row, given in enumerate(geometries):
        shape = given
        if shape is None or shape.is_empty:
            faulty.append(Finding("no_polygon", {"area": labels[row], "row": row + 1}, (row,)))
            shape = None
        elif not shape.is_valid:
            reason = shapely.is_valid_reason(shape)
            faulty.append(Finding("invalid", {"area": labels[row], "row": row + 1, "reason": reason}, (row,)))
            shape = repair(shape).geometry
        if shape is not None and shape.geom_type not in ("Polygon", "MultiPolygon"):
            faulty.append(Finding("unusable", {"area": labels[row], "row": row + 1}, (row,)))
            shape = None
        shapes[row] = shapely.Polygon() if shape is None else shape
    return _Layer(clean_codes, labels, shapes, measure.area_m2(shapes)), tuple(faulty)


def _text(value: object) -> str:
    """A code or name as text; None, NaN and blanks are no text."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(value).strip()


def _parents(given: BaseGeometry | Mapping[str, BaseGeometry] | None) -> tuple[dict[str, BaseGeometry], bool]:
    """Parent polygons by code, valid; and whether it is a single one without a code."""
    if given is None:
        return {}, False
    single = isinstance(given, BaseGeometry)
    named = {"": given} if single else {_text(code): one for code, one in cast(Mapping[str, object], given).items()}
    whole: dict[str, BaseGeometry] = {}
    for code, one in named.items():
        done = repair(one)
        if done.geometry is None:
            raise BadGeometry(NO_PARENT, code=code, why="; ".join(done.words()))
        whole[code] = done.geometry
    return whole, single


def _assign(
    layer: _Layer, parents: Sequence[object] | None, by_parent: Mapping[str, BaseGeometry]
) -> tuple[list[str | None], list[Finding]]:
    """The parent code of each row (None when it has none), and the rows that have none."""
    if not by_parent:
        return [None] * len(layer.codes), []
    if parents is None:
        return _by_inner_point(layer, by_parent)
    belongs: list[str | None] = []
    orphans: list[Finding] = []
    for row, code in enumerate(map(_text, parents)):
        belongs.append(code if code in by_parent else None)
        if code not in by_parent:
            orphans.append(Finding("orphan_unknown", {"area": layer.labels[row], "parent": code}, (row,)))
    return belongs, orphans


def _by_inner_point(layer: _Layer, by_parent: Mapping[str, BaseGeometry]) -> tuple[list[str | None], list[Finding]]:
    belongs: list[str | None] = [None] * len(layer.codes)
    keys = sorted(by_parent)
    tree = shapely.STRtree([by_parent[key] for key in keys])
    inner = shapely.point_on_surface(layer.shapes)
    rows, found = tree.query(inner, predicate="intersects")
    # the lowest code where parents overlap, as everywhere
    for row, parent in sorted(zip(rows.tolist(), found.tolist(), strict=True), reverse=True):
        belongs[row] = keys[parent]
    lost = [row for row, code in enumerate(belongs) if code is None and layer.areas_m2[row] > 0]
    return belongs, [_about(layer, "orphan_nowhere", row) for row in lost]


def _overlaps(layer: _Layer) -> tuple[Finding, ...]:
    """Every pair of areas with ground in common, largest first."""
    tree = shapely.STRtree(layer.shapes)
    left, right = tree.query(layer.shapes, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    common = shapely.intersection(layer.shapes[left], layer.shapes[right])
    keep = shapely.area(common) > 0
    areas = np.zeros(len(common))
    areas[keep] = measure.area_m2(common[keep])
    found = []
    for k in np.argsort(-areas, kind="stable"):
        if areas[k] < NOISE_M2:
            break
        i, j = int(left[k]), int(right[k])
        values = {"a": layer.labels[i], "b": layer.labels[j], "m2": float(areas[k])}
        found.append(Finding("overlap", values, (i, j), float(areas[k]), common[k]))
    return tuple(found)


def _gaps(layer: _Layer, belongs: list[str | None], by_parent: Mapping[str, BaseGeometry]) -> tuple[Finding, ...]:
    """What of each parent lies in none of its areas, piece by piece, largest first."""
    found: list[Finding] = []
    for code, parent in by_parent.items():
        rows = [row for row, owner in enumerate(belongs) if owner == code and layer.areas_m2[row] > 0]
        if rows:
            left = shapely.difference(parent, shapely.union_all(layer.shapes[rows]))
            found += _pieces(left, kind="gap", parent=code or "the parent area")
    return tuple(sorted(found, key=lambda one: -one.area_m2))


def _enclosed(layer: _Layer) -> tuple[Finding, ...]:
    """Holes that all areas together enclose: they may be gaps, or lakes nobody looks after."""
    whole = shapely.union_all(layer.shapes)
    polygons = [one for one in shapely.get_parts(whole) if one.geom_type == "Polygon"]
    holes = [shapely.Polygon(ring) for one in polygons for ring in one.interiors]
    # land within a hole (an area standing in a lake) is no gap
    rest = [shapely.difference(hole, whole) for hole in holes]
    found = [piece for one in rest for piece in _pieces(one, kind="gap_enclosed", parent="")]
    return tuple(sorted(found, key=lambda one: -one.area_m2))


def _pieces(ground: BaseGeometry, *, kind: str, parent: str) -> list[Finding]:
    parts = shapely.get_parts(ground)
    parts = parts[shapely.get_type_id(parts) == 3]
    areas = measure.area_m2(parts)
    inner = shapely.point_on_surface(parts)
    return [
        Finding(kind, {"parent": parent, "m2": float(m2), "x": point.x, "y": point.y}, (), float(m2), part)
        for part, m2, point in zip(parts, areas, inner, strict=True)
        if m2 >= NOISE_M2
    ]


def _spills(
    layer: _Layer, belongs: list[str | None], by_parent: Mapping[str, BaseGeometry]
) -> tuple[tuple[Finding, ...], list[Finding]]:
    """Areas reaching beyond their parent, largest first; and those mostly outside it, which are orphans."""
    spills: list[Finding] = []
    outside: list[Finding] = []
    for code, parent in by_parent.items():
        shapely.prepare(parent)
        rows = np.array([row for row, owner in enumerate(belongs) if owner == code], dtype=np.int64)
        rows = rows[layer.areas_m2[rows] > 0]
        rows = rows[~shapely.covers(parent, layer.shapes[rows])]
        beyond = shapely.difference(layer.shapes[rows], parent)
        for row, piece, m2 in zip(rows.tolist(), beyond, measure.area_m2(beyond), strict=True):
            share = 1.0 - float(m2) / float(layer.areas_m2[row])
            values = {"area": layer.labels[row], "parent": code or "the parent area", "m2": float(m2), "share": share}
            if share < BELONGS:
                outside.append(Finding("orphan_outside", values, (row,), float(m2), piece))
            elif m2 >= NOISE_M2:
                spills.append(Finding("spill", values, (row,), float(m2), piece))
    return tuple(sorted(spills, key=lambda one: -one.area_m2)), outside


def _duplicates(layer: _Layer) -> tuple[Finding, ...]:
    rows_of: dict[str, list[int]] = {}
    for row, code in enumerate(layer.codes):
        if code:
            rows_of.setdefault(code, []).append(row)
    return tuple(
        Finding(
            "duplicate_code",
            {"code": code, "n": len(rows), "names": ", ".join(layer.labels[row] for row in rows)},
            tuple(rows),
        )
        for code, rows in sorted(rows_of.items())
        if len(rows) > 1
    )


def _missing(layer: _Layer, expected: Mapping[str, str] | None) -> tuple[Finding, ...]:
    """Listed codes that no polygon bears."""
    drawn = {code for code, m2 in zip(layer.codes, layer.areas_m2, strict=True) if m2 > 0}
    listed = expected or {}
    return tuple(Finding("missing", {"code": code, "name": listed[code]}) for code in listed if code not in drawn)


def _childless(belongs: list[str | None], by_parent: Mapping[str, BaseGeometry]) -> tuple[Finding, ...]:
    empty = [code for code in by_parent if code not in belongs]
    return tuple(Finding("childless", {"parent": code or "the parent area"}) for code in empty)


def _about(layer: _Layer, kind: str, row: int) -> Finding:
    return Finding(kind, {"area": layer.labels[row], "row": row + 1}, (row,))

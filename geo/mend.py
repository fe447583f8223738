"""Make one valid geometry out of rings: shells, holes, and islands told apart by where they lie.

The rules, in order: a ring stored twice counts once; a ring crossing itself is divided where it crosses; the shell of
a part is its first ring, unless another contains it; a ring mostly inside the shell is a hole, one mostly outside is
land of its own (within it again holes and land in turn); parts that overlap are joined.
"""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.rings import Reading

Floats = NDArray[np.float64]
Finding = tuple[str, dict[str, Any]]

# a ring with at least this share of its area inside the shell was meant as a hole
INSIDE: Final = 0.5


def build(reading: Reading) -> BaseGeometry:
    """The geometry exactly as its rings say, valid or not; a single part makes a simple one unless it came as Multi."""
    single = not reading.multi
    if reading.family == "point":
        points = [point for array in reading.arrays() for point in shapely.points(array)]
        return points[0] if single and len(points) == 1 else shapely.MultiPoint(points)
    if reading.family == "line":
        lines = [shapely.LineString(array) for array in reading.arrays()]
        return lines[0] if single and len(lines) == 1 else shapely.MultiLineString(lines)
    polygons = [shapely.Polygon(part[0], part[1:]) for part in reading.parts]
    return polygons[0] if single and len(polygons) == 1 else shapely.MultiPolygon(polygons)


def mend(reading: Reading) -> tuple[BaseGeometry | None, list[Finding]]:
    """A valid geometry of the rings, None when they enclose nothing, and what was done.

    Findings are (code, values); a value named ``area`` holds geometries still to be measured.
    """
    findings: list[Finding] = []
    if reading.family != "area":
        return shapely.make_valid(build(reading)), findings
    reason = shapely.is_valid_reason(build(reading))
    parts = [_without_repeats(part, findings) for part in reading.parts]
    bodies: list[BaseGeometry] = []
    for part in parts:
        faces = _faces(part, findings)
        if faces:
            bodies += _assemble(faces, findings)
    geometry = _join(bodies, findings)
    if not any(code not in ("repeated_vertices",) for code, _ in findings):
        findings.append(("made_valid", {"reason": reason}))
    return geometry, _summed(findings)


def _without_repeats(part: list[Floats], findings: list[Finding]) -> list[Floats]:
    """The rings of a part without vertices repeated in a row, and without rings stored twice."""
    kept: list[Floats] = []
    seen: set[bytes] = set()
    for ring in part:
        moved = np.concatenate([[True], (ring[1:] != ring[:-1]).any(axis=1)])
        if not moved.all():
            findings.append(("repeated_vertices", {"n": int((~moved).sum())}))
        key = shapely.to_wkb(shapely.normalize(shapely.LinearRing(ring[moved])))
        if key in seen:
            findings.append(("duplicate_ring", {"n": 1}))
            continue
        seen.add(key)
        kept.append(ring[moved])
    return kept


def _faces(part: list[Floats], findings: list[Finding]) -> list[BaseGeometry]:
    """What each ring encloses, as a valid area."""
    faces: list[BaseGeometry] = []
    for ring in part:
        face = shapely.Polygon(ring)
        if not face.is_valid:
            x, y = _location(face)
            face = _areal(shapely.make_valid(face, method="structure", keep_collapsed=False))
            if not face.is_empty:
                findings.append(("self_crossing", {"n": 1, "x": x, "y": y}))
        if face.is_empty or face.area == 0:
            findings.append(("no_area", {"n": 1}))
            continue
        faces.append(face)
    return faces


def _assemble(faces: list[BaseGeometry], findings: list[Finding]) -> list[BaseGeometry]:
    """The areas of one part: its shell less the holes in it, and the islands stored among the holes."""
    shell, *others = faces
    around = [one for one in others if one.area > shell.area and one.covers(shell)]
    if around:
        outer = max(around, key=lambda one: float(one.area))
        others = [shell, *(one for one in others if one is not outer)]
        shell = outer
        findings.append(("ring_order", {"n": 1}))
    shapely.prepare(shell)
    holes: list[BaseGeometry] = []
    islands: list[BaseGeometry] = []
    for one in others:
        inside = shell.contains(one) or shell.intersection(one).area >= INSIDE * one.area
        (holes if inside else islands).append(one)
    body = shell
    if holes:
        plain = shapely.Polygon(shell.exterior, [hole.exterior for hole in holes]) if _simple(shell, holes) else None
        body = plain if plain is not None and plain.is_valid else _areal(shell.difference(shapely.union_all(holes)))
    if islands:
        findings.append(("island_as_hole", {"n": len(islands)}))
    return [one for one in (body, *_nest(islands)) if not one.is_empty]


def _simple(shell: BaseGeometry, holes: list[BaseGeometry]) -> bool:
    """Whether shell and holes are single rings, so that no overlay is needed to take one from the other."""
    return all(one.geom_type == "Polygon" and not one.interiors for one in (shell, *holes))


def _nest(islands: list[BaseGeometry]) -> list[BaseGeometry]:
    """Land of its own, where a ring within an island is a lake on it, a ring within that an islet, and so on."""
    land: list[BaseGeometry] = []
    for one in sorted(islands, key=lambda island: -float(island.area)):
        for i, other in enumerate(land):
            if other.contains(one):
                land[i] = _areal(other.difference(one))
                break
        else:
            land.append(one)
    return land


def _join(bodies: list[BaseGeometry], findings: list[Finding]) -> BaseGeometry | None:
    """All areas as one valid geometry; overlaps are dissolved and told."""
    polygons = [polygon for body in bodies for polygon in shapely.get_parts(body)]
    if not polygons:
        return None
    whole = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
    if whole.is_valid:
        return whole
    joined = _areal(shapely.union_all(polygons))
    if sum(float(one.area) for one in polygons) - float(joined.area) > 1e-12 * float(joined.area):
        tree = shapely.STRtree(polygons)
        left, right = tree.query(polygons, predicate="intersects")
        pairs = [(polygons[i], polygons[j]) for i, j in zip(left, right, strict=True) if i < j]
        shared = [_areal(one.intersection(other)) for one, other in pairs]
        findings.append(("parts_overlap", {"area": shared}))
    return None if joined.is_empty else joined


def _areal(geometry: BaseGeometry) -> BaseGeometry:
    """Only the polygons of a geometry, as one valid polygon or multipolygon (empty when there are none)."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    return shapely.union_all(
        [one for one in shapely.get_parts(geometry) if one.geom_type in ("Polygon", "MultiPolygon")]
    )


def _location(face: BaseGeometry) -> tuple[float, float]:
    """Where GEOS finds the first fault, which it says only in words: 'Self-intersection[120.1 30.2]'."""
    found = re.search(r"\[(\S+) (\S+)\]", shapely.is_valid_reason(face))
    return (float(found[1]), float(found[2])) if found else tuple(shapely.get_coordinates(face)[0])


def _summed(findings: list[Finding]) -> list[Finding]:
    """One finding per code: counts added up, the first place kept."""
    summed: dict[str, dict[str, Any]] = {}
    for code, values in findings:
        if code in summed and "n" in values:
            summed[code]["n"] += values["n"]
        else:
            summed.setdefault(code, dict(values))
    return list(summed.items())

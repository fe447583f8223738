"""Read the bare rings out of any geometry, however badly it is written down.

A broken GeoJSON geometry cannot become a shapely one, so faults of writing (wrong nesting, unclosed rings, missing
numbers) are met here, on plain lists, and counted; :mod:`geo.repair` then mends what the rings mean.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Family = Literal["area", "line", "point"]

FAMILIES: Final[dict[str, tuple[Family, int]]] = {
    "Point": ("point", 1),
    "MultiPoint": ("point", 2),
    "LineString": ("line", 2),
    "MultiLineString": ("line", 3),
    "Polygon": ("area", 3),
    "MultiPolygon": ("area", 4),
}


@dataclass
class Reading:
    """What was found: parts of rings (areas), single lines, or points, and how often each fault of writing.

    ``parts[i]`` is a list of (n, 2) arrays: for an area its rings as given, shell first and each closed; for a line the
    one line; for points one array with all of them.
    """

    family: Family
    parts: list[list[Floats]] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    nesting: tuple[str, int] | None = None
    multi: bool = False

    def arrays(self) -> list[Floats]:
        """All coordinate arrays of all parts."""
        return [array for part in self.parts for array in part]


def read(source: BaseGeometry | Mapping[str, object] | None) -> Reading | None:
    """The rings of a shapely geometry, a GeoJSON geometry or a GeoJSON feature; None when it is neither.

    An empty geometry, or one with nothing usable, gives a reading without parts.
    """
    if source is None:
        return Reading("area")
    if isinstance(source, BaseGeometry):
        return _read_shapely(source)
    if not isinstance(source, Mapping):
        return None
    if source.get("type") == "Feature":
        inner = source.get("geometry")
        return read(inner) if inner is None or isinstance(inner, Mapping) else None
    return _read_geojson(source)


def _read_geojson(source: Mapping[str, object]) -> Reading | None:
    kind = source.get("type")
    if kind == "GeometryCollection":
        return _read_collection(source.get("geometries"))
    coordinates = source.get("coordinates")
    if not isinstance(kind, str) or kind not in FAMILIES or not isinstance(coordinates, list | tuple):
        return None
    family, expected = FAMILIES[kind]
    reading = Reading(family, multi=kind.startswith("Multi"))
    depth = _depth(coordinates)
    loose = kind == "MultiPolygon" and depth == 4 and any(_depth(child) == 2 for child in coordinates)
    if depth and (depth != expected or loose):
        reading.nesting = (kind, depth)
        reading.multi = False
    if family == "area":
        _read_areas(coordinates, reading)
    else:
        _read_leaves(coordinates, reading)
    return reading


def _read_collection(members: object) -> Reading | None:
    """The areas of a collection; lines and points beside them are counted as left out."""
    if not isinstance(members, list | tuple):
        return None
    readings = [inner for inner in map(read, members) if inner is not None]
    family: Family = "area" if any(one.family == "area" and one.parts for one in readings) else "line"
    whole = Reading(family)
    for inner in readings:
        if inner.family != family:
            whole.faults["other_kind"] += 1
            continue
        whole.parts += inner.parts
        whole.faults += inner.faults
        whole.nesting = whole.nesting or inner.nesting
    return whole


def _read_shapely(geometry: BaseGeometry) -> Reading:
    singles = shapely.get_parts(geometry)
    while (shapely.get_type_id(singles) >= 4).any():
        singles = shapely.get_parts(singles)
    types = {int(one) for one in shapely.get_type_id(singles)}
    if 3 in types or not types:
        reading = Reading("area")
        for one in singles:
            if one.geom_type != "Polygon":
                reading.faults["other_kind"] += 1
                continue
            rings = [shapely.get_coordinates(ring) for ring in (one.exterior, *one.interiors)]
            _add_area(rings, reading)
        reading.faults["height"] += int(shapely.has_z(geometry))
        return reading
    reading = Reading("line" if types & {1, 2} else "point")
    _read_leaves([shapely.get_coordinates(one) for one in singles], reading)
    return reading


def _depth(node: object) -> int:
    """How many lists deep the numbers lie (a position is 1, a ring 2, a polygon 3); 0 for what is no list."""
    if isinstance(node, np.ndarray):
        return node.ndim
    if not isinstance(node, list | tuple):
        return 0
    for child in node:
        if isinstance(child, list | tuple | np.ndarray) and len(child):
            return 1 + _depth(child)
    return 1 if len(node) else 0


def _read_areas(node: Iterable[object], reading: Reading) -> None:
    """Add every polygon under ``node``, at whatever depth it lies."""
    depth = _depth(node)
    if depth == 2:
        _add_area([node], reading)
    elif depth == 3:
        _add_area(list(node), reading)
    elif depth > 3:
        for child in node:
            if _depth(child) == 2 and reading.parts:
                # a ring lying loose between polygons belongs to the one before it
                ring = _ring(child, reading.faults)
                reading.parts[-1] += [] if ring is None else [ring]
            elif isinstance(child, list | tuple):
                _read_areas(child, reading)


def _add_area(rings: Iterable[object], reading: Reading) -> None:
    clean = [ring for ring in (_ring(one, reading.faults) for one in rings) if ring is not None]
    if clean:
        reading.parts.append(clean)


def _read_leaves(node: object, reading: Reading) -> None:
    """Add every line, or all points together, under ``node``."""
    depth = _depth(node)
    if depth > 2 or (
        depth == 2 and not isinstance(node, np.ndarray) and isinstance(node, list) and _holds_arrays(node)
    ):
        assert isinstance(node, list | tuple)
        for child in node:
            _read_leaves(child, reading)
        return
    positions = [node] if depth == 1 else node
    if not isinstance(positions, list | tuple | np.ndarray):
        return
    clean = _positions(positions, reading.faults)
    enough = 2 if reading.family == "line" else 1
    if len(np.unique(clean, axis=0)) >= enough:
        reading.parts.append([clean])
    elif len(clean):
        reading.faults["too_short"] += 1


def _holds_arrays(node: list[object]) -> bool:
    return any(isinstance(child, np.ndarray) and child.ndim == 2 for child in node)


def _ring(node: object, faults: Counter[str]) -> Floats | None:
    """One closed ring of at least three different corners, or None where no such ring is left."""
    if not isinstance(node, list | tuple | np.ndarray) or not len(node):
        return None
    ring = _positions(node, faults)
    if not len(ring):
        return None
    if not (ring[0] == ring[-1]).all():
        faults["unclosed"] += 1
        ring = np.vstack([ring, ring[:1]])
    if len(np.unique(ring, axis=0)) < 3:
        faults["too_short"] += 1
        return None
    return ring


def _positions(node: list[object] | tuple[object, ...] | Floats, faults: Counter[str]) -> Floats:
    """(n, 2) finite coordinates of a list of positions; what is missing or not a number is left out and counted."""
    if not isinstance(node, np.ndarray):
        try:
            array = np.asarray(node)
        except ValueError:  # ragged
            return _slow_positions(node, faults)
        if array.dtype.kind not in "fiu" or array.ndim != 2 or array.shape[1] < 2:
            return _slow_positions(node, faults)
        node = array
    faults["height"] += int(node.shape[1] > 2)
    xy = np.asarray(node[:, :2], dtype=np.float64)
    good = np.isfinite(xy).all(axis=1)
    faults["missing"] += int((~good).sum())
    return xy[good]


def _slow_positions(node: Iterable[object], faults: Counter[str]) -> Floats:
    kept: list[tuple[float, float]] = []
    for position in node:
        pair = list(position[:2]) if isinstance(position, list | tuple) and len(position) >= 2 else []
        x, y = (_number(value) for value in pair) if pair else (math.nan, math.nan)
        if math.isfinite(x) and math.isfinite(y):
            kept.append((x, y))
            faults["text"] += any(isinstance(value, str) for value in pair)
        else:
            faults["missing"] += 1
    return np.array(kept, dtype=np.float64).reshape(-1, 2)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        return float(value)
    except ValueError:
        return math.nan

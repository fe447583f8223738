"""Give the shapes of areas, cells and roads as GeoJSON for a map, once per version.

Geometry travels apart from values: a map fetches it by an address that carries a hash of what it holds, so that a
browser may keep it for good. Coordinates are rounded to six decimals (0.1 m).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Literal

import numpy as np
import shapely

from data.hotspot import study_cells
from data.metrics.memo import memo_of
from data.schema import LEVELS
from data.scope import EVERYONE, Scope
from data.warehouse import Warehouse
from errors import BadQuestion
from geo import cells as h3

DECIMALS = 6
#: the screen's detail: this many steps across the layer; a wall is 1,040 px wide and zooms in 16 times
STEPS = 16_000
CELLS = {"cell7": 7, "cell8": 8, "cell9": 9}
Detail = Literal["screen", "full"]

_AREAS = """
    SELECT a.code, a.name_zh, a.name_en, a.parent, p.name_zh AS parent_zh, p.name_en AS parent_en, a.kind,
           v.geom, v.km2, v.label_lon, v.label_lat, v.geom_hash
    FROM areas a
    JOIN area_versions v ON v.level = a.level AND v.code = a.code AND v.valid_to IS NULL
    LEFT JOIN areas p ON p.code = a.parent AND p.level = ?
    WHERE a.level = ?
    ORDER BY v.km2 DESC, a.code"""


def _check_level(warehouse: Warehouse, level: str) -> None:
    if level not in warehouse.site.levels:
        raise BadQuestion(
            "there are no areas called {level} here; there are: {levels}",
            level=level,
            levels=", ".join(warehouse.site.levels) or "-",
        )


def _parent_level(warehouse: Warehouse, level: str) -> str:
    wider = [other for other in warehouse.site.levels if LEVELS.index(other) < LEVELS.index(level)]
    return wider[-1] if wider else ""


def areas_hash(warehouse: Warehouse, level: str) -> str:
    """What the shapes and names of a level come to; equal means nothing on the map of it changed."""
    _check_level(warehouse, level)
    return memo_of(warehouse, "shape hashes").get(level, lambda: _areas_hash(warehouse, level))


def _areas_hash(warehouse: Warehouse, level: str) -> str:
    rows = warehouse.rows(_AREAS, [_parent_level(warehouse, level), level])
    digest = hashlib.sha256(f"{DECIMALS} {STEPS}".encode())
    for row in rows:
        digest.update(repr((*row[:7], *row[9:])).encode())
    return digest.hexdigest()[:16]


def areas_geojson(warehouse: Warehouse, level: str, *, detail: Detail = "screen") -> bytes:
    """The areas of a level, largest first: properties code, name_zh, name_en, parent_zh, parent_en, kind, km2.

    ``screen`` is simplified as one coverage, so that neighbours still share their edge; ``full`` is as loaded.
    Raises BadQuestion where the site has no such level.
    """
    _check_level(warehouse, level)
    rows = warehouse.rows(_AREAS, [_parent_level(warehouse, level), level])
    shapes = shapely.from_wkb([row[7] for row in rows])
    if detail == "screen":
        shapes = _for_screen(shapes)
    properties = [
        {
            "code": code, "name_zh": zh, "name_en": en, "parent_zh": parent_zh, "parent_en": parent_en, "kind": kind,
            "km2": None if km2 is None else round(float(km2), 4),
        }
        for code, zh, en, _, parent_zh, parent_en, kind, _, km2, *_ in rows
    ]  # fmt: skip
    return collection(shapes, properties)


def names_geojson(warehouse: Warehouse, level: str) -> bytes:
    """The label point of each area of a level, largest area first: properties code, name_zh, name_en."""
    _check_level(warehouse, level)
    rows = [row for row in warehouse.rows(_AREAS, [_parent_level(warehouse, level), level]) if row[9] is not None]
    points = shapely.points([row[9] for row in rows], [row[10] for row in rows])
    return collection(points, [{"code": row[0], "name_zh": row[1], "name_en": row[2]} for row in rows])


def centres(warehouse: Warehouse, level: str, *, scope: Scope = EVERYONE) -> dict[str, tuple[float, float]]:
    """A point (lon, lat) inside each area of a level, or the centre of each cell, by code."""
    if level in CELLS:
        held = _cells(warehouse, level, scope)
        x, y = h3.centres_of(held)
        return dict(zip(h3.to_text(held).tolist(), zip(x.tolist(), y.tolist(), strict=True), strict=True))
    _check_level(warehouse, level)
    rows = warehouse.rows(
        "SELECT code, label_lon, label_lat FROM area_versions "
        "WHERE level = ? AND valid_to IS NULL AND label_lon IS NOT NULL",
        [level],
    )
    return {str(code): (lon, lat) for code, lon, lat in rows}  # type: ignore[misc]


def cells_geojson(warehouse: Warehouse, cell: str, *, scope: Scope = EVERYONE) -> bytes:
    """The H3 cells of the site, and any outside that hold an incident, at ``cell`` (cell7, cell8, cell9).

    Property code is the cell in hexadecimal text.
    """
    held = _cells(warehouse, cell, scope)
    codes = h3.to_text(held)
    return collection(
        h3.outlines_of(held), [{"code": code, "name_zh": code, "name_en": code} for code in codes.tolist()]
    )


def cells_hash(warehouse: Warehouse, cell: str, *, scope: Scope = EVERYONE) -> str:
    """What the cells of :func:`cells_geojson` come to."""
    return memo_of(warehouse, "shape hashes").get((cell, scope), lambda: _cells_hash(warehouse, cell, scope))


def _cells_hash(warehouse: Warehouse, cell: str, scope: Scope) -> str:
    return hashlib.sha256(_cells(warehouse, cell, scope).tobytes() + cell.encode()).hexdigest()[:16]


def _cells(warehouse: Warehouse, cell: str, scope: Scope) -> h3.Cells:
    if cell not in CELLS:
        raise BadQuestion("there are no cells called {cell}; there are: {cells}", cell=cell, cells=", ".join(CELLS))
    seen, values = scope.sql()
    rows = warehouse.rows(
        f"SELECT DISTINCT {cell} FROM incidents WHERE {cell} IS NOT NULL AND {cell} <> 0 AND {seen}", values
    )
    empty = h3.from_text(study_cells(warehouse, cell, within={}, scope=scope))
    return np.union1d(np.array([row[0] for row in rows], dtype=np.uint64), empty)


def roads_hash(warehouse: Warehouse) -> str:
    """What the road network comes to; empty where there is none."""
    return memo_of(warehouse, "shape hashes").get("roads", lambda: _roads_hash(warehouse))


def _roads_hash(warehouse: Warehouse) -> str:
    (row,) = warehouse.rows("SELECT count(*), bit_xor(hash(link, name, class, oneway, speed_kmh, geom)) FROM roads")
    return hashlib.sha256(repr(row).encode()).hexdigest()[:16] if row[0] else ""


def roads_geojson(warehouse: Warehouse) -> bytes:
    """The road links: properties name, kmh, oneway. Fast roads last, so that they are drawn on top."""
    rows = warehouse.rows("SELECT name, speed_kmh, oneway, geom FROM roads ORDER BY speed_kmh, link")
    shapes = shapely.from_wkb([row[3] for row in rows])
    return collection(shapes, [{"name": name, "kmh": kmh, "oneway": oneway} for name, kmh, oneway, _ in rows])


def bounds(warehouse: Warehouse) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the site's areas, else incidents, else roads; None where nothing has a place."""
    for level in warehouse.site.levels:
        rows = warehouse.rows("SELECT geom FROM area_versions WHERE level = ? AND valid_to IS NULL", [level])
        if rows:
            west, south, east, north = shapely.total_bounds(shapely.from_wkb([row[0] for row in rows]))
            return float(west), float(south), float(east), float(north)
    (row,) = warehouse.rows("SELECT min(lon), min(lat), max(lon), max(lat) FROM incidents")
    if row[0] is not None:
        return row  # type: ignore[return-value]
    roads = warehouse.rows("SELECT geom FROM roads WHERE geom IS NOT NULL")
    if not roads:
        return None
    west, south, east, north = shapely.total_bounds(shapely.from_wkb([row[0] for row in roads]))
    return float(west), float(south), float(east), float(north)


def _for_screen(shapes: np.ndarray) -> np.ndarray:
    """Simplify a layer for the screen; shapes that overlap or vanish are kept as they are."""
    if not len(shapes):
        return shapes
    west, south, east, north = shapely.total_bounds(shapes)
    step = max(east - west, north - south) / STEPS
    if shapely.coverage_is_valid(shapes):
        thin = shapely.coverage_simplify(shapes, step)
    else:
        thin = shapely.simplify(shapes, step / 2, preserve_topology=True)
    lost = shapely.is_empty(thin) | ~shapely.is_valid(thin)
    return np.where(lost, shapes, thin)


def collection(shapes: Iterable[shapely.Geometry], properties: list[dict[str, object]]) -> bytes:
    """A GeoJSON FeatureCollection (RFC 7946) of shapes in WGS84 degrees with their properties, as UTF-8."""
    features = [
        {"type": "Feature", "properties": held, "geometry": _rounded(shapely.geometry.mapping(shape))}
        for shape, held in zip(shapes, properties, strict=True)
    ]
    whole = {"type": "FeatureCollection", "features": features}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, dict):
        return {key: _rounded(held) for key, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(held) for held in value]
    return value

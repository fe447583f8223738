"""Index points in H3 cells, and ask cells for parents, outlines, neighbours, disks and fills.

Cells are uint64 arrays in the H3 index format; 0 (:data:`NO_CELL`) is no cell and is only ever given for points that
have none: every other function refuses it. Bulk work is done by h3ronpy (h3o, the Rust port of H3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from h3ronpy import (
    ContainmentMode,
    cells_resolution,
    cells_to_string,
    cells_valid,
    change_resolution,
    grid_disk,
    grid_ring_distances,
)
from h3ronpy.vector import cells_to_coordinates, cells_to_wkb_polygons, coordinates_to_cells, geometry_to_cells
from numpy.typing import ArrayLike
from pyproj import Geod

from errors import BadGeometry, BadQuestion

Cells = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

NO_CELL = 0
FINEST = 15
MAX_RINGS = 500
GEOD = Geod(ellps="WGS84")
CONTAINMENT = {
    "centre": ContainmentMode.ContainsCentroid,
    "inside": ContainmentMode.ContainsBoundary,
    "touch": ContainmentMode.Covers,
}


def cells_at(lon: ArrayLike, lat: ArrayLike, *, resolution: int) -> Cells:
    """The cell of each point, (n,) uint64; :data:`NO_CELL` where a coordinate is NaN, infinite or off the globe.

    ``lon`` and ``lat`` are (n,) WGS84 degrees, ``resolution`` is 0 to 15 (9: about 0.1 km2); else BadQuestion.
    """
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise BadQuestion("longitudes {lon}, latitudes {lat}: give two rows of one length", lon=x.shape, lat=y.shape)
    real = (np.abs(x) <= 180) & (np.abs(y) <= 90)
    cells = np.full(len(x), NO_CELL, np.uint64)
    cells[real] = _numpy(coordinates_to_cells(y[real], x[real], _resolution(resolution)))
    return cells


def parents_of(cells: Cells, *, resolution: int) -> Cells:
    """Each cell's parent, (n,) uint64, at a resolution no finer than its own (BadQuestion)."""
    _refuse_invalid(cells)
    if len(cells) and resolution > int(resolutions_of(cells).min()):
        raise BadQuestion("resolution {resolution} is finer than the cells: a parent is coarser", resolution=resolution)
    return _numpy(change_resolution(cells, _resolution(resolution)))


def resolutions_of(cells: Cells) -> npt.NDArray[np.uint8]:
    """Each cell's resolution, (n,) uint8, 0 to 15."""
    _refuse_invalid(cells)
    return np.asarray(pa.array(cells_resolution(cells)).to_numpy(zero_copy_only=False), np.uint8)


def rollup(cells: Cells, values: ArrayLike, *, resolution: int) -> tuple[Cells, Floats]:
    """Sum values by parent: the parents in ascending order, (m,) uint64, and their sums, (m,) float64.

    ``values`` is (n,), one for each cell; the same cell may come more than once.
    """
    parents, group = np.unique(parents_of(cells, resolution=resolution), return_inverse=True)
    sums = np.bincount(group, weights=np.asarray(values, np.float64), minlength=len(parents))
    return parents, np.asarray(sums, np.float64)


def outlines_of(cells: Cells) -> npt.NDArray[np.object_]:
    """Each cell's outline, (n,) shapely Polygon in WGS84 degrees (one across the 180th meridian is not cut there)."""
    _refuse_invalid(cells)
    outlines: npt.NDArray[np.object_] = shapely.from_wkb(
        pa.array(cells_to_wkb_polygons(cells)).to_numpy(zero_copy_only=False)
    )
    return outlines


def centres_of(cells: Cells) -> tuple[Floats, Floats]:
    """Each cell's centre: longitudes and latitudes, (n,) WGS84 degrees."""
    _refuse_invalid(cells)
    batch = pa.record_batch(cells_to_coordinates(cells))
    return np.asarray(batch["lng"], np.float64), np.asarray(batch["lat"], np.float64)


def ring_around(cell: int, *, rings: int) -> Cells:
    """The cells at most so many steps from a cell (k-ring), itself included, ascending uint64."""
    if not 0 <= rings <= MAX_RINGS:
        raise BadQuestion("{rings} rings: give 0 to {most}", rings=rings, most=MAX_RINGS)
    one = np.array([cell], np.uint64)
    _refuse_invalid(one)
    return np.unique(_numpy(grid_disk(one, rings, flatten=True)))


def disk_around(lon: float, lat: float, *, metres: float, resolution: int) -> Cells:
    """The cells whose centre lies within so many geodesic metres of a station, ascending uint64.

    The station's own cell is always among them, even where the radius is smaller than a cell. BadQuestion when the
    point is off the globe, or when the disk would be more than 500 rings wide: ask a coarser resolution.
    """
    own = cells_at([lon], [lat], resolution=resolution)
    if own[0] == NO_CELL or not metres >= 0:
        raise BadQuestion("{metres} m around ({lon}, {lat}): no such disk", metres=metres, lon=lon, lat=lat)
    rings = 1
    while rings <= MAX_RINGS:
        disk = ring_around(int(own[0]), rings=rings)
        x, y = centres_of(disk)
        within = GEOD.inv(np.full(len(x), lon), np.full(len(x), lat), x, y)[2] <= metres
        rim = np.unique(_numpy_list(grid_ring_distances(own, rings, rings + 1)))
        # Rings enclose one another: once a whole ring is outside, so is all beyond it.
        if not np.isin(disk[within], rim).any():
            return np.union1d(disk[within], own)
        rings *= 2
    raise BadQuestion(
        "{metres} m is more than {most} rings of cells at resolution {resolution}: ask a coarser one",
        metres=metres,
        most=MAX_RINGS,
        resolution=resolution,
    )


def neighbours_among(cells: Cells) -> tuple[Longs, Longs]:
    """Which of the cells touch: positions (i, j), each pair both ways, in ascending order, none with itself.

    The cells must differ and have one resolution (BadQuestion). These are the pairs Gi* takes as contiguity.
    """
    if len(np.unique(cells)) < len(cells) or len(np.unique(resolutions_of(cells))) > 1:
        raise BadQuestion("{n} cells: give each once, all of one resolution", n=len(cells))
    if not len(cells):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    rings = pa.array(grid_disk(cells, 1))
    near = rings.flatten().to_numpy()
    i = np.repeat(np.arange(len(cells)), np.diff(rings.offsets.to_numpy()))
    order = np.argsort(cells)
    j = order[np.minimum(np.searchsorted(cells, near, sorter=order), len(cells) - 1)]
    real = (cells[j] == near) & (i != j)
    i, j = i[real], j[real]
    order = np.lexsort((j, i))
    return i[order], j[order]


def fill(area: object, *, resolution: int, rule: Literal["centre", "inside", "touch"] = "centre") -> Cells:
    """The cells of a polygon or multipolygon in WGS84 degrees, ascending uint64.

    ``rule``: those whose ``centre`` is in the area, that lie wholly ``inside``, or that ``touch`` it. BadGeometry for
    anything but a valid area.
    """
    if not isinstance(area, shapely.Polygon | shapely.MultiPolygon) or not shapely.is_valid(area):
        raise BadGeometry("cells are filled from a valid polygon, not from {what}", what=str(area)[:80])
    if rule not in CONTAINMENT:
        raise BadQuestion("rule {rule}: give one of {rules}", rule=rule, rules=", ".join(CONTAINMENT))
    if area.is_empty:
        return np.empty(0, np.uint64)
    return np.unique(_numpy(geometry_to_cells(area, _resolution(resolution), containment_mode=CONTAINMENT[rule])))


def to_text(cells: Cells) -> npt.NDArray[np.object_]:
    """Each cell as its 15-digit hexadecimal text."""
    _refuse_invalid(cells)
    text: npt.NDArray[np.object_] = pa.array(cells_to_string(cells)).to_numpy(zero_copy_only=False)
    return text


def from_text(text: Sequence[str] | npt.NDArray[np.object_]) -> Cells:
    """Cells from hexadecimal text; BadQuestion names the first that is no cell."""
    cells = np.empty(len(text), np.uint64)
    for i, word in enumerate(text):
        try:
            cells[i] = int(word, 16)
        except (ValueError, OverflowError):
            raise BadQuestion("{word} is no H3 cell", word=word) from None
    _refuse_invalid(cells)
    return cells


def _numpy(array: object) -> Cells:
    return np.asarray(pa.array(array).to_numpy(zero_copy_only=False), np.uint64)


def _numpy_list(batch: object) -> Cells:
    return np.asarray(pa.record_batch(batch)["cell"].flatten().to_numpy(), np.uint64)


def _resolution(resolution: int) -> int:
    if not 0 <= resolution <= FINEST:
        raise BadQuestion("resolution {resolution}: give 0 to {finest}", resolution=resolution, finest=FINEST)
    return resolution


def _refuse_invalid(cells: Cells) -> None:
    if len(cells):
        wrong = np.flatnonzero(~pa.array(cells_valid(cells)).is_valid().to_numpy(zero_copy_only=False))
        if len(wrong):
            raise BadQuestion("{cell} is no H3 cell", cell=f"{int(cells[wrong[0]]):x}")

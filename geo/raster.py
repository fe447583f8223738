"""Turn polygons into a labelled raster that answers point-in-polygon exactly.

Every cell that an edge touches (with a margin far above rounding) is an *edge cell* and keeps the edges in it; all
points of any other cell lie in the same areas, so that one label answers for them. Labels come from an even-odd
scanline through one reference point per cell; in an edge cell :mod:`geo.walk` goes from the point to the reference
point and counts the edges on the way.

Areas are given by *rank* (0, 1, ...). The sets of areas that overlap are nodes of a tree: a node is its parent's set
plus one higher rank, node 0 is the empty set, nodes 1..n the single areas.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
F = TypeVar("F", bound=Callable[..., Any])

NO_SET = -1
"""In ``base``: the areas of this cell's reference point are not known for certain."""

CELLS_PER_EDGE = 48
MIN_CELLS, MAX_CELLS = 1 << 14, 1 << 24
MAX_SETS = 1 << 20
MAX_EDGES_IN_CELL = 512
MARGIN = 1e-6  # of a cell; rounding of cell coordinates stays below 1e-10
NEAR = 1e-5  # of a cell; a reference point nearer than this to an edge is not trusted
# Not 0.5: real layers have edges on round fractions of their extent, and there the sign would never be settled.
OFFSET_X, OFFSET_Y = 0.4837120439, 0.5161803398


def compiled(function: F) -> F:
    """Compile with numba, cached on disk beside the source, releasing the interpreter lock."""
    return cast(F, numba.njit(cache=True, nogil=True)(function))


class Edges(NamedTuple):
    """The boundary segments of all areas, by ascending rank; segments of no length are left out.

    ``xy`` is (e, 4) float64: ax, ay, bx, by. ``rank`` is (e,) int32. ``first`` is (n + 1,) int64: the edges of area
    ``r`` are ``first[r]:first[r + 1]``.
    """

    xy: Floats
    rank: Ints
    first: Longs


class Raster(NamedTuple):
    """A labelled raster over the bounds of a layer: see the module's docstring for what its parts mean.

    ``label`` (rows * columns + 1,) int32: a set's node, or -1 - k for edge cell k; the last one is for outside.
    ``edge_cell`` (k + 2, 2) int32: where the cell's entries begin, and the reference point's node or :data:`NO_SET`;
    the last but one stands for cells without an answer. ``entry`` (m, 2) int32: an edge and its rank, by descending
    rank within a cell. ``parent``, ``top``, ``lowest``, ``size``, each int32: for each node, the set without its
    highest rank, that rank, its lowest rank, how many areas it has.

    ``offset_x``, ``offset_y``: where in a cell, as shares of it, the reference point is. They are values, not constants
    of :mod:`geo.walk`, because numba renews a cached function only when its own file changes; for the same reason,
    whoever reorders these fields must edit that file too.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    columns: int
    rows: int
    offset_x: float
    offset_y: float
    label: Ints
    edge_cell: Ints
    entry: Ints
    parent: Ints
    top: Ints
    lowest: Ints
    size: Ints


def edges_of(areas: npt.NDArray[np.object_]) -> Edges:
    """Take polygons and multipolygons apart into segments; ``areas[r]`` has rank ``r``."""
    polygons, area = shapely.get_parts(areas, return_index=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    a, b = xy[:-1], xy[1:]
    real = (ring[:-1] == ring[1:]) & (a != b).any(axis=1)
    rank = area[polygon[ring[:-1][real]]].astype(np.int32)
    first = np.searchsorted(rank, np.arange(len(areas) + 1)).astype(np.int64)
    return Edges(np.ascontiguousarray(np.hstack((a[real], b[real]))), rank, first)


def build(edges: Edges) -> Raster | None:
    """Build the raster, or None where doubles are too coarse for one (no edges, or an extent of under 2^20 ulps)."""
    if not len(edges.rank):
        return None
    xy = edges.xy
    x0, x1 = float(xy[:, 0].min()), float(xy[:, 0].max())
    y0, y1 = float(xy[:, 1].min()), float(xy[:, 1].max())
    shape = _resolution(edges, x1 - x0, y1 - y0, _finest(x0, x1), _finest(y0, y1))
    if shape is None:
        return None
    columns, rows = shape
    cells = _cell_coordinates(xy, x0, y0, columns / (x1 - x0), rows / (y1 - y0))
    label = np.zeros(columns * rows + 1, np.int32)
    total = _count(cells, columns, rows, label)
    touched = np.flatnonzero(label)
    start = np.zeros(len(touched) + 2, np.int64)
    np.cumsum(label[touched], out=start[1:-1])
    start[-1] = start[-2]
    label[touched] = -1 - np.arange(len(touched), dtype=np.int32)
    entry = np.empty((total, 2), np.int32)
    _enter(cells, edges.rank, columns, rows, label, start[:-1].copy(), entry)
    base = np.zeros(len(touched) + 1, np.int32)
    base[-1] = NO_SET
    sets = _label(edges, cells, (y0, y1), (columns, rows), label, base)
    _distrust(cells, columns, touched, start, entry, base)
    edge_cell = np.column_stack((start, np.append(base, NO_SET))).astype(np.int32)
    return Raster(x0, y0, x1, y1, columns, rows, OFFSET_X, OFFSET_Y, label, edge_cell, entry, *sets)


def _finest(low: float, high: float) -> int:
    """How many cells an extent can be cut into while a cell stays 2^20 ulps wide (0: none)."""
    width = high - low
    if width < 1e-100:
        return 0
    return int(min(width / (math.ulp(max(abs(low), abs(high))) * 2**20), 1 << 14))


def _resolution(edges: Edges, width: float, height: float, most_x: int, most_y: int) -> tuple[int, int] | None:
    """Columns and rows: about square, in proportion to the edges, with a bounded number of entries in cells."""
    if most_x < 1 or most_y < 1:
        return None
    count = len(edges.rank)
    step_x = float(np.abs(edges.xy[:, 2] - edges.xy[:, 0]).sum()) / width
    step_y = float(np.abs(edges.xy[:, 3] - edges.xy[:, 1]).sum()) / height
    cells = min(max(CELLS_PER_EDGE * count, MIN_CELLS), MAX_CELLS)
    while True:
        columns = min(max(round(math.sqrt(cells * width / height)), 1), most_x, cells)
        rows = min(max(cells // columns, 1), most_y)
        if cells <= 1 or step_x * columns + step_y * rows < (1 << 22) + 4 * count:
            return columns, rows
        cells //= 2


def _cell_coordinates(xy: Floats, x0: float, y0: float, sx: float, sy: float) -> Floats:
    return np.ascontiguousarray((xy - np.array((x0, y0, x0, y0))) * np.array((sx, sy, sx, sy)))


def reference_rows(y0: float, y1: float, rows: int) -> Floats:
    """The y of each row's reference points, by the very operations the kernel uses."""
    return np.asarray(y0 + (np.arange(rows) + OFFSET_Y) * ((y1 - y0) / rows), np.float64)


@compiled
def _span(u: float, v: float, p: float, q: float, column: int) -> tuple[float, float]:
    """The v-range of segment (u, v)-(p, q) within a column widened by the margin."""
    low, high = max(min(u, p), column - MARGIN), min(max(u, p), column + 1 + MARGIN)
    if u == p:
        return min(v, q), max(v, q)
    slope = (q - v) / (p - u)
    first, last = v + (low - u) * slope, v + (high - u) * slope
    return max(min(first, last), min(v, q)), min(max(first, last), max(v, q))


@compiled
def _count(cells: Floats, columns: int, rows: int, count: Ints) -> int:
    """Count in each cell the edges that touch it; returns their sum."""
    total = 0
    for e in range(len(cells)):
        u, v, p, q = cells[e]
        for c in range(max(math.floor(min(u, p) - MARGIN), 0), min(math.floor(max(u, p) + MARGIN), columns - 1) + 1):
            low, high = _span(u, v, p, q, c)
            for r in range(max(math.floor(low - MARGIN), 0), min(math.floor(high + MARGIN), rows - 1) + 1):
                count[r * columns + c] += 1
                total += 1
    return total


@compiled
def _enter(cells: Floats, rank: Ints, columns: int, rows: int, label: Ints, cursor: Longs, entry: Ints) -> None:
    """Write the edges of each edge cell, by descending rank (edges come by ascending rank)."""
    for e in range(len(cells) - 1, -1, -1):
        u, v, p, q = cells[e]
        for c in range(max(math.floor(min(u, p) - MARGIN), 0), min(math.floor(max(u, p) + MARGIN), columns - 1) + 1):
            low, high = _span(u, v, p, q, c)
            for r in range(max(math.floor(low - MARGIN), 0), min(math.floor(high + MARGIN), rows - 1) + 1):
                k = -1 - label[r * columns + c]
                entry[cursor[k], 0], entry[cursor[k], 1] = e, rank[e]
                cursor[k] += 1


def _label(
    edges: Edges, cells: Floats, extent: tuple[float, float], shape: tuple[int, int], label: Ints, base: Ints
) -> tuple[Ints, Ints, Ints, Ints]:
    """Give every cell the set of areas that cover its reference point; returns parent, top, lowest and size."""
    columns, rows = shape
    levels = reference_rows(*extent, rows)
    ya, yb = edges.xy[:, 1], edges.xy[:, 3]
    # The rows whose level lies in [lower end, upper end). Comparing the very doubles makes each ring cross a level
    # evenly often, so that sorted crossings pair up.
    begin = np.searchsorted(levels, np.minimum(ya, yb), side="left")
    end = np.searchsorted(levels, np.maximum(ya, yb), side="left")
    keys = np.empty(int((end - begin).sum()), np.int64)
    _cross(cells, edges.rank, begin, end, columns, rows, keys)
    keys.sort()
    n = len(edges.first) - 1
    capacity = n + 1 + MAX_SETS
    parent, top = np.zeros(capacity, np.int32), np.zeros(capacity, np.int32)
    lowest, size = np.zeros(capacity, np.int32), np.zeros(capacity, np.int32)
    top[1 : n + 1] = lowest[1 : n + 1] = np.arange(n)
    size[1 : n + 1] = 1
    lowest[0] = -1
    table = np.zeros(1 << (capacity - 1).bit_length() + 1, np.int32)
    used = _paint(keys, columns, rows, n, label, base, parent, top, lowest, size, table)
    return parent[:used].copy(), top[:used].copy(), lowest[:used].copy(), size[:used].copy()


@compiled
def _cross(cells: Floats, rank: Ints, begin: Longs, end: Longs, columns: int, rows: int, keys: Longs) -> None:
    """Write where edges cross the reference levels, as rank, row and first column right of it in one integer."""
    k = 0
    for e in range(len(cells)):
        u, v, p, q = cells[e]
        for r in range(begin[e], end[e]):
            at = u if v == q else u + (r + OFFSET_Y - v) * (p - u) / (q - v)
            at = min(max(at, min(u, p)), max(u, p))
            column = min(max(math.ceil(at - OFFSET_X), 0), columns)
            keys[k] = (np.int64(rank[e]) * rows + r) * (columns + 1) + column
            k += 1


@compiled
def _paint(
    keys: Longs, columns: int, rows: int, n: int, label: Ints, base: Ints,
    parent: Ints, top: Ints, lowest: Ints, size: Ints, table: Ints,
) -> int:  # fmt: skip
    """Add each area to the cells between its crossings, by ascending rank; returns the number of sets."""
    used = n + 1
    unanswered = -len(base)
    for k in range(0, len(keys), 2):
        line = keys[k] // (columns + 1)
        rank = line // rows
        first = (line - rank * rows) * columns + keys[k] % (columns + 1)
        last = first + keys[k + 1] - keys[k]
        before, after = 0, rank + 1
        for cell in range(first, last):
            node = label[cell]
            if node < 0:
                node = base[-1 - node]
                if node == NO_SET:
                    continue
            if node != before:
                before = node
                after, used = _joined(node, rank, n, parent, top, lowest, size, table, used)
            if label[cell] < 0:
                base[-1 - label[cell]] = after
            else:
                label[cell] = after if after != NO_SET else unanswered
    return used


@compiled
def _joined(
    node: int, rank: int, n: int, parent: Ints, top: Ints, lowest: Ints, size: Ints, table: Ints, used: int
) -> tuple[int, int]:
    """The node of a set and one higher rank, and the number of nodes; :data:`NO_SET` when there are too many."""
    if node == 0:
        return rank + 1, used
    mask = len(table) - 1
    slot = (node * 0x9E3779B1 + rank * 0x85EBCA77) & mask
    while table[slot] != 0:
        found = table[slot]
        if parent[found] == node and top[found] == rank:
            return found, used
        slot = (slot + 1) & mask
    if used == len(parent):
        return NO_SET, used
    table[slot] = used
    parent[used], top[used] = node, rank
    lowest[used], size[used] = lowest[node], size[node] + 1
    return used, used + 1


@compiled
def _distrust(cells: Floats, columns: int, touched: Longs, start: Longs, entry: Ints, base: Ints) -> None:
    """Forget the reference sets of points too near an edge, and of cells too crowded to walk through."""
    for k in range(len(touched)):
        if start[k + 1] - start[k] > MAX_EDGES_IN_CELL:
            base[k] = NO_SET
        x, y = touched[k] % columns + OFFSET_X, touched[k] // columns + OFFSET_Y
        for i in range(start[k], start[k + 1]):
            if base[k] == NO_SET:
                break
            u, v, p, q = cells[entry[i, 0]]
            length = (p - u) ** 2 + (q - v) ** 2
            along = 0.0 if length == 0 else min(max(((x - u) * (p - u) + (y - v) * (q - v)) / length, 0.0), 1.0)
            if (u + along * (p - u) - x) ** 2 + (v + along * (q - v) - y) ** 2 < NEAR**2:
                base[k] = NO_SET

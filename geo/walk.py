"""Find the areas of points in a labelled raster, and say so where rounding leaves it open.

Outside the edge cells the label answers. In an edge cell a point's areas are those of the cell's reference point,
changed by each edge crossed on the way there: first level to the reference column, then straight to the reference
point. Each crossing is two signs of an orientation, with Shewchuk's error bound (Adaptive Precision Floating-Point
Arithmetic, 1997, section 4.1). Where the bound does not settle a sign (a point on or next to a boundary, say) the
answer is :data:`UNSETTLED`, and the caller asks GEOS: so the raster decides speed only, never the answer.
"""

from __future__ import annotations

import numpy as np

from geo.raster import Floats, Ints, Raster, compiled

UNSETTLED = -2
ORIENTATION_BOUND = 3.3306690738754716e-16
BLOCK = 2048
UNDERFLOW = 1e-290  # products this small have lost digits that the relative bound counts on


@compiled
def _side(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> int:
    """1 or -1: on which side of a-b the point lies; 0 where rounding leaves it open."""
    left, right = (ax - x) * (by - y), (ay - y) * (bx - x)
    bound = ORIENTATION_BOUND * (abs(left) + abs(right)) + UNDERFLOW
    if left - right > bound:
        return 1
    return -1 if right - left > bound else 0


@compiled
def _crossings(ax: float, ay: float, bx: float, by: float, x: float, y: float, rx: float, ry: float) -> int:
    """How often the way (x, y) - (rx, y) - (rx, ry) crosses a-b: 0, 1 or 2; :data:`UNSETTLED` where it is too near."""
    crossed = 0
    if (ay <= y) != (by <= y):
        if not (max(ax, bx) < min(x, rx) or min(ax, bx) > max(x, rx)):
            here, corner = _side(ax, ay, bx, by, x, y), _side(ax, ay, bx, by, rx, y)
            if here == 0 or corner == 0:
                return UNSETTLED
            crossed += here != corner
    elif (ay == y or by == y) and (
        (ay == by and min(ax, bx) <= x <= max(ax, bx)) or (ax == x and ay == y) or (bx == x and by == y)
    ):
        return UNSETTLED
    if (ax <= rx) != (bx <= rx) and not (max(ay, by) < min(y, ry) or min(ay, by) > max(y, ry)):
        corner, goal = _side(ax, ay, bx, by, rx, y), _side(ax, ay, bx, by, rx, ry)
        if corner == 0 or goal == 0:
            return UNSETTLED
        crossed += corner != goal
    return crossed


@compiled
def _in_edge_cell(x: float, y: float, cell: int, k: int, raster: Raster, xy: Floats) -> tuple[int, int]:
    """The lowest rank that covers a point of edge cell k, and how many do; :data:`UNSETTLED` in place of the rank."""
    row = cell // raster.columns
    rx = raster.x0 + (cell - row * raster.columns + raster.offset_x) * ((raster.x1 - raster.x0) / raster.columns)
    ry = raster.y0 + (row + raster.offset_y) * ((raster.y1 - raster.y0) / raster.rows)
    i, stop, node = raster.edge_cell[k, 0], raster.edge_cell[k + 1, 0], raster.edge_cell[k, 1]
    lowest, count = -1, 0
    if node < 0:
        return UNSETTLED, 0
    while i < stop:
        area, odd = raster.entry[i, 1], False
        while i < stop and raster.entry[i, 1] == area:
            e = raster.entry[i, 0]
            crossed = _crossings(xy[e, 0], xy[e, 1], xy[e, 2], xy[e, 3], x, y, rx, ry)
            if crossed == UNSETTLED:
                return UNSETTLED, 0
            odd ^= crossed == 1
            i += 1
        while node > 0 and raster.top[node] > area:
            lowest, count, node = raster.top[node], count + 1, raster.parent[node]
        inside = node > 0 and raster.top[node] == area
        if inside:
            node = raster.parent[node]
        if inside != odd:
            lowest, count = area, count + 1
    if node > 0:
        lowest, count = raster.lowest[node], count + raster.size[node]
    return lowest, count


@compiled
def _cells(lon: Floats, lat: Floats, raster: Raster, cell: Ints) -> None:
    """Write the cell of each point; for points outside and for NaN the one past the last."""
    x0, y0, x1, y1, columns, rows = raster.x0, raster.y0, raster.x1, raster.y1, raster.columns, raster.rows
    scale_x, scale_y = columns / (x1 - x0), rows / (y1 - y0)
    for i in range(len(lon)):
        x, y = lon[i], lat[i]
        inside = (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
        u, v = ((x - x0) * scale_x, (y - y0) * scale_y) if inside else (0.0, 0.0)
        column, row = min(int(u), columns - 1), min(int(v), rows - 1)
        cell[i] = row * columns + column if inside else columns * rows


@compiled
def _fetch(late: Ints, label: Ints, raster: Raster, xy: Floats) -> float:
    """Touch what the edge cells of the waiting points refer to, so that the processor loads it all at once."""
    touched = 0.0
    for i in late:
        touched += raster.entry[raster.edge_cell[-1 - label[i], 0] % len(raster.entry), 0]
    for i in late:
        for j in range(raster.edge_cell[-1 - label[i], 0], raster.edge_cell[-label[i], 0]):
            touched += xy[raster.entry[j, 0], 0]
    return touched


@compiled
def find(lon: Floats, lat: Floats, raster: Raster, xy: Floats, index: Ints, matches: Ints) -> tuple[int, float]:
    """Write each point's lowest rank (-1: none; :data:`UNSETTLED`) and number of areas; returns how many are open.

    The points go in blocks through short loops without branches, so that many cells are loaded from memory at once:
    that is what the time goes into. (The second number returned only keeps those loads from being optimised away.)
    """
    cell, label, late = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    unsettled, touched = 0, 0.0
    for begin in range(0, len(lon), BLOCK):
        count = min(BLOCK, len(lon) - begin)
        _cells(lon[begin : begin + count], lat[begin : begin + count], raster, cell)
        for i in range(count):
            label[i] = raster.label[cell[i]]
        waiting = 0
        for i in range(count):
            late[waiting] = i
            waiting += label[i] < 0
            node = max(label[i], 0)
            index[begin + i], matches[begin + i] = raster.lowest[node], raster.size[node]
        touched += _fetch(late[:waiting], label, raster, xy)
        for i in late[:waiting]:
            at = begin + i
            index[at], matches[at] = _in_edge_cell(lon[at], lat[at], cell[i], -1 - label[i], raster, xy)
            unsettled += index[at] == UNSETTLED
    return unsettled, touched

"""Find the areas of points in a labelled raster, and say so where rounding leaves it open.

Outside the edge cells the label answers. In an edge cell a point's areas are those of the cell's reference point,
changed by each edge crossed on the way there: first level to the reference column, then straight to the reference
point. Each crossing is two signs of an orientation, with Shewchuk's error bound (Adaptive Precision Floating-Point
Arithmetic, 1997, section 4.1). Where the bound does not settle a sign (a point on or next to a boundary, say) the
answer is :data:`UNSETTLED`, and the caller asks GEOS: so the raster decides speed only, never the answer.
"""

from __future__ import annotations

from geo.raster import NO_SET, OFFSET_X, OFFSET_Y, Floats, Ints, Raster, compiled

UNSETTLED = -2
ORIENTATION_BOUND = 3.3306690738754716e-16
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
def _in_edge_cell(
    x: float, y: float, rx: float, ry: float, k: int, raster: Raster, xy: Floats, rank: Ints
) -> tuple[int, int]:
    """The lowest rank that covers a point of edge cell k, and how many do; :data:`UNSETTLED` in place of the rank."""
    node = raster.base[k]
    if node == NO_SET:
        return UNSETTLED, 0
    lowest, count = -1, 0
    i, stop = raster.start[k], raster.start[k + 1]
    while i < stop:
        area, odd = rank[raster.entry[i]], False
        while i < stop and rank[raster.entry[i]] == area:
            e = raster.entry[i]
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
def find(lon: Floats, lat: Floats, raster: Raster, xy: Floats, rank: Ints, index: Ints, matches: Ints) -> int:
    """Write each point's lowest rank (-1: none; :data:`UNSETTLED`) and number of areas; returns how many are open."""
    columns, rows = raster.columns, raster.rows
    width, height = (raster.x1 - raster.x0) / columns, (raster.y1 - raster.y0) / rows
    scale_x, scale_y = columns / (raster.x1 - raster.x0), rows / (raster.y1 - raster.y0)
    unsettled = 0
    for i in range(len(lon)):
        x, y = lon[i], lat[i]
        if not (x >= raster.x0 and x <= raster.x1 and y >= raster.y0 and y <= raster.y1):
            index[i], matches[i] = -1, 0
            continue
        c, r = min(int((x - raster.x0) * scale_x), columns - 1), min(int((y - raster.y0) * scale_y), rows - 1)
        node = raster.label[r * columns + c]
        if node >= 0:
            index[i], matches[i] = raster.lowest[node], raster.size[node]
        else:
            rx, ry = raster.x0 + (c + OFFSET_X) * width, raster.y0 + (r + OFFSET_Y) * height
            index[i], matches[i] = _in_edge_cell(x, y, rx, ry, -1 - node, raster, xy, rank)
            unsettled += index[i] == UNSETTLED
    return unsettled

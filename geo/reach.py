"""Draw the ground reached from somewhere within so many minutes.

The roads reached, to the metre where time runs out, wrapped in a concave hull (``shapely.concave_hull``, ratio 0.1):
it holds every road reached, and may also hold ground between them that has no road.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from geo.roads import RoadGraph
from geo.routes import walk_ticks
from geo.search import TICKS_PER_MINUTE, Floats, Int32s, Int64s, draw
from geo.snap import Ends, Snapped

RATIO = 0.1
EDGE_M = 1.0
"""How far the hull stands off the outermost roads: GEOS leaves points on its edge out by up to a millimetre."""

THIN_M = 10.0
"""Half the width given to a reach that is a mere line or point."""


@dataclass(frozen=True, eq=False)
class Reach:
    """What is reached within ``minutes``.

    Attributes
    ----------
    polygon
        Polygon or MultiPolygon, WGS84 degrees.
    road_km
        Length of road reached, each stretch once.
    nodes, node_minutes
        The nodes reached, ascending, and when.
    """

    minutes: float
    polygon: shapely.Polygon | shapely.MultiPolygon
    road_km: float
    nodes: Int32s
    node_minutes: Floats


@dataclass(frozen=True, eq=False)
class Spread:
    """How a search spread from its places: to which nodes at which cost in ticks, walk to the road included.

    ``seeds`` are the ends it began at, without the walk; ``towards`` tells that it ran over reversed arcs.
    """

    places: Snapped
    seeds: Ends
    nodes: Int32s
    cost: Int64s
    ticks_per_metre: float
    towards: bool

    @property
    def walk(self) -> Int64s:
        """Ticks from each place to its road."""
        return walk_ticks(self.places.metres, ticks_per_metre=self.ticks_per_metre)


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Stretches of links, between shares ``low`` and ``high``, and the node or (after the nodes) place each is from."""

    link: Int64s
    low: Floats
    high: Floats
    origin: Int64s


def reaches(graph: RoadGraph, spread: Spread, *, minutes: Sequence[float]) -> list[Reach]:
    """The reach for each time, ascending; each polygon holds the one before."""
    found: list[Reach] = []
    for wanted in minutes:
        limit = int(wanted * TICKS_PER_MINUTE)
        inside = spread.cost <= limit
        nodes, cost = spread.nodes[inside], spread.cost[inside]
        pieces = _pieces(graph, spread, nodes, cost, limit=limit)
        polygon = _wrapped(graph, spread, nodes, pieces, limit=limit)
        if found:
            polygon = shapely.union(polygon, found[-1].polygon)
        km = _union_km(graph, pieces)
        found.append(Reach(float(wanted), polygon, km, nodes, cost / TICKS_PER_MINUTE))
    return found


def _pieces(graph: RoadGraph, spread: Spread, nodes: Int32s, cost: Int64s, *, limit: int) -> _Pieces:
    arcs = graph.arriving if spread.towards else graph.leaving
    counts = arcs.first[nodes + 1] - arcs.first[nodes]
    arc = np.repeat(arcs.first[nodes] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) + np.arange(counts.sum())
    step, ticks = arcs.step[arc], arcs.ticks[arc]
    part = np.clip(np.repeat(limit - cost, counts) / np.maximum(ticks, 1), 0.0, 1.0)
    from_start = ((step & 1) == 1) == spread.towards
    low, high = np.where(from_start, 0.0, 1.0 - part), np.where(from_start, part, 1.0)
    seeds = spread.seeds
    room = limit - spread.walk[seeds.owner]
    used = (seeds.step >= 0) & (room >= 0)
    part = np.clip(room / np.maximum(seeds.ticks, 1), 0.0, 1.0)
    to_end = ((seeds.step & 1) == 0) != spread.towards
    share = seeds.share
    first = np.where(to_end, share, share - part * share)
    last = np.where(to_end, share + part * (1.0 - share), share)
    return _Pieces(
        np.concatenate([step, seeds.step[used]]) >> 1,
        np.concatenate([low, first[used]]),
        np.concatenate([high, last[used]]),
        np.concatenate([np.repeat(nodes, counts), graph.nodes + seeds.owner[used]]).astype(np.int64),
    )


def _wrapped(
    graph: RoadGraph, spread: Spread, nodes: Int32s, pieces: _Pieces, *, limit: int
) -> shapely.Polygon | shapely.MultiPolygon:
    """Wrap what hangs together in a hull each, and what is only walked in a circle; join them, in degrees."""
    plane, places = graph.plane, spread.places
    part = _parts(graph, spread, nodes, pieces, limit=limit)
    shapes = []
    order = np.argsort(part[pieces.origin], kind="stable")
    split = np.flatnonzero(np.diff(part[pieces.origin][order])) + 1
    for some in np.split(order, split) if len(order) else []:
        drawn = draw(graph.coords, graph.first, graph.along, pieces.link[some], pieces.low[some], pieces.high[some])
        own = part[graph.nodes :] == part[pieces.origin[some[0]]]
        x, y = plane.to_metres(np.append(drawn[:, 0], places.lon[own]), np.append(drawn[:, 1], places.lat[own]))
        hull = shapely.concave_hull(shapely.multipoints(np.column_stack([x, y])), ratio=RATIO)
        shapes.append(hull.buffer(EDGE_M if hull.area > 0 else THIN_M, quad_segs=2))
    walked = np.minimum(limit, spread.walk) / spread.ticks_per_metre
    for i in np.flatnonzero((spread.walk >= limit) | ~np.isin(part[graph.nodes :], part[pieces.origin])).tolist():
        shapes.append(shapely.Point(places.x[i], places.y[i]).buffer(max(float(walked[i]), THIN_M)))
    return plane.unproject(shapely.union_all(shapes))[()]


def _parts(graph: RoadGraph, spread: Spread, nodes: Int32s, pieces: _Pieces, *, limit: int) -> Int32s:
    """Which part each node and then each place belongs to, where reached roads hang together."""
    size = graph.nodes + len(spread.places)
    reached = np.zeros(graph.nodes, dtype=bool)
    reached[nodes] = True
    start, end = graph.start[pieces.link], graph.end[pieces.link]
    whole = (pieces.low <= 0) & (pieces.high >= 1) & reached[start] & reached[end] & (pieces.origin < graph.nodes)
    seeds = spread.seeds
    entered = (spread.walk[seeds.owner] + seeds.ticks <= limit) & reached[seeds.node]
    one = np.concatenate([start[whole], graph.nodes + seeds.owner[entered]])
    two = np.concatenate([end[whole], seeds.node[entered]])
    matrix = sparse.coo_matrix((np.ones(len(one), np.int8), (one, two)), shape=(size, size))
    return np.asarray(connected_components(matrix, directed=False)[1], dtype=np.int32)


def _union_km(graph: RoadGraph, pieces: _Pieces) -> float:
    """Length of the pieces together, overlaps once."""
    if len(pieces.link) == 0:
        return 0.0
    order = np.lexsort((pieces.low, pieces.link))
    link, low, high = pieces.link[order], pieces.low[order], pieces.high[order]
    # the running farthest end, started anew on each link by lifting every link above the one before
    lift = 2.0 * (np.cumsum(np.concatenate([[0], link[1:] != link[:-1]])))
    farthest = np.maximum.accumulate(high + lift)
    before = np.concatenate([[0.0], farthest[:-1]])
    fresh = np.maximum(high + lift - np.maximum(low + lift, before), 0.0)
    return float((fresh * graph.metres[link]).sum()) / 1000

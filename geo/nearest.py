"""Find the nearest area to points that lie in none, by geodesic metres.

The foot on each candidate is found in the plane that touches the WGS84 ellipsoid at the point (metres per degree by
the meridian's radius and the parallel's), then measured on the ellipsoid with pyproj's Geod (Karney 2013). Within
10 km and below 80 degrees of latitude the plane misplaces the foot by so little that its distance is right to 1e-4.
"""

from __future__ import annotations

import math

import numpy as np
import shapely
from pyproj import Geod

from geo.raster import Edges, Floats, Ints, Longs, compiled

MAX_TOLERANCE_M = 10_000.0
GEOD = Geod(ellps="WGS84")
LEAST_METRES_PER_DEGREE = 110_000.0


def nearest(lon: Floats, lat: Floats, tree: shapely.STRtree, edges: Edges, *, tolerance_m: float) -> Ints:
    """Give each point the rank of the nearest area within the tolerance (-1: none); equally near: the lowest rank.

    ``tree`` holds the areas by rank, ``edges`` their segments; the points must be finite and outside all areas.
    """
    reach = tolerance_m / LEAST_METRES_PER_DEGREE
    parallel = np.cos(np.radians(np.minimum(np.abs(lat) + reach, 90.0)))
    wide = np.minimum(reach / np.maximum(parallel, 1e-6), 360.0)
    point, rank = tree.query(shapely.box(lon - wide, lat - reach, lon + wide, lat + reach))
    found = np.full(len(lon), -1, np.int32)
    if not len(point):
        return found
    foot = _feet(lon[point], lat[point], rank.astype(np.int64), edges.xy, edges.first, GEOD.a, GEOD.es)
    metres = GEOD.inv(lon[point], lat[point], foot[:, 0], foot[:, 1])[2]
    # Two areas that share the nearest corner must tie, whichever of their edges the foot came from.
    order = np.lexsort((rank, np.round(metres, 6), point))
    order = order[metres[order] <= tolerance_m]
    winner, first = np.unique(point[order], return_index=True)
    found[winner] = rank[order][first]
    return found


@compiled
def _feet(lon: Floats, lat: Floats, rank: Longs, xy: Floats, first: Longs, a: float, es: float) -> Floats:
    """The point of area ``rank[i]``'s boundary nearest to point i, as (n, 2) degrees."""
    foot = np.empty((len(lon), 2))
    for i in range(len(lon)):
        phi = math.radians(lat[i])
        bend = 1.0 - es * math.sin(phi) ** 2
        north = math.radians(a * (1.0 - es) / bend**1.5)
        east = math.radians(a * math.cos(phi) / math.sqrt(bend))
        best = math.inf
        for e in range(first[rank[i]], first[rank[i] + 1]):
            ax, ay = (xy[e, 0] - lon[i]) * east, (xy[e, 1] - lat[i]) * north
            dx, dy = (xy[e, 2] - xy[e, 0]) * east, (xy[e, 3] - xy[e, 1]) * north
            length = dx * dx + dy * dy
            along = 0.0 if length == 0 else min(max(-(ax * dx + ay * dy) / length, 0.0), 1.0)
            distance = (ax + along * dx) ** 2 + (ay + along * dy) ** 2
            if distance < best:
                best = distance
                b = along == 1.0
                foot[i, 0] = xy[e, 2] if b else xy[e, 0] + along * (xy[e, 2] - xy[e, 0])
                foot[i, 1] = xy[e, 3] if b else xy[e, 1] + along * (xy[e, 3] - xy[e, 1])
    return foot

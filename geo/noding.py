"""Find where road lines meet, and which lie on one another.

The steps by which :func:`geo.roads.build_graph` turns lines into numbered nodes and measured links (m links with v
vertices in all).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from errors import BadInput
from geo.measure import LocalPlane, distance_m
from geo.search import Floats, Int32s, Int64s

Bools = npt.NDArray[np.bool_]

DEGREE_M = 111_195.0
"""Metres of a degree on the mean sphere."""


def vertices(parts: npt.NDArray[Any]) -> tuple[Floats, Int64s]:
    """All vertices of the lines one after another, (v, 2), and where each line's begin, (m + 1,)."""
    counts = shapely.get_num_coordinates(parts)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return np.asarray(shapely.get_coordinates(parts), dtype=np.float64), first


def stretches(first: Int64s, junction: Bools) -> tuple[Int64s, Int64s, Int64s]:
    """Cut lines at their junction vertices (v,); line ends are junctions whatever is said of them.

    Returns the vertices of the new lines one after another, where each begins (m + 1,), and the line each is of (m,).
    """
    flagged = junction.copy()
    flagged[first[:-1]] = flagged[first[1:] - 1] = True
    line = np.repeat(np.arange(len(first) - 1), np.diff(first))
    cut = np.flatnonzero(flagged)
    same = line[cut[:-1]] == line[cut[1:]]
    begin, finish = cut[:-1][same], cut[1:][same]
    counts = finish - begin + 1
    begins = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    vertex = np.repeat(begin - begins[:-1], counts) + np.arange(begins[-1])
    return vertex, begins, line[begin].astype(np.int64)


def cut_where_met(parts: npt.NDArray[Any], *, snap_m: float) -> tuple[npt.NDArray[Any], Int64s]:
    """Cut lines at vertices they share and where the end of another touches them (within ``snap_m``, at least 1 mm).

    Lines that cross without a common vertex or end stay whole, as bridges do. Returns the pieces and the line each is
    of.
    """
    coords, first = vertices(shapely.remove_repeated_points(parts))
    coords, first = _with_touches(coords, first, within_m=max(snap_m, 1e-3))
    _, number, times = np.unique(coords, axis=0, return_inverse=True, return_counts=True)
    vertex, begins, line = stretches(first, times[number.ravel()] > 1)
    return shapely.linestrings(coords[vertex], indices=np.repeat(np.arange(len(line)), np.diff(begins))), line


def _with_touches(coords: Floats, first: Int64s, *, within_m: float) -> tuple[Floats, Int64s]:
    """Add to each line a vertex where the end of another lies on it, at that end's own coordinates."""
    # degrees merely stretched to metres, since only so a line straight in degrees stays straight, and who drew the end
    # on it drew it so
    middle = np.radians(coords[:, 1].mean())
    xy = coords * (DEGREE_M * np.cos(middle), DEGREE_M)
    line = np.repeat(np.arange(len(first) - 1), np.diff(first))
    start = np.flatnonzero(line[:-1] == line[1:])
    segments = shapely.linestrings(np.stack([xy[start], xy[start + 1]], axis=1))
    ends = np.unique(np.concatenate([first[:-1], first[1:] - 1]))
    ends = ends[np.unique(coords[ends], axis=0, return_index=True)[1]]
    points = shapely.points(xy[ends])
    end, segment = shapely.STRtree(segments).query(points, predicate="dwithin", distance=within_m)
    here = coords[ends[end]]
    new = (here != coords[start[segment]]).any(axis=1) & (here != coords[start[segment] + 1]).any(axis=1)
    end, segment = end[new], segment[new]
    on, along = line[start[segment]], shapely.line_locate_point(segments[segment], points[end])
    run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T) * (line[:-1] == line[1:]))])
    at = run[start[segment]] + along
    # by place along the line, so that a line may also be met by its own end
    inside = np.flatnonzero((at - run[first[on]] > within_m) & (run[first[on + 1] - 1] - at > within_m))
    off = shapely.distance(points[end[inside]], segments[segment[inside]])
    inside = inside[np.argsort(off, kind="stable")]
    nearest = inside[np.unique(np.column_stack([end, on])[inside], axis=0, return_index=True)[1]]
    end, segment, on, along = end[nearest], segment[nearest], on[nearest], along[nearest]
    place = np.concatenate([np.arange(len(coords)), start[segment]])
    within = np.concatenate([np.full(len(coords), -1.0), along])
    order = np.lexsort((within, place))
    counts = np.diff(first) + np.bincount(on, minlength=len(first) - 1)
    return np.concatenate([coords, coords[ends[end]]])[order], np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def shares_along(coords: Floats, first: Int64s) -> tuple[Floats, Floats]:
    """Each vertex's share of its link's geodesic length, (v,), and that length in metres, (m,)."""
    steps = np.zeros(len(coords))
    if len(coords):
        steps[1:] = distance_m(coords[:-1, 0], coords[:-1, 1], coords[1:, 0], coords[1:, 1])
    steps[first[:-1]] = 0.0
    owner = np.repeat(np.arange(len(first) - 1), np.diff(first))
    metres = np.bincount(owner, weights=steps, minlength=len(first) - 1).astype(np.float64)
    run = np.cumsum(steps)
    run -= run[first[:-1]][owner]
    along = np.clip(run / np.where(metres > 0, metres, 1.0)[owner], 0.0, 1.0)
    along[first[1:] - 1] = 1.0
    return along, metres


def named_ends(nodes: tuple[Any, Any], *, rows: int) -> Int64s:
    """Number nodes by their ids: shape (2, m), from and to."""
    ids = [np.asarray(column) for column in nodes]
    for what, column in zip(("from node", "to node"), ids, strict=True):
        check_length(what, column, rows=rows)
        missing = np.array([value is None or value != value for value in column.tolist()], dtype=bool)
        if missing.any():
            raise BadInput("{what} is missing in rows {which}", what=what, which=few(missing))
    if any(column.dtype == object for column in ids):
        ids = [column.astype(str) for column in ids]
    _, number = np.unique(np.concatenate(ids), return_inverse=True)
    return number.reshape(2, rows).astype(np.int64)


def placed_ends(coords: Floats, first: Int64s, *, snap_m: float) -> Int64s:
    """Number nodes by place: shape (2, m), from and to."""
    if not 0 <= snap_m < np.inf:
        raise BadInput("line ends cannot be joined over {metres} m; give 0 or more", metres=snap_m)
    at = np.concatenate([coords[first[:-1]], coords[first[1:] - 1]])
    if len(at) == 0:
        return np.zeros((2, 0), np.int64)
    places, number = np.unique(at, axis=0, return_inverse=True)
    number = number.ravel().astype(np.int64)
    if snap_m > 0:
        plane = LocalPlane.around(at[:, 0], at[:, 1])
        tree = cKDTree(np.column_stack(plane.to_metres(places[:, 0], places[:, 1])))
        near = tree.query_pairs(snap_m, output_type="ndarray")
        shape = (len(places), len(places))
        joined = sparse.coo_matrix((np.ones(len(near), np.int8), (near[:, 0], near[:, 1])), shape=shape)
        number = connected_components(joined, directed=False)[1].astype(np.int64)[number]
    return number.reshape(2, -1)


def number_ends(ends: Int64s, coords: Floats, first: Int64s) -> tuple[Int32s, Int32s, Floats, Floats]:
    """Start and end node of each link, and where each node is: where the first link begins there, else ends."""
    at = np.concatenate([coords[first[:-1]], coords[first[1:] - 1]])
    number, index = np.unique(ends.ravel(), return_index=True)
    dense = np.searchsorted(number, ends).astype(np.int32)
    return dense[0], dense[1], at[index, 0].copy(), at[index, 1].copy()


def find_twins(start: Int32s, end: Int32s, coords: Floats, first: Int64s) -> Int64s:
    """Pair links drawn over the same vertices in opposite order; loops and third copies stay alone."""
    twin = np.full(len(start), -1, dtype=np.int64)
    count = np.diff(first)
    seen: dict[tuple[int, int, int], list[int]] = {}
    key = np.column_stack([start, end, count])
    turned = np.column_stack([end, start, count])
    both = np.concatenate([key, turned])
    _, number, times = np.unique(both, axis=0, return_inverse=True, return_counts=True)
    number = number.ravel()
    maybe = (times[number[: len(start)]] > 1) & (start != end)
    for link in np.flatnonzero(maybe).tolist():
        mine = coords[first[link] : first[link + 1]][::-1]
        for other in seen.get(tuple(turned[link].tolist()), []):
            if twin[other] < 0 and np.array_equal(coords[first[other] : first[other + 1]], mine):
                twin[link], twin[other] = other, link
                break
        seen.setdefault(tuple(key[link].tolist()), []).append(link)
    return twin


def check_length(what: str, column: npt.NDArray[Any], *, rows: int) -> None:
    """Raise :class:`errors.BadInput` unless the column has one value per row."""
    if column.shape != (rows,):
        raise BadInput("column {what} has {n} values for {rows} road rows", what=what, n=len(column), rows=rows)


def few(wrong: Bools) -> str:
    """The first rows that are wrong, as text for a message."""
    rows = np.flatnonzero(wrong)
    return ", ".join(map(str, rows[:5])) + (", ..." if len(rows) > 5 else "")

"""Put points on the nearest road, and say where one can go from there.

The road is entered at the nearest place of the nearest link, measured on the network's plane; from a one-way link one
leaves only the way it runs. What lies exactly at a link's end stands on the node itself, open to every road there.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from errors import BadInput, NoRoads
from geo.roads import RoadGraph, components
from geo.search import FAR, Floats, Int32s, Int64s, project

AT_NODE_M = 1e-3
"""Nearer than a millimetre to its end a place on a link is the node."""


@dataclass(frozen=True, eq=False)
class Snapped:
    """Points and their places on the road; p points.

    Attributes
    ----------
    lon, lat
        The points, WGS84 degrees, (p,).
    link, share
        The link each stands on and how far along it, 0 at its start to 1 at its end, (p,); link -1 is off road:
        farther than allowed from any.
    node
        The node it stands on when at a link's end, else -1, (p,).
    metres
        From the point to its road, (p,); known off road too.
    road_lon, road_lat
        The place on the road, (p,); the point itself when off road.
    x, y
        The points on the network's plane in metres, (p,).
    """

    lon: Floats
    lat: Floats
    link: Int64s
    share: Floats
    node: Int64s
    metres: Floats
    road_lon: Floats
    road_lat: Floats
    x: Floats
    y: Floats

    def __len__(self) -> int:
        return len(self.lon)

    def __getitem__(self, which: Any) -> Snapped:
        """Some of the points, by mask, slice or indices; a single index gives one point, (1,)."""
        chosen = np.atleast_1d(which) if not isinstance(which, slice) else which
        return Snapped(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


@dataclass(frozen=True, eq=False)
class Ends:
    """The nodes through which snapped points enter or leave the network, e of them.

    ``owner`` is the point, ``ticks`` the road time between it and ``node``, ``step`` the directed link travelled (2 x
    link, + 1 against), -1 when it stands on the node; ``share`` where on that link it stands.
    """

    owner: Int32s
    node: Int32s
    ticks: Int64s
    step: Int64s
    share: Floats


NO_ENDS = Ends(
    owner=np.zeros(0, np.int32),
    node=np.zeros(0, np.int32),
    ticks=np.zeros(0, np.int64),
    step=np.zeros(0, np.int64),
    share=np.zeros(0),
)


class Snapper:
    """The index of a network's links by place; answers from many threads at once."""

    def __init__(self, graph: RoadGraph, *, max_snap_m: float, largest_only: bool) -> None:
        if graph.links == 0:
            raise NoRoads("the road network has no links: load a road layer first")
        self.graph = graph
        self.max_snap_m = max_snap_m
        x, y = graph.plane.to_metres(graph.coords[:, 0], graph.coords[:, 1])
        self._vertices = np.column_stack([x, y])
        self._links = _largest(graph) if largest_only else np.arange(graph.links)
        owner = np.repeat(np.arange(graph.links), np.diff(graph.first))
        lines = shapely.linestrings(self._vertices, indices=owner)
        self._tree = shapely.STRtree(lines[self._links])

    def snap(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Snapped:
        """Snap points, WGS84 degrees, scalars or (p,); of several links equally near the lowest is taken.

        Raises :class:`errors.BadInput` where a coordinate is missing or no degree.
        """
        lons, lats = (np.atleast_1d(np.asarray(value, dtype=np.float64)) for value in (lon, lat))
        if lons.shape != lats.shape or lons.ndim != 1 or not ((np.abs(lons) <= 180) & (np.abs(lats) <= 90)).all():
            raise BadInput("points to put on the road need a longitude and a latitude in degrees each")
        graph = self.graph
        x, y = graph.plane.to_metres(lons, lats)
        link = self._nearest(x, y)
        share, metres, place = project(x, y, link, self._vertices, graph.coords, graph.first, graph.along)
        length = graph.metres[link]
        share = np.where(share * length < AT_NODE_M, 0.0, np.where((1 - share) * length < AT_NODE_M, 1.0, share))
        node = np.where(share <= 0, graph.start[link], np.where(share >= 1, graph.end[link], -1)).astype(np.int64)
        off = metres > self.max_snap_m
        link[off], node[off] = -1, -1
        place[off] = np.column_stack([lons, lats])[off]
        return Snapped(lons, lats, link, share, node, metres, place[:, 0], place[:, 1], x, y)

    def _nearest(self, x: Floats, y: Floats) -> Int64s:
        if not np.isfinite(x).all():
            raise BadInput("a point lies on the other side of the earth from the road network")
        point, found = self._tree.query_nearest(shapely.points(x, y), all_matches=True)
        lowest = np.full(len(x), self.graph.links, dtype=np.int64)
        np.minimum.at(lowest, point, self._links[found])
        return lowest


def arrivals(graph: RoadGraph, places: Snapped) -> Ends:
    """The nodes from which each point is reached along its own link."""
    return _ends(graph, places, leaving=False)


def departures(graph: RoadGraph, places: Snapped) -> Ends:
    """The nodes each point reaches first along its own link."""
    return _ends(graph, places, leaving=True)


def along_same_link(graph: RoadGraph, origins: Snapped, goal: Snapped) -> tuple[Int64s, Int64s, Floats, Floats]:
    """Travel from each origin to one goal without passing a node, where both are on the same street.

    Returns ticks (FAR where not possible), step, and the shares between which it runs, each (p,).
    """
    best = np.full(len(origins), FAR, dtype=np.int64)
    steps = np.full(len(origins), -1, dtype=np.int64)
    begin, finish = np.zeros(len(origins)), np.zeros(len(origins))
    if goal.link[0] < 0 or goal.node[0] >= 0:
        return best, steps, begin, finish
    home, twin = int(goal.link[0]), int(graph.twin[goal.link[0]])
    for link, there in ((home, float(goal.share[0])), (twin, 1.0 - float(goal.share[0]))):
        if link < 0:
            continue
        here = np.where(origins.link == link, origins.share, 1.0 - origins.share)
        near = (origins.node < 0) & np.isin(origins.link, [home, twin]) & (origins.link >= 0)
        time = np.abs(_part(graph, link, there) - _part(graph, link, here))
        for against, is_open in ((0, graph.forward[link]), (1, graph.backward[link])):
            right = near & is_open & ((here >= there) if against else (here <= there)) & (time < best)
            best[right], steps[right] = time[right], 2 * link + against
            begin[right], finish[right] = here[right], there
    return best, steps, begin, finish


def _part(graph: RoadGraph, link: int | Int64s, share: float | Floats) -> Int64s:
    """Ticks from the link's start to a share of it."""
    return np.asarray(np.rint(graph.ticks[link] * share), dtype=np.int64)


def _ends(graph: RoadGraph, places: Snapped, *, leaving: bool) -> Ends:
    found: list[tuple[npt.NDArray[Any], ...]] = []
    on_node = np.flatnonzero(places.node >= 0)
    none = np.full(len(on_node), -1, dtype=np.int64)
    found.append((on_node, places.node[on_node], np.zeros(len(on_node), np.int64), none, places.share[on_node]))
    middle = np.flatnonzero((places.node < 0) & (places.link >= 0))
    twin = graph.twin[places.link[middle]]
    paired = middle[twin >= 0]
    for owner, link, share in (
        (middle, places.link[middle], places.share[middle]),
        (paired, twin[twin >= 0], 1.0 - places.share[paired]),
    ):
        part = _part(graph, link, share)
        rest = graph.ticks[link] - part
        for against, is_open in ((0, graph.forward[link]), (1, graph.backward[link])):
            to_end = leaving != bool(against)
            node = graph.end[link] if to_end else graph.start[link]
            time = rest if to_end else part
            found.append((owner[is_open], node[is_open], time[is_open], 2 * link[is_open] + against, share[is_open]))
    owner, node, ticks, step, share = (np.concatenate(column) for column in zip(*found, strict=True))
    return Ends(owner.astype(np.int32), node.astype(np.int32), ticks.astype(np.int64), step.astype(np.int64), share)


def _largest(graph: RoadGraph) -> Int64s:
    strong = components(graph).strong
    inside = (strong[graph.start] == 0) & (strong[graph.end] == 0)
    return np.flatnonzero(inside).astype(np.int64)

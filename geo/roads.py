"""Make one road graph out of lines, whoever drew them.

A *link* is one line between two *nodes*, open as drawn, against, or both ways; an *arc* is a link in one direction.
Costs are travel times in whole picoseconds (see :mod:`geo.search`). Junctions are where lines share an end, by the
node ids given or by place: lines that only cross do not meet, so bridges stay bridges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from errors import BadGeometry, BadInput
from geo.measure import LocalPlane
from geo.noding import (
    Bools,
    check_length,
    cut_where_met,
    few,
    find_twins,
    named_ends,
    number_ends,
    placed_ends,
    shares_along,
    vertices,
)
from geo.search import MAX_MINUTES, TICKS_PER_MINUTE, Floats, Int32s, Int64s
from geo.speeds import ONEWAY_CODES, directions_of


@dataclass(frozen=True, eq=False)
class Arcs:
    """Arcs grouped by the node they leave (or reach): those of node i are ``first[i]:first[i + 1]``.

    ``other`` is the node at the far end, ``step`` 2 x link as drawn and + 1 against, ``ticks`` the cost.
    """

    first: Int64s
    other: Int32s
    step: Int64s
    ticks: Int64s


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """A road network; n nodes, m links, v vertices.

    Attributes
    ----------
    node_lon, node_lat
        Where the nodes are, WGS84 degrees, (n,).
    start, end
        Node a link is drawn from and to, (m,).
    metres, ticks
        Length and travel time of a link, (m,).
    forward, backward
        Whether it may be travelled as drawn and against, (m,).
    twin
        The link drawn over the same vertices the other way round, or -1, (m,): two one-way lines on one street, so
        that who stands beside one stands beside both.
    row
        Row of the lines given that the link came from, (m,).
    name, names
        Index into the distinct names, -1 without, (m,).
    coords, first, along
        Vertices in degrees (v, 2); those of link i are ``first[i]:first[i + 1]``; each vertex's share of its link's
        geodesic length, 0 to 1, (v,).
    leaving, arriving
        Arcs by the node they leave and by the node they reach.
    """

    node_lon: Floats
    node_lat: Floats
    start: Int32s
    end: Int32s
    metres: Floats
    ticks: Int64s
    forward: Bools
    backward: Bools
    twin: Int64s
    row: Int64s
    name: Int32s
    names: tuple[str, ...]
    coords: Floats
    first: Int64s
    along: Floats
    leaving: Arcs
    arriving: Arcs

    @property
    def nodes(self) -> int:
        """How many nodes."""
        return len(self.node_lon)

    @property
    def links(self) -> int:
        """How many links."""
        return len(self.start)

    @cached_property
    def plane(self) -> LocalPlane:
        """The plane in metres about the middle of the network."""
        return LocalPlane.around(self.coords[:, 0], self.coords[:, 1])


@dataclass(frozen=True, eq=False)
class Components:
    """How far a network hangs together.

    Attributes
    ----------
    strong, weak
        Part of each node, (n,), numbered from the largest (0): in a strong part every node reaches every other by
        the one-way rules, in a weak part when they are ignored.
    strong_parts, weak_parts
        How many there are.
    strong_share, weak_share
        Share of all nodes in the largest of each.
    strong_km, total_km
        Length of the links with both ends in the largest strong part, and of all links.
    """

    strong: Int32s
    weak: Int32s
    strong_parts: int
    weak_parts: int
    strong_share: float
    weak_share: float
    strong_km: float
    total_km: float


def build_graph(
    lines: Sequence[Any] | npt.NDArray[Any],
    *,
    oneway: Iterable[object] | None = None,
    oneway_codes: Mapping[str, int] = ONEWAY_CODES,
    length_m: npt.ArrayLike | None = None,
    speed_kmh: npt.ArrayLike = 30.0,
    names: Iterable[object] | None = None,
    nodes: tuple[Sequence[Any] | npt.NDArray[Any], Sequence[Any] | npt.NDArray[Any]] | None = None,
    snap_m: float = 0.0,
    cut: bool = False,
) -> RoadGraph:
    """Build the graph of a layer of lines.

    Parameters
    ----------
    lines
        LineStrings or MultiLineStrings in WGS84 degrees, (r,); each part of a multi line becomes its own link.
    oneway, oneway_codes
        A code per line and what it means (0 both ways, 1 as drawn, -1 against; :func:`geo.speeds.directions_of`).
        Without codes all are open both ways.
    length_m
        Metres per line, NaN where unknown; without it, and there, the geodesic length. Parts share it by length.
    speed_kmh
        One speed for all or one per line (:func:`geo.speeds.speeds_of` looks them up by class).
    names
        A name per line; missing or blank is none.
    nodes
        Ids of the node each line is drawn from and to. Without them lines meet where their ends are within ``snap_m``
        metres of each other, chains of such ends included; 0 asks for the very same coordinates.
    cut
        First cut lines at vertices they share and where another's end touches them, for layers whose roads run on
        through their junctions (as OpenStreetMap's do in shapefiles). Not with ``nodes``.

    Raises
    ------
    errors.BadGeometry
        Naming the rows that are no lines, lie outside degrees, or are multi lines although nodes are given.
    errors.BadInput
        Naming rows with a length or speed that is not positive, columns of the wrong length, unknown one-way codes.
    """
    shapes = np.asarray(lines, dtype=object).ravel()
    _check_lines(shapes, single=nodes is not None)
    parts, row = shapely.get_parts(shapes, return_index=True)
    if cut and nodes is not None:
        raise BadInput("lines whose end nodes are given cannot be cut: leave out one of the two")
    if cut and len(parts):
        parts, line = cut_where_met(parts, snap_m=snap_m)
        row = row[line]
    coords, first = vertices(parts)
    along, measured = shares_along(coords, first)
    metres = _lengths(length_m, measured=measured, row=row, rows=len(shapes))
    ticks = _ticks(metres, _speeds(speed_kmh, rows=len(shapes))[row], row=row)
    way = np.zeros(len(shapes), np.int8) if oneway is None else directions_of(oneway, meaning=oneway_codes)
    check_length("oneway", way, rows=len(shapes))
    way = way[row]
    ends = named_ends(nodes, rows=len(shapes)) if nodes is not None else placed_ends(coords, first, snap_m=snap_m)
    start, end, node_lon, node_lat = number_ends(ends, coords, first)
    name, distinct = _names(names, rows=len(shapes))
    forward, backward = way >= 0, way <= 0
    leaving, arriving = _arcs(start, end, forward, backward, ticks, nodes=len(node_lon))
    twin = find_twins(start, end, coords, first)
    return RoadGraph(
        node_lon, node_lat, start, end, metres, ticks, forward, backward, twin, row.astype(np.int64), name[row],
        distinct, coords, first, along, leaving, arriving,
    )  # fmt: skip


def components(graph: RoadGraph) -> Components:
    """Report the strongly and the weakly connected parts of a network."""
    strong = _parts(graph, connection="strong")
    weak = _parts(graph, connection="weak")
    inside = (strong[graph.start] == 0) & (strong[graph.end] == 0)
    share = 1.0 / max(graph.nodes, 1)
    return Components(
        strong=strong,
        weak=weak,
        strong_parts=int(strong.max(initial=-1)) + 1,
        weak_parts=int(weak.max(initial=-1)) + 1,
        strong_share=float((strong == 0).sum()) * share,
        weak_share=float((weak == 0).sum()) * share,
        strong_km=float(graph.metres[inside].sum()) / 1000,
        total_km=float(graph.metres.sum()) / 1000,
    )


def _parts(graph: RoadGraph, *, connection: Literal["weak", "strong"]) -> Int32s:
    arcs = graph.leaving
    shape = (graph.nodes, graph.nodes)
    matrix = sparse.csr_matrix((np.ones(len(arcs.other), np.int8), arcs.other, arcs.first), shape=shape)
    _, label = connected_components(matrix, directed=True, connection=connection)
    rank = np.argsort(np.argsort(-np.bincount(label, minlength=1), kind="stable"), kind="stable")
    return np.asarray(rank[label], dtype=np.int32)


def _check_lines(shapes: npt.NDArray[Any], *, single: bool) -> None:
    kind = shapely.get_type_id(shapes)
    bounds = shapely.bounds(shapes)
    inside = (np.abs(bounds[:, [0, 2]]) <= 180).all(axis=1) & (np.abs(bounds[:, [1, 3]]) <= 90).all(axis=1)
    wrong = ~(np.isin(kind, [1] if single else [1, 5]) & inside)
    if wrong.any():
        raise BadGeometry(
            "{count} of {rows} road rows are no line in degrees (rows {which}); mend or leave them out",
            count=int(wrong.sum()),
            rows=len(shapes),
            which=few(wrong),
        )


def _lengths(given: npt.ArrayLike | None, *, measured: Floats, row: Int64s, rows: int) -> Floats:
    if given is None:
        return measured
    column = np.asarray(given, dtype=np.float64)
    check_length("length_m", column, rows=rows)
    wrong = ~(np.isnan(column) | (np.isfinite(column) & (column >= 0)))
    if wrong.any():
        raise BadInput("length_m is below 0 or infinite in rows {which}", which=few(wrong))
    whole = np.bincount(row, weights=measured, minlength=rows)[row]
    parts = np.bincount(row, minlength=rows)[row]
    share = np.where(whole > 0, measured / np.where(whole > 0, whole, 1.0), 1.0 / parts)
    return np.where(np.isnan(column)[row], measured, column[row] * share)


def _speeds(given: npt.ArrayLike, *, rows: int) -> Floats:
    column = np.asarray(given, dtype=np.float64)
    column = np.full(rows, float(column)) if column.ndim == 0 else column
    check_length("speed_kmh", column, rows=rows)
    wrong = ~(np.isfinite(column) & (column > 0))
    if wrong.any():
        raise BadInput("speed_kmh is missing or not above 0 in rows {which}", which=few(wrong))
    return column


def _ticks(metres: Floats, kmh: Floats, *, row: Int64s) -> Int64s:
    minutes = metres / 1000 / kmh * 60
    wrong = minutes > MAX_MINUTES
    if wrong.any():
        rows = ", ".join(map(str, np.unique(row[wrong])[:5]))
        raise BadInput("a road takes over seven days to travel (rows {which}): check length and speed", which=rows)
    return np.rint(minutes * TICKS_PER_MINUTE).astype(np.int64)


def _names(names: Iterable[object] | None, *, rows: int) -> tuple[Int32s, tuple[str, ...]]:
    if names is None:
        return np.full(rows, -1, np.int32), ()
    texts = ["" if name is None or name != name else str(name).strip() for name in names]
    check_length("names", np.asarray(texts), rows=rows)
    distinct = sorted(set(texts) - {""})
    place = {text: i for i, text in enumerate(distinct)} | {"": -1}
    return np.array([place[text] for text in texts], dtype=np.int32), tuple(distinct)


def _arcs(
    start: Int32s, end: Int32s, forward: Bools, backward: Bools, ticks: Int64s, *, nodes: int
) -> tuple[Arcs, Arcs]:
    drawn, against = np.flatnonzero(forward), np.flatnonzero(backward)
    tail = np.concatenate([start[drawn], end[against]])
    head = np.concatenate([end[drawn], start[against]])
    step = np.concatenate([2 * drawn, 2 * against + 1]).astype(np.int64)
    cost = ticks[step >> 1]

    def grouped(by: Int32s, other: Int32s) -> Arcs:
        order = np.lexsort((step, by))
        first = np.concatenate([[0], np.cumsum(np.bincount(by, minlength=nodes))]).astype(np.int64)
        return Arcs(first, other[order], step[order], cost[order])

    return grouped(tail, head), grouped(head, tail)

"""Lay roads over the mesh: provincial and county roads along the valleys, lanes to every hamlet, streets in the towns.

Each layer takes the cheapest way over the ground and prefers what is already built, so roads share valleys and bridges
as real ones do.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components, dijkstra, minimum_spanning_tree

from data.demo.chance import stream
from data.demo.regions import NARROW, Labels, Regions
from data.demo.terrain import Land, Mesh, Points

#: road classes by number (0: no road), widest last, and the speed a squad drives on them, km/h
CLASSES = ("", "村道", "城镇支路", "乡道", "城镇主路", "县道", "省道")
LANE, STREET, TOWNSHIP_ROAD, AVENUE, COUNTY_ROAD, PROVINCIAL_ROAD = range(1, 7)
SPEED = np.array([0.0, 22.0, 22.0, 34.0, 32.0, 48.0, 60.0])
#: metres that a bridge counts for, by the river's order
BRIDGE = np.array([0.0, 3_000.0, 900.0, 260.0, 90.0])
#: what building on a road that is there costs against new ground
SHARED = 0.34
#: every n-th row of a town's lattice is an avenue
AVENUE_EVERY = 4


@dataclass(frozen=True)
class Built:
    """Road class of each usable mesh link (0: none), and which street row it belongs to (-1: none)."""

    links: NDArray[np.int64]
    length: NDArray[np.float64]
    kind: Labels
    row: Labels


def _ground(mesh: Mesh) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], Labels]:
    """Usable links, their metres, what a road along each costs, and their street row (-1: open country).

    In a town core only the lattice is usable: two neighbours of one row or one column.
    """
    a, b = mesh.links.T
    step = np.abs(mesh.block[a] - mesh.block[b])
    same = (mesh.town[a] == mesh.town[b]) & (mesh.town[a] >= 0)
    lattice = same & (step.sum(axis=1) == 1)
    usable = mesh.inside[a] & mesh.inside[b] & (mesh.width > NARROW) & (lattice | ~same) & (mesh.length < 900)
    length, links = mesh.length, mesh.links
    slope = np.abs(np.diff(mesh.height[links], axis=1)[:, 0]) / length
    cost = length * (1 + (slope / 0.07) ** 1.6) + BRIDGE[mesh.wet] + 0.02 * mesh.height[links].mean(axis=1)
    along = step[:, 0].astype(bool)  # moving along the first axis: the second index names the row
    index = np.where(along, mesh.block[a, 1], mesh.block[a, 0])
    # through traffic keeps to the avenues instead of stepping from street to street
    cost = np.where(lattice, length * np.where(index % AVENUE_EVERY == 0, 0.6, 1.8), cost)
    row = np.where(lattice, (mesh.town[a] * 2 + along) * 1000 + index + 500, -1)
    return links[usable], length[usable], cost[usable], row[usable]


def _matrix(links: NDArray[np.int64], cost: NDArray[np.float64], n: int) -> sparse.csr_matrix:
    return sparse.csr_matrix((cost, (links[:, 0], links[:, 1])), shape=(n, n))


class _Builder:
    """Roads built so far; each new one takes the cheapest way, existing roads costing less."""

    def __init__(self, mesh: Mesh) -> None:
        self.links, self.length, self.cost, self.row = _ground(mesh)
        self.kind = np.zeros(len(self.links), dtype=np.int64)
        self.n = len(mesh.xy)
        low, high = np.sort(self.links, axis=1).T
        self._key = low * self.n + high
        self._order = np.argsort(self._key)

    def _find(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
        key = np.minimum(a, b) * self.n + np.maximum(a, b)
        return self._order[np.searchsorted(self._key[self._order], key)]

    def _graph(self) -> sparse.csr_matrix:
        return _matrix(self.links, np.where(self.kind > 0, self.cost * SHARED, self.cost), self.n)

    def path(self, a: int, b: int, kind: int) -> None:
        """Build the cheapest way from cell ``a`` to cell ``b``."""
        _, before = dijkstra(self._graph(), directed=False, indices=a, return_predecessors=True)
        chain = [b]
        while chain[-1] != a:
            chain.append(int(before[chain[-1]]))
        cells = np.array(chain)
        found = self._find(cells[:-1], cells[1:])
        self.kind[found] = np.maximum(self.kind[found], kind)

    def connect(self, cells: Labels, kind: int) -> None:
        """Build the cheapest way from each of ``cells`` to the roads there are; ways that meet run on together."""
        on = np.unique(self.links[self.kind > 0])
        _, before, _ = dijkstra(self._graph(), directed=False, indices=on, min_only=True, return_predecessors=True)
        now = np.unique(cells)
        while len(now := now[before[now] >= 0]):
            found = self._find(now, before[now].astype(np.int64))
            self.kind[found] = np.where(self.kind[found] > 0, self.kind[found], kind)
            now = np.unique(before[now])


def _gates(land: Land, regions: Regions) -> Labels:
    """Where the provincial roads cross the county line: the border cells nearest to the main valleys' ends."""
    mesh = land.mesh
    a, b = mesh.links.T
    edge = np.unique(np.concatenate([a[mesh.inside[a] & ~mesh.inside[b]], b[mesh.inside[b] & ~mesh.inside[a]]]))
    edge = edge[regions.grid[edge] >= 0]
    found = []
    for river in (r for r in land.rivers if r.order <= 2):
        ends = np.array([river.line.coords[0], river.line.coords[-1]])
        for end in ends if river.order == 1 else ends[:1]:
            found.append(edge[np.argmin(((mesh.xy[edge] - end) ** 2).sum(axis=1))])
    return np.array(found)


def _seat_pairs(xy: Points) -> list[tuple[int, int]]:
    """Which seats get a county road between them: the nearest-neighbour graph (Gabriel), which never crosses itself."""
    pairs = []
    for i in range(len(xy)):
        for j in range(i + 1, len(xy)):
            middle, reach = (xy[i] + xy[j]) / 2, ((xy[i] - xy[j]) ** 2).sum() / 4
            others = np.delete(np.arange(len(xy)), [i, j])
            if (((xy[others] - middle) ** 2).sum(axis=1) >= reach).all():
                pairs.append((i, j))
    return pairs


def _hamlets(seed: int, land: Land, regions: Regions) -> Labels:
    """Cells where people live outside the cores: each grid's centre and up to three lower-lying spots more."""
    rng = stream(seed, "hamlets")
    grid, mesh = regions.grid, land.mesh
    open_land = np.flatnonzero((grid >= 0) & (mesh.town < 0))
    chance = np.exp(-mesh.height[open_land] / 130)
    order = open_land[np.argsort(-np.log(np.maximum(rng.random(len(open_land)), 1e-12)) / chance)]
    rank = _rank_within(grid[order])
    return np.concatenate([regions.grid_centre, order[rank < 3]])


def _rank_within(groups: Labels) -> Labels:
    """The how-manieth of its group each entry is, in the order given."""
    order = np.argsort(groups, kind="stable")
    first = np.flatnonzero(np.r_[True, np.diff(groups[order]) != 0])
    count = np.diff(np.r_[first, len(groups)])
    rank = np.empty(len(groups), dtype=np.int64)
    rank[order] = np.arange(len(groups)) - np.repeat(first, count)
    return rank


def build_roads(seed: int, land: Land, regions: Regions) -> Built:
    """All roads of the county, in one connected piece (both ways everywhere; one-way streets come later)."""
    builder = _Builder(land.mesh)
    seat = regions.township_centre
    gates = _gates(land, regions)
    by_code = {town.code: int(seat[i]) for i, town in enumerate(land.towns)}
    # west gate, the valley towns, the county seat, the east gate; and the northern valley through the hub town
    main = [int(gates[0]), *(by_code[code] for code in ("107", "102", "001", "002", "103")), int(gates[1])]
    north = [int(gates[2]), *(by_code[code] for code in ("201", "101", "102"))]
    for route in (main, north):
        for a, b in pairwise(route):
            builder.path(a, b, PROVINCIAL_ROAD)
    for i, j in _seat_pairs(land.mesh.xy[seat]):
        builder.path(int(seat[i]), int(seat[j]), COUNTY_ROAD)
    _streets(seed, builder, land.mesh)
    builder.connect(regions.village_centre, TOWNSHIP_ROAD)
    for a, b in _neighbours(land, regions):
        builder.path(a, b, TOWNSHIP_ROAD)
    builder.connect(_hamlets(seed, land, regions), LANE)
    built = builder.kind > 0
    return Built(builder.links[built], builder.length[built], builder.kind[built], builder.row[built])


def _neighbours(land: Land, regions: Regions) -> list[tuple[int, int]]:
    """Some neighbouring villages that get a road of their own, so that not every way leads through the seat."""
    village = np.where(regions.grid >= 0, regions.village_of_grid[np.maximum(regions.grid, 0)], -1)
    pair = np.sort(village[land.mesh.links], axis=1)
    pair = np.unique(pair[(pair[:, 0] != pair[:, 1]) & (pair[:, 0] >= 0)], axis=0)
    centre = regions.village_centre
    apart = np.hypot(*(land.mesh.xy[centre[pair[:, 0]]] - land.mesh.xy[centre[pair[:, 1]]]).T)
    near = pair[np.argsort(apart)]
    low = land.mesh.height[centre[near]].max(axis=1) < 260
    chosen = near[low & (np.sort(apart) > 900)][::4][:45]
    return [(int(centre[a]), int(centre[b])) for a, b in chosen]


def _streets(seed: int, builder: _Builder, mesh: Mesh) -> None:
    """Turn the lattice of each core into streets; some quiet ones are left out, but none is cut off."""
    rng = stream(seed, "street-gaps")
    lattice = np.flatnonzero(builder.row >= 0)
    index = builder.row[lattice] % 1000 - 500
    avenue = index % AVENUE_EVERY == 0
    tree = minimum_spanning_tree(_matrix(builder.links[lattice], 1 + rng.random(len(lattice)), builder.n)).tocoo()
    needed = np.zeros(len(builder.links), dtype=bool)
    needed[builder._find(tree.row.astype(np.int64), tree.col.astype(np.int64))] = True
    keep = avenue | needed[lattice] | (rng.random(len(lattice)) > 0.3)
    kind = np.where(avenue, AVENUE, STREET)
    builder.kind[lattice] = np.where(keep, np.maximum(builder.kind[lattice], kind), builder.kind[lattice])
    _join(builder)


def _join(builder: _Builder) -> None:
    """Connect every street that does not reach the rest of the network yet."""
    while True:
        built = builder.kind > 0
        graph = _matrix(builder.links[built], np.ones(int(built.sum())), builder.n)
        _, piece = connected_components(graph, directed=False)
        pieces, first = np.unique(piece[builder.links[built, 0]], return_index=True)
        if len(pieces) == 1:
            return
        size = np.bincount(piece)[pieces]
        main = int(builder.links[built][first[np.argmax(size)], 0])
        for other in first[np.argsort(-size)][1:]:
            builder.path(main, int(builder.links[built][other, 0]), STREET)

"""Divide the mesh into townships, villages and grids that grow from their centres along the easiest ground.

Growth is a multi-source shortest path over the mesh, so borders settle on ridges and rivers, and every area is in one
piece by construction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from data.demo.chance import stream
from data.demo.terrain import Land, Mesh

Labels = NDArray[np.int64]

#: metres that crossing a river counts for when an area grows, by the river's order (0: no river)
RIVER_COST = np.array([0.0, 1_500.0, 700.0, 250.0, 80.0])
#: two cells that share less edge than this (metres) only touch
NARROW = 12.0


@dataclass(frozen=True)
class Regions:
    """Which area each mesh cell belongs to (-1: outside the county), and each area's parent and centre cell.

    ``grid`` (n,), ``village_of_grid``, ``township_of_village`` and the centre cells are index arrays into one another.
    """

    grid: Labels
    village_of_grid: Labels
    township_of_village: Labels
    grid_centre: Labels
    village_centre: Labels
    township_centre: Labels

    @property
    def township_of_grid(self) -> Labels:
        """The township of each grid."""
        return self.township_of_village[self.village_of_grid]


def _graph(mesh: Mesh) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The links an area may grow along and what each costs: metres, steep and wet ones more."""
    a, b = mesh.links.T
    usable = mesh.inside[a] & mesh.inside[b] & (mesh.width > NARROW)
    links = mesh.links[usable]
    length = mesh.length[usable]
    middle = mesh.height[links].mean(axis=1)
    climb = np.abs(np.diff(mesh.height[links], axis=1)[:, 0])
    return links, length * (1 + middle / 220) + 9 * climb + RIVER_COST[mesh.wet[usable]]


def grow(links: NDArray[np.int64], cost: NDArray[np.float64], centres: Labels, n: int) -> Labels:
    """For each of ``n`` cells the number of the centre it is cheapest to reach from; -1 where none can be reached."""
    graph = sparse.csr_matrix((cost, (links[:, 0], links[:, 1])), shape=(n, n))
    _, _, source = dijkstra(graph, directed=False, indices=centres, min_only=True, return_predecessors=True)
    place = np.full(n, -1)
    place[centres] = np.arange(len(centres))
    return np.where(source >= 0, place[np.maximum(source, 0)], -1)


def _spread_centres(rng: np.random.Generator, xy: NDArray[np.float64], k: int, weight: NDArray[np.float64]) -> Labels:
    """``k`` cells spread over ``xy`` with equal weight each: Lloyd's k-means from a k-means++ start."""
    first = [int(rng.choice(len(xy), p=weight / weight.sum()))]
    near = ((xy - xy[first[0]]) ** 2).sum(axis=1)
    for _ in range(k - 1):
        chance = near * weight
        first.append(int(rng.choice(len(xy), p=chance / chance.sum())))
        near = np.minimum(near, ((xy - xy[first[-1]]) ** 2).sum(axis=1))
    centre = xy[first]
    for _ in range(12):
        mine = cKDTree(centre).query(xy)[1]
        total = np.bincount(mine, weight, k)
        moved = np.stack([np.bincount(mine, weight * axis, k) for axis in xy.T], axis=1)
        centre = np.where(total[:, None] > 0, moved / np.maximum(total, 1e-9)[:, None], centre)
    found: list[int] = []
    for point in centre:
        order = np.argsort(((xy - point) ** 2).sum(axis=1))
        found.append(next(int(i) for i in order if int(i) not in found))
    return np.array(found)


def shares(total: int, weight: NDArray[np.float64]) -> Labels:
    """``total`` whole units shared out by ``weight``, at least one each (largest remainders)."""
    free = total - len(weight)
    exact = free * weight / weight.sum()
    base = np.floor(exact).astype(np.int64)
    most = np.argsort(-(exact - base), kind="stable")[: free - int(base.sum())]
    base[most] += 1
    return base + 1


def divide(seed: int, land: Land) -> Regions:
    """Townships from their seats, villages within townships, grids within villages, with the tables' exact counts."""
    mesh, n = land.mesh, len(land.mesh.xy)
    links, cost = _graph(mesh)
    inside = np.flatnonzero(mesh.inside)
    seats = np.array([(town.x, town.y) for town in land.towns])
    township_centre = inside[cKDTree(mesh.xy[inside]).query(seats)[1]]
    township = grow(links, cost, township_centre, n)
    weight = np.where(mesh.town >= 0, 1.0, np.exp(-mesh.height / 240))
    village, village_centre, parent = _subdivide(
        stream(seed, "villages"), mesh, links, cost, township, np.array([t.villages for t in land.towns]), weight
    )
    cells = np.bincount(village[village >= 0], weight[village >= 0], len(village_centre))
    counts = np.zeros(len(village_centre), dtype=np.int64)
    for i, town in enumerate(land.towns):
        mine = np.flatnonzero(parent == i)
        counts[mine] = shares(town.grids, cells[mine])
    grid, grid_centre, village_of_grid = _subdivide(stream(seed, "grids"), mesh, links, cost, village, counts, weight)
    return Regions(grid, village_of_grid, parent, grid_centre, village_centre, township_centre)


def _subdivide(
    rng: np.random.Generator,
    mesh: Mesh,
    links: NDArray[np.int64],
    cost: NDArray[np.float64],
    label: Labels,
    counts: Labels,
    weight: NDArray[np.float64],
) -> tuple[Labels, Labels, Labels]:
    """Divide each area of ``label`` into ``counts`` parts: each cell's part, each part's centre cell and its area."""
    centres, parent = [], []
    for area, k in enumerate(counts):
        mine = np.flatnonzero(label == area)
        centres.append(mine[_spread_centres(rng, mesh.xy[mine], int(k), weight[mine])])
        parent.append(np.full(int(k), area))
    centre = np.concatenate(centres)
    within = label[links[:, 0]] == label[links[:, 1]]
    return grow(links[within], cost[within], centre, len(label)), centre, np.concatenate(parent)

"""Make a directed road network of what was built: links between junctions, names, one-way streets, minutes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from data.demo.chance import stream
from data.demo.naming import Named, words
from data.demo.regions import Labels, Regions
from data.demo.roads import (
    AVENUE,
    AVENUE_EVERY,
    CLASSES,
    COUNTY_ROAD,
    LANE,
    PROVINCIAL_ROAD,
    SPEED,
    STREET,
    TOWNSHIP_ROAD,
    Built,
)
from data.demo.terrain import Land, Points

#: towns with a core of at least this radius (metres) have one-way streets, in the inner part of the core
ONEWAY_CORE, ONEWAY_INNER = 1_100.0, 0.75


@dataclass(frozen=True)
class Network:
    """The links of the road network; ``start`` and ``end`` are rows of ``node`` (the mesh cell of each junction).

    ``oneway`` is 0 both ways, 1 along the line, -1 against it; ``length`` in metres, ``minutes`` at a squad's speed.
    """

    node: Labels
    node_xy: Points
    start: Labels
    end: Labels
    kind: Labels
    oneway: Labels
    length: NDArray[np.float64]
    line: NDArray[np.object_]
    name: list[str]

    @property
    def minutes(self) -> NDArray[np.float64]:
        """Minutes along each whole link."""
        return self.length / 1000 / SPEED[self.kind] * 60

    @property
    def classes(self) -> list[str]:
        """The class of each link in words."""
        return [CLASSES[kind] for kind in self.kind]

    def graph(self) -> sparse.csr_matrix:
        """Minutes from node to node; of parallel links the quicker one."""
        forth, back = self.oneway >= 0, self.oneway <= 0
        a = np.concatenate([self.start[forth], self.end[back]])
        b = np.concatenate([self.end[forth], self.start[back]])
        minutes = np.concatenate([self.minutes[forth], self.minutes[back]])
        order = np.lexsort((minutes, b, a))
        a, b, minutes = a[order], b[order], minutes[order]
        first = np.r_[True, (np.diff(a) != 0) | (np.diff(b) != 0)]
        return sparse.csr_matrix((minutes[first], (a[first], b[first])), shape=(len(self.node),) * 2)

    def travel(self, starts: Labels) -> NDArray[np.float64]:
        """Minutes (starts, nodes) by road from each node of ``starts``."""
        return dijkstra(self.graph(), indices=starts)

    def nearest_node(self, xy: Points) -> Labels:
        """The junction nearest to each point."""
        return cKDTree(self.node_xy).query(xy)[1]


def _chains(built: Built) -> tuple[list[list[int]], list[int]]:
    """Runs of built links between junctions or changes of class and street row: their cells, and one link of each."""
    at: dict[int, list[int]] = defaultdict(list)
    links = built.links.tolist()
    for i, (a, b) in enumerate(links):
        at[a].append(i)
        at[b].append(i)
    mark = (built.kind * 10_000_000 + built.row).tolist()
    inner = {cell for cell, mine in at.items() if len(mine) == 2 and mark[mine[0]] == mark[mine[1]]}
    used = [False] * len(links)
    cells, example = [], []
    for start in [*(c for c in sorted(at) if c not in inner), *sorted(inner)]:
        for link in at[start]:
            if used[link]:
                continue
            chain = [start]
            step = link
            while True:
                used[step] = True
                a, b = links[step]
                chain.append(b if chain[-1] == a else a)
                if chain[-1] not in inner or chain[-1] == start:
                    break
                first, second = at[chain[-1]]
                step = second if first == step else first
            cells.append(chain)
            example.append(link)
    return cells, example


def _bend(line: Points) -> Points:
    """Round off the corners of the mesh; the ends stay."""
    for _ in range(2):
        if len(line) > 2:
            line = np.vstack([line[:1], (line[:-2] + 2 * line[1:-1] + line[2:]) / 4, line[-1:]])
    return line


def build_network(seed: int, land: Land, regions: Regions, named: Named, built: Built) -> Network:
    """Junctions, links, names and one-way streets; every junction can be reached from every other."""
    cells, example = _chains(built)
    kind, row = built.kind[example], built.row[example]
    ends = np.array([(chain[0], chain[-1]) for chain in cells])
    node, index = np.unique(ends, return_inverse=True)
    start, end = index.reshape(-1, 2).T
    xy = land.mesh.xy
    shapes = [_bend(xy[chain]) if streets < 0 else xy[chain] for chain, streets in zip(cells, row, strict=True)]
    line = np.array([shapely.linestrings(np.round(shape, 2)) for shape in shapes], dtype=object)
    oneway = _oneway(land, cells, kind, row)
    oneway = _two_way_where_needed(start, end, oneway, len(node))
    names = _names(seed, land, regions, named, ends, kind, row)
    return Network(node, np.round(xy[node], 2), start, end, kind, oneway, shapely.length(line), line, names)


def _oneway(land: Land, cells: list[list[int]], kind: Labels, row: Labels) -> Labels:
    """Quiet streets of the larger towns run one way, neighbouring rows in opposite directions."""
    mesh = land.mesh
    first = np.array([chain[0] for chain in cells])
    last = np.array([chain[-1] for chain in cells])
    town = mesh.town[first]
    core = np.array([t.core for t in land.towns])
    seat = np.array([(t.x, t.y) for t in land.towns])
    away = np.hypot(*(mesh.xy[first] - seat[town]).T)
    inner = (kind == STREET) & (row >= 0) & (core[town] >= ONEWAY_CORE) & (away < ONEWAY_INNER * core[town])
    index = row % 1000 - 500
    along = np.sign((mesh.block[last] - mesh.block[first]).sum(axis=1))
    sense = np.where(index % AVENUE_EVERY == 1, 1, np.where(index % AVENUE_EVERY == 3, -1, 0))
    return np.where(inner, along * sense, 0)


def _two_way_where_needed(start: Labels, end: Labels, oneway: Labels, n: int) -> Labels:
    """Open one-way links in both directions until every junction reaches every other."""
    oneway = oneway.copy()
    while True:
        forth, back = oneway >= 0, oneway <= 0
        a, b = np.concatenate([start[forth], end[back]]), np.concatenate([end[forth], start[back]])
        graph = sparse.csr_matrix((np.ones(len(a)), (a, b)), shape=(n, n))
        pieces, piece = connected_components(graph, connection="strong")
        if pieces == 1:
            return oneway
        stuck = (oneway != 0) & (piece[start] != piece[end])
        if not stuck.any():
            return oneway
        oneway[stuck] = 0


def _names(
    seed: int, land: Land, regions: Regions, named: Named, ends: NDArray[np.int64], kind: Labels, row: Labels
) -> list[str]:
    """A name for every link: streets by their row, country roads by class, number and the place they lead to."""
    street = _street_names(seed, land, row, kind)
    village = regions.village_of_grid[np.maximum(regions.grid[ends[:, 1]], 0)]
    township = regions.township_of_village[village]
    found = []
    for i, k in enumerate(kind.tolist()):
        v, t = int(village[i]), int(township[i])
        if row[i] >= 0 and k <= AVENUE:
            found.append(street[int(row[i])])
        elif k == PROVINCIAL_ROAD:
            found.append("S318云溪线")
        elif k == COUNTY_ROAD:
            found.append(f"X{301 + t:03d}{land.towns[t].name[:2]}线")
        elif k == TOWNSHIP_ROAD:
            found.append(f"Y{101 + v:03d}{named.village_name[v].removesuffix('社区').removesuffix('村')}线")
        else:
            lane = k == LANE and named.village_kind[v] == "行政村"
            found.append(f"{named.village_name[v].removesuffix('村')}{'村道' if lane else '支路'}")
    return found


def _street_names(seed: int, land: Land, row: Labels, kind: Labels) -> dict[int, str]:
    """Streets of one town get different names, the avenues the best known ones."""
    found: dict[int, str] = {}
    for town in range(len(land.towns)):
        mine = np.unique(row[(row >= 0) & (row // 2000 == town)])
        pool = [zh for zh, _ in words("street")]
        rng = stream(seed, "street-names", town)
        pool = [pool[i] for i in np.r_[rng.permutation(16), 16 + rng.permutation(len(pool) - 16)]]
        avenues = [r for r in mine.tolist() if (r % 1000 - 500) % AVENUE_EVERY == 0]
        quiet = [r for r in mine.tolist() if (r % 1000 - 500) % AVENUE_EVERY != 0]
        for i, r in enumerate([*avenues, *quiet]):
            again = ("", "东", "西", "南", "北")[min(i // len(pool), 4)]
            found[r] = pool[i % len(pool)] + again + ("路" if i < len(avenues) else "街" if i % 2 else "巷")
    return found

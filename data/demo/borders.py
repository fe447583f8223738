"""Draw the areas' borders as shared arcs, so that neighbours have exactly the same coordinates on a common edge.

An arc runs along mesh edges between two junctions. It is smoothed once, for both its sides; where smoothing makes two
arcs meet, the arcs around that spot stay as they were. The areas are then assembled from whole arcs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from data.demo.regions import Labels
from data.demo.terrain import Mesh
from errors import BadGeometry

Arc = NDArray[np.int64]


def _arcs(mesh: Mesh, label: Labels) -> tuple[list[Arc], NDArray[np.int64]]:
    """Chains of corners between junctions, and the two areas (n, 2) on the sides of each; -1 is outside."""
    sides = label[mesh.links]
    border = np.flatnonzero(sides[:, 0] != sides[:, 1])
    edges, sides = mesh.ridge[border], np.sort(sides[border], axis=1)
    at: dict[int, list[int]] = defaultdict(list)
    for i, (a, b) in enumerate(edges.tolist()):
        at[a].append(i)
        at[b].append(i)
    used = np.zeros(len(edges), dtype=bool)
    arcs: list[Arc] = []
    between: list[NDArray[np.int64]] = []
    ends = [corner for corner in sorted(at) if len(at[corner]) != 2]
    loops = sorted(at)
    for start in [*ends, *loops]:
        for edge in at[start]:
            if used[edge]:
                continue
            arcs.append(_walk(start, edge, edges, at, used))
            between.append(sides[edge])
    return arcs, np.array(between)


def _walk(start: int, edge: int, edges: Arc, at: dict[int, list[int]], used: NDArray[np.bool_]) -> Arc:
    """Follow border edges from ``start`` until the next junction, or back to the start of a loop."""
    chain = [start]
    while True:
        used[edge] = True
        a, b = edges[edge]
        chain.append(int(b) if chain[-1] == a else int(a))
        onward = at[chain[-1]]
        if len(onward) != 2 or chain[-1] == start:
            return np.array(chain)
        edge = onward[0] if onward[1] == edge else onward[1]
        if used[edge]:
            return np.array(chain)


def _smooth(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Soften the kinks of the mesh: two rounds of a 1-2-1 mean, then one of corner cutting; the ends stay."""
    for _ in range(2):
        if len(line) > 2:
            line = np.vstack([line[:1], (line[:-2] + 2 * line[1:-1] + line[2:]) / 4, line[-1:]])
    if len(line) > 2:
        quarter = 0.75 * line[1:-1] + 0.25 * line[:-2], 0.75 * line[1:-1] + 0.25 * line[2:]
        line = np.vstack([line[:1], np.stack(quarter, axis=1).reshape(-1, 2), line[-1:]])
    return line


def _assemble(lines: Sequence[NDArray[np.float64]], between: NDArray[np.int64], count: int) -> NDArray[np.object_]:
    """One polygon per area, from all arcs that have the area on one side only."""
    mine: list[list[int]] = [[] for _ in range(count)]
    for i, pair in enumerate(between.tolist()):
        for area in pair:
            if area >= 0:
                mine[area].append(i)
    shapes = np.array([shapely.linestrings(line) for line in lines], dtype=object)
    return np.array([shapely.build_area(shapely.multilinestrings(shapes[part])) for part in mine], dtype=object)


def draw(mesh: Mesh, label: Labels, corners: NDArray[np.float64]) -> NDArray[np.object_]:
    """The polygon of each area of ``label``, over ``corners`` (rows as in ``mesh.corners``, any coordinates).

    Raises BadGeometry if no valid tiling comes out, which would be an error in this module.
    """
    arcs, between = _arcs(mesh, label)
    rough = [corners[arc] for arc in arcs]
    lines = [_smooth(line) for line in rough]
    count = int(label.max()) + 1
    for _ in range(12):
        areas = _assemble(lines, between, count)
        broken = _broken(areas)
        if not broken.any():
            return areas
        back = broken[np.maximum(between, 0)] & (between >= 0)
        lines = [rough[i] if back[i].any() else line for i, line in enumerate(lines)]
    raise BadGeometry("the demo county's areas do not tile: {n} of {count}", n=int(broken.sum()), count=count)


def _broken(areas: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which areas are not one valid polygon, or overlap or gape against a neighbour."""
    bad = ~shapely.is_valid(areas) | (shapely.get_type_id(areas) != 3) | shapely.is_empty(areas)
    if bad.any():
        return bad
    return ~shapely.is_empty(shapely.coverage_invalid_edges(areas))


def dissolve(areas: NDArray[np.object_], parent: Labels) -> NDArray[np.object_]:
    """The union of the areas of each parent; shared edges keep their coordinates."""
    return np.array(
        [shapely.coverage_union_all(areas[parent == i]) for i in range(int(parent.max()) + 1)], dtype=object
    )

"""Lay out valleys, ridges and an outline, and cover them with a mesh that is finer where people live.

Lengths are metres on the plane EPSG:4549 (CGCS2000, 3-degree Gauss-Kruger, central meridian 120 E), shifted so that
the county's south-western corner is near (0, 0).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi, cKDTree

from data.demo.chance import stream
from data.demo.reference import rows

Points = NDArray[np.float64]

WIDTH, HEIGHT = 52_000.0, 40_000.0
#: metres between mesh points: in a town core, along a valley, on the hills
TOWN, VALLEY, HILL = 110.0, 190.0, 300.0
#: how far the settled valley reaches from its river, by the river's order
VALLEY_REACH = {1: 2_600.0, 2: 1_900.0, 3: 1_300.0, 4: 900.0}


@dataclass(frozen=True)
class River:
    """A river: its line from spring to mouth, and its order (1 the widest)."""

    name: str
    name_en: str
    order: int
    line: shapely.LineString

    def away(self, xy: Points) -> NDArray[np.float64]:
        """Metres from each point to the river, to within a few metres (it is threaded with a bead every 25)."""
        beads = shapely.line_interpolate_point(self.line, np.arange(0, self.line.length, 25.0))
        return cKDTree(shapely.get_coordinates(beads)).query(xy)[0]


@dataclass(frozen=True)
class Town:
    """The seat of a township, as the reference table gives it."""

    code: str
    name: str
    name_en: str
    kind: str
    x: float
    y: float
    core: float
    grids: int
    villages: int
    weight: float
    market: tuple[int, ...]


@dataclass(frozen=True)
class Mesh:
    """The county cut into small cells; areas are unions of cells, roads run along links between cells.

    ``xy`` (n, 2) and ``height`` (n,) of the cells; ``town`` (n,) is the township whose street core holds the cell,
    else -1, and ``block`` (n, 2) its row and column in that town's street lattice; ``inside`` (n,) says whether the
    cell belongs to the county. ``links`` (m, 2) joins neighbouring cells, ``ridge`` (m, 2) names the two corners (rows
    of ``corners``) of the edge between them, ``wet`` (m,) the order of the river between them (0: none).
    """

    xy: Points
    height: NDArray[np.float64]
    town: NDArray[np.int64]
    block: NDArray[np.int64]
    inside: NDArray[np.bool_]
    links: NDArray[np.int64]
    ridge: NDArray[np.int64]
    corners: Points
    wet: NDArray[np.int64]

    @property
    def length(self) -> NDArray[np.float64]:
        """Metres between the two cells of each link."""
        return np.hypot(*(self.xy[self.links[:, 0]] - self.xy[self.links[:, 1]]).T)

    @property
    def width(self) -> NDArray[np.float64]:
        """Metres of edge the two cells of each link share; a mere touch is no way through."""
        return np.hypot(*(self.corners[self.ridge[:, 0]] - self.corners[self.ridge[:, 1]]).T)


@dataclass(frozen=True)
class Land:
    """The towns, the rivers and the mesh of the county."""

    towns: tuple[Town, ...]
    rivers: tuple[River, ...]
    mesh: Mesh


def towns() -> tuple[Town, ...]:
    """The 14 townships of the reference table, in its order."""
    return tuple(
        Town(
            row["code"], row["name_zh"], row["name_en"], row["kind"], float(row["x_km"]) * 1000,
            float(row["y_km"]) * 1000, float(row["core_km"]) * 1000, int(row["grids"]), int(row["villages"]),
            float(row["weight"]), tuple(int(day) for day in row["market"].split()),
        )
        for row in rows("demo_townships")
    )  # fmt: skip


def waves(rng: np.random.Generator, xy: Points, *, longest: float, count: int = 90) -> NDArray[np.float64]:
    """A rolling surface over ``xy``: ``count`` random plane waves, shorter ones lower; about unit variance."""
    length = longest * 2.0 ** (-4 * rng.random(count))
    turn, phase = rng.random((2, count)) * 2 * np.pi
    height = length / np.sqrt((length**2).sum() / 2)
    angle = (xy @ np.stack([np.cos(turn), np.sin(turn)]) / length + phase / (2 * np.pi)) * 2 * np.pi
    return np.cos(angle) @ height


def meander(rng: np.random.Generator, points: Points, *, sway: float = 0.13) -> shapely.LineString:
    """A river through ``points``: midpoint displacement, then two rounds of corner cutting."""
    line = points
    for _ in range(4):
        step = np.diff(line, axis=0)
        side = np.stack([-step[:, 1], step[:, 0]], axis=1)
        middle = line[:-1] + step / 2 + side * rng.normal(0, sway, (len(step), 1)).clip(-0.25, 0.25)
        merged = np.empty((len(line) + len(middle), 2))
        merged[0::2], merged[1::2] = line, middle
        line = merged
    return shapely.LineString(cut_corners(line, rounds=2))


def cut_corners(line: Points, *, rounds: int) -> Points:
    """Chaikin's corner cutting; both ends stay where they are."""
    for _ in range(rounds):
        first, second = line[:-1], line[1:]
        cut = np.stack([0.75 * first + 0.25 * second, 0.25 * first + 0.75 * second], axis=1).reshape(-1, 2)
        line = np.vstack([line[:1], cut[1:-1], line[-1:]])
    return line


def _rivers(seed: int) -> tuple[River, ...]:
    """The rivers of the reference table; a tributary ends on the river it joins."""
    found: list[River] = []
    for row in rows("demo_rivers"):
        points = np.array([point.split() for point in row["points"].split(";")], dtype=float) * 1000
        order = int(row["order"])
        wider = [river.line for river in found if river.order < order]
        if wider:
            mouth = shapely.Point(points[-1])
            main = min(wider, key=mouth.distance)
            points[-1] = shapely.get_coordinates(main.interpolate(main.project(mouth)))[0]
        line = meander(stream(seed, "river", row["name_zh"]), points)
        found.append(River(row["name_zh"], row["name_en"], order, line))
    return tuple(found)


def _outline(seed: int) -> shapely.Polygon:
    """The county's rough outline: a wavy superellipse; the mesh cells inside it are the county."""
    angle = np.linspace(0, 2 * np.pi, 721)[:-1]
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    round_off = (np.abs(ring) ** 2.8).sum(axis=1) ** (-1 / 2.8)
    wave = waves(stream(seed, "outline"), ring * 10_000, longest=22_000, count=60)
    radius = round_off * (0.97 + 0.075 * wave)
    half = np.array([WIDTH, HEIGHT]) / 2
    return shapely.Polygon(half + ring * radius[:, None] * half)


def _jittered(rng: np.random.Generator, box: tuple[float, float, float, float], gap: float, shake: float) -> Points:
    """A staggered lattice over ``box`` with spacing ``gap``, each point shaken by up to ``shake`` of it."""
    x0, y0, x1, y1 = box
    x, y = np.meshgrid(np.arange(x0, x1, gap), np.arange(y0, y1, gap * 0.866))
    x = x + (np.arange(len(x)) % 2)[:, None] * gap / 2
    return np.stack([x.ravel(), y.ravel()], axis=1) + rng.uniform(-shake, shake, (x.size, 2)) * gap


def _streets(rng: np.random.Generator, town: Town) -> tuple[Points, NDArray[np.int64]]:
    """The square lattice of a town core, turned by a random angle and ragged; and each point's row and column."""
    half = int(town.core * 1.4 / TOWN)
    a, b = np.meshgrid(np.arange(-half, half + 1), np.arange(-half, half + 1))
    block = np.stack([a.ravel(), b.ravel()], axis=1)
    turn = rng.uniform(-0.6, 0.6)
    grid = block * TOWN @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
    rim = town.core * (1 + 0.22 * waves(rng, grid, longest=town.core * 2, count=20))
    near = np.hypot(*grid.T) < rim
    return grid[near] + [town.x, town.y] + rng.uniform(-5, 5, (int(near.sum()), 2)), block[near]


def _banks(river: River) -> Points:
    """Pairs of points left and right of a river, so that the mesh has edges along its middle."""
    gap = 55.0 if river.order <= 2 else 40.0
    along = np.arange(0, river.line.length, gap * 2.6)
    here = shapely.get_coordinates(shapely.line_interpolate_point(river.line, along))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(river.line, along + 5))
    step = ahead - here
    side = np.stack([-step[:, 1], step[:, 0]], axis=1) / np.maximum(np.hypot(*step.T), 1e-9)[:, None]
    return np.vstack([here + side * gap, here - side * gap])


def _scatter(
    seed: int, seats: tuple[Town, ...], rivers: tuple[River, ...], outline: shapely.Polygon
) -> tuple[Points, NDArray[np.int64], NDArray[np.int64]]:
    """All mesh points, the town core each lies in (-1: none) and its place there: banks, streets, valley, hill.

    A rim of points stands outside the outline too: the county's border runs between it and the last points inside.
    """
    rim = outline.buffer(1_500)
    shapely.prepare(rim)
    box = tuple(rim.bounds)
    banks = np.vstack([_banks(river) for river in rivers])
    banks = banks[shapely.contains_xy(rim, banks)]
    banks = banks[_spread(banks, 45.0)]
    lattice = [_streets(stream(seed, "streets", town.code), town) for town in seats]
    town = np.repeat(np.arange(len(seats)), [len(part) for part, _ in lattice])
    streets, block = np.vstack([part for part, _ in lattice]), np.vstack([places for _, places in lattice])
    # where two cores meet, a street belongs to the nearer seat
    centre = np.array([(seat.x, seat.y) for seat in seats])
    nearer = cKDTree(centre).query(streets)[1] == town
    dry = nearer & (cKDTree(banks).query(streets)[0] > 75)
    streets, town, block = streets[dry], town[dry], block[dry]
    settled = np.vstack([banks, streets])
    valley = _jittered(stream(seed, "valley"), box, VALLEY, 0.33)
    valley = valley[shapely.contains_xy(rim, valley)]
    reach = np.full(len(valley), False)
    for river in rivers:
        reach |= river.away(valley) < VALLEY_REACH[river.order]
    valley = valley[reach & (cKDTree(settled).query(valley)[0] > VALLEY * 0.62)]
    settled = np.vstack([settled, valley])
    hill = _jittered(stream(seed, "hill"), box, HILL, 0.36)
    hill = hill[shapely.contains_xy(rim, hill)]
    hill = hill[cKDTree(settled).query(hill)[0] > HILL * 0.68]
    after = len(valley) + len(hill)
    core = np.concatenate([np.full(len(banks), -1), town, np.full(after, -1)])
    places = np.vstack([np.zeros((len(banks), 2), int), block, np.zeros((after, 2), int)])
    return np.vstack([settled, hill]), core, places


def _spread(points: Points, gap: float) -> NDArray[np.bool_]:
    """Which points stay when of two nearer than ``gap`` the later one goes."""
    pairs = cKDTree(points).query_pairs(gap, output_type="ndarray")
    keep = np.ones(len(points), dtype=bool)
    keep[np.maximum(pairs[:, 0], pairs[:, 1])] = False
    return keep


def _height(seed: int, xy: Points, rivers: tuple[River, ...]) -> NDArray[np.float64]:
    """Metres above the sea: low by the rivers, rising to the ridges between them."""
    away = np.min([river.away(xy) * (0.7 + 0.12 * river.order) for river in rivers], axis=0)
    rough = waves(stream(seed, "relief"), xy, longest=9_000)
    climb = 1 - np.exp(-away / 2_600)
    return 30 + 620 * climb + 110 * climb * rough + 0.006 * np.maximum(HEIGHT * 0.55 - xy[:, 0] * 0.3, 0)


def _wet(xy: Points, links: NDArray[np.int64], rivers: tuple[River, ...]) -> NDArray[np.int64]:
    """The order of the river each link crosses, 0 where it crosses none."""
    steps = shapely.linestrings(xy[links])
    found = np.zeros(len(links), dtype=np.int64)
    for river in sorted(rivers, key=lambda river: -river.order):
        shapely.prepare(river.line)
        found[shapely.intersects(river.line, steps)] = river.order
    return found


def build_land(seed: int) -> Land:
    """Towns, rivers and mesh for ``seed``."""
    seats, rivers = towns(), _rivers(seed)
    outline = _outline(seed)
    xy, core, block = _scatter(seed, seats, rivers, outline)
    cut = Voronoi(xy)
    bounded = (np.asarray(cut.ridge_vertices) >= 0).all(axis=1)
    links = cut.ridge_points[bounded].astype(np.int64)
    ridge = np.asarray(cut.ridge_vertices)[bounded].astype(np.int64)
    shapely.prepare(outline)
    mesh = Mesh(
        xy=xy, height=_height(seed, xy, rivers), town=core, block=block,
        inside=shapely.contains_xy(outline, xy),
        links=links, ridge=ridge, corners=cut.vertices, wet=_wet(xy, links, rivers),
    )  # fmt: skip
    return Land(seats, rivers, mesh)

"""Place the spots where things happen: shop fronts, homes, markets, works, fields, river banks, each on a road."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.demo.chance import pick, stream
from data.demo.county import County
from data.demo.network import Network
from data.demo.plane import degrees
from data.demo.regions import Labels
from data.demo.terrain import Points

KINDS = ("market", "street", "home", "plant", "site", "field", "river", "road", "forest")
#: chance of each kind (as in KINDS) in a town core, in a valley, on a hill
MIX = {
    "core": (0.02, 0.46, 0.38, 0.07, 0.05, 0.0, 0.0, 0.02, 0.0),
    "valley": (0.0, 0.06, 0.46, 0.1, 0.04, 0.2, 0.0, 0.13, 0.01),
    "hill": (0.0, 0.01, 0.44, 0.02, 0.01, 0.13, 0.0, 0.15, 0.24),
}
COUNT = 26_000
#: at least so many spots in every grid
LEAST = 6


@dataclass(frozen=True)
class Sites:
    """The spots, sorted by kind and township; ``first[k, t]`` to ``last[k, t]`` are those of a kind and township.

    ``minutes`` (squads, sites): by road from each squad's station, in float32. ``hill`` says a hamlet far up.
    """

    xy: Points
    kind: Labels
    grid: Labels
    township: Labels
    weight: NDArray[np.float64]
    first: Labels
    last: Labels
    minutes: NDArray[np.float32]
    address: list[str]
    height: NDArray[np.float64]


def _on_links(network: Network, link: Labels, part: NDArray[np.float64], rng: np.random.Generator) -> Points:
    """Points beside the road at ``part`` of each link, 6 to 22 m from its middle."""
    line = network.line[link]
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, part, normalized=True))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, np.minimum(part + 0.02, 1), normalized=True))
    step = ahead - here
    side = np.stack([-step[:, 1], step[:, 0]], axis=1) / np.maximum(np.hypot(*step.T), 1e-6)[:, None]
    off = rng.uniform(6, 22, len(link)) * rng.choice([-1, 1], len(link))
    return here + side * off[:, None]


def _scatter(seed: int, county: County) -> tuple[Points, Labels, NDArray[np.float64], Labels]:
    """Spots along all roads, denser in towns: position, link, part of the link, and the nearest mesh cell."""
    network, mesh = county.network, county.land.mesh
    rng = stream(seed, "sites")
    # classes as in roads.CLASSES: lanes and streets have the doors, through roads few
    density = np.array([0, 1.0, 3.2, 0.9, 3.6, 0.5, 0.5])
    link = pick(rng, network.length * density[network.kind], COUNT)
    cells = cKDTree(mesh.xy)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(network.line, 0.5, normalized=True))
    home_of = county.regions.grid[cells.query(middle)[1]]
    extra = []
    for grid in range(len(county.grids)):
        mine = np.flatnonzero(home_of == grid)
        if not len(mine):
            centre = mesh.xy[county.regions.grid_centre[grid]]
            mine = np.array([int(np.argmin(((middle - centre) ** 2).sum(axis=1)))])
        extra.append(mine[pick(rng, network.length[mine], LEAST)])
    link = np.concatenate([link, *extra])
    part = rng.random(len(link))
    xy = _on_links(network, link, part, rng)
    return xy, link, part, cells.query(xy)[1]


def _kinds(seed: int, county: County, xy: Points, cell: Labels) -> Labels:
    """What each spot is: by where it lies; markets crowd around the seats, river spots lie by a river."""
    mesh, rng = county.land.mesh, stream(seed, "kinds")
    roll = rng.random(len(xy))
    kind = np.zeros(len(xy), dtype=np.int64)
    zone = np.where(mesh.town[cell] >= 0, 0, np.where(mesh.height[cell] < 200, 1, 2))
    for i, mix in enumerate(MIX.values()):
        kind[zone == i] = np.searchsorted(np.cumsum(mix) / sum(mix), roll[zone == i], side="right").clip(max=8)
    town = np.array([(t.x, t.y) for t in county.land.towns])
    core = [np.flatnonzero(mesh.town == i) for i in range(len(town))]
    stalls = [town, *(mesh.xy[c[rng.integers(0, len(c), max(len(c) // 220, 0))]] for c in core)]
    near = cKDTree(np.vstack(stalls)).query(xy)[0]
    kind[(near < 190) & (rng.random(len(xy)) < 0.55)] = KINDS.index("market")
    wide = shapely.multilinestrings([river.line for river in county.land.rivers])
    shapely.prepare(wide)
    bank = shapely.dwithin(wide, shapely.points(xy), 170) & (rng.random(len(xy)) < 0.4) & (zone > 0)
    kind[bank] = KINDS.index("river")
    return kind


def site_minutes(county: County, link: Labels, part: NDArray[np.float64]) -> NDArray[np.float32]:
    """Minutes (squads, sites) by road from each squad's station to the spot on its link, one-way streets kept."""
    network, whole = county.network, county.network.minutes[link]
    ahead = county.forces.minutes[:, network.start[link]] + part * whole
    back = county.forces.minutes[:, network.end[link]] + (1 - part) * whole
    way = network.oneway[link]
    ahead[:, way < 0] = np.inf
    back[:, way > 0] = np.inf
    return np.minimum(ahead, back).astype(np.float32)


def place_sites(seed: int, county: County) -> Sites:
    """All spots of the county, with how much happens at each (a few very much, most little)."""
    xy, link, part, cell = _scatter(seed, county)
    grid = county.regions.grid[cell]
    kind = _kinds(seed, county, xy, cell)
    township = np.where(grid >= 0, county.regions.township_of_grid[np.maximum(grid, 0)], -1)
    order = np.lexsort((np.arange(len(xy)), township, kind))
    order = order[grid[order] >= 0]
    xy, link, part, cell, grid, kind, township = (a[order] for a in (xy, link, part, cell, grid, kind, township))
    n = len(county.land.towns)
    key = kind * n + township
    edges = np.searchsorted(key, np.arange(len(KINDS) * n + 1))
    weight = np.exp(stream(seed, "busy").normal(0, 0.85, len(xy)))
    return Sites(
        xy, kind, grid, township, weight, edges[:-1].reshape(-1, n), edges[1:].reshape(-1, n),
        site_minutes(county, link, part), _addresses(seed, county, link, grid, kind), county.land.mesh.height[cell],
    )  # fmt: skip


def _addresses(seed: int, county: County, link: Labels, grid: Labels, kind: Labels) -> list[str]:
    """How people would say where it is."""
    named, network = county.named, county.network
    village = county.regions.village_of_grid[grid]
    township = county.regions.township_of_village[village]
    number = stream(seed, "house numbers").integers(1, 260, len(link))
    after = {"market": "菜市场旁", "field": "农田", "river": "河边", "forest": "山场", "site": "工地", "road": "路段"}
    end = [after.get(name, "") for name in KINDS]
    found = []
    for i, k, t, v, n in zip(link.tolist(), kind.tolist(), township.tolist(), village.tolist(), number, strict=True):
        tail = end[k] or (f"{n}号厂区" if KINDS[k] == "plant" else f"{n}号")
        found.append(f"{county.land.towns[t].name}{named.village_name[v]}{network.name[i]}{tail}")
    return found


def positions(rng: np.random.Generator, sites: Sites, site: Labels, *, spread: float = 14.0) -> Points:
    """Longitude and latitude of things that happen at ``site``, scattered by about ``spread`` metres."""
    return degrees(sites.xy[site] + rng.normal(0, spread, (len(site), 2)))

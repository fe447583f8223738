"""Put the county together: land, areas, names, roads, squads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from data.demo.borders import dissolve, draw
from data.demo.forces import Forces, post_forces
from data.demo.naming import Named, name_areas
from data.demo.network import Network, build_network
from data.demo.plane import in_degrees
from data.demo.regions import Regions, divide
from data.demo.roads import build_roads
from data.demo.terrain import Land, build_land


@dataclass(frozen=True)
class County:
    """Everything about the county that does not change with time; shapes are polygons in WGS84."""

    land: Land
    regions: Regions
    named: Named
    network: Network
    forces: Forces
    grids: NDArray[np.object_]
    villages: NDArray[np.object_]
    townships: NDArray[np.object_]
    county: NDArray[np.object_]


@lru_cache(maxsize=1)
def build_county(seed: int) -> County:
    """The county of ``seed``; its townships, rivers and seats come from the reference tables. The last one is kept."""
    land = build_land(seed)
    regions = divide(seed, land)
    named = name_areas(seed, land, regions)
    network = build_network(seed, land, regions, named, build_roads(seed, land, regions))
    grids = in_degrees(draw(land.mesh, regions.grid, land.mesh.corners))
    everything = np.zeros(len(grids), dtype=np.int64)
    return County(
        land, regions, named, network, post_forces(seed, land, regions, network), grids,
        dissolve(grids, regions.village_of_grid), dissolve(grids, regions.township_of_grid),
        dissolve(grids, everything),
    )  # fmt: skip

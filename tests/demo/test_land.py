"""The county's areas tile exactly, at every level and for any seed, and have the counts that were asked for."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import STRtree

from data.demo.county import County, build_county
from data.demo.plane import degrees

LEVELS = ("grids", "villages", "townships")


@pytest.mark.parametrize("seed", [7, 3])
def test_every_level_tiles_without_overlap_or_gap(seed: int, county: County) -> None:
    made = county if seed == 7 else build_county(seed)
    for level in LEVELS:
        areas = getattr(made, level)
        assert shapely.is_valid(areas).all()
        assert set(shapely.get_type_id(areas).tolist()) == {3}, f"{level}: an area is in several pieces"
        assert shapely.coverage_is_valid(areas)
        joined = shapely.coverage_union_all(areas)
        assert joined.equals(made.county[0])
        assert shapely.area(areas).sum() == pytest.approx(made.county[0].area, rel=1e-12)


def test_counts_are_those_of_the_county(county: County) -> None:
    towns = county.land.towns
    assert len(county.townships) == len(towns) == 14
    hub = [i for i, town in enumerate(towns) if town.kind == "hub town"]
    assert len(hub) == 1
    per_town = Counter(county.regions.township_of_grid.tolist())
    assert per_town[hub[0]] == 77
    assert len(county.grids) == sum(town.grids for town in towns) == 696
    assert [per_town[i] for i in range(14)] == [town.grids for town in towns]


def test_areas_nest_in_their_parents(county: County) -> None:
    regions = county.regions
    parents = county.villages[regions.village_of_grid]
    assert shapely.area(shapely.difference(county.grids, parents)).max() == 0
    above = county.townships[regions.township_of_village]
    assert shapely.area(shapely.difference(county.villages, above)).max() == 0
    for i, code in enumerate(county.named.grid_code):
        assert code.startswith(county.named.village_code[regions.village_of_grid[i]])


def test_codes_and_village_names_are_unique(county: County) -> None:
    named = county.named
    for codes in (named.township_code, named.village_code, named.grid_code, named.village_name, named.grid_name):
        assert len(set(codes)) == len(codes)


def test_a_random_point_lies_in_exactly_one_grid(county: County) -> None:
    rng = np.random.default_rng(1)
    west, south, east, north = county.county[0].bounds
    points = shapely.points(rng.uniform([west, south], [east, north], (20_000, 2)))
    inside = shapely.contains_properly(county.county[0], points)
    hits = Counter(STRtree(county.grids).query(points[inside], predicate="intersects")[0].tolist())
    assert inside.sum() > 10_000
    assert [hits[i] for i in range(int(inside.sum()))] == [1] * int(inside.sum())


def test_borders_follow_ridges_and_rivers_more_than_chance(county: County) -> None:
    """A township border runs on higher ground than its land on the whole, unless a river is the border."""
    mesh, label = county.land.mesh, county.regions.township_of_grid[np.maximum(county.regions.grid, 0)]
    a, b = mesh.links.T
    both = (county.regions.grid[a] >= 0) & (county.regions.grid[b] >= 0)
    border = both & (label[a] != label[b])
    dry = border & (mesh.wet == 0)
    assert np.median(mesh.height[mesh.links[dry]]) > np.median(mesh.height[county.regions.grid >= 0]) + 60
    assert (mesh.wet[border] > 0).mean() > 1.7 * (mesh.wet[both] > 0).mean()


def test_degrees_lie_where_the_projection_says() -> None:
    """Oracle: the length of a degree at 29.7 N (WGS84, 111.32 km times the cosine east, 110.85 km north)."""
    here, east, north = degrees(np.array([[20_000.0, 20_000.0], [21_000.0, 20_000.0], [20_000.0, 21_000.0]]))
    assert (east - here)[0] * 111_320 * np.cos(np.radians(here[1])) == pytest.approx(1_000, rel=3e-3)
    assert (north - here)[1] * 110_850 == pytest.approx(1_000, rel=3e-3)


def test_files_hold_the_same_shapes_as_the_county(county: County, made: object) -> None:
    folder: Path = made.folder  # type: ignore[attr-defined]
    for name, shapes in (("grids.gpkg", county.grids), ("villages.gpkg", county.villages),
                         ("townships.geojson", county.townships)):  # fmt: skip
        read = gpd.read_file(folder / "areas" / name)
        assert read.crs.to_epsg() == 4326
        assert shapely.equals_exact(read.geometry.values, shapes, tolerance=0, normalize=True).all()
        assert read["编码"].is_unique

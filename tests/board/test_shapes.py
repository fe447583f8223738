"""Check the shapes a map gets: the same areas, still tiling, small, and under an address that changes with them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

from data import shapes
from data.build import Staged, build_version
from data.scope import Scope
from data.site import Site
from data.warehouse import Warehouse, open_warehouse
from errors import BadQuestion
from geo.cells import from_text
from tests.small_county import build
from words import Words


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return open_warehouse(build(tmp_path_factory.mktemp("county"), count=50))


def read(body: bytes) -> tuple[list[dict[str, object]], np.ndarray]:
    held = json.loads(body)
    assert held["type"] == "FeatureCollection"
    features = held["features"]
    return [one["properties"] for one in features], np.array([shapely.geometry.shape(o["geometry"]) for o in features])


def test_every_area_is_there_with_its_names_and_parent(county: Warehouse) -> None:
    held, _ = read(shapes.areas_geojson(county, "grid"))
    assert len(held) == 64
    assert {(one["code"], one["parent_zh"]) for one in held} >= {("G00", "溪口镇"), ("G77", "石桥镇")}
    assert read(shapes.areas_geojson(county, "township"))[0][0]["parent_zh"] is None


def ragged(columns: int = 3) -> pa.Table:
    """Three strips whose shared edges are coastlines of 4,001 vertices."""
    rng = np.random.default_rng(3)
    south_north = np.linspace(30, 31, 4001)
    edges = [120 + c / columns + np.cumsum(rng.normal(0, 2e-5, 4001)) for c in range(columns + 1)]
    rows = []
    for c in range(columns):
        left = np.column_stack([edges[c], south_north])
        right = np.column_stack([edges[c + 1], south_north])[::-1]
        shape = shapely.Polygon(np.round(np.vstack([left, right]), 7))
        rows.append(("township", f"R{c}", None, f"R{c}", f"R{c}", "", shapely.to_wkb(shape), 1.0, 120.1, 30.5, None))
    names = (
        "level",
        "code",
        "parent",
        "name_zh",
        "name_en",
        "kind",
        "geom",
        "km2",
        "label_lon",
        "label_lat",
        "repairs",
    )
    kinds = [pa.string()] * 6 + [pa.binary()] + [pa.float64()] * 3 + [pa.string()]
    return pa.table({n: pa.array([row[i] for row in rows], kinds[i]) for i, n in enumerate(names)})


def test_simplified_neighbours_still_share_their_edge(tmp_path: Path) -> None:
    site = Site(Words("R", "R"), "UTC", levels=("township",), located_level="township")
    build_version(tmp_path, Staged(area_shapes=ragged(), site=site.rows()))
    house = open_warehouse(tmp_path)
    _, whole = read(shapes.areas_geojson(house, "township", detail="full"))
    _, thin = read(shapes.areas_geojson(house, "township"))
    assert shapely.get_num_coordinates(thin).sum() < shapely.get_num_coordinates(whole).sum() * 0.6
    assert shapely.coverage_is_valid(thin)
    assert shapely.union_all(thin).area == pytest.approx(shapely.union_all(whole).area, rel=1e-3)
    step = 1 / shapes.STEPS
    assert shapely.hausdorff_distance(thin, whole).max() < 4 * step


def test_coordinates_have_six_decimals(county: Warehouse) -> None:
    _, held = read(shapes.areas_geojson(county, "grid", detail="full"))
    coords = shapely.get_coordinates(held)
    assert np.array_equal(coords, np.round(coords, 6))


def test_the_address_changes_only_with_what_it_holds(tmp_path: Path) -> None:
    build(tmp_path, count=20)
    first = shapes.areas_hash(open_warehouse(tmp_path), "grid")
    build(tmp_path, count=21)
    again = open_warehouse(tmp_path)
    assert again.version == 2
    assert shapes.areas_hash(again, "grid") == first
    assert shapes.areas_hash(again, "township") != first
    assert shapes.cells_hash(again, "cell8") != shapes.cells_hash(
        again, "cell8", scope=Scope("head", frozenset({"T1"}))
    )


def test_cells_cover_the_site_and_every_incident(county: Warehouse) -> None:
    held, outlines = read(shapes.cells_geojson(county, "cell8"))
    codes = {one["code"] for one in held}
    happened = {f"{row[0]:x}" for row in county.rows("SELECT DISTINCT cell8 FROM incidents")}
    assert happened <= codes
    assert len(from_text(sorted(codes))) == len(outlines)  # type: ignore[arg-type]
    centres = shapes.centres(county, "cell8")
    assert set(centres) == codes
    assert shapely.contains(outlines, shapely.points([centres[str(one["code"])] for one in held])).all()


def test_roads_bounds_and_names(county: Warehouse) -> None:
    held, lines = read(shapes.roads_geojson(county))
    assert len(lines) == 144
    assert [one["kmh"] for one in held] == sorted(one["kmh"] for one in held)  # type: ignore[type-var]
    assert shapes.bounds(county) == pytest.approx((119.60, 29.90, 119.68, 29.98))
    points = read(shapes.names_geojson(county, "township"))[1]
    areas = read(shapes.areas_geojson(county, "township"))[1]
    assert shapely.contains(areas, points).all()


def test_a_place_without_areas_takes_its_bounds_from_what_it_has(tmp_path: Path) -> None:
    empty = Site(Words("E", "E"), "UTC")
    build_version(tmp_path, Staged(site=empty.rows()))
    house = open_warehouse(tmp_path)
    assert shapes.bounds(house) is None
    assert shapes.roads_hash(house) == ""


@pytest.mark.parametrize("level", ["village", "nonsense", "cell8"])
def test_a_level_that_is_not_there_is_refused(county: Warehouse, level: str) -> None:
    with pytest.raises(BadQuestion, match="township, grid"):
        shapes.areas_geojson(county, level)


def test_a_cell_size_that_is_not_there_is_refused(county: Warehouse) -> None:
    with pytest.raises(BadQuestion):
        shapes.cells_geojson(county, "cell5")

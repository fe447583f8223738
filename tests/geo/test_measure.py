"""Areas and lengths on the ellipsoid, against PROJ's own measuring of whole geometries and known figures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from errors import BadGeometry
from geo import measure

GEOD = pyproj.Geod(ellps="WGS84")


def layer(path: Path) -> np.ndarray:
    return np.array([shape(one["geometry"]) for one in json.loads(path.read_text())["features"]], dtype=object)


def test_one_degree_at_the_equator_by_the_formula_of_the_authalic_zone() -> None:
    # area between the equator and latitude 1 on the ellipsoid, per degree of longitude (Snyder 1987, eq. 3-12)
    a, f = 6378137.0, 1 / 298.257223563
    e = np.sqrt(f * (2 - f))
    s = np.sin(np.radians(1.0))
    q = (1 - e * e) * (s / (1 - e * e * s * s) + np.log((1 + e * s) / (1 - e * s)) / (2 * e))
    zone = a * a / 2 * q * np.radians(1.0) / 1e6
    fine = shapely.segmentize(shapely.box(0, 0, 1, 1), 0.001)
    assert measure.area_km2([fine])[0] == pytest.approx(zone, rel=1e-7)


def test_winding_holes_parts_and_nothing() -> None:
    square = shapely.box(120, 30, 120.1, 30.1)
    hole = shapely.box(120.02, 30.02, 120.04, 30.04)
    holed = shapely.Polygon(square.exterior, [hole.exterior])
    both = shapely.MultiPolygon([holed, hole])
    mixed = shapely.GeometryCollection([shapely.GeometryCollection([hole]), shapely.Point(0, 0)])
    areas = measure.area_km2([square, square.reverse(), holed, both, hole, mixed, None, shapely.Polygon()])
    whole, turned, less, again, inner, nested, none, empty = areas
    assert whole == pytest.approx(turned)
    assert less == pytest.approx(whole - inner)
    assert again == pytest.approx(whole)
    assert nested == pytest.approx(inner)
    assert (none, empty) == (0, 0)
    assert measure.area_m2([square])[0] == pytest.approx(whole * 1e6)


def test_an_island_stored_as_a_hole_counts_against_its_shell() -> None:
    shell, island = shapely.box(120, 30, 120.01, 30.01), shapely.box(121, 30, 121.02, 30.02)
    broken = shapely.Polygon(shell.exterior, [island.exterior])
    assert measure.area_km2([broken])[0] == pytest.approx(float(np.diff(measure.area_km2([island, shell]))[0]))
    assert measure.area_km2([broken])[0] < 0


def test_lengths_of_lines_rings_and_points() -> None:
    line = shapely.LineString([(120, 30), (120, 31), (121, 31)])
    lines = shapely.MultiLineString([line, line])
    ring = shapely.Polygon(line.coords)
    got = measure.length_m([line, lines, ring, shapely.Point(1, 1), None])
    want = GEOD.geometry_length(line)
    assert got[0] == pytest.approx(want)
    assert got[1] == pytest.approx(2 * want)
    assert got[2] == pytest.approx(want + measure.distance_m(120, 30, 121, 31))
    assert got[3:].tolist() == [0, 0]
    assert measure.length_m([]).tolist() == []


def test_measuring_leaves_its_input_alone() -> None:
    lon, lat = np.array([120.0, 121.0]), np.array([30.0, 31.0])
    measure.distance_m(lon, lat, lon + 1, lat)
    measure.LocalPlane.around(lon, lat).to_metres(lon, lat)
    assert lon.tolist() == [120.0, 121.0]
    assert lat.tolist() == [30.0, 31.0]


@given(st.floats(-179, 178), st.floats(-70, 69))
def test_local_plane_there_and_back_and_true(lon: float, lat: float) -> None:
    plane = measure.LocalPlane(lon, lat)
    box = shapely.box(lon - 0.2, lat - 0.2, lon + 0.2, lat + 0.2)
    there = plane.project([box])
    back = shapely.get_coordinates(plane.unproject(there))
    np.testing.assert_allclose(back, shapely.get_coordinates(box), atol=1e-9)
    fine = shapely.segmentize(box, 0.01)
    assert shapely.area(plane.project([fine])[0]) == pytest.approx(measure.area_m2([fine])[0], rel=1e-6)
    assert shapely.length(plane.project([fine])[0]) == pytest.approx(measure.length_m([fine])[0], rel=2e-5)


def test_local_plane_without_points_is_refused() -> None:
    with pytest.raises(BadGeometry, match="no point has coordinates"):
        measure.LocalPlane.around([np.nan], [30.0])


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "count", "km2"),
    [
        ("zj-townships/tonglu.json", 14, 1827.6),
        ("zj-townships/jindong.json", 11, 657.3),
        ("jindong-townships-utm/jindong_townships_wgs84_derived.geojson", 11, 657.3),
        ("jiangcun-grids/grid-网格11.geojson", 605, 257.4),
        ("jiangcun-grids/xihu_town.json", 11, 257.4),
    ],
)
def test_real_layers_come_to_their_known_areas(shared_data: Path, file: str, count: int, km2: float) -> None:
    shapes = layer(shared_data / file)
    areas = measure.area_km2(shapes)
    assert len(shapes) == count
    assert round(float(areas.sum()), 1) == km2
    for one, area in zip(shapes, areas, strict=True):
        if one.is_valid:
            assert area == pytest.approx(abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(one))[0]) / 1e6)
    plane = measure.LocalPlane.of(shapes)
    assert shapely.area(plane.project(shapes)).sum() / 1e6 == pytest.approx(areas.sum(), rel=1e-8)


@pytest.mark.real
def test_fenshui_is_300_km2(shared_data: Path) -> None:
    found = json.loads((shared_data / "zj-townships/tonglu.json").read_text())["features"]
    fenshui = [shape(one["geometry"]) for one in found if one["properties"]["name"] == "分水镇"]
    assert round(float(measure.area_km2(fenshui)[0]), 1) == 300.3


@pytest.mark.real
def test_the_larger_figure_for_jindong_is_its_plane_area_in_utm(shared_data: Path) -> None:
    # 657.96 km² goes about for this district: it is the area in the UTM plane, 0.1 % too large so far from 117 E
    metres = layer(shared_data / "jindong-townships-utm" / "jinhuajindong.json")
    assert round(float(shapely.area(metres).sum()) / 1e6, 2) == 657.96

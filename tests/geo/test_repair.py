"""Broken geometries are mended to what their rings mean, sound ones are not touched, and each repair is told."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from geo import measure, rings
from geo.repair import Repaired, repair, repair_all

SQUARE = [[120.0, 30.0], [120.1, 30.0], [120.1, 30.1], [120.0, 30.1], [120.0, 30.0]]
HOLE = [[120.02, 30.02], [120.04, 30.02], [120.04, 30.04], [120.02, 30.04], [120.02, 30.02]]
ISLAND = [[120.2, 30.0], [120.25, 30.0], [120.25, 30.05], [120.2, 30.05], [120.2, 30.0]]
LAKE = [[120.21, 30.01], [120.22, 30.01], [120.22, 30.02], [120.21, 30.02], [120.21, 30.01]]
ISLET = [[120.213, 30.013], [120.217, 30.013], [120.217, 30.017], [120.213, 30.017], [120.213, 30.013]]


def polygon(*coordinates: list[list[float]]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": copy.deepcopy(list(coordinates))}


def codes(done: Repaired) -> list[str]:
    return [one.code for one in done.repairs]


def area_of(*coordinates: list[list[float]]) -> float:
    return sum(shapely.Polygon(ring).area for ring in coordinates)


@pytest.mark.parametrize(
    "sound",
    [
        shapely.Polygon(SQUARE, [HOLE]),
        shapely.MultiPolygon([shapely.Polygon(SQUARE)]),
        shapely.Polygon([*SQUARE[:2], SQUARE[1], *SQUARE[2:]]),  # a repeated vertex is no fault
        shapely.LineString(SQUARE[:3]),
        shapely.Point(120, 30),
        shapely.Polygon([(0, 0, 5), (1, 0, 5), (1, 1, 5), (0, 0, 5)]),
        shapely.GeometryCollection([shapely.Point(1, 1), shapely.Polygon(SQUARE)]),
    ],
)
def test_a_sound_geometry_comes_back_itself(sound: shapely.Geometry) -> None:
    before = shapely.to_wkb(sound)
    done = repair(sound)
    assert done.geometry is sound
    assert done.repairs == done.words() == ()
    assert shapely.to_wkb(sound) == before


@pytest.mark.parametrize(
    "sound",
    [
        polygon(SQUARE, HOLE),
        {"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], [ISLAND]]},
        {"type": "MultiPolygon", "coordinates": [[SQUARE]]},
        {"type": "LineString", "coordinates": SQUARE[:3]},
        {"type": "MultiLineString", "coordinates": [SQUARE[:3], HOLE[:2]]},
        {"type": "Point", "coordinates": [120, 30]},
        {"type": "MultiPoint", "coordinates": [[120, 30], [121, 30]]},
    ],
)
def test_sound_geojson_is_read_as_shapely_reads_it(sound: dict[str, object]) -> None:
    done = repair(sound)
    assert done.repairs == ()
    assert shapely.to_wkb(done.geometry) == shapely.to_wkb(shape(sound))
    feature = repair({"type": "Feature", "properties": {}, "geometry": sound})
    assert shapely.to_wkb(feature.geometry) == shapely.to_wkb(done.geometry)


def test_islands_stored_as_holes_become_parts() -> None:
    done = repair(polygon(ISLAND, HOLE, SQUARE))
    assert codes(done) == ["negative_area", "island_as_hole"]
    assert done.geometry.area == pytest.approx(area_of(SQUARE, ISLAND) - area_of(HOLE))
    assert done.geometry.equals(shapely.make_valid(done.as_read, method="structure")) is False  # it fills the lake
    assert done.area_before_km2 < 0 < done.area_after_km2
    assert done.words()[-1].startswith("area -")


def test_a_lake_and_an_islet_on_an_island_stored_as_holes() -> None:
    done = repair(polygon(SQUARE, ISLAND, HOLE, ISLET, LAKE))
    want = shapely.MultiPolygon(
        [shapely.Polygon(SQUARE, [HOLE]), shapely.Polygon(ISLAND, [LAKE]), shapely.Polygon(ISLET)]
    )
    assert done.geometry.equals(want)
    assert dict(done.repairs[-1].values) == {"n": 3}


def test_a_hole_stored_before_its_shell() -> None:
    done = repair(polygon(HOLE, SQUARE))
    assert "ring_order" in codes(done)
    assert done.geometry.equals(shapely.Polygon(SQUARE, [HOLE]))


def test_a_ring_stored_twice_counts_once() -> None:
    turned = [*HOLE[2:], *HOLE[1:3]]
    done = repair(polygon(SQUARE, HOLE, turned))
    assert codes(done) == ["duplicate_ring"]
    assert done.geometry.equals(shapely.Polygon(SQUARE, [HOLE]))


def test_a_bow_tie_keeps_both_wings() -> None:
    tie = [[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    done = repair(polygon(tie))
    assert codes(done) == ["self_crossing"]
    assert done.geometry.area == pytest.approx(0.5)
    assert "first near 0.500000, 0.500000" in str(done.repairs[0])


def test_overlapping_parts_are_joined_and_the_overlap_told() -> None:
    shifted = [[x + 0.05, y] for x, y in SQUARE]
    done = repair({"type": "MultiPolygon", "coordinates": [[SQUARE], [shifted]]})
    assert codes(done) == ["parts_overlap"]
    half = shapely.box(120.05, 30, 120.1, 30.1)
    assert done.repairs[0].values["km2"] == pytest.approx(measure.area_km2([half])[0])
    assert shapely.symmetric_difference(done.geometry, shapely.box(120, 30, 120.15, 30.1)).area < 1e-12


@pytest.mark.parametrize(
    ("kind", "coordinates", "depth"),
    [
        ("MultiPolygon", [SQUARE, HOLE], 3),
        ("Polygon", [[SQUARE, HOLE]], 4),
        ("Polygon", [[[SQUARE, HOLE]]], 5),
        ("MultiPolygon", [[SQUARE], HOLE], 4),
    ],
)
def test_wrong_nesting_is_read_as_rings(kind: str, coordinates: list[object], depth: int) -> None:
    done = repair({"type": kind, "coordinates": coordinates})
    assert codes(done)[0] == "wrong_nesting"
    assert done.repairs[0].values == {"type": kind, "depth": depth}
    assert done.geometry.equals(shapely.Polygon(SQUARE, [HOLE]))


def test_a_ring_alone_is_a_polygon() -> None:
    done = repair({"type": "Polygon", "coordinates": SQUARE})
    assert codes(done) == ["wrong_nesting"]
    assert done.geometry.equals(shapely.Polygon(SQUARE))


def test_faults_of_writing_are_counted() -> None:
    ring = [
        [120.0, 30.0, 4],
        [120.1, 30.0, 4],
        [None, 30.0, 4],
        ["120.1", "30.1"],
        [float("nan"), 1],
        [],
        [120.0, 30.1],
    ]
    done = repair(polygon(ring, [[120.0, 30.0], [120.1, 30.0], [120.0, 30.0]]))
    assert {one.code: one.values["n"] for one in done.repairs} == {
        "missing": 3,
        "text": 1,
        "unclosed": 1,
        "too_short": 1,
    }
    assert done.geometry.equals(shapely.Polygon(SQUARE))


def test_heights_are_left_out_and_told() -> None:
    done = repair(polygon([[*position, 8.0] for position in SQUARE]))
    assert codes(done) == ["height"]
    assert done.geometry.equals(shapely.Polygon(SQUARE))
    assert not done.geometry.has_z


def test_nan_in_a_built_geometry() -> None:
    with np.errstate(invalid="ignore"):
        built = shapely.Polygon([*SQUARE[:3], (np.nan, 30.1), *SQUARE[3:]])
    done = repair(built)
    assert codes(done) == ["missing"]
    assert done.geometry.equals(shapely.Polygon(SQUARE))


def test_latitude_and_longitude_exchanged() -> None:
    wrong = polygon([[y, x] for x, y in SQUARE])
    for done in (repair(wrong), repair(shape(wrong)), repair(wrong, expect=(119, 29, 121, 31))):
        assert codes(done) == ["swapped"]
        assert done.geometry.equals(shapely.Polygon(SQUARE))
    assert str(repair(wrong).repairs[0]).endswith("the first vertex read x 30.0000, y 120.0000")
    # a latitude that may be one is only judged against the box
    finland = shapely.box(60.1, 24.9, 60.2, 25.0)
    assert repair(finland).geometry is finland
    assert codes(repair(finland, expect=(24, 60, 26, 61))) == ["swapped"]
    # in metres no latitude is impossible
    assert repair(shapely.box(30, 120, 31, 121), units="metres").repairs == ()


def test_a_place_outside_the_box_is_told_and_left() -> None:
    there = shapely.box(10, 10, 11, 11)
    done = repair(there, expect=(119, 29, 121, 31))
    assert codes(done) == ["outside_expected"]
    assert done.geometry is there
    assert not done.repairs[0].changed


@pytest.mark.parametrize(
    ("nothing", "code"),
    [
        (None, "empty"),
        (shapely.Polygon(), "empty"),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        ({"type": "Polygon", "coordinates": [[]]}, "empty"),
        ({"type": "Polygon", "coordinates": [[[None, None]]]}, "empty"),
        (polygon([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0], [1.0, 1.0]]), "empty"),
        ({"type": "Feature", "geometry": None}, "empty"),
        ({"type": "Circle", "coordinates": [1, 2]}, "not_a_geometry"),
        ({"type": "Polygon"}, "not_a_geometry"),
        ({}, "not_a_geometry"),
    ],
)
def test_nothing_usable_is_lost_not_raised(nothing: object, code: str) -> None:
    done = repair(nothing)
    assert done.lost
    assert codes(done)[-1] == code
    assert done.area_after_km2 == 0


def test_a_line_of_one_place_is_lost_and_a_collection_keeps_its_areas() -> None:
    assert codes(repair({"type": "LineString", "coordinates": [[1, 1], [1, 1]]})) == ["too_short", "empty"]
    members = [{"type": "Point", "coordinates": [1, 1]}, polygon(SQUARE, ISLAND)]
    done = repair({"type": "GeometryCollection", "geometries": members})
    assert codes(done) == ["other_kind", "island_as_hole"]
    assert done.geometry.area == pytest.approx(area_of(SQUARE, ISLAND))


def test_a_layer_keeps_its_rows_and_gives_records() -> None:
    layer = repair_all([polygon(SQUARE), None, polygon(SQUARE, ISLAND)])
    assert [one is None for one in layer.geometries] == [False, True, False]
    assert sorted(layer.repaired) == [1, 2]
    assert [(one["row"], one["code"], one["lost"]) for one in layer.records()] == [
        (1, "empty", True),
        (2, "island_as_hole", False),
    ]
    for one in layer.records():
        assert str(one["template"]).format(**one["values"])
    square, island = measure.area_km2([shapely.Polygon(SQUARE), shapely.Polygon(ISLAND)])
    np.testing.assert_allclose(layer.area_km2(), [square, 0, square + island])
    np.testing.assert_allclose(layer.area_before_km2(), [square, 0, square - island])


def test_areas_of_metres_are_plane() -> None:
    done = repair(polygon([[0, 0], [2000, 0], [2000, 1000], [0, 1000]]), units="metres")
    assert done.area_after_km2 == pytest.approx(2.0)


coordinate = st.integers(0, 6)
ring = st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=9).map(lambda r: [list(p) for p in r])
broken = st.lists(ring, min_size=1, max_size=4).map(lambda some: {"type": "Polygon", "coordinates": some})


@settings(max_examples=300)
@given(broken)
def test_whatever_comes_is_valid_areal_and_stays_so(source: dict[str, object]) -> None:
    done = repair(source)
    if done.lost:
        assert codes(done)[-1] == "empty"
        return
    assert done.geometry.is_valid
    assert done.geometry.geom_type in ("Polygon", "MultiPolygon")
    assert done.geometry.area > 0
    assert repair(done.geometry).geometry is done.geometry
    # never a point that the rings do not close in
    lines = shapely.union_all([shapely.LineString(one) for one in rings.read(source).arrays()])
    closed_in = shapely.union_all(shapely.polygonize(shapely.get_parts(lines)))
    assert shapely.difference(done.geometry, closed_in).area < 1e-9


@settings(max_examples=200)
@given(st.lists(st.tuples(coordinate, coordinate), min_size=4, max_size=9, unique=True))
def test_one_ring_alone_equals_the_structure_method_of_geos(corners: list[tuple[int, int]]) -> None:
    face = shapely.Polygon(corners)
    want = shapely.make_valid(face, method="structure", keep_collapsed=False)
    done = repair(face)
    assert done.area_after_km2 == pytest.approx(measure.area_km2([want])[0], abs=1e-6)


@settings(max_examples=100)
@given(st.integers(0, 3), st.lists(st.integers(0, 80), min_size=0, max_size=6, unique=True))
def test_scattered_islands_as_holes_equal_the_structure_method(holes: int, places: list[int]) -> None:
    inner = [shapely.box(1 + 2 * k, 1, 2 + 2 * k, 2).exterior for k in range(holes)]
    islands = [shapely.box(20 + 3 * (p % 9), 3 * (p // 9), 22 + 3 * (p % 9), 3 * (p // 9) + 2).exterior for p in places]
    stored = shapely.Polygon(shapely.box(0, 0, 10, 3).exterior, [*islands, *inner])
    done = repair(stored)
    assert done.geometry.area == 30 - holes + 4 * len(islands)
    assert done.geometry.equals(shapely.make_valid(stored, method="structure"))


def read(path: Path) -> list[dict[str, object]]:
    return json.loads(path.read_text())["features"]


@pytest.mark.real
def test_dinghai_is_mended_to_its_582_km2(shared_data: Path) -> None:
    townships = read(shared_data / "zj-townships" / "dinghai.json")
    layer = repair_all([one["geometry"] for one in townships])
    names = [one["properties"]["name"] for one in townships]
    assert len(names) == 12
    before = dict(zip(names, layer.area_before_km2(), strict=True))
    assert round(sum(before.values()), 1) == 404.0
    assert round(before["环南街道"], 1) == -15.7
    assert sum(area < 0 for area in before.values()) == 1
    assert round(float(layer.area_km2().sum()), 1) == 582.2
    assert {names[row] for row in layer.repaired} == {
        "岑港街道",
        "干览镇",
        "环南街道",
        "金塘镇",
        "临城街道",
        "小沙街道",
    }
    for row, done in layer.repaired.items():
        assert "island_as_hole" in codes(done)
        assert done.geometry.is_valid
        oracle = shapely.make_valid(shape(townships[row]["geometry"]), method="structure")
        assert done.geometry.equals(oracle)
        again = repair(shape(townships[row]["geometry"]))
        assert again.geometry.equals(done.geometry)


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "count", "km2"), [("tonglu.json", 14, 1827.6), ("jindong.json", 11, 657.3)], ids=["tonglu", "jindong"]
)
def test_sound_townships_are_left_to_the_bit(shared_data: Path, file: str, count: int, km2: float) -> None:
    geometries = [one["geometry"] for one in read(shared_data / "zj-townships" / file)]
    layer = repair_all(geometries)
    assert layer.repaired == {}
    assert len(geometries) == count
    assert round(float(layer.area_km2().sum()), 1) == km2
    want = shapely.to_wkb(np.array([shape(one) for one in geometries]))
    assert (shapely.to_wkb(layer.geometries) == want).all()


@pytest.mark.real
def test_one_xihu_grid_touches_itself(shared_data: Path) -> None:
    grids = read(shared_data / "jiangcun-grids" / "grid-网格11.geojson")
    layer = repair_all([one["geometry"] for one in grids])
    assert [grids[row]["properties"]["name"] for row in layer.repaired] == ["吉鸿社区第一网格"]
    assert round(float(layer.area_km2().sum()), 1) == 257.4
    assert shapely.is_valid(layer.geometries).all()


@pytest.mark.real
def test_communities_with_one_wrongly_nested(shared_data: Path) -> None:
    communities = read(shared_data / "jiangcun-grids" / "grid-网格.geojson")
    layer = repair_all([one["geometry"] for one in communities])
    assert sorted(layer.repaired) == [126, 138, 151]
    assert codes(layer.repaired[138])[0] == "wrong_nesting"
    assert shapely.is_valid(layer.geometries).all()
    # the file states each community's area, in the plane of its survey: the mended one agrees as the sound ones do
    stated = {row: float(one["properties"].get("area") or 0) / 1e6 for row, one in enumerate(communities)}
    areas = layer.area_km2()
    assert areas[138] == pytest.approx(stated[138], rel=2e-3)
    assert sum(areas[row] == pytest.approx(km2, rel=2e-3) for row, km2 in stated.items()) > 190

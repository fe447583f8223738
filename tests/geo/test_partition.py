"""A layer that tiles its parent is told from one that does not, by construction, by brute force and on real files."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import BadGeometry
from geo import measure
from geo.partition import check_partition
from geo.partition_report import TEMPLATES, PartitionReport
from geo.repair import repair_all


def squares(columns: int, rows: int, *, size: float = 0.01) -> np.ndarray:
    """A tiling of squares from (120, 30), row by row."""
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    west, south = 120 + x.ravel() * size, 30 + y.ravel() * size
    # edges computed once per line, so that neighbours share them to the bit
    east, north = 120 + (x.ravel() + 1) * size, 30 + (y.ravel() + 1) * size
    return shapely.box(west, south, east, north)


def codes_of(n: int) -> list[str]:
    return [f"g{k:05d}" for k in range(n)]


def test_a_tiling_has_nothing_to_say() -> None:
    tiles = squares(4, 3)
    parent = shapely.box(120, 30, 120.04, 30.03)
    report = check_partition(codes_of(12), codes_of(12), tiles, parent_geometries=parent)
    assert report.tiles
    assert report.words() == ()
    assert report.rows == 12
    assert report.area_km2 == pytest.approx(measure.area_km2([parent])[0], rel=1e-6)


def test_an_overlap_and_a_gap_are_measured_and_placed() -> None:
    tiles = squares(3, 1)
    wide = shapely.box(120.0, 30, 120.012, 30.01)
    narrow = shapely.box(120.02, 30, 120.028, 30.01)
    parent = shapely.box(120, 30, 120.03, 30.01)
    report = check_partition(["a", "b", "c"], ["甲", "乙", "丙"], [wide, tiles[1], narrow], parent_geometries=parent)
    assert not report.tiles
    (overlap,) = report.overlaps
    (gap,) = report.gaps
    assert overlap.rows == (0, 1)
    assert overlap.area_m2 == pytest.approx(measure.area_m2([shapely.box(120.01, 30, 120.012, 30.01)])[0])
    assert gap.area_m2 == pytest.approx(measure.area_m2([shapely.box(120.028, 30, 120.03, 30.01)])[0])
    assert gap.geometry.contains(shapely.Point(gap.values["x"], gap.values["y"]))
    assert report.words()[0] == f"a 甲 and b 乙 overlap by {overlap.area_m2:.1f} m²"
    assert report.spills == report.orphans == ()


def test_slivers_are_summed_up_and_do_not_spoil_a_tiling() -> None:
    tiles = squares(2, 1)
    nudged = shapely.box(120.01 - 1e-10, 30, 120.02, 30.01)
    report = check_partition(["a", "b"], ["", ""], [tiles[0], nudged])
    assert report.tiles
    assert 0 < report.overlap_m2 < 1
    (said,) = report.words()
    assert said.startswith("1 overlaps under 1 m² each")
    assert not check_partition(["a", "b"], ["", ""], [tiles[0], nudged], worth_m2=0.001).tiles


def test_a_neighbour_with_a_vertex_more_makes_no_sliver() -> None:
    # 10 km edges: in a projected plane the extra vertex would stand off the edge by a metre
    left, right = shapely.box(120, 30, 120.1, 30.1), shapely.box(120, 30.1, 120.1, 30.2)
    more = shapely.Polygon([(120, 30.1), (120.05, 30.1), (120.1, 30.1), (120.1, 30.2), (120, 30.2)])
    for upper in (right, more):
        report = check_partition(
            ["a", "b"], ["", ""], [left, upper], parent_geometries=shapely.box(120, 30, 120.1, 30.2)
        )
        assert report.words() == ()


def test_a_hole_all_areas_enclose_is_told_without_a_parent() -> None:
    tiles = squares(3, 3)
    ring = [tile for k, tile in enumerate(tiles) if k != 4]
    report = check_partition(codes_of(8), [""] * 8, ring)
    (gap,) = report.gaps
    assert gap.kind == "gap_enclosed"
    assert gap.area_m2 == pytest.approx(measure.area_m2([tiles[4]])[0])


def test_parents_by_code_orphans_and_spills() -> None:
    west, east = shapely.box(120, 30, 120.02, 30.01), shapely.box(120.02, 30, 120.04, 30.01)
    tiles = squares(4, 1)
    parents = ["w", "e", "e", "x"]
    report = check_partition(
        codes_of(4), ["", "", "", ""], tiles, parents=parents, parent_geometries={"w": west, "e": east, "n": west}
    )
    assert [(one.kind, one.rows) for one in report.orphans] == [("orphan_unknown", (3,)), ("orphan_outside", (1,))]
    assert [one.values["parent"] for one in report.childless] == ["n"]
    # what the two orphans leave open in the parents they lie in
    wanted = sorted(measure.area_m2(tiles[[1, 3]]))
    assert sorted(one.area_m2 for one in report.gaps) == pytest.approx(wanted)
    over = shapely.box(120.01, 30, 120.022, 30.01)
    spilt = check_partition(["a", "b"], ["", ""], [tiles[0], over], parents=["w", "w"], parent_geometries={"w": west})
    (spill,) = spilt.spills
    assert spill.rows == (1,)
    assert spill.area_m2 == pytest.approx(measure.area_m2([shapely.box(120.02, 30, 120.022, 30.01)])[0])
    assert spilt.gaps == ()


def test_parents_by_place_when_no_code_names_them() -> None:
    west, east = shapely.box(120, 30, 120.02, 30.01), shapely.box(120.02, 30, 120.04, 30.01)
    tiles = [*squares(4, 1), shapely.box(121, 30, 121.01, 30.01)]
    report = check_partition(codes_of(5), [""] * 5, tiles, parent_geometries={"w": west, "e": east})
    assert [(one.kind, one.rows) for one in report.orphans] == [("orphan_nowhere", (4,))]
    assert report.gaps == report.spills == report.childless == ()


def test_codes_twice_empty_missing_and_unlisted() -> None:
    tiles = squares(5, 1)
    given_codes = ["a", "a", None, float("nan"), "z"]
    report = check_partition(given_codes, ["一", "二", "三", "四", "五"], tiles, expected={"a": "一", "b": "六"})
    assert [one.rows for one in report.duplicates] == [(0, 1)]
    assert [one.rows for one in report.empty_codes] == [(2,), (3,)]
    assert [dict(one.values) for one in report.missing] == [{"code": "b", "name": "六"}]
    assert [one.rows for one in report.unlisted] == [(4,)]
    assert "b 六 is in the code list but has no polygon" in report.words()


def test_invalid_and_missing_polygons_are_told_and_measured_as_repaired() -> None:
    tiles = squares(2, 1)
    island = shapely.box(121, 30, 121.01, 30.01)
    broken = shapely.Polygon(tiles[0].exterior, [island.exterior])
    report = check_partition(
        ["a", "b", "c", "d"], ["", "", "", ""], [broken, None, shapely.Point(1, 1), tiles[1]], expected={"b": "乙"}
    )
    assert [(one.kind, one.rows) for one in report.faulty] == [
        ("invalid", (0,)),
        ("no_polygon", (1,)),
        ("unusable", (2,)),
    ]
    assert report.area_km2 == pytest.approx(float(measure.area_km2([*tiles, island]).sum()))
    # a code whose polygon is missing counts as missing
    assert [one.values["code"] for one in report.missing] == ["b"]


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(BadGeometry, match="differ in length"):
        check_partition(["a"], ["a", "b"], squares(2, 1))
    with pytest.raises(BadGeometry, match="no usable polygon"):
        check_partition(["a"], ["a"], squares(1, 1), parent_geometries={"p": shapely.Polygon()})


def test_records_carry_what_the_words_say() -> None:
    report = check_partition(["a", "a"], ["", ""], [squares(1, 1)[0]] * 2)
    records = report.records()
    assert [str(one["template"]).format(**one["values"]) for one in records] == list(report.words())
    assert {str(one["kind"]) for one in records} == {"duplicate_code", "overlap"}
    assert {str(one["kind"]) for one in records} <= set(TEMPLATES)


def test_an_empty_layer() -> None:
    report = check_partition([], [], [], parent_geometries=shapely.box(0, 0, 1, 1))
    assert report.rows == 0
    assert not report.tiles
    assert [one.kind for one in report.childless] == ["childless"]


boxes = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=8
)


@settings(max_examples=150, deadline=None)
@given(boxes)
def test_overlaps_gaps_and_spills_equal_counting_cells(given_boxes: list[tuple[int, int, int, int]]) -> None:
    """Brute force: boxes on a 10 x 10 board of cells; every cell is counted by hand."""
    # cells of 50 m: on longer edges a straight line of degrees and a geodesic begin to differ by a square metre
    step = 0.0005
    cells = squares(13, 13, size=step)
    parent = shapely.union_all(cells.reshape(13, 13)[:10, :10])
    areas = measure.area_m2(cells).reshape(13, 13)
    cover = np.zeros((len(given_boxes), 13, 13), dtype=bool)
    polygons = []
    for k, (x, y, w, h) in enumerate(given_boxes):
        cover[k, y : y + h, x : x + w] = True
        polygons.append(shapely.union_all(cells[cover[k].ravel()]))
    inside = np.zeros((13, 13), dtype=bool)
    inside[:10, :10] = True
    n = len(polygons)
    report = check_partition(codes_of(n), [""] * n, polygons, parent_geometries=parent)
    pairs = {(i, j): areas[cover[i] & cover[j]].sum() for i in range(n) for j in range(i + 1, n)}
    want = {pair: m2 for pair, m2 in pairs.items() if m2 > 0}
    got = {one.rows: one.area_m2 for one in report.overlaps if one.area_m2 > 1}
    assert got == pytest.approx(want, rel=1e-4)
    assert report.gap_m2 == pytest.approx(areas[inside & ~cover.any(axis=0)].sum(), rel=1e-4, abs=1)
    beyond = {k: areas[cover[k] & ~inside].sum() for k in range(n)}
    told = {one.rows[0]: one.area_m2 for one in (*report.spills, *report.orphans) if one.area_m2 > 1}
    assert told == pytest.approx({k: m2 for k, m2 in beyond.items() if m2 > 0}, rel=1e-4)


def load(path: Path) -> tuple[np.ndarray, list[dict[str, str]]]:
    features = json.loads(path.read_text())["features"]
    return repair_all([one["geometry"] for one in features]).geometries, [one["properties"] for one in features]


@pytest.mark.real
def test_xihu_grids_tile_but_for_slivers(shared_data: Path) -> None:
    grids, rows = load(shared_data / "jiangcun-grids" / "grid-网格11.geojson")
    started = time.perf_counter()
    report = check_partition([one["XZQHBM"] for one in rows], [one["name"] for one in rows], grids)
    assert time.perf_counter() - started < 5
    assert report.rows == 605
    assert round(report.area_km2, 1) == 257.4
    assert len(report.empty_codes) == 9
    assert 0 < report.overlap_m2 < 0.3
    assert report.gap_m2 < 0.01
    assert report.tiles
    # the oracle: every pair by plain shapely
    left, right = shapely.STRtree(grids).query(grids, predicate="overlaps")
    common = [shapely.intersection(grids[i], grids[j]) for i, j in zip(left, right, strict=True) if i < j]
    assert report.overlap_m2 == pytest.approx(measure.area_m2(common).sum(), abs=1e-3)


@pytest.mark.real
def test_xihu_grids_against_the_towns_drawn_beside_them(shared_data: Path) -> None:
    grids, rows = load(shared_data / "jiangcun-grids" / "grid-网格11.geojson")
    towns, town_rows = load(shared_data / "jiangcun-grids" / "xihu_town.json")
    by_name = {one["name"]: town for one, town in zip(town_rows, towns, strict=True)}
    names = [next((town for town in by_name if one["zhenjie"].startswith(town)), "") for one in rows]
    report = check_partition(
        [one["XZQHBM"] for one in rows], [one["name"] for one in rows], grids, parents=names, parent_geometries=by_name
    )
    blank = [row for row, one in enumerate(rows) if not one["zhenjie"]]
    unknown = [one.rows[0] for one in report.orphans if one.kind == "orphan_unknown"]
    assert unknown == blank
    assert report.childless == ()
    assert not report.tiles


@pytest.mark.real
def test_tonglu_and_jindong_tile_themselves(shared_data: Path) -> None:
    reports: dict[str, PartitionReport] = {}
    for name in ("tonglu", "jindong"):
        shapes, rows = load(shared_data / "zj-townships" / f"{name}.json")
        names = [one["name"] for one in rows]
        reports[name] = check_partition(names, names, shapes)
    # as the file's own notes have it: overlaps 1.6 m² in all, one gap of 3 m²
    assert round(reports["tonglu"].overlap_m2, 1) == 1.6
    assert [round(one.area_m2) for one in reports["tonglu"].gaps] == [3]
    assert reports["jindong"].words() == ()


@pytest.mark.real
def test_dinghai_has_no_polygon_for_qiandao(shared_data: Path) -> None:
    shapes, rows = load(shared_data / "zj-townships" / "dinghai.json")
    with (shared_data / "cn-villages" / "streets_zhejiang_chongzhou.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        listed = {one["code"]: one["name"] for one in csv.DictReader(file) if one["code"].startswith("330902")}
    assert len(listed) == 13
    code_of = {name: code for code, name in listed.items()}
    codes = [code_of.get(one["name"]) for one in rows]
    report = check_partition(codes, [one["name"] for one in rows], shapes, expected=listed)
    assert [dict(one.values) for one in report.missing] == [{"code": "330902050", "name": "千岛街道"}]
    assert "330902050 千岛街道 is in the code list but has no polygon" in report.words()
    assert report.empty_codes == report.unlisted == ()


def test_a_county_of_7744_grids_takes_seconds() -> None:
    tiles = squares(88, 88)
    codes = codes_of(len(tiles))
    parent = shapely.box(120, 30, 120.88, 30.88)
    started = time.perf_counter()
    report = check_partition(codes, codes, tiles, parent_geometries=parent)
    assert time.perf_counter() - started < 20
    assert report.tiles
    assert report.words() == ()

"""Cells against h3-py (the C library), point by point."""

from __future__ import annotations

import h3
import numpy as np
import pytest
import shapely
from pyproj import Geod

from errors import BadGeometry, BadQuestion
from geo import cells

LON, LAT = 119.6, 29.8


def some_cells(count: int, resolution: int) -> np.ndarray:
    rng = np.random.default_rng([count, resolution])
    found = cells.cells_at(rng.uniform(-179, 179, count), rng.uniform(-85, 85, count), resolution=resolution)
    return np.unique(found)


@pytest.mark.parametrize("resolution", [0, 5, 9, 12, 15])
def test_cells_of_points_are_those_of_h3(resolution: int) -> None:
    rng = np.random.default_rng(resolution)
    lon, lat = rng.uniform(-180, 180, 20_000), rng.uniform(-90, 90, 20_000)
    expected = [h3.str_to_int(h3.latlng_to_cell(y, x, resolution)) for x, y in zip(lon, lat, strict=True)]
    assert (cells.cells_at(lon, lat, resolution=resolution) == np.array(expected, np.uint64)).all()


def test_points_that_are_nowhere_have_no_cell() -> None:
    lon = [np.nan, 120, np.inf, 120, 181, -120, 120]
    lat = [30, np.nan, 30, -np.inf, 30, 91, 30]
    found = cells.cells_at(lon, lat, resolution=9)
    assert (found[:-1] == cells.NO_CELL).all()
    assert cells.to_text(found[-1:])[0] == h3.latlng_to_cell(30, 120, 9)
    assert len(cells.cells_at([], [], resolution=9)) == 0


@pytest.mark.parametrize("call", [
    lambda: cells.cells_at([1.0], [1.0, 2.0], resolution=9),
    lambda: cells.cells_at([1.0], [1.0], resolution=16),
    lambda: cells.cells_at([1.0], [1.0], resolution=-1),
    lambda: cells.parents_of(some_cells(3, 5), resolution=6),
    lambda: cells.outlines_of(np.array([cells.NO_CELL], np.uint64)),
    lambda: cells.ring_around(5, rings=1),
    lambda: cells.ring_around(int(some_cells(1, 5)[0]), rings=-1),
    lambda: cells.disk_around(LON, 91, metres=10, resolution=9),
    lambda: cells.disk_around(LON, LAT, metres=float("nan"), resolution=9),
    lambda: cells.disk_around(LON, LAT, metres=1e6, resolution=12),
    lambda: cells.neighbours_among(np.repeat(some_cells(1, 7), 2)),
    lambda: cells.neighbours_among(np.append(some_cells(1, 7), some_cells(1, 8))),
    lambda: cells.from_text(["8941928139bffff", "8941928139bfffg"]),
    lambda: cells.from_text(["1,2,3"]),
    lambda: cells.from_text(["ffffffffffffffffff"]),
])  # fmt: skip
def test_questions_without_an_answer_are_refused(call) -> None:
    with pytest.raises(BadQuestion):
        call()


def test_parents_and_rollup_are_those_of_h3() -> None:
    fine = np.repeat(some_cells(3000, 8), 3)
    values = np.random.default_rng(1).integers(0, 50, len(fine))
    parents = cells.parents_of(fine, resolution=4)
    expected = [h3.cell_to_parent(h3.int_to_str(int(c)), 4) for c in fine]
    assert cells.to_text(parents).tolist() == expected
    sums: dict[str, int] = {}
    for parent, value in zip(expected, values, strict=True):
        sums[parent] = sums.get(parent, 0) + int(value)
    groups, totals = cells.rollup(fine, values, resolution=4)
    assert dict(zip(cells.to_text(groups), totals, strict=True)) == sums
    assert (np.diff(groups.astype(object)) > 0).all()


def test_parents_keep_a_cell_of_the_same_resolution() -> None:
    mixed = np.append(some_cells(5, 4), some_cells(5, 9))
    assert (cells.resolutions_of(cells.parents_of(mixed, resolution=4)) == 4).all()
    assert (cells.parents_of(mixed, resolution=4)[:5] == mixed[:5]).all()


def test_outlines_and_centres_are_those_of_h3() -> None:
    some = some_cells(500, 7)
    some = some[np.abs(cells.centres_of(some)[0]) < 175]
    lon, lat = cells.centres_of(some)
    for cell, outline, x, y in zip(some, cells.outlines_of(some), lon, lat, strict=True):
        name = h3.int_to_str(int(cell))
        ring = np.array(h3.cell_to_boundary(name))[:, ::-1]
        assert outline.is_valid
        assert shapely.hausdorff_distance(outline.exterior, shapely.LinearRing(ring)) < 1e-9
        assert (y, x) == pytest.approx(h3.cell_to_latlng(name), abs=1e-9)


@pytest.mark.parametrize("cell", [h3.latlng_to_cell(LAT, LON, 9), next(iter(h3.get_pentagons(4)))])
@pytest.mark.parametrize("rings", [0, 1, 4])
def test_rings_are_those_of_h3_also_around_a_pentagon(cell: str, rings: int) -> None:
    found = cells.ring_around(h3.str_to_int(cell), rings=rings)
    assert set(cells.to_text(found)) == set(h3.grid_disk(cell, rings))


@pytest.mark.parametrize(("metres", "resolution"), [(0, 9), (50, 8), (1_000, 9), (3_000, 9), (15_000, 7)])
def test_a_disk_is_every_cell_whose_centre_is_near(metres: float, resolution: int) -> None:
    geod = Geod(ellps="WGS84")
    own = h3.latlng_to_cell(LAT, LON, resolution)
    reach = int(metres / h3.average_hexagon_edge_length(resolution, unit="m")) + 3
    expected = {own}
    for cell in h3.grid_disk(own, reach):
        y, x = h3.cell_to_latlng(cell)
        if geod.inv(LON, LAT, x, y)[2] <= metres:
            expected.add(cell)
    assert set(cells.to_text(cells.disk_around(LON, LAT, metres=metres, resolution=resolution))) == expected


def test_neighbours_are_those_of_h3() -> None:
    some = cells.disk_around(LON, LAT, metres=4_000, resolution=9)
    some = np.random.default_rng(2).permutation(some)[: len(some) * 2 // 3]
    i, j = cells.neighbours_among(some)
    names = cells.to_text(some)
    expected = {(a, b) for a in names for b in h3.grid_ring(a, 1) if b in set(names)}
    assert len(i) == len(expected) > 100
    assert {(names[a], names[b]) for a, b in zip(i, j, strict=True)} == expected
    pairs = list(zip(i.tolist(), j.tolist(), strict=True))
    assert pairs == sorted(pairs)
    assert set(pairs) == {(b, a) for a, b in pairs}


def test_no_cells_have_no_neighbours() -> None:
    i, j = cells.neighbours_among(np.empty(0, np.uint64))
    assert len(i) == len(j) == 0


def test_a_polygon_is_filled_as_h3_fills_it() -> None:
    shell = shapely.Point(LON, LAT).buffer(0.05)
    area = shapely.union_all(
        [shell.difference(shapely.Point(LON, LAT).buffer(0.02)), shapely.box(120, 30, 120.03, 30.02)]
    )
    found = cells.fill(area, resolution=9)
    assert set(cells.to_text(found)) == set(h3.geo_to_cells(area, 9))
    outlines = cells.outlines_of(cells.fill(area.buffer(0.01), resolution=9, rule="touch"))
    inside, touch = cells.fill(area, resolution=9, rule="inside"), cells.fill(area, resolution=9, rule="touch")
    names = cells.fill(area.buffer(0.01), resolution=9, rule="touch")
    assert (np.isin(names, inside) == shapely.contains(area, outlines)).all()
    assert (np.isin(names, touch) == shapely.intersects(area, outlines)).all()


def test_a_polygon_smaller_than_a_cell_touches_its_cell() -> None:
    tiny = shapely.Point(LON, LAT).buffer(1e-6)
    assert cells.fill(tiny, resolution=7, rule="touch").tolist() == cells.cells_at([LON], [LAT], resolution=7).tolist()
    assert len(cells.fill(shapely.Polygon(), resolution=7)) == 0


@pytest.mark.parametrize("area", [None, shapely.Point(1, 2), shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])])
def test_only_valid_areas_are_filled(area: object) -> None:
    with pytest.raises(BadGeometry):
        cells.fill(area, resolution=7)


def test_text_goes_there_and_back() -> None:
    some = some_cells(1000, 11)
    text = cells.to_text(some)
    assert text.tolist() == [h3.int_to_str(int(c)) for c in some]
    assert (cells.from_text(text) == some).all()

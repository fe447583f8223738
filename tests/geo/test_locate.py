"""Locating against shapely's own predicates: real layers, adversarial points, invented layers."""

from __future__ import annotations

import contextlib
import csv
import itertools
import json
import math
import threading
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from errors import BadGeometry, BadQuestion
from geo import raster
from geo.locate import How, Located, Locator

LAYERS = {
    "Xihu": ("jiangcun-grids/grid-网格11.geojson", 605),
    "Los Angeles": ("la311/nc_certified_boundaries.geojson", 99),
    "San Francisco": ("sf-fire-dispatch/sf_analysis_neighborhoods_derived.geojson", 41),
    "Tonglu": ("zj-townships/tonglu.json", 14),
}
POINTS = 1_000_000
TINY = 1e-100  # an ulp beside 0; differences far below underflow when multiplied, and GEOS is no longer exact
STEP = 2.0**-40  # on this grid of degrees the 106 bits GEOS counts in are enough to be exact


def oracle(codes: list[str], areas: list, x: np.ndarray, y: np.ndarray, *, boundary: bool = True) -> Located:
    """Brute force: shapely's predicates, unprepared, on every point; ``boundary`` tells EDGE from IN, slowly."""
    areas = shapely.from_wkb(shapely.to_wkb(np.array(areas, object)))
    real = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    points = shapely.points(x[real], y[real])
    point, area = shapely.STRtree(areas).query(points, predicate="intersects")
    place = np.empty(len(codes), int)
    place[sorted(range(len(codes)), key=lambda i: (codes[i], i))] = np.arange(len(codes))
    order = np.lexsort((place[area], point))
    point, area = point[order], area[order]
    first, start, count = np.unique(point, return_index=True, return_counts=True)
    index, matches, how = np.full(len(x), -1), np.zeros(len(x), int), np.zeros(len(x), int)
    index[real[first]], matches[real[first]] = area[start], count
    how[real[first]] = How.IN
    if boundary:
        on = shapely.touches(areas[area[start]], points[first])
        how[real[first[on]]] = How.EDGE
    return Located(index, matches, how, np.array([*codes, None], object))


def assert_same(found: Located, expected: Located, *, boundary: bool = True) -> None:
    for part in ("index", "matches", "how") if boundary else ("index", "matches"):
        wrong = np.flatnonzero(getattr(found, part) != getattr(expected, part))
        assert not len(wrong), f"{len(wrong)} differ in {part}, the first at {wrong[0]}"


def read(folder: Path, layer: str) -> tuple[list[str], np.ndarray]:
    """Codes and areas of a real layer; codes run against the order of the file, and sort as text."""
    path, count = LAYERS[layer]
    areas = shapely.from_wkb(pyogrio.raw.read(folder / path)[2])
    assert len(areas) == count
    invalid = ~shapely.is_valid(areas)
    assert invalid.sum() == (layer == "Xihu")
    areas[invalid] = shapely.make_valid(areas[invalid])
    return [str(count - i) for i in range(count)], areas


def nudged(x: np.ndarray, y: np.ndarray, *, grid: float = 0.0) -> list[tuple[np.ndarray, np.ndarray]]:
    """The points themselves and their eight neighbours, one ulp (or one step of a grid) away."""

    def step(v: np.ndarray, to: float) -> np.ndarray:
        return v + np.sign(to) * grid if grid else np.where(v == 0, np.sign(to) * TINY, np.nextafter(v, to))

    steps = [lambda v: v, lambda v: step(v, np.inf), lambda v: step(v, -np.inf)]
    return [(a(x), b(y)) for a in steps for b in steps]


def adversarial(locator: Locator, rng: np.random.Generator, *, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Points where a locator errs first: on and one ulp off boundaries, cell borders and reference points."""
    xy, grid = locator._edges.xy, locator._raster
    some = xy[rng.permutation(len(xy))[:most]]
    ax, ay, bx, by = some.T
    share = rng.uniform(size=len(some))
    x0, y0, x1, y1 = grid.x0, grid.y0, grid.x1, grid.y1
    column, row = rng.integers(0, grid.columns + 1, most), rng.integers(0, grid.rows + 1, most)
    free_x, free_y = rng.uniform(x0, x1, most), rng.uniform(y0, y1, most)
    border_x = x0 + column * ((x1 - x0) / grid.columns)
    border_y = y0 + row * ((y1 - y0) / grid.rows)
    reference_x = x0 + (column + raster.OFFSET_X) * ((x1 - x0) / grid.columns)
    reference_y = y0 + (row + raster.OFFSET_Y) * ((y1 - y0) / grid.rows)
    m = len(some)
    parts = [
        *nudged(ax, ay),
        *nudged((ax + bx) / 2, (ay + by) / 2),
        (ax + share * (bx - ax), ay + share * (by - ay)),
        (ax, free_y[:m]), (free_x[:m], ay), (ax, rng.permutation(ay)),
        (border_x[:m], ay), (ax, border_y[:m]), (reference_x[:m], ay), (ax, reference_y[:m]),
        *nudged(border_x, free_y)[::4], *nudged(free_x, border_y)[::4], *nudged(border_x, border_y),
        *nudged(reference_x, reference_y)[::4], (reference_x, free_y), (free_x, reference_y),
        *nudged(np.array([x0, x1, x0, x1]), np.array([y0, y1, y1, y0])),
    ]  # fmt: skip
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("layer", LAYERS)
def test_a_million_points_on_a_real_layer_agree_with_shapely(shared_data: Path, layer: str) -> None:
    codes, areas = read(shared_data, layer)
    locator = Locator(codes, areas)
    rng = np.random.default_rng(len(codes))
    x, y = adversarial(locator, rng, most=2_500)
    hard = locator.locate(x, y)
    assert_same(hard, oracle(codes, areas, x, y))
    assert (hard.how == How.EDGE).sum() > 2_500
    assert (hard.matches > 1).sum() > 400
    west, south, east, north = shapely.total_bounds(areas)
    more = POINTS - len(x)
    x, y = rng.uniform(west, east, more), rng.uniform(south, north, more)
    found = locator.locate(x, y)
    assert_same(found, oracle(codes, areas, x, y, boundary=False), boundary=False)
    assert_same(locator.locate(x, y, method="tree"), found)
    assert 0.2 < (found.how == How.IN).mean() < 0.8


@pytest.mark.real
def test_the_calls_of_san_francisco_lie_in_one_neighbourhood_each(shared_data: Path) -> None:
    codes, areas = read(shared_data, "San Francisco")
    with (shared_data / "sf-fire-dispatch/sfpd_dispatch_data_subset.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    x = np.array([float(row["longitude"]) for row in rows])
    y = np.array([float(row["latitude"]) for row in rows])
    found = Locator(codes, areas).locate(x, y)
    assert len(rows) == 10_000
    assert (found.matches == 1).all()
    assert_same(found, oracle(codes, areas, x, y))


@pytest.mark.real
def test_the_requests_of_los_angeles_fall_into_none_one_or_two_councils(shared_data: Path) -> None:
    features = json.loads((shared_data / LAYERS["Los Angeles"][0]).read_text(encoding="utf-8"))["features"]
    codes = [str(feature["properties"]["nc_id"]) for feature in features]
    areas = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    with (shared_data / "la311/2018_mini_a.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["NC"] and row["Latitude"]]
    x = np.array([float(row["Longitude"]) for row in rows])
    y = np.array([float(row["Latitude"]) for row in rows])
    found = Locator(codes, areas).locate(x, y)
    assert_same(found, oracle(codes, areas, x, y))
    assert np.bincount(found.matches).tolist() == [44, 9_790, 29]
    one = found.matches == 1
    stated = np.array([row["NC"].split(".")[0] for row in rows], object)
    assert round(100 * (found.codes == stated)[one].mean(), 1) == 98.5


coordinate = st.integers(0, 8)


@st.composite
def lattice_areas(draw: st.DrawFn) -> list:
    """Areas on a small lattice: they share edges and corners, nest, overlap, have holes, parts and slivers."""
    areas = []
    for _ in range(draw(st.integers(1, 6))):
        shape = shapely.Polygon()
        for _ in range(draw(st.integers(1, 4))):
            ring = draw(st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=6, unique=True))
            piece = shapely.make_valid(shapely.Polygon(ring))
            change = draw(st.sampled_from(["union", "difference", "symmetric_difference"]))
            with contextlib.suppress(shapely.GEOSException):  # GEOS cannot combine some of these; they are not wanted
                shape = getattr(shape, change)(piece)
        polygons = [p for p in shapely.get_parts(shape) if isinstance(p, shapely.Polygon)]
        if polygons:
            areas.append(polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons))
    if draw(st.booleans()):
        height = draw(st.sampled_from([TINY, 1e-16, 1e-9]))
        areas.append(shapely.Polygon([(0, 0), (8, 0), (draw(coordinate), height)]))
    return areas


def mapping(draw: st.DrawFn) -> np.ndarray:
    """Scale, turn and shift: from the bare lattice to degrees in Zhejiang and to millimetres there."""
    scale = draw(st.sampled_from([1.0, 1 / 3, 1e-3, 1e-7, 1e-9, 1e-12]))
    angle = draw(st.sampled_from([0.0, 0.1, math.pi / 4, 1.234]))
    shift = draw(st.sampled_from([(0.0, 0.0), (-4.0, -4.0), (119.7, 29.8), (-179.99, -89.9)]))
    a, b = scale * math.cos(angle), scale * math.sin(angle)
    return np.array([[a, b], [-b, a], list(shift)])


@st.composite
def layers(draw: st.DrawFn, *, grid: float = 0.0) -> tuple[list, np.ndarray, np.ndarray, int]:
    """Areas, points and the least number of cells; the points on, between and an ulp off lattice points and edges."""
    matrix = mapping(draw)

    def move(xy: np.ndarray) -> np.ndarray:
        moved = xy @ matrix[:2] + matrix[2]
        return np.round(moved / grid) * grid if grid else moved

    areas = [shapely.transform(area, move) for area in draw(lattice_areas())]
    areas = [area for area in areas if area.is_valid and not area.is_empty]
    half = np.arange(-1, 18) / 2
    lattice = move(np.stack(np.meshgrid(half, half), -1).reshape(-1, 2))
    if areas:
        vertices = shapely.get_coordinates(areas)
        middles = (vertices[1:] + vertices[:-1]) / 2
        lattice = np.vstack([lattice, vertices, np.round(middles / grid) * grid if grid else middles])
    parts = nudged(*lattice.T, grid=grid)
    strange = np.array([[np.nan, 1], [1, np.inf], [-np.inf, np.nan], [1e308, 1e308], [0.0, -0.0]])
    x = np.concatenate([*(p[0] for p in parts), strange[:, 0]])
    y = np.concatenate([*(p[1] for p in parts), strange[:, 1]])
    return areas, x, y, draw(st.sampled_from([1, 12, 1 << 14]))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(layers(), st.randoms())
def test_any_layer_any_point_both_methods_agree_with_shapely(layer: tuple, random: object) -> None:
    areas, x, y, cells = layer
    codes = [random.choice(["", "1", "10", "2", "三", f"{i}"]) for i in range(len(areas))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(raster, "MIN_CELLS", cells)
        patch.setattr(raster, "CELLS_PER_EDGE", 1 if cells < 100 else 48)
        locator = Locator(codes, areas)
    expected = oracle(codes, areas, x, y)
    assert_same(locator.locate(x, y), expected)
    assert_same(locator.locate(x, y, method="tree"), expected)


def exactly(area: object, x: float, y: float) -> How:
    """Even-odd in rational numbers, without GEOS and without rounding."""
    px, py, odd = Fraction(x), Fraction(y), False
    for ring in shapely.get_rings(shapely.get_parts(area)):
        xy = [(Fraction(a), Fraction(b)) for a, b in shapely.get_coordinates(ring).tolist()]
        for (ax, ay), (bx, by) in itertools.pairwise(xy):
            side = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
            if side == 0 and min(ax, bx) <= px <= max(ax, bx) and min(ay, by) <= py <= max(ay, by):
                return How.EDGE
            if (ay <= py) != (by <= py):
                odd ^= (side > 0) == (by > ay)
    return How.IN if odd else How.NONE


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(layers(grid=STEP), st.integers(0, 2**32))
def test_any_layer_any_point_agree_with_rational_numbers(layer: tuple, seed: int) -> None:
    areas, x, y, _ = layer
    some = np.random.default_rng(seed).choice(np.flatnonzero(np.isfinite(x) & np.isfinite(y)), 60)
    for area in areas:
        found = Locator(["a"], [area]).locate(x[some], y[some])
        assert found.how.tolist() == [exactly(area, a, b) for a, b in zip(x[some], y[some], strict=True)]


def test_the_lowest_code_as_text_wins_on_edges_corners_and_overlaps() -> None:
    codes = ["9", "10", "2", "1"]
    areas = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(0, 1, 1, 2), shapely.box(1.5, 0, 3, 1)]
    found = Locator(codes, areas).locate([0.5, 1, 1, 1.75, 1.5, 5, 0, 2], [0.5, 0.5, 1, 0.5, 0.5, 5, 0, 2])
    assert found.codes.tolist() == ["9", "10", "10", "1", "1", None, "9", None]
    assert found.index.tolist() == [0, 1, 1, 3, 3, -1, 0, -1]
    assert found.matches.tolist() == [1, 2, 3, 2, 2, 0, 1, 0]
    names = [How(how).name for how in found.how]
    assert names == ["IN", "EDGE", "EDGE", "IN", "EDGE", "NONE", "EDGE", "NONE"]
    assert (found.index.dtype, found.matches.dtype, found.how.dtype) == (np.int32, np.int32, np.int8)


def test_of_equal_codes_the_first_area_wins() -> None:
    box = shapely.box(0, 0, 1, 1)
    assert Locator(["", "", ""], [box, box, box]).locate([0.5], [0.5]).index.tolist() == [0]


def test_a_locator_of_nothing_and_a_question_of_nothing() -> None:
    nothing = Locator([], [])
    for method in ("raster", "tree"):
        found = nothing.locate([1.0, np.nan], [2.0, 3.0], tolerance_m=100, method=method)
        assert found.index.tolist() == [-1, -1]
        assert found.codes.tolist() == [None, None]
        assert len(Locator(["a"], [shapely.box(0, 0, 1, 1)]).locate([], [], method=method).codes) == 0


def circles(count: int, rng: np.random.Generator) -> list:
    return [shapely.Point(*rng.uniform(0, 1, 2)).buffer(rng.uniform(0.05, 0.5)) for _ in range(count)]


@pytest.mark.parametrize("sets", [0, 3, 1 << 20])
def test_many_overlaps_also_when_their_sets_are_too_many_to_keep(sets: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raster, "MAX_SETS", sets)
    rng = np.random.default_rng(5)
    areas = circles(60, rng)
    codes = [str(i) for i in range(60)]
    x, y = rng.uniform(-0.5, 1.5, (2, 20_000))
    found = Locator(codes, areas).locate(x, y)
    assert_same(found, oracle(codes, areas, x, y))
    assert found.matches.max() > 15


def test_an_island_crowded_into_few_cells_far_from_the_rest() -> None:
    island = shapely.Point(100, 20).buffer(0.001, quad_segs=2_000)
    codes, areas = ["far", "island"], [shapely.box(0, 0, 1, 1), island]
    rng = np.random.default_rng(6)
    x, y = np.append(rng.uniform(99.998, 100.002, 3_000), 0.5), np.append(rng.uniform(19.998, 20.002, 3_000), 0.5)
    found = Locator(codes, areas).locate(x, y)
    assert_same(found, oracle(codes, areas, x, y))
    assert np.bincount(found.index + 1).min() >= 1


def test_threads_and_chunks_do_not_change_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(7)
    locator = Locator([str(i) for i in range(40)], circles(40, rng))
    x, y = rng.uniform(0, 1, (2, 50_000))
    expected = locator.locate(x, y, tolerance_m=5_000)
    monkeypatch.setattr("geo.locate.CHUNK", 1_000)
    monkeypatch.setattr("geo.locate.TREE_CHUNK", 70)
    assert_same(locator.locate(x, y, tolerance_m=5_000, threads=2), expected)
    assert_same(locator.locate(x, y, tolerance_m=5_000, threads=2, method="tree"), expected)


def test_several_askers_at_once_get_the_same_answer() -> None:
    rng = np.random.default_rng(8)
    areas = circles(30, rng)
    vertices = shapely.get_coordinates(areas)
    locator = Locator([str(i) for i in range(30)], areas)
    answers: list[Located] = []
    threads = [
        threading.Thread(target=lambda: answers.append(locator.locate(vertices[:, 0], vertices[:, 1])))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    expected = oracle([str(i) for i in range(30)], areas, vertices[:, 0], vertices[:, 1])
    for answer in answers:
        assert_same(answer, expected)


@pytest.mark.real
@pytest.mark.parametrize("tolerance", [30.0, 2_000.0])
def test_a_point_outside_goes_to_the_nearest_within_the_tolerance(shared_data: Path, tolerance: float) -> None:
    """Oracle: shapely's distance in an azimuthal equidistant plane centred on each point."""
    codes, areas = read(shared_data, "Tonglu")
    west, south, east, north = shapely.union_all(areas).bounds
    rng = np.random.default_rng(9)
    rim = shapely.get_coordinates(shapely.union_all(areas).buffer(tolerance / 1.1e5).boundary)
    rim = rim[rng.permutation(len(rim))[:150]] + rng.normal(0, tolerance / 4e5, (min(150, len(rim)), 2))
    x = np.append(rim[:, 0], rng.uniform(west, east, 50))
    y = np.append(rim[:, 1], rng.uniform(south, north, 50))
    locator = Locator(codes, areas)
    inside = locator.locate(x, y)
    found = locator.locate(x, y, tolerance_m=tolerance)
    assert_same(locator.locate(x, y, tolerance_m=tolerance, method="tree"), found)
    assert (found.index[inside.index >= 0] == inside.index[inside.index >= 0]).all()
    near = found.how == How.NEAREST
    assert near.sum() > 20
    assert (found.how == How.NONE).sum() > 20
    assert (found.matches[near] == 0).all()
    for i in np.flatnonzero(inside.index < 0):
        plane = Transformer.from_crs("EPSG:4326", f"+proj=aeqd +lat_0={y[i]} +lon_0={x[i]}", always_xy=True)
        flat = shapely.transform(areas, lambda xy, plane=plane: np.column_stack(plane.transform(*xy.T)))
        metres = shapely.distance(flat, shapely.Point(0, 0))
        if abs(metres.min() - tolerance) > 1e-3 * tolerance:
            assert near[i] == (metres.min() <= tolerance)
        if near[i]:
            assert metres[found.index[i]] <= metres.min() * (1 + 1e-4)


def test_equally_near_areas_give_the_lowest_code() -> None:
    areas = [shapely.box(1, 0, 2, 1), shapely.box(0, 0, 1, 1)]
    found = Locator(["b", "a"], areas).locate([1.0, 1.0, 1.0, np.nan], [1.001, 1.1, -0.00001, 0], tolerance_m=200)
    assert found.codes.tolist() == ["a", None, "a", None]
    assert found.how.tolist() == [How.NEAREST, How.NONE, How.NEAREST, How.NONE]


def test_areas_that_cannot_be_located_in_are_refused_by_name() -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    areas = [shapely.box(0, 0, 1, 1), bow, shapely.Polygon(), None, shapely.Point(0, 0), bow.convex_hull.boundary]
    with pytest.raises(BadGeometry) as failure:
        Locator(["fine", "bow", "void", "missing", "point", "line"], areas)
    text = str(failure.value)
    assert text.startswith("5 of 6 areas")
    for part in ("bow: Self-intersection[0.5 0.5]", "void: empty", "missing: no geometry", "point: a Point", "line: a"):
        assert part in text
    assert "fine" not in text
    with pytest.raises(BadGeometry, match="2 codes but 1 areas"):
        Locator(["a", "b"], [shapely.box(0, 0, 1, 1)])
    with pytest.raises(BadGeometry, match="infinite: "):
        Locator(["infinite"], [shapely.Polygon([(0, 0), (1, 0), (np.inf, 1)])])


@pytest.mark.parametrize("ask", [
    {"tolerance_m": -1}, {"tolerance_m": math.nan}, {"tolerance_m": 20_000}, {"method": "guess"},
    {"lat": [1.0, 2.0]}, {"lon": [[1.0]], "lat": [[1.0]]},
])  # fmt: skip
def test_questions_without_an_answer_are_refused(ask: dict) -> None:
    locator = Locator(["a"], [shapely.box(0, 0, 1, 1)])
    with pytest.raises(BadQuestion):
        locator.locate(**{"lon": [0.5], "lat": [0.5], **ask})

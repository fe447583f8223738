"""Check Gi* against esda, the discovery rate against scipy, contiguity against libpysal and brute force."""

from __future__ import annotations

import json
from pathlib import Path

import esda
import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph
from scipy.stats import false_discovery_control

from errors import BadInput
from geo.hotspots import Neighbours, contiguity, false_discovery, gi_star


def squares(rows: int, columns: int, gap: float = 0.0) -> np.ndarray:
    """Squares of 0.01 degrees near Jinhua, drawn smaller by ``gap`` degrees on each side."""
    x, y = np.meshgrid(119.8 + 0.01 * np.arange(columns), 29.1 + 0.01 * np.arange(rows))
    return shapely.box(x + gap, y + gap, x + 0.01 - gap, y + 0.01 - gap).ravel()


def esda_z(values: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    n = len(values)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    linked = np.unique(both[:, 0])
    islands = np.setdiff1d(np.arange(n), linked)
    focal, other = np.concatenate([both[:, 0], islands]), np.concatenate([both[:, 1], islands])
    weight = np.concatenate([np.ones(len(both)), np.zeros(len(islands))])
    order = np.lexsort((other, focal))  # the graph numbers its nodes as they come
    graph = Graph.from_arrays(focal[order], other[order], weight[order])
    return esda.G_Local(values, graph.assign_self_weight(1.0), transform="B", permutations=0, star=True).Zs


@pytest.mark.parametrize(("rows", "columns", "seed"), [(5, 7, 0), (20, 20, 1), (3, 40, 2)])
def test_z_equals_esda_on_square_grids(rows: int, columns: int, seed: int) -> None:
    values = np.random.default_rng(seed).poisson(4, rows * columns).astype(float)
    pairs = contiguity(squares(rows, columns))
    found = gi_star(values, pairs)
    np.testing.assert_allclose(found.z, esda_z(values, pairs), rtol=0, atol=1e-10)


@pytest.mark.real
@pytest.mark.parametrize(
    "file",
    [
        "jiangcun-grids/grid-网格.geojson",
        "la311/nc_certified_boundaries.geojson",
        "zj-townships/tonglu.json",
        "sf-fire-dispatch/sf_analysis_neighborhoods_derived.geojson",
    ],
)
def test_z_equals_esda_on_real_layers(shared_data: Path, file: str) -> None:
    shapes = shapely.make_valid(geopandas.read_file(shared_data / file).geometry.to_numpy())
    values = np.random.default_rng(7).gamma(2.0, 30.0, len(shapes))
    pairs = contiguity(shapes)
    np.testing.assert_allclose(gi_star(values, pairs).z, esda_z(values, pairs), rtol=0, atol=1e-10)


@pytest.mark.real
def test_contiguity_of_the_xihu_grids_is_every_meeting_pair(shared_data: Path) -> None:
    layer = geopandas.read_file(shared_data / "jiangcun-grids/grid-网格.geojson")
    shapes = shapely.make_valid(layer.geometry.to_numpy())
    ours = set(map(tuple, contiguity(shapes).tolist()))
    meeting = shapely.intersects(shapes[:, None], shapes[None, :])
    assert ours == {(i, j) for i, j in np.argwhere(meeting).tolist() if i < j}
    # libpysal's strict queen asks for touching without overlap, which real grids with slivers do not keep
    graph = Graph.build_contiguity(geopandas.GeoSeries(shapes), rook=False, strict=True)
    touching = {(i, j) for i, j in graph.adjacency[graph.adjacency > 0].index if i < j}
    assert touching <= ours
    assert (
        len(ours - touching)
        == (shapely.intersects(shapes[:, None], shapes) & ~shapely.touches(shapes[:, None], shapes))[
            np.triu_indices(len(shapes), 1)
        ].sum()
    )


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
@settings(max_examples=200)
def test_false_discovery_equals_scipy(p: list[float]) -> None:
    np.testing.assert_allclose(false_discovery(p), false_discovery_control(p), rtol=1e-12, atol=1e-15)


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_no_value_is_ever_nan(values: list[float], random: object) -> None:
    n = len(values)
    pairs = [(i, random.randrange(n)) for i in range(n)]  # type: ignore[attr-defined]
    found = gi_star(values, pairs)
    assert np.isfinite(found.z).all()
    assert ((found.p >= 0) & (found.p <= 1) & (found.q >= found.p)).all()


def test_contiguity_is_queen_and_bears_gaps_when_asked() -> None:
    exact = contiguity(squares(3, 3))
    assert len(exact) == 12 + 8
    assert (0, 4) in {tuple(pair) for pair in exact.tolist()}
    apart = squares(3, 3, gap=2e-6)
    assert len(contiguity(apart)) == 0
    assert contiguity(apart, gap_m=1.0).tolist() == exact.tolist()
    with pytest.raises(BadInput):
        contiguity(apart, gap_m=-1.0)


def test_missing_and_empty_shapes_have_no_neighbours() -> None:
    shapes = squares(1, 3)
    shapes[1] = None
    shapes = np.append(shapes, shapely.Polygon())
    assert contiguity(shapes).tolist() == []
    assert contiguity(shapes, gap_m=2.0).tolist() == []
    assert contiguity(np.array([], dtype=object), gap_m=2.0).shape == (0, 2)


def test_a_planted_cluster_is_hot_and_a_planted_hole_cold() -> None:
    values = np.random.default_rng(3).normal(100, 5, (30, 30))
    values[4:8, 4:8] += 60
    values[20:25, 20:25] -= 60
    found = gi_star(values.ravel(), contiguity(squares(30, 30)))
    kind, level = found.kind.reshape(30, 30), found.level.reshape(30, 30)
    assert (kind[4:8, 4:8] == "hot").all()
    assert (level[5:7, 5:7] == 99).all()
    assert (kind[20:25, 20:25] == "cold").all()
    assert (found.significant == (kind.ravel() != "none")).all()
    far = np.ones((30, 30), bool)
    far[2:10, 2:10] = far[18:27, 18:27] = False
    assert (kind[far] != "none").mean() < 0.05


def test_levels_follow_the_adjusted_p() -> None:
    found = gi_star(np.random.default_rng(5).gamma(0.5, 1, 400), contiguity(squares(20, 20)), alpha=0.10)
    np.testing.assert_allclose(found.q, false_discovery_control(found.p), atol=1e-15)
    expected = np.select([found.q <= 0.01, found.q <= 0.05, found.q <= 0.10], [99, 95, 90], 0)
    assert (found.level == expected).all()
    assert (found.significant == (found.q <= 0.10)).all()


def test_pairs_may_repeat_turn_and_name_self() -> None:
    values = np.arange(9.0) ** 2
    pairs = contiguity(squares(3, 3))
    messy = np.concatenate([pairs, pairs[:, ::-1], pairs[:5], [[2, 2]]])
    assert (gi_star(values, messy).z == gi_star(values, pairs).z).all()


def test_h3_cells_as_index_pairs_equal_esda() -> None:
    import h3

    cells = sorted(h3.grid_disk(h3.latlng_to_cell(29.2, 119.8, 9), 6))
    place = {cell: i for i, cell in enumerate(cells)}
    pairs = np.array([(place[c], place[o]) for c in cells for o in h3.grid_disk(c, 1) if o in place and o > c])
    values = np.random.default_rng(1).poisson(3, len(cells)).astype(float)
    np.testing.assert_allclose(gi_star(values, pairs).z, esda_z(values, pairs), rtol=0, atol=1e-10)


def test_an_island_is_its_own_standard_score() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0, 50.0])
    found = gi_star(values, [(0, 1), (1, 2), (2, 3)])
    assert found.neighbours.tolist() == [1, 2, 2, 1, 0]
    assert found.z[4] == pytest.approx((50 - values.mean()) / values.std())


@pytest.mark.parametrize(
    ("values", "note"), [([], "too few"), ([1.0, 2.0], "too few"), ([0.1] * 7, "constant"), ([np.nan] * 4, "too few")]
)
def test_where_nothing_can_be_said_nothing_is(values: list[float], note: str) -> None:
    found = gi_star(values, [(0, 1)] if values else [])
    assert found.note == note
    assert (found.z == 0).all()
    assert (found.p == 1).all()
    assert (found.kind == "none").all()


def test_a_neighbourhood_that_is_the_whole_map_has_no_contrast() -> None:
    found = gi_star([1.0, 5.0, 9.0], [(0, 1), (1, 2), (0, 2)])
    assert found.z.tolist() == [0, 0, 0]


def test_areas_without_a_value_take_no_part() -> None:
    values = np.random.default_rng(2).normal(size=25)
    pairs = contiguity(squares(5, 5))
    values[12] = np.nan
    found = gi_star(values, pairs)
    rest = np.delete(np.arange(25), 12)
    renamed = pd.Series(np.arange(24), index=rest)
    kept = pairs[(pairs != 12).all(axis=1)]
    alone = gi_star(values[rest], np.column_stack([renamed[kept[:, 0]], renamed[kept[:, 1]]]))
    assert (found.z[rest] == alone.z).all()
    assert (found.known[12], found.z[12], found.p[12], found.kind[12]) == (False, 0, 1, "none")


def test_scale_does_not_matter() -> None:
    values = np.random.default_rng(4).normal(size=100)
    pairs = contiguity(squares(10, 10))
    for factor in (1e-200, 1e200):
        np.testing.assert_allclose(gi_star(values * factor, pairs).z, gi_star(values, pairs).z, atol=1e-12)


def test_wrong_input_is_refused() -> None:
    with pytest.raises(BadInput):
        gi_star([1.0, np.inf, 2.0], [])
    with pytest.raises(BadInput):
        gi_star([1.0, 2.0, 3.0], [(0, 3)])


def test_neighbours_made_ready_serve_many_questions() -> None:
    pairs, near = contiguity(squares(6, 6)), Neighbours.of(contiguity(squares(6, 6)), n=36)
    for seed in range(3):
        values = np.random.default_rng(seed).normal(size=36)
        values[seed] = np.nan
        assert (gi_star(values, near).z == gi_star(values, pairs).z).all()
    with pytest.raises(BadInput, match="35 values for 36"):
        gi_star(np.zeros(35), near)


def test_result_can_be_sent_as_json() -> None:
    found = gi_star([1.0, np.nan, 2.0, 8.0], [(0, 2)])
    assert json.loads(json.dumps(found.z.tolist(), allow_nan=False))[1] == 0

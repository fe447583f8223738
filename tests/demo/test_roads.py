"""The road network: in one piece both ways, one-way streets in the towns, minutes as an independent router has them."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest

from data.demo.county import County
from data.demo.network import Network, _two_way_where_needed
from data.demo.roads import CLASSES, SPEED
from data.demo.sites import place_sites


@pytest.fixture(scope="module")
def graph(made: object) -> nx.DiGraph:
    """The written road file as a directed graph of minutes."""
    roads = gpd.read_file(made.folder / "roads" / "roads.gpkg")  # type: ignore[attr-defined]
    speed = dict(zip(CLASSES, SPEED.tolist(), strict=True))
    found = nx.DiGraph()
    for row in roads.itertuples():
        minutes = row.长度 / 1000 / speed[row.等级] * 60
        ends = [(row.起点, row.终点), (row.终点, row.起点)]
        for a, b in ends if row.通行 == "双向" else ends[:1] if row.通行 == "顺行" else ends[1:]:
            if not found.has_edge(a, b) or found[a][b]["minutes"] > minutes:
                found.add_edge(a, b, minutes=minutes)
    return found


def test_every_junction_can_be_reached_from_every_other(graph: nx.DiGraph) -> None:
    assert graph.number_of_nodes() > 5_000
    assert nx.is_strongly_connected(graph)


def test_towns_have_one_way_streets_in_both_senses_and_roads_have_names(county: County) -> None:
    network = county.network
    assert {-1, 0, 1} == set(network.oneway.tolist())
    assert 0.05 < (network.oneway != 0).mean() < 0.3
    assert all(network.name)
    lines = [np.asarray(line.coords) for line in network.line]
    for line, a, b in zip(lines[::50], network.start[::50], network.end[::50], strict=True):
        assert np.allclose(line[0], network.node_xy[a])
        assert np.allclose(line[-1], network.node_xy[b])


def test_minutes_equal_an_independent_router(graph: nx.DiGraph, county: County) -> None:
    rng = np.random.default_rng(5)
    forces = county.forces
    for squad in rng.choice(len(forces.squads), 4, replace=False):
        node = forces.stations[forces.squads[squad].station].node
        expected = nx.single_source_dijkstra_path_length(graph, f"N{node:05d}", weight="minutes")
        for target in rng.choice(len(county.network.node), 60):
            # lengths are written to the centimetre
            assert forces.minutes[squad, target] == pytest.approx(expected[f"N{target:05d}"], abs=0.01)


def test_spots_are_reached_over_the_right_end_of_a_one_way_street(county: County) -> None:
    """Brute force over both ends of the link of each spot equals the vectorised minutes."""
    from data.demo.sites import site_minutes

    rng = np.random.default_rng(6)
    network = county.network
    link = np.concatenate([rng.choice(np.flatnonzero(network.oneway != 0), 40), rng.integers(0, len(network.line), 40)])
    part = rng.random(len(link))
    found = site_minutes(county, link, part)
    for squad in (0, 17, 40):
        for i, (k, along) in enumerate(zip(link.tolist(), part.tolist(), strict=True)):
            ways = []
            if network.oneway[k] >= 0:
                ways.append(county.forces.minutes[squad, network.start[k]] + along * network.minutes[k])
            if network.oneway[k] <= 0:
                ways.append(county.forces.minutes[squad, network.end[k]] + (1 - along) * network.minutes[k])
            assert found[squad, i] == pytest.approx(min(ways), rel=1e-5)


def test_every_grid_has_spots_and_hamlets_are_far(county: County) -> None:
    sites = place_sites(7, county)
    assert np.bincount(sites.grid, minlength=len(county.grids)).min() >= 3
    nearest = sites.minutes.min(axis=0)
    assert np.isfinite(nearest).all()
    assert np.median(nearest) < 5
    assert np.percentile(nearest, 98) > 14


def test_a_street_that_locks_nodes_in_is_opened_both_ways() -> None:
    """0 and 1 are joined both ways; 2 could only be left, so its street is opened."""
    start, end = np.array([0, 2]), np.array([1, 1])
    assert _two_way_where_needed(start, end, np.array([0, 1]), 3).tolist() == [0, 0]
    circle = np.array([0, 1, 2]), np.array([1, 2, 0])
    assert _two_way_where_needed(*circle, np.array([1, 1, 1]), 3).tolist() == [1, 1, 1]


def test_of_parallel_links_the_quicker_counts() -> None:
    network = Network(
        node=np.arange(2), node_xy=np.zeros((2, 2)), start=np.array([0, 0]), end=np.array([1, 1]),
        kind=np.array([1, 6]), oneway=np.array([0, 1]), length=np.array([1_000.0, 1_000.0]),
        line=np.array([None, None], dtype=object), name=["a", "b"],
    )  # fmt: skip
    minutes = network.travel(np.array([0, 1]))
    assert minutes[0, 1] == pytest.approx(60 / SPEED[6])
    assert minutes[1, 0] == pytest.approx(60 / SPEED[1])

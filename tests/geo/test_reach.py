"""Check reach against networkx distances, against streets measured by hand, and against itself."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import geopandas
import networkx
import numpy as np
import pytest
import shapely

from geo.measure import length_m
from geo.roads import build_graph
from geo.router import Router


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(119.8 + x / 100, 29.1 + y / 100) for x, y in points])


def cross(**more: object) -> Router:
    """Four arms of 1 km from one crossing, 30 km/h: half a kilometre a minute."""
    arms = [line((0, 0), end) for end in ((1, 0), (0, 1), (-1, 0), (0, -1))]
    return Router(build_graph(arms, length_m=[1000.0] * 4, speed_kmh=30.0, **more))


@pytest.mark.real
@pytest.mark.parametrize("towards", [False, True])
def test_nodes_reached_equal_networkx_and_lie_inside(shared_data: Path, towards: bool) -> None:
    layer = geopandas.read_file(shared_data / "xian-roads/modifiedConn_link.shp", encoding="GBK")
    ids = (layer["from_node"], layer["to_node"])
    graph = build_graph(
        layer.geometry.to_numpy(), oneway=layer["dir"], length_m=layer["length"], speed_kmh=40.0, nodes=ids
    )
    theirs = networkx.DiGraph()
    for a, b, way, metres in zip(*ids, layer["dir"], layer["length"], strict=True):
        theirs.add_edge(a, b, minutes=metres / 1000 / 40 * 60)
        if way == 0:
            theirs.add_edge(b, a, minutes=metres / 1000 / 40 * 60)
    number = {node: i for i, node in enumerate(sorted(theirs.nodes))}
    router = Router(graph)
    for node in [53, 103, 171, 186, 237]:
        lon, lat = graph.node_lon[number[node]], graph.node_lat[number[node]]
        for found in router.bands(lon, lat, [2, 5], towards=towards):
            far = networkx.single_source_dijkstra_path_length(
                theirs.reverse() if towards else theirs, node, cutoff=found.minutes, weight="minutes"
            )
            assert dict(zip(found.nodes.tolist(), found.node_minutes, strict=True)) == pytest.approx(
                {number[n]: minutes for n, minutes in far.items()}, abs=1e-8
            )
            points = shapely.points(graph.node_lon[found.nodes], graph.node_lat[found.nodes])
            assert shapely.intersects(found.polygon, points).all()
            assert found.polygon.is_valid
            assert found.road_km == pytest.approx(_km_by_hand(theirs, far, found.minutes, towards=towards), abs=1e-6)


def _km_by_hand(graph: networkx.DiGraph, far: dict, minutes: float, *, towards: bool) -> float:
    """Sum over streets of what is reached from one end or the other, overlap once."""
    part: dict[tuple, float] = {}
    for a, b, data in graph.edges(data=True):
        begin = b if towards else a
        if begin in far:
            part[a, b] = min(1.0, (minutes - far[begin]) / data["minutes"])
    total = 0.0
    for (a, b), share in part.items():
        km = graph.edges[a, b]["minutes"] / 60 * 40
        if (b, a) in graph.edges:
            both = min(1.0, share + part.get((b, a), 0.0))
            total += km * both if (b, a) not in part else km * both / 2
        else:
            total += km * share
    return total


def test_the_arms_of_a_crossing_are_reached_to_the_metre() -> None:
    found = cross().reach(119.8, 29.1, 1)
    assert found.road_km == pytest.approx(2.0, abs=1e-9)
    west, south, east, north = found.polygon.bounds
    assert (west, east) == (pytest.approx(119.8 - 0.005, abs=2e-5), pytest.approx(119.8 + 0.005, abs=2e-5))
    assert (south, north) == (pytest.approx(29.1 - 0.005, abs=2e-5), pytest.approx(29.1 + 0.005, abs=2e-5))
    assert found.nodes.tolist() == [cross().graph.start[0]]


def test_from_the_middle_of_a_street_both_ways() -> None:
    found = cross().reach(119.805, 29.1, 2)
    assert found.road_km == pytest.approx(0.5 + 0.5 + 3 * 0.5, abs=1e-3)
    assert found.node_minutes.max() == pytest.approx(1.0, abs=1e-3)


def test_one_way_streets_make_out_and_home_differ() -> None:
    router = cross(oneway=[1, 0, 0, 0])
    assert router.reach(119.805, 29.1, 3).road_km == pytest.approx(0.5, abs=1e-3)
    home = router.reach(119.805, 29.1, 3.1, towards=True)
    assert home.road_km == pytest.approx(0.5 + 3 * 1.0, abs=1e-3)
    assert len(home.nodes) == 4


def test_longer_holds_shorter() -> None:
    rng = np.random.default_rng(3)
    lines = [line((x, y), (x + 1, y)) for x in range(12) for y in range(12)]
    lines += [line((x, y), (x, y + 1)) for x in range(12) for y in range(12)]
    router = Router(build_graph(lines, oneway=rng.choice([0, 0, 1, -1], len(lines))))
    bands = router.bands(119.86, 29.16, [9, 3, 6, 6])
    assert [band.minutes for band in bands] == [3, 6, 9]
    for near, far in pairwise(bands):
        assert shapely.difference(near.polygon, far.polygon).area < 1e-12
        assert near.road_km <= far.road_km
        assert set(near.nodes) <= set(far.nodes)
    alone = router.reach(119.86, 29.16, 9)
    assert alone.road_km == bands[-1].road_km
    total = length_m(np.array(lines)).sum() / 1000
    assert router.reach(119.86, 29.16, 600).road_km <= total + 1e-9


def test_many_places_reach_what_any_of_them_does() -> None:
    lines = [line((x, 0), (x + 1, 0)) for x in range(40)]
    router = Router(build_graph(lines, length_m=[1000.0] * 40, speed_kmh=30.0))
    both = router.reach([119.8, 120.2], [29.1, 29.1], 2)
    assert both.polygon.geom_type == "MultiPolygon"
    assert len(both.polygon.geoms) == 2
    assert both.road_km == pytest.approx(2.0, abs=1e-3)
    near = router.reach([119.9, 119.915], [29.1, 29.1], 2)
    assert near.polygon.geom_type == "Polygon"
    assert near.road_km == pytest.approx(3.5, abs=1e-2)
    with_one_off_road = router.reach([119.8, 119.8], [29.1, 31.0], 2)
    assert with_one_off_road.road_km == pytest.approx(1.0, abs=1e-3)


def test_who_spends_all_the_time_walking_reaches_a_circle() -> None:
    found = cross().reach(119.803, 29.103, 1)
    assert found.road_km == 0.0
    assert len(found.nodes) == 0
    east, north = found.polygon.bounds[2], found.polygon.bounds[3]
    assert (east - 119.803) * 97_400 == pytest.approx(1000 / 12, rel=0.02)
    assert (north - 29.103) * 110_850 == pytest.approx(1000 / 12, rel=0.02)


def test_a_dead_end_of_a_one_way_street_is_a_point_with_some_width() -> None:
    router = Router(build_graph([line((0, 0), (1, 0))], oneway=[1]))
    found = router.reach(119.81, 29.1, 5)
    assert found.road_km == 0.0
    assert found.polygon.area > 0
    assert router.reach(119.8, 29.1, 0.5).polygon.area > 0


def test_a_street_driven_twice_counts_once() -> None:
    there, back = line((0, 0), (1, 0)), line((1, 0), (0, 0))
    one = Router(build_graph([there], length_m=[1000.0])).reach(119.8, 29.1, 30)
    assert one.road_km == pytest.approx(1.0)
    loop = Router(build_graph([line((0, 0), (1, 0), (1, 1), (0, 0))], length_m=[3000.0], speed_kmh=30.0))
    assert loop.reach(119.8, 29.1, 2).road_km == pytest.approx(2.0, abs=1e-6)
    assert loop.reach(119.8, 29.1, 4).road_km == pytest.approx(3.0, abs=1e-6)
    twins = Router(build_graph([there, back], oneway=[1, 1], length_m=[1000.0] * 2)).reach(119.805, 29.1, 30)
    assert twins.road_km == pytest.approx(2.0, abs=1e-3)

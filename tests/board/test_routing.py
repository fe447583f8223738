"""Check the nearest squads against networkx on the same lattice, and everything that is said where no way can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely
from pyproj import Geod

from data.board import read_squads
from data.routing import Routes
from data.scope import Scope
from data.warehouse import Warehouse, open_warehouse
from errors import UnknownRecord
from geo.speeds import WALK_KMH
from tests.small_county import NOW, build

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return open_warehouse(build(tmp_path_factory.mktemp("county"), count=120))


@pytest.fixture(scope="module")
def routes() -> Routes:
    return Routes()


def minutes_by_networkx(county: Warehouse, start: tuple[float, float], goal: tuple[float, float]) -> float:
    """The quickest way over a graph built from scratch: walked straight to the nearest link, or all the way."""
    graph = nx.Graph()
    lines, entered = [], []
    for geom, kmh in county.rows("SELECT geom, speed_kmh FROM roads"):
        line = shapely.from_wkb(geom)
        a, b = line.coords
        lines.append((line, a, b, kmh))
        graph.add_edge(a, b, minutes=GEOD.line_length(*line.xy) / 1000 / kmh * 60)
    for name, (lon, lat) in (("start", start), ("goal", goal)):
        scale = np.cos(np.radians(lat))
        flat = [shapely.LineString([(x * scale, y) for x, y in line.coords]) for line, *_ in lines]
        point = shapely.Point(lon * scale, lat)
        nearest = int(np.argmin([line.distance(point) for line in flat]))
        _, a, b, kmh = lines[nearest]
        on = flat[nearest].interpolate(flat[nearest].project(point))
        x, y = on.x / scale, on.y
        walk = GEOD.inv(lon, lat, x, y)[2] / 1000 / WALK_KMH * 60
        for end in (a, b):
            graph.add_edge(name, end, minutes=walk + GEOD.inv(x, y, *end)[2] / 1000 / kmh * 60)
        entered.append((nearest, (x, y), walk, kmh))
    (link, here, walk, kmh), (other, there, walk_too, _) = entered
    if link == other:
        graph.add_edge("start", "goal", minutes=walk + GEOD.inv(*here, *there)[2] / 1000 / kmh * 60 + walk_too)
    on_foot = GEOD.inv(*start, *goal)[2] / 1000 / WALK_KMH * 60
    if not graph.has_edge("start", "goal") or graph["start"]["goal"]["minutes"] > on_foot:
        graph.add_edge("start", "goal", minutes=on_foot)
    return float(nx.dijkstra_path_length(graph, "start", "goal", weight="minutes"))


def test_the_nearest_are_those_networkx_finds(county: Warehouse, routes: Routes) -> None:
    free = {squad.code: squad for squad in read_squads(county) if squad.free}
    open_ones = county.rows("SELECT incident_id, lon, lat FROM incidents WHERE state = 'open' ORDER BY 1")
    assert len(open_ones) >= 8
    for incident, lon, lat in open_ones:
        found = routes.nearest(county, str(incident), k=3)
        expected = sorted(
            (minutes_by_networkx(county, (squad.lon, squad.lat), (lon, lat)), code) for code, squad in free.items()
        )
        assert [one.squad.code for one in found.candidates] == [code for _, code in expected]
        for one, (minutes, _) in zip(found.candidates, expected, strict=True):
            # the oracle projects on a plane of its own: a metre of difference in where the road is entered
            assert one.minutes == pytest.approx(minutes, abs=0.03)


def test_the_eta_is_told_against_the_deadline(county: Warehouse, routes: Routes) -> None:
    found = routes.nearest(county, "county:soon")
    first = found.candidates[0]
    assert found.mode == "roads"
    assert found.deadline == NOW + timedelta(minutes=2)
    assert first.minutes is not None
    assert first.eta == NOW + timedelta(minutes=first.minutes)
    assert first.margin == pytest.approx(2 - first.minutes)
    assert first.roads
    lon, lat = county.rows("SELECT lon, lat FROM incidents WHERE incident_id = 'county:soon'")[0]
    assert first.line[0] == pytest.approx((first.squad.lon, first.squad.lat), abs=1e-6)
    assert first.line[-1] == pytest.approx((lon, lat), abs=1e-6)


def test_who_is_there_already_leaves_no_deadline(county: Warehouse, routes: Routes) -> None:
    rows = county.rows("SELECT incident_id FROM incidents WHERE state = 'open' AND on_scene_at IS NOT NULL")
    found = routes.nearest(county, str(rows[0][0]))
    assert found.deadline is None
    assert all(one.margin is None for one in found.candidates)


def test_busy_and_off_duty_squads_are_not_offered(county: Warehouse, routes: Routes) -> None:
    found = routes.nearest(county, "county:soon", k=10)
    assert {one.squad.code for one in found.candidates} == {"S1", "S3", "S5"}
    assert (found.squads, found.free, found.placed) == (5, 3, 3)


def test_without_roads_only_a_distance_is_given(tmp_path: Path) -> None:
    county = open_warehouse(build(tmp_path, count=20, roads=False))
    found = Routes().nearest(county, "county:soon", k=2)
    lon, lat = county.rows("SELECT lon, lat FROM incidents WHERE incident_id = 'county:soon'")[0]
    assert found.mode == "straight"
    free = [squad for squad in read_squads(county) if squad.free]
    expected = sorted((GEOD.inv(squad.lon, squad.lat, lon, lat)[2], squad.code) for squad in free)[:2]
    assert [(one.metres, one.squad.code) for one in found.candidates] == [
        (pytest.approx(metres), code) for metres, code in expected
    ]
    assert all(one.minutes is None and one.eta is None and one.margin is None for one in found.candidates)


def test_an_incident_that_is_not_there_or_not_ones_own_is_refused(county: Warehouse, routes: Routes) -> None:
    with pytest.raises(UnknownRecord):
        routes.nearest(county, "county:none")
    with pytest.raises(UnknownRecord):
        routes.nearest(county, "county:late", scope=Scope("head", frozenset({"T4"})))


def test_networks_are_kept_for_the_versions_asked_last(county: Warehouse) -> None:
    routes = Routes(networks=1)
    first = routes.router(county)
    assert routes.router(county) is first
    other = open_warehouse(county.root)
    other.version = 99
    assert routes.router(other) is not first
    assert routes.router(county) is not first


def test_a_candidate_out_of_reach_says_why(county: Warehouse, routes: Routes) -> None:
    found = routes.nearest(county, "county:soon", k=3, max_minutes=7)
    statuses = {one.squad.code: one.status for one in found.candidates}
    assert statuses["S5"] == "reached"
    assert set(statuses.values()) == {"reached", "beyond"}
    assert replace(found.candidates[-1], squad=found.candidates[0].squad).line == ()

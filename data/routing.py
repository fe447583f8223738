"""Say which free squads reach an incident soonest by road, by what way, and whether before its deadline.

One road network per version is kept in memory; both faces ask here. Which of the squads may *lawfully* act is not
judged here. Where a site has no roads the straight-line distance is given and called that: no minutes are made up.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import numpy as np
import shapely
from pyproj import Geod

from data.board import Squad, read_squads
from data.scope import EVERYONE, Scope
from data.warehouse import Warehouse
from errors import NoRoads, UnknownRecord
from geo.roads import build_graph
from geo.router import Router
from geo.routes import Route

GEOD = Geod(ellps="WGS84")
#: ends of links nearer than this are one junction, where the source names no nodes
SNAP_M = 0.5
#: speed (km/h) of a link whose source and class give none
DEFAULT_KMH = 30.0

#: roads: minutes by road; straight: distance as the crow flies; nowhere: the incident or every squad has no place
Mode = Literal["roads", "straight", "nowhere"]


@dataclass(frozen=True)
class Candidate:
    """One free squad and how it would come. Minutes, ETA and margin only where there is a way by road."""

    squad: Squad
    #: reached, beyond, unreachable, off_road (geo.routes), or straight
    status: str
    metres: float | None
    minutes: float | None
    #: arrival if it leaves now, naive UTC
    eta: datetime | None
    #: minutes between arrival and the deadline; below 0: too late; None: no deadline
    margin: float | None
    #: (lon, lat) from squad to incident; empty where there is no way
    line: tuple[tuple[float, float], ...]
    roads: tuple[str, ...]


@dataclass(frozen=True)
class Nearest:
    """The free squads for one incident, soonest first."""

    incident: str
    lon: float | None
    lat: float | None
    mode: Mode
    now: datetime
    #: until when the first squad must be on scene, naive UTC; None: no arrival clock runs for it
    deadline: datetime | None
    candidates: tuple[Candidate, ...]
    #: how many squads there are, how many of them are free, and of how many of them it is known where they start from
    squads: int
    free: int
    placed: int


class Routes:
    """The road networks of the versions asked about last; safe to share between threads."""

    def __init__(self, *, networks: int = 2) -> None:
        self._kept = networks
        self._lock = threading.Lock()
        self._routers: OrderedDict[tuple[Path, int], Router | None] = OrderedDict()

    def router(self, warehouse: Warehouse) -> Router | None:
        """The router of a version, built on first use; None where the site has no roads."""
        key = (warehouse.root, warehouse.version)
        with self._lock:
            if key not in self._routers:
                self._routers[key] = build_router(warehouse)
                while len(self._routers) > self._kept:
                    self._routers.popitem(last=False)
            self._routers.move_to_end(key)
            return self._routers[key]

    def nearest(
        self,
        warehouse: Warehouse,
        incident: str,
        *,
        k: int = 3,
        max_minutes: float | None = None,
        scope: Scope = EVERYONE,
        now: datetime | None = None,
    ) -> Nearest:
        """The ``k`` free squads soonest at an incident.

        Raises
        ------
        errors.UnknownRecord
            No incident has this id, or the scope does not cover it.
        """
        now = now or warehouse.now()
        lon, lat, deadline = _incident(warehouse, incident, scope)
        squads = read_squads(warehouse, scope=scope, now=now)
        free = [squad for squad in squads if squad.free]
        placed = [squad for squad in free if squad.placed]
        router = self.router(warehouse)
        mode: Mode = "nowhere" if lon is None or lat is None or not placed else "roads" if router else "straight"
        found: Sequence[Candidate] = ()
        if mode != "nowhere":
            assert lon is not None
            assert lat is not None
            if router:
                try:
                    found = _by_road(router, lon, lat, placed, k=k, max_minutes=max_minutes, now=now, deadline=deadline)
                except NoRoads:
                    mode = "straight"
            if mode == "straight":
                found = _straight(lon, lat, placed, k=k)
        return Nearest(incident, lon, lat, mode, now, deadline, tuple(found), len(squads), len(free), len(placed))


def build_router(warehouse: Warehouse) -> Router | None:
    """The router over a version's roads, its search compiled; None where there are none."""
    rows = warehouse.rows(
        "SELECT geom, oneway, length_m, speed_kmh, name, from_node, to_node FROM roads "
        "WHERE geom IS NOT NULL ORDER BY link"
    )
    if not rows:
        return None
    geom, oneway, length, speed, names, start, end = zip(*rows, strict=True)
    lines = shapely.from_wkb(list(geom))
    named = all(node is not None for node in (*start, *end)) and (shapely.get_type_id(lines) == 1).all()
    graph = build_graph(
        lines,
        oneway=[code or 0 for code in oneway],
        length_m=_floats(length, np.nan),
        speed_kmh=_floats(speed, DEFAULT_KMH),
        names=names,
        nodes=(start, end) if named else None,
        snap_m=0.0 if named else SNAP_M,
    )
    router = Router(graph, largest_only=True)
    router.warm_up()
    return router


def _floats(column: Sequence[object], missing: float) -> np.ndarray:
    return np.array([missing if value is None else value for value in column], dtype=np.float64)


def _incident(warehouse: Warehouse, incident: str, scope: Scope) -> tuple[float | None, float | None, datetime | None]:
    """Where an incident is, and its arrival deadline where that clock still counts (nobody on scene yet)."""
    seen, values = scope.sql()
    rows = warehouse.rows(
        "SELECT lon, lat, CASE WHEN needs_arrival AND on_scene_at IS NULL THEN arrival_due_at END"
        f" FROM incidents WHERE incident_id = ? AND {seen}",
        [incident, *values],
    )
    if not rows:
        raise UnknownRecord("there is no incident {id}, or it is not yours to see", id=incident)
    return rows[0]  # type: ignore[return-value]


def _by_road(
    router: Router,
    lon: float,
    lat: float,
    squads: Sequence[Squad],
    *,
    k: int,
    max_minutes: float | None,
    now: datetime,
    deadline: datetime | None,
) -> list[Candidate]:
    places = (np.array([squad.lon for squad in squads]), np.array([squad.lat for squad in squads]))
    routes = router.nearest(lon, lat, places, k=k, max_minutes=max_minutes)
    return [_candidate(squads[route.squad], route, now=now, deadline=deadline) for route in routes[:k]]


def _candidate(squad: Squad, route: Route, *, now: datetime, deadline: datetime | None) -> Candidate:
    if route.status != "reached" or route.line is None:
        return Candidate(squad, route.status, None, None, None, None, (), ())
    eta = now + timedelta(minutes=route.minutes)
    margin = (deadline - eta).total_seconds() / 60 if deadline else None
    line = tuple((float(x), float(y)) for x, y in route.line.coords)
    return Candidate(squad, route.status, route.metres, route.minutes, eta, margin, line, route.roads)


def _straight(lon: float, lat: float, squads: Sequence[Squad], *, k: int) -> list[Candidate]:
    x, y = np.array([squad.lon for squad in squads]), np.array([squad.lat for squad in squads])
    metres = GEOD.inv(x, y, np.full(len(x), lon), np.full(len(x), lat))[2]
    order = np.argsort(metres, kind="stable")[:k]
    return [
        Candidate(
            squads[i], "straight", float(metres[i]), None, None, None, ((float(x[i]), float(y[i])), (lon, lat)), ()
        )
        for i in order
    ]

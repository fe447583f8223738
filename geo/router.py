"""Answer road questions on one network: who is nearest, how long, which way, how far in so many minutes."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from errors import BadQuestion, NoRoads
from geo.reach import Reach, Spread, reaches
from geo.roads import RoadGraph
from geo.routes import Route, ask, not_reached, route_of, search, spread_out, with_walk
from geo.search import MAX_MINUTES, TICKS_PER_MINUTE, Floats, Workspace
from geo.snap import NO_ENDS, Snapped, Snapper, arrivals, departures
from geo.speeds import WALK_KMH

Points = Snapped | tuple[npt.ArrayLike, npt.ArrayLike]


class Router:
    """A network made ready for questions; safe to share between threads."""

    def __init__(
        self,
        graph: RoadGraph,
        *,
        access_kmh: float = WALK_KMH,
        max_snap_m: float = 2000.0,
        largest_only: bool = False,
    ) -> None:
        """Index the network.

        Parameters
        ----------
        access_kmh
            Speed between a point and its road, walked straight. Two points no farther from each other than from
            their roads together may also be joined by walking straight.
        max_snap_m
            A point farther than this from any road is off road.
        largest_only
            Put points only on links of the largest strongly connected part, so that a car park drawn apart does not
            cut off who stands in it.

        Raises
        ------
        errors.NoRoads
            The network has no links.
        """
        if not access_kmh > 0:
            raise BadQuestion("a walking speed of {kmh} km/h reaches no road", kmh=access_kmh)
        self.graph = graph
        self._ticks_per_metre = 60 / 1000 / access_kmh * TICKS_PER_MINUTE
        self._snapper = Snapper(graph, max_snap_m=max_snap_m, largest_only=largest_only)
        self._own = threading.local()

    def warm_up(self) -> None:
        """Compile or load all searches now rather than at the first incident."""
        lon, lat = self.graph.coords[0]
        self.nearest(lon, lat, (self.graph.coords[-1:, 0], self.graph.coords[-1:, 1]))
        self.reach(lon, lat, 0.1)

    def snap(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Snapped:
        """Put points on the road; see :meth:`geo.snap.Snapper.snap`. Squads that stand still need it only once."""
        return self._snapper.snap(lon, lat)

    def nearest(
        self, lon: float, lat: float, squads: Points, *, k: int = 5, max_minutes: float | None = None
    ) -> list[Route]:
        """The ``k`` squads soonest at a place, soonest first, the lowest index first at equal time.

        Parameters
        ----------
        lon, lat
            The incident, WGS84 degrees.
        squads
            Their places, snapped or as (lon, lat) arrays.
        k
            How many; at least 1.
        max_minutes
            Look no farther than this; at most, and without it, seven days.

        Returns
        -------
        routes
            ``k`` reached routes; or where fewer are reached, those and then every other squad by index with the
            reason, so that none is silently left out.

        Raises
        ------
        errors.NoRoads
            The incident is farther from any road than allowed.
        errors.BadQuestion
            ``k`` under 1, or minutes below 0 or over seven days.
        """
        if k < 1:
            raise BadQuestion("asked for the nearest {k} squads; ask for at least 1", k=k)
        limit, placed, goal = _limit(max_minutes), self._placed(squads), self._on_road(self.snap(lon, lat))
        pace, work = self._ticks_per_metre, self._workspace()
        leave = with_walk(departures(self.graph, placed), placed.metres, ticks_per_metre=pace)
        question = ask(self.graph, placed, goal, leave=leave, ticks_per_metre=pace)
        answer = search(self.graph, question, work=work, k=min(k, len(placed)), limit=limit)
        routes = [
            route_of(self.graph, squad, question=question, answer=answer, work=work) for squad in answer.order.tolist()
        ]
        return routes if len(routes) == k else routes + not_reached(placed, answer)

    def table(self, incidents: Points, squads: Points, *, max_minutes: float | None = None) -> Floats:
        """Minutes from every squad to every incident, (incidents, squads).

        Infinite where there is no way, it takes longer than ``max_minutes``, or the incident is off road.
        """
        limit, placed, goals = _limit(max_minutes), self._placed(squads), self._placed(incidents)
        pace, work = self._ticks_per_metre, self._workspace()
        leave = with_walk(departures(self.graph, placed), placed.metres, ticks_per_metre=pace)
        minutes = np.full((len(goals), len(placed)), np.inf)
        for i in np.flatnonzero(goals.link >= 0).tolist():
            question = ask(self.graph, placed, goals[i], leave=leave, ticks_per_metre=pace)
            answer = search(self.graph, question, work=work, k=len(placed), limit=limit)
            minutes[i, answer.order] = answer.ticks[answer.order] / TICKS_PER_MINUTE
        return minutes

    def reach(self, lon: npt.ArrayLike, lat: npt.ArrayLike, minutes: float, *, towards: bool = False) -> Reach:
        """The ground one can get to within some minutes of setting out from any of the places given.

        Parameters
        ----------
        lon, lat
            One place or many, WGS84 degrees. Those off road are left aside.
        minutes
            Above 0, at most seven days.
        towards
            Ask instead from where one can get to the places within the minutes (it differs by one-way streets).

        Raises
        ------
        errors.NoRoads
            All places are off road.
        errors.BadQuestion
            Minutes out of range.
        """
        return self.bands(lon, lat, [minutes], towards=towards)[0]

    def bands(
        self, lon: npt.ArrayLike, lat: npt.ArrayLike, minutes: Sequence[float], *, towards: bool = False
    ) -> list[Reach]:
        """Reach for several times, shortest first, each polygon holding the one before; see :meth:`reach`."""
        wanted = sorted(set(minutes))
        if not wanted or not wanted[0] > 0:
            raise BadQuestion("reach needs minutes above 0, got {minutes}", minutes=list(minutes))
        limit, places = _limit(wanted[-1]), self._on_road(self.snap(lon, lat))
        return reaches(self.graph, self._spread(places, limit=limit, towards=towards), minutes=wanted)

    def _spread(self, places: Snapped, *, limit: int, towards: bool) -> Spread:
        """Search outwards from all places at once."""
        pace, work = self._ticks_per_metre, self._workspace()
        arcs = self.graph.arriving if towards else self.graph.leaving
        seeds = (arrivals if towards else departures)(self.graph, places)
        started = with_walk(seeds, places.metres, ticks_per_metre=pace)
        nothing = np.zeros(0, dtype=np.int64)
        spread_out(arcs, started, NO_ENDS, best=nothing, used=nothing, work=work, k=1, limit=limit)
        nodes = np.sort(work.touched[: work.used])
        nodes = nodes[work.cost[nodes] <= limit]
        return Spread(places, seeds, nodes, work.cost[nodes], pace, towards)

    def _placed(self, points: Points) -> Snapped:
        return points if isinstance(points, Snapped) else self.snap(*points)

    def _on_road(self, places: Snapped) -> Snapped:
        """Those of the places that are on a road; none is an error."""
        if not (places.link >= 0).any():
            raise NoRoads(
                "the nearest road is {metres:.0f} m away and at most {limit:.0f} m are walked: no roads are known here",
                metres=float(places.metres.min(initial=np.inf)),
                limit=self._snapper.max_snap_m,
            )
        return places[places.link >= 0]

    def _workspace(self) -> Workspace:
        """This thread's own arrays."""
        if not hasattr(self._own, "work"):
            self._own.work = Workspace.of(nodes=self.graph.nodes, arcs=len(self.graph.leaving.other))
        work: Workspace = self._own.work
        return work


def _limit(max_minutes: float | None) -> int:
    minutes = float(MAX_MINUTES) if max_minutes is None else float(max_minutes)
    if not 0 <= minutes <= MAX_MINUTES:
        raise BadQuestion("{minutes} minutes are below 0 or over seven days", minutes=minutes)
    return int(minutes * TICKS_PER_MINUTE)

"""Search from one incident to the squads, and turn what was found into ways with a line, names and metres.

Dijkstra runs from the incident over reversed arcs and stops when k squads are settled, so its work grows with how near
they are, not with how many there are (Dijkstra 1959; exact, no heuristic).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely

from geo.roads import Arcs, RoadGraph
from geo.search import FAR, MAX_MINUTES, TICKS_PER_MINUTE, Floats, Int32s, Int64s, Workspace, draw, explore, trace
from geo.snap import Ends, Snapped, along_same_link, arrivals

Status = Literal["reached", "beyond", "unreachable", "off_road"]

ON_FOOT = -2
"""Step of a squad that walks straight to the incident."""

SAME_DEGREES = 1e-9
"""A tenth of a millimetre: points nearer than this are drawn as one."""


@dataclass(frozen=True)
class Route:
    """How one squad comes to the incident.

    Attributes
    ----------
    squad
        Index in the squads given.
    status
        ``"reached"``; ``"beyond"``: not within the minutes asked; ``"unreachable"``: no way by the one-way rules;
        ``"off_road"``: the squad is farther from any road than allowed. All but the first have infinite minutes and
        metres and no line.
    minutes, metres
        In all: from the squad to the road, along it, and from the road to the incident.
    walk_metres
        How much of it is off the road.
    line
        LineString from squad to incident, WGS84 degrees.
    roads
        Names along the way, in order, repeats in a row once, nameless stretches left out.
    """

    squad: int
    status: Status
    minutes: float
    metres: float
    walk_metres: float
    line: shapely.LineString | None = field(default=None, compare=False)
    roads: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Question:
    """One incident and the squads that might go.

    Attributes
    ----------
    squads, goal
        Where they stand; ``goal`` is one point.
    leave, enter
        The nodes by which squads leave their links and by which the incident's is entered; ``ticks`` of both
        include the walk to or from the road.
    ticks, step, begin, finish
        What each squad, (s,), takes without passing a node: along the incident's own street, or straight on foot
        (step ``ON_FOOT``); ticks FAR when neither is possible.
    """

    squads: Snapped
    goal: Snapped
    leave: Ends
    enter: Ends
    ticks: Int64s
    step: Int64s
    begin: Floats
    finish: Floats


@dataclass(frozen=True, eq=False)
class Answer:
    """Squads in the order found, the ticks of all, the entry of ``leave`` each used (-1: no node), if all was seen."""

    order: Int32s
    ticks: Int64s
    used: Int64s
    exhausted: bool


def walk_ticks(metres: Floats, *, ticks_per_metre: float) -> Int64s:
    """Ticks to walk some metres, at most seven days."""
    return np.rint(np.minimum(metres * ticks_per_metre, MAX_MINUTES * TICKS_PER_MINUTE)).astype(np.int64)


def with_walk(ends: Ends, metres: Floats, *, ticks_per_metre: float) -> Ends:
    """Add to each end its owner's walk to the road."""
    walk = walk_ticks(metres, ticks_per_metre=ticks_per_metre)
    return Ends(ends.owner, ends.node, ends.ticks + walk[ends.owner], ends.step, ends.share)


def ask(graph: RoadGraph, squads: Snapped, goal: Snapped, *, leave: Ends, ticks_per_metre: float) -> Question:
    """Prepare the search for one incident; ``leave`` already includes the squads' walk."""
    ticks, step, begin, finish = along_same_link(graph, squads, goal)
    same = ticks < FAR
    ticks[same] += walk_ticks(squads.metres[same], ticks_per_metre=ticks_per_metre)
    ticks[same] += walk_ticks(goal.metres, ticks_per_metre=ticks_per_metre)
    apart = np.hypot(squads.x - goal.x, squads.y - goal.y)
    on_foot = walk_ticks(apart, ticks_per_metre=ticks_per_metre)
    better = (apart <= squads.metres + goal.metres) & (on_foot < ticks)
    ticks[better], step[better] = on_foot[better], ON_FOOT
    enter = with_walk(arrivals(graph, goal), goal.metres, ticks_per_metre=ticks_per_metre)
    return Question(squads, goal, leave, enter, ticks, step, begin, finish)


def search(graph: RoadGraph, question: Question, *, work: Workspace, k: int, limit: int) -> Answer:
    """Settle the ``k`` soonest squads within ``limit`` ticks."""
    ticks = question.ticks.copy()
    used = np.full(len(ticks), -1, dtype=np.int64)
    found, exhausted = spread_out(
        graph.arriving, question.enter, question.leave, best=ticks, used=used, work=work, k=k, limit=limit
    )
    return Answer(found, ticks, used, exhausted)


def spread_out(
    arcs: Arcs, seeds: Ends, goals: Ends, *, best: Int64s, used: Int64s, work: Workspace, k: int, limit: int
) -> tuple[Int32s, bool]:
    """Run one search in the workspace; returns goals in order, and whether nothing was left to search."""
    work.clear(arcs=len(arcs.other), ends=len(seeds.node) + len(goals.owner) + len(best))
    found = np.zeros(len(best), dtype=np.int32)
    n_found, work.used, exhausted = explore(
        arcs.first, arcs.other, arcs.step, arcs.ticks, seeds.node, seeds.ticks, goals.owner, goals.node, goals.ticks,
        best, used, k, limit, work.cost, work.via, work.touched, work.head, work.heap_cost, work.heap_id, found,
    )  # fmt: skip
    return found[:n_found], exhausted


def route_of(graph: RoadGraph, squad: int, *, question: Question, answer: Answer, work: Workspace) -> Route:
    """Describe the way of one squad found by the last search in this workspace."""
    squads, goal = question.squads, question.goal
    link, begin, finish = _pieces(graph, squad, question=question, answer=answer, work=work)
    road = draw(graph.coords, graph.first, graph.along, link, begin, finish)
    walk = float(squads.metres[squad] + goal.metres[0])
    if answer.used[squad] < 0 and question.step[squad] == ON_FOOT:
        walk = float(np.hypot(squads.x[squad] - goal.x[0], squads.y[squad] - goal.y[0]))
    elif len(road) == 0:
        road = np.array([[goal.road_lon[0], goal.road_lat[0]]])
    here = np.array([squads.lon[squad], squads.lat[squad]])
    there = np.array([goal.lon[0], goal.lat[0]])
    return Route(
        squad=squad,
        status="reached",
        minutes=float(answer.ticks[squad]) / TICKS_PER_MINUTE,
        metres=walk + float((graph.metres[link] * np.abs(finish - begin)).sum()),
        walk_metres=walk,
        line=_joined(here, road, there),
        roads=_names(graph, link),
    )


def not_reached(squads: Snapped, answer: Answer) -> list[Route]:
    """The squads the last search did not come to, by index, each with the reason."""
    missing: Status = "unreachable" if answer.exhausted else "beyond"
    rest = np.setdiff1d(np.arange(len(squads)), answer.order).tolist()
    return [Route(i, "off_road" if squads.link[i] < 0 else missing, np.inf, np.inf, np.inf) for i in rest]


def _pieces(
    graph: RoadGraph, squad: int, *, question: Question, answer: Answer, work: Workspace
) -> tuple[Int64s, Floats, Floats]:
    """The links a squad takes, in order, and the shares of each between which it travels."""
    end = int(answer.used[squad])
    if end < 0:
        at = slice(squad, squad + 1) if question.step[squad] >= 0 else slice(0, 0)
        return question.step[at] >> 1, question.begin[at], question.finish[at]
    leave, enter = question.leave, question.enter
    between, seed = trace(work.via, graph.start, graph.end, int(leave.node[end]))
    step: Int64s = np.concatenate([leave.step[end : end + 1], between, enter.step[seed : seed + 1]])
    begin = (step & 1).astype(np.float64)
    finish = 1.0 - begin
    begin[0], finish[-1] = leave.share[end], enter.share[seed]
    kept = step >= 0
    return step[kept] >> 1, begin[kept], finish[kept]


def _joined(here: Floats, road: Floats, there: Floats) -> shapely.LineString:
    """From a point along the road to a point, without a step too small to see where a point stands on its road."""
    if len(road) and np.abs(road[0] - here).max() < SAME_DEGREES:
        road = road[1:]
    if len(road) and np.abs(road[-1] - there).max() < SAME_DEGREES:
        road = road[:-1]
    return shapely.LineString(np.vstack([here, road, there]))


def _names(graph: RoadGraph, link: Int64s) -> tuple[str, ...]:
    number: npt.NDArray[np.int32] = graph.name[link]
    number = number[number >= 0]
    new = np.concatenate([[True], number[1:] != number[:-1]])[: len(number)]
    return tuple(graph.names[i] for i in number[new])

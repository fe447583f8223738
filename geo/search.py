"""Search a road graph outwards, cheapest first, and draw what was found: the compiled inner loops.

Costs are whole picoseconds (int64). Sums of whole numbers do not depend on their order, so two ways of the same cost
tie exactly, whichever end the search began at; the rounding is under 1e-14 minutes a link. The first call compiles
(about three seconds, once per machine: the result is cached beside this file and loads in 0.2 s);
:meth:`geo.router.Router.warm_up` moves that to the start of a server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

TICKS_PER_MINUTE = 60 * 10**12
MAX_MINUTES = 7 * 24 * 60
FAR = np.iinfo(np.int64).max
"""The cost of what was not reached; more than seven days is never asked, so sums cannot overflow."""

F = TypeVar("F", bound=Callable[..., Any])


def _compiled(function: F) -> F:
    return cast(F, njit(cache=True, nogil=True)(function))


@dataclass
class Workspace:
    """The arrays one search writes to, kept from call to call; one thread at a time may use it."""

    cost: Int64s
    via: Int64s
    touched: Int32s
    head: Int32s
    heap_cost: Int64s
    heap_id: Int32s
    used: int = 0

    @classmethod
    def of(cls, *, nodes: int, arcs: int) -> Workspace:
        """Make room for a graph of this size; ``head`` is -1 and ``cost`` FAR between searches."""
        room = arcs + 64
        return cls(
            cost=np.full(nodes, FAR, dtype=np.int64),
            via=np.zeros(nodes, dtype=np.int64),
            touched=np.zeros(nodes, dtype=np.int32),
            head=np.full(nodes, -1, dtype=np.int32),
            heap_cost=np.zeros(room, dtype=np.int64),
            heap_id=np.zeros(room, dtype=np.int32),
        )

    def clear(self, *, arcs: int, ends: int) -> None:
        """Forget the last search and make room in the heap for one with this many seeds and goals."""
        self.cost[self.touched[: self.used]] = FAR
        self.used = 0
        if len(self.heap_cost) < arcs + ends:
            self.heap_cost = np.zeros(arcs + 2 * ends, dtype=np.int64)
            self.heap_id = np.zeros(arcs + 2 * ends, dtype=np.int32)


@_compiled
def push(heap_cost: Int64s, heap_id: Int32s, size: int, cost: int, item: int) -> int:
    """Add (cost, item) to the binary heap of ``size`` entries; returns the new size."""
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if heap_cost[parent] < cost or (heap_cost[parent] == cost and heap_id[parent] <= item):
            break
        heap_cost[at] = heap_cost[parent]
        heap_id[at] = heap_id[parent]
        at = parent
    heap_cost[at] = cost
    heap_id[at] = item
    return size + 1


@_compiled
def pop(heap_cost: Int64s, heap_id: Int32s, size: int) -> int:
    """Drop the least entry (its cost and item stand at index 0 before the call); returns the new size."""
    size -= 1
    cost = heap_cost[size]
    item = heap_id[size]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        right = child + 1
        if right < size and (
            heap_cost[right] < heap_cost[child]
            or (heap_cost[right] == heap_cost[child] and heap_id[right] < heap_id[child])
        ):
            child = right
        if cost < heap_cost[child] or (cost == heap_cost[child] and item <= heap_id[child]):
            break
        heap_cost[at] = heap_cost[child]
        heap_id[at] = heap_id[child]
        at = child
    heap_cost[at] = cost
    heap_id[at] = item
    return size


@_compiled
def explore(
    first: Int64s,
    other: Int32s,
    step: Int64s,
    ticks: Int64s,
    seed_node: Int32s,
    seed_ticks: Int64s,
    goal_of: Int32s,
    goal_node: Int32s,
    goal_ticks: Int64s,
    best: Int64s,
    best_end: Int64s,
    k: int,
    limit: int,
    cost: Int64s,
    via: Int64s,
    touched: Int32s,
    head: Int32s,
    heap_cost: Int64s,
    heap_id: Int32s,
    found: Int32s,
) -> tuple[int, int, bool]:
    """Dijkstra from the seeds over arcs (CSR ``first, other, step, ticks``) until ``k`` goals are settled.

    Goals enter the heap as items numbered after the nodes, so at equal cost every node comes before any goal and
    goals come lowest first: the order found is by (cost, goal) exactly. ``best`` holds the cost of reaching a goal
    without the graph (FAR where there is none) and afterwards the cost found; ``best_end`` the entry of ``goal_*``
    used, -1 for none. ``via[node]`` becomes the step by which it was reached, or ``-1 - seed``.

    Returns how many goals were found, how many nodes were touched (also those beyond ``limit``), and whether nothing
    was left to search.
    """
    nodes = len(cost)
    n_touched = 0
    size = 0
    following = np.full(len(goal_of), -1, np.int32)
    for end in range(len(goal_of)):
        following[end] = head[goal_node[end]]
        head[goal_node[end]] = end
    for goal in range(len(best)):
        if best[goal] < FAR:
            size = push(heap_cost, heap_id, size, best[goal], nodes + goal)
    for seed in range(len(seed_node)):
        node = seed_node[seed]
        if seed_ticks[seed] < cost[node]:
            if cost[node] == FAR:
                touched[n_touched] = node
                n_touched += 1
            cost[node] = seed_ticks[seed]
            via[node] = -1 - seed
            size = push(heap_cost, heap_id, size, seed_ticks[seed], node)
    n_found = 0
    while size > 0 and n_found < k:
        at = heap_cost[0]
        item = heap_id[0]
        if at > limit:
            break
        size = pop(heap_cost, heap_id, size)
        if item >= nodes:
            if at == best[item - nodes]:
                found[n_found] = item - nodes
                n_found += 1
            continue
        if at > cost[item]:
            continue
        end = head[item]
        while end >= 0:
            goal = goal_of[end]
            total = at + goal_ticks[end]
            if total < best[goal]:
                best[goal] = total
                best_end[goal] = end
                size = push(heap_cost, heap_id, size, total, nodes + goal)
            end = following[end]
        for arc in range(first[item], first[item + 1]):
            node = other[arc]
            total = at + ticks[arc]
            if total < cost[node]:
                if cost[node] == FAR:
                    touched[n_touched] = node
                    n_touched += 1
                cost[node] = total
                via[node] = step[arc]
                size = push(heap_cost, heap_id, size, total, node)
    for end in range(len(goal_of)):
        head[goal_node[end]] = -1
    return n_found, n_touched, size == 0


@_compiled
def trace(via: Int64s, start: Int32s, end: Int32s, node: int) -> tuple[Int64s, int]:
    """Follow ``via`` from a node towards the seeds of a search over arriving arcs; steps in the order travelled.

    Returns the steps (2 x link as drawn, + 1 against) and the seed they end at.
    """
    n = 0
    at = node
    while via[at] >= 0:
        n += 1
        at = end[via[at] >> 1] if via[at] & 1 == 0 else start[via[at] >> 1]
    steps = np.empty(n, np.int64)
    for i in range(n):
        steps[i] = via[node]
        node = end[via[node] >> 1] if via[node] & 1 == 0 else start[via[node] >> 1]
    return steps, -1 - via[node]


@_compiled
def draw(coords: Floats, first: Int64s, along: Floats, link: Int64s, begin: Floats, finish: Floats) -> Floats:
    """Vertices, shape (n, 2), of pieces of links travelled from one share of their length to another, end to end.

    ``along`` is each vertex's share of its link's length, 0 to 1. A vertex repeated where pieces join is dropped.
    """
    room = 0
    for i in range(len(link)):
        room += first[link[i] + 1] - first[link[i]] + 2
    drawn = np.empty((room, 2), np.float64)
    n = 0
    for i in range(len(link)):
        low, high = first[link[i]], first[link[i] + 1] - 1
        forward = begin[i] <= finish[i]
        n = _point(coords, along, low, high, begin[i], drawn, n)
        for j in range(high - low + 1):
            vertex = low + j if forward else high - j
            share = along[vertex]
            if (forward and begin[i] < share < finish[i]) or (not forward and finish[i] < share < begin[i]):
                n = _append(drawn, n, coords[vertex, 0], coords[vertex, 1])
        n = _point(coords, along, low, high, finish[i], drawn, n)
    return drawn[:n].copy()


@_compiled
def _append(drawn: Floats, n: int, x: float, y: float) -> int:
    if n > 0 and drawn[n - 1, 0] == x and drawn[n - 1, 1] == y:
        return n
    drawn[n, 0] = x
    drawn[n, 1] = y
    return n + 1


@_compiled
def _point(coords: Floats, along: Floats, low: int, high: int, share: float, drawn: Floats, n: int) -> int:
    """Append the point at a share of the link whose vertices are low..high."""
    if share <= 0.0:
        return _append(drawn, n, coords[low, 0], coords[low, 1])
    if share >= 1.0:
        return _append(drawn, n, coords[high, 0], coords[high, 1])
    at = low
    while at < high - 1 and along[at + 1] < share:
        at += 1
    width = along[at + 1] - along[at]
    t = (share - along[at]) / width if width > 0.0 else 0.0
    x = coords[at, 0] + t * (coords[at + 1, 0] - coords[at, 0])
    y = coords[at, 1] + t * (coords[at + 1, 1] - coords[at, 1])
    return _append(drawn, n, x, y)


@_compiled
def project(
    x: Floats, y: Floats, link: Int64s, plane: Floats, coords: Floats, first: Int64s, along: Floats
) -> tuple[Floats, Floats, Floats]:
    """The nearest place of each point (metres on the plane) on its link.

    Returns its share of the link's length (p,), the metres off (p,), and where it is in degrees (p, 2).
    """
    share = np.zeros(len(x))
    metres = np.zeros(len(x))
    place = np.zeros((len(x), 2))
    for i in range(len(x)):
        least = np.inf
        for vertex in range(first[link[i]], first[link[i] + 1] - 1):
            ax, ay = plane[vertex, 0], plane[vertex, 1]
            dx, dy = plane[vertex + 1, 0] - ax, plane[vertex + 1, 1] - ay
            square = dx * dx + dy * dy
            t = 0.0
            if square > 0.0:
                t = min(1.0, max(0.0, ((x[i] - ax) * dx + (y[i] - ay) * dy) / square))
            off = (x[i] - ax - t * dx) ** 2 + (y[i] - ay - t * dy) ** 2
            if off < least:
                least = off
                share[i] = along[vertex] + t * (along[vertex + 1] - along[vertex])
                place[i, 0] = coords[vertex, 0] + t * (coords[vertex + 1, 0] - coords[vertex, 0])
                place[i, 1] = coords[vertex, 1] + t * (coords[vertex + 1, 1] - coords[vertex, 1])
        metres[i] = np.sqrt(least)
    return share, metres, place

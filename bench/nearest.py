"""Time finding the nearest squads by road against networkx and scipy: ``python -m bench.nearest``.

The network is generated: a crooked grid of streets with gaps, one-way streets and three speeds. Squads and incidents
stand on crossings, so that the peers need no splitting of streets. Ours is timed whole (putting the incident on the
road, searching, ordering, drawing each way with its names); the peers only find minutes. One peer is told beforehand
how far the last squad is, which nobody could know.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import networkx
import numpy as np
import shapely
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from geo.roads import RoadGraph, build_graph
from geo.router import Router
from geo.search import TICKS_PER_MINUTE

SEED = 20260101
WEST, SOUTH, STEP = 119.2, 28.9, 0.0015
Ranking = list[tuple[float, int]]


def network(nodes: int) -> RoadGraph:
    """A crooked grid: a tenth of the streets missing, three in ten one-way, 25, 40 or 60 km/h."""
    rng = np.random.default_rng(SEED)
    side = round(nodes**0.5)
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    place = np.stack([WEST + STEP * x, SOUTH + STEP * y], axis=-1) + rng.uniform(-0.3, 0.3, (side, side, 2)) * STEP
    number = np.arange(side * side).reshape(side, side)
    across = np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1)
    along = np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1)
    pairs = np.concatenate([across, along])
    pairs = pairs[rng.random(len(pairs)) > 0.1]
    lines = shapely.linestrings(place.reshape(-1, 2)[pairs])
    return build_graph(
        lines,
        oneway=rng.choice([0, 1, -1], len(pairs), p=[0.7, 0.15, 0.15]),
        speed_kmh=rng.choice([25.0, 40.0, 60.0], len(pairs)),
        names=[f"{i % 997}路" for i in range(len(pairs))],
        nodes=(pairs[:, 0], pairs[:, 1]),
    )


def arcs_backwards(graph: RoadGraph) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """From, to and minutes of every arc turned round, for the peers."""
    tail = np.repeat(np.arange(graph.nodes), np.diff(graph.leaving.first))
    return graph.leaving.other, tail, graph.leaving.ticks / TICKS_PER_MINUTE


def by_networkx(graph: RoadGraph, squads: np.ndarray, k: int) -> Callable[[int], Ranking]:
    """Distances from the incident over turned arcs, then the least of the squads."""
    turned = networkx.DiGraph()
    turned.add_weighted_edges_from(zip(*(column.tolist() for column in arcs_backwards(graph)), strict=True))

    def ranked(node: int) -> Ranking:
        far = networkx.single_source_dijkstra_path_length(turned, node)
        return sorted((far[squad], i) for i, squad in enumerate(squads.tolist()) if squad in far)[:k]

    return ranked


def by_scipy(
    graph: RoadGraph, squads: np.ndarray, k: int, *, told: dict[int, float] | None
) -> Callable[[int], Ranking]:
    """The same through scipy; ``told`` holds how many minutes to look from each incident."""
    start, end, minutes = arcs_backwards(graph)
    turned = sparse.csr_matrix((minutes, (start, end)), shape=(graph.nodes, graph.nodes))

    def ranked(node: int) -> Ranking:
        far = dijkstra(turned, indices=node, limit=told[node] + 1e-6 if told else np.inf)[squads]
        return sorted((minutes, i) for i, minutes in enumerate(far.tolist()) if np.isfinite(minutes))[:k]

    return ranked


def timed(ranked: Callable[[int], Ranking], nodes: list[int]) -> tuple[list[Ranking], np.ndarray]:
    """Answers, and milliseconds each."""
    answers, spent = [], []
    for node in nodes:
        begun = time.perf_counter()
        answers.append(ranked(node))
        spent.append(1000 * (time.perf_counter() - begun))
    return answers, np.array(spent)


def assert_equal(ours: list[Ranking], theirs: list[Ranking], *, who: str) -> None:
    """The same squads in the same order, minutes to 1e-9."""
    for mine, other in zip(ours, theirs, strict=False):
        assert [squad for _, squad in mine] == [squad for _, squad in other], who
        np.testing.assert_allclose([m for m, _ in mine], [m for m, _ in other], rtol=0, atol=1e-9, err_msg=who)


def main(argv: list[str] | None = None) -> None:
    """Print one line per contender: median and 95th percentile in milliseconds, and how many times ours it takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--squads", type=int, default=200)
    parser.add_argument("--k", type=int, default=5)
    parser.add_argument("--incidents", type=int, default=300)
    parser.add_argument("--networkx", type=int, default=20, help="how many of them networkx is asked")
    asked = parser.parse_args(argv)
    begun = time.perf_counter()
    graph = network(asked.nodes)
    built = time.perf_counter()
    router = Router(graph)
    indexed = time.perf_counter()
    router.warm_up()
    warm = time.perf_counter()
    print(f"{graph.nodes:,} nodes, {graph.links:,} links, {asked.squads} squads, k = {asked.k}")
    print(f"lines and graph {built - begun:.2f} s, index {indexed - built:.2f} s, first call {warm - indexed:.2f} s")
    rng = np.random.default_rng(SEED + 1)
    squads = rng.choice(graph.nodes, asked.squads, replace=False)
    placed = router.snap(graph.node_lon[squads], graph.node_lat[squads])
    assert (placed.node == squads).all()
    incidents = rng.choice(graph.nodes, asked.incidents, replace=False).tolist()

    def ours(node: int) -> Ranking:
        routes = router.nearest(graph.node_lon[node], graph.node_lat[node], placed, k=asked.k)
        return [(route.minutes, route.squad) for route in routes if route.status == "reached"]

    answers, spent = timed(ours, incidents)
    told = {node: answer[-1][0] if answer else 0.0 for node, answer in zip(incidents, answers, strict=True)}
    few = incidents[: asked.networkx]
    rows = [("ours, ways drawn", spent)]
    for who, peer, nodes in (
        ("scipy", by_scipy(graph, squads, asked.k, told=None), incidents),
        ("scipy, told how far", by_scipy(graph, squads, asked.k, told=told), incidents),
        ("networkx", by_networkx(graph, squads, asked.k), few),
    ):
        theirs, took = timed(peer, nodes)
        assert_equal(answers, theirs, who=who)
        rows.append((who, took))
    print(f"answers equal on {len(incidents)} incidents (networkx {len(few)})")
    for who, took in rows:
        p50, p95 = np.percentile(took, [50, 95])
        print(f"{who:22s} p50 {p50:9.2f} ms   p95 {p95:9.2f} ms   x{p50 / np.median(spent):.1f}")


if __name__ == "__main__":
    main()

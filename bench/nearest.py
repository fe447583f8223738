"""Time finding the nearest squads by road against networkx, scipy and pandana.

The network is generated: a crooked grid of streets with gaps, one-way streets and three speeds. Squads and incidents
stand on crossings, so that the peers need no splitting of streets. Ours is timed whole (putting the incident on the
road, searching, ordering, drawing each way with its names); the peers only find minutes. One peer is told beforehand
how far the last squad is, which nobody could know.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import networkx
import numpy as np
import shapely
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from bench.environments import NotInstallable, ask_peer
from bench.machine import versions
from bench.report import Goal, Report, arguments, publish
from geo.roads import RoadGraph, build_graph
from geo.router import Router
from geo.search import TICKS_PER_MINUTE

SEED = 20260101
WEST, SOUTH, STEP = 119.2, 28.9, 0.0015
GOAL_MS = 5.0
#: pandana keeps weights as whole numbers up to 4 * 10^9: microminutes leave room for 4,000 minutes
PANDANA_TICKS = 10**6
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


def by_pandana(
    graph: RoadGraph, squads: np.ndarray, k: int, nodes: list[int]
) -> tuple[list[Ranking], np.ndarray]:  # fmt: skip
    """The answers of pandana in its own environment, and milliseconds each (raises NotInstallable)."""
    end, start, minutes = arcs_backwards(graph)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        weight = np.rint(minutes * PANDANA_TICKS)
        np.savez(
            folder / "graph.npz", x=graph.node_lon, y=graph.node_lat, start=start, end=end, weight=weight
        )  # fmt: skip
        np.savez(folder / "ask.npz", squads=squads, incidents=np.array(nodes))
        found = ask_peer("pandana", "pandana_near", [name, str(k)])
        ranked = json.loads((folder / "ranked.json").read_text(encoding="utf-8"))
    answers = [[(length * 1000 / PANDANA_TICKS, squad) for length, squad in one] for one in ranked]
    return answers, 1000 * np.array(found["seconds"])


def assert_equal(ours: list[Ranking], theirs: list[Ranking], *, who: str, atol: float = 1e-9) -> None:
    """The same squads in the same order (or as near as ``atol`` tells apart), minutes to ``atol``."""
    for mine, other in zip(ours, theirs, strict=False):
        np.testing.assert_allclose([m for m, _ in mine], [m for m, _ in other], rtol=0, atol=atol, err_msg=who)
        told_apart = np.diff([m for m, _ in mine], append=np.inf, prepend=-np.inf) > 2 * atol
        for place, ((_, squad), (_, peer)) in enumerate(zip(mine, other, strict=True)):
            assert squad == peer or not (told_apart[place] and told_apart[place + 1]), who


def main(argv: list[str] | None = None) -> None:
    """Print one line per contender: median and 95th percentile in milliseconds, and how many times ours it takes."""
    parser = arguments(__doc__)
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--squads", type=int, default=200)
    parser.add_argument("--k", type=int, default=5)
    parser.add_argument("--incidents", type=int, default=300)
    parser.add_argument("--networkx", type=int, default=20, help="how many of them networkx is asked")
    asked = parser.parse_args(argv)
    if asked.small:
        asked.nodes, asked.squads, asked.incidents, asked.networkx = 2_500, 20, 10, 3
    begun = time.perf_counter()
    graph = network(asked.nodes)
    built = time.perf_counter()
    router = Router(graph)
    indexed = time.perf_counter()
    router.warm_up()
    warm = time.perf_counter()
    rng = np.random.default_rng(SEED + 1)
    squads = rng.choice(graph.nodes, asked.squads, replace=False)
    placed = router.snap(graph.node_lon[squads], graph.node_lat[squads])
    assert (placed.node == squads).all()
    incidents = rng.choice(graph.nodes, asked.incidents, replace=False).tolist()

    def ours(node: int) -> Ranking:
        routes = router.nearest(graph.node_lon[node], graph.node_lat[node], placed, k=asked.k)
        return [(route.minutes, route.squad) for route in routes if route.status == "reached"]

    report = Report(
        "nearest",
        f"The {asked.k} nearest of {asked.squads} squads on {graph.nodes:,} nodes",
        "crooked streets, a tenth missing, three in ten one-way; milliseconds for one incident. Ours draws each way "
        "with its names; the peers only give minutes. One peer is told how far the last squad is.",
        ("", "contender", "incidents", "p50 ms", "p95 ms", "x ours"),
        versions=versions("numba", "networkx", "scipy") | {"pandana": "0.8"},
    )
    answers, spent = timed(ours, incidents)
    rows = [("ours, ways drawn", spent)]
    told = {node: answer[-1][0] if answer else 0.0 for node, answer in zip(incidents, answers, strict=True)}
    for who, peer, nodes in (
        ("scipy", by_scipy(graph, squads, asked.k, told=None), incidents),
        ("scipy, told how far", by_scipy(graph, squads, asked.k, told=told), incidents),
        ("networkx", by_networkx(graph, squads, asked.k), incidents[: asked.networkx]),
    ):
        theirs, took = timed(peer, nodes)
        assert_equal(answers, theirs, who=who)
        rows.append((who, took))
    try:
        theirs, took = by_pandana(graph, squads, asked.k, incidents)
        # each street rounded to a millionth of a minute
        assert_equal(answers, theirs, who="pandana", atol=1e-3)
        rows.append(("pandana, prepared", took))
    except NotInstallable as error:
        report.notes.append(str(error))
    for who, took in rows:
        p50, p95 = np.percentile(took, [50, 95])
        cells = (f"{len(took)}", f"{p50:.2f}", f"{p95:.2f}", f"{p50 / np.median(spent):.1f}")
        report.rows.append(("", who, *cells))
    report.notes += [
        f"{graph.links:,} links; lines and graph {built - begun:.1f} s, index {indexed - built:.1f} s, first call "
        f"{warm - indexed:.1f} s",
        "answers equal on every incident a contender was asked",
    ]
    p95 = float(np.percentile(spent, 95))
    report.goals.append(
        Goal(f"nearest squads on {graph.nodes:,} nodes, p95", f"<= {GOAL_MS:.0f} ms", f"{p95:.2f} ms", p95 <= GOAL_MS)
    )
    publish(report, asked.out)


if __name__ == "__main__":
    main()

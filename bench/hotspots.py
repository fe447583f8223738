"""Time hotspots against esda's local Gi*.

Hexagonal cells in rows, counts drawn from a Poisson law with a hot patch. Both are timed twice: with the neighbours
made ready, as for one more map of the same cells, and from index pairs on. Ours includes the false discovery rate and
the classes; esda gives z and p.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import esda
import numpy as np
from libpysal.graph import Graph
from scipy.stats import false_discovery_control

from bench.machine import versions
from bench.report import Goal, Report, arguments, publish
from geo.hotspots import Neighbours, gi_star

SEED = 20260101
GOAL = 40.0


def cells(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Values, (n,), and neighbour pairs, (m, 2), of hexagons in a block about as wide as it is high."""
    side = round(count**0.5)
    number = np.arange(side * side).reshape(side, side)
    pairs = [(number[:, :-1], number[:, 1:]), (number[:-1], number[1:])]
    # the third neighbour lies left above in even rows, right above in odd ones
    pairs += [(number[:-1:2, 1:], number[1::2, :-1][: len(number[:-1:2])]), (number[1:-1:2, :-1], number[2::2, 1:])]
    linked = np.concatenate([np.column_stack([a.ravel(), b.ravel()]) for a, b in pairs])
    rate = np.full((side, side), 3.0)
    rate[side // 4 : side // 3, side // 4 : side // 3] = 9.0
    return np.random.default_rng(SEED).poisson(rate).astype(float).ravel(), linked


def timed(work: Callable[[], object], *, times: int) -> float:
    """Median milliseconds."""
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        spent.append(1000 * (time.perf_counter() - begun))
    return float(np.median(spent))


def main(argv: list[str] | None = None) -> None:
    """Print both times and their ratio, with the neighbours made ready and from index pairs on."""
    parser = arguments(__doc__)
    parser.add_argument("--cells", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=7)
    asked = parser.parse_args(argv)
    count, times = (2_500, 2) if asked.small else (asked.cells, asked.times)
    values, pairs = cells(count)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]

    def graph() -> Graph:
        return Graph.from_arrays(both[:, 0], both[:, 1], np.ones(len(both))).assign_self_weight(1.0)

    def theirs(weights: Graph) -> esda.G_Local:
        return esda.G_Local(values, weights, transform="B", permutations=0, star=True)

    near, ready = Neighbours.of(pairs, n=len(values)), graph()
    found, peer = gi_star(values, pairs), theirs(ready)
    apart = np.abs(found.z - peer.Zs).max()
    assert apart <= 1e-10
    np.testing.assert_allclose(found.q, false_discovery_control(found.p), rtol=1e-12)
    report = Report(
        "hotspots",
        f"Gi* of {len(values):,} cells",
        "hexagons with a hot patch; milliseconds, median. Ours includes the false discovery rate and the classes, esda "
        "gives z and p.",
        ("", "from", "ours ms", "esda ms", "ratio"),
        versions=versions("esda", "libpysal", "numpy", "scipy"),
    )
    hot = int((found.kind == "hot").sum())
    report.notes.append(f"{len(pairs):,} pairs, {hot:,} cells hot; largest difference in z {apart:.1e}")
    for what, ours_work, their_work in (
        ("neighbours ready", lambda: gi_star(values, near), lambda: theirs(ready)),
        ("index pairs", lambda: gi_star(values, pairs), lambda: theirs(graph())),
    ):
        ours_ms, their_ms = timed(ours_work, times=times), timed(their_work, times=times)
        ratio = their_ms / ours_ms
        report.rows.append(("", what, f"{ours_ms:.1f}", f"{their_ms:.1f}", f"{ratio:.1f}"))
    goal = f"Gi* of {len(values):,} cells against esda, from index pairs on"
    report.goals.append(Goal(goal, f">= {GOAL:.0f}x", f"{ratio:.0f}x", ratio >= GOAL))
    publish(report, asked.out)


if __name__ == "__main__":
    main()

"""Time locating points in areas against shapely's STRtree and geopandas.sjoin: ``python -m bench.locate``.

The layers tile a county with 77 and with 7,700 polygons of 193 vertices each (generated, rough shared borders). Every
contender runs in a process of its own, on the same points; the peers get a part of them, whose answers must first be
equal to the locator's, and are compared by rows a second, best of three runs; the first run (pages still to be given by
the system, compiled code already loaded) is printed beside. Peak memory is what a run adds to points and layer.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple

import geopandas
import numpy as np
import shapely

from geo.locate import Locator

SEED = 20260101
WEST, SOUTH, EAST, NORTH = 119.2, 29.6, 120.0, 30.1
STEPS = 48
SHAPES = {77: (11, 7), 7_700: (110, 70)}
RUNS = 3
GOAL = 40.0


class Run(NamedTuple):
    """One contender: seconds to build and to answer, first and at best; MiB added at the peak; some answers."""

    build: float
    first: float
    best: float
    peak: float
    index: np.ndarray


def layer(columns: int, rows: int) -> np.ndarray:
    """Tile the county with rough polygons, 4 * 48 + 1 vertices each, neighbours sharing their border exactly."""
    rng = np.random.default_rng(SEED)
    share = np.arange(STEPS + 1) / STEPS
    # Within 0.3 of the way to the nearer corner, borders can neither touch nor cross one another.
    room = 0.3 * np.minimum(share, 1 - share)
    level, steep = rough(rng, rows + 1, columns) * room, rough(rng, rows, columns + 1) * room
    level[[0, -1]] = steep[:, [0, -1]] = 0
    areas = []
    for r in range(rows):
        for c in range(columns):
            south = np.column_stack((c + share, r + level[r, c]))
            east = np.column_stack((c + 1 + steep[r, c + 1], r + share))
            north = np.column_stack((c + share, r + 1 + level[r + 1, c]))[::-1]
            west = np.column_stack((c + steep[r, c], r + share))[::-1]
            areas.append(shapely.Polygon(np.vstack((south[:-1], east[:-1], north[:-1], west))))
    scale = np.array([(EAST - WEST) / columns, (NORTH - SOUTH) / rows])
    moved: np.ndarray = shapely.transform(np.array(areas, object), lambda xy: (WEST, SOUTH) + xy * scale)
    assert shapely.is_valid(moved).all()
    assert (shapely.get_num_coordinates(moved) == 4 * STEPS + 1).all()
    return moved


def rough(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Wander between -1 and 1 along each border, as streets and rivers do: waves, the shorter the lower."""
    waves = np.arange(1, STEPS // 2)
    phase = rng.uniform(0, 2 * np.pi, (rows, columns, 1, len(waves)))
    turns = 2 * np.pi * np.arange(STEPS + 1)[:, None] * waves / STEPS
    return (np.sin(turns + phase) / waves).sum(axis=-1) / (1 / waves).sum()


def points(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points all over the county and a little beyond; fewer points are the first of more."""
    x, y = np.random.default_rng(SEED + 1), np.random.default_rng(SEED + 2)
    return x.uniform(WEST - 0.01, EAST + 0.01, count), y.uniform(SOUTH - 0.01, NORTH + 0.01, count)


def codes(count: int) -> list[str]:
    return [f"{i:05d}" for i in range(count)]


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


Ask = Callable[[np.ndarray, np.ndarray], np.ndarray]


def by_locator(areas: np.ndarray, *, threads: int = 1) -> Ask:
    locator = Locator(codes(len(areas)), areas)
    return lambda x, y: locator.locate(x, y, threads=threads).index


def by_strtree(areas: np.ndarray) -> Ask:
    tree = shapely.STRtree(areas)

    def ask(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        point, area = tree.query(shapely.points(x, y), predicate="intersects")
        return lowest(point, area, len(x), len(areas))

    return ask


def by_sjoin(areas: np.ndarray) -> Ask:
    frame = geopandas.GeoDataFrame(geometry=areas, crs="EPSG:4326")

    def ask(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        spots = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(x, y), crs="EPSG:4326")
        joined = geopandas.sjoin(spots, frame, predicate="intersects")
        return lowest(joined.index.to_numpy(), joined["index_right"].to_numpy(), len(x), len(areas))

    return ask


def lowest(point: np.ndarray, area: np.ndarray, count: int, none: int) -> np.ndarray:
    """The lowest area of each point, -1 where there is none."""
    index = np.full(count, none)
    np.minimum.at(index, point, area)
    return np.where(index == none, -1, index)


CONTENDERS: dict[str, Callable[[np.ndarray], Ask]] = {
    "Locator": by_locator,
    "Locator, 2 threads": partial(by_locator, threads=2),
    "shapely STRtree": by_strtree,
    "geopandas.sjoin": by_sjoin,
}


def run(name: str, shape: tuple[int, int], count: int, kept: int) -> Run:
    """Run one contender on the first ``count`` points; called in a process of its own."""
    areas = layer(*shape)
    x, y = points(count)
    CONTENDERS[name](areas[:1])(x[:10], y[:10])
    before, start = peak_mib(), time.perf_counter()
    ask = CONTENDERS[name](areas)
    build, seconds = time.perf_counter() - start, []
    for _ in range(RUNS):
        start = time.perf_counter()
        index = ask(x, y)
        seconds.append(time.perf_counter() - start)
    return Run(build, seconds[0], min(seconds), peak_mib() - before, index[:kept].copy())


def alone(*question: object) -> Run:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(run, *question).result()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=10_000_000, help="for the locator")
    parser.add_argument("--subset", type=int, default=1_000_000, help="for its peers, and proved equal")
    options = parser.parse_args()
    subset = min(options.subset, options.points)
    counts = {name: options.points if name.startswith("Locator") else subset for name in CONTENDERS}
    print(" polygons  contender                 points  build s  first M/s     M/s  x sjoin   MiB")
    for polygons, shape in SHAPES.items():
        alone("Locator", shape, 10, 10)  # compiles on a fresh machine
        runs = {name: alone(name, shape, counts[name], subset) for name in CONTENDERS}
        for name, one in runs.items():
            assert (one.index == runs["geopandas.sjoin"].index).all(), f"{name} and geopandas.sjoin differ"
        base = subset / runs["geopandas.sjoin"].best
        for name, one in runs.items():
            first, best = counts[name] / one.first, counts[name] / one.best
            print(
                f"{polygons:>8}  {name:<20}{counts[name]:>12,}{one.build:>9.3f}{first / 1e6:>11.2f}{best / 1e6:>8.2f}"
                f"{best / base:>9.1f}{one.peak:>6.0f}"
            )
        ratio = options.points / runs["Locator"].best / base
        print(f"{'':>10}{subset:,} equal answers; goal {GOAL:.0f} x sjoin: {'met' if ratio >= GOAL else 'missed'}")


if __name__ == "__main__":
    main()

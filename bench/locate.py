"""Time locating points in areas against geopandas, shapely, DuckDB's spatial extension and SedonaDB.

The layers tile a county with 77 and with 7,700 polygons of 193 vertices each (generated, rough shared borders). Every
contender runs in a process of its own, on the same points; those too slow for all of them get a part, and are compared
by rows a second, best of three runs. Answers are proved equal first, on every point a contender was given.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from bench.environments import NotInstallable, ask_peer
from bench.machine import peak_mib, resident_mib, versions
from bench.report import Goal, Report, arguments, publish
from geo.locate import Locator

SEED = 20260101
WEST, SOUTH, EAST, NORTH = 119.2, 29.6, 120.0, 30.1
STEPS = 48
SHAPES = {77: (11, 7), 7_700: (110, 70)}
RUNS = 3
GOAL = 40.0
#: peak memory allowed: so many times the input, and so many MiB besides
INPUT_TIMES, MIB_BESIDES = 1.5, 300
#: peers in environments of their own: script and environment
FOREIGN = {"SedonaDB": ("sedona_db", "sedona"), "DuckDB spatial": ("duckdb_spatial", "duckdb-spatial")}


class Run(NamedTuple):
    """One contender: points, seconds to build and to answer, MiB at the peak and added by answering, areas found."""

    points: int
    build: float
    first: float
    best: float
    peak: float
    added: float
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


def run(name: str, shapes: list[bytes], count: int) -> Run:
    """Run one contender on areas as WKB and the first ``count`` points; called in a process of its own.

    The areas are made elsewhere: making them takes more memory than locating in them.
    """
    areas = shapely.from_wkb(np.array(shapes, object))
    x, y = points(count)
    CONTENDERS[name](areas[:1])(x[:10], y[:10])
    before, start = resident_mib(), time.perf_counter()
    ask = CONTENDERS[name](areas)
    build, seconds = time.perf_counter() - start, []
    for _ in range(RUNS):
        start = time.perf_counter()
        index = ask(x, y)
        seconds.append(time.perf_counter() - start)
    return Run(count, build, seconds[0], min(seconds), peak_mib(), peak_mib() - before, index)


def alone(name: str, shapes: list[bytes], count: int) -> Run:
    """The same in a process that does nothing else."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(run, name, shapes, count).result()


def foreign(script: str, environment: str, shapes: list[bytes], count: int) -> Run:
    """A peer in an environment of its own; it reads points and areas as Parquet and leaves pairs (raises
    NotInstallable)."""
    x, y = points(count)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pq.write_table(pa.table({"i": np.arange(count), "x": x, "y": y}), folder / "points.parquet")
        layers = {"i": np.arange(len(shapes)), "geom": pa.array(shapes, pa.binary())}
        pq.write_table(pa.table(layers), folder / "areas.parquet")
        found = ask_peer(environment, script, [name, str(RUNS)])
        pairs = pq.read_table(folder / "pairs.parquet")
    index = lowest(pairs["point"].to_numpy(), pairs["area"].to_numpy(), count, len(shapes))
    seconds = found["seconds"]
    return Run(count, 0.0, seconds[0], min(seconds), found["peak_mib"], found["added_mib"], index)


def contest(shape: tuple[int, int], count: int, subset: int, notes: list[str]) -> dict[str, Run]:
    """Every contender on one layer, its answers equal to the locator's; ``notes`` says who could not be had."""
    shapes = shapely.to_wkb(layer(*shape)).tolist()
    alone("Locator", shapes, 10)  # compiles on a fresh machine
    slow = ("shapely STRtree", "geopandas.sjoin")
    runs = {name: alone(name, shapes, subset if name in slow else count) for name in CONTENDERS}
    for name, (script, environment) in FOREIGN.items():
        try:
            runs[name] = foreign(script, environment, shapes, count)
        except NotInstallable as error:
            notes.append(str(error))
    for name, one in runs.items():
        assert (one.index == runs["Locator"].index[: one.points]).all(), f"{name} and Locator differ"
    return runs


def judge(polygons: int, runs: Mapping[str, Run], *, input_mib: float) -> list[Goal]:
    """The goals of one layer: so many times geopandas, ahead of SedonaDB, memory."""
    pace = {name: one.points / one.best for name, one in runs.items()}
    ratio, best = pace["Locator"] / pace["geopandas.sjoin"], max(pace["Locator"], pace["Locator, 2 threads"])
    allowed = INPUT_TIMES * input_mib + MIB_BESIDES
    held = input_mib + max(runs["Locator"].added, runs["Locator, 2 threads"].added)
    where = f"in {polygons:,} polygons"
    sedona = pace.get("SedonaDB")
    return [
        Goal(f"locate {where} against geopandas.sjoin", f">= {GOAL:.0f}x", f"{ratio:.0f}x", ratio >= GOAL),
        Goal(f"locate {where} against SedonaDB, all threads", "> 1x", f"{best / sedona:.1f}x", best > sedona)
        if sedona
        else Goal(f"locate {where} against SedonaDB, all threads", "> 1x", "not installed", None),
        Goal(f"memory {where}: points, shapes and locating, without the interpreter and its libraries",
             f"<= {allowed:.0f} MiB", f"{held:.0f} MiB", held <= allowed),
    ]  # fmt: skip


def main(argv: list[str] | None = None) -> None:
    """Print one line per layer and contender."""
    parser = arguments(__doc__)
    parser.add_argument("--points", type=int, default=10_000_000)
    parser.add_argument("--subset", type=int, default=1_000_000, help="for geopandas and shapely")
    asked = parser.parse_args(argv)
    count = 20_000 if asked.small else asked.points
    subset = min(asked.subset, count)
    report = Report(
        "locate",
        f"Which of 77 and of 7,700 polygons each of {count:,} points lies in",
        "polygons of 193 vertices; rows a second, best of three runs; making points of coordinates is in the time. "
        "SedonaDB and DuckDB use all cores. 'peak' is the whole process, 'added' what locating added to it.",
        ("polygons", "contender", "points", "build s", "first M/s", "best M/s", "x sjoin", "peak MiB", "added MiB"),
        versions=versions("numba", "geopandas", "shapely") | {"sedonadb": "0.5.0", "duckdb (spatial)": "1.5.5"},
    )
    for polygons, shape in SHAPES.items():
        runs = contest(shape, count, subset, report.notes)
        base = subset / runs["geopandas.sjoin"].best
        for name, one in runs.items():
            pace = one.points / one.best
            cells = (f"{one.build:.3f}", f"{one.points / one.first / 1e6:.2f}", f"{pace / 1e6:.2f}")
            tail = (f"{pace / base:.1f}", f"{one.peak:.0f}", f"{one.added:.0f}")
            report.rows.append((f"{polygons:,}", name, f"{one.points:,}", *cells, *tail))
        vertices = polygons * (4 * STEPS + 1)
        report.goals += judge(polygons, runs, input_mib=16 * (count + vertices) / 2**20)
    report.notes = sorted({*report.notes, "answers equal on every point each contender was given"})
    publish(report, asked.out)


if __name__ == "__main__":
    main()

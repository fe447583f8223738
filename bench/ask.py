"""Time the questions of a wall over a million incidents: ``python -m bench.ask``.

A made-up county of 14 townships and 1,078 grids, a million incidents over a year, built into a real version. Every
question is computed anew each time, past the answer cache, from a file that has been read once (warm). First the
figures are proved equal to pandas over the same rows; pandas, with the frame in memory, is also the peer.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from data.build import Staged, build_version
from data.metrics.asking import answer, moment_of, question_of
from data.metrics.plan import Question, plan_of
from data.scope import EVERYONE
from data.site import Site
from data.warehouse import Warehouse, open_warehouse
from words import Words

GOAL_MS = 100.0
NOW = datetime(2026, 1, 1)
SITE = Site(Words("bench", "基准"), "Asia/Shanghai", levels=("township", "grid"), located_level="grid", as_of=NOW)

ROWS = """
    COPY (
        WITH drawn AS (
            SELECT i, TIMESTAMP '2025-01-01' + to_seconds((hash(i, 1) % 31500000)::BIGINT) AS opened_at,
                   (hash(i, 2) % 14)::INTEGER AS town, (hash(i, 3) % 77)::INTEGER AS cell,
                   (hash(i, 4) % 1000) / 1000.0 AS luck, (hash(i, 5) % 3600)::BIGINT AS travel,
                   (hash(i, 6) % 600000)::BIGINT AS work
            FROM range({count}) t(i))
        SELECT 'b:' || i AS incident_id, 'b' AS source, i::VARCHAR AS source_id, 'item' || (i % 60) AS item,
               ['patrol', 'hotline', 'public'][1 + i % 3] AS channel, i % 2 = 0 AS self_found,
               CASE WHEN work < 560000 AND opened_at + to_seconds(work) < TIMESTAMP '2026-01-01'
                    THEN 'closed' ELSE 'open' END AS state,
               opened_at, opened_at + INTERVAL 8 HOUR AS opened_local,
               (opened_at + INTERVAL 8 HOUR)::DATE AS local_date,
               hour(opened_at + INTERVAL 8 HOUR)::TINYINT AS local_hour,
               isodow(opened_at + INTERVAL 8 HOUR)::TINYINT AS weekday,
               i % 3 <> 0 AS needs_arrival, opened_at + INTERVAL 15 MINUTE AS arrival_due_at,
               CASE WHEN luck < 0.9 AND opened_at + to_seconds(travel) < TIMESTAMP '2026-01-01'
                    THEN opened_at + to_seconds(travel) END AS on_scene_at,
               CASE WHEN work < 560000 AND opened_at + to_seconds(work) < TIMESTAMP '2026-01-01'
                    THEN opened_at + to_seconds(work) END AS closed_at,
               opened_at + INTERVAL 5 DAY AS due_at, (i % 40 = 0)::SMALLINT AS reworks, 0::SMALLINT AS reopens,
               (i % 25 = 0)::SMALLINT AS returns, CASE WHEN luck < 0.99 THEN 'unit' END AS owner,
               'S' || i % 60 AS squad,
               119.0 + cell / 100.0 AS lon, 29.0 + town / 10.0 AS lat, 'in' AS located,
               'T' || lpad(town::VARCHAR, 2, '0') AS township,
               'T' || lpad(town::VARCHAR, 2, '0') || lpad(cell::VARCHAR, 3, '0') AS grid,
               []::VARCHAR[] AS faults
        FROM drawn) TO '{path}' (FORMAT parquet)"""

#: the questions a wall and its township table ask
PANELS: list[tuple[str, dict[str, Any]]] = [
    ("volume", {"by": "grid", "since": "last_30_days"}),
    ("volume", {"by": "grid"}),
    ("closure_rate", {"by": "township", "since": "last_7_days"}),
    ("closure_rate", {"by": "township", "since": "2025-01-06", "until": "2025-12-29"}),
    ("on_time_closure_rate", {"by": "grid", "since": "last_90_days"}),
    ("arrival_rate_15", {"by": "township", "since": "last_7_days"}),
    ("arrival_rate_15", {"by": "grid"}),
    ("arrival_p50", {"by": "township"}),
    ("arrival_p90", {"by": "grid", "since": "last_90_days"}),
    ("arrival_p90", {"by": "grid"}),
    ("backlog_open", {"by": "township"}),
    ("overdue_backlog", {"by": "grid"}),
    ("overdue_arrival", {}),
    ("due_soon_30", {}),
    ("ownerless_5", {}),
    ("rework_rate", {"by": "township", "since": "last_30_days"}),
    ("closure_rate", {"by": "week"}),
    ("volume", {"by": ("hour", "weekday")}),
    ("volume", {"by": "item", "where": {"township": "T03"}, "since": "last_month"}),
]


def areas() -> pa.Table:
    """Fourteen townships of 77 grids without shapes: only figures are asked."""
    towns = [("township", f"T{town:02d}", None) for town in range(14)]
    grids = [("grid", f"T{town:02d}{cell:03d}", f"T{town:02d}") for town in range(14) for cell in range(77)]
    rows = [*towns, *grids]
    codes = pa.array([row[1] for row in rows], pa.string())
    columns = {
        "level": pa.array([row[0] for row in rows], pa.string()),
        "code": codes,
        "parent": pa.array([row[2] for row in rows], pa.string()),
        "name_zh": codes,
        "name_en": codes,
        "kind": pa.nulls(len(rows), pa.string()),
        "geom": pa.nulls(len(rows), pa.binary()),
    }
    for name in ("km2", "label_lon", "label_lat"):
        columns[name] = pa.nulls(len(rows), pa.float64())
    columns["repairs"] = pa.nulls(len(rows), pa.string())
    return pa.table(columns)


def build(folder: Path, count: int) -> Warehouse:
    """Build a version with ``count`` incidents."""
    path = folder / "incidents.parquet"
    with duckdb.connect() as connection:
        connection.execute(ROWS.format(count=count, path=path))
    build_version(folder / "place", Staged(area_shapes=areas(), upsert={"incidents": [path]}, site=SITE.rows()))
    return open_warehouse(folder / "place")


def timed(work: Callable[[], object], *, times: int) -> np.ndarray:
    """Milliseconds of each of ``times`` runs, after one that does not count."""
    work()
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        spent.append(1000 * (time.perf_counter() - begun))
    return np.array(spent)


def question(warehouse: Warehouse, metric: str, asked: dict[str, Any]) -> Question:
    """The panel's question."""
    given = {"by": None, "where": None, "since": None, "until": None, **asked}
    return question_of(warehouse, metric, moment=moment_of(warehouse, None), asked=False, scope=EVERYONE, **given)


def against_pandas(warehouse: Warehouse, times: int) -> None:
    """Two questions by pandas over the same rows in memory: equal figures, then both times."""
    frame = warehouse.frame("SELECT * FROM incidents")

    def closure() -> pd.Series:
        due = frame[(frame["due_at"] <= NOW) & frame["state"].isin(["open", "closed"])]
        closed = (due["state"] == "closed") & (due["closed_at"] <= NOW)
        return closed.groupby(due["grid"]).mean()

    def p90() -> pd.Series:
        over = frame["needs_arrival"] & (frame["arrival_due_at"] <= NOW) & (frame["on_scene_at"] <= NOW)
        seconds = (frame["on_scene_at"] - frame["opened_at"])[over].dt.total_seconds()
        return seconds.groupby(frame["grid"][over]).quantile(0.9)

    for metric, peer in (("closure_rate", closure), ("arrival_p90", p90)):
        asked = question(warehouse, metric, {"by": "grid"})
        found = {row.group: row.value for row in answer(warehouse, asked).rows if row.n}
        expected = peer()
        assert set(found) == set(expected.index)
        assert np.allclose([found[group] for group in expected.index], expected.to_numpy(), rtol=1e-12)
        ours = np.median(timed(lambda asked=asked: answer(warehouse, asked), times=times))
        theirs = np.median(timed(peer, times=max(3, times // 5)))
        print(f"{metric} by 1,078 grids: {ours:.1f} ms; pandas {theirs:.1f} ms: {theirs / ours:.1f} times")


def main(argv: list[str] | None = None) -> None:
    """Print every panel's time and where it read, and whether the slowest keeps the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=15)
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        warehouse = build(Path(folder), given.incidents)
        print(f"{given.incidents:,} incidents built in {time.perf_counter() - begun:.0f} s")
        against_pandas(warehouse, given.times)
        slowest = 0.0
        for metric, asked in PANELS:
            panel = question(warehouse, metric, asked)
            spent = timed(lambda panel=panel: answer(warehouse, panel), times=given.times)
            slowest = max(slowest, float(np.median(spent)))
            read = plan_of(warehouse, panel).cube or "facts"
            words = " ".join(f"{key}={value}" for key, value in asked.items())
            print(f"{np.median(spent):7.1f} ms  p95 {np.quantile(spent, 0.95):7.1f}  {read:12s} {metric} {words}")
        print(f"slowest panel {slowest:.1f} ms, goal {GOAL_MS:.0f} ms: {'kept' if slowest <= GOAL_MS else 'MISSED'}")


if __name__ == "__main__":
    main()

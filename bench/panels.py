"""Time the panels of the wall at 10^5, 10^6 and, with ``--large``, 10^7 incidents.

Warehouses are generated straight through the builder. The clock moves on by one step between two looks, so that no
answer is remembered from the look before: what is timed is asking and drawing, warm, as the first viewer of each moment
gets it. Before, counts and rates of several metrics are proved equal to a recount of the rows in pandas.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from bench.county import NOW, build_county
from bench.machine import versions
from bench.report import Goal, Report, arguments, publish
from dashboard.wall import incidents, marks
from dashboard.wall.map import picture
from dashboard.wall.numbers import block, room_numbers
from dashboard.wall.townships import STRIP_METRICS, TABLE_METRICS, compare, strip, table_rows
from data.board import Board, read_board
from data.metrics.asking import STEP_SECONDS, ask
from data.warehouse import Warehouse, open_warehouse

SIZES = (100_000, 1_000_000)
#: takes some ten minutes, 4 GB of disk and 12 GB of memory to build
LARGE = 10_000_000
LOOKS = 40
GOAL_MS = 100.0
#: p50 may grow by this power of the number of incidents; 1 would be in proportion to it
GOAL_SLOPE = 0.2
FRAME = {"lang": "zh", "theme": "dark"}
PERIOD = "last_30_days"

#: what a panel is drawn from: the warehouse, and what is going on now, which all panels of a moment share
Panel = Callable[[Warehouse, Board], object]
BOARD = "what is going on now, for all panels"


def numbers(warehouse: Warehouse, board: Board) -> object:
    """The seven numbers and the worst incidents."""
    blocks = [block(number) for number in room_numbers(warehouse, board, lang="zh")]
    return blocks, incidents.rows(board, warehouse.site, "zh")


def points(warehouse: Warehouse, board: Board) -> object:
    """Open incidents, squads and stations on the map."""
    return marks.incident_marks(board, warehouse.site, "zh"), marks.squad_marks(board.squads, "zh")


def shaded(metric: str, level: str, *, hotspots: bool = False, period: str = PERIOD) -> Panel:
    """The map of one metric."""
    return lambda warehouse, board: picture(
        warehouse, metric=metric, level=level, period=period, hotspots=hotspots, frame=FRAME
    )


def foot(warehouse: Warehouse, board: Board) -> object:
    """The strip along the foot."""
    compared = compare(warehouse, STRIP_METRICS, level="township", period=PERIOD)
    return strip(compared, lang="zh", period=PERIOD, level="乡镇")


def table(period: str) -> Panel:
    """The township table: eight metrics."""
    return lambda warehouse, board: table_rows(compare(warehouse, TABLE_METRICS, level="township", period=period), "zh")


PANELS: dict[str, Panel] = {
    "numbers and worst incidents": numbers,
    "marks on the map": points,
    "map: arrival rate by township": shaded("arrival_rate_15", "township"),
    "map: arrival rate by grid": shaded("arrival_rate_15", "grid"),
    "map: backlog by grid": shaded("backlog_open", "grid"),
    "map: volume and hotspots, 0.7 km² cells": shaded("volume", "cell8", hotspots=True),
    "strip: 3 metrics by township": foot,
    "table: 8 metrics, 30 days": table(PERIOD),
    "table: 8 metrics, two years": table("all"),
}


class Moving:
    """A clock that stands still until it is moved on by one step of the answers' memory."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The moment, naive UTC."""
        return self.now

    def move(self) -> None:
        """On by one step."""
        self.now += timedelta(seconds=STEP_SECONDS)


class Timed(NamedTuple):
    """Milliseconds of one panel: the first look of all, then the middle and the 95th percentile, and asked again."""

    first: float
    p50: float
    p95: float
    again: float


def milliseconds(panel: Panel, warehouse: Warehouse, board: Board) -> float:
    """One look."""
    begun = time.perf_counter()
    panel(warehouse, board)
    return 1000 * (time.perf_counter() - begun)


def look(root: Path, looks: int) -> dict[str, Timed]:
    """Every panel looked at in turn, many times, the clock moved on between two rounds."""
    clock = Moving()
    warehouse = open_warehouse(root, clock=clock)
    panels: dict[str, Panel] = {BOARD: lambda warehouse, board: read_board(warehouse), **PANELS}
    found: dict[str, list[float]] = {name: [] for name in panels}
    again: dict[str, list[float]] = {name: [] for name in panels}
    for _ in range(looks + 1):
        clock.move()
        board = read_board(warehouse)
        for name, panel in panels.items():
            found[name].append(milliseconds(panel, warehouse, board))
            again[name].append(milliseconds(panel, warehouse, board))
    return {
        name: Timed(each[0], *map(float, np.percentile(each[1:], [50, 95])), float(np.median(again[name][1:])))
        for name, each in found.items()
    }


def local_dates(moments: pd.Series) -> pd.Series:
    """The dates in Shanghai of naive UTC moments."""
    return (moments + pd.Timedelta(hours=8)).dt.date


def prove_equal(root: Path) -> int:
    """Recount five metrics by township in pandas from the rows; how many figures were compared."""
    warehouse = open_warehouse(root, clock=lambda: NOW)
    rows = warehouse.frame(
        "SELECT township, state, needs_arrival, opened_at, local_date, on_scene_at, arrival_due_at, due_at, closed_at "
        "FROM incidents WHERE opened_at >= ? OR state = 'open'",
        [NOW - timedelta(days=60)],
    )
    now = pd.Timestamp(NOW)

    def within(days: pd.Series, since: date | None, until: date | None) -> pd.Series:
        return (days >= (since or date.min)) & (days < (until or date.max))

    def cohorts(since: date | None, until: date | None) -> dict[str, tuple[pd.Series, pd.Series | None]]:
        due_in = within(local_dates(rows.arrival_due_at), since, until)
        arriving = due_in & rows.needs_arrival & (rows.arrival_due_at <= now) & (rows.state != "declined")
        closing = within(local_dates(rows.due_at), since, until) & (rows.due_at <= now) & (rows.state != "declined")
        closed = closing & (rows.state == "closed") & (rows.closed_at <= now)
        is_open = rows.state == "open"
        return {
            "volume": (within(rows.local_date.dt.date, since, until), None),
            "arrival_rate_15": (arriving & (rows.on_scene_at <= rows.arrival_due_at), arriving),
            "on_time_closure_rate": (closed & (rows.closed_at <= rows.due_at), closing),
            "backlog_open": (is_open, None),
            "overdue_backlog": (is_open & (rows.due_at < now), None),
        }

    compared = 0
    for metric in ("volume", "arrival_rate_15", "on_time_closure_rate", "backlog_open", "overdue_backlog"):
        answer = ask(warehouse, metric, by="township", since=PERIOD)
        top, bottom = cohorts(answer.since, answer.until)[metric]
        numerators = rows.township[top].value_counts()
        denominators = None if bottom is None else rows.township[bottom].value_counts()
        for row in answer.rows:
            if row.group is None:
                continue
            assert row.numerator == numerators.get(row.group, 0), (metric, row, numerators.get(row.group, 0))
            if denominators is not None:
                assert row.denominator == denominators.get(row.group, 0), (metric, row)
            compared += 1
    return compared


def slope(sizes: list[int], values: list[float]) -> float:
    """The power of the number of incidents that the time grows by."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def main(argv: list[str] | None = None) -> None:
    """Print one line per panel, its times at each size beside each other."""
    parser = arguments(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--large", action="store_true", help=f"also {LARGE:,} incidents: minutes, 12 GB of memory")
    parser.add_argument("--looks", type=int, default=LOOKS)
    asked = parser.parse_args(argv)
    sizes, looks = (
        ([5_000, 20_000], 3) if asked.small else (sorted([*asked.sizes, *[LARGE] * asked.large]), asked.looks)
    )
    found, proved, built = {}, 0, []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            begun = time.perf_counter()
            root = build_county(Path(name) / "county", size)
            built.append(f"{size:,}: {time.perf_counter() - begun:.0f} s")
            proved += prove_equal(root)
            found[size] = look(root, looks)
    report = Report(
        "panels",
        "The panels of the wall at " + ", ".join(f"{size:,}" for size in sizes) + " incidents",
        f"milliseconds to ask and draw one panel on the server, {looks} looks, the clock moved on between two so that "
        "nothing is remembered but what holds for the whole version. 'first' is the very first look after the "
        "warehouse was opened, 'again' the same look once more within the same ten seconds. Two years of incidents in "
        "14 townships and 728 grids; the newest 400 are open at every size.",
        ("panel", "size", "first ms", "p50 ms", "p95 ms", "again ms", "p50 grows by"),
        versions=versions("duckdb", "dash", "pandas"),
    )
    worst, steepest = 0.0, 0.0
    for name in found[sizes[0]]:
        worst = max(worst, *(found[size][name].p95 for size in sizes))
        steep = slope(sizes, [found[size][name].p50 for size in sizes])
        steepest = max(steepest, steep)
        for i, size in enumerate(sizes):
            grows = f"n^{steep:.2f}" if i == len(sizes) - 1 else ""
            cells = tuple(f"{value:.1f}" for value in found[size][name])
            report.rows.append((name if i == 0 else "", f"{size:,}", *cells, grows))
    report.notes += [f"{proved} figures equal to a recount in pandas", f"warehouse built in {'; '.join(built)}"]
    report.goals += [
        Goal("slowest panel, p95, warm", f"<= {GOAL_MS:.0f} ms", f"{worst:.0f} ms", worst <= GOAL_MS),
        Goal("growth of a panel's p50 with the number of incidents n", f"<= n^{GOAL_SLOPE}", f"n^{steepest:.2f}",
             steepest <= GOAL_SLOPE),
    ]  # fmt: skip
    publish(report, asked.out)


if __name__ == "__main__":
    main()

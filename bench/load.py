"""Time loading a dirty GB18030 CSV end to end against pandas and geopandas: ``python -m bench.load``.

Both are started as a person would start them, ``python -m etl load`` and ``python -m bench.plain_load``, and timed from
start to end, imports and all, one after the other in turn. First their results are proved equal: every accepted row
with its times, words, position, areas and cells; every rejected row with its faults; every finding.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import duckdb

from bench.dirty import write_source
from bench.machine import versions
from bench.report import Goal, Report, arguments, publish
from data.versions import folder_of, read_pointer

GOAL = 10.0
ROOT = Path(__file__).parents[1]
#: a column of the warehouse and the same thing in the peer's file
EQUAL = {
    "incident_id": "id", "opened_at": "opened_at", "opened_local": "opened_local", "closed_at": "closed_at",
    "closed_local": "closed_local", "item": "item", "channel": "channel", "state": "state", "lon": "lon", "lat": "lat",
    "stated_area": "stated", "words": "words", "address": "address", "local_date": "local_date::DATE",
    "local_hour": "local_hour", "weekday": "weekday", "arrival_due_at": "arrival_due_at", "township": "township",
    "grid": "grid", "areas_n": "areas_n", "cell9": "cell9", "cell8": "cell8", "cell7": "cell7",
}  # fmt: skip
#: exit codes of the loader that mean that it loaded: all rows, all but the rejected
LOADED = (0, 1)


class Run(NamedTuple):
    """One start of one contender."""

    seconds: float
    cpu: float
    peak_mib: float


def start(*command: str, allowed: tuple[int, ...] = (0,)) -> Run:
    """Run a module of ours in a process of its own and take its time, processor time and peak memory."""
    begun = time.perf_counter()
    whole = [sys.executable, "-m", *command]
    with subprocess.Popen(whole, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        said = process.stderr.read() if process.stderr else b""
        # what this child used, not all children so far
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begun
    if process.returncode not in allowed:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said.decode()}")
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def ours(source: Path, into: Path) -> Run:
    """The loader, into a fresh place."""
    return start("etl", "load", str(source / "site.yaml"), "--into", str(into), "--quiet", allowed=LOADED)


def theirs(source: Path, into: Path) -> Run:
    """The plain script."""
    return start("bench.plain_load", str(source), str(into))


def warehouse(place: Path) -> Path:
    """The DuckDB file of a loaded place."""
    pointer = read_pointer(place)
    assert pointer is not None, place
    return folder_of(place) / pointer.file


def prove_equal(place: Path, peer: Path) -> tuple[int, int]:
    """Compare everything both wrote, row by row; the numbers of accepted rows and of rejects."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{warehouse(place)}' AS ours (READ_ONLY)")
        connection.execute(f"ATTACH '{peer / 'warehouse.duckdb'}' AS theirs (READ_ONLY)")
        left, right = ", ".join(EQUAL), ", ".join(EQUAL.values())
        pairs = {
            "accepted rows": (f"SELECT {left} FROM ours.incidents", f"SELECT {right} FROM theirs.incidents"),
            "rejects": ('SELECT "row", fault FROM ours.rejects', 'SELECT "row", fault FROM theirs.rejects'),
            "findings": ("SELECT id, fault FROM ours.findings", "SELECT id, fault FROM theirs.findings"),
        }
        for what, (one, other) in pairs.items():
            for first, second in ((one, other), (other, one)):
                differ = connection.execute(f"SELECT count(*) FROM ({first} EXCEPT ALL {second})").fetchall()[0][0]
                assert differ == 0, f"{differ} {what} differ"
        counts = connection.execute(
            "SELECT (SELECT count(*) FROM ours.incidents), (SELECT count(*) FROM ours.rejects)"
        ).fetchall()[0]
    return int(counts[0]), int(counts[1])


def main(argv: list[str] | None = None) -> None:
    """Print one line per contender."""
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=3)
    asked = parser.parse_args(argv)
    count, times = (3_000, 1) if asked.small else (asked.rows, asked.times)
    report = Report(
        "load",
        f"Loading {count:,} dirty rows end to end",
        "one GB18030 CSV, 728 grids of 193 vertices; parse, judge, drop repeated rows, locate, index, write a sorted "
        "DuckDB file. Whole processes, imports included, in turn; best run. Ours also writes the books, the cubes and "
        "the copies it keeps for undoing and reloading.",
        ("", "contender", "best s", "median s", "rows/s", "cpu s", "peak MiB"),
        versions=versions("duckdb", "pandas", "geopandas", "h3"),
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "source"
        write_source(source, count)
        runs: dict[str, list[Run]] = {"python -m etl load": [], "pandas + geopandas": []}
        for turn in range(times):
            runs["python -m etl load"].append(ours(source, folder / f"ours{turn}"))
            runs["pandas + geopandas"].append(theirs(source, folder / f"theirs{turn}"))
            accepted, rejected = prove_equal(folder / f"ours{turn}", folder / f"theirs{turn}")
    for who, each in runs.items():
        best, middle = min(each), sorted(each)[len(each) // 2]
        pace = f"{count / best.seconds:,.0f}"
        cells = (f"{best.seconds:.1f}", f"{middle.seconds:.1f}", pace, f"{best.cpu:.1f}", f"{best.peak_mib:.0f}")
        report.rows.append(("", who, *cells))
    report.notes.append(f"equal: {accepted:,} accepted rows in {len(EQUAL)} columns, {rejected:,} rejects, findings")
    ratio = min(runs["pandas + geopandas"]).seconds / min(runs["python -m etl load"]).seconds
    report.goals.append(
        Goal("load dirty rows against pandas + geopandas", f">= {GOAL:.0f}x", f"{ratio:.1f}x", ratio >= GOAL)
    )
    publish(report, asked.out)


if __name__ == "__main__":
    main()

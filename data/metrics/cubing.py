"""Decide which questions a coarse cube answers exactly as the facts would.

Cubes hold what the version knows at its end, by whole weeks: so they answer only questions asked as of a moment after
all of it, over whole weeks, by and within what they keep. Every other question reads the facts.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from data.metrics.memo import memo_of
from data.periods import utc_of

if TYPE_CHECKING:
    from data.metrics.plan import Question
    from data.warehouse import Warehouse

#: cube -> the UTC column of its clock
CUBES = {"cube_opened": "opened_at", "cube_due": "due_at", "cube_arrival": "arrival_due_at"}

#: grouping or filter -> its expression over a cube
COLUMNS = {
    **{key: f"fact.{key}" for key in ("province", "city", "county", "township", "item", "week")},
    "domain": "item.domain",
}


def cube_columns(key: str) -> str:
    """The expression of a grouping over a cube; KeyError where the cubes do not have it."""
    return COLUMNS[key]


def fits_cube(warehouse: Warehouse, question: Question) -> bool:
    """Whether the metric's cube gives exactly what the facts would."""
    cube = question.of.cube
    if cube is None or not set(question.by) <= set(COLUMNS):
        return False
    if not {key for key, _ in question.chosen} <= set(COLUMNS) - {"week"}:
        return False
    if any(day is not None and day.weekday() != 0 for day in (question.period.since, question.period.until)):
        return False
    if not {cube.numerator, cube.denominator} <= _columns_of(warehouse, cube.table):
        return False
    known, clock_end = _ends(warehouse, cube.table)
    if clock_end is None:
        return False
    if question.moment is None:
        return True
    return question.moment >= known and question.moment >= _last_counted(question.period.until, clock_end, warehouse)


def _last_counted(until: date | None, clock_end: datetime, warehouse: Warehouse) -> datetime:
    """The last moment the cube counts within the period: all of it must have passed when the question is asked."""
    if until is None:
        return clock_end
    return min(clock_end, utc_of(until, warehouse.site.zone) - timedelta(microseconds=1))


def _columns_of(warehouse: Warehouse, cube: str) -> frozenset[str]:
    """The columns of a cube in this version: an older version may lack some, or the cube."""

    def read() -> frozenset[str]:
        rows = warehouse.rows("SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [cube])
        return frozenset(str(row[0]) for row in rows)

    return memo_of(warehouse, "names").get(("columns", cube), read)


def _ends(warehouse: Warehouse, cube: str) -> tuple[datetime, datetime | None]:
    """The last moment the version knows of anything, and the last of the cube's clock; None where nothing is in it."""
    return memo_of(warehouse, "names").get(("ends", cube), lambda: _read_ends(warehouse, cube))


def _read_ends(warehouse: Warehouse, cube: str) -> tuple[datetime, datetime | None]:
    columns = ("opened_at", "closed_at", "on_scene_at", "handled_at", "dispatched_at")
    known, end = warehouse.rows(
        f"SELECT greatest({', '.join(f'max({c})' for c in columns)}), max({CUBES[cube]}) FROM incidents"
    )[0]
    known = known if isinstance(known, datetime) else datetime.combine(date.min, time())
    return known, end if isinstance(end, datetime) else None

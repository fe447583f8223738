"""Count a unit's incidents by hour and weekday, and by H3 cell and week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from data.metrics.asking import ask
from data.metrics.memo import memo_of
from data.metrics.naming import first_day
from data.scope import Scope
from data.weekly.units import Unit
from data.weekly.weeks import Week, moment_at_end

if TYPE_CHECKING:
    from data.warehouse import Warehouse

#: weeks the cell map can be moved through
CELL_WEEKS = 26
#: a unit smaller than this (km²) is shown in cells of 0.1 km², a larger one than that in cells of 5, else of 0.7
SMALL_KM2, LARGE_KM2 = 25.0, 2500.0
#: rows from Monday to Sunday, 24 hours each
Hours = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class CellWeeks:
    """Incidents by cell for each week: cells in hexadecimal text; a cell that is not named counts none."""

    size: str
    weeks: tuple[Week, ...]
    counts: tuple[dict[str, int], ...]


def hours_of(warehouse: Warehouse, unit: Unit, week: Week, *, now: datetime, scope: Scope) -> Hours:
    """Incidents first reported in the week, by weekday and hour of the site's clock."""
    answer = ask(
        warehouse, "volume", by=("weekday", "hour"), where=unit.where, since=week.start, until=week.until,
        as_of=moment_at_end(warehouse.site, week, now), scope=scope,
    )  # fmt: skip
    found = {row.group: int(row.value or 0) for row in answer.rows}
    return tuple(tuple(found.get((str(day), str(hour)), 0) for hour in range(24)) for day in range(1, 8))


def cell_size(warehouse: Warehouse, unit: Unit) -> str:
    """The H3 cells that show a unit with neither a handful of cells nor thousands."""
    sql = "SELECT km2 FROM area_versions WHERE level = ? AND code = ? AND valid_to IS NULL AND km2 IS NOT NULL"
    key = ("km2", unit.level, unit.code)
    km2 = memo_of(warehouse, "names").get(
        key, lambda: [float(str(row[0])) for row in warehouse.rows(sql, [unit.level, unit.code])]
    )
    if not km2:
        return "cell8"
    return "cell9" if km2[0] < SMALL_KM2 else "cell7" if km2[0] > LARGE_KM2 else "cell8"


def cells_of(
    warehouse: Warehouse, unit: Unit, week: Week, *, first: Week | None, now: datetime, scope: Scope
) -> CellWeeks:
    """Incidents by cell for the weeks up to ``week``."""
    size = cell_size(warehouse, unit)
    weeks = [week.before(back) for back in range(CELL_WEEKS - 1, -1, -1)]
    weeks = [one for one in weeks if first is None or one >= first.before(1)] or [week]
    answer = ask(
        warehouse, "volume", by=("week", size), where=unit.where, since=weeks[0].start, until=week.until,
        as_of=moment_at_end(warehouse.site, week, now), scope=scope,
    )  # fmt: skip
    held: dict[Week, dict[str, int]] = {one: {} for one in weeks}
    for row in answer.rows:
        at, cell = row.group if isinstance(row.group, tuple) else (None, None)
        if at is not None and cell is not None:
            held[Week(first_day("week", at))][cell] = int(row.value or 0)
    return CellWeeks(size, tuple(weeks), tuple(held[one] for one in weeks))

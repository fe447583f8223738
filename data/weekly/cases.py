"""Read the incidents behind a value: those late, overdue or repeated, each with its place, item, owner and stage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from data.filters import filter_clause, moment_clause, period_clause, scope_clause
from data.metrics.groupings import GROUPINGS
from data.metrics.memo import memo_of
from data.metrics.naming import text_of
from data.metrics.registry import METRICS
from data.metrics.sql import bound_in, fill, read_sql, rules, source_sql
from data.periods import Period
from data.scope import Scope
from data.weekly.stages import OF_MEASURE, STAGES, stage_of
from data.weekly.units import Unit

if TYPE_CHECKING:
    from data.warehouse import Warehouse


class Case(NamedTuple):
    """One incident a value counts against the unit."""

    id: str
    repeat_of: str | None
    opened_at: datetime
    place: str | None
    item: str | None
    owner: str | None
    stage: str | None


def cases_of(
    warehouse: Warehouse, measure: str, unit: Unit, *, since: date, until: date, moment: datetime,
    usual: Mapping[str, float], scope: Scope,
) -> tuple[Case, ...]:  # fmt: skip
    """What ``measure`` counts against ``unit`` between two local days, as of ``moment``, by time of report.

    A state (超期) has no period: what it is at the moment. ``usual`` is what :func:`usual_of` gave.
    """
    key = (measure, unit, since, until, moment, tuple(sorted(usual.items())), scope)

    def read() -> tuple[Case, ...]:
        rows = _rows(warehouse, "weekly_cases", measure, unit, Period(since, until), moment, scope)
        place = GROUPINGS[unit.place]
        return tuple(
            Case(
                row[0], row[1], row[2], text_of(place, row[11]), row[9], row[10] or None,
                stage_of(row[2], row[3:9], usual, stages=OF_MEASURE[measure]),
            )
            for row in rows
        )  # fmt: skip

    return memo_of(warehouse, "weekly cases").get(key, read, weigh=len)


def usual_of(
    warehouse: Warehouse, measure: str, unit: Unit, *, since: date, until: date, moment: datetime, scope: Scope
) -> dict[str, float]:
    """The usual seconds of each stage over a unit's past; a stage nobody recorded is left out."""
    key = (measure, unit, since, until, moment, scope)

    def read() -> dict[str, float]:
        rows = _rows(warehouse, "weekly_usual", measure, unit, Period(since, until), moment, scope)
        return {stage: value for stage, value in zip(STAGES, rows[0], strict=True) if value is not None}

    return memo_of(warehouse, "weekly usual").get(key, read)


def _rows(
    warehouse: Warehouse, file: str, measure: str, unit: Unit, period: Period, moment: datetime, scope: Scope
) -> list[tuple[Any, ...]]:
    """The rows of one SQL file of this package, with the very clauses the metric would be asked by."""
    metric = METRICS[measure]
    clauses = [scope_clause(scope), moment_clause(moment, warehouse.site.zone, state=metric.when is None)]
    # the usual pace of a state is that of what fell due in the period
    when = metric.when or (metric.of.clocks["due"] if file == "weekly_usual" else None)
    if when is not None:
        clauses.append(period_clause(when, period, warehouse.site.zone))
    clauses += [filter_clause(warehouse, metric.of, key, [code]) for key, code in unit.where.items()]
    where = " AND ".join(clause.sql for clause in clauses)
    place = metric.of.columns[unit.place]
    sql = fill(read_sql(file), facts=source_sql(metric.of, [where]), where=where, place=place, **rules())
    values = {name: value for clause in clauses for name, value in clause.values.items()} | {"measure": measure}
    with warehouse.cursor() as cursor:
        return cursor.execute(sql, bound_in(sql, values)).fetchall()

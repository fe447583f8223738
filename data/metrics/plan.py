"""Turn a resolved question into SQL over the facts or over a cube, with its values and its sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from data.filters import Chosen, Clause, filter_clause, moment_clause, period_clause, scope_clause
from data.metrics.cubing import cube_columns, fits_cube
from data.metrics.facts import Clock, Fact
from data.metrics.groupings import TIME_SQL
from data.metrics.memo import memo_of
from data.metrics.metric import Metric
from data.metrics.registry import METRICS
from data.metrics.sql import bound_in, fill, read_sql, rules, source_sql
from data.periods import Period, local_sql
from data.scope import Scope

if TYPE_CHECKING:
    from data.warehouse import Warehouse


@dataclass(frozen=True)
class Question:
    """A question with everything relative resolved: equal questions over one version have equal answers."""

    metric: str
    by: tuple[str, ...]
    chosen: Chosen
    period: Period
    #: naive UTC; None where the answer does not depend on it
    moment: datetime | None
    #: the site's date at the moment of asking
    today: date
    scope: Scope

    @property
    def of(self) -> Metric:
        """The metric asked for."""
        return METRICS[self.metric]


@dataclass(frozen=True)
class Plan:
    """A query ready to run, and what it restricts in words."""

    sql: str
    values: Mapping[str, Any]
    clauses: tuple[Clause, ...]
    #: the cube it reads, or empty
    cube: str = ""


def plan_of(warehouse: Warehouse, question: Question, *, cubes: bool = True) -> Plan:
    """The query for ``question``; from a cube where one holds the same counts and ``cubes`` allows it."""
    clauses = _clauses(warehouse, question)
    cube = question.of.cube
    if cubes and cube and fits_cube(warehouse, question):
        return _from_cube(question, clauses)
    return _from_facts(warehouse, question, clauses)


def _clauses(warehouse: Warehouse, question: Question) -> tuple[Clause, ...]:
    metric, zone = question.of, warehouse.site.zone
    clauses = [scope_clause(question.scope)]
    if metric.when is not None:
        clauses.append(period_clause(metric.when, question.period, zone))
    clauses += [filter_clause(warehouse, metric.of, key, codes) for key, codes in question.chosen]
    if question.moment is not None:
        known = "" if metric.as_of else metric.of.known
        clauses.append(moment_clause(question.moment, zone, state=metric.when is None, known=known))
    return tuple(clauses)


def _from_facts(warehouse: Warehouse, question: Question, clauses: tuple[Clause, ...]) -> Plan:
    metric = question.of
    groups = [group_sql(warehouse, metric, key) for key in question.by]
    where = " AND ".join(clause.sql for clause in clauses)
    sql = fill(
        read_sql(metric.file),
        facts=source_sql(metric.of, [*groups, where]),
        where=where,
        **_grouped(groups),
        **rules(),
    )
    values: dict[str, Any] = {name: value for clause in clauses for name, value in clause.values.items()}
    values |= metric.values
    return Plan(sql, bound_in(sql, values), clauses)


def _from_cube(question: Question, clauses: tuple[Clause, ...]) -> Plan:
    """The same question over weeks already counted: only the period is put differently, on the column ``week``."""
    cube = question.of.cube
    assert cube is not None
    groups = [cube_columns(key) for key in question.by]
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for clause in clauses:
        if not {"since", "until", "as_of"} & set(clause.values) and clause.sql != "TRUE":
            conditions.append(clause.sql)
            values.update(clause.values)
    for name, sign, day in (("since", ">=", question.period.since), ("until", "<", question.period.until)):
        if day is not None:
            conditions.append(f"fact.week {sign} ${name}")
            values[name] = day
    where = " AND ".join(conditions) or "TRUE"
    domain = "LEFT JOIN items AS item ON item.code = fact.item" if "item." in "".join([*groups, where]) else ""
    grouped = _grouped(groups)
    if groups:
        # a cube holds groups in which this metric counts nothing: the facts would not give them either
        grouped["group_by"] += f"\nHAVING sum(fact.{cube.denominator}) > 0"
    sql = fill(
        read_sql("from_cube"),
        facts=f"{cube.table} AS fact {domain}".rstrip(),
        where=where,
        numerator=f"fact.{cube.numerator}",
        denominator=f"fact.{cube.denominator}",
        **grouped,
    )
    return Plan(sql, bound_in(sql, values), clauses, cube.table)


def _grouped(groups: list[str]) -> dict[str, str]:
    listed = "".join(f"{sql} AS g{place}, " for place, sql in enumerate(groups, start=1))
    numbers = ", ".join(str(place) for place in range(1, len(groups) + 1))
    return {"groups": listed.rstrip(), "group_by": f"GROUP BY {numbers}" if groups else ""}


def group_sql(warehouse: Warehouse, metric: Metric, key: str) -> str:
    """The SQL expression of one grouping of a metric."""
    if key not in TIME_SQL:
        return metric.of.columns[key]
    clock = metric.dated_by
    assert clock is not None
    local = clock.local
    if not local:
        first, last = extent(warehouse, metric.of, clock)
        local = local_sql(clock.utc, warehouse.site.zone, first=first, last=last)
    return fill(TIME_SQL[key], local=local)


def extent(warehouse: Warehouse, fact: Fact, clock: Clock) -> tuple[date, date]:
    """The first and last UTC day a clock shows in the facts (read once per version)."""

    def read() -> tuple[date, date]:
        sql = f"SELECT min({clock.utc}), max({clock.utc}) FROM {source_sql(fact, [clock.utc])}"
        first, last = warehouse.rows(sql)[0]
        if not isinstance(first, datetime) or not isinstance(last, datetime):
            return date(2000, 1, 1), date(2000, 1, 1)
        return first.date(), last.date()

    return memo_of(warehouse, "names").get(("extent", fact.key, clock.utc), read)

"""Ask the four values of a weekly page, their comparisons and their past, from the metric registry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from data.metrics.answer import Answer, Row
from data.metrics.asking import ask
from data.metrics.metric import Metric
from data.metrics.naming import first_day
from data.metrics.registry import METRICS
from data.scope import Scope
from data.weekly.limits import MOST, WATCHED, Verdict, judge_counts, judge_shares
from data.weekly.units import TOWNSHIP, Unit
from data.weekly.weeks import Span, Week, moment_at_end
from words import Words

if TYPE_CHECKING:
    from data.warehouse import Warehouse

#: the four values in their order on the page (screens.md)
MEASURES = ("overdue_backlog", "on_time_closure_rate", "arrival_rate_15", "repeat_rate")
#: weeks asked for: the week, those watched before it, and the past
WEEKS = MOST + WATCHED


@dataclass(frozen=True)
class Point:
    """One week of a value: n is its denominator, or for a count the count itself."""

    week: Week
    value: float | None
    numerator: float
    denominator: float


@dataclass(frozen=True)
class Value:
    """One value: this week, last week, the lunar-aligned week a year ago, its weeks, and how it stands.

    ``year`` is None where the data does not reach back so far; ``note`` says why nothing can be said at all.
    """

    metric: Metric
    now: Row
    last: Row
    year: Row | None
    few: tuple[bool, bool, bool]
    verdict: Verdict
    series: tuple[Point, ...]
    note: Words


def ask_of(
    warehouse: Warehouse, measure: str, unit: Unit, span: Week | Span, *, now: datetime, scope: Scope,
    by: str | None = None,
) -> Answer:  # fmt: skip
    """A measure of a unit over a week, as of the end of it: a state is the state at that moment."""
    moment = moment_at_end(warehouse.site, span, now)
    return ask(
        warehouse, measure, by=by, where=unit.where, since=span.start, until=span.until, as_of=moment, scope=scope
    )


def first_week(warehouse: Warehouse, unit: Unit, *, scope: Scope) -> Week | None:
    """The first week that is wholly after the first report; None where there is none."""
    rows = ask(warehouse, "volume", by="week", where=unit.where, scope=scope).rows
    days = [first_day("week", str(row.group)) for row in rows if row.group is not None and row.n]
    return Week(min(days) + timedelta(weeks=1)) if days else None


def value_of(
    warehouse: Warehouse, measure: str, unit: Unit, week: Week, year: Span | None, *, first: Week | None,
    now: datetime, scope: Scope,
) -> Value:  # fmt: skip
    """One value with its comparisons and its verdict; ``first`` is the first week with data."""
    spans: list[Week | Span] = [week, week.before(1)]
    if year is not None and first is not None and year.start >= first.start:
        spans.append(year)
    answers = [ask_of(warehouse, measure, unit, span, now=now, scope=scope) for span in spans]
    rows = [answer.rows[0] for answer in answers]
    few = [answer.is_few(answer.rows[0]) for answer in answers] + [False]
    series = series_of(warehouse, measure, unit, week, first=first, now=now, scope=scope)
    return Value(
        METRICS[measure], rows[0], rows[1], rows[2] if len(rows) > 2 else None, (few[0], few[1], few[2]),
        judge(METRICS[measure], series), series, answers[0].note,
    )  # fmt: skip


def judge(metric: Metric, series: tuple[Point, ...]) -> Verdict:
    """How the last point of a series stands."""
    if not series or series[-1].value is None:
        return Verdict("none")
    up = metric.better == "up"
    if metric.kind == "count":
        return judge_counts([point.numerator for point in series], up_is_better=up)
    return judge_shares([point.numerator for point in series], [point.denominator for point in series], up_is_better=up)


def series_of(
    warehouse: Warehouse, measure: str, unit: Unit, week: Week, *, first: Week | None, now: datetime, scope: Scope
) -> tuple[Point, ...]:
    """The weeks up to ``week``, at most :data:`WEEKS`, from the first with data on."""
    if first is None or week < first:
        return ()
    weeks = [week.before(n) for n in range(WEEKS - 1, -1, -1) if week.before(n) >= first]
    if METRICS[measure].kind == "count":
        rows = [_state_of(warehouse, measure, unit, one, now=now, scope=scope) for one in weeks]
        return tuple(Point(one, row.value, float(row.value or 0), 0.0) for one, row in zip(weeks, rows, strict=True))
    moment = moment_at_end(warehouse.site, week, now)
    answer = ask(
        warehouse, measure, by="week", where=unit.where, since=weeks[0].start, until=week.until, as_of=moment,
        scope=scope,
    )  # fmt: skip
    found = {first_day("week", str(row.group)): row for row in answer.rows if row.group is not None}
    return tuple(_point(one, found.get(one.start)) for one in weeks)


def _state_of(warehouse: Warehouse, measure: str, unit: Unit, week: Week, *, now: datetime, scope: Scope) -> Row:
    """A state at the end of a week; all townships are asked at once, so that the next page finds it remembered."""
    if unit.level != TOWNSHIP:
        return ask_of(warehouse, measure, unit, week, now=now, scope=scope).rows[0]
    moment = moment_at_end(warehouse.site, week, now)
    rows = ask(warehouse, measure, by=TOWNSHIP, as_of=moment, scope=scope).rows
    return next(row for row in rows if row.group == unit.code)


def _point(week: Week, row: Row | None) -> Point:
    if row is None:
        return Point(week, None, 0.0, 0.0)
    return Point(week, row.value, float(row.numerator or 0), float(row.denominator or 0))

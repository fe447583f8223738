"""Put a weekly page together for one township, or the county, and one week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from data.metrics.asking import moment_of
from data.metrics.memo import memo_of
from data.scope import EVERYONE, Scope
from data.weekly.causes import Deterioration, Thing, deterioration_of, things_of
from data.weekly.units import Unit, unit_of
from data.weekly.values import MEASURES, Value, first_week, value_of
from data.weekly.weeks import Span, Week, last_whole_week, span_of, year_ago
from errors import BadQuestion

if TYPE_CHECKING:
    from data.warehouse import Warehouse


@dataclass(frozen=True)
class Weekly:
    """One page.

    Attributes
    ----------
    week, days, last, year
        The week, its days in words, and those of the two it is compared with; ``year`` None outside the almanac.
    running
        The week is not over: it is counted up to ``now``.
    values
        The four values in their order.
    worse
        Those out of their limits for the worse, each with its change by place, item and stage.
    things
        At most three things to be done; none where nothing is out of its limits.
    first
        The first week with data; None where there is none.
    """

    unit: Unit
    week: Week
    days: Span
    last: Span
    year: Span | None
    now: datetime
    running: bool
    values: tuple[Value, ...]
    worse: tuple[Deterioration, ...]
    things: tuple[Thing, ...]
    first: Week | None
    version: int

    @property
    def empty(self) -> bool:
        """Whether nothing at all is known of the week."""
        return self.first is None or self.week.until <= self.first.before(1).start


def weekly(
    warehouse: Warehouse, code: str, *, week: Week | None = None, as_of: datetime | None = None,
    scope: Scope = EVERYONE,
) -> Weekly:  # fmt: skip
    """The weekly page of the township, or wider area, ``code``.

    Parameters
    ----------
    week
        Default: the last week that is over.
    as_of
        The moment of asking, naive UTC; default the warehouse's now.

    Raises
    ------
    NotAllowed
        The area is not within the scope.
    BadQuestion
        No such area, or a week that has not begun.
    """
    unit = unit_of(warehouse, code, scope=scope)
    now = moment_of(warehouse, as_of)
    local = warehouse.site.local(now)
    chosen = week or last_whole_week(warehouse.site, now)
    if chosen.start > local.date():
        raise BadQuestion("{week} has not begun", week=chosen.code)
    running = chosen.until > local.date()
    # a week that is over does not change with the clock: it is put together once
    key = (unit, chosen, scope, now if running else None)
    return memo_of(warehouse, "weekly").get(
        key, lambda: _weekly(warehouse, unit, chosen, now=now, running=running, scope=scope), weigh=lambda _: 500
    )


def _weekly(warehouse: Warehouse, unit: Unit, week: Week, *, now: datetime, running: bool, scope: Scope) -> Weekly:
    first = first_week(warehouse, unit, scope=scope)
    year = _year_ago(week)
    values = tuple(
        value_of(warehouse, measure, unit, week, year, first=first, now=now, scope=scope) for measure in MEASURES
    )
    worse = tuple(
        deterioration_of(warehouse, unit, value, week, now=now, scope=scope)
        for value in values
        if value.verdict.state == "worse"
    )
    return Weekly(
        unit, week, span_of(week), span_of(week.before(1)), year, now, running, values, worse,
        things_of(worse, week), first, warehouse.version,
    )  # fmt: skip


def _year_ago(week: Week) -> Span | None:
    try:
        return year_ago(week)
    except BadQuestion:
        return None

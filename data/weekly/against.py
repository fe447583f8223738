"""Split a value's change against what a person chooses: the past weeks, last week, or the week a year ago."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.metrics.memo import memo_of
from data.metrics.metric import Metric
from data.scope import EVERYONE, Scope
from data.weekly.causes import past_sides, split_of
from data.weekly.change import Change
from data.weekly.limits import OUT, score_against
from data.weekly.report import Weekly
from data.weekly.splits import Side
from data.weekly.values import Value
from data.weekly.weeks import Span, Week, moment_at_end

if TYPE_CHECKING:
    from data.warehouse import Warehouse

#: what a week can be held against
BASES = ("usual", "last", "year")


@dataclass(frozen=True)
class Against:
    """The change of one value against one base, by place, item and stage; empty where a side has nothing.

    ``after`` begins before the week where the value is out of its limits and is held against its past: the change is
    then that since it began.
    """

    value: Value
    base: str
    after: Side
    before: tuple[Side, ...]
    by: Mapping[str, Change]
    #: the places out of their own limits for the worse; only against the past weeks
    out: frozenset[str]


def against(warehouse: Warehouse, page: Weekly, measure: str, base: str, *, scope: Scope = EVERYONE) -> Against:
    """The change of ``measure`` against ``base``."""
    key = (page.unit, page.week, measure, base, scope, page.now if page.running else None)
    return memo_of(warehouse, "weekly changes").get(key, lambda: _against(warehouse, page, measure, base, scope))


def _against(warehouse: Warehouse, page: Weekly, measure: str, base: str, scope: Scope) -> Against:
    value = next(one for one in page.values if one.metric.key == measure)
    worse = next((one for one in page.worse if one.value.metric.key == measure), None)
    if worse is not None and base == "usual":
        return Against(
            value, base, worse.after, worse.past, worse.by, _out(value.metric, worse.by.get(page.unit.place))
        )
    past = past_sides(warehouse, value, page.week, now=page.now)
    split = split_of(warehouse, page.unit, measure, past, scope=scope)
    after = _side(warehouse, page.week, page)
    others: dict[str, Week | Span | None] = {"last": page.week.before(1), "year": page.year if value.year else None}
    chosen = others.get(base)
    before = past if base == "usual" else (_side(warehouse, chosen, page),) if chosen else ()
    told = before and not value.note.en
    changes = {key: split.change(key, before, after) for key in split.keys} if told else {}
    by = {key: one for key, one in changes.items() if one is not None}
    out = _out(value.metric, by.get(page.unit.place)) if base == "usual" else frozenset()
    return Against(value, base, after, before, by, out)


def _out(metric: Metric, change: Change | None) -> frozenset[str]:
    """The places whose share is for the worse beyond its limits, each against its own past; none for a count."""
    if metric.kind == "count" or change is None:
        return frozenset()
    up = metric.better == "up"
    return frozenset(
        part.group
        for part in change.parts
        if part.group is not None and score_against(part.after, part.before, up_is_better=up) < -OUT
    )


def _side(warehouse: Warehouse, span: Week | Span, page: Weekly) -> Side:
    return Side(span.start, span.until, moment_at_end(warehouse.site, span, page.now))

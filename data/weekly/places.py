"""Compare the places of a unit over a week, and find those where the same trouble comes back."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from data.metrics.answer import Answer, Row
from data.metrics.groupings import GROUPINGS
from data.metrics.memo import memo_of
from data.metrics.metric import Metric
from data.metrics.naming import name_group, names_of
from data.scope import Scope
from data.weekly.cases import Case, cases_of
from data.weekly.units import Unit
from data.weekly.values import MEASURES, ask_of
from data.weekly.weeks import Week, moment_at_end
from words import Words

if TYPE_CHECKING:
    from data.warehouse import Warehouse

#: a repeat chain is followed back this many days where a site says nothing
DAYS_BACK = 30
REPEAT = "repeat_rate"


@dataclass(frozen=True)
class Cell:
    """One value of one place: this week with what it was counted from, and last week."""

    metric: Metric
    now: Row | None
    last: Row | None
    few: bool


@dataclass(frozen=True)
class PlaceRow:
    """One place: its code, name, incidents this week and last, and its four values."""

    code: str
    label: Words
    volume: int
    volume_last: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Again:
    """A trouble that came back: place, item, times this week, times since its chain was first seen, and when."""

    place: str | None
    label: Words
    item: Words
    times: int
    chain: int
    first: datetime
    ids: tuple[str, ...]


def places_of(warehouse: Warehouse, unit: Unit, week: Week, *, now: datetime, scope: Scope) -> tuple[PlaceRow, ...]:
    """Every place of the unit with its volume and its four values, in order of code."""
    running = week.until > warehouse.site.local(now).date()
    key = (unit, week, scope, now if running else None)
    return memo_of(warehouse, "weekly places").get(
        key, lambda: _places(warehouse, unit, week, now=now, scope=scope), weigh=lambda rows: len(rows) * 9
    )


def _places(warehouse: Warehouse, unit: Unit, week: Week, *, now: datetime, scope: Scope) -> tuple[PlaceRow, ...]:
    volume = ask_of(warehouse, "volume", unit, week, by=unit.place, now=now, scope=scope)
    before = ask_of(warehouse, "volume", unit, week.before(1), by=unit.place, now=now, scope=scope)
    earlier = {row.group: int(row.value or 0) for row in before.rows}
    values = {measure: _both(warehouse, measure, unit, week, now=now, scope=scope) for measure in MEASURES}
    names = names_of(warehouse, unit.place)
    counted = {row.group: int(row.value or 0) for row in volume.rows}
    codes = {str(code) for code in (*counted, *earlier) if code is not None}
    return tuple(
        PlaceRow(
            code, name_group(names, GROUPINGS[unit.place], code), counted.get(code, 0), earlier.get(code, 0),
            tuple(_cell(values[measure], code) for measure in MEASURES),
        )
        for code in sorted(codes)
    )  # fmt: skip


def _both(
    warehouse: Warehouse, measure: str, unit: Unit, week: Week, *, now: datetime, scope: Scope
) -> tuple[Answer, Answer]:
    """A measure by place, this week and last."""
    weeks = (week, week.before(1))
    this, last = (ask_of(warehouse, measure, unit, one, by=unit.place, now=now, scope=scope) for one in weeks)
    return this, last


def _cell(answers: tuple[Answer, Answer], code: str) -> Cell:
    now, last = (next((row for row in answer.rows if row.group == code), None) for answer in answers)
    return Cell(answers[0].metric, now, last, now is not None and answers[0].is_few(now))


def repeats_of(
    warehouse: Warehouse, unit: Unit, week: Week, *, now: datetime, scope: Scope, most: int = 8
) -> tuple[Again, ...]:
    """The troubles that came back most often this week: by times, then the longer chain, then the earlier first.

    A chain is the incidents that repeat one another, followed back the site's repeat days before the week. It lies
    where its newest repeat lies.
    """
    days = timedelta(days=warehouse.site.repeat_days or DAYS_BACK)
    cases = cases_of(
        warehouse, REPEAT, unit, since=week.start - days, until=week.until,
        moment=moment_at_end(warehouse.site, week, now), usual={}, scope=scope,
    )  # fmt: skip
    begins = warehouse.site.utc(datetime.combine(week.start, datetime.min.time()))
    found = [one for chain in chains(cases) if (one := _again(warehouse, unit, chain, begins)) is not None]
    found.sort(key=lambda one: (-one.times, -one.chain, one.first, one.ids))
    return tuple(found[:most])


def chains(cases: tuple[Case, ...]) -> list[list[Case]]:
    """The repeats joined by what they repeat, each chain in the order given; chains in the order of their first."""
    root: dict[str, str] = {}

    def find(id_: str) -> str:
        while root.setdefault(id_, id_) != id_:
            root[id_] = root[root[id_]]
            id_ = root[id_]
        return id_

    for case in cases:
        if case.repeat_of is not None:
            root[find(case.id)] = find(case.repeat_of)
    joined: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        joined[find(case.id)].append(case)
    return list(joined.values())


def _again(warehouse: Warehouse, unit: Unit, chain: list[Case], begins: datetime) -> Again | None:
    fresh = [case for case in chain if case.opened_at >= begins]
    if not fresh:
        return None
    newest = max(fresh, key=lambda case: (case.opened_at, case.id))
    items = Counter(case.item for case in fresh)
    item = min(items, key=lambda code: (-items[code], code is None, code or ""))
    # the first of a chain repeats one that is no repeat itself
    return Again(
        newest.place, name_group(names_of(warehouse, unit.place), GROUPINGS[unit.place], newest.place),
        name_group(names_of(warehouse, "item"), GROUPINGS["item"], item), len(fresh), len(chain) + 1,
        min(case.opened_at for case in chain), tuple(sorted(case.id for case in fresh)),
    )  # fmt: skip

"""Name the groups of an answer in both languages, and list the groups that exist though nothing happened there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from data.areas import areas_of
from data.metrics.groupings import FAULTS, GROUPINGS, LOCATED, WEEKDAYS, Grouping
from data.metrics.memo import memo_of
from data.periods import Period
from data.schema import TABLES
from enforcement.workflow import CASE_STATES, CHANNELS, INCIDENT_STATES, OUTCOMES, PROCEDURES
from words import Words

if TYPE_CHECKING:
    from data.warehouse import Warehouse

#: groups with words of their own; a source's word that is not listed is shown as it is
LISTED: dict[str, dict[str, Words]] = {
    "channel": {key: Words(*label) for key, label in CHANNELS},
    "outcome": {key: Words(*label) for key, label in OUTCOMES},
    "state": {state.key: Words(*state.label) for state in (*CASE_STATES, *INCIDENT_STATES)},
    "procedure": {key: Words(*label) for key, label in PROCEDURES},
    "located": LOCATED,
    "fault": FAULTS,
    "table": {table.name: table.label for table in TABLES.values()},
}
MOST_DATES = 5000


def label_of_grouping(warehouse: Warehouse, key: str) -> Words:
    """What a grouping is called here: a site may give its levels other names."""
    grouping = GROUPINGS[key]
    return warehouse.site.label(key) if grouping.naming == "area" else grouping.label


def text_of(grouping: Grouping, raw: object) -> str | None:
    """A group as text, from the value the database gave: dates as ISO, weeks as 2026-W05, cells in hexadecimal."""
    if raw is None:
        return None
    if grouping.naming == "cell":
        return f"{raw:x}"
    if isinstance(raw, date):
        if grouping.key == "week":
            year, week, _ = raw.isocalendar()
            return f"{year}-W{week:02d}"
        return f"{raw:%Y-%m}" if grouping.key == "month" else raw.isoformat()
    return str(raw)


def names_of(warehouse: Warehouse, key: str) -> Mapping[str, Words]:
    """The names of all groups of a grouping that have names; a group without one is shown as itself."""
    grouping = GROUPINGS[key]
    if grouping.naming == "area":
        return {code: area.name for code, area in areas_of(warehouse).at.get(key, {}).items()}
    if grouping.naming in ("item", "squad"):
        table = f"{grouping.naming}s"
        return memo_of(warehouse, "names").get(table, lambda: _catalogue(warehouse, table))
    if grouping.naming == "hour":
        return {str(hour): Words(f"{hour:02d}:00", f"{hour:02d}时") for hour in range(24)}
    if grouping.naming == "weekday":
        return {str(day): words for day, words in enumerate(WEEKDAYS, start=1)}
    return LISTED.get(key, {})


def _catalogue(warehouse: Warehouse, table: str) -> dict[str, Words]:
    rows = warehouse.rows(f"SELECT code, name_zh, name_en FROM {table} ORDER BY code")
    return {str(code): Words(str(en or zh or code), str(zh or en or code)) for code, zh, en in rows}


def name_group(names: Mapping[str, Words], grouping: Grouping, group: str | None) -> Words:
    """The words of one group."""
    if group is None:
        return grouping.missing
    return names.get(group) or Words(group, group)


def groups_that_exist(
    warehouse: Warehouse,
    key: str,
    *,
    within: Mapping[str, Collection[str]],
    townships: Collection[str] | None,
    period: Period,
    found: Sequence[str | None],
    today: date,
) -> list[str]:
    """The groups an answer must show even where nothing happened, in order.

    All areas of a level that the filters and the scope leave; all hours and weekdays; every date, week or month of the
    period up to today, or between the first and the last found. Other groupings have no such list.
    """
    naming = GROUPINGS[key].naming
    if naming == "area":
        return areas_left(warehouse, key, within=within, townships=townships)
    if naming in ("hour", "weekday"):
        wanted = within.get(key)
        return [code for code in names_of(warehouse, key) if wanted is None or code in wanted]
    if naming == "time":
        return _dates_left(key, period, [group for group in found if group is not None], today)
    return []


def areas_left(
    warehouse: Warehouse, level: str, *, within: Mapping[str, Collection[str]], townships: Collection[str] | None
) -> list[str]:
    """The areas of ``level`` that filters on any level and the scope leave, in order of code."""
    areas = areas_of(warehouse)
    left = [code for code, area in areas.at[level].items() if not area.ended]
    limits = [(key, codes) for key, codes in within.items() if key in areas.levels]
    if townships is not None and "township" in areas.levels:
        limits.append(("township", townships))
    for other, codes in limits:
        related = set(areas.related(level, to=other, codes=codes))
        left = [code for code in left if code in related]
    return left


def first_day(key: str, group: str) -> date:
    """The first day of a date, week or month group."""
    if key == "week":
        return date.fromisocalendar(int(group[:4]), int(group[6:]), 1)
    return date.fromisoformat(f"{group}-01" if key == "month" else group)


def _dates_left(key: str, period: Period, found: list[str], today: date) -> list[str]:
    days = [first_day(key, group) for group in found]
    start = min([*days, *([period.since] if period.since else [])], default=None)
    bound = min(period.until - timedelta(days=1), today) if period.until else None
    end = max([*days, *([bound] if bound else [])], default=None)
    if start is None or end is None or (end - start).days > MOST_DATES:
        return []
    grouping = GROUPINGS[key]
    every = (start + timedelta(days=n) for n in range((end - start).days + 1))
    groups = (text_of(grouping, day) for day in every)
    return list(dict.fromkeys(group for group in groups if group is not None))

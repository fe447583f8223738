"""Resolve relative periods on the site's wall clock, and bring its days to UTC and back.

A period is two local dates, the second exclusive; either may be missing (without end). Weeks are ISO weeks: Monday to
Sunday. ``now`` is always an argument.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from errors import BadQuestion
from words import Words

Edge = date | str | None


@dataclass(frozen=True)
class Period:
    """Local dates ``[since, until)``; None: without end on that side."""

    since: date | None = None
    until: date | None = None

    def sentence(self, lang: str) -> str:
        """The period as people write it: both days included."""
        last = self.until - timedelta(days=1) if self.until else None
        if self.since and last:
            return f"{self.since}" if self.since == last else f"{self.since} – {last}"
        if self.since:
            return (f"{self.since} 起") if lang == "zh" else f"from {self.since}"
        if last:
            return (f"截至 {last}") if lang == "zh" else f"to {last}"
        return ALL.in_(lang)


ALL = Words("all dates", "全部日期")


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _first(day: date) -> date:
    return day.replace(day=1)


def _last_days(days: int) -> Callable[[date], Period]:
    return lambda today: Period(today - timedelta(days=days - 1), today + timedelta(days=1))


def _week(weeks: int) -> Callable[[date], Period]:
    def of(today: date) -> Period:
        start = _monday(today) + timedelta(weeks=weeks)
        return Period(start, start + timedelta(weeks=1))

    return of


def _day(days: int) -> Callable[[date], Period]:
    return lambda today: Period(today + timedelta(days=days), today + timedelta(days=days + 1))


#: relative word -> its words, and the period it means on a given local day; the last_*_days end with that day
RELATIVE: dict[str, tuple[Words, Callable[[date], Period]]] = {
    "today": (Words("today", "今日"), _day(0)),
    "yesterday": (Words("yesterday", "昨日"), _day(-1)),
    "this_week": (Words("this week", "本周"), _week(0)),
    "last_week": (Words("last week", "上周"), _week(-1)),
    "this_month": (
        Words("this month", "本月"),
        lambda today: Period(_first(today), _first(_first(today) + timedelta(days=32))),
    ),
    "last_month": (
        Words("last month", "上月"),
        lambda today: Period(_first(_first(today) - timedelta(days=1)), _first(today)),
    ),
    "last_7_days": (Words("last 7 days", "近7日"), _last_days(7)),
    "last_30_days": (Words("last 30 days", "近30日"), _last_days(30)),
    "last_90_days": (Words("last 90 days", "近90日"), _last_days(90)),
    "year": (Words("this year", "本年"), lambda today: Period(date(today.year, 1, 1), date(today.year + 1, 1, 1))),
    "last_year": (
        Words("last year", "上年"),
        lambda today: Period(date(today.year - 1, 1, 1), date(today.year, 1, 1)),
    ),
    "all": (Words("all", "全部"), lambda today: Period()),
}


def resolve(since: Edge, until: Edge, *, today: date) -> Period:
    """The period meant by two edges on the local day ``today``.

    An edge is a date, ``YYYY-MM-DD``, a relative word, or None. A relative word alone as ``since`` is its whole range;
    as ``until`` it is the end of its range. Raises BadQuestion on anything else, or when the end is not after the
    start.
    """
    start = _edge(since, today)
    end = _edge(until, today)
    if isinstance(start, Period):
        first, last = start.since, start.until
    else:
        first, last = start, None
    if until is not None:
        last = end.until if isinstance(end, Period) else end
    if first and last and last <= first:
        raise BadQuestion("the period ends ({until}) before it begins ({since})", since=first, until=last)
    return Period(first, last)


def _edge(edge: Edge, today: date) -> Period | date | None:
    if edge is None or edge == "":
        return None
    if isinstance(edge, datetime):
        return edge.date()
    if isinstance(edge, date):
        return edge
    if edge in RELATIVE:
        return RELATIVE[edge][1](today)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", edge):
        try:
            return date.fromisoformat(edge)
        except ValueError:
            pass
    raise BadQuestion("{text} is not a date; write YYYY-MM-DD or one of: {words}", text=edge, words=", ".join(RELATIVE))


def utc_of(day: date, zone: str) -> datetime:
    """The first moment of a local day, naive UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)


def local_of(moment: datetime, zone: str) -> datetime:
    """A naive UTC moment on the wall clock of ``zone``, naive."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@lru_cache(maxsize=64)
def offsets(zone: str, first: date, last: date) -> tuple[tuple[datetime, int], ...]:
    """The offsets of ``zone`` from UTC between two days: (from this UTC moment on, minutes), in order.

    The first entry holds for all earlier moments too, the last for all later ones.
    """
    at = ZoneInfo(zone)

    def minutes(moment: datetime) -> int:
        offset = moment.replace(tzinfo=UTC).astimezone(at).utcoffset()
        assert offset is not None
        return round(offset.total_seconds() / 60)

    day = datetime.combine(first, time())
    end = datetime.combine(last, time()) + timedelta(days=1)
    found = [(day, minutes(day))]
    while day < end:
        following = day + timedelta(days=1)
        if minutes(following) != found[-1][1]:
            low, high = day, following
            while high - low > timedelta(minutes=1):
                middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
                low, high = (middle, high) if minutes(middle) == found[-1][1] else (low, middle)
            found.append((high, minutes(high)))
        day = following
    return tuple(found)


def local_sql(moment: str, zone: str, *, first: date, last: date) -> str:
    """SQL that brings the UTC expression ``moment`` to the wall clock of ``zone``, right between two days.

    Plain arithmetic, so that any engine computes the same: no zone database, no TIMESTAMPTZ.
    """
    steps = offsets(zone, first, last)
    if len(steps) == 1:
        return f"({moment} + INTERVAL '{steps[0][1]}' MINUTE)"
    cases = " ".join(
        f"WHEN {moment} < TIMESTAMP '{start:%Y-%m-%d %H:%M:%S}' THEN INTERVAL '{before[1]}' MINUTE"
        for before, (start, _) in pairwise(steps)
    )
    return f"({moment} + CASE {cases} ELSE INTERVAL '{steps[-1][1]}' MINUTE END)"

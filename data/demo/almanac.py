"""Keep the calendar of the county: lunar days, holidays, market days, exam weeks, typhoons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from data.demo.chance import stream
from data.demo.reference import rows
from errors import BadInput

Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class Calendar:
    """The days of a span, one entry each.

    ``weekday`` is 1 Monday to 7 Sunday, ``working`` as the State Council's notices say, ``lunar_month`` and
    ``lunar_day`` as the almanac (a leap month counts as its namesake), ``storm`` how hard a typhoon blows (0: none).
    """

    day: Days
    weekday: NDArray[np.int64]
    month: NDArray[np.int64]
    of_month: NDArray[np.int64]
    working: NDArray[np.bool_]
    month_end: NDArray[np.bool_]
    lunar_month: NDArray[np.int64]
    lunar_day: NDArray[np.int64]
    storm: NDArray[np.float64]
    holiday: NDArray[np.str_]

    def market(self, last_digits: tuple[int, ...]) -> NDArray[np.bool_]:
        """Whether each day is a market day of a place that trades on lunar days ending like ``last_digits``.

        A place that trades "on threes and eights" (逢三逢八) trades on the 3rd, 8th, 13th, 18th, 23rd and 28th.
        """
        return np.isin(self.lunar_day % 10, [digit % 10 for digit in last_digits])


@cache
def _lunar_months() -> tuple[Days, NDArray[np.int64]]:
    """First days of the lunar months and the months' numbers."""
    table = rows("lunar_months")
    return np.array([row["first_day"] for row in table], "datetime64[D]"), np.array(
        [int(row["lunar_month"]) for row in table]
    )


def lunar(day: Days) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lunar month and day of each day.

    Raises
    ------
    BadInput
        A day outside the years of ``data/reference/lunar_months.csv`` (2016 to 2050).
    """
    first, number = _lunar_months()
    place = np.searchsorted(first, day, side="right") - 1
    if len(day) and (place.min() < 0 or day.max() >= first[-1]):
        raise BadInput(
            "the demo county's almanac covers {first} to {last}; {day} is outside",
            first=first[0], last=first[-1], day=day.min() if place.min() < 0 else day.max(),
        )  # fmt: skip
    return number[place], (day - first[place]).astype(int) + 1


@cache
def notices() -> dict[date, tuple[str, str]]:
    """Days off and made-up working days of the State Council's yearly notices: kind (off, work) and name."""
    return {date.fromisoformat(row["date"]): (row["kind"], row["name"]) for row in rows("holidays")}


def working_days(day: Days) -> NDArray[np.bool_]:
    """Which days are working days; a year without a notice goes by weekends only."""
    working = np.is_busday(day)
    for i, each in enumerate(day.astype(object).tolist()):
        if each in notices():
            working[i] = notices()[each][0] == "work"
    return working


def typhoons(seed: int, first: date, last: date) -> list[tuple[date, float]]:
    """First days and strength (0.5 to 1.5) of the typhoons of a span: one to three a year, July to September."""
    found = []
    for year in range(first.year, last.year + 1):
        rng = stream(seed, "typhoon", year)
        for _ in range(int(rng.integers(1, 4))):
            start = date(year, 7, 10) + timedelta(days=int(rng.integers(0, 75)))
            found.append((start, float(rng.uniform(0.5, 1.5))))
    return sorted((start, strength) for start, strength in found if first <= start <= last)


def calendar(seed: int, first: date, last: date) -> Calendar:
    """The calendar from ``first`` to ``last``, both included."""
    day = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    whole = day.astype(object).tolist()
    month, of_month = lunar(day)
    storm = np.zeros(len(day))
    for start, strength in typhoons(seed, first, last):
        at = (np.datetime64(start) - day[0]).astype(int)
        for after, share in enumerate((0.6, 1.0, 0.5, 0.2)):
            if at + after < len(day):
                storm[at + after] = max(storm[at + after], strength * share)
    tomorrow = [each + timedelta(days=3) for each in whole]
    return Calendar(
        day=day, weekday=np.array([each.isoweekday() for each in whole]), month=np.array([d.month for d in whole]),
        of_month=np.array([d.day for d in whole]), working=working_days(day),
        month_end=np.array([a.month != b.month for a, b in zip(whole, tomorrow, strict=True)]),
        lunar_month=month, lunar_day=of_month, storm=storm,
        holiday=np.array([notices().get(d, ("", ""))[1] if notices().get(d, ("",))[0] == "off" else "" for d in whole]),
    )  # fmt: skip

"""Set the day by which something is to be done: the last working day before the next weekly page is read.

Working days follow the State Council's notices (``data/reference/holidays.csv``). A year without a notice is counted
by weekends only, and the day is marked provisional.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from data.demo.reference import rows
from data.weekly.weeks import Week


class Due(NamedTuple):
    """A day, and whether its year has no notice yet."""

    day: date
    provisional: bool


@cache
def _notices() -> dict[date, str]:
    """Days off and made-up working days: off or work."""
    return {date.fromisoformat(row["date"]): row["kind"] for row in rows("holidays")}


def is_working(day: date) -> bool:
    """Whether a day is a working day."""
    return _notices().get(day, "off" if day.weekday() > 4 else "work") == "work"


def due_after(week: Week) -> Due:
    """The last working day of the week after ``week``; of a week wholly off, the last working day after it began.

    A page about one week is read on the Monday after it, so that what it asks for has that week.
    """
    start = week.until
    ahead = [start + timedelta(days=n) for n in range(6, -1, -1)] + [start + timedelta(days=n) for n in range(7, 30)]
    day = next(day for day in ahead if is_working(day))
    return Due(day, day.year not in {noted.year for noted in _notices()})

"""Count site time in minutes since 1970 on the wall clock, and reckon deadlines in working time.

The county's clock is China Standard Time, which has had no summer time since 1991, so wall-clock minutes are even.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.demo.almanac import working_days

Minutes = NDArray[np.float64]

DAY = 1_440.0
#: office hours in minutes of the day: morning and afternoon
MORNING, AFTERNOON = (510.0, 720.0), (810.0, 1_020.0)
OFFICE = MORNING[1] - MORNING[0] + AFTERNOON[1] - AFTERNOON[0]


def minute_of(moment: datetime | date) -> float:
    """Minutes since 1970 of a naive wall-clock moment."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    return (moment - datetime(1970, 1, 1)) / timedelta(minutes=1)


def moment_of(minute: float) -> datetime:
    """The wall-clock moment, to the second."""
    return datetime(1970, 1, 1) + timedelta(seconds=int(minute * 60))


def to_text(minutes: Minutes) -> pa.Array:
    """``2026-04-15 08:03:12`` for each moment; null for NaN."""
    missing = np.isnan(minutes)
    seconds = np.floor(np.where(missing, 0, minutes) * 60).astype(np.int64)
    return pa.array(seconds, mask=missing).cast(pa.timestamp("s")).cast(pa.string())


class OfficeClock:
    """Working time of a span of days, so that deadlines are looked up instead of counted."""

    def __init__(self, first: date, last: date) -> None:
        """Covers ``first`` to ``last``; moments and deadlines must lie inside."""
        self.start = minute_of(first)
        day = np.arange(np.datetime64(first), np.datetime64(last) + 1)
        self.works = working_days(day)
        self.before = np.concatenate([[0.0], np.cumsum(self.works * OFFICE)])
        self.nth = np.concatenate([[0], np.cumsum(self.works)])
        self.days = np.flatnonzero(self.works)

    def _split(self, at: Minutes) -> tuple[NDArray[np.int64], Minutes]:
        """Days since the start of the span and minutes of the day; NaN counts as the start with NaN minutes."""
        day, rest = np.divmod(at - self.start, DAY)
        return np.where(np.isnan(at), 0, day).astype(np.int64), rest

    def after_hours(self, at: Minutes, hours: Minutes) -> Minutes:
        """The moment when ``hours`` of office time have passed since ``at``."""
        day, rest = self._split(at)
        gone = np.clip(rest - MORNING[0], 0, MORNING[1] - MORNING[0]) + np.clip(
            rest - AFTERNOON[0], 0, AFTERNOON[1] - AFTERNOON[0]
        )
        total = self.before[day] + gone * self.works[day] + hours * 60
        end = np.searchsorted(self.before, total, side="left") - 1
        left = total - self.before[end]
        morning = MORNING[1] - MORNING[0]
        inside = np.where(left <= morning, MORNING[0] + left, AFTERNOON[0] + left - morning)
        return self.start + end * DAY + inside

    def after_days(self, at: Minutes, days: Minutes) -> Minutes:
        """The close of business on the ``days``-th working day after the day of ``at``."""
        day, _ = self._split(at)
        end = self.days[self.nth[day + 1] + days.astype(np.int64) - 1]
        return np.where(np.isnan(at), np.nan, self.start + end * DAY + AFTERNOON[1])

    def open_hours(self, at: Minutes) -> Minutes:
        """``at`` itself by day, else a quarter past the next morning's opening: nobody visits a shop at night.

        Waking hours are 07:30 to 20:00 of any day, weekends too (grid workers take turns).
        """
        day, rest = self._split(at)
        late, early = rest > 1_200, rest < 450
        morning = self.start + (day + late) * DAY + 450 + (rest * 0.37) % 120
        return np.where(late | early, morning, at)

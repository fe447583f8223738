"""Deadlines, against a walk minute by minute through the work week."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.clocks import CLOSES_H, OPENS_H, due_at, utc_of

ZONE = "Asia/Shanghai"
ZONE_AHEAD = timedelta(hours=8)


def at_work(moment: datetime) -> bool:
    return moment.weekday() < 5 and OPENS_H <= moment.hour < CLOSES_H


def walk_hours(start: datetime, hours: float) -> datetime:
    """Count minutes of work one by one."""
    left, moment = round(hours * 60), start
    while left:
        moment += timedelta(minutes=1)
        left -= at_work(moment - timedelta(minutes=1))
    return moment


def walk_days(start: datetime, days: int) -> datetime:
    """Step from weekday to weekday."""
    moment = start
    if moment.weekday() >= 5:
        while moment.weekday() >= 5:
            moment += timedelta(days=1)
        moment = moment.replace(hour=OPENS_H, minute=0)
    for _ in range(days):
        moment += timedelta(days=1)
        while moment.weekday() >= 5:
            moment += timedelta(days=1)
    return moment


def due(start: datetime, amount: float, kind: str, zone: str = ZONE) -> datetime:
    """One deadline, wall clock in, wall clock out (no summer time)."""
    utc = np.array([start - ZONE_AHEAD], "datetime64[us]")
    found = due_at(utc, amount=np.array([amount]), kind=np.array([kind], object), zone=zone)
    return found[0].astype(object) + ZONE_AHEAD


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda m: m.replace(second=0, microsecond=0))


@given(MOMENTS, st.integers(1, 60))
def test_work_days(start: datetime, days: int) -> None:
    assert due(start, days, "work_days") == walk_days(start, days)


@given(MOMENTS, st.integers(1, 200))
def test_work_hours(start: datetime, quarters: int) -> None:
    assert due(start, quarters / 4, "work_hours") == walk_hours(start, quarters / 4)


@pytest.mark.parametrize(
    ("start", "amount", "kind", "wanted"),
    [
        ("2026-03-02T23:50", 15, "minutes", "2026-03-03T00:05"),
        ("2026-03-06T10:00", 2, "days", "2026-03-08T10:00"),
        ("2026-03-06T10:00", 2, "work_days", "2026-03-10T10:00"),
        # Friday 16:30 and an hour of work
        ("2026-03-06T16:30", 1, "work_hours", "2026-03-09T09:30"),
        # a shift that is used up ends that day
        ("2026-03-06T09:00", 8, "work_hours", "2026-03-06T17:00"),
        ("2026-03-07T12:00", 8, "work_hours", "2026-03-09T17:00"),
        ("2026-03-07T12:00", 1, "work_days", "2026-03-10T09:00"),
    ],
)
def test_known_deadlines(start: str, amount: float, kind: str, wanted: str) -> None:
    assert due(datetime.fromisoformat(start), amount, kind) == datetime.fromisoformat(wanted)


def test_no_clock_and_no_start_give_no_deadline() -> None:
    start = np.array(["2026-03-02T00:00", "NaT", "2026-03-02T00:00"], "datetime64[us]")
    found = due_at(start, amount=np.array([np.nan, 5, 5]), kind=np.array(["days", "days", ""], object), zone=ZONE)
    assert np.isnat(found).all()


def test_days_keep_the_wall_clock_over_a_change_to_summer_time() -> None:
    # 2026-03-08 02:00 New York puts its clocks forward: noon to noon is 23 hours
    start = np.array(["2026-03-07T17:00"], "datetime64[us]")
    found = due_at(start, amount=np.array([1.0]), kind=np.array(["days"], object), zone="America/New_York")
    assert found[0] == np.datetime64("2026-03-08T16:00")
    assert utc_of(np.array(["2026-03-08T02:30"], "datetime64[us]"), "America/New_York")[0] == np.datetime64(
        "2026-03-08T07:00"
    )

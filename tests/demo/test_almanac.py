"""The calendar: lunar days, holidays, office hours, each against a source of its own."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from data.demo.almanac import calendar, lunar, working_days
from data.demo.generate import latest_afternoon
from data.demo.moments import AFTERNOON, MORNING, OfficeClock, minute_of, moment_of, to_text
from errors import BadInput

#: festivals as printed in the Purple Mountain Observatory's almanac: lunar month, day, date
FESTIVALS = [
    (1, 1, "2017-01-28"), (1, 1, "2020-01-25"), (1, 1, "2024-02-10"), (1, 1, "2025-01-29"), (1, 1, "2026-02-17"),
    (1, 1, "2027-02-06"), (5, 5, "2025-05-31"), (5, 5, "2026-06-19"), (8, 15, "2025-10-06"), (8, 15, "2026-09-25"),
    (1, 15, "2026-03-03"), (9, 9, "2026-10-18"),
]  # fmt: skip


@pytest.mark.parametrize(("month", "day", "on"), FESTIVALS)
def test_lunar_festivals_fall_on_their_days(month: int, day: int, on: str) -> None:
    assert [part[0] for part in lunar(np.array([on], "datetime64[D]"))] == [month, day]


def test_days_outside_the_almanac_are_refused() -> None:
    for day in ("2015-12-31", "2051-01-01"):
        with pytest.raises(BadInput, match="almanac"):
            lunar(np.array([day], "datetime64[D]"))


def test_market_days_follow_the_lunar_calendar() -> None:
    days = calendar(7, date(2026, 2, 17), date(2026, 3, 18))  # a whole lunar month of 30 days
    assert days.lunar_day.tolist() == list(range(1, 31))
    assert days.lunar_day[days.market((3, 8))].tolist() == [3, 8, 13, 18, 23, 28]
    assert days.lunar_day[days.market((5, 10))].tolist() == [5, 10, 15, 20, 25, 30]
    assert not days.market(()).any()


@pytest.mark.real
def test_working_days_equal_the_notices(shared_data: Path) -> None:
    for year in range(2021, 2027):
        told = json.loads((shared_data / "cn-holiday" / f"{year}.json").read_text(encoding="utf-8"))["days"]
        off = {day["date"]: day["isOffDay"] for day in told}
        days = np.arange(np.datetime64(f"{year}-01-01"), np.datetime64(f"{year + 1}-01-01"))
        expected = [not off.get(str(day), not np.is_busday(day)) for day in days]
        assert working_days(days).tolist() == expected
        festival = np.array([day["date"] for day in told if day["name"] == "春节" and day["isOffDay"]], "datetime64[D]")
        assert [1, 1] in np.stack(lunar(festival), axis=1).tolist()


def _count_minutes(start: float, hours: float) -> float:
    """Office time counted minute by minute: the plain way."""
    at, left = start, hours * 60
    while True:
        day = np.array([moment_of(at).date()], "datetime64[D]")
        clock = at % 1440
        if working_days(day)[0] and (MORNING[0] <= clock < MORNING[1] or AFTERNOON[0] <= clock < AFTERNOON[1]):
            left -= 1
        at += 1
        if left <= 0:
            return at


@pytest.mark.parametrize(
    ("start", "hours"),
    [("2026-02-13 16:00", 4), ("2026-11-20 11:30", 1), ("2026-11-21 09:00", 2), ("2026-09-30 20:00", 9),
     ("2026-04-15 12:30", 8), ("2026-04-15 05:00", 3)],
)  # fmt: skip
def test_office_hours_equal_counting_minutes(start: str, hours: float) -> None:
    at = minute_of(datetime.fromisoformat(start))
    clock = OfficeClock(date(2026, 1, 1), date(2026, 12, 31))
    assert clock.after_hours(np.array([at]), np.array([float(hours)]))[0] == _count_minutes(at, hours)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-20 10:00", 1, "2026-11-23 17:00"),  # Friday to Monday
        ("2026-02-13 10:00", 2, "2026-02-24 17:00"),  # the 14th is made up, then nine days off
        ("2026-09-30 10:00", 3, "2026-10-10 17:00"),  # the 10th, a Saturday, is made up
        ("2026-11-21 10:00", 1, "2026-11-23 17:00"),
    ],
)
def test_working_days_are_counted_from_the_day_after(start: str, days: int, end: str) -> None:
    clock = OfficeClock(date(2026, 1, 1), date(2026, 12, 31))
    at = np.array([minute_of(datetime.fromisoformat(start))])
    assert moment_of(clock.after_days(at, np.array([float(days)]))[0]) == datetime.fromisoformat(end)


def test_nothing_is_due_where_nothing_began() -> None:
    clock = OfficeClock(date(2026, 1, 1), date(2026, 12, 31))
    nothing = np.array([np.nan])
    assert np.isnan(clock.after_days(nothing, np.array([2.0]))[0])
    assert np.isnan(clock.open_hours(nothing)[0])
    assert to_text(nothing).to_pylist() == [None]


def test_nobody_is_visited_at_night() -> None:
    clock = OfficeClock(date(2026, 1, 1), date(2026, 12, 31))
    at = minute_of(date(2026, 5, 5)) + np.arange(0, 2_880, 7.0)
    moved = clock.open_hours(at)
    rest = moved % 1440
    assert ((rest >= 450) & (rest <= 1_200)).all()
    assert (moved >= at).all()
    by_day = (at % 1440 >= 450) & (at % 1440 <= 1_200)
    assert (moved[by_day] == at[by_day]).all()


def test_moments_are_written_to_the_second() -> None:
    moment = datetime(2026, 4, 15, 8, 3, 12)
    assert to_text(np.array([minute_of(moment)])).to_pylist() == ["2026-04-15 08:03:12"]
    assert moment_of(minute_of(moment)) == moment


def test_the_default_end_is_the_latest_working_afternoon() -> None:
    for clock, expected in [
        ("2026-11-21T12:00+00:00", "2026-11-20T16:40"),  # Saturday evening there: Friday
        ("2026-11-20T08:39+00:00", "2026-11-19T16:40"),  # a minute too early
        ("2026-11-20T08:40+00:00", "2026-11-20T16:40"),
        ("2026-10-05T12:00+00:00", "2026-09-30T16:40"),  # the holiday week
        ("2026-10-10T12:00+00:00", "2026-10-10T16:40"),  # a made-up Saturday
    ]:
        assert latest_afternoon(datetime.fromisoformat(clock)) == datetime.fromisoformat(expected)


def test_typhoons_come_in_summer_and_pass() -> None:
    days = calendar(7, date(2024, 1, 1), date(2026, 12, 31))
    stormy = days.storm > 0
    assert 3 <= stormy.sum() <= 40
    assert set(days.month[stormy].tolist()) <= {7, 8, 9}
    assert timedelta(days=int(np.diff(np.flatnonzero(~stormy)).max()) - 1) <= timedelta(days=9)

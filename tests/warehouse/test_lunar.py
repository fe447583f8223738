"""Prove the lunar calendar against an astronomical one, against known festivals, and day by day against itself."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from data.lunar import FIRST, LAST, LunarDate, day_of, lunar_of, year_before
from errors import BadQuestion

ALMANAC = Path(__file__).parents[2] / "data" / "reference" / "lunar_months.csv"
#: published first days of lunar years and mid-autumn days (State Council holiday notices, Hong Kong almanac)
NEW_YEARS = (
    *("1990-01-27", "2000-02-05", "2008-02-07", "2012-01-23", "2017-01-28", "2020-01-25", "2023-01-22"),
    *("2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2033-01-31", "2034-02-19", "2100-02-09"),
)
MID_AUTUMNS = ("2020-10-01", "2021-09-21", "2022-09-10", "2023-09-29", "2024-09-17", "2025-10-06", "2026-09-25")


def every_day() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def test_every_day_equals_an_astronomical_calendar() -> None:
    # sxtwl computes new moons and solar terms itself; it knows no table of ours
    sxtwl = pytest.importorskip("sxtwl")
    wrong = []
    for day in every_day():
        other = sxtwl.fromSolar(day.year, day.month, day.day)
        there = (other.getLunarYear(), other.getLunarMonth(), other.getLunarDay(), bool(other.isLunarLeap()))
        if tuple(lunar_of(day)) != there:
            wrong.append((day, lunar_of(day), there))
    assert not wrong, wrong[:5]


def test_days_follow_one_another_and_come_back() -> None:
    before = None
    for day in every_day():
        here = lunar_of(day)
        assert day_of(here) == day
        if before is not None:
            assert here.day == before.day + 1 or (here.day == 1 and before.day in (29, 30))
        before = here


@pytest.mark.parametrize("text", NEW_YEARS)
def test_new_year_is_the_first_of_the_first(text: str) -> None:
    day = date.fromisoformat(text)
    assert lunar_of(day) == LunarDate(day.year, 1, 1)


@pytest.mark.parametrize("text", MID_AUTUMNS)
def test_mid_autumn_is_the_fifteenth_of_the_eighth(text: str) -> None:
    day = date.fromisoformat(text)
    assert lunar_of(day) == LunarDate(day.year, 8, 15)


def test_it_equals_the_almanac_of_the_demo_county() -> None:
    with ALMANAC.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 400
    for row in rows:
        first = lunar_of(date.fromisoformat(row["first_day"]))
        assert first == (int(row["lunar_year"]), int(row["lunar_month"]), 1, row["leap"] == "1")


def test_2033_has_its_leap_eleventh_month() -> None:
    # the year that naive tables give a leap seventh
    assert lunar_of(date(2033, 12, 22)) == LunarDate(2033, 11, 1, leap=True)
    assert lunar_of(date(2033, 8, 25)) == LunarDate(2033, 8, 1)


@pytest.mark.parametrize(
    ("day", "zh", "en"),
    [
        ("2026-02-17", "正月初一", "lunar 1/1"),
        ("2026-11-18", "十月初十", "lunar 10/10"),
        ("2025-08-12", "闰六月十九", "lunar leap 6/19"),
        ("2026-03-08", "正月二十", "lunar 1/20"),
        ("2026-03-09", "正月廿一", "lunar 1/21"),
        ("2026-02-16", "腊月廿九", "lunar 12/29"),
        ("2025-01-28", "腊月廿九", "lunar 12/29"),
        ("2024-02-09", "腊月三十", "lunar 12/30"),
    ],
)
def test_dates_are_written_as_people_say_them(day: str, zh: str, en: str) -> None:
    words = lunar_of(date.fromisoformat(day)).words
    assert (words.zh, words.en) == (zh, en)


def test_a_year_before_keeps_the_lunar_day() -> None:
    for day in every_day()[500:]:
        here, there = lunar_of(day), lunar_of(year_before(day))
        if here.day < 30:
            assert (there.year, there.month, there.day, there.leap) == (here.year - 1, here.month, here.day, False)
        assert 353 <= (day - year_before(day)).days <= 386 or here.leap


def test_a_thirtieth_without_a_like_is_the_day_after_the_twenty_ninth() -> None:
    # lunar 12/30 of 2023 fell on 2024-02-09; the twelfth month of 2022 had 30 days, that of 2024 had not
    assert year_before(date(2024, 2, 9)) == date(2023, 1, 21)
    short = next(d for d in every_day()[800:] if lunar_of(d).day == 30 and lunar_of(year_before(d)).day == 1)
    assert lunar_of(year_before(short) - timedelta(days=1)).day == 29


@pytest.mark.parametrize("day", [date(1989, 12, 31), date(2101, 1, 1)])
def test_outside_the_table_is_refused(day: date) -> None:
    with pytest.raises(BadQuestion, match="1990"):
        lunar_of(day)


@pytest.mark.parametrize("lunar", [LunarDate(2024, 1, 30), LunarDate(2024, 3, 1, leap=True), LunarDate(2024, 13, 1)])
def test_a_date_that_is_not_is_refused(lunar: LunarDate) -> None:
    with pytest.raises(BadQuestion, match="no month"):
        day_of(lunar)

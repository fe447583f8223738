"""Tell the Chinese lunar date of a day, and the day of a lunar date, from 1990 to 2100.

A lunar month begins on the Beijing day of the new moon; the month of the winter solstice is the 11th; a month without
a major solar term, in a year of thirteen, is a leap month and bears the number of the one before it (GB/T 33661-2017,
农历的编算和颁行). Which months are long is kept as a table, as almanacs print it, so that no rounding of a formula can
move a market day. New moons within seconds of midnight are disputed between almanacs: of those to 2100 it is that of
2057-09-28, which some put a day later.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from errors import BadQuestion
from words import Words

FIRST, LAST = date(1990, 1, 1), date(2100, 12, 31)

_FIRST_YEAR, _FIRST_DAY = 1989, date(1989, 2, 6)
#: one entry a lunar year: 13 bits from the first month on, 1: 30 days, 0: 29; then 4 bits, the leap month or 0
_YEARS = (
    0x12AE0, 0x092F5, 0x092E0, 0x0C960, 0x0D4A3, 0x1D4A0, 0x0D658, 0x0B580, 0x156C0, 0x126D5,  # 1989
    0x125C0, 0x192C0, 0x1A954, 0x1A940, 0x1B4A0, 0x0B552, 0x0AD40, 0x155B7, 0x04BA0, 0x125A0,  # 1999
    0x192B5, 0x152A0, 0x16940, 0x16AA4, 0x15AA0, 0x0AB59, 0x09740, 0x14B60, 0x0A576, 0x0A560,  # 2009
    0x15260, 0x0E954, 0x0D540, 0x15AA0, 0x09B52, 0x096C0, 0x14AE6, 0x149C0, 0x1A4C0, 0x1D265,  # 2019
    0x1AA60, 0x0B540, 0x0D6A3, 0x12DA0, 0x095DB, 0x095A0, 0x149A0, 0x1A4B6, 0x1A4A0, 0x1AA40,  # 2029
    0x1B545, 0x16B40, 0x0ADA0, 0x095B2, 0x09360, 0x14977, 0x14960, 0x154A0, 0x16A55, 0x0DA40,  # 2039
    0x15B40, 0x0AB63, 0x126E0, 0x092F8, 0x092E0, 0x0C960, 0x0D4A6, 0x1D4A0, 0x0D540, 0x156C4,  # 2049
    0x155C0, 0x125C0, 0x192E3, 0x192C0, 0x1A957, 0x1A940, 0x1B4A0, 0x0B555, 0x0AD40, 0x14DA0,  # 2059
    0x0A5D4, 0x0A5A0, 0x152B8, 0x152A0, 0x16940, 0x16AA6, 0x15AA0, 0x0AB40, 0x14BA4, 0x14B60,  # 2069
    0x0A560, 0x15273, 0x0D260, 0x0E537, 0x0D540, 0x15AA0, 0x09B55, 0x096C0, 0x14AE0, 0x0A4E4,  # 2079
    0x1A2C0, 0x1D268, 0x1AA40, 0x1B540, 0x0D6A6, 0x0ADA0, 0x095C0, 0x149D4, 0x145A0, 0x1A2A0,  # 2089
    0x1B252, 0x1AA40,  # 2099
)  # fmt: skip

_MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊")
_TENS = ("初", "十", "廿")
_ONES = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")


class LunarDate(NamedTuple):
    """A day of the lunar calendar; ``leap``: in the leap month that follows the month of this number."""

    year: int
    month: int
    day: int
    leap: bool = False

    @property
    def words(self) -> Words:
        """The date without its year: 九月初八, lunar 9/8."""
        leap = self.leap
        month = f"{'闰' if leap else ''}{_MONTHS[self.month - 1]}月"
        return Words(f"lunar {'leap ' if leap else ''}{self.month}/{self.day}", month + _day_word(self.day))


def _day_word(day: int) -> str:
    if day in (20, 30):
        return ("二十", "三十")[day // 10 - 2]
    return _TENS[(day - 1) // 10] + _ONES[(day - 1) % 10]


class _Month(NamedTuple):
    year: int
    month: int
    leap: bool
    first: date
    days: int


@cache
def _months() -> tuple[_Month, ...]:
    """Every month of the table in order."""
    found, first = [], _FIRST_DAY
    for year, entry in enumerate(_YEARS, start=_FIRST_YEAR):
        leap = entry & 0xF
        numbers = [(month, False) for month in range(1, 13)]
        if leap:
            numbers.insert(leap, (leap, True))
        for place, (month, is_leap) in enumerate(numbers):
            days = 29 + (entry >> (16 - place) & 1)
            found.append(_Month(year, month, is_leap, first, days))
            first += timedelta(days=days)
    return tuple(found)


@cache
def _firsts() -> tuple[date, ...]:
    return tuple(month.first for month in _months())


def lunar_of(day: date) -> LunarDate:
    """The lunar date of a day. Raises BadQuestion outside 1990 to 2100."""
    if not FIRST <= day <= LAST:
        raise BadQuestion(
            "the lunar calendar is known from {first} to {last}, not for {day}", first=FIRST, last=LAST, day=day
        )
    month = _months()[bisect_right(_firsts(), day) - 1]
    return LunarDate(month.year, month.month, (day - month.first).days + 1, month.leap)


@cache
def _by_name() -> dict[tuple[int, int, bool], _Month]:
    return {(month.year, month.month, month.leap): month for month in _months()}


def day_of(lunar: LunarDate) -> date:
    """The day of a lunar date. Raises BadQuestion where the year has no such month, the month no such day."""
    month = _by_name().get((lunar.year, lunar.month, lunar.leap))
    if month is None or not 1 <= lunar.day <= month.days:
        raise BadQuestion(
            "the lunar year {year} has no month {month} with a day {day}",
            year=lunar.year,
            month=f"{'+' if lunar.leap else ''}{lunar.month}",
            day=lunar.day,
        )
    return month.first + timedelta(days=lunar.day - 1)


def year_before(day: date) -> date:
    """The day with the same lunar month and day one lunar year earlier; BadQuestion where the table does not reach.

    A leap month is compared with its namesake; a 30th the month before did not have with the day after its 29th.
    """
    here = lunar_of(day)
    return day_of(LunarDate(here.year - 1, here.month, 1)) + timedelta(days=here.day - 1)

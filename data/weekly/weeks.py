"""Name a week, and find the weeks it is compared with: the one before, and the lunar-aligned one a year ago.

Weeks are ISO weeks, Monday to Sunday. Markets trade on lunar days (逢三逢八), so that the week a year ago is the seven
days whose lunar days match best: every weekday occurs in it once, whatever day it begins with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from data.lunar import lunar_of, year_before
from data.site import Site
from errors import BadQuestion
from words import LANGUAGES, N_, Words, say

RANGE = N_("{since} – {until} ({first} – {last})")
ALIGNED = N_("{range}, {n} of 7 lunar days the same")


@dataclass(frozen=True, order=True)
class Week:
    """One ISO week by its Monday."""

    start: date

    @property
    def until(self) -> date:
        """The Monday after it."""
        return self.start + timedelta(weeks=1)

    @property
    def code(self) -> str:
        """2026-W46."""
        year, number, _ = self.start.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def label(self) -> Words:
        """week 46 of 2026, 2026年第46周."""
        year, number, _ = self.start.isocalendar()
        return Words(f"week {number} of {year}", f"{year}年第{number}周")

    def before(self, weeks: int) -> Week:
        """The week so many weeks earlier."""
        return Week(self.start - timedelta(weeks=weeks))


@dataclass(frozen=True)
class Span:
    """Seven days that a week is compared with, and the words that say which."""

    start: date
    words: Words

    @property
    def until(self) -> date:
        """The day after the last."""
        return self.start + timedelta(weeks=1)


def read_week(text: str) -> Week:
    """The week written ``2026-W46``, or the one a day ``2026-11-14`` lies in. Raises BadQuestion on anything else."""
    try:
        if found := re.fullmatch(r"(\d{4})-?W(\d{1,2})", text):
            return Week(date.fromisocalendar(int(found[1]), int(found[2]), 1))
        return week_of(date.fromisoformat(text))
    except ValueError:
        raise BadQuestion("{text} is not a week; write 2026-W46", text=text) from None


def week_of(day: date) -> Week:
    """The week a day lies in."""
    return Week(day - timedelta(days=day.weekday()))


def last_whole_week(site: Site, now: datetime) -> Week:
    """The last week that is over on the site's wall clock: what a Monday page speaks of."""
    return week_of(site.local(now).date()).before(1)


def moment_at_end(site: Site, span: Week | Span, now: datetime) -> datetime:
    """The moment a week is counted as of, naive UTC: its last midnight, or now while it still runs."""
    return min(site.utc(datetime.combine(span.until, time())), now)


def span_of(week: Week) -> Span:
    """The days of a week, with their lunar dates."""
    return Span(week.start, _range(week.start))


def year_ago(week: Week) -> Span:
    """The seven days a lunar year before ``week`` whose lunar days match best; of equals the earliest anchor.

    Raises BadQuestion where the lunar table does not reach.
    """
    days = [week.start + timedelta(days=n) for n in range(7)]
    starts = [year_before(day) - timedelta(days=place) for place, day in enumerate(days)]
    best = max(starts, key=lambda start: _same(start, days))
    said = {lang: say(ALIGNED, lang).format(range=_range(best).in_(lang), n=_same(best, days)) for lang in LANGUAGES}
    return Span(best, Words(said["en"], said["zh"]))


def _same(start: date, days: list[date]) -> int:
    """How many of the seven days from ``start`` bear the lunar day of their counterpart."""
    return sum(lunar_of(start + timedelta(days=n)).day == lunar_of(day).day for n, day in enumerate(days))


def _range(start: date) -> Words:
    last = start + timedelta(days=6)
    first_words, last_words = lunar_of(start).words, lunar_of(last).words
    said = {
        lang: say(RANGE, lang).format(since=start, until=last, first=first_words.in_(lang), last=last_words.in_(lang))
        for lang in LANGUAGES
    }
    return Words(said["en"], said["zh"])

"""Check relative words by hand-counted days, and local time in SQL against the zone database."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.periods import RELATIVE, Period, local_of, local_sql, offsets, resolve, utc_of
from errors import BadQuestion

THURSDAY = date(2026, 1, 1)

EXPECTED = {
    "today": (date(2026, 1, 1), date(2026, 1, 2)),
    "yesterday": (date(2025, 12, 31), date(2026, 1, 1)),
    "this_week": (date(2025, 12, 29), date(2026, 1, 5)),
    "last_week": (date(2025, 12, 22), date(2025, 12, 29)),
    "this_month": (date(2026, 1, 1), date(2026, 2, 1)),
    "last_month": (date(2025, 12, 1), date(2026, 1, 1)),
    "last_7_days": (date(2025, 12, 26), date(2026, 1, 2)),
    "last_30_days": (date(2025, 12, 3), date(2026, 1, 2)),
    "last_90_days": (date(2025, 10, 4), date(2026, 1, 2)),
    "year": (date(2026, 1, 1), date(2027, 1, 1)),
    "last_year": (date(2025, 1, 1), date(2026, 1, 1)),
    "all": (None, None),
}


def test_every_relative_word_on_new_years_day() -> None:
    assert set(EXPECTED) == set(RELATIVE)
    for word, (since, until) in EXPECTED.items():
        assert resolve(word, None, today=THURSDAY) == Period(since, until), word


def test_edges() -> None:
    assert resolve("2026-01-05", "2026-01-12", today=THURSDAY) == Period(date(2026, 1, 5), date(2026, 1, 12))
    assert resolve("last_week", "today", today=THURSDAY) == Period(date(2025, 12, 22), date(2026, 1, 2))
    assert resolve(None, "yesterday", today=THURSDAY) == Period(None, date(2026, 1, 1))
    assert resolve(date(2026, 1, 5), None, today=THURSDAY) == Period(date(2026, 1, 5), None)


@pytest.mark.parametrize("text", ["last_wek", "2026-02-30", "2026-1-1", "01/02/2026"])
def test_an_unknown_word_lists_the_known(text: str) -> None:
    with pytest.raises(BadQuestion, match="last_week"):
        resolve(text, None, today=THURSDAY)


def test_an_empty_period_is_refused() -> None:
    with pytest.raises(BadQuestion, match="before it begins"):
        resolve("2026-01-05", "2026-01-05", today=THURSDAY)


def test_sentences_name_the_last_day_included() -> None:
    assert Period(date(2026, 1, 5), date(2026, 1, 12)).sentence("en") == "2026-01-05 – 2026-01-11"
    assert Period(date(2026, 1, 5), date(2026, 1, 6)).sentence("zh") == "2026-01-05"
    assert Period(None, date(2026, 1, 6)).sentence("zh") == "截至 2026-01-05"
    assert Period(date(2026, 1, 6), None).sentence("en") == "from 2026-01-06"
    assert Period().sentence("zh") == "全部日期"


def test_offsets_of_a_zone_with_summer_time() -> None:
    assert offsets("America/Los_Angeles", date(2018, 1, 1), date(2018, 12, 31)) == (
        (datetime(2018, 1, 1), -480),
        (datetime(2018, 3, 11, 10), -420),
        (datetime(2018, 11, 4, 9), -480),
    )
    assert offsets("Asia/Shanghai", date(2018, 1, 1), date(2030, 12, 31)) == ((datetime(2018, 1, 1), 480),)


ZONES = ["America/Los_Angeles", "Asia/Shanghai", "Europe/Helsinki", "Asia/Kathmandu", "Australia/Lord_Howe"]


@settings(deadline=None)
@given(
    st.sampled_from(ZONES),
    st.lists(st.datetimes(datetime(2015, 1, 2), datetime(2027, 12, 30)), min_size=1, max_size=20),
)
def test_local_sql_equals_the_zone_database(zone: str, moments: list[datetime]) -> None:
    sql = local_sql("t", zone, first=date(2015, 1, 1), last=date(2027, 12, 31))
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT {sql} FROM (SELECT unnest($moments) AS t)", {"moments": moments}).fetchall()
    assert [row[0] for row in found] == [local_of(moment, zone) for moment in moments]


@settings(deadline=None)
@given(st.sampled_from(ZONES), st.dates(date(2015, 1, 2), date(2027, 12, 30)))
def test_a_day_begins_where_the_day_before_ends(zone: str, day: date) -> None:
    start = utc_of(day, zone)
    assert local_of(start, zone).date() == day
    assert local_of(start - timedelta(seconds=1), zone).date() == day - timedelta(days=1)

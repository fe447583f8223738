"""Times: Python's strptime and zoneinfo as the oracle; folds, gaps, and every kind of fault."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import BadInput
from etl.times import Times, parse_times

MOMENT = st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2099, 12, 31))
ZONE = st.sampled_from(["Asia/Shanghai", "America/Los_Angeles", "Europe/Helsinki", "Australia/Lord_Howe",
                        "Asia/Kathmandu", "Africa/Monrovia", "UTC"])  # fmt: skip
FORMATS = [
    "%Y-%m-%d %H:%M:%S.%f UTC", "%m/%d/%Y %I:%M:%S %p", "%Y%m%d%H%M%S", "%d %b %Y, %H:%M", "%Y年%m月%d日 %H时%M分",
    "%A %d %B %Y %H:%M:%S", "%T on %F",
]  # fmt: skip


def parsed(*values: str | None, **options: object) -> Times:
    return parse_times(pa.array(values, pa.string()), **options)


def codes(times: Times) -> list[tuple[int, str]]:
    return [(flaw.index, flaw.code) for flaw in times.flaws]


def by_python(moment: datetime, zone: str) -> datetime | None:
    """The oracle: UTC of a wall-clock time (the first where there are two), None where there is none."""
    local = moment.replace(tzinfo=ZoneInfo(zone), fold=0)
    utc = local.astimezone(UTC)
    return None if utc.astimezone(local.tzinfo).replace(tzinfo=None) != moment else utc.replace(tzinfo=None)


@settings(deadline=None)
@given(moments=st.lists(MOMENT, min_size=1, max_size=20), form=st.sampled_from(FORMATS), zone=ZONE)
def test_equals_strptime_and_zoneinfo(moments, form, zone):
    texts = [moment.strftime(form) for moment in moments]
    times = parsed(*texts, formats=[form], zone=zone)
    for place, text in enumerate(texts):
        wall = datetime.strptime(text, form.replace("%T", "%H:%M:%S").replace("%F", "%Y-%m-%d"))
        utc = by_python(wall, zone)
        assert times.utc[place].item() == utc
        assert times.local[place].item() == (wall if utc else None)


@settings(deadline=None)
@given(year=st.integers(1972, 2060), zone=ZONE, minutes=st.lists(st.integers(-300, 300), min_size=1, max_size=30))
def test_every_change_of_the_clocks(year, zone, minutes):
    rule = ZoneInfo(zone)
    hours = [datetime(year, 1, 1) + timedelta(hours=hour) for hour in range(0, 8784, 6)]
    changes = [b for a, b in pairwise(hours)
               if a.replace(tzinfo=rule).utcoffset() != b.replace(tzinfo=rule).utcoffset()]  # fmt: skip
    moments = [change + timedelta(minutes=minute) for change in changes for minute in minutes]
    times = parsed(*[moment.isoformat(" ") for moment in moments], zone=zone)
    for place, moment in enumerate(moments):
        assert times.utc[place].item() == by_python(moment, zone)
        twice = {moment.replace(tzinfo=rule, fold=fold).utcoffset() for fold in (0, 1)}
        assert times.folded[place] == (len(twice) == 2 and times.utc[place].item() is not None)


@settings(deadline=None)
@given(moments=st.lists(MOMENT, min_size=1, max_size=10), zone=ZONE, minutes=st.integers(-12 * 60, 14 * 60))
def test_stated_offsets(moments, zone, minutes):
    sign, size = ("-" if minutes < 0 else "+"), abs(minutes)
    texts = [f"{moment.isoformat()}{sign}{size // 60:02}:{size % 60:02}" for moment in moments]
    times = parsed(*texts, zone=zone)
    for place, text in enumerate(texts):
        utc = datetime.fromisoformat(text).astimezone(UTC)
        assert times.utc[place].item() == utc.replace(tzinfo=None)
        assert times.local[place].item() == utc.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def test_a_repeated_hour_is_the_first_and_a_skipped_one_a_fault():
    times = parsed("2018-11-04 01:30:00", "2018-03-11 02:30:00", "2018-11-04 02:30", zone="America/Los_Angeles")
    # 01:30 happens at 08:30 UTC in summer time and again at 09:30
    assert times.utc[0] == np.datetime64("2018-11-04T08:30")
    assert times.folded.tolist() == [True, False, False]
    assert np.isnat(times.utc[1])
    assert np.isnat(times.local[1])
    assert codes(times) == [(1, "nonexistent_time")]
    assert times.utc[2] == np.datetime64("2018-11-04T10:30")


def test_literal_utc_in_a_format_is_only_text():
    times = parsed("2018-01-24 17:36:16.000000 UTC", formats=["%Y-%m-%d %H:%M:%S.%f UTC"], zone="America/Los_Angeles")
    assert times.local[0] == np.datetime64("2018-01-24T17:36:16")
    assert times.utc[0] == np.datetime64("2018-01-25T01:36:16")


def test_without_formats_only_iso():
    values = ["2026-01-31", "2026-01-31 09:05", "2026-01-31T09:05:07.5Z", "2026/01/31 09:05", "31.01.2026", "20260131",
              "2026-1-31", " 2026-01-31 ", None, ""]  # fmt: skip
    times = parsed(*values)
    assert codes(times) == [(3, "bad_time"), (4, "bad_time"), (5, "bad_time"), (6, "bad_time")]
    assert times.utc[2] == np.datetime64("2026-01-31T09:05:07.5")
    assert np.isnat(times.utc[8:]).all()


@pytest.mark.parametrize(
    "value",
    ["2026-02-29 00:00", "2026-13-01 00:00", "2026-01-32", "2026-01-31 24:00", "2026-01-31 09:60"],
)
def test_times_that_do_not_exist_on_any_calendar(value):
    assert codes(parsed(value)) == [(0, "bad_time")]


def test_two_formats_and_a_value_that_fits_both():
    formats = ["%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M"]
    times = parsed("03/04/2018 10:00", "13/04/2018 10:00", "04/13/2018 10:00", "05/05/2018 10:00", "2018-05-05 10:00",
                   formats=formats)  # fmt: skip
    # the fifth of May is the fifth of May either way
    assert codes(times) == [(0, "ambiguous_time")]
    assert times.utc[1] == times.utc[2] == np.datetime64("2018-04-13T10:00")
    assert times.utc[3] == times.utc[4] == np.datetime64("2018-05-05T10:00")


def test_two_digit_years_need_to_be_stated():
    assert codes(parsed("18-01-24 17:36", "1/2/18", "24.1.18")) == [(n, "two_digit_year") for n in range(3)]
    assert codes(parsed("01/24/18", formats=["%m/%d/%Y"])) == [(0, "two_digit_year")]
    times = parsed("01/24/18", "01/24/75", formats=["%m/%d/%y"])
    assert times.utc.tolist() == [datetime(2018, 1, 24), datetime(1975, 1, 24)]


def test_placeholders_are_emptied_with_a_finding():
    times = parsed("9999-12-31", "1900-01-01", "2026-01-01", "1969-12-31", "2100-12-31")
    assert codes(times) == [(0, "year_out_of_range"), (1, "year_out_of_range"), (3, "year_out_of_range")]
    assert np.isnat(times.utc[[0, 1, 3]]).all()
    assert parsed("1969-12-31", years=(1960, 2000)).flaws == []


def test_counted_times():
    times = parsed("1516815376", "1516815376.5", "x", formats=["epoch"], zone="Asia/Shanghai")
    assert times.utc[0] == np.datetime64("2018-01-24T17:36:16")
    assert times.local[1] == np.datetime64("2018-01-25T01:36:16.5")
    assert codes(times) == [(2, "bad_time")]
    assert parsed("1516815376123", formats=["epoch_ms"]).utc[0] == np.datetime64("2018-01-24T17:36:16.123")
    # Excel counts wall-clock days from 1899-12-30; .7335185185 of a day is 17:36:16
    excel = parsed("43124.7335185185", formats=["excel"], zone="Asia/Shanghai")
    assert excel.local[0] == np.datetime64("2018-01-24T17:36:16")


def test_twelve_hour_clocks():
    form = ["%Y-%m-%d %I:%M %p"]
    times = parsed("2026-01-01 12:00 AM", "2026-01-01 12:00 PM", "2026-01-01 1:05 pm", "2026-01-01 13:00 PM",
                   "2026-01-01 0:30 AM", "2026-01-01 下午", formats=form)  # fmt: skip
    assert [moment.hour for moment in times.utc[:3].tolist()] == [0, 12, 13]
    assert codes(times) == [(3, "bad_time"), (4, "bad_time"), (5, "bad_time")]
    assert parsed("2026-01-01 上午 9:05", formats=["%Y-%m-%d %p %I:%M"]).utc[0] == np.datetime64("2026-01-01T09:05")


def test_formats_and_zones_that_are_not_known():
    with pytest.raises(BadInput, match="uses %Q, which is not known"):
        parsed("x", formats=["%Y-%Q"])
    with pytest.raises(BadInput, match="no time zone Mars/Olympus"):
        parsed("2026-01-01", zone="Mars/Olympus")


def test_empty_column():
    assert parsed().utc.dtype == np.dtype("datetime64[us]")
    assert parse_times(pa.chunked_array([], pa.string())).flaws == []

"""Rows against each other and against lists, checked by brute force."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.judge import judge_closed, judge_duplicates, judge_known, judge_steps
from etl.readers import read
from etl.times import parse_times

SECOND = st.one_of(st.none(), st.integers(0, 20))
STEPS = ["received", "dispatch", "response", "on_scene", "transport", "hospital", "available"]


def times(values: list[int | None]) -> np.ndarray:
    return np.array([np.datetime64("NaT", "us") if v is None else np.datetime64(v, "s") for v in values], "M8[us]")


@given(rows=st.lists(st.tuples(SECOND, SECOND, SECOND, SECOND), max_size=20))
def test_negative_steps_by_brute_force(rows):
    columns = {name: times([row[place] for row in rows]) for place, name in enumerate("abcd")}
    expected = []
    for place, row in enumerate(rows):
        filled = [(name, value) for name, value in zip("abcd", row, strict=True) if value is not None]
        pairs = pairwise(filled)
        expected += [(place, early, late) for (early, before), (late, after) in pairs if after < before]
    found = [(flaw.index, flaw.values["earlier"], flaw.values["later"]) for flaw in judge_steps(columns)]
    assert sorted(found) == sorted(expected)


def test_closed_before_opened():
    [flaw] = judge_closed(times([10, 10, None, 10]), times([9, 10, 5, None]))
    assert (flaw.index, flaw.code) == (0, "closed_before_opened")
    assert flaw.values == {"opened": "1970-01-01 00:00:10", "closed": "1970-01-01 00:00:09"}


@given(rows=st.lists(st.tuples(st.sampled_from(["1", "2", "3", None]), st.integers(0, 2)), max_size=30))
def test_duplicates_by_brute_force(rows):
    numbers = np.arange(2, len(rows) + 2)
    content = np.array([what for _, what in rows], np.uint64)
    identical, flaws = judge_duplicates(pa.array([one for one, _ in rows], pa.string()), rows=numbers, content=content)
    first: dict[str, int] = {}
    same, other = [], []
    for place, (one, what) in enumerate(rows):
        if one is None:
            continue
        start = first.setdefault(one, place)
        if start != place:
            (same if rows[start][1] == what else other).append(place)
    assert np.flatnonzero(identical).tolist() == same
    assert [flaw.index for flaw in flaws] == other
    assert all(flaw.values == {"id": rows[flaw.index][0], "first": first[rows[flaw.index][0]] + 2} for flaw in flaws)


def test_unknown_codes():
    flaws = judge_known(pa.array(["0101", " 0102 ", "0999", None, ""]), {"0101", "0102"}, code="unknown_item")
    assert [(flaw.index, flaw.code, flaw.values) for flaw in flaws] == [(2, "unknown_item", {"value": "0999"})]
    assert judge_known(pa.array(["千岛街道"]), [], code="unknown_area")[0].code == "unknown_area"


@pytest.mark.real
def test_the_twelve_negative_steps_of_san_francisco(shared_data):
    [chunk] = read(shared_data / "sf-fire-dispatch/sfpd_dispatch_data_subset.csv")
    options = {"formats": ["%Y-%m-%d %H:%M:%S.%f UTC"], "zone": "America/Los_Angeles"}
    columns = {name: parse_times(chunk.table[f"{name}_timestamp"], **options).utc for name in STEPS}
    found = Counter((flaw.values["earlier"], flaw.values["later"]) for flaw in judge_steps(columns))
    assert found == {("dispatch", "response"): 1, ("on_scene", "transport"): 1, ("transport", "hospital"): 10}


@pytest.mark.real
def test_the_closed_before_created_of_los_angeles(shared_data):
    [chunk] = read(shared_data / "la311/2018_mini_a.csv")
    options = {"formats": ["%m/%d/%Y %I:%M:%S %p"], "zone": "America/Los_Angeles"}
    opened = parse_times(chunk.table["CreatedDate"], **options)
    closed = parse_times(chunk.table["ClosedDate"], **options)
    assert opened.flaws == closed.flaws == []
    assert len(judge_closed(opened.utc, closed.utc)) == 23

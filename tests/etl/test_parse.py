"""Numbers, booleans and coordinates: Python's own reading as the oracle, and every fault named."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.parse import judge_coordinates, parse_booleans, parse_codes, parse_integers, parse_numbers

SITE = (118.9, 29.5, 120.0, 30.1)


def text(*values: str | None) -> pa.Array:
    return pa.array(values, pa.string())


def judged(lon: str | None, lat: str | None, **options: object) -> str:
    """The code of the one fault of a row, empty where there is none."""
    found = judge_coordinates(text(lon), text(lat), **options)
    assert len(found.flaws) <= 1
    assert bool(found.flaws) or found.missing[0] == math.isnan(found.lon[0])
    return found.flaws[0].code if found.flaws else ""


@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20))
def test_numbers_come_back_exactly(values):
    numbers, flaws = parse_numbers(text(*[repr(value) for value in values]))
    assert numbers.tolist() == values
    assert flaws == []


@given(values=st.lists(st.text(alphabet="0123456789.,+-eE x'，", min_size=1, max_size=8), min_size=1, max_size=20))
def test_what_is_no_number_is_a_flaw(values):
    numbers, flaws = parse_numbers(text(*values))
    wrong = {flaw.index for flaw in flaws}
    for place, value in enumerate(values):
        try:
            expected = float(value) if value.strip() else math.nan
        except ValueError:
            assert place in wrong
            continue
        assert (place in wrong) == math.isinf(expected)
        assert place in wrong or numbers[place] == expected or math.isnan(expected)


@pytest.mark.parametrize("value", ["1,234.5", "1,234,567", "-12,345", "1 234 567", "1'234.5", "1，234"])
def test_thousand_separators_are_named(value):
    [flaw] = parse_numbers(text(value), part="lon")[1]
    assert (flaw.code, flaw.values, flaw.part) == ("thousand_separators", {"value": value}, "lon")


@pytest.mark.parametrize("value", ["12,34", "1,2345", "120°", "N/A", "nan", "inf", "0x1", "1_000", "１２", "--1", "."])
def test_other_wrong_numbers(value):
    assert [flaw.code for flaw in parse_numbers(text(value))[1]] == ["bad_number"]


def test_integers():
    values, flaws = parse_integers(text("3", " 4 ", "5.0", "-6", None, "3.5", "x", "90071992547409930"))
    assert values.to_pylist() == [3, 4, 5, -6, None, None, None, None]
    assert [(flaw.index, flaw.code) for flaw in flaws] == [(5, "bad_number"), (6, "bad_number"), (7, "bad_number")]


def test_booleans_and_codes():
    values, flaws = parse_booleans(text("TRUE", "no", "是", "否", "1", "maybe", None))
    assert values.to_pylist() == [True, False, True, False, True, None, None]
    assert [(flaw.index, flaw.code) for flaw in flaws] == [(5, "bad_boolean")]
    assert parse_booleans(text("Y", "yes"), true=["Y"], false=["N"])[0].to_pylist() == [True, None]
    assert parse_codes(text(" 007 ", "330106199001011234", " ", "\u3000x")).to_pylist() == [
        "007", "330106199001011234", None, "x",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        ("119.43", "29.93", ""),
        (None, None, ""),
        ("29.93", "119.43", "swapped"),
        ("119", "29", "whole_degree"),
        ("119.0", "29.000", "whole_degree"),
        ("119", "29.5", ""),
        ("0", "0", "zero_coordinates"),
        ("0.0", "-0", "zero_coordinates"),
        ("119.4", None, "half_coordinates"),
        ("", "29.9", "half_coordinates"),
        ("119,430", "29.9", "thousand_separators"),
        ("119°26'", "29.9", "bad_coordinate"),
        ("767861.99", "3227475.15", "off_the_globe"),
        ("200.5", "29.9", "off_the_globe"),
    ],
)
def test_coordinates(lon, lat, code):
    assert judged(lon, lat) == code


def test_swapped_axes_that_could_be_either_need_the_sites_bounds():
    assert judged("60.17", "24.94") == ""
    helsinki = (24.5, 60.0, 25.5, 60.5)
    assert judged("60.17", "24.94", bounds=helsinki) == "swapped"
    assert judged("24.94", "60.17", bounds=helsinki) == ""
    # far away from the site either way round is no swap; the areas will say that it lies outside
    assert judged("10.1", "12.2", bounds=helsinki) == ""


def test_metres_are_not_judged_as_degrees():
    assert judged("767861", "3227475", crs="EPSG:32650") == ""
    assert judged("0", "0", crs="EPSG:32650") == "zero_coordinates"
    assert judged("119", "29", crs="GCJ-02") == "whole_degree"


@given(points=st.lists(st.tuples(st.floats(118.9, 120), st.floats(29.5, 30.1)), min_size=1, max_size=30),
       turned=st.sets(st.integers(0, 29)))  # fmt: skip
def test_every_swapped_row_is_found_and_no_other(points, turned):
    rows = [(lat, lon) if place in turned else (lon, lat) for place, (lon, lat) in enumerate(points)]
    found = judge_coordinates(text(*[repr(x) for x, _ in rows]), text(*[repr(y) for _, y in rows]), bounds=SITE)
    assert {flaw.index for flaw in found.flaws if flaw.code == "swapped"} == turned & set(range(len(points)))
    kept = ~np.isnan(found.lon)
    assert [tuple(row) for row in np.column_stack([found.lon, found.lat])[kept].tolist()] == [
        row for row, keep in zip(rows, kept, strict=True) if keep
    ]

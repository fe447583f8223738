"""Columns: joined, cut out, looked up, scaled, split, and put on the site's clock."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely

from errors import BadInput
from etl.mapping import Mapped, Mapper, named_group
from etl.readers import Chunk
from etl.spec import ColumnSpec, SourceSpec, TableSpec, TimeSpec

SOURCE = SourceSpec(crs="EPSG:4326", time=TimeSpec(formats=("%Y-%m-%d %H:%M",)), name="calls")


def chunk(file: str = "a.csv", **columns: list[str | None]) -> Chunk:
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return Chunk(table, file, np.arange(2, 2 + table.num_rows))


def text(given: Chunk, **spec: object) -> list[str | None]:
    return Mapper(SOURCE, "Asia/Shanghai").text(given, ColumnSpec(**spec)).to_pylist()  # type: ignore[arg-type]


def test_text_is_trimmed_and_empty_is_nothing() -> None:
    assert text(chunk(a=[" x ", "", "  ", None, "\u3000城南\u3000"]), column="a") == ["x", None, None, None, "城南"]


def test_columns_are_joined_without_the_empty_ones() -> None:
    given = chunk(a=["1", None, None, "1"], b=["2", "2", None, None], c=["3", None, None, ""])
    assert text(given, columns=("a", "b", "c"), join="-") == ["1-2-3", "2", None, "1"]


def test_constants_and_defaults() -> None:
    assert text(chunk(a=["x", None]), value="k") == ["k", "k"]
    assert text(chunk(a=["x", None]), column="a", default="d") == ["x", "d"]


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [(r"No\.(\d+)", ["12", None, None]), (r"(?P<n>\d+)$", ["12", None, "7"]), (r"(\w)(\w)\.", ["N", None, None])],
)
def test_a_pattern_cuts_out_its_first_group(pattern: str, wanted: list[str | None]) -> None:
    assert text(chunk(a=["No.12", None, "x 7"]), column="a", pattern=pattern) == wanted


def test_a_group_that_is_no_group_stays() -> None:
    assert named_group(r"\((a)(?:b)") == r"\((?P<v>a)(?:b)"


def test_words_are_looked_up_and_unlisted_ones_told() -> None:
    given, mapped = chunk(a=["x", "y", "z", None]), Mapped("incidents")
    found = Mapper(SOURCE, "UTC").text(given, ColumnSpec(column="a", map={"x": "1", "y": None}), mapped, "item")
    assert found.to_pylist() == ["1", None, None, None]
    assert [(one.flaw.index, one.flaw.code, one.column, one.raw, one.target) for one in mapped.misread] == [
        (2, "unknown_word", "a", "z", "item")
    ]
    assert text(given, column="a", map={"x": "1", "*": "other", "": "none"}) == ["1", "other", "other", "none"]


def test_a_missing_column_is_told_with_those_there_are() -> None:
    with pytest.raises(BadInput, match=r"a\.csv has no column b\. Its columns are: a"):
        text(chunk(a=["x"]), column="b")
    # a JSON record need not have every field, nor a mended file the columns empty in it
    assert text(chunk("a.json", a=["x"]), column="b") == [None]
    partial = Mapper(SOURCE, "UTC", partial=True)
    assert partial.text(chunk(a=["x"]), ColumnSpec(column="b")).to_pylist() == [None]


def mapped(
    given: Chunk, table: str = "incidents", source: SourceSpec = SOURCE, **columns: object
) -> dict[str, list[object]]:
    specs = {name: ColumnSpec(column=spec) if isinstance(spec, str) else spec for name, spec in columns.items()}
    one = Mapper(source, "Asia/Shanghai").map(given, table, TableSpec(columns=specs))  # type: ignore[arg-type]
    return {name: column.to_pylist() for name, column in one.columns.items()}


def test_types_of_columns() -> None:
    given = chunk(n=["3"], f=["1.5"], b=["是"], l=["a、b; c"], t=["2026-03-02 08:00"])
    found = mapped(given, "squads", officers="n", covers="l", on_duty="b")
    assert (found["officers"], found["covers"], found["on_duty"]) == ([3], [["a", "b", "c"]], [True])
    found = mapped(given, "items", clock_amount=ColumnSpec(column="f", scale=60.0), valid_from="t")
    assert found["clock_amount"] == [90.0]
    assert str(found["valid_from"][0]) == "2026-03-02"


def test_times_come_in_utc_and_on_the_sites_clock() -> None:
    given = chunk(t=["2026-03-02 08:00"])
    found = mapped(given, opened_at="t")
    assert (str(found["opened_at"][0]), str(found["opened_local"][0])) == ("2026-03-02 00:00:00", "2026-03-02 08:00:00")
    found = mapped(given, opened_at=ColumnSpec(column="t", zone="America/New_York"))
    assert (str(found["opened_at"][0]), str(found["opened_local"][0])) == ("2026-03-02 13:00:00", "2026-03-02 21:00:00")


@pytest.mark.parametrize("written", ["(37.78, -122.42)", "[37.78,-122.42]", "37.78 -122.42", "lat 37.78; lon -122.42"])
def test_both_coordinates_from_one_text(written: str) -> None:
    found = mapped(chunk(p=[written, None]), lat_lon="p")
    assert (found["lon"], found["lat"]) == ([-122.42, None], [37.78, None])
    assert mapped(chunk(p=["POINT (-122.42 37.78)"]), lon_lat="p")["lon"] == [-122.42]


def test_points_of_a_map_file_are_the_place() -> None:
    shapes = [{"type": "Point", "coordinates": [120.0, 30.0]}, None, shapely.to_wkb(shapely.box(0, 0, 2, 2))]
    given = Chunk(pa.table({"a": pa.array(["1", "2", "3"])}), "a.geojson", np.arange(1, 4), geometry=shapes)  # type: ignore[arg-type]
    found = mapped(given)
    assert (found["lon"], found["lat"]) == ([120.0, None, 1.0], [30.0, None, 1.0])


def test_metres_become_degrees() -> None:
    from geo.crs import from_wgs84

    x, y = from_wgs84([120.1], [30.2], crs="EPSG:4549")
    source = SourceSpec(crs="EPSG:4549", name="calls")
    found = mapped(chunk(x=[repr(float(x[0]))], y=[repr(float(y[0]))]), source=source, lon="x", lat="y")
    assert (found["lon"], found["lat"]) == ([pytest.approx(120.1)], [pytest.approx(30.2)])


def test_what_a_column_reads() -> None:
    # a spec that names nothing reads nothing
    assert ColumnSpec().reads == ()
    assert ColumnSpec(columns=("a", "b")).reads == ("a", "b")

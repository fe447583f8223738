"""Read every export back with another library and compare it with the answer."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from data.areas import shapes_of
from data.export import FORMATS, csv_text, files_of, write
from data.metrics import ask
from data.metrics.answer import Row
from errors import BadQuestion
from geo.cells import from_text, outlines_of
from words import Words

NUMBERS = ("value", "numerator", "denominator", "n")


def same(read: pd.DataFrame, answer: Any) -> None:
    """Every number of the answer, to the last bit."""
    frame = answer.frame()
    assert len(read) == len(frame) > 0
    assert [None if pd.isna(code) else str(code) for code in read["group"]] == frame["group"].tolist()
    for name in NUMBERS:
        assert np.array_equal(read[name].astype("float64"), frame[name].astype("float64"), equal_nan=True), name


@pytest.fixture(scope="module")
def answer(place: Any) -> Any:
    return ask(place.warehouse, "on_time_closure_rate", by="township", since="2018-11-05", until="2018-11-12")


def test_csv(place: Any, answer: Any) -> None:
    files = files_of(place.warehouse, answer, format="csv", lang="zh")
    assert list(files) == ["on_time_closure_rate-by-township.csv", "on_time_closure_rate-by-township.about.txt"]
    content = files["on_time_closure_rate-by-township.csv"]
    assert content.startswith(b"\xef\xbb\xbf")
    same(pd.read_csv(io.BytesIO(content), dtype=str), answer)
    beside = files["on_time_closure_rate-by-township.about.txt"].decode("utf-8-sig")
    for words in (answer.metric.definition.zh, answer.sentence("zh"), "数据版本: 1", "虚拟湾", "SELECT"):
        assert words in beside


def test_excel_keeps_text_as_text_and_says_what_it_means(place: Any, answer: Any) -> None:
    files = files_of(place.warehouse, answer, format="xlsx", lang="en", stem="week")
    book = openpyxl.load_workbook(io.BytesIO(files["week.xlsx"]))
    assert book.sheetnames == ["data", "about"]
    lines = list(book["data"].iter_rows(values_only=True))
    same(pd.DataFrame(lines[1:], columns=list(lines[0])), answer)
    beside = dict(book["about"].iter_rows(values_only=True))
    assert beside["question"] == answer.sentence("en")
    assert beside["data version"] == "1"
    assert book["data"]["D2"].number_format == "0.0%"


def test_text_that_leads_a_formula_stays_text(place: Any) -> None:
    from dataclasses import replace

    answer = ask(place.warehouse, "volume", by="item")
    dangerous = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "007", "-5"]
    rows = tuple(Row(text, Words(text, text), n, n, None, n) for n, text in enumerate(dangerous))
    answer = replace(answer, rows=rows)
    read = pd.read_csv(io.StringIO(csv_text(answer)), dtype=str)
    assert read["group"].tolist() == ["'=1+1", "'+cmd|' /C calc'!A0", "'-2+3", "'@SUM(A1)", "'\t=1", "007", "-5"]
    sheet = openpyxl.load_workbook(
        io.BytesIO(files_of(place.warehouse, answer, format="xlsx", stem="x")["x.xlsx"])
    ).worksheets[0]
    assert [cell.value for cell in sheet["A"][1:]] == dangerous
    assert {cell.data_type for cell in sheet["A"][1:]} == {"s"}


@pytest.mark.parametrize("format", ["parquet", "geoparquet"])
def test_parquet_carries_its_meaning(place: Any, answer: Any, format: str) -> None:
    content = next(iter(files_of(place.warehouse, answer, format=format, lang="en").values()))
    table = pq.read_table(io.BytesIO(content))
    same(table.to_pandas(), answer)
    beside = json.loads(table.schema.metadata[b"gridcommand"])
    assert beside["question"] == answer.sentence("en")
    assert beside["SQL"] == answer.sql


def check_shapes(frame: gpd.GeoDataFrame, expected: dict[str, Any]) -> None:
    assert frame.crs == "EPSG:4326"
    for code, shape in zip(frame["group"], frame.geometry, strict=True):
        wanted = expected.get(code)
        assert (shape is None) == (wanted is None), code
        if shape is not None:
            assert shapely.hausdorff_distance(shape, wanted) < 1e-9


def test_geoparquet_geojson_and_gpkg_have_the_shapes(place: Any, answer: Any, tmp_path: Path) -> None:
    expected = shapes_of(place.warehouse, "township")
    for ending in ("geojson", "gpkg", "geoparquet"):
        path = tmp_path / f"week.{ending}"
        assert write(place.warehouse, answer, path) == [path]
        if ending == "geoparquet":
            frame = gpd.read_parquet(path)
        else:
            frame = pyogrio.read_dataframe(path, **({"layer": "week"} if ending == "gpkg" else {}))
        same(frame, answer)
        check_shapes(frame, expected)
    assert sum(shape is None for shape in frame.geometry) == 2
    beside = pyogrio.read_dataframe(tmp_path / "week.gpkg", layer="about")
    assert answer.sentence("zh") in beside["text"].tolist()
    assert json.loads((tmp_path / "week.geojson").read_text(encoding="utf-8"))["about"]["数据版本"] == "1"


def test_cells_come_with_their_outlines(place: Any, tmp_path: Path) -> None:
    answer = ask(place.warehouse, "volume", by="cell8")
    write(place.warehouse, answer, tmp_path / "cells.geojson")
    frame = pyogrio.read_dataframe(tmp_path / "cells.geojson")
    codes = [row.group for row in answer.rows if row.group]
    assert codes
    assert set(codes) <= set(frame["group"])
    check_shapes(frame, dict(zip(codes, outlines_of(from_text(codes)), strict=True)))


def test_files_land_where_they_are_asked(place: Any, answer: Any, tmp_path: Path) -> None:
    assert write(place.warehouse, answer, tmp_path / "a.csv") == [tmp_path / "a.csv", tmp_path / "a.about.txt"]
    assert all(path.exists() for path in (tmp_path / "a.csv", tmp_path / "a.about.txt"))


def test_what_cannot_be_exported_is_refused(place: Any) -> None:
    by_item = ask(place.warehouse, "volume", by="item")
    for format in ("geojson", "geoparquet", "gpkg"):
        with pytest.raises(BadQuestion, match="map"):
            files_of(place.warehouse, by_item, format=format)
    with pytest.raises(BadQuestion, match="xlsx"):
        files_of(place.warehouse, by_item, format="docx")
    assert set(FORMATS) == {"csv", "xlsx", "parquet", "geojson", "geoparquet", "gpkg"}

"""Parquet and GeoParquet: typed values as the text a person would write."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from errors import BadInput
from etl.parse import parse_times
from etl.readers import read


def test_values_become_text(tmp_path):
    moment = dt.datetime(2026, 1, 31, 9, 5, 7, 120000)
    table = pa.table({
        "id": pa.array([330106199001011234, None], pa.int64()),
        "x": pa.array([0.1, 12.0]),
        "nan": pa.array([float("nan"), 1e300]),
        "money": pa.array([Decimal("1234.50"), None]),
        "at": pa.array([moment, None], pa.timestamp("us")),
        "utc": pa.array([moment, None], pa.timestamp("ms", tz="Asia/Shanghai")),
        "day": pa.array([moment.date(), None]),
        "on": pa.array([True, False]),
        "word": pa.array(["a", ""]).dictionary_encode(),
        "list": pa.array([["a", "b"], None]),
        "where": pa.array([{"x": 1}, None]),
    })  # fmt: skip
    path = tmp_path / "t.parquet"
    pq.write_table(table, path)
    [chunk] = read(path)
    first, second = chunk.table.to_pylist()
    assert first["id"] == "330106199001011234"
    assert (first["x"], second["x"], first["nan"], second["nan"]) == ("0.1", "12", None, "1e+300")
    assert (first["money"], first["day"], first["on"]) == ("1234.50", "2026-01-31", "true")
    assert (first["word"], second["word"], first["list"], first["where"]) == ("a", None, '["a", "b"]', '{"x": 1}')
    local = parse_times(chunk.table["at"], zone="Asia/Shanghai")
    stated = parse_times(chunk.table["utc"], zone="Asia/Shanghai")
    assert str(local.local[0]) == "2026-01-31T09:05:07.120000"
    # the second column was written as UTC: 09:05 UTC is 17:05 in Shanghai
    assert str(stated.local[0]) == "2026-01-31T17:05:07.120000"
    assert chunk.rows.tolist() == [1, 2]


@pytest.mark.parametrize("crs", [4490, 32650, None])
def test_geoparquet(tmp_path, crs):
    shapes = [shapely.box(0, 0, 1, 1), None, shapely.box(2, 2, 3, 3)]
    path = tmp_path / "t.parquet"
    gpd.GeoDataFrame({"code": ["a", "b", "c"]}, geometry=shapes, crs=crs).to_parquet(path)
    [chunk] = read(path)
    assert chunk.crs == (f"EPSG:{crs}" if crs else None)
    assert chunk.table.column_names == ["code"]
    assert list(chunk.geometry) == shapes


def test_empty_and_other_files(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": pa.array([], pa.string())}), path)
    with pytest.raises(BadInput, match=r"t\.parquet holds no records"):
        list(read(path))
    path.write_text("a,b")
    with pytest.raises(BadInput, match=r"t\.parquet cannot be read as Parquet"):
        list(read(path))


@pytest.mark.real
def test_real_network_equals_geopandas(shared_data):
    path = shared_data / "osm/pyrosm/network_paths.parquet"
    [chunk] = read(path)
    oracle = gpd.read_parquet(path)
    assert chunk.table.num_rows == len(oracle)
    assert [int(value) for value in chunk.table["u"].to_pylist()] == oracle["u"].tolist()
    assert [float(value) for value in chunk.table["length"].to_pylist()] == oracle["length"].tolist()
    assert all(a.equals(b) for a, b in zip(chunk.geometry, oracle.geometry, strict=True))

"""Map files: attributes as written, shapes as GDAL reads them, names right whatever the encoding says."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from errors import BadInput
from etl.readers import read

NAMES = ["分水镇", "桐君街道", None, "富春江镇"]


@pytest.fixture
def frame():
    shapes = shapely.points(119.5 + np.arange(4) / 10, 29.8)
    return gpd.GeoDataFrame({"name": NAMES, "n": [1, 2, 3, 4], "x": [0.1, 2.0, None, 1e-7]}, geometry=shapes, crs=4490)


def write_shapefile(frame: gpd.GeoDataFrame, path: Path, encoding: str) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.to_file(path, encoding=encoding)
    return path


def rows(path: Path, **options: object) -> list[dict[str, str | None]]:
    return [row for chunk in read(path, **options) for row in chunk.table.to_pylist()]


@pytest.mark.parametrize("cpg", ["GBK", "missing", "UTF-8", "ISO-8859-1"])
@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_shapefile_names_are_right_whatever_the_cpg_says(tmp_path, frame, encoding, cpg):
    path = write_shapefile(frame, tmp_path / "t.shp", encoding)
    if cpg == "missing":
        path.with_suffix(".cpg").unlink()
    else:
        path.with_suffix(".cpg").write_text(cpg)
    [chunk] = read(path)
    assert chunk.table["name"].to_pylist() == NAMES
    assert chunk.crs == "EPSG:4490"
    assert chunk.encoding == ("utf-8" if encoding == "UTF-8" else "gb18030")
    assert chunk.rows.tolist() == [1, 2, 3, 4]


def test_a_stated_encoding_that_is_wrong_is_refused(tmp_path, frame):
    path = write_shapefile(frame, tmp_path / "t.shp", "UTF-8")
    with pytest.raises(BadInput, match=r"t\.shp is not GBK .* reads as UTF-8"):
        list(read(path, encoding="GBK"))
    path = write_shapefile(frame, tmp_path / "u.shp", "GBK")
    with pytest.raises(BadInput, match=r"u\.shp is not utf-8 .* reads as GB18030"):
        list(read(path, encoding="utf-8"))


def test_shapefile_ids_of_eighteen_digits_and_deleted_records(tmp_path, frame):
    path = write_shapefile(frame.assign(name="330106199001011234"), tmp_path / "t.shp", "UTF-8")
    dbf = path.with_suffix(".dbf")
    raw = bytearray(dbf.read_bytes())
    # make the text column one of numbers, as other programs write ids, and delete the second record
    raw[32 + 11 : 32 + 12] = b"N"
    head, width = int.from_bytes(raw[8:10], "little"), int.from_bytes(raw[10:12], "little")
    raw[head + width] = ord("*")
    dbf.write_bytes(raw)
    [chunk] = read(path)
    assert chunk.table["name"].to_pylist() == ["330106199001011234"] * 3
    assert chunk.rows.tolist() == [1, 3, 4]
    assert [shape.x for shape in chunk.geometry] == [119.5, 119.7, 119.8]


def test_shapefile_mixed_encodings_are_pinned(tmp_path, frame):
    path = write_shapefile(frame, tmp_path / "t.shp", "UTF-8")
    dbf = path.with_suffix(".dbf")
    raw = dbf.read_bytes()
    dbf.write_bytes(raw.replace("富春江镇".encode(), "富春江镇".encode("gbk").ljust(12)))
    [chunk] = read(path)
    assert chunk.table["name"].to_pylist() == NAMES[:3]
    [fault] = chunk.faults
    assert (fault.row, fault.fault_code, fault.record["name"]) == (4, "encoding", "富春江镇")


def test_parts_of_a_shapefile_that_are_missing(tmp_path, frame):
    path = write_shapefile(frame, tmp_path / "t.shp", "UTF-8")
    path.with_suffix(".shx").unlink()
    with pytest.raises(BadInput, match=r"the file t\.shx that belongs to it is missing"):
        list(read(path))


def test_geopackage_layers(tmp_path, frame):
    path = tmp_path / "t.gpkg"
    frame.to_file(path, layer="townships", driver="GPKG")
    frame.iloc[:1].to_file(path, layer="stations", driver="GPKG")
    chunks = list(read(path))
    assert [(chunk.sheet, chunk.table.num_rows) for chunk in chunks] == [("townships", 4), ("stations", 1)]
    assert chunks[0].table.to_pylist()[0] == {
        "name": "分水镇", "n": "1", "x": "0.1", "geometry.x": "119.5", "geometry.y": "29.8",
    }  # fmt: skip
    assert [chunk.sheet for chunk in read(path, layer="stations")] == ["stations"]
    with pytest.raises(BadInput, match=r"no layer grids\. Its layers are: townships, stations"):
        list(read(path, layer="grids"))


def test_kml(tmp_path):
    path = tmp_path / "t.kml"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>'
        "<name>驻点</name><Placemark><name>分水</name><Point><coordinates>119.43,29.93</coordinates></Point></Placemark>"
        "</Folder></Document></kml>",
        "utf-8",
    )
    [chunk] = read(path)
    assert chunk.crs == "EPSG:4326"
    [row] = rows(path)
    assert (row["geometry.x"], row["geometry.y"]) == ("119.43", "29.93")
    assert "分水" in row.values()
    assert chunk.sheet == "驻点"


def test_not_a_map_file(tmp_path):
    path = tmp_path / "t.gpkg"
    path.write_text("nothing")
    with pytest.raises(BadInput, match=r"t\.gpkg cannot be read as GPKG") as caught:
        list(read(path))
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.real
def test_xian_links_equal_gdal(shared_data, tmp_path):
    path = shared_data / "xian-roads/modifiedConn_link.shp"
    [chunk] = read(path)
    oracle = gpd.read_file(path, encoding="GBK")
    assert chunk.table.num_rows == 9842
    assert chunk.table["road_name"].to_pylist() == [name or None for name in oracle["road_name"]]
    assert [int(value) for value in chunk.table["link_id"].to_pylist()] == oracle["link_id"].tolist()
    assert [float(value) for value in chunk.table["length"].to_pylist()] == oracle["length"].tolist()
    assert shapely.equals_exact(np.array(chunk.geometry), oracle.geometry.to_numpy()).all()
    for suffix in (".shp", ".shx", ".dbf", ".prj"):
        shutil.copy(path.with_suffix(suffix), tmp_path)
    [bare] = read(tmp_path / path.name)
    assert bare.table.equals(chunk.table)

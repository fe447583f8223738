"""JSON and GeoJSON: values as written, shapes as parsed, records found where they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from errors import BadInput
from etl.readers import Chunk, read
from etl.readers.json_text import Walker, flat

SCALAR = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text())
VALUE = st.recursive(SCALAR, lambda one: st.lists(one, max_size=4) | st.dictionaries(st.text(), one, max_size=4))


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def one(path: Path, **options: object) -> Chunk:
    [chunk] = read(path, **options)
    return chunk


@given(value=VALUE, indent=st.sampled_from([None, 1]))
def test_walker_sees_what_json_sees(value, indent):
    text = json.dumps({"before": value, "items": [value, value], "after": value}, indent=indent)
    walker = Walker(text, "t.json")
    found = {}
    for key in walker.members():
        found[key] = walker.value(json.JSONDecoder()) if key != "items" else [
            walker.value(json.JSONDecoder()) for _ in walker.items()
        ]  # fmt: skip
    walker.finish()
    assert found == json.loads(text)


@given(text=st.text(alphabet='{}[]",:1a \n', max_size=30))
def test_walker_refuses_what_json_refuses(text):
    walker = Walker(text, "t.json")
    try:
        json.loads(text)
        good = bool(text.strip())
    except ValueError:
        good = False
    if good:
        walker.value()
        walker.finish()
    else:
        with pytest.raises(BadInput):
            _walk(walker)


def _walk(walker: Walker) -> None:
    """Take everything in the way a document is read."""
    if walker.peek() == "{":
        for _ in walker.members():
            walker.value()
    elif walker.peek() == "[":
        for _ in walker.items():
            walker.value()
    else:
        walker.value()
    walker.finish()


def test_numbers_stay_as_written(tmp_path):
    path = write(tmp_path / "t.json", '[{"id": 330106199001011234, "x": 1.10, "y": 1E5, "on": true, "no": null}]')
    assert one(path).table.to_pylist() == [
        {"id": "330106199001011234", "x": "1.10", "y": "1E5", "on": "true", "no": None}
    ]


def test_nested_values_get_dotted_names():
    record = {"a": {"b": {"c": "x"}}, "at": [1, 2], "many": [{"k": "v"}], "empty": ""}
    assert flat(record) == {
        "a.b.c": "x", "at": "[1, 2]", "at.0": "1", "at.1": "2", "many": '[{"k": "v"}]', "empty": None,
    }  # fmt: skip


def test_records_are_found_or_asked_for(tmp_path):
    path = write(tmp_path / "t.json", '{"total": 1, "result": {"a": [{"x": 1}], "b": [{"x": 2}, {"x": 3}]}}')
    assert one(path, records="result.b").table["x"].to_pylist() == ["2", "3"]
    with pytest.raises(BadInput, match=r"result\.a, result\.b"):
        list(read(path))
    assert one(write(tmp_path / "u.json", '{"n": 1, "rows": [{"x": 1}]}')).table["x"].to_pylist() == ["1"]


def test_features_keep_wrong_nesting_and_name_points(tmp_path):
    path = write(tmp_path / "t.geojson", json.dumps({
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "id": 7, "properties": {"name": "a"},
             "geometry": {"type": "MultiPolygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}},
            {"type": "Feature", "properties": {"name": "b"},
             "geometry": {"type": "Point", "coordinates": [119.5, 29.8]}},
            {"type": "Feature", "properties": None, "geometry": None},
        ],
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}},
    }))  # fmt: skip
    chunk = one(path)
    assert chunk.crs == "urn:ogc:def:crs:EPSG::4490"
    assert chunk.geometry[0] == {"type": "MultiPolygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    assert chunk.geometry[2] is None
    assert chunk.table.to_pylist() == [
        {"name": "a", "id": "7", "geometry.x": None, "geometry.y": None},
        {"name": "b", "id": None, "geometry.x": "119.5", "geometry.y": "29.8"},
        {"name": None, "id": None, "geometry.x": None, "geometry.y": None},
    ]
    assert json.loads(chunk.record(1)["geometry"]) == {"type": "Point", "coordinates": [119.5, 29.8]}
    assert one(path, geometry=False).geometry is None


def test_lines_pin_the_bad_one(tmp_path):
    path = write(tmp_path / "t.jsonl", '{"id": 1}\n\n{"id": 2, }\n{"id": 3, "more": "x"}\n')
    chunk = one(path)
    assert chunk.rows.tolist() == [1, 4]
    assert chunk.table.to_pylist() == [{"id": "1", "more": None}, {"id": "3", "more": "x"}]
    [fault] = chunk.faults
    assert (fault.row, fault.fault_code, fault.raw) == (3, "not_json_line", '{"id": 2, }')


def test_large_collections_come_in_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr("etl.readers.gather.CHUNK_ROWS", 10)
    features = [{"type": "Feature", "properties": {"n": n}, "geometry": None} for n in range(25)]
    path = write(tmp_path / "t.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    chunks = list(read(path))
    assert [chunk.first_row for chunk in chunks] == [1, 11, 21]
    assert [n for chunk in chunks for n in chunk.table["n"].to_pylist()] == [str(n) for n in range(25)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(records=st.lists(st.dictionaries(st.sampled_from("abc"), st.text(), min_size=1), min_size=1, max_size=5))
def test_text_comes_back(records, tmp_path):
    path = write(tmp_path / "t.json", json.dumps(records))
    found = one(path).table.to_pylist()
    assert [{k: v or None for k, v in record.items()} for record in records] == [
        {name: row[name] for name in record} for record, row in zip(records, found, strict=True)
    ]


@pytest.mark.real
def test_socrata_rows(shared_data):
    chunk = one(shared_data / "sf-fire-dispatch/sf_neighborhoods.json")
    assert chunk.table.num_rows == 41
    assert chunk.table["NHOOD"][0].as_py() == "Bayview Hunters Point"
    assert "the_geom" not in chunk.table.column_names
    assert {shape.geom_type for shape in chunk.geometry} == {"MultiPolygon"}


@pytest.mark.real
def test_lists_by_name(shared_data):
    path = shared_data / "sf-fire-dispatch/emergency_locations.json"
    stations, hospitals = one(path, records="FireDepartments"), one(path, records="Hospitals")
    assert (stations.table.num_rows, hospitals.table.num_rows) == (45, 23)
    assert stations.table["Location.0"][0].as_py() == "37.7802841"


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "count", "crs"),
    [("jiangcun-grids/grid-网格11.geojson", 605, None),
     ("jiangcun-grids/grid-网格.geojson", 213, "urn:ogc:def:crs:EPSG::4490"),
     ("zj-townships/dinghai.json", 12, None), ("jindong-townships-utm/jinhuajindong.json", 11, None),
     ("la311/nc_certified_boundaries.geojson", 99, None)],
)  # fmt: skip
def test_real_collections_equal_json(shared_data, name, count, crs):
    chunk = one(shared_data / name)
    features = json.loads((shared_data / name).read_text("utf-8-sig"))["features"]
    assert (chunk.table.num_rows, chunk.crs) == (count, crs)
    assert list(chunk.geometry) == [feature["geometry"] for feature in features]
    for row, feature in zip(chunk.table.to_pylist(), features, strict=True):
        for key, value in feature["properties"].items():
            if isinstance(value, str):
                assert row[key] == (value or None)


def test_stated_records_may_be_features(tmp_path):
    path = write(tmp_path / "t.geojson", '{"type": "FeatureCollection", "features": [{"properties": {"n": 1}}]}')
    assert one(path, records="features").table["properties.n"].to_pylist() == ["1"]


def test_gb18030_json(tmp_path):
    path = tmp_path / "t.json"
    path.write_bytes('[{"名称": "分水镇人民政府"}]'.encode("gb18030"))
    assert one(path).table["名称"].to_pylist() == ["分水镇人民政府"]

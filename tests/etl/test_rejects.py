"""Rejects: exported to be mended in a spreadsheet, and read again exactly as they were."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from etl.faults import Flaw
from etl.readers import read
from etl.rejects import (
    NOTES,
    Reject,
    from_table,
    read_mended,
    reject_fault,
    reject_flaws,
    to_table,
    write_rejects_csv,
    write_rejects_xlsx,
)
from etl.spreadsheet import as_written, shown_as_text

TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t=+-@'\"0123456789.,"))
DANGEROUS = [
    "=1+1", "+86 571", "-1+2", "@SUM(A1)", "\t=1", "＝1", "330106199001011234", "007", "2018-01-24", "1/2/18", "9:30",
    "1.10", "1e5", "3E10", "37.77444199483868", "'quoted", "2018-01-24 17:36:16 UTC", "12%", "1,234",
]  # fmt: skip
HARMLESS = ["119.6421", "-0.5", "12", "0", "分水镇", "a=b", "700 Block of 44TH AVE", "", "3号"]


def reject(row: int, record: dict[str, str | None], *, source: str = "calls", fault: str = "swapped") -> Reject:
    said = "longitude 29.9 and latitude 119.4 have changed places. Exchange them."
    return Reject(source, "台账.csv", "", row, "经度", fault, said, "29.9", record)


@pytest.fixture
def chunk(tmp_path):
    path = tmp_path / "台账.csv"
    path.write_text("编号,经度,纬度,内容\n330106199001011234,29.9,119.4,=1+1\n2,119.4,29.9,ok\n3,short\n", "utf-8")
    [found] = read(path)
    return found


@pytest.mark.parametrize("value", DANGEROUS)
def test_what_a_spreadsheet_would_change_is_marked(value):
    assert shown_as_text(value) == "'" + value


@pytest.mark.parametrize("value", HARMLESS)
def test_what_it_shows_as_it_is_stays(value):
    assert shown_as_text(value) == value


@given(value=TEXT)
def test_marks_come_off(value):
    assert as_written(shown_as_text(value)) == value
    # nothing that starts a formula is left bare, save plain negative numbers
    shown = shown_as_text(value)
    assert not shown.startswith(("=", "+", "@", "\t"))
    assert not shown.startswith("-") or float(shown) <= 0


def test_flaws_and_faults_become_rejects(chunk):
    flaws = [Flaw(0, "swapped", {"lon": "29.9", "lat": "119.4"}), Flaw(1, "outside", {}),
             Flaw(1, "bad_coordinate", {"value": "119.4"}, "lon")]  # fmt: skip
    found = reject_flaws("calls", chunk, flaws, column={"lon": "经度", "lat": "纬度"})
    assert [(one.row, one.column, one.fault, one.raw) for one in found] == [
        (2, "经度, 纬度", "swapped", "29.9, 119.4"), (3, "经度", "bad_coordinate", "119.4"),
    ]  # fmt: skip
    assert found[0].message == "longitude 29.9 and latitude 119.4 have changed places. Exchange them."
    ragged = reject_fault("calls", chunk, chunk.faults[0])
    assert (ragged.row, ragged.fault, ragged.record["经度"]) == (4, "ragged_row", "short")
    assert from_table(to_table([*found, ragged])) == [*found, ragged]
    assert json.loads(to_table(found)["record"][0].as_py())["编号"] == "330106199001011234"


def test_the_export_says_what_is_wrong_and_loads_again(tmp_path, chunk):
    path = tmp_path / "rejects.csv"
    flaws = [Flaw(0, "swapped", {"lon": "29.9", "lat": "119.4"}), Flaw(0, "missing_time", {})]
    rejects = reject_flaws("calls", chunk, flaws, column="经度")
    assert write_rejects_csv(path, rejects, lang="zh") == 1
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    [header, row] = csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
    assert header == ["编号", "经度", "纬度", "内容", *NOTES]
    assert row[:4] == ["'330106199001011234", "29.9", "119.4", "'=1+1"]
    assert row[4:] == ["calls", "台账.csv", "", "2", "经度; 经度", "swapped; missing_time",
                       "经度 29.9 与纬度 119.4 写反了。请对调。; 时间为空。请补填。"]  # fmt: skip
    mended = path.read_text("utf-8-sig").replace("29.9,119.4", "119.4,29.9")
    path.write_bytes(mended.encode("gb18030"))  # as a Chinese Excel saves it
    [again] = read_mended(path, source="calls")
    assert again.table.to_pylist() == [
        {"编号": "330106199001011234", "经度": "119.4", "纬度": "29.9", "内容": "=1+1"}
    ]  # fmt: skip
    assert list(read_mended(path, source="other")) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(records=st.lists(st.fixed_dictionaries({"id": st.text("abc", min_size=1), "=note": TEXT, "x": TEXT}), min_size=1,
                        max_size=8))  # fmt: skip
@example(records=[{"id": value, "=note": "a", "x": "b"} for value in DANGEROUS])
def test_every_text_survives_export_and_reading(records, tmp_path):
    path = tmp_path / "rejects.csv"
    rejects = [reject(row, record) for row, record in enumerate(records, start=2)]
    write_rejects_csv(path, rejects)
    found = [row for chunk in read_mended(path) for row in chunk.table.to_pylist()]
    assert [
        {name: row.get(name) or "" for name in record} for record, row in zip(records, found, strict=True)
    ] == records


def test_sources_with_other_columns_share_a_file(tmp_path):
    path = tmp_path / "rejects.csv"
    rejects = [reject(2, {"a": "1", "b": None}), reject(2, {"c": "2"}, source="cases"), reject(3, {"a": "3", "b": "4"})]
    assert write_rejects_csv(path, rejects) == 3
    [calls], [cases] = read_mended(path, source="calls"), read_mended(path, source="cases")
    assert calls.table.to_pylist() == [{"a": "1", "b": None}, {"a": "3", "b": "4"}]
    assert cases.table.to_pylist() == [{"c": "2"}]


def test_shapes_survive(tmp_path):
    source = tmp_path / "t.geojson"
    shape = {"type": "MultiPolygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    feature = {"type": "Feature", "properties": {"name": "a"}, "geometry": shape}
    source.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    [chunk] = read(source)
    path = tmp_path / "rejects.csv"
    write_rejects_csv(path, reject_flaws("areas", chunk, [Flaw(0, "bad_geometry", {"why": "x"})]))
    [again] = read_mended(path)
    assert list(again.geometry) == [shape]


def test_the_workbook_holds_text_only(tmp_path):
    path = tmp_path / "rejects.xlsx"
    write_rejects_xlsx(path, [reject(2, {"id": "330106199001011234", "note": "=1+1", "n": "007"})])
    sheet = openpyxl.load_workbook(path).active
    assert [cell.value for cell in sheet[2]][:3] == ["330106199001011234", "=1+1", "007"]
    assert {cell.data_type for cell in sheet[2] if cell.value} == {"s"}
    [again] = read_mended(path)
    assert again.table.to_pylist() == [{"id": "330106199001011234", "note": "=1+1", "n": "007"}]


def test_nothing_to_export(tmp_path):
    assert write_rejects_csv(tmp_path / "rejects.csv", []) == 0
    assert Path(tmp_path / "rejects.csv").read_text("utf-8-sig").strip() == ",".join(NOTES)

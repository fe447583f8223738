"""Workbooks: dates as ISO, ids as typed, every visible sheet, headers over merged cells; openpyxl as the oracle."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from errors import BadInput
from etl.readers import read


@pytest.fixture
def book(tmp_path):
    """A workbook to fill; closed by :func:`saved`."""
    return xlsxwriter.Workbook(tmp_path / "t.xlsx", {"default_date_format": "yyyy-mm-dd hh:mm:ss"})


def saved(book: xlsxwriter.Workbook) -> Path:
    book.close()
    return Path(book.filename)


def test_values_become_the_text_people_typed(book):
    sheet = book.add_worksheet("数据")
    sheet.write_row(0, 0, ["id", "code", "n", "x", "at", "day", "on", "note"])
    sheet.write_string(1, 0, "330106199001011234")
    sheet.write_row(1, 1, ["007", 330122002, 119.6421])
    sheet.write_datetime(1, 4, dt.datetime(2026, 1, 31, 9, 5, 7))
    sheet.write_datetime(1, 5, dt.date(2026, 1, 31))
    sheet.write_boolean(1, 6, True)
    sheet.write_string(1, 7, "=1+1")
    sheet.write_datetime(3, 4, dt.datetime(2026, 2, 1))
    [chunk] = read(saved(book))
    assert (chunk.sheet, chunk.rows.tolist()) == ("数据", [2, 4])
    assert list(chunk.record(0).values()) == [
        "330106199001011234", "007", "330122002", "119.6421", "2026-01-31 09:05:07", "2026-01-31", "true", "=1+1",
    ]  # fmt: skip
    # midnight in a column of times keeps its hours, so that one format fits the column
    assert chunk.record(1)["at"] == "2026-02-01 00:00:00"


def test_ids_that_lost_digits_are_refused(book):
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["id", "name"])
    sheet.write_row(1, 0, [330106199001011234, "a"])
    sheet.write_row(2, 0, [123456789012345, "b"])
    [chunk] = read(saved(book))
    assert chunk.table["id"].to_pylist() == ["123456789012345"]
    [fault] = chunk.faults
    assert (fault.row, fault.column, fault.fault_code) == (2, "id", "digits_lost")
    assert fault.record["name"] == "a"


def test_every_visible_sheet_or_the_named_one(book):
    for name, value in (("一月", 1), ("二月", 2), ("码表", 3)):
        book.add_worksheet(name).write_column(0, 0, ["n", value])
    book.add_worksheet("空")
    book.get_worksheet_by_name("码表").hide()
    path = saved(book)
    assert [(chunk.sheet, chunk.table["n"].to_pylist()) for chunk in read(path)] == [("一月", ["1"]), ("二月", ["2"])]
    assert [chunk.table["n"].to_pylist() for chunk in read(path, sheet="码表")] == [["3"]]
    with pytest.raises(BadInput, match=r"no sheet 三月\. Its sheets are: 一月, 二月"):
        list(read(path, sheet="三月"))


def test_titles_and_merged_headers(book):
    sheet = book.add_worksheet()
    sheet.merge_range(0, 0, 0, 4, "桐庐县事件台账")
    sheet.write(1, 0, "填报单位：")
    sheet.write(1, 3, "日期：")
    sheet.merge_range(2, 0, 3, 0, "编号")
    sheet.merge_range(2, 1, 2, 2, "位置")
    sheet.merge_range(2, 3, 2, 4, "时间")
    sheet.write_row(3, 1, ["经度", "纬度", "上报", "办结"])
    sheet.write_row(4, 0, ["1", 119.6, 29.8, "a", "b"])
    sheet.write_row(5, 0, ["2", 119.7, 29.9, "c", "d"])
    [chunk] = read(saved(book))
    assert chunk.table.column_names == ["编号", "经度", "纬度", "上报", "办结"]
    assert chunk.rows.tolist() == [5, 6]
    assert list(chunk.record(1).values()) == ["2", "119.7", "29.9", "c", "d"]


def test_merged_cells_count_for_all_their_rows(book):
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["镇", "网格"])
    sheet.merge_range(1, 0, 3, 0, "分水镇")
    sheet.write_column(1, 1, ["g1", "g2", "g3"])
    [chunk] = read(saved(book))
    assert chunk.table.to_pylist() == [{"镇": "分水镇", "网格": f"g{n}"} for n in (1, 2, 3)]


def test_one_column_and_a_table_that_starts_further_in(book):
    book.add_worksheet("a").write_column(2, 3, ["code", "x", "y"])
    [chunk] = read(saved(book))
    assert (chunk.table.to_pylist(), chunk.rows.tolist()) == ([{"code": "x"}, {"code": "y"}], [4, 5])


def test_equals_openpyxl(book):
    random.seed(7)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["text", "whole", "decimal", "time"])
    start = dt.datetime(2020, 1, 1)
    for row in range(1, 400):
        sheet.write_string(row, 0, random.choice(["占道经营", " blank ", "0012", "a\nb"]))
        sheet.write_number(row, 1, random.randrange(-(10**9), 10**9))
        sheet.write_number(row, 2, round(random.uniform(-180, 180), 7))
        sheet.write_datetime(row, 3, start + dt.timedelta(seconds=random.randrange(10**8)))
    path = saved(book)
    oracle = openpyxl.load_workbook(path, data_only=True).active
    expected = [
        [text, str(whole), repr(float(decimal)), time.isoformat(" ", "seconds")]
        for text, whole, decimal, time in oracle.iter_rows(min_row=2, values_only=True)
    ]
    [chunk] = read(path)
    assert [list(row.values()) for row in chunk.table.to_pylist()] == expected


def test_not_a_workbook(tmp_path):
    path = tmp_path / "t.xls"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match=r"t\.xls cannot be read as Excel"):
        list(read(path))

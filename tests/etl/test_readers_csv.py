"""CSV: every value and row number as Python's own reader gives them, in any encoding, however the lines are quoted."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from errors import BadInput
from etl.readers import Chunk, delimited, read

CELL = st.text(alphabet=st.sampled_from("ab1 ,;\"'\n桐庐分水é=0"), max_size=8)
HANZI = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
ROWS = st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=12)


def whole(path: Path, **options: object) -> list[Chunk]:
    return list(read(path, **options))


def rows_of(chunks: list[Chunk]) -> list[list[str | None]]:
    return [list(row.values()) for chunk in chunks for row in chunk.table.to_pylist()]


def by_python(text: str, delimiter: str = ",") -> tuple[list[list[str | None]], list[int]]:
    """The oracle: rows that are not empty, and their numbers, by the csv module."""
    kept, numbers = [], []
    for number, fields in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
        if number > 1 and any(fields):
            kept.append([field or None for field in fields])
            numbers.append(number)
    return kept, numbers


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(rows=ROWS, ending=st.sampled_from(["\n", "\r\n"]), delimiter=st.sampled_from(",;\t"), block=st.integers(8, 200))
def test_rows_and_numbers_equal_pythons_reader(rows, ending, delimiter, block, tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "_BLOCK", block)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=ending)
    writer.writerows([["id", "说明", "n"], *rows])
    path = tmp_path / "t.csv"
    path.write_bytes(out.getvalue().encode())
    expected, numbers = by_python(out.getvalue(), delimiter)
    if not expected:
        with pytest.raises(BadInput):
            whole(path, delimiter=delimiter)
        return
    chunks = whole(path, delimiter=delimiter)
    assert rows_of(chunks) == expected
    assert [int(row) for chunk in chunks for row in chunk.rows] == numbers
    assert not any(chunk.faults for chunk in chunks)


@pytest.mark.parametrize(
    ("codec", "said"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030"), ("gbk", "gb18030"), ("utf-16", "utf-16")],
)
def test_encoding_is_found(tmp_path, codec, said):
    path = tmp_path / "t.csv"
    path.write_bytes("编号,名称\n001,分水镇联通路\n002,桐君街道\n".encode(codec))
    [chunk] = whole(path)
    assert chunk.encoding == said
    assert chunk.table.to_pylist() == [{"编号": "001", "名称": "分水镇联通路"}, {"编号": "002", "名称": "桐君街道"}]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text(alphabet=HANZI, min_size=2, max_size=9), min_size=3, max_size=30))
def test_chinese_in_gb18030_and_in_utf8_comes_back(words, tmp_path):
    # rare characters alone may not look Chinese; the header does
    text = "编号,事件名称和处置情况\n" + "".join(f"{place},{word}\n" for place, word in enumerate(words))
    for codec in ("utf-8", "gb18030"):
        path = tmp_path / f"{codec}.csv"
        path.write_bytes(text.encode(codec))
        stated = None if codec == "utf-8" or common(words) else "gb18030"
        chunks = whole(path, encoding=stated)
        assert [row[1] for row in rows_of(chunks)] == words


def common(words: list[str]) -> bool:
    """Whether most letters are of GB2312, as in text that people write."""
    letters = "".join(words)
    return sum(letter.encode("gb2312", "ignore") != b"" for letter in letters) * 2 > len(letters)


def test_lines_within_quotes_do_not_shift_row_numbers(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('id,note\n1,"two\nlines, with a comma"\n\n2,"a ""quoted"" word"\n3\n4,x\n', "utf-8")
    [chunk] = whole(path)
    assert chunk.rows.tolist() == [2, 4, 6]
    assert chunk.table["note"].to_pylist() == ["two\nlines, with a comma", 'a "quoted" word', "x"]
    [fault] = chunk.faults
    assert (fault.row, fault.fault_code, fault.values) == (5, "ragged_row", {"got": "1", "expected": "2"})


def test_ids_and_zeros_stay_text(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id,code,n\n330106199001011234,007,1.10\n330106199001011235,000,1e5\n", "utf-8")
    assert rows_of(whole(path)) == [["330106199001011234", "007", "1.10"], ["330106199001011235", "000", "1e5"]]


def test_a_stray_quote_costs_its_own_row_only(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('id,note,n\n1,a,1\n2,"open,2\n3,b,3\n4,"c",4\n5,d,5\n', "utf-8")
    chunks = whole(path)
    assert [row[0] for row in rows_of(chunks)] == ["1", "3", "4", "5"]
    assert [int(row) for chunk in chunks for row in chunk.rows] == [2, 4, 5, 6]
    [fault] = [fault for chunk in chunks for fault in chunk.faults]
    assert (fault.row, fault.column, fault.fault_code) == (3, "note", "open_quote")
    assert fault.record == {"id": "2", "note": '"open', "n": "2"}


def test_a_quote_open_to_the_end_costs_its_own_row_only(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('id,note,n\n1,a,1\n2,"open,2\n3,b,3\n4,c,4\n', "utf-8")
    chunks = whole(path)
    assert [row[0] for row in rows_of(chunks)] == ["1", "3", "4"]
    assert [fault.row for chunk in chunks for fault in chunk.faults] == [3]


def test_delimiter_is_found_and_names_are_made_unique(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a;a;;b, c\n1;2;3;4, 5\n6;7;8;9, 0\n", "utf-8")
    [chunk] = whole(path)
    assert chunk.delimiter == ";"
    assert chunk.table.column_names == ["a", "a (2)", "column 3", "b, c"]


def test_empty_fields_beyond_the_header_are_let_go(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2,,\n3,4,5\n", "utf-8")
    [chunk] = whole(path)
    assert rows_of([chunk]) == [["1", "2"]]
    assert chunk.faults[0].record == {"a": "3", "b": "4", "column 3": "5"}


def test_progress_ends_at_the_whole_file(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1,2\n" * 50, "utf-8")
    told: list[tuple[int, float]] = []
    whole(path, progress=lambda rows, share: told.append((rows, share)))
    assert told[-1] == (50, 1.0)


def test_many_gbk_rows(tmp_path):
    path = tmp_path / "big.csv"
    line = "3301220022001234{:06},占道经营,2026-01-01 08:00:00,119.{:06},桐庐县分水镇东溪村\n"
    body = "".join(line.format(number, number) for number in range(200_000))
    path.write_bytes(("编号,事项,时间,经度,地址\n" + body).encode("gb18030"))
    chunks = whole(path)
    assert sum(chunk.table.num_rows for chunk in chunks) == 200_000
    assert chunks[-1].rows[-1] == 200_001
    assert chunks[-1].table["编号"][-1].as_py() == "3301220022001234199999"


@pytest.mark.real
@pytest.mark.parametrize(
    "name",
    ["sf-fire-dispatch/sfpd_dispatch_data_subset.csv", "la311/2018_mini_a.csv", "la311/requests_seed.csv",
     "cn-villages/villages_tonglu_dinghai_jindong_chongzhou.csv", "xian-roads/example_gps.csv"],
)  # fmt: skip
def test_real_files_equal_pandas(shared_data, name):
    chunks = whole(shared_data / name)
    oracle = pd.read_csv(shared_data / name, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    found = pd.concat(chunk.table.to_pandas() for chunk in chunks).fillna("").reset_index(drop=True)
    assert list(found.columns) == list(oracle.columns)
    assert (found.to_numpy() == oracle.to_numpy()).all()
    assert not any(chunk.faults for chunk in chunks)

"""Bad input, one by one: each gives a clear message that names the place and the mending, and nothing is lost."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import errors
from etl import files
from etl.archive import unpacked
from etl.faults import message, place
from etl.judge import judge_closed, judge_duplicates, judge_known
from etl.parse import judge_coordinates, parse_times
from etl.readers import Chunk, delimited, read
from etl.rejects import Reject, read_mended, reject_flaws, write_rejects_csv
from geo.repair import repair

HEADER = "编号,上报时间,经度,纬度,内容\n"
ROW = "330106199001011234,2026-01-31 09:05:00,119.4321,29.9321,占道经营\n"
SITE = (118.9, 29.5, 120.0, 30.1)


def source(folder: Path, text: str | bytes, name: str = "台账.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def told(path: Path, **options: object) -> str:
    """The message of a source that cannot be read."""
    with pytest.raises(errors.BadInput) as caught:
        list(read(path, **options))
    return str(caught.value)


def one(path: Path, **options: object) -> Chunk:
    [chunk] = read(path, **options)
    return chunk


def judged(chunk: Chunk) -> list[Reject]:
    """The rejects of a chunk's coordinates."""
    found = judge_coordinates(chunk.table["经度"], chunk.table["纬度"], bounds=SITE)
    return reject_flaws("calls", chunk, found.flaws, column={"lon": "经度", "lat": "纬度"})


# files that cannot be read at all


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.json", "a.geojson", "a.jsonl", "a.parquet", "a.gpkg"])
def test_empty_file(tmp_path, name):
    assert told(source(tmp_path, "", name)) == f"{name} is empty. Export it again, or take it out of the site file."


def test_file_of_blanks(tmp_path):
    assert "a.csv is empty" in told(source(tmp_path, " \n\n", "a.csv"))


def test_header_only(tmp_path):
    assert told(source(tmp_path, HEADER)).startswith("台账.csv has a header and no rows.")
    assert told(source(tmp_path, HEADER + ",,,,\n\n")).startswith("台账.csv has a header and no rows.")
    assert "holds no records" in told(source(tmp_path, "[]", "a.json"))
    assert "holds no records" in told(source(tmp_path, '{"type": "FeatureCollection", "features": []}', "a.geojson"))


def test_wrong_delimiter(tmp_path):
    path = source(tmp_path, (HEADER + ROW).replace(",", ";"))
    said = "台账.csv is not separated by , but by ;. Say delimiter: ';' in the site file, or leave it out."
    assert told(path, delimiter=",") == said
    assert one(path).table.num_columns == 5
    tabs = source(tmp_path, (HEADER + ROW).replace(",", "\t"), "a.csv")
    assert "but by \\t" in told(tabs, delimiter=",")


def test_a_workbook_named_csv(tmp_path):
    assert "a.csv cannot be read as CSV: it is excel or zip" in told(source(tmp_path, b"PK\x03\x04rest", "a.csv"))
    assert "it is no text" in told(source(tmp_path, b"a,b\n1,\x00\x01\n", "a.csv"))


def test_not_json(tmp_path):
    path = source(tmp_path, "{'type': 'Feature'}", "a.geojson")
    assert told(path).startswith("a.geojson is not JSON: line 1, column 2, near 'type': 'Feature'}. JSON puts names")
    cut = source(tmp_path, '{"type": "FeatureCollection",\n "features": [{"type": "Feat', "cut.geojson")
    assert "line 2" in told(cut)


@pytest.mark.real
def test_not_json_as_found_in_the_wild(shared_data):
    said = told(shared_data / "sf-fire-dispatch/malformed_points_js_style.geojson")
    assert said.startswith("malformed_points_js_style.geojson is not JSON: line 1, column 134, near type: 'Feature'")


def test_unreadable_file(tmp_path):
    (tmp_path / "a.csv").mkdir()
    assert told(tmp_path / "a.csv") == "a.csv cannot be opened: Is a directory. Check that it exists and may be read."
    assert "cannot be opened: No such file or directory" in told(tmp_path / "b.csv")


def test_file_that_may_not_be_read(tmp_path):
    path = source(tmp_path, HEADER + ROW)
    path.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)  # root may read everything
    try:
        assert told(path).startswith("台账.csv cannot be opened: Permission denied. Check that it exists and may be")
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("how", ["longer", "other bytes", "replaced"])
def test_file_changed_while_being_read(tmp_path, monkeypatch, how):
    monkeypatch.setattr(delimited, "_BLOCK", 256)
    path = source(tmp_path, HEADER + ROW * 50)
    chunks = read(path)
    next(chunks)
    before = path.stat()
    if how == "longer":
        with path.open("ab") as out:
            out.write(ROW.encode())
    elif how == "other bytes":
        path.write_bytes(path.read_bytes()[:-8] + b"\xe5\x88\x86\xe6\xb0\xb4x\n")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # same size, same time: the hash tells
    else:
        source(tmp_path, HEADER + ROW * 2, "new.csv").replace(path)
    with pytest.raises(errors.BadInput, match=r"台账\.csv changed while it was being read\. Wait until it is written"):
        list(chunks)


def test_file_that_vanishes_while_being_read(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "_BLOCK", 256)
    path = source(tmp_path, HEADER + ROW * 50)
    chunks = read(path)
    next(chunks)
    path.unlink()
    with pytest.raises(errors.BadInput, match=r"台账\.csv cannot be opened"):
        list(chunks)


# encodings


def test_wrong_encoding_stated(tmp_path):
    path = source(tmp_path, (HEADER + ROW).encode("gb18030"))
    said = told(path, encoding="utf-8")
    assert said.startswith("台账.csv is not utf-8 (line 1 shows it); it reads as GB18030. Say encoding: GB18030")
    path = source(tmp_path, ROW[:10] + "\n" + HEADER + ROW)
    assert "台账.csv is not GBK (line 2 shows it); it reads as UTF-8" in told(path, encoding="GBK")
    assert "klingon is no text encoding" in told(path, encoding="klingon")


def test_an_encoding_that_cannot_be_told(tmp_path):
    path = source(tmp_path, "id,name\n1,Montréal Hélène Zoé déjà\n".encode("latin-1"), "a.csv")
    assert "a.csv: the text encoding cannot be told (line 2 is neither UTF-8 nor GB18030)" in told(path)
    assert one(path, encoding="latin-1").table["name"].to_pylist() == ["Montréal Hélène Zoé déjà"]


def test_a_header_in_another_encoding_than_the_rows(tmp_path):
    chunk = one(source(tmp_path, HEADER.encode() + (ROW * 3).encode("gb18030")))
    assert chunk.table.column_names == ["编号", "上报时间", "经度", "纬度", "内容"]
    assert (chunk.encoding, chunk.table.num_rows, list(chunk.faults)) == ("gb18030", 3, [])


WORD = st.text(alphabet="分水镇桐君街道占经营出店乱堆物料", min_size=2, max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(words=st.lists(WORD, min_size=5, max_size=20), odd=st.sets(st.integers(0, 19), max_size=2), gb=st.booleans())
def test_mixed_encodings(words, odd, gb, tmp_path):
    main, other = ("gb18030", "utf-8") if gb else ("utf-8", "gb18030")
    odd = {row for row in odd if row < len(words)}
    text = "编号,内容\n".encode(main)
    for row, word in enumerate(words):
        text += f"{row},{word}\n".encode(other if row in odd else main)
    # a few words of GBK can be words of UTF-8 by chance; those cannot be told apart by anyone
    assume(gb or all(_is_no_utf8(words[row]) for row in odd))
    chunk = one(source(tmp_path, text))
    assert [fault.row for fault in chunk.faults] == [row + 2 for row in sorted(odd)]
    assert {fault.fault_code for fault in chunk.faults} <= {"encoding"}
    assert [fault.record["内容"] for fault in chunk.faults] == [words[row] for row in sorted(odd)]
    assert chunk.table["内容"].to_pylist() == [word for row, word in enumerate(words) if row not in odd]


def _is_no_utf8(word: str) -> bool:
    try:
        word.encode("gb18030").decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def test_mixed_encodings_say_which_row_and_load_again(tmp_path):
    text = (HEADER + ROW * 3).encode() + ROW.encode("gb18030") + ROW.encode()
    path = source(tmp_path, text)
    chunk = one(path)
    [fault] = chunk.faults
    where = place("zh", file=chunk.file, row=fault.row)
    assert f"{where}：{message(fault.fault_code, 'zh', **fault.values)}" == (
        "台账.csv，第 5 行：文件的编码是 UTF-8，该行却是 GB18030。"
        "导出的拒收行已是 UTF-8，可直接装载；也可把整个文件存为同一种编码。"
    )
    assert chunk.table.num_rows == 4
    said = message(fault.fault_code, "en", **fault.values)
    out = tmp_path / "rejects.csv"
    write_rejects_csv(out, [Reject("calls", chunk.file, "", 5, "", "encoding", said, fault.raw, fault.record)])
    assert one(out).table.num_rows == 1
    [mended] = read_mended(out)
    assert mended.record(0) == chunk.record(0)


def test_bytes_of_no_encoding(tmp_path):
    path = source(tmp_path, (HEADER + ROW).encode() + b"2,2026-01-31 09:05:00,119.5,29.9,\xff\xfe\n" + ROW.encode())
    chunk = one(path)
    [fault] = chunk.faults
    assert (fault.row, fault.fault_code, fault.record["内容"]) == (3, "bad_bytes", "\\xff\\xfe")


# rows


def test_rows_with_too_few_or_too_many_fields(tmp_path):
    path = source(tmp_path, HEADER + ROW + "2,2026-01-31 09:05:00,119.5\n" + ROW.replace("占道经营", "占道,经营"))
    chunk = one(path)
    assert [(fault.row, fault.fault_code, fault.values["got"]) for fault in chunk.faults] == [
        (3, "ragged_row", "3"), (4, "ragged_row", "6"),
    ]  # fmt: skip
    assert message("ragged_row", **chunk.faults[1].values) == (
        "the row has 6 fields, the header 5. Put text that holds the delimiter in double quotes."
    )
    assert chunk.faults[1].record["column 6"] == "经营"


@pytest.mark.parametrize(
    ("lon", "lat", "fault", "said"),
    [
        ('"119,432.1"', "29.9", "thousand_separators", "119,432.1 has thousand separators. Write plain digits"),
        (
            "29.9321",
            "119.4321",
            "swapped",
            "longitude 29.9321 and latitude 119.4321 have changed places. Exchange",
        ),
        ("119", "29", "whole_degree", "longitude 119.0, latitude 29.0 are cut to whole degrees, about 100 km"),
        ("0", "0", "zero_coordinates", "the coordinates are 0, 0, a place in the ocean"),
        ("119.4", "", "half_coordinates", "of the two coordinates only one is given (longitude 119.4, latitude )"),
        ("东经119", "29.9", "bad_coordinate", "东经119 is not a coordinate. Write decimal degrees"),
    ],
)
def test_coordinates(tmp_path, lon, lat, fault, said):
    path = source(tmp_path, HEADER + ROW + f"2,2026-01-31 09:05:00,{lon},{lat},x\n" + ROW)
    [found] = judged(one(path))
    assert (found.file, found.row, found.fault) == ("台账.csv", 3, fault)
    assert found.message.startswith(said)
    assert found.column == ("经度" if fault in ("thousand_separators", "bad_coordinate") else "经度, 纬度")
    assert found.record["编号"] == "2"


def test_two_digit_years_and_times_in_two_formats(tmp_path):
    times = ["2026-01-31 09:05:00", "26-01-31 09:05:00", "31/01/2026 09:05", "01/02/2026 09:05", "昨天"]
    path = source(tmp_path, HEADER + "".join(f"{n},{text},119.5,29.9,x\n" for n, text in enumerate(times)))
    chunk = one(path)
    found = parse_times(chunk.table["上报时间"], formats=["%Y-%m-%d %H:%M:%S"], zone="Asia/Shanghai")
    rejects = reject_flaws("calls", chunk, found.flaws, column="上报时间")
    assert [(one.row, one.column, one.fault) for one in rejects] == [
        (3, "上报时间", "two_digit_year"), (4, "上报时间", "bad_time"), (5, "上报时间", "bad_time"),
        (6, "上报时间", "bad_time"),
    ]  # fmt: skip
    assert rejects[0].message == "the year of 26-01-31 09:05:00 has two digits. Write all four digits."
    assert rejects[1].message.startswith("31/01/2026 09:05 is not a time of the form %Y-%m-%d %H:%M:%S. Write it so")
    both = parse_times(chunk.table["上报时间"], formats=["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"])
    assert [(flaw.index, flaw.code) for flaw in both.flaws] == [
        (1, "two_digit_year"), (3, "ambiguous_time"), (4, "bad_time"),
    ]  # fmt: skip


def test_closed_before_opened():
    opened = parse_times(pa.array(["2026-01-31 09:05:00"])).utc
    closed = parse_times(pa.array(["2026-01-30 09:05:00"])).utc
    [flaw] = judge_closed(opened, closed)
    assert message(flaw.code, "en", **flaw.values) == (
        "closed at 2026-01-30 09:05:00, before it was opened at 2026-01-31 09:05:00. Ask the source."
    )


def test_duplicate_ids(tmp_path):
    chunk = one(source(tmp_path, HEADER + ROW + ROW + ROW.replace("占道经营", "乱堆物料")))
    content = np.array([hash(text) for text in chunk.table["内容"].to_pylist()], np.int64).view(np.uint64)
    identical, flaws = judge_duplicates(chunk.table["编号"], rows=chunk.rows, content=content)
    assert identical.tolist() == [False, True, False]
    [reject] = reject_flaws("calls", chunk, flaws, column="编号")
    assert (reject.row, reject.fault) == (4, "duplicate_id")
    assert reject.message.startswith("the id 330106199001011234 stands in row 2 already, with other contents.")


@pytest.mark.parametrize("code", ["unknown_item", "unknown_area"])
def test_unknown_item_and_township(tmp_path, code):
    chunk = one(source(tmp_path, HEADER + ROW + ROW.replace("占道经营", "千岛街道")))
    [reject] = reject_flaws("calls", chunk, judge_known(chunk.table["内容"], ["占道经营"], code=code), column="内容")
    assert (reject.row, reject.raw, reject.message.split(" ")[0]) == (3, "千岛街道", "千岛街道")


def test_ids_of_eighteen_digits_stay_text(tmp_path):
    texts = ["330106199001011234", "330106199001011235", "000000000000000007"]
    path = source(tmp_path, "id,n\n" + "".join(f"{text},1\n" for text in texts), "a.csv")
    assert one(path).table["id"].to_pylist() == texts
    records = [{"id": int(text) if text[0] != "0" else text} for text in texts]
    assert one(source(tmp_path, json.dumps(records), "a.json")).table["id"].to_pylist() == texts


def test_text_that_starts_a_formula(tmp_path):
    text = '=HYPERLINK("http://example.org","x")'
    quoted = '"' + text.replace('"', '""') + '"'
    chunk = one(source(tmp_path, HEADER + ROW.replace("占道经营", quoted)))
    assert chunk.table["内容"].to_pylist() == [text]
    out = tmp_path / "rejects.csv"
    write_rejects_csv(out, [Reject("calls", "a.csv", "", 2, "", "swapped", "", "", chunk.record(0))])
    assert "'=HYPERLINK" in out.read_text("utf-8-sig")
    assert ",=" not in out.read_text("utf-8-sig").replace(quoted, "")
    [again] = read_mended(out)
    assert again.record(0) == chunk.record(0)


def test_polygon_that_crosses_itself(tmp_path):
    bow = {"type": "Polygon", "coordinates": [[[119, 29], [120, 30], [120, 29], [119, 30], [119, 29]]]}
    collection = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": bow}]}
    chunk = one(source(tmp_path, json.dumps(collection), "a.geojson"))
    assert chunk.geometry == [bow]
    mended = repair(chunk.geometry[0])
    [crossing] = [one for one in mended.repairs if one.code == "self_crossing"]
    assert "自" in message("geometry_self_crossing", "zh", **crossing.values) or crossing.values
    assert message("geometry_self_crossing", "en", **crossing.values).startswith(
        "rings crossing or touching themselves"
    )
    assert mended.geometry.is_valid


def test_shape_text_that_is_none(tmp_path):
    path = source(tmp_path, 'name,shape\na,"POINT (119.5 29.9)"\nb,POINT 119\nc,\n', "a.csv")
    chunk = one(path, geometry="shape")
    assert [(fault.row, fault.column, fault.fault_code) for fault in chunk.faults] == [(3, "shape", "bad_geometry")]
    assert chunk.rows.tolist() == [2, 4]
    assert chunk.geometry[1] is None
    assert "a.csv has no column geom. Its columns are: name, shape" in told(path, geometry="geom")


# the disk


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 KB, or a limit of 64 KB per file where none can be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = os.geteuid() == 0 and (
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True).returncode == 0
    )
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    if not mounted:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, hard))
    yield disk
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    if mounted:
        subprocess.run(["umount", disk], check=True)


def test_disk_full_while_writing_rejects(small_disk):
    path = small_disk / "rejects.csv"
    rejects = [Reject("calls", "a.csv", "", row, "", "swapped", "x", "", {"note": "y" * 50}) for row in range(3_000)]
    assert write_rejects_csv(path, rejects[:3]) == 3
    before = path.read_bytes()
    with pytest.raises(errors.DiskFull, match=r"rejects\.csv cannot be written: .* Make room or choose another place"):
        write_rejects_csv(path, rejects)
    # what was there stays, and no half of a file is left beside it
    assert path.read_bytes() == before
    assert [one.name for one in small_disk.iterdir()] == ["rejects.csv"]


def test_disk_full_while_unpacking(small_disk, tmp_path, monkeypatch):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("a.csv", "id,n\n" + "1,2\n" * 50_000)
    monkeypatch.setattr("tempfile.tempdir", str(small_disk))
    with pytest.raises(errors.DiskFull, match=r"Make room"), unpacked(path):
        pytest.fail("it was unpacked")
    assert list(small_disk.iterdir()) == []


def test_other_faults_of_the_system_are_not_called_a_full_disk(tmp_path):
    with pytest.raises(FileNotFoundError), files.writing(tmp_path / "a.csv"):
        (tmp_path / "no such folder" / "x").write_text("x")

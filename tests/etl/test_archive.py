"""Archives and XML made to do harm are refused before anything is written; honest ones are read."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

import errors
from etl import archive
from etl.archive import check_xml, check_zip, member_name, unpacked
from etl.readers import read


def zipped(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as out:
        for name, data in members.items():
            out.writestr(name, data)
    return path


def claiming(path: Path, size: int) -> Path:
    """A zip whose directory claims one member of ``size`` bytes (below 4 GiB), though it holds a few."""
    raw = bytearray(zipped(path, {"a.csv": b"id,n\n1,2\n"}).read_bytes())
    directory = raw.index(b"PK\x01\x02")
    raw[directory + 24 : directory + 28] = struct.pack("<I", size)
    path.write_bytes(raw)
    return path


def test_five_gigabytes_claimed_by_two_members(tmp_path, monkeypatch):
    path = zipped(tmp_path / "bomb.zip", {"a.csv": b"x", "b.csv": b"y"})
    raw = bytearray(path.read_bytes())
    start = 0
    while (start := raw.find(b"PK\x01\x02", start)) >= 0:
        raw[start + 24 : start + 28] = struct.pack("<I", 2_684_354_560)
        start += 4
    path.write_bytes(raw)
    monkeypatch.setattr(archive, "_unpack", lambda *_: pytest.fail("something was unpacked"))
    with pytest.raises(errors.UnsafeArchive, match=r"bomb\.zip claims to unpack to 5120 MB .* Nothing was unpacked"):
        list(read(path))


def test_five_gigabytes_claimed_by_one_member_in_zip64(tmp_path):
    path = tmp_path / "bomb.zip"
    info = zipfile.ZipInfo("a.csv")
    with zipfile.ZipFile(path, "w") as out:
        out.writestr(info, b"id\n1\n")
        info.file_size = 5 * 1024**3  # the directory is written at the end, from this
    assert zipfile.ZipFile(path).infolist()[0].file_size == 5 * 1024**3
    with pytest.raises(errors.UnsafeArchive, match="claims to unpack to 5120 MB"):
        check_zip(path)


def test_a_ratio_no_text_has(tmp_path):
    path = zipped(tmp_path / "zeros.zip", {"a.csv": bytes(200 * 1024**2)})
    with pytest.raises(errors.UnsafeArchive, match=r"claims to unpack to 200 MB from 0\.2 MB; 100 MB is allowed"):
        check_zip(path)


def test_a_member_that_holds_more_than_it_claims_is_no_way_round(tmp_path):
    path = claiming(tmp_path / "liar.zip", 3)
    with pytest.raises(errors.BadInput, match=r"liar\.zip cannot be read as zip"), unpacked(path):
        pytest.fail("it was unpacked")


@pytest.mark.parametrize(
    "name", ["../outside.csv", "a/../../outside.csv", "/etc/outside.csv", "C:\\outside.csv", "..\\outside.csv"]
)
def test_names_that_lead_outside(tmp_path, name):
    path = zipped(tmp_path / "t.zip", {name: b"a,b\n1,2\n"})
    with pytest.raises(errors.UnsafeArchive, match="would be written outside its folder"):
        list(read(path))
    assert list(tmp_path.rglob("outside.csv")) == []


def test_too_many_members(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    path = zipped(tmp_path / "t.zip", {f"{n}.csv": b"" for n in range(4)})
    with pytest.raises(errors.UnsafeArchive, match="claims to hold 4 files; 3 are allowed"):
        check_zip(path)


def test_a_password(tmp_path):
    path = zipped(tmp_path / "t.zip", {"a.csv": b"a,b\n1,2\n"})
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    with pytest.raises(errors.UnsafeArchive, match="locked with a password"):
        check_zip(path)


def test_not_a_zip(tmp_path):
    path = tmp_path / "t.zip"
    path.write_bytes(b"nothing")
    with pytest.raises(errors.BadInput, match=r"t\.zip cannot be read as zip"):
        list(read(path))


def test_no_room_is_seen_before_unpacking(tmp_path, monkeypatch):
    path = zipped(tmp_path / "t.zip", {"a.csv": bytes(3 * 1024**2)})
    usage = type("Usage", (), {"free": 1024**2})()
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(errors.DiskFull, match=r"t\.zip needs 3 MB to unpack; 1 MB are free"), unpacked(path):
        pytest.fail("it was unpacked")


def test_files_inside_are_read_in_order_and_named(tmp_path):
    members = {"b/二月.csv": "编号,镇\n2,桐君街道\n".encode(), "a.csv": b"id,n\n1,2\n", "__MACOSX/a.csv": b"x",
               "readme.md": b"x", ".hidden.csv": b"x"}  # fmt: skip
    path = zipped(tmp_path / "t.zip", members)
    chunks = list(read(path))
    assert [chunk.file for chunk in chunks] == ["t.zip/a.csv", "t.zip/b/二月.csv"]
    assert chunks[1].table.to_pylist() == [{"编号": "2", "镇": "桐君街道"}]
    with pytest.raises(errors.BadInput, match=r"holds no file that can be read, only: readme\.md"):
        list(read(zipped(tmp_path / "u.zip", {"readme.md": b"x"})))


def test_names_written_in_gbk(tmp_path):
    raw = zipped(tmp_path / "t.zip", {"aaaaaa.csv": b"a,b\n1,2\n"}).read_bytes()
    path = tmp_path / "g.zip"
    path.write_bytes(raw.replace(b"aaaaaa", "分水镇".encode("gbk")))
    assert [member_name(member) for member in check_zip(path)] == ["分水镇.csv"]
    assert next(iter(read(path))).file == "g.zip/分水镇.csv"


def test_a_shapefile_in_a_zip(tmp_path, shared_data):
    source = shared_data / "xian-roads/modifiedConn_node.shp"
    parts = {source.with_suffix(s).name: source.with_suffix(s).read_bytes() for s in (".shp", ".shx", ".dbf", ".prj")}
    [chunk] = read(zipped(tmp_path / "t.zip", parts))
    assert (chunk.file, chunk.table.num_rows) == ("t.zip/modifiedConn_node.shp", 8469)


def test_a_workbook_is_a_zip_too(tmp_path):
    path = zipped(tmp_path / "t.xlsx", {"xl/worksheets/sheet1.xml": bytes(200 * 1024**2)})
    with pytest.raises(errors.UnsafeArchive, match=r"t\.xlsx claims to unpack"):
        list(read(path))


BOMB = """<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa">{more}]>
<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>&i;</name></Placemark></kml>"""


def test_entities_in_kml(tmp_path):
    more = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    path = tmp_path / "bomb.kml"
    path.write_text(BOMB.format(more=more))
    with pytest.raises(errors.UnsafeArchive, match=r"bomb\.kml declares XML entities \(a\).* It was not read"):
        list(read(path))


@pytest.mark.parametrize(
    "declared", ['<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY % p SYSTEM "http://example.org/x.dtd"> %p;']
)
def test_outside_entities_in_kml(tmp_path, declared):
    path = tmp_path / "t.kml"
    path.write_text(f"<?xml version='1.0'?><!DOCTYPE kml [{declared}]><kml/>")
    with pytest.raises(errors.UnsafeArchive, match="declares XML entities"):
        check_xml(path)


def test_entities_in_kml_of_utf16_inside_a_zip(tmp_path):
    text = BOMB.format(more="").replace('version="1.0"', 'version="1.0" encoding="UTF-16"')
    path = zipped(tmp_path / "t.kmz", {"doc.kml": text.encode("utf-16")})
    with pytest.raises(errors.UnsafeArchive, match=r"t\.kmz/doc\.kml declares XML entities"):
        list(read(path))


def test_xml_that_is_none(tmp_path):
    path = tmp_path / "t.kml"
    path.write_text("<kml><Placemark></kml>")
    with pytest.raises(errors.BadInput, match=r"t\.kml cannot be read as XML: mismatched tag: line 1"):
        check_xml(path)

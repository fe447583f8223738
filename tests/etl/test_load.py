"""Loading: rows become records, wrong rows are kept to be mended, twice is once, undo goes back, nothing is lost."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from types import ModuleType

import pytest

from data.warehouse import Warehouse, open_warehouse
from errors import BadInput, BadSite, DiskFull, UnknownDatum
from etl.__main__ import main
from etl.load import LoadReport, load


def _small() -> ModuleType:
    spec = importlib.util.spec_from_file_location("small_site", Path(__file__).with_name("small_site.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


small = _small()
ROOT = Path(__file__).parents[2]


def loaded(tmp_path: Path, **more: object) -> tuple[LoadReport, Warehouse, Path]:
    site = small.write_site(tmp_path / "files", **more)
    report = load(site, tmp_path / "place")
    return report, open_warehouse(tmp_path / "place"), site


def tally(report: LoadReport, source: str) -> dict[str, int]:
    one = next(each for each in report.tallies if each.source == source)
    return {name: value for name, value in vars(one).items() if isinstance(value, int) and value}


def row(warehouse: Warehouse, number: int) -> dict[str, object]:
    frame = warehouse.frame("SELECT * FROM incidents WHERE source_id = ?", [small.call(number)["编号"]])
    return frame.astype(object).where(frame.notna(), None).to_dict("records")[0]


def test_a_sound_site_loads_whole(tmp_path: Path) -> None:
    report, place, _ = loaded(tmp_path)
    assert (report.version, report.changed, report.rejects) == (1, True, ())
    assert tally(report, "calls") == {"read": 60, "loaded": 60, "added": 60}
    assert tally(report, "units") == {"read": 30, "loaded": 30, "added": 30}
    assert place.site.levels == ("county", "township", "grid")
    assert place.site.as_of == datetime(2026, 3, 31, 4, 0)
    assert place.rows("SELECT count(*) FROM loads") == [(6,)]


def test_a_row_becomes_an_incident(tmp_path: Path) -> None:
    _, place, _ = loaded(tmp_path)
    one = row(place, 1)
    assert one["incident_id"] == "calls:0" + "1".zfill(17)
    assert (one["source"], one["source_id"]) == ("calls", "0" + "1".zfill(17))
    assert str(one["opened_local"]) == "2026-03-02 08:01:00"
    assert str(one["opened_at"]) == "2026-03-02 00:01:00"
    assert (str(one["local_date"])[:10], one["local_hour"], one["weekday"]) == ("2026-03-02", 8, 1)
    assert (one["county"], one["township"], one["grid"], one["located"]) == ("330999", "T1", "G01", "in")
    assert (one["item"], one["channel"], one["self_found"], one["state"]) == ("stall", "hotline", False, "closed")
    # 'stall' need not be reached, and has 240 minutes of its own
    assert (one["needs_arrival"], one["arrival_due_at"]) == (False, None)
    assert str(one["due_at"]) == "2026-03-02 04:01:00"
    assert one["cell9"]
    assert list(one["faults"]) == []  # type: ignore[call-overload]


def test_clocks_arrival_and_work_days(tmp_path: Path) -> None:
    _, place, _ = loaded(tmp_path)
    one = row(place, 0)
    assert (one["item"], one["needs_arrival"], one["channel"], one["self_found"]) == ("noise", True, "patrol", True)
    assert str(one["arrival_due_at"]) == "2026-03-02 00:15:00"
    # Monday and three days of work
    assert str(one["due_at"]) == "2026-03-05 00:00:00"
    assert str(one["on_scene_at"]) == "2026-03-02 00:00:30"
    assert one["squad"] == "S0"


def test_dispatches_follow_their_incident(tmp_path: Path) -> None:
    _, place, _ = loaded(tmp_path)
    assert place.rows(
        "SELECT incident_id, squad, township, grid, item FROM dispatches WHERE dispatch_id = 'units:u1'"
    ) == [("calls:0" + "1".zfill(17), "S1", "T1", "G01", "stall")]


def test_references_are_completed(tmp_path: Path) -> None:
    report, place, _ = loaded(tmp_path)
    squads = place.rows("SELECT code, name_zh, station, township, lon FROM squads ORDER BY code")
    # S0 stands at its station; S2 is in no list, and told
    assert squads[0] == ("S0", "一队", "P1", "T1", pytest.approx(small.WEST + 0.01))
    assert squads[2][:2] == ("S2", "S2")
    assert next(each.note for each in report.checks if each.check == "squads_not_listed") == "S2"
    items = place.rows("SELECT code, name_zh, name_en, first_response, clock_amount, clock_kind FROM items ORDER BY 1")
    assert items == [
        ("noise", "夜间噪声", "夜间噪声", True, None, None),
        ("stall", "占道经营", "占道经营", False, 240, "minutes"),
    ]


WRONG = {
    "bad_time": {"时间": "2026/03/02"},
    "two_digit_year": {"时间": "26-03-02 08:00:00"},
    "missing_time": {"时间": ""},
    "missing_id": {"编号": ""},
    "unknown_item": {"事项": "karaoke"},
    "unknown_word": {"渠道": "微信"},
    "unknown_area": {"乡镇": "T9"},
    "swapped": {"经度": "29.91", "纬度": "119.61"},
    "zero_coordinates": {"经度": "0", "纬度": "0"},
    "whole_degree": {"经度": "119", "纬度": "29"},
    "thousand_separators": {"经度": "119,610", "纬度": "29.91"},
    "half_coordinates": {"经度": "", "纬度": "29.91"},
    "bad_coordinate": {"经度": "119°36′", "纬度": "29.91"},
    "nonexistent_time": {"时间": "1986-05-04 02:30:00"},
}


def test_wrong_rows_are_left_out_whole_and_told_with_their_place(tmp_path: Path) -> None:
    extra = [small.call(100 + n, **wrong) for n, wrong in enumerate(WRONG.values())]
    report, place, _ = loaded(tmp_path, extra=extra)
    assert tally(report, "calls") == {"read": 60 + len(WRONG), "loaded": 60, "added": 60, "rejected": len(WRONG)}
    rejects = place.rows("SELECT row, fault, file, record FROM rejects ORDER BY row")
    assert [(at, fault) for at, fault, *_ in rejects] == [(62 + n, fault) for n, fault in enumerate(WRONG)]
    for (_, _, file, record), given in zip(rejects, extra, strict=True):
        assert file == "calls.csv"
        assert {name: value or "" for name, value in json.loads(str(record)).items()} == given
    ids = place.rows("SELECT source_id FROM incidents")
    assert not {small.call(100 + n)["编号"] for n in range(len(WRONG))} & {one[0] for one in ids}


def test_doubtful_rows_are_kept_and_flagged(tmp_path: Path) -> None:
    extra = [
        small.call(200, 办结="2026-03-01 00:00:00"),
        small.call(201, 经度="119.50"),
        small.call(202, 经度="", 纬度="", 乡镇="T2"),
        small.call(203, 经度="", 纬度="", 乡镇=""),
        small.call(204, 办结="1900-01-01 00:00:00"),
        # on the line between two grids of two townships
        small.call(205, 经度=repr(small.WEST + 2 * small.STEP)),
    ]
    report, place, _ = loaded(tmp_path, extra=extra)
    assert report.rejects == ()
    assert tally(report, "calls") == {"read": 66, "loaded": 66, "added": 66, "outside": 1, "unplaced": 2}
    rows = [row(place, number) for number in range(200, 206)]
    assert [list(one["faults"]) for one in rows] == [  # type: ignore[call-overload]
        ["closed_before_opened"], ["outside"], ["no_coordinates"], ["no_coordinates"], ["year_out_of_range"],
        ["several_areas"],
    ]  # fmt: skip
    assert [one["located"] for one in rows] == ["in", "none", "stated", "none", "in", "edge"]
    assert (rows[2]["county"], rows[2]["township"], rows[2]["grid"]) == ("330999", "T2", None)
    assert (rows[5]["grid"], rows[5]["areas_n"]) == ("G11", 2)
    assert (rows[4]["closed_at"], rows[4]["state"]) == (None, "open")
    found = dict(place.rows("SELECT fault, count(*) FROM findings GROUP BY 1"))
    assert found == {
        "closed_before_opened": 1,
        "outside": 1,
        "no_coordinates": 2,
        "year_out_of_range": 1,
        "several_areas": 1,
    }


def test_equal_rows_are_counted_and_differing_ones_rejected(tmp_path: Path) -> None:
    extra = [small.call(5), small.call(6, 事项="stall"), small.call(5)]
    report, place, _ = loaded(tmp_path, extra=extra)
    assert tally(report, "calls") == {"read": 63, "loaded": 60, "added": 60, "duplicate": 2, "rejected": 1}
    told = place.rows("SELECT row, fault, message FROM rejects")[0]
    assert told[:2] == (63, "duplicate_id")
    assert "stands in row 8 already" in str(told[2])
    assert row(place, 6)["item"] == "noise"


def test_a_later_file_updates_an_earlier_one(tmp_path: Path) -> None:
    site = small.write_site(tmp_path / "files")
    small.write_csv(tmp_path / "files" / "calls2.csv", small.CALLS, [small.call(5, 事项="noise"), small.call(300)])
    report = load(site, tmp_path / "place")
    assert report.rejects == ()
    assert tally(report, "calls") == {"read": 62, "loaded": 61, "added": 61}
    assert row(open_warehouse(tmp_path / "place"), 5)["item"] == "noise"


def test_twice_is_once_and_a_corrected_row_updates(tmp_path: Path) -> None:
    _, place, site = loaded(tmp_path)
    again = load(site, place.root)
    assert (again.changed, again.version) == (False, 1)
    assert tally(again, "calls") == {"read": 60, "loaded": 60, "unchanged": 60}
    rows = [small.call(n) for n in range(60)]
    rows[3] |= {"事项": "noise"}
    small.write_csv(site.with_name("calls.csv"), small.CALLS, rows)
    third = load(site, place.root)
    assert (third.changed, third.version) == (True, 2)
    assert tally(third, "calls") == {"read": 60, "loaded": 60, "updated": 1, "unchanged": 59}
    now = open_warehouse(place.root)
    assert (row(now, 3)["item"], row(now, 3)["loaded_in"], row(now, 4)["loaded_in"]) == ("noise", 2, 1)
    # the version read before stays as it was
    assert row(place, 3)["item"] == "stall"


def test_check_changes_nothing_and_says_what_would(tmp_path: Path) -> None:
    site = small.write_site(tmp_path / "files")
    report = load(site, tmp_path / "place", dry=True)
    assert (report.changed, report.version, report.counts["incidents"].added) == (True, 0, 60)
    assert not (tmp_path / "place" / "warehouse" / "current.json").exists()
    assert not list((tmp_path / "place" / "loads").iterdir())


def test_undo_returns_to_the_version_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, place, site = loaded(tmp_path)
    small.write_csv(site.with_name("calls.csv"), small.CALLS, [small.call(n) for n in range(70)])
    load(site, place.root)
    assert open_warehouse(place.root).rows("SELECT count(*) FROM incidents") == [(70,)]
    assert main(["undo", "--into", str(place.root), "--lang", "en"]) == 0
    assert capsys.readouterr().out == "version 1 stands again\n"
    assert open_warehouse(place.root).rows("SELECT count(*) FROM incidents") == [(60,)]
    assert main(["undo", "--into", str(place.root)]) == 2
    assert load(site, place.root).version == 3


def test_rejects_go_out_are_mended_and_come_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extra = [small.call(100, 事项="karaoke"), small.call(101, 时间="yesterday"), small.call(102, 经度="0", 纬度="0")]
    _, place, site = loaded(tmp_path, extra=extra)
    out = tmp_path / "rejects.csv"
    export = ["rejects", "--into", str(place.root), "--csv", str(out), "--quiet"]
    assert main(export) == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(each["_row"], each["_fault"]) for each in rows] == [
        ("62", "unknown_item"), ("63", "bad_time"), ("64", "zero_coordinates"),
    ]  # fmt: skip
    # one mended, one mended wrongly, one put aside
    rows[0]["事项"], rows[1]["时间"] = "noise", "26-03-02 08:00:00"
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows[:2])
    back = ["load", str(site), "--into", str(place.root), "--mended", str(out), "--source", "calls", "--lang", "en"]
    assert main(back) == 1
    said = capsys.readouterr()
    assert "1 rows were left out" in said.err
    now = open_warehouse(place.root)
    assert now.rows("SELECT count(*) FROM incidents") == [(61,)]
    mended = row(now, 100)
    assert (mended["item"], mended["grid"], mended["loaded_in"]) == ("noise", "G10", 2)
    assert now.rows("SELECT count(*) FROM items") == [(2,)]
    assert main(export) == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        left = [(each["_file"], each["_row"], each["_fault"]) for each in csv.DictReader(file)]
    assert left == [("calls.csv", "64", "zero_coordinates"), ("rejects.csv", "3", "two_digit_year")]
    # the unmended file again: what is mended stays mended
    assert load(site, place.root).counts["incidents"].unchanged == 60
    assert open_warehouse(place.root).rows("SELECT count(*) FROM incidents") == [(61,)]


def test_keep_turns_a_reject_into_a_kept_row(tmp_path: Path) -> None:
    site = small.write_site(tmp_path / "files", extra=[small.call(100, 经度="0", 纬度="0"), small.call(101, 时间="x")])
    text = site.read_text("utf-8").replace(
        "    areas: {town", "    keep: [zero_coordinates, bad_time]\n    areas: {town"
    )
    site.write_text(text, "utf-8")
    report = load(site, tmp_path / "place")
    place = open_warehouse(tmp_path / "place")
    one = row(place, 100)
    assert (one["lon"], one["located"], list(one["faults"])) == (None, "stated", ["emptied", "no_coordinates"])  # type: ignore[call-overload]
    assert [each.fault for each in report.rejects] == ["bad_time"]
    said = place.rows("SELECT message FROM findings WHERE fault = 'emptied'")
    assert "经度, 纬度: 0, 0" in str(said[0][0])


def test_dispatch_findings(tmp_path: Path) -> None:
    site = small.write_site(tmp_path / "files")
    rows = [
        small.unit(0), small.unit(1, there=""), small.unit(2, there="2026-03-02 07:00:00"),
        small.unit(3, squad="S0", sent="2026-03-02 08:00:40"), small.unit(4, call="nobody"),
    ]  # fmt: skip
    small.write_csv(tmp_path / "files" / "units.csv", small.UNITS, rows)
    report = load(site, tmp_path / "place")
    place = open_warehouse(tmp_path / "place")
    found = place.rows("SELECT id, fault FROM findings WHERE \"table\" = 'dispatches' ORDER BY 1, 2")
    assert found == [("units:u1", "never_on_scene"), ("units:u2", "negative_step"), ("units:u3", "double_booked")]
    assert next(each.value for each in report.checks if each.check == "without_incident") == 1


def test_a_case_may_stand_alone_and_a_dispatch_may_not(tmp_path: Path) -> None:
    site = small.write_site(tmp_path / "files")
    small.write_csv(tmp_path / "files" / "units.csv", small.UNITS, [small.unit(0), small.unit(1, call="")])
    cases = [
        {"号": "c1", "事件": small.call(0)["编号"], "立案": "2026-03-03 09:00:00"},
        {"号": "c2", "事件": "", "立案": "2026-03-04 09:00:00"},
    ]
    small.write_csv(tmp_path / "files" / "cases.csv", ("号", "事件", "立案"), cases)
    text = site.read_text("utf-8") + (
        "  - name: penalties\n    files: cases.csv\n    cases:\n      id: 号\n      incident: 事件\n      of: calls\n"
        "      columns: {filed_at: 立案}\n"
    )
    site.write_text(text, "utf-8")
    report = load(site, tmp_path / "place")
    cases_now = open_warehouse(tmp_path / "place").rows("SELECT case_id, incident_id FROM cases ORDER BY 1")
    assert cases_now == [("penalties:c1", "calls:" + small.call(0)["编号"]), ("penalties:c2", None)]
    assert [(each.source, each.row, each.column, each.fault) for each in report.rejects] == [
        ("units", 3, "call", "missing_id")
    ]
    for name in ("calls", "units", "penalties"):
        one = next(each for each in report.tallies if each.source == name)
        assert one.read == one.loaded + one.rejected + one.duplicate


def test_several_rows_are_one_record(tmp_path: Path) -> None:
    site = small.write_site(tmp_path / "files")
    rows = [
        small.call(1, 事项="", 时间="2026-03-02 09:00:00", 经度="", 纬度=""),
        small.call(1, 时间="2026-03-02 08:30:00", 办结="2026-03-09 10:00:00"),
        small.call(1, 时间="2026-03-02 08:45:00", 渠道=""),
    ]
    small.write_csv(site.with_name("calls.csv"), small.CALLS, rows)
    site.write_text(site.read_text("utf-8").replace("    incidents:\n", "    incidents:\n      rows: many\n"), "utf-8")
    report = load(site, tmp_path / "place")
    assert tally(report, "calls") == {"read": 3, "loaded": 1, "added": 1}
    one = row(open_warehouse(tmp_path / "place"), 1)
    assert (str(one["opened_local"]), str(one["closed_local"])) == ("2026-03-02 08:30:00", "2026-03-09 10:00:00")
    assert (one["item"], one["channel"], one["grid"]) == ("stall", "hotline", "G01")


def test_steps_side_by_side_become_rows(tmp_path: Path) -> None:
    site = small.write_site(tmp_path / "files", calls=2, units=2)
    text = site.read_text("utf-8") + (
        "    incident_steps:\n      incident: call\n      of: calls\n"
        "      steps: [{step: dispatch, at: sent, squad: squad}, {step: arrive, at: there}]\n"
    )
    site.write_text(text, "utf-8")
    load(site, tmp_path / "place")
    steps = open_warehouse(tmp_path / "place").rows(
        "SELECT incident_id[-1], seq, step, at_local::VARCHAR, squad, township FROM incident_steps ORDER BY 1, 2"
    )
    assert steps == [
        ("0", 1, "dispatch", "2026-03-02 08:00:00", "S0", "T1"), ("0", 2, "arrive", "2026-03-02 08:00:30", None, "T1"),
        ("1", 1, "dispatch", "2026-03-02 08:01:00", "S1", "T1"), ("1", 2, "arrive", "2026-03-02 08:01:30", None, "T1"),
    ]  # fmt: skip


def test_another_datum_and_zone(tmp_path: Path) -> None:
    from geo.crs import from_wgs84

    site = small.write_site(tmp_path / "files", calls=1, units=1)
    text = site.read_text("utf-8").replace(
        "    files: calls*.csv\n    crs: EPSG:4326\n", "    files: calls*.csv\n    crs: GCJ-02\n"
    ).replace("        opened_at: 时间", "        opened_at: {column: 时间, zone: UTC}")  # fmt: skip
    site.write_text(text, "utf-8")
    given = small.call(0)
    x, y = from_wgs84([float(given["经度"])], [float(given["纬度"])], crs="GCJ-02")
    small.write_csv(
        site.with_name("calls.csv"), small.CALLS, [given | {"经度": repr(float(x[0])), "纬度": repr(float(y[0]))}]
    )
    load(site, tmp_path / "place")
    one = row(open_warehouse(tmp_path / "place"), 0)
    assert (one["lon"], one["lat"]) == (pytest.approx(float(given["经度"])), pytest.approx(float(given["纬度"])))
    assert (str(one["opened_at"]), str(one["opened_local"])) == ("2026-03-02 08:00:00", "2026-03-02 16:00:00")


def test_areas_keep_what_they_would_lose(tmp_path: Path) -> None:
    site = small.write_site(tmp_path / "files")
    path = site.with_name("grids.geojson")
    layer = json.loads(path.read_text("utf-8"))
    layer["features"][0]["properties"]["code"] = ""
    layer["features"][1]["properties"]["code"] = "G02"
    layer["features"][7]["geometry"] = None
    # a bow tie
    ring = layer["features"][5]["geometry"]["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]
    path.write_text(json.dumps(layer), "utf-8")
    report = load(site, tmp_path / "place")
    place = open_warehouse(tmp_path / "place")
    codes = [one[0] for one in place.rows("SELECT code FROM areas WHERE level = 'grid' ORDER BY 1")]
    assert len(codes) == 6
    assert codes[:5] == ["G02", "G03", "G10", "G11", "G12"]
    assert codes[5].startswith("x")
    assert dict(report.findings)["empty_code"] == dict(report.findings)["duplicate_code"] == 1
    assert [(each.source, each.fault, each.row) for each in report.rejects] == [("areas.grid", "geometry_empty", 8)]
    areas = next(each for each in report.tallies if each.source == "areas.grid")
    assert (areas.read, areas.loaded, areas.rejected, areas.repaired) == (8, 6, 1, 1)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("calls.csv", "", "calls.csv is empty"),
        ("calls.csv", ",".join(small.CALLS) + "\n", "has a header and no rows"),
        ("calls.csv", "编号;时间\n1;2\n", "calls.csv has no column"),
        ("grids.geojson", "{'type': 'FeatureCollection'}", "grids.geojson is not JSON: line 1"),
        ("grids.geojson", '{"type": "FeatureCollection", "features": []}', "grids.geojson"),
    ],
)
def test_a_source_that_cannot_be_read_is_refused_and_changes_nothing(
    tmp_path: Path, name: str, text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, place, site = loaded(tmp_path)
    site.with_name(name).write_text(text, "utf-8")
    with pytest.raises(BadInput, match=words):
        load(site, place.root)
    assert main(["load", str(site), "--into", str(place.root), "--lang", "en"]) == 2
    assert words in capsys.readouterr().err
    assert open_warehouse(place.root).version == 1
    assert [path.name for path in (place.root / "loads").iterdir() if path.name.startswith(".")] == []


def test_no_coordinate_system_is_never_guessed(tmp_path: Path) -> None:
    site = small.write_site(tmp_path / "files")
    site.write_text(
        site.read_text("utf-8").replace("    files: calls*.csv\n    crs: EPSG:4326\n", "    files: calls*.csv\n")
    )
    with pytest.raises(UnknownDatum, match="source 'calls'"):
        load(site, tmp_path / "place")


def test_a_full_disk_leaves_the_version_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    _, place, site = loaded(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("etl.staging.shutil.copyfile", full)
    with pytest.raises(DiskFull, match="loads"):
        load(site, place.root)
    assert open_warehouse(place.root).version == 1


def test_the_source_of_mended_rows_must_exist(tmp_path: Path) -> None:
    _, place, site = loaded(tmp_path)
    (tmp_path / "m.csv").write_text("a\n1\n")
    with pytest.raises(BadSite, match="no source 'nobody'; its sources: calls, units"):
        load(site, place.root, mended=tmp_path / "m.csv", source="nobody")


def test_the_load_is_kept_with_what_it_read(tmp_path: Path) -> None:
    _, place, site = loaded(tmp_path)
    kept = next((place.root / "loads").iterdir())
    assert len(kept.name) == 64
    assert (kept / "site.yaml").read_bytes() == site.read_bytes() == (place.root / "site.yaml").read_bytes()
    assert {path.name for path in (kept / "source").rglob("*.*")} == {
        "calls.csv", "grids.geojson", "items.csv", "squads.csv", "stations.csv", "units.csv",
    }  # fmt: skip
    assert (kept / "rejects.parquet").exists()


def test_the_command_line_speaks_both_languages(tmp_path: Path) -> None:
    site = small.write_site(tmp_path / "files", extra=[small.call(100, 事项="karaoke")])
    command = [sys.executable, "-m", "etl", "load", str(site), "--into", str(tmp_path / "place")]
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "LANG": "zh_CN.UTF-8", "LC_ALL": ""}
    )
    assert run.returncode == 1
    assert "来源" in run.stdout
    assert "读取" in run.stdout
    assert "第 1 版已生效" in run.stdout
    assert "calls" in run.stdout
    assert "有 1 行未装入" in run.stderr
    assert "正在读取" in run.stderr
    run = subprocess.run([*command, "--lang", "en", "--quiet"], cwd=ROOT, capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (1, "")

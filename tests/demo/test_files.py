"""The input files: equal for equal seeds, spoiled as told, the truth kept aside, and the common way in takes them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
import yaml

from data.demo import generate
from data.demo.__main__ import main
from data.demo.county import build_county
from data.warehouse import open_warehouse
from etl.load import LoadReport, load

SMALL = {"now": datetime(2026, 11, 20, 16, 40), "scale": 4_000}


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("small"), seed=7, **SMALL).parent  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def loaded(small: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[LoadReport, Path]:
    into = tmp_path_factory.mktemp("place")
    return load(small / "site.yaml", into), into


def test_equal_seeds_give_equal_bytes(small: Path, tmp_path: Path) -> None:
    build_county.cache_clear()
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "incidents-2019-01-01.parquet").write_bytes(b"left from an earlier run")
    generate(tmp_path, seed=7, **SMALL)  # type: ignore[arg-type]
    assert digest(tmp_path) == digest(small)


def test_the_default_takes_less_than_forty_five_seconds(made: object) -> None:
    assert made.seconds < 45  # type: ignore[attr-defined]


def test_the_truth_is_kept_aside(small: Path) -> None:
    site = yaml.safe_load((small / "site.yaml").read_text(encoding="utf-8"))
    assert site["site"]["generated"] is True
    assert "truth" not in (small / "site.yaml").read_text(encoding="utf-8")
    truth = json.loads((small / "truth.json").read_text(encoding="utf-8"))
    assert len(truth["hotspots"]) == 8
    assert {"lasting", "emerging", "fading"} <= {spot["shape"] for spot in truth["hotspots"]}
    assert truth["worsening"]["grids"]
    for path in (small / "events").glob("*.parquet"):
        assert not any("真" in name or "truth" in name for name in pd.read_parquet(path).columns)


def test_doubles_are_the_same_thing_entered_twice(made: object) -> None:
    truth = json.loads((made.folder / "truth.json").read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    rows = made.incidents.drop_duplicates("事件编号").set_index("事件编号")  # type: ignore[attr-defined]
    assert len(truth["doubles"]) > 2_000
    pairs = [(a, b) for a, b in truth["doubles"] if a in rows.index and b in rows.index]
    again, first = rows.loc[[a for a, _ in pairs]], rows.loc[[b for _, b in pairs]]
    same = again["事项编码"].to_numpy() == first["事项编码"].to_numpy()
    assert same.mean() > 0.995, "but for items spoiled on purpose"
    known = (again["处置结果"] == "重复上报").mean()
    assert 0.4 < known < 0.6, "half of them were recognised"


def test_the_worsening_shows_where_the_truth_says(made: object) -> None:
    """Within the stage, items, township and weeks of the truth the way to dispatch is longer; elsewhere it is not."""
    worse = json.loads((made.folder / "truth.json").read_text(encoding="utf-8"))["worsening"]  # type: ignore[attr-defined]
    rows = made.incidents  # type: ignore[attr-defined]
    towns = made.csv("inspectors.csv")  # type: ignore[attr-defined]
    assert set(worse["grids"]) <= set(towns["网格编码"])
    name = {"330199102": "白沙埠镇", "330199104": "石梁镇", "330199107": "沙湾镇"}[worse["township"]]
    rows = rows[rows["事项编码"].isin(worse["items"]) & rows["派遣时间"].notna() & (rows["退单次数"] == "0")]
    wait = (pd.to_datetime(rows["派遣时间"]) - pd.to_datetime(rows["受理时间"])).dt.total_seconds() / 60
    late, here = rows["上报时间"] >= worse["since"], rows["所属乡镇"] == name
    assert (late & here).sum() > 60
    assert wait[late & here].median() > 2.0 * wait[~late & here].median()
    assert wait[late & ~here].median() < 1.2 * wait[~late & ~here].median()


def test_hotspots_are_denser_than_their_surroundings(made: object) -> None:
    truth = json.loads((made.folder / "truth.json").read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    rows = made.incidents  # type: ignore[attr-defined]
    spot = next(spot for spot in truth["hotspots"] if spot["shape"] == "past")
    mine = rows[rows["事项编码"].isin(spot["items"]) & (rows["所属乡镇"].notna())]
    during = mine["上报时间"].between(spot["first"], spot["last"])
    village = mine["地址"].map(Counter(mine.loc[during, "地址"])).fillna(0)
    assert village[during].mean() > 1.3 * village[~during].mean()


def test_spoiled_rows_are_rejected_or_flagged_as_told(small: Path, made: object) -> None:
    told = json.loads((made.folder / "truth.json").read_text(encoding="utf-8"))["spoiled"]  # type: ignore[attr-defined]
    rows = made.incidents  # type: ignore[attr-defined]
    assert rows["经度"].isna().sum() == told["no_coordinates"] > 100
    assert (rows["经度"] == "0").sum() == told["zero_coordinates"] > 5
    assert (rows["事项编码"] == "33990000999").sum() == told["unknown_item"] > 5
    assert rows["上报时间"].isna().sum() == told["no_time"]
    assert rows["事件编号"].isna().sum() == told["no_number"]
    again = rows["事件编号"].dropna().duplicated().sum()
    assert again == told["entered_twice"] + told["number_used_twice"]
    assert sum(told.values()) < 0.005 * len(rows)
    sent = made.dispatches  # type: ignore[attr-defined]
    assert sent["派遣编号"].str.endswith("R").sum() == told["double_booked"] > 3


def test_squads_are_in_two_places_only_where_that_was_written_wrong(made: object) -> None:
    sent = made.dispatches[made.dispatches["离场时间"].notna()].sort_values(["队伍编码", "派遣时间"])  # type: ignore[attr-defined]
    same = sent["队伍编码"].to_numpy()[1:] == sent["队伍编码"].to_numpy()[:-1]
    overlap = same & (sent["派遣时间"].to_numpy()[1:] < sent["离场时间"].to_numpy()[:-1])
    wrong = sent["派遣编号"].str.endswith("R").to_numpy()
    assert overlap.any()
    assert (wrong[1:] | wrong[:-1])[overlap].all()


def test_the_common_way_in_takes_the_county(loaded: tuple[LoadReport, Path], small: Path) -> None:
    report, into = loaded
    told = json.loads((small / "truth.json").read_text(encoding="utf-8"))
    read = {tally.source: tally for tally in report.tallies}
    assert read["items"].loaded == 416
    assert read["areas.grid"].loaded == 696
    rejected = {"zero_coordinates", "swapped_coordinates", "whole_degrees", "unknown_item", "unreadable_time",
                "two_digit_year", "no_time", "no_number", "number_used_twice"}  # fmt: skip
    assert read["platform"].rejected == sum(told["spoiled"][name] for name in rejected)
    assert read["platform"].duplicate == told["spoiled"]["entered_twice"]
    for name in ("command", "hotline", "penalties", "roads", "squads", "stations"):
        assert read[name].rejected == 0, name
    none = {check.source: check.value for check in report.checks if check.check == "located_none"}
    assert none["platform"] == read["platform"].outside
    assert read["platform"].unplaced > 0
    warehouse = open_warehouse(into)
    assert warehouse.site.generated
    assert warehouse.now() == datetime(2026, 11, 20, 8, 40)


def test_the_loaded_areas_have_no_overlap_and_no_gap(loaded: tuple[LoadReport, Path]) -> None:
    report, _ = loaded
    about = [check for check in report.checks if check.source.startswith("areas.")]
    assert about
    for check in about:
        assert not any(word in check.check for word in ("overlap", "gap", "orphan")) or not check.value, check


def test_loaded_incidents_lie_in_the_township_they_name(loaded: tuple[LoadReport, Path]) -> None:
    warehouse = open_warehouse(loaded[1])
    counts = warehouse.frame(
        "SELECT count(*) n, count(grid) placed, count(*) FILTER (list_contains(faults, 'area_disagrees')) other "
        "FROM incidents WHERE lon IS NOT NULL AND NOT list_contains(faults, 'outside')"
    ).iloc[0]
    assert counts.placed == counts.n > 3_500
    assert counts.other < 0.003 * counts.n


def test_the_command_line_writes_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = ["--out", str(tmp_path), "--scale", "500", "--now", "2026-11-20T16:40", "--lang", "en"]
    assert main([*there, "--seed", "7"]) == 0
    assert str(tmp_path / "site.yaml") in capsys.readouterr().out
    assert main(["--out", str(tmp_path), "--scale", "500", "--now", "2060-01-01T00:00"]) == 2
    assert "历书" in capsys.readouterr().err


def test_ten_times_the_scale_is_ten_times_as_much(small: Path, tmp_path: Path) -> None:
    generate(tmp_path, seed=7, now=SMALL["now"], scale=40_000)  # type: ignore[arg-type]
    few = sum(len(pd.read_parquet(path)) for path in (small / "events").glob("incidents-*"))
    many = sum(len(pd.read_parquet(path)) for path in (tmp_path / "events").glob("incidents-*"))
    assert 9 < many / few < 11


def test_another_seed_gives_another_county(small: Path, tmp_path: Path) -> None:
    generate(tmp_path, seed=8, **SMALL)  # type: ignore[arg-type]
    one, other = digest(small), digest(tmp_path)
    assert set(one) == set(other)
    same = {name for name in one if one[name] == other[name]}
    assert same == {"items.xlsx", "site.yaml"}

"""The published figures of the real files come out of a load."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from data.metrics import ask
from data.warehouse import Warehouse, open_warehouse
from etl.load import LoadReport, load

pytestmark = pytest.mark.real

SITES = Path(__file__).parents[1] / "sites"
Loaded = tuple[LoadReport, Warehouse]


@pytest.fixture(scope="module")
def loaded(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Loaded]:
    """Load a site once and open it."""
    done: dict[str, Loaded] = {}

    def of(name: str) -> Loaded:
        if name not in done:
            root = tmp_path_factory.mktemp(name)
            report = load(SITES / f"{name}.yaml", root)
            done[name] = report, open_warehouse(root)
        return done[name]

    return of


def one(warehouse: Warehouse, sql: str) -> tuple[object, ...]:
    return warehouse.rows(sql)[0]


def check(report: LoadReport, source: str, name: str) -> float:
    return next(each.value for each in report.checks if each.source == source and each.check == name)


def note(report: LoadReport, source: str, name: str) -> str:
    return next(each.note for each in report.checks if each.source == source and each.check == name)


def test_sf_calls_units_and_arrival(loaded: Callable[[str], Loaded]) -> None:
    _, sf = loaded("sf")
    assert one(sf, "SELECT count(*) FROM dispatches") == (10_000,)
    assert one(sf, "SELECT count(*), count(on_scene_at) FROM incidents") == (4_770, 4_637)
    seconds = sf.frame("SELECT epoch(on_scene_at) - epoch(opened_at) AS s FROM incidents WHERE on_scene_at IS NOT NULL")
    assert np.quantile(seconds["s"], [0.5, 0.9, 0.95]) == pytest.approx([408, 997.4, 1237.2], abs=0.05)
    within = one(sf, "SELECT count(*) FROM incidents WHERE on_scene_at <= arrival_due_at")[0]
    assert within == 4_040
    assert round(100 * within / 4_770, 1) == 84.7  # type: ignore[operator]
    assert round(100 * within / 4_637, 1) == 87.1  # type: ignore[operator]
    assert one(sf, "SELECT count(*) FROM incidents WHERE needs_arrival") == (4_770,)


def test_sf_every_call_lies_in_exactly_one_of_41_neighbourhoods(loaded: Callable[[str], Loaded]) -> None:
    report, sf = loaded("sf")
    assert check(report, "areas.township", "areas_n") == 41
    assert sf.rows("SELECT areas_n, located, count(*) FROM incidents GROUP BY ALL") == [(1, "in", 4_770)]
    assert one(sf, "SELECT count(*) FROM incidents WHERE township IS NULL") == (0,)
    assert one(sf, "SELECT count(*) FROM dispatches WHERE township IS NULL") == (0,)


def test_sf_times_are_local_though_they_say_utc(loaded: Callable[[str], Loaded], shared_data: Path) -> None:
    _, sf = loaded("sf")
    raw = pd.read_csv(shared_data / "sf-fire-dispatch/sfpd_dispatch_data_subset.csv", dtype=str)
    first = raw.groupby("call_number")["received_timestamp"].min().str.removesuffix(".000000 UTC")
    ours = sf.frame("SELECT source_id, opened_local, opened_at FROM incidents ORDER BY source_id")
    assert list(ours["opened_local"].astype(str)) == list(first.sort_index())
    assert set((ours["opened_at"] - ours["opened_local"]).dt.total_seconds()) == {8 * 3600}


def test_sf_doubtful_rows_are_loaded_and_told(loaded: Callable[[str], Loaded]) -> None:
    report, sf = loaded("sf")
    found = dict(sf.rows("SELECT fault, count(*) FROM findings WHERE source = 'dispatch' GROUP BY 1"))
    assert found == {"never_on_scene": 1_915, "negative_step": 12, "double_booked": 16}
    flagged = sf.rows("SELECT f, count(*) FROM (SELECT unnest(faults) AS f FROM dispatches) GROUP BY 1")
    assert dict(flagged) == found
    assert report.rejects == ()


def test_sf_stations_are_read_latitude_first(loaded: Callable[[str], Loaded], shared_data: Path) -> None:
    _, sf = loaded("sf")
    given = json.loads((shared_data / "sf-fire-dispatch/emergency_locations.json").read_text("utf-8"))
    wanted = {each["Address"].strip(): each["Location"] for each in given["FireDepartments"]}
    ours = {code: [lat, lon] for code, lat, lon in sf.rows("SELECT code, lat, lon FROM stations")}
    assert len(ours) == 45
    assert ours == wanted


def test_la_requests_and_doubtful_rows(loaded: Callable[[str], Loaded]) -> None:
    report, la = loaded("la")
    assert one(la, "SELECT count(*), count(*) FILTER (lon IS NULL) FROM incidents") == (10_000, 5)
    assert one(la, "SELECT count(*) FROM incidents WHERE list_contains(faults, 'closed_before_opened')") == (23,)
    assert report.findings["closed_before_opened"] == 23
    assert report.findings["no_coordinates"] == 5
    assert check(report, "areas.township", "areas_n") == 99


def test_la_councils_against_the_citys_own_column(loaded: Callable[[str], Loaded]) -> None:
    report, la = loaded("la")
    figures = {name: check(report, "myla311", name) for name in
               ("stated_n", "stated_in_none", "stated_in_several", "stated_in_one", "stated_agree_share")}  # fmt: skip
    assert figures.pop("stated_agree_share") == pytest.approx(98.5, abs=0.05)
    assert figures == {"stated_n": 9_863, "stated_in_none": 44, "stated_in_several": 29, "stated_in_one": 9_790}
    several = la.frame(
        "SELECT township, message FROM incidents JOIN findings ON id = incident_id AND fault = 'several_areas'"
    )
    assert len(several) == 29
    for township, message in several.itertuples(index=False):
        codes = message.split("(")[1].split(")")[0].split(", ")
        assert len(codes) == 2
        assert township == min(codes)


def test_xihu_grids(loaded: Callable[[str], Loaded]) -> None:
    report, xihu = loaded("xihu")
    assert one(xihu, "SELECT count(*) FROM areas WHERE level = 'grid'") == (605,)
    assert check(report, "areas.grid", "areas_km2") == pytest.approx(257.4, abs=0.05)
    assert check(report, "areas.grid", "overlaps_m2") < 0.3
    assert check(report, "areas.grid", "empty_codes") == 9
    assert check(report, "areas.grid", "areas_repaired") == 1
    assert one(xihu, "SELECT count(*) FROM areas WHERE level = 'township'") == (11,)
    # the blank town name
    assert one(xihu, "SELECT count(*) FROM areas WHERE level = 'grid' AND parent IS NULL") == (4,)
    assert one(xihu, "SELECT count(*), count(DISTINCT id) FROM findings WHERE fault = 'empty_code'") == (9, 9)
    assert xihu.site.levels == ("county", "township", "grid")


def test_xihu_derived_codes_do_not_move(loaded: Callable[[str], Loaded], tmp_path: Path) -> None:
    _, xihu = loaded("xihu")
    load(SITES / "xihu.yaml", tmp_path)
    again = open_warehouse(tmp_path)
    codes = "SELECT code FROM areas WHERE level = 'grid' ORDER BY 1"
    assert xihu.rows(codes) == again.rows(codes)


@pytest.mark.parametrize(
    ("name", "km2", "count"), [("tonglu", 1827.6, 14), ("jindong", 657.3, 11), ("dinghai", 582.2, 12)]
)
def test_county_areas(loaded: Callable[[str], Loaded], name: str, km2: float, count: int) -> None:
    report, county = loaded(name)
    assert check(report, "areas.township", "areas_n") == count
    assert check(report, "areas.township", "areas_km2") == pytest.approx(km2, abs=0.05)
    stored = "SELECT sum(km2), count(*), bool_and(length(code) = 9) FROM area_versions WHERE level = 'township'"
    assert one(county, stored) == (pytest.approx(km2, abs=0.05), count, True)


def test_tonglu_fenshui(loaded: Callable[[str], Loaded]) -> None:
    _, tonglu = loaded("tonglu")
    area = "SELECT code, km2 FROM areas JOIN area_versions USING (level, code) WHERE name_zh = '分水镇'"
    assert one(tonglu, area) == ("330122109", pytest.approx(300.3, abs=0.05))


def test_dinghai_is_mended_and_its_missing_township_told(loaded: Callable[[str], Loaded]) -> None:
    report, dinghai = loaded("dinghai")
    assert check(report, "areas.township", "areas_km2_as_read") == pytest.approx(404, abs=0.5)
    assert check(report, "areas.township", "areas_repaired") == 6
    mended = note(report, "areas.township", "areas_repaired")
    assert mended.count("the area as read is negative") == 1
    assert check(report, "areas.township", "no_polygon") == 1
    assert note(report, "areas.township", "no_polygon") == "330902050 千岛街道 is in the code list but has no polygon"
    assert one(dinghai, "SELECT count(*) FROM area_versions WHERE repairs IS NOT NULL AND level = 'township'") == (6,)


def test_jindong_in_metres_equals_its_wgs84_file(loaded: Callable[[str], Loaded], shared_data: Path) -> None:
    _, jindong = loaded("jindong")
    file = shared_data / "jindong-townships-utm/jindong_townships_wgs84_derived.geojson"
    wanted = {
        feature["properties"]["code"]: shapely.geometry.shape(feature["geometry"])
        for feature in json.loads(file.read_text("utf-8"))["features"]
    }
    ours = {code: shapely.from_wkb(bytes(geom)) for code, geom in jindong.rows(  # type: ignore[call-overload]
        "SELECT code, geom FROM area_versions WHERE level = 'township'")}  # fmt: skip
    assert ours.keys() == wanted.keys()
    for code, shape in wanted.items():
        # 1e-7 degrees is about a centimetre
        assert shapely.hausdorff_distance(ours[code], shape) < 1e-7


def test_xian_links_and_one_way_streets(loaded: Callable[[str], Loaded], shared_data: Path) -> None:
    import pyogrio

    _, xian = loaded("xian")
    raw = pyogrio.read_dataframe(shared_data / "xian-roads/modifiedConn_link.shp", read_geometry=False)
    assert one(xian, "SELECT count(*) FROM roads") == (9_842,)
    ours = dict(xian.rows("SELECT link, oneway FROM roads"))
    assert ours == {str(link): direction for link, direction in zip(raw["link_id"], raw["dir"], strict=True)}
    names = dict(xian.rows("SELECT link, name FROM roads WHERE name IS NOT NULL"))
    assert names[str(raw["link_id"][0])] == raw["road_name"][0] == "神舟大道"
    assert xian.site.levels == ()


def test_loading_twice_changes_nothing(loaded: Callable[[str], Loaded]) -> None:
    _, sf = loaded("sf")
    again = load(SITES / "sf.yaml", sf.root)
    assert not again.changed
    assert again.version == sf.version
    assert (again.counts["incidents"].unchanged, again.counts["dispatches"].unchanged) == (4_770, 10_000)


@pytest.mark.parametrize(
    ("metric", "numerator", "denominator", "value"),
    [
        ("volume", 4_770, None, 4_770),
        ("dispatches", 10_000, None, 10_000),
        ("dispatches_never_on_scene", 1_915, None, 1_915),
        ("reached", 4_637, None, 4_637),
        ("arrival_rate_15", 4_040, 4_770, 0.847),
        ("arrival_rate_reached", 4_040, 4_637, 0.871),
        ("arrival_p50", 4_637, 4_637, 408),
        ("arrival_p90", 4_637, 4_637, 997.4),
        ("arrival_p95", 4_637, 4_637, 1237.2),
    ],
)
def test_sf_figures_come_out_of_ask(
    loaded: Callable[[str], Loaded], metric: str, numerator: float, denominator: float | None, value: float
) -> None:
    _, sf = loaded("sf")
    row = ask(sf, metric).rows[0]
    assert row.numerator == numerator
    assert denominator is None or row.denominator == denominator
    assert row.value == pytest.approx(value, rel=6e-4)

"""Every stated datum reaches WGS84, and no unknown one slips through unshifted."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from errors import UnknownDatum
from geo import china, crs, crs_names, crs_suggest, measure

lons = st.floats(73.5, 135.0)
lats = st.floats(3.5, 53.5)

# googollee/eviltransform test.py: WGS84 (lat, lon) and GCJ-02 (lat, lon); its ellipsoid differs by 8 m in the
# radius, so it agrees to 1e-6 degrees, as its own tests ask
EVIL = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
]
# what the map services themselves answered (lon, lat), from their documentation: AMap convert, Baidu geoconv, Alibaba
# Cloud TransferCoord
SERVICES = [
    ("WGS84", (116.481499, 39.990475), "GCJ-02", (116.487585177952, 39.991754014757)),
    ("WGS84", (114.21892734521, 29.575429778924), "BD-09", (114.2307519546763, 29.57908428837437)),
    ("GCJ-02", (120.026268, 30.279164), "BD-09", (120.032768, 30.285238)),
    ("GCJ-02", (120.026268, 30.279164), "WGS84", (120.021519, 30.281543)),
]


def scalar_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """An implementation of its own, point by point with `math`, after the published JavaScript."""
    if not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271):
        return lon, lat
    a, ee = 6378245.0, 0.00669342162296594323
    x, y = lon - 105.0, lat - 35.0
    sin, pi = math.sin, math.pi
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    d_lat += (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    d_lat += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    d_lat += (160.0 * sin(y / 12.0 * pi) + 320 * sin(y * pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    d_lon += (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    d_lon += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    d_lon += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    magic = 1 - ee * sin(lat / 180.0 * pi) ** 2
    root = math.sqrt(magic)
    d_lat = (d_lat * 180.0) / ((a * (1 - ee)) / (magic * root) * pi)
    d_lon = (d_lon * 180.0) / (a / root * math.cos(lat / 180.0 * pi) * pi)
    return lon + d_lon, lat + d_lat


def scalar_bd09(lon: float, lat: float) -> tuple[float, float]:
    """GCJ-02 to BD-09, point by point."""
    k = math.pi * 3000.0 / 180.0
    z = math.sqrt(lon * lon + lat * lat) + 0.00002 * math.sin(lat * k)
    theta = math.atan2(lat, lon) + 0.000003 * math.cos(lon * k)
    return z * math.cos(theta) + 0.0065, z * math.sin(theta) + 0.006


def metres_between(one: tuple[object, object], other: tuple[object, object]) -> float:
    return float(np.max(measure.distance_m(one[0], one[1], other[0], other[1])))


@pytest.mark.parametrize(("wgs", "gcj"), EVIL)
def test_gcj02_meets_published_pairs(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    lon, lat = china.wgs84_to_gcj02(wgs[1], wgs[0])
    assert (float(lat), float(lon)) == pytest.approx(gcj, abs=1e-6)
    assert metres_between(china.gcj02_to_wgs84(gcj[1], gcj[0]), (wgs[1], wgs[0])) < 0.1


@pytest.mark.parametrize(("source", "given", "target", "answer"), SERVICES)
def test_offsets_agree_with_the_map_services(
    source: str, given: tuple[float, float], target: str, answer: tuple[float, float]
) -> None:
    got = crs.from_wgs84(*crs.to_wgs84(*given, crs=source), crs=target)
    # 0.7 m by Baidu's own answer; 1.7 m by Alibaba's, whose way back is the closed approximation
    assert metres_between(got, answer) < (2.0 if target == "WGS84" else 1.0)


def test_offsets_meet_the_coordtransform_readme_to_the_last_digits() -> None:
    gcj = china.wgs84_to_gcj02(116.404, 39.915)
    assert gcj == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-12)
    assert china.gcj02_to_bd09(116.404, 39.915) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-12)
    assert china.wgs84_to_bd09(116.404, 39.915) == pytest.approx((116.41662724378733, 39.922699552216216), abs=1e-12)
    # its inverse is the closed one: ours lies within 2 m of it, and exactly where the forward formula says
    back = china.bd09_to_gcj02(116.404, 39.915)
    assert metres_between(back, (116.39762729119315, 39.90865673957631)) < 2
    assert scalar_bd09(float(back[0]), float(back[1])) == pytest.approx((116.404, 39.915), abs=1e-13)


@given(lons, lats)
def test_offsets_equal_the_scalar_implementation(lon: float, lat: float) -> None:
    assert china.wgs84_to_gcj02(lon, lat) == pytest.approx(scalar_gcj02(lon, lat), abs=1e-12)
    assert china.gcj02_to_bd09(lon, lat) == pytest.approx(scalar_bd09(lon, lat), abs=1e-12)


@given(lons, lats)
def test_inverses_leave_under_a_micrometre(lon: float, lat: float) -> None:
    wgs = china.gcj02_to_wgs84(*scalar_gcj02(lon, lat))
    assert metres_between(wgs, (lon, lat)) < 1e-6
    assert metres_between(scalar_gcj02(float(wgs[0]), float(wgs[1])), scalar_gcj02(lon, lat)) < 1e-6
    gcj = china.bd09_to_gcj02(*scalar_bd09(lon, lat))
    assert metres_between(gcj, (lon, lat)) < 1e-6
    assert metres_between(china.bd09_to_wgs84(*china.wgs84_to_bd09(lon, lat)), (lon, lat)) < 1e-6


def test_offset_is_of_the_size_known_and_absent_abroad() -> None:
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(75, 134, 200_000), rng.uniform(4, 53, 200_000)
    shift = measure.distance_m(lon, lat, *china.wgs84_to_gcj02(lon, lat))
    assert 10 < shift.min() < 50
    assert 650 < shift.max() < 750
    abroad = (np.array([139.767, -118.24, 24.94, 120.0]), np.array([35.681, 34.05, 60.17, -5.0]))
    for way in (china.wgs84_to_gcj02, china.gcj02_to_wgs84):
        got = way(*abroad)
        assert (got[0] == abroad[0]).all()
        assert (got[1] == abroad[1]).all()


def test_offsets_keep_shape_and_nan() -> None:
    lon, lat = np.full((2, 3), 120.0), np.full((2, 3), 30.0)
    lon[1, 2] = np.nan
    for name in ("gcj02", "bd09"):
        x, y = crs.to_wgs84(lon, lat, crs=name)
        assert x.shape == y.shape == (2, 3)
        assert np.isnan(x).sum() == 1
        assert np.isnan(x[1, 2])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("WGS84", 4326),
        ("wgs 84", 4326),
        ("GPS", 4326),
        ("EPSG:4326", 4326),
        ("4326", 4326),
        (4326, 4326),
        ("urn:ogc:def:crs:EPSG::4490", 4490),
        ("EPSG:4490", 4490),
        ("CGCS2000", 4490),
        ("国家2000", 4490),
        ("2000国家大地坐标系", 4490),
        ("CGCS2000 / 3-degree GK CM 120E", 4549),
        ("CGCS2000 / 3-degree Gauss-Kruger CM 120E", 4549),
        ("cgcs2000 3-degree gk zone 40", 4528),
        ("CGCS2000 3度带 中央子午线120度", 4549),
        ("CGCS2000 / 3-degree GK CM 75E", 4534),
        ("CGCS2000 / 3-degree GK CM 135E", 4554),
        ("CGCS2000 / Gauss-Kruger CM 117E", 4509),
        ("UTM 50N", 32650),
        ("utm zone 50", 32650),
        ("WGS 84 / UTM zone 18S", 32718),
        ("EPSG:3857", 3857),
    ],
)
def test_names_people_use(name: str | int, code: int) -> None:
    found = crs.resolve(name).crs
    assert found is not None
    assert found.to_epsg() == code


@pytest.mark.parametrize("zone", range(25, 46))
def test_every_three_degree_zone_is_reached_by_either_name(zone: int) -> None:
    by_zone = pyproj.CRS(crs_names.proj_name(f"CGCS2000 / 3-degree GK zone {zone}"))
    assert by_zone.name == f"CGCS2000 / 3-degree Gauss-Kruger zone {zone}"
    by_meridian = pyproj.CRS(crs_names.proj_name(f"CGCS2000 / 3-degree GK CM {3 * zone}E"))
    assert by_meridian.name == f"CGCS2000 / 3-degree Gauss-Kruger CM {3 * zone}E"
    # the same ground, the zone number in millions before the easting
    x, y = crs.from_wgs84(3 * zone + 0.7, 30.0, crs=by_meridian)
    zx, zy = crs.from_wgs84(3 * zone + 0.7, 30.0, crs=by_zone)
    assert float(zx - x) == pytest.approx(zone * 1e6, abs=1e-6)
    assert float(zy - y) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("name", ["GCJ-02", "gcj02", "火星坐标系", "高德"])
def test_names_of_gcj02(name: str) -> None:
    assert crs.resolve(name).kind == "gcj02"


@pytest.mark.parametrize("name", ["BD-09", "bd09", "百度坐标", "BD09LL"])
def test_names_of_bd09(name: str) -> None:
    assert crs.resolve(name).kind == "bd09"


@pytest.mark.parametrize("name", [None, "", "  "])
def test_nothing_stated_is_refused(name: str | None) -> None:
    with pytest.raises(UnknownDatum, match="write it in the site file"):
        crs.to_wgs84([120.0], [30.0], crs=name)


@pytest.mark.parametrize(
    "name",
    ["EPSG:4214", "EPSG:4610", "EPSG:4555", "EPSG:2437", "EPSG:2385", "北京54", "西安80", "Beijing 1954", "Xian 1980"],
)
def test_old_chinese_datums_are_refused(name: str) -> None:
    with pytest.raises(UnknownDatum, match=r"towgs84"):
        crs.resolve(name)


def test_old_datum_by_wkt_is_refused_and_by_parameters_taken() -> None:
    wkt = pyproj.CRS("EPSG:2385").to_wkt("WKT1_ESRI")
    with pytest.raises(UnknownDatum, match="Xian 1980"):
        crs.resolve(wkt)
    text = "+proj=tmerc +lon_0=120 +x_0=500000 +ellps=krass +towgs84=15.8,-154.4,-82.3 +units=m"
    lon, lat = crs.to_wgs84(500000.0, 3.3e6, crs=text)
    by_hand = pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +inv +proj=tmerc +lon_0=120 +x_0=500000 +ellps=krass +step +proj=cart +ellps=krass "
        "+step +proj=helmert +x=15.8 +y=-154.4 +z=-82.3 +step +inv +proj=cart +ellps=WGS84 "
        "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
    ).transform(500000.0, 3.3e6)
    assert (float(lon), float(lat)) == pytest.approx(by_hand, abs=1e-9)


@pytest.mark.parametrize("name", ["+proj=utm +zone=50 +ellps=WGS84", "+proj=longlat +ellps=krass"])
def test_an_ellipsoid_without_datum_is_refused(name: str) -> None:
    with pytest.raises(UnknownDatum, match="no datum"):
        crs.resolve(name)


@pytest.mark.parametrize("name", ["EPSG:5773", "EPSG:4978", "no such thing", "EPSG:999999"])
def test_what_does_not_place_points_is_refused(name: str) -> None:
    with pytest.raises(UnknownDatum):
        crs.resolve(name)


def test_esri_wkt_of_cgcs2000_is_known() -> None:
    wkt = pyproj.CRS("EPSG:4549").to_wkt("WKT1_ESRI")
    assert "D_China_2000" in wkt
    x, y = crs.from_wgs84(120.3, 30.1, crs="EPSG:4549")
    assert crs.to_wgs84(x, y, crs=wkt) == pytest.approx((120.3, 30.1), abs=1e-10)


def test_gauss_kruger_equals_its_definition() -> None:
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(118.5, 121.5, 1000), rng.uniform(18, 53, 1000)
    x, y = crs.from_wgs84(lon, lat, crs="CGCS2000 / 3-degree GK CM 120E")
    plain = pyproj.Proj("+proj=tmerc +lat_0=0 +lon_0=120 +k=1 +x_0=500000 +a=6378137 +rf=298.257222101")
    px, py = plain(lon, lat)
    np.testing.assert_allclose(x, px, atol=1e-6)
    np.testing.assert_allclose(y, py, atol=1e-6)


@given(lons, lats, st.sampled_from(["EPSG:4549", "EPSG:32650", "EPSG:3857", "EPSG:4490", "WGS84", "GCJ-02", "BD-09"]))
def test_there_and_back(lon: float, lat: float, name: str) -> None:
    if name in ("EPSG:4549", "EPSG:32650"):
        lon = 115.0 + (lon - 73.5) / 61.5 * 8.0
    there = crs.from_wgs84(lon, lat, crs=name)
    assert metres_between(crs.to_wgs84(*there, crs=name), (lon, lat)) < 1e-6


def test_degrees_of_wgs84_and_cgcs2000_come_back_to_the_bit() -> None:
    lon, lat = np.array([120.1257005760001, np.nan]), np.array([30.25906741800003, 1.0])
    for name in ("WGS84", "EPSG:4490"):
        x, y = crs.to_wgs84(lon, lat, crs=name)
        assert x.tobytes() == lon.tobytes()
        assert y.tobytes() == lat.tobytes()
        assert x is not lon


def test_what_cannot_lie_in_the_system_is_nan() -> None:
    lon, lat = crs.to_wgs84([500000.0, 5e7, np.nan], [3.3e6, 3.3e6, 3.3e6], crs="EPSG:32650")
    assert np.isnan(lon).tolist() == np.isnan(lat).tolist() == [False, True, True]


def features(path: Path) -> dict[str, shapely.Geometry]:
    """Geometries of a GeoJSON file by name."""
    return {one["properties"]["name"]: shape(one["geometry"]) for one in json.loads(path.read_text())["features"]}


@pytest.mark.real
def test_jindong_in_utm_metres_equals_its_wgs84_file(shared_data: Path) -> None:
    metres = features(shared_data / "jindong-townships-utm" / "jinhuajindong.json")
    degrees = features(shared_data / "zj-townships" / "jindong.json")
    assert metres.keys() == degrees.keys()
    assert len(metres) == 11
    for name, one in metres.items():
        got = shapely.get_coordinates(crs.geometries_to_wgs84(np.array([one]), crs="EPSG:32650"))
        want = shapely.get_coordinates(degrees[name])
        assert metres_between((got[:, 0], got[:, 1]), (want[:, 0], want[:, 1])) < 1e-4
        back = shapely.get_coordinates(crs.geometries_from_wgs84(np.array([degrees[name]]), crs="UTM 50N"))
        np.testing.assert_allclose(back, shapely.get_coordinates(one), atol=1e-4)


@pytest.mark.real
def test_suggestion_for_jindong_names_utm_50_first(shared_data: Path) -> None:
    metres = np.concatenate(
        [
            shapely.get_coordinates(one)
            for one in features(shared_data / "jindong-townships-utm/jinhuajindong.json").values()
        ]
    )
    degrees = features(shared_data / "zj-townships" / "jindong.json")
    box = tuple(shapely.total_bounds(list(degrees.values())))
    best, *others = crs_suggest.suggest(metres[:, 0], metres[:, 1], expect=box)
    assert best.crs == "EPSG:32650"
    assert best.misfit_m < 500
    assert all(one.misfit_m > 1000 for one in others)
    error = crs_suggest.unstated(metres[:, 1], metres[:, 0], expect=box)
    assert "EPSG:32650 with x and y exchanged" in str(error)
    assert "UTM" in str(crs_suggest.unstated(metres[:, 0], metres[:, 1]))


def test_suggestions_by_magnitude() -> None:
    def codes(x: float, y: float) -> list[str]:
        return [one.crs for one in crs_suggest.suggest([x], [y])]

    assert codes(120.1, 30.2) == ["EPSG:4326", "GCJ-02", "BD-09"]
    assert codes(-122.4, 37.7) == ["EPSG:4326"]
    assert codes(40_500_000, 3.3e6) == ["EPSG:4528"]
    assert codes(20_500_000, 3.3e6) == ["EPSG:4498"]
    assert codes(13_358_338, 3_503_549) == ["EPSG:4491", "EPSG:3857"]  # Kashgar or Hangzhou: both are said
    swapped = crs_suggest.suggest([30.2], [120.1])
    assert [one.swapped for one in swapped] == [True]
    surveyors = crs_suggest.suggest([3.3e6], [40_500_000])
    assert [(one.crs, one.swapped) for one in surveyors] == [("EPSG:4528", True)]
    assert crs_suggest.suggest([], []) == ()
    assert "ask whoever made the file" in str(crs_suggest.unstated([5e9], [1.0]))
    assert isinstance(crs_suggest.unstated([], []), UnknownDatum)


@given(st.floats(74.0, 135.0), st.floats(4.0, 53.0))
def test_a_suggestion_with_a_box_always_holds_the_truth(lon: float, lat: float) -> None:
    zone = round(lon / 3)
    x, y = crs.from_wgs84(lon, lat, crs=f"EPSG:{4534 + zone - 25}")
    box = (lon - 0.2, lat - 0.2, lon + 0.2, lat + 0.2)
    found = crs_suggest.suggest([float(x)], [float(y)], expect=box, limit=50)
    assert f"EPSG:{4534 + zone - 25}" in [one.crs for one in found if not one.swapped]

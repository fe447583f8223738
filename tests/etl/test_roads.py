"""Road networks from line files and from OpenStreetMap."""

from __future__ import annotations

import json
from pathlib import Path

import pyproj
import pytest
import shapely

from errors import BadInput
from etl.roads import read_roads
from etl.site import RoadSpec
from etl.spec import ColumnSpec

LINES = [
    ({"id": "1", "way": "F", "name": "人民路", "cls": "主干路", "len": "120"}, [[120.0, 30.0], [120.001, 30.0]]),
    (
        {"id": "2", "way": "B", "name": None, "cls": "村道", "len": ""},
        [[120.0, 30.0], [120.0, 30.001], [120.0, 30.002]],
    ),
]


def write(folder: Path, lines: list[tuple[dict[str, object], object]], kind: str = "LineString") -> Path:
    features = [
        {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": xy}}
        for properties, xy in lines
    ]
    path = folder / "roads.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def spec(path: Path, **more: object) -> RoadSpec:
    given = {
        "files": (path,), "crs": "EPSG:4326", "link": "id", "name_": "name", "class_": "cls",
        "oneway": ColumnSpec(column="way", map={"F": "1", "B": "0"}), "length_m": ColumnSpec(column="len"),
    }  # fmt: skip
    return RoadSpec(**{**given, **more})  # type: ignore[arg-type]


def test_links_of_a_line_file(tmp_path: Path) -> None:
    links, tally, checks, rejects = read_roads(spec(write(tmp_path, LINES)), zone="UTC", language="zh")
    rows = links.to_pylist()
    assert [(r["link"], r["name"], r["class"], r["oneway"], r["speed_kmh"]) for r in rows] == [
        ("1", "人民路", "主干路", 1, 50.0), ("2", None, "村道", 0, 25.0),
    ]  # fmt: skip
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(120.0, 30.0, 120.0, 30.002)
    assert rows[0]["length_m"] == 120.0
    assert rows[1]["length_m"] == pytest.approx(metres, rel=1e-9)
    assert shapely.from_wkb(rows[0]["geom"]).coords[1] == (120.001, 30.0)
    assert (tally.read, tally.loaded, rejects) == (2, 2, [])
    assert {each.check: each.value for each in checks}["links_oneway"] == 1


def test_parts_of_a_line_become_links_with_their_own_length(tmp_path: Path) -> None:
    parts = [[[120.0, 30.0], [120.001, 30.0]], [[120.002, 30.0], [120.004, 30.0]]]
    path = write(tmp_path, [(LINES[0][0], parts)], "MultiLineString")
    links = read_roads(spec(path), zone="UTC", language="zh")[0].to_pylist()
    assert [each["link"] for each in links] == ["1-0", "1-1"]
    assert links[1]["length_m"] == pytest.approx(2 * links[0]["length_m"], rel=1e-6)
    assert links[0]["length_m"] != 120.0


def test_a_street_does_not_open_by_mistake(tmp_path: Path) -> None:
    path = write(tmp_path, LINES)
    with pytest.raises(BadInput, match=r"roads\.geojson: B in column way is not in the map"):
        read_roads(spec(path, oneway=ColumnSpec(column="way", map={"F": "1"})), zone="UTC", language="zh")


def test_points_are_no_roads(tmp_path: Path) -> None:
    path = write(tmp_path, [(LINES[0][0], [120.0, 30.0])], "Point")
    with pytest.raises(BadInput, match="has no lines"):
        read_roads(spec(path), zone="UTC", language="zh")


@pytest.mark.real
def test_an_openstreetmap_extract(shared_data: Path) -> None:
    from geo.osm import read_osm

    path = shared_data / "osm" / "monaco.osm.gz"
    links, tally, _, _ = read_roads(RoadSpec(osm=(path,)), zone="UTC", language="en")
    lines = read_osm(path, language="en")
    assert links.num_rows == len(lines) == tally.read == tally.loaded
    assert len(set(links["link"].to_pylist())) == links.num_rows
    assert links["oneway"].to_pylist() == lines["oneway"].tolist()
    assert min(links["length_m"].to_pylist()) > 0

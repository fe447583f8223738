"""Read the roads of an OpenStreetMap extract: .osm, .osm.gz, .osm.bz2 or .osm.pbf.

Tags are read as the OpenStreetMap wiki defines them (Key:highway, Key:oneway, Key:maxspeed, Key:access). Left out, and
so a limit of every route: turn restrictions, barriers on nodes, and times of day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas
import numpy as np
import osmium
import shapely

from errors import BadInput
from geo.noding import stretches
from geo.speeds import BACKWARD, BOTH, CLASS_KMH, FORWARD, maxspeed_kmh

CLOSED = frozenset({"no", "private"})
"""Values of the access tags that close a way."""

ACCESS_TAGS = ("motorcar", "motor_vehicle", "vehicle", "access")
"""Who may pass: the first of these tags that a way bears decides."""

COLUMNS = ("way", "highway", "name", "oneway", "speed_kmh", "from_node", "to_node")


@dataclass
class _Ways:
    """Kept ways, one entry per unbroken run of known nodes."""

    refs: list[list[int]] = field(default_factory=list)
    points: list[list[tuple[float, float]]] = field(default_factory=list)
    tags: list[tuple[int, str, str, int, float]] = field(default_factory=list)


def read_osm(
    path: str | Path, *, speeds: Mapping[str, float] = CLASS_KMH, language: str = "zh"
) -> geopandas.GeoDataFrame:
    """Read every road a vehicle may use, cut where roads meet.

    Parameters
    ----------
    path
        The extract; its ending says the format.
    speeds
        km/h by ``highway`` class. A class not in it is no road: footways and cycleways are not in the default.
    language
        ``name:<language>`` goes before ``name``, and ``name`` before ``ref``.

    Returns
    -------
    lines
        One row per stretch between junctions, WGS84: ``way`` (id), ``highway``, ``name``, ``oneway`` (0, 1 as drawn,
        -1 against), ``speed_kmh`` (``maxspeed`` before class), ``from_node``, ``to_node``, ``geometry``. Where an
        extract was cut and nodes are missing, a way ends and goes on behind the gap.

    Raises
    ------
    errors.BadInput
        The file is not there, damaged, or not OpenStreetMap.
    """
    file = Path(path)
    if not file.is_file():
        raise BadInput("{path}: there is no such file", path=file)
    try:
        ways = _read(file, speeds=speeds, language=language)
    except (RuntimeError, ValueError) as fault:
        raise BadInput("{path}: not a readable OpenStreetMap file ({fault})", path=file, fault=fault) from fault
    return _cut(ways)


def road_graph_columns(lines: geopandas.GeoDataFrame) -> dict[str, object]:
    """The keyword arguments by which :func:`geo.roads.build_graph` takes a frame of :func:`read_osm`."""
    return {
        "oneway": lines["oneway"].to_numpy(),
        "speed_kmh": lines["speed_kmh"].to_numpy(),
        "names": lines["name"].tolist(),
        "nodes": (lines["from_node"].to_numpy(), lines["to_node"].to_numpy()),
    }


def direction(tags: Mapping[str, str]) -> int:
    """Which way a road runs by its tags: 0 both, 1 as drawn, -1 against.

    ``reversible`` and ``alternating`` ways count as open both ways, since the time of day is not looked at; so does a
    value that means nothing.
    """
    for key in ("oneway:motorcar", "oneway:motor_vehicle", "oneway"):
        value = tags.get(key, "").lower()
        if value in ("yes", "true", "1"):
            return FORWARD
        if value in ("-1", "reverse"):
            return BACKWARD
        if value in ("no", "false", "0"):
            return BOTH
    round_about = tags.get("junction") in ("roundabout", "circular")
    return FORWARD if round_about or tags.get("highway") == "motorway" else BOTH


def is_open(tags: Mapping[str, str]) -> bool:
    """Whether a motor vehicle on duty may use the way; ``emergency=yes`` opens it again."""
    if tags.get("area") == "yes":
        return False
    if tags.get("emergency") in ("yes", "designated", "official"):
        return True
    return next((tags[key] for key in ACCESS_TAGS if key in tags), "yes") not in CLOSED


def _read(file: Path, *, speeds: Mapping[str, float], language: str) -> _Ways:
    kept = _Ways()
    reader = osmium.FileProcessor(str(file)).with_locations().with_filter(osmium.filter.KeyFilter("highway"))
    for way in reader:
        if not isinstance(way, osmium.osm.Way):
            continue
        tags = {tag.k: tag.v for tag in way.tags}
        if tags["highway"] not in speeds or not is_open(tags):
            continue
        name = next((tags[key] for key in (f"name:{language}", "name", "ref") if tags.get(key)), "")
        speed = maxspeed_kmh(tags.get("maxspeed")) or float(speeds[tags["highway"]])
        about = (way.id, tags["highway"], name, direction(tags), speed)
        refs: list[int] = []
        points: list[tuple[float, float]] = []
        for node in way.nodes:
            if node.location.valid():
                if not refs or refs[-1] != node.ref:
                    refs.append(node.ref)
                    points.append((node.lon, node.lat))
                continue
            _keep(kept, refs, points, about)
            refs, points = [], []
        _keep(kept, refs, points, about)
    return kept


def _keep(
    kept: _Ways, refs: list[int], points: list[tuple[float, float]], about: tuple[int, str, str, int, float]
) -> None:
    if len(refs) > 1:
        kept.refs.append(refs)
        kept.points.append(points)
        kept.tags.append(about)


def _cut(ways: _Ways) -> geopandas.GeoDataFrame:
    """Cut ways at every node used more than once, by another way or by the same."""
    if not ways.refs:
        return geopandas.GeoDataFrame({name: [] for name in COLUMNS}, geometry=[], crs="EPSG:4326")
    refs = np.concatenate([np.asarray(run, dtype=np.int64) for run in ways.refs])
    points = np.concatenate([np.asarray(run, dtype=np.float64) for run in ways.points])
    sizes = np.array([len(run) for run in ways.refs])
    first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    _, number, times = np.unique(refs, return_inverse=True, return_counts=True)
    vertex, begins, way = stretches(first, times[number.ravel()] > 1)
    lines = shapely.linestrings(points[vertex], indices=np.repeat(np.arange(len(way)), np.diff(begins)))
    ends = refs[vertex[begins[:-1]]], refs[vertex[begins[1:] - 1]]
    about = [ways.tags[i] for i in way.tolist()]
    columns = dict(zip(COLUMNS[:5], map(list, zip(*about, strict=True)), strict=True))
    return geopandas.GeoDataFrame(
        {**columns, "from_node": ends[0], "to_node": ends[1]}, geometry=lines, crs="EPSG:4326"
    )

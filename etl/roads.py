"""Read the road network of a site into the links of the warehouse."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import shapely

from errors import BadInput, UnknownDatum
from etl.books import Check, Tally
from etl.mapping import Mapped, Mapper
from etl.parse import parse_numbers
from etl.readers import Chunk, read
from etl.rejects import Reject, reject_fault
from etl.site import RoadSpec
from etl.spec import ColumnSpec
from geo import crs as datums
from geo import measure
from geo.osm import read_osm
from geo.speeds import CLASS_KMH, directions_of, speeds_of
from words import N_

NO_MEANING = N_(
    "{file}: {words} in column {column} is not in the map of the site file; a street must not open by mistake"
)
NO_LINES = N_("{file} has no lines: a road network is made of lines")

TYPES = {
    "link": pa.string(), "name": pa.string(), "class": pa.string(), "oneway": pa.int8(), "speed_kmh": pa.float64(),
    "length_m": pa.float64(), "from_node": pa.string(), "to_node": pa.string(), "geom": pa.binary(),
}  # fmt: skip
SCHEMA = pa.schema(list(TYPES.items()))


def read_roads(spec: RoadSpec, *, zone: str, language: str) -> tuple[pa.Table, Tally, list[Check], list[Reject]]:
    """All links of a site, what became of the rows, figures to check them by, and the rows left out.

    Raises
    ------
    BadInput
        A file cannot be read, holds no lines, or a one-way code or road class has no meaning.
    """
    tally = Tally("roads", "roads", [path.name for path in (*spec.osm, *spec.files)])
    rejects: list[Reject] = []
    pieces = [_osm(path, spec, language) for path in spec.osm]
    for path in spec.files:
        for chunk in read(
            path, format=spec.format, encoding=spec.encoding, layer=spec.layer, geometry=spec.geometry or True
        ):
            tally.read += chunk.table.num_rows + len(chunk.faults)
            rejects += [reject_fault("roads", chunk, fault) for fault in chunk.faults]
            pieces.append(_lines(chunk, spec, Mapper(spec, zone)))
    links = pa.concat_tables(pieces)
    tally.read += sum(piece.num_rows for piece in pieces[: len(spec.osm)])
    tally.loaded, tally.rejected = links.num_rows, len(rejects)
    return links, tally, _checks(links), rejects


def _osm(path: object, spec: RoadSpec, language: str) -> pa.Table:
    lines = read_osm(str(path), speeds={**CLASS_KMH, **_without_rest(spec.speeds)}, language=language)
    number = lines.groupby("way").cumcount()
    columns = {
        "link": [f"{way}-{part}" for way, part in zip(lines["way"], number, strict=True)],
        "name": lines["name"], "class": lines["highway"], "oneway": lines["oneway"],
        "speed_kmh": lines["speed_kmh"], "length_m": measure.length_m(lines.geometry.to_numpy()),
        "from_node": lines["from_node"].astype(str), "to_node": lines["to_node"].astype(str),
        "geom": shapely.to_wkb(lines.geometry.to_numpy()),
    }  # fmt: skip
    return pa.table({name: pa.array(columns[name], kind, from_pandas=True) for name, kind in TYPES.items()}, SCHEMA)


def _without_rest(speeds: Mapping[str, float]) -> dict[str, float]:
    return {name: speed for name, speed in speeds.items() if name != "*"}


def _lines(chunk: Chunk, spec: RoadSpec, mapper: Mapper) -> pa.Table:
    """The links of one chunk of line features; a multi-part line becomes one link a part."""
    if chunk.geometry is None:
        raise BadInput(NO_LINES, file=chunk.file)
    crs = spec.crs or chunk.crs
    if crs is None:
        raise UnknownDatum("{file}: {why}", file=chunk.file, why=UnknownDatum(datums.NOT_STATED))
    shapes = shapely.from_wkb(list(chunk.geometry)) if isinstance(chunk.geometry[0], bytes) else [
        shapely.geometry.shape(each) if isinstance(each, Mapping) else each for each in chunk.geometry
    ]  # fmt: skip
    parts, row = shapely.get_parts(datums.geometries_to_wgs84(np.asarray(shapes, object), crs=crs), return_index=True)
    if not len(parts) or not set(np.unique(shapely.get_type_id(parts))) <= {1, 2}:
        raise BadInput(NO_LINES, file=chunk.file)
    texts = _texts(chunk, spec, mapper)
    measured = measure.length_m(parts)
    given = _numbers(texts["length_m"])[row]
    several = np.bincount(row)[row] > 1
    links = [texts["link"][each] or str(chunk.rows[each]) for each in row]
    nth = np.arange(len(row)) - np.concatenate([[0], np.cumsum(np.bincount(row))])[row]
    columns = {
        "link": [f"{link}-{n}" if split else link for link, n, split in zip(links, nth, several, strict=True)],
        "name": [texts["name"][each] for each in row],
        "class": [texts["class"][each] for each in row],
        "oneway": directions_of([texts["oneway"][each] for each in row])
        if spec.oneway
        else np.zeros(len(row), np.int8),
        "speed_kmh": _speeds(spec, [texts["speed_kmh"][each] for each in row], [texts["class"][each] for each in row]),
        "length_m": np.where(np.isnan(given) | several, measured, given),
        # the nodes named are those of the whole line: a part has its own ends
        "from_node": [None if split else texts["from_node"][each] for each, split in zip(row, several, strict=True)],
        "to_node": [None if split else texts["to_node"][each] for each, split in zip(row, several, strict=True)],
        "geom": shapely.to_wkb(shapely.force_2d(parts)),
    }
    return pa.table({name: pa.array(columns[name], kind, from_pandas=True) for name, kind in TYPES.items()}, SCHEMA)


def _texts(chunk: Chunk, spec: RoadSpec, mapper: Mapper) -> dict[str, list[str | None]]:
    """The text of every column the spec names; empty where it names none."""
    named = {
        "link": spec.link, "name": spec.name_, "class": spec.class_, "from_node": spec.from_node,
        "to_node": spec.to_node, "oneway": spec.oneway, "length_m": spec.length_m, "speed_kmh": spec.speed_kmh,
    }  # fmt: skip
    mapped = Mapped("roads")
    texts: dict[str, list[str | None]] = {}
    for name, given in named.items():
        column = ColumnSpec(column=given) if isinstance(given, str) else given
        text = mapper.text(chunk, column, mapped, name) if column is not None else None
        texts[name] = text.to_pylist() if text is not None else [None] * chunk.table.num_rows
    if mapped.misread:
        wrong = sorted({each.raw for each in mapped.misread})
        raise BadInput(NO_MEANING, file=chunk.file, column=mapped.misread[0].column, words=", ".join(wrong))
    return texts


def _numbers(texts: list[str | None]) -> np.ndarray:
    """Numbers, NaN where there is none or it is none: the measured length and the class's speed stand then."""
    return parse_numbers(pa.array(texts, pa.string()))[0]


def _speeds(spec: RoadSpec, given: list[str | None], classes: list[str | None]) -> np.ndarray:
    """km/h of each link: its own, else its class's, else the rest's (``'*'``); NaN where nothing says."""
    own = _numbers(given)
    table = {**CLASS_KMH, **_without_rest(spec.speeds)}
    by_class = speeds_of(classes, table=table, default=spec.speeds.get("*", float("nan")))
    return np.where(np.isnan(own), by_class, own)


def _checks(links: pa.Table) -> list[Check]:
    oneway = links.column("oneway").to_numpy()
    km = float(np.nansum(links.column("length_m").to_numpy())) / 1000
    return [
        Check("roads", "links_n", links.num_rows, "links"),
        Check("roads", "links_oneway", int((oneway != 0).sum()), "links"),
        Check("roads", "links_km", km, "km"),
    ]

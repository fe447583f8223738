"""Turn the text columns of a chunk into the typed columns of one table, and say of each value why it will not turn.

Everything works on whole columns; only wrong values are touched one by one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from data.schema import TABLES
from errors import UnknownDatum
from etl.faults import Flaw, file_error
from etl.parse import Times, judge_coordinates, parse_booleans, parse_integers, parse_numbers, parse_times, trimmed
from etl.readers import Chunk
from etl.spec import ColumnSpec, SourceSpec, TableSpec
from geo import crs as datums
from words import N_

Bounds = tuple[float, float, float, float] | None
Floats = npt.NDArray[np.float64]

OPEN_ENDED = ("json", "jsonl", "geojson")
#: a UTC time column, and the column of the same moment on the site's clock
LOCAL_OF = {
    "opened_at": "opened_local", "closed_at": "closed_local", "reported_at": "reported_local",
    "dispatched_at": "dispatched_local", "filed_at": "filed_local", "at": "at_local",
}  # fmt: skip
NO_CRS = N_(
    "source '{source}': say in which system its coordinates are (crs: EPSG:4326, GCJ-02, ...); it is never guessed"
)
_TWO_NUMBERS = r"(?P<first>[+-]?\d+(?:\.\d*)?)[^\d.+-]+(?P<second>[+-]?\d+(?:\.\d*)?)"


class Misread(NamedTuple):
    """A flaw, and the source's column and value it is about."""

    flaw: Flaw
    #: the source's columns
    column: str
    raw: str
    #: the table's column
    target: str


@dataclass
class Mapped:
    """The rows of a chunk as columns of one table; every array is as long as the chunk."""

    table: str
    columns: dict[str, pa.Array] = field(default_factory=dict)
    misread: list[Misread] = field(default_factory=list)

    def note(self, flaws: Sequence[Flaw], column: str, text: pa.Array | None, target: str) -> None:
        """Keep the flaws of one column."""
        for flaw in flaws:
            raw = (text[flaw.index].as_py() if text is not None else None) or ""
            self.misread.append(Misread(flaw, column, raw, target))


@dataclass
class Mapper:
    """Maps the chunks of one source; remembers which of the columns it was told of exist."""

    source: SourceSpec
    zone: str
    bounds: Bounds = None
    #: a mended file lacks the columns that are empty in all of its rows
    partial: bool = False

    def text(self, chunk: Chunk, spec: ColumnSpec, mapped: Mapped | None = None, target: str = "") -> pa.Array:
        """The text a column spec picks from a chunk; ``unknown_word`` flaws go to ``mapped``."""
        size = chunk.table.num_rows
        if spec.value is not None:
            return pa.repeat(pa.scalar(spec.value, pa.string()), size)
        parts = [self._column(chunk, name) for name in spec.reads]
        text = parts[0] if len(parts) == 1 else trimmed(
            pc.binary_join_element_wise(*(pc.fill_null(part, "") for part in parts), "\x1f")
        )  # fmt: skip
        if len(parts) > 1:
            text = _joined(text, spec.join)
        if spec.pattern is not None:
            text = extracted(text, spec.pattern)
        if spec.map:
            text, flaws = _looked_up(text, spec.map)
            if mapped is not None:
                mapped.note(flaws, ", ".join(spec.reads), parts[0], target)
        return pc.fill_null(text, spec.default) if spec.default is not None else text

    def _column(self, chunk: Chunk, name: str) -> pa.Array:
        if name in chunk.table.column_names:
            return trimmed(chunk.table.column(name))
        if self.partial or (self.source.format or "") in OPEN_ENDED or chunk.file.endswith(OPEN_ENDED):
            return pa.nulls(chunk.table.num_rows, pa.string())
        raise file_error("no_column", file=chunk.file, column=name, found=", ".join(chunk.table.column_names))

    def map(self, chunk: Chunk, table: str, spec: TableSpec) -> Mapped:
        """Every column of ``spec``, typed, with ``id``, ``incident`` and ``case`` as text of their own."""
        mapped = Mapped(table)
        for key in ("id", "incident", "case"):
            inner = getattr(spec, key)
            if inner is not None:
                mapped.columns[f"_{key}"] = self.text(chunk, inner, mapped, f"_{key}")
        types = {column.name: column.type for column in TABLES[table].columns}
        for name, column in spec.columns.items():
            if name in types and name not in ("lon", "lat"):
                self._typed(chunk, mapped, name, types[name], column)
        if "lon" in types:
            self._place(chunk, mapped, spec)
        return mapped

    def times(self, chunk: Chunk, mapped: Mapped, spec: ColumnSpec, target: str = "") -> Times:
        """The times of one column; its flaws go to ``mapped``."""
        text = self.text(chunk, spec, mapped, target)
        time = self.source.time
        parsed = parse_times(text, formats=spec.formats or time.formats, zone=spec.zone or time.zone or self.zone)
        mapped.note(parsed.flaws, ", ".join(spec.reads), text, target)
        return parsed

    def _typed(self, chunk: Chunk, mapped: Mapped, name: str, kind: str, spec: ColumnSpec) -> None:
        """Add column ``name`` to ``mapped`` as the table's type ``kind`` has it."""
        label = ", ".join(spec.reads)
        if kind in ("TIMESTAMP", "DATE"):
            times = self.times(chunk, mapped, spec, name)
            utc, local = times.utc, times.local
            if kind == "DATE":
                mapped.columns[name] = pa.array(local.astype("datetime64[D]"))
                return
            mapped.columns[name] = pa.array(utc)
            if name in LOCAL_OF:
                mapped.columns[LOCAL_OF[name]] = pa.array(_on_site_clock(utc, local, spec, self))
            return
        text = self.text(chunk, spec, mapped, name)
        flaws: list[Flaw] = []
        if kind == "DOUBLE" or kind.startswith("DECIMAL"):
            numbers, flaws = parse_numbers(text)
            column = pa.array(numbers * (spec.scale or 1.0), mask=np.isnan(numbers))
        elif kind.endswith("INT") or kind == "INTEGER":
            column, flaws = parse_integers(text)
        elif kind == "BOOLEAN":
            column, flaws = parse_booleans(text)
        elif kind.endswith("[]"):
            column = _split(text, spec.split)
        else:
            column = text
        mapped.columns[name] = column
        mapped.note(flaws, label, text, name)

    def _place(self, chunk: Chunk, mapped: Mapped, spec: TableSpec) -> None:
        """Add lon and lat in WGS84, from two columns, from one, or from the chunk's points."""
        columns, size = spec.columns, chunk.table.num_rows
        if "lon" in columns and "lat" in columns:
            lon, lat = (self.text(chunk, columns[name], mapped, "place") for name in ("lon", "lat"))
            label = f"{', '.join(columns['lon'].reads)}, {', '.join(columns['lat'].reads)}"
        elif pair := next((name for name in ("lon_lat", "lat_lon") if name in columns), None):
            text = self.text(chunk, columns[pair], mapped, "place")
            lon, lat = _pair(text, mapped, columns[pair].reads[0])
            lon, lat = (lat, lon) if pair == "lat_lon" else (lon, lat)
            label = columns[pair].reads[0]
        elif chunk.geometry is not None:
            self._points(chunk, mapped)
            return
        else:
            for name in ("lon", "lat"):
                mapped.columns[name] = pa.nulls(size, pa.float64())
            return
        crs = self._crs(chunk)
        placed = judge_coordinates(lon, lat, crs=crs, bounds=self.bounds if datums.resolve(crs).is_wgs84 else None)
        mapped.note(
            placed.flaws,
            label,
            pc.binary_join_element_wise(pc.fill_null(lon, ""), pc.fill_null(lat, ""), ", "),
            "place",
        )
        self._keep_place(mapped, placed.lon, placed.lat, crs)

    def _points(self, chunk: Chunk, mapped: Mapped) -> None:
        """Coordinates of the chunk's shapes: a point itself, of anything else a point inside."""
        shapes = [_shape(each) for each in chunk.geometry or ()]
        flaws = [
            Flaw(row, "bad_geometry", {"why": str(each)}) for row, each in enumerate(shapes) if isinstance(each, str)
        ]
        mapped.note(flaws, "geometry", None, "place")
        points = np.array([None if isinstance(each, str) else each for each in shapes], object)
        inner = shapely.point_on_surface(points)
        self._keep_place(mapped, shapely.get_x(inner), shapely.get_y(inner), self._crs(chunk))

    def _keep_place(self, mapped: Mapped, x: Floats, y: Floats, crs: str) -> None:
        lon, lat = datums.to_wgs84(x, y, crs=crs)
        for name, values in (("lon", lon), ("lat", lat)):
            mapped.columns[name] = pa.array(values, mask=np.isnan(values))

    def _crs(self, chunk: Chunk) -> str:
        crs = self.source.crs or chunk.crs
        if crs is None:
            raise UnknownDatum(NO_CRS, source=self.source.name or chunk.file)
        return crs


def _on_site_clock(utc: Any, local: Any, spec: ColumnSpec, mapper: Mapper) -> Any:
    """The site's wall clock at ``utc``; the source's own clock where that is the site's."""
    if (spec.zone or mapper.source.time.zone or mapper.zone) == mapper.zone:
        return local
    return local_of(utc, mapper.zone)


def local_of(utc: npt.NDArray[np.datetime64], zone: str) -> npt.NDArray[np.datetime64]:
    """The wall clock of ``zone`` at naive UTC times (datetime64[us], NaT kept)."""
    aware = pc.assume_timezone(pa.array(utc), "UTC").cast(pa.timestamp("us", zone))
    return np.asarray(pc.local_timestamp(aware).to_numpy(zero_copy_only=False)).astype("datetime64[us]")


def _joined(text: pa.Array, separator: str) -> pa.Array:
    """Texts whose parts stand between unit separators, with ``separator`` between those that are not empty."""
    parts = pc.split_pattern(text, "\x1f")
    flat = pc.list_flatten(parts)
    owner = pc.list_parent_indices(parts)
    kept = pc.not_equal(flat, "")
    flat, owner = pc.filter(flat, kept), pc.filter(owner, kept)
    counts = np.bincount(owner.to_numpy(zero_copy_only=False), minlength=len(text))
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())
    return trimmed(pc.binary_join(pa.ListArray.from_arrays(offsets, flat), separator))


@cache
def named_group(pattern: str) -> str:
    """``pattern`` with its first group named ``v``, as Arrow's regular expressions (RE2) need it."""
    named = re.search(r"\(\?P<(\w+)>", pattern)
    if named:
        return pattern.replace(f"(?P<{named[1]}>", "(?P<v>", 1)
    return re.sub(r"(?<!\\)\((?!\?)", "(?P<v>", pattern, count=1)


def extracted(text: pa.Array, pattern: str) -> pa.Array:
    """The first group where the pattern is found, null elsewhere."""
    # other groups would need names of their own: only the first is asked for
    pattern = re.sub(r"(?<!\\)\((?!\?)", "(?:", named_group(pattern))
    return trimmed(pc.struct_field(pc.extract_regex(text, pattern), "v"))


def _looked_up(text: pa.Array, table: Mapping[str, str | None]) -> tuple[pa.Array, list[Flaw]]:
    """Each text through the map; one that is not listed takes the value of ``'*'``, or is an ``unknown_word``."""
    keys = [key for key in table if key not in ("*", "")]
    place = pc.index_in(text, value_set=pa.array(keys, pa.string()))
    mapped = pc.take(pa.array([table[key] for key in keys], pa.string()), place)
    if "" in table:
        mapped = pc.if_else(pc.is_null(text), pa.scalar(table[""], pa.string()), mapped)
    unlisted = pc.and_(pc.is_valid(text), pc.is_null(place))
    if "*" in table:
        return pc.if_else(unlisted, pa.scalar(table["*"], pa.string()), mapped), []
    rows = np.flatnonzero(np.asarray(unlisted))
    return mapped, [Flaw(int(row), "unknown_word", {"value": text[int(row)].as_py()}) for row in rows]


def _split(text: pa.Array, separator: str | None) -> pa.Array:
    """Lists of the parts of each text; without a stated separator any of ``; , 、 ； ，`` divides."""
    if separator is not None:
        return pc.split_pattern(text, separator)
    return pc.split_pattern_regex(text, r"\s*[;,、；，]\s*")


def _pair(text: pa.Array, mapped: Mapped, column: str) -> tuple[pa.Array, pa.Array]:
    """The first two numbers of each text, as text; a text without two is a ``bad_coordinate``."""
    found = pc.extract_regex(text, _TWO_NUMBERS)
    wrong = np.flatnonzero(np.asarray(pc.and_(pc.is_valid(text), pc.is_null(found))))
    mapped.note(
        [Flaw(int(row), "bad_coordinate", {"value": text[int(row)].as_py()}) for row in wrong], column, text, "place"
    )
    return pc.struct_field(found, "first"), pc.struct_field(found, "second")


def _shape(geometry: Any) -> Any:
    """A raw geometry as a shape; None where there is none, a text saying why where it is none."""
    if geometry is None:
        return None
    try:
        return shapely.from_wkb(geometry) if isinstance(geometry, bytes) else shapely.geometry.shape(geometry)
    except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        return str(error)

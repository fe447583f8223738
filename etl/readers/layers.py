"""Read map files through GDAL: Shapefile, GeoPackage, KML and FlatGeobuf, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from etl.archive import check_xml
from etl.faults import file_error
from etl.files import reading, unchanged
from etl.readers.arrow_text import as_text
from etl.readers.careful import encoding_fault
from etl.readers.chunk import CHUNK_ROWS, Chunk, Progress, RowFault
from etl.readers.dbf import Table, read_dbf
from etl.readers.encoding import Encoding
from etl.readers.gather import POINT_COLUMNS

_SHAPE = "wkb_geometry"


def read_layers(
    path: Path, *, file: str, xml: bool = False, layer: str | None = None, progress: Progress | None = None
) -> Iterator[Chunk]:
    """Read the layers of a GeoPackage, KML (``xml``) or FlatGeobuf; see :func:`etl.readers.read`.

    A layer's first record is row 1.
    """
    with reading(path, name=file), unchanged(path, name=file):
        if path.stat().st_size == 0:
            raise file_error("empty_file", file=file)
        if xml:
            check_xml(path, file=file)
        count = 0
        for name in _layers(path, layer, file):
            for chunk, share in _layer(path, name, file):
                count += chunk.table.num_rows
                yield chunk
                if progress is not None:
                    progress(count, share)
        if count == 0:
            raise file_error("no_records", file=file)


def read_shapefile(
    path: Path, *, file: str, encoding: str | None = None, progress: Progress | None = None
) -> Iterator[Chunk]:
    """Read one Shapefile; see :func:`etl.readers.read`. The .dbf and .shx must stand beside it."""
    parts = {suffix: _beside(path, suffix) for suffix in (".dbf", ".shx", ".cpg")}
    for suffix in (".dbf", ".shx"):
        if parts[suffix] is None:
            raise file_error("missing_part", file=file, part=path.stem + suffix)
    watched = [path, *(part for part in parts.values() if part is not None)]
    with reading(path, name=file), unchanged(*watched, name=file):
        cpg = parts[".cpg"].read_text("ascii", "ignore") if parts[".cpg"] else None
        table = read_dbf(parts[".dbf"], file=file, stated=encoding, cpg=cpg)
        chunks = _layer(path, path.stem, file, encoding) if table is None else _joined(path, file, table)
        count = 0
        for chunk, share in chunks:
            count += chunk.table.num_rows + len(chunk.faults)
            yield replace(chunk, sheet="")
            if progress is not None:
                progress(count, share)
        if count == 0:
            raise file_error("no_records", file=file)


def _beside(path: Path, suffix: str) -> Path | None:
    """The file of the same name with another suffix, in whatever case."""
    name = path.stem.lower() + suffix
    return next((one for one in path.parent.iterdir() if one.name.lower() == name), None)


def _layers(path: Path, layer: str | None, file: str) -> list[str]:
    """The layers to read."""
    try:
        found = [str(name) for name, _ in pyogrio.list_layers(path)]
    except DataSourceError as error:
        kind = path.suffix.lstrip(".").upper()
        raise file_error("not_format", file=file, format=kind, why=_why(error, path)) from error
    if layer is None:
        return found
    if layer not in found:
        raise file_error("no_layer", file=file, layer=layer, found=", ".join(found))
    return [layer]


def _why(error: Exception, path: Path) -> str:
    """GDAL's words without the folder of the file."""
    return str(error).split(";")[0].replace(str(path.parent) + "/", "").rstrip(". ")


def _layer(path: Path, layer: str, file: str, encoding: str | None = None) -> Iterator[tuple[Chunk, float]]:
    """The chunks of one layer by GDAL, with the share of it done."""
    try:
        total = max(pyogrio.read_info(path, layer=layer)["features"], 1)
        options = {"layer": layer, "encoding": encoding, "batch_size": CHUNK_ROWS, "datetime_as_string": True}
        with pyogrio.raw.open_arrow(path, use_pyarrow=True, return_fids=False, **options) as (meta, reader):
            row = 1
            for batch in reader:
                yield _chunk(batch, meta, row, file, layer), min(row / total, 1.0)
                row += batch.num_rows
    except (DataSourceError, DataLayerError) as error:
        raise file_error("not_format", file=file, format="map file", why=_why(error, path)) from error


def _chunk(batch: pa.RecordBatch, meta: Mapping[str, Any], row: int, file: str, layer: str) -> Chunk:
    shaped = meta["geometry_name"] or _SHAPE
    names = [name for name in batch.schema.names if name != shaped]
    table = pa.table([as_text(batch.column(name)) for name in names], names=names)
    shapes = None
    if shaped in batch.schema.names:
        shapes = list(shapely.from_wkb(batch.column(shaped).to_numpy(zero_copy_only=False), on_invalid="fix"))
        table = with_points(table, shapes)
    rows = np.arange(row, row + batch.num_rows, dtype=np.int64)
    return Chunk(table, file, rows, layer, shapes, meta["crs"])


def _joined(path: Path, file: str, table: Table) -> Iterator[tuple[Chunk, float]]:
    """Shapes by GDAL beside their attributes by :mod:`etl.readers.dbf`; deleted records are left out."""
    try:
        meta, fids, wkb, _ = pyogrio.raw.read(path, columns=[], return_fids=True)
    except (DataSourceError, DataLayerError) as error:
        raise file_error("not_format", file=file, format="Shapefile", why=_why(error, path)) from error
    whole = pa.table(list(table.columns), names=list(table.names))
    if len(fids) and int(fids.max()) >= whole.num_rows:
        raise file_error("not_format", file=file, format="Shapefile", why="its .dbf has fewer records than its .shp")
    for start in range(0, len(fids), CHUNK_ROWS):
        part = fids[start : start + CHUNK_ROWS]
        shapes = list(shapely.from_wkb(wkb[start : start + CHUNK_ROWS], on_invalid="fix"))
        points = with_points(whole.take(pa.array(part)), shapes)
        chunk = Chunk(points, file, part.astype(np.int64) + 1, "", shapes, meta["crs"], table.encoding)
        yield _without_foreign(chunk, table), min((start + CHUNK_ROWS) / len(fids), 1.0)


def _without_foreign(chunk: Chunk, table: Table) -> Chunk:
    """The chunk with records in another encoding made faults."""
    odd = np.isin(chunk.rows - 1, list(table.foreign))
    if not odd.any():
        return chunk
    faults = []
    for place in np.flatnonzero(odd):
        code, values = encoding_fault(table.foreign[int(chunk.rows[place]) - 1], Encoding(table.encoding))
        record = chunk.record(int(place))
        faults.append(RowFault(int(chunk.rows[place]), "", code, values, "", record))
    shapes = [shape for shape, bad in zip(chunk.geometry or (), odd, strict=True) if not bad]
    kept = chunk.table.filter(pa.array(~odd))
    return replace(chunk, table=kept, rows=chunk.rows[~odd], geometry=shapes, faults=faults)


def with_points(table: pa.Table, shapes: list[Any]) -> pa.Table:
    """``table`` with the coordinates as columns where every shape is a point."""
    there = [shape for shape in shapes if shape is not None]
    if not there or not all(shape.geom_type == "Point" and not shape.is_empty for shape in there):
        return table
    for name, axis in zip(POINT_COLUMNS, ("x", "y"), strict=True):
        texts = [None if shape is None else repr(getattr(shape, axis)) for shape in shapes]
        table = table.append_column(name, pa.array(texts, pa.string()))
    return table

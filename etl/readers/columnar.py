"""Read Parquet and GeoParquet, row group by row group."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from etl.faults import file_error
from etl.files import reading, unchanged
from etl.readers.arrow_text import as_text
from etl.readers.chunk import CHUNK_ROWS, Chunk, Progress


def read_parquet(path: Path, *, file: str, progress: Progress | None = None) -> Iterator[Chunk]:
    """Read one Parquet file; see :func:`etl.readers.read`. The first record is row 1."""
    with reading(path, name=file), unchanged(path, name=file):
        if path.stat().st_size == 0:
            raise file_error("empty_file", file=file)
        try:
            source = pq.ParquetFile(path)
        except pa.ArrowInvalid as error:
            raise file_error("not_format", file=file, format="Parquet", why=str(error).split(".")[0]) from error
        total, row = source.metadata.num_rows, 1
        geo = _geo(source)
        for batch in source.iter_batches(batch_size=CHUNK_ROWS):
            yield _chunk(batch, geo, row, file)
            row += batch.num_rows
            if progress is not None:
                progress(row - 1, (row - 1) / total)
        if total == 0:
            raise file_error("no_records", file=file)


def _geo(source: pq.ParquetFile) -> Mapping[str, Any]:
    """What GeoParquet's metadata says of the main column of shapes; empty for plain Parquet."""
    stated = (source.schema_arrow.metadata or {}).get(b"geo")
    if stated is None:
        return {}
    meta = json.loads(stated)
    column = meta["primary_column"]
    return {**meta["columns"][column], "column": column}


def _chunk(batch: pa.RecordBatch, geo: Mapping[str, Any], row: int, file: str) -> Chunk:
    shaped = geo.get("column")
    names = [name for name in batch.schema.names if name != shaped]
    table = pa.table([as_text(batch.column(name)) for name in names], names=names)
    rows = np.arange(row, row + batch.num_rows, dtype=np.int64)
    if shaped is None:
        return Chunk(table, file, rows)
    return Chunk(table, file, rows, geometry=_shapes(batch.column(shaped), geo, file), crs=_crs(geo))


def _shapes(column: pa.Array, geo: Mapping[str, Any], file: str) -> list[Any]:
    """The shapes of a column of WKB."""
    if geo.get("encoding", "WKB") != "WKB":
        why = f"its shapes are encoded as {geo['encoding']}, not as WKB"
        raise file_error("not_format", file=file, format="GeoParquet", why=why)
    storage = column.storage if isinstance(column, pa.ExtensionArray) else column
    return list(shapely.from_wkb(storage.to_numpy(zero_copy_only=False), on_invalid="fix"))


def _crs(geo: Mapping[str, Any]) -> str | None:
    """The stated system; GeoParquet without one means longitude and latitude (OGC:CRS84)."""
    if "crs" not in geo:
        return "OGC:CRS84"
    if geo["crs"] is None:
        return None
    system = CRS.from_user_input(geo["crs"])
    authority = system.to_authority(min_confidence=100)
    return ":".join(authority) if authority else system.to_wkt()

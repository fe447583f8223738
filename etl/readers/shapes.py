"""Take shapes out of a text column: WKT, EWKT, hexadecimal WKB (as PostGIS gives it) or GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import shapely

from etl.faults import file_error
from etl.readers.chunk import Chunk, RawGeometry, RowFault


def with_shapes(chunk: Chunk, column: str) -> Chunk:
    """``chunk`` with the shapes of ``column``; rows whose text is no shape become ``bad_geometry`` faults.

    Raises BadInput ``no_column``.
    """
    if column not in chunk.table.column_names:
        found = ", ".join(chunk.table.column_names)
        raise file_error("no_column", file=chunk.file, column=column, found=found)
    texts = chunk.table[column].to_pylist()
    shapes = [shape_of(text) for text in texts]
    good = np.array([shape is not None or text is None for shape, text in zip(shapes, texts, strict=True)], bool)
    faults = [_fault(chunk, column, int(place)) for place in np.flatnonzero(~good)]
    return Chunk(
        chunk.table.filter(pa.array(good)), chunk.file, chunk.rows[good], chunk.sheet,
        [shape for shape, kept in zip(shapes, good, strict=True) if kept],
        chunk.crs or _stated_crs(texts), chunk.encoding, chunk.delimiter, [*chunk.faults, *faults],
    )  # fmt: skip


def shape_of(text: str | None) -> RawGeometry:
    """The shape a text stands for; None where it is empty or none."""
    if text is None or not text.strip():
        return None
    stripped = text.strip()
    try:
        if stripped.startswith("{"):
            found = json.loads(stripped)
            return found if isinstance(found, dict) and "type" in found else None
        if stripped[:2] in ("00", "01"):
            return shapely.from_wkb(stripped)
        return shapely.from_wkt(stripped.partition(";")[2] if stripped[:5].upper() == "SRID=" else stripped)
    except (ValueError, shapely.errors.GEOSException):
        return None


def _stated_crs(texts: Sequence[str | None]) -> str | None:
    """The system the first shape states in itself (EWKT or EWKB); None where it states none."""
    first = next((text.strip() for text in texts if text), "")
    if first[:5].upper() == "SRID=":
        return f"EPSG:{first[5:].partition(';')[0]}"
    if first[:2] in ("00", "01"):
        shape = shape_of(first)
        srid = 0 if shape is None else shapely.get_srid(shape)
        return f"EPSG:{srid}" if srid else None
    return None


def _fault(chunk: Chunk, column: str, place: int) -> RowFault:
    record = chunk.record(place)
    raw = record[column] or ""
    why = "neither WKT, WKB nor GeoJSON"
    return RowFault(int(chunk.rows[place]), column, "bad_geometry", {"why": why}, raw, record)

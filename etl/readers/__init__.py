"""Read every format as rows of text, each with the row number a person would count.

Values arrive exactly as written: no number passes through a float, so that 18-digit ids and leading zeros survive.
Rows that cannot be read come along as :class:`RowFault`; a source that cannot be read at all raises a leaf of
:class:`errors.BadInput` that says what is wrong, where, and how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from etl.readers.chunk import CHUNK_ROWS, Chunk, Progress, RawGeometry, RowFault
from etl.readers.paths import expand, format_of
from etl.readers.postgres import read_postgres

__all__ = [
    "CHUNK_ROWS",
    "Chunk",
    "Progress",
    "RawGeometry",
    "RowFault",
    "expand",
    "format_of",
    "read",
    "read_postgres",
]


def read(
    path: Path,
    *,
    format: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    layer: str | None = None,
    delimiter: str | None = None,
    records: str | None = None,
    geometry: bool | str = True,
    progress: Progress | None = None,
) -> Iterator[Chunk]:
    """Read one file, chunk by chunk.

    Parameters
    ----------
    path
        A file (a zip holding one or several readable files counts as one).
    format
        One of csv, tsv, excel, json, jsonl, geojson, shapefile, gpkg, kml, parquet, zip; by the name when None.
    encoding
        Of CSV, JSON lines and Shapefile attributes; found from the bytes when None (UTF-8, UTF-16 with a BOM, GB18030).
    sheet, layer
        The sheet of a workbook, the layer of a GeoPackage; all of them, one after another, when None.
    delimiter
        Of CSV; found from the header when None.
    records
        Path to the list of records inside a JSON document, e.g. ``result.Hospitals``; the document itself, or its
        only list, when None. Socrata's row format is recognised.
    geometry
        False leaves shapes out; a name takes them from that text column (WKT, hexadecimal WKB or GeoJSON).
    progress
        Called after every chunk with rows so far and the share of the file done.

    Raises
    ------
    errors.BadInput
        The file is empty, unreadable, of no known format, or changed while it was being read (raised at the end).
    errors.UnsafeArchive
        A zip, workbook or KML that claims to unpack beyond the limits (:mod:`etl.archive`).
    """
    from etl.readers.dispatch import read_file

    return read_file(
        Path(path), format=format, encoding=encoding, sheet=sheet, layer=layer, delimiter=delimiter,
        records=records, geometry=geometry, progress=progress,
    )  # fmt: skip

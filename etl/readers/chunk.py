"""Carry what a reader found: rows as text, where they stand in the file, and the rows it had to leave out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

#: Rows a chunk holds at most (a CSV chunk may hold fewer or more: it is cut by bytes).
CHUNK_ROWS = 100_000

#: Column of a record that holds the shape of a feature, as GeoJSON text.
GEOMETRY = "geometry"

#: Called after every chunk with the rows read so far and the share of the file done, 0 to 1.
Progress = Callable[[int, float], None]

#: A geometry as read, for ``geo.repair``: a GeoJSON geometry mapping (its nesting may be wrong) or a shape.
RawGeometry = Mapping[str, object] | BaseGeometry | None


@dataclass(frozen=True)
class RowFault:
    """One row that cannot be used, with the whole row so that it can be mended."""

    #: row number as a person counts it (see :class:`Chunk`)
    row: int
    #: the source's column name; empty when the row as a whole is at fault
    column: str
    #: code in :data:`etl.faults.FAULTS`
    fault_code: str
    #: what fills the fault's template
    values: Mapping[str, object]
    #: the value (or line) as read
    raw: str
    #: the row: source column to text
    record: Mapping[str, str | None]


@dataclass(frozen=True)
class Chunk:
    """Some rows of one file, in file order.

    ``table`` has only string columns, each value exactly as the file writes it and null where it is empty. ``rows``
    numbers them as a person counts: in a table with a header (CSV, Excel) the header is row 1 and empty rows count;
    in JSON lines it is the line; in JSON, GeoJSON, layers, Parquet and query results the first record is 1. Rows in
    ``faults`` are not in ``table``. Later chunks of one file may have more columns than the first (JSON).
    """

    table: pa.Table
    #: file name without folder; inside an archive ``archive.zip/inner.csv``
    file: str
    rows: npt.NDArray[np.int64]
    #: sheet or layer; empty where there is none
    sheet: str = ""
    #: one per row where the source has shapes, else None
    geometry: Sequence[RawGeometry] | None = None
    #: what the file itself says of its reference system (``EPSG:4490``, or WKT); None where it says nothing
    crs: str | None = None
    #: the text encoding used; empty for formats that carry their own
    encoding: str = ""
    #: the delimiter used; empty for formats without one
    delimiter: str = ""
    faults: Sequence[RowFault] = field(default=())

    @property
    def first_row(self) -> int:
        """Row number of the first row of ``table``; 0 when it is empty."""
        return int(self.rows[0]) if len(self.rows) else 0

    def record(self, index: int) -> dict[str, str | None]:
        """Row ``index`` (from 0, within this chunk) as source column to text; a shape as GeoJSON under ``geometry``."""
        row = {name: self.table.column(name)[index].as_py() for name in self.table.column_names}
        if self.geometry is not None and GEOMETRY not in row:
            shape = self.geometry[index]
            text = shapely.to_geojson(shape) if isinstance(shape, BaseGeometry) else json.dumps(shape)
            row[GEOMETRY] = None if shape is None else text
        return row

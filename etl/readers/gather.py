"""Gather records one by one into chunks whose columns grow as new names turn up."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from etl.readers.chunk import CHUNK_ROWS, Chunk, RawGeometry, RowFault

#: Columns of the coordinates where every shape of a source is a point.
POINT_COLUMNS = ("geometry.x", "geometry.y")


class Gather:
    """Records on their way into a chunk; columns seen once stay."""

    def __init__(self, file: str, *, sheet: str = "", crs: str | None = None, encoding: str = "") -> None:
        self.file, self.sheet, self.crs, self.encoding = file, sheet, crs, encoding
        self.names: dict[str, None] = {}
        self.total = 0
        self._clear()

    def _clear(self) -> None:
        self.records: list[Mapping[str, str | None]] = []
        self.rows: list[int] = []
        self.shapes: list[RawGeometry] | None = None
        self.faults: list[RowFault] = []

    def add(self, row: int, record: Mapping[str, str | None]) -> None:
        """One record without a shape."""
        self.records.append(record)
        self.rows.append(row)
        self.names.update(dict.fromkeys(record))

    def add_feature(self, row: int, record: Mapping[str, str | None], shape: RawGeometry) -> None:
        """One record with its shape (or None); a point's coordinates become columns as well."""
        if isinstance(shape, Mapping) and shape.get("type") == "Point":
            record = {**record, **_position(shape)}
        self.add(row, record)
        if self.shapes is None:
            self.shapes = []
        self.shapes.append(shape)

    def fault(self, fault: RowFault) -> None:
        """One row that cannot be used."""
        self.faults.append(fault)

    @property
    def full(self) -> bool:
        """Whether it is time for a chunk."""
        return len(self.records) + len(self.faults) >= CHUNK_ROWS

    def chunk(self) -> Chunk | None:
        """What was gathered since the last chunk; None when nothing was."""
        if not self.records and not self.faults:
            return None
        arrays = [pa.array([record.get(name) for record in self.records], pa.string()) for name in self.names]
        made = Chunk(
            pa.table(arrays, names=list(self.names)), self.file, np.array(self.rows, np.int64), self.sheet,
            self.shapes, self.crs, self.encoding, faults=self.faults,
        )  # fmt: skip
        self.total += len(self.records) + len(self.faults)
        self._clear()
        return made


def _position(shape: Mapping[str, object]) -> dict[str, str | None]:
    """The coordinates of a GeoJSON point as text."""
    position = shape.get("coordinates")
    if not isinstance(position, list) or len(position) < 2:
        return {}
    return {name: None if one is None else str(one) for name, one in zip(POINT_COLUMNS, position, strict=False)}

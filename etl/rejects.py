"""Keep rows that could not be loaded, write them out to be mended, and read the mended file.

The exported file has the source's own columns first and then ``_source, _file, _sheet, _row, _column, _fault,
_message``, one line per row however many faults it has. Mended in a spreadsheet and saved as CSV, it loads again:
:func:`read_mended` leaves the columns with an underscore out.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from etl.faults import FAULTS, Flaw, message, retell
from etl.files import writing
from etl.readers import Chunk, Progress, RowFault, read
from etl.readers.chunk import GEOMETRY
from etl.readers.shapes import with_shapes
from etl.spreadsheet import as_written, shown_as_text

#: Columns the export adds; ignored when the mended file is read.
NOTES = ("_source", "_file", "_sheet", "_row", "_column", "_fault", "_message")

_COLUMNS = ("source", "file", "sheet", "row", "column", "fault", "message", "raw", "record")
SCHEMA = pa.schema([(name, pa.int64() if name == "row" else pa.string()) for name in _COLUMNS])


@dataclass(frozen=True)
class Reject:
    """One fault of one row, with the whole row."""

    source: str
    file: str
    sheet: str
    row: int
    column: str
    fault: str
    #: in English; :func:`etl.faults.retell` says it in Chinese
    message: str
    raw: str
    record: Mapping[str, str | None]


def reject_fault(source: str, chunk: Chunk, fault: RowFault) -> Reject:
    """The reject for a row the reader left out."""
    said = message(fault.fault_code, "en", **fault.values)
    return Reject(
        source, chunk.file, chunk.sheet, fault.row, fault.column, fault.fault_code, said, fault.raw, fault.record
    )


def reject_flaws(
    source: str, chunk: Chunk, flaws: Iterable[Flaw], *, column: str | Mapping[str, str] = ""
) -> list[Reject]:
    """The rejects for flaws found in ``chunk`` (their indexes count its rows); findings and repairs are left out.

    ``column`` names the source's column, or the columns of a flaw's parts (``{"lon": "Longitude", ...}``; flaws of
    all parts get the names joined).
    """
    found = []
    for flaw in flaws:
        if FAULTS[flaw.code].kind != "reject":
            continue
        name = column if isinstance(column, str) else column.get(flaw.part, ", ".join(column.values()))
        record = chunk.record(flaw.index)
        raw = ", ".join(record.get(part) or "" for part in (name.split(", ") if name not in record else [name]))
        row, said = int(chunk.rows[flaw.index]), message(flaw.code, "en", **flaw.values)
        found.append(Reject(source, chunk.file, chunk.sheet, row, name, flaw.code, said, raw, record))
    return found


def to_table(rejects: Sequence[Reject]) -> pa.Table:
    """Rejects with the columns of the warehouse's table (without ``load``)."""
    columns = {name: [getattr(one, name) for one in rejects] for name in _COLUMNS[:-1]}
    columns["record"] = [json.dumps(dict(one.record), ensure_ascii=False) for one in rejects]
    return pa.table(columns, schema=SCHEMA)


def from_table(table: pa.Table) -> list[Reject]:
    """The rejects of :func:`to_table`, or of the warehouse's table."""
    rows = table.select(_COLUMNS).to_pylist()
    return [Reject(**{**row, "record": json.loads(row["record"])}) for row in rows]


def write_rejects_csv(path: Path, rejects: Iterable[Reject], *, lang: str = "en") -> int:
    """Write rejects to be mended; returns the number of rows.

    UTF-8 with a BOM, so that Excel reads Chinese; see :mod:`etl.spreadsheet` for formulas, long ids and dates. Raises
    errors.DiskFull.
    """
    names, rows = _by_row(rejects, lang)
    with writing(path) as part, part.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(map(shown_as_text, names))
        out.writerows([shown_as_text(row.get(name) or "") for name in names] for row in rows)
    return len(rows)


def write_rejects_xlsx(path: Path, rejects: Iterable[Reject], *, lang: str = "en") -> int:
    """Write the same as a workbook whose every cell is text; returns the number of rows. Raises errors.DiskFull."""
    from xlsxwriter import Workbook

    names, rows = _by_row(rejects, lang)
    with writing(path) as part, Workbook(part) as book:
        sheet = book.add_worksheet("rejects")
        text = book.add_format({"num_format": "@"})
        sheet.set_column(0, len(names) - 1, 18, text)
        for number, row in enumerate([dict(zip(names, names, strict=True)), *rows]):
            for place, name in enumerate(names):
                sheet.write_string(number, place, row.get(name) or "", text)
    return len(rows)


def read_mended(path: Path, *, source: str | None = None, progress: Progress | None = None) -> Iterator[Chunk]:
    """Read an exported file after mending (CSV or workbook): the source's own columns, apostrophes taken off.

    With ``source`` only its rows. Columns empty in all rows of a chunk are left out: they belong to other sources.
    Shapes of features stand in the column ``geometry`` and come back as shapes.
    """
    for chunk in read(path, progress=progress):
        chunk = _of_source(chunk, source)
        if chunk.table.num_rows or chunk.faults:
            yield with_shapes(chunk, GEOMETRY) if GEOMETRY in chunk.table.column_names else chunk


def _of_source(chunk: Chunk, source: str | None) -> Chunk:
    """The rows of one source, without notes, empty columns and apostrophes."""
    keep = np.ones(chunk.table.num_rows, bool)
    if source is not None and "_source" in chunk.table.column_names:
        keep = np.array([as_written(name or "") == source for name in chunk.table["_source"].to_pylist()], bool)
    columns = {}
    for name, column in zip(chunk.table.column_names, chunk.table.columns, strict=True):
        values = [None if value is None else as_written(value) for value in column.filter(pa.array(keep)).to_pylist()]
        if as_written(name) not in NOTES and any(value is not None for value in values):
            columns[as_written(name)] = pa.array(values, pa.string())
    faults = [replace(fault, record=_own(fault.record)) for fault in chunk.faults if _is_of(fault.record, source)]
    return replace(chunk, table=pa.table(columns), rows=chunk.rows[keep], faults=faults)


def _own(record: Mapping[str, str | None]) -> dict[str, str | None]:
    """A record without the notes and apostrophes."""
    own = {as_written(name): value for name, value in record.items()}
    return {name: value and as_written(value) for name, value in own.items() if name not in NOTES}


def _is_of(record: Mapping[str, str | None], source: str | None) -> bool:
    named = record.get("_source")
    return source is None or named is None or as_written(named) == source


def _by_row(rejects: Iterable[Reject], lang: str) -> tuple[list[str], list[dict[str, str]]]:
    """The columns of an export, and one record per row with its faults joined."""
    rows: dict[tuple[str, str, str, int], dict[str, str]] = {}
    names: dict[str, None] = {}
    for one in rejects:
        key = (one.source, one.file, one.sheet, one.row)
        said = {"_column": one.column, "_fault": one.fault, "_message": retell(one.fault, one.message, lang)}
        if key in rows:
            for name, text in said.items():
                rows[key][name] = "; ".join(filter(None, (rows[key][name], text)))
            continue
        own = {name: value for name, value in one.record.items() if value is not None}
        names.update(dict.fromkeys(one.record))
        rows[key] = {**own, "_source": one.source, "_file": one.file, "_sheet": one.sheet, "_row": str(one.row), **said}
    return [*(name for name in names if name not in NOTES), *NOTES], list(rows.values())

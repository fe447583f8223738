"""Read workbooks (xlsx, xls, xlsb, ods): every sheet, dates as ISO text, ids as they were typed.

A cell holds a value, not what the screen shows: a number formatted as 000012 arrives as 12. Merged cells count for
all the cells they cover. Rows above the header that name few columns are titles; a header may have two rows where cells
are merged over groups of columns.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from etl.archive import check_zip
from etl.faults import file_error
from etl.files import reading, unchanged
from etl.readers.chunk import CHUNK_ROWS, Chunk, Progress, RowFault
from etl.readers.header import unique_names

#: A workbook keeps 15 digits of a number; whole numbers from here on have lost some.
_LOST = 10.0**15

#: Rows from the top among which the header is looked for.
_NEAR = 20

Row = list[Any]
Merge = tuple[int, int, int, int]


def read_workbook(
    path: Path, *, file: str, sheet: str | None = None, progress: Progress | None = None
) -> Iterator[Chunk]:
    """Read one workbook; see :func:`etl.readers.read`. Hidden sheets are read only when named."""
    with reading(path, name=file), unchanged(path, name=file):
        book = _open(path, file)
        names, count = _sheets(book, sheet, file), 0
        for number, name in enumerate(names):
            for chunk, share in _sheet(book.get_sheet_by_name(name), file):
                count += chunk.table.num_rows + len(chunk.faults)
                yield chunk
                if progress is not None:
                    progress(count, (number + share) / len(names))
        if count == 0:
            raise file_error("header_only", file=file)


def _open(path: Path, file: str) -> CalamineWorkbook:
    with path.open("rb") as source:
        head = source.read(4)
    if not head:
        raise file_error("empty_file", file=file)
    if head.startswith(b"PK"):
        check_zip(path, file=file)
    try:
        return CalamineWorkbook.from_path(str(path))
    except CalamineError as error:
        raise file_error("not_format", file=file, format="Excel", why=str(error)) from error


def _sheets(book: CalamineWorkbook, sheet: str | None, file: str) -> list[str]:
    """The sheets to read."""
    if sheet is not None:
        if sheet not in book.sheet_names:
            raise file_error("no_sheet", file=file, sheet=sheet, found=", ".join(book.sheet_names))
        return [sheet]
    return [
        one.name
        for one in book.sheets_metadata
        if one.visible == SheetVisibleEnum.Visible and one.typ == SheetTypeEnum.WorkSheet
    ]


def _sheet(sheet: CalamineSheet, file: str) -> Iterator[tuple[Chunk, float]]:
    """The chunks of a sheet, each with the share of the sheet done."""
    rows = [list(row) for row in sheet.iter_rows()]
    merges = _merges(sheet, len(rows))
    top = _header_row(rows, merges)
    _fill(rows, [merge for merge in merges if merge[0] >= top])
    depth, names = _header(rows, top, merges)
    body = [
        (number, row)
        for number, row in enumerate(rows[top + depth :], start=top + depth + 1)
        if any(cell != "" for cell in row)
    ]
    for start in range(0, len(body), CHUNK_ROWS):
        part = body[start : start + CHUNK_ROWS]
        yield _chunk(part, names, file, sheet.name), min((start + CHUNK_ROWS) / len(body), 1.0)


def _merges(sheet: CalamineSheet, height: int) -> list[Merge]:
    """The merged cells as top, left, bottom, right, from 0 and from the first filled column."""
    shift = sheet.start[1] if sheet.start else 0
    ranges = sheet.merged_cell_ranges or []
    return [(top, left - shift, bottom, right - shift) for (top, left), (bottom, right) in ranges if bottom < height]


def _header_row(rows: list[Row], merges: list[Merge]) -> int:
    """The first row that names at least half as many columns as any row near the top, merged cells counted in full.

    A row with a single value is a title, however wide it is merged.
    """
    near = rows[:_NEAR]
    covered = []
    for number, row in enumerate(near):
        values = sum(cell != "" for cell in row)
        wide = sum(right - left for top, left, _, right in merges if top == number and row[left] != "")
        covered.append(values + wide if values > 1 or len(row) == 1 else values)
    return next((number for number, count in enumerate(covered) if count and 2 * count >= max(covered)), 0)


def _fill(rows: list[Row], merges: list[Merge]) -> None:
    """Write the value of merged cells into every cell they cover."""
    for top, left, bottom, right in merges:
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [rows[top][left]] * (right - left + 1)


def _header(rows: list[Row], top: int, merges: list[Merge]) -> tuple[int, tuple[str, ...]]:
    """How many rows the header has, and the column names."""
    if not rows:
        return 0, ()
    upper = [_text(cell) or "" for cell in rows[top]]
    if top + 1 < len(rows) and _has_two_rows(top, rows[top + 1], merges):
        return 2, unique_names(_joined(upper, [_text(cell) or "" for cell in rows[top + 1]]))
    return 1, unique_names(upper)


def _has_two_rows(at: int, below: Row, merges: list[Merge]) -> bool:
    """Whether the row below the header's first belongs to it: cells are merged down into it, or across above it."""
    if any(top == at and bottom == at + 1 for top, _, bottom, _ in merges):
        return True
    across = any(top == bottom == at and right > left for top, left, bottom, right in merges)
    return across and all(isinstance(cell, str) for cell in below)


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Names of a header of two rows: the lower where it says enough, else both."""
    names = []
    for high, low in zip(upper, lower, strict=True):
        if not low or low == high:
            names.append(high)
        else:
            names.append(low if lower.count(low) == 1 else f"{high}/{low}")
    return names


def _chunk(part: Sequence[tuple[int, Row]], names: tuple[str, ...], file: str, sheet: str) -> Chunk:
    """Some rows as text; rows with numbers that have lost digits are faults."""
    # midnight comes as a date; where the column has times it must look like one
    timed = [any(isinstance(row[place], dt.datetime) for _, row in part) for place in range(len(names))]
    rows, records, faults = [], [], []
    for number, cells in part:
        texts = [_text(cell, timed=with_time) for cell, with_time in zip(cells, timed, strict=True)]
        lost = next((place for place, cell in enumerate(cells) if _has_lost_digits(cell)), None)
        if lost is None:
            rows.append(number)
            records.append(texts)
        else:
            value = texts[lost] or ""
            record = dict(zip(names, texts, strict=True))
            faults.append(RowFault(number, names[lost], "digits_lost", {"value": value}, value, record))
    columns = list(zip(*records, strict=True)) or [()] * len(names)
    table = pa.table([pa.array(column, pa.string()) for column in columns], names=list(names))
    return Chunk(table, file, np.array(rows, np.int64), sheet, faults=faults)


def _has_lost_digits(cell: Any) -> bool:
    return isinstance(cell, float) and abs(cell) >= _LOST and cell.is_integer()


def _text(cell: Any, *, timed: bool = False) -> str | None:
    """A cell as text: whole numbers without a point, dates in ISO, true and false; None where empty."""
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ", "milliseconds" if cell.microsecond else "seconds")
    if isinstance(cell, dt.date):
        return f"{cell} 00:00:00" if timed else str(cell)
    if isinstance(cell, dt.timedelta):
        hours, rest = divmod(round(cell.total_seconds()), 3600)
        return f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
    return str(cell)

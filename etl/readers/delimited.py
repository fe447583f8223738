"""Read CSV and TSV: fast where all is well, record by record where it is not.

The file is cut into blocks of whole records. A block that is in one encoding and whose rows all have the header's
number of fields goes through Arrow's parser, all columns as text; any other block goes through
:mod:`etl.readers.careful`. Quoted line ends count as part of their row.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from etl.faults import file_error
from etl.files import reading, unchanged
from etl.readers.careful import Layout, Records, read_records
from etl.readers.chunk import Chunk, Progress
from etl.readers.encoding import UTF8, Encoding, decode_line, find_encoding, has_foreign_lines
from etl.readers.header import Header, find_header

_BLOCK = 1 << 24
#: A record longer than this is taken for a quote left open.
_LONGEST = 1 << 26
_HEAD = 1 << 16
_BINARY = {b"PK\x03\x04": "excel or zip", b"\xd0\xcf\x11\xe0": "excel", b"PAR1": "parquet", b"SQLi": "gpkg"}


def read_delimited(
    path: Path,
    *,
    file: str,
    encoding: str | None = None,
    delimiter: str | None = None,
    likely: str = ",",
    progress: Progress | None = None,
) -> Iterator[Chunk]:
    """Read one CSV or TSV; see :func:`etl.readers.read`. ``likely`` is the delimiter the file's name suggests."""
    with reading(path, name=file), unchanged(path, name=file):
        _refuse_binary(path, file)
        found = find_encoding(path, stated=encoding, file=file)
        with _bytes_of(path, found, file) as source:
            inner = found if found.splits_as_ascii else Encoding(UTF8)
            header, skip = _header(source, inner, delimiter, likely, file)
            source.seek(skip)
            layout = Layout(header.names, header.delimiter, inner)
            total, count = max(source.seek(0, io.SEEK_END), 1), 0
            source.seek(skip)
            for chunk in _chunks(source, layout, header.row + 1, file, found.name):
                count += chunk.table.num_rows + len(chunk.faults)
                yield chunk
                if progress is not None:
                    progress(count, source.tell() / total)
        if count == 0:
            raise file_error("header_only", file=file)


def _refuse_binary(path: Path, file: str) -> None:
    """Raise for an empty file and for one that is no text at all."""
    with path.open("rb") as source:
        head = source.read(4096)
    if not head:
        raise file_error("empty_file", file=file)
    kind = next((kind for magic, kind in _BINARY.items() if head.startswith(magic)), None)
    if kind is not None or (b"\0" in head and head[:2] not in (b"\xff\xfe", b"\xfe\xff")):
        raise file_error("not_format", file=file, format="CSV", why=f"it is {kind or 'no text'}")


def _bytes_of(path: Path, encoding: Encoding, file: str) -> io.BufferedIOBase:
    """The file as bytes in which line ends and quotes can be found: UTF-16 becomes UTF-8."""
    if encoding.splits_as_ascii:
        return path.open("rb")
    try:
        return io.BytesIO(path.read_bytes().decode(encoding.name).encode(UTF8))
    except UnicodeDecodeError as error:
        raise file_error("not_format", file=file, format=encoding.name.upper(), why=str(error.reason)) from error


def _header(
    source: io.BufferedIOBase, encoding: Encoding, delimiter: str | None, likely: str, file: str
) -> tuple[Header, int]:
    """The header, and the byte its lines end at."""
    source.seek(encoding.mark)
    head = source.read(_HEAD)
    text = "".join(decode_line(line, encoding)[0] for line in head.splitlines(keepends=True))
    header = find_header(text, stated=delimiter, likely=likely, file=file)
    return header, encoding.mark + sum(map(len, head.splitlines(keepends=True)[: header.lines]))


def _chunks(source: io.BufferedIOBase, layout: Layout, row: int, file: str, encoding: str) -> Iterator[Chunk]:
    """One chunk per block, rows numbered from ``row``."""
    for block in _blocks(source):
        chunk, row = chunk_of(block, layout, row=row, file=file, encoding=encoding)
        if chunk is not None:
            yield chunk


def chunk_of(block: bytes, layout: Layout, *, row: int, file: str, encoding: str) -> tuple[Chunk | None, int]:
    """A block of whole records as a chunk (None when all are empty), and the row after it."""
    found, faults = _fast(block, layout), []
    if found is None:
        records = read_records(block, layout, first_row=row)
        table, rows = _table(records, layout), np.array(records.rows, np.int64)
        faults, after = records.faults, records.next_row
    else:
        after = row + found.num_rows
        table, rows = _without_empty(found, row)
    if not table.num_rows and not faults:
        return None, after
    return Chunk(table, file, rows, encoding=encoding, delimiter=layout.delimiter, faults=faults), after


def _blocks(source: io.BufferedIOBase) -> Iterator[bytes]:
    """The rest of a file in blocks that end where a record ends."""
    kept = b""
    while more := source.read(_BLOCK):
        kept += more
        end = _whole_records(kept)
        if end == 0 and len(kept) > _LONGEST:
            end = kept.rfind(b"\n") + 1
        if end:
            yield kept[:end]
            kept = kept[end:]
    if kept:
        yield kept


def _whole_records(block: bytes) -> int:
    """Where the last whole record ends: a line end outside quotes; 0 where there is none."""
    end = block.rfind(b"\n") + 1
    quotes = block.count(b'"', 0, end)
    while end and quotes % 2:
        before = block.rfind(b"\n", 0, block.rfind(b'"', 0, end)) + 1
        quotes -= block.count(b'"', before, end)
        end = before
    return end


def _fast(block: bytes, layout: Layout) -> pa.Table | None:
    """The block by Arrow, one row per record; None where it needs care."""
    if block.count(b'"') % 2 or has_foreign_lines(block, layout.encoding):
        return None
    text = block if layout.encoding.name == UTF8 else block.decode(layout.encoding.name).encode(UTF8)
    quoted = b'"' in text
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(text),
            read_options=arrow_csv.ReadOptions(column_names=list(layout.names), block_size=1 << 22),
            parse_options=arrow_csv.ParseOptions(
                delimiter=layout.delimiter, newlines_in_values=quoted, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(layout.names, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowInvalid:
        return None
    return None if quoted and _spans_lines(table, layout.delimiter) else table


def _spans_lines(table: pa.Table, delimiter: str) -> bool:
    """Whether a value goes on in another line that holds the delimiter or a quote: it may be a quote left open."""
    pattern = f'(?s)[\r\n].*["{chr(92)}{delimiter}]'
    return any(pc.any(pc.match_substring_regex(column, pattern)).as_py() for column in table.columns)


def _without_empty(table: pa.Table, row: int) -> tuple[pa.Table, npt.NDArray[np.int64]]:
    """The table without rows that are empty altogether, and the row numbers of the others."""
    rows = np.arange(row, row + table.num_rows, dtype=np.int64)
    if any(column.null_count == 0 for column in table.columns):
        return table, rows
    filled = np.zeros(table.num_rows, bool)
    for column in table.columns:
        filled |= np.asarray(pc.is_valid(column))
    return (table, rows) if filled.all() else (table.filter(pa.array(filled)), rows[filled])


def _table(records: Records, layout: Layout) -> pa.Table:
    return pa.table([pa.array(column, pa.string()) for column in records.columns], names=list(layout.names))

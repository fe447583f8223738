"""Read delimited text record by record, and pin each bad row where a person would find it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from etl.readers.chunk import RowFault
from etl.readers.encoding import Encoding, decode_line

_WORDS = {"utf-8": "UTF-8", "gb18030": "GB18030"}


class Layout(NamedTuple):
    """How the records of a file are written."""

    names: tuple[str, ...]
    delimiter: str
    encoding: Encoding


@dataclass
class Records:
    """The records of a piece of a file."""

    columns: list[list[str | None]]
    rows: list[int] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    #: row the next record has
    next_row: int = 0


class _Line(NamedTuple):
    text: str
    #: the encoding it was really in; empty: in none that is known
    encoding: str


def read_records(block: bytes, layout: Layout, *, first_row: int) -> Records:
    """Every record of ``block``, whole records from row ``first_row`` on.

    A row whose number of fields is not the header's is a ``ragged_row`` (empty fields too many are let go), one with
    lines in another encoding an ``encoding`` fault, and a quote that swallows rows an ``open_quote``: only the row
    it opens in is at fault, those after it are read again.
    """
    name = layout.encoding.name
    lines = [_Line(*decode_line(raw, layout.encoding)) for raw in block.splitlines(keepends=True)]
    found = Records([[] for _ in layout.names], next_row=first_row)
    start = 0
    while start < len(lines):
        start = _read_from(lines, start, found, layout, name)
    return found


def _read_from(lines: list[_Line], start: int, found: Records, layout: Layout, encoding: str) -> int:
    """Read records from line ``start``; returns the line to go on from (after a quote that was left open)."""
    reader = csv.reader((line.text for line in lines[start:]), delimiter=layout.delimiter)
    begin = start
    for fields in reader:
        end = start + reader.line_num
        own, row = lines[begin:end], found.next_row
        found.next_row += 1
        if len(own) > 1 and _swallows(own, layout.delimiter):
            found.faults.append(_open_quote(own[0].text.rstrip("\r\n"), layout, row))
            return begin + 1
        if any(fields):
            _take(fields, own, found, layout, row)
        begin = end
    return len(lines)


def _take(fields: list[str], own: list[_Line], found: Records, layout: Layout, row: int) -> None:
    """Put one record among the rows or the faults."""
    width, encoding = len(layout.names), layout.encoding.name
    foreign = next((line.encoding for line in own if line.encoding != encoding), None)
    if foreign is None and (len(fields) == width or (len(fields) > width and not any(fields[width:]))):
        found.rows.append(row)
        for column, value in zip(found.columns, fields, strict=False):
            column.append(value or None)
        return
    if foreign is not None:
        code, values = encoding_fault(foreign, layout.encoding)
    else:
        code, values = "ragged_row", {"got": str(len(fields)), "expected": str(width)}
    raw = "".join(line.text for line in own).rstrip("\r\n")
    found.faults.append(RowFault(row, "", code, values, raw, _record(fields, layout.names)))


def encoding_fault(really: str, encoding: Encoding) -> tuple[str, dict[str, str]]:
    """The code and values for a row in another encoding than the file's (``really`` empty: in none that is known)."""
    expected, other = (_WORDS.get(name, name) for name in (encoding.name, encoding.other))
    if really:
        return "encoding", {"found": _WORDS.get(really, really), "expected": expected}
    return "bad_bytes", {"expected": expected, "other": other}


def _record(fields: Sequence[str], names: Sequence[str]) -> dict[str, str | None]:
    """A row as far as its fields go; those beyond the header are named by their number, so that nothing is lost."""
    more = [f"column {place}" for place in range(len(names) + 1, len(fields) + 1)]
    padded = [*fields, *[""] * (len(names) - len(fields))]
    return {name: value or None for name, value in zip([*names, *more], padded, strict=True)}


def _swallows(own: list[_Line], delimiter: str) -> bool:
    """Whether a record of several lines comes of a quote left open: read strictly, it has text after its last quote."""
    try:
        list(csv.reader((line.text for line in own), delimiter=delimiter, strict=True))
    except csv.Error:
        return True
    return False


def _open_quote(line: str, layout: Layout, row: int) -> RowFault:
    """The fault of the row a quote opens in; its record is what the line says, split without regard to quotes."""
    fields = line.split(layout.delimiter)
    opened = next((place for place, text in enumerate(fields) if text.count('"') % 2), 0)
    column = layout.names[opened] if opened < len(layout.names) else ""
    return RowFault(row, column, "open_quote", {"column": column}, line, _record(fields, layout.names))

"""Find the delimiter and the column names of a delimited file from its first lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from etl.faults import file_error

DELIMITERS = (",", "\t", ";", "|")
_SAMPLE = 20

# a cell may hold a whole document; Python's limit of 128 KB would refuse it
csv.field_size_limit(1 << 30)


@dataclass(frozen=True)
class Header:
    """The first record of a file."""

    names: tuple[str, ...]
    delimiter: str
    #: its row; over 1 when empty rows stand above it
    row: int
    #: physical lines up to and with it
    lines: int


def find_header(text: str, *, stated: str | None, likely: str, file: str) -> Header:
    """The header in ``text``, the start of a file.

    ``stated`` is the delimiter the site file says, ``likely`` the one the file's name suggests. Raises BadInput:
    ``empty_file``, or ``wrong_delimiter`` when the stated one does not split the header and another one does.
    """
    if not text.strip():
        raise file_error("empty_file", file=file)
    counts = {one: _counts(text, one) for one in dict.fromkeys((likely, *DELIMITERS))}
    best = max(counts, key=lambda one: (_agreeing(counts[one]), counts[one][0] if _agreeing(counts[one]) else 0))
    if stated is not None:
        if _counts(text, stated)[0] == 1 and counts[best][0] > 1:
            raise file_error("wrong_delimiter", file=file, stated=shown(stated), found=shown(best))
        best = stated
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=best)
    for row, fields in enumerate(reader, start=1):
        if any(field.strip() for field in fields):
            return Header(unique_names(fields), best, row, reader.line_num)
    raise file_error("empty_file", file=file)


def shown(delimiter: str) -> str:
    """A delimiter as the site file writes it."""
    return "\\t" if delimiter == "\t" else delimiter


def unique_names(fields: Sequence[str]) -> tuple[str, ...]:
    """Column names that differ: outer blanks off, empty ones numbered, repeated ones with (2), (3) and so on."""
    names: list[str] = []
    for place, field in enumerate(fields, start=1):
        base = " ".join(field.replace("\ufeff", "").split()) or f"column {place}"
        name, again = base, 1
        while name in names:
            again += 1
            name = f"{base} ({again})"
        names.append(name)
    return tuple(names)


def _counts(text: str, delimiter: str) -> list[int]:
    """Fields of the first records; the last, perhaps cut, is left out when there are others."""
    counts = []
    for fields in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        if any(field.strip() for field in fields):
            counts.append(len(fields))
        if len(counts) > _SAMPLE:
            break
    return counts[:-1] if len(counts) > 2 else counts or [1]


def _agreeing(counts: list[int]) -> float:
    """Share of the records that have as many fields as the header; 0 where nothing is split."""
    return sum(count == counts[0] for count in counts) / len(counts) if counts[0] > 1 else 0.0

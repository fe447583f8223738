"""Read the attribute table of a Shapefile as text, in whatever encoding it is.

A DBF stores numbers as digits, so they arrive as written, ids of 18 digits included; GDAL would pass long ones through
a float. The encoding is the stated one, else found from the bytes; the .cpg file breaks ties only, because it is often
missing or wrong, and the wrong one gives garbled names without an error.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.faults import file_error
from etl.readers.encoding import GB, UTF8, codec_of, is_utf8_hanzi, looks_chinese
from etl.readers.header import unique_names

_TEXT_TYPES = frozenset("CNFDL")
_WESTERN = ("ascii", "iso8859", "cp125", "cp437", "cp850")


@dataclass(frozen=True)
class Field:
    """One column of a DBF."""

    name: bytes
    type: str
    start: int
    width: int


@dataclass(frozen=True)
class Table:
    """A whole DBF: every record, in file order."""

    names: tuple[str, ...]
    columns: tuple[pa.Array, ...]
    encoding: str
    #: record -> the other encoding its text is in (empty: in none)
    foreign: dict[int, str]


def read_dbf(path: Path, *, file: str, stated: str | None = None, cpg: str | None = None) -> Table | None:
    """The table; None when it has types only GDAL knows. Raises BadInput ``not_format`` or ``wrong_encoding``."""
    raw = path.read_bytes()
    if len(raw) < 33:
        raise file_error("not_format", file=file, format="Shapefile", why="its .dbf is cut off")
    count, head, width = int.from_bytes(raw[4:8], "little"), *np.frombuffer(raw[8:12], "<u2").tolist()
    fields = _fields(raw[32:head])
    if any(field.type not in _TEXT_TYPES for field in fields):
        return None
    if width < 1 or head + count * width > len(raw):
        raise file_error("not_format", file=file, format="Shapefile", why="its .dbf is cut off")
    cells = np.frombuffer(raw, np.uint8, count * width, head).reshape(count, width)
    texts = {field: _distinct(cells, field) for field in fields}
    encoding = _encoding(texts, fields, file, stated, cpg)
    foreign: dict[int, str] = {}
    columns = tuple(_column(field, *texts[field], encoding, foreign) for field in fields)
    names = unique_names([field.name.decode(encoding, "ignore") for field in fields])
    return Table(names, columns, encoding, foreign)


def _fields(head: bytes) -> list[Field]:
    """The field descriptors, 32 bytes each, up to the mark that ends them."""
    fields, start = [], 1
    for at in range(0, len(head) - 31, 32):
        if head[at] == 0x0D:
            break
        kind, width = chr(head[at + 11]), head[at + 16]
        if kind == "C":
            width += head[at + 17] << 8
        fields.append(Field(head[at : at + 11].split(b"\0")[0], kind, start, width))
        start += width
    return fields


def _distinct(cells: npt.NDArray[np.uint8], field: Field) -> tuple[list[bytes], npt.NDArray[np.int64]]:
    """The different values of a column, blanks off, and which each record has."""
    part = np.ascontiguousarray(cells[:, field.start : field.start + field.width])
    found, which = np.unique(part.view(f"S{field.width}").ravel(), return_inverse=True)
    return [value.strip(b" \0") for value in found.tolist()], which


def _encoding(
    texts: dict[Field, tuple[list[bytes], npt.NDArray[np.int64]]],
    fields: Sequence[Field],
    file: str,
    stated: str | None,
    cpg: str | None,
) -> str:
    """The encoding of the text: the stated one, or what the bytes say."""
    values = [value for field in fields if field.type == "C" for value in texts[field][0] if not value.isascii()]
    values += [field.name for field in fields if not field.name.isascii()]
    if stated is not None:
        codec = codec_of(stated)
        if codec == GB and values and all(_fits(value, UTF8) for value in values):
            raise file_error("wrong_encoding", file=file, stated=stated, found="UTF-8", line=1)
        if codec == UTF8 and not any(_fits(value, UTF8) for value in values) and values:
            raise file_error("wrong_encoding", file=file, stated=stated, found="GB18030", line=1)
        return codec
    if all(_fits(value, UTF8) for value in values):
        return UTF8
    chinese = [value for value in values if _fits(value, GB) and not _fits(value, UTF8)]
    named = _named(cpg)
    if named not in (None, UTF8) and all(_fits(value, named) for value in values):
        # programs that know no better write a Western name beside Chinese text
        return GB if named.startswith(_WESTERN) and looks_chinese(chinese) else named
    if 2 * len(chinese) < len(values):
        return UTF8
    if not looks_chinese(chinese):
        raise file_error("unknown_encoding", file=file, line=1)
    return GB


def _named(cpg: str | None) -> str | None:
    """The codec a .cpg file names (``GBK``, ``936``, ``UTF-8``, ``ANSI 1252``); None where it names none."""
    word = (cpg or "").strip().removeprefix("ANSI ").removeprefix("OEM ")
    word = {"65001": UTF8, "88591": "iso8859-1"}.get(word, f"cp{word}" if word.isdigit() else word)
    try:
        return codec_of(codecs.lookup(word).name) if word else None
    except LookupError:
        return None


def _fits(value: bytes, codec: str) -> bool:
    return _decoded(value, codec) is not None


def _decoded(value: bytes, codec: str) -> str | None:
    """A value as text; a last character cut by the width of the field is left off. None where it does not decode."""
    for end in (len(value), *range(len(value) - 1, max(len(value) - 4, 0), -1)):
        try:
            return value[:end].decode(codec)
        except UnicodeDecodeError as error:
            if error.start < len(value) - 3:
                return None
    return None


def _column(
    field: Field, values: list[bytes], which: npt.NDArray[np.int64], encoding: str, foreign: dict[int, str]
) -> pa.Array:
    """One column as text; records in another encoding are noted in ``foreign``."""
    texts: list[str | None] = []
    for place, value in enumerate(values):
        text = None if encoding == GB and is_utf8_hanzi(value) else _decoded(value, encoding)
        if text is None:
            other = GB if encoding == UTF8 else UTF8
            text = _decoded(value, other)
            found = other if text is not None else ""
            foreign.update(dict.fromkeys(np.flatnonzero(which == place).tolist(), found))
            text = value.decode(encoding, "backslashreplace") if text is None else text
        texts.append(_plain(text, field.type))
    return pa.array(texts, pa.string()).take(pa.array(which))


def _plain(text: str, kind: str) -> str | None:
    """A value as people write it: dates with hyphens; None for blanks, unset flags, and numbers that did not fit."""
    if kind == "D" and len(text) == 8 and text.isdigit():
        return None if text == "00000000" else f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if not text or (kind == "L" and text == "?") or (kind in "NF" and set(text) == {"*"}):
        return None
    return text

"""Read the rows of a PostgreSQL query as text.

The query runs inside ``COPY ... TO STDOUT`` in a read-only transaction: the server writes each value as text (no number
passes through a float), rows stream without being held by either side, and nothing in the database can be changed.
Times come in the ISO form, with their offset where the column has one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg

from etl.faults import file_error
from etl.readers.careful import Layout
from etl.readers.chunk import Chunk, Progress
from etl.readers.delimited import chunk_of
from etl.readers.encoding import UTF8, Encoding
from etl.readers.header import unique_names
from etl.readers.shapes import with_shapes

_BLOCK = 1 << 24


def read_postgres(
    url: str, query: str, *, geometry: bool | str = False, progress: Progress | None = None
) -> Iterator[Chunk]:
    """Stream the rows of ``query`` (a SELECT) from the database at ``url``.

    ``geometry`` names a column of shapes (PostGIS gives hexadecimal WKB). A chunk's ``file`` is the address without
    the password, and the first record is row 1. ``progress`` gets a share of 0, because how many rows there will be
    is not known. Raises BadInput ``no_database``, ``bad_query``, ``no_records``.
    """
    shown = without_password(url)
    try:
        connection = psycopg.connect(url, connect_timeout=10, application_name="gridcommand")
    except psycopg.Error as error:
        raise file_error("no_database", url=shown, why=_first_line(error)) from error
    with connection:
        try:
            yield from _rows(connection, query, shown, geometry, progress)
        except psycopg.Error as error:
            raise file_error("bad_query", url=shown, why=_first_line(error)) from error


def without_password(url: str) -> str:
    """A database address to show."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = parts.username
    return urlunsplit((parts.scheme, f"{user}@{host}" if user else host, parts.path, "", ""))


def _first_line(error: psycopg.Error) -> str:
    return str(error).strip().split("\n")[0].removeprefix("connection failed: ")


def _rows(
    connection: psycopg.Connection, query: str, shown: str, geometry: bool | str, progress: Progress | None
) -> Iterator[Chunk]:
    connection.read_only = True
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL client_encoding = 'UTF8'")
        cursor.execute("SET LOCAL datestyle = 'ISO'")
        statement = f"COPY ({query.strip().rstrip(';')}\n) TO STDOUT (FORMAT csv, HEADER)"
        row, layout = 1, None
        with cursor.copy(statement.encode()) as copy:
            for block in _blocks(copy):
                if layout is None:
                    layout, block = _split_header(block)
                chunk, row = chunk_of(block, layout, row=row, file=shown, encoding="")
                if chunk is not None:
                    yield with_shapes(chunk, geometry) if isinstance(geometry, str) else chunk
                if progress is not None:
                    progress(row - 1, 0.0)
    if row == 1:
        raise file_error("no_records", file=shown)


def _blocks(copy: psycopg.Copy) -> Iterator[bytes]:
    """The rows in blocks; the server sends whole rows."""
    parts, size = [], 0
    for data in copy:
        parts.append(bytes(data))
        size += len(data)
        if size >= _BLOCK:
            yield b"".join(parts)
            parts, size = [], 0
    if parts:
        yield b"".join(parts)


def _split_header(block: bytes) -> tuple[Layout, bytes]:
    """The column names, and what follows them."""
    reader = csv.reader(io.StringIO(block.decode(UTF8), newline=""))
    names = unique_names(next(reader))
    lines = block.splitlines(keepends=True)[: reader.line_num]
    return Layout(names, ",", Encoding(UTF8, pure=True)), block[sum(map(len, lines)) :]

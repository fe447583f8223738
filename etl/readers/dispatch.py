"""Send a file to the reader of its format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from etl.faults import file_error
from etl.readers.chunk import Chunk, Progress
from etl.readers.delimited import read_delimited
from etl.readers.documents import read_document, read_lines
from etl.readers.paths import FORMATS, format_of


def read_file(
    path: Path,
    *,
    file: str | None = None,
    format: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    layer: str | None = None,
    delimiter: str | None = None,
    records: str | None = None,
    geometry: bool | str = True,
    progress: Progress | None = None,
) -> Iterator[Chunk]:
    """Read ``path`` by ``format`` (by its name when None), calling it ``file`` in messages; see etl.readers.read."""
    name = file or path.name
    kind = format or format_of(path)
    match kind:
        case "csv" | "tsv":
            likely = "\t" if kind == "tsv" else ","
            yield from read_delimited(
                path, file=name, encoding=encoding, delimiter=delimiter, likely=likely, progress=progress
            )
        case "json" | "geojson":
            yield from read_document(path, file=name, encoding=encoding, records=records, progress=progress)
        case "jsonl":
            yield from read_lines(path, file=name, encoding=encoding, progress=progress)
        case _:
            raise file_error("unknown_format", file=name, formats=", ".join(FORMATS))

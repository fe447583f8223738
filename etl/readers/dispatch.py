"""Send a file to the reader of its format, and the files of an archive one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from etl.archive import unpacked
from etl.faults import file_error
from etl.files import reading, unchanged
from etl.readers.chunk import Chunk, Progress
from etl.readers.columnar import read_parquet
from etl.readers.delimited import read_delimited
from etl.readers.documents import read_document, read_lines
from etl.readers.layers import read_layers, read_shapefile
from etl.readers.paths import FORMATS, SUFFIXES, format_of
from etl.readers.shapes import with_shapes
from etl.readers.workbook import read_workbook


def read_file(
    path: Path,
    *,
    file: str | None = None,
    format: str | None = None,
    geometry: bool | str = True,
    progress: Progress | None = None,
    **options: Any,
) -> Iterator[Chunk]:
    """Read ``path`` by ``format`` (by its name when None), calling it ``file`` in messages; see etl.readers.read.

    ``options`` are encoding, sheet, layer, delimiter and records.
    """
    name = file or path.name
    kind = format or format_of(path)
    if kind == "zip":
        yield from _archive(path, name, geometry, progress, options)
        return
    for chunk in _by_format(kind, path, name, progress, **options):
        if isinstance(geometry, str):
            yield with_shapes(chunk, geometry)
        else:
            yield chunk if geometry or chunk.geometry is None else replace(chunk, geometry=None)


def _by_format(
    kind: str,
    path: Path,
    file: str,
    progress: Progress | None,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    layer: str | None = None,
    delimiter: str | None = None,
    records: str | None = None,
) -> Iterator[Chunk]:
    match kind:
        case "csv" | "tsv":
            likely = "\t" if kind == "tsv" else ","
            return read_delimited(
                path, file=file, encoding=encoding, delimiter=delimiter, likely=likely, progress=progress
            )
        case "excel":
            return read_workbook(path, file=file, sheet=sheet, progress=progress)
        case "json" | "geojson":
            return read_document(path, file=file, encoding=encoding, records=records, progress=progress)
        case "jsonl":
            return read_lines(path, file=file, encoding=encoding, progress=progress)
        case "shapefile":
            return read_shapefile(path, file=file, encoding=encoding, progress=progress)
        case "gpkg" | "kml":
            return read_layers(path, file=file, xml=kind == "kml", layer=layer, progress=progress)
        case "parquet":
            return read_parquet(path, file=file, progress=progress)
    raise file_error("unknown_format", file=file, formats=", ".join(FORMATS))


def _archive(
    path: Path, file: str, geometry: bool | str, progress: Progress | None, options: dict[str, Any]
) -> Iterator[Chunk]:
    """Every readable file of a zip, in the order of their names; archives inside it are left alone."""
    with reading(path, name=file), unchanged(path, name=file), unpacked(path, file=file) as folder:
        inside = sorted(one for one in folder.rglob("*") if one.is_file() and not _is_litter(one, folder))
        members = [one for one in inside if SUFFIXES.get(one.suffix.lower(), "zip") != "zip"]
        if not members:
            found = ", ".join(one.relative_to(folder).as_posix() for one in inside[:10]) or "-"
            raise file_error("nothing_inside", file=file, found=found)
        for member in members:
            inner = f"{file}/{member.relative_to(folder).as_posix()}"
            yield from read_file(member, file=inner, geometry=geometry, progress=progress, **options)


def _is_litter(path: Path, folder: Path) -> bool:
    """Whether a file is what an operating system leaves in archives."""
    return any(part.startswith((".", "__MACOSX")) for part in path.relative_to(folder).parts)

"""Read JSON: a list of records, GeoJSON with its shapes as written, Socrata's row format, and JSON lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from etl.faults import file_error
from etl.files import reading, unchanged
from etl.readers.chunk import Chunk, Progress, RawGeometry, RowFault
from etl.readers.encoding import decode_line, find_encoding
from etl.readers.gather import Gather
from etl.readers.json_text import AS_NUMBERS, AS_WRITTEN, Walker, flat, text_of
from etl.readers.shapes import shape_of

_SHAPES = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
_SOCRATA_SHAPES = {"point", "multipoint", "line", "multiline", "polygon", "multipolygon"}
_CRS = re.compile(r'"crs"\s*:\s*(?=\{)')
#: Lines that may fail before the file is called no JSON at all, rather than each of its lines.
_TRIED = 20


def read_document(
    path: Path, *, file: str, encoding: str | None = None, records: str | None = None, progress: Progress | None = None
) -> Iterator[Chunk]:
    """Read one JSON or GeoJSON document; see :func:`etl.readers.read`. The first record is row 1."""
    with reading(path, name=file), unchanged(path, name=file):
        walker = Walker(text_of(path, file=file, encoding=encoding), file)
        gather = Gather(file, crs=_stated_crs(walker.text))
        for row, (record, shape, has_shape) in enumerate(_records(walker, records), start=1):
            if has_shape:
                gather.add_feature(row, record, shape)
            else:
                gather.add(row, record)
            if gather.full:
                yield from _out(gather, progress, walker.at / len(walker.text))
        yield from _out(gather, progress, 1.0)
        if gather.total == 0:
            raise file_error("no_records", file=file)


def read_lines(
    path: Path, *, file: str, encoding: str | None = None, progress: Progress | None = None
) -> Iterator[Chunk]:
    """Read JSON lines, each an object or a GeoJSON feature; a row is a line. Lines that are not JSON are faults."""
    with reading(path, name=file), unchanged(path, name=file):
        found = find_encoding(path, stated=encoding, file=file)
        gather, size, done = Gather(file, encoding=found.name), max(path.stat().st_size, 1), 0
        with path.open("rb") as source:
            for row, raw in enumerate(source, start=1):
                done += len(raw)
                line = decode_line(raw, found)[0].strip("\ufeff\x1e \t\r\n")
                if line:
                    _add_line(gather, row, line)
                if gather.full:
                    yield from _out(gather, progress, done / size)
                if len(gather.faults) >= _TRIED and not gather.names:
                    break
        if gather.faults and not gather.names:
            first = gather.faults[0]
            raise file_error("not_json", file=file, line=first.row, **first.values)
        yield from _out(gather, progress, 1.0)
        if gather.total == 0:
            raise file_error("empty_file" if done == 0 else "no_records", file=file)


def _out(gather: Gather, progress: Progress | None, share: float) -> Iterator[Chunk]:
    chunk = gather.chunk()
    if chunk is not None:
        yield chunk
        if progress is not None:
            progress(gather.total, share)


def _add_line(gather: Gather, row: int, line: str) -> None:
    """Put one line among the records or the faults."""
    try:
        found = AS_WRITTEN.decode(line)
    except (json.JSONDecodeError, RecursionError) as error:
        at = error.pos if isinstance(error, json.JSONDecodeError) else 0
        values = {"column": str(at + 1), "near": line[at : at + 20] or "the end of the line"}
        gather.fault(RowFault(row, "", "not_json_line", values, line, {"line": line}))
        return
    if isinstance(found, dict) and found.get("type") == "Feature":
        gather.add_feature(row, _properties(found), json.loads(line).get("geometry"))
    else:
        gather.add(row, flat(found) if isinstance(found, dict) else flat({"value": found}))


_Record = tuple[Mapping[str, str | None], RawGeometry, bool]


def _records(walker: Walker, path: str | None) -> Iterator[_Record]:
    """Every record: its columns, its shape, and whether it is a feature."""
    if walker.peek() == "[" and not path:
        for _ in walker.items():
            yield _plain(walker.value())
        walker.finish()
        return
    if walker.peek() != "{":
        raise walker.fault(walker.at)
    seen: dict[str, Any] = {}
    collection = False
    for key in walker.members():
        if key == "features" and not path and walker.peek() == "[":
            yield from (_feature(walker) for _ in walker.items())
            collection = True
        else:
            seen[key] = walker.value()
    walker.finish()
    if not collection:
        yield from _of_object(seen, path, walker)


def _feature(walker: Walker) -> _Record:
    """The feature here: properties as written, coordinates as numbers."""
    if walker.peek() != "{":
        walker.value()
        return {}, None, True
    feature: dict[str, Any] = {}
    shape = None
    for key in walker.members():
        if key == "geometry":
            shape = walker.value(AS_NUMBERS)
        else:
            feature[key] = walker.value()
    return _properties(feature), shape, True


def _properties(feature: Mapping[str, Any]) -> dict[str, str | None]:
    """A feature's properties, and its id where no property has that name."""
    own = feature.get("properties")
    columns = flat(own) if isinstance(own, Mapping) else {}
    if feature.get("id") not in (None, "") and "id" not in columns:
        columns["id"] = str(feature["id"])
    return columns


def _plain(value: Any) -> _Record:
    return (flat(value) if isinstance(value, Mapping) else flat({"value": value})), None, False


def _of_object(document: dict[str, Any], path: str | None, walker: Walker) -> Iterator[_Record]:
    """The records of an object that is no feature collection."""
    columns = _socrata_columns(document)
    if columns and not path:
        yield from (_socrata(row, columns) for row in document["data"])
    elif document.get("type") == "Feature" or document.get("type") in _SHAPES:
        again = json.loads(walker.text)
        yield _properties(document), again.get("geometry") if document["type"] == "Feature" else again, True
    else:
        yield from map(_plain, _list_at(document, path, walker.file))


def _list_at(document: Mapping[str, Any], path: str | None, file: str) -> Sequence[Any]:
    """The list at ``path``, or the only list of records there is; the document itself where it holds none."""
    lists = _lists(document)
    if path is None:
        if not lists:
            return [document]
        if len(lists) == 1:
            return next(iter(lists.values()))
    elif path in lists:
        return lists[path]
    raise file_error("no_record_path", file=file, path=path or "-", found=", ".join(lists) or "-")


def _lists(value: Mapping[str, Any], under: str = "") -> dict[str, Sequence[Any]]:
    """The lists of objects within nested objects, by dotted path."""
    found: dict[str, Sequence[Any]] = {}
    for key, one in value.items():
        if isinstance(one, list) and (not one or isinstance(one[0], Mapping)):
            found[under + key] = one
        elif isinstance(one, Mapping):
            found.update(_lists(one, f"{under}{key}."))
    return found


def _socrata_columns(document: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Name of each column and whether it holds shapes; empty where this is not Socrata's row format."""
    meta, rows = document.get("meta"), document.get("data")
    view = meta.get("view") if isinstance(meta, Mapping) else None
    columns = view.get("columns") if isinstance(view, Mapping) else None
    if not isinstance(columns, list) or not isinstance(rows, list):
        return []
    own = [column for column in columns if column.get("dataTypeName") != "meta_data"]
    names = [column["name"] for column in own]
    return [
        (
            column["name"] if column in own and names.count(column["name"]) == 1 else column["fieldName"],
            column.get("dataTypeName") in _SOCRATA_SHAPES,
        )
        for column in columns
    ]


def _socrata(row: Sequence[Any], columns: Sequence[tuple[str, bool]]) -> _Record:
    """One row of Socrata's format; the first column of shapes (WKT) gives the shape."""
    shape = next((value for value, (_, shaped) in zip(row, columns, strict=False) if shaped), None)
    plain = {name: value for value, (name, shaped) in zip(row, columns, strict=False) if not shaped}
    return flat(plain), shape_of(shape), any(shaped for _, shaped in columns)


def _stated_crs(text: str) -> str | None:
    """The system a GeoJSON names in its ``crs`` member, wherever in the text it stands."""
    for match in _CRS.finditer(text):
        try:
            stated, _ = AS_WRITTEN.raw_decode(text, match.end())
        except json.JSONDecodeError:
            continue
        named = stated.get("properties")
        if isinstance(named, Mapping) and ("name" in named or "code" in named):
            return str(named["name"]) if "name" in named else f"EPSG:{named['code']}"
    return None

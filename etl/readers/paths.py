"""Find the files a site file means, and tell a file's format from its name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from glob import glob, has_magic
from pathlib import Path

from errors import BadInput
from etl.faults import file_error
from words import N_

#: Suffix to format. A workbook of any age is ``excel``; ``.json`` may turn out to be GeoJSON.
SUFFIXES = {
    ".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".tab": "tsv",
    ".xlsx": "excel", ".xls": "excel", ".xlsm": "excel", ".xlsb": "excel", ".ods": "excel", ".et": "excel",
    ".json": "json", ".geojson": "geojson",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".geojsonl": "jsonl", ".geojsons": "jsonl",
    ".shp": "shapefile", ".gpkg": "gpkg", ".kml": "kml", ".kmz": "zip", ".fgb": "gpkg",
    ".parquet": "parquet", ".geoparquet": "parquet", ".pq": "parquet",
    ".zip": "zip",
}  # fmt: skip

FORMATS = tuple(sorted(set(SUFFIXES.values())))

_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")


def format_of(path: Path) -> str:
    """The format of ``path`` by its name; raises BadInput ``unknown_format``."""
    found = SUFFIXES.get(path.suffix.lower())
    if found is None:
        raise file_error("unknown_format", file=path.name, formats=", ".join(FORMATS))
    return found


def expand(patterns: str | Iterable[str], base: Path) -> list[Path]:
    """The files ``patterns`` name, relative to ``base``: each pattern's matches sorted by name, none twice.

    ``${NAME}`` is taken from the environment; a folder means the readable files directly in it. Raises BadInput when
    a variable is not set or a pattern matches nothing.
    """
    found: dict[Path, None] = {}
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        matches = _matches(_substitute(pattern), base)
        if not matches:
            raise file_error("no_files", pattern=pattern)
        found.update(dict.fromkeys(matches))
    return list(found)


def _substitute(pattern: str) -> str:
    """``pattern`` with its environment variables filled in."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name not in os.environ:
            raise BadInput(
                N_("{pattern}: the environment variable {name} is not set. Set it to the folder of the files."),
                pattern=pattern, name=name,
            )  # fmt: skip
        return os.environ[name]

    return _VARIABLE.sub(value, pattern)


def _matches(pattern: str, base: Path) -> list[Path]:
    """The files of one pattern; a name without wildcards is taken literally even if it holds brackets."""
    whole = base / pattern
    if whole.is_dir():
        return sorted(path for path in whole.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    if whole.exists() or not has_magic(pattern):
        return [whole] if whole.exists() else []
    return sorted(path for path in map(Path, glob(str(whole), recursive=True)) if path.is_file())

"""Send a file to the reader of its format."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from etl.faults import file_error
from etl.readers.chunk import Chunk
from etl.readers.paths import format_of


def read_file(path: Path, *, format: str | None, progress: Any = None, **options: Any) -> Iterator[Chunk]:
    """Read ``path`` by ``format`` (by its name when None)."""
    kind = format or format_of(path)
    if kind in ("json", "geojson"):
        yield from _geojson(path)
    else:
        yield from _csv(path)


def _csv(path: Path) -> Iterator[Chunk]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    if not rows:
        raise file_error("empty_file", file=path.name)
    table = pa.table({name: pa.array([r[i] or None for r in rows[1:]], pa.string()) for i, name in enumerate(rows[0])})
    yield Chunk(table, path.name, np.arange(2, len(rows) + 1), encoding="utf-8", delimiter=",")


def _geojson(path: Path) -> Iterator[Chunk]:
    document = json.loads(path.read_text("utf-8-sig"))
    features = document["features"]
    names = dict.fromkeys(name for f in features for name in f["properties"])
    table = pa.table(
        {
            n: pa.array(
                [None if (v := f["properties"].get(n)) in (None, "") else str(v) for f in features], pa.string()
            )
            for n in names
        }
    )
    name = (document.get("crs") or {}).get("properties", {}).get("name")
    yield Chunk(table, path.name, np.arange(1, len(features) + 1), geometry=[f["geometry"] for f in features], crs=name)

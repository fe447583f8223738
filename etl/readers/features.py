"""Read GeoJSON features with their shapes as written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from etl.readers.chunk import Chunk


def read_features(path: Path, *, file: str) -> Iterator[Chunk]:
    """Read a feature collection."""
    document = json.loads(path.read_text("utf-8-sig"))
    features = document["features"]
    names = dict.fromkeys(name for f in features for name in f["properties"])

    def texts(name: str) -> list[str | None]:
        found = [feature["properties"].get(name) for feature in features]
        return [None if value in (None, "") else str(value) for value in found]

    table = pa.table({name: pa.array(texts(name), pa.string()) for name in names})
    crs = (document.get("crs") or {}).get("properties", {}).get("name")
    shapes = [feature["geometry"] for feature in features]
    yield Chunk(table, file, np.arange(1, len(features) + 1), geometry=shapes, crs=crs)

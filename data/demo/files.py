"""Write tables and shapes as a county's offices hand them over: GeoJSON, GeoPackage, Excel, CSV, Parquet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import xlsxwriter
from numpy.typing import NDArray

#: what a GeoPackage and a workbook give as the time of writing, so that equal content gives equal files
WRITTEN = datetime(2026, 1, 1)


def write_shapes(path: Path, columns: Mapping[str, Sequence[object]], shapes: NDArray[np.object_]) -> None:
    """Shapes in WGS84 with their attributes, as GeoJSON or GeoPackage by the file's name."""
    frame = gpd.GeoDataFrame(dict(columns), geometry=gpd.array.from_shapely(shapes), crs="EPSG:4326")
    options = {"COORDINATE_PRECISION": "7"} if path.suffix == ".geojson" else {}
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": WRITTEN.strftime("%Y-%m-%dT%H:%M:%S.000Z")})
    try:
        pyogrio.write_dataframe(frame, path, layer=path.stem, **options)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_csv(path: Path, columns: Sequence[str], lines: Iterable[Sequence[object]], encoding: str = "utf-8") -> None:
    """A CSV with a header; None is written as nothing."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n" if encoding.startswith("gb") else "\n")
        writer.writerow(columns)
        writer.writerows(lines)


def write_excel(path: Path, sheet: str, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """A workbook with one sheet and a fixed time of writing, so that equal content gives equal bytes."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": WRITTEN})
        page = book.add_worksheet(sheet)
        for row, line in enumerate([columns, *lines]):
            page.write_row(row, 0, list(line))


def write_parquet(path: Path, table: pa.Table) -> None:
    """A Parquet file of text columns."""
    pq.write_table(table, path, compression="zstd", compression_level=3)

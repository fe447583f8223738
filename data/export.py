"""Write an answer as CSV, Excel, Parquet, GeoJSON, GeoParquet or GeoPackage, each with what it means beside it.

The figures are those of the answer, untouched. What they mean (definition, question, period, moment, data version,
SQL) goes along: in a second sheet or table, in the file's own metadata, or, for CSV, in a file beside it.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
import xlsxwriter

from data.areas import shapes_of
from data.metrics.answer import Answer
from data.metrics.groupings import GROUPINGS
from data.metrics.metric import NOTHING
from data.periods import local_of
from errors import BadQuestion
from geo.cells import from_text, outlines_of
from words import say

if TYPE_CHECKING:
    from data.warehouse import Warehouse

#: what a spreadsheet would take for a formula when it opens a CSV
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
METADATA = b"gridcommand"

Files = dict[str, bytes]


def table_of(answer: Answer) -> pd.DataFrame:
    """The answer's frame with whole numbers as such and one more column: few, where a value rests on too few rows."""
    frame = answer.frame()
    for name in ("numerator", "denominator", *(["value"] if answer.metric.kind == "count" else [])):
        frame[name] = frame[name].astype("Int64")
    frame["few"] = [answer.is_few(row) for row in answer.rows]
    return frame


def about(warehouse: Warehouse, answer: Answer, *, lang: str) -> list[tuple[str, str]]:
    """What the figures mean, as (heading, text) in ``lang``."""
    metric, site = answer.metric, warehouse.site
    moment = local_of(answer.as_of, site.zone)
    below = [("denominator", metric.denominator)] if metric.denominator != NOTHING else []
    rows = [
        (say("site", lang), site.name.in_(lang)),
        (say("metric", lang), f"{metric.label.in_(lang)} ({metric.key})"),
        (say("question", lang), answer.sentence(lang)),
        (say("definition", lang), metric.definition.in_(lang)),
        *((say(head, lang), words.in_(lang)) for head, words in [("numerator", metric.numerator), *below]),
        (say("which rows count", lang), metric.cohort.in_(lang)),
        (say("unit", lang), say("share from 0 to 1", lang) if metric.kind == "share" else metric.unit.in_(lang)),
        (say("as of", lang), f"{moment:%Y-%m-%d %H:%M:%S} ({site.zone})"),
        (say("data version", lang), str(answer.version)),
        (say("few", lang), say("fewer than {n} rows: not to be compared", lang, n=answer.min_n)),
        ("SQL", answer.sql),
    ]
    if site.generated:
        rows.insert(0, (say("demo data", lang), say("generated, not real", lang)))
    return rows


def files_of(warehouse: Warehouse, answer: Answer, *, format: str, lang: str = "zh", stem: str = "") -> Files:
    """The answer in a format of :data:`FORMATS`, as file name to bytes: one file, or two with the one beside it.

    Raises BadQuestion on an unknown format, or a map format for an answer that is not by one level or cell size.
    """
    if format not in FORMATS:
        raise BadQuestion("no format {format}; use one of: {formats}", format=format, formats=", ".join(FORMATS))
    name = stem or "-".join([answer.metric.key, *(["by"] if answer.by else []), *answer.by])
    return FORMATS[format](warehouse, answer, lang, name)


def write(warehouse: Warehouse, answer: Answer, path: Path, *, lang: str = "zh", format: str = "") -> list[Path]:
    """Write the answer to ``path``, by its ending unless ``format`` says otherwise; gives the files written."""
    wanted = format or path.suffix.lstrip(".").lower()
    written = []
    for name, content in files_of(warehouse, answer, format=wanted, lang=lang, stem=path.stem).items():
        target = path if name == f"{path.stem}{ENDINGS[wanted]}" else path.parent / name
        target.write_bytes(content)
        written.append(target)
    return written


def csv_text(answer: Answer) -> str:
    """The answer as CSV; text a spreadsheet would run as a formula begins with an apostrophe."""
    frame = table_of(answer)
    for name in frame.columns[: frame.columns.get_loc("value")]:
        frame[name] = pd.Series([_unformula(text) for text in frame[name].tolist()], dtype="object")
    return frame.to_csv(index=False, lineterminator="\r\n")


def _unformula(text: str | None) -> str | None:
    if text is None or not text.startswith(FORMULA_STARTS):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def _csv(warehouse: Warehouse, answer: Answer, lang: str, stem: str) -> Files:
    beside = "".join(f"{head}: {text}\r\n" for head, text in about(warehouse, answer, lang=lang))
    return {
        f"{stem}.csv": csv_text(answer).encode("utf-8-sig"),
        f"{stem}.about.txt": beside.encode("utf-8-sig"),
    }


def _excel(warehouse: Warehouse, answer: Answer, lang: str, stem: str) -> Files:
    """Two sheets: the figures, text as text whatever it begins with, and what they mean."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        percent = book.add_format({"num_format": "0.0%"})
        sheet = book.add_worksheet(say("data", lang))
        frame = table_of(answer)
        for column, name in enumerate(frame.columns):
            sheet.write_string(0, column, name, head)
            style = percent if name == "value" and answer.metric.kind == "share" else None
            for line, value in enumerate(frame[name].tolist(), start=1):
                _write_cell(sheet, line, column, value, style)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(frame.columns) - 1, 16)
        beside = book.add_worksheet(say("about", lang))
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        beside.set_column(0, 0, 18)
        beside.set_column(1, 1, 100, wrap)
        for line, (heading, text) in enumerate(about(warehouse, answer, lang=lang)):
            beside.write_string(line, 0, heading, head)
            beside.write_string(line, 1, text)
    return {f"{stem}.xlsx": buffer.getvalue()}


def _write_cell(sheet: Any, line: int, column: int, value: object, style: Any) -> None:
    if value is None or value is pd.NA or value != value:
        sheet.write_blank(line, column, None)
    elif isinstance(value, bool):
        sheet.write_boolean(line, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(line, column, value, style)
    else:
        sheet.write_string(line, column, str(value))


def _about_json(warehouse: Warehouse, answer: Answer, lang: str) -> str:
    return json.dumps(dict(about(warehouse, answer, lang=lang)), ensure_ascii=False)


def _with_metadata(table: pa.Table, text: str) -> bytes:
    buffer = io.BytesIO()
    metadata = {**(table.schema.metadata or {}), METADATA: text.encode("utf-8")}
    pq.write_table(table.replace_schema_metadata(metadata), buffer, compression="zstd")
    return buffer.getvalue()


def _parquet(warehouse: Warehouse, answer: Answer, lang: str, stem: str) -> Files:
    table = pa.Table.from_pandas(table_of(answer), preserve_index=False)
    return {f"{stem}.parquet": _with_metadata(table, _about_json(warehouse, answer, lang))}


def located(warehouse: Warehouse, answer: Answer) -> gpd.GeoDataFrame:
    """The answer with the shape of every area or cell, WGS84; none where an area has no polygon, or for the rest."""
    if len(answer.by) != 1 or GROUPINGS[answer.by[0]].naming not in ("area", "cell"):
        raise BadQuestion("a map format needs an answer by one level of areas or one cell size")
    groups = [row.group if isinstance(row.group, str) else None for row in answer.rows]
    if GROUPINGS[answer.by[0]].naming == "area":
        shapes = shapes_of(warehouse, answer.by[0])
        geometry = [shapes.get(group) if group is not None else None for group in groups]
    else:
        cells = [group for group in groups if group is not None]
        outlines = dict(zip(cells, outlines_of(from_text(cells)), strict=True)) if cells else {}
        geometry = [outlines.get(group) if group is not None else None for group in groups]
    return gpd.GeoDataFrame(table_of(answer), geometry=gpd.GeoSeries(geometry, crs="EPSG:4326"))


def _geojson(warehouse: Warehouse, answer: Answer, lang: str, stem: str) -> Files:
    frame = located(warehouse, answer)
    columns = [name for name in frame.columns if name != "geometry"]
    features = [
        {
            "type": "Feature",
            "properties": {name: _plain(row[place]) for place, name in enumerate(columns)},
            "geometry": None if shape is None else json.loads(shapely.to_geojson(shape)),
        }
        for row, shape in zip(frame[columns].itertuples(index=False), frame.geometry, strict=True)
    ]
    collection = {
        "type": "FeatureCollection",
        "about": dict(about(warehouse, answer, lang=lang)),
        "features": features,
    }
    return {f"{stem}.geojson": json.dumps(collection, ensure_ascii=False, allow_nan=False).encode("utf-8")}


def _plain(value: Any) -> Any:
    """A value JSON knows: no NaN, no NA, no numpy scalar."""
    if value is None or value is pd.NA or value != value:
        return None
    return value.item() if hasattr(value, "item") else value


def _geoparquet(warehouse: Warehouse, answer: Answer, lang: str, stem: str) -> Files:
    buffer = io.BytesIO()
    located(warehouse, answer).to_parquet(buffer, index=False)
    buffer.seek(0)
    return {f"{stem}.geoparquet": _with_metadata(pq.read_table(buffer), _about_json(warehouse, answer, lang))}


def _gpkg(warehouse: Warehouse, answer: Answer, lang: str, stem: str) -> Files:
    """A layer of the figures and a table ``about`` without geometry."""
    rows = about(warehouse, answer, lang=lang)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{stem}.gpkg"
        pyogrio.write_dataframe(located(warehouse, answer), path, layer=stem, driver="GPKG")
        beside = pd.DataFrame(rows, columns=["heading", "text"])
        pyogrio.write_dataframe(beside, path, layer="about", driver="GPKG", append=True)
        return {f"{stem}.gpkg": path.read_bytes()}


FORMATS: dict[str, Callable[[Warehouse, Answer, str, str], Files]] = {
    "csv": _csv,
    "xlsx": _excel,
    "parquet": _parquet,
    "geojson": _geojson,
    "geoparquet": _geoparquet,
    "gpkg": _gpkg,
}
ENDINGS = {format: f".{format}" for format in FORMATS}

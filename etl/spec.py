"""Say what a site file may hold about rows: where they come from, and how they become rows of a table.

Every key is a field of one of the classes below, declared once with its kind and meaning.
"""

# ruff: noqa: RUF009 - entry() is dataclasses.field() with a kind and a meaning
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from etl.kinds import FLAG, PATHS, TEXT, ZONE, block, choice, entry, many, mapping, number
from etl.marks import Kind, Reading

FORMATS = ("csv", "tsv", "excel", "json", "jsonl", "geojson", "shapefile", "gpkg", "kml", "parquet", "zip")
CLOCK_KINDS = ("minutes", "work_hours", "days", "work_days")


def _env_text(reading: Reading, name: str, node: yaml.Node) -> str | None:
    text = TEXT.read(reading, name, node)
    return reading.expand(node, text) if text else None


ENV_TEXT = Kind("text; `${VARIABLES}` are expanded", _env_text)


@dataclass(frozen=True, kw_only=True)
class ColumnSpec:
    """How one value is taken from a row."""

    column: str | None = entry(TEXT, "name of the source's column", default=None)
    columns: tuple[str, ...] = entry(
        many(TEXT), "several columns joined to one text; empty ones are left out", default=()
    )
    join: str = entry(TEXT, "what stands between joined columns", default=" ")
    value: str | None = entry(TEXT, "a constant, the same in every row", default=None)
    pattern: str | None = entry(TEXT, "regular expression; its first group is the value", default=None)
    map: Mapping[str, str | None] = entry(
        mapping(TEXT, empty=True),
        "source value to site value; `~` empties it; the entry `'*'` stands for every other value. Without `'*'` a "
        "value that is not listed is rejected",
        default={},
    )
    default: str | None = entry(TEXT, "value where the cell is empty", default=None)
    formats: tuple[str, ...] = entry(many(TEXT), "time formats of this column, instead of the source's", default=())
    zone: str | None = entry(ZONE, "zone of this column's times, instead of the source's", default=None)
    split: str | None = entry(TEXT, "separator of a list", default=None)
    scale: float | None = entry(number(), "factor, e.g. 1000 for kilometres to metres", default=None)
    line: int = 0

    @property
    def reads(self) -> tuple[str, ...]:
        """The source's columns this value is taken from."""
        return self.columns or ((self.column,) if self.column is not None else ())


COLUMN = block(ColumnSpec, shorthand="column")


@dataclass(frozen=True, kw_only=True)
class TimeSpec:
    """How times are written in a source."""

    formats: tuple[str, ...] = entry(
        many(TEXT),
        "strptime formats, tried in order; without them ISO 8601 only",
        default=(),
        example="%m/%d/%Y %I:%M:%S %p",
    )
    zone: str | None = entry(ZONE, "zone of times that carry none; without it the site's", default=None)


@dataclass(frozen=True, kw_only=True)
class SourceSpec:
    """Where rows come from and how the bytes are to be read."""

    files: tuple[Path, ...] = entry(
        PATHS, "files: relative to the site file, `${VARIABLES}` and patterns allowed", default=()
    )
    postgres: str | None = entry(ENV_TEXT, "PostgreSQL URL, instead of files", default=None)
    query: str | None = entry(TEXT, "SQL that gives the rows (with postgres)", default=None)
    format: str | None = entry(choice(*FORMATS), "format; guessed from the file's name if absent", default=None)
    encoding: str | None = entry(
        TEXT, "text encoding; UTF-8, UTF-8 with BOM and GB18030 are detected if absent", default=None
    )
    delimiter: str | None = entry(TEXT, "separator of a CSV; detected if absent", default=None)
    sheet: str | None = entry(TEXT, "Excel sheet by name; all of them if absent", default=None)
    layer: str | None = entry(TEXT, "layer of a GPKG or KML; all of them if absent", default=None)
    geometry: str | None = entry(
        TEXT, "text column that holds the shapes (WKT, hexadecimal WKB or GeoJSON)", default=None
    )
    records: str | None = entry(TEXT, "where the list of records stands in a JSON file, e.g. `data.rows`", default=None)
    crs: str | None = entry(
        TEXT,
        "coordinate reference system, e.g. EPSG:4326, GCJ-02, UTM 50N; must be stated where the file has none",
        default=None,
    )
    time: TimeSpec = entry(block(TimeSpec), "how times are written", default=TimeSpec())
    name: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Stated:
    """An area the source itself names."""

    column: ColumnSpec = entry(COLUMN, "the column that names it")
    match: str = entry(choice("code", "name"), "whether it holds the code or the name", default="code")
    use: str = entry(
        choice("check", "fallback"),
        "check: compare with the position; fallback: also place rows that have no position", default="check",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class StepSpec:
    """One step of a process whose times stand in columns side by side."""

    step: str = entry(TEXT, "the step")
    at: ColumnSpec = entry(COLUMN, "its time")
    who: ColumnSpec | None = entry(COLUMN, "who did it", default=None)
    squad: ColumnSpec | None = entry(COLUMN, "the squad", default=None)
    note: ColumnSpec | None = entry(COLUMN, "a remark", default=None)


@dataclass(frozen=True, kw_only=True)
class TableSpec:
    """How the rows of a source become rows of one table."""

    rows: str = entry(
        choice("one", "many"), "one: a row is a record; many: rows with the same id are one record", default="one"
    )
    id: ColumnSpec | None = entry(COLUMN, "the source's id of a record", default=None)
    incident: ColumnSpec | None = entry(COLUMN, "id of the incident a row belongs to", default=None)
    case: ColumnSpec | None = entry(COLUMN, "id of the case a step belongs to", default=None)
    of: str | None = entry(TEXT, "the source whose ids `incident` or `case` holds, if it is another one", default=None)
    columns: Mapping[str, ColumnSpec] = entry(
        mapping(COLUMN), "column of the table, and where it comes from", default={}
    )
    order: tuple[str, ...] = entry(
        many(TEXT), "time columns of the source that must not go backwards along a row, in their order", default=()
    )
    steps: tuple[StepSpec, ...] = entry(many(block(StepSpec)), "steps whose times are columns of one row", default=())
    line: int = 0


TABLE = block(TableSpec)
FED = ("incidents", "dispatches", "reports", "cases", "incident_steps", "case_steps", "items", "squads", "stations")


@dataclass(frozen=True, kw_only=True)
class Clock:
    """How long something may take."""

    amount: float = entry(number("a number above 0", least=1e-9), "how many")
    kind: str = entry(choice(*CLOCK_KINDS), "of what; work_hours and work_days leave out weekends")


@dataclass(frozen=True, kw_only=True)
class Catalogue(SourceSpec):
    """A reference table: items, squads or stations."""

    derive: bool = entry(FLAG, "no list: every code met in the facts is one", default=False)
    id: ColumnSpec | None = entry(COLUMN, "the code", default=None)
    columns: Mapping[str, ColumnSpec] = entry(
        mapping(COLUMN), "column of the table, and where it comes from", default={}
    )
    first_response: str | None = entry(
        choice("all", "none"), "whether the items need someone on scene, where no column says", default=None
    )
    clock: Clock | None = entry(block(Clock), "time to close, where an item states none", default=None)
    clocks: Mapping[str, Clock] = entry(mapping(block(Clock)), "time to close, by item code", default={})

    @property
    def table(self) -> TableSpec:
        """The catalogue as a table of its files; of equal codes the first value counts."""
        return TableSpec(rows="many", id=self.id, columns=self.columns, line=self.line)


@dataclass(frozen=True, kw_only=True)
class Source(SourceSpec):
    """One source of rows; it may feed several tables."""

    name: str = entry(TEXT, "its name: part of every id, so never change it", example="hotline")
    authority: str = entry(
        choice("source", "ledger"), "who is right where a re-import disagrees with people", default="source"
    )
    keep: tuple[str, ...] = entry(
        many(TEXT),
        "codes of faults that keep the row, with the value emptied and a finding, instead of rejecting it",
        default=(),
    )
    areas: Mapping[str, Stated] = entry(
        mapping(block(Stated)), "areas the source names: level, and where it stands", default={}
    )
    incidents: TableSpec | None = entry(TABLE, "incidents", default=None)
    dispatches: TableSpec | None = entry(TABLE, "dispatches", default=None)
    reports: TableSpec | None = entry(TABLE, "reports", default=None)
    cases: TableSpec | None = entry(TABLE, "cases", default=None)
    incident_steps: TableSpec | None = entry(TABLE, "steps of incidents", default=None)
    case_steps: TableSpec | None = entry(TABLE, "steps of cases", default=None)
    items: TableSpec | None = entry(TABLE, "items met in the rows, with their columns", default=None)
    squads: TableSpec | None = entry(TABLE, "squads met in the rows, with their columns", default=None)
    stations: TableSpec | None = entry(TABLE, "stations met in the rows, with their columns", default=None)

    @property
    def tables(self) -> dict[str, TableSpec]:
        """The tables this source feeds, facts first."""
        return {name: spec for name in FED if (spec := getattr(self, name)) is not None}

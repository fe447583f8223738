"""Say what a site file may hold, and read one.

Every key is a field of one of the classes below, declared once with its kind and meaning: the reader, the messages and
the handbook (docs/site-file.md) come from there. :func:`read_site_file` finds every fault of a file before it refuses.
"""

# ruff: noqa: RUF009 - entry() is dataclasses.field() with a kind and a meaning
from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from data.schema import LEVELS
from errors import BadSite
from etl.marks import (
    FLAG,
    PATHS,
    TEXT,
    WORDS,
    ZONE,
    Kind,
    Reading,
    block,
    choice,
    compose,
    entry,
    integer,
    many,
    mapping,
    number,
)  # fmt: skip
from words import N_, Words

FORMATS = ("csv", "tsv", "excel", "json", "jsonl", "geojson", "shapefile", "gpkg", "kml", "parquet", "zip")
CLOCK_KINDS = ("minutes", "work_hours", "days", "work_days")

CANNOT_READ = N_("{path}: the site file cannot be read ({why})")
NOT_A_BLOCK = N_("a site file is a block of keys: site, areas, sources, ...")


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
    crs: str | None = entry(TEXT, "coordinate reference system, e.g. EPSG:4326, GCJ-02, UTM 50N; must be stated where the "
                          "file has none", default=None)  # fmt: skip
    time: TimeSpec = entry(block(TimeSpec), "how times are written", default=TimeSpec())
    name: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Clock:
    """How long something may take."""

    amount: float = entry(number("a number above 0", least=1e-9), "how many")
    kind: str = entry(choice(*CLOCK_KINDS), "of what; work_hours and work_days leave out weekends")


@dataclass(frozen=True, kw_only=True)
class Clocks:
    """Deadlines where neither the row nor its item states one."""

    arrival_minutes: float = entry(number(least=0), "minutes from report to first squad on scene", default=15.0)
    needs_arrival: str = entry(
        choice("all", "none", "items"), "which incidents the arrival clock runs for; items: those whose item says so",
        default="items",
    )  # fmt: skip
    closure: Clock | None = entry(block(Clock), "time allowed to close an incident", default=None)


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """When two incidents of one item are a repeat."""

    metres: float = entry(number(least=0), "within this distance", default=0.0)
    days: float = entry(number(least=0), "and this many days", default=0.0)


@dataclass(frozen=True, kw_only=True)
class SiteHead:
    """The place."""

    name: Words = entry(WORDS, "name of the place")
    zone: str = entry(ZONE, "its wall clock", example="Asia/Shanghai")
    language: str = entry(choice("zh", "en"), "language its screens open in", default="zh")
    as_of: str = entry(
        TEXT, "what 'now' is: `clock`, `end_of_data` for a closed set of data, or a local time", default="clock"
    )
    generated: bool = entry(FLAG, "the data is generated; said on every page", default=False)
    min_n: int = entry(integer(least=1), "rates over fewer rows are shown hatched", default=30)
    duty: Mapping[str, str] = entry(mapping(TEXT), "who is on duty, e.g. name and phone", default={})


@dataclass(frozen=True, kw_only=True)
class CodeSpec:
    """Where an area's code comes from."""

    from_: str | None = entry(TEXT, "property that holds the code, or the key to look up in `table`", default=None)
    constant: str | None = entry(TEXT, "one code for the whole layer", default=None)
    table: tuple[Path, ...] = entry(PATHS, "a CSV of codes", default=())
    key: str | None = entry(TEXT, "column of the table that holds what `from` holds", default=None)
    value: str | None = entry(TEXT, "column of the table that holds the code", default=None)
    where: Mapping[str, str] = entry(mapping(TEXT), "rows of the table to use: column and value", default={})


@dataclass(frozen=True, kw_only=True)
class NameSpec:
    """Where an area's name comes from."""

    property: str | None = entry(TEXT, "property that holds the name", default=None)
    zh: str | None = entry(TEXT, "property of the Chinese name", default=None)
    en: str | None = entry(TEXT, "property of the English name", default=None)
    constant: Words | None = entry(WORDS, "one name for the whole layer", default=None)


@dataclass(frozen=True, kw_only=True)
class ParentSpec:
    """Which area of the next wider level an area belongs to."""

    property: str | None = entry(TEXT, "property that names the parent", default=None)
    match: str = entry(choice("code", "name"), "whether the property holds its code or its name", default="code")
    value: str | None = entry(TEXT, "code of the one parent of the whole layer", default=None)
    spatial: bool = entry(FLAG, "by largest overlap, where the property is empty or absent", default=False)


@dataclass(frozen=True, kw_only=True)
class CodeList:
    """A list of codes the layer should have."""

    files: tuple[Path, ...] = entry(PATHS, "a CSV")
    column: str = entry(TEXT, "its column of codes")
    name: str | None = entry(TEXT, "its column of names, for the report", default=None)
    where: Mapping[str, str] = entry(mapping(TEXT), "rows to use: column and value", default={})


@dataclass(frozen=True, kw_only=True)
class Expect:
    """What a layer should hold; the load reports where it does not."""

    count: int | None = entry(integer(least=1), "number of areas", default=None)
    codes: CodeList | None = entry(block(CodeList), "the codes there should be", default=None)


@dataclass(frozen=True, kw_only=True)
class AreaLayer(SourceSpec):
    """One level of areas."""

    level: str = entry(choice(*LEVELS), "the level", example="township")
    label: Words | None = entry(WORDS, "what the site calls the level", default=None)
    derive: str | None = entry(
        choice(*LEVELS), "instead of files: join the areas of this finer level by their parent", default=None
    )
    code: CodeSpec = entry(block(CodeSpec, shorthand="from_"), "code of an area", default=CodeSpec())
    name_: NameSpec = entry(block(NameSpec, shorthand="property"), "name of an area", default=NameSpec())
    kind: str | None = entry(TEXT, "property that says what kind of area it is", default=None)
    parent: ParentSpec = entry(block(ParentSpec, shorthand="property"), "its area one level up", default=ParentSpec())
    expect: Expect = entry(block(Expect), "what should be there", default=Expect())
    tolerance_m: float = entry(
        number("0 to 10000", least=0, most=10_000),
        "a point outside all areas goes to the nearest within this many metres, flagged", default=0.0,
    )  # fmt: skip


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
class RoadSpec(SourceSpec):
    """The road network: line files, or OpenStreetMap."""

    osm: tuple[Path, ...] = entry(PATHS, "an OpenStreetMap file (.osm.pbf, .osm.gz), instead of files", default=())
    link: str | None = entry(TEXT, "column of the link's id; the row number if absent", default=None)
    name_: str | None = entry(TEXT, "column of the road's name", default=None)
    class_: str | None = entry(TEXT, "column of the road's class", default=None)
    oneway: ColumnSpec | None = entry(
        COLUMN, "0 both ways, 1 along the line, -1 against it (after the map)", default=None
    )
    length_m: ColumnSpec | None = entry(COLUMN, "length in metres; geodesic if absent", default=None)
    from_node: str | None = entry(TEXT, "column of the node it starts at", default=None)
    to_node: str | None = entry(TEXT, "column of the node it ends at", default=None)
    speed_kmh: ColumnSpec | None = entry(COLUMN, "speed in km/h", default=None)
    speeds: Mapping[str, float] = entry(
        mapping(number(least=1, most=200)), "speed in km/h by class; `'*'` for the rest", default={}
    )


TABLE = block(TableSpec)
FED = ("incidents", "dispatches", "reports", "cases", "incident_steps", "case_steps", "items", "squads", "stations")


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


@dataclass(frozen=True, kw_only=True)
class SiteFile:
    """A whole site file."""

    site: SiteHead = entry(block(SiteHead), "the place")
    clocks: Clocks = entry(block(Clocks), "deadlines", default=Clocks())
    repeat: Repeat = entry(block(Repeat), "repeats", default=Repeat())
    areas: tuple[AreaLayer, ...] = entry(many(block(AreaLayer)), "layers of areas", default=())
    items: Catalogue | None = entry(
        block(Catalogue), "the catalogue of items; without it they are derived", default=None
    )
    squads: Catalogue | None = entry(
        block(Catalogue), "teams that can be sent; without it they are derived", default=None
    )
    stations: Catalogue | None = entry(block(Catalogue), "places teams start from", default=None)
    roads: RoadSpec | None = entry(block(RoadSpec), "the road network", default=None)
    sources: tuple[Source, ...] = entry(
        many(block(Source)), "where incidents, dispatches and cases come from", default=()
    )
    path: Path = field(default=Path())

    @property
    def layers(self) -> tuple[AreaLayer, ...]:
        """The area layers, widest level first."""
        return tuple(sorted(self.areas, key=lambda layer: LEVELS.index(layer.level)))


def read_site_file(path: Path | str) -> SiteFile:
    """Read and check a site file.

    Raises
    ------
    BadSite
        It cannot be read, or something is wrong in it: every fault with its line, in ``error.values['faults']``
        (:class:`etl.marks.SiteFaults`).
    """
    from etl.site_checks import check_site_file

    reading = Reading(Path(os.path.abspath(path)))
    try:
        node = compose(reading)
    except (OSError, UnicodeDecodeError) as error:
        raise BadSite(CANNOT_READ, path=path, why=getattr(error, "strerror", None) or error) from error
    site: Any = None
    if isinstance(node, yaml.MappingNode):
        site = block(SiteFile, partial=True).read(reading, "site file", node)
    elif not reading.faults:
        reading.fault(1, NOT_A_BLOCK)
    if site is not None:
        site = replace(site, path=reading.path)
        check_site_file(reading, site)
    reading.finish()
    return site  # type: ignore[no-any-return]

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
from etl.kinds import FLAG, PATHS, TEXT, WORDS, ZONE, block, choice, entry, integer, many, mapping, number
from etl.marks import Reading, compose
from etl.spec import COLUMN, Catalogue, Clock, ColumnSpec, Source, SourceSpec
from words import N_, Words

CANNOT_READ = N_("{path}: the site file cannot be read ({why})")
NOT_A_BLOCK = N_("a site file is a block of keys: site, areas, sources, ...")


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

"""Check what the keys of a site file say to one another: columns exist, levels follow, names are unique."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

import pyarrow as pa

from data.schema import LEVELS, TABLES
from enforcement.workflow import CASE_STATES, INCIDENT_STATES
from etl.faults import FAULTS
from etl.mapping import extracted
from etl.marks import Reading
from etl.site import AreaLayer, SiteFile
from etl.spec import Catalogue, ColumnSpec, Source, SourceSpec, TableSpec
from words import N_

NO_COLUMN = N_("table {table} has no column '{column}'")
NO_COLUMN_NEAR = N_("table {table} has no column '{column}'; did you mean '{near}'?")
COMPUTED_COLUMN = N_("column '{column}' of {table} is worked out by the load; leave it out")
COLUMN_EMPTY = N_("'{column}' says neither column, columns nor value")
BAD_PATTERN = N_("'{pattern}' is no regular expression with at least one group: {why}")
NAME_TWICE = N_("the source name '{name}' is used twice")
BAD_NAME = N_("'{name}' is no source name: use letters, digits, '-' and '_'")
LEVEL_TWICE = N_("the level '{level}' is described twice")
NO_FINER = N_("'derive: {level}': no finer level of that name has files")
NO_FILES = N_("{block} needs files (or postgres and query)")
NEEDS = N_("{table} of source '{source}' needs '{key}'")
NO_TABLE = N_("source '{name}' feeds no table; give at least one of: {tables}")
NO_LEVEL = N_("'{level}' is no level of this site; its levels: {levels}")
NO_SOURCE = N_("'of: {of}': there is no source of that name")
NO_FAULT = N_("'{code}' is no fault that can be kept; these can: {codes}")
HALF_TABLE = N_("a code table needs 'table', 'from', 'key' and 'value' together")
NO_CODE = N_("the layer '{level}' needs 'code' (or 'derive')")
NO_STATE = N_("'{value}' is no state; the states: {states}")
NO_QUERY = N_("'postgres' and 'query' go together")

#: faults of a whole row, or without which there is no row: nothing could be emptied to keep it
WHOLE_ROW = {
    "ragged_row", "open_quote", "encoding", "bad_bytes", "not_json_line", "digits_lost", "missing_id",
    "duplicate_id", "missing_time",
}  # fmt: skip
STATES = {
    "incidents": tuple(state.key for state in INCIDENT_STATES),
    "cases": tuple(state.key for state in CASE_STATES),
}
PLACE = {"lon", "lat"}
#: columns the load works out itself, for every table
COMPUTED = {
    "located", "area_version", *LEVELS, "cell7", "cell8", "cell9", "source", "source_id", "row_hash", "loaded_in",
    "faults", "areas_n", "stated_area", "repeat_of", "reports", "arrival_due_at", "opened_local", "local_date",
    "local_hour", "weekday", "closed_local", "reported_local", "dispatched_local", "filed_local", "at_local",
    "report_id", "incident_id", "dispatch_id", "case_id", "seq",
}  # fmt: skip
#: what a mapping may fill besides the table's columns: both coordinates from one text
PAIRS = ("lon_lat", "lat_lon")
REQUIRED = {
    "incidents": (("id",), ("opened_at",)),
    "dispatches": (("id", "incident"), ("squad", "dispatched_at")),
    "reports": (("id",), ("reported_at",)),
    "cases": (("id",), ("filed_at",)),
    "incident_steps": (("incident",), ()),
    "case_steps": (("case",), ()),
    "items": (("id",), ()),
    "squads": (("id",), ()),
    "stations": (("id",), ()),
}
#: reference tables: of the levels only the township is theirs to give
GIVEN = {"squads": {"township"}, "stations": {"township"}, "incidents": {"seq"}, "incident_steps": {"seq"},
         "case_steps": {"seq"}}  # fmt: skip


def targets(table: str) -> list[str]:
    """The columns of ``table`` a site file may fill."""
    own = GIVEN.get(table, set())
    names = [name for name in TABLES[table].names if name not in COMPUTED - own]
    return names + (list(PAIRS) if set(names) >= PLACE else [])


def check_site_file(reading: Reading, site: SiteFile) -> None:
    """Note every fault between the keys of ``site``."""
    _check_layers(reading, site.areas)
    for name in ("items", "squads", "stations"):
        catalogue: Catalogue | None = getattr(site, name)
        if catalogue is not None:
            _check_catalogue(reading, name, catalogue)
    if site.roads is not None and not site.roads.osm:
        _check_files(reading, "roads", site.roads)
    names = [source.name for source in site.sources]
    for source in site.sources:
        if names.count(source.name) > 1 and source is not site.sources[names.index(source.name)]:
            reading.fault(source.line, NAME_TWICE, name=source.name)
        _check_source(reading, source, names, [layer.level for layer in site.layers])


def _check_files(reading: Reading, block: str, spec: SourceSpec) -> None:
    if spec.line in reading.incomplete:
        return
    if not spec.files and spec.postgres is None:
        reading.fault(spec.line, NO_FILES, block=block)
    if (spec.postgres is None) != (spec.query is None):
        reading.fault(spec.line, NO_QUERY)


def _check_layers(reading: Reading, layers: Iterable[AreaLayer]) -> None:
    seen: dict[str, AreaLayer] = {}
    for layer in layers:
        if layer.level in seen:
            reading.fault(layer.line, LEVEL_TWICE, level=layer.level)
        seen[layer.level] = layer
    for layer in seen.values():
        code = layer.code
        table = (bool(code.table), code.key is not None, code.value is not None)
        if any(table) and not all(table):
            reading.fault(layer.line, HALF_TABLE)
        if layer.derive is None:
            _check_files(reading, f"areas ({layer.level})", layer)
            if code.from_ is None and code.constant is None and layer.line not in reading.incomplete:
                reading.fault(layer.line, NO_CODE, level=layer.level)
        elif layer.derive not in seen or LEVELS.index(layer.derive) <= LEVELS.index(layer.level):
            reading.fault(layer.line, NO_FINER, level=layer.derive)


def _check_catalogue(reading: Reading, name: str, catalogue: Catalogue) -> None:
    if not catalogue.derive:
        _check_files(reading, name, catalogue)
        if catalogue.id is None:
            reading.fault(catalogue.line, NEEDS, table=name, source=name, key="id")
    _check_columns(reading, name, catalogue.columns, catalogue.id)


def _check_source(reading: Reading, source: Source, names: list[str], levels: list[str]) -> None:
    if not re.fullmatch(r"[\w-]+", source.name):
        reading.fault(source.line, BAD_NAME, name=source.name)
    _check_files(reading, f"source '{source.name}'", source)
    if not source.tables and source.line not in reading.incomplete:
        reading.fault(source.line, NO_TABLE, name=source.name, tables=", ".join(REQUIRED))
    keepable = [code for code, fault in FAULTS.items() if fault.kind == "reject" and code not in WHOLE_ROW]
    for code in source.keep:
        if code not in keepable:
            reading.fault(source.line, NO_FAULT, code=code, codes=", ".join(keepable))
    for level, stated in source.areas.items():
        if level not in levels:
            reading.fault(stated.column.line, NO_LEVEL, level=level, levels=", ".join(levels))
        _check_column(reading, f"areas.{level}", stated.column)
    for name, table in source.tables.items():
        _check_table(reading, source.name, name, table, names)


def _check_table(reading: Reading, source: str, name: str, table: TableSpec, names: list[str]) -> None:
    keys, columns = REQUIRED[name]
    missing = [key for key in keys if getattr(table, key) is None]
    missing += [f"columns.{column}" for column in columns if column not in table.columns]
    if name.endswith("_steps") and not table.steps:
        step = "step" if name == "incident_steps" else "stage"
        missing += [f"columns.{column}" for column in (step, "at") if column not in table.columns]
    for key in missing if table.line not in reading.incomplete else ():
        reading.fault(table.line, NEEDS, table=name, source=source, key=key)
    if table.of is not None and table.of not in names:
        reading.fault(table.line, NO_SOURCE, of=table.of)
    _check_columns(reading, name, table.columns, table.id, table.incident, table.case)
    for step in table.steps:
        for each in (step.at, step.who, step.squad, step.note):
            if each is not None:
                _check_column(reading, step.step, each)


def _check_columns(reading: Reading, table: str, columns: Mapping[str, ColumnSpec], *keys: ColumnSpec | None) -> None:
    for each in keys:
        if each is not None:
            _check_column(reading, table, each)
    known = targets(table)
    for name, spec in columns.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            if name in TABLES[table].names:
                reading.fault(spec.line, COMPUTED_COLUMN, table=table, column=name)
            elif near:
                reading.fault(spec.line, NO_COLUMN_NEAR, table=table, column=name, near=near[0])
            else:
                reading.fault(spec.line, NO_COLUMN, table=table, column=name)
        _check_column(reading, name, spec)
        if name == "state" and table in STATES:
            for value in (*spec.map.values(), spec.value, spec.default):
                if value is not None and value not in STATES[table]:
                    reading.fault(spec.line, NO_STATE, value=value, states=", ".join(STATES[table]))


def _check_column(reading: Reading, name: str, spec: ColumnSpec) -> None:
    if not spec.reads and spec.value is None:
        reading.fault(spec.line, COLUMN_EMPTY, column=name)
    if spec.pattern is not None:
        try:
            if re.compile(spec.pattern).groups < 1:
                reading.fault(spec.line, BAD_PATTERN, pattern=spec.pattern, why="no group")
            else:
                # the columns are searched by RE2, which knows less than Python's own expressions
                extracted(pa.array([""]), spec.pattern)
        except (re.error, pa.ArrowInvalid) as error:
            reading.fault(spec.line, BAD_PATTERN, pattern=spec.pattern, why=str(error).splitlines()[0])

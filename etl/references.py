"""Gather the items, squads and stations of a site from their lists, from sources and from the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.schema import TABLES
from etl.books import Check, Finding, Tally
from etl.facts import ItemRules
from etl.faults import FAULTS, message
from etl.locating import Placing
from etl.mapping import Bounds, Mapped, Mapper
from etl.merging import columns_of, parquet, run
from etl.readers import Chunk, read, read_postgres
from etl.readers import Progress as ReadProgress
from etl.rejects import Reject, reject_fault
from etl.site import SiteFile
from etl.spec import Catalogue, SourceSpec

NAMES = ("items", "squads", "stations")
#: the column of the facts that holds the codes of a reference table
USED = {"items": "item", "squads": "squad"}
ARROW = {
    "VARCHAR": pa.string(), "VARCHAR[]": pa.list_(pa.string()), "BOOLEAN": pa.bool_(), "DOUBLE": pa.float64(),
    "INTEGER": pa.int32(), "DATE": pa.date32(),
}  # fmt: skip


@dataclass
class References:
    """The reference tables of one load, and what became of their rows."""

    tables: dict[str, pa.Table] = field(default_factory=dict)
    #: tables to merge with what is there, because the facts met in earlier loads need their rows still
    merge: set[str] = field(default_factory=set)
    tallies: list[Tally] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def codes(self, name: str) -> frozenset[str] | None:
        """The codes of a listed table; None where any code goes."""
        return frozenset(self.tables[name]["code"].to_pylist()) if name in self.tables else None


def chunks_of(spec: SourceSpec, path: Path | None, *, progress: ReadProgress | None = None) -> Iterator[Chunk]:
    """The chunks of one file of ``spec``, or of its query (``path`` None)."""
    if path is None:
        return read_postgres(spec.postgres or "", spec.query or "", geometry=spec.geometry or False, progress=progress)
    return read(
        path, format=spec.format, encoding=spec.encoding, sheet=spec.sheet, layer=spec.layer, delimiter=spec.delimiter,
        records=spec.records, geometry=spec.geometry or True, progress=progress,
    )  # fmt: skip


def read_catalogues(site: SiteFile, sql: duckdb.DuckDBPyConnection, *, bounds: Bounds) -> References:
    """The reference tables that have lists of their own."""
    references = References()
    for name in NAMES:
        spec: Catalogue | None = getattr(site, name)
        if spec is not None and (spec.files or spec.postgres):
            references.tables[name] = _read(name, spec, sql, site.site.zone, bounds, references)
    return references


def _read(
    name: str, spec: Catalogue, sql: duckdb.DuckDBPyConnection, zone: str, bounds: Bounds, references: References
) -> pa.Table:
    tally = Tally(name, name, [path.name for path in spec.files])
    pieces = []
    for path in spec.files or (None,):
        for chunk in chunks_of(spec, path):
            tally.read += chunk.table.num_rows + len(chunk.faults)
            faults = [reject_fault(name, chunk, fault) for fault in chunk.faults]
            mapped = Mapper(spec, zone, bounds).map(chunk, name, spec.table)
            wrong = _rejected(name, chunk, mapped)
            references.rejects += faults + wrong
            bad = {reject.row for reject in wrong}
            tally.rejected += len(bad) + len({fault.row for fault in faults})
            keep = ~np.isin(np.asarray(chunk.rows), list(bad)) & np.asarray(pc.is_valid(mapped.columns["_id"]))
            pieces.append(pa.table(mapped.columns).filter(pa.array(keep)))
    rows = pa.concat_tables(pieces, promote_options="default")
    table = first_of_code(sql, name, rows)
    tally.loaded, tally.duplicate = table.num_rows, rows.num_rows - table.num_rows
    references.tallies.append(tally)
    return table


def _rejected(name: str, chunk: Chunk, mapped: Mapped) -> list[Reject]:
    """The rejects for what could not be read, and for rows without a code."""
    found = []
    for misread in mapped.misread:
        flaw = misread.flaw
        if FAULTS[flaw.code].kind == "reject":
            said = message(flaw.code, "en", **flaw.values)
            row = int(chunk.rows[flaw.index])
            found.append(
                Reject(name, chunk.file, chunk.sheet, row, misread.column, flaw.code, said, misread.raw,
                       chunk.record(flaw.index))
            )  # fmt: skip
    for index in np.flatnonzero(np.asarray(pc.is_null(mapped.columns["_id"]))):
        row = int(chunk.rows[index])
        said = message("missing_id", "en")
        found.append(Reject(name, chunk.file, chunk.sheet, row, "", "missing_id", said, "", chunk.record(int(index))))
    return found


def first_of_code(sql: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> pa.Table:
    """Rows of a reference table, one a code (``_id``), of each column the first value; names stand in for names."""
    columns = TABLES[name].columns
    have = [column.name for column in columns if column.name in rows.column_names]
    if "_row" not in rows.column_names:
        rows = rows.append_column("_row", pa.array(np.arange(rows.num_rows)))
    picked = "".join(f', arg_min("{column}", _row) AS "{column}"' for column in have if column != "code")
    sql.register("listed", rows)
    table = sql.sql(
        f"SELECT _id AS code{picked} FROM listed WHERE _id IS NOT NULL GROUP BY _id ORDER BY _id"
    ).to_arrow_table()
    sql.unregister("listed")
    return named(name, table)


def named(name: str, table: pa.Table) -> pa.Table:
    """``table`` with every column of reference table ``name``, types as declared, names filled from one another."""
    columns = {
        column.name: table[column.name].cast(ARROW[column.type])
        if column.name in table.column_names
        else pa.nulls(table.num_rows, ARROW[column.type])
        for column in TABLES[name].columns
    }
    zh, en, code = columns["name_zh"], columns["name_en"], columns["code"]
    columns["name_zh"], columns["name_en"] = pc.coalesce(zh, en, code), pc.coalesce(en, zh, code)
    return pa.table(columns)


def item_rules(site: SiteFile, items: pa.Table | None) -> ItemRules:
    """What the catalogue says of items."""
    spec = site.items
    responses: dict[str, bool] = {}
    clocks: dict[str, tuple[float, str]] = {}
    for row in items.to_pylist() if items is not None else []:
        if row["first_response"] is not None:
            responses[row["code"]] = row["first_response"]
        if row["clock_amount"] is not None and row["clock_kind"]:
            clocks[row["code"]] = (row["clock_amount"], row["clock_kind"])
    if spec is not None:
        clocks |= {code: (clock.amount, clock.kind) for code, clock in spec.clocks.items()}
    default = None if spec is None or spec.first_response is None else spec.first_response == "all"
    return ItemRules(responses, clocks, default, spec.clock if spec else None)


def complete(
    references: References,
    site: SiteFile,
    sql: duckdb.DuckDBPyConnection,
    *,
    fed: Mapping[str, Sequence[pa.Table]],
    facts: Mapping[str, Sequence[Path]],
    placing: Placing | None,
) -> None:
    """Add what sources say of items, squads and stations, and the codes met in the facts that no list holds."""
    for name in NAMES:
        listed = references.tables.get(name)
        spec: Catalogue | None = getattr(site, name)
        pieces = [listed] if listed is not None else []
        if fed.get(name):
            pieces.append(first_of_code(sql, name, pa.concat_tables(fed[name], promote_options="default")))
        if listed is None or (spec is not None and spec.derive):
            references.merge.add(name)
        if name in USED:
            used = _codes_in(sql, USED[name], facts)
            known = {code for piece in pieces for code in piece["code"].to_pylist()}
            unlisted = sorted(used - known)
            if unlisted and (name in references.merge or name == "squads"):
                pieces.append(named(name, pa.table({"code": pa.array(unlisted, pa.string())})))
            if unlisted and name not in references.merge:
                note = ", ".join(unlisted[:50])
                references.checks.append(Check(name, f"{name}_not_listed", len(unlisted), name, note))
        if pieces:
            references.tables[name] = _one_a_code(sql, name, pieces)
    if "items" in references.tables:
        references.tables["items"] = _with_rules(
            references.tables["items"], item_rules(site, references.tables["items"])
        )
    _stand(references, placing)


def _one_a_code(sql: duckdb.DuckDBPyConnection, name: str, pieces: Sequence[pa.Table]) -> pa.Table:
    rows = pa.concat_tables(pieces)
    return first_of_code(sql, name, rows.rename_columns(["_id" if n == "code" else n for n in rows.column_names]))


def _codes_in(sql: duckdb.DuckDBPyConnection, column: str, facts: Mapping[str, Sequence[Path]]) -> set[str]:
    found: set[str] = set()
    for table, paths in facts.items():
        if paths and column in TABLES[table].names and column in columns_of(sql, parquet(paths)):
            rows = run(sql, f"SELECT DISTINCT {column} FROM {parquet(paths)} WHERE {column} <> ''")
            found |= {row[0] for row in rows}
    return found


def _with_rules(items: pa.Table, rules: ItemRules) -> pa.Table:
    """Items with the defaults of the site file filled in."""
    codes = items["code"].to_pylist()
    default = rules.default_clock
    fallback = (default.amount, default.kind) if default else (None, None)
    clocks = [rules.clocks.get(code, fallback) for code in codes]
    responses = [rules.first_response.get(code, rules.default_first_response) for code in codes]
    columns = dict(zip(items.column_names, items.columns, strict=True))
    columns["first_response"] = pa.array(responses, pa.bool_())
    columns["clock_amount"] = pa.array([amount for amount, _ in clocks], pa.float64())
    columns["clock_kind"] = pa.array([kind for _, kind in clocks], pa.string())
    return pa.table(columns)


def _stand(references: References, placing: Placing | None) -> None:
    """Give squads without a position that of their station, and both the township they stand in."""
    stations, squads = references.tables.get("stations"), references.tables.get("squads")
    if stations is not None and squads is not None:
        place = pc.index_in(squads["station"], value_set=stations["code"].combine_chunks())
        unplaced = pc.is_null(squads["lon"])
        for axis in ("lon", "lat"):
            there = pc.take(stations[axis].combine_chunks(), place)
            column = pc.if_else(unplaced, there, squads[axis])
            squads = squads.set_column(squads.column_names.index(axis), axis, column)
        references.tables["squads"] = squads
    for name in ("stations", "squads"):
        table = references.tables.get(name)
        if table is not None and placing is not None and placing.layers:
            placed = placing.place(table["lon"].combine_chunks(), table["lat"].combine_chunks())
            outside = np.flatnonzero(placed.has_position & (placed.how == 0))
            references.findings += [
                Finding(name, name, table["code"][int(row)].as_py(), "outside", message("outside", "en"))
                for row in outside
            ]
            township = pc.coalesce(table["township"].combine_chunks(), placed.columns["township"])
            references.tables[name] = table.set_column(table.column_names.index("township"), "township", township)

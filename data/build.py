"""Build the next version beside the current one, then swap: copy, upsert, derive, check, rename.

Facts are upserted by key: a row whose hash is unchanged keeps the load that wrote it. Reference tables that a load
brings are replaced whole (or merged, where they were derived from facts). What follows from the facts — first arrival,
number of reports, repeats, double-booked squads — is derived here in SQL over all rows, so that it never depends on
the order of loads.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from data import areas_build, derive
from data.cubes import build_cubes
from data.schema import TABLES, Table
from data.versions import (
    adopt,
    building,
    file_of,
    folder_of,
    next_version,
    read_pointer,
    refusing_full_disk,
    sync_file,
    sync_folder,
)
from errors import DiskFull

Progress = Callable[[str, int, int], None]

REFERENCE = ("items", "squads", "stations", "roads")
FACTS = ("reports", "incidents", "dispatches", "cases")
CHILDREN = {"incident_steps": "incident_id", "case_steps": "case_id"}
#: columns the builder computes: never part of what makes two rows equal
COMPUTED = {"row_hash", "loaded_in", "area_version"}


@dataclass
class Staged:
    """What one load hands over. Columns a frame lacks are null; the builder fills ``row_hash`` and ``loaded_in``."""

    #: reference tables (items, squads, stations, roads)
    replace: dict[str, pa.Table] = field(default_factory=dict)
    #: names of those to merge by key with what is there, instead of replacing it
    merge: frozenset[str] = frozenset()
    #: level, code, parent, name_zh, name_en, kind, geom (WKB), km2, label_lon, label_lat, repairs
    area_shapes: pa.Table | None = None
    #: fact table to Parquet files, in order: of two rows with one key the later wins
    upsert: dict[str, list[Path]] = field(default_factory=dict)
    #: step table to Parquet files: all steps of a parent are replaced together
    children: dict[str, list[Path]] = field(default_factory=dict)
    #: book tables without the column ``load``
    loads: pa.Table | None = None
    rejects: pa.Table | None = None
    findings: pa.Table | None = None
    checks: pa.Table | None = None
    #: values of the table ``site``
    site: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Counted:
    """What became of the rows of one fact table."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class BuildReport:
    """The version now current, whether this build made it, and the rows per fact table, also by (table, source)."""

    version: int
    changed: bool
    counts: dict[str, Counted]
    sources: dict[tuple[str, str], Counted] = field(default_factory=dict)
    #: dispatches of a squad that was not yet free, over all rows
    double_booked: int = 0


def build_version(root: Path, staged: Staged, *, progress: Progress | None = None, dry: bool = False) -> BuildReport:
    """Build, check and adopt the next version; with nothing changed, keep the current one.

    Parameters
    ----------
    dry : bool
        Build and count, then throw the result away (``check``).

    Raises
    ------
    Busy
        Another build holds the place.
    DiskFull
        No room, or not writable; the version before stays whole.
    """
    with building(root) as folder, refusing_full_disk(folder):
        version = next_version(root)
        aside = folder / f"{file_of(version)}.tmp"
        try:
            build = _Build(root, aside, version, staged, progress or (lambda step, done, total: None))
            counts, changed = build.run()
            sources = build.sources
        except (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException) as error:
            _drop(aside)
            raise _as_full(error, folder) from error
        except BaseException:
            _drop(aside)
            raise
        if dry or not changed:
            _drop(aside)
            pointer = read_pointer(root)
            return BuildReport(pointer.version if pointer else 0, changed, counts, sources, build.double_booked)
        sync_file(aside)
        aside.replace(folder / file_of(version))
        sync_folder(folder)
        adopt(root, version)
        return BuildReport(version, True, counts, sources, build.double_booked)


def _drop(aside: Path) -> None:
    for path in aside.parent.glob(aside.name + "*"):
        path.unlink()


def _as_full(error: Exception, folder: Path) -> Exception:
    """A full disk as our own error; anything else as it is."""
    text = str(error)
    if any(word in text for word in ("No space", "not enough space", "File too large", "Read-only", "quota")):
        return DiskFull("{folder}: no room to build ({why}); the version before stays whole", folder=folder, why=text)
    return error


class _Build:
    """One build: two attached databases, ``old`` (may be empty) and ``new``."""

    def __init__(self, root: Path, aside: Path, version: int, staged: Staged, progress: Progress) -> None:
        self.version, self.staged, self.progress = version, staged, progress
        self.con = duckdb.connect()
        self.con.execute("SET preserve_insertion_order = true")
        self.con.execute(f"SET temp_directory = '{_quoted(folder_of(root) / 'spill.tmp')}'")
        self.con.execute(f"ATTACH '{_quoted(aside)}' AS new (STORAGE_VERSION 'v1.5.0')")
        pointer = read_pointer(root)
        if pointer:
            self.con.execute(f"ATTACH '{_quoted(folder_of(root) / pointer.file)}' AS old (READ_ONLY)")
        else:
            self.con.execute("ATTACH ':memory:' AS old")
        self._complete_old()

    def _complete_old(self) -> None:
        """Give ``was.<table>`` with today's columns for every table, also where the old version lacks some."""
        self.con.execute("CREATE SCHEMA was")
        have = self.con.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = 'old'"
        ).fetchall()
        for table in TABLES.values():
            columns = {column for name, column in have if name == table.name}
            if not columns:
                self.con.execute(table.ddl("was"))
                continue
            picked = ", ".join(
                f'"{c.name}"' if c.name in columns else f'NULL::{c.type} AS "{c.name}"' for c in table.columns
            )
            self.con.execute(f'CREATE VIEW was."{table.name}" AS SELECT {picked} FROM old."{table.name}"')

    def run(self) -> tuple[dict[str, Counted], bool]:
        """Build every table; say what was counted and whether anything differs from the old version."""
        steps: list[tuple[str, Callable[[], bool]]] = [("areas", self._areas)]
        steps += [(name, lambda name=name: self._reference(TABLES[name])) for name in REFERENCE]  # type: ignore[misc]
        self.counts: dict[str, Counted] = {}
        self.sources: dict[tuple[str, str], Counted] = {}
        steps += [(name, lambda name=name: self._fact(TABLES[name])) for name in FACTS]  # type: ignore[misc]
        steps += [(name, lambda name=name: self._children(TABLES[name])) for name in CHILDREN]  # type: ignore[misc]
        steps += [("site", self._site), ("derived", self._derived)]
        changed = False
        for done, (name, step) in enumerate(steps):
            self.progress(name, done, len(steps) + 1)
            changed |= step()
        if changed:
            self._books()
            self.progress("cubes", len(steps), len(steps) + 1)
            self.con.execute("USE new")
            build_cubes(self.con)
            self.con.execute("USE memory")
        self.con.execute("CHECKPOINT new")
        self.con.execute("DETACH new")
        self.con.close()
        return self.counts, changed

    def _areas(self) -> bool:
        return areas_build.build(self.con, self.staged.area_shapes, self.version)

    def _reference(self, table: Table) -> bool:
        brought = self.staged.replace.get(table.name)
        if brought is None:
            self.con.execute(f"CREATE TABLE new.{table.name} AS SELECT * FROM was.{table.name}")
            return False
        self.con.register("brought", _complete(brought, table))
        self.con.execute(table.ddl("new"))
        self.con.execute(f"INSERT INTO new.{table.name} SELECT * FROM brought")
        if table.name in self.staged.merge:
            key = table.key[0]
            self.con.execute(
                f"INSERT INTO new.{table.name} SELECT * FROM was.{table.name} "
                f"WHERE {key} NOT IN (SELECT {key} FROM brought)"
            )
        self.con.unregister("brought")
        return self._differs(table.name)

    def _fact(self, table: Table) -> bool:
        files = self.staged.upsert.get(table.name, [])
        key = table.key[0]
        order = ", ".join((*table.order, key)) or key
        if not files:
            self.con.execute(f"CREATE TABLE new.{table.name} AS SELECT * FROM was.{table.name}")
            self.counts[table.name] = Counted()
            return False
        first = not self.con.execute(f"SELECT 1 FROM was.{table.name} LIMIT 1").fetchall()
        self._stage(table, files, copy=not first)
        self.con.execute(table.ddl("new"))
        if first:
            self.con.execute(f"INSERT INTO new.{table.name} SELECT * FROM staged ORDER BY {order}")
            tallied = self.con.execute(f"SELECT source, count(*), 0, 0 FROM new.{table.name} GROUP BY 1").fetchall()
        else:
            tallied = self._merge(table, order)
            self._findings_of(table)
        self.con.execute(f"DROP {'VIEW' if first and not self.repeated else 'TABLE'} staged")
        per_source = {(table.name, str(source)): Counted(*counted) for source, *counted in tallied}
        self.sources |= per_source
        total = Counted(*(sum(getattr(c, name) for c in per_source.values()) for name in Counted.__dataclass_fields__))
        self.counts[table.name] = total
        return bool(total.added or total.updated)

    def _merge(self, table: Table, order: str) -> list[tuple[object, ...]]:
        """Write the old rows that stay and staged ones that are new or differ; source, added, updated, unchanged."""
        key = table.key[0]
        tallied = self.con.execute(f"""
            SELECT s.source, count(*) FILTER (o.{key} IS NULL),
                   count(*) FILTER (o.{key} IS NOT NULL AND o.row_hash <> s.row_hash),
                   count(*) FILTER (o.row_hash = s.row_hash)
            FROM staged s LEFT JOIN was.{table.name} o USING ({key}) GROUP BY 1""").fetchall()
        self.con.execute(f"""
            INSERT INTO new.{table.name}
            SELECT * FROM (
                SELECT * FROM was.{table.name} o WHERE NOT EXISTS (
                    SELECT 1 FROM staged s WHERE s.{key} = o.{key} AND s.row_hash <> o.row_hash)
                UNION ALL
                SELECT * FROM staged s WHERE NOT EXISTS (
                    SELECT 1 FROM was.{table.name} o WHERE o.{key} = s.{key} AND o.row_hash = s.row_hash))
            ORDER BY {order}""")
        return tallied

    def _stage(self, table: Table, files: list[Path], *, copy: bool) -> None:
        """``staged``: the load's rows with today's columns, one per key, the later one, with hash and load.

        A table where rows are compared or keys repeat (``copy``, ``self.repeated``), else a view over the files.
        """
        key = table.key[0]
        paths = ", ".join(f"'{_quoted(path)}'" for path in files)
        relation = f"read_parquet([{paths}], union_by_name = true, filename = true, file_row_number = true)"
        have = {row[0] for row in self.con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}
        values = [c for c in table.columns if c.name not in COMPUTED]
        picked = ", ".join(
            f'"{c.name}"::{c.type} AS "{c.name}"' if c.name in have else f'NULL::{c.type} AS "{c.name}"' for c in values
        )
        hashed = ", ".join(f'"{c.name}"' for c in values)
        version = self._area_version() if "area_version" in table.names else "NULL"
        computed = {"row_hash": f"hash({hashed})", "loaded_in": str(self.version), "area_version": version}
        out = ", ".join(f'{computed[n]} AS "{n}"' if n in computed else f'"{n}"' for n in table.names)
        places = " ".join(f"WHEN '{_quoted(path)}' THEN {place}" for place, path in enumerate(files))
        rows, keys = self.con.execute(f'SELECT count(*), count(DISTINCT "{key}") FROM {relation}').fetchall()[0]
        self.repeated = rows != keys
        latest = f"""QUALIFY row_number() OVER (
            PARTITION BY "{key}" ORDER BY CASE filename {places} END DESC, file_row_number DESC) = 1"""
        self.con.execute(f"""
            CREATE TEMP {"TABLE" if copy or self.repeated else "VIEW"} staged AS SELECT {out} FROM (
                SELECT {picked} FROM {relation} {latest if self.repeated else ""})""")

    def _area_version(self) -> str:
        return "(SELECT max(version) FROM new.area_versions)"

    def _findings_of(self, table: Table) -> None:
        """Remember which rows this load spoke of: their earlier findings are replaced by this load's."""
        self.con.execute('CREATE TEMP TABLE IF NOT EXISTS spoken ("table" VARCHAR, id VARCHAR)')
        self.con.execute(f"INSERT INTO spoken SELECT '{table.name}', {table.key[0]} FROM staged")

    def _children(self, table: Table) -> bool:
        files = self.staged.children.get(table.name, [])
        if not files:
            self.con.execute(f"CREATE TABLE new.{table.name} AS SELECT * FROM was.{table.name}")
            return False
        parent = CHILDREN[table.name]
        paths = ", ".join(f"'{_quoted(path)}'" for path in files)
        relation = f"read_parquet([{paths}], union_by_name = true)"
        have = {row[0] for row in self.con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}
        picked = ", ".join(
            f'"{c.name}"::{c.type} AS "{c.name}"' if c.name in have else f'NULL::{c.type} AS "{c.name}"'
            for c in table.columns
        )
        self.con.execute(table.ddl("new"))
        self.con.execute(f"""
            INSERT INTO new.{table.name} SELECT * FROM (
                SELECT DISTINCT ON ({parent}, seq) {picked} FROM {relation}
                UNION ALL
                SELECT * FROM was.{table.name} WHERE {parent} NOT IN (SELECT {parent} FROM {relation}))
            ORDER BY {parent}, seq""")
        return self._differs(table.name)

    def _site(self) -> bool:
        self.con.execute(TABLES["site"].ddl("new"))
        if not self.staged.site:
            self.con.execute("INSERT INTO new.site SELECT * FROM was.site")
            return False
        rows = [(key, json.dumps(value, ensure_ascii=False, sort_keys=True)) for key, value in self.staged.site.items()]
        self.con.executemany("INSERT INTO new.site VALUES (?, ?)", rows)
        return self._differs("site")

    def _derived(self) -> bool:
        for name in ("loads", "rejects", "findings", "checks"):
            self.con.execute(TABLES[name].ddl("new"))
        site = {key: json.loads(value) for key, value in self.con.execute("SELECT key, value FROM new.site").fetchall()}
        derive.places_of_incidents(self.con)
        derive.first_arrival(self.con)
        derive.report_counts(self.con)
        derive.repeats(self.con, metres=site.get("repeat_metres") or 0, days=site.get("repeat_days") or 0)
        self.double_booked = derive.double_booked(self.con)
        return False

    def _books(self) -> None:
        for name in ("loads", "rejects", "checks"):
            self.con.execute(f"INSERT INTO new.{name} SELECT * FROM was.{name}")
            self._append_book(name)
        for (table, source), counted in self.sources.items():
            self.con.execute(
                "UPDATE new.loads SET added = ?, updated = ?, unchanged = ? "
                'WHERE load = ? AND source = ? AND "into" = ?',
                [counted.added, counted.updated, counted.unchanged, self.version, source, table],
            )
        self.con.execute('CREATE TEMP TABLE IF NOT EXISTS spoken ("table" VARCHAR, id VARCHAR)')
        self.con.execute("""
            INSERT INTO new.findings SELECT * FROM was.findings f
            WHERE f.fault <> 'double_booked' AND (f."table", f.id) NOT IN (SELECT ("table", id) FROM spoken)""")
        self._append_book("findings")
        derive.double_booked_findings(self.con, self.version)

    def _append_book(self, name: str) -> None:
        brought: pa.Table | None = getattr(self.staged, name)
        if brought is None or brought.num_rows == 0:
            return
        table = TABLES[name]
        numbered = brought.append_column("load", pa.array([self.version] * brought.num_rows, pa.int32()))
        self.con.register("brought", _complete(numbered, table))
        self.con.execute(f"INSERT INTO new.{name} SELECT * FROM brought")
        self.con.unregister("brought")

    def _differs(self, name: str) -> bool:
        """Whether table ``name`` holds other rows than before, whatever their order."""
        sides = [
            self.con.execute(f"SELECT count(*), sum(hash(t)::HUGEINT) FROM {schema}.{name} t").fetchall()
            for schema in ("was", "new")
        ]
        return sides[0] != sides[1]


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _complete(brought: pa.Table, table: Table) -> pa.Table:
    """``brought`` with exactly the table's columns in order, missing ones null."""
    unknown = set(brought.column_names) - set(table.names)
    if unknown:
        raise ValueError(f"{table.name}: no such column: {', '.join(sorted(unknown))}")
    columns = [
        brought.column(name) if name in brought.column_names else pa.nulls(brought.num_rows) for name in table.names
    ]
    return pa.table(dict(zip(table.names, columns, strict=True)))

"""Bring the rows of one load together in SQL: rows of one record, steps in order, dispatches with their incident."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from data.schema import TABLES

#: times of which the earliest counts where many rows are one record, and those of which the latest does
EARLIEST = ("opened_at", "reported_at", "filed_at", "accepted_at", "dispatched_at", "acknowledged_at", "on_scene_at")
LATEST = ("handled_at", "closed_at", "cleared_at")
LOCAL = {"opened_local": "opened_at", "reported_local": "reported_at", "filed_local": "filed_at",
         "closed_local": "closed_at", "dispatched_local": "dispatched_at"}  # fmt: skip


def quoted(path: Path | str) -> str:
    """A path as an SQL text."""
    return "'" + str(path).replace("'", "''") + "'"


def parquet(paths: Sequence[Path]) -> str:
    """An SQL table expression over Parquet files, missing columns null."""
    return f"read_parquet([{', '.join(map(quoted, paths))}], union_by_name = true)"


def run(sql: duckdb.DuckDBPyConnection, statement: str) -> list[tuple[Any, ...]]:
    """Run a statement to its end (a result left open would bar the connection); its rows."""
    return sql.execute(statement).fetchall()


def columns_of(sql: duckdb.DuckDBPyConnection, place: str) -> list[str]:
    """The column names of a table expression."""
    return [row[0] for row in run(sql, f"DESCRIBE SELECT * FROM {place}")]


@contextmanager
def attached(sql: duckdb.DuckDBPyConnection, file: Path | None) -> Iterator[str]:
    """The name under which a version's file can be read meanwhile; empty where there is none."""
    if file is None:
        yield ""
        return
    run(sql, f"ATTACH {quoted(file)} AS old (READ_ONLY)")
    try:
        yield "old"
    finally:
        run(sql, "DETACH old")


def merge_rows(sql: duckdb.DuckDBPyConnection, paths: Sequence[Path], *, key: str = "_id") -> duckdb.DuckDBPyRelation:
    """The rows of Parquet files made one a key, in the order in which the keys first came.

    Of most columns the first value that is not null counts; of times as :data:`EARLIEST` and :data:`LATEST` say.
    Longitude and latitude come from one row. Findings are those of all rows.
    """
    table = parquet(paths)
    names = columns_of(sql, table)
    picked = [f'"{key}"', "min(_row) AS _row"]
    for name in names:
        if name in (key, "_row", "lon", "lat"):
            continue
        picked.append(f'{_pick(name, names)} AS "{name}"')
    if "lon" in names:
        placed = "first({'lon': lon, 'lat': lat} ORDER BY _row) FILTER (WHERE lon IS NOT NULL AND lat IS NOT NULL)"
        picked += [f"({placed}).lon AS lon", f"({placed}).lat AS lat"]
    return sql.sql(f'SELECT {", ".join(picked)} FROM {table} GROUP BY "{key}" ORDER BY _row')


def _pick(name: str, names: Sequence[str]) -> str:
    if name == "faults":
        return "list_sort(list_distinct(flatten(list(faults))))"
    if name in EARLIEST:
        return f'min("{name}")'
    if name in LATEST:
        return f'max("{name}")'
    if name in LOCAL and LOCAL[name] in names:
        return f'{"arg_max" if LOCAL[name] in LATEST else "arg_min"}("{name}", "{LOCAL[name]}")'
    return f'arg_min("{name}", _row)'


def number_steps(sql: duckdb.DuckDBPyConnection, paths: Sequence[Path], *, table: str, of: str, target: Path) -> None:
    """Write the steps of records, numbered from 1 by time; the same step said by several rows counts once."""
    parent = TABLES[table].key[0]
    key = "_incident" if table == "incident_steps" else "_case"
    steps = parquet(paths)
    names = set(columns_of(sql, steps))
    own = [column.name for column in TABLES[table].columns if column.name in names - {parent, "seq", "township"}]
    order = ", ".join(f'"{name}"' for name in ("at", "_step", "_row") if name in names)
    distinct = ", ".join(f'"{name}"' for name in (key, *own))
    lowest = ", ".join(f'min("{name}") AS "{name}"' for name in ("_step", "_row") if name in names)
    run(
        sql,
        f"""
        COPY (SELECT {quoted(of + ":")} || "{key}" AS {parent},
                     row_number() OVER (PARTITION BY "{key}" ORDER BY {order}) AS seq,
                     {", ".join(f'"{name}"' for name in own)}
              FROM (SELECT {distinct}, {lowest} FROM {steps} GROUP BY {distinct})
              ORDER BY 1, 2) TO {quoted(target)} (FORMAT parquet)""",
    )


def join_parents(
    sql: duckdb.DuckDBPyConnection, paths: Sequence[Path], parents: Sequence[Path], *, table: str,
    columns: Sequence[str], warehouse: Path | None, target: Path,
) -> int:  # fmt: skip
    """Write rows with columns of the incident or case they belong to; returns how many belong to none that is known.

    ``table`` is that of the parents, ``parents`` their rows in this load, which go before the same ones of the current
    version (``warehouse``, a DuckDB file).
    """
    key = TABLES[table].key[0]
    run(sql, f"CREATE OR REPLACE TABLE known ({key} VARCHAR, {', '.join(f'{name} VARCHAR' for name in columns)})")
    for path in parents:
        # of two rows with one id the later wins, as in the build
        have = columns_of(sql, parquet([path]))
        own = ", ".join(name if name in have else f"NULL AS {name}" for name in columns)
        run(sql, f"DELETE FROM known WHERE {key} IN (SELECT {key} FROM {parquet([path])})")
        last = f"read_parquet({quoted(path)}, file_row_number = true) ORDER BY {key}, file_row_number DESC"
        run(sql, f"INSERT INTO known SELECT {key}, {own} FROM (SELECT DISTINCT ON ({key}) * FROM {last})")
    with attached(sql, warehouse) as old:
        if old:
            rest = f"{old}.{table} WHERE {key} NOT IN (SELECT {key} FROM known)"
            run(sql, f"INSERT INTO known SELECT {key}, {', '.join(columns)} FROM {rest}")
    picked = ", ".join(f"k.{name}" for name in columns)
    joined = f"SELECT r.*, {picked} FROM {parquet(paths)} r LEFT JOIN known k USING ({key})"
    run(sql, f"COPY ({joined}) TO {quoted(target)} (FORMAT parquet)")
    lost = run(sql, f"SELECT count(*) FROM {parquet([target])} WHERE {key} NOT IN (SELECT {key} FROM known)")
    run(sql, "DROP TABLE known")
    return int(lost[0][0])

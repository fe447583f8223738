"""Bring the rows of one load together in SQL: rows of one record, steps in order, dispatches with their incident."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

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


def merge_rows(paths: Sequence[Path], *, key: str = "_id") -> duckdb.DuckDBPyRelation:
    """The rows of Parquet files made one a key, in the order in which the keys first came.

    Of most columns the first value that is not null counts; of times as :data:`EARLIEST` and :data:`LATEST` say.
    Longitude and latitude come from one row. Findings are those of all rows.
    """
    connection = duckdb.connect()
    table = parquet(paths)
    names = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()]
    picked = [f'"{key}"', "min(_row) AS _row"]
    for name in names:
        if name in (key, "_row", "lon", "lat"):
            continue
        picked.append(f'{_pick(name, names)} AS "{name}"')
    if "lon" in names:
        placed = "first({'lon': lon, 'lat': lat} ORDER BY _row) FILTER (WHERE lon IS NOT NULL AND lat IS NOT NULL)"
        picked += [f"({placed}).lon AS lon", f"({placed}).lat AS lat"]
    return connection.sql(f'SELECT {", ".join(picked)} FROM {table} GROUP BY "{key}" ORDER BY _row')


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


def number_steps(paths: Sequence[Path], *, table: str, source: str, of: str, target: Path) -> int:
    """Write the steps of records, numbered from 1 by time; the same step said by several rows counts once."""
    parent = TABLES[table].key[0]
    key = "_incident" if table == "incident_steps" else "_case"
    with duckdb.connect() as connection:
        steps = parquet(paths)
        names = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {steps}").fetchall()}
        own = [column.name for column in TABLES[table].columns if column.name in names - {parent, "seq", "township"}]
        order = ", ".join(f'"{name}"' for name in ("at", "_step", "_row") if name in names)
        distinct = ", ".join(f'"{name}"' for name in (key, *own))
        lowest = ", ".join(f'min("{name}") AS "{name}"' for name in ("_step", "_row") if name in names)
        connection.execute(f"""
            COPY (SELECT {quoted(of + ":")} || "{key}" AS {parent},
                         row_number() OVER (PARTITION BY "{key}" ORDER BY {order}) AS seq,
                         {", ".join(f'"{name}"' for name in own)}
                  FROM (SELECT {distinct}, {lowest} FROM {steps} GROUP BY {distinct})
                  ORDER BY 1, 2) TO {quoted(target)} (FORMAT parquet)""")
        return int(connection.execute(f"SELECT count(*) FROM {quoted(target)}").fetchone()[0])  # type: ignore[index]


def join_incidents(
    paths: Sequence[Path], incidents: Sequence[Path], *, columns: Sequence[str], warehouse: Path | None, target: Path
) -> int:
    """Write rows with columns of the incident they belong to; returns how many belong to none that is known.

    An incident of this load goes before the same one of the current version (``warehouse``, a DuckDB file).
    """
    picked = ", ".join(columns)
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE TABLE known (incident_id VARCHAR, {', '.join(f'{name} VARCHAR' for name in columns)})"
        )
        if incidents:
            have = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {parquet(incidents)}").fetchall()}
            own = ", ".join(name if name in have else f"NULL AS {name}" for name in columns)
            connection.execute(f"INSERT INTO known SELECT incident_id, {own} FROM {parquet(incidents)}")
        if warehouse is not None:
            connection.execute(f"ATTACH {quoted(warehouse)} AS old (READ_ONLY)")
            connection.execute(f"""INSERT INTO known SELECT incident_id, {picked} FROM old.incidents
                                   WHERE incident_id NOT IN (SELECT incident_id FROM known)""")
        rows = parquet(paths)
        connection.execute(f"""
            COPY (SELECT r.*, {", ".join(f"k.{name}" for name in columns)}
                  FROM {rows} r LEFT JOIN (SELECT DISTINCT ON (incident_id) * FROM known) k USING (incident_id))
            TO {quoted(target)} (FORMAT parquet)""")
        found = connection.execute(f"""SELECT count(*) FROM {quoted(target)}
                                       WHERE incident_id NOT IN (SELECT incident_id FROM known)""").fetchone()
        return int(found[0]) if found else 0

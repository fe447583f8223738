"""Build the coarse counts that stand beside the facts, for questions that span the whole county.

Three cubes of township x week x item, each by its own clock: first report, deadline, end of the arrival minutes. Finer
cubes hardly shrink anything. Which questions they answer is decided in :mod:`data.metrics.cubing`.
"""

from __future__ import annotations

import json
from datetime import date

import duckdb

from data.metrics.cubing import CUBES
from data.metrics.sql import FOREVER, fill, read_sql, rules
from data.periods import local_sql
from data.quoting import identifier


def build_cubes(connection: duckdb.DuckDBPyConnection) -> None:
    """Build every cube from the facts of the database in use, in place of those that are there."""
    found = connection.execute("SELECT value FROM site WHERE key = 'zone'").fetchone()
    zone = json.loads(found[0]) if found else "UTC"
    local = {}
    for column in ("due_at", "arrival_due_at"):
        first, last = connection.execute(f"SELECT min({column}), max({column}) FROM incidents").fetchall()[0]
        days = {"first": first.date(), "last": last.date()} if first else {"first": date.min, "last": date.min}
        local[column] = local_sql(f"fact.{column}", zone, **days) if first else f"fact.{column}"
    for name in CUBES:
        sql = fill(read_sql(name), due_local=local["due_at"], arrival_local=local["arrival_due_at"], **rules(FOREVER))
        connection.execute(f"CREATE OR REPLACE TABLE {identifier(name)} AS {sql}")

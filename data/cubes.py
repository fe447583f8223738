"""Keep coarse counts beside the facts for questions that span the whole county."""

import duckdb


def build_cubes(con: duckdb.DuckDBPyConnection) -> None:
    """Nothing yet: being written."""

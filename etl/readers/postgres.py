"""Read the rows of a PostgreSQL query as text."""

from __future__ import annotations

from collections.abc import Iterator

from etl.readers.chunk import Chunk, Progress


def read_postgres(
    url: str, query: str, *, geometry: bool | str = False, progress: Progress | None = None
) -> Iterator[Chunk]:
    """Stream the rows of ``query`` from the database at ``url`` in a read-only transaction."""
    raise NotImplementedError
    yield

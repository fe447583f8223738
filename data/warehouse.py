"""Open a version of the warehouse to read: the only door to DuckDB for everything above.

A version file never changes, so it is opened read-only and any number of processes and threads may ask at once, while
the next version is being built beside it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd

from data.site import Site, read_site
from data.versions import folder_of, read_pointer
from errors import NoWarehouse

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """The moment now, naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


class Warehouse:
    """One open, read-only version.

    Attributes
    ----------
    root : Path
        The place on disk.
    version : int
        Number of the version: part of every answer and every cache key.
    site : Site
        What the site file said.
    """

    def __init__(self, root: Path, version: int, connection: duckdb.DuckDBPyConnection, *, clock: Clock) -> None:
        self.root = root
        self.version = version
        self.site: Site = read_site(connection)
        self._connection = connection
        self._clock = clock
        self._lock = threading.Lock()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A fresh cursor. DuckDB refuses a connection shared by threads, so every question takes its own."""
        with self._lock:
            return self._connection.cursor()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """All rows of a question as tuples."""
        with self.cursor() as cursor:
            return cursor.execute(sql, list(values)).fetchall()

    def frame(self, sql: str, values: Sequence[object] = ()) -> pd.DataFrame:
        """All rows of a question as a frame."""
        with self.cursor() as cursor:
            return cursor.execute(sql, list(values)).df()

    def now(self) -> datetime:
        """The moment answers are as of, naive UTC: fixed for a closed data set, else the clock's."""
        return self.site.as_of or self._clock()


def open_warehouse(root: Path, *, clock: Clock = wall_clock) -> Warehouse:
    """Open the current version of the place ``root``.

    Raises
    ------
    NoWarehouse
        Nothing has been loaded there.
    """
    for attempt in (1, 2, 3):
        pointer = read_pointer(root)
        if pointer is None:
            raise NoWarehouse(
                "{root}: nothing is loaded here yet; run: python -m etl load SITE.yaml --into {root}", root=root
            )
        path = folder_of(root) / pointer.file
        try:
            connection = duckdb.connect(str(path), read_only=True)
        except duckdb.IOException:
            # dropped between reading the pointer and opening the file: the pointer has moved on
            if attempt == 3:
                raise
            continue
        return Warehouse(root, pointer.version, connection, clock=clock)
    raise AssertionError("unreachable")


class Following:
    """Follow the pointer: always the current version, for one ``stat`` a call.

    A version that is no longer current is closed once nobody holds it.
    """

    def __init__(self, root: Path, *, clock: Clock = wall_clock) -> None:
        self.root = root
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._open: Warehouse | None = None

    def get(self) -> Warehouse:
        """The current version, opened if the pointer moved since the last call (raises NoWarehouse)."""
        seen = self._stamp()
        with self._lock:
            if self._open is None or seen != self._seen:
                self._open = open_warehouse(self.root, clock=self._clock)
                self._seen = seen
            return self._open

    def _stamp(self) -> tuple[int, int] | None:
        try:
            stat = (folder_of(self.root) / "current.json").stat()
        except FileNotFoundError:
            return None
        return stat.st_ino, stat.st_mtime_ns

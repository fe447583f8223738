"""Hold what one load has gathered so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from data.versions import folder_of, read_pointer
from etl.areas import Areas
from etl.books import Check, Finding, Tally
from etl.progress import Progress
from etl.references import References
from etl.rejects import Reject
from etl.site import SiteFile
from etl.staging import Staging


@dataclass
class Work:
    """One load on its way: what it works with, and what it has found and made."""

    site: SiteFile
    stage: Staging
    root: Path
    progress: Progress
    #: an in-memory database for the sorting and joining
    sql: duckdb.DuckDBPyConnection
    #: the source and the file of mended rows, where only these are loaded
    mended: tuple[str, Path] | None = None
    areas: Areas = field(default_factory=Areas)
    references: References = field(default_factory=References)
    tallies: list[Tally] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    #: findings as tables, and one by one
    findings: list[pa.Table] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)
    #: Parquet files of accepted rows by table
    files: dict[str, list[Path]] = field(default_factory=dict)
    #: rows for the reference tables that sources brought
    fed: dict[str, list[pa.Table]] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        """The site's zone."""
        return self.site.site.zone

    @property
    def before(self) -> Path | None:
        """The DuckDB file of the current version; None where nothing was loaded yet."""
        pointer = read_pointer(self.root)
        return folder_of(self.root) / pointer.file if pointer else None

"""Make the demo county once for all its tests: the default scale, ended on a Friday afternoon."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from data.demo import generate
from data.demo.county import County, build_county

NOW = datetime(2026, 11, 20, 16, 40)


@dataclass(frozen=True)
class Made:
    """The input files, read back as a person would: everything text."""

    folder: Path
    seconds: float
    incidents: pd.DataFrame
    dispatches: pd.DataFrame
    reports: pd.DataFrame
    cases: pd.DataFrame

    def csv(self, name: str) -> pd.DataFrame:
        """A reference table by its file name."""
        return pd.read_csv(self.folder / name, dtype=str)


def events(folder: Path, name: str) -> pd.DataFrame:
    """All batches of one kind of event."""
    parts = [pd.read_parquet(path) for path in sorted((folder / "events").glob(f"{name}-*.parquet"))]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("demo")
    start = time.process_time()
    generate(folder, seed=7, now=NOW)
    seconds = time.process_time() - start
    cases = pd.read_csv(folder / "cases.csv", dtype=str, encoding="gb18030")
    tables = (events(folder, name) for name in ("incidents", "dispatches", "reports"))
    return Made(folder, seconds, *tables, cases)


@pytest.fixture(scope="session")
def county() -> County:
    return build_county(7)

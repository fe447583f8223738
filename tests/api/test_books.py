"""Check the download of rejected rows: the rows to mend as CSV, and to nobody but the administrator."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from api.books import rejects_csv
from data.build import Staged, build_version
from data.scope import EVERYONE, Scope
from errors import NotAllowed
from etl.rejects import Reject, to_table
from tests.small_county import SITE, build


def test_the_rows_come_whole_and_only_to_the_administrator(tmp_path: Path) -> None:
    root = build(tmp_path / "county", count=20)
    one = Reject("county", "a.csv", "", 3, "at", "missing_time", "the time is empty.", "", {"who": "张三", "at": ""})
    loads = pa.Table.from_pylist([{"source": "county", "into": "incidents"}])
    build_version(root, Staged(loads=loads, rejects=to_table([one]), site=replace(SITE, repeat_days=31).rows()))
    rows = list(csv.DictReader(io.StringIO(rejects_csv(root, scope=EVERYONE, lang="en").decode("utf-8-sig"))))
    assert [(row["who"], row["_row"], row["_fault"]) for row in rows] == [("张三", "3", "missing_time")]
    for scope in (Scope("leader"), Scope("administrator", frozenset({"T1"}))):
        with pytest.raises(NotAllowed):
            rejects_csv(root, scope=scope, lang="en")

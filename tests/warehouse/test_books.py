"""Check the books: every figure is counted again in plain Python, and a scope sees only its own rows."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from data import books
from data.build import Staged, build_version
from data.scope import Scope
from data.warehouse import Warehouse, open_warehouse
from etl.outstanding import outstanding_rejects
from etl.rejects import Reject, to_table
from tests.small_county import SITE, build

LOAD = {"into": "incidents", "files": ["a.csv", "b.csv"], "sha256": "ab" * 32, "seconds": 1.5, "read": 12, "loaded": 9}
REJECTS = [
    Reject("county", "a.csv", "", row, "phone", "bad_number", "x", "13812345678", {"row": str(row)})
    for row in (3, 4, 9)
] + [Reject("county", "a.csv", "", 3, "at", "missing_time", "the time is empty.", "", {"row": "3"})]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    root = build(tmp_path_factory.mktemp("books"), count=60)
    ids = [str(key) for (key,) in open_warehouse(root).rows("SELECT incident_id FROM incidents ORDER BY 1 LIMIT 20")]
    findings = [
        {"source": "county", "table": "incidents", "id": key, "fault": "outside", "message": "m"} for key in ids
    ]
    load = Staged(
        loads=pa.Table.from_pylist([{"source": "county", **LOAD}]),
        rejects=to_table(REJECTS),
        findings=pa.Table.from_pylist(findings),
        checks=pa.Table.from_pylist(
            [{"source": "county", "check": "located_in", "value": 9.0, "unit": "rows", "note": "all"}]
        ),
        site=replace(SITE, repeat_days=31).rows(),
    )
    build_version(root, load)
    return open_warehouse(root)


def test_loads_and_checks_are_the_rows_of_their_tables(house: Warehouse) -> None:
    (one,) = books.loads(house)
    assert (one.load, one.source, one.files, one.read, one.loaded) == (2, "county", ("a.csv", "b.csv"), 12, 9)
    (check,) = books.checks(house)
    assert (check.check, check.value, check.unit, check.note) == ("located_in", 9.0, "rows", "all")


def test_rejects_are_those_still_to_be_mended(house: Warehouse) -> None:
    held = outstanding_rejects(house.root)
    expected = Counter((one.source, one.fault, one.column) for one in held)
    assert {(one.source, one.fault, one.column): one.rows for one in books.rejects(house)} == expected
    assert books.rejected_rows(house) == len({(one.source, one.file, one.sheet, one.row) for one in held}) == 3


def test_findings_follow_the_scope(house: Warehouse) -> None:
    (whole,) = (one for one in books.findings(house) if one.fault == "outside")
    assert whole.rows == 20
    assert len(whole.examples) == 5
    rows = dict(house.rows("SELECT incident_id, township FROM incidents"))
    marked = [str(key) for (key,) in house.rows("SELECT id FROM findings WHERE fault = 'outside'")]
    within = [key for key in marked if rows[key] == "T1"]
    seen = books.findings(house, scope=Scope("leader", frozenset({"T1"})))
    found = [one for one in seen if one.fault == "outside"]
    assert sum(one.rows for one in found) == len(within) > 0
    assert set(found[0].examples) <= set(within)
    assert books.rejects(house, scope=Scope("leader", frozenset({"T1"}))) == ()


def test_versions_are_those_of_the_pointer(house: Warehouse, tmp_path: Path) -> None:
    history = json.loads((house.root / "warehouse" / "current.json").read_text(encoding="utf-8"))["history"]
    held = books.versions(house)
    assert [one.number for one in held] == history[::-1]
    assert [one.current for one in held] == [True] + [False] * (len(history) - 1)
    assert all(one.size > 0 for one in held)

"""Build versions by hand-made loads: upsert, no change, undo, kills of the pointer, derived columns."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from data.build import Staged, build_version
from data.site import Site
from data.versions import KEPT, building, read_pointer, undo
from data.warehouse import Following, open_warehouse
from errors import Busy, DiskFull, NoWarehouse
from words import Words

SITE = Site(Words("Test", "测试"), "Asia/Shanghai", repeat_metres=100, repeat_days=30)
NOON = datetime(2026, 3, 2, 4, 0)


def incident(n: int, **more: object) -> dict[str, object]:
    base = {
        "incident_id": f"s:{n}",
        "source": "s",
        "source_id": str(n),
        "item": "A",
        "opened_at": NOON,
        "state": "open",
    }
    return {**base, **more}


def staged(tmp_path: Path, **tables: list[dict[str, object]]) -> Staged:
    """A load of the given rows, each list its own Parquet file."""
    load = Staged(site=SITE.rows())
    for name, rows in tables.items():
        path = tmp_path / f"{name}-{len(list(tmp_path.glob('*.parquet')))}.parquet"
        pq.write_table(pa.Table.from_pylist(rows), path)
        load.upsert[name] = [path]
    return load


def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    root = tmp_path / "place"
    first = build_version(root, staged(tmp_path, incidents=[incident(1), incident(2)]))
    again = build_version(root, staged(tmp_path, incidents=[incident(2), incident(1)]))
    assert first.changed
    assert (first.counts["incidents"].added, first.version) == (2, 1)
    assert not again.changed
    assert (again.version, again.counts["incidents"].unchanged) == (1, 2)
    assert [path.name for path in (root / "warehouse").glob("*.duckdb")] == ["wh-000001.duckdb"]


def test_a_corrected_row_updates_one(tmp_path: Path) -> None:
    root = tmp_path / "place"
    build_version(root, staged(tmp_path, incidents=[incident(1), incident(2), incident(3)]))
    report = build_version(root, staged(tmp_path, incidents=[incident(2, item="B")]))
    assert (report.counts["incidents"].added, report.counts["incidents"].updated) == (0, 1)
    rows = open_warehouse(root).rows("SELECT incident_id, item, loaded_in FROM incidents ORDER BY 1")
    assert rows == [("s:1", "A", 1), ("s:2", "B", 2), ("s:3", "A", 1)]


def test_of_two_files_the_later_wins(tmp_path: Path) -> None:
    root = tmp_path / "place"
    one = staged(tmp_path, incidents=[incident(1, item="old"), incident(1, item="older last row wins")])
    two = staged(tmp_path, incidents=[incident(1, item="new")])
    one.upsert["incidents"] += two.upsert["incidents"]
    build_version(root, one)
    assert open_warehouse(root).rows("SELECT item FROM incidents") == [("new",)]


def test_undo_returns_and_a_new_load_goes_on_above(tmp_path: Path) -> None:
    root = tmp_path / "place"
    build_version(root, staged(tmp_path, incidents=[incident(1)]))
    build_version(root, staged(tmp_path, incidents=[incident(2)]))
    assert undo(root) == 1
    assert open_warehouse(root).rows("SELECT count(*) FROM incidents") == [(1,)]
    with pytest.raises(NoWarehouse):
        undo(root)
    assert build_version(root, staged(tmp_path, incidents=[incident(3)])).version == 3
    pointer = read_pointer(root)
    assert pointer is not None
    assert pointer.history == (1, 3)


def test_only_the_versions_undo_needs_are_kept(tmp_path: Path) -> None:
    root = tmp_path / "place"
    for n in range(KEPT + 3):
        build_version(root, staged(tmp_path, incidents=[incident(n)]))
    assert len(list((root / "warehouse").glob("*.duckdb"))) == KEPT


def test_following_sees_the_new_version_while_the_old_still_answers(tmp_path: Path) -> None:
    root = tmp_path / "place"
    build_version(root, staged(tmp_path, incidents=[incident(1)]))
    following = Following(root)
    held = following.get()
    build_version(root, staged(tmp_path, incidents=[incident(2)]))
    assert following.get().rows("SELECT count(*) FROM incidents") == [(2,)]
    assert held.rows("SELECT count(*) FROM incidents") == [(1,)]


def test_what_a_killed_build_left_is_swept_and_a_second_builder_refused(tmp_path: Path) -> None:
    root = tmp_path / "place"
    build_version(root, staged(tmp_path, incidents=[incident(1)]))
    left = root / "warehouse" / "wh-000002.duckdb.tmp"
    left.write_bytes(b"half a file")
    with building(root):
        assert not left.exists()
        with pytest.raises(Busy):
            build_version(root, staged(tmp_path, incidents=[incident(2)]))
    assert open_warehouse(root).version == 1


def test_a_dry_build_counts_and_leaves_nothing(tmp_path: Path) -> None:
    root = tmp_path / "place"
    report = build_version(root, staged(tmp_path, incidents=[incident(1)]), dry=True)
    assert report.changed
    assert report.counts["incidents"].added == 1
    with pytest.raises(NoWarehouse):
        open_warehouse(root)


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises((DiskFull, NotADirectoryError)):
        build_version(tmp_path / "file" / "place", Staged(site=SITE.rows()))


def test_the_first_squad_on_scene_is_taken_from_the_dispatches(tmp_path: Path) -> None:
    sent = [
        {"dispatch_id": "d1", "incident_id": "s:1", "squad": "late", "dispatched_at": NOON,
         "on_scene_at": NOON + timedelta(minutes=9), "cleared_at": NOON + timedelta(minutes=30)},
        {"dispatch_id": "d2", "incident_id": "s:1", "squad": "early", "dispatched_at": NOON + timedelta(minutes=1),
         "on_scene_at": NOON + timedelta(minutes=7), "cleared_at": NOON + timedelta(minutes=20)},
        {"dispatch_id": "d3", "incident_id": "s:2", "squad": "late", "dispatched_at": NOON + timedelta(minutes=20),
         "on_scene_at": None, "cleared_at": None},
    ]  # fmt: skip
    root = tmp_path / "place"
    build_version(root, staged(tmp_path, incidents=[incident(1), incident(2), incident(3)], dispatches=sent))
    house = open_warehouse(root)
    rows = house.rows(
        "SELECT incident_id, squad, date_diff('minute', opened_at, on_scene_at) FROM incidents ORDER BY 1"
    )
    assert rows == [("s:1", "early", 7), ("s:2", "late", None), ("s:3", None, None)]
    assert house.rows("SELECT id, fault FROM findings") == [("d3", "double_booked")]
    assert house.rows("SELECT faults FROM dispatches WHERE dispatch_id = 'd3'") == [(["double_booked"],)]


def test_repeats_equal_brute_force(tmp_path: Path) -> None:
    import numpy as np
    from pyproj import Geod

    rng = np.random.default_rng(5)
    n = 400
    rows = [
        incident(k, item=str(rng.integers(3)), lon=119.5 + rng.uniform(0, 0.008), lat=29.9 + rng.uniform(0, 0.008),
                 opened_at=NOON + timedelta(minutes=int(rng.integers(60 * 24 * 90))))
        for k in range(n)
    ]  # fmt: skip
    root = tmp_path / "place"
    build_version(root, staged(tmp_path, incidents=rows))
    found = dict(open_warehouse(root).rows("SELECT incident_id, repeat_of FROM incidents"))
    geod = Geod(ellps="sphere")
    decided = 0
    for row in rows:
        near = []
        for other in rows:
            gap = row["opened_at"] - other["opened_at"]
            if other is row or other["item"] != row["item"] or not timedelta(0) <= gap <= timedelta(days=30):
                continue
            if gap == timedelta(0) and other["incident_id"] >= row["incident_id"]:
                continue
            metres = geod.inv(row["lon"], row["lat"], other["lon"], other["lat"])[2]
            if metres <= 100:
                near.append((other["opened_at"], other["incident_id"]))
            assert not 99.999 < metres < 100.001, "a pair too near the limit to judge by another formula"
        assert found[row["incident_id"]] == (max(near)[1] if near else None)
        decided += bool(near)
    assert decided > 20


def shapes(*boxes: tuple[str, float]) -> pa.Table:
    """Townships A, B, ... as boxes of the given widths in degrees."""
    texts = ("level", "code", "parent", "name_zh", "name_en", "kind")
    kinds = [(name, pa.string()) for name in texts] + [("geom", pa.binary())]
    kinds += [(name, pa.float64()) for name in ("km2", "label_lon", "label_lat")] + [("repairs", pa.string())]
    rows = [
        dict(zip([name for name, _ in kinds],
                 ("township", code, None, code, code, "镇", shapely.to_wkb(shapely.box(120, 30, 120 + width, 31)),
                  1.0, 120.1, 30.5, None), strict=True))
        for code, width in boxes
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=pa.schema(kinds))


def test_only_a_shape_that_changed_gets_a_new_area_version(tmp_path: Path) -> None:
    root = tmp_path / "place"
    build_version(root, Staged(area_shapes=shapes(("A", 1.0), ("B", 2.0)), site=SITE.rows()))
    assert not build_version(root, Staged(area_shapes=shapes(("A", 1.0), ("B", 2.0)), site=SITE.rows())).changed
    build_version(root, Staged(area_shapes=shapes(("A", 1.0), ("B", 2.5), ("C", 3.0)), site=SITE.rows()))
    rows = open_warehouse(root).rows(
        "SELECT code, version, valid_from IS NULL, valid_to IS NULL FROM area_versions ORDER BY code, version"
    )
    assert rows == [("A", 1, True, True), ("B", 1, True, False), ("B", 2, False, True), ("C", 2, True, True)]


def test_dispatches_and_steps_follow_their_incident_and_loads_count_by_source(tmp_path: Path) -> None:
    root = tmp_path / "place"
    sent = [{"dispatch_id": "d1", "incident_id": "s:1", "squad": "a", "dispatched_at": NOON, "source": "s"}]
    first = staged(tmp_path, incidents=[incident(1, township="T1"), incident(2, source="t")], dispatches=sent)
    steps = tmp_path / "steps.parquet"
    pq.write_table(pa.table({"incident_id": ["s:1"], "seq": [1], "step": ["report"], "township": ["T1"]}), steps)
    first.children = {"incident_steps": [steps]}
    first.loads = pa.table({"source": ["s", "t"], "into": ["incidents", "incidents"]})
    build_version(root, first)
    moved = staged(tmp_path, incidents=[incident(1, township="T2"), incident(3, township="T2")])
    moved.loads = pa.table({"source": ["s"], "into": ["incidents"]})
    report = build_version(root, moved)
    assert (report.sources["incidents", "s"].added, report.sources["incidents", "s"].updated) == (1, 1)
    house = open_warehouse(root)
    assert house.rows("SELECT township FROM dispatches UNION ALL SELECT township FROM incident_steps") == [("T2",)] * 2
    rows = house.rows("SELECT load, source, added, updated FROM loads ORDER BY ALL")
    assert rows == [(1, "s", 1, 0), (1, "t", 1, 0), (2, "s", 1, 1)]

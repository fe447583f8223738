"""Rows of one record, numbered steps and joined parents, against pandas and plain loops."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.merging import join_parents, merge_rows, number_steps, quoted

START = datetime(2026, 3, 1)
NAIVE = pa.timestamp("us")


def test_many_rows_become_one_record_each(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    size = 500
    ids = [f"c{number}" for number in random.integers(0, 60, size)]

    def maybe(values: list[object]) -> list[object]:
        return [None if gone else value for value, gone in zip(values, random.random(size) < 0.4, strict=True)]

    times = maybe([START + timedelta(minutes=int(m)) for m in random.integers(0, 5000, size)])
    closed = maybe([START + timedelta(minutes=int(m)) for m in random.integers(0, 5000, size)])
    placed = maybe(list(range(size)))
    frame = pd.DataFrame({
        "_id": ids, "_row": np.arange(size), "item": maybe([f"i{n}" for n in random.integers(0, 4, size)]),
        "opened_at": pd.Series(times, dtype="datetime64[us]"), "closed_at": pd.Series(closed, dtype="datetime64[us]"),
        "lon": pd.Series(placed, dtype=float), "lat": pd.Series(placed, dtype=float) + 0.5,
    })  # fmt: skip
    frame["opened_local"] = frame["opened_at"] + pd.Timedelta(hours=8)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    faults = [["b"] if row % 7 == 0 else ["a", "b"] if row % 11 == 0 else [] for row in range(size)]
    table = table.append_column("faults", pa.array(faults, pa.list_(pa.string())))
    # in two files, as chunks come
    pq.write_table(table.slice(0, 200), tmp_path / "0.parquet")
    pq.write_table(table.slice(200), tmp_path / "1.parquet")
    with duckdb.connect() as sql:
        merged = merge_rows(sql, [tmp_path / "0.parquet", tmp_path / "1.parquet"]).df()
    frame["faults"] = faults
    grouped = frame.groupby("_id", sort=False)
    assert merged["_id"].tolist() == list(grouped.groups)
    for row in merged.to_dict("records"):
        group = grouped.get_group(row["_id"])
        first = group["item"].dropna()
        assert row["item"] == (first.iloc[0] if len(first) else None)
        assert row["opened_at"] is group["opened_at"].min() or row["opened_at"] == group["opened_at"].min()
        assert row["opened_local"] is pd.NaT or row["opened_local"] == row["opened_at"] + pd.Timedelta(hours=8)
        assert row["closed_at"] is group["closed_at"].max() or row["closed_at"] == group["closed_at"].max()
        there = group["lon"].dropna()
        assert (np.isnan(row["lon"]) and not len(there)) or (row["lon"], row["lat"]) == (
            there.iloc[0],
            there.iloc[0] + 0.5,
        )
        assert list(row["faults"]) == sorted({fault for each in group["faults"] for fault in each})


STEPS = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from(["accept", "arrive"]), st.integers(0, 3), st.sampled_from(["s", None])
    ),
    min_size=1, max_size=25,
)  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(STEPS)
def test_steps_are_numbered_by_time_and_told_once(
    tmp_path_factory: object, steps: list[tuple[int, str, int, str | None]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("steps")  # type: ignore[attr-defined]
    order = ["accept", "arrive"]
    table = pa.table({
        "_incident": [f"{of}" for of, *_ in steps], "_row": list(range(len(steps))),
        "_step": [order.index(step) for _, step, *_ in steps], "step": [step for _, step, *_ in steps],
        "at": pa.array([START + timedelta(minutes=at) for _, _, at, _ in steps], NAIVE),
        "squad": pa.array([squad for *_, squad in steps], pa.string()),
    })  # fmt: skip
    pq.write_table(table, folder / "a.parquet")
    with duckdb.connect() as sql:
        number_steps(sql, [folder / "a.parquet"], table="incident_steps", of="src", target=folder / "b.parquet")
    found = pq.read_table(folder / "b.parquet").to_pylist()
    wanted = []
    for of in range(3):
        seen: dict[tuple[object, ...], int] = {}
        for row, (each, step, at, squad) in enumerate(steps):
            if each == of:
                seen.setdefault((step, at, squad), row)
        ranked = sorted(seen, key=lambda key: (key[1], order.index(str(key[0])), seen[key]))
        wanted += [(f"src:{of}", place + 1, *key) for place, key in enumerate(ranked)]
    ours = [
        (r["incident_id"], r["seq"], r["step"], (r["at"] - START) // timedelta(minutes=1), r["squad"]) for r in found
    ]
    assert ours == wanted


def test_this_loads_parents_go_before_the_versions(tmp_path: Path) -> None:
    old = tmp_path / "old.duckdb"
    with duckdb.connect(str(old)) as connection:
        connection.execute(
            "CREATE TABLE incidents AS FROM (VALUES ('s:1', 'T1', 'G1'), ('s:2', 'T2', 'G2'))"
            " t(incident_id, township, grid)"
        )
    pq.write_table(
        pa.table({"incident_id": ["s:2", "s:3", "s:3"], "township": ["T8", "T3", "T9"]}), tmp_path / "now.parquet"
    )
    pq.write_table(
        pa.table({"dispatch_id": list("abcd"), "incident_id": ["s:1", "s:2", "s:3", "s:4"]}), tmp_path / "d.parquet"
    )
    with duckdb.connect() as sql:
        lost = join_parents(
            sql, [tmp_path / "d.parquet"], [tmp_path / "now.parquet"], table="incidents", columns=("township", "grid"),
            warehouse=old, target=tmp_path / "out.parquet",
        )  # fmt: skip
    assert lost == 1
    rows = sorted(tuple(row.values()) for row in pq.read_table(tmp_path / "out.parquet").to_pylist())
    assert rows == [
        ("a", "s:1", "T1", "G1"),
        ("b", "s:2", "T8", None),
        ("c", "s:3", "T9", None),
        ("d", "s:4", None, None),
    ]


def test_paths_are_quoted() -> None:
    assert quoted(Path("/a'b")) == "'/a''b'"

"""Repeated ids over chunks, against a dictionary."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.repeats import Repeats, hashes_of

ROWS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), max_size=60)


@settings(deadline=None, max_examples=60)
@given(st.lists(ROWS, max_size=8))
def test_every_repeat_is_found_and_named(chunks: list[list[tuple[int, int]]]) -> None:
    first: dict[str, tuple[int, int]] = {}
    at = 2
    with duckdb.connect() as sql:
        repeats = Repeats(sql)
        for chunk in chunks:
            ids = [f"id{number}" for number, _ in chunk]
            rows = np.arange(at, at + len(chunk))
            same_wanted, told_wanted = [], []
            for place, (name, (_, content)) in enumerate(zip(ids, chunk, strict=True)):
                known = first.setdefault(name, (content, at + place))
                repeated = known != (content, at + place)
                same_wanted.append(repeated and known[0] == content)
                if repeated and known[0] != content:
                    told_wanted.append((place, name, known[1]))
            content = np.array([value for _, value in chunk], np.uint64)
            same, flaws = repeats.judge(pa.array(ids, pa.string()), content, rows)
            assert same.tolist() == same_wanted
            assert [(flaw.index, flaw.values["id"], flaw.values["first"]) for flaw in flaws] == told_wanted
            at += len(chunk)


def test_many_chunks_are_merged_into_few_runs() -> None:
    with duckdb.connect() as sql:
        repeats = Repeats(sql)
        for number in range(64):
            ids = pa.array([f"{number}-{row}" for row in range(100)])
            same, flaws = repeats.judge(ids, np.zeros(100, np.uint64), np.arange(100))
            assert not same.any()
            assert flaws == []
        assert len(repeats.runs) <= 8
        assert sum(len(run[0]) for run in repeats.runs) == 6400


def test_a_hash_tells_empty_cells_and_columns_apart() -> None:
    with duckdb.connect() as sql:
        table = pa.table(
            {'a "b"': ["x", None, "", "x"], "c": [None, "x", "x", None]},
            pa.schema([('a "b"', pa.string()), ("c", pa.string())]),
        )
        found = hashes_of(sql, table)
    assert found[0] == found[3]
    assert len(set(found.tolist())) == 3

"""Find rows that repeat the id of an earlier row of the same file, over any number of chunks.

Only hashes are kept, 24 bytes a row, in sorted runs that are merged as they grow (a log-structured merge), so that a
file of any length costs its sorting and no more. Two ids with one 64-bit hash are told apart by nothing: among 10^8
ids that happens once in some 3,700 files, and then a row is rejected visibly rather than lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.faults import Flaw

Hashes = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]


def hashes_of(sql: duckdb.DuckDBPyConnection, table: pa.Table) -> Hashes:
    """A 64-bit hash of each row of ``table`` over all its columns."""
    names = ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in table.column_names)
    sql.register("to_hash", table)
    found = sql.sql(f"SELECT hash({names}) AS h FROM to_hash").to_arrow_table()["h"].to_numpy()
    sql.unregister("to_hash")
    return np.asarray(found, np.uint64)


@dataclass
class Repeats:
    """The ids seen so far in one file."""

    sql: duckdb.DuckDBPyConnection
    runs: list[tuple[Hashes, Hashes, npt.NDArray[np.int64]]] = field(default_factory=list)

    def judge(self, ids: pa.Array, content: Hashes, rows: npt.NDArray[np.int64]) -> tuple[Bools, list[Flaw]]:
        """Which rows repeat an earlier row whole, and ``duplicate_id`` flaws for those that differ from it.

        Parameters
        ----------
        ids : (n,) text, none null
        content : (n,) hash of each whole row
        rows : (n,) row numbers as a person counts, to name the first row in the message
        """
        keys = hashes_of(self.sql, pa.table({"id": ids}))
        order = np.argsort(keys, kind="stable")
        starts = np.concatenate([[True], keys[order][1:] != keys[order][:-1]]) if len(keys) else np.zeros(0, bool)
        first = np.empty(len(keys), np.int64)
        first[order] = order[np.maximum.accumulate(np.where(starts, np.arange(len(keys)), 0))]
        again = first != np.arange(len(keys))
        first_content, first_row = content[first], rows[first]
        for seen_keys, seen_content, seen_rows in self.runs:
            at = np.minimum(np.searchsorted(seen_keys, keys), len(seen_keys) - 1)
            known = seen_keys[at] == keys
            again |= known
            first_content = np.where(known, seen_content[at], first_content)
            first_row = np.where(known, seen_rows[at], first_row)
        self._add(keys[~again], content[~again], rows[~again])
        same = again & (content == first_content)
        wrong = np.flatnonzero(again & ~same)
        return same, [
            Flaw(int(i), "duplicate_id", {"id": ids[int(i)].as_py(), "first": int(first_row[i])}) for i in wrong
        ]

    def _add(self, keys: Hashes, content: Hashes, rows: npt.NDArray[np.int64]) -> None:
        if not len(keys):
            return
        order = np.argsort(keys)
        self.runs.append((keys[order], content[order], rows[order]))
        while len(self.runs) > 1 and len(self.runs[-2][0]) <= 2 * len(self.runs[-1][0]):
            last, before = self.runs.pop(), self.runs.pop()
            keys = np.concatenate([before[0], last[0]])
            order = np.argsort(keys, kind="stable")
            merged = [np.concatenate([one, other])[order] for one, other in zip(before[1:], last[1:], strict=True)]
            self.runs.append((keys[order], merged[0], merged[1]))

"""Take in the rows of one source, chunk by chunk: map, judge, reject or keep, each row in all its tables or in none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.schema import TABLES
from etl.books import Finding, Tally
from etl.faults import FAULTS, Flaw, message
from etl.judge import judge_known, judge_steps
from etl.locating import Placing
from etl.mapping import Mapped, Mapper, Misread
from etl.readers import Chunk
from etl.rejects import Reject, reject_fault
from etl.repeats import Repeats, hashes_of
from etl.site_checks import STATES
from etl.spec import ColumnSpec, Source, TableSpec
from etl.steps import spread_steps

Bools = npt.NDArray[np.bool_]

#: the columns without which a row is no record: nothing of them can be emptied to keep it
REQUIRED_TIME = {"incidents": "opened_at", "reports": "reported_at", "cases": "filed_at"}
#: tables whose rows are nothing without what they belong to: its column here and in the site file
PARENTS = {
    "dispatches": ("_incident", "incident"),
    "incident_steps": ("_incident", "incident"),
    "case_steps": ("_case", "case"),
}
FACTS = ("incidents", "dispatches", "reports", "cases")
TEXTS = pa.list_(pa.string())


class _Wrong(NamedTuple):
    """A flaw of one row, where it stands in the source, and the table whose mapping found it."""

    misread: Misread
    table: str


@dataclass
class Intake:
    """The rows of one source on their way in."""

    source: Source
    mapper: Mapper
    tally: Tally
    sql: duckdb.DuckDBPyConnection
    placing: Placing | None = None
    #: the codes an item may have; None: any
    items: frozenset[str] | None = None
    rejects: list[Reject] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _file: tuple[str, str] = ("", "")
    _repeats: Repeats = field(init=False)
    _taken: int = 0

    def __post_init__(self) -> None:
        self.tables = self.source.tables

    @cached_property
    def main(self) -> str:
        """The table the source is about: the first fact table it feeds."""
        return next((name for name in self.tables if name in FACTS), next(iter(self.tables)))

    def take(self, chunk: Chunk) -> dict[str, pa.Table]:
        """The accepted rows of a chunk by table: typed columns, ``_id``, ``_row`` (order of reading), ``faults``."""
        size = chunk.table.num_rows
        self.tally.read += size + len(chunk.faults)
        self.tally.rejected += len({fault.row for fault in chunk.faults})
        self.rejects += [reject_fault(self.source.name, chunk, fault) for fault in chunk.faults]
        mapped = {name: self.mapper.map(chunk, name, spec) for name, spec in self.tables.items()}
        self._state_areas(chunk, mapped)
        wrong = self._missing(mapped) + self._misread(mapped) + self._unknown(chunk, mapped)
        rejected, kept = self._divide(wrong)
        good = np.ones(size, bool)
        good[[each.misread.flaw.index for each in rejected]] = False
        same, doubled = self._repeated(chunk, mapped, good)
        rejected += doubled
        good[[each.misread.flaw.index for each in doubled]] = False
        self._reject(chunk, rejected)
        self.tally.duplicate += int(same.sum())
        good &= ~same
        orders = np.arange(self._taken, self._taken + size)
        self._taken += size
        return {name: self._accepted(chunk, one, good, orders, kept) for name, one in mapped.items()}

    def _misread(self, mapped: Mapping[str, Mapped]) -> list[_Wrong]:
        seen: set[tuple[int, str, str]] = set()
        wrong = []
        for name, one in mapped.items():
            for misread in one.misread:
                # one column feeding two tables is at fault once
                key = (misread.flaw.index, misread.column, misread.flaw.code)
                if key not in seen:
                    seen.add(key)
                    wrong.append(_Wrong(misread, name))
        return wrong

    def _missing(self, mapped: Mapping[str, Mapped]) -> list[_Wrong]:
        """``missing_id`` and ``missing_time``, where nothing else is wrong with the same column."""
        main = self.tables[self.main]
        wrong = self._empty(mapped, self.main, "_id", "missing_id", main.id)
        if self.main in REQUIRED_TIME:
            time = REQUIRED_TIME[self.main]
            wrong += self._empty(mapped, self.main, time, "missing_time", main.columns[time])
        for table, (key, parent) in PARENTS.items():
            if table in self.tables:
                wrong += self._empty(mapped, table, key, "missing_id", getattr(self.tables[table], parent))
        return wrong

    def _empty(
        self, mapped: Mapping[str, Mapped], table: str, target: str, code: str, column: ColumnSpec | None
    ) -> list[_Wrong]:
        """Rows of a table whose column ``target`` is empty; a row without an id of its own is no row of the table."""
        one = mapped[table]
        if column is None or target not in one.columns:
            return []
        empty = np.asarray(pc.is_null(one.columns[target]))
        if target != "_id" and table != self.main and "_id" in one.columns:
            empty &= np.asarray(pc.is_valid(one.columns["_id"]))
        said = {each.flaw.index for each in one.misread if each.target == target}
        label = ", ".join(column.reads)
        return [
            _Wrong(Misread(Flaw(int(row), code, {}), label, "", target), table)
            for row in np.flatnonzero(empty)
            if int(row) not in said
        ]

    def _unknown(self, chunk: Chunk, mapped: Mapping[str, Mapped]) -> list[_Wrong]:
        """Items that are not in the list, and stated areas there are not (where they are to place a row)."""
        wrong = []
        for name, one in mapped.items():
            spec = self.tables[name].columns.get("item")
            if self.items is not None and name in FACTS and spec is not None:
                text = one.columns["item"]
                flaws = judge_known(text, self.items, code="unknown_item")
                label = ", ".join(spec.reads)
                wrong += [_Wrong(Misread(flaw, label, text[flaw.index].as_py(), "item"), name) for flaw in flaws]
            column = self.tables[name].columns.get("state")
            if name in STATES and column is not None:
                text = one.columns["state"]
                label = ", ".join(column.reads)
                flaws = judge_known(text, STATES[name], code="unknown_word")
                wrong += [_Wrong(Misread(each, label, text[each.index].as_py(), "state"), name) for each in flaws]
        for level, stated in self.source.areas.items():
            if self.placing is not None and stated.use == "fallback":
                text = self.mapper.text(chunk, stated.column)
                flaws = judge_known(text, self.placing.codes(level, match=stated.match), code="unknown_area")
                label = ", ".join(stated.column.reads)
                wrong += [_Wrong(Misread(each, label, text[each.index].as_py(), "area"), self.main) for each in flaws]
        return wrong

    def _divide(self, wrong: Iterable[_Wrong]) -> tuple[list[_Wrong], list[_Wrong]]:
        """What rejects a row, and what keeps it with a finding."""
        rejected, kept = [], []
        for each in wrong:
            needed = each.table == self.main and each.misread.target in ("_id", REQUIRED_TIME.get(each.table, "_id"))
            code = each.misread.flaw.code
            keeps = FAULTS[code].kind != "reject" or code in self.source.keep
            (kept if keeps and not needed else rejected).append(each)
        return rejected, kept

    def _repeated(self, chunk: Chunk, mapped: Mapping[str, Mapped], good: Bools) -> tuple[Bools, list[_Wrong]]:
        """Rows that repeat an earlier row of the file, where one table says that a row is a record."""
        same = np.zeros(chunk.table.num_rows, bool)
        one = next((name for name, spec in self.tables.items() if spec.rows == "one" and spec.id), None)
        if one is None:
            return same, []
        if (chunk.file, chunk.sheet) != self._file:
            self._file, self._repeats = (chunk.file, chunk.sheet), Repeats(self.sql)
        ids = mapped[one].columns["_id"]
        rows = np.flatnonzero(good & np.asarray(pc.is_valid(ids)))
        picked = pa.array(rows)
        content = hashes_of(self.sql, chunk.table)[rows] if len(rows) else np.zeros(0, np.uint64)
        again, flaws = self._repeats.judge(pc.take(ids, picked), content, np.asarray(chunk.rows)[rows])
        same[rows[again]] = True
        spec = self.tables[one].id
        label = ", ".join(spec.reads) if spec else ""
        return same, [
            _Wrong(Misread(flaw._replace(index=int(rows[flaw.index])), label, str(flaw.values["id"]), "_id"), one)
            for flaw in flaws
        ]

    def _reject(self, chunk: Chunk, rejected: list[_Wrong]) -> None:
        rejected.sort(key=lambda each: each.misread.flaw.index)
        rows = sorted({each.misread.flaw.index for each in rejected})
        self.tally.rejected += len(rows)
        if chunk.geometry is not None:
            records = {row: chunk.record(row) for row in rows}
        else:
            records = dict(zip(rows, chunk.table.take(pa.array(rows, pa.int64())).to_pylist(), strict=True))
        for misread, _ in rejected:
            flaw = misread.flaw
            self.rejects.append(
                Reject(
                    self.source.name, chunk.file, chunk.sheet, int(chunk.rows[flaw.index]), misread.column, flaw.code,
                    message(flaw.code, "en", **flaw.values), misread.raw, records[flaw.index],
                )
            )  # fmt: skip

    def _state_areas(self, chunk: Chunk, mapped: Mapping[str, Mapped]) -> None:
        """Add the codes of the areas the source names, to the tables that have a place."""
        if self.placing is None:
            return
        for level, stated in self.source.areas.items():
            known = self.placing.codes(level, match=stated.match)
            text = self.mapper.text(chunk, stated.column)
            place = pc.index_in(text, value_set=pa.array(list(known), pa.string()))
            code = pc.take(pa.array(list(known.values()), pa.string()), place)
            for name, one in mapped.items():
                if "located" in TABLES[name].names:
                    one.columns[f"_stated.{level}"] = text
                    one.columns[f"_area.{level}"] = code

    def _accepted(
        self, chunk: Chunk, one: Mapped, good: Bools, orders: npt.NDArray[np.int64], kept: list[_Wrong]
    ) -> pa.Table:
        """The rows of one table that stand, with their findings."""
        spec = self.tables[one.table]
        flaws = [each.misread for each in kept if each.table == one.table]
        flaws += self._out_of_order(chunk, one, spec)
        columns = dict(one.columns)
        columns["_row"] = pa.array(orders)
        columns["faults"] = _fault_lists(chunk.table.num_rows, flaws, self.source.keep)
        rows = good.copy()
        for key in ("_id", PARENTS.get(one.table, ("", ""))[0]):
            if key in columns:
                rows &= np.asarray(pc.is_valid(columns[key]))
        if one.table in FACTS and "_id" in columns:
            self._find(one.table, columns["_id"], [each for each in flaws if rows[each.flaw.index]])
        table = pa.table(columns)
        if spec.steps:
            return spread_steps(self.mapper, chunk, one, spec, table, rows)
        return table.filter(pa.array(rows))

    def _out_of_order(self, chunk: Chunk, one: Mapped, spec: TableSpec) -> list[Misread]:
        """``negative_step`` flaws of the source's time columns that the site file lists in their order."""
        if not spec.order:
            return []
        aside = Mapped(one.table)
        times = {name: self.mapper.times(chunk, aside, ColumnSpec(column=name)).utc for name in spec.order}
        return [Misread(flaw, str(flaw.values["later"]), "", "") for flaw in judge_steps(times)]

    def _find(self, table: str, ids: pa.Array, flaws: list[Misread]) -> None:
        for flaw, column, raw, _ in flaws:
            code, values = flaw.code, flaw.values
            if FAULTS[code].kind == "reject":
                code, values = "emptied", {"column": column, "value": raw, "fault": flaw.code}
            key = f"{self.source.name}:{ids[flaw.index].as_py()}"
            self.findings.append(Finding(self.source.name, table, key, code, message(code, "en", **values)))


def _fault_lists(size: int, flaws: Iterable[Misread], keep: Iterable[str]) -> pa.Array:
    """For each row the codes of its findings, ascending, each once."""
    kept = set(keep)
    pairs = sorted({(flaw.index, "emptied" if flaw.code in kept else flaw.code) for flaw, *_ in flaws})
    return lists_of(size, pairs)


def lists_of(size: int, pairs: list[tuple[int, str]]) -> pa.Array:
    """Text lists of ``size`` rows from ``(row, text)`` pairs in the order of their rows."""
    counts = np.bincount([row for row, _ in pairs], minlength=size) if pairs else np.zeros(size, np.int64)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    texts = pa.array([text for _, text in pairs], pa.string())
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), texts)

"""Complete the accepted rows of a fact table: ids, the site's clock, place, deadlines, and what cannot be right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.schema import TABLES
from etl.books import Tally
from etl.clocks import due_at
from etl.faults import Flaw, message
from etl.intake import TEXTS, lists_of
from etl.judge import judge_closed, judge_steps
from etl.locating import Placed, Placing
from etl.site import Clocks
from etl.spec import Clock, Source

Instants = npt.NDArray[np.datetime64]

#: the order the times of one record keep, where the site file states none
INCIDENT_ORDER = (
    "opened_at",
    "accepted_at",
    "dispatched_at",
    "acknowledged_at",
    "on_scene_at",
    "handled_at",
    "closed_at",
)
DISPATCH_ORDER = ("dispatched_at", "acknowledged_at", "on_scene_at", "cleared_at")
CASE_ORDER = ("filed_at", "decided_at", "published_at")
#: channels through which the service itself finds things
OWN_CHANNELS = ("patrol", "device")


@dataclass(frozen=True)
class ItemRules:
    """What the catalogue says of items: whether someone must come, and the clock."""

    first_response: Mapping[str, bool] = field(default_factory=dict)
    clocks: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    #: for items that say nothing
    default_first_response: bool | None = None
    default_clock: Clock | None = None


@dataclass
class Completion:
    """Completes the rows of one source; counts what lies outside and what has no position."""

    source: Source
    zone: str
    clocks: Clocks
    rules: ItemRules
    tally: Tally
    placing: Placing | None = None
    #: figures of the stated areas, added up over batches
    counts: dict[str, float] = field(default_factory=dict)
    findings: list[pa.Table] = field(default_factory=list)

    def complete(self, table: str, rows: pa.Table) -> pa.Table:
        """``rows`` (from :class:`etl.intake.Intake`) with every column of ``table`` the load can give."""
        work = _Batch(self, table, rows)
        if table == "incidents":
            work.incident()
        elif table == "dispatches":
            work.dispatch()
        elif table == "cases":
            work.judge(CASE_ORDER)
        if "located" in TABLES[table].names:
            work.place()
        return work.done()

    def add(self, name: str, count: float) -> None:
        """Add to a figure."""
        self.counts[name] = self.counts.get(name, 0) + count


class _Batch:
    """Some rows of one table on their way to completion."""

    def __init__(self, owner: Completion, table: str, rows: pa.Table) -> None:
        self.owner, self.table, self.size = owner, table, rows.num_rows
        self.columns: dict[str, Any] = {
            name: _whole(column) for name, column in zip(rows.column_names, rows.columns, strict=True)
        }
        source = owner.source
        of = source.tables[table].of or source.name
        self.ids = _prefixed(source.name, self.columns["_id"])
        self.columns[TABLES[table].key[0]] = self.ids
        self.columns["source"] = pa.repeat(pa.scalar(source.name), self.size)
        self.columns["source_id"] = self.columns["_id"]
        if "_incident" in self.columns:
            self.columns["incident_id"] = _prefixed(of, self.columns["_incident"])
        self.found: list[tuple[int, str]] = []

    def times(self, name: str) -> Instants:
        """A time column as datetime64[us]; NaT throughout where it is not mapped."""
        if name not in self.columns:
            return np.full(self.size, np.datetime64("NaT", "us"))
        return np.asarray(self.columns[name].to_numpy(zero_copy_only=False)).astype("datetime64[us]")

    def find(self, flaws: Sequence[Flaw]) -> None:
        """Keep findings that differ from row to row."""
        self._keep([(flaw.index, flaw.code) for flaw in flaws], [message(f.code, "en", **f.values) for f in flaws])

    def find_all(self, code: str, rows: npt.NDArray[Any]) -> None:
        """Keep one finding that says the same of many rows."""
        self._keep([(int(row), code) for row in rows], [message(code, "en")] * len(rows))

    def _keep(self, found: list[tuple[int, str]], messages: list[str]) -> None:
        if not found:
            return
        self.found += found
        size = len(found)
        ids = pc.take(self.ids, pa.array([row for row, _ in found], pa.int64()))
        self.owner.findings.append(
            pa.table(
                {
                    "source": pa.repeat(pa.scalar(self.owner.source.name), size),
                    "table": pa.repeat(pa.scalar(self.table), size),
                    "id": ids,
                    "fault": pa.array([code for _, code in found], pa.string()),
                    "message": pa.array(messages, pa.string()),
                }
            )
        )

    def judge(self, order: Sequence[str]) -> None:
        """Find times that go backwards, unless the site file judges the source's own columns."""
        given = [name for name in order if name in self.columns]
        if len(given) > 1 and not self.owner.source.tables[self.table].order:
            self.find(judge_steps({name: self.times(name) for name in given}))

    def incident(self) -> None:
        """The columns of an incident that follow from the others."""
        opened = self.times("opened_at")
        closed = self.times("closed_at")
        early = judge_closed(opened, closed)
        self.find(early)
        # closed before opened is said once, in its own words
        self.judge(INCIDENT_ORDER if any(name in self.columns for name in INCIDENT_ORDER[1:-1]) else ())
        local = self.times("opened_local")
        day = local.astype("datetime64[D]")
        none = np.isnat(local)
        hours = (local - day).astype("timedelta64[h]").astype(np.int64)
        # 1970-01-01 was a Thursday
        weekday = (day.astype(np.int64) + 3) % 7 + 1
        self.columns["local_date"] = pa.array(day)
        self.columns["local_hour"] = pa.array(np.where(none, 0, hours).astype(np.int8), mask=none)
        self.columns["weekday"] = pa.array(np.where(none, 1, weekday).astype(np.int8), mask=none)
        done = pa.array(np.where(np.isnat(closed), "open", "closed"))
        self.columns["state"] = pc.coalesce(self.columns["state"], done) if "state" in self.columns else done
        if "self_found" not in self.columns and "channel" in self.columns:
            channel = self.columns["channel"]
            own = pc.is_in(channel, value_set=pa.array(OWN_CHANNELS))
            self.columns["self_found"] = pc.if_else(pc.is_null(channel), None, own)
        self._needs_arrival()
        start = self.times("accepted_at")
        self._deadlines(opened, np.where(np.isnat(start), opened, start))

    def _items(self) -> tuple[pa.Array, npt.NDArray[np.int64]]:
        """The different items of the rows, and which of them each row has (the last: none)."""
        if "item" not in self.columns:
            return pa.array([], pa.string()), np.zeros(self.size, np.int64)
        encoded = self.columns["item"].dictionary_encode()
        place = pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy(zero_copy_only=False)
        return encoded.dictionary, place

    def _needs_arrival(self) -> None:
        owner, rules = self.owner, self.owner.rules
        if owner.clocks.needs_arrival != "items":
            needs = pa.repeat(pa.scalar(owner.clocks.needs_arrival == "all"), self.size)
        else:
            items, place = self._items()
            default = bool(rules.default_first_response)
            said = [bool(rules.first_response.get(item, default)) for item in items.to_pylist()] + [default]
            needs = pa.array(np.array(said, bool)[place])
        stated = self.columns.get("needs_arrival")
        self.columns["needs_arrival"] = needs if stated is None else pc.coalesce(stated, needs)

    def _deadlines(self, opened: Instants, start: Instants) -> None:
        owner, rules = self.owner, self.owner.rules
        needs = np.asarray(pc.fill_null(self.columns["needs_arrival"], False))
        minutes = np.int64(round(owner.clocks.arrival_minutes * 60e6)).astype("timedelta64[us]")
        self.columns["arrival_due_at"] = pa.array(np.where(needs, opened + minutes, np.datetime64("NaT", "us")))
        items, place = self._items()
        default = rules.default_clock or owner.clocks.closure
        fallback = (default.amount, default.kind) if default else (float("nan"), "")
        clocks = [rules.clocks.get(item, fallback) for item in items.to_pylist()] + [fallback]
        amounts = np.array([amount for amount, _ in clocks])[place]
        kinds = np.array([kind for _, kind in clocks], object)[place]
        due = pa.array(due_at(start, amount=amounts, kind=kinds, zone=owner.zone))
        stated = self.columns.get("due_at")
        self.columns["due_at"] = due if stated is None else pc.coalesce(stated, due)

    def dispatch(self) -> None:
        """What cannot be right about a dispatch."""
        self.judge(DISPATCH_ORDER)
        if "on_scene_at" in self.columns:
            self.find_all("never_on_scene", np.flatnonzero(np.asarray(pc.is_null(self.columns["on_scene_at"]))))

    def place(self) -> None:
        """Give the rows their areas and cells, and compare with the areas the source names."""
        owner = self.owner
        if owner.placing is None:
            return
        stated = owner.source.areas
        fallback = {
            level: self.columns[f"_area.{level}"] for level, each in stated.items()
            if each.use == "fallback" and f"_area.{level}" in self.columns
        }  # fmt: skip
        placed = owner.placing.place(self.columns["lon"], self.columns["lat"], stated=fallback)
        self.columns |= placed.columns
        unplaced, outside = ~placed.has_position, placed.has_position & (placed.how == 0)
        if self.table == "incidents":
            self.columns["areas_n"] = pa.array(placed.areas_n)
        self._count(placed, unplaced, outside)
        if owner.placing.layers:
            self.find_all("outside", np.flatnonzero(outside))
            self._several(placed)
        self.find_all("no_coordinates", np.flatnonzero(unplaced))
        for level in stated:
            if f"_stated.{level}" in self.columns:
                self._compare(level, placed)

    def _count(self, placed: Placed, unplaced: Any, outside: Any) -> None:
        owner = self.owner
        if self.table == next(name for name in owner.source.tables if "located" in TABLES[name].names):
            owner.tally.unplaced += int(unplaced.sum())
            owner.tally.outside += int(outside.sum())
        how = np.bincount(placed.how, minlength=6)
        for name, count in zip(("none", "in", "edge", "several", "nearest", "stated"), how, strict=True):
            # "none" is a position in no area: a row without a position is counted apart, as unplaced
            owner.add(f"located_{name}", int(outside.sum()) if name == "none" else int(count))

    def _several(self, placed: Placed) -> None:
        """Find rows in areas that overlap; the message names all of them."""
        rows = np.flatnonzero(placed.areas_n > 1)
        if not len(rows) or self.owner.placing is None:
            return
        lon, lat = (np.asarray(self.columns[axis].to_numpy(zero_copy_only=False))[rows] for axis in ("lon", "lat"))
        named = zip(rows, self.owner.placing.overlapping(lon, lat), strict=True)
        self.find(
            [
                Flaw(int(row), "several_areas", {"count": len(areas), "areas": ", ".join(areas), "area": areas[0]})
                for row, areas in named
            ]
        )

    def _compare(self, level: str, placed: Placed) -> None:
        """Count and find where the source's own area of a level is another than the one located in."""
        words, code = self.columns[f"_stated.{level}"], self.columns[f"_area.{level}"]
        located = self.columns[level]
        if self.table == "incidents":
            before = self.columns.get("stated_area")
            self.columns["stated_area"] = code if before is None else pc.coalesce(code, before)
        stated = np.asarray(pc.is_valid(words))
        one = stated & placed.has_position & (placed.areas_n == 1)
        agrees = one & np.asarray(pc.fill_null(pc.equal(code, located), False))
        figures = {
            "stated_n": stated,
            "stated_in_none": stated & placed.has_position & (placed.areas_n == 0),
            "stated_in_several": stated & (placed.areas_n > 1),
            "stated_in_one": one,
            "stated_agree_n": agrees,
            "stated_unknown": stated & np.asarray(pc.is_null(code)),
        }
        for name, rows in figures.items():
            self.owner.add(name, int(rows.sum()))
        rows = np.flatnonzero(one & ~agrees)
        pairs = pa.table({"located": located, "stated": words}).take(pa.array(rows))
        self._find_pairs("area_disagrees", rows, pairs)

    def _find_pairs(self, code: str, rows: npt.NDArray[Any], values: pa.Table) -> None:
        """Keep findings whose messages differ only by a few values, each message made once."""
        if not len(rows):
            return
        joined = pc.binary_join_element_wise(*values.columns, "\x1f").combine_chunks().dictionary_encode()
        said = [
            message(code, "en", **dict(zip(values.column_names, each.split("\x1f"), strict=True)))
            for each in joined.dictionary.to_pylist()
        ]
        self._keep([(int(row), code) for row in rows], [said[place] for place in joined.indices.to_pylist()])

    def done(self) -> pa.Table:
        """The rows with the table's columns, in its order; those the build computes are left out."""
        self.columns["faults"] = _merged(self.columns.get("faults"), self.size, self.found)
        known = [name for name in TABLES[self.table].names if name in self.columns]
        return pa.table({name: self.columns[name] for name in known})


def _whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _prefixed(source: str, ids: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(source, ids, ":")


def _merged(before: pa.Array | None, size: int, found: list[tuple[int, str]]) -> pa.Array:
    """The lists of codes of each row, with those found now, ascending and each once."""
    if before is None:
        return lists_of(size, sorted(set(found)))
    owners = pc.list_parent_indices(before).to_pylist()
    known = zip(owners, pc.list_flatten(before).to_pylist(), strict=True)
    return lists_of(size, sorted({*known, *found})).cast(TEXTS)

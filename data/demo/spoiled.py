"""Spoil some rows the way they are spoiled in life: no coordinates, swapped ones, closed before opened, entered twice.

Nothing that is open at the end is touched, so the wall shows what happened; the counts go to ``truth.json``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

#: rows per million that are spoiled in each way
RATES = {
    "no_coordinates": 1_040, "zero_coordinates": 100, "swapped_coordinates": 120, "whole_degrees": 50, "outside": 150,
    "unknown_item": 80, "unreadable_time": 64, "two_digit_year": 36, "no_time": 24, "no_number": 20,
    "closed_before_opened": 240, "negative_step": 180, "entered_twice": 280, "number_used_twice": 60,
}  # fmt: skip
#: share of dispatches that are written down twice, for two places
DOUBLE_BOOKED = 140e-6
LON, LAT, OPENED, CLOSED, ARRIVED = "经度", "纬度", "上报时间", "办结时间", "到场时间"


def _put(table: pa.Table, column: str, mask: Mask, values: pa.Array) -> pa.Table:
    """The table with ``values`` (as long as the table) in the masked rows of ``column``."""
    mixed = pc.if_else(pa.array(mask), values, table.column(column).combine_chunks())
    return table.set_column(table.column_names.index(column), column, mixed)


def _same(text: str | None) -> Callable[[pa.Table, int], pa.Array]:
    return lambda table, n: pa.nulls(n, pa.string()) if text is None else pa.repeat(pa.scalar(text), n)


def _of(column: str) -> Callable[[pa.Table, int], pa.Array]:
    return lambda table, n: table.column(column).combine_chunks()


def _short_year(table: pa.Table, n: int) -> pa.Array:
    return pc.utf8_slice_codeunits(table.column(OPENED).combine_chunks(), 2)


def _far_away(table: pa.Table, n: int) -> pa.Array:
    return pc.cast(pc.add(pc.cast(table.column(LAT).combine_chunks(), pa.float64()), 0.75), pa.string())


def _earlier(column: str, minutes: int) -> Callable[[pa.Table, int], pa.Array]:
    def shift(table: pa.Table, n: int) -> pa.Array:
        at = pc.cast(table.column(column).combine_chunks(), pa.timestamp("s"))
        return pc.cast(pc.subtract(at, pa.scalar(minutes * 60, pa.duration("s"))), pa.string())

    return shift


#: for each way: the columns it changes and what stands there then
CHANGES: dict[str, list[tuple[str, Callable[[pa.Table, int], pa.Array]]]] = {
    "no_coordinates": [(LON, _same(None)), (LAT, _same(None))],
    "zero_coordinates": [(LON, _same("0")), (LAT, _same("0"))],
    "swapped_coordinates": [(LON, _of(LAT)), (LAT, _of(LON))],
    "whole_degrees": [(LON, _same("119")), (LAT, _same("30"))],
    "outside": [(LAT, _far_away)],
    "unknown_item": [("事项编码", _same("33990000999"))],
    "unreadable_time": [(OPENED, _same("2026年13月45日"))],
    "two_digit_year": [(OPENED, _short_year)],
    "no_time": [(OPENED, _same(None))],
    "no_number": [("事件编号", _same(None))],
    "closed_before_opened": [(CLOSED, _earlier(OPENED, 95))],
    "negative_step": [(ARRIVED, _earlier("派遣时间", 12))],
}


def double_book(rng: np.random.Generator, table: pa.Table, counts: Counter[str]) -> pa.Table:
    """Let a few squads be written down for a second incident while they are still at the first."""
    over = table.column("离场时间").is_valid().to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(over & (rng.random(table.num_rows) < DOUBLE_BOOKED))
    rows = rows[rows + 1 < table.num_rows]
    counts["double_booked"] += len(rows)
    if not len(rows):
        return table
    again = table.take(pa.array(rows))
    for column in ("派遣时间", "接单时间", "到场时间", "离场时间"):
        later = _earlier(column, -2)(again, len(rows))
        again = again.set_column(again.column_names.index(column), column, later)
    other = table.column("事件编号").take(pa.array(rows + 1))
    again = again.set_column(again.column_names.index("事件编号"), "事件编号", other)
    number = pc.binary_join_element_wise(again.column("派遣编号"), "R", "")
    return pa.concat_tables([table, again.set_column(0, "派遣编号", number)]).combine_chunks()


def spoil(rng: np.random.Generator, table: pa.Table, counts: Counter[str]) -> pa.Table:
    """Some rows of an incidents table spoiled, each in one way at most; adds to ``counts`` how many of each."""
    n = table.num_rows
    done = ~pc.equal(table.column("状态"), "处理中").to_numpy(zero_copy_only=False)
    arrived = table.column(ARRIVED).is_valid().to_numpy(zero_copy_only=False)
    closed = table.column(CLOSED).is_valid().to_numpy(zero_copy_only=False)
    fits = {"negative_step": arrived, "closed_before_opened": closed}
    edges = np.cumsum([rate / 1e6 for rate in RATES.values()])
    way = np.searchsorted(edges, rng.random(n), side="right")
    plain = table
    for i, name in enumerate(RATES):
        mask = (way == i) & done & fits.get(name, True)
        counts[name] += int(mask.sum())
        for column, values in CHANGES.get(name, ()):
            table = _put(table, column, mask, values(plain, n))
        if name in ("entered_twice", "number_used_twice") and mask.any():
            again = plain.filter(pa.array(mask))
            if name == "number_used_twice":
                again = _put(again, "地址", np.ones(again.num_rows, bool), _same("地址待核")(again, again.num_rows))
            table = pa.concat_tables([table, again])
    return table.combine_chunks()

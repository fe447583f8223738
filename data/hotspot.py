"""Judge where the groups of an answer cluster more than chance: Gi* over areas or H3 cells."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from data.areas import areas_of, shapes_of
from data.metrics.answer import Answer, Row
from data.metrics.groupings import GROUPINGS
from data.metrics.memo import memo_of
from data.metrics.naming import areas_left
from data.scope import EVERYONE, Scope
from errors import BadQuestion
from geo.cells import fill, neighbours_among
from geo.hotspots import Hotspots, contiguity, gi_star
from words import Words

if TYPE_CHECKING:
    from data.warehouse import Warehouse

#: areas drawn this far apart (m) still count as touching: layers are often drawn with slivers between
GAP_METRES = 5.0


@dataclass(frozen=True)
class Hot:
    """One area or cell: its value, and how it stands among its neighbours (see :class:`geo.hotspots.Hotspots`)."""

    group: str
    label: Words
    value: float | None
    z: float
    p: float
    q: float
    #: hot, cold or none at the asked share of false discoveries
    kind: str
    #: 90, 95, 99 or 0
    level: int
    neighbours: int


def judge(warehouse: Warehouse, answer: Answer, *, alpha: float = 0.05) -> tuple[Hot, ...]:
    """Judge every group of an answer by one level of areas or one cell size; the missing group takes no part.

    A group without a value (or, for a rate, without a denominator) is no neighbour to anyone. ``alpha`` is the share
    of false discoveries accepted.
    """
    if len(answer.by) != 1 or GROUPINGS[answer.by[0]].naming not in ("area", "cell"):
        raise BadQuestion("hotspots need one grouping: a level of areas or a cell size")
    rows = [row for row in answer.rows if isinstance(row.group, str)]
    found = _gi_star(warehouse, answer.by[0], rows, alpha=alpha)
    return tuple(
        Hot(
            str(row.group),
            row.label,
            row.value,
            float(found.z[i]),
            float(found.p[i]),
            float(found.q[i]),
            str(found.kind[i]),
            int(found.level[i]),
            int(found.neighbours[i]),
        )
        for i, row in enumerate(rows)
    )


def scored_rows(
    warehouse: Warehouse,
    by: str,
    rows: Sequence[Row],
    *,
    within: Mapping[str, Sequence[str | None]],
    scope: Scope = EVERYONE,
) -> list[Row]:
    """The counts of ``rows`` with z as their value; cells of the site where nothing happened are added with 0."""
    counted = [row for row in rows if row.group is not None]
    if GROUPINGS[by].naming == "cell":
        counted = _with_empty_cells(warehouse, by, counted, within, scope)
    found = _gi_star(warehouse, by, counted)
    said = not found.note
    scored = [row._replace(value=float(found.z[i]) if said else None) for i, row in enumerate(counted)]
    return [*scored, *(row._replace(value=None) for row in rows if row.group is None)]


def _gi_star(warehouse: Warehouse, by: str, rows: Sequence[Row], *, alpha: float = 0.05) -> Hotspots:
    values = np.array([np.nan if row.value is None else float(row.value) for row in rows], dtype=np.float64)
    groups = [str(row.group) for row in rows]
    pairs = _cell_pairs(groups) if GROUPINGS[by].naming == "cell" else _area_pairs(warehouse, by, groups)
    return gi_star(values, pairs, alpha=alpha)


def _cell_pairs(groups: Sequence[str]) -> npt.NDArray[np.int64]:
    left, right = neighbours_among(np.array([int(group, 16) for group in groups], dtype=np.uint64))
    return np.column_stack([left, right])


def _area_pairs(warehouse: Warehouse, level: str, groups: Sequence[str]) -> npt.NDArray[np.int64]:
    """Pairs of positions in ``groups`` whose areas touch."""
    codes, pairs = memo_of(warehouse, "shapes").get(("touching", level), lambda: _touching(warehouse, level))
    at = {group: place for place, group in enumerate(groups)}
    where = np.array([at.get(code, -1) for code in codes], dtype=np.int64)
    placed = where[pairs] if len(pairs) else np.empty((0, 2), dtype=np.int64)
    return placed[(placed >= 0).all(axis=1)] if len(placed) else placed


def _touching(warehouse: Warehouse, level: str) -> tuple[list[str], npt.NDArray[np.int64]]:
    shapes = shapes_of(warehouse, level)
    if not shapes:
        return [], np.empty((0, 2), dtype=np.int64)
    return list(shapes), contiguity(np.array(list(shapes.values()), dtype=object), gap_m=GAP_METRES)


def _with_empty_cells(
    warehouse: Warehouse,
    by: str,
    rows: Sequence[Row],
    within: Mapping[str, Sequence[str | None]],
    scope: Scope,
) -> list[Row]:
    have = {str(row.group): row for row in rows}
    for cell in study_cells(warehouse, by, within=within, scope=scope):
        if cell not in have:
            have[cell] = Row(cell, Words(cell, cell), 0, 0, None, 0)
    return [have[cell] for cell in sorted(have)]


def study_cells(
    warehouse: Warehouse, by: str, *, within: Mapping[str, Collection[str | None]], scope: Scope = EVERYONE
) -> list[str]:
    """The cells whose centre lies in the site's areas, or in those the filters and the scope leave."""
    levels = areas_of(warehouse).levels
    if not levels:
        return []
    limits = [key for key in within if key in levels] + (["township"] if scope.townships is not None else [])
    limits = [key for key in limits if key in levels]
    level = max(limits, key=levels.index) if limits else _widest_with_shapes(warehouse)
    chosen = {key: [code for code in codes if code is not None] for key, codes in within.items()}
    left = areas_left(warehouse, level, within=chosen, townships=scope.townships)
    cells = [_cells_of(warehouse, by, level, code) for code in left]
    return sorted({f"{cell:x}" for cell in np.concatenate(cells)}) if cells else []


def _widest_with_shapes(warehouse: Warehouse) -> str:
    levels = areas_of(warehouse).levels
    return next((level for level in levels if shapes_of(warehouse, level)), levels[-1])


def _cells_of(warehouse: Warehouse, by: str, level: str, code: str) -> npt.NDArray[np.uint64]:
    def read() -> npt.NDArray[np.uint64]:
        shape = shapes_of(warehouse, level).get(code)
        if not isinstance(shape, shapely.Polygon | shapely.MultiPolygon):
            return np.empty(0, dtype=np.uint64)
        return fill(shape, resolution=int(by.removeprefix("cell")))

    return memo_of(warehouse, "shapes").get((by, level, code), read, weigh=len)

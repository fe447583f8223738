"""Say where facts are: in which area of every level, in which H3 cells, and whether the source agrees.

A point is located in the finest layer. Its wider levels follow the parents of the area it fell in; a point in no area
of the finest layer is asked of the next wider one, so that a district that has grids only in part still places all.
H3 cells 8 and 7 are the parents of cell 9, so that figures by cell add up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from data.schema import LEVELS
from etl.areas import Areas, Layer
from geo.cells import NO_CELL, cells_at, parents_of
from geo.locate import How, Locator

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LOCATED = ("none", "in", "edge", "several", "nearest", "stated")
_NONE, _IN, _EDGE, _SEVERAL, _NEAREST, _STATED = range(6)


@dataclass(frozen=True)
class Placed:
    """Where n facts are."""

    #: the place columns of the warehouse: located, the levels, the cells
    columns: dict[str, pa.Array]
    #: areas of the deciding layer that hold the point
    areas_n: npt.NDArray[np.int8]
    #: code of the deciding layer's area, null where there is none
    code: pa.Array
    #: rows with a position
    has_position: Bools
    #: index into :data:`LOCATED`
    how: npt.NDArray[np.int8]


class Placing:
    """The areas of a site, ready to be asked where facts are."""

    def __init__(self, areas: Areas) -> None:
        self.layers = list(reversed(areas.layers))
        self._chains = _chains(self.layers)

    @cached_property
    def _locators(self) -> list[Locator]:
        return [Locator(layer.codes, layer.geometries) for layer in self.layers]

    def level(self, name: str) -> Layer:
        """The layer of one level."""
        return next(layer for layer in self.layers if layer.level == name)

    def codes(self, name: str, *, match: str) -> dict[str, str]:
        """What a source may call the areas of a level, and their codes."""
        layer = self.level(name)
        if match == "code":
            return {code: code for code in layer.codes}
        named: dict[str, str] = {}
        for code, zh, en in zip(layer.codes, layer.names_zh, layer.names_en, strict=True):
            for word in (zh, en):
                if word:
                    named.setdefault(word, code)
        return named

    def place(self, lon: pa.Array, lat: pa.Array, *, stated: Mapping[str, pa.Array] | None = None) -> Placed:
        """Locate points (n,) in WGS84; null where a fact has none.

        ``stated`` holds, by level, the codes that place facts without a position (finest level that is not null).
        """
        x, y = (
            np.asarray(pc.fill_null(axis, np.nan).to_numpy(zero_copy_only=False), np.float64) for axis in (lon, lat)
        )
        has = np.isfinite(x) & np.isfinite(y)
        how = np.zeros(len(x), np.int8)
        count = np.zeros(len(x), np.int8)
        depth = np.full(len(x), -1)
        index = np.full(len(x), -1)
        for number, (layer, locator) in enumerate(zip(self.layers, self._locators, strict=True)):
            open_ = np.flatnonzero(has & (index < 0)) if number else np.arange(len(x))
            if not len(open_):
                break
            found = locator.locate(x[open_], y[open_], tolerance_m=layer.spec.tolerance_m)
            hit = found.index >= 0
            rows = open_[hit]
            index[rows], depth[rows] = found.index[hit], number
            count[rows] = np.minimum(found.matches[hit], 127)
            how[rows] = _how(found.how[hit], found.matches[hit])
        self._by_word(stated or {}, ~has, how, depth, index)
        columns = self._levels(depth, index)
        columns["located"] = pa.array(np.array(LOCATED, object)[how], pa.string())
        columns |= cells_of(x, y, has)
        return Placed(columns, count, self._codes(depth, index), has, how)

    def _by_word(self, stated: Mapping[str, pa.Array], unplaced: Bools, how: Any, depth: Any, index: Any) -> None:
        """Place facts without a position in the area the source names; a position goes before a word."""
        for number, layer in enumerate(self.layers):
            if layer.level in stated:
                named = pc.index_in(stated[layer.level], value_set=pa.array(layer.codes, pa.string()))
                place = pc.fill_null(named, -1).to_numpy(zero_copy_only=False)
                rows = np.flatnonzero(unplaced & (index < 0) & (place >= 0))
                index[rows], depth[rows], how[rows] = place[rows], number, _STATED

    def _levels(self, depth: npt.NDArray[Any], index: npt.NDArray[Any]) -> dict[str, pa.Array]:
        """The code of each fact at every level."""
        columns = {level: pa.nulls(len(index), pa.string()) for level in LEVELS}
        for number in range(len(self.layers)):
            rows = depth == number
            if not rows.any():
                continue
            take = pa.array(np.where(rows, index, 0), mask=~rows)
            for level, codes in self._chains[number].items():
                columns[level] = pc.coalesce(columns[level], pc.take(codes, take))
        return columns

    def _codes(self, depth: npt.NDArray[Any], index: npt.NDArray[Any]) -> pa.Array:
        codes = pa.nulls(len(index), pa.string())
        for number, layer in enumerate(self.layers):
            rows = depth == number
            if rows.any():
                take = pa.array(np.where(rows, index, 0), mask=~rows)
                codes = pc.coalesce(codes, pc.take(self._chains[number][layer.level], take))
        return codes

    def overlapping(self, lon: Floats, lat: Floats) -> list[list[str]]:
        """For each point the codes of all areas that hold it, ascending, in the finest layer where any does."""
        points = shapely.points(lon, lat)
        held: list[list[str]] = [[] for _ in points]
        for layer in self.layers:
            row, area = shapely.STRtree(layer.geometries).query(points, predicate="intersects")
            found: list[list[str]] = [[] for _ in points]
            for one, each in zip(row.tolist(), area.tolist(), strict=True):
                found[one].append(layer.codes[each])
            held = [before or sorted(now) for before, now in zip(held, found, strict=True)]
        return held


def _how(how: npt.NDArray[np.int8], matches: npt.NDArray[Any]) -> npt.NDArray[np.int8]:
    """How a point was found, in the words of the warehouse."""
    words = np.full(len(how), _IN, np.int8)
    words[matches > 1] = _SEVERAL
    words[how == How.EDGE] = _EDGE
    words[how == How.NEAREST] = _NEAREST
    return words


def _chains(layers: list[Layer]) -> list[dict[str, pa.Array]]:
    """For each layer (finest first) and each level not finer than it: the code there of each of its areas."""
    chains: list[dict[str, pa.Array]] = []
    for number, layer in enumerate(layers):
        codes = pa.array(layer.codes, pa.string())
        chain = {layer.level: codes}
        parents = pa.array(layer.parents, pa.string())
        for wider in layers[number + 1 :]:
            chain[wider.level] = parents
            place = pc.index_in(parents, value_set=pa.array(wider.codes, pa.string()))
            parents = pc.take(pa.array(wider.parents, pa.string()), place)
        chains.append(chain)
    return chains


def cells_of(x: Floats, y: Floats, has: Bools) -> dict[str, pa.Array]:
    """H3 cells of resolution 9, and of 8 and 7 as its parents; null where there is no position."""
    cells = np.zeros(len(x), np.uint64)
    cells[has] = cells_at(x[has], y[has], resolution=9)
    real = cells != NO_CELL
    columns = {"cell9": pa.array(cells, mask=~real)}
    for resolution in (8, 7):
        wider = np.zeros(len(x), np.uint64)
        wider[real] = parents_of(cells[real], resolution=resolution)
        columns[f"cell{resolution}"] = pa.array(wider, mask=~real)
    return columns

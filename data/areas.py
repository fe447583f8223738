"""Know the areas of a version: their names, who lies in whom, and their shapes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from data.metrics.memo import memo_of
from words import Words

if TYPE_CHECKING:
    from data.warehouse import Warehouse


@dataclass(frozen=True)
class Area:
    """One area: code, parent one used level up, names, and whether a later load left it out."""

    code: str
    parent: str | None
    name: Words
    ended: bool = False


@dataclass(frozen=True)
class Areas:
    """All areas of a version, by level (widest first) and code, both in order."""

    levels: tuple[str, ...]
    at: Mapping[str, Mapping[str, Area]]

    def ancestor(self, level: str, code: str, *, at: str) -> str | None:
        """Code of the area at the level ``at`` that holds the area; itself at its own level; None where not known."""
        here: str | None = code
        for step in range(self.levels.index(level), self.levels.index(at), -1):
            area = self.at[self.levels[step]].get(here) if here is not None else None
            here = area.parent if area else None
        return here

    def related(self, level: str, *, to: str, codes: Collection[str]) -> list[str]:
        """Codes at ``level`` that lie in, hold, or are the areas ``codes`` of level ``to``, in order."""
        if self.levels.index(level) >= self.levels.index(to):
            wanted = set(codes)
            return [code for code in self.at[level] if self.ancestor(level, code, at=to) in wanted]
        holding = {self.ancestor(to, code, at=level) for code in codes}
        return [code for code in self.at[level] if code in holding]

    def find(self, level: str, text: str) -> str | None:
        """The code meant by a code, or by a name that only one area of the level has; None where none is meant."""
        if text in self.at[level]:
            return text
        named = [area.code for area in self.at[level].values() if text in area.name]
        return named[0] if len(named) == 1 else None


def areas_of(warehouse: Warehouse) -> Areas:
    """The areas of the version (read once)."""
    return memo_of(warehouse, "names").get("areas", lambda: _read(warehouse))


def _read(warehouse: Warehouse) -> Areas:
    levels = tuple(warehouse.site.levels)
    at: dict[str, dict[str, Area]] = {level: {} for level in levels}
    for level, code, parent, zh, en, ended in warehouse.rows(_AREAS):
        if level in at:
            name = Words(str(en or zh or code), str(zh or en or code))
            at[str(level)][str(code)] = Area(str(code), parent if parent is None else str(parent), name, bool(ended))
    return Areas(levels, at)


#: an area that never had a shape is not ended: it only has no polygon
_AREAS = """
    SELECT area.level, area.code, area.parent, area.name_zh, area.name_en, coalesce(shape.ended, false)
    FROM areas AS area
    LEFT JOIN (
        SELECT level, code, bool_and(valid_to IS NOT NULL) AS ended FROM area_versions GROUP BY level, code
    ) AS shape ON shape.level = area.level AND shape.code = area.code
    ORDER BY area.level, area.code"""


def shapes_of(warehouse: Warehouse, level: str) -> dict[str, shapely.Geometry]:
    """The present shape of every area of ``level`` by code, WGS84, in order (read once)."""
    return memo_of(warehouse, "shapes").get(level, lambda: _read_shapes(warehouse, level))


def _read_shapes(warehouse: Warehouse, level: str) -> dict[str, shapely.Geometry]:
    rows = warehouse.rows(
        "SELECT code, geom FROM area_versions WHERE level = ? AND geom IS NOT NULL AND valid_to IS NULL ORDER BY code",
        [level],
    )
    shapes = shapely.from_wkb(np.array([row[1] for row in rows], dtype=object)) if rows else []
    return {str(row[0]): shape for row, shape in zip(rows, shapes, strict=True)}

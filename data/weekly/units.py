"""Find what a weekly page speaks of: a township or a wider area, and the smaller places it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.areas import areas_of
from data.metrics.suggest import nearest
from data.scope import Scope
from errors import BadQuestion, NotAllowed
from words import Words

if TYPE_CHECKING:
    from data.warehouse import Warehouse

TOWNSHIP = "township"
#: what places are where a site has no areas inside its townships
CELL = "cell8"


@dataclass(frozen=True)
class Unit:
    """An area a weekly page is about; ``place`` is the level, or cell size, of the places inside it."""

    level: str
    code: str
    label: Words
    place: str

    @property
    def where(self) -> Mapping[str, str]:
        """The filter of every question about it."""
        return {self.level: self.code}


def unit_of(warehouse: Warehouse, code: str, *, scope: Scope) -> Unit:
    """The township with this code, or name if only one has it; failing that, the county or other wider area.

    Raises
    ------
    NotAllowed
        A township outside the scope, or a wider area for one who may not see all of it: a part is never shown under
        the name of the whole.
    BadQuestion
        No township or wider area has this code.
    """
    areas = areas_of(warehouse)
    found = areas.find(TOWNSHIP, code) if TOWNSHIP in areas.levels else None
    if found is not None:
        code = found
        if scope.townships is not None and code not in scope.townships:
            raise NotAllowed("{level} {code} is not yours to see", level=TOWNSHIP, code=code)
        return Unit(TOWNSHIP, code, areas.at[TOWNSHIP][code].name, place_level(warehouse, TOWNSHIP))
    wider = areas.levels[: areas.levels.index(TOWNSHIP)] if TOWNSHIP in areas.levels else areas.levels[:-1]
    for level in reversed(wider):
        if code in areas.at[level]:
            if scope.townships is not None:
                raise NotAllowed("{level} {code} is not yours to see", level=level, code=code)
            return Unit(level, code, areas.at[level][code].name, place_level(warehouse, level))
    known = [*areas.at.get(TOWNSHIP, ()), *(one for level in wider for one in areas.at[level])]
    raise BadQuestion("no township is {code}; did you mean {near}?", code=code, near=nearest(code, known))


def place_level(warehouse: Warehouse, level: str) -> str:
    """The places inside an area of ``level``: for a township the finest located areas, for a wider one townships."""
    levels = warehouse.site.levels
    if level != TOWNSHIP and TOWNSHIP in levels:
        return TOWNSHIP
    finest = warehouse.site.located_level
    return finest if finest and levels.index(finest) > levels.index(level) else CELL


def units_of(warehouse: Warehouse, *, scope: Scope) -> list[Unit]:
    """Every township the scope covers that has not ended, in order of code."""
    areas = areas_of(warehouse)
    if TOWNSHIP not in areas.levels:
        return []
    place = place_level(warehouse, TOWNSHIP)
    return [
        Unit(TOWNSHIP, code, area.name, place)
        for code, area in areas.at[TOWNSHIP].items()
        if not area.ended and (scope.townships is None or code in scope.townships)
    ]

"""Give the addresses of shapes: they travel once, apart from what is said of them."""

from __future__ import annotations

from dashboard.view import CELLS
from data import shapes
from data.warehouse import Warehouse


def geometry_url(warehouse: Warehouse, level: str) -> str:
    """The address of a level's shapes: it carries the hash of what it holds, so that it never changes."""
    if level in CELLS:
        return f"/api/cells/{level}.geojson?v={shapes.cells_hash(warehouse, level)}"
    return f"/api/areas/{level}.geojson?v={shapes.areas_hash(warehouse, level)}"

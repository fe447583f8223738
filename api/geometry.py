"""Serve geometry once: areas, names, cells and roads as GeoJSON under an address that carries their hash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import brotli
from fastapi import APIRouter, Request, Response

from data import shapes
from data.metrics.memo import memo_of
from data.stores import Stores
from data.warehouse import Warehouse

router = APIRouter()

FOREVER = "public, max-age=31536000, immutable"
#: brotli's middle: a tenth of the bytes of 11 lost, a fiftieth of its time
QUALITY = 5


def _answer(
    request: Request, warehouse: Warehouse, key: tuple[str, ...], current: str, asked: str, make: Callable[[], bytes]
) -> Response:
    """GeoJSON, compressed once per version; kept for good only under the address of what it really holds."""
    packed = memo_of(warehouse, "geojson")
    body = packed.get(key, make, weigh=lambda held: len(held) // 1000)
    headers = {"cache-control": FOREVER if asked and asked == current else "no-cache", "etag": f'"{current}"'}
    headers["vary"] = "accept-encoding"
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    if "br" in request.headers.get("accept-encoding", ""):
        body = packed.get((*key, "br"), lambda: brotli.compress(body, quality=QUALITY), weigh=lambda b: len(b) // 1000)
        headers["content-encoding"] = "br"
    return Response(body, media_type="application/geo+json", headers=headers)


@router.get("/areas/{level}.geojson")
def areas(request: Request, level: str, v: str = "", detail: Literal["screen", "full"] = "screen") -> Response:
    """The areas of a level; ``detail=full`` as loaded, else simplified for the screen."""
    stores: Stores = request.app.state.stores
    warehouse = stores.warehouse()
    current = shapes.areas_hash(warehouse, level)
    return _answer(
        request, warehouse, ("areas", level, detail), current, v,
        lambda: shapes.areas_geojson(warehouse, level, detail=detail),
    )  # fmt: skip


@router.get("/names/{level}.geojson")
def names(request: Request, level: str, v: str = "") -> Response:
    """The label point of each area of a level."""
    warehouse = request.app.state.stores.warehouse()
    current = shapes.areas_hash(warehouse, level)
    return _answer(request, warehouse, ("names", level), current, v, lambda: shapes.names_geojson(warehouse, level))


@router.get("/cells/{cell}.geojson")
def cells(request: Request, cell: str, v: str = "") -> Response:
    """The H3 cells that hold an incident: cell7, cell8 or cell9."""
    warehouse = request.app.state.stores.warehouse()
    current = shapes.cells_hash(warehouse, cell)
    return _answer(request, warehouse, ("cells", cell), current, v, lambda: shapes.cells_geojson(warehouse, cell))


@router.get("/roads.geojson")
def roads(request: Request, v: str = "") -> Response:
    """The road links; an empty collection where the site has none."""
    warehouse = request.app.state.stores.warehouse()
    current = shapes.roads_hash(warehouse)
    return _answer(request, warehouse, ("roads",), current, v, lambda: shapes.roads_geojson(warehouse))

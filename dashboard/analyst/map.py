"""Shade the areas or cells an answer is grouped by; where it is grouped by neither, say so over the bare areas."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import dash_leaflet as dl
from dash import html

from dashboard.geometry import geometry_url
from dashboard.view import table_level
from dashboard.wall.shading import shade
from data import shapes
from data.metrics.answer import Answer
from data.metrics.groupings import GROUPINGS
from data.warehouse import Warehouse
from words import say

MAP = "analyst-map"
LAYER = "analyst-layer"
LEGEND = "analyst-legend"
NOTE = "analyst-map-note"
#: share of the site added around it
MARGIN = 0.02


@dataclass(frozen=True)
class Picture:
    """The address of the shapes, their shading, the legend, and a note over the map."""

    url: str
    hideout: dict[str, Any]
    legend: list[Any] = field(default_factory=list)
    note: str = ""


def is_drawn(answer: Answer) -> bool:
    """Whether the groups have shapes: one level of areas, or one cell size."""
    return len(answer.by) == 1 and GROUPINGS[answer.by[0]].naming in ("area", "cell")


def picture(warehouse: Warehouse, answer: Answer, *, lang: str, theme: str) -> Picture:
    """What the map shows of an answer."""
    if is_drawn(answer):
        shading = shade(answer, lang=lang, theme=theme)
        return Picture(geometry_url(warehouse, answer.by[0]), shading.hideout, shading.legend)
    return bare(warehouse, say("Group by one level of areas or one cell size to see it here.", lang), lang, theme)


def bare(warehouse: Warehouse, note: str, lang: str, theme: str) -> Picture:
    """The areas without figures, and why."""
    level = table_level(warehouse.site)
    url = geometry_url(warehouse, level) if level in warehouse.site.levels else ""
    return Picture(url, {"theme": theme, "lang": lang, "label": "", "nothing": "", "values": {}}, [], note)


def leaflet(warehouse: Warehouse, theme: str, lang: str, at: str = "") -> dl.Map:
    """The map, empty until the answer comes; it stands where the address says, else on the whole site."""
    look = {"theme": theme, "lang": lang, "values": {}}
    layers = [
        dl.Pane(
            dl.GeoJSON(
                id=LAYER, hideout=look, style={"variable": "gridcommand.areaStyle"},
                onEachFeature={"variable": "gridcommand.areaTip"},
            ),
            name="areas", style={"zIndex": 401},
        ),
        dl.ScaleControl(imperial=False, position="bottomright"),
        dl.ZoomControl(position="topright"),
    ]  # fmt: skip
    return dl.Map(
        layers, id=MAP, preferCanvas=True, zoomControl=False, attributionControl=False, zoomSnap=0.25, zoomDelta=0.5,
        scrollWheelZoom=False, trackViewport=False, eventHandlers={"moveend": {"variable": "gridcommand.moved"}},
        **standing(warehouse, at),
    )  # fmt: skip


def standing(warehouse: Warehouse, at: str) -> dict[str, Any]:
    """Where the map stands, from "lat,lon,zoom" or the site's own bounds."""
    try:
        lat, lon, zoom = (float(part) for part in at.split(","))
        if abs(lat) <= 90 and abs(lon) <= 180 and 0 <= zoom <= 24:
            return {"center": [lat, lon], "zoom": zoom}
    except ValueError:
        pass
    bounds = shapes.bounds(warehouse)
    if bounds is None:
        return {"center": [30.0, 114.0], "zoom": 4}
    west, south, east, north = bounds
    x, y = (east - west) * MARGIN, (north - south) * MARGIN
    return {"bounds": [[south - y, west - x], [north + y, east + x]]}


def panel(warehouse: Warehouse, theme: str, lang: str, at: str) -> html.Section:
    """The map with its legend below and a note over it."""
    return html.Section(
        [
            html.Div(
                [leaflet(warehouse, theme, lang, at), html.Div(id=NOTE, className="map-note", role="status")],
                className="analyst-map-room", **{"data-bounds": json.dumps(shapes.bounds(warehouse))},
            ),
            html.Div(id=LEGEND, className="analyst-legend"),
        ],
        className="analyst-map", **{"aria-label": say("Map", lang)},
    )  # fmt: skip

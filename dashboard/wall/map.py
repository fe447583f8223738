"""Draw the map: areas or cells shaded by a metric, hotspots, open incidents, squads, stations, roads and routes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import dash_leaflet as dl
from dash import ClientsideFunction, Dash, Input, Output, State, html

from dashboard.geometry import geometry_url
from dashboard.services import Services
from dashboard.view import CELLS, View, position, table_level
from dashboard.wall import marks
from dashboard.wall.ids import CHOSEN, FRAME, LAYERS, LEVEL, MAP, METRIC, PERIOD, PULSE
from dashboard.wall.incidents import MARKS
from dashboard.wall.shading import shade, with_hotspots
from data import shapes
from data.hotspot import judge
from data.metrics.asking import ask
from data.metrics.registry import METRICS
from data.site import Site
from data.warehouse import Warehouse
from errors import BadQuestion
from words import say, say_error

AREAS = "areas-layer"
OUTLINE = "outline-layer"
NAMES = "names-layer"
ROADS = "roads-layer"
SQUADS = "squads-layer"
STATIONS = "stations-layer"
ROUTES = "routes-layer"
HOTSPOTS = "hotspots-layer"
LEGEND = "legend"
NOTE = "map-note"
#: share of the site added around it
MARGIN = 0.01
#: pixels kept free for the pickers above
PADDING = {"paddingTopLeft": [12, 60], "paddingBottomRight": [12, 84]}


def _js(name: str) -> dict[str, str]:
    """A function of assets/map.js by name."""
    return {"variable": f"gridcommand.{name}"}


def _standing(view: View, bounds: tuple[float, float, float, float] | None) -> dict[str, Any]:
    """Where the map stands: as the address says, else the whole site."""
    at = position(view)
    if at:
        return {"center": [at[0], at[1]], "zoom": at[2]}
    if bounds is None:
        return {"center": [30.0, 114.0], "zoom": 4}
    west, south, east, north = bounds
    x, y = (east - west) * MARGIN, (north - south) * MARGIN
    return {"bounds": [[south - y, west - x], [north + y, east + x]], "boundsOptions": PADDING}


def leaflet(view: View, bounds: tuple[float, float, float, float] | None) -> dl.Map:
    """The map with all its layers, empty until the callbacks fill them; panes fix what lies on what."""
    look = {"theme": view.theme, "lang": view.lang}
    layers = [
        dl.Pane(
            dl.GeoJSON(id=AREAS, style=_js("areaStyle"), onEachFeature=_js("areaTip"), hideout=look),
            name="areas", style={"zIndex": 401},
        ),
        dl.Pane(dl.GeoJSON(id=ROADS, style=_js("roadStyle"), hideout=look, interactive=False), name="roads",
                style={"zIndex": 410}),
        dl.Pane(dl.GeoJSON(id=OUTLINE, style=_js("outlineStyle"), hideout=look, interactive=False), name="outline",
                style={"zIndex": 415}),
        dl.Pane(dl.GeoJSON(id=ROUTES, style=_js("routeStyle"), hideout=look, interactive=False), name="through",
                style={"zIndex": 430}),
        dl.Pane(
            [
                dl.GeoJSON(id=STATIONS, pointToLayer=_js("stationAt"), hideout=look),
                dl.GeoJSON(id=HOTSPOTS, pointToLayer=_js("hotAt"), hideout=look),
                dl.GeoJSON(id=SQUADS, pointToLayer=_js("squadAt"), hideout=look),
                dl.GeoJSON(id=MARKS, pointToLayer=_js("incidentAt"), hideout=look),
            ],
            name="marks", style={"zIndex": 450},
        ),
        dl.Pane(dl.GeoJSON(id=NAMES, pointToLayer=_js("nameAt"), hideout=look, interactive=False), name="names",
                style={"zIndex": 455, "pointerEvents": "none"}),
        dl.ScaleControl(imperial=False, position="bottomright"),
        dl.ZoomControl(position="bottomright"),
    ]  # fmt: skip
    return dl.Map(
        layers, id=MAP, preferCanvas=True, zoomControl=False, attributionControl=False, zoomSnap=0.25, zoomDelta=0.5,
        trackViewport=False, eventHandlers={"moveend": _js("moved")}, style={"position": "absolute", "inset": 0},
        **_standing(view, bounds),
    )  # fmt: skip


def panel(view: View, site: Site, bounds: tuple[float, float, float, float] | None, pickers: html.Div) -> html.Main:
    """The map, the pickers above it and the legend below."""
    return html.Main(
        [
            leaflet(view, bounds),
            pickers,
            html.Div(id=LEGEND, className="legend", **{"aria-live": "polite"}),  # type: ignore[arg-type]
            html.Div(id=NOTE, className="map-note", role="status"),
        ],
        className="map-panel",
        **{"aria-label": say("Map", view.lang)},  # type: ignore[arg-type]
    )


@dataclass(frozen=True)
class Picture:
    """What the map shows of one question: address of the shapes, shading, legend, a note over the map, hotspots."""

    url: str
    hideout: dict[str, Any]
    legend: list[Any]
    note: str = ""
    hotspots: dict[str, Any] = field(default_factory=lambda: marks.EMPTY)


def picture(
    warehouse: Warehouse, *, metric: str, level: str, period: str, hotspots: bool, frame: dict[str, str]
) -> Picture:
    """The shapes of a level shaded by a metric, and where incidents cluster; what cannot be asked is said."""
    lang, theme = frame["lang"], frame["theme"]
    if level not in CELLS and not warehouse.site.levels:
        return Picture("", {}, [], say("No areas are loaded.", lang))
    url = geometry_url(warehouse, level)
    try:
        shading = shade(ask(warehouse, metric, by=level, since=period), lang=lang, theme=theme)
    except BadQuestion as error:
        bare = {"theme": theme, "lang": lang, "thin": True, "label": METRICS[metric].label.in_(lang)}
        return Picture(url, bare | {"nothing": say("no data", lang)}, [], say_error(error, lang))
    if not hotspots:
        return Picture(url, shading.hideout, shading.legend)
    hots = judge(warehouse, ask(warehouse, "volume", by=level, since=period))
    shading = with_hotspots(shading, hots, lang)
    rings = marks.hotspot_marks(hots, shapes.centres(warehouse, level), lang)
    return Picture(url, shading.hideout, shading.legend, hotspots=rings)


def register(app: Dash, services: Services) -> None:
    """Fill the layers: shapes and shading, marks, roads, names."""

    @app.callback(
        Output(AREAS, "url"), Output(AREAS, "hideout"), Output(LEGEND, "children"), Output(NOTE, "children"),
        Output(HOTSPOTS, "data"),
        Input(METRIC, "value"), Input(LEVEL, "value"), Input(PERIOD, "value"), Input(LAYERS, "value"),
        Input(PULSE, "data"), State(FRAME, "data"),
    )  # fmt: skip
    def shading(
        metric: str, level: str, period: str, layers: list[str], _: Any, frame: dict[str, str]
    ) -> tuple[str, dict[str, Any], list[Any], str, dict[str, Any]]:
        found = picture(
            services.stores.warehouse(), metric=metric, level=level, period=period, hotspots="hotspots" in layers,
            frame=frame,
        )  # fmt: skip
        return found.url, found.hideout, found.legend, found.note, found.hotspots

    @app.callback(
        Output(MARKS, "data"), Output(MARKS, "hideout"), Output(SQUADS, "data"), Output(STATIONS, "data"),
        Input(LAYERS, "value"), Input(CHOSEN, "data"), Input(PULSE, "data"), State(FRAME, "data"),
    )  # fmt: skip
    def points(layers: list[str], chosen: str, _: Any, frame: dict[str, str]) -> tuple[Any, Any, Any, Any]:
        warehouse = services.stores.warehouse()
        board, lang = services.stores.board(warehouse), frame["lang"]
        return (
            marks.incident_marks(board, warehouse.site, lang) if "incidents" in layers else marks.EMPTY,
            {**frame, "selected": chosen or ""},
            marks.squad_marks(board.squads, lang) if "squads" in layers else marks.EMPTY,
            marks.station_marks(board.stations, lang) if "stations" in layers else marks.EMPTY,
        )

    @app.callback(
        Output(ROADS, "url"), Output(NAMES, "url"), Output(OUTLINE, "url"),
        Input(LAYERS, "value"), Input(LEVEL, "value"), Input(PULSE, "data"),
    )  # fmt: skip
    def lines(layers: list[str], level: str, _: Any) -> tuple[str, str, str]:
        warehouse = services.stores.warehouse()
        roads = shapes.roads_hash(warehouse) if "roads" in layers else ""
        above = table_level(warehouse.site)
        has_areas = above in warehouse.site.levels
        names = f"/api/names/{above}.geojson?v={shapes.areas_hash(warehouse, above)}" if has_areas else ""
        return (
            f"/api/roads.geojson?v={roads}" if roads else "",
            names if "names" in layers else "",
            geometry_url(warehouse, above) if has_areas and level != above else "",
        )

    app.clientside_callback(
        ClientsideFunction("gridcommand", "remember"), Input(AREAS, "hideout"), prevent_initial_call=True
    )

"""Put the wall together for one site and one view, and keep the view in the address."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html

from dashboard.ids import ADDRESS, NOTICE
from dashboard.services import Services
from dashboard.view import FIRST_METRICS, View, default_view, read_view
from dashboard.wall import bar, detail, incidents, map, numbers, pickers, townships
from dashboard.wall.ids import CHOSEN, FRAME, LAYERS, LEVEL, METRIC, PERIOD, PULSE
from data import shapes
from data.board import has_incidents
from data.metrics.asking import ask
from data.warehouse import Warehouse
from words import say

LOST = "lost"


def wall(warehouse: Warehouse, services: Services, view: View, unknown: tuple[str, ...]) -> html.Div:
    """The whole page of one view, its parts still empty."""
    site, lang = warehouse.site, view.lang
    banner = say("Unknown in the address, so left out: {keys}", lang, keys=", ".join(unknown)) if unknown else ""
    return html.Div(
        [
            dcc.Store(id=FRAME, data={"lang": lang, "theme": view.theme}),
            dcc.Store(id=CHOSEN, data=view.incident),
            dcc.Store(id=PULSE, data=None),
            bar.ticks(services),
            bar.bar(site, view),
            numbers.panel(lang),
            html.Aside([incidents.panel(lang), detail.panel(lang)], className="worst"),
            map.panel(view, site, shapes.bounds(warehouse), pickers.pickers(site, view)),
            townships.panel(site, view),
            html.Div(banner, id=NOTICE, className="banner is-shown" if banner else "banner", role="alert"),
            html.Div(say("Connection lost: figures are old.", lang), id=LOST, className="banner", role="alert"),
        ],
        className="wall",
        lang="zh-CN" if lang == "zh" else "en",
        **{"data-theme": view.theme, "data-every": f"{services.refresh_seconds * 1000}"},  # type: ignore[arg-type]
    )


def opening(warehouse: Warehouse) -> View:
    """What this site's wall opens on: the first metric its data can say something of."""
    metric = next((key for key in FIRST_METRICS if not ask(warehouse, key).note.en), FIRST_METRICS[-1])
    return default_view(warehouse.site, metric=metric, has_incidents=has_incidents(warehouse))


def build(services: Services, _: str, search: str) -> tuple[Any, str]:
    """The wall the address asks for, and its theme."""
    warehouse = services.stores.warehouse()
    view, unknown = read_view(search, warehouse.site, start=opening(warehouse))
    return wall(warehouse, services, view, unknown), view.theme


def register(app: Dash, services: Services) -> None:
    """Write every choice back into the address; fill the parts."""
    app.clientside_callback(
        ClientsideFunction("gridcommand", "address"),
        Input(METRIC, "value"), Input(LEVEL, "value"), Input(PERIOD, "value"), Input(LAYERS, "value"),
        Input(CHOSEN, "data"), State(FRAME, "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("gridcommand", "change"),
        Output(ADDRESS, "search"),
        Input(bar.LANGUAGE, "n_clicks"), Input(bar.THEME, "n_clicks"), State(FRAME, "data"),
        prevent_initial_call=True,
    )  # fmt: skip

    for part in (bar, numbers, incidents, map, detail, townships):
        part.register(app, services)

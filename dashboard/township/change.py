"""Show what a change is made of: which value, against what, its places on a map and its split beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html

from dashboard.services import Services
from dashboard.township.changed import LAYER, hideout, leaflet, legend
from dashboard.township.ids import BASE, FRAME, MEASURE
from dashboard.township.split import split
from dashboard.township.values import CARD
from data.metrics.registry import METRICS
from data.warehouse import Warehouse
from data.weekly import Weekly, read_week, weekly
from data.weekly.against import BASES, Against, against
from data.weekly.values import MEASURES
from words import Words, say

LEGEND = "weekly-map-legend"
SPLIT = "weekly-split"
BASE_WORDS = {
    "usual": Words("past weeks", "平常"),
    "last": Words("last week", "上周"),
    "year": Words("a year ago", "上年同期"),
}


def panel(
    warehouse: Warehouse, page: Weekly, chosen: Against, when: html.Section, lang: str, theme: str
) -> html.Section:
    """The choice of what it is held against, the map, ``when`` under it, and the split."""
    bases = [{"value": base, "label": BASE_WORDS[base].in_(lang)} for base in BASES]
    choice = dmc.SegmentedControl(id=BASE, value=chosen.base, data=bases, size="xs", transitionDuration=0)
    against_what = [html.Span(say("against", lang), className="quiet"), choice]
    head = [html.H2(say("What the change is made of", lang)), html.Div(against_what, className="against")]
    keys = html.Div(legend(chosen, lang), id=LEGEND, className="keys")
    drawn = html.Div([leaflet(warehouse, page, chosen, lang, theme), keys], className="weekly-map")
    told = html.Div(split(warehouse, page, chosen, lang), id=SPLIT, className="split")
    return html.Section(
        [
            dcc.Store(id=MEASURE, data=chosen.value.metric.key),
            html.Div(head, className="section-head"),
            html.Div([html.Div([drawn, when], className="change-left"), told], className="change-body"),
        ],
        className="change",
    )


def first_choice(page: Weekly, measure: str, base: str) -> tuple[str, str]:
    """What a page opens on: the value that got worst, against its past; else the first that says something."""
    worse = [one.value.metric.key for one in page.worse]
    order: Sequence[str] = (*worse, "arrival_rate_15", *MEASURES)
    told = {value.metric.key for value in page.values if value.now.value is not None}
    found = measure or next((key for key in order if key in told), MEASURES[0])
    value = next(value for value in page.values if value.metric.key == found)
    return found, base or ("usual" if value.verdict.past_first else "last")


def register(app: Dash, services: Services) -> None:
    """Show another value, or hold it against something else, without building the page anew."""
    app.clientside_callback(
        ClientsideFunction("weekly", "measure"),
        Output(MEASURE, "data"), Input({"type": CARD, "measure": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("weekly", "address"),
        Input(MEASURE, "data"), Input(BASE, "value"), State(FRAME, "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    app.clientside_callback(ClientsideFunction("weekly", "changed"), Input(LAYER, "hideout"))

    @app.callback(
        Output(LAYER, "hideout"), Output(LEGEND, "children"), Output(SPLIT, "children"),
        Input(MEASURE, "data"), Input(BASE, "value"), State(FRAME, "data"), prevent_initial_call=True,
    )  # fmt: skip
    def choose(measure: str, base: str, frame: dict[str, str]) -> tuple[Any, Any, Any]:
        warehouse, lang = services.stores.warehouse(), frame["lang"]
        page = weekly(warehouse, frame["code"], week=read_week(frame["week"]))
        found = against(warehouse, page, METRICS[measure].key, base if base in BASES else "last")
        look = hideout(warehouse, page, found, lang, frame["theme"])
        return look, legend(found, lang), split(warehouse, page, found, lang)

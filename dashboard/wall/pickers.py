"""Let a person choose what the map shows: metric, level, period, layers."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.view import CELLS, LAYERS, View
from dashboard.wall import ids
from data.metrics.groupings import GROUPINGS
from data.metrics.registry import METRICS
from data.periods import RELATIVE
from data.site import Site
from words import Words, say

LAYER_WORDS = {
    "incidents": Words("open incidents", "待处置事件"),
    "squads": Words("squads", "队伍"),
    "stations": Words("stations", "驻点"),
    "roads": Words("roads", "道路"),
    "hotspots": Words("hotspots", "热点"),
    "names": Words("names", "地名"),
}
KINDS = {
    "share": Words("rates", "比率"),
    "seconds": Words("times", "用时"),
    "count": Words("counts", "数量"),
    "score": Words("clusters", "聚集"),
}


def metric_options(lang: str) -> list[dict[str, Any]]:
    """The metrics that can be shown by area, under what kind they are."""
    shown = [metric for metric in METRICS.values() if "township" in metric.groupings]
    return [
        {
            "group": words.in_(lang),
            "items": [{"value": m.key, "label": m.label.in_(lang)} for m in shown if m.kind == kind],
        }
        for kind, words in KINDS.items()
        if any(m.kind == kind for m in shown)
    ]


def level_options(site: Site, lang: str) -> list[dict[str, str]]:
    """The site's levels under the site's names, then the cells."""
    own = [{"value": level, "label": site.label(level).in_(lang)} for level in site.levels]
    return own + [{"value": cell, "label": GROUPINGS[cell].label.in_(lang)} for cell in CELLS]


def period_options(lang: str) -> list[dict[str, str]]:
    """The relative periods; the server resolves them at every question, so that "today" does not stick."""
    return [{"value": key, "label": words.in_(lang)} for key, (words, _) in RELATIVE.items()]


def _select(id_: str, label: str, value: str, data: list[Any], css: str, *, searchable: bool = False) -> dmc.Select:
    return dmc.Select(
        id=id_, value=value, data=data, className=css, allowDeselect=False, searchable=searchable,
        maxDropdownHeight=560,
        comboboxProps={"transitionProps": {"duration": 0}}, **{"aria-label": label},  # type: ignore[arg-type]
    )  # fmt: skip


def pickers(site: Site, view: View) -> html.Div:
    """The row of choices over the map."""
    lang = view.lang
    choices = dmc.CheckboxGroup(
        html.Div(
            [dmc.Checkbox(value=layer, label=LAYER_WORDS[layer].in_(lang)) for layer in LAYERS],
            className="layer-choices",
        ),
        id=ids.LAYERS,
        value=list(view.layers),
    )
    layers = html.Details(
        [
            html.Summary([say("Layers", lang), " ▾"], className="layers-button"),
            html.Div(choices, className="layers-drop"),
        ],
        className="layers",
    )
    return html.Div(
        [
            _select(
                ids.METRIC, say("Metric", lang), view.metric, metric_options(lang), "picker-metric", searchable=True
            ),
            _select(ids.LEVEL, say("Level", lang), view.level, level_options(site, lang), "picker-level"),
            _select(ids.PERIOD, say("Period", lang), view.period, period_options(lang), "picker-period"),
            layers,
            html.A(say("Analyst", lang), href=f"/analyst?lang={lang}&theme={view.theme}", className="to-analyst"),
        ],
        className="pickers",
    )

"""Show when and where a unit's incidents were: hours by weekdays, and H3 cells week by week."""

from __future__ import annotations

from typing import Any

import dash_leaflet as dl
import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html

from dashboard.geometry import geometry_url
from dashboard.services import Services
from dashboard.township.changed import standing
from dashboard.township.ids import AT
from data.metrics.groupings import WEEKDAYS
from data.warehouse import Warehouse
from data.weekly import Weekly
from data.weekly.heat import CellWeeks, Hours
from geo.classify import classify
from words import say

CELLS = "weekly-cells"
CELL_MAP = "weekly-cell-map"
PLAY = "weekly-play"
BEAT = "weekly-beat"
SAID = "weekly-cell-said"
#: shades of a count, and milliseconds a week is shown for while playing
SHADES, BEAT_MS = 5, 700


def breaks_of(counts: list[int]) -> list[float]:
    """Upper bounds of the shades of counts above 0, by quantiles; fewer where there are few different counts."""
    above = [float(count) for count in counts if count > 0]
    if not above:
        return []
    found = classify(above, method="quantiles", k=SHADES)
    return [interval.upper if interval.upper is not None else max(above) for interval in found.intervals]


def shade_of(count: int, breaks: list[float]) -> int:
    """0 for none, then 1 for the lightest shade."""
    return 0 if count <= 0 else 1 + sum(count > edge for edge in breaks[:-1])


def hours_panel(hours: Hours, lang: str) -> html.Section:
    """A table of 7 by 24, shaded; a cell says its count when pointed at, and to those who do not see it."""
    breaks = breaks_of([count for row in hours for count in row])
    days = [WEEKDAYS[day].in_(lang) for day in range(7)]
    head = html.Tr([html.Td(""), *(html.Th(_hour_word(hour), scope="col") for hour in range(24))])
    rows = [
        html.Tr([html.Th(day[-1] if lang == "zh" else day[:2], scope="row", title=day),
                 *(_hour(day, hour, count, shade_of(count, breaks)) for hour, count in enumerate(row))])
        for day, row in zip(days, hours, strict=True)
    ]  # fmt: skip
    total = sum(map(sum, hours))
    title = html.H2([say("When: hour and weekday", lang), " ", html.Span(_incidents(total, lang), className="quiet")])
    return html.Section([title, html.Table([html.Thead(head), html.Tbody(rows)], className="hours")], className="when")


def _hour_word(hour: int) -> Any:
    """Every third hour is shown, the others are there to be read out."""
    return f"{hour}" if hour % 3 == 0 else html.Span(f"{hour}", className="unseen")


def _hour(day: str, hour: int, count: int, shade: int) -> html.Td:
    return html.Td(
        html.Span(f"{count}", className="unseen"), className=f"shade-{shade}", title=f"{day} {hour:02}:00 · {count}"
    )


def _incidents(count: int, lang: str) -> str:
    return say("{n} incidents", lang, n=f"{count:,}")


def cells_panel(warehouse: Warehouse, page: Weekly, cells: CellWeeks, lang: str, theme: str) -> html.Section:
    """The map of cells, a slider over the weeks, and a button that plays them."""
    last = len(cells.weeks) - 1
    look = {
        "theme": theme, "lang": lang, "weeks": list(cells.counts), "at": last,
        "codes": sorted(set().union(*cells.counts)),
        "breaks": breaks_of([count for week in cells.counts for count in week.values()]),
        "said": [week_words(cells, i, lang) for i in range(len(cells.weeks))],
        "label": say("incidents", lang),
    }  # fmt: skip
    layers = [
        dl.Pane(
            dl.GeoJSON(
                id=CELLS, url=geometry_url(warehouse, cells.size), filter=_js("known"), style=_js("cellStyle"),
                onEachFeature=_js("cellTip"), hideout=look,
            ),
            name="cells", style={"zIndex": 401},
        ),
        dl.Pane(
            dl.GeoJSON(
                url=geometry_url(warehouse, page.unit.level), filter=_js("known"), style=_js("outlineStyle"),
                hideout={"theme": theme, "codes": [page.unit.code]}, interactive=False,
            ),
            name="around", style={"zIndex": 410, "pointerEvents": "none"},
        ),
        dl.ZoomControl(position="topright"),
    ]  # fmt: skip
    shown = dl.Map(
        layers, id=CELL_MAP, preferCanvas=False, zoomControl=False, attributionControl=False, zoomSnap=0, zoomDelta=0.5,
        scrollWheelZoom=False, trackViewport=False, **standing(warehouse, page),
    )  # fmt: skip
    slider = dmc.Slider(
        id=AT, min=0, max=max(last, 1), step=1, value=last, label=None, disabled=last < 1, size="sm",
        thumbLabel=say("Week", lang),
    )  # fmt: skip
    return html.Section(
        [
            html.H2(say("Where: week by week", lang)),
            html.Div(
                [
                    html.Button("▶", id=PLAY, className="tool", disabled=last < 1, title=say("Play", lang),
                                **{"aria-label": say("Play", lang), "aria-pressed": "false"}),  # type: ignore[arg-type]
                    html.Div(slider, className="slider"),
                    html.Div(week_words(cells, last, lang), id=SAID, className="cell-said", **{"aria-live": "polite"}),  # type: ignore[arg-type]
                ],
                className="player",
            ),
            html.Div(shown, className="weekly-map"),
            dcc.Interval(id=BEAT, interval=BEAT_MS, disabled=True),
        ],
        className="where",
    )  # fmt: skip


def week_words(cells: CellWeeks, at: int, lang: str) -> str:
    """A week of the slider and what it counts."""
    return f"{cells.weeks[at].label.in_(lang)} · {_incidents(sum(cells.counts[at].values()), lang)}"


def _js(name: str) -> dict[str, str]:
    return {"variable": f"gridcommand.weekly.{name}"}


def register(app: Dash, _: Services) -> None:
    """Move through the weeks by hand, or play them; all of it in the browser."""
    app.clientside_callback(
        ClientsideFunction("weekly", "cells"),
        Output(CELLS, "hideout"), Output(SAID, "children"), Input(AT, "value"), State(CELLS, "hideout"),
        prevent_initial_call=True,
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("weekly", "play"),
        Output(BEAT, "disabled"), Output(AT, "value"), Output(PLAY, "children"), Output(PLAY, "aria-pressed"),
        Input(PLAY, "n_clicks"), Input(BEAT, "n_intervals"), State(AT, "value"), State(AT, "max"),
        State(BEAT, "disabled"), prevent_initial_call=True,
    )  # fmt: skip

"""List the eight worst open incidents with their countdowns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, html

from dashboard.services import Services
from dashboard.wall.ids import CHOSEN, FRAME, PULSE
from dashboard.wall.numbers import GLYPHS
from dashboard.writing import local_text
from data.board import Board, Clock, Open
from data.site import Site
from words import say

LIST = "worst-list"
HEAD = "worst-head"
ROW = "worst-row"
MARKS = "incident-marks"
BACK = "back-to-list"
MOST = 8


def clock_label(clock: Clock | None, lang: str) -> str:
    """What the countdown counts."""
    if clock is None:
        return say("no deadline", lang)
    if clock.kind == "arrival":
        return say("overtime on scene", lang) if clock.left < 0 else say("left to arrive", lang)
    return say("overdue for closure", lang) if clock.left < 0 else say("left to close", lang)


def countdown(clock: Clock | None, *, runs: bool) -> html.Span:
    """The time left or over; the browser writes it and, where the site's clock runs, counts on (assets/wall.js)."""
    if clock is None:
        return html.Span("–", className="countdown")
    glyph = [html.Span(GLYPHS[clock.state], className="glyph")] if clock.state in GLYPHS else []
    marks = {"data-left": f"{clock.left:.0f}", "data-due": f"{clock.due.isoformat()}Z" if runs else ""}
    return html.Span([*glyph, html.Span(**marks)], className="countdown")  # type: ignore[arg-type]


def place_of(one: Open, lang: str) -> str:
    """Township and finest area, each once."""
    parts = dict.fromkeys(part for part in (one.township.in_(lang), one.place.in_(lang)) if part)
    return " · ".join(parts) or say("no place given", lang)


def row(one: Open, site: Site, now: datetime, lang: str) -> html.Button:
    """One incident as a button: what, where, since when, and its countdown."""
    clock = one.clock
    return html.Button(
        [
            html.Div(
                [
                    html.Div(one.item.in_(lang), className="worst-item"),
                    html.Div(place_of(one, lang), className="worst-place"),
                ],
                style={"minWidth": 0},
            ),
            html.Div(
                [
                    countdown(clock, runs=site.as_of is None),
                    html.Div(clock_label(clock, lang), className="countdown-label"),
                ],
                className="worst-time",
            ),
        ],
        id={"type": ROW, "incident": one.id},
        className=f"worst-row state-{one.state}",
        title=say("reported {at}", lang, at=local_text(site, one.opened_at, now=now)),
    )


def head(board: Board, lang: str) -> list[Any]:
    """The panel's heading: how many of how many."""
    total = len(board.incidents)
    return [
        html.H2(say("The worst {n}", lang, n=min(MOST, total)) if total else say("Open incidents", lang)),
        html.Span(say("{n} open", lang, n=f"{total:,}")),
    ]


def rows(board: Board, site: Site, lang: str) -> list[Any]:
    """The worst incidents, or why there is none."""
    if not board.has_incidents:
        return [html.Div(say("No incidents are loaded: this place has a map only.", lang), className="empty")]
    if not board.incidents:
        return [html.Div(say("No incident is open.", lang), className="empty")]
    return [row(one, site, board.now, lang) for one in board.incidents[:MOST]]


def panel(lang: str) -> html.Section:
    """The list's place."""
    return html.Section(
        [html.Div(id=HEAD, className="panel-head"), html.Div(id=LIST, className="worst-list")],
        id="worst-panel",
        style={"display": "contents"},
        **{"aria-label": say("The worst open incidents", lang)},  # type: ignore[arg-type]
    )


def register(app: Dash, services: Services) -> None:
    """Write the list at every pulse; keep which incident is chosen."""

    @app.callback(
        Output(HEAD, "children"), Output(LIST, "children"),
        Input(PULSE, "data"), State(FRAME, "data"), prevent_initial_call=True,
    )  # fmt: skip
    def worst(_: dict[str, Any], frame: dict[str, str]) -> tuple[list[Any], list[Any]]:
        warehouse = services.stores.warehouse()
        board = services.stores.board(warehouse)
        return head(board, frame["lang"]), rows(board, warehouse.site, frame["lang"])

    app.clientside_callback(
        ClientsideFunction("gridcommand", "choose"),
        Output(CHOSEN, "data"),
        Input({"type": ROW, "incident": ALL}, "n_clicks"), Input(MARKS, "n_clicks"), Input(BACK, "n_clicks"),
        State(MARKS, "clickData"), State(CHOSEN, "data"),
        prevent_initial_call=True,
    )  # fmt: skip

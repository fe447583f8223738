"""Head the wall: whose it is, who is on duty, how old the data is, what time it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.ids import NOTICE
from dashboard.services import Services
from dashboard.view import View
from dashboard.wall.ids import FRAME, PULSE
from dashboard.writing import age_text
from data.board import Board
from data.site import Site
from words import say

AGE = "data-age"
LANGUAGE = "switch-language"
THEME = "switch-theme"
TICKS = "ticks"


def bar(site: Site, view: View) -> html.Header:
    """The bar; the clock is kept by the browser (assets/wall.js) in the site's zone."""
    lang = view.lang
    badge = [html.Span(say("DEMO DATA", lang), className="bar-badge")] if site.generated else []
    other = say("Language: switch to English", lang) if lang == "zh" else say("Language: switch to Chinese", lang)
    theme = say("Light theme", lang) if view.theme == "dark" else say("Dark theme", lang)
    return html.Header(
        [
            html.H1(site.name.in_(lang), className="bar-name"),
            *badge,
            *_duty(site, lang),
            html.Div(className="bar-space"),
            html.Div(id=AGE, className="bar-age"),
            html.Div(
                className="clock", id="clock", role="timer", **{"aria-label": say("time here", lang)},  # type: ignore[arg-type]
                **{"data-zone": site.zone, "data-fixed": _fixed(site)},  # type: ignore[arg-type]
            ),
            html.Button("EN" if lang == "zh" else "中", id=LANGUAGE, className="bar-tool", title=other,
                        **{"aria-label": other}),  # type: ignore[arg-type]
            html.Button("◐", id=THEME, className="bar-tool", title=theme, **{"aria-label": theme}),  # type: ignore[arg-type]
        ],
        className="bar",
    )  # fmt: skip


def _fixed(site: Site) -> str:
    """The wall-clock text of a closed data set; empty where the clock runs."""
    return f"{site.local(site.as_of):%Y-%m-%d %H:%M}" if site.as_of else ""


def _duty(site: Site, lang: str) -> list[Any]:
    role = say("Duty chief", lang)
    # some sites write the role into the name
    name = site.duty.get("name", "").removeprefix(say("Duty chief", site.language)).strip()
    if not name:
        return []
    return [
        html.Div(
            [role, " ", html.B(name), " ", site.duty.get("phone", "")],
            className="bar-duty",
        )
    ]


def age(site: Site, board: Board, *, lang: str, stale_minutes: int, theme: str = "dark") -> tuple[list[Any], str]:
    """What the bar says of the data, and its class: stale only where the site's clock runs."""
    if site.as_of:
        text = say("closed data set", lang)
        stale = False
    elif board.loaded_at is None:
        text, stale = say("never loaded", lang), True
    else:
        minutes = (board.now - board.loaded_at).total_seconds() / 60
        text, stale = say("loaded {age}", lang, age=age_text(minutes, lang)), minutes > stale_minutes
    books = dcc.Link(say("data version {n}", lang, n=board.version), href=f"/data?lang={lang}&theme={theme}")
    lines = [html.Div(text), html.Div(books)]
    return lines, "bar-age state-stale" if stale else "bar-age"


def pulse_of(board: Board) -> dict[str, Any]:
    """What changes when there is something new to show."""
    return {"version": board.version, "now": f"{board.now.isoformat()}Z"}


def moment_of(pulse: dict[str, Any]) -> datetime:
    """The naive UTC moment of a pulse."""
    return datetime.fromisoformat(pulse["now"].removesuffix("Z"))


def ticks(services: Services) -> dcc.Interval:
    """What makes the wall look again."""
    return dcc.Interval(id=TICKS, interval=services.refresh_seconds * 1000)


def register(app: Dash, services: Services) -> None:
    """Look for something new on every tick, and say how old the data is."""

    @app.callback(
        Output(PULSE, "data"), Output(AGE, "children"), Output(AGE, "className"), Output(NOTICE, "className"),
        Input(TICKS, "n_intervals"), State(PULSE, "data"), State(FRAME, "data"),
    )  # fmt: skip
    def look(looks: int | None, before: dict[str, Any] | None, frame: dict[str, str]) -> tuple[Any, Any, Any, Any]:
        warehouse = services.stores.warehouse()
        board = services.stores.board(warehouse)
        pulse = pulse_of(board)
        said = age(
            warehouse.site, board, lang=frame["lang"], stale_minutes=services.stale_minutes, theme=frame["theme"]
        )
        return (no_update if pulse == before else pulse), *said, "banner" if looks else no_update

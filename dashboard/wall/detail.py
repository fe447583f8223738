"""Show one incident: its clock and moments, and the free squads that would reach it soonest by road."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, html

from dashboard.services import Services
from dashboard.wall import marks
from dashboard.wall.ids import CHOSEN, FRAME, PULSE
from dashboard.wall.incidents import BACK, clock_label, countdown, place_of
from dashboard.wall.map import ROUTES
from dashboard.wall.numbers import GLYPHS
from dashboard.writing import NONE, distance_text, local_text
from data.board import Board, Open, Squad
from data.routing import Candidate, Nearest
from data.site import Site
from data.warehouse import Warehouse
from errors import GridCommandError
from words import Words, say, say_error

DETAIL = "detail"
PANEL = "detail-panel"
LIST_PANEL = "worst-panel"
SHOWN = 3

MOMENTS = {
    "opened_at": Words("reported", "上报"),
    "accepted_at": Words("accepted", "受理"),
    "dispatched_at": Words("dispatched", "派遣"),
    "acknowledged_at": Words("acknowledged", "接单"),
    "on_scene_at": Words("on scene", "到场"),
    "handled_at": Words("handled", "处置"),
}
REFUSED = {
    "beyond": Words("not within the time asked", "所问时间内到不了"),
    "unreachable": Words("no way by road under the one-way rules", "按单行规则无路可达"),
    "off_road": Words("too far from any road", "离道路过远"),
}


def panel(lang: str) -> html.Section:
    """The place of one incident; shown instead of the list."""
    back = html.Button(["← ", say("Back", lang)], id=BACK, className="back")
    return html.Section(
        [
            html.Div([html.H2(say("Incident", lang)), back], className="panel-head"),
            html.Div(id=DETAIL, className="detail", tabIndex=0),
        ],
        id=PANEL,
        style={"display": "none"},
        **{"aria-label": say("Incident", lang)},  # type: ignore[arg-type]
    )


def incident_detail(one: Open, nearest: Nearest, board: Board, site: Site, lang: str) -> list[Any]:
    """The chosen incident and who would reach it; no words, address, caller or phone."""
    clock = one.clock
    sent = [squad for squad in board.squads if squad.incident == one.id]
    return [
        html.Div(one.item.in_(lang), className="detail-title"),
        html.Div(place_of(one, lang), className="detail-place"),
        html.Div(one.source_id, className="detail-id"),
        html.Div(
            [html.Span(clock_label(clock, lang)), countdown(clock, runs=site.as_of is None)],
            className=f"detail-clock state-{one.state}",
        ),
        html.Dl(_moments(one, site, board.now, lang), className="times"),
        *_sent(sent, lang),
        html.H3(say("Nearest free squads", lang)),
        *_ranking(nearest, site, lang),
        html.P(say("Which of them may lawfully act comes with the ledger.", lang), className="note"),
    ]


def _moments(one: Open, site: Site, now: datetime, lang: str) -> list[Any]:
    """The moments reached, then the deadlines that still count."""
    known = [(MOMENTS[key].in_(lang), moment) for key, moment in one.moments.items() if moment]
    if one.clock:
        due = say("be there by", lang) if one.clock.kind == "arrival" else say("close by", lang)
        known.append((due, one.clock.due))
    rows = [html.Div([html.Dt(label), html.Dd(local_text(site, moment, now=now))]) for label, moment in known]
    if one.owner:
        rows.append(html.Div([html.Dt(say("owner", lang)), html.Dd(one.owner)], className="times-wide"))
    return rows


def _sent(squads: list[Squad], lang: str) -> list[Any]:
    if not squads:
        return []
    names = "、".join(f"{squad.name.in_(lang)} ({marks.squad_state(squad, lang)})" for squad in squads)
    return [html.H3(say("Sent", lang)), html.Div(names, className="squad-more")]


def why_no_route(nearest: Nearest, lang: str) -> str:
    """In words: what is missing where no way can be given; empty where ways are given by road."""
    if nearest.mode == "straight":
        return say("No road network is loaded: straight-line distance only, no travel time.", lang)
    if nearest.mode == "roads":
        return ""
    if nearest.lon is None:
        return say("The incident has no position: no way can be given.", lang)
    if not nearest.squads:
        return say("No squads are recorded here.", lang)
    if not nearest.free:
        return say("No squad is free.", lang)
    return say("{n} squads are free; where they start from is not recorded.", lang, n=nearest.free)


def _ranking(nearest: Nearest, site: Site, lang: str) -> list[Any]:
    missing = why_no_route(nearest, lang)
    rows: list[Any] = [html.P(missing, className="note")] if missing else []
    rows += [candidate(one, i + 1, nearest, site, lang) for i, one in enumerate(nearest.candidates)]
    return rows


def candidate(one: Candidate, rank: int, nearest: Nearest, site: Site, lang: str) -> html.Div:
    """One squad: rank, name, distance, minutes, and its ETA against the deadline."""
    late = one.margin is not None and one.margin < 0
    return html.Div(
        [
            html.Div(f"{rank}", className="squad-rank"),
            html.Div(one.squad.name.in_(lang), className="squad-name"),
            html.Div(_minutes(one, lang), className="squad-minutes"),
            html.Div(_against(one, nearest, site, lang), className="squad-eta is-late" if late else "squad-eta"),
            html.Div(_way(one, lang), className="squad-more"),
        ],
        className="squad squad-first" if rank == 1 and one.line else "squad",
        **{"data-squad": one.squad.code},  # type: ignore[arg-type]
    )  # fmt: skip


def _way(one: Candidate, lang: str) -> str:
    """Distance and the first roads; or why there is no way."""
    if one.metres is None:
        return REFUSED[one.status].in_(lang)
    length = distance_text(one.metres, lang)
    if one.status == "straight":
        return say("{distance} in a straight line", lang, distance=length)
    return " · ".join([length, *one.roads[:2]])


def _minutes(one: Candidate, lang: str) -> str:
    return NONE if one.minutes is None else say("{n} min", lang, n=f"{one.minutes:.1f}")


def _against(one: Candidate, nearest: Nearest, site: Site, lang: str) -> str:
    """The ETA, and how it stands to the deadline."""
    if one.eta is None:
        return ""
    eta = say("ETA {at}", lang, at=local_text(site, one.eta, now=nearest.now))
    if one.margin is None:
        return eta
    if one.margin < 0:
        return f"{GLYPHS['red']} {eta} · " + say("{n} min late", lang, n=f"{-one.margin:.0f}")
    return f"{eta} · " + say("{n} min to spare", lang, n=f"{one.margin:.0f}")


def _found(services: Services, warehouse: Warehouse, chosen: str) -> tuple[Open, Nearest, Board] | None:
    board = services.stores.board(warehouse)
    one = next((one for one in board.incidents if one.id == chosen), None)
    if one is None:
        return None
    nearest = services.stores.routes.nearest(warehouse, chosen, k=SHOWN, now=board.now)
    return one, nearest, board


def register(app: Dash, services: Services) -> None:
    """Show the chosen incident and draw the ways to it; without one, show the list."""
    app.clientside_callback(
        ClientsideFunction("gridcommand", "look"), Input(ROUTES, "data"), State(CHOSEN, "data"),
        prevent_initial_call=True,
    )  # fmt: skip

    @app.callback(
        Output(DETAIL, "children"), Output(PANEL, "style"), Output(LIST_PANEL, "style"), Output(ROUTES, "data"),
        Input(CHOSEN, "data"), Input(PULSE, "data"), State(FRAME, "data"),
    )  # fmt: skip
    def chosen(chosen: str, _: Any, frame: dict[str, str]) -> tuple[list[Any], dict[str, str], dict[str, str], Any]:
        shown, hidden = {"display": "contents"}, {"display": "none"}
        if not chosen:
            return [], hidden, shown, marks.EMPTY
        warehouse, lang = services.stores.warehouse(), frame["lang"]
        try:
            found = _found(services, warehouse, chosen)
        except GridCommandError as error:
            return [html.Div(say_error(error, lang), className="empty")], shown, hidden, marks.EMPTY
        if found is None:
            gone = say("This incident is not open here (any more).", lang)
            return [html.Div(gone, className="empty")], shown, hidden, marks.EMPTY
        one, nearest, board = found
        detail = incident_detail(one, nearest, board, warehouse.site, lang)
        return detail, shown, hidden, marks.route_lines(nearest)

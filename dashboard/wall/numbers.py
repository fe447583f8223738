"""Show the seven numbers of the room, 超时 first; colour is their state, never how much they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dash import Dash, Input, Output, State, html

from dashboard.services import Services
from dashboard.wall.ids import FRAME, PULSE
from dashboard.writing import NONE, parts_text, value_text, whole
from data.board import Board
from data.metrics.answer import Answer
from data.metrics.asking import ask
from data.scope import EVERYONE, Scope
from data.warehouse import Warehouse
from words import say

NUMBERS = "numbers"
GLYPHS = {"amber": "▲", "red": "■"}


@dataclass(frozen=True)
class Number:
    """One number: key, label, text, what stands beside it, state (plain, amber, red, stale, none) and its meaning."""

    key: str
    label: str
    text: str
    detail: str = ""
    state: str = "plain"
    meaning: str = ""


def room_numbers(warehouse: Warehouse, board: Board, *, lang: str, scope: Scope = EVERYONE) -> list[Number]:
    """The numbers in their order on the wall (screens.md); none where the site has no incidents."""

    def of(metric: str, **more: Any) -> Answer:
        return ask(warehouse, metric, scope=scope, **more)

    if not board.has_incidents:
        return []

    return [
        _count("overtime", say("Overtime", lang), of("overdue_arrival"), "red", lang),
        _count("pending", say("To handle", lang), of("backlog_open"), "plain", lang),
        _count("soon", say("Over in 30 minutes", lang), of("due_soon_30"), "amber", lang),
        _count("ownerless", say("Ownerless > 5 min", lang), of("ownerless_5"), "red", lang),
        _pairs(board, lang),
        _rate(of("arrival_rate_15", since="today"), lang),
        _quantiles(of("arrival_p50", since="today"), of("arrival_p90", since="today"), lang),
    ]


def _count(key: str, label: str, answer: Answer, state: str, lang: str) -> Number:
    row = whole(answer)
    meaning = answer.metric.definition.in_(lang)
    if row.value is None:
        return Number(key, label, say("not recorded", lang), state="none", meaning=meaning)
    return Number(key, label, f"{row.value:,.0f}", state=state if row.value else "plain", meaning=meaning)


def _pairs(board: Board, lang: str) -> Number:
    label = say("Certified pairs free", lang)
    meaning = say("free squads with at least two officers who hold an enforcement certificate", lang)
    if board.certified_pairs is None:
        return Number("pairs", label, say("not recorded", lang), state="none", meaning=meaning)
    free = sum(squad.free for squad in board.squads)
    detail = say("of {n} squads free", lang, n=free)
    state = "plain" if board.certified_pairs else "red"
    return Number("pairs", label, f"{board.certified_pairs}", detail, state, meaning)


def _rate(answer: Answer, lang: str) -> Number:
    row, metric = whole(answer), answer.metric
    label = say("On scene in 15 min, today", lang)
    meaning = answer.sentence(lang) + " — " + metric.definition.in_(lang)
    if row.value is None:
        text = say("not recorded", lang) if answer.note.en else say("none due yet", lang)
        return Number("arrival_rate", label, text, state="none", meaning=meaning)
    state = "stale" if answer.is_few(row) else "plain"
    return Number("arrival_rate", label, value_text(metric, row.value), parts_text(row), state, meaning)


def _quantiles(half: Answer, most: Answer, lang: str) -> Number:
    label = say("Arrival P50/P90, today", lang)
    row = whole(half)
    meaning = most.metric.definition.in_(lang)
    if row.value is None:
        missing = say("not recorded", lang) if half.note.en else say("none reached yet", lang)
        return Number("arrival", label, missing, state="none", meaning=meaning)
    text = f"{value_text(half.metric, row.value)} / {value_text(most.metric, whole(most).value)}"
    meaning = f"n {row.n:,}. {meaning}"
    return Number("arrival", label, text, say("min", lang), "stale" if half.is_few(row) else "plain", meaning)


def block(number: Number, *, first: bool = False, few: str = "") -> html.Div:
    """One number as it stands on the wall."""
    glyph = [html.Span(GLYPHS[number.state], className="glyph")] if number.state in GLYPHS else []
    title = f"{number.meaning} {few}".strip() if number.state == "stale" else number.meaning
    return html.Div(
        [
            html.Div(number.label, className="number-label"),
            html.Div(
                [
                    html.Span([*glyph, number.text or NONE], className="number-value"),
                    html.Span(number.detail, className="number-detail"),
                ],
                className="number-line",
            ),
        ],
        className=f"number state-{number.state}" + (" number-first" if first else ""),
        title=title,
        **{"data-key": number.key},  # type: ignore[arg-type]
    )


def panel(lang: str) -> html.Section:
    """The place of the numbers."""
    return html.Section(html.Div(id=NUMBERS), className="numbers", **{"aria-label": say("Numbers now", lang)})  # type: ignore[arg-type]


def register(app: Dash, services: Services) -> None:
    """Write the numbers anew at every pulse."""

    @app.callback(Output(NUMBERS, "children"), Input(PULSE, "data"), State(FRAME, "data"), prevent_initial_call=True)
    def numbers(_: dict[str, Any], frame: dict[str, str]) -> list[html.Div]:
        warehouse = services.stores.warehouse()
        found = room_numbers(warehouse, services.stores.board(warehouse), lang=frame["lang"])
        if not found:
            return [html.Div(say("No incidents are loaded: nothing to count.", frame["lang"]), className="empty")]
        few = say("Few cases: read with care.", frame["lang"])
        return [block(number, first=i == 0, few=few) for i, number in enumerate(found)]

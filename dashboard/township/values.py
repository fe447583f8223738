"""Show the four values: this week large, last week and a year ago beside it, and how it stands to its limits."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.writing import NONE, parts_text, value_text
from data.metrics.answer import Row
from data.weekly import Weekly
from data.weekly.limits import FEWEST
from data.weekly.values import Point, Value
from data.weekly.verdict import usual_words
from words import say

#: weeks drawn beside a value
DRAWN = 35
CARD = "weekly-card"
#: colour is never alone
AMBER = "▲"


def panel(page: Weekly, lang: str, chosen: str) -> html.Div:
    """The four values; each is a button that puts itself into the map and the split."""
    return html.Div([card(value, lang, chosen=value.metric.key == chosen) for value in page.values], className="cards")


def card(value: Value, lang: str, *, chosen: bool = False) -> html.Button:
    """One value. Amber only where it is out of its limits for the worse; hatched where it rests on few cases."""
    metric, state = value.metric, state_of(value)
    glyph = [html.Span(AMBER, className="glyph")] if state == "amber" else []
    title = f"{value.note.in_(lang)} {metric.definition.in_(lang)}".strip()
    return html.Button(
        [
            html.Span(metric.label.in_(lang), className="card-label"),
            html.Span(
                [
                    html.Span([*glyph, value_text(metric, value.now.value)], className="card-value"),
                    html.Span(parts_text(value.now), className="card-parts"),
                ],
                className="card-line",
            ),
            html.Span(
                [
                    _compared(say("last week", lang), value, value.last, few=value.few[1]),
                    _compared(say("a year ago", lang), value, value.year, few=value.few[2]),
                ],
                className="card-others",
            ),
            run_chart(value),
            html.Span(standing(value, lang), className="card-standing"),
        ],
        id={"type": CARD, "measure": metric.key},
        className=f"card state-{state}" + (" is-chosen" if chosen else ""),
        title=title,
        **{"aria-pressed": "true" if chosen else "false"},  # type: ignore[arg-type]
    )


def state_of(value: Value) -> str:
    """amber, stale (few cases), none, or plain."""
    if value.now.value is None:
        return "none"
    if value.verdict.state == "worse":
        return "amber"
    return "stale" if value.few[0] else "plain"


def _compared(label: str, value: Value, row: Row | None, *, few: bool) -> html.Span:
    text = value_text(value.metric, row.value) if row is not None else NONE
    css = "card-other is-few" if few else "card-other"
    return html.Span([html.I(label), html.B(text)], className=css, title=parts_text(row) if row else "")


def standing(value: Value, lang: str) -> str:
    """How the value stands to its limits, in words."""
    verdict, usual = value.verdict, usual_words(value)
    if value.note.en:
        return say("not recorded", lang)
    if verdict.state == "none":
        return say("nothing to count", lang)
    if verdict.state == "short":
        return say("past too short: {n} of {fewest} weeks", lang, n=verdict.past, fewest=FEWEST)
    if verdict.state == "in":
        return say("within limits · usually {usual}", lang, usual=usual)
    if verdict.state == "better":
        return say("better than usual: {usual}", lang, usual=usual)
    return say("out of limits · usually {usual}", lang, usual=usual)


def run_chart(value: Value) -> html.Span:
    """The last weeks as dots, the usual as a line, this week's own limits as a band; for the eye only."""
    points = list(value.series[-DRAWN:])
    shown = [point.value for point in points if point.value is not None]
    verdict = value.verdict
    if len(shown) < 2:
        return html.Span(className="run", **{"aria-hidden": "true"})  # type: ignore[arg-type]
    marks = [mark for mark in (verdict.low, verdict.high, verdict.usual) if mark is not None]
    low, high = min([*shown, *marks]), max([*shown, *marks])
    span = (high - low) or 1.0

    def up(at: float) -> float:
        return round(100 * (at - low) / span, 1)

    parts: list[Any] = []
    if verdict.usual is not None:
        bottom = up(verdict.low) if verdict.low is not None else 0.0
        top = up(verdict.high) if verdict.high is not None else 100.0
        parts.append(html.I(className="run-band", style={"bottom": f"{bottom}%", "height": f"{top - bottom}%"}))
        parts.append(html.I(className="run-usual", style={"bottom": f"{up(verdict.usual)}%"}))
    parts += [_dot(i, point, len(points), up(point.value)) for i, point in enumerate(points) if point.value is not None]
    return html.Span(parts, className="run", **{"aria-hidden": "true"})  # type: ignore[arg-type]


def _dot(place: int, point: Point, count: int, bottom: float) -> html.I:
    left = round(100 * place / max(count - 1, 1), 2)
    last = " run-now" if place == count - 1 else ""
    return html.I(className="run-dot" + last, style={"left": f"{left}%", "bottom": f"{bottom}%"}, title=point.week.code)

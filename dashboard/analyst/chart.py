"""Draw an answer as bars: columns in the order of time, else lying bars, the largest first, few cases last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dash import html

from dashboard.writing import NONE, parts_text, unit_text, value_text
from data.metrics.answer import Answer, Row
from data.metrics.groupings import GROUPINGS
from data.metrics.metric import Metric
from words import say

#: groupings drawn from left to right in their own order
ORDERED = ("time", "hour", "weekday")
#: lying bars drawn before the rest is only counted
MOST_BARS = 40
#: columns drawn: the latest
MOST_COLUMNS = 400
#: columns named below, about so many
NAMED = 8


@dataclass(frozen=True)
class Bar:
    """One bar: ``start`` and ``length`` as shares (0 to 1) of the axis, which always holds zero."""

    label: str
    text: str
    parts: str
    start: float
    length: float
    few: bool = False
    below: bool = False


@dataclass(frozen=True)
class Chart:
    """The bars that are drawn, whether they stand in time, the two ends of the axis, and how many there are in all."""

    bars: tuple[Bar, ...]
    ordered: bool
    low: str
    high: str
    total: int


def headed(metric: Metric, lang: str) -> str:
    """A metric's label with its unit, where the label does not say it."""
    label, unit = metric.label.in_(lang), unit_text(metric, lang)
    return f"{label} ({unit})" if unit and unit != label else label


def is_ordered(answer: Answer) -> bool:
    """Whether the groups follow one another."""
    return len(answer.by) == 1 and GROUPINGS[answer.by[0]].naming in ORDERED


def chart(answer: Answer, *, lang: str) -> Chart:
    """The bars of an answer; groups without a value keep their place in time, and have none otherwise."""
    ordered = is_ordered(answer)
    rows = [row for row in answer.rows if row.value is not None or (ordered and row.group is not None)]
    total = len(rows)
    largest = sorted(rows, key=lambda row: (answer.is_few(row), -float(row.value or 0)))
    rows = rows[-MOST_COLUMNS:] if ordered else largest[:MOST_BARS]
    values = [float(row.value) for row in rows if row.value is not None]
    low, high = min([0.0, *values]), max([0.0, *values])
    span = (high - low) or 1.0

    def bar(row: Row) -> Bar:
        value = float(row.value or 0)
        return Bar(
            row.label.in_(lang), value_text(answer.metric, row.value), parts_text(row),
            (min(value, 0.0) - low) / span, abs(value) / span, answer.is_few(row), value < 0,
        )  # fmt: skip

    ends = (value_text(answer.metric, low), value_text(answer.metric, high))
    return Chart(tuple(bar(row) for row in rows), ordered, *ends, total)


def figure(answer: Answer, *, lang: str) -> list[Any]:
    """The chart with its title; what it leaves out is said."""
    drawn = chart(answer, lang=lang)
    title = headed(answer.metric, lang)
    if not drawn.bars:
        return [html.P(say("No value to draw.", lang), className="analyst-empty")]
    note = ""
    if len(drawn.bars) < drawn.total:
        counts = {"n": f"{len(drawn.bars):,}", "all": f"{drawn.total:,}"}
        note = say("the latest {n} of {all}", lang, **counts)
        if not drawn.ordered:
            note = say("the largest {n} of {all}", lang, **counts)
    head = html.Div([html.H2(title), html.Span(note, className="quiet")], className="analyst-head")
    return [head, columns(drawn) if drawn.ordered else bars(drawn)]


def _class(bar: Bar) -> str:
    return "bar-fill" + " is-few" * bar.few + " is-below" * bar.below


def bars(drawn: Chart) -> html.Ol:
    """Lying bars with their names before and their values behind."""
    return html.Ol(
        [
            html.Li(
                [
                    html.Span(bar.label, className="bar-label", title=bar.label),
                    html.Span(
                        html.Span(
                            className=_class(bar),
                            style={"left": f"{bar.start * 100:.2f}%", "width": f"{bar.length * 100:.2f}%"},
                        ),
                        className="bar-track",
                    ),
                    html.Span(bar.text, className="bar-text"),
                ],
                title=f"{bar.label} {bar.text} {bar.parts}".strip(),
            )
            for bar in drawn.bars
        ],
        className="analyst-bars",
    )


def label_class(place: int) -> str:
    """The class of a column's name; on a narrow screen only every third stands."""
    return "column-label is-minor" if place % 3 else "column-label"


def columns(drawn: Chart) -> html.Div:
    """Standing columns, every so many named; their axis says its two ends."""
    step = max(1, -(-len(drawn.bars) // NAMED))
    held = [
        html.Li(
            [
                html.Span(
                    className=_class(bar),
                    style={"bottom": f"{bar.start * 100:.2f}%", "height": f"{bar.length * 100:.2f}%"},
                ),
                html.Span(bar.label if i % step == 0 else "", className=label_class(i // step)),
            ],
            className="column is-none" if bar.text == NONE else "column",
            title=f"{bar.label} {bar.text} {bar.parts}".strip(),
        )
        for i, bar in enumerate(drawn.bars)
    ]
    axis = html.Div([html.Span(drawn.high), html.Span(drawn.low)], className="column-axis")
    return html.Div([axis, html.Ol(held, className="analyst-columns")], className="analyst-time")

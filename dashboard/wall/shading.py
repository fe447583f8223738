"""Turn an answer into what the map shades by: a class for each area, a ramp, and a legend that says what they mean."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from dash import html

from dashboard.writing import parts_text, unit_text, value_text
from data.hotspot import Hot
from data.metrics.answer import Answer
from data.metrics.metric import Metric
from geo.classify import Classes, classify
from words import say

CLASSES = 5
#: z beyond which 90, 95 and 99 % of chance lies (two-sided normal), the legend of a score
Z_BREAKS = (-1.96, -1.645, 1.645, 1.96)


@dataclass(frozen=True)
class Shading:
    """What travels to the map: ``hideout`` for assets/map.js, and the legend in words."""

    hideout: dict[str, Any]
    legend: list[Any] = field(default_factory=list)


def ramp_of(metric: Metric) -> str:
    """The ramp (assets/map.js): orange is where to look, blue is calm; plain blue where neither end is better."""
    if metric.kind == "score":
        return "diverging"
    if metric.better == "none" or metric.additive:
        return "volume"
    return "bad_good" if metric.better == "up" else "good_bad"


def class_values(answer: Answer) -> tuple[Classes, list[str]]:
    """The classes over the groups that rest on enough cases, and those groups in the same order."""
    rows = [row for row in answer.rows if isinstance(row.group, str) and not answer.is_few(row)]
    rows = [row for row in rows if row.value is not None]
    values = [float(row.value or 0) for row in rows]
    if answer.metric.kind == "score":
        found = classify(values, method="user", breaks=Z_BREAKS)
    else:
        found = classify(values, method="quantiles", k=CLASSES)
    return found, [str(row.group) for row in rows]


def shade(answer: Answer, *, lang: str, theme: str) -> Shading:
    """Shade every group of an answer; few cases are hatched and take no part in the classes."""
    classes, groups = class_values(answer)
    metric = answer.metric
    place = dict(zip(groups, classes.index.tolist(), strict=True))
    unit = unit_text(metric, lang) if metric.kind == "seconds" else ""
    values = {
        str(row.group): {
            "c": place.get(str(row.group), -1),
            "t": f"{value_text(metric, row.value)} {unit}".strip(),
            "d": parts_text(row),
            "few": answer.is_few(row),
        }
        for row in answer.rows
        if row.group is not None and row.value is not None
    }
    hideout = {
        "values": values, "classes": len(classes.intervals), "ramp": ramp_of(metric), "theme": theme, "lang": lang,
        "label": metric.label.in_(lang), "nothing": say("no data", lang),
        "few_words": say("few cases: read with care", lang), "thin": len(answer.rows) > 60,
    }  # fmt: skip
    return Shading(hideout, legend(answer, classes, lang=lang, theme=theme))


def with_hotspots(shading: Shading, hots: tuple[Hot, ...], lang: str) -> Shading:
    """The same shading with the edge of significant hot and cold areas drawn, and their odds in the tip."""
    hot = {one.group: 1 if one.kind == "hot" else -1 for one in hots if one.kind in ("hot", "cold")}
    said = {one.group: hot_text(one, lang) for one in hots if one.kind in ("hot", "cold")}
    counted = {what: sum(way == sign for way in hot.values()) for what, sign in (("hot", 1), ("cold", -1))}
    marks = html.Div(
        [
            html.Span([html.I("⊕", className="is-amber"), say("hot spots: {n}", lang, n=counted["hot"])]),
            html.Span([html.I("⊖", className="is-accent"), say("cold spots: {n}", lang, n=counted["cold"])]),
            html.Span(say("Gi*, false discovery rate 5 %", lang)),
        ],
        className="legend-marks",
    )
    return Shading({**shading.hideout, "hot": hot, "hot_words": said}, [*shading.legend, marks])


def hot_text(one: Hot, lang: str) -> str:
    """A hotspot in words: hot or cold, z and the corrected p."""
    what = say("hot spot", lang) if one.kind == "hot" else say("cold spot", lang)
    return say("{what}: z {z}, q {q}", lang, what=what, z=f"{one.z:+.2f}", q=f"{one.q:.3f}")


def legend(answer: Answer, classes: Classes, *, lang: str, theme: str) -> list[Any]:
    """Title, period, a step for each class with how many areas fall in it, and the two fillings that are none."""
    metric = answer.metric
    unit = unit_text(metric, lang)
    unit = "" if unit == metric.label.in_(lang) else unit
    title = f"{metric.label.in_(lang)} ({unit})" if unit else metric.label.in_(lang)
    asked = answer.clauses[0].in_(lang) if answer.clauses else ""
    head = [html.Span(title, className="legend-title"), html.Span(asked, className="legend-sub")]
    rows: list[Any] = [html.Div(head, className="legend-head")]
    if answer.note.en:
        return [*rows, html.Div(answer.note.in_(lang))]
    total = len(classes.intervals)
    steps = [
        _step("swatch", interval_text(metric, interval.lower, interval.upper, first=i == 0), interval.count, lang,
              **{"data-ramp": f"{ramp_of(metric)}:{i}:{total}:{theme}"})
        for i, interval in enumerate(classes.intervals)
    ]  # fmt: skip
    few = sum(answer.is_few(row) for row in answer.rows if row.group is not None)
    none = sum(row.value is None for row in answer.rows if row.group is not None)
    if few:
        steps.append(_step("swatch swatch-few", say("fewer than {n} cases", lang, n=answer.min_n), few, lang))
    if none:
        steps.append(_step("swatch swatch-none", say("no data", lang), none, lang))
    return [*rows, html.Div(steps, className="legend-steps")]


def interval_text(metric: Metric, lower: float | None, upper: float | None, *, first: bool = False) -> str:
    """The bounds of a class as the values are written; an open side as ≤ or >.

    A class holds its upper bound and not its lower one, so that whole numbers begin one above it, but for the first.
    """
    if metric.kind == "count" and lower is not None and not first:
        lower = math.floor(lower) + 1
    if lower is None:
        return f"≤ {value_text(metric, upper)}"
    if upper is None:
        return f"> {value_text(metric, lower)}"
    low, high = value_text(metric, lower), value_text(metric, upper)
    return low if low == high else f"{low} – {high}"


def _step(swatch: str, text: str, count: int, lang: str, **marks: str) -> html.Div:
    return html.Div(
        [html.Span(className=swatch, **marks), html.Span(text, className="legend-text")],  # type: ignore[arg-type]
        className="legend-step",
        title=say("{n} areas", lang, n=f"{count:,}"),
    )

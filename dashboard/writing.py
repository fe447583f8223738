"""Write values, counts and moments the way people read them on a screen."""

from __future__ import annotations

from datetime import datetime

from data.metrics.answer import Answer, Row
from data.metrics.metric import Metric
from data.site import Site
from words import Words, say

NONE = "–"


def value_text(metric: Metric, value: float | int | None) -> str:
    """A value without its unit: percent with the sign, seconds as minutes, counts with separators."""
    if value is None or value != value:
        return NONE
    if metric.kind == "share":
        return f"{value * 100:.1f}%"
    if metric.kind == "seconds":
        return f"{value / 60:.1f}"
    if metric.kind == "score":
        return f"{value:+.2f}"
    return f"{value:,.0f}"


def unit_text(metric: Metric, lang: str) -> str:
    """The unit :func:`value_text` writes in; empty where the value carries it."""
    if metric.kind in ("share", "score"):
        return ""
    return say("min", lang) if metric.kind == "seconds" else metric.unit.in_(lang)


def parts_text(row: Row) -> str:
    """Numerator over denominator; empty where the value is a plain count."""
    if row.denominator is None:
        return ""
    return f"{row.numerator or 0:,.0f}/{row.denominator:,.0f}"


def whole(answer: Answer) -> Row:
    """The only row of an answer asked without grouping."""
    return answer.rows[0] if answer.rows else Row(None, Words("", ""), None, None, None, 0)


def local_text(site: Site, moment: datetime | None, *, now: datetime | None = None) -> str:
    """A naive UTC moment on the site's wall clock; seen from ``now`` without the year, or the day, they share."""
    if moment is None:
        return NONE
    there, here = site.local(moment), site.local(now) if now else None
    if here and there.date() == here.date():
        return f"{there:%H:%M}"
    return f"{there:%m-%d %H:%M}" if here and there.year == here.year else f"{there:%Y-%m-%d %H:%M}"


def age_text(minutes: float, lang: str) -> str:
    """An age in the largest unit that fits."""
    if minutes < 1:
        return say("just now", lang)
    if minutes < 60:
        return say("{n} min ago", lang, n=f"{minutes:.0f}")
    if minutes < 48 * 60:
        return say("{n} h ago", lang, n=f"{minutes / 60:.0f}")
    return say("{n} days ago", lang, n=f"{minutes / 1440:.0f}")


def distance_text(metres: float, lang: str) -> str:
    """A distance in km, or in m under one."""
    return say("{n} m", lang, n=f"{metres:.0f}") if metres < 1000 else say("{n} km", lang, n=f"{metres / 1000:.1f}")

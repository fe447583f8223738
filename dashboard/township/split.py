"""Say what a change is made of: in words, and as a table for place, item and stage."""

from __future__ import annotations

from datetime import timedelta
from math import fsum
from typing import Any

from dash import html

from dashboard.township.changed import out_of, sides
from dashboard.township.values import AMBER
from data.metrics.groupings import GROUPINGS
from data.metrics.naming import label_of_grouping, name_group, names_of
from data.warehouse import Warehouse
from data.weekly import Weekly
from data.weekly.against import Against
from data.weekly.causes import harm
from data.weekly.change import Change
from data.weekly.splits import STAGE
from data.weekly.stages import STAGE_WORDS
from data.weekly.verdict import made_of
from words import say

#: parts listed for each key before the rest is summed
LISTED = 4


def split(warehouse: Warehouse, page: Weekly, chosen: Against, lang: str) -> list[Any]:
    """The split in words and as a table for each key; or why there is none."""
    metric = chosen.value.metric
    if not chosen.by:
        return [html.P(say("Nothing to compare with: one of the two periods has no data.", lang), className="quiet")]
    first = next(iter(chosen.by))
    title = html.P(
        [html.B(metric.label.in_(lang)), " ", period_words(page, chosen, lang), say(": ", lang),
         made_of(metric, chosen.by[first], key_word(warehouse, first, lang), lang)],
        className="split-said",
    )  # fmt: skip
    out = out_of(warehouse, page, chosen)
    tables = [_table(warehouse, key, change, chosen, out, lang) for key, change in chosen.by.items()]
    return [title, *tables]


def period_words(page: Weekly, chosen: Against, lang: str) -> str:
    """Which weeks are held against which."""
    last = chosen.after.until - timedelta(days=1)
    after = f"{chosen.after.since:%m-%d} – {last:%m-%d}"
    if not chosen.before:
        return after
    ends = chosen.before[-1].until - timedelta(days=1)
    return say("{after} against {before}", lang, after=after, before=f"{chosen.before[0].since} – {ends}")


def key_word(warehouse: Warehouse, key: str, lang: str) -> str:
    """What a split is by."""
    return say("stage", lang) if key == STAGE else label_of_grouping(warehouse, key).in_(lang)


def _table(
    warehouse: Warehouse, key: str, change: Change, chosen: Against, out: frozenset[str], lang: str
) -> html.Table:
    metric = chosen.value.metric
    mixed = metric.kind == "share" and key != STAGE
    shown, rest = change.parts[:LISTED], change.parts[LISTED:]
    most = max((abs(part.total) for part in shown), default=0.0) or 1.0
    unit = "" if metric.kind == "count" else say("pp", lang)
    words = [say("by {key}", lang, key=key_word(warehouse, key, lang))]
    words += [say("within", lang), say("mix", lang)] if mixed else []
    heads = [html.Th(text, scope="col") for text in (*words, f"{say('in all', lang)} {unit}".strip())]
    rows = []
    for part in shown:
        name = _name(warehouse, key, part.group, lang)
        marked = key != STAGE and part.group in out
        worse = harm(metric, part.total) > 0
        cells = _cells(metric.kind, part.within, part.mix, mixed=mixed, bar=_bar(part.total / most, worse=worse))
        glyph = [html.Span(AMBER, className="glyph")] if marked else []
        head = html.Th([*glyph, name], scope="row", title=name)
        rows.append(html.Tr([head, *cells], title=sides(part, metric.kind), className="is-out" if marked else ""))
    if rest:
        cells = _cells(metric.kind, fsum(p.within for p in rest), fsum(p.mix for p in rest), mixed=mixed)
        rows.append(html.Tr([html.Th(say("the other {n}", lang, n=len(rest)), scope="row"), *cells]))
    total = [html.Th(say("together", lang), scope="row"), *_cells(metric.kind, change.within, change.mix, mixed=mixed)]
    rows.append(html.Tr(total, className="sum"))
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)])


def _bar(part: float, *, worse: bool) -> html.Span:
    """A bar as long as a part of the largest."""
    bar = html.I(className="part part-worse" if worse else "part", style={"width": f"{abs(part) * 100:.0f}%"})
    return html.Span(bar, className="part-room")


def _cells(kind: str, within: float, mix: float, *, mixed: bool, bar: html.Span | None = None) -> list[Any]:
    """Within, mix and both together; the two apart only where there is a mix."""
    apart = [html.Td(_bare(kind, value)) for value in (within, mix)] if mixed else []
    return [*apart, html.Td([bar or "", html.B(_bare(kind, within + mix))])]


def _bare(kind: str, change: float) -> str:
    """A change with its sign and no unit."""
    text = f"{change:+,.1f}" if kind == "count" else f"{change * 100:+.1f}"
    return "0" if text in ("+0.0", "-0.0") else text.replace("-", "−")


def _name(warehouse: Warehouse, key: str, group: str | None, lang: str) -> str:
    if key == STAGE:
        return STAGE_WORDS[group].in_(lang) if group else say("none", lang)
    return name_group(names_of(warehouse, key), GROUPINGS[key], group).in_(lang)

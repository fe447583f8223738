"""List every table, column and metric from the registries, and find them by their words."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.loads.listing import listing, nothing
from data.metrics.metric import NOTHING, Metric
from data.metrics.registry import METRICS
from data.schema import TABLES, Column, Table
from words import Words, say

PERSONAL = {
    "words": Words("personal: free words", "个人信息：文字内容"),
    "name": Words("personal: a name", "个人信息：姓名"),
    "phone": Words("personal: a phone number", "个人信息：电话"),
    "position": Words("personal: a person's position", "个人信息：人员位置"),
}
KINDS = {
    "reference": Words("reference", "基础表"),
    "fact": Words("facts", "业务表"),
    "book": Words("books of the loads", "装载账"),
}
BETTER = {
    "up": Words("higher is better", "越高越好"),
    "down": Words("lower is better", "越低越好"),
    "none": Words("neither is better", "无好坏之分"),
}
ART_74 = Words("Article 74: never asked, ranked or summed", "行政处罚法第七十四条：不查询、不排名、不汇总")


def dictionary_list(sought: str, lang: str) -> list[Any]:
    """Tables and columns whose names, words or meaning hold every word sought; a table found by name shows all."""
    parts = []
    for table in TABLES.values():
        named = holds(f"{table.name} {table.label.en} {table.label.zh}", sought)
        columns = [one for one in table.columns if named or holds(_words_of(table, one), sought)]
        if columns:
            parts.append(_table(table, columns, lang, opened=bool(sought)))
    return parts or [nothing(say("Nothing here is called that.", lang))]


def metric_list(sought: str, lang: str) -> list[Any]:
    """Metrics whose key, words or definition hold every word sought."""
    found = [metric for metric in METRICS.values() if holds(_said_of(metric), sought)]
    return [_metric(metric, lang) for metric in found] or [nothing(say("Nothing here is called that.", lang))]


def holds(text: str, sought: str) -> bool:
    """Whether ``text`` holds every word of ``sought``, in any case; nothing sought is in everything."""
    held = text.casefold()
    return all(word in held for word in sought.casefold().split())


def _words_of(table: Table, column: Column) -> str:
    return f"{table.name} {column.name} {column.label.en} {column.label.zh} {column.meaning}"


def _said_of(metric: Metric) -> str:
    return " ".join((metric.key, *metric.label, *metric.definition, *metric.numerator, *metric.denominator))


def _table(table: Table, columns: list[Column], lang: str, *, opened: bool) -> html.Details:
    heads = [say("Column", lang), say("Label", lang), say("Type", lang), say("Unit", lang), say("Meaning", lang),
             say("Note", lang)]  # fmt: skip
    rows = [
        [html.Code(one.name), one.label.in_(lang), html.Code(one.type), one.unit, one.meaning, _notes(one, lang)]
        for one in columns
    ]
    label = table.label.in_(lang)
    head = [html.B(label), " ", html.Code(table.name), " ", html.Span(KINDS[table.kind].in_(lang), className="quiet"),
            " ", html.Span(table.meaning, className="quiet", lang="en")]  # fmt: skip
    return html.Details([html.Summary(head), listing(heads, rows, caption=label)], open=opened, className="entry")


def _notes(column: Column, lang: str) -> str:
    notes = [PERSONAL[column.personal].in_(lang)] if column.personal else []
    return "; ".join([*notes, *([ART_74.in_(lang)] if column.art74 else [])])


def _metric(metric: Metric, lang: str) -> html.Section:
    parts = [
        (say("Definition", lang), metric.definition),
        (say("Numerator", lang), metric.numerator),
        (say("Denominator", lang), metric.denominator),
        (say("Which rows count", lang), metric.cohort),
    ]
    told = [html.Div([html.Dt(head), html.Dd(words.in_(lang))]) for head, words in parts if words != NOTHING]
    traits = f"{metric.unit.in_(lang)} · {BETTER[metric.better].in_(lang)}"
    head = [metric.label.in_(lang), " ", html.Code(metric.key), " ", html.Span(traits, className="quiet")]
    return html.Section([html.H3(head), html.Dl(told)], className="entry metric-entry")

"""Show the figures that let a person see whether a load is right."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from dash import html

from dashboard.loads.listing import count_text, listing, nothing
from dashboard.loads.masking import without_numbers
from data import books
from data.warehouse import Warehouse
from etl.labels import check_label, unit_label
from words import say


def checks_section(warehouse: Warehouse, lang: str) -> list[Any]:
    """The newest figures of every source, one table a source."""
    found = books.checks(warehouse)
    if not found:
        return [nothing(say("No check is written down for this version.", lang))]
    lead = say("Computed at load; the newest figure of each. Compare them with what the source itself says.", lang)
    parts = [_source(name, list(group), lang) for name, group in groupby(found, key=lambda one: one.source)]
    return [html.P(lead, className="lead"), html.Div(parts, className="columns")]


def _source(name: str, found: list[books.Checked], lang: str) -> html.Section:
    heads = [say("Check", lang), say("Figure", lang), say("Note", lang)]
    rows = [
        [
            html.Span(check_label(one.check, lang), title=one.check),
            [html.B(count_text(one.value)), f" {unit_label(one.unit, lang)}"],
            without_numbers(one.note),
        ]
        for one in found
    ]
    shown = without_numbers(name)
    return html.Section([html.H3(shown), listing(heads, rows, caption=shown, numbers=(1,))])

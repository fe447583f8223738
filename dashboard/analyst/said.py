"""Say what was asked: the sentence, the definition, the period, the version and the SQL; and hand out the files."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dash import html

from dashboard.analyst.look import Look
from dashboard.analyst.map import is_drawn
from data.export import FORMATS, about
from data.metrics.answer import Answer
from data.warehouse import Warehouse
from words import say

NAMES = {
    "csv": "CSV", "xlsx": "Excel", "parquet": "Parquet", "geoparquet": "GeoParquet", "geojson": "GeoJSON",
    "gpkg": "GPKG",
}  # fmt: skip
#: formats that hold shapes
MAPS = frozenset({"geoparquet", "geojson", "gpkg"})
assert set(NAMES) <= set(FORMATS)


def sentence(answer: Answer, lang: str) -> list[Any]:
    """The whole question in words, how many rows, and the data version."""
    rows = say("{n} rows", lang, n=f"{len(answer.rows):,}")
    version = say("data version {n}", lang, n=answer.version)
    return [html.Strong(answer.sentence(lang)), html.Span(f" · {rows} · {version}", className="quiet")]


def exports(answer: Answer, look: Look) -> list[Any]:
    """A file in each format; those with shapes only where the groups have shapes."""
    lang = look.lang
    asked = [*look.pairs, ("lang", lang)]
    found: list[Any] = [html.Span(say("Export", lang), className="quiet")]
    for ending, name in NAMES.items():
        if ending in MAPS and not is_drawn(answer):
            why = say("Needs one level of areas or one cell size.", lang)
            found.append(html.Span(name, className="analyst-file is-off", title=why, **{"aria-disabled": "true"}))
            continue
        beside = [("beside", "true")] if ending == "csv" else []
        href = f"/api/export?{urlencode([*asked, ('format', ending), *beside])}"
        title = say("figures, and beside them what they mean", lang)
        found.append(html.A(name, href=href, download="", className="analyst-file", title=title))
    return found


def meaning(warehouse: Warehouse, answer: Answer, lang: str) -> list[Any]:
    """What the figures mean, as the files say it: definition, question, period, moment, version, SQL."""
    found: list[Any] = []
    for head, text in about(warehouse, answer, lang=lang):
        held: Any = html.Pre(text, tabIndex=0) if head == "SQL" else text
        found.append(html.Div([html.Dt(head), html.Dd(held)], className="is-wide" if head == "SQL" else ""))
    bound = ", ".join(f"${name} = {value}" for name, value in sorted(answer.values.items()))
    if bound:
        found.append(html.Div([html.Dt(say("bound values", lang)), html.Dd(bound)], className="is-wide"))
    return found

"""List the places of a unit in a table, and the troubles that keep coming back."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
from dash import html

from dashboard.township.things import place_word
from dashboard.township.values import AMBER
from dashboard.writing import parts_text, value_text
from data.metrics.registry import METRICS
from data.site import Site
from data.weekly import Weekly
from data.weekly.places import Again, PlaceRow
from data.weekly.values import MEASURES
from words import say

GRID = "weekly-grid"
#: the table takes the page's colours and letters
LOOK = (
    "{backgroundColor: 'var(--panel)', foregroundColor: 'var(--ink)', headerBackgroundColor: 'var(--raised)',"
    " borderColor: 'var(--line)', fontFamily: 'inherit', fontSize: 14, headerFontSize: 12.5, spacing: 5,"
    " cellHorizontalPaddingScale: 0.55, accentColor: 'var(--accent)'}"
)


def grid_panel(
    page: Weekly, rows: tuple[PlaceRow, ...], out: dict[str, frozenset[str]], site: Site, lang: str
) -> html.Section:
    """The table of places: incidents and the four values, this week and last. It is sorted by what one clicks."""
    word = place_word(page.unit, site, lang)
    table = dag.AgGrid(
        id=GRID, columnDefs=columns(word, lang), rowData=records(rows, out, lang),
        defaultColDef={"sortable": True, "resizable": True, "wrapHeaderText": True, "autoHeaderHeight": True},
        dashGridOptions={
            "theme": {"function": f"themeQuartz.withParams({LOOK})"},
            "suppressDragLeaveHidesColumns": True, "animateRows": False,
        },
        style={"height": "100%", "width": "100%"},
    )  # fmt: skip
    title = html.H2([say("Each {place}", lang, place=word), " ", html.Span(f"{len(rows)}", className="quiet")])
    return html.Section([title, html.Div(table, className="grid-room")], className="all-places")


def columns(word: str, lang: str) -> list[dict[str, Any]]:
    """Name, incidents, then each value with what it was counted from and last week's."""
    last = say("last week", lang)
    found: list[dict[str, Any]] = [
        {"field": "label", "headerName": word, "pinned": "left", "width": 150},
        {"field": "volume", "headerName": METRICS["volume"].label.in_(lang), "type": "rightAligned", "width": 92,
         "sort": "desc"},
        {"field": "volume_last", "headerName": last, "type": "rightAligned", "width": 78},
    ]  # fmt: skip
    for key in MEASURES:
        metric = METRICS[key]
        marked = {"cellClassRules": {"ag-few": f"params.data['{key}_few']", "ag-out": f"params.data['{key}_out']"}}
        found.append(
            {"field": key, "headerName": metric.label.in_(lang), "type": "rightAligned", "width": 96,
             "valueFormatter": {"function": f"params.data['{key}_text']"}, "headerTooltip": metric.definition.in_(lang),
             **marked}
        )  # fmt: skip
        if metric.kind == "share":
            found.append(
                {"field": f"{key}_parts", "headerName": "n/N", "type": "rightAligned", "width": 78, "sortable": False,
                 **marked}
            )  # fmt: skip
        found.append(
            {"field": f"{key}_last", "headerName": last, "type": "rightAligned", "width": 88,
             "valueFormatter": {"function": f"params.data['{key}_last_text']"}}
        )  # fmt: skip
    return found


def records(rows: tuple[PlaceRow, ...], out: dict[str, frozenset[str]], lang: str) -> list[dict[str, Any]]:
    """The rows of the table: numbers to sort by and their texts; ``out`` names the places out of limits by value."""
    found = []
    for row in rows:
        held: dict[str, Any] = {
            "code": row.code, "label": row.label.in_(lang), "volume": row.volume, "volume_last": row.volume_last,
        }  # fmt: skip
        for cell in row.cells:
            key, value = cell.metric.key, cell.now.value if cell.now else None
            before = cell.last.value if cell.last else None
            is_out = row.code in out.get(key, frozenset())
            held[key], held[f"{key}_last"] = value, before
            held[f"{key}_text"] = f"{AMBER} " * is_out + value_text(cell.metric, value)
            held[f"{key}_last_text"] = value_text(cell.metric, before)
            held[f"{key}_parts"] = parts_text(cell.now) if cell.now else ""
            held[f"{key}_few"], held[f"{key}_out"] = cell.few and not is_out, is_out
        found.append(held)
    return found


def repeats_panel(found: tuple[Again, ...], site: Site, lang: str) -> html.Section:
    """The troubles that came back most this week."""
    title = html.H2(say("What came back", lang))
    if not site.repeat_metres:
        return html.Section(
            [title, html.P(say("This site does not judge repeats.", lang), className="quiet")], className="again"
        )
    if not found:
        return html.Section(
            [title, html.P(say("Nothing came back this week.", lang), className="quiet")], className="again"
        )
    heads = (
        say("Place", lang),
        say("Item", lang),
        say("this week", lang),
        say("with earlier", lang),
        say("since", lang),
    )
    rows = [html.Tr(_again(one, site, lang)) for one in found]
    table = html.Table([html.Thead(html.Tr([html.Th(text, scope="col") for text in heads])), html.Tbody(rows)])
    return html.Section([title, table], className="again")


def _again(one: Again, site: Site, lang: str) -> list[Any]:
    item = one.item.in_(lang)
    numbers = (f"{one.times}", f"{one.chain}", f"{site.local(one.first):%m-%d}")
    return [
        html.Th(one.label.in_(lang), scope="row"),
        html.Td(item, className="item", title=item),
        *(html.Td(text, className="n") for text in numbers),
    ]

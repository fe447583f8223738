"""Show an answer as a table: every group, its value, what it was counted from; one sorts it by a click on a head."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag

from dashboard.analyst.chart import headed
from dashboard.writing import parts_text, value_text
from data.metrics.answer import Answer
from data.metrics.groupings import GROUPINGS
from data.metrics.metric import NOTHING
from data.metrics.naming import name_group, names_of
from data.warehouse import Warehouse
from words import say

GRID = "analyst-grid"
#: rows sent to the browser; the files hold all
MOST_ROWS = 20_000
#: the table takes the page's colours and letters
LOOK = (
    "{backgroundColor: 'var(--panel)', foregroundColor: 'var(--ink)', headerBackgroundColor: 'var(--raised)',"
    " borderColor: 'var(--line)', fontFamily: 'inherit', fontSize: 15, headerFontSize: 13, spacing: 5,"
    " accentColor: 'var(--accent)'}"
)


def grid(lang: str) -> dag.AgGrid:
    """The table, empty until the answer comes."""
    return dag.AgGrid(
        id=GRID, columnDefs=[], rowData=[],
        defaultColDef={
            "sortable": True, "resizable": True, "flex": 1, "minWidth": 92, "wrapHeaderText": True,
            "autoHeaderHeight": True,
        },
        dashGridOptions={
            "theme": {"function": f"themeQuartz.withParams({LOOK})"},
            "suppressDragLeaveHidesColumns": True, "animateRows": False,
            "localeText": {"noRowsToShow": say("No rows.", lang)},
        },
        style={"height": "100%", "width": "100%"},
    )  # fmt: skip


def columns(answer: Answer, lang: str) -> list[dict[str, Any]]:
    """A column for each grouping, the value, numerator and denominator where there are both, and the rows behind."""
    metric = answer.metric
    few = {"cellClassRules": {"ag-few": "params.data.few"}}
    found: list[dict[str, Any]] = [
        {"field": f"group{place}", "headerName": words.in_(lang), "minWidth": 140, "flex": 2}
        for place, words in enumerate(answer.by_labels or (NOTHING,))
    ]
    found.append(
        {"field": "value", "headerName": headed(metric, lang),
         "type": "rightAligned", "valueFormatter": {"function": "params.data.text"},
         "headerTooltip": metric.definition.in_(lang), **few}
    )  # fmt: skip
    if metric.denominator != NOTHING:
        for field, head, words in (
            ("numerator", say("numerator", lang), metric.numerator),
            ("denominator", say("denominator", lang), metric.denominator),
        ):
            tip = words.in_(lang)
            found.append({"field": field, "headerName": head, "headerTooltip": tip, "type": "rightAligned", **few})
    found.append({"field": "n", "headerName": say("rows", lang), "type": "rightAligned", **few})
    return found


def records(warehouse: Warehouse, answer: Answer, lang: str) -> list[dict[str, Any]]:
    """The rows of the table: numbers to sort by, texts to read, and whether the value rests on few."""
    names = [names_of(warehouse, key) for key in answer.by]
    groupings = [GROUPINGS[key] for key in answer.by]
    found = []
    for row in answer.rows[:MOST_ROWS]:
        parts = row.group if isinstance(row.group, tuple) else (row.group,)
        held: dict[str, Any] = {
            "value": row.value, "text": value_text(answer.metric, row.value), "numerator": row.numerator,
            "denominator": row.denominator, "n": row.n, "parts": parts_text(row), "few": answer.is_few(row),
            "code": "|".join(part or "" for part in parts),
        }  # fmt: skip
        if answer.by:
            for place, (known, grouping, part) in enumerate(zip(names, groupings, parts, strict=True)):
                held[f"group{place}"] = name_group(known, grouping, part).in_(lang)
        else:
            held["group0"] = row.label.in_(lang)
        found.append(held)
    return found

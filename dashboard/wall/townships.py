"""Compare the townships: a strip of three figures along the foot, and the whole table that opens from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, html

from dashboard.services import Services
from dashboard.view import View, table_level
from dashboard.wall.ids import FRAME, METRIC, PERIOD, PULSE
from dashboard.writing import NONE, parts_text, unit_text, value_text
from data.metrics.answer import Answer, Row
from data.metrics.asking import ask
from data.metrics.registry import METRICS
from data.periods import RELATIVE
from data.scope import EVERYONE, Scope
from data.site import Site
from data.warehouse import Warehouse
from words import say

STRIP = "strip"
OPEN = "open-table"
DRAWER = "table-drawer"
GRID = "table-grid"
TITLE = "table-title"
#: what the strip compares (screens.md)
STRIP_METRICS = ("arrival_rate_15", "on_time_closure_rate", "overdue_backlog")
#: what the table holds, in its order
TABLE_METRICS = (
    "arrival_rate_15", "arrival_p50", "arrival_p90", "closure_rate", "on_time_closure_rate", "backlog_open",
    "overdue_backlog", "volume",
)  # fmt: skip
#: more areas than this do not fit the strip: those with the most overdue are shown, and it says so
STRIP_MOST = 14
#: the table takes the wall's colours and letters
GRID_LOOK = (
    "{backgroundColor: 'var(--panel)', foregroundColor: 'var(--ink)', headerBackgroundColor: 'var(--raised)', "
    "borderColor: 'var(--line)', accentColor: 'var(--accent)', fontFamily: 'inherit', fontSize: 16, headerFontSize: 14}"
)
#: up to so many columns leave room for numerator and denominator
ROOMY = 7


@dataclass(frozen=True)
class Compared:
    """The answers by one level, in the order of the metrics, and the groups in the order of the site."""

    level: str
    answers: tuple[Answer, ...]

    def row(self, metric: int, group: str) -> Row | None:
        """One area's row of one metric."""
        return next((row for row in self.answers[metric].rows if row.group == group), None)

    @property
    def groups(self) -> list[Row]:
        """The areas, each with its label, in order of code."""
        return [row for row in self.answers[0].rows if row.group is not None]


def compare(
    warehouse: Warehouse, metrics: tuple[str, ...], *, level: str, period: str, scope: Scope = EVERYONE
) -> Compared:
    """Each metric by the areas of ``level`` over ``period``; a state now takes no period."""
    return Compared(level, tuple(ask(warehouse, key, by=level, since=period, scope=scope) for key in metrics))


def strip_groups(compared: Compared) -> list[Row]:
    """The areas the strip shows: all where they fit, else those with the most overdue, then the most cases."""
    groups = compared.groups
    if len(groups) <= STRIP_MOST:
        return groups

    def weight(row: Row) -> tuple[float, int]:
        overdue, rate = compared.row(2, str(row.group)), compared.row(0, str(row.group))
        return -float(overdue.value or 0) if overdue else 0.0, -(rate.n if rate else 0)

    return sorted(groups, key=weight)[:STRIP_MOST]


def strip(compared: Compared, *, lang: str, period: str, level: str, theme: str = "dark") -> list[Any]:
    """The strip: a head column, then a column for each area; a township's name leads to its weekly page."""
    shown = strip_groups(compared)
    head = f"{level} · {RELATIVE[period][0].in_(lang)}"
    if len(shown) < len(compared.groups):
        head = say("{shown} of {all}", lang, shown=len(shown), all=len(compared.groups))
    cells: list[Any] = [html.Div(head, className="strip-head")]
    cells += [html.Div(short_label(key, lang), className="strip-head") for key in STRIP_METRICS]
    for group in shown:
        name = group.label.in_(lang)
        shown_name: Any = html.Span(name)
        if compared.level == "township":
            asked = urlencode({"lang": lang, "theme": theme})
            shown_name = html.A(shown_name, href=f"/township/{quote(str(group.group), safe='')}?{asked}")
        cells.append(html.Div(shown_name, className="strip-name", title=name))
        cells += [
            _cell(compared.answers[i], compared.row(i, str(group.group)), lang) for i in range(len(STRIP_METRICS))
        ]
    return cells


def short_label(key: str, lang: str) -> str:
    """What the strip calls a metric, where its own label is too long for its place."""
    said = {"arrival_rate_15": say("Arrival rate", lang), "on_time_closure_rate": say("Closed on time", lang),
            "overdue_backlog": say("Overdue", lang)}  # fmt: skip
    return said[key]


def _cell(answer: Answer, row: Row | None, lang: str) -> html.Div:
    if row is None or row.value is None:
        return html.Div(
            html.Span(NONE, className="cell-value"), className="cell state-none", title=say("no data", lang)
        )
    few = answer.is_few(row)
    parts = parts_text(row)
    return html.Div(
        [
            html.Span(value_text(answer.metric, row.value), className="cell-value"),
            html.Span(parts, className="cell-parts"),
        ],
        className="cell state-stale" if few else "cell",
        title=f"{row.label.in_(lang)} · {answer.metric.label.in_(lang)} {parts}".strip(),
    )


def panel(site: Site, view: View) -> html.Section:
    """The strip and the button that opens the table."""
    lang = view.lang
    return html.Section(
        [
            html.Div(id=STRIP, className="strip", tabIndex=0, role="region", **{"aria-label": say("Compared", lang)}),  # type: ignore[arg-type]
            html.Button([say("Full table", lang), " ▲"], id=OPEN, className="open-table"),
            drawer(site, view),
        ],
        className="townships",
        **{"aria-label": site.label(table_level(site)).in_(lang)},  # type: ignore[arg-type]
    )


def drawer(site: Site, view: View) -> dmc.Drawer:
    """The whole table: every figure with what it was counted from."""
    lang = view.lang
    grid = dag.AgGrid(
        id=GRID, columnDefs=columns(site, lang), rowData=[],
        defaultColDef={
            "sortable": True, "resizable": True, "flex": 1, "wrapHeaderText": True, "autoHeaderHeight": True,
        },
        dashGridOptions={
            "theme": {"function": f"themeQuartz.withParams({GRID_LOOK})"},
            "suppressDragLeaveHidesColumns": True, "animateRows": False,
        },
        style={"height": "100%", "width": "100%"},
    )  # fmt: skip
    return dmc.Drawer(
        html.Div(grid, style={"height": "calc(62vh - 90px)"}),
        id=DRAWER, position="bottom", size="62vh", title=html.Div(id=TITLE, className="table-head"), zIndex=2000,
        closeButtonProps={"aria-label": say("Close", lang)}, transitionProps={"duration": 0},
    )  # fmt: skip


def columns(site: Site, lang: str) -> list[dict[str, Any]]:
    """A pinned name, then for each metric its value and, for rates, numerator over denominator."""
    name = {
        "field": "label",
        "headerName": site.label(table_level(site)).in_(lang),
        "pinned": "left",
        "width": 215,
        "flex": 0,
    }
    found: list[dict[str, Any]] = [name]
    for key in TABLE_METRICS:
        metric = METRICS[key]
        unit = unit_text(metric, lang) if metric.kind == "seconds" else ""
        label = metric.label.in_(lang)
        held = f"params.data['{key}_text']"
        few = {"cellClassRules": {"ag-few": f"params.data['{key}_few']"}}
        column = {
            "field": key, "headerName": f"{label} ({unit})" if unit else label, "valueFormatter": {"function": held},
            "type": "rightAligned", "minWidth": 104, "headerTooltip": metric.definition.in_(lang), **few,
        }  # fmt: skip
        found.append(column)
        if metric.denominator.en:
            over = f"{metric.numerator.in_(lang)} / {metric.denominator.in_(lang)}"
            found.append(
                {"field": f"{key}_parts", "headerName": "n/N", "type": "rightAligned", "minWidth": 112,
                 "sortable": False, "headerTooltip": over, **few}
            )  # fmt: skip
    return found


def table_rows(compared: Compared, lang: str) -> list[dict[str, Any]]:
    """The rows of the table: values as numbers to sort by, their text, their parts, and whether they are few."""
    found = []
    for group in compared.groups:
        held: dict[str, Any] = {"code": group.group, "label": group.label.in_(lang)}
        for i, key in enumerate(TABLE_METRICS):
            row = compared.row(i, str(group.group))
            answer = compared.answers[i]
            held[key] = row.value if row else None
            held[f"{key}_text"] = value_text(answer.metric, row.value) if row else NONE
            held[f"{key}_parts"] = parts_text(row) if row else ""
            held[f"{key}_few"] = bool(row and answer.is_few(row))
        found.append(held)
    return found


def table_head(site: Site, level: str, period: str, metric: str, lang: str) -> list[Any]:
    """What the table compares, over which period, and the files of the metric the map shows."""
    asked = urlencode({"metric": metric, "by": level, "since": period, "lang": lang})
    files = [
        html.A(name, href=f"/api/export?{asked}&format={ending}", className="export", download="")
        for name, ending in (("CSV", "csv"), ("Excel", "xlsx"), ("GeoJSON", "geojson"))
    ]
    label = say("Export {metric}:", lang, metric=METRICS[metric].label.in_(lang))
    title = say("Every {level}", lang, level=site.label(level).in_(lang))
    return [html.H2(title), html.Span(RELATIVE[period][0].in_(lang)), html.Span(label), *files]


def register(app: Dash, services: Services) -> None:
    """Fill the strip at every pulse; open the table and fill it while it is open."""

    @app.callback(
        Output(STRIP, "children"), Output(STRIP, "className"),
        Input(PULSE, "data"), Input(PERIOD, "value"), State(FRAME, "data"),
    )  # fmt: skip
    def fill_strip(_: Any, period: str, frame: dict[str, str]) -> tuple[list[Any], str]:
        warehouse, lang = services.stores.warehouse(), frame["lang"]
        level = table_level(warehouse.site)
        if level not in warehouse.site.levels:
            return [html.Div(say("No areas are loaded.", lang), className="strip-head")], "strip"
        compared = compare(warehouse, STRIP_METRICS, level=level, period=period)
        word = warehouse.site.label(level).in_(lang)
        children = strip(compared, lang=lang, period=period, level=word, theme=frame["theme"])
        return children, "strip strip-few" if len(compared.groups) <= ROOMY else "strip"

    app.clientside_callback(
        ClientsideFunction("gridcommand", "open"), Output(DRAWER, "opened"), Input(OPEN, "n_clicks"),
        prevent_initial_call=True,
    )  # fmt: skip

    @app.callback(
        Output(GRID, "rowData"), Output(TITLE, "children"),
        Input(DRAWER, "opened"), Input(PERIOD, "value"), Input(METRIC, "value"), Input(PULSE, "data"),
        State(FRAME, "data"), prevent_initial_call=True,
    )  # fmt: skip
    def fill_table(
        opened: bool, period: str, metric: str, _: Any, frame: dict[str, str]
    ) -> tuple[list[Any], list[Any]]:
        warehouse, lang = services.stores.warehouse(), frame["lang"]
        level = table_level(warehouse.site)
        if not opened or level not in warehouse.site.levels:
            return [], []
        compared = compare(warehouse, TABLE_METRICS, level=level, period=period)
        return table_rows(compared, lang), table_head(warehouse.site, level, period, metric, lang)

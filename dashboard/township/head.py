"""Head the weekly page: the way back, which township and week, language, theme, print."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, html

from dashboard.ids import ADDRESS
from dashboard.services import Services
from dashboard.township.ids import FRAME
from dashboard.township.look import Look
from data.scope import EVERYONE
from data.site import Site
from data.warehouse import Warehouse
from data.weekly import Week, Weekly
from data.weekly.units import TOWNSHIP, Unit, units_of
from data.weekly.weeks import week_of
from words import say

UNIT = "weekly-unit"
WEEK = "weekly-week"
EARLIER = "weekly-earlier"
LATER = "weekly-later"
LANGUAGE = "weekly-language"
THEME = "weekly-theme"
PRINT = "weekly-print"
#: weeks one can go back to without writing an address
MOST_WEEKS = 110


def head(warehouse: Warehouse, page: Weekly, look: Look) -> html.Header:
    """The bar above the sheet; it is not printed."""
    lang, site = look.lang, warehouse.site
    weeks = weeks_to_choose(site, page)
    other = say("Language: switch to English", lang) if lang == "zh" else say("Language: switch to Chinese", lang)
    theme = say("Light theme", lang) if look.theme == "dark" else say("Dark theme", lang)
    back = say("Back to the wall", lang)
    home = f"/?lang={lang}&theme={look.theme}"
    options = [week_option(week, lang) for week in weeks]
    at = weeks.index(page.week)
    steps = (
        html.Button("‹", id=EARLIER, disabled=at == len(weeks) - 1, **_tool(say("A week earlier", lang))),
        _select(WEEK, say("Week", lang), page.week.code, options, "pick-week"),
        html.Button("›", id=LATER, disabled=at == 0, **_tool(say("A week later", lang))),
    )
    sign = "EN" if lang == "zh" else "中"
    units = unit_options(warehouse, page.unit, lang)
    return html.Header(
        [
            html.A(["‹ ", html.Span(back)], href=home, className="weekly-back", title=back),
            _select(UNIT, say("Township", lang), page.unit.code, units, "pick-unit"),
            html.Div(steps, className="pick"),
            html.Div(className="weekly-space"),
            html.Button(say("Print", lang), id=PRINT, className="tool tool-wide"),
            html.Button(sign, id=LANGUAGE, **_tool(f"{sign} · {other}")),
            html.Button("◐", id=THEME, **_tool(theme)),
        ],
        className="weekly-bar",
    )


def _tool(words: str) -> dict[str, Any]:
    return {"className": "tool", "title": words, "aria-label": words}


def _select(id_: str, label: str, value: str, data: list[dict[str, str]], css: str) -> dmc.Select:
    return dmc.Select(
        id=id_, value=value, data=data, className=css, allowDeselect=False, searchable=True, maxDropdownHeight=480,
        comboboxProps={"transitionProps": {"duration": 0}}, **{"aria-label": label},
    )  # fmt: skip


def unit_options(warehouse: Warehouse, unit: Unit, lang: str) -> list[dict[str, str]]:
    """Every township, and the area the page is about where it is a wider one."""
    units = units_of(warehouse, scope=EVERYONE)
    if unit.level != TOWNSHIP:
        units = [unit, *units]
    return [{"value": one.code, "label": one.label.in_(lang)} for one in units]


def weeks_to_choose(site: Site, page: Weekly) -> list[Week]:
    """The weeks from the running one back to the first with data, the newest first; always the one shown."""
    newest = max(week_of(site.local(page.now).date()), page.week)
    weeks = [newest.before(back) for back in range(MOST_WEEKS)]
    first = page.first.before(1) if page.first else newest
    return [week for week in weeks if week >= min(first, page.week)]


def week_option(week: Week, lang: str) -> dict[str, str]:
    """A week by its number and its days."""
    last = week.until - timedelta(days=1)
    return {"value": week.code, "label": f"{week.label.in_(lang)} · {week.start:%m-%d} – {last:%m-%d}"}


def register(app: Dash, _: Services) -> None:
    """Turn choices into addresses; print."""
    app.clientside_callback(
        ClientsideFunction("weekly", "go"),
        Output(ADDRESS, "pathname"), Output(ADDRESS, "search"),
        Input(UNIT, "value"), Input(WEEK, "value"), Input(EARLIER, "n_clicks"), Input(LATER, "n_clicks"),
        Input(LANGUAGE, "n_clicks"), Input(THEME, "n_clicks"), State(WEEK, "data"), State(FRAME, "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    app.clientside_callback(ClientsideFunction("weekly", "print"), Input(PRINT, "n_clicks"), prevent_initial_call=True)

"""Put a township's weekly page together, and keep what is looked at in the address."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import dash_mantine_components as dmc
from dash import Dash, dcc, html

from dashboard.ids import NOTICE
from dashboard.services import Services
from dashboard.township import change, heat, places, things, values
from dashboard.township import head as bar
from dashboard.township.ids import FRAME
from dashboard.township.look import Look, read_look
from dashboard.writing import local_text
from data.metrics.registry import METRICS
from data.scope import EVERYONE
from data.warehouse import Warehouse
from data.weekly import Weekly, weekly
from data.weekly.against import against
from data.weekly.heat import cells_of, hours_of
from data.weekly.places import places_of, repeats_of
from data.weekly.verdict import headline
from words import say

NOTE = "weekly-note"


def build(services: Services, rest: str, search: str) -> tuple[Any, str]:
    """The page of the township whose code stands in the path, and its theme; raises as :func:`weekly` does."""
    warehouse = services.stores.warehouse()
    look, unknown = read_look(search, warehouse.site)
    page = weekly(warehouse, unquote(rest).strip("/"), week=look.week, as_of=services.stores.now(warehouse))
    return sheet(warehouse, page, look, unknown), look.theme


def sheet(warehouse: Warehouse, page: Weekly, look: Look, unknown: tuple[str, ...] = ()) -> html.Div:
    """The whole page of one look: the sheet that is printed, and beside it what is for the screen only."""
    lang, theme = look.lang, look.theme
    measure, base = change.first_choice(page, look.measure, look.base)
    banner = say("Unknown in the address, so left out: {keys}", lang, keys=", ".join(unknown)) if unknown else ""
    frame = {"code": page.unit.code, "week": page.week.code, "lang": lang, "theme": theme}
    return html.Div(
        [
            dcc.Store(id=FRAME, data=frame),
            bar.head(warehouse, page, look),
            html.Main(
                [
                    html.Article(printed(warehouse, page, measure, base, look), className="sheet"),
                    html.Aside(beside(warehouse, page, look), className="beside"),
                ],
                className="weekly-body",
            ),
            html.Div(banner, id=NOTICE, className="banner is-shown" if banner else "banner", role="alert"),
        ],
        className="weekly",
        lang="zh-CN" if lang == "zh" else "en",
        **{"data-theme": theme},  # type: ignore[arg-type]
    )


def printed(warehouse: Warehouse, page: Weekly, measure: str, base: str, look: Look) -> list[Any]:
    """What stands on the sheet."""
    lang, site, now = look.lang, warehouse.site, page.now
    chosen = against(warehouse, page, measure, base)
    hours = hours_of(warehouse, page.unit, page.week, now=now, scope=EVERYONE)
    again = repeats_of(warehouse, page.unit, page.week, now=now, scope=EVERYONE, most=5)
    return [
        masthead(warehouse, page, lang),
        html.P(headline(page, lang), className="verdict" + (" is-worse" if page.worse else ""), role="status"),
        values.panel(page, lang, measure),
        things.panel(page, site, lang),
        change.panel(warehouse, page, chosen, heat.hours_panel(hours, lang), lang, look.theme),
        places.repeats_panel(again, site, lang),
        note(lang),
        foot(page, lang),
    ]


def masthead(warehouse: Warehouse, page: Weekly, lang: str) -> html.Div:
    """Whose week, which week, and whether the county is made up."""
    site = warehouse.site
    badge = [html.Span(say("DEMO DATA", lang), className="bar-badge")] if site.generated else []
    whose = [html.Span(site.name.in_(lang), className="days")] if page.unit.label != site.name else []
    running = []
    if page.running:
        until = local_text(site, page.now)
        running = [html.Span(say("still running: counted up to {moment}", lang, moment=until), className="running")]
    return html.Div(
        [
            html.H1(page.unit.label.in_(lang)),
            html.Span(say("Weekly report", lang), className="kind"),
            html.Span(page.week.label.in_(lang), className="week"),
            html.Span(page.days.words.in_(lang), className="days"),
            *running,
            html.Span(className="weekly-space"),
            *whose,
            *badge,
        ],
        className="masthead",
    )


def note(lang: str) -> html.Section:
    """A box for explanation and mending: it is printed with the sheet and kept nowhere."""
    title: list[Any] = [
        say("Explanation and mending", lang),
        " ",
        html.Span(say("printed, not stored", lang), className="quiet"),
    ]
    box = dmc.Textarea(
        id=NOTE, autosize=True, minRows=2, maxRows=8,
        placeholder=say("What was the reason, what is being done, by whom, by when", lang),
        **{"aria-label": say("Explanation and mending", lang)},
    )  # fmt: skip
    return html.Section([html.H2(title), box], className="note-box")


def foot(page: Weekly, lang: str) -> html.Div:
    """What was compared with what, and what amber means."""
    year = page.year.words.in_(lang) if page.year else say("the almanac does not reach so far", lang)
    days = page.last.words.in_(lang)
    lines = [
        say("Last week: {days}. A year ago, by lunar days (market days): {year}.", lang, days=days, year=year),
        say(
            "▲ only beyond the control limits of 26 to 52 past weeks: the week alone, or the weighted mean of eight "
            "weeks; either comes about once in 740 weeks by chance. Hatched: few cases. Data version {n}.",
            lang, n=page.version,
        ),
    ]  # fmt: skip
    return html.Div([html.P(line) for line in lines], className="sheet-foot")


def beside(warehouse: Warehouse, page: Weekly, look: Look) -> list[Any]:
    """What is for the screen only: the cells week by week, the table of all places."""
    now, unit, lang = page.now, page.unit, look.lang
    cells = cells_of(warehouse, unit, page.week, first=page.first, now=now, scope=EVERYONE)
    rows = places_of(warehouse, unit, page.week, now=now, scope=EVERYONE)
    out = {
        value.metric.key: against(warehouse, page, value.metric.key, "usual").out
        for value in page.values
        if value.verdict.state == "worse" and METRICS[value.metric.key].kind == "share"
    }
    return [
        heat.cells_panel(warehouse, page, cells, lang, look.theme),
        places.grid_panel(page, rows, out, warehouse.site, lang),
    ]


def register(app: Dash, services: Services) -> None:
    """The callbacks of all its parts."""
    for part in (bar, change, heat):
        part.register(app, services)

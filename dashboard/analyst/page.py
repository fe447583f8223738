"""Put the analyst's page together, answer its question in all three forms, and keep the question in the address."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html

from dashboard.analyst import chart, map, pickers, said, table
from dashboard.analyst.ids import BY, FILTER, FRAME, FROM, METRIC, PERIOD, TO
from dashboard.analyst.look import Look, look_of, read_look
from dashboard.ids import ADDRESS, NOTICE
from dashboard.services import Services
from data.metrics.asking import ask
from data.warehouse import Warehouse
from errors import GridCommandError
from words import say, say_error

SENTENCE = "analyst-sentence"
FAULT = "analyst-fault"
EXPORTS = "analyst-exports"
CHART = "analyst-chart"
RESULTS = "analyst-results"
MEANING = "analyst-meaning"
LANGUAGE = "analyst-language"
THEME = "analyst-theme"


def build(services: Services, _: str, search: str) -> tuple[Any, str]:
    """The page the address asks for, and its theme; the answer follows."""
    warehouse = services.stores.warehouse()
    look, unknown = read_look(search, warehouse)
    at = dict(parse_qsl(search.removeprefix("?"))).get("at", "")
    return page(warehouse, look, unknown, at=at), look.theme


def page(warehouse: Warehouse, look: Look, unknown: tuple[str, ...] = (), *, at: str = "") -> html.Div:
    """The whole page of one look, its answer still empty."""
    lang = look.lang
    banner = say("Unknown in the address, so left out: {keys}", lang, keys=", ".join(unknown)) if unknown else ""
    waiting = html.Span(say("Loading", lang), className="quiet")
    told = html.Div(
        [
            html.P(waiting, id=SENTENCE, className="analyst-sentence", role="status"),
            html.Div(id=EXPORTS, className="analyst-exports"),
        ],
        className="analyst-told",
    )
    meant = html.Details(
        [html.Summary(say("What these figures mean, and the SQL", lang)), html.Dl(id=MEANING)],
        className="analyst-meaning",
    )
    results = html.Div(
        [
            html.Section(
                table.grid(lang), className="analyst-table", **{"aria-label": say("Table", lang)}
            ),
            map.panel(warehouse, look.theme, lang, at),
            html.Section(id=CHART, className="analyst-chart", tabIndex=0, **{"aria-label": say("Chart", lang)}),
        ],
        id=RESULTS, className="analyst-results",
    )  # fmt: skip
    return html.Div(
        [
            dcc.Store(id=FRAME, data={"lang": lang, "theme": look.theme}),
            head(warehouse, look),
            html.Main(
                [
                    pickers.pickers(warehouse, look),
                    told,
                    html.Div(id=FAULT, className="analyst-fault", role="alert"),
                    results,
                    meant,
                ],
                className="analyst-body",
            ),
            html.Div(banner, id=NOTICE, className="banner is-shown" if banner else "banner", role="alert"),
        ],
        className="analyst",
        lang="zh-CN" if lang == "zh" else "en",
        **{"data-theme": look.theme},
    )


def head(warehouse: Warehouse, look: Look) -> html.Header:
    """The bar: the way back, what this is, whether the county is made up, language and theme."""
    lang, site = look.lang, warehouse.site
    sign = "EN" if lang == "zh" else "中"
    other = say("Language: switch to English", lang) if lang == "zh" else say("Language: switch to Chinese", lang)
    theme = say("Light theme", lang) if look.theme == "dark" else say("Dark theme", lang)
    back = say("Back to the wall", lang)
    home = "/?" + urlencode({"lang": lang, "theme": look.theme})
    badge = [html.Span(say("DEMO DATA", lang), className="bar-badge")] if site.generated else []
    return html.Header(
        [
            html.A(["‹ ", html.Span(back)], href=home, className="analyst-back", title=back),
            html.H1(say("Analyst", lang)),
            html.Span(site.name.in_(lang), className="quiet"),
            *badge,
            html.Div(className="bar-space"),
            html.Button(sign, id=LANGUAGE, className="tool", title=other, **{"aria-label": f"{sign} · {other}"}),
            html.Button("◐", id=THEME, className="tool", title=theme, **{"aria-label": theme}),
        ],
        className="analyst-bar",
    )


def answered(warehouse: Warehouse, look: Look) -> tuple[Any, ...]:
    """What every part shows of one question, in the order of the outputs; a question refused says why."""
    lang, theme = look.lang, look.theme
    try:
        answer = ask(
            warehouse, look.metric, by=look.by, where=look.where, since=look.since or None, until=look.until or None
        )
    except GridCommandError as error:
        bare = map.bare(warehouse, "", lang, theme)
        return [], [], say_error(error, lang), [], [], [], bare.url, bare.hideout, [], "", []
    drawn = map.picture(warehouse, answer, lang=lang, theme=theme)
    cut = len(answer.rows) - table.MOST_ROWS
    fault = say("The table shows the first {n} rows; the files hold all.", lang, n=f"{table.MOST_ROWS:,}")
    return (
        said.sentence(answer, lang), said.exports(answer, look), fault if cut > 0 else "",
        table.columns(answer, lang), table.records(warehouse, answer, lang), chart.figure(answer, lang=lang),
        drawn.url, drawn.hideout, drawn.legend, drawn.note, said.meaning(warehouse, answer, lang),
    )  # fmt: skip


def register(app: Dash, services: Services) -> None:
    """Answer whenever the question changes; write it into the address; switch language and theme."""
    chosen = (
        Input(METRIC, "value"), Input(BY, "value"), Input(PERIOD, "value"), Input(FROM, "value"), Input(TO, "value"),
        Input({"type": FILTER, "key": ALL}, "value"),
    )  # fmt: skip

    @app.callback(
        Output(SENTENCE, "children"), Output(EXPORTS, "children"), Output(FAULT, "children"),
        Output(table.GRID, "columnDefs"), Output(table.GRID, "rowData"), Output(CHART, "children"),
        Output(map.LAYER, "url"), Output(map.LAYER, "hideout"), Output(map.LEGEND, "children"),
        Output(map.NOTE, "children"), Output(MEANING, "children"),
        *chosen, State({"type": FILTER, "key": ALL}, "id"), State(FRAME, "data"),
        running=[(Output(RESULTS, "className"), "analyst-results is-waiting", "analyst-results")],
    )  # fmt: skip
    def show(
        metric: str, by: list[str] | None, period: str, first: str | None, last: str | None,
        values: list[list[str] | None], ids: list[dict[str, str]], frame: dict[str, str],
    ) -> tuple[Any, ...]:  # fmt: skip
        where = {one["key"]: given for one, given in zip(ids, values, strict=True) if given}
        look = look_of(frame, metric=metric, by=by or (), period=period, first=first, last=last, where=where)
        return answered(services.stores.warehouse(), look)

    app.clientside_callback(
        ClientsideFunction("analyst", "address"),
        Output(pickers.DAYS, "className"), Output("analyst-filter-count", "children"),
        *chosen, State({"type": FILTER, "key": ALL}, "id"), State(FRAME, "data"), prevent_initial_call=True,
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("analyst", "change"),
        Output(ADDRESS, "search", allow_duplicate=True),
        Input(LANGUAGE, "n_clicks"), Input(THEME, "n_clicks"), State(FRAME, "data"), prevent_initial_call=True,
    )  # fmt: skip
    app.clientside_callback(ClientsideFunction("gridcommand", "remember"), Input(map.LAYER, "hideout"))
    pickers.register(app, services)

"""Put the data page together: its head, its sections, and the search of what words mean."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html

from dashboard.ids import NOTICE
from dashboard.loads.checks import checks_section
from dashboard.loads.doubts import findings_section, rejects_section
from dashboard.loads.history import loads_section, versions_section
from dashboard.loads.look import SECTIONS, Look, read_look
from dashboard.loads.words_list import dictionary_list, metric_list
from dashboard.services import Services
from dashboard.writing import local_text
from data import books
from data.scope import EVERYONE, Scope
from data.warehouse import Warehouse
from words import say

FRAME = "books-frame"
SOUGHT = "books-sought"
FOUND = "books-found"
#: milliseconds without a key after which is searched
PAUSE = 250
#: sections with a search
SEARCHED = ("dictionary", "metrics")


def build(services: Services, rest: str, search: str) -> tuple[Any, str]:
    """The books of the current version, and their theme; raises NoWarehouse."""
    warehouse = services.stores.warehouse()
    look, unknown = read_look(search, warehouse.site)
    return page(warehouse, look, unknown), look.theme


def page(warehouse: Warehouse, look: Look, unknown: tuple[str, ...] = (), *, scope: Scope = EVERYONE) -> html.Div:
    """The whole page of one look."""
    lang = look.lang
    banner = say("Unknown in the address, so left out: {keys}", lang, keys=", ".join(unknown)) if unknown else ""
    return html.Div(
        [
            dcc.Store(id=FRAME, data={"lang": lang, "section": look.section}),
            head(warehouse, look),
            tabs(look),
            html.Main(
                [
                    html.H2(SECTIONS[look.section].in_(lang)),
                    search_box(look),
                    html.Div(section(warehouse, look, scope), id=FOUND),
                ],
                id=look.section, className="books-body", tabIndex=-1,
            ),
            html.Div(banner, id=NOTICE, className="banner is-shown" if banner else "banner", role="alert"),
        ],
        className="books",
        lang="zh-CN" if lang == "zh" else "en",
        **{"data-theme": look.theme},  # type: ignore[arg-type]
    )  # fmt: skip


def head(warehouse: Warehouse, look: Look) -> html.Header:
    """Whose data, which version, and the way back."""
    lang, site = look.lang, warehouse.site
    badge = [html.Span(say("DEMO DATA", lang), className="bar-badge")] if site.generated else []
    made = books.versions(warehouse)
    at = local_text(site, next((one.at for one in made if one.number == warehouse.version), None))
    other, theme = ("en" if lang == "zh" else "zh"), ("light" if look.theme == "dark" else "dark")
    to_theme = say("Light theme", lang) if theme == "light" else say("Dark theme", lang)
    to_other = say("Language: switch to English", lang) if other == "en" else say("Language: switch to Chinese", lang)
    sign = "EN" if other == "en" else "中"
    home = f"/?lang={lang}&theme={look.theme}"
    return html.Header(
        [
            dcc.Link(["‹ ", say("Back to the wall", lang)], href=home, className="books-back"),
            html.H1([site.name.in_(lang), " · ", say("Data", lang)]),
            *badge,
            html.Span(say("data version {n}", lang, n=warehouse.version), className="quiet"),
            html.Span(at, className="quiet"),
            html.Span(className="books-space"),
            dcc.Link(sign, href=look.href(lang=other), className="tool", title=f"{sign} · {to_other}"),
            dcc.Link("◐", href=look.href(theme=theme), className="tool", title=to_theme),
        ],
        className="books-bar",
    )


def tabs(look: Look) -> html.Nav:
    """One link a section; the address says which one is shown."""
    entries = []
    for key, words in SECTIONS.items():
        here = {"aria-current": "page"} if key == look.section else {}
        link = dcc.Link(words.in_(look.lang), href=look.href(section=key), className="is-here" if here else "")
        entries.append(html.Li(link, **here))  # type: ignore[arg-type]
    return html.Nav(html.Ul(entries), className="books-tabs", **{"aria-label": say("Sections", look.lang)})  # type: ignore[arg-type]


def section(warehouse: Warehouse, look: Look, scope: Scope) -> list[Any]:
    """What stands in the chosen section."""
    lang = look.lang
    if look.section == "loads":
        return loads_section(warehouse, lang)
    if look.section == "checks":
        return checks_section(warehouse, lang)
    if look.section == "findings":
        return findings_section(warehouse, scope, lang)
    if look.section == "rejects":
        return rejects_section(warehouse, scope, lang)
    if look.section == "versions":
        return versions_section(warehouse, lang)
    return entries(look.section, look.sought, lang)


def search_box(look: Look) -> html.Div:
    """Where a word is sought in the dictionary or the metrics; hidden in the other sections."""
    label = say("Search names, words and meanings", look.lang)
    box = dmc.TextInput(
        id=SOUGHT, value=look.sought, debounce=PAUSE, placeholder=label, className="sought",
        **{"aria-label": label},
    )  # fmt: skip
    return html.Div(box, hidden=look.section not in SEARCHED)


def entries(section: str, sought: str, lang: str) -> list[Any]:
    """What the dictionary or the metric list has on the words sought."""
    return metric_list(sought, lang) if section == "metrics" else dictionary_list(sought, lang)


def register(app: Dash, _: Services) -> None:
    """Search while typing, and keep what is sought in the address."""
    app.clientside_callback(ClientsideFunction("books", "address"), Input(SOUGHT, "value"), prevent_initial_call=True)

    @app.callback(Output(FOUND, "children"), Input(SOUGHT, "value"), State(FRAME, "data"), prevent_initial_call=True)
    def seek(sought: str | None, frame: dict[str, str]) -> list[Any]:
        return entries(frame["section"], sought or "", frame["lang"])

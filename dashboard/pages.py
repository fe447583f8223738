"""Show the page its path asks for: one shell, and one registry of pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, dcc, html

from dashboard.analyst import page as analyst
from dashboard.ids import ADDRESS, PAGE, PROVIDER
from dashboard.loads import page as loads
from dashboard.services import Services
from dashboard.township import page as township
from dashboard.wall import page as wall
from errors import GridCommandError
from words import LANGUAGES, say, say_error

#: (services, what follows the page's path, query string) -> the page and its theme
Build = Callable[[Services, str, str], tuple[Any, str]]


@dataclass(frozen=True)
class Page:
    """One page: its path (ending in a slash: all paths under it), what builds it, and its callbacks."""

    path: str
    build: Build
    register: Callable[[Dash, Services], None]

    def rest(self, path: str) -> str | None:
        """What of ``path`` follows the page's own; None where the page does not stand there."""
        if self.path != "/" and self.path.endswith("/") and path.startswith(self.path):
            return path.removeprefix(self.path)
        return "" if path == self.path else None


PAGES = (
    Page("/", wall.build, wall.register),
    Page("/township/", township.build, township.register),
    Page("/analyst", analyst.build, analyst.register),
    Page("/data", loads.build, loads.register),
)


def shell() -> Any:
    """What stands before the address is read: the place of the page."""
    return dmc.MantineProvider(
        [dcc.Location(id=ADDRESS, refresh=False), html.Div(waiting(), id=PAGE)], id=PROVIDER, forceColorScheme="dark"
    )


def waiting() -> html.Div:
    """While the first answer is on its way; the language is not known yet."""
    return html.Div([say("Loading", "zh"), " · ", say("Loading", "en")], className="waiting", role="status")


def refused(error: GridCommandError, *, home: bool) -> html.Div:
    """Why a page cannot be shown at all, in both languages, and the way back unless it is the wall itself."""
    said = [html.P(say_error(error, lang)) for lang in LANGUAGES]
    back = html.A(" · ".join(say("Back to the wall", lang) for lang in LANGUAGES), href="/", className="back-home")
    return html.Div([*said, *([] if home else [back])], className="waiting", role="alert")


def page_at(path: str, search: str, services: Services) -> tuple[Any, str]:
    """The page at a path, and its theme; a path no page has shows the wall."""
    found = ((page, page.rest(path)) for page in PAGES)
    page, rest = next(((page, rest) for page, rest in found if rest is not None), (PAGES[0], ""))
    try:
        return page.build(services, rest, search)
    except GridCommandError as error:
        return refused(error, home=page is PAGES[0]), "dark"


def register(app: Dash, services: Services) -> None:
    """Build the page the address asks for, and every page's callbacks."""
    app.layout = shell

    @app.callback(
        Output(PAGE, "children"), Output(PROVIDER, "forceColorScheme"),
        Input(ADDRESS, "search"), Input(ADDRESS, "pathname"),
    )  # fmt: skip
    def show(search: str | None, path: str | None) -> tuple[Any, str]:
        return page_at(path or "/", search or "", services)

    for page in PAGES:
        page.register(app, services)

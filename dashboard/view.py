"""Keep what a person is looking at in the address: read it from the query string, check it, write it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from urllib.parse import parse_qsl, urlencode

from data.metrics.registry import METRICS
from data.periods import RELATIVE
from data.site import Site
from words import LANGUAGES

THEMES = ("dark", "light")
#: H3 resolutions facts carry, offered beside the site's levels
CELLS = ("cell7", "cell8", "cell9")
#: what a wall opens on: the first of these that the site's data can say
FIRST_METRICS = ("arrival_rate_15", "on_time_closure_rate", "volume")
LAYERS = ("incidents", "squads", "stations", "roads", "hotspots", "names")


@dataclass(frozen=True)
class View:
    """One way of looking at one site."""

    metric: str
    level: str
    period: str
    lang: str
    theme: str = "dark"
    layers: tuple[str, ...] = ("incidents", "squads", "stations", "names")
    #: id of the chosen incident; empty: none
    incident: str = ""
    #: map position "lat,lon,zoom"; empty: the whole site
    at: str = ""

    def query(self) -> str:
        """The view as a query string, with the question mark."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["layers"] = ".".join(self.layers)
        return "?" + urlencode({key: value for key, value in values.items() if value or key == "layers"})


def levels_of(site: Site) -> tuple[str, ...]:
    """The levels the map can show: the site's, then the cells."""
    return (*site.levels, *CELLS)


def table_level(site: Site) -> str:
    """The level the strip and the table show: townships where there are any, else the finest below the widest."""
    if "township" in site.levels or not site.levels:
        return "township"
    return site.located_level or site.levels[-1]


def default_view(site: Site, *, metric: str = FIRST_METRICS[0], has_incidents: bool = True) -> View:
    """What a site shows before anybody chose: ``metric`` by the table's level, the last 30 days.

    A data set that ended shows all of its days: what was "today" at its end is over. A site without incidents shows
    its finest areas; one without areas its roads.
    """
    level = table_level(site) if site.levels else CELLS[1]
    if site.levels and not has_incidents:
        level = site.levels[-1]
    ended = site.as_of is not None and not site.generated
    view = View(metric, level, "all" if ended else "last_30_days", site.language)
    return view if site.levels else replace(view, layers=(*view.layers, "roads"))


def read_view(search: str, site: Site, *, start: View | None = None) -> tuple[View, tuple[str, ...]]:
    """The view a query string asks for, and the keys whose values do not exist here (shown, never obeyed).

    What it does not name is as in ``start``, by default the site's own.
    """
    given = dict(parse_qsl((search or "").removeprefix("?"), keep_blank_values=True))
    view = start or default_view(site)
    known: Mapping[str, Sequence[str]] = {
        "metric": tuple(METRICS),
        "level": levels_of(site),
        "period": tuple(RELATIVE),
        "lang": LANGUAGES,
        "theme": THEMES,
    }
    unknown = []
    for key, allowed in known.items():
        if key in given:
            if given[key] in allowed:
                view = replace(view, **{key: given[key]})
            else:
                unknown.append(key)
    if "layers" in given:
        asked = tuple(layer for layer in given["layers"].split(".") if layer)
        view = replace(view, layers=tuple(layer for layer in LAYERS if layer in asked))
        if set(asked) - set(LAYERS):
            unknown.append("layers")
    if _position(given.get("at", "")):
        view = replace(view, at=given["at"])
    elif given.get("at"):
        unknown.append("at")
    return replace(view, incident=given.get("incident", "")), tuple(unknown)


def _position(text: str) -> tuple[float, float, float] | None:
    """ "lat,lon,zoom" as numbers; None where it is none."""
    try:
        lat, lon, zoom = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return (lat, lon, zoom) if abs(lat) <= 90 and abs(lon) <= 180 and 0 <= zoom <= 24 else None


def position(view: View) -> tuple[float, float, float] | None:
    """Where the map stands: (lat, lon, zoom); None: show the whole site."""
    return _position(view.at)

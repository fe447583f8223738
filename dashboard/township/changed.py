"""Draw the places of a unit by what each adds to a change, and mark where the things to do are."""

from __future__ import annotations

from typing import Any

import dash_leaflet as dl
import numpy as np
import shapely
from dash import html

from dashboard.geometry import geometry_url
from dashboard.township.values import AMBER
from data import shapes
from data.areas import shapes_of
from data.metrics.naming import areas_left
from data.warehouse import Warehouse
from data.weekly import Weekly
from data.weekly.against import Against, against
from data.weekly.causes import harm
from data.weekly.change import Part
from data.weekly.verdict import points
from words import say

MAP = "weekly-map"
LAYER = "weekly-map-layer"
#: a place's part of the largest from which it is shaded, and shaded stronger
STEPS = (0.12, 0.45)
#: share of the area added around it on the map
MARGIN = 0.04


def _js(name: str) -> dict[str, str]:
    return {"variable": f"gridcommand.weekly.{name}"}


def leaflet(warehouse: Warehouse, page: Weekly, chosen: Against, lang: str, theme: str) -> dl.Map:
    """The places of the unit shaded by what each adds to the change; the things to do by their numbers."""
    unit = page.unit
    look = hideout(warehouse, page, chosen, lang, theme)
    layers = [
        dl.Pane(
            dl.GeoJSON(
                id=LAYER, url=geometry_url(warehouse, unit.place), filter=_js("known"), style=_js("changeStyle"),
                onEachFeature=_js("changeTip"), hideout=look,
            ),
            name="places", style={"zIndex": 401},
        ),
        dl.Pane(
            dl.GeoJSON(
                url=geometry_url(warehouse, unit.level), filter=_js("known"), style=_js("outlineStyle"),
                hideout={"theme": theme, "codes": [unit.code]}, interactive=False,
            ),
            name="unit", style={"zIndex": 410, "pointerEvents": "none"},
        ),
        dl.Pane(
            dl.GeoJSON(data=ranks(warehouse, page, lang), pointToLayer=_js("rankAt")),
            name="ranks", style={"zIndex": 450},
        ),
        dl.ScaleControl(imperial=False, position="bottomright"),
        dl.ZoomControl(position="topright"),
    ]  # fmt: skip
    return dl.Map(
        layers, id=MAP, preferCanvas=False, zoomControl=False, attributionControl=False, zoomSnap=0, zoomDelta=0.5,
        scrollWheelZoom=False, trackViewport=False, eventHandlers={"layeradd": _js("hold")},
        **changed_standing(warehouse, page, look["values"]),
    )  # fmt: skip


def standing(warehouse: Warehouse, page: Weekly) -> dict[str, Any]:
    """Where a map of the unit stands: all of it, with a margin."""
    shape = shapes_of(warehouse, page.unit.level).get(page.unit.code)
    return _around(shape.bounds if shape is not None and not shape.is_empty else shapes.bounds(warehouse))


def changed_standing(warehouse: Warehouse, page: Weekly, values: dict[str, Any]) -> dict[str, Any]:
    """Where the map of changes stands: on the places that are shaded; the whole unit where none is."""
    if page.unit.place not in warehouse.site.levels:
        return standing(warehouse, page)
    held = shapes_of(warehouse, page.unit.place)
    shaded = [held[code] for code, one in values.items() if abs(one["s"]) > 1 and code in held]
    if not shaded:
        return standing(warehouse, page)
    return _around(tuple(shapely.total_bounds(np.array(shaded, dtype=object)).tolist()), margin=0.25)


def _around(bounds: tuple[float, float, float, float] | None, *, margin: float = MARGIN) -> dict[str, Any]:
    if bounds is None:
        return {"center": [30.0, 114.0], "zoom": 4}
    west, south, east, north = bounds
    x, y = (east - west) * margin, (north - south) * margin
    return {"bounds": [[south - y, west - x], [north + y, east + x]]}


def hideout(warehouse: Warehouse, page: Weekly, chosen: Against, lang: str, theme: str) -> dict[str, Any]:
    """What the map's styles need: for each place its step (-2 better to 2 worse, 3 out of limits) and its words."""
    metric, place = chosen.value.metric, page.unit.place
    change = chosen.by.get(place)
    out = out_of(warehouse, page, chosen)
    values: dict[str, Any] = {}
    if change is not None:
        most = max((abs(part.total) for part in change.parts), default=0.0) or 1.0
        for part in change.parts:
            if part.group is not None:
                step = 3 if part.group in out else step_of(harm(metric, part.total) / most)
                values[part.group] = {"s": step, "t": points(metric, part.total, lang), "d": sides(part, metric.kind)}
    return {
        "theme": theme, "lang": lang, "values": values, "codes": codes_in(warehouse, page),
        "bounds": changed_standing(warehouse, page, values).get("bounds"),
        "label": say("adds {metric}", lang, metric=metric.label.in_(lang)), "nothing": say("nothing to count", lang),
    }  # fmt: skip


def out_of(warehouse: Warehouse, page: Weekly, chosen: Against) -> frozenset[str]:
    """The places out of their own limits: against their past, whatever else the change is held against."""
    if chosen.value.metric.kind == "count" or chosen.value.verdict.state != "worse":
        return frozenset()
    found = chosen if chosen.base == "usual" else against(warehouse, page, chosen.value.metric.key, "usual")
    return found.out


def codes_in(warehouse: Warehouse, page: Weekly) -> list[str]:
    """The places of the unit; where they are cells, those its incidents fell in."""
    if page.unit.place in warehouse.site.levels:
        return areas_left(warehouse, page.unit.place, within={page.unit.level: [page.unit.code]}, townships=None)
    return []


def step_of(part: float) -> int:
    """How strongly a place is shaded: 0 for next to nothing, 1 and 2 for worse, -1 and -2 for better."""
    size = sum(abs(part) >= step for step in STEPS)
    return size if part > 0 else -size


def sides(part: Part, kind: str) -> str:
    """What a part was counted from, before and after."""
    if kind == "count":
        return f"{part.before[0]:,.1f} → {part.after[0]:,.0f}"
    return f"{part.before[0]:,.0f}/{part.before[1]:,.0f} → {part.after[0]:,.0f}/{part.after[1]:,.0f}"


def ranks(warehouse: Warehouse, page: Weekly, lang: str) -> dict[str, Any]:
    """The numbers of the things to do, where they are."""
    centres = shapes.centres(warehouse, page.unit.place)
    features = [
        {
            "type": "Feature", "properties": {"n": i, "tip": thing.label.in_(lang)},
            "geometry": {"type": "Point", "coordinates": [round(x, 6) for x in centres[thing.place]]},
        }
        for i, thing in enumerate(page.things, start=1) if thing.place in centres
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def legend(chosen: Against, lang: str) -> list[Any]:
    """What the shades mean."""
    steps = [("s2", say("worse", lang)), ("s1", ""), ("s0", say("about the same", lang)), ("sb1", ""),
             ("sb2", say("better", lang))]  # fmt: skip
    if chosen.value.verdict.state == "worse":
        steps.insert(0, ("s3", f"{AMBER} " + say("out of its limits", lang)))
    return [html.Span([html.I(className=f"swatch-{css}"), text], className="key") for css, text in steps]

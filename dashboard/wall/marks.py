"""Turn incidents, squads, stations, hotspots and routes into points and lines for the map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.wall.incidents import clock_label, place_of
from dashboard.wall.shading import hot_text
from dashboard.writing import local_text
from data.board import Board, Open, Squad, Station
from data.hotspot import Hot
from data.routing import Nearest
from data.site import Site
from words import say

#: hours after which a mark has faded as far as it fades
FADED_HOURS = 72.0
#: how much larger a hotspot is drawn, by its confidence in percent
STRENGTH = {90: 0, 95: 1, 99: 2}
EMPTY: dict[str, Any] = {"type": "FeatureCollection", "features": []}


def _point(lon: float, lat: float, properties: dict[str, Any]) -> dict[str, Any]:
    where = {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
    return {"type": "Feature", "properties": properties, "geometry": where}


def _collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def incident_marks(board: Board, site: Site, lang: str) -> dict[str, Any]:
    """The open incidents that have a position, the worst last and so on top; shape and colour say the state."""
    marks = [_incident(one, board, site, lang) for one in reversed(board.incidents) if one.lon is not None]
    return _collection(marks)


def _incident(one: Open, board: Board, site: Site, lang: str) -> dict[str, Any]:
    hours = (board.now - one.opened_at).total_seconds() / 3600
    tip = [
        one.item.in_(lang),
        place_of(one, lang),
        say("reported {at}", lang, at=local_text(site, one.opened_at, now=board.now)),
    ]
    tip.append(clock_label(one.clock, lang))
    properties = {"id": one.id, "state": one.state, "age": round(min(1.0, hours / FADED_HOURS), 3), "tip": tip}
    return _point(one.lon or 0.0, one.lat or 0.0, properties)


def squad_marks(squads: Iterable[Squad], lang: str) -> dict[str, Any]:
    """The squads that have a position: free ones filled."""
    return _collection(_squad(squad, lang) for squad in squads if squad.placed)


def _squad(squad: Squad, lang: str) -> dict[str, Any]:
    tip = [squad.name.in_(lang), squad_state(squad, lang)]
    return _point(squad.lon or 0.0, squad.lat or 0.0, {"id": squad.code, "free": squad.free, "tip": tip})


def squad_state(squad: Squad, lang: str) -> str:
    """What a squad is doing, in words."""
    if squad.incident:
        return say("on scene", lang) if squad.on_scene else say("on the way", lang)
    return say("off duty", lang) if squad.on_duty is False else say("free", lang)


def station_marks(stations: Iterable[Station], lang: str) -> dict[str, Any]:
    """The stations."""
    return _collection(
        _point(one.lon, one.lat, {"id": one.code, "tip": [one.name.in_(lang), one.kind]}) for one in stations
    )


def hotspot_marks(hots: Iterable[Hot], centres: Mapping[str, tuple[float, float]], lang: str) -> dict[str, Any]:
    """The significant hot and cold areas or cells; larger where the odds are longer."""
    return _collection(
        _point(*centres[one.group], {"id": one.group, "hot": 1 if one.kind == "hot" else -1,
                                     "strength": STRENGTH.get(one.level, 0),
                                     "tip": [one.label.in_(lang), hot_text(one, lang)]})
        for one in hots if one.kind in ("hot", "cold") and one.group in centres
    )  # fmt: skip


def route_lines(nearest: Nearest | None) -> dict[str, Any]:
    """The ways of the squads found, the soonest last so that it lies on top; a straight line is marked as one."""
    if nearest is None:
        return EMPTY
    ranked = [(i + 1, one) for i, one in enumerate(nearest.candidates) if one.line]
    return _collection(
        {
            "type": "Feature",
            "properties": {"rank": rank, "squad": one.squad.code, "straight": one.status == "straight"},
            "geometry": {"type": "LineString", "coordinates": [[round(x, 6), round(y, 6)] for x, y in one.line]},
        }
        for rank, one in reversed(ranked)
    )

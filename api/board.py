"""Tell what is going on now: the open incidents, and who would reach one soonest. No personal data."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.refusals import language_of
from data.board import Open
from data.routing import Candidate
from data.stores import Stores

router = APIRouter()


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.isoformat(timespec='seconds')}Z"


def _incident(one: Open, lang: str) -> dict[str, Any]:
    clock = one.clock
    return {
        "id": one.id,
        "item": one.item.in_(lang),
        "township": one.township.in_(lang),
        "place": one.place.in_(lang),
        "lon": one.lon,
        "lat": one.lat,
        "urgency": one.urgency,
        "owner": one.owner,
        "state": one.state,
        "clock": clock and {"kind": clock.kind, "due": _utc(clock.due), "seconds_left": round(clock.left)},
        **{key: _utc(moment) for key, moment in one.moments.items()},
    }


@router.get("/incidents/open")
def open_incidents(request: Request, limit: Annotated[int, Query(ge=1, le=10_000)] = 1000) -> dict[str, Any]:
    """The open incidents, worst first; ``total`` also counts those beyond ``limit``."""
    stores: Stores = request.app.state.stores
    board = stores.board(stores.warehouse())
    lang = language_of(request)
    return {
        "version": board.version,
        "now": _utc(board.now),
        "total": len(board.incidents),
        "incidents": [_incident(one, lang) for one in board.incidents[:limit]],
    }


def _candidate(one: Candidate, lang: str) -> dict[str, Any]:
    return {
        "squad": one.squad.code,
        "name": one.squad.name.in_(lang),
        "status": one.status,
        "minutes": one.minutes,
        "metres": one.metres,
        "eta": _utc(one.eta),
        "margin_minutes": one.margin,
        "roads": list(one.roads),
        "line": [[round(lon, 6), round(lat, 6)] for lon, lat in one.line],
    }


@router.get("/nearest")
def nearest(
    request: Request,
    incident: str,
    k: Annotated[int, Query(ge=1, le=50)] = 3,
    max_minutes: Annotated[float | None, Query(gt=0)] = None,
) -> dict[str, Any]:
    """The ``k`` free squads soonest at an incident by road, with way, minutes and ETA against the deadline.

    ``mode`` is roads, straight (no roads here: distance only, no minutes) or nowhere (a position is missing).
    """
    stores: Stores = request.app.state.stores
    warehouse = stores.warehouse()
    found = stores.routes.nearest(warehouse, incident, k=k, max_minutes=max_minutes, now=stores.now(warehouse))
    lang = language_of(request)
    return {
        "incident": found.incident,
        "mode": found.mode,
        "now": _utc(found.now),
        "deadline": _utc(found.deadline),
        "squads_known": found.squads,
        "free": found.free,
        "placed": found.placed,
        "squads": [_candidate(one, lang) for one in found.candidates],
    }

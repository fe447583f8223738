"""Tell whether the server is well and which version it shows."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from data.stores import Stores

router = APIRouter()


@router.get("/health")
def health(request: Request, response: Response) -> dict[str, Any]:
    """``state`` ready with the version and moment, or building, empty, failed with how far it is (status 503)."""
    progress = request.app.state.readiness()
    response.headers["cache-control"] = "no-store"
    if progress.state != "ready":
        response.status_code = 503
        return {"state": progress.state, "step": progress.step, "share": progress.share, "detail": progress.detail}
    stores: Stores = request.app.state.stores
    warehouse = stores.warehouse()
    return {
        "state": "ready",
        "version": warehouse.version,
        "site": {"zh": warehouse.site.name.in_("zh"), "en": warehouse.site.name.in_("en")},
        "levels": list(warehouse.site.levels),
        "now": f"{stores.now(warehouse).isoformat()}Z",
        "generated": warehouse.site.generated,
    }

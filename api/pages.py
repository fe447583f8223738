"""Let through to the pages what belongs to them, once there is something to show."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.waiting import Readiness, page

#: the files and answers of Dash
PREFIXES = ("/_dash", "/assets/", "/_favicon.ico", "/_reload-hash")
#: the pages: whole paths, and paths that end in a code; anything else is 404 rather than a page under another name
PAGES = ("/", "/analyst", "/data")
UNDER = ("/township/",)


class Pages:
    """ASGI app around the Dash app: its own paths only; a page of progress while there is no version."""

    def __init__(self, pages: ASGIApp, readiness: Readiness) -> None:
        self.pages, self.readiness = pages, readiness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"]
        if path in PAGES or path.startswith(UNDER):
            progress = await run_in_threadpool(self.readiness)
            if progress.state != "ready":
                answer = HTMLResponse(page(progress), status_code=503, headers={"cache-control": "no-store"})
                await answer(scope, receive, send)
                return
        elif not path.startswith(PREFIXES):
            await JSONResponse({"error": "NotFound", "message": path}, status_code=404)(scope, receive, send)
            return
        await self.pages(scope, receive, send)

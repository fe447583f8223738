"""Guard both halves: answer only known hosts, and send the headers that keep a page to itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: what every answer says besides its policy
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), payment=(), usb=()",
}


def policy(script_hashes: Sequence[str]) -> str:
    """The Content-Security-Policy: everything from here, inline scripts only by hash, nothing from elsewhere."""
    scripts = " ".join(["'self'", *(f"'{given.strip(chr(39))}'" for given in script_hashes)])
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class Guard:
    """ASGI middleware around the whole app.

    A page on another site can make a browser ask this machine under a name of its own (DNS rebinding), so a server
    that listens on the loopback answers only to loopback names.
    """

    def __init__(self, app: ASGIApp, *, csp: str, hosts: Sequence[str] = ()) -> None:
        self.app, self.hosts = app, frozenset(hosts)
        self.headers: dict[str, Any] = {**HEADERS, "content-security-policy": csp}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "").rsplit(":", 1)[0].strip("[]")
        if self.hosts and host not in self.hosts:
            await PlainTextResponse("unknown host", status_code=421)(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, sending)

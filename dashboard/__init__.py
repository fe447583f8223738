"""Show the picture: Dash pages that parse, ask and answer; no SQL and no law of their own."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from dash import Dash, no_update, set_props
from flask import Request, Response
from flask_compress import Compress

from dashboard import pages
from dashboard.ids import NOTICE
from dashboard.services import Services
from errors import GridCommandError
from words import LANGUAGES, N_, say, say_error

__all__ = ["Services", "create"]

#: paths whose bytes never change under one address: they are compressed once
STILL = ("/_dash-component-suites/", "/assets/")

INDEX = """<!DOCTYPE html>
<html lang="zh-CN" data-theme="dark">
<head>{%metas%}<title>{%title%}</title>{%favicon%}{%css%}</head>
<body>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""


class Shelf:
    """The compressed bytes of still files; what changes (an empty key) is never kept."""

    def __init__(self) -> None:
        self._held: dict[str, Any] = {}

    def get(self, key: str) -> Any:
        """The bytes kept under ``key``; None where there are none."""
        return self._held.get(key)

    def set(self, key: str, value: Any) -> None:
        """Keep the bytes of a still file."""
        if not key.endswith(";"):
            self._held[key] = value


def still_key(request: Request) -> str:
    """The whole address of a still file; empty for everything else."""
    return request.full_path if request.path.startswith(STILL) else ""


def read_whole(response: Response) -> Response:
    """Read a file sent as a stream and close it: what compresses the answer next drops the stream unclosed."""
    if response.direct_passthrough:
        stream, response.direct_passthrough = response.response, False
        response.set_data(b"".join(stream))  # type: ignore[arg-type]
        if hasattr(stream, "close"):
            stream.close()
    return response


def tell(error: Exception) -> Any:
    """Say over the wall that a part of it failed, and why where we know; what stood before stays."""
    if isinstance(error, GridCommandError):
        said = [say_error(error, lang) for lang in LANGUAGES]
    else:
        logging.getLogger(__name__).error("a part of the page failed", exc_info=error)
        said = [say(N_("Something went wrong here; the figures may be old. The server log says more."), lang)
                for lang in LANGUAGES]  # fmt: skip
    set_props(NOTICE, {"children": " · ".join(dict.fromkeys(said)), "className": "banner is-shown"})
    return no_update


def create(services: Services) -> Dash:
    """The Dash app with all its pages; nothing is asked of the warehouse until a page is."""
    app = Dash(
        "dashboard",
        title="GridCommand 网格指挥",
        update_title=None,  # type: ignore[arg-type]
        assets_folder=str(Path(__file__).parent / "assets"),
        index_string=INDEX,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        serve_locally=True,
        # the page is built for its address, after the shell; a test checks every id instead
        suppress_callback_exceptions=True,
        # sync callbacks in worker threads: with asgiref installed Flask would turn them async at half the speed
        use_async=False,
        enable_mcp=False,
        on_error=tell,
    )
    app.server.config.update(
        COMPRESS_CACHE_BACKEND=Shelf, COMPRESS_CACHE_KEY=still_key, COMPRESS_ALGORITHM=["br", "gzip"]
    )
    Compress(app.server)
    app.server.after_request(read_whole)
    pages.register(app, services)
    return app

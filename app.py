"""Put the program together: settings, then stores, then faces; and serve it."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import uvicorn
from a2wsgi import WSGIMiddleware

import api
import dashboard
from api.building import DemoBuilder
from api.guard import policy
from api.waiting import Progress, Readiness
from data.routing import Routes
from data.stores import Stores
from data.versions import read_pointer
from data.warehouse import Following
from errors import GridCommandError
from settings import Settings, read_settings

#: the names under which a server on the loopback is asked
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def build(settings: Settings, *, readiness: Readiness) -> tuple[Callable[..., Any], Stores]:
    """The whole ASGI app for one place on disk, and the stores it answers from."""
    stores = Stores(Following(settings.site), Routes(networks=settings.networks))
    services = dashboard.Services(
        stores, refresh_seconds=settings.refresh_seconds, stale_minutes=settings.stale_minutes
    )
    pages = dashboard.create(services)
    whole = api.create(
        stores,
        pages=WSGIMiddleware(pages.server, workers=settings.threads),
        readiness=readiness,
        csp=policy(pages.csp_hashes()),
        hosts=LOOPBACK if settings.host in LOOPBACK else (),
    )
    return whole, stores


def loaded(root: Path) -> Readiness:
    """Ready as soon as something is loaded in ``root``."""
    return lambda: Progress("empty", detail=str(root)) if read_pointer(root) is None else Progress("ready")


def warm(stores: Stores) -> None:
    """Compile the road search and read the network before the first incident is clicked."""
    try:
        stores.routes.router(stores.warehouse())
    except GridCommandError:
        return  # nothing loaded yet, or roads that cannot be read: the first question says so in words


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line; what is not given comes from the settings file and the environment."""
    parser = argparse.ArgumentParser(prog="app.py", description="Serve the command wall of one place.")
    parser.add_argument("--site", help="the place on disk: what `python -m etl load SITE.yaml --into DIR` filled")
    parser.add_argument("--port", help="default 8050; 0 takes any free one")
    parser.add_argument("--host", help="default 127.0.0.1: this machine only")
    parser.add_argument("--demo", action="store_true", help="build the demo county there first, if nothing is loaded")
    parser.add_argument("--settings", type=Path, help="settings file; default gridcommand.toml where there is one")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Serve until stopped."""
    asked = parse(arguments)
    try:
        settings = read_settings(file=asked.settings, over={"site": asked.site, "port": asked.port, "host": asked.host})
    except GridCommandError as error:
        print(error, file=sys.stderr)
        return 2
    builder = DemoBuilder(settings.site) if asked.demo else None
    app, stores = build(settings, readiness=builder.progress if builder else loaded(settings.site))
    config = uvicorn.Config(app, host=settings.host, port=settings.port, log_level="warning")
    listening = config.bind_socket()
    print(f"GridCommand: http://{settings.host}:{listening.getsockname()[1]}  ({settings.site})", flush=True)
    try:
        if builder:
            builder.start()
        threading.Thread(target=warm, args=(stores,), name="warm-up", daemon=True).start()
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        listening.close()
        if builder:
            builder.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

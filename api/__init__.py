"""Open the HTTP doors: FastAPI routes for geometry, questions, routes and health; parse, ask, answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from api import board, books, geometry, health, questions
from api.guard import Guard
from api.pages import Pages
from api.refusals import answer_refusals
from api.waiting import Readiness
from data.stores import Stores

__all__ = ["create"]


def create(
    stores: Stores, *, pages: ASGIApp, readiness: Readiness, csp: str, hosts: tuple[str, ...] = ()
) -> Callable[..., Any]:
    """The whole ASGI app: the doors under ``/api``, the pages everywhere else, one guard around both.

    Parameters
    ----------
    pages : the Dash app as ASGI.
    readiness : tells whether there is a version to show, and if not, how far it is.
    csp : the Content-Security-Policy of the pages.
    hosts : the Host headers answered; empty: any.
    """
    app = FastAPI(title="GridCommand", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.state.stores, app.state.readiness = stores, readiness
    answer_refusals(app)
    for part in (health, geometry, questions, board, books):
        app.include_router(part.router, prefix="/api")
    app.mount("/", Pages(pages, readiness))
    return Guard(app, csp=csp, hosts=hosts)

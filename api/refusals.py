"""Turn every error into a status and JSON, by one table."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

import errors
from words import LANGUAGES, N_, say, say_error

#: the status of each leaf; a leaf not named here is looked up by its base
STATUS: dict[type[errors.GridCommandError], int] = {
    errors.GridCommandError: 500,
    errors.BadSettings: 500,
    errors.BadSite: 422,
    errors.BadInput: 422,
    errors.BadGeometry: 422,
    errors.UnknownDatum: 422,
    errors.NoRoads: 404,
    errors.NoWarehouse: 503,
    errors.Busy: 409,
    errors.DiskFull: 507,
    errors.UnknownMetric: 404,
    errors.BadQuestion: 400,
    errors.UnknownRecord: 404,
    errors.NotAllowed: 403,
}


def status_of(error: errors.GridCommandError) -> int:
    """The HTTP status of an error: its own row of the table, else its nearest base's."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def language_of(request: Request) -> str:
    """zh or en: ``?lang=``, else the first of the two the browser prefers, else English."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    for part in request.headers.get("accept-language", "").split(","):
        tag = part.split(";")[0].strip().lower()[:2]
        if tag in LANGUAGES:
            return tag
    return "en"


def answer_refusals(app: FastAPI) -> None:
    """Register the handlers: our own errors by the table, and values of the wrong type as 422 in the same form."""

    @app.exception_handler(errors.GridCommandError)
    def refuse(request: Request, error: errors.GridCommandError) -> JSONResponse:
        body = {"error": type(error).__name__, "message": say_error(error, language_of(request))}
        return JSONResponse(body, status_code=status_of(error))

    @app.exception_handler(RequestValidationError)
    def refuse_value(request: Request, error: RequestValidationError) -> JSONResponse:
        where = "; ".join(f"{'.'.join(map(str, fault['loc'][1:]))}: {fault['msg']}" for fault in error.errors())
        message = say(N_("The request holds a value that cannot be used: {faults}"), language_of(request), faults=where)
        return JSONResponse({"error": "BadRequest", "message": message}, status_code=422)

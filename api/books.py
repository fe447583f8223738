"""Hand out the rows that could not be loaded, whole, to be mended and loaded again."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fastapi import APIRouter, Request, Response

from api.refusals import language_of
from data.scope import EVERYONE, Scope
from data.stores import Stores
from errors import NotAllowed
from etl.outstanding import outstanding_rejects
from etl.rejects import write_rejects_csv

router = APIRouter()


def rejects_csv(root: Path, *, scope: Scope, lang: str, source: str | None = None) -> bytes:
    """The rows still to be mended as CSV (UTF-8 with a BOM, values as text), each with its faults.

    Raises
    ------
    NotAllowed
        The scope is not the administrator's of the whole place: the rows are unmasked and lie in no township.
    NoWarehouse
        Nothing has been loaded.
    """
    if scope.role != "administrator" or scope.townships is not None:
        raise NotAllowed(
            "rejected rows hold personal data: only the administrator of the whole place may download them"
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rejects.csv"
        write_rejects_csv(path, outstanding_rejects(root, source=source), lang=lang)
        return path.read_bytes()


@router.get("/rejects.csv")
def rejects(request: Request, source: str | None = None) -> Response:
    """The rows still to be mended, of all sources or of one; never kept by anything in between."""
    stores: Stores = request.app.state.stores
    content = rejects_csv(stores.warehouse().root, scope=EVERYONE, lang=language_of(request), source=source)
    headers = {"content-disposition": 'attachment; filename="rejects.csv"', "cache-control": "no-store"}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

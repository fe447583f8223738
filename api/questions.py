"""Answer questions about metrics over HTTP: what there is to ask, and ask."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from api.refusals import language_of
from data.export import Files, files_of
from data.filters import Where
from data.metrics.answer import Answer
from data.metrics.asking import ask
from data.metrics.registry import METRICS
from data.schema import LEVELS
from data.stores import Stores

router = APIRouter()

#: query keys that are not filters
RESERVED = frozenset({"metric", "by", "since", "until", "as_of", "lang", "format", "beside"})


def where_of(request: Request) -> Where:
    """Every other query key is a filter; given several times it keeps any of its values."""
    pairs = request.query_params.multi_items()
    return {key: [value for name, value in pairs if name == key] for key in {name for name, _ in pairs} - RESERVED}


def answer_of(
    request: Request, metric: str, *, by: list[str], since: str | None, until: str | None, as_of: str | None
) -> Answer:
    """The answer to what the request asks."""
    stores: Stores = request.app.state.stores
    return ask(stores.warehouse(), metric, by=by, where=where_of(request), since=since, until=until, as_of=as_of)


@router.get("/export")
def export(
    request: Request,
    metric: str,
    by: str = "",
    since: str | None = None,
    until: str | None = None,
    as_of: str | None = None,
    format: str = "csv",
    beside: bool = False,
) -> Response:
    """The same answer as a file; ``beside=true`` gives a zip with what its figures mean where the format has no place
    for it."""
    found = answer_of(request, metric, by=grouped(by), since=since, until=until, as_of=as_of)
    warehouse = request.app.state.stores.warehouse()
    files = files_of(warehouse, found, format=format, lang=language_of(request))
    name, content = next(iter(files.items()))
    if beside and len(files) > 1:
        name, content = f"{Path(name).stem}.zip", zipped(files)
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}", "cache-control": "no-store"}
    return Response(content, media_type="application/octet-stream", headers=headers)


def zipped(files: Files) -> bytes:
    """The files in one archive."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def grouped(by: str) -> list[str]:
    """``by=township,item`` as a list."""
    return [part for part in by.split(",") if part]


@router.get("/metrics")
def metrics(request: Request) -> list[dict[str, Any]]:
    """Every metric: key, label, definition, unit, direction and what it can be grouped by here."""
    lang = language_of(request)
    levels = request.app.state.stores.warehouse().site.levels
    return [
        {
            "key": metric.key,
            "label": metric.label.in_(lang),
            "definition": metric.definition.in_(lang),
            "cohort": metric.cohort.in_(lang),
            "unit": metric.unit.in_(lang),
            "kind": metric.kind,
            "better": metric.better,
            "min_n": metric.min_n,
            "by": [key for key in metric.groupings if key in levels or key not in LEVELS],
        }
        for metric in METRICS.values()
    ]


@router.get("/ask")
def answer(
    request: Request,
    metric: str,
    by: str = "",
    since: str | None = None,
    until: str | None = None,
    as_of: str | None = None,
) -> dict[str, Any]:
    """One metric: rows of group, label, value, numerator, denominator, n; other query keys filter.

    ``since`` and ``until`` are local dates (until exclusive) or words such as ``this_week``.
    """
    lang = language_of(request)
    found = answer_of(request, metric, by=grouped(by), since=since, until=until, as_of=as_of)
    return {
        "metric": found.metric.key,
        "by": list(found.by),
        "sentence": found.sentence(lang),
        "version": found.version,
        "as_of": f"{found.as_of.isoformat()}Z",
        "since": found.since,
        "until": found.until,
        "unit": found.metric.unit.in_(lang),
        "note": found.note.in_(lang),
        "rows": [
            {
                "group": row.group, "label": row.label.in_(lang), "value": row.value, "numerator": row.numerator,
                "denominator": row.denominator, "n": row.n, "few": found.is_few(row),
            }
            for row in found.rows
        ],
    }  # fmt: skip

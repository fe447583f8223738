"""Say which rejected rows are still to be mended, and remember which ones a mended file answers for."""

from __future__ import annotations

import json
from pathlib import Path

from data.warehouse import open_warehouse
from etl.books import Check
from etl.readers import read
from etl.rejects import Reject, from_table
from etl.spreadsheet import as_written

#: the check that holds, as JSON, the places of the rows a mended file answered for
ANSWERED = "mended_rows"
_PLACE = ("_source", "_file", "_sheet", "_row")


def answered(path: Path, source: str) -> Check:
    """The rows of ``source`` that the mended file at ``path`` answers for; 0 where its notes were taken out."""
    places: list[tuple[str, str, int]] = []
    for chunk in read(path):
        if not set(_PLACE) <= set(chunk.table.column_names):
            continue
        columns = [chunk.table.column(name).to_pylist() for name in _PLACE]
        for of, file, sheet, row in zip(*columns, strict=True):
            number = as_written(row or "")
            if as_written(of or "") == source and number.isdigit():
                places.append((as_written(file or ""), as_written(sheet or ""), int(number)))
    return Check(source, ANSWERED, len(places), "rows", json.dumps(places, ensure_ascii=False))


def outstanding_rejects(root: Path, *, source: str | None = None) -> list[Reject]:
    """The rejects since each source was last loaded whole, without those a mended file has answered for.

    A row that is mended stays answered for when its unmended file is loaded again, as long as it reads the same there.
    A mended row that was rejected again is outstanding, under the name and row of the mended file.

    Raises
    ------
    NoWarehouse
        Nothing has been loaded in ``root``.
    """
    warehouse = open_warehouse(root)
    with warehouse.cursor() as cursor:
        table = cursor.sql(_OUTSTANDING, params={"answered": ANSWERED, "source": source}).to_arrow_table()
    return from_table(table)


_OUTSTANDING = """
    WITH answers AS (
        SELECT load, source, unnest(from_json(note, '[["JSON"]]')) AS place FROM checks WHERE "check" = $answered),
    places AS (
        SELECT load, source, place[1] ->> '$' AS file, place[2] ->> '$' AS sheet, (place[3] ->> '$')::BIGINT AS row
        FROM answers),
    mended AS (
        SELECT DISTINCT r.source, r.file, r.sheet, r.row, r.record FROM rejects r JOIN places p
        ON p.source = r.source AND p.file = r.file AND p.sheet = r.sheet AND p.row = r.row AND p.load > r.load),
    whole AS (
        SELECT l.source, max(l.load) AS load FROM loads l
        WHERE (l.load, l.source) NOT IN (SELECT (load, source) FROM checks WHERE "check" = $answered)
        GROUP BY l.source)
    SELECT r.* FROM rejects r JOIN whole w ON w.source = r.source AND r.load >= w.load
    WHERE (r.source, r.file, r.sheet, r.row, r.record) NOT IN (SELECT (source, file, sheet, row, record) FROM mended)
      AND ($source IS NULL OR r.source = $source)
    ORDER BY r.source, r.file, r.sheet, r.row, r."column"
"""

"""Say which rejected rows are still to be mended, and remember which ones a mended file answers for."""

from __future__ import annotations

import json
from pathlib import Path

from data.metrics.sql import read_sql
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
        table = cursor.sql(_asked(), params={"answered": ANSWERED, "source": source}).to_arrow_table()
    return from_table(table)


def _asked() -> str:
    """The rejects the data page shows too (data/sql/books_outstanding.sql), of one source or all, in file order."""
    return f"""{read_sql("books_outstanding")}
        SELECT * FROM outstanding WHERE $source IS NULL OR source = $source
        ORDER BY source, file, sheet, row, "column"
    """

"""Read the books of the loads: what was loaded when, what was checked, doubted and left out, what undo returns to.

Loads and checks are figures about whole sources and hold nobody's data. A finding belongs to a row, and is seen by who
may see that row. A rejected row was never placed in a township, so only a scope without townships sees it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.metrics.sql import fill, read_sql
from data.scope import EVERYONE, Scope
from data.versions import file_of, folder_of, read_pointer
from data.warehouse import Warehouse

#: the check that holds the places of the rows a mended file answered for (etl.outstanding writes it)
ANSWERED = "mended_rows"


@dataclass(frozen=True)
class Load:
    """One source in one load; the counts are of rows, ``at`` is naive UTC, ``load`` is the version it made."""

    load: int
    source: str
    into: str
    files: tuple[str, ...]
    sha256: str
    at: datetime | None
    seconds: float | None
    read: int
    loaded: int
    added: int
    updated: int
    unchanged: int
    repaired: int
    rejected: int
    duplicate: int
    outside: int
    unplaced: int


@dataclass(frozen=True)
class Checked:
    """The newest figure of one check of one source, in ``unit``, with its note in words."""

    source: str
    check: str
    value: float | None
    unit: str
    note: str
    load: int


@dataclass(frozen=True)
class Doubt:
    """How many loaded rows of a table carry one finding, and the ids of the first five."""

    source: str
    table: str
    fault: str
    rows: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """Where a rejected value stands, and the value as read: personal, to be masked where it is shown."""

    file: str
    sheet: str
    row: int
    raw: str


@dataclass(frozen=True)
class Refused:
    """How many rows of a source were left out for one fault of one column, with up to three examples."""

    source: str
    fault: str
    column: str
    rows: int
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Version:
    """A version on disk: its number, when its load ended (naive UTC), its sources, its size in bytes."""

    number: int
    current: bool
    at: datetime | None
    sources: tuple[str, ...]
    size: int


def loads(warehouse: Warehouse) -> tuple[Load, ...]:
    """Every source of every load, the newest load first, in the order of the site file."""
    found = _dicts(warehouse, read_sql("books_loads"))
    return tuple(Load(**{**row, "files": tuple(row["files"] or ())}) for row in found)


def checks(warehouse: Warehouse) -> tuple[Checked, ...]:
    """The newest figure of every check, by source; the places of mended rows stay in the book."""
    found = [Checked(**row) for row in _dicts(warehouse, read_sql("books_checks"))]
    return tuple(_without_places(one) for one in found)


def findings(warehouse: Warehouse, *, scope: Scope = EVERYONE) -> tuple[Doubt, ...]:
    """Findings by source, table and fault, the most frequent first: those on rows the scope may see."""
    everything = scope.townships is None
    within = "TRUE" if everything else read_sql("books_findings_scope")
    values = {} if everything else {"townships": sorted(scope.townships or ())}
    found = _dicts(warehouse, fill(read_sql("books_findings"), scope=within), values)
    return tuple(Doubt(**{**row, "examples": tuple(row["examples"])}) for row in found)


def rejects(warehouse: Warehouse, *, scope: Scope = EVERYONE) -> tuple[Refused, ...]:
    """Rows still to be mended, by source, fault and column; none for a scope of some townships."""
    if scope.townships is not None:
        return ()
    found = _dicts(warehouse, _outstanding("books_rejects"), {"answered": ANSWERED})
    return tuple(Refused(**{**row, "examples": tuple(Example(**one) for one in row["examples"])}) for row in found)


def rejected_rows(warehouse: Warehouse, *, scope: Scope = EVERYONE) -> int:
    """How many rows are still to be mended, however many faults each has."""
    if scope.townships is not None:
        return 0
    with warehouse.cursor() as cursor:
        return int(cursor.execute(_outstanding("books_rejected_rows"), {"answered": ANSWERED}).fetchall()[0][0])


def versions(warehouse: Warehouse) -> tuple[Version, ...]:
    """The versions on disk, the newest first: the current one, and those undo returns to one after another."""
    pointer = read_pointer(warehouse.root)
    if pointer is None:
        return ()
    made: dict[int, list[Load]] = {}
    for one in loads(warehouse):
        made.setdefault(one.load, []).append(one)
    return tuple(_version(warehouse, number, made.get(number, []), pointer.version) for number in pointer.history[::-1])


def _version(warehouse: Warehouse, number: int, made: list[Load], current: int) -> Version:
    path = folder_of(warehouse.root) / file_of(number)
    at = max((one.at for one in made if one.at), default=None)
    size = path.stat().st_size if path.exists() else 0
    return Version(number, number == current, at, tuple(one.source for one in made), size)


def _without_places(one: Checked) -> Checked:
    return Checked(one.source, one.check, one.value, one.unit, "", one.load) if one.check == ANSWERED else one


def _outstanding(name: str) -> str:
    return read_sql(name).replace("{outstanding}", read_sql("books_outstanding"))


def _dicts(warehouse: Warehouse, sql: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The rows of a question under the names of its columns."""
    with warehouse.cursor() as cursor:
        asked = cursor.execute(sql, values or {})
        names = [column[0] for column in asked.description or ()]
        return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]

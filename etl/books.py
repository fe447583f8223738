"""Keep the books of a load: what was read, what is questionable, and the figures that show whether it is right."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime

import pyarrow as pa


@dataclass(frozen=True)
class Check:
    """One figure of the table ``checks``."""

    source: str
    check: str
    value: float
    unit: str = ""
    #: what it is about, in English
    note: str = ""
    #: the same in either language, where it can be said
    note_in: Callable[[str], str] | None = field(default=None, compare=False)

    def told(self, lang: str) -> str:
        """The note in ``lang``."""
        return self.note_in(lang) if self.note_in is not None else self.note


@dataclass(frozen=True)
class Finding:
    """One row that was loaded though something about it cannot be right."""

    source: str
    table: str
    id: str
    fault: str
    message: str


@dataclass
class Tally:
    """What became of the rows of one source (one row of the table ``loads``)."""

    source: str
    into: str
    files: list[str] = field(default_factory=list)
    sha256: str = ""
    at: datetime | None = None
    seconds: float = 0.0
    read: int = 0
    loaded: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    repaired: int = 0
    rejected: int = 0
    duplicate: int = 0
    outside: int = 0
    unplaced: int = 0


_TEXT = ("source", "into", "sha256")
_COUNTS = (
    "read",
    "loaded",
    "added",
    "updated",
    "unchanged",
    "repaired",
    "rejected",
    "duplicate",
    "outside",
    "unplaced",
)
LOADS_SCHEMA = pa.schema(
    [(name, pa.string()) for name in _TEXT]
    + [("files", pa.list_(pa.string())), ("at", pa.timestamp("us")), ("seconds", pa.float64())]
    + [(name, pa.int64()) for name in _COUNTS]
)
CHECKS_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("check", pa.string()),
        ("value", pa.float64()),
        ("unit", pa.string()),
        ("note", pa.string()),
    ]
)
FINDINGS_SCHEMA = pa.schema([(name, pa.string()) for name in ("source", "table", "id", "fault", "message")])


def tallies_table(tallies: Iterable[Tally]) -> pa.Table:
    """The tallies as rows of the table ``loads`` (the builder numbers them)."""
    return pa.Table.from_pylist([asdict(tally) for tally in tallies], schema=LOADS_SCHEMA)


def checks_table(checks: Iterable[Check]) -> pa.Table:
    """The figures as rows of the table ``checks``."""
    rows = [{name: getattr(check, name) for name in CHECKS_SCHEMA.names} for check in checks]
    return pa.Table.from_pylist(rows, schema=CHECKS_SCHEMA)


def findings_table(findings: Iterable[Finding]) -> pa.Table:
    """The findings as rows of the table ``findings``."""
    return pa.Table.from_pylist([asdict(finding) for finding in findings], schema=FINDINGS_SCHEMA)

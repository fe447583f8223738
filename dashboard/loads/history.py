"""Tell what was loaded when, and which versions undo returns to."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.loads.listing import count_text, listing, nothing, several
from dashboard.loads.masking import without_numbers
from dashboard.writing import NONE, local_text
from data import books
from data.schema import LOADS, TABLES
from data.warehouse import Warehouse
from words import say

#: counts of the loads table, in the order of a row's fate
COUNTS = (
    "read", "loaded", "added", "updated", "unchanged", "repaired", "rejected", "duplicate", "outside", "unplaced",
)  # fmt: skip
_LABELS = {column.name: column.label for column in LOADS.columns}


def loads_section(warehouse: Warehouse, lang: str) -> list[Any]:
    """One row per source and load."""
    made = books.loads(warehouse)
    if not made:
        return [nothing(say("No load is written down for this version.", lang))]
    shown = ("source", "into", "files", *COUNTS, "at", "seconds", "load")
    heads = [_LABELS[name].in_(lang) for name in shown]
    rows = [_load(warehouse, one, lang) for one in made]
    caption = say("What was loaded when", lang)
    numbers = (*range(3, 3 + len(COUNTS)), len(shown) - 2, len(shown) - 1)
    return [
        html.P(say("One row per source and load, the newest load first; counts are of rows.", lang), className="lead"),
        listing(heads, rows, caption=caption, numbers=numbers),
    ]


def _load(warehouse: Warehouse, one: books.Load, lang: str) -> list[Any]:
    into = TABLES[one.into].label.in_(lang) if one.into in TABLES else one.into
    files = [without_numbers(name) for name in one.files]
    named = html.Span(several(files, lang), title="\n".join(files))
    marks = html.Code(one.sha256[:8], title=_LABELS["sha256"].in_(lang)) if one.sha256 else ""
    counts = [html.Span(count_text(getattr(one, name)), className="" if getattr(one, name) else "is-nil")
              for name in COUNTS]  # fmt: skip
    seconds = NONE if one.seconds is None else f"{one.seconds:,.1f}"
    moment = local_text(warehouse.site, one.at)
    return [without_numbers(one.source), into, [named, " ", marks], *counts, moment, seconds, str(one.load)]


def versions_section(warehouse: Warehouse, lang: str) -> list[Any]:
    """The current version, and those undo returns to one after another."""
    held = books.versions(warehouse)
    heads = [say("Version", lang), say("State", lang), _LABELS["at"].in_(lang), say("Sources loaded", lang),
             say("Size", lang)]  # fmt: skip
    rows = [
        [
            str(one.number),
            say("current", lang) if one.current else say("undo returns to it", lang),
            local_text(warehouse.site, one.at),
            several([without_numbers(name) for name in one.sources], lang, shown=4) or NONE,
            f"{one.size / 1e6:,.1f} MB",
        ]
        for one in held
    ]
    how = (
        say("To return to the version before this one, run: {command}", lang, command="python -m etl undo")
        if len(held) > 1
        else say("There is no version before this one to return to.", lang)
    )
    return [html.P(how, className="lead"), listing(heads, rows, caption=say("Versions on disk", lang), numbers=(0, 4))]

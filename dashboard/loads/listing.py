"""Lay rows out as a table that becomes a list of cards on a phone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dash import html

from words import say


def listing(heads: Sequence[str], rows: Iterable[Sequence[Any]], *, caption: str, numbers: Sequence[int] = ()) -> Any:
    """A table with a head to every column; ``numbers`` are the places of columns set to the right.

    Every cell carries its column's name, which a narrow screen shows beside it.
    """
    css = ["is-number" if place in numbers else "" for place in range(len(heads))]
    top = [html.Th(head, scope="col", className=kind) for head, kind in zip(heads, css, strict=True)]
    body = [
        html.Tr(
            [
                html.Td(html.Div(cell, className="listed"), className=kind, **{"data-head": head})  # type: ignore[arg-type]
                for head, cell, kind in zip(heads, row, css, strict=True)
            ]
        )
        for row in rows
    ]
    table = html.Table([html.Caption(caption, className="unseen"), html.Thead(html.Tr(top)), html.Tbody(body)])
    return html.Div(table, className="listing", tabIndex=0, role="region", **{"aria-label": caption})  # type: ignore[arg-type]


def nothing(text: str) -> html.P:
    """What stands where there is nothing to list."""
    return html.P(text, className="nothing", role="status")


def count_text(value: float | None) -> str:
    """A count with separators, or a measure to two places."""
    if value is None or value != value:
        return "–"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def several(parts: Sequence[str], lang: str, *, shown: int = 2) -> str:
    """The first names of many, and how many more there are."""
    if len(parts) <= shown:
        return ", ".join(parts)
    return say("{first} and {n} more", lang, first=", ".join(parts[:shown]), n=len(parts) - shown)

"""Show what is doubted and what was left out: by fault, with how to mend it, and without anybody's data."""

from __future__ import annotations

import re
from typing import Any

from dash import html

from dashboard.loads.listing import count_text, listing, nothing
from dashboard.loads.masking import masked, without_numbers
from data import books
from data.schema import FINDINGS, TABLES
from data.scope import Scope
from data.warehouse import Warehouse
from etl.faults import FAULTS, place
from etl.labels import finding_label
from words import say

#: where the rows to mend are downloaded (api.books)
DOWNLOAD = "/api/rejects.csv"
_TABLE = next(column.label for column in FINDINGS.columns if column.name == "table")
_FIELD = re.compile(r"{\w+(?::[^}]*)?}")


def fault_text(code: str, lang: str) -> str:
    """What is wrong, its values left open: they are personal where they come from a row."""
    fault = FAULTS.get(code)
    return _FIELD.sub("…", say(fault.template, lang)) if fault else code


def mend_text(code: str, lang: str) -> str:
    """How to mend it; empty where the fault says so itself or is unknown."""
    fault = FAULTS.get(code)
    return _FIELD.sub("…", say(fault.mend, lang)) if fault and fault.mend else ""


def findings_section(warehouse: Warehouse, scope: Scope, lang: str) -> list[Any]:
    """Findings by fault, with counts and the ids of some rows."""
    found = books.findings(warehouse, scope=scope)
    if not found:
        return [nothing(say("Nothing in the loaded rows is doubted.", lang))]
    lead = say("These rows were loaded though something about them cannot be right: a question, not a verdict.", lang)
    heads = [say("Finding", lang), say("Rows", lang), _TABLE.in_(lang), say("Source", lang),
             say("What it means, and what to do", lang), say("Examples", lang)]  # fmt: skip
    rows = [
        [
            html.Span(finding_label(one.fault, lang), title=one.fault),
            count_text(one.rows),
            TABLES[one.table].label.in_(lang) if one.table in TABLES else one.table,
            without_numbers(one.source),
            _told(one.fault, lang),
            [html.Code(without_numbers(key)) for key in one.examples],
        ]
        for one in found
    ]
    return [html.P(lead, className="lead"), listing(heads, rows, caption=say("Findings", lang), numbers=(1,))]


def rejects_section(warehouse: Warehouse, scope: Scope, lang: str) -> list[Any]:
    """Rows still to be mended by fault, the download, and what is masked."""
    if scope.townships is not None:
        return [nothing(say("Rejected rows lie in no township; only the whole place's administrator sees them.", lang))]
    found = books.rejects(warehouse, scope=scope)
    if not found:
        return [nothing(say("No row waits to be mended.", lang))]
    heads = [say("What is wrong", lang), say("Rows", lang), say("Source", lang), say("Column", lang),
             say("How to mend it", lang), say("Examples", lang)]  # fmt: skip
    rows = [_refused(one, lang) for one in found]
    return [
        *_download(books.rejected_rows(warehouse, scope=scope), scope, lang),
        listing(heads, rows, caption=say("Rejected rows", lang), numbers=(1,)),
    ]


def _refused(one: books.Refused, lang: str) -> list[Any]:
    examples = [
        html.Div([html.Span(_where(example, lang), className="quiet"), " ", html.Code(masked(example.raw) or "∅")])
        for example in one.examples
    ]
    column = without_numbers(one.column)
    what = html.Span(fault_text(one.fault, lang), title=one.fault)
    return [
        what, count_text(one.rows), without_numbers(one.source), column, mend_text(one.fault, lang) or "–", examples,
    ]  # fmt: skip


def _where(example: books.Example, lang: str) -> str:
    return without_numbers(place(lang, file=example.file, sheet=example.sheet, row=example.row))


def _download(rows: int, scope: Scope, lang: str) -> list[Any]:
    """The way to the whole rows for who may have them, and what was hidden on the page."""
    hidden = say(
        "Values of rejected rows are personal data: here they are masked (× stands for a letter or digit; coordinates "
        "are cut to about 1 km).",
        lang,
    )
    if scope.role != "administrator":
        return [html.P(hidden, className="lead")]
    how = say("Mend them in the file, save it as CSV, and load it: {command}", lang,
              command="python -m etl load SITE.yaml --mended FILE.csv")  # fmt: skip
    count = say("{n} rows wait to be mended.", lang, n=f"{rows:,}")
    link = html.A(say("Download the rows as CSV, unmasked", lang), href=f"{DOWNLOAD}?lang={lang}", className="action",
                  download="rejects.csv")  # fmt: skip
    return [html.P([html.B(count), " ", how], className="lead"), html.P([link, " ", hidden], className="lead")]


def _told(code: str, lang: str) -> list[Any]:
    mend = mend_text(code, lang)
    return [html.Div(fault_text(code, lang)), html.Div(mend, className="quiet")] if mend else [fault_text(code, lang)]

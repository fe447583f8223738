"""Hold an answer: rows with value, numerator, denominator and n, and the sentence that says what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from data.metrics.groupings import GROUPINGS
from data.metrics.metric import NOTHING, Metric
from data.metrics.suggest import nearest
from errors import BadQuestion
from words import Words, say

Group = str | tuple[str | None, ...] | None
Number = float | int | None

#: what the rows of an answer can be put in order by; none of them is a fine or a confiscation (law.md, Art. 74)
SORTS = ("group", "label", "value", "numerator", "denominator", "n")
Sort = Literal["group", "label", "value", "numerator", "denominator", "n"]


class Row(NamedTuple):
    """One group. ``group`` None is the missing group (or, without grouping, all there is)."""

    group: Group
    label: Words
    value: Number
    numerator: Number
    denominator: Number
    n: int


@dataclass(frozen=True)
class Answer:
    """What was answered, over which version, as of when.

    Attributes
    ----------
    by
        The groupings, in order; empty without grouping.
    rows
        In the order of the groups; the missing group last.
    version, as_of
        The data version, and the moment of asking (naive UTC).
    since, until
        The local dates the period came to, ``until`` exclusive; None: without end, or no period applies.
    min_n
        Rows with fewer are marked; 0: none is.
    note
        Why nothing can be said, where nothing can; else empty.
    clauses
        One sentence per period, filter and scope that was applied.
    sql, values
        The query that gave the rows and its bound values.
    """

    metric: Metric
    by: tuple[str, ...]
    rows: tuple[Row, ...]
    version: int
    as_of: datetime
    since: date | None
    until: date | None
    min_n: int = 0
    note: Words = NOTHING
    by_labels: tuple[Words, ...] = ()
    clauses: tuple[Words, ...] = ()
    sql: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self, lang: str) -> str:
        """The whole question in words: metric, grouping, period, filters, scope, moment, and what cannot be said."""
        label = self.metric.label.in_(lang)
        groups = say(", ", lang).join(words.in_(lang) for words in self.by_labels)
        head = say("{metric} by {groups}", lang, metric=label, groups=groups) if groups else label
        parts = [head, *(clause.in_(lang) for clause in self.clauses)]
        if self.note.en:
            parts.append(self.note.in_(lang))
        return say("; ", lang).join(parts)

    def is_few(self, row: Row) -> bool:
        """Whether the row rests on too few cases to be compared: shown hatched, kept in every export."""
        return 0 < row.n < self.min_n

    def sorted(self, by: Sort = "value", *, descending: bool = True) -> Answer:
        """The same rows in another order, those without a value last. Raises BadQuestion on an unknown order."""
        if by not in SORTS:
            raise BadQuestion("no order {by}; use one of: {sorts}", by=by, sorts=", ".join(SORTS))
        place = Row._fields.index(by)
        have = [row for row in self.rows if row[place] is not None]
        have.sort(key=lambda row: _sortable(row[place]), reverse=descending)
        return replace(self, rows=(*have, *(row for row in self.rows if row[place] is None)))

    def first(self, count: int) -> Answer:
        """The first ``count`` rows in the order they stand."""
        return replace(self, rows=self.rows[: max(count, 0)])

    def frame(self) -> pd.DataFrame:
        """The rows as a frame: group, label_zh, label_en, value, numerator, denominator, n.

        With several groupings ``group`` joins the codes with ``|`` and one more column per grouping stands before.
        """
        columns: dict[str, list[Any]] = {}
        if len(self.by) > 1:
            for place, key in enumerate(self.by):
                columns[key] = [row.group[place] if row.group else None for row in self.rows]
        columns["group"] = [_joined(row.group) for row in self.rows]
        columns["label_zh"] = [row.label.in_("zh") for row in self.rows]
        columns["label_en"] = [row.label.in_("en") for row in self.rows]
        frame = pd.DataFrame(columns, dtype="object")
        for name in ("value", "numerator", "denominator"):
            place = Row._fields.index(name)
            frame[name] = np.array(
                [np.nan if row[place] is None else row[place] for row in self.rows], dtype=np.float64
            )
        frame["n"] = np.array([row.n for row in self.rows], dtype=np.int64)
        return frame


def _sortable(value: Any) -> Any:
    """A value that compares with its like: a group of several as texts, a missing part after all others."""
    return tuple((part is None, part or "") for part in value) if type(value) is tuple else value


def _joined(group: Group) -> str | None:
    if isinstance(group, tuple):
        return "|".join("" if part is None else part for part in group)
    return group


def show(metric: Metric, value: Number, lang: str = "en") -> str:
    """A value as people read it: 84.7 %, 408 s, 4,770; a dash where there is none."""
    if value is None or value != value:
        return "–"
    if metric.kind == "share":
        return f"{value * 100:.1f} %"
    if metric.kind == "count":
        return f"{value:,.0f}"
    if metric.kind == "score":
        return f"{value:.2f}"
    return f"{value:,.1f} {metric.unit.in_(lang)}"


def check_groupings(metric: Metric, by: tuple[str, ...], levels: tuple[str, ...]) -> None:
    """Raise BadQuestion unless every grouping exists, fits the metric and has areas in this site."""
    for key in by:
        if key not in GROUPINGS:
            known = [name for name in metric.groupings if GROUPINGS[name].naming != "area" or name in levels]
            raise BadQuestion("no grouping is called {key}; did you mean {near}?", key=key, near=nearest(key, known))
        if key not in metric.groupings:
            raise BadQuestion(
                "{metric} cannot be grouped by {key}; it can be by: {known}",
                metric=metric.key,
                key=key,
                known=", ".join(metric.groupings),
            )
        if GROUPINGS[key].naming == "area" and key not in levels:
            raise BadQuestion(
                "this site has no areas of level {key}; it has: {levels}", key=key, levels=", ".join(levels) or "-"
            )
    if len(set(by)) < len(by):
        raise BadQuestion("{by}: each grouping only once", by=", ".join(by))
